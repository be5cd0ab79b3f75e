//! Runs tests: each in a process of its own, as many at a time as there are workers.

use super::Job;
use super::engine::{ChildSlot, Graph};
use super::state::Compilation;
use std::io;
use std::process::{Command, Output, Stdio};

/// How a test ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TestResult {
    /// Its name.
    pub name: String,
    /// The file that it is in.
    pub path: String,
    /// Why it failed; none if it passed.
    pub failure: Option<String>,
    /// What it printed.
    pub output: String,
}

impl Compilation<'_> {
    /// One node a test.
    pub fn start_tests(&self, g: &mut dyn Graph) {
        let count = self.tests.get().map_or(0, Vec::len);
        // Cannot be set already: tests run once.
        let _ = self.test_outcomes.set((0..count).map(|_| ChildSlot::default()).collect());
        // The newest node runs first where one worker is alone.
        for number in (0..count as u32).rev().filter(|&number| self.is_selected(number as usize)) {
            g.node(Job::Test(number), &[]);
        }
    }

    /// Starts a test.
    pub fn test(&self, number: u32, g: &mut dyn Graph) {
        let (Some(program), Some(slots)) = (self.executable.get(), self.test_outcomes.get()) else { return };
        let mut command = Command::new(program);
        command.arg(number.to_string()).stdin(Stdio::null());
        g.child(command, slots[number as usize].clone(), Job::TestEnded(number));
    }

    /// How the tests ended that were run, in the order of the report.
    pub fn test_results(&self) -> Vec<TestResult> {
        let tests = self.tests.get().map_or(&[][..], Vec::as_slice);
        let slots = self.test_outcomes.get().map_or(&[][..], Vec::as_slice);
        let selected = tests.iter().zip(slots).enumerate().filter(|&(number, _)| self.is_selected(number));
        selected
            .map(|(number, (&id, slot))| {
                let path = self.program.module(id.module).info.display.to_string();
                test_result(self.test_name(number).to_owned(), path, slot.get())
            })
            .collect()
    }

    fn test_name(&self, number: usize) -> &str {
        let id = self.tests.get().and_then(|tests| tests.get(number));
        id.map_or("", |&id| self.program.names.get(self.program.fn_decl(id).name))
    }

    fn is_selected(&self, number: usize) -> bool {
        self.test_filter.get().is_none_or(|part| self.test_name(number).contains(part.as_str()))
    }
}

fn test_result(name: String, path: String, outcome: Option<&io::Result<Output>>) -> TestResult {
    let output = match outcome {
        Some(Ok(output)) => output,
        Some(Err(error)) => {
            let failure = Some(format!("cannot start the test: {}", crate::report::plain(error)));
            return TestResult { name, path, failure, output: String::new() };
        }
        None => {
            let failure = Some("it was not run".into());
            return TestResult { name, path, failure, output: String::new() };
        }
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    let failure = (!output.status.success()).then(|| {
        let said =
            errors.lines().rev().find(|line| line.starts_with("panic at ") || line.starts_with("error: "));
        let said = said.or_else(|| errors.lines().next_back()).filter(|line| !line.is_empty());
        said.map_or_else(|| output.status.to_string(), str::to_owned)
    });
    TestResult { name, path, failure, output: String::from_utf8_lossy(&output.stdout).into_owned() }
}
