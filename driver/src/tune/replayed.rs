//! A recorded graph on the real pool, without the work: each task spins as long as the recorded one ran, makes the same
//! nodes at the same points of its work, and child processes become waits. So policies are compared without the noise of
//! disks and compilers, and a shared record is enough.
//!
//! Another schedule may ask for a node before it is made: an edge from such a node goes through an event that is tied to
//! it when it comes.

use super::spin::Spinner;
use super::{Bench, Variant};
use crate::cli::Options;
use parking_lot::{Condvar, Mutex};
use sigil_scheduler::trace::{Graph, Summary, Trace};
use sigil_scheduler::{Context, Handle, Job, NodeId, Policy, Pool};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Replays a record.
pub struct Replayed {
    script: Script,
    spinner: Spinner,
    base: String,
    jobs: usize,
    /// By policy and number of workers: threads are started once.
    pools: HashMap<(String, usize), Pool>,
    notes: Vec<String>,
}

/// What happens in a job, after so much of its work.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Action {
    offset: u64,
    node: u32,
    is_making: bool,
}

/// A graph as its tasks carry it out.
struct Script {
    graph: Graph,
    /// By node, in order.
    actions: Vec<Vec<Action>>,
    /// Nodes that no job makes.
    first: Vec<u32>,
    /// What making a node costs: it is part of the recorded work, so the maker spins less.
    making: u64,
}

impl Script {
    fn new(mut graph: Graph) -> Self {
        let n = graph.tasks.len();
        let mut actions: Vec<Vec<Action>> = vec![Vec::new(); n];
        let mut first = Vec::new();
        let is_over: Vec<bool> = graph.tasks.iter().map(|task| task.is_over).collect();
        for (node, task) in graph.tasks.iter_mut().enumerate() {
            task.after.retain(|&before| is_over[before as usize]);
            if !task.is_over {
                continue;
            }
            let node = node as u32;
            match task.made {
                Some((by, offset)) => {
                    actions[by as usize].push(Action { offset, node, is_making: true });
                }
                None => first.push(node),
            }
            if let Some((by, offset)) = task.done {
                actions[by as usize].push(Action { offset, node, is_making: false });
            }
        }
        // Of actions at the same point, what is made is made in the order of its numbers, before anything is completed.
        actions.iter_mut().for_each(|all| all.sort_unstable_by_key(|it| (it.offset, !it.is_making, it.node)));
        Script { graph, actions, first, making: 0 }
    }

    /// Replays once; seconds.
    fn run(&self, pool: &mut Pool, spinner: Spinner) -> Result<f64, String> {
        let n_waits = pool.policy().children as usize;
        let waits = Waits::new(if n_waits == 0 { pool.n_workers() } else { n_waits });
        let replay = Replay {
            script: self,
            spinner,
            waits: &waits,
            slots: self.graph.tasks.iter().map(|_| Slot::default()).collect(),
        };
        let mut time = 0.0;
        let report = std::thread::scope(|scope| {
            if self.graph.tasks.iter().any(|task| task.child.is_some()) {
                scope.spawn(|| waits.serve());
            }
            let start = Instant::now();
            let report = pool.run(
                |job: &mut Spin, cx| replay.job(job.0, cx),
                |cx| self.first.iter().for_each(|&node| replay.make(node, cx)),
            );
            time = start.elapsed().as_secs_f64();
            waits.end();
            report
        });
        if report.is_ok() { Ok(time) } else { Err("the replayed run did not end as the recorded one".into()) }
    }
}

/// A task, by its number in the record.
struct Spin(u32);

impl Job for Spin {
    fn label(&self) -> String {
        format!("node {}", self.0)
    }

    fn weight(&self) -> u32 {
        // The scheduler only asks whether there is one; the weight is in the upper bits.
        self.0 >> WEIGHT_SHIFT
    }
}

/// Numbers of nodes take the bits below.
const WEIGHT_SHIFT: u32 = 28;

/// A node of the run.
#[derive(Default)]
struct Slot {
    /// Its id plus one, once it is made.
    id: AtomicU64,
    early: Mutex<Early>,
}

