//! Running programs, taking times, comparing them.
//!
//! Times wander by machine and by hour. What is to be compared is therefore measured in turns, and ratios are taken
//! turn by turn before their median is.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;
use tempfile::TempDir;

/// Why nothing could be measured.
pub type Failure = String;

/// How a program ends that has measured something, or says why not.
pub fn exit(outcome: Result<(), Failure>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// A directory that goes away by itself.
pub fn scratch() -> Result<TempDir, Failure> {
    tempfile::tempdir().map_err(|error| format!("no temporary directory: {error}"))
}

/// Directories for what runs write, a new one each time, since files that are there already are not written again.
///
/// All go away together: while a file system has just deleted files, it makes new ones more slowly (ext4 looks back for
/// five seconds).
pub struct Outputs {
    dir: TempDir,
    count: AtomicU32,
}

impl Outputs {
    /// None yet.
    pub fn new() -> Result<Self, Failure> {
        Ok(Outputs { dir: scratch()?, count: AtomicU32::new(0) })
    }

    /// One that is not there yet.
    pub fn fresh(&self) -> PathBuf {
        self.dir.path().join(self.count.fetch_add(1, Ordering::Relaxed).to_string())
    }
}

/// The compiler that was asked for, or the release one of this workspace.
pub fn compiler(given: Option<&Path>) -> Result<PathBuf, Failure> {
    given.map_or_else(sigilc, |path| Ok(path.to_owned()))
}

/// One run of a program.
#[derive(Clone, Debug)]
pub struct Run {
    /// Wall time.
    pub seconds: f64,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: String,
}

/// Builds the release `sigilc` of this workspace and says where it is.
pub fn sigilc() -> Result<PathBuf, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the workspace is gone")?;
    let arguments = [
        "build",
        "--release",
        "--quiet",
        "-p",
        "sigil-driver",
        "--bin",
        "sigilc",
        "--message-format",
        "json",
    ];
    let output = Command::new(cargo)
        .args(arguments)
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    // The last artifact that is a program is the one.
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .next_back()
        .ok_or_else(|| "sigilc does not compile".into())
}

/// Runs a program to its end. Anything but success is a failure.
pub fn run(command: &mut Command) -> Result<Run, Failure> {
    let start = Instant::now();
    let output = command.output().map_err(|error| format!("cannot run {command:?}: {error}"))?;
    let seconds = start.elapsed().as_secs_f64();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        let end: Vec<&str> = stderr.lines().take(20).collect();
        return Err(format!("{command:?}: {}\n{}", output.status, end.join("\n")));
    }
    Ok(Run { seconds, stdout: output.stdout, stderr })
}

/// Something to be measured: gives seconds.
pub type Contender<'a> = Box<dyn FnMut() -> Result<f64, Failure> + 'a>;

/// Measures in turns: `rounds` times for each contender, after one round that does not count.
pub fn in_turns(rounds: usize, contenders: &mut [Contender<'_>]) -> Result<Vec<Vec<f64>>, Failure> {
    let mut times = vec![Vec::with_capacity(rounds); contenders.len()];
    for round in 0..=rounds {
        for (contender, times) in contenders.iter_mut().zip(&mut times) {
            let seconds = contender()?;
            if round > 0 {
                times.push(seconds);
            }
        }
    }
    Ok(times)
}

/// The middle one.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The median of the ratios, turn by turn.
pub fn ratio(above: &[f64], below: &[f64]) -> f64 {
    let ratios: Vec<f64> = above.iter().zip(below).map(|(a, b)| a / b).collect();
    median(&ratios)
}

/// The number that follows a label in a text: `peak memory` in `peak memory 12.5 MB`.
pub fn number_after(text: &str, label: &str) -> Option<f64> {
    let rest = &text[text.find(label)? + label.len()..];
    rest.split_whitespace().next()?.trim_end_matches([',', ';']).parse().ok()
}

/// A table with a head; numbers stand to the right.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([head[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded = cells.iter().enumerate().map(|(column, cell)| {
            if column == 0 {
                format!("{cell:<width$}", width = widths[column])
            } else {
                format!("{cell:>width$}", width = widths[column])
            }
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    let mut text = line(head.to_vec());
    text += &line(
        widths
            .iter()
            .map(|width| "-".repeat(*width))
            .collect::<Vec<_>>()
            .iter()
            .map(String::as_str)
            .collect(),
    );
    for row in rows {
        text += &line(row.iter().map(String::as_str).collect());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn middles() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(ratio(&[2.0, 9.0, 4.0], &[1.0, 1.0, 2.0]), 2.0);
    }

    #[test]
    fn numbers_in_statistics() {
        let text = "overlap: first emit 1.25 ms, last parse never\npeak memory 12.5 MB";
        assert_eq!(number_after(text, "peak memory"), Some(12.5));
        assert_eq!(number_after(text, "first emit"), Some(1.25));
        assert_eq!(number_after(text, "last parse"), None);
    }

    #[test]
    fn tables_are_aligned() {
        let rows = [vec!["a".to_owned(), "10".to_owned()], vec!["bcd".to_owned(), "7".to_owned()]];
        assert_eq!(table(&["x", "n"], &rows), "x     n\n---  --\na    10\nbcd   7\n");
    }
}
