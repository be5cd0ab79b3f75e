//! How fast `check` and `emit` are, how much memory they take, what a second worker gains, and whether stages overlap.
//!
//! Whole processes of the release `sigilc` are measured, on generated projects, in turns.

use clap::Parser;
use serde_json::{Value, json};
use sigil_benches::generate::{Plan, Shape, generate};
use sigil_benches::measure::{
    Contender, Failure, Outputs, compiler, exit, in_turns, median, number_after, ratio, run, scratch, table,
};
use sigil_driver::results::{Better, Measure, Results};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use tempfile::TempDir;

/// Prints the times of the compiler's stages beside their targets
#[derive(Parser)]
struct Arguments {
    /// For scripts
    #[arg(long)]
    json: bool,
    /// Lines of the projects
    #[arg(long, default_value_t = 100_000)]
    lines: usize,
    /// Times that each is measured
    #[arg(long, default_value_t = 11)]
    rounds: usize,
    /// The compiler [default: the release one of this workspace]
    #[arg(long, value_name = "FILE")]
    sigilc: Option<PathBuf>,
}

/// A project on disk.
struct Input {
    name: &'static str,
    dir: TempDir,
    lines: usize,
    bytes: usize,
}

/// What was measured of a command on a project.
struct Measured {
    input: &'static str,
    command: &'static str,
    lines: usize,
    bytes: usize,
    /// Seconds with one and with two workers.
    seconds: [f64; 2],
    /// See above, of each round.
    times: Vec<Vec<f64>>,
    speedup: f64,
    /// Megabytes with one and with two workers.
    megabytes: [f64; 2],
}

/// A wish and what became of it.
struct Target {
    text: &'static str,
    limit: f64,
    actual: f64,
    is_met: bool,
}

fn main() -> ExitCode {
    exit(measure(&Arguments::parse()))
}

fn measure(arguments: &Arguments) -> Result<(), Failure> {
    let compiler = compiler(arguments.sigilc.as_deref())?;
    let outputs = Outputs::new()?;
    let mut measured = Vec::new();
    for (name, shape) in [("200 files", Shape::Diamond), ("one file", Shape::OneFile)] {
        let input = input(name, &Plan::new(arguments.lines, 200, shape))?;
        for command in ["check", "emit"] {
            measured.push(stage(&compiler, &input, command, arguments.rounds, &outputs)?);
        }
    }
    let overlap = overlap(&compiler)?;
    let targets = targets(&measured);
    if arguments.json {
        let details = as_json(&measured, &targets, &overlap);
        print!("{}", Results::new("stages", measures(&measured), details).to_json());
    } else {
        print!("{}", as_text(&measured, &targets, &overlap));
    }
    Ok(())
}

fn input(name: &'static str, plan: &Plan) -> Result<Input, Failure> {
    let project = generate(plan);
    let dir = scratch()?;
    project.write(dir.path()).map_err(|error| format!("cannot write a project: {error}"))?;
    Ok(Input { name, dir, lines: project.lines(), bytes: project.bytes() })
}

