//! Units become files and objects, objects become a program. Compiler runs and the link are nodes like all others;
//! while a child process runs, no worker waits for it.

use super::Job;
use super::engine::{ChildSlot, Graph};
use super::state::{Compilation, Goal, Native};
use crate::interrupt::uninterrupted;
use crate::native::{Cache, Pending, write_if_changed};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Output;

impl Compilation<'_> {
    /// Writes a unit, or has it compiled.
    pub fn unit(&self, number: u32, g: &mut dyn Graph) {
        let unit = &self.units[number as usize];
        if self.is_failed() || self.has_late_errors() {
            g.complete(unit.done);
            return;
        }
        let text = self.unit_text(unit);
        self.counters.units.add(g.worker(), 1);
        if let Some(dir) = &self.output_dir {
            let path = dir.join(format!("{}.c", unit.name));
            match Pending::write(&path, text.as_bytes()) {
                Ok(pending) => *unit.pending.lock() = pending,
                Err(error) => self.fail_output(&path, &error),
            }
        }
        match &self.native {
            Some(native) if self.plan.goal == Goal::Build => self.compile_unit(number, native, &text, g),
            _ => g.complete(unit.done),
        }
    }

    fn compile_unit(&self, number: u32, native: &Native, text: &str, g: &mut dyn Graph) {
        let unit = &self.units[number as usize];
        let key = Cache::key(&[native.key.as_bytes(), text.as_bytes()]);
        let object = native.cache.path(key, ".o");
        if object.is_file() {
            // Cannot be set already: only this job does.
            let _ = unit.object.set(object);
            g.complete(unit.done);
            return;
        }
        let source = native.cache.scratch(&format!("{}.c", unit.name));
        if let Err(error) = write_if_changed(&source, text.as_bytes()) {
            self.fail_output(&source, &error);
            g.complete(unit.done);
            return;
        }
        let _ = unit.object.set(object);
        self.start_compiler(native, &source, unit.outcome.clone(), Job::Compiled(number), g);
    }

    fn start_compiler(&self, native: &Native, source: &Path, slot: ChildSlot, then: Job, g: &mut dyn Graph) {
        let object = source.with_extension("o");
        let command = native.compiler.compile(self.plan.flags, source, &object, &native.include);
        self.counters.first_compiler.mark();
        g.child(command, slot, then);
    }

    /// The C compiler has ended.
    pub fn compiled(&self, number: u32, g: &mut dyn Graph) {
        let unit = &self.units[number as usize];
        let object = unit.object.get().expect("the unit's job names its object");
        self.keep_object(&unit.outcome, &format!("{}.c", unit.name), object);
        self.counters.compiled.add(g.worker(), 1);
        g.complete(unit.done);
    }

    fn keep_object(&self, outcome: &ChildSlot, name: &str, object: &Path) {
        let Some(native) = &self.native else { return };
        if self.succeeded(outcome.get()) {
            let made = native.cache.scratch(name).with_extension("o");
            if let Err(error) = native.cache.keep(&made, object) {
                self.fail_output(object, &error);
            }
        }
    }

    /// Whether a child process did its work; reports it otherwise.
    fn succeeded(&self, outcome: Option<&io::Result<Output>>) -> bool {
        let Some(native) = &self.native else { return false };
        let name = native.compiler.name();
        match outcome {
            Some(Ok(output)) if output.status.success() => return true,
            Some(Ok(output)) => {
                let mut text = String::from_utf8_lossy(&output.stderr).into_owned();
                text.push_str(&String::from_utf8_lossy(&output.stdout));
                let status = output.status;
                self.fail(903, format!("the C compiler '{name}' failed ({status})\n{}", text.trim_end()));
            }
            Some(Err(error)) => self.fail(903, format!("cannot start the C compiler '{name}': {error}")),
            None => self.fail(999, format!("no outcome of '{name}'")),
        }
        false
    }

    /// Compiles the runtime, unless its object is kept.
    pub fn runtime(&self, g: &mut dyn Graph) {
        let Some(native) = &self.native else { return };
        let object = self.runtime_object(native);
        if object.is_file() {
            g.complete(self.events().runtime);
            return;
        }
        let text = sigil_codegen::runtime_files().iter().find(|(name, _)| name.ends_with(".c"));
        let source = native.cache.scratch("sigil_rt.c");
        let text = text.map_or("", |(_, text)| text);
        if let Err(error) = write_if_changed(&source, text.as_bytes()) {
            self.fail_output(&source, &error);
            g.complete(self.events().runtime);
            return;
        }
        self.start_compiler(native, &source, self.runtime_outcome.clone(), Job::RuntimeCompiled, g);
    }

    fn runtime_object(&self, native: &Native) -> PathBuf {
        native.cache.path(Cache::key(&[native.key.as_bytes(), b"runtime"]), ".o")
    }

    /// The runtime is compiled.
    pub fn runtime_compiled(&self, g: &mut dyn Graph) {
        if let Some(native) = &self.native {
            self.keep_object(&self.runtime_outcome, "sigil_rt.c", &self.runtime_object(native));
        }
        g.complete(self.events().runtime);
    }

    /// Links the program, unless one of the same objects is kept.
    pub fn link(&self, g: &mut dyn Graph) {
        let Some(native) = &self.native else { return };
        if self.is_failed() || self.has_late_errors() {
            return;
        }
        let mut units: Vec<_> = self.units.iter().map(|(_, unit)| unit).collect();
        units.sort_by(|a, b| a.name.cmp(&b.name));
        let mut objects: Vec<PathBuf> = units.iter().filter_map(|unit| unit.object.get().cloned()).collect();
        objects.push(self.runtime_object(native));
        let names: Vec<String> = objects.iter().map(|path| path.display().to_string()).collect();
        let key = Cache::key(&[native.compiler.identity.as_bytes(), names.join("\n").as_bytes()]);
        let program = native.cache.path(key, "");
        let is_kept = program.is_file();
        // Cannot be set already: there is one link.
        let _ = self.executable.set(program);
        if !is_kept {
            let made = native.cache.scratch("program");
            g.child(native.compiler.link(&objects, &made), self.link_outcome.clone(), Job::Linked);
        }
    }

    /// The linker has ended.
    pub fn linked(&self) {
        let (Some(native), Some(program)) = (&self.native, self.executable.get()) else { return };
        if self.succeeded(self.link_outcome.get())
            && let Err(error) = native.cache.keep(&native.cache.scratch("program"), program)
        {
            self.fail_output(program, &error);
        }
    }

    /// Reports a file that cannot be written.
    pub fn fail_output(&self, path: &Path, error: &io::Error) {
        self.fail(902, format!("cannot write '{}': {}", path.display(), crate::report::plain(error)));
    }

    /// Removes what was written and will not be put in place.
    pub fn drop_units(&self) {
        for (_, unit) in &self.units {
            unit.pending.lock().take();
        }
    }

    /// After a run without errors: puts all files in place.
    pub fn commit_units(&self) {
        uninterrupted(|| {
            for (_, unit) in &self.units {
                if let Some(pending) = unit.pending.lock().take() {
                    let path = pending.target().to_owned();
                    if let Err(error) = pending.commit() {
                        self.fail_output(&path, &error);
                    }
                }
            }
        });
    }
}
