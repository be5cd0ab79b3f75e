//! A recorded run on other machines: tables of simulated runs.

use super::summary::{ms, percent};
use serde::Serialize;
use sigil_scheduler::Policy;
use sigil_scheduler::trace::{Change, Costs, Graph, Setting, Summary, Trace, simulate};
use std::fmt::Write;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// Numbers of cores; as many workers.
    pub cores: Vec<usize>,
    /// The policy.
    pub policy: Policy,
    /// Differences to what was recorded.
    pub changes: Vec<Change>,
    /// A barrier after each stage.
    pub is_phased: bool,
    /// How many seeds random decisions are tried with.
    pub seeds: u64,
}

/// A simulated run. Times are nanoseconds.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Cores and workers.
    pub cores: usize,
    /// How long it took, mean over the seeds.
    pub makespan: u64,
    /// Half of the 95% interval of that mean.
    pub error: u64,
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

/// The answer.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// Version of this object.
    pub version: u32,
    /// The policy's text.
    pub policy: String,
    /// All work.
    pub work: u64,
    /// The longest path.
    pub span: u64,
    /// Nodes met by each change.
    pub changed: Vec<usize>,
    /// By number of cores.
    pub rows: Vec<Row>,
}

/// The 97.5% points of Student's t for 1, 2, … degrees of freedom.
const STUDENT: [f64; 10] = [12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23];

/// Simulates a recorded run.
pub fn answer(trace: &Trace, summary: &Summary, question: &Question) -> Result<Answer, String> {
    let mut graph = summary.graph.clone();
    let changed = question.changes.iter().map(|change| graph.change(trace, change)).collect();
    let costs = Costs::new(trace, &summary.total());
    let (work, span) = (graph.work(), graph.span());
    let one = run(&graph, costs, question, 1)?.makespan;
    let mut rows = Vec::new();
    for &cores in &question.cores {
        let mut row = run(&graph, costs, question, cores)?;
        row.speedup = one as f64 / row.makespan.max(1) as f64;
        row.efficiency = row.speedup / cores as f64;
        row.lower_bound = span.max(work / cores as u64);
        row.upper_bound = span + work / cores as u64;
        rows.push(row);
    }
    Ok(Answer { version: 1, policy: question.policy.to_string(), work, span, changed, rows })
}

fn run(graph: &Graph, costs: Costs, question: &Question, cores: usize) -> Result<Row, String> {
    let phases = if question.is_phased { graph.phases() } else { Vec::new() };
    let mut setting = Setting { workers: cores, cores, policy: question.policy, costs, seed: 0, phases };
    let mut times = Vec::new();
    let (mut stolen, mut wakes) = (0, 0);
    for seed in 1..=question.seeds.max(1) {
        setting.seed = seed;
        let result = simulate(graph, &setting);
        if result.left > 0 {
            return Err(format!("{} nodes of the simulated run wait in vain", result.left));
        }
        (stolen, wakes) = (result.stolen, result.wakes);
        times.push(result.makespan as f64);
    }
    let n = times.len() as f64;
    let mean = times.iter().sum::<f64>() / n;
    let variance = times.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    let student = if times.len() < 2 { 0.0 } else { STUDENT.get(times.len() - 2).copied().unwrap_or(2.0) };
    Ok(Row {
        cores,
        makespan: mean as u64,
        error: (student * (variance / n).sqrt()) as u64,
        speedup: 0.0,
        efficiency: 0.0,
        lower_bound: 0,
        upper_bound: 0,
        stolen,
        wakes,
    })
}

impl Answer {
    /// For a terminal.
    pub fn text(&self) -> String {
        // Writing to a String cannot fail.
        let mut out = format!("policy {}\n", self.policy);
        let _ = writeln!(
            out,
            "work T1 {:.2} ms, span T\u{221e} {:.2} ms, parallelism {:.2}\n",
            ms(self.work),
            ms(self.span),
            self.work as f64 / self.span.max(1) as f64
        );
        let _ = writeln!(
            out,
            "{:>5} {:>12} {:>8} {:>8} {:>10} {:>14} {:>7} {:>14}",
            "cores",
            "makespan ms",
            "\u{b1} 95%",
            "speedup",
            "efficiency",
            "lower bound ms",
            "above",
            "upper bound ms"
        );
        for row in &self.rows {
            let _ = writeln!(
                out,
                "{:>5} {:>12.2} {:>8.2} {:>7.2}x {:>10.3} {:>14.2} {:>6.1}% {:>14.2}",
                row.cores,
                ms(row.makespan),
                ms(row.error),
                row.speedup,
                row.efficiency,
                ms(row.lower_bound),
                percent(row.makespan, row.lower_bound) - 100.0,
                ms(row.upper_bound),
            );
        }
        out
    }

    /// A line a number of cores.
    pub fn csv(&self) -> String {
        let mut out =
            String::from("cores,makespan,error,speedup,efficiency,lower_bound,upper_bound,stolen,wakes\n");
        for row in &self.rows {
            let _ = writeln!(
                out,
                "{},{},{},{:.4},{:.4},{},{},{},{}",
                row.cores,
                row.makespan,
                row.error,
                row.speedup,
                row.efficiency,
                row.lower_bound,
                row.upper_bound,
                row.stolen,
                row.wakes
            );
        }
        out
    }

    /// An object.
    pub fn json(&self) -> String {
        let value = serde_json::to_string_pretty(self).expect("numbers and text can be written");
        format!("{value}\n")
    }
}

/// Holds what is predicted from one record against others: the same run, measured with other numbers of workers.
pub fn validate(
    trace: &Trace,
    summary: &Summary,
    others: &[Trace],
    question: &Question,
) -> Result<String, String> {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{:>7} {:>5} {:>12} {:>12} {:>7} {:>14}",
        "workers", "cores", "predicted ms", "measured ms", "error", "work inflation"
    );
    for other in others {
        let measured = Summary::new(other);
        let (workers, cores) = (other.head.workers as usize, other.head.cores as usize);
        let costs = Costs::new(trace, &summary.total());
        let mut times = Vec::new();
        for seed in 1..=question.seeds.max(1) {
            let policy = other.head.policy.parse().unwrap_or(question.policy);
            let setting = Setting { workers, cores, policy, costs, seed, phases: Vec::new() };
            times.push(simulate(&summary.graph, &setting).makespan);
        }
        times.sort_unstable();
        let predicted = times[times.len() / 2];
        let _ = writeln!(
            out,
            "{workers:>7} {cores:>5} {:>12.2} {:>12.2} {:>+6.1}% {:>14.3}",
            ms(predicted),
            ms(other.head.wall),
            percent(predicted, other.head.wall) - 100.0,
            measured.work as f64 / summary.work.max(1) as f64,
        );
    }
    out.push_str("work inflation: how much longer the same work took there, which is not predicted\n");
    Ok(out)
}
