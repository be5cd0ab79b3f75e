//! The command line: what can be asked, and nothing about how it is done.

mod bench;
mod simulate;
mod tune;

pub use bench::{Bench, Compare};
pub use simulate::{Calibrate, Simulate};
pub use tune::{Goal as TuneGoal, Tune};

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

/// Compiles Sigil programs to C and native code.
#[derive(Parser, Debug)]
#[command(name = "sigilc", version, about, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options that every command takes.
    #[command(flatten)]
    pub options: Options,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Compile and run a program; its output and exit code pass through unchanged
    Run {
        /// A `.si` file, or a directory with `src/main.si` or `main.si`
        path: PathBuf,
        /// Arguments of the program
        #[arg(last = true)]
        args: Vec<OsString>,
    },
    /// Compile a program to an executable
    Build {
        /// A `.si` file, or a directory with `src/main.si` or `main.si`
        path: PathBuf,
        /// The executable [default: the file's or directory's name, in the current directory]
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Report errors and warnings
    Check {
        /// A `.si` file with all that it imports, or a directory: every `.si` file below it
        path: PathBuf,
    },
    /// Write the C of a program into a directory
    Emit {
        /// A `.si` file, or a directory with `src/main.si` or `main.si`
        path: PathBuf,
        /// The directory
        #[arg(short, long, value_name = "DIR")]
        output: PathBuf,
    },
    /// Run tests
    Test {
        /// A `.si` file with all that it imports, or a directory: every `.si` file below it
        path: PathBuf,
        /// Only tests whose name contains this, and compile-fail files whose path does
        filter: Option<String>,
        /// Report as JSON, an object a line
        #[arg(long)]
        json: bool,
    },
    /// Show which modules import which, or what the task graph looks like
    Graph {
        /// A `.si` file with all that it imports, or a directory: every `.si` file below it
        path: PathBuf,
        /// How
        #[arg(long, value_enum, default_value_t = GraphFormat::Text)]
        format: GraphFormat,
        /// With the modules of the library
        #[arg(long)]
        library: bool,
        /// The nodes of the task graph that checks all that, and what they wait for, instead of the modules
        #[arg(long, conflicts_with = "library")]
        tasks: bool,
        /// Where to [default: standard output]
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Tell where the time of a recorded run went
    Trace {
        /// What `--trace` wrote
        file: PathBuf,
        /// Write it for ui.perfetto.dev, as Chrome's trace JSON
        #[arg(long, value_name = "FILE")]
        perfetto: Option<PathBuf>,
        /// Write the graph in the language of Graphviz
        #[arg(long, value_name = "FILE")]
        dot: Option<PathBuf>,
        /// Write a picture of the graph, if it is small
        #[arg(long, value_name = "FILE")]
        svg: Option<PathBuf>,
        /// Write a line a node
        #[arg(long, value_name = "FILE")]
        csv: Option<PathBuf>,
        /// Write the summary as JSON
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
        /// Write a page to look at in a browser
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
        /// Write the record without names of files and functions, to be shared
        #[arg(long, value_name = "FILE")]
        anonymise: Option<PathBuf>,
    },
    /// Predict a recorded run on other numbers of cores, by the scheduler's own policy code
    Simulate(Simulate),
    /// Measure what the scheduler's own work costs on this machine, for `simulate`
    Calibrate(Calibrate),
    /// Compare settings by runs in turn: real ones, simulated ones, or a record's with spinning tasks
    Tune(Tune),
    /// Compare measurements
    #[command(subcommand)]
    Bench(Bench),
    /// Explain an error or warning, with a wrong and a right example
    Explain {
        /// For example E0308 [default: list all codes]
        code: Option<String>,
    },
}

/// Options of all commands.
#[derive(Args, Debug, Clone)]
#[command(next_help_heading = "Options of all commands")]
pub struct Options {
    /// Workers, and C compilers at a time [default: the number of cores]
    #[arg(short, long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// How stages are ordered
    #[arg(long, global = true, value_enum, default_value_t = Schedule::Graph)]
    pub schedule: Schedule,
    /// Run ready nodes in a random order made from this seed
    #[arg(long, global = true, value_name = "SEED")]
    pub chaos: Option<u64>,
    /// Scheduler policy, `knob=value` separated by commas, on top of `priorities=on`
    #[arg(long, global = true, value_name = "TEXT")]
    pub policy: Option<String>,
    /// C compiler, with arguments if need be [default: $CC, else cc, gcc, clang or tcc]
    #[arg(long, global = true, value_name = "CMD")]
    pub cc: Option<String>,
    /// Optimisation level of the C compiler
    #[arg(short = 'O', global = true, value_name = "LEVEL", default_value_t = 1,
          value_parser = clap::value_parser!(u8).range(0..=3))]
    pub optimize: u8,
    /// Debug information that leads back to the Sigil source
    #[arg(short = 'g', global = true)]
    pub debug: bool,
    /// How functions are grouped into C files
    #[arg(long, global = true, value_enum, default_value_t = Split::Unit)]
    pub split: Split,
    /// Colours in what sigilc says
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// How diagnostics are written
    #[arg(long, global = true, value_enum, default_value_t = MessageFormat::Human, value_name = "FORMAT")]
    pub message_format: MessageFormat,
    /// Untested functions are errors (they always are in `check`)
    #[arg(long, global = true)]
    pub require_tests: bool,
    /// Files above this many bytes are lexed and parsed in pieces
    #[arg(long, global = true, value_name = "BYTES", default_value_t = 100_000,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub lex_chunk: u32,
    /// How much work a node holds, `knob=value` separated by commas: chunk, parse, check, emit, unit
    #[arg(long, global = true, value_name = "TEXT", conflicts_with = "lex_chunk")]
    pub node_size: Option<crate::graph::Grain>,
    /// Parts, each with a lock of its own, of each map that workers share
    #[arg(long, global = true, value_name = "N", default_value_t = sigil_frontend::MAP_SHARDS as u16,
          value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub map_shards: u16,
    /// Say only what went wrong
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say how the time was spent
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Record the run of the task graph in a file, for `sigilc trace`
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "chaos")]
    pub trace: Option<PathBuf>,
    /// Run the task graph as it was recorded: the same nodes on the same workers in the same order, or an error that says
    /// what is different. The other options should be those of the recorded command
    #[arg(long, global = true, value_name = "TRACE", conflicts_with_all = ["chaos", "jobs"],
          value_parser = crate::trace::schedule)]
    pub replay_schedule: Option<Arc<sigil_scheduler::Schedule>>,
    /// Write a page that shows the run in a browser
    #[arg(long, global = true, value_name = "FILE.html", num_args = 0..=1, require_equals = true,
          default_missing_value = "sigilc-timings.html", conflicts_with = "chaos")]
    pub timings: Option<PathBuf>,
}

