//! Predictions beside measurements: the project is run again, in turns, on one to all cores and under some policies.

use super::text::lines;
use super::{Known, Question};
use crate::cli::{Options, TuneGoal};
use crate::interrupt::TempDir;
use crate::results::statistics::{Estimate, median, paired_ratio};
use crate::trace::{ms, percent};
use crate::tune::{Measured, Variant};
use fastrand::Rng;
use indicatif::ProgressBar;
use serde::Serialize;
use sigil_scheduler::Policy;
use sigil_scheduler::trace::{Company, Graph, Setting, Summary, Trace, simulate};
use std::fmt::Write;
use std::path::Path;

/// A project's runs beside what was predicted. Times are nanoseconds.
#[derive(Clone, Debug, Serialize)]
pub struct Validation {
    /// The version of this object.
    pub version: u32,
    /// Workers of the record from which all is predicted.
    pub recorded: u32,
    /// By number of cores.
    pub rows: Vec<Row>,
    /// Policies on all cores, beside the first one.
    pub ranking: Vec<Ranked>,
    /// What company costs, by half of the runs; the others were predicted.
    pub company: Company,
    /// What all that rests on, in words.
    pub notes: Vec<String>,
}

/// A number of cores.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Workers; as many cores.
    pub workers: usize,
    /// The median of the runs that nothing was fitted to.
    pub measured: u64,
    /// By the record alone.
    pub predicted: u64,
    /// With company's cost fitted to the other runs.
    pub fitted: u64,
    /// By each run's own record: the median of the ratios to that run.
    pub own: f64,
}

/// A policy.
#[derive(Clone, Debug, Serialize)]
pub struct Ranked {
    /// How it differs.
    pub name: String,
    /// Its time against that of the first policy, round by round.
    pub measured: Estimate,
    /// The same, simulated.
    pub simulated: f64,
    /// How much longer its tasks themselves took in its runs: what it does to caches is no matter of the schedule.
    pub work: f64,
    /// Whether both say the same.
    pub verdict: &'static str,
}

/// Policies that are compared unless others are named.
const POLICIES: [&str; 5] = ["order=fifo", "steal=one", "run-next=off", "priorities=off", "spins=0"];
/// A smaller difference is none.
const NOISE: f64 = 0.01;

/// Something that is run in turns.
struct Contender {
    workers: usize,
    /// Place among the question's policies.
    policy: usize,
    variant: Variant,
    /// By round.
    records: Vec<Trace>,
    walls: Vec<f64>,
    /// All tasks' time.
    work: Vec<f64>,
}

/// Runs a project again and says how far predictions are off.
pub fn validate(
    trace: &Trace,
    known: &Known,
    question: &Question,
    project: &Path,
    options: &Options,
    rounds: u32,
) -> Result<Validation, String> {
    let mut question = question.clone();
    let base = question.policies[0].1;
    if question.policies.len() == 1 {
        question.policies.extend(POLICIES.iter().map(|text| (text.to_string(), with(base, text))));
    }
    let most = std::thread::available_parallelism().map_or(1, usize::from);
    let bench = Measured::new(goal(trace), project, options)?;
    let mut contenders = contenders(&question, most);
    run(&bench, &mut contenders, rounds)?;
    let of_base = |workers: usize| {
        let is_it = move |it: &&Contender| it.policy == 0 && it.workers == workers;
        contenders.iter().find(is_it).expect("each number of workers was run")
    };
    // Odd rounds are fitted to, the others are predicted.
    let half = |of: usize, at: usize| of_base(of).records.iter().skip(at).step_by(2);
    let records: Vec<Trace> =
        if most > 1 { half(1, 1).chain(half(most, 1)).cloned().collect() } else { Vec::new() };
    let company = if most > 1 { Company::fit(&records)? } else { Company::default() };
    let from = format!(
        "fitted to {} of the runs with 1 and {most} workers; the others are predicted",
        records.len()
    );
    let fitted = known.clone().with_company(company, from);
    let predict = |known: &Known, graph: &Graph, workers: usize, policy: usize| -> u64 {
        let policy = question.policies[policy].1;
        let setting =
            |seed| Setting { workers, cores: most, policy, costs: known.costs, seed, phases: Vec::new() };
        let times = (1..=question.seeds.max(1)).map(|seed| simulate(graph, &setting(seed)).makespan);
        times.sum::<u64>() / question.seeds.max(1)
    };
    let (plain_graph, fitted_graph) = (known.graph(trace), fitted.graph(trace));
    let row = |workers: usize| {
        let measured: Vec<f64> = half(workers, 0).map(|record| record.head.wall as f64).collect();
        Row {
            workers,
            measured: median(&measured) as u64,
            predicted: predict(known, &plain_graph, workers, 0),
            fitted: predict(&fitted, &fitted_graph, workers, 0),
            own: median(&half(workers, 0).map(own_error).collect::<Vec<f64>>()),
        }
    };
    let rows = numbers(most).into_iter().map(row).collect();
    let base_time = predict(&fitted, &fitted_graph, most, 0) as f64;
    let rank = |it: &Contender| {
        let measured = paired_ratio(&it.walls, &of_base(most).walls, &mut Rng::with_seed(1));
        let simulated = predict(&fitted, &fitted_graph, most, it.policy) as f64 / base_time;
        let name = question.policies[it.policy].0.clone();
        let work = paired_ratio(&it.work, &of_base(most).work, &mut Rng::with_seed(1)).value;
        Ranked { name, measured, simulated, work, verdict: verdict(measured, simulated, work) }
    };
    let ranking = contenders.iter().filter(|it| it.policy > 0).map(rank).collect();
    let (company, mut notes) = (fitted.company.clone(), fitted.notes(trace));
    notes.extend(drift(trace, &contenders));
    Ok(Validation { version: 1, recorded: trace.head.workers, rows, ranking, company, notes })
}

