//! Writes a generated project: `generate --lines 5000 --files 20 --shape skewed OUT`.

use clap::Parser;
use sigil_benches::generate::{Plan, generate};
use std::path::PathBuf;
use std::process::ExitCode;

/// Writes a realistic Sigil project; the same arguments give the same bytes
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    plan: Plan,
    /// The directory
    directory: PathBuf,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let project = generate(&arguments.plan);
    if let Err(error) = project.write(&arguments.directory) {
        eprintln!("error: cannot write to {}: {error}", arguments.directory.display());
        return ExitCode::FAILURE;
    }
    println!("{} files, {} lines, {} bytes", project.files.len(), project.lines(), project.bytes());
    ExitCode::SUCCESS
}
