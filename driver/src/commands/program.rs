//! `run` and `build`.

use super::voice::Voice;
use super::{FAILURE, SUCCESS, untested};
use crate::cli::Options;
use crate::graph::{Goal, Untested};
use crate::native::replace_file;
use crate::project::Input;
use crate::report::{Finding, plain};
use crate::session::{Request, compile};
use sigil_frontend::Code;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles and runs a program. Its exit code is ours.
pub fn run(args: &[OsString], input: Input, options: &Options, voice: &Voice) -> u8 {
    let untested = untested(options, Untested::Ignore);
    let request = Request { input, goal: Goal::Build, tests: false, untested, output_dir: None };
    compile(request, options, |done| {
        let code = voice.finish(&done, options);
        if code != SUCCESS {
            return code;
        }
        let Some(program) = done.compilation.executable.get() else { return FAILURE };
        match Command::new(program).args(args).status() {
            Ok(status) => exit_code(status),
            Err(error) => {
                let message = format!("cannot start '{}': {}", program.display(), plain(&error));
                voice.conclude(&[Finding::global(Code::error(902), message)])
            }
        }
    })
}

/// The exit code of a program as a shell would tell it.
fn exit_code(status: std::process::ExitStatus) -> u8 {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if let Some(signal) = status.signal() {
            return 128u8.wrapping_add(signal as u8);
        }
    }
    status.code().map_or(FAILURE, |code| code as u8)
}

/// Compiles a program to an executable.
pub fn build(path: &Path, output: Option<PathBuf>, input: Input, options: &Options, voice: &Voice) -> u8 {
    let output = output.unwrap_or_else(|| default_output(path));
    let untested = untested(options, Untested::Warn);
    let request = Request { input, goal: Goal::Build, tests: false, untested, output_dir: None };
    compile(request, options, |done| {
        let code = voice.finish(&done, options);
        if code != SUCCESS {
            return code;
        }
        let Some(program) = done.compilation.executable.get() else { return FAILURE };
        match replace_file(program, &output) {
            Ok(()) => SUCCESS,
            Err(error) => {
                let message = format!("cannot write '{}': {}", output.display(), plain(&error));
                voice.conclude(&[Finding::global(Code::error(902), message)])
            }
        }
    })
}

/// `x` for `x.si`; the directory's own name for a directory, in it if that is the current one.
fn default_output(path: &Path) -> PathBuf {
    if path.extension().is_some() {
        return PathBuf::from(path.file_stem().unwrap_or_default());
    }
    let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = real.file_name().map_or_else(|| "program".into(), PathBuf::from);
    // A directory of that name may stand here: it is the project itself.
    if name.is_dir() { name.with_extension("out") } else { name }
}
