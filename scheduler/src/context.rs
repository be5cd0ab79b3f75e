//! What a job can do: make nodes, edges, events and child processes.

#![expect(unsafe_code, reason = "a job is put into the node that was just made for it")]

use crate::Job;
use crate::chaos::Random;
use crate::child::Capture;
use crate::deque::Owner;
use crate::node::{INLINE_LINKS, Kind, Laid, Link, Met, Node, NodeId};
use crate::outside::{Handle, Outside};
use crate::policy::{Chaos, Order};
use crate::pool::Run;
use crate::report::Metrics;
use crate::slab::Free;
use crate::sleep::Waker;
use crate::sync::Ordering;
use crate::trace::record::{self, Recorder};
use std::io;
use std::ops::Range;
use std::process::{Command, Output};

/// A worker, as the job that it runs sees it: everything that a job can do to the graph.
///
/// A node that has been made runs when the nodes that it comes `after` have finished. Ids may be kept, sent to other
/// jobs, and used after their node has finished.
pub struct Context<'r, J> {
    pub(crate) run: &'r Run<'r, J>,
    pub(crate) outside: &'r Outside,
    pub(crate) index: usize,
    pub(crate) urgent: Owner<'r>,
    pub(crate) deque: Owner<'r>,
    /// Ready nodes in serial chaos.
    pub(crate) bag: Vec<u32>,
    /// The node to run before all others.
    pub(crate) next: Option<u32>,
    /// Whether a job is to run even before that.
    pub(crate) step: Step,
    /// The cells of such jobs: the one at hand may lie in one, the next comes into the other.
    pub(crate) steps: [(u32, &'r Node<J>); 2],
    /// Which is the other.
    pub(crate) other: usize,
    /// How many there were.
    pub(crate) n_steps: u64,
    /// The node whose job runs.
    pub(crate) current: Option<u32>,
    pub(crate) nodes: Free,
    pub(crate) edges: Free,
    pub(crate) random: Random,
    pub(crate) last_victim: usize,
    pub(crate) metrics: Metrics,
    /// How many events it has ended.
    pub(crate) n_events: u64,
    /// Events that the node at hand ended; empty between nodes.
    pub(crate) events: Vec<u32>,
    /// Nodes to run before it looks again at what came from outside.
    pub(crate) until_mail: u32,
    /// Whether it was started as a searcher and has not searched yet.
    pub(crate) is_woken: bool,
    pub(crate) has_chaos: bool,
    pub(crate) is_serial_chaos: bool,
    /// Whether ready nodes do not simply go to its queue: in chaos, and in a replay.
    pub(crate) is_odd: bool,
    /// Whether ready nodes simply go to its queue, and the newest comes out first.
    pub(crate) is_simple: bool,
    /// Whether somebody wants to know which nodes are made: a recorder or a replay.
    pub(crate) is_watched: bool,
    /// In a replay: the node of the record whose job runs.
    pub(crate) recorded: Option<u32>,
    /// How often the job asked whether anybody is hungry, if somebody wants to know.
    pub(crate) n_asked: u32,
    /// Notes of what happens, if that is wanted.
    pub(crate) recorder: Option<Box<Recorder>>,
}

/// A job that follows the one at hand on this worker needs no node: nobody else ever sees it. It waits in a cell that is
/// the worker's for the whole run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// There is none.
    None,
    /// It waits.
    Waits,
    /// It would need a node: no job is at hand, or somebody wants to know of it.
    Off,
}

const PLAIN: Kind = Kind { has_job: true, is_event: false, is_anonymous: false };
const ANONYMOUS: Kind = Kind { is_anonymous: true, ..PLAIN };
const EVENT: Kind = Kind { has_job: false, is_event: true, is_anonymous: false };

