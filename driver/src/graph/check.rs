//! Interfaces, bodies, impls: from syntax to typed bodies.
//!
//! A body is checked as soon as its own imports are known. What it took for granted about modules that came later is
//! validated when all interfaces are built (`settle`); what it could not even guess waits for `complete`.

use super::Job;
use super::engine::{Graph, Node};
use super::state::{Assumed, Compilation, Goal, Untested};
use crate::cli::Schedule;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use sigil_checker::decl::{FnDecl, FnOwner};
use sigil_checker::parts::{part_count, part_range};
use sigil_checker::types::{FnId, ImplId, ModuleId};
use sigil_checker::{Assumption, BodyCheck};
use sigil_frontend::Diagnostic;
use sigil_frontend::syntax::{Import, Tree};
use std::sync::atomic::Ordering;

/// Bodies whose assumptions a node validates: about 0.3 ms, where many traits have methods of the same names.
const SETTLED_AT_ONCE: usize = 32;

impl Compilation<'_> {
    /// Builds the interface of a module; if it is large, creates nodes for its parts.
    pub fn interface(&self, id: ModuleId, g: &mut dyn Graph) {
        let file = self.file(id);
        let edges = file.imports.get().expect("the header comes before the interface: an edge is missing");
        // By place: where the syntax is wrong, header and parser may not find the same imports.
        let tree = self.program.module(id).syntax().trees.first();
        let target = |(tree, import): (&Tree, &Import)| {
            let edge = edges.iter().find(|edge| edge.span.start == import.source_start(tree))?;
            edge.target.filter(|_| !edge.is_broken.load(Ordering::Acquire))
        };
        let imports: Vec<Option<ModuleId>> = tree
            .into_iter()
            .flat_map(|tree| tree.imports.iter().map(move |import| (tree, import)))
            .map(target)
            .collect();
        let begun = self.program.begin_interface(id, &imports);
        let count = self.program.interface_parts(id);
        // Types and functions of most modules are a part each.
        if count <= 2 {
            let parts = (0..count).map(|part| self.program.interface_part(id, part));
            let diagnostics = self.program.finish_interface(id, begun, parts);
            return self.open_interface(id, diagnostics, g);
        }
        file.large.start_interface(begun, count);
        let parts = (0..count).map(|part| g.node(Job::InterfacePart(id, part as u32), &[]));
        let parts: Vec<Node> = parts.collect();
        g.node(Job::EndInterface(id), &parts);
    }

    /// Lowers some of the types or signatures of a large module.
    pub fn interface_part(&self, id: ModuleId, part: u32) {
        let lowered = self.program.interface_part(id, part as usize);
        self.file(id).large.keep_interface_part(part, lowered);
    }

    /// Puts the interface of a large module together.
    pub fn end_interface(&self, id: ModuleId, g: &mut dyn Graph) {
        let (begun, parts) = self.file(id).large.take_interface();
        let diagnostics = self.program.finish_interface(id, begun, parts);
        self.open_interface(id, diagnostics, g);
    }

    /// Lets everything that waits for an interface go on, and creates the nodes of its bodies and impls.
    fn open_interface(&self, id: ModuleId, diagnostics: Vec<Diagnostic>, g: &mut dyn Graph) {
        self.report(diagnostics);
        let file = self.file(id);
        let waiting = {
            let mut dependents = file.dependents.lock();
            dependents.is_done = true;
            std::mem::take(&mut dependents.waiting)
        };
        for (_, _, event) in waiting {
            g.complete(event);
        }
        self.counters.interfaces.add(g.worker(), 1);
        if !file.is_library {
            self.open_bodies(id, g);
        }
        if self.open_interfaces.fetch_sub(1, Ordering::AcqRel) == 1 {
            g.node(Job::Complete, &[]);
        }
        self.level_step(g);
    }

    /// The nodes of a module's bodies and impls. Library bodies are checked when an instance needs them.
    fn open_bodies(&self, id: ModuleId, g: &mut dyn Graph) {
        let functions = self.program.functions(id);
        let impls = self.program.impls(id);
        if self.plan.goal >= Goal::Emit {
            self.count_parts(id, functions, g);
        }
        let parts = part_count(functions.len()) as u32;
        self.level_add(impls.len() + parts as usize);
        for decl in impls {
            g.node(Job::CheckImpl(decl.id), &[]);
        }
        match parts {
            0 => {}
            1 => self.open_bodies_of_part(id, 0, g),
            // Each is soon done with its nodes, whose memory the next one's take then.
            _ => (0..parts).for_each(|part| {
                g.node(Job::OpenBodies(id, part), &[]);
            }),
        }
    }

    /// The nodes of some of a module's bodies.
    pub fn open_bodies_of_part(&self, id: ModuleId, part: u32, g: &mut dyn Graph) {
        let functions = self.program.functions(id);
        let part = part_range(part as usize, functions.len());
        let bodies = part.clone().map(|index| &functions[index]).filter(|decl| decl.has_body);
        self.level_add(bodies.clone().count());
        match self.plan.grain.check {
            1 => bodies.for_each(|decl| {
                self.check_node(decl.id, g);
            }),
            // A run belongs to the part that it starts in.
            size => (part.start.next_multiple_of(size)..part.end).step_by(size).for_each(|index| {
                self.check_run(FnId { module: id, index: index as u32 }, g);
            }),
        }
        self.level_step(g);
    }

    /// One node for those of a run of functions that have none yet.
    fn check_run(&self, first: FnId, g: &mut dyn Graph) {
        let run = self.run_from(first, self.plan.grain.check).map(|index| FnId { index, ..first });
        let slots = run.filter(|&id| self.program.fn_decl(id).has_body).map(|id| self.function(id));
        // Nobody else takes two of these locks at once. The node may run before the locks are open again; it does not
        // need them.
        let mut open: Vec<_> = slots
            .filter_map(|slot| {
                let check = slot.check.lock();
                check.is_none().then(|| {
                    slot.is_batched.store(true, Ordering::Release);
                    check
                })
            })
            .collect();
        if !open.is_empty() {
            let node = g.node(Job::CheckBodies(first), &[]);
            open.iter_mut().for_each(|check| **check = Some(node));
        }
    }

    /// Checks those of a run of bodies that have no node of their own.
    pub fn check_bodies(&self, first: FnId, g: &mut dyn Graph) {
        for index in self.run_from(first, self.plan.grain.check) {
            let id = FnId { index, ..first };
            if self.function(id).is_batched.load(Ordering::Acquire) {
                self.check_body(id, g);
            }
        }
    }

    /// The numbers of a run of functions of a module.
    pub fn run_from(&self, first: FnId, size: usize) -> std::ops::Range<u32> {
        let count = self.program.functions(first.module).len() as u32;
        first.index..count.min(first.index + size as u32)
    }

    /// The node that checks a body, created by whoever asks first.
    pub fn check_node(&self, id: FnId, g: &mut dyn Graph) -> Node {
        *self.function(id).check.lock().get_or_insert_with(|| g.node(Job::CheckBody(id), &[]))
    }

    /// Checks a body.
    pub fn check_body(&self, id: FnId, g: &mut dyn Graph) {
        let slot = self.function(id);
        let outcome = {
            let mut local = self.locals[g.worker()].lock();
            self.program.check_body(id, &mut local.body)
        };
        match outcome {
            BodyCheck::NeedsComplete => {
                let complete = self.events().complete;
                *slot.check.lock() = Some(g.node(Job::CheckBody(id), &[complete]));
                if !self.file(id.module).is_library {
                    slot.is_deferred.store(true, Ordering::Relaxed);
                    self.level_step(g);
                }
                return;
            }
            BodyCheck::Done { body, diagnostics, assumptions } => {
                if self.plan.goal >= Goal::Emit {
                    self.program.set_body(id, body);
                }
                slot.is_checked.store(true, Ordering::Release);
                if assumptions.is_empty() {
                    self.report(diagnostics);
                } else {
                    let assumed = Assumed { function: id, assumptions, diagnostics };
                    self.assume(assumed, g);
                }
            }
        }
        self.counters.bodies.add(g.worker(), 1);
        if self.file(id.module).is_library {
            return;
        }
        if self.plan.goal >= Goal::Emit && self.is_emitted_once(self.program.fn_decl(id)) {
            self.emission_node(id, g);
        }
        if !slot.is_deferred.load(Ordering::Relaxed) {
            self.level_step(g);
        }
    }

    /// The node that emits a function, or the run of functions that it was the last of to be checked.
    fn emission_node(&self, id: FnId, g: &mut dyn Graph) {
        let mut job = Job::EmitFunction(id);
        if let Some(unchecked) = self.file(id.module).unchecked.get() {
            let (run, size) = (id.index as usize / self.plan.grain.emit, self.plan.grain.emit as u32);
            if unchecked[run].fetch_sub(1, Ordering::AcqRel) > 1 {
                return;
            }
            job = Job::EmitFunctions(FnId { index: run as u32 * size, ..id });
        }
        if self.plan.schedule == Schedule::Phased {
            g.node(job, &[self.phases().checked]);
        } else {
            g.node(job, &[]);
        }
    }

    /// Whether a function of a user's module is emitted exactly once, with its module.
    pub fn is_emitted_once(&self, decl: &FnDecl) -> bool {
        let is_wanted = self.plan.tests || decl.owner != FnOwner::Test;
        decl.has_body && decl.generics.names.is_empty() && is_wanted
    }

    /// Checks an impl against its trait.
    pub fn check_impl(&self, id: ImplId, g: &mut dyn Graph) {
        self.report(self.program.check_impl(id));
        self.counters.impls.add(g.worker(), 1);
        self.level_step(g);
    }

    /// All interfaces are built.
    pub fn complete(&self, g: &mut dyn Graph) {
        self.report(self.program.complete());
        g.complete(self.events().complete);
        self.open_assumptions(g);
        if self.plan.untested != Untested::Ignore {
            let files = self.files.iter().map(|(_, file)| file).filter(|file| !file.is_library);
            for file in files {
                g.node(Job::Untested(file.id), &[]);
            }
        }
        self.entry(g);
    }

    /// Reports functions without tests.
    pub fn untested(&self, id: ModuleId) {
        self.report(self.program.untested(id, self.plan.untested == Untested::Deny));
    }

    /// Keeps what a body took for granted until that can be validated.
    ///
    /// `complete` makes the program complete before it looks at the lists. So either it finds an entry there, or the
    /// lock of the list was taken after it had been released by `complete`, and the program is seen to be complete here.
    fn assume(&self, assumed: Assumed, g: &mut dyn Graph) {
        let mut list = self.assumed[g.worker()].lock();
        match list.last_mut() {
            Some(run) if run.len() < SETTLED_AT_ONCE => run.push(assumed),
            _ => list.push(vec![assumed]),
        }
        if self.program.is_complete() {
            let runs = std::mem::take(&mut *list);
            drop(list);
            runs.into_iter().for_each(|run| self.settle_all(run, g));
        }
    }

    /// The nodes that validate what bodies took for granted so far.
    fn open_assumptions(&self, g: &mut dyn Graph) {
        for list in &self.assumed {
            for run in std::mem::take(&mut *list.lock()) {
                let number = self.unsettled.push(Mutex::new(run));
                g.node(Job::Settle(number as u32), &[]);
            }
        }
    }

    /// When all interfaces are built: validates what a run of bodies took for granted.
    pub fn settle(&self, run: u32, g: &mut dyn Graph) {
        let run = std::mem::take(&mut *self.unsettled[run as usize].lock());
        self.settle_all(run, g);
    }

    /// Validates what bodies took for granted, and checks those again that were wrong. Their second findings count; if
    /// there are none, the body that was emitted was right.
    fn settle_all(&self, run: Vec<Assumed>, g: &mut dyn Graph) {
        // Many bodies call the same methods.
        let mut known: FxHashMap<Assumption, bool> = FxHashMap::default();
        for Assumed { function, assumptions, diagnostics } in run {
            let mut hold = assumptions.into_iter();
            if hold
                .all(|assumption| *known.entry(assumption).or_insert_with(|| self.program.holds(&assumption)))
            {
                self.report(diagnostics);
                continue;
            }
            let mut local = self.locals[g.worker()].lock();
            match self.program.check_body(function, &mut local.body) {
                BodyCheck::Done { diagnostics, .. } => self.report(diagnostics),
                BodyCheck::NeedsComplete => self.report(diagnostics),
            }
        }
    }
}