impl Options {
    /// How much work a node holds.
    pub fn grain(&self) -> crate::graph::Grain {
        let by_chunk = crate::graph::Grain { chunk: self.lex_chunk as usize, ..Default::default() };
        self.node_size.unwrap_or(by_chunk)
    }
}

/// How stages are ordered. All give the same bytes.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// One task graph without barriers
    Graph,
    /// A barrier after each stage; modules are checked level by level
    Phased,
    /// One thread, no pool
    Serial,
}

/// How functions are grouped into C files.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// A file a function
    Function,
    /// A file a module
    Module,
    /// Files of the size that the C compiler is fastest on
    Unit,
}

/// How graphs are written.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraphFormat {
    /// Modules by level, with what they import; where the time of the tasks went
    Text,
    /// For Graphviz
    Dot,
    /// An object
    Json,
    /// A picture
    Svg,
}

/// When to use colours.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// On a terminal, unless $NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How diagnostics are written.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageFormat {
    /// For people
    Human,
    /// One JSON object a line
    Json,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn options_stand_before_or_after_the_command() {
        for args in [["sigilc", "-j", "2", "check", "x.si"], ["sigilc", "check", "x.si", "-j", "2"]] {
            assert_eq!(Cli::try_parse_from(args).unwrap().options.jobs, Some(2));
        }
    }

    #[test]
    fn options_of_simulate_do_not_meet_those_of_all_commands() {
        let args =
            ["sigilc", "simulate", "x.trace", "--cut", "parse=8", "--scale", "emit=0.5", "--cores", "1,3"];
        let Command::Simulate(what) = Cli::try_parse_from(args).unwrap().command else {
            panic!("not simulate")
        };
        assert_eq!((what.cores, what.cut.len()), (vec![1, 3], 1));
    }

    #[test]
    fn program_arguments_follow_two_dashes() {
        let cli = Cli::try_parse_from(["sigilc", "run", "x.si", "-O2", "--", "-O3", "a"]).unwrap();
        assert_eq!(cli.options.optimize, 2);
        let Command::Run { args, .. } = cli.command else { panic!("not run") };
        assert_eq!(args, ["-O3", "a"]);
    }
}