impl<'r, J: Job> Context<'r, J> {
    pub(crate) fn new(run: &'r Run<'r, J>, index: usize) -> Self {
        let chaos = if run.replay.is_none() { run.policy.chaos } else { Chaos::Off };
        let seed = match chaos {
            Chaos::Off => 0,
            Chaos::Serial(seed) | Chaos::Threads(seed) => seed,
        };
        let mut nodes = Free::new();
        let steps = [(); 2].map(|()| {
            let number = nodes.take(&run.nodes);
            (number, run.nodes.at(number))
        });
        Context {
            run,
            outside: &run.outside,
            index,
            urgent: Owner::new(&run.deques[index][0], run.deques.len() == 1),
            deque: Owner::new(&run.deques[index][1], run.deques.len() == 1),
            bag: Vec::new(),
            next: None,
            step: Step::Off,
            steps,
            other: 0,
            n_steps: 0,
            current: None,
            nodes,
            edges: Free::new(),
            random: Random::new(seed ^ (index as u64) << 32),
            last_victim: index,
            metrics: Metrics::default(),
            n_events: 0,
            events: Vec::new(),
            until_mail: 1,
            // A replay finds all nodes by searching.
            is_woken: index != 0 || run.replay.is_some(),
            has_chaos: chaos != Chaos::Off,
            is_serial_chaos: matches!(chaos, Chaos::Serial(_)),
            is_odd: chaos != Chaos::Off || run.replay.is_some(),
            is_simple: chaos == Chaos::Off
                && run.replay.is_none()
                && run.policy.order == Order::Lifo
                && !run.policy.priorities,
            is_watched: run.outside.collector.is_some() || run.replay.is_some(),
            recorded: None,
            n_asked: 0,
            recorder: run.outside.collector.as_ref().map(|collector| collector.recorder()),
        }
    }

    /// The worker's number: 0 for the thread that called [`Pool::run`](crate::Pool::run).
    #[inline]
    pub fn worker(&self) -> usize {
        self.index
    }

    /// How many workers there are at most.
    pub fn n_workers(&self) -> usize {
        self.run.deques.len()
    }

    /// Makes a node that runs as soon as a worker is free. The cheapest kind: nothing can be made to come after it.
    // Inlined, here and below, and the job is put in its place before anything else sees it: so it is made there. To copy
    // what has just been written in pieces would stall the processor for longer than the rest takes.
    #[inline(always)]
    pub fn spawn(&mut self, job: J) {
        let (number, node) = self.cell(job);
        self.open_nameless(number, node);
        self.enqueue(number);
    }

    /// Makes a node that this worker runs right after the current job, before all others. Other workers do not see it
    /// until then, so it is for the last thing that a job does: its own continuation.
    #[inline(always)]
    pub fn next(&mut self, job: J) {
        if self.step != Step::None {
            let (number, node) = self.cell(job);
            return self.next_node(number, node);
        }
        // SAFETY: the cell was never given back, so it is this worker's; the job at hand is not in this one, and what was
        // there before has been dropped.
        unsafe { self.steps[self.other].1.put(job) };
        self.step = Step::Waits;
    }

    #[inline(never)]
    fn next_node(&mut self, number: u32, node: &Node<J>) {
        self.open_nameless(number, node);
        if self.is_watched
            && let Some(recorder) = &mut self.recorder
        {
            recorder.next(NodeId { number, generation: node.header.generation() });
        }
        self.run_next(number);
    }

    /// Makes a node that runs after some nodes and events; those that have finished are met at once.
    #[inline(always)]
    pub fn node(&mut self, job: J, after: &[NodeId]) -> NodeId {
        let (number, node) = self.cell(job);
        self.make_node(number, node, after)
    }

    fn make_node(&mut self, number: u32, node: &Node<J>, after: &[NodeId]) -> NodeId {
        let unmet = after.len() as u32 + u32::from(!after.is_empty());
        let generation = self.open(number, node, PLAIN, false, unmet);
        if self.lay(number, after) == Met::Ready {
            self.enqueue(number);
        }
        NodeId { number, generation }
    }

