//! How fast are the programs that the compiler makes, beside plain C of the same algorithm?
//!
//! Both are built with `-O2` by the same C compiler and run in turns; their output must be the same.

use clap::Parser;
use sigil_benches::generate::Random;
use sigil_benches::measure::{
    Contender, Failure, exit, in_turns, median, ratio, run, scratch, sigilc, table,
};
use sigil_driver::results::{Better, Measure, Results};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// The programs, and how many times as slow as C each may be.
const PROGRAMS: [(&str, f64); 7] = [
    ("nbody", 2.0),
    ("spectral_norm", 2.0),
    ("fannkuch", 2.0),
    ("binary_trees", 3.0),
    ("word_count", 3.0),
    ("map_build", 3.0),
    ("string_builder", 3.0),
];

/// Prints how fast compiled Sigil programs are, beside C
#[derive(Parser)]
struct Arguments {
    /// For scripts
    #[arg(long)]
    json: bool,
    /// Times that each is run
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// C compiler of both
    #[arg(long, default_value = "cc")]
    cc: String,
    /// Only the programs with this in their names
    filter: Option<String>,
}

fn main() -> ExitCode {
    exit(measure(&Arguments::parse()).map(|text| print!("{text}")))
}

fn measure(arguments: &Arguments) -> Result<String, Failure> {
    let compiler = sigilc()?;
    let dir = scratch()?;
    let input = dir.path().join("input.txt");
    fs::write(&input, words(10_000_000)).map_err(|error| format!("cannot write the input: {error}"))?;
    let mut rows = Vec::new();
    let mut measures = Vec::new();
    for (name, limit) in PROGRAMS {
        if arguments.filter.as_ref().is_some_and(|filter| !name.contains(filter.as_str())) {
            continue;
        }
        let (ours, theirs) = build(&compiler, &arguments.cc, name, dir.path())?;
        let start = |program: &Path| {
            let stdin = File::open(&input).map_err(|error| format!("the input is gone: {error}"))?;
            run(Command::new(program).stdin(Stdio::from(stdin)))
        };
        if start(&ours)?.stdout != start(&theirs)?.stdout {
            return Err(format!("{name}: the two programs print different things"));
        }
        let mut contenders: [Contender<'_>; 2] =
            [Box::new(|| Ok(start(&ours)?.seconds)), Box::new(|| Ok(start(&theirs)?.seconds))];
        let times = in_turns(arguments.rounds, &mut contenders)?;
        let factor = ratio(&times[0], &times[1]);
        let factors: Vec<f64> = times[0].iter().zip(&times[1]).map(|(ours, theirs)| ours / theirs).collect();
        measures.push(Measure::seconds(name, &times[0]));
        measures.push(Measure::new(format!("{name}, by C"), "x", Better::Less, &factors));
        rows.push(vec![
            name.into(),
            format!("{:.0}", median(&times[0]) * 1e3),
            format!("{:.0}", median(&times[1]) * 1e3),
            format!("{factor:.2}"),
            format!("{limit:.1}"),
            if factor <= limit { "met".into() } else { "MISSED".into() },
        ]);
    }
    if arguments.json {
        return Ok(Results::new("programs", measures, serde_json::Value::Null).to_json());
    }
    Ok(table(&["program", "Sigil ms", "C ms", "ratio", "limit", ""], &rows))
}

/// Builds `NAME.si` and `NAME.c`.
fn build(compiler: &Path, cc: &str, name: &str, dir: &Path) -> Result<(PathBuf, PathBuf), Failure> {
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
    let (ours, theirs) = (dir.join(format!("{name}-si")), dir.join(format!("{name}-c")));
    let mut command = Command::new(compiler);
    command.args(["build", "-q", "-O2", "--cc", cc]).arg(programs.join(format!("{name}.si")));
    run(command.arg("-o").arg(&ours).env("SIGIL_CACHE", dir.join("cache")))?;
    let mut command = Command::new(cc);
    command.arg("-O2").arg(programs.join(format!("{name}.c"))).arg("-o").arg(&theirs);
    run(command.arg("-lm"))?;
    Ok((ours, theirs))
}

/// A text of words, frequent ones and rare ones, ten a line.
fn words(bytes: usize) -> String {
    let mut random = Random::new(7);
    let mut text = String::with_capacity(bytes + 100);
    while text.len() < bytes {
        for position in 0..10 {
            // The smaller of three even numbers is small more often than not.
            let rank = (0..3).map(|_| random.below(60_000)).min().unwrap_or(0);
            text.push_str(if position == 0 { "" } else { " " });
            spell(rank, &mut text);
        }
        text.push('\n');
    }
    text
}

/// A word for a number: syllables, the shorter the smaller.
fn spell(mut number: usize, out: &mut String) {
    loop {
        out.push(char::from(b"bdfgklmnprstvz"[number % 14]));
        number /= 14;
        out.push(char::from(b"aeiou"[number % 5]));
        number /= 5;
        if number == 0 {
            return;
        }
    }
}
