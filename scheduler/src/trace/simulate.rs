//! A run in virtual time: a recorded graph on as many workers as one likes, through the policy's own decisions.
//!
//! What is simulated: each worker's two queues and run-next slot, who searches and who sleeps, wakes and their delay,
//! steals, the inbox, tokens for child processes, cores that are shared when more runs than there are, and what company
//! costs if that is known ([`Company`](super::Company)). What is not: caches and memory by any finer model than that.
//!
//! Time has two measures. *Progress* is what all that runs has advanced; with more than there are cores, it is slower
//! than the clock by their ratio. All events lie on the axis of progress.

use super::costs::Costs;
use super::span::Graph;
use crate::chaos::Random;
use crate::decide;
use crate::policy::{Order, Policy};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// What to simulate.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Workers, and child processes at once unless the policy says otherwise.
    pub workers: usize,
    /// Cores.
    pub cores: usize,
    /// The policy.
    pub policy: Policy,
    /// What the scheduler's own work costs.
    pub costs: Costs,
    /// For random victims.
    pub seed: u64,
    /// By node, for barriers between phases; empty for none.
    pub phases: Vec<u32>,
}

impl Setting {
    fn max_searchers(&self) -> usize {
        decide::max_searchers(&self.policy, self.workers, self.cores)
    }
}

/// What came of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Simulated {
    /// How long it took.
    pub makespan: u64,
    /// Nodes taken from other workers.
    pub stolen: u64,
    /// Workers woken.
    pub wakes: u64,
    /// Nodes that never ran; nought unless what-if questions cut the graph apart.
    pub left: u64,
}

/// Runs a graph in virtual time.
pub fn simulate(graph: &Graph, setting: &Setting) -> Simulated {
    let mut run = Run::new(graph, setting);
    run.set_up();
    while let Some(Reverse((progress, _, event))) = run.events.pop() {
        run.advance(progress);
        run.handle(event);
    }
    let left =
        graph.tasks.iter().zip(&run.nodes).filter(|(task, node)| task.is_over && !node.is_over).count();
    Simulated { left: left as u64, ..run.result }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A job comes to its next action, or to its end.
    Step(u32),
    /// A worker looks for work.
    Look(u32),
    /// A searcher has searched long enough; the number tells searches apart.
    GiveUp(u32, u32),
    /// A child process has come to its end, or to where company is looked at again.
    Child(u32),
}

/// How much of a task is done before it is looked again at how many cores are busy, if that matters to it.
const PIECE: u64 = 100_000;

/// What happens inside a job.
#[derive(Clone, Copy)]
struct Action {
    offset: u64,
    node: u32,
    is_making: bool,
}

#[derive(Clone, Copy, Default)]
struct State {
    /// What it waits for; while it is not made, those that were met are counted below nought.
    open: i32,
    is_made: bool,
    is_over: bool,
}

#[derive(Default)]
struct Worker {
    queues: [VecDeque<u32>; 2],
    next: Option<u32>,
    current: Option<u32>,
    /// The next action of the current job.
    at: usize,
    /// How much of the current job is done when that comes.
    offset: u64,
    n_run: u64,
    last_victim: usize,
    is_searching: bool,
    is_asleep: bool,
    n_searches: u32,
    /// From when on it can look, if it was just woken.
    awake_from: u64,
    /// Whether it has a thread.
    is_started: bool,
}

struct Run<'a> {
    graph: &'a Graph,
    setting: &'a Setting,
    /// By node: first action; actions of all nodes.
    actions: (Vec<u32>, Vec<Action>),
    /// By node: first successor; successors of all nodes.
    successors: (Vec<u32>, Vec<u32>),
    nodes: Vec<State>,
    workers: Vec<Worker>,
    sleepers: Vec<u32>,
    n_awake: usize,
    n_searching: usize,
    inbox: Vec<u32>,
    /// Nodes whose child processes wait for a token.
    queued: VecDeque<u32>,
    /// By node: what its child process has still to do, once that runs.
    child_left: Vec<u64>,
    tokens: usize,
    n_active: usize,
    progress: u64,
    clock: f64,
    events: BinaryHeap<Reverse<(u64, u64, Event)>>,
    n_events: u64,
    random: Random,
    /// By phase: nodes that are not over; nodes that are ready too early.
    phases: Vec<(u64, Vec<u32>)>,
    phase: usize,
    /// What wakes have cost the current job since its last action.
    waking: u64,
    result: Simulated,
}

