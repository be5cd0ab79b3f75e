//! Work, span and the critical path: what a run needed, whatever the number of workers.

use super::Trace;
use super::company::Company;
use super::load::Load;

/// A run as its graph prescribes it: how much work each node is, and when in the work of others it is made.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// Nodes in an order in which each comes after what it depends on.
    pub order: Vec<u32>,
    /// By node.
    pub tasks: Vec<Task>,
    /// How much longer they take in company; nothing is known of it if only one record is at hand.
    pub company: Company,
}

/// A node's part in a [`Graph`]. Work is nanoseconds with a core for it, and alone if company's cost is known.
#[derive(Clone, Debug, Default)]
pub struct Task {
    /// The work of its job.
    pub work: u64,
    /// The work of the child process that it waits for.
    pub child: Option<u64>,
    /// Who makes it, and after how much of that one's work.
    pub made: Option<(u32, u64)>,
    /// Who completes it, likewise; for nodes with a child process that is nobody.
    pub done: Option<(u32, u64)>,
    /// What it comes after.
    pub after: Vec<u32>,
    /// Its kind; nought for events.
    pub kind: u32,
    /// Whether it was made to run right after the job that makes it.
    pub is_next: bool,
    /// Whether it takes no worker's time.
    pub is_event: bool,
    /// Its weight.
    pub weight: u32,
    /// Whether it ran or, an event, was completed.
    pub is_over: bool,
}

/// A step of a critical path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PathStep {
    /// The node.
    pub node: u32,
    /// How much of its job lies on the path.
    pub work: u64,
    /// How much of its child process does.
    pub child: u64,
}

/// Why a node could not begin earlier.
#[derive(Clone, Copy)]
enum Cause {
    Start,
    /// After all of another one.
    After(u32),
    /// After so much of another one.
    Within(u32, u64),
}

impl Graph {
    /// Of a recorded run.
    pub fn new(trace: &Trace, load: &Load) -> Self {
        Self::in_company(trace, load, Company::default())
    }

    /// The same, for a machine on which work takes longer in company: its work is what it would have been alone.
    pub fn in_company(trace: &Trace, load: &Load, company: Company) -> Self {
        let nodes = &trace.nodes;
        let between = |node: u32, start: u64, end: u64| {
            if company.is_free() {
                return load.work(start, end);
            }
            let mut sum = 0.0;
            let kind = nodes[node as usize].kind;
            load.each_work(start, end, |busy, work| sum += work / company.factor(kind, busy));
            sum.round() as u64
        };
        let work = |node: u32| nodes[node as usize].run.map_or(0, |run| between(node, run.start, run.end));
        let within = |node: u32, time: u64| {
            let start = nodes[node as usize].run.map_or(time, |run| run.start);
            between(node, start.min(time), time).min(work(node))
        };
        let tasks = nodes.iter().enumerate().map(|(at, node)| Task {
            work: work(at as u32),
            child: node.child.map(|(start, end)| between(at as u32, start, end)),
            made: node.creator.map(|creator| (creator, within(creator, node.created))),
            done: match (node.done, node.child) {
                (Some((time, Some(by))), None) => Some((by, within(by, time))),
                _ => None,
            },
            after: node.after.clone(),
            kind: if node.is_event { 0 } else { node.kind },
            is_event: node.is_event,
            weight: node.weight,
            is_next: node.is_next,
            is_over: node.end().is_some(),
        });
        let tasks = tasks.collect();
        Graph { order: trace.order(), tasks, company }
    }

    /// All work: T₁.
    pub fn work(&self) -> u64 {
        self.tasks.iter().map(|task| task.work + task.child.unwrap_or(0)).sum()
    }

    /// The span T∞, and a longest path from its first node on.
    pub fn critical_path(&self) -> (u64, Vec<PathStep>) {
        let (span, last, _, causes) = self.schedule();
        let mut path = Vec::new();
        let mut at = last.map(|node| (node, self.tasks[node as usize].work));
        while let Some((node, work)) = at {
            let child = self.tasks[node as usize].child.unwrap_or(0);
            path.push(PathStep { node, work, child });
            at = match causes[node as usize] {
                Cause::Start => None,
                Cause::After(before) => Some((before, self.tasks[before as usize].work)),
                Cause::Within(before, work) => Some((before, work)),
            };
        }
        path.reverse();
        path.retain(|step| step.work > 0 || step.child > 0);
        (span, path)
    }

    /// The span T∞.
    pub fn span(&self) -> u64 {
        self.schedule().0
    }

    /// When each node would begin with a worker for everybody.
    pub fn earliest(&self) -> Vec<u64> {
        self.schedule().2
    }

    /// The span, who ends it, each node's earliest start, and why it is not earlier.
    fn schedule(&self) -> (u64, Option<u32>, Vec<u64>, Vec<Cause>) {
        let n = self.tasks.len();
        let mut start = vec![0u64; n];
        let mut cause = vec![Cause::Start; n];
        let (mut span, mut last) = (0, None);
        for &node in &self.order {
            let task = &self.tasks[node as usize];
            let mut best = (0, Cause::Start);
            let mut consider = |time: u64, cause: Cause| {
                if time > best.0 {
                    best = (time, cause);
                }
            };
            for (by, offset) in task.made.iter().chain(&task.done) {
                // What-if questions shorten jobs, and what happens in them with them.
                let offset = *offset.min(&self.tasks[*by as usize].work);
                consider(start[*by as usize] + offset, Cause::Within(*by, offset));
            }
            for &before in &task.after {
                consider(start[before as usize] + self.tasks[before as usize].work, Cause::After(before));
            }
            start[node as usize] = best.0 + task.child.unwrap_or(0);
            cause[node as usize] = best.1;
            let end = start[node as usize] + task.work;
            if end > span {
                (span, last) = (end, Some(node));
            }
        }
        (span, last, start, cause)
    }
}
