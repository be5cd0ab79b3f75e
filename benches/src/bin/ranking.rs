//! Does the simulator rank policies as the machine does? Graphs on which policies differ, run for real under each of
//! them in turns, and simulated from one record of the first policy with one worker.
//!
//! Of each two policies whose measured times differ beyond their interval, the simulated ones must differ in the same
//! direction. Tasks spin, so nothing but the schedule makes a difference.

use clap::Parser;
use fastrand::Rng;
use serde_json::{Value, json};
use sigil_benches::measure::{Failure, exit, table};
use sigil_driver::results::statistics::{Estimate, paired_ratio};
use sigil_driver::results::{Measure, Results};
use sigil_driver::tune::spin::Spinner;
use sigil_scheduler::trace::{Costs, Setting, Summary, Trace, simulate};
use sigil_scheduler::{Context, Job, NodeId, Policy, Pool};
use std::process::ExitCode;

/// Prints how policies rank, measured beside simulated
#[derive(Parser)]
struct Arguments {
    /// For scripts
    #[arg(long)]
    json: bool,
    /// Times that each is measured
    #[arg(long, default_value_t = 15)]
    rounds: usize,
    /// Nanoseconds that a task spins
    #[arg(long, default_value_t = 20_000)]
    task: u64,
    /// Workers [default: one a core]
    #[arg(long)]
    workers: Option<usize>,
}

/// Compared with the first one.
const POLICIES: &[&str] = &[
    "order=lifo",
    "order=fifo",
    "priorities=on",
    "order=fifo,priorities=on",
    "steal=one",
    "run-next=off",
    "order=fifo,run-next=off",
];

/// Differences below it are none.
const NOISE: f64 = 0.01;
/// A simulated difference of pairs that measurement does not tell apart is reported from here on.
const FALSE_ALARM: f64 = 0.02;
/// Seeds of the simulation, whose mean counts.
const SEEDS: u64 = 5;
/// Tasks of a chain, and others beside it.
const LINKS: u32 = 300;

/// A graph.
type Make = fn(&mut Context<'_, Task>);

/// Name, and what makes it.
const GRAPHS: [(&str, Make); 6] = [
    ("chain in the middle of singles", chain_in_the_middle),
    ("chain before singles", chain_before),
    ("chain after singles", chain_after),
    ("large tasks after small ones", large_after_small),
    ("stages of items", stages),
    ("spawn tree", |cx| cx.spawn(Task::Tree(10))),
];

/// A task, by what it does besides spinning.
#[derive(Clone, Copy)]
enum Task {
    /// A link of a chain, with so many to come.
    Link(u32),
    /// Spins so many times as long as others.
    Single(u32),
    /// Makes two, unless it is a leaf.
    Tree(u32),
}

impl Job for Task {
    fn label(&self) -> String {
        "task".to_owned()
    }

    fn weight(&self) -> u32 {
        match *self {
            // What hangs on it, coarsely.
            Task::Link(left) => 1 + left.min(LINKS) * 14 / LINKS,
            Task::Single(size) => size.min(15) - 1,
            Task::Tree(depth) => depth,
        }
    }
}

fn chain_in_the_middle(cx: &mut Context<'_, Task>) {
    for at in 0..=LINKS {
        cx.spawn(if at == LINKS / 2 { Task::Link(LINKS) } else { Task::Single(1) });
    }
}

fn chain_before(cx: &mut Context<'_, Task>) {
    cx.spawn(Task::Link(LINKS));
    (0..LINKS).for_each(|_| cx.spawn(Task::Single(1)));
}

fn chain_after(cx: &mut Context<'_, Task>) {
    (0..LINKS).for_each(|_| cx.spawn(Task::Single(1)));
    cx.spawn(Task::Link(LINKS));
}

fn large_after_small(cx: &mut Context<'_, Task>) {
    (0..400).for_each(|_| cx.spawn(Task::Single(1)));
    (0..7).for_each(|_| cx.spawn(Task::Single(60)));
    (0..400).for_each(|_| cx.spawn(Task::Single(1)));
}

/// Items that go through stages of their own; every eighth one's are longer, and the last item waits for all.
fn stages(cx: &mut Context<'_, Task>) {
    let item = |cx: &mut Context<'_, Task>, at: u32| -> NodeId {
        let size = if at % 8 == 7 { 12 } else { 1 };
        let first = cx.node(Task::Single(size), &[]);
        (1..6).fold(first, |before, _| cx.node(Task::Single(size), &[before]))
    };
    let ends: Vec<NodeId> = (0..64).map(|at| item(cx, at)).collect();
    cx.node(Task::Link(LINKS / 2), &ends);
}