fn stage(
    compiler: &Path,
    input: &Input,
    command: &'static str,
    rounds: usize,
    outputs: &Outputs,
) -> Result<Measured, Failure> {
    let once = |workers: &str, verbose: bool| {
        let mut process = Command::new(compiler);
        let voice = if verbose { "-v" } else { "-q" };
        process.args([command, voice, "-j", workers]).arg(input.dir.path());
        if command == "emit" {
            process.arg("-o").arg(outputs.fresh());
        }
        run(&mut process)
    };
    let contenders: [Contender<'_>; 2] =
        [Box::new(|| Ok(once("1", false)?.seconds)), Box::new(|| Ok(once("2", false)?.seconds))];
    let times = in_turns(rounds, &mut { contenders })?;
    let megabytes = |workers: &str| -> Result<f64, Failure> {
        number_after(&once(workers, true)?.stderr, "peak memory").ok_or_else(|| "no peak memory in -v".into())
    };
    Ok(Measured {
        input: input.name,
        command,
        lines: input.lines,
        bytes: input.bytes,
        seconds: [median(&times[0]), median(&times[1])],
        speedup: ratio(&times[0], &times[1]),
        megabytes: [megabytes("1")?, megabytes("2")?],
        times,
    })
}

/// When things happened in a cold build of 50 files, in milliseconds.
struct Overlap {
    first_emit: f64,
    last_parse: f64,
    first_compiler: f64,
    last_check: f64,
}

fn overlap(compiler: &Path) -> Result<Overlap, Failure> {
    let input = input("50 files", &Plan::new(20_000, 50, Shape::Diamond))?;
    let out = scratch()?;
    let mut process = Command::new(compiler);
    process.args(["build", "-v", "-O0", "-j", "2"]).arg(input.dir.path());
    process.arg("-o").arg(out.path().join("program")).env("SIGIL_CACHE", out.path().join("cache"));
    let stderr = run(&mut process)?.stderr;
    // What never happened happened too late.
    let moment = |label| number_after(&stderr, label).unwrap_or(f64::INFINITY);
    Ok(Overlap {
        first_emit: moment("first emit"),
        last_parse: moment("last parse"),
        first_compiler: moment("first C compiler"),
        last_check: moment("last check"),
    })
}

fn targets(measured: &[Measured]) -> Vec<Target> {
    let find = |input: &str, command: &str| {
        measured.iter().find(|m| m.input == input && m.command == command).expect("all are measured")
    };
    let below = |text, limit, actual| Target { text, limit, actual, is_met: actual < limit };
    let at_least = |text, limit, actual| Target { text, limit, actual, is_met: actual >= limit };
    let (check, emit) = (find("200 files", "check"), find("200 files", "emit"));
    vec![
        below("200 files: check, 1 worker, seconds below", 0.12, check.seconds[0]),
        below("200 files: emit, 1 worker, seconds below", 0.25, emit.seconds[0]),
        below("200 files: emit, 1 worker, peak MB below", 150.0, emit.megabytes[0]),
        at_least("200 files: emit, 2 workers, times as fast at least", 1.7, emit.speedup),
        at_least(
            "one file: check, 2 workers, times as fast at least",
            1.5,
            find("one file", "check").speedup,
        ),
    ]
}

fn as_text(measured: &[Measured], targets: &[Target], overlap: &Overlap) -> String {
    let mut rows = Vec::new();
    for m in measured {
        for workers in 0..2 {
            let seconds = m.seconds[workers];
            rows.push(vec![
                format!("{}, {}", m.input, m.command),
                (workers + 1).to_string(),
                format!("{:.1}", seconds * 1e3),
                format!("{:.2}", m.lines as f64 / seconds / 1e6),
                format!("{:.1}", m.bytes as f64 / seconds / 1e6),
                format!("{:.1}", m.megabytes[workers]),
                if workers == 1 { format!("{:.2}x", m.speedup) } else { String::new() },
            ]);
        }
    }
    let mut text = table(&["stage", "workers", "ms", "Mlines/s", "MB/s", "peak MB", "speedup"], &rows);
    let rows: Vec<Vec<String>> = targets
        .iter()
        .map(|t| {
            let verdict = if t.is_met { "met" } else { "MISSED" };
            vec![t.text.into(), t.limit.to_string(), format!("{:.3}", t.actual), verdict.into()]
        })
        .collect();
    text += "\n";
    text += &table(&["target", "limit", "actual", ""], &rows);
    let verdict = |is_met| if is_met { "overlap" } else { "NO OVERLAP" };
    let Overlap { first_emit, last_parse, first_compiler, last_check } = overlap;
    text += &format!(
        "\nCold build of 50 files, 2 workers: first function emitted at {first_emit:.1} ms, last file parsed at \
         {last_parse:.1} ms: {}\nfirst C compiler started at {first_compiler:.1} ms, last body checked at \
         {last_check:.1} ms: {}\n",
        verdict(first_emit < last_parse),
        verdict(first_compiler < last_check),
    );
    text
}

fn measures(measured: &[Measured]) -> Vec<Measure> {
    let of = |m: &Measured, workers: usize| {
        let name = format!("{}, {}, {} workers", m.input, m.command, workers + 1);
        let bytes = [m.megabytes[workers] * 1e6];
        [
            Measure::new(format!("{name}, peak memory"), "B", Better::Less, &bytes),
            Measure::seconds(name, &m.times[workers]),
        ]
    };
    measured.iter().flat_map(|m| (0..2).flat_map(move |workers| of(m, workers))).collect()
}

fn as_json(measured: &[Measured], targets: &[Target], overlap: &Overlap) -> Value {
    let stages = measured.iter().map(|m| {
        json!({
            "input": m.input, "command": m.command, "lines": m.lines, "bytes": m.bytes,
            "seconds": m.seconds, "speedup": m.speedup, "peak_megabytes": m.megabytes,
        })
    });
    let targets = targets
        .iter()
        .map(|t| json!({ "target": t.text, "limit": t.limit, "actual": t.actual, "is_met": t.is_met }));
    json!({
        "stages": stages.collect::<Vec<_>>(),
        "targets": targets.collect::<Vec<_>>(),
        "overlap_milliseconds": {
            "first_emit": overlap.first_emit, "last_parse": overlap.last_parse,
            "first_compiler": overlap.first_compiler, "last_check": overlap.last_check,
        },
    })
}
