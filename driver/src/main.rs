//! The program `sigilc`: maps outcomes to exit codes.

use clap::Parser;
use sigil_driver::cli::Cli;
use sigil_driver::commands;
use std::process::ExitCode;

// Workers allocate text and vectors all the time; the system's allocator gives memory back between them and has
// threads wait for one another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; a closed pipe is not worth a word.
            let _ = error.print();
            return if error.use_stderr() { commands::USAGE.into() } else { ExitCode::SUCCESS };
        }
    };
    commands::run(cli).into()
}