    /// As [`node`](Self::node), but it also waits for [`complete`](Self::complete); until then more edges can be added.
    pub fn held(&mut self, job: J, after: &[NodeId]) -> NodeId {
        let (number, node) = self.cell(job);
        self.make_held(number, node, PLAIN, after)
    }

    /// Makes an event: a node without a job, which is finished when it is [completed](Self::complete) by hand.
    pub fn event(&mut self) -> NodeId {
        let number = self.nodes.take(&self.run.nodes);
        self.make_held(number, self.run.nodes.at(number), EVENT, &[])
    }

    /// As [`event`](Self::event), with a job that is never run but lends its label to reports.
    pub fn labelled_event(&mut self, label: J) -> NodeId {
        let (number, node) = self.cell(label);
        self.make_held(number, node, Kind { has_job: true, ..EVENT }, &[])
    }

    /// Completes an event, or lets a held node go. False if that was done before.
    pub fn complete(&mut self, event: NodeId) -> bool {
        let Some(node) = self.run.nodes.get(event.number) else { return false };
        match node.header.release(event.generation) {
            None => false,
            Some(met) => {
                if let Some(recorder) = &mut self.recorder {
                    recorder.done(event, self.current.is_some());
                }
                if met == Met::Ready {
                    self.make_ready(event.number);
                }
                true
            }
        }
    }

    /// Makes a held node or an event wait for a node more. False if it is not held any more: then it does not wait.
    pub fn edge(&mut self, before: NodeId, after: NodeId) -> bool {
        let Some(successor) = self.run.nodes.get(after.number) else { return false };
        if !successor.header.expect_another(after.generation) {
            return false;
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.edge(before, after);
        }
        let link = self.edge_cell(after.number);
        if self.link(before, link, after.number) && successor.header.met(1) == Met::Ready {
            self.make_ready(after.number);
        }
        true
    }

    /// Whether a node has finished.
    pub fn is_finished(&self, node: NodeId) -> bool {
        self.run.nodes.get(node.number).is_none_or(|n| n.header.is_over(node.generation))
    }

    /// Starts a child process when there is a token for it, without holding a worker, and makes a node that runs `then`
    /// when it has ended. Before that, `on_end` is called on some thread with how it ended; it should only store that.
    ///
    /// With [`Capture::Output`] what the child writes is collected; else it goes where the command says.
    pub fn child(
        &mut self,
        command: Command,
        capture: Capture,
        on_end: impl FnOnce(io::Result<Output>) + Send + 'static,
        then: J,
    ) -> NodeId {
        let node = self.held(then, &[]);
        let handle = self.handle();
        self.run.reaper.submit(command, capture, Box::new(on_end), handle, node);
        node
    }

    /// Something that completes events from any thread. The run does not end while it is alive.
    pub fn handle(&self) -> Handle {
        Handle::new(&self.run.outside)
    }

    /// Cancels the run: what is queued or waits is dropped, what runs is not disturbed.
    pub fn cancel(&self) {
        self.run.outside.cancel();
    }

    /// Whether the run was cancelled. Long jobs may want to look now and then.
    pub fn is_cancelled(&self) -> bool {
        self.run.outside.is_cancelled.load(Ordering::Acquire)
    }

    /// Whether another worker would take work if there were any: its own queue is empty and somebody is idle.
    #[inline]
    pub fn is_hungry(&mut self) -> bool {
        if self.is_watched { self.hunger_watched() } else { self.sees_hunger() }
    }

    #[inline]
    fn sees_hunger(&self) -> bool {
        self.deque.shared().is_empty() && self.run.outside.sleep.is_anyone_idle()
    }

