//! oneTBB: a program in C++ that is built here, if there are a compiler and the library.

use sigil_benches::loads::{Contender, Load, World};
use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::rc::Rc;
use std::time::Duration;
use tempfile::TempDir;

/// The program while it runs.
pub struct Program {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _dir: TempDir,
}

impl Program {
    /// Builds and starts it; the error says why it cannot be.
    pub fn start() -> Result<Program, String> {
        let error = |error: std::io::Error| error.to_string();
        let dir = tempfile::tempdir().map_err(error)?;
        let (source, program) = (dir.path().join("onetbb.cpp"), dir.path().join("onetbb"));
        std::fs::write(&source, include_str!("onetbb.cpp")).map_err(error)?;
        let mut compiler = Command::new("g++");
        compiler.args(["-O2", "-std=c++17", "-o"]).arg(&program).arg(&source).arg("-ltbb");
        let output = compiler.output().map_err(|error| format!("g++: {error}"))?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr);
            return Err(text.lines().next().unwrap_or("g++ failed").to_owned());
        }
        let mut child =
            Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(error)?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("no pipes".to_owned());
        };
        Ok(Program { child, input, output: BufReader::new(output), _dir: dir })
    }

    fn ask(&mut self, workers: usize, load: &str, steps: u32) -> Option<Duration> {
        writeln!(self.input, "{workers} {load} {steps}").ok()?;
        let mut line = String::new();
        self.output.read_line(&mut line).ok()?;
        line.trim().parse().ok().map(Duration::from_nanos)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, with a number of workers.
pub struct OneTbb {
    pub program: Rc<RefCell<Program>>,
    pub workers: usize,
    pub steps: u32,
}

impl Contender for OneTbb {
    fn name(&self) -> &'static str {
        "oneTBB"
    }

    fn run(&mut self, load: Load) -> Option<Duration> {
        let (name, steps) = match load {
            Load::World(World::Chain, _) => ("chain", 0),
            Load::World(World::Fan, _) => ("fan-out", 0),
            Load::World(World::Tree, _) => ("tree", 0),
            Load::World(World::Wave(_), _) => ("wavefront", 0),
            Load::World(World::Layers(_), _) => ("layers", self.steps),
            Load::World(World::Heavy(_), _) => ("heavy", self.steps),
            Load::Range => ("range", 0),
            Load::Idle(time) => ("idle", time.as_millis() as u32),
            Load::LiveChain | Load::LiveWave | Load::LiveLayers(_) => return None,
        };
        self.program.borrow_mut().ask(self.workers, name, steps)
    }

    fn cpu(&mut self) -> Option<Duration> {
        self.program.borrow_mut().ask(self.workers, "cpu", 0)
    }
}