/// How far the record is from runs with as many workers, if that is more than predictions are meant to be off.
fn drift(trace: &Trace, contenders: &[Contender]) -> Option<String> {
    let is_it = |it: &&Contender| it.policy == 0 && it.workers == trace.head.workers as usize;
    let now = median(&contenders.iter().find(is_it)?.walls);
    let ratio = trace.head.wall as f64 / now.max(1.0);
    ((ratio - 1.0).abs() > 0.03).then(|| {
        format!(
            "the record took {:.2} ms, which is {:+.1}% beside the runs with as many workers now; the machine is not \
             what it was, so record again",
            ms(trace.head.wall),
            (ratio - 1.0) * 100.0
        )
    })
}

/// A policy with some knobs changed.
fn with(base: Policy, text: &str) -> Policy {
    format!("{base},{text}").parse().unwrap_or(base)
}

/// The command that a record is of.
fn goal(trace: &Trace) -> TuneGoal {
    let has = |kind: &str| {
        let kind = trace.head.kinds.iter().position(|name| name == kind);
        kind.is_some_and(|kind| trace.nodes.iter().any(|node| node.kind as usize == kind && !node.is_event))
    };
    match (has("link"), has("emit")) {
        (true, _) => TuneGoal::Build,
        (_, true) => TuneGoal::Emit,
        _ => TuneGoal::Check,
    }
}

/// 1, 2, 4 … and all.
fn numbers(most: usize) -> Vec<usize> {
    let mut all: Vec<usize> =
        std::iter::successors(Some(1), |n| Some(n * 2)).take_while(|&n| n < most).collect();
    all.push(most);
    all
}

fn contenders(question: &Question, most: usize) -> Vec<Contender> {
    let new = |workers: usize, policy: usize| {
        let (name, text) = &question.policies[policy];
        let jobs = Some(workers);
        let variant = Variant { name: name.clone(), policy: text.to_string(), jobs, ..Variant::default() };
        Contender { workers, policy, variant, records: Vec::new(), walls: Vec::new(), work: Vec::new() }
    };
    let mut all: Vec<Contender> = numbers(most).into_iter().map(|workers| new(workers, 0)).collect();
    all.extend((1..question.policies.len()).map(|policy| new(most, policy)));
    all
}

/// One round more than asked for, which warms the caches and does not count.
fn run(bench: &Measured, contenders: &mut [Contender], rounds: u32) -> Result<(), String> {
    let dir = TempDir::new().map_err(|error| format!("cannot make a directory: {error}"))?;
    let file = dir.path().join("trace");
    let progress = ProgressBar::new(u64::from(rounds)).with_message("rounds");
    for round in 0..=rounds {
        for at in 0..contenders.len() {
            // Each is first, second, … equally often.
            let at = (at + round as usize) % contenders.len();
            let it = &mut contenders[at];
            bench.run(&it.variant, Some(&file))?;
            let record = Trace::read(&file).map_err(|error| error.to_string())?;
            if round > 0 {
                it.walls.push(record.head.wall as f64);
                it.work.push(Summary::new(&record).work as f64);
                // Of other policies, only times are wanted.
                if it.policy == 0 {
                    it.records.push(record);
                }
            }
        }
        progress.set_position(u64::from(round));
    }
    progress.finish_and_clear();
    Ok(())
}

/// What a record predicts for its own number of workers, against what it took.
fn own_error(record: &Trace) -> f64 {
    let summary = Summary::new(record);
    let setting = Setting {
        workers: record.head.workers as usize,
        cores: record.head.cores as usize,
        policy: record.head.policy.parse().unwrap_or_default(),
        costs: Known::of(record, &summary).costs,
        seed: 1,
        phases: Vec::new(),
    };
    simulate(&summary.graph, &setting).makespan as f64 / record.head.wall.max(1) as f64
}

