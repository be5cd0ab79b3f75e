//! How much memory a further worker costs: the pool alone, and the whole compiler.
//!
//! The pool's workers meet in a barrier, so all of them have started and run something; the compiler's figure is the
//! peak of a process. What a worker costs is the slope of the line through all points (least squares).

use clap::Parser;
use serde_json::json;
use sigil_benches::generate::{Plan, Shape, generate};
use sigil_benches::inputs::on_disk;
use sigil_benches::measure::{Failure, compiler, exit, median, number_after, run, scratch, table};
use sigil_driver::results::{Better, Measure, Results};
use sigil_scheduler::{Closure, Pool};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Barrier;

/// Prints the resident memory of the pool and of the compiler by number of workers
#[derive(Parser)]
struct Arguments {
    /// For scripts
    #[arg(long)]
    json: bool,
    /// Lines of the project
    #[arg(long, default_value_t = 100_000)]
    lines: usize,
    /// Compilations with each number of workers
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// The compiler [default: the release one of this workspace]
    #[arg(long, value_name = "FILE")]
    sigilc: Option<PathBuf>,
    /// Print the resident bytes of a pool with that many workers, and nothing else
    #[arg(long, hide = true)]
    pool: Option<usize>,
}

const WORKERS: [usize; 5] = [1, 2, 4, 8, 16];

/// What a worker of the pool may cost at most: the target that the project has set itself.
const POOL_LIMIT: f64 = 65536.0;

/// Bytes by number of workers, and by the line through them.
struct Series {
    name: &'static str,
    bytes: Vec<f64>,
    /// See above, of each round.
    samples: Vec<Vec<f64>>,
    per_worker: f64,
}

fn main() -> ExitCode {
    exit(measure(&Arguments::parse()))
}

fn measure(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(workers) = arguments.pool {
        println!("resident {}", pool(workers)?);
        return Ok(());
    }
    let compiler = compiler(arguments.sigilc.as_deref())?;
    let project = on_disk(&generate(&Plan::new(arguments.lines, 200, Shape::Diamond)));
    let myself = std::env::current_exe().map_err(|error| format!("cannot find myself: {error}"))?;
    let of_pool = |workers: usize| -> Result<f64, Failure> {
        let ran = run(Command::new(&myself).args(["--pool", &workers.to_string()]))?;
        number_after(&String::from_utf8_lossy(&ran.stdout), "resident").ok_or_else(|| "no figure".into())
    };
    let series = [
        series("pool alone", arguments.rounds, of_pool)?,
        series("sigilc check", arguments.rounds, |workers| {
            peak(&compiler, project.path(), "check", workers)
        })?,
        series("sigilc emit", arguments.rounds, |workers| peak(&compiler, project.path(), "emit", workers))?,
    ];
    if arguments.json {
        let all = series.iter().map(|s| {
            json!({ "what": s.name, "workers": WORKERS, "bytes": s.bytes, "bytes_per_worker": s.per_worker })
        });
        let measures = series.iter().flat_map(measures).collect();
        print!("{}", Results::new("memory", measures, serde_json::Value::from_iter(all)).to_json());
    } else {
        print!("{}", as_text(&series));
    }
    Ok(())
}

fn series(
    name: &'static str,
    rounds: usize,
    once: impl Fn(usize) -> Result<f64, Failure>,
) -> Result<Series, Failure> {
    let mut samples = Vec::new();
    for workers in WORKERS {
        let of: Result<Vec<f64>, Failure> = (0..rounds.max(1)).map(|_| once(workers)).collect();
        samples.push(of?);
    }
    let bytes: Vec<f64> = samples.iter().map(|of| median(of)).collect();
    let per_worker = slope(&WORKERS.map(|n| n as f64), &bytes);
    Ok(Series { name, bytes, samples, per_worker })
}

fn measures(series: &Series) -> Vec<Measure> {
    let name = |workers: usize| format!("{}, {workers} workers", series.name);
    WORKERS
        .iter()
        .zip(&series.samples)
        .map(|(&workers, bytes)| Measure::new(name(workers), "B", Better::Less, bytes))
        .collect()
}

/// Peak bytes of a process of the compiler.
fn peak(compiler: &Path, project: &Path, command: &str, workers: usize) -> Result<f64, Failure> {
    let out = scratch()?;
    let mut process = Command::new(compiler);
    process.args([command, "-v", "-j", &workers.to_string()]).arg(project);
    if command == "emit" {
        process.arg("-o").arg(out.path());
    }
    let megabytes = number_after(&run(&mut process)?.stderr, "peak memory").ok_or("no peak memory in -v")?;
    Ok(megabytes * 1e6)
}

/// Resident bytes of this process while all workers of a pool are in a job.
fn pool(workers: usize) -> Result<u64, Failure> {
    let barrier = Barrier::new(workers + 1);
    let mut pool = Pool::new(workers);
    let mut resident = Err("the pool did not run".to_owned());
    std::thread::scope(|scope| {
        let runner = scope.spawn(|| {
            pool.run(Closure::run, |cx| {
                for _ in 0..workers {
                    let meet = || {
                        barrier.wait();
                        barrier.wait();
                    };
                    cx.node(Closure::new("meet", move |_| meet()), &[]);
                }
            })
            .is_ok()
        });
        barrier.wait();
        resident = resident_bytes();
        barrier.wait();
        let _ = runner.join();
    });
    resident
}

fn resident_bytes() -> Result<u64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status").map_err(|error| {
        format!("/proc/self/status, which tells resident memory, cannot be read: {error}")
    })?;
    let kilobytes = number_after(&status, "VmRSS:").ok_or("no VmRSS in /proc/self/status")?;
    Ok(kilobytes as u64 * 1024)
}

/// Of the line through all points, by least squares.
fn slope(x: &[f64], y: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mean_x, mean_y) = (mean(x), mean(y));
    let above: f64 = x.iter().zip(y).map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    above / x.iter().map(|x| (x - mean_x).powi(2)).sum::<f64>()
}

fn as_text(series: &[Series]) -> String {
    let workers = WORKERS.map(|workers| format!("{workers} MB"));
    let mut head = vec!["resident memory, workers:"];
    head.extend(workers.iter().map(String::as_str));
    head.push("KiB a worker");
    let row = |s: &Series| {
        let mut row = vec![s.name.to_owned()];
        row.extend(s.bytes.iter().map(|bytes| format!("{:.2}", bytes / 1e6)));
        row.push(format!("{:.1}", s.per_worker / 1024.0));
        row
    };
    let rows: Vec<Vec<String>> = series.iter().map(row).collect();
    let is_met = series[0].per_worker <= POOL_LIMIT;
    let verdict = if is_met { "met" } else { "MISSED" };
    format!("{}\na worker of the pool, at most 64 KiB: {verdict}\n", table(&head, &rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes() {
        assert_eq!(slope(&[1.0, 2.0, 4.0], &[3.0, 5.0, 9.0]), 2.0);
    }
}