    /// Jobs do different things by the answer, so it is recorded, and replayed.
    #[cold]
    fn hunger_watched(&mut self) -> bool {
        self.n_asked += 1;
        let answer = match &self.run.replay {
            Some(replay) => replay.was_hungry(self.recorded, self.n_asked),
            None => self.sees_hunger(),
        };
        if let Some(recorder) = &mut self.recorder
            && answer
            && self.current.is_some()
        {
            recorder.hungry(self.n_asked);
        }
        answer
    }

    /// Does `each` for a range, and gives half of what is left away whenever somebody would take it: `rest` makes the
    /// job that will call this function again for its part.
    pub fn split(
        &mut self,
        mut range: Range<usize>,
        rest: impl Fn(Range<usize>) -> J,
        mut each: impl FnMut(&mut Self, usize),
    ) {
        while range.start < range.end {
            if range.len() > 1 && self.is_hungry() {
                let middle = range.start + range.len().div_ceil(2);
                self.spawn(rest(middle..range.end));
                range.end = middle;
            }
            each(self, range.start);
            range.start += 1;
        }
    }

    /// Puts a job into a free cell.
    #[inline(always)]
    fn cell(&mut self, job: J) -> (u32, &'r Node<J>) {
        let run = self.run;
        let number = self.nodes.take(&run.nodes);
        let node = run.nodes.at(number);
        // SAFETY: the cell was just taken from the free ones, so nobody else has it.
        unsafe { node.put(job) };
        (number, node)
    }

    /// Makes a node of a cell that has its job already; its generation.
    #[inline]
    fn open(&mut self, number: u32, node: &Node<J>, kind: Kind, is_held: bool, unmet: u32) -> u32 {
        if self.is_watched {
            self.note_made(number, kind, is_held, unmet);
        }
        self.metrics.created += 1;
        node.header.open(kind, is_held, unmet)
    }

    /// The same for a node of which nobody gets the id.
    #[inline]
    fn open_nameless(&mut self, number: u32, node: &Node<J>) {
        if self.is_watched {
            // It has a name for those who watch.
            self.open(number, node, ANONYMOUS, false, 0);
        } else {
            self.metrics.created += 1;
            node.header.open_nameless();
        }
    }

    #[inline(never)]
    fn note_made(&mut self, number: u32, kind: Kind, is_held: bool, unmet: u32) {
        let node = self.run.nodes.at(number);
        let id = NodeId { number, generation: node.header.generation() };
        // SAFETY: as in `cell`; if there is to be a job, it was put in.
        let job = kind.has_job.then(|| unsafe { &*node.job() });
        let flag = |is_set: bool, flag: u64| if is_set { flag } else { 0 };
        let flags = flag(self.current.is_some(), record::IN_JOB)
            | flag(kind.is_event, record::EVENT)
            | flag(is_held, record::HELD);
        if let Some(recorder) = &mut self.recorder {
            // `unmet` is one more than there are edges, if there are any.
            recorder.made(id, job, unmet.saturating_sub(1), flags);
        }
        if let (Some(replay), Some(job), false) = (&self.run.replay, job, kind.is_event) {
            self.recognise(replay, number, job);
        }
    }

    fn make_held(&mut self, number: u32, node: &Node<J>, kind: Kind, after: &[NodeId]) -> NodeId {
        let unmet = after.len() as u32 + u32::from(!after.is_empty());
        let generation = self.open(number, node, kind, true, unmet);
        // Held, so not ready.
        let _ = self.lay(number, after);
        NodeId { number, generation }
    }

    /// Lays the edges to a new node, whose `unmet` is one more than there are, if there are any.
    fn lay(&mut self, number: u32, after: &[NodeId]) -> Met {
        if after.is_empty() {
            return Met::Ready;
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.edges(after);
        }
        let mut met = 1;
        for (place, &before) in after.iter().enumerate() {
            let link =
                if place < INLINE_LINKS { Link::Inline(number, place) } else { self.edge_cell(number) };
            met += u32::from(self.link(before, link, number));
        }
        self.run.nodes.at(number).header.met(met)
    }

