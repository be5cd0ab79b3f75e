//! Runs programs with a time limit and compares what they say.

use similar::{ChangeTag, TextDiff};
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than any case takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);

/// A program to run, and where its cache is.
#[derive(Debug, Clone)]
pub struct Tool {
    /// The program.
    pub program: PathBuf,
    /// What sigilc keeps between runs.
    pub cache: PathBuf,
}

/// What came out.
#[derive(Debug, Clone)]
pub struct Output {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// The exit code; 128 and the number of the signal that ended the program.
    pub exit: i32,
}

impl Tool {
    /// Runs the program. `Err` if it does not end.
    pub fn run(
        &self,
        dir: &Path,
        args: &[&str],
        stdin: &str,
        env: &[(&str, &str)],
    ) -> Result<Output, String> {
        let mut command = Command::new(&self.program);
        command.args(args).current_dir(dir).env("SIGIL_CACHE", &self.cache).env_remove("CC");
        command.envs(env.iter().copied()).env("NO_COLOR", "1");
        run_limited(command, stdin)
    }
}

fn run_limited(mut command: Command, stdin: &str) -> Result<Output, String> {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        command.process_group(0);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("cannot start {command:?}: {error}"))?;
    let mut input = child.stdin.take().expect("stdin is piped");
    let stdin = stdin.to_owned();
    // A program that does not read its input closes the pipe, which is no failure.
    let writer = thread::spawn(move || input.write_all(stdin.as_bytes()));
    let out = reader(child.stdout.take().expect("stdout is piped"));
    let err = reader(child.stderr.take().expect("stderr is piped"));
    let start = Instant::now();
    let mut pause = Duration::from_micros(500);
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            break status;
        }
        if start.elapsed() > LIMIT {
            // The group holds what the child started.
            let _ = Command::new("kill").args(["-9", "--", &format!("-{}", child.id())]).status();
            let _ = child.wait();
            return Err(format!("{command:?} did not end within {LIMIT:?}"));
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    };
    let _ = writer.join();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let stdout = text(out.join().unwrap_or_default());
    let stderr = text(err.join().unwrap_or_default());
    Ok(Output { stdout, stderr, exit: code(status) })
}

fn reader(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before an error is what counts.
        let _ = pipe.read_to_end(&mut bytes);
        bytes
    })
}

fn code(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if let Some(signal) = status.signal() {
            return 128 + signal;
        }
    }
    status.code().unwrap_or(-1)
}

/// gcc has nothing to say about the C in a directory, the runtime's excepted. Without gcc nobody has.
pub fn c_compiles(dir: &Path) -> Result<(), String> {
    let entries = fs::read_dir(dir).map_err(|error| error.to_string())?;
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("rt_") || name.starts_with("sigil_rt") || !name.ends_with(".c") {
            continue;
        }
        let mut gcc = Command::new("gcc");
        gcc.args(["-std=c11", "-fsyntax-only", "-Wall", "-Wextra", "-Werror"]).arg("-I").arg(dir).arg(&path);
        let Ok(output) = gcc.output() else { return Ok(()) };
        if !output.status.success() {
            return Err(format!("gcc on {name}:\n{}", String::from_utf8_lossy(&output.stderr)));
        }
    }
    Ok(())
}

/// How `actual` differs from `expected`, line by line; nothing if it does not.
pub fn difference(what: &str, expected: &str, actual: &str) -> Option<String> {
    if expected == actual {
        return None;
    }
    let mut text = format!("{what} (- expected, + actual):\n");
    for change in TextDiff::from_lines(expected, actual).iter_all_changes() {
        let sign = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => ' ',
        };
        text += &format!("{sign}{}", change.value());
        if !text.ends_with('\n') {
            text += "\n(no newline)\n";
        }
    }
    Some(text)
}
