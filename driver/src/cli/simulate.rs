//! What can be asked of `simulate` and `calibrate`.

use clap::Args;
use std::path::PathBuf;

/// What to simulate.
#[derive(Args, Debug, Clone)]
pub struct Simulate {
    /// What `--trace` wrote, or a project: its `emit` is recorded first, with one worker if nothing else is said
    #[arg(value_name = "TRACE|PROJECT")]
    pub file: PathBuf,
    /// Numbers of cores, as many workers on each
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "1,2,4,8,16,64",
          value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=1024))]
    pub cores: Vec<usize>,
    /// Another policy to compare with: knobs that differ
    #[arg(long, value_name = "TEXT")]
    pub against: Vec<String>,
    /// Seeds of random decisions, for the confidence interval
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub seeds: u64,
    /// What if nodes with this in their label took no time
    #[arg(long, value_name = "LABEL")]
    pub zero: Vec<String>,
    /// What if a stage took FACTOR times as long
    #[arg(long, value_name = "STAGE=FACTOR")]
    pub scale: Vec<String>,
    /// What if nodes with this in their label were cut into so many parts
    #[arg(long, value_name = "LABEL=PARTS")]
    pub cut: Vec<String>,
    /// What if nodes with this in their label waited for nothing but to be made
    #[arg(long, value_name = "LABEL")]
    pub no_edge: Vec<String>,
    /// What if there were a barrier after each stage
    #[arg(long)]
    pub phased: bool,
    /// A record of the same work by another number of workers: tells how much slower tasks are in company
    #[arg(long, value_name = "TRACE", conflicts_with = "calibration")]
    pub calibrate_with: Vec<PathBuf>,
    /// What `calibrate` wrote
    #[arg(long, value_name = "FILE")]
    pub calibration: Option<PathBuf>,
    /// Hold the prediction against what is measured: run the project again on 1 to all cores, in turns; or against
    /// records of the same work by other numbers of workers
    #[arg(long, value_name = "PROJECT|TRACE", conflicts_with_all = ["zero", "scale", "cut", "no_edge", "phased"])]
    pub validate: Vec<PathBuf>,
    /// Rounds of --validate; each runs everything once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub repeat: u32,
    /// A picture of the speedups, too
    #[arg(long, value_name = "FILE", conflicts_with = "validate")]
    pub svg: Option<PathBuf>,
    /// A line a number of cores, separated by commas
    #[arg(long, conflicts_with_all = ["json", "validate"])]
    pub csv: bool,
    /// An object
    #[arg(long)]
    pub json: bool,
}

/// What to calibrate with.
#[derive(Args, Debug, Clone)]
pub struct Calibrate {
    /// A project to run with one worker and with one a core: tells how much slower tasks are in company
    pub path: Option<PathBuf>,
    /// Runs with each number of workers
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub repeat: u32,
    /// Where to keep it for `simulate --calibration`
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}