/// Groups pairs by their first number.
fn group<T: Copy>(n: usize, pairs: &[(u32, T)]) -> (Vec<u32>, Vec<T>) {
    let mut first = vec![0u32; n + 1];
    pairs.iter().for_each(|pair| first[pair.0 as usize + 1] += 1);
    (0..n).for_each(|at| first[at + 1] += first[at]);
    let mut order: Vec<u32> = (0..pairs.len() as u32).collect();
    order.sort_by_key(|&at| pairs[at as usize].0);
    (first, order.into_iter().map(|at| pairs[at as usize].1).collect())
}

impl<'a> Run<'a> {
    fn new(graph: &'a Graph, setting: &'a Setting) -> Self {
        let n = graph.tasks.len();
        let (mut actions, mut arcs) = (Vec::new(), Vec::new());
        let mut nodes = vec![State::default(); n];
        for (node, task) in graph.tasks.iter().enumerate().filter(|(_, task)| task.is_over) {
            let is_over = |other: u32| graph.tasks[other as usize].is_over;
            for (by, is_making) in
                task.made.iter().map(|by| (by, true)).chain(task.done.iter().map(|by| (by, false)))
            {
                actions.push((by.0, Action { offset: by.1, node: node as u32, is_making }));
            }
            arcs.extend(
                task.after.iter().filter(|&&before| is_over(before)).map(|&before| (before, node as u32)),
            );
        }
        actions.sort_by_key(|(by, action)| (*by, action.offset));
        let n_phases = setting.phases.iter().max().map_or(0, |&last| last as usize + 1);
        let mut phases = vec![(0, Vec::new()); n_phases];
        for (&phase, task) in setting.phases.iter().zip(&graph.tasks) {
            phases[phase as usize].0 += u64::from(task.is_over);
        }
        arcs.iter().for_each(|&(_, after)| nodes[after as usize].open += 1);
        let n_workers = setting.workers.max(1);
        let worker = |number| Worker { last_victim: number, is_asleep: number > 0, ..Worker::default() };
        let tokens = if setting.policy.children == 0 { n_workers } else { setting.policy.children as usize };
        Run {
            graph,
            setting,
            actions: group(n, &actions),
            successors: group(n, &arcs),
            nodes,
            workers: (0..n_workers).map(worker).collect(),
            sleepers: (1..n_workers as u32).rev().collect(),
            n_awake: 1,
            n_searching: 0,
            inbox: Vec::new(),
            queued: VecDeque::new(),
            child_left: vec![0; n],
            tokens,
            n_active: 0,
            progress: 0,
            clock: 0.0,
            events: BinaryHeap::new(),
            n_events: 0,
            random: Random::new(setting.seed),
            phases,
            phase: 0,
            waking: 0,
            result: Simulated::default(),
        }
    }

    /// What the caller of the pool makes.
    fn set_up(&mut self) {
        for node in 0..self.graph.tasks.len() as u32 {
            let task = &self.graph.tasks[node as usize];
            if task.is_over && task.made.is_none() {
                self.make(0, node);
            }
        }
        // The first wake is the caller's.
        let waking = std::mem::take(&mut self.waking);
        self.at(waking, Event::Look(0));
    }

    fn at(&mut self, delay: u64, event: Event) {
        self.n_events += 1;
        self.events.push(Reverse((self.progress + delay, self.n_events, event)));
    }

