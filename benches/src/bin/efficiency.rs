//! What the graph gains over plain ways of doing the same work, and where the pool's time goes.
//!
//! Each way compiles the same project in a process of its own, in turns: one thread without a pool, stage after stage
//! on our pool, the same on rayon, the graph on rayon, the graph on our pool. A recorded run gives the accounts.

use clap::Parser;
use serde_json::{Value, json};
use sigil_benches::generate::{Plan, Shape, generate};
use sigil_benches::inputs::{compile_on, on_disk};
use sigil_benches::measure::{
    Contender, Failure, exit, in_turns, median, number_after, ratio, run, scratch, table,
};
use sigil_benches::on_rayon;
use sigil_driver::results::{Measure, Results};
use sigil_scheduler::trace::{Summary, Times, Trace};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Prints how efficient the ways to run a compilation are
#[derive(Parser)]
struct Arguments {
    /// For scripts
    #[arg(long)]
    json: bool,
    /// Lines of each project
    #[arg(long, default_value_t = 100_000)]
    lines: usize,
    /// Times that each is measured
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Workers
    #[arg(short, long, default_value_t = 2)]
    jobs: usize,
    /// Compile the project of this directory once in this way, print the seconds, and nothing else
    #[arg(long, hide = true, num_args = 2, value_names = ["WAY", "DIRECTORY"])]
    once: Option<Vec<String>>,
    /// Record that one
    #[arg(long, hide = true)]
    trace: Option<PathBuf>,
}

/// Name, schedule, whether rayon is the pool. The first one is what the others are measured by.
const WAYS: [(&str, &str, bool); 5] = [
    ("serial", "serial", false),
    ("phased", "phased", false),
    ("phased, rayon", "phased", true),
    ("graph, rayon", "graph", true),
    ("graph", "graph", false),
];

const SHAPES: [(&str, Shape); 3] =
    [("200 files", Shape::Diamond), ("skewed", Shape::Skewed), ("one file", Shape::OneFile)];

/// What was measured on a project.
struct Measured {
    name: &'static str,
    /// By way.
    times: Vec<Vec<f64>>,
    account: Account,
}

/// Where the time of a run of the graph went.
struct Account {
    wall: f64,
    work: f64,
    span: f64,
    lower: f64,
    times: Vec<Times>,
    stolen: u64,
}

fn main() -> ExitCode {
    exit(measure(&Arguments::parse()))
}

