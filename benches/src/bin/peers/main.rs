//! What the scheduler costs beside its peers, in the same run and in turns: `--only NAME` for one load.
//!
//! Times are nanoseconds a task, efficiency is serial work / (min(workers, cores) · time), and a ratio is ours to that
//! peer's: below 1 is faster. The limits are wishes of the project, set beforehand.

mod onetbb;
mod others;
mod quiet;

use clap::Parser;
use others::{Naive, Rayon, Tokio};
use serde_json::{Value, json};
use sigil_benches::loads::{self, Contender, Load, Ours, World, load};
use sigil_driver::results::{Better, Measure, Results};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

/// Prints what the scheduler costs beside rayon, tokio, oneTBB and a naive loop
#[derive(Parser)]
struct Arguments {
    /// For scripts
    #[arg(long)]
    json: bool,
    /// Only loads whose name contains this
    #[arg(long, value_name = "NAME", default_value = "")]
    only: String,
    /// Times that each is measured
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Instead of peers, ours with these policies beside the default one
    #[arg(long, value_name = "POLICY")]
    policy: Vec<String>,
    /// Numbers of workers
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2, 16])]
    workers: Vec<usize>,
}

/// What the figure of a load is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// Nanoseconds a task; less is better.
    Nanoseconds,
    /// Useful work; more is better.
    Efficiency,
}

struct Bench {
    name: &'static str,
    load: Load,
    count: f64,
    unit: Unit,
    /// By number of workers: what ours over the best peer's (or the efficiency) is to be.
    limit: fn(usize) -> Option<f64>,
}

