//! What can be asked of `tune`.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What to compare, and how.
#[derive(Args, Debug, Clone)]
pub struct Tune {
    /// A `.si` file, or a directory with `src/main.si` or `main.si`; with --replay what `--trace` wrote, with
    /// --simulate either, but only a project where what is varied changes the graph (--grain, `split`, `schedule`)
    pub path: PathBuf,
    /// A knob of `--policy` or `--node-size`, or `jobs`, `schedule`, `split`, `map-shards`; of several, all combinations
    #[arg(long, value_name = "KNOB=VALUE,…", required_unless_present = "grain")]
    pub vary: Vec<String>,
    /// Find values for the knobs of `--node-size`: each is varied alone, and what is faster is tried together. With --vary,
    /// those values instead of the usual ones
    #[arg(long, conflicts_with = "replay")]
    pub grain: bool,
    /// Rounds; each runs every combination
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u32).range(3..=1000))]
    pub repeat: u32,
    /// Which command is measured
    #[arg(long, value_enum, value_name = "COMMAND", default_value_t = Goal::Emit, conflicts_with = "replay")]
    pub of: Goal,
    /// In virtual time: what is recorded with one worker, or was, runs again in the simulator
    #[arg(long)]
    pub simulate: bool,
    /// Numbers of cores of the simulated machines, as many workers on each
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "16", requires = "simulate",
          value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=1024))]
    pub cores: Vec<usize>,
    /// On the real pool, with tasks that spin as long as the recorded ones ran, and waits in place of child processes
    #[arg(long, conflicts_with = "simulate")]
    pub replay: bool,
    /// A line a combination, separated by commas
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// A result file, for `sigilc bench compare`
    #[arg(long)]
    pub json: bool,
    /// Write a page to look at in a browser, too
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

/// A command that can be measured.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// Checking
    Check,
    /// To C
    Emit,
    /// To a program, with an empty cache
    Build,
}

impl Goal {
    /// The command's name.
    pub fn name(self) -> &'static str {
        match self {
            Goal::Check => "check",
            Goal::Emit => "emit",
            Goal::Build => "build",
        }
    }
}