    fn advance(&mut self, progress: u64) {
        let crowd = self.n_active.max(self.setting.cores) as f64 / self.setting.cores as f64;
        self.clock += (progress - self.progress) as f64 * crowd;
        self.progress = progress;
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Step(worker) => self.step(worker as usize),
            Event::Look(worker) => self.look(worker as usize),
            Event::GiveUp(worker, search) => {
                let it = &self.workers[worker as usize];
                if it.is_searching && it.n_searches == search {
                    self.retire(worker);
                }
            }
            Event::Child(node) => self.child(node),
        }
    }

    /// A node is made by a worker.
    fn make(&mut self, worker: usize, node: u32) {
        let task = &self.graph.tasks[node as usize];
        self.nodes[node as usize].is_made = true;
        if task.child.is_some() {
            self.nodes[node as usize].open += 1;
            self.queued.push_back(node);
            self.start_children();
        } else if task.done.is_some() {
            // Those who completed it earlier than it was made have left one below nought.
            self.nodes[node as usize].open += 1;
        }
        self.check_ready(worker, node, task.is_next);
    }

    fn start_children(&mut self) {
        while self.tokens > 0
            && let Some(node) = self.queued.pop_front()
        {
            self.tokens -= 1;
            self.n_active += 1;
            self.child_left[node as usize] = self.graph.tasks[node as usize].child.unwrap_or(0);
            self.go_on_child(node);
        }
    }

    /// A child process works up to the next look at company, or to its end.
    fn go_on_child(&mut self, node: u32) {
        let (part, time) = self.piece(node, self.child_left[node as usize]);
        self.child_left[node as usize] -= part;
        self.at(time, Event::Child(node));
    }

    fn child(&mut self, node: u32) {
        if self.child_left[node as usize] > 0 {
            return self.go_on_child(node);
        }
        self.n_active -= 1;
        self.tokens += 1;
        self.start_children();
        self.inbox.push(node);
        self.post(None);
    }

    /// How much of a node's work is done up to the next look at company, and how long that takes now.
    fn piece(&self, node: u32, work: u64) -> (u64, u64) {
        let company = &self.graph.company;
        if company.is_free() {
            return (work, work);
        }
        let busy = self.n_active.min(self.setting.cores) as u32;
        let part = work.min(PIECE);
        (part, (part as f64 * company.factor(self.graph.tasks[node as usize].kind, busy)).round() as u64)
    }

    /// Something that a node waits for is there.
    fn met(&mut self, worker: usize, node: u32, may_jump: bool) {
        self.nodes[node as usize].open -= 1;
        self.check_ready(worker, node, may_jump);
    }

    fn check_ready(&mut self, worker: usize, node: u32, may_jump: bool) {
        let state = self.nodes[node as usize];
        if !state.is_made || state.open > 0 || state.is_over {
            return;
        }
        if let Some(&phase) = self.setting.phases.get(node as usize)
            && phase as usize > self.phase
        {
            return self.phases[phase as usize].1.push(node);
        }
        self.ready(worker, node, may_jump);
    }

    fn ready(&mut self, worker: usize, node: u32, may_jump: bool) {
        // Events and what else takes no worker's time end at once; what is too early for its phase was kept back.
        if self.graph.tasks[node as usize].is_event {
            return self.end(worker, node, may_jump);
        }
        let policy = &self.setting.policy;
        if !may_jump || !policy.run_next {
            return self.enqueue(worker, node);
        }
        match self.workers[worker].next {
            None => self.workers[worker].next = Some(node),
            Some(rival) if policy.priorities && self.weight(node) > self.weight(rival) => {
                self.workers[worker].next = Some(node);
                self.enqueue(worker, rival);
            }
            Some(_) => self.enqueue(worker, node),
        }
    }

    fn weight(&self, node: u32) -> u32 {
        self.graph.tasks[node as usize].weight
    }

    fn enqueue(&mut self, worker: usize, node: u32) {
        let is_urgent = self.setting.policy.priorities && self.weight(node) > 0;
        self.workers[worker].queues[usize::from(!is_urgent)].push_back(node);
        self.post(Some(worker));
    }

    /// A node is over.
    fn end(&mut self, worker: usize, node: u32, may_jump: bool) {
        self.nodes[node as usize].is_over = true;
        let successors = self.successors.0[node as usize]..self.successors.0[node as usize + 1];
        for at in successors {
            self.met(worker, self.successors.1[at as usize], may_jump);
        }
        if let Some(&phase) = self.setting.phases.get(node as usize) {
            self.phases[phase as usize].0 -= 1;
            while self.phases.get(self.phase).is_some_and(|phase| phase.0 == 0)
                && self.phase + 1 < self.phases.len()
            {
                self.phase += 1;
                for node in std::mem::take(&mut self.phases[self.phase].1) {
                    self.ready(worker, node, false);
                }
            }
        }
        self.result.makespan = self.clock as u64;
    }

    /// The current job has come to its next action, or to its end.
    fn step(&mut self, worker: usize) {
        let Some(node) = self.workers[worker].current else { return };
        let last = self.actions.0[node as usize + 1] as usize;
        let work = self.graph.tasks[node as usize].work;
        let now = self.workers[worker].offset;
        self.waking = 0;
        while self.workers[worker].at < last {
            let action = self.actions.1[self.workers[worker].at];
            if action.offset > now && now < work {
                break;
            }
            self.workers[worker].at += 1;
            if action.is_making {
                self.make(worker, action.node);
            } else {
                self.met(worker, action.node, false);
            }
        }
        if now < work {
            let waking = std::mem::take(&mut self.waking);
            return self.go_on(worker, node, waking);
        }
        self.n_active -= 1;
        self.workers[worker].current = None;
        self.end(worker, node, true);
        self.look(worker);
    }

    /// The current job works up to its next action or its end.
    fn go_on(&mut self, worker: usize, node: u32, delay: u64) {
        let (at, offset) = (self.workers[worker].at, self.workers[worker].offset);
        let work = self.graph.tasks[node as usize].work;
        let is_last = at >= self.actions.0[node as usize + 1] as usize;
        let until = if is_last { work } else { self.actions.1[at].offset.min(work) };
        let (part, time) = self.piece(node, until - offset);
        self.workers[worker].offset = offset + part;
        self.at(time + delay, Event::Step(worker as u32));
    }

    fn start(&mut self, worker: usize, node: u32, delay: u64) {
        let it = &mut self.workers[worker];
        (it.current, it.at, it.offset) = (Some(node), self.actions.0[node as usize] as usize, 0);
        it.n_run += 1;
        self.n_active += 1;
        // What the end of the last job cost, if it woke somebody.
        let waking = std::mem::take(&mut self.waking);
        self.go_on(worker, node, delay + waking);
    }

    /// A worker without a job looks everywhere once.
    fn look(&mut self, worker: usize) {
        let it = &self.workers[worker];
        // It was to look as a searcher, but has found a node or has gone to sleep since, or is only waking up again.
        if it.current.is_some() || it.is_asleep || self.progress < it.awake_from {
            return;
        }
        let costs = self.setting.costs;
        if self.workers[worker].is_searching {
            self.read_inbox(worker);
            let found = self.take_own(worker).map(|node| (node, 0)).or_else(|| self.steal(worker));
            let Some((node, cost)) = found else { return };
            self.workers[worker].is_searching = false;
            self.n_searching -= 1;
            if self.n_searching == 0 && self.has_work() {
                self.post(None);
            }
            return self.start(worker, node, costs.node + cost);
        }
        if let Some(node) = self.workers[worker].next.take() {
            return self.start(worker, node, costs.node);
        }
        if self.workers[worker].n_run.is_multiple_of(decide::until_mail(&self.setting.policy).into()) {
            self.read_inbox(worker);
        }
        if let Some(node) = self.take_own(worker) {
            return self.start(worker, node, costs.node);
        }
        self.read_inbox(worker);
        let found = self.take_own(worker).map(|node| (node, 0)).or_else(|| self.steal(worker));
        if let Some((node, cost)) = found {
            return self.start(worker, node, costs.node + cost);
        }
        if self.n_awake > 1 && self.n_searching < self.setting.max_searchers() {
            self.n_searching += 1;
            let it = &mut self.workers[worker];
            it.is_searching = true;
            it.n_searches += 1;
            let search = it.n_searches;
            let patience = u64::from(self.setting.policy.spins) * costs.round;
            return self.at(patience, Event::GiveUp(worker as u32, search));
        }
        self.retire(worker as u32);
    }

    fn read_inbox(&mut self, worker: usize) {
        for node in std::mem::take(&mut self.inbox) {
            self.met(worker, node, false);
        }
    }

    fn take_own(&mut self, worker: usize) -> Option<u32> {
        let it = &mut self.workers[worker];
        if let Some(node) = it.next.take() {
            return Some(node);
        }
        let order = self.setting.policy.order;
        let mut queues = it.queues.iter_mut();
        queues.find_map(|queue| match order {
            Order::Lifo => queue.pop_back(),
            Order::Fifo => queue.pop_front(),
        })
    }

    /// Takes nodes from another worker; the first one and what that cost.
    fn steal(&mut self, thief: usize) -> Option<(u32, u64)> {
        let (policy, n) = (&self.setting.policy, self.workers.len());
        let first =
            decide::first_victim(policy, n, thief, self.workers[thief].last_victim, self.random.next());
        for class in 0..2 {
            for step in 0..n {
                let victim = decide::victim(policy, n, thief, first, step);
                let available = self.workers[victim].queues[class].len();
                if victim == thief || available == 0 {
                    continue;
                }
                let amount = decide::steal_amount(policy, available).min(available);
                let taken: Vec<u32> = self.workers[victim].queues[class].drain(..amount).collect();
                self.result.stolen += amount as u64;
                self.workers[thief].last_victim = victim;
                self.workers[thief].queues[class].extend(&taken[1..]);
                return Some((taken[0], self.setting.costs.steal));
            }
        }
        None
    }

    fn has_work(&self) -> bool {
        !self.inbox.is_empty()
            || self.workers.iter().any(|worker| worker.queues.iter().any(|queue| !queue.is_empty()))
    }

    /// Work was made visible: a searcher sees it in its next round, or a sleeper is woken. `by` is not its own searcher.
    fn post(&mut self, by: Option<usize>) {
        if self.n_searching == 0 {
            return self.wake();
        }
        let round = self.setting.costs.round;
        let searcher =
            (0..self.workers.len()).find(|&other| self.workers[other].is_searching && Some(other) != by);
        if let Some(searcher) = searcher {
            let sleeps = self.workers[searcher].awake_from.saturating_sub(self.progress);
            self.at(round.max(sleeps), Event::Look(searcher as u32));
        }
    }

    fn wake(&mut self) {
        let Some(worker) = self.sleepers.pop() else { return };
        self.n_awake += 1;
        self.n_searching += 1;
        self.result.wakes += 1;
        let it = &mut self.workers[worker as usize];
        (it.is_searching, it.is_asleep) = (true, false);
        it.n_searches += 1;
        let search = it.n_searches;
        let costs = self.setting.costs;
        let is_first = !std::mem::replace(&mut it.is_started, true);
        let (delay, cost) = if is_first { (costs.start, costs.starting) } else { (costs.wake, costs.waking) };
        it.awake_from = self.progress + delay;
        self.waking += cost;
        self.at(delay, Event::Look(worker));
        let patience = delay + u64::from(self.setting.policy.spins) * costs.round;
        self.at(patience, Event::GiveUp(worker, search));
    }

    /// A worker goes to sleep.
    fn retire(&mut self, worker: u32) {
        let it = &mut self.workers[worker as usize];
        if std::mem::take(&mut it.is_searching) {
            self.n_searching -= 1;
        }
        it.is_asleep = true;
        self.n_awake -= 1;
        self.sleepers.push(worker);
        if self.n_searching == 0 && self.has_work() {
            self.wake();
        }
    }
}