fn verdict(measured: Estimate, simulated: f64, work: f64) -> &'static str {
    let side = if measured.low > 1.0 + NOISE {
        1.0
    } else if measured.high < 1.0 - NOISE {
        -1.0
    } else {
        return "measurement does not tell";
    };
    // The same side, and at least a fifth of the difference.
    let agrees = |simulated: f64| (simulated - 1.0) * side >= (measured.value - 1.0) * side / 5.0;
    match (agrees(simulated), agrees(simulated * work)) {
        (true, _) => "agree",
        (_, true) => "not the schedule: its tasks differ",
        _ => "disagree",
    }
}

impl Validation {
    /// For a terminal.
    pub fn text(&self) -> String {
        let mut out = format!("predicted from a record with {} workers\n", self.recorded);
        out += &lines(&self.notes);
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "\n{:>7} {:>12} {:>12} {:>7} {:>20} {:>7} {:>11}",
            "workers", "measured ms", "predicted ms", "error", "fitted to company ms", "error", "own record"
        );
        for row in &self.rows {
            let _ = writeln!(
                out,
                "{:>7} {:>12.2} {:>12.2} {:>+6.1}% {:>20.2} {:>+6.1}% {:>+10.1}%",
                row.workers,
                ms(row.measured),
                ms(row.predicted),
                percent(row.predicted, row.measured) - 100.0,
                ms(row.fitted),
                percent(row.fitted, row.measured) - 100.0,
                (row.own - 1.0) * 100.0,
            );
        }
        out.push_str(
            "own record: what runs predict for themselves; the rest of an error is company, and the machine on other days\n",
        );
        let width = self.ranking.iter().map(|it| it.name.chars().count()).max().unwrap_or(0).max(6);
        let _ = writeln!(
            out,
            "\n{:<width$} {:>9} {:>17} {:>10} {:>11}",
            "policy", "measured", "95% interval", "simulated", "tasks' time"
        );
        for it in &self.ranking {
            let Estimate { value, low, high, .. } = it.measured;
            let (name, simulated, verdict) = (&it.name, it.simulated, it.verdict);
            let range = format!("{low:.3} to {high:.3}");
            let work = it.work;
            let _ = writeln!(
                out,
                "{name:<width$} {value:>9.3} {range:>17} {simulated:>10.3} {work:>11.3}  {verdict}"
            );
        }
        out.push_str("times as long as the first policy, with as many workers as there are cores\n");
        out
    }

    /// An object.
    pub fn json(&self) -> String {
        format!("{}\n", serde_json::to_string_pretty(self).expect("numbers and text can be written"))
    }
}

/// The prediction from one record beside others: the same work, measured with other numbers of workers.
pub fn against_records(trace: &Trace, known: &Known, others: &[Trace], question: &Question) -> String {
    let mut out = lines(&known.notes(trace));
    let _ = writeln!(
        out,
        "\n{:>7} {:>5} {:>12} {:>12} {:>7} {:>14}",
        "workers", "cores", "predicted ms", "measured ms", "error", "work inflation"
    );
    let graph = known.graph(trace);
    let work = Summary::new(trace).work;
    for other in others {
        let (workers, cores) = (other.head.workers as usize, other.head.cores as usize);
        let policy = other.head.policy.parse().unwrap_or(question.policies[0].1);
        let setting = |seed| Setting { workers, cores, policy, costs: known.costs, seed, phases: Vec::new() };
        let times = (1..=question.seeds.max(1)).map(|seed| simulate(&graph, &setting(seed)).makespan as f64);
        let predicted = median(&times.collect::<Vec<f64>>()) as u64;
        let _ = writeln!(
            out,
            "{workers:>7} {cores:>5} {:>12.2} {:>12.2} {:>+6.1}% {:>14.3}",
            ms(predicted),
            ms(other.head.wall),
            percent(predicted, other.head.wall) - 100.0,
            Summary::new(other).work as f64 / work.max(1) as f64,
        );
    }
    out.push_str("work inflation: how much longer the same work took there\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_the_schedules_or_the_tasks_own() {
        let measured = |low: f64, high: f64| Estimate {
            value: (low + high) / 2.0,
            low,
            high,
            confidence: 1.0,
            left_out: 0,
        };
        assert_eq!(verdict(measured(0.98, 1.1), 1.2, 1.0), "measurement does not tell");
        assert_eq!(verdict(measured(1.08, 1.12), 1.09, 1.0), "agree");
        assert_eq!(verdict(measured(0.88, 0.92), 0.9, 1.0), "agree");
        assert_eq!(verdict(measured(1.08, 1.12), 1.0, 1.1), "not the schedule: its tasks differ");
        assert_eq!(verdict(measured(1.08, 1.12), 1.0, 1.0), "disagree");
    }
}