/// One line of the table.
pub struct Line {
    /// Of the load.
    pub name: &'static str,
    /// How many.
    pub workers: usize,
    /// What the figures are.
    pub unit: &'static str,
    /// The first is ours.
    pub figures: Vec<(&'static str, f64)>,
    /// What they are the medians of.
    pub samples: Vec<Vec<f64>>,
    /// A wish, in words and as a number, and what is.
    pub limit: Option<(String, f64, f64, bool)>,
}

fn main() {
    let arguments = Arguments::parse();
    let steps = loads::steps_per_microsecond();
    let program = match onetbb::Program::start() {
        Ok(program) => Some(Rc::new(RefCell::new(program))),
        Err(why) => {
            eprintln!("oneTBB is left out: {why}");
            None
        }
    };
    let mut lines = Vec::new();
    let benches = benches(steps);
    for &workers in &arguments.workers {
        let mut contenders = match arguments.policy.as_slice() {
            [] => contenders(workers, steps, program.clone()),
            policies => with_policies(policies, workers, steps),
        };
        for bench in benches.iter().filter(|bench| bench.name.contains(&arguments.only)) {
            lines.push(measure(bench, workers, &mut contenders, arguments.rounds, steps));
            if !arguments.json {
                print(&lines[lines.len() - 1]);
            }
        }
        for line in quiet::lines(workers, &mut contenders, &arguments.only) {
            if !arguments.json {
                print(&line);
            }
            lines.push(line);
        }
    }
    if arguments.json {
        let measures = lines.iter().flat_map(measures).collect();
        let lines: Vec<_> = lines.iter().map(to_json).collect();
        let details = json!({ "steps_per_microsecond": steps, "lines": lines });
        print!("{}", Results::new("peers", measures, details).to_json());
    }
}

fn contenders(
    workers: usize,
    steps: u32,
    program: Option<Rc<RefCell<onetbb::Program>>>,
) -> Vec<Box<dyn Contender>> {
    let mut list: Vec<Box<dyn Contender>> = vec![Box::new(Ours::new(workers, steps))];
    list.extend(Rayon::new(workers, steps).map(|rayon| Box::new(rayon) as Box<dyn Contender>));
    list.extend(Tokio::new(workers, steps).map(|tokio| Box::new(tokio) as Box<dyn Contender>));
    let tbb = program.map(|program| onetbb::OneTbb { program, workers, steps });
    list.extend(tbb.map(|tbb| Box::new(tbb) as Box<dyn Contender>));
    list.push(Box::new(Naive::new(workers, steps)));
    list
}

fn with_policies(policies: &[String], workers: usize, steps: u32) -> Vec<Box<dyn Contender>> {
    let mut list: Vec<Box<dyn Contender>> = vec![Box::new(Ours::new(workers, steps))];
    for text in policies {
        match text.parse() {
            Ok(policy) => list.push(Box::new(Ours::with_policy(workers, steps, policy, text.clone().leak()))),
            Err(error) => eprintln!("{error}"),
        }
    }
    list
}

fn benches(steps: u32) -> Vec<Bench> {
    let bench = |name, (load, count), unit, limit| Bench { name, load, count, unit, limit };
    let ns = Unit::Nanoseconds;
    let n = f64::from(loads::N);
    let layers = load(World::layers());
    vec![
        bench("chain", load(World::Chain), ns, |_| Some(0.35)),
        bench("fan-out", load(World::Fan), ns, |workers| match workers {
            2 => Some(0.25),
            16 => Some(0.6),
            _ => None,
        }),
        bench("range", (Load::Range, n), ns, |_| Some(1.0)),
        bench("tree", load(World::Tree), ns, |_| Some(0.40)),
        bench("wavefront", load(World::wave()), ns, |_| Some(0.45)),
        bench("live chain", (Load::LiveChain, n), ns, |_| None),
        bench("live wavefront", (Load::LiveWave, n), ns, |_| None),
        bench("1 µs graph", layers, Unit::Efficiency, |workers| (workers == 2).then_some(0.90)),
        bench("live 1 µs graph", loads::live(layers), Unit::Efficiency, |_| None),
        bench("heavy tail", load(World::heavy(steps)), Unit::Efficiency, |_| None),
    ]
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Microseconds that the work of a load takes on one core, without any scheduler.
fn serial(load: Load, steps: u32) -> f64 {
    let start = Instant::now();
    match load {
        Load::World(World::Layers(layers), _) | Load::LiveLayers(layers) => {
            (0..layers.before.len()).for_each(|_| loads::work(steps))
        }
        Load::World(World::Heavy(lengths), _) => lengths.iter().for_each(|&length| loads::work(length)),
        _ => {}
    }
    start.elapsed().as_secs_f64()
}

fn measure(
    bench: &Bench,
    workers: usize,
    contenders: &mut [Box<dyn Contender>],
    rounds: usize,
    steps: u32,
) -> Line {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut times: Vec<Vec<f64>> = contenders.iter().map(|_| Vec::new()).collect();
    let mut serials = Vec::new();
    // The first round warms up.
    for round in 0..=rounds {
        if bench.unit == Unit::Efficiency {
            serials.push(serial(bench.load, steps));
        }
        for (contender, times) in contenders.iter_mut().zip(&mut times) {
            let time = contender.run(bench.load);
            times.extend(time.filter(|_| round > 0).map(|time| time.as_secs_f64()));
        }
    }
    let work = if serials.is_empty() { 0.0 } else { median(serials) };
    let figure = |time: f64| match bench.unit {
        Unit::Nanoseconds => time * 1e9 / bench.count,
        Unit::Efficiency => work / (workers.min(cores) as f64 * time),
    };
    let (figures, samples): (Vec<_>, Vec<Vec<f64>>) = contenders
        .iter()
        .zip(times)
        .filter(|(_, times)| !times.is_empty())
        .map(|(contender, times)| {
            let samples = times.iter().map(|&time| figure(time)).collect();
            ((contender.name(), figure(median(times))), samples)
        })
        .unzip();
    let unit = if bench.unit == Unit::Nanoseconds { "ns" } else { "efficiency" };
    let limit = (bench.limit)(workers).and_then(|limit| judge(bench, limit, &figures));
    Line { name: bench.name, workers, unit, figures, samples, limit }
}

fn judge(bench: &Bench, limit: f64, figures: &[(&'static str, f64)]) -> Option<(String, f64, f64, bool)> {
    let ours = figures[0].1;
    if bench.unit == Unit::Efficiency {
        return Some(("efficiency at least".to_owned(), limit, ours, ours >= limit));
    }
    // The naive loop is no scheduler: it makes no nodes, never sleeps, and breaks when a task panics. A range is compared
    // with rayon's join, which calls something for each step as we do; oneTBB has a loop over its parts.
    let is_peer = |name: &str| name != "naive loop" && (bench.name != "range" || name == "rayon");
    let peers = figures[1..].iter().filter(|(name, _)| is_peer(name));
    let (name, best) = peers.min_by(|a, b| a.1.total_cmp(&b.1))?;
    let ratio = ours / best;
    Some((format!("of {name}'s at most"), limit, ratio, ratio <= limit))
}

fn print(line: &Line) {
    let ours = line.figures[0].1;
    print!("{:>2} workers  {:<15} {:<11} {:>8.3}", line.workers, line.name, line.unit, ours);
    for (name, figure) in &line.figures[1..] {
        print!("  {name} {figure:.3} ({:.2}×)", ours / figure);
    }
    if let Some((text, limit, actual, is_met)) = &line.limit {
        print!("  [{actual:.2}, {limit:.2} {text}: {}]", if *is_met { "met" } else { "missed" });
    }
    println!();
}

fn measures(line: &Line) -> Vec<Measure> {
    let better = if line.unit == "efficiency" { Better::More } else { Better::Less };
    let name = |contender: &str| format!("{}, {} workers, {contender}", line.name, line.workers);
    let of = |(figure, samples): (&(&str, f64), &Vec<f64>)| {
        // Where a wake was lost, its time has no end.
        let samples: Vec<f64> = samples.iter().copied().filter(|sample| sample.is_finite()).collect();
        (!samples.is_empty()).then(|| Measure::new(name(figure.0), line.unit, better, &samples))
    };
    line.figures.iter().zip(&line.samples).filter_map(of).collect()
}

fn to_json(line: &Line) -> Value {
    let figures: serde_json::Map<_, _> =
        line.figures.iter().map(|(name, figure)| ((*name).to_owned(), json!(figure))).collect();
    let limit = line.limit.as_ref().map(|(text, limit, actual, is_met)| {
        json!({ "text": text, "limit": limit, "actual": actual, "is_met": is_met })
    });
    json!({ "load": line.name, "workers": line.workers, "unit": line.unit, "figures": figures, "limit": limit })
}
