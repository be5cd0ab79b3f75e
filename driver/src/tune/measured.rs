//! The compiler itself, run with each variant in a process of its own.

use super::{Bench, Variant};
use crate::cli::{Options, TuneGoal};
use crate::interrupt::TempDir;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Runs `sigilc`.
pub struct Measured {
    program: PathBuf,
    goal: TuneGoal,
    path: PathBuf,
    options: Options,
}

impl Measured {
    /// On a project. The options are what all variants have in common.
    pub fn new(goal: TuneGoal, path: &Path, options: &Options) -> Result<Self, String> {
        let program =
            std::env::current_exe().map_err(|error| format!("cannot find sigilc itself: {error}"))?;
        Ok(Measured { program, goal, path: path.to_owned(), options: options.clone() })
    }

    /// Runs the command and records it, if that is wanted; seconds.
    pub fn run(&self, variant: &Variant, record: Option<&Path>) -> Result<f64, String> {
        let dir = TempDir::new().map_err(|error| format!("cannot make a directory: {error}"))?;
        let mut command = Command::new(&self.program);
        command.arg(self.goal.name()).arg(&self.path).arg("--quiet");
        match self.goal {
            TuneGoal::Check => {}
            TuneGoal::Emit => drop(command.arg("-o").arg(dir.path().join("c"))),
            TuneGoal::Build => drop(command.arg("-o").arg(dir.path().join("program"))),
        }
        // Nothing that an earlier run has kept helps a later one.
        command.env("SIGIL_CACHE", dir.path().join("cache"));
        self.pass_options(&mut command, variant);
        if let Some(jobs) = variant.jobs.or(self.options.jobs.map(usize::from)) {
            command.args(["--jobs", &jobs.to_string()]);
        }
        if let Some(file) = record {
            command.arg("--trace").arg(file);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let start = Instant::now();
        let output = command.output().map_err(|error| format!("cannot start sigilc: {error}"))?;
        let time = start.elapsed().as_secs_f64();
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{} failed:\n{}", variant.name, said.trim_end()));
        }
        Ok(time)
    }

    fn pass_options(&self, command: &mut Command, variant: &Variant) {
        let policy = format!("{},{}", self.options.policy.as_deref().unwrap_or(""), variant.policy);
        command.args(["--policy", &policy]);
        command.args(["--node-size", &format!("{},{}", self.options.grain(), variant.grain)]);
        command.arg(format!("-O{}", self.options.optimize));
        if variant.is_phased {
            command.args(["--schedule", "phased"]);
        }
        if let Some(cc) = &self.options.cc {
            command.args(["--cc", cc]);
        }
        command.args(&variant.args);
    }
}

impl Bench for Measured {
    fn time(&mut self, variant: &Variant, _round: u32) -> Result<f64, String> {
        self.run(variant, None)
    }

    fn notes(&self) -> Vec<String> {
        vec![format!("wall time of `sigilc {}`, a process a run, in turns", self.goal.name())]
    }
}