fn main() -> ExitCode {
    exit(measure(&Arguments::parse()))
}

fn measure(arguments: &Arguments) -> Result<(), Failure> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = arguments.workers.unwrap_or(cores).max(1);
    let policies: Vec<Policy> = POLICIES.iter().map(|text| text.parse().expect("a policy")).collect();
    let spinner = Spinner::calibrate();
    let of = |&(name, make): &(&'static str, Make)| {
        let run = Run { make, spinner, task: arguments.task };
        let simulated = simulated(&run.record(policies[0]), workers, cores, &policies);
        Graph { name, walls: run.measured(workers, &policies, arguments.rounds.max(3)), simulated }
    };
    let graphs: Vec<Graph> = GRAPHS.iter().map(of).collect();
    let pairs: Vec<Pair> = graphs.iter().flat_map(Graph::pairs).collect();
    if arguments.json {
        let measures = graphs.iter().flat_map(Graph::measures).collect();
        let details = pairs.iter().map(Pair::details).collect();
        print!("{}", Results::new("ranking", measures, details).to_json());
    } else {
        print!("{}", as_text(&graphs, &pairs, workers));
    }
    Ok(())
}

/// Real runs of a graph.
struct Run {
    make: Make,
    spinner: Spinner,
    task: u64,
}

impl Run {
    fn once(&self, pool: &mut Pool) -> sigil_scheduler::Report {
        let job = |task: &mut Task, cx: &mut Context<'_, Task>| match *task {
            Task::Single(size) => self.spinner.spin(self.task * u64::from(size)),
            Task::Link(left) => {
                self.spinner.spin(self.task);
                if left > 1 {
                    cx.next(Task::Link(left - 1));
                }
            }
            Task::Tree(depth) => {
                if depth > 0 {
                    (0..2).for_each(|_| cx.spawn(Task::Tree(depth - 1)));
                }
                self.spinner.spin(self.task);
            }
        };
        let report = pool.run(job, |cx| (self.make)(cx));
        assert!(report.is_ok(), "nothing here fails");
        report
    }

    /// With one worker. The second run counts: the first one finds everything cold.
    fn record(&self, policy: Policy) -> Trace {
        let mut pool = Pool::with_policy(1, policy);
        pool.set_recording(true);
        self.once(&mut pool);
        let recording = self.once(&mut pool).recording.expect("recording was asked for");
        recording.trace(&["task"], |_, _| "task".to_owned())
    }

    /// Seconds by policy and round, in turns.
    fn measured(&self, workers: usize, policies: &[Policy], rounds: usize) -> Vec<Vec<f64>> {
        let mut pools: Vec<Pool> =
            policies.iter().map(|&policy| Pool::with_policy(workers, policy)).collect();
        let mut walls = vec![Vec::new(); policies.len()];
        for round in 0..=rounds {
            for at in 0..policies.len() {
                // Each is first, second, … equally often.
                let at = (at + round) % policies.len();
                let wall = self.once(&mut pools[at]).wall.as_secs_f64();
                if round > 0 {
                    walls[at].push(wall);
                }
            }
        }
        walls
    }
}

/// Nanoseconds by policy.
fn simulated(record: &Trace, workers: usize, cores: usize, policies: &[Policy]) -> Vec<f64> {
    let summary = Summary::new(record);
    let costs = Costs::new(record, &summary.total());
    let of = |&policy: &Policy| {
        let setting = |seed| Setting { workers, cores, policy, costs, seed, phases: Vec::new() };
        let times = (1..=SEEDS).map(|seed| simulate(&summary.graph, &setting(seed)).makespan as f64);
        times.sum::<f64>() / SEEDS as f64
    };
    policies.iter().map(of).collect()
}

/// A graph under all policies.
struct Graph {
    name: &'static str,
    /// Seconds by policy and round.
    walls: Vec<Vec<f64>>,
    /// Nanoseconds by policy.
    simulated: Vec<f64>,
}

/// Two policies on a graph.
struct Pair {
    graph: &'static str,
    names: [&'static str; 2],
    /// The second one's time against the first one's.
    measured: Estimate,
    simulated: f64,
}

/// Whether the simulation says what was measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    Agree,
    Disagree,
    /// They do not differ, as far as can be measured.
    Unknown,
}

impl Graph {
    fn pair(&self, one: usize, other: usize) -> Pair {
        Pair {
            graph: self.name,
            names: [POLICIES[one], POLICIES[other]],
            measured: paired_ratio(&self.walls[other], &self.walls[one], &mut Rng::with_seed(1)),
            simulated: self.simulated[other] / self.simulated[one],
        }
    }

