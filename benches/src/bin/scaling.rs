//! How the compiler scales from 1 to 16 cores: measured where there are cores, simulated above.
//!
//! Runs with one worker are recorded; the simulator runs them again on more cores through the scheduler's own decisions.
//! A stage's speedup is that of the same graph in which all other stages take no time, so what the stage waits for in
//! its own order still counts. The error of the simulation is stated where it can be measured: at 2 cores. What the
//! machine itself has to give there is measured in the same turns: by two compilers side by side, a worker each, that
//! share nothing.

use clap::Parser;
use serde_json::{Value, json};
use sigil_benches::generate::{Plan, Shape, generate};
use sigil_benches::inputs::on_disk;
use sigil_benches::measure::{
    Contender, Failure, Outputs, compiler, exit, in_turns, median, ratio, run, scratch, table,
};
use sigil_driver::results::{Better, Measure, Results};
use sigil_scheduler::trace::{Summary, Trace};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

/// Prints the speedups of parsing, checking, emission and all, by cores
#[derive(Parser)]
struct Arguments {
    /// For scripts
    #[arg(long)]
    json: bool,
    /// Lines of each project
    #[arg(long, default_value_t = 300_000)]
    lines: usize,
    /// Times that each is measured, and that a run is recorded
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// The compiler [default: the release one of this workspace]
    #[arg(long, value_name = "FILE")]
    sigilc: Option<PathBuf>,
}

const SHAPES: [(&str, Shape); 3] =
    [("wide", Shape::Wide), ("skewed", Shape::Skewed), ("one file", Shape::OneFile)];

const CORES: [usize; 5] = [1, 2, 4, 8, 16];

/// Name, the stages of a trace that it is; none is all of them. Then what is asked for at 2, 4, 8 and 16 cores.
const ROWS: [(&str, &[&str], [f64; 4]); 4] = [
    ("parse", &["read", "lex", "parse"], [1.9, 3.5, 6.5, 11.0]),
    ("check", &["interface", "check"], [1.8, 3.2, 5.5, 8.0]),
    ("codegen", &["emit", "unit"], [1.9, 3.6, 6.8, 12.0]),
    ("overall", &[], [1.85, 3.4, 6.2, 10.0]),
];

/// Emits a project with so many workers, and records that if it is wanted; seconds.
type Emit<'a> = &'a (dyn Fn(&str, Option<&Path>) -> Result<f64, Failure> + Sync);

/// Simulated speedups of a row of the table.
struct Simulated {
    /// By `CORES`.
    speedups: Vec<f64>,
    /// T1/Tinf: no schedule on any number of cores is faster.
    parallelism: f64,
}

/// A project's.
struct Measured {
    name: &'static str,
    /// By `ROWS`.
    rows: Vec<Simulated>,
    /// Of `emit`; none on a machine with one core.
    speedup: Option<AtTwo>,
}

/// Speedups on 2 cores.
#[derive(Clone, Copy)]
struct AtTwo {
    /// Of one compiler with 2 workers.
    workers: f64,
    /// Of two compilers with one worker each, side by side instead of one after the other.
    compilers: f64,
}

fn main() -> ExitCode {
    exit(measure(&Arguments::parse()))
}

fn measure(arguments: &Arguments) -> Result<(), Failure> {
    let compiler = compiler(arguments.sigilc.as_deref())?;
    let outputs = Outputs::new()?;
    let mut all = Vec::new();
    for (name, shape) in SHAPES {
        let project = on_disk(&generate(&Plan::new(arguments.lines, (arguments.lines / 500) as u32, shape)));
        let run = |workers: &str, trace: Option<&Path>| {
            emit(&compiler, project.path(), &outputs.fresh(), workers, trace)
        };
        let speedup = speedup(&run, arguments.rounds)?;
        let rows = simulated(&compiler, &run, arguments.rounds)?;
        all.push(Measured { name, rows, speedup });
    }
    if arguments.json {
        let details = Value::from_iter(all.iter().map(as_json));
        let measures = all.iter().flat_map(measures).collect();
        print!("{}", Results::new("scaling", measures, details).to_json());
    } else {
        print!("{}", as_text(&all));
    }
    Ok(())
}