    fn edge_cell(&mut self, successor: u32) -> Link {
        let cell = self.edges.take(&self.run.edges);
        self.run.edges.at(cell).successor.store(successor, Ordering::Relaxed);
        Link::Cell(cell)
    }

    /// Adds an edge from a node. True if the edge is met already; then its cell is free again.
    fn link(&mut self, before: NodeId, link: Link, after: u32) -> bool {
        let run = self.run;
        if self.has_chaos {
            self.random.pause();
        }
        let next = match link {
            Link::Inline(number, place) => &run.nodes.at(number).header.links[place],
            Link::Cell(cell) => &run.edges.at(cell).next,
        };
        let set_next = |first| next.store(first, Ordering::Relaxed);
        let laid = match run.nodes.get(before.number) {
            Some(node) => node.header.link(before.generation, link.pack(), set_next),
            None => Laid::Finished,
        };
        if laid == Laid::Yes {
            return false;
        }
        if laid == Laid::Failed {
            run.pass_on_cause(before.number, after);
            run.nodes.at(after).header.poison();
        }
        if let Link::Cell(cell) = link {
            self.edges.give(&run.edges, cell);
        }
        true
    }

    /// A node's last dependency is met, inside a job.
    fn make_ready(&mut self, number: u32) {
        let kind = self.run.nodes.at(number).header.kind();
        if kind.is_some_and(|kind| kind.is_event) {
            self.end_event(number);
        } else {
            self.enqueue(number);
        }
    }

    /// Puts a ready node where it is found.
    #[inline]
    pub(crate) fn enqueue(&mut self, number: u32) {
        if !self.is_simple {
            return self.enqueue_otherwise(number);
        }
        self.deque.push(number);
        self.post();
    }

    #[inline(never)]
    fn enqueue_otherwise(&mut self, number: u32) {
        if self.is_odd {
            if let Some(replay) = &self.run.replay {
                return self.hand_over(replay, number);
            }
            if self.is_serial_chaos {
                return self.bag.push(number);
            }
            self.random.pause();
        }
        if self.run.policy.priorities && self.weight(number) > 0 {
            self.urgent.push(number);
        } else {
            self.deque.push(number);
        }
        self.post();
    }

    /// Sees to it that somebody looks for work that was just made visible.
    #[inline]
    pub(crate) fn post(&mut self) {
        if self.outside.post(Waker::Worker(self.index as u32)) {
            self.note_wake();
        }
    }

    /// Another worker was woken.
    #[cold]
    fn note_wake(&mut self) {
        self.metrics.wakes += 1;
        if let Some(recorder) = &mut self.recorder {
            recorder.wake();
        }
    }

    /// Has a ready node run next, unless the policy forbids or another one is in the way.
    #[inline]
    pub(crate) fn run_next(&mut self, number: u32) {
        let is_odd = self.is_odd && !self.keeps_queues();
        if self.next.is_some() || self.step == Step::Waits || !self.run.policy.run_next || is_odd {
            self.enqueue(number);
        } else {
            self.next = Some(number);
        }
    }

    /// Whether nodes wait in queues although something is odd.
    #[cold]
    fn keeps_queues(&self) -> bool {
        !self.is_serial_chaos && self.run.replay.is_none()
    }

    /// The weight of a ready node that this worker has.
    pub(crate) fn weight(&self, number: u32) -> u32 {
        // SAFETY: ready nodes have their job, and this worker made the node ready and has not handed it on.
        unsafe { self.run.nodes.at(number).job() }.weight()
    }

    /// The first nodes are made.
    pub(crate) fn set_up(&mut self) {
        if let Some(next) = self.next.take() {
            self.enqueue(next);
        }
    }

    /// From now on jobs run.
    pub(crate) fn allow_steps(&mut self) {
        if !self.is_watched && self.run.policy.run_next && !self.is_serial_chaos {
            self.step = Step::None;
        }
    }
}
