//! The C compiler: which one, and with which arguments.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is known about how a compiler behaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Family {
    /// gcc and its like: slow to compile, fine with many units.
    Gcc,
    /// clang.
    Clang,
    /// tcc: does not optimise, millions of lines a second.
    Tcc,
    /// Something else that takes the usual arguments.
    Other,
}

/// A C compiler on this machine.
#[derive(Clone, Debug)]
pub struct Compiler {
    program: PathBuf,
    args: Vec<String>,
    /// Its family.
    pub family: Family,
    /// Names the compiler and its version in cache keys.
    pub identity: String,
    linker: Option<&'static str>,
}

/// What the user asked of it.
#[derive(Clone, Copy, Debug)]
pub struct Flags {
    /// `-O`.
    pub optimize: u8,
    /// `-g`.
    pub debug: bool,
}

impl Compiler {
    /// The compiler of `--cc`, else of `$CC`, else the first one found. An error is a plain sentence.
    pub fn find(option: Option<&str>) -> Result<Compiler, String> {
        let from_env = std::env::var("CC").ok().filter(|cc| !cc.trim().is_empty());
        if let Some(command) = option.map(str::to_owned).or(from_env) {
            let words = shlex::split(&command).filter(|words| !words.is_empty());
            let words = words.ok_or_else(|| format!("'{command}' is not a command"))?;
            return Compiler::new(&words[0], words[1..].to_vec())
                .ok_or_else(|| format!("C compiler '{}' not found", words[0]));
        }
        ["cc", "gcc", "clang", "tcc"]
            .iter()
            .find_map(|name| Compiler::new(name, Vec::new()))
            .ok_or_else(|| "no C compiler found: install gcc or clang, or name one with --cc".into())
    }

    fn new(name: &str, args: Vec<String>) -> Option<Compiler> {
        let program = find_program(name)?;
        // `cc` is a link to the real one.
        let real = fs::canonicalize(&program).unwrap_or_else(|_| program.clone());
        let meta = fs::metadata(&real).ok()?;
        let base = real.file_name()?.to_string_lossy().into_owned();
        let family = match base.as_str() {
            b if b.contains("clang") => Family::Clang,
            b if b.contains("tcc") => Family::Tcc,
            b if b.contains("gcc") => Family::Gcc,
            _ => Family::Other,
        };
        // Path, size and time of change tell versions apart without a process.
        let modified = meta.modified().ok().and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok());
        let identity = format!("{}|{}|{modified:?}|{}", real.display(), meta.len(), args.join("\0"));
        let knows_mold = matches!(family, Family::Gcc | Family::Clang)
            && !args.iter().any(|arg| arg.starts_with("-fuse-ld") || arg.starts_with("-fsanitize"))
            && find_program("mold").is_some();
        Some(Compiler { program, args, family, identity, linker: knows_mold.then_some("-fuse-ld=mold") })
    }

    /// All that decides what an object contains besides its source.
    pub fn cache_key(&self, flags: Flags) -> String {
        format!(
            "{}|{}|O{}|g{}",
            self.identity,
            self.compile_flags(flags).join(" "),
            flags.optimize,
            flags.debug
        )
    }

    fn compile_flags(&self, flags: Flags) -> Vec<String> {
        let mut all = vec!["-std=c11".to_owned(), format!("-O{}", flags.optimize)];
        if matches!(self.family, Family::Gcc | Family::Clang) {
            // Floats are exact IEEE operations, never fused.
            all.push("-ffp-contract=off".into());
        }
        if self.family == Family::Clang {
            // Sigil's own limit is above clang's 256.
            all.push("-fbracket-depth=1024".into());
        }
        if self.family == Family::Gcc && flags.optimize > 0 {
            // Checks of overflow and bounds make functions look larger than what is left of them once inlined.
            all.push("-finline-limit=1000".into());
        }
        if flags.debug {
            all.push("-g".into());
        }
        all
    }

    /// Compiles one C file.
    pub fn compile(&self, flags: Flags, source: &Path, object: &Path, include: &Path) -> Command {
        let mut command = self.command();
        command.args(self.compile_flags(flags)).arg("-I").arg(include);
        command.arg("-c").arg("-o").arg(object).arg(source);
        command
    }

    /// Links objects to a program.
    pub fn link(&self, objects: &[PathBuf], program: &Path) -> Command {
        let mut command = self.command();
        command.args(self.linker).arg("-o").arg(program).args(objects).args(["-lm", "-pthread"]);
        command
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).stdin(std::process::Stdio::null());
        command
    }

    /// How to name it in messages.
    pub fn name(&self) -> String {
        self.program.display().to_string()
    }
}

/// A program by path, or by name along `$PATH`.
fn find_program(name: &str) -> Option<PathBuf> {
    if name.contains('/') {
        return Some(PathBuf::from(name)).filter(|path| path.is_file());
    }
    let path = std::env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/local/bin:/usr/bin:/bin"));
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_compiler_is_a_sentence() {
        assert_eq!(Compiler::find(Some("no-such-cc -x")).unwrap_err(), "C compiler 'no-such-cc' not found");
        assert_eq!(Compiler::find(Some("'")).unwrap_err(), "''' is not a command");
    }
}
