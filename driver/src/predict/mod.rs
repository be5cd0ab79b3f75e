//! Recorded runs on other machines, under other policies, with parts of them changed: what is predicted, what it rests
//! on, and how far it is from what is measured.

mod helps;
mod machine;
mod plot;
#[cfg(test)]
mod tests;
mod text;
mod validate;

pub use helps::{Help, helps};
pub use machine::{Known, Machine};
pub use plot::svg;
pub use validate::{Validation, against_records, validate};

use serde::Serialize;
use sigil_scheduler::Policy;
use sigil_scheduler::trace::{Change, Company, Costs, Graph, Setting, Trace, simulate};

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// Numbers of cores; as many workers.
    pub cores: Vec<usize>,
    /// Policies with what they are called; the first one is what the others are compared with.
    pub policies: Vec<(String, Policy)>,
    /// Differences to what was recorded.
    pub changes: Vec<Change>,
    /// A barrier after each stage.
    pub is_phased: bool,
    /// How many seeds random decisions are tried with.
    pub seeds: u64,
}

/// A simulated run. Times are nanoseconds.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Row {
    /// Cores and workers.
    pub cores: usize,
    /// How long it took, mean over the seeds.
    pub makespan: u64,
    /// Half of the 95% interval of that mean.
    pub error: u64,
    /// The same if company costs ever more beyond what records have seen; none where they have seen enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_worst: Option<u64>,
    /// Against one core.
    pub speedup: f64,
    /// Speedup a core.
    pub efficiency: f64,
    /// max(T₁/P, T∞).
    pub lower_bound: u64,
    /// T₁/P + T∞.
    pub upper_bound: u64,
    /// Steals and wakes of the last seed's run.
    pub stolen: u64,
    /// See above.
    pub wakes: u64,
}

/// A policy's runs.
#[derive(Clone, Debug, Serialize)]
pub struct Series {
    /// What it is called: how it differs from the first one.
    pub name: String,
    /// The policy's text.
    pub policy: String,
    /// By number of cores.
    pub rows: Vec<Row>,
}

/// The answer.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// Version of this object.
    pub version: u32,
    /// The policy's text.
    pub policy: String,
    /// All work; without company if its cost is known.
    pub work: u64,
    /// The longest path, likewise.
    pub span: u64,
    /// Nodes met by each change.
    pub changed: Vec<usize>,
    /// By number of cores.
    pub rows: Vec<Row>,
    /// The same under other policies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub against: Vec<Series>,
    /// What the scheduler's own work was taken to cost.
    pub costs: Costs,
    /// What company was taken to cost.
    pub company: Company,
    /// What all that rests on, in words.
    pub notes: Vec<String>,
}

/// The 97.5% points of Student's t for 1, 2, … degrees of freedom.
const STUDENT: [f64; 10] = [12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23];

/// Simulates a recorded run.
pub fn answer(trace: &Trace, known: &Known, question: &Question) -> Result<Answer, String> {
    let mut graph = known.graph(trace);
    let changed = question.changes.iter().map(|change| graph.change(trace, change)).collect();
    let (work, span) = (graph.work(), graph.span());
    let mut all = Vec::new();
    let mut one = None;
    for (name, policy) in &question.policies {
        let asked = Asked { graph: &graph, costs: known.costs, policy: *policy, question };
        let one = match one {
            Some(one) => one,
            None => *one.insert(asked.run(1)?.makespan),
        };
        let mut rows = Vec::new();
        for &cores in &question.cores {
            let mut row = asked.run(cores)?;
            row.speedup = one as f64 / row.makespan.max(1) as f64;
            row.efficiency = row.speedup / cores as f64;
            row.lower_bound = span.max(work / cores as u64);
            row.upper_bound = span + work / cores as u64;
            rows.push(row);
        }
        all.push(Series { name: name.clone(), policy: policy.to_string(), rows });
    }
    let against = all.split_off(1);
    let first = all.pop().expect("there is a policy");
    let (costs, company, notes) = (known.costs, known.company.clone(), known.notes(trace));
    let (policy, rows) = (first.policy, first.rows);
    Ok(Answer { version: 1, policy, work, span, changed, rows, against, costs, company, notes })
}

/// A graph under a policy.
struct Asked<'a> {
    graph: &'a Graph,
    costs: Costs,
    policy: Policy,
    question: &'a Question,
}

impl Asked<'_> {
    fn run(&self, cores: usize) -> Result<Row, String> {
        let phases = if self.question.is_phased { self.graph.phases() } else { Vec::new() };
        let (policy, costs) = (self.policy, self.costs);
        let mut setting = Setting { workers: cores, cores, policy, costs, seed: 0, phases };
        let mut row = Row { cores, ..Row::default() };
        let mut times = Vec::new();
        for seed in 1..=self.question.seeds.max(1) {
            setting.seed = seed;
            let result = simulate(self.graph, &setting);
            if result.left > 0 {
                return Err(format!("{} nodes of the simulated run wait in vain", result.left));
            }
            (row.stolen, row.wakes) = (result.stolen, result.wakes);
            times.push(result.makespan as f64);
        }
        let n = times.len() as f64;
        let mean = times.iter().sum::<f64>() / n;
        let variance = times.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
        let student =
            if times.len() < 2 { 0.0 } else { STUDENT.get(times.len() - 2).copied().unwrap_or(2.0) };
        row.makespan = mean as u64;
        row.error = (student * (variance / n).sqrt()) as u64;
        if !self.graph.company.is_free() && cores > self.graph.company.seen as usize {
            let mut graph = self.graph.clone();
            graph.company.is_growing = true;
            row.at_worst = Some(simulate(&graph, &setting).makespan.max(row.makespan));
        }
        Ok(row)
    }
}