/// What came before the node was made.
#[derive(Default)]
struct Early {
    /// Events that stand for it.
    proxies: Vec<NodeId>,
    /// It was completed.
    is_completed: bool,
}

impl Slot {
    fn id(&self) -> Option<NodeId> {
        // Pairs with the release in `Replay::make`.
        self.id.load(Ordering::Acquire).checked_sub(1).map(NodeId::from_bits)
    }
}

/// A run under way.
struct Replay<'a> {
    script: &'a Script,
    spinner: Spinner,
    waits: &'a Waits,
    slots: Vec<Slot>,
}

impl Replay<'_> {
    fn job(&self, number: u32, cx: &mut Context<'_, Spin>) {
        let node = number & ((1 << WEIGHT_SHIFT) - 1);
        let mut spun = 0;
        for action in &self.script.actions[node as usize] {
            self.spinner.spin(action.offset.saturating_sub(spun));
            spun = spun.max(action.offset);
            if action.is_making {
                self.make(action.node, cx);
                spun += self.script.making;
            } else {
                self.complete(action.node, cx);
            }
        }
        self.spinner.spin(self.script.graph.tasks[node as usize].work.saturating_sub(spun));
    }

    fn make(&self, node: u32, cx: &mut Context<'_, Spin>) {
        let task = &self.script.graph.tasks[node as usize];
        let after: Vec<NodeId> = task.after.iter().map(|&before| self.before(before, cx)).collect();
        let job = Spin(node | task.weight << WEIGHT_SHIFT);
        let id = if task.is_event {
            let event = cx.event();
            for &before in &after {
                cx.edge(before, event);
            }
            event
        } else if task.child.is_some() || task.done.is_some() {
            cx.held(job, &after)
        } else {
            cx.node(job, &after)
        };
        let slot = &self.slots[node as usize];
        let early = {
            let mut early = slot.early.lock();
            slot.id.store(id.to_bits() + 1, Ordering::Release);
            std::mem::take(&mut *early)
        };
        for proxy in early.proxies {
            cx.edge(id, proxy);
            cx.complete(proxy);
        }
        if let Some(child) = task.child {
            self.waits.submit(Duration::from_nanos(child), cx.handle(), id);
        } else if early.is_completed || (task.is_event && task.done.is_none()) {
            // What no job completed was completed before the run.
            cx.complete(id);
        }
    }

    /// A node to come after, or the event that stands for it.
    fn before(&self, node: u32, cx: &mut Context<'_, Spin>) -> NodeId {
        let slot = &self.slots[node as usize];
        if let Some(id) = slot.id() {
            return id;
        }
        let mut early = slot.early.lock();
        if let Some(id) = slot.id() {
            return id;
        }
        let proxy = cx.event();
        early.proxies.push(proxy);
        proxy
    }

    fn complete(&self, node: u32, cx: &mut Context<'_, Spin>) {
        let slot = &self.slots[node as usize];
        let id = slot.id().or_else(|| {
            let mut early = slot.early.lock();
            early.is_completed = slot.id().is_none();
            slot.id()
        });
        if let Some(id) = id {
            cx.complete(id);
        }
    }
}

/// Waits in place of child processes: as many at once as there may be children.
struct Waits {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    tokens: usize,
    queue: VecDeque<(Duration, Handle, NodeId)>,
    /// By when they end.
    running: BinaryHeap<Reverse<(Instant, usize)>>,
    handles: Vec<Option<(Handle, NodeId)>>,
    is_over: bool,
}

impl Waits {
    fn new(tokens: usize) -> Self {
        let (queue, running, handles) = Default::default();
        Waits {
            state: Mutex::new(State { tokens, queue, running, handles, is_over: false }),
            changed: Condvar::new(),
        }
    }

    fn submit(&self, time: Duration, handle: Handle, node: NodeId) {
        self.state.lock().queue.push_back((time, handle, node));
        self.changed.notify_one();
    }

    fn end(&self) {
        self.state.lock().is_over = true;
        self.changed.notify_one();
    }