/// Emits a project into a directory; seconds.
fn emit(
    compiler: &Path,
    project: &Path,
    output: &Path,
    workers: &str,
    trace: Option<&Path>,
) -> Result<f64, Failure> {
    let mut command = Command::new(compiler);
    command.args(["emit", "-q", "-j", workers, "-o"]).arg(output).arg(project);
    if let Some(trace) = trace {
        command.arg("--trace").arg(trace);
    }
    Ok(run(&mut command)?.seconds)
}

/// How many times as fast two workers, and two compilers, are where there are cores for them.
fn speedup(emit: Emit<'_>, rounds: usize) -> Result<Option<AtTwo>, Failure> {
    if std::thread::available_parallelism().map_or(1, usize::from) < 2 {
        return Ok(None);
    }
    let side_by_side = || {
        let start = Instant::now();
        let both = std::thread::scope(|scope| {
            let other = scope.spawn(|| emit("1", None));
            [emit("1", None), other.join().unwrap_or_else(|_| Err("a thread of the bench panicked".into()))]
        });
        both.into_iter().collect::<Result<Vec<f64>, Failure>>()?;
        Ok(start.elapsed().as_secs_f64())
    };
    let contenders: [Contender<'_>; 3] =
        [Box::new(|| emit("1", None)), Box::new(|| emit("2", None)), Box::new(side_by_side)];
    let times = in_turns(rounds, &mut { contenders })?;
    let speedup = |other: usize| ratio(&times[0], &times[other]);
    Ok(Some(AtTwo { workers: speedup(1), compilers: 2.0 * speedup(2) }))
}

/// Records runs with one worker and simulates them; medians, since a run that something disturbs has a longer span.
fn simulated(compiler: &Path, emit: Emit<'_>, rounds: usize) -> Result<Vec<Simulated>, Failure> {
    let scratch = scratch()?;
    let mut runs = Vec::new();
    for round in 0..rounds.max(1) {
        let file = scratch.path().join(round.to_string());
        emit("1", Some(&file))?;
        let trace = Trace::read(&file).map_err(|error| error.to_string())?;
        let all: Vec<String> = Summary::new(&trace).stages.into_iter().map(|stage| stage.name).collect();
        let rows: Result<Vec<Simulated>, Failure> =
            ROWS.iter().map(|(_, stages, _)| simulate(compiler, &file, &all, stages)).collect();
        runs.push(rows?);
    }
    let middle = |row: usize, figure: &dyn Fn(&Simulated) -> f64| {
        median(&runs.iter().map(|rows| figure(&rows[row])).collect::<Vec<f64>>())
    };
    let row = |row| Simulated {
        speedups: (0..CORES.len()).map(|at| middle(row, &|one| one.speedups[at])).collect(),
        parallelism: middle(row, &|one| one.parallelism),
    };
    Ok((0..ROWS.len()).map(row).collect())
}

/// Simulates a record with only some of its stages taking time.
fn simulate(compiler: &Path, trace: &Path, all: &[String], stages: &[&str]) -> Result<Simulated, Failure> {
    let mut command = Command::new(compiler);
    command.arg("simulate").arg(trace).args(["--json", "--cores", &CORES.map(|n| n.to_string()).join(",")]);
    let others = all.iter().filter(|stage| !stages.is_empty() && !stages.contains(&stage.as_str()));
    for other in others {
        command.args(["--scale", &format!("{other}=0")]);
    }
    let ran = run(&mut command)?;
    let answer: Value = serde_json::from_slice(&ran.stdout).map_err(|error| format!("simulate: {error}"))?;
    let number = |value: &Value| value.as_f64().ok_or_else(|| format!("simulate: no number in {answer}"));
    let times: Result<Vec<f64>, Failure> =
        (0..CORES.len()).map(|at| number(&answer["rows"][at]["makespan"])).collect();
    let times = times?;
    Ok(Simulated {
        speedups: times.iter().map(|time| times[0] / time).collect(),
        parallelism: number(&answer["work"])? / number(&answer["span"])?,
    })
}

/// Whether a simulated speedup is above what is asked for.
fn is_met(row: usize, at: usize, speedup: f64) -> bool {
    at == 0 || speedup > ROWS[row].2[at - 1]
}

fn as_text(all: &[Measured]) -> String {
    let mut rows = Vec::new();
    for m in all {
        for (number, (row, simulated)) in ROWS.iter().zip(&m.rows).enumerate() {
            let mut cells = vec![format!("{}, {}", m.name, row.0)];
            for (at, &speedup) in simulated.speedups.iter().enumerate().skip(1) {
                let mark = if is_met(number, at, speedup) { "" } else { " *" };
                cells.push(format!("{speedup:.2}{mark}"));
            }
            cells.push(format!("{:.1}", simulated.parallelism));
            let measured = m.speedup.filter(|_| row.1.is_empty());
            cells.extend(measured.map_or([String::new(), String::new()], |at_two| {
                [at_two.workers, at_two.compilers].map(|speedup| format!("{speedup:.2}"))
            }));
            let error = measured.map(|at_two| (simulated.speedups[1] / at_two.workers - 1.0) * 100.0);
            cells.push(error.map_or(String::new(), |error| format!("{error:+.1}%")));
            rows.push(cells);
        }
    }
    let asked = ROWS.map(|(name, _, asked)| format!("{name} {}", asked.map(|n| n.to_string()).join(" / ")));
    format!(
        "Speedups by cores, simulated from a run with one worker\n\n{}\nasked for at 2 / 4 / 8 / 16 cores: {}\n\
         *: not above that. T1/Tinf: what the shape of the graph allows on any number of cores.\n\
         two compilers: side by side, a worker each, which share nothing: what the machine gives at 2 cores.\n",
        table(
            &[
                "project, stage",
                "2",
                "4",
                "8",
                "16",
                "T1/Tinf",
                "measured at 2",
                "two compilers",
                "simulation's error",
            ],
            &rows
        ),
        asked.join(", ")
    )
}

fn measures(m: &Measured) -> Vec<Measure> {
    let of = |stage: &str, simulated: &Simulated| {
        let name = |cores: usize| format!("{}, {stage}, speedup on {cores} cores, simulated", m.name);
        let figures = CORES.iter().zip(&simulated.speedups).skip(1);
        figures
            .map(|(&cores, &speedup)| Measure::new(name(cores), "x", Better::More, &[speedup]))
            .collect::<Vec<_>>()
    };
    let measured = m.speedup.map(|at_two| {
        Measure::new(format!("{}, speedup on 2 cores", m.name), "x", Better::More, &[at_two.workers])
    });
    ROWS.iter().zip(&m.rows).flat_map(|(row, simulated)| of(row.0, simulated)).chain(measured).collect()
}

fn as_json(m: &Measured) -> Value {
    let rows = ROWS.iter().zip(&m.rows).enumerate().map(|(number, (row, simulated))| {
        let met = simulated.speedups.iter().enumerate().map(|(at, &speedup)| is_met(number, at, speedup));
        json!({
            "stage": row.0, "cores": CORES, "speedups": simulated.speedups, "asked_for": row.2,
            "is_met": met.collect::<Vec<_>>(), "parallelism": simulated.parallelism,
        })
    });
    json!({
        "project": m.name, "rows": rows.collect::<Vec<_>>(),
        "measured_at_2": m.speedup.map(|at_two| at_two.workers),
        "two_compilers": m.speedup.map(|at_two| at_two.compilers),
    })
}