fn measure(arguments: &Arguments) -> Result<(), Failure> {
    if let Some([way, dir]) = arguments.once.as_deref() {
        return once(way, Path::new(dir), arguments);
    }
    let mut measured = Vec::new();
    for (name, shape) in SHAPES {
        let project = on_disk(&generate(&Plan::new(arguments.lines, 200, shape)));
        let mut contenders: Vec<Contender<'_>> = WAYS
            .iter()
            .map(|(way, ..)| Box::new(|| alone(way, project.path(), arguments, None)) as Contender<'_>)
            .collect();
        let times = in_turns(arguments.rounds, &mut contenders)?;
        drop(contenders);
        measured.push(Measured { name, times, account: account(project.path(), arguments)? });
    }
    if arguments.json {
        let details = as_json(&measured, arguments.jobs);
        print!("{}", Results::new("efficiency", measures(&measured, arguments.jobs), details).to_json());
    } else {
        print!("{}", as_text(&measured, arguments.jobs));
    }
    Ok(())
}

/// Compiles in this process and prints how long that took.
fn once(way: &str, dir: &Path, arguments: &Arguments) -> Result<(), Failure> {
    let (_, schedule, is_rayon) = WAYS.iter().find(|known| known.0 == way).ok_or("no such way")?;
    let out = scratch()?;
    let mut options =
        vec!["-j".to_owned(), arguments.jobs.to_string(), "--schedule".into(), (*schedule).into()];
    if let Some(trace) = &arguments.trace {
        options.extend(["--trace".to_owned(), trace.display().to_string()]);
    }
    let engine = if *is_rayon { on_rayon::run } else { sigil_driver::graph::run };
    let start = Instant::now();
    let seconds = compile_on(&engine, dir, Some(out.path()), &options, |_| start.elapsed().as_secs_f64());
    println!("seconds {seconds}");
    Ok(())
}

/// Compiles in a process of its own: none finds memory that another one has warmed up.
fn alone(way: &str, dir: &Path, arguments: &Arguments, trace: Option<&Path>) -> Result<f64, Failure> {
    let myself = std::env::current_exe().map_err(|error| format!("cannot find myself: {error}"))?;
    let mut command = Command::new(myself);
    command.args(["--jobs", &arguments.jobs.to_string()]);
    if let Some(trace) = trace {
        command.arg("--trace").arg(trace);
    }
    command.args(["--once", way]).arg(dir);
    let ran = run(&mut command)?;
    number_after(&String::from_utf8_lossy(&ran.stdout), "seconds").ok_or_else(|| "no figure".into())
}

/// Records runs of the graph and takes the fastest, which the machine disturbed least.
fn account(dir: &Path, arguments: &Arguments) -> Result<Account, Failure> {
    let scratch = scratch()?;
    let file = scratch.path().join("trace");
    let mut best: Option<Account> = None;
    for _ in 0..arguments.rounds.max(1) {
        alone("graph", dir, arguments, Some(&file))?;
        let trace = Trace::read(&file).map_err(|error| error.to_string())?;
        let summary = Summary::new(&trace);
        let seconds = |nanos: u64| nanos as f64 / 1e9;
        let stolen =
            trace.workers.iter().flat_map(|worker| &worker.steals).map(|steal| u64::from(steal.3)).sum();
        let account = Account {
            wall: seconds(trace.head.wall),
            work: seconds(summary.work),
            span: seconds(summary.span),
            lower: seconds(summary.lower_bound()),
            times: summary.times,
            stolen,
        };
        if best.as_ref().is_none_or(|best| account.wall < best.wall) {
            best = Some(account);
        }
    }
    best.ok_or_else(|| "nothing was recorded".into())
}

fn as_text(measured: &[Measured], jobs: usize) -> String {
    let mut rows = Vec::new();
    for m in measured {
        for ((way, ..), times) in WAYS.iter().zip(&m.times) {
            let speedup = ratio(&m.times[0], times);
            rows.push(vec![
                format!("{}, {way}", m.name),
                format!("{:.1}", median(times) * 1e3),
                format!("{speedup:.2}x"),
                if *way == "serial" { String::new() } else { format!("{:.2}", speedup / jobs as f64) },
            ]);
        }
    }
    let mut text = format!("emit with {jobs} workers\n\n");
    text += &table(&["project, way", "ms", "speedup", "efficiency"], &rows);
    text += "\nThe graph on our pool, recorded (the fastest run); shares of workers x wall:\n\n";
    let share = |part: u64, account: &Account| {
        format!("{:.1}%", part as f64 / 1e9 / account.wall / account.times.len() as f64 * 100.0)
    };
    let rows: Vec<Vec<String>> = measured
        .iter()
        .map(|m| {
            let a = &m.account;
            let sum = |part: fn(&Times) -> u64| share(a.times.iter().map(part).sum(), a);
            vec![
                m.name.into(),
                format!("{:.1}", a.wall * 1e3),
                format!("{:.1}", a.work * 1e3),
                format!("{:.1}", a.span * 1e3),
                format!("{:.1}", a.work / a.span),
                format!("{:.1}%", (a.wall / a.lower - 1.0) * 100.0),
                sum(Times::busy),
                sum(|times| times.starved + times.asleep + times.child),
                sum(|times| times.unfound + times.stealing),
                sum(|times| times.overhead),
                a.stolen.to_string(),
            ]
        })
        .collect();
    let head = [
        "project",
        "wall ms",
        "T1 ms",
        "Tinf ms",
        "T1/Tinf",
        "above bound",
        "busy",
        "no ready node",
        "finding, stealing",
        "overhead",
        "stolen",
    ];
    text + &table(&head, &rows)
}

fn measures(measured: &[Measured], jobs: usize) -> Vec<Measure> {
    let of = |m: &Measured| {
        let name = |way: &str| format!("{}, {way}, {jobs} workers", m.name);
        WAYS.iter()
            .zip(&m.times)
            .map(|((way, ..), times)| Measure::seconds(name(way), times))
            .collect::<Vec<_>>()
    };
    measured.iter().flat_map(of).collect()
}

fn as_json(measured: &[Measured], jobs: usize) -> Value {
    let projects = measured.iter().map(|m| {
        let ways = WAYS.iter().zip(&m.times).map(|((way, ..), times)| {
            json!({ "way": way, "median_seconds": median(times), "speedup": ratio(&m.times[0], times) })
        });
        let a = &m.account;
        json!({
            "project": m.name,
            "ways": ways.collect::<Vec<_>>(),
            "recorded": {
                "wall_seconds": a.wall, "work_seconds": a.work, "span_seconds": a.span,
                "lower_bound_seconds": a.lower, "stolen": a.stolen, "workers_nanoseconds": a.times,
            },
        })
    });
    json!({ "workers": jobs, "projects": projects.collect::<Vec<_>>() })
}