    /// The life of the thread that waits.
    fn serve(&self) {
        let mut state = self.state.lock();
        while !state.is_over {
            let now = Instant::now();
            while state.running.peek().is_some_and(|Reverse((end, _))| *end <= now) {
                if let Some(Reverse((_, at))) = state.running.pop()
                    && let Some((handle, node)) = state.handles[at].take()
                {
                    state.tokens += 1;
                    handle.complete(node);
                }
            }
            while state.tokens > 0
                && let Some((time, handle, node)) = state.queue.pop_front()
            {
                state.tokens -= 1;
                state.handles.push(Some((handle, node)));
                let at = state.handles.len() - 1;
                state.running.push(Reverse((now + time, at)));
            }
            match state.running.peek() {
                Some(&Reverse((end, _))) => drop(self.changed.wait_until(&mut state, end)),
                None => self.changed.wait(&mut state),
            }
        }
    }
}

impl Replayed {
    /// Of a record.
    pub fn new(path: &Path, options: &Options, variants: &[Variant]) -> Result<Self, String> {
        let trace = Trace::read(path).map_err(|error| error.to_string())?;
        if let Some(other) = variants.iter().find(|it| it.graph() != ("", &[]) || it.is_phased) {
            return Err(format!(
                "{}: this changes the graph, and a replayed record has just one",
                other.name
            ));
        }
        if trace.nodes.len() >= 1 << WEIGHT_SHIFT {
            return Err("the record has too many nodes".to_owned());
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let given = options.policy.as_deref().unwrap_or_default();
        let base = crate::trace::policy(&trace.head.policy, &[given]).map_err(|error| error.to_string())?;
        Self::of_trace(&trace, base.to_string(), options.jobs.map_or(cores, usize::from))
    }

    fn of_trace(trace: &Trace, base: String, jobs: usize) -> Result<Self, String> {
        let spinner = Spinner::calibrate();
        let mut script = Script::new(Summary::new(trace).graph);
        script.making = cost_of_making();
        let work: u64 = script.graph.tasks.iter().map(|task| task.work).sum();
        let alone = script.run(&mut Pool::new(1), spinner)?;
        let notes = vec![
            format!(
                "{} tasks of a record spin on the real pool; {} child processes are waits that take no core",
                script.graph.tasks.iter().filter(|task| task.is_over && !task.is_event).count(),
                script.graph.tasks.iter().filter(|task| task.child.is_some()).count(),
            ),
            format!(
                "recorded work {:.2} ms; spun by one worker, all in all, it takes {:.2} ms",
                work as f64 / 1e6,
                alone * 1e3
            ),
        ];
        Ok(Replayed { script, spinner, base, jobs, pools: HashMap::new(), notes })
    }
}

/// Nanoseconds that a job needs to make a node.
fn cost_of_making() -> u64 {
    const NODES: u32 = 1000;
    let least = AtomicU64::new(u64::MAX);
    let job = |job: &mut Spin, cx: &mut Context<'_, Spin>| {
        if job.0 == 0 {
            let start = Instant::now();
            for number in 1..=NODES {
                cx.node(Spin(number), &[]);
            }
            least.fetch_min(start.elapsed().as_nanos() as u64 / u64::from(NODES), Ordering::Relaxed);
        }
    };
    let mut pool = Pool::new(1);
    for _ in 0..10 {
        pool.run(job, |cx| cx.spawn(Spin(0)));
    }
    least.into_inner()
}

impl Bench for Replayed {
    fn time(&mut self, variant: &Variant, _round: u32) -> Result<f64, String> {
        let text = format!("{},{}", self.base, variant.policy);
        let workers = variant.jobs.unwrap_or(self.jobs);
        let pool = match self.pools.entry((text, workers)) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(new) => {
                // An older policy may have had other knobs.
                let policy: Policy =
                    new.key().0.parse().or_else(|_| variant.policy.parse()).unwrap_or_default();
                new.insert(Pool::with_policy(workers, policy))
            }
        };
        self.script.run(pool, self.spinner)
    }

    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }
}