    /// Each two policies once.
    fn pairs(&self) -> Vec<Pair> {
        let n = self.walls.len();
        (0..n).flat_map(|one| (one + 1..n).map(move |other| self.pair(one, other))).collect()
    }

    fn measures(&self) -> Vec<Measure> {
        let named = POLICIES.iter().zip(&self.walls);
        named.map(|(policy, walls)| Measure::seconds(format!("{}, {policy}", self.name), walls)).collect()
    }
}

impl Pair {
    fn verdict(&self) -> Verdict {
        let side = match self.measured {
            it if it.low > 1.0 + NOISE => 1.0,
            it if it.high < 1.0 - NOISE => -1.0,
            _ => return Verdict::Unknown,
        };
        // A difference that would not be called one when measured is none either.
        if (self.simulated - 1.0) * side > NOISE / 2.0 { Verdict::Agree } else { Verdict::Disagree }
    }

    fn details(&self) -> Value {
        let verdict = format!("{:?}", self.verdict()).to_lowercase();
        json!({
            "graph": self.graph, "policies": self.names, "measured": self.measured,
            "simulated": self.simulated, "verdict": verdict,
        })
    }
}

fn as_text(graphs: &[Graph], pairs: &[Pair], workers: usize) -> String {
    let row = |graph: &Graph, at: usize| {
        let Pair { measured, simulated, .. } = graph.pair(0, at);
        vec![
            format!("{}, {}", graph.name, POLICIES[at]),
            format!("{:.3}", measured.value),
            format!("{:.3} to {:.3}", measured.low, measured.high),
            format!("{simulated:.3}"),
        ]
    };
    let rows: Vec<Vec<String>> =
        graphs.iter().flat_map(|graph| (1..POLICIES.len()).map(move |at| row(graph, at))).collect();
    let head = format!("time against {}, {workers} workers", POLICIES[0]);
    let mut out = table(&[&head, "measured", "95% interval", "simulated"], &rows);
    let count = |wanted: Verdict| pairs.iter().filter(|pair| pair.verdict() == wanted).count();
    let (agree, disagree) = (count(Verdict::Agree), count(Verdict::Disagree));
    out += &format!(
        "\nof {} pairs of policies on a graph, measurement separates {}; the simulation ranks {agree} of them alike\n",
        pairs.len(),
        agree + disagree
    );
    let is_false =
        |pair: &&Pair| pair.verdict() == Verdict::Unknown && (pair.simulated - 1.0).abs() > FALSE_ALARM;
    let n_false = pairs.iter().filter(is_false).count();
    out += &format!(
        "of the others, the simulation has {n_false} differ by more than {:.0}%\n",
        FALSE_ALARM * 100.0
    );
    for pair in pairs.iter().filter(|pair| pair.verdict() == Verdict::Disagree) {
        let [one, other] = pair.names;
        out += &format!(
            "disagree: {}, {other} against {one}: measured {:.3} ({:.3} to {:.3}), simulated {:.3}\n",
            pair.graph, pair.measured.value, pair.measured.low, pair.measured.high, pair.simulated
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(low: f64, high: f64) -> Estimate {
        Estimate { value: (low + high) / 2.0, low, high, confidence: 1.0, left_out: 0 }
    }

    #[test]
    fn only_what_measurement_separates_counts() {
        let verdict = |low, high, simulated| {
            Pair { graph: "g", names: ["a", "b"], measured: estimate(low, high), simulated }.verdict()
        };
        assert_eq!(verdict(1.1, 1.2, 1.15), Verdict::Agree);
        assert_eq!(verdict(1.1, 1.2, 1.0), Verdict::Disagree);
        assert_eq!(verdict(0.8, 0.9, 0.7), Verdict::Agree);
        assert_eq!(verdict(0.8, 0.9, 1.3), Verdict::Disagree);
        assert_eq!(verdict(0.99, 1.2, 1.3), Verdict::Unknown);
    }

    /// In virtual time, whatever the machine does: what hangs on the heaviest tasks goes first.
    #[test]
    fn priorities_are_worth_a_fifth_where_plain_order_finds_the_chain_last() {
        let run = Run { make: chain_in_the_middle, spinner: Spinner::calibrate(), task: 20_000 };
        let policies = ["order=lifo", "priorities=on"].map(|text| text.parse().expect("a policy"));
        let times = simulated(&run.record(policies[0]), 2, 2, &policies);
        assert!(times[0] > times[1] * 1.2, "{times:?}");
    }
}
