//! Where a compilation begins, and where its program does.

use super::Job;
use super::engine::Graph;
use super::phased::Phases;
use super::state::{Compilation, Events, Goal};
use crate::cli::Schedule;
use crate::project::Resolved;
use sigil_checker::decl::FnOwner;
use sigil_checker::types::FnId;
use std::sync::atomic::Ordering;

impl Compilation<'_> {
    /// Events that everything hangs on.
    pub fn events(&self) -> &Events {
        self.events.get().expect("events are made by the first job")
    }

    /// Gates of a phased compilation.
    pub fn phases(&self) -> &Phases {
        self.phases.get().expect("a phased compilation has gates")
    }

    /// Adds the files of the command line.
    pub fn start(&self, g: &mut dyn Graph) {
        let events =
            Events { discovered: g.event(), complete: g.event(), instances: g.event(), runtime: g.event() };
        // What nobody will complete must not be waited for.
        if self.plan.goal >= Goal::Emit {
            g.node(Job::Rest, &[events.instances]);
        } else {
            g.complete(events.instances);
        }
        if self.plan.goal < Goal::Build {
            g.complete(events.runtime);
        }
        if self.events.set(events).is_err() {
            unreachable!("there is one first job");
        }
        if self.plan.schedule == Schedule::Phased && self.phases.set(Phases::new(g.event())).is_err() {
            unreachable!("there is one first job");
        }
        if self.plan.goal == Goal::Build {
            g.node(Job::Runtime, &[]);
        }
        let roots = self
            .inputs
            .iter()
            .map(|file| self.module(&Resolved::File(self.resolver.normalize(file)), None, g))
            .collect();
        *self.roots.lock() = roots;
        if self.open_interfaces.fetch_sub(1, Ordering::AcqRel) == 1 {
            g.node(Job::Complete, &[]);
        }
        self.close_header(g);
    }

    /// Emits C's `main`, or the program that runs tests, once all interfaces are known.
    pub fn entry(&self, g: &mut dyn Graph) {
        if self.plan.goal < Goal::Emit {
            return;
        }
        let entry = if self.plan.tests {
            let tests = self.all_tests();
            let entry = self.codegen.tests_entry(&tests);
            // Cannot be set already: all interfaces are complete once.
            let _ = self.tests.set(tests);
            Some(entry)
        } else {
            let root = self.roots.lock().first().copied();
            match root.map(|root| self.program.main_function(root)) {
                Some(Ok(main)) => Some(self.codegen.entry(main)),
                // C can be wanted of a file that is no program.
                Some(Err(problem)) if self.plan.goal == Goal::Emit && problem.code.number == 709 => None,
                Some(Err(problem)) => {
                    self.report(vec![problem]);
                    None
                }
                None => None,
            }
        };
        if let Some(entry) = entry {
            self.request_all(&entry.needs, g);
            let _ = self.entry_text.set(entry);
        }
        self.close_instance(g);
    }

    /// All tests of the user's modules, by file, then source order.
    fn all_tests(&self) -> Vec<FnId> {
        let mut modules: Vec<_> = self.program.modules().filter(|module| !module.info.is_library).collect();
        modules.sort_by(|a, b| a.info.display.cmp(&b.info.display));
        let functions = modules.iter().flat_map(|module| self.program.functions(module.id).iter());
        functions.filter(|decl| decl.owner == FnOwner::Test).map(|decl| decl.id).collect()
    }
}
