//! What can be asked of measurements that are there already.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What to do with measurements.
#[derive(Subcommand, Debug, Clone)]
pub enum Bench {
    /// Compare two result files; ends with 3 if something got worse beyond noise
    Compare(Compare),
}

/// Two result files: of `sigilc tune --json`, or of the benches' `--json`.
#[derive(Args, Debug, Clone)]
pub struct Compare {
    /// Before
    pub before: PathBuf,
    /// After
    pub after: PathBuf,
    /// Differences up to so many percent never count
    #[arg(long, value_name = "PERCENT", default_value_t = 1.0, value_parser = percent)]
    pub noise: f64,
    /// A line a measure, separated by commas
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// An object
    #[arg(long)]
    pub json: bool,
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches('%').parse().ok();
    number
        .filter(|number| (0.0..=1000.0).contains(number))
        .ok_or_else(|| "not a number from 0 to 1000".into())
}
