//! How much was going on at each moment, and what times would have been without company.

use super::Trace;

/// A time in which nothing changes, up to the next one's beginning.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Step {
    /// Its beginning.
    pub from: u64,
    /// Nodes that are ready and do not run.
    pub ready: u32,
    /// Nodes that run.
    pub running: u32,
    /// Child processes that run.
    pub children: u32,
}

/// A run's load over time.
#[derive(Clone, Debug)]
pub struct Load {
    /// The first step begins at nought, the last one reaches to the end of the run.
    pub steps: Vec<Step>,
    /// Undisturbed nanoseconds since the beginning of the run, at the beginning of each step.
    undisturbed: Vec<f64>,
    cores: u32,
}

impl Load {
    /// Of a run.
    pub fn new(trace: &Trace) -> Self {
        let mut changes: Vec<(u64, [i32; 3])> = Vec::with_capacity(trace.nodes.len() * 3);
        for node in &trace.nodes {
            if let (Some(run), Some(ready)) = (node.run, node.ready) {
                changes.extend([(ready, [1, 0, 0]), (run.start, [-1, 1, 0]), (run.end, [0, -1, 0])]);
            }
            if let Some((start, end)) = node.child {
                changes.extend([(start, [0, 0, 1]), (end, [0, 0, -1])]);
            }
        }
        changes.sort_unstable_by_key(|&(time, _)| time);
        let mut now = [0i32; 3];
        let mut steps = vec![Step::default()];
        for (time, change) in changes {
            for (sum, change) in now.iter_mut().zip(change) {
                *sum += change;
            }
            let [ready, running, children] = now.map(|count| count.max(0) as u32);
            let step = Step { from: time, ready, running, children };
            match steps.last_mut() {
                Some(last) if last.from == time => *last = step,
                _ => steps.push(step),
            }
        }
        let cores = trace.head.cores.max(1);
        let mut undisturbed = vec![0.0];
        for pair in steps.windows(2) {
            let last = undisturbed[undisturbed.len() - 1];
            undisturbed.push(last + (pair[1].from - pair[0].from) as f64 * rate(pair[0], cores));
        }
        Load { steps, undisturbed, cores }
    }

    /// The place of the step that holds a moment.
    fn at(&self, time: u64) -> usize {
        self.steps.partition_point(|step| step.from <= time) - 1
    }

    /// Undisturbed nanoseconds up to a moment: with more jobs and child processes than cores, each gets its share of
    /// them only, and time is counted less.
    pub fn undisturbed(&self, time: u64) -> f64 {
        let at = self.at(time);
        let step = self.steps[at];
        self.undisturbed[at] + (time - step.from) as f64 * rate(step, self.cores)
    }

    /// What an interval would have been without company.
    pub fn work(&self, start: u64, end: u64) -> u64 {
        (self.undisturbed(end) - self.undisturbed(start)).round() as u64
    }

    /// Calls for every piece of an interval, with how many cores were busy and the work that was done in it.
    pub fn each_work(&self, start: u64, end: u64, mut each: impl FnMut(u32, f64)) {
        self.each(start, end, |step, time| {
            let busy = (step.running + step.children).min(self.cores);
            each(busy, time as f64 * rate(step, self.cores));
        });
    }

    /// Calls for every piece of an interval in which nothing changes.
    pub fn each(&self, start: u64, end: u64, mut each: impl FnMut(Step, u64)) {
        if start >= end {
            return;
        }
        for at in self.at(start)..self.steps.len() {
            let step = self.steps[at];
            if step.from >= end {
                return;
            }
            let until = self.steps.get(at + 1).map_or(end, |next| next.from.min(end));
            each(step, until - step.from.max(start));
        }
    }
}

/// The share of a core that each thing gets.
fn rate(step: Step, cores: u32) -> f64 {
    f64::from(cores) / f64::from((step.running + step.children).max(cores))
}
