//! What does fusing chains save, of patterns and of methods? The same chains with a name for each list between the
//! stages, which are never fused, run in turns with those that are one expression; their output must be the same.

use sigil_benches::measure::{
    Contender, Failure, exit, in_turns, median, ratio, run, scratch, sigilc, table,
};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const ROUNDS: usize = 9;

fn main() -> ExitCode {
    exit(measure().map(|text| print!("{text}")))
}

fn measure() -> Result<String, Failure> {
    let compiler = sigilc()?;
    let dir = scratch()?;
    let mut rows = Vec::new();
    for (program, level) in [("chain", "-O0"), ("chain", "-O2"), ("methods", "-O0"), ("methods", "-O2")] {
        let fused = build(&compiler, level, program, dir.path())?;
        let lists = build(&compiler, level, &format!("{program}_lists"), dir.path())?;
        if run(&mut Command::new(&fused))?.stdout != run(&mut Command::new(&lists))?.stdout {
            return Err("the two programs print different things".to_owned());
        }
        let mut contenders: [Contender<'_>; 2] = [
            Box::new(|| Ok(run(&mut Command::new(&fused))?.seconds)),
            Box::new(|| Ok(run(&mut Command::new(&lists))?.seconds)),
        ];
        let times = in_turns(ROUNDS, &mut contenders)?;
        rows.push(vec![
            program.to_owned(),
            level.to_owned(),
            format!("{:.0}", median(&times[0]) * 1e3),
            format!("{:.0}", median(&times[1]) * 1e3),
            format!("{:.2}", ratio(&times[0], &times[1])),
        ]);
    }
    Ok(table(&["program", "level", "chain ms", "lists ms", "ratio"], &rows))
}

/// Builds `NAME.si`.
fn build(compiler: &Path, level: &str, name: &str, dir: &Path) -> Result<PathBuf, Failure> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs").join(format!("{name}.si"));
    let program = dir.join(format!("{name}{level}"));
    let mut command = Command::new(compiler);
    command.args(["build", "-q", level]).arg(source).arg("-o").arg(&program);
    run(command.env("SIGIL_CACHE", dir.join("cache")))?;
    Ok(program)
}
