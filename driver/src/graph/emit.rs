//! Emission: one node an instance. Functions without type parameters are emitted with their module as soon as they
//! are checked; everything else when the first instance that needs it asks.

use super::Job;
use super::engine::Graph;
use super::state::{Compilation, InstanceSlot, Part};
use dashmap::Entry;
use parking_lot::Mutex;
use sigil_checker::decl::FnDecl;
use sigil_checker::parts::Parts;
use sigil_checker::types::{FnId, ModuleId, TyList};
use sigil_codegen::{Emitted, Instance};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicIsize, Ordering};

/// Stands for "not counted yet" in `Part::open`: emissions may end before the interface's job has counted them.
const NOT_COUNTED: isize = 1 << 40;

impl Compilation<'_> {
    /// The parts of a file of `size` bytes.
    pub fn new_parts(&self, size: usize, g: &mut dyn Graph) -> Box<[Part]> {
        let part = |_| Part { open: AtomicIsize::new(NOT_COUNTED), done: g.event() };
        (0..self.part_count(size)).map(part).collect()
    }

    /// Which part of its file a function belongs to: by where it stands, so that it is known without the others.
    pub fn part_of(&self, decl: &FnDecl) -> usize {
        let file = self.file(decl.id.module);
        let parts = file.parts.get().map_or(1, |parts| parts.len());
        let size = file.size.load(Ordering::Acquire).max(1);
        (decl.span.start as usize * parts / size).min(parts - 1)
    }

    /// Says how many functions the parts of a module have.
    pub fn count_parts(&self, id: ModuleId, functions: &Parts<FnDecl>, g: &mut dyn Graph) {
        let size = self.plan.grain.emit;
        if size > 1 {
            let is_counted = |index: &usize| self.is_emitted_once(&functions[*index]);
            let starts = (0..functions.len()).step_by(size);
            let runs = starts.map(|at| {
                let run = at..functions.len().min(at + size);
                run.filter(is_counted).count().into()
            });
            // It cannot be set already: a module is opened once.
            let _ = self.file(id).unchecked.set(runs.collect());
        }
        let Some(parts) = self.file(id).parts.get() else { return };
        let mut counts = vec![0isize; parts.len()];
        for decl in functions.iter().filter(|decl| self.is_emitted_once(decl)) {
            counts[self.part_of(decl)] += 1;
        }
        for (part, count) in parts.iter().zip(counts) {
            let before = part.open.fetch_add(count - NOT_COUNTED, Ordering::AcqRel);
            if before + count == NOT_COUNTED {
                g.complete(part.done);
            }
        }
    }

    /// Emits a function without type parameters.
    pub fn emit_function(&self, id: FnId, g: &mut dyn Graph) {
        let instance = Instance::Fn(id, TyList::EMPTY);
        let emitted = self.emit(instance, Some(id), g);
        *self.function(id).emitted.lock() = emitted;
        let decl = self.program.fn_decl(id);
        let Some(parts) = self.file(id.module).parts.get() else { return };
        let part = &parts[self.part_of(decl)];
        if part.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            g.complete(part.done);
        }
    }

    /// Emits a run of functions, all of which are checked.
    pub fn emit_functions(&self, first: FnId, g: &mut dyn Graph) {
        for index in self.run_from(first, self.plan.grain.emit) {
            let id = FnId { index, ..first };
            if self.is_emitted_once(self.program.fn_decl(id)) {
                self.emit_function(id, g);
            }
        }
    }

    /// Emits an instance with a number.
    pub fn emit_instance(&self, number: u32, g: &mut dyn Graph) {
        let slot = &self.instances[number as usize];
        let owner = self.codegen.body_owner(slot.instance);
        if let Some(owner) = owner {
            let function = self.function(owner);
            if !function.is_checked.load(Ordering::Acquire) {
                // It turned out that the body must wait for all modules: wait for its second node.
                let again = self.check_node(owner, g);
                g.node(Job::EmitInstance(number), &[again]);
                return;
            }
        }
        *slot.emitted.lock() = self.emit(slot.instance, owner, g);
        // Here and not where they are sorted, since there nobody else has anything to do.
        let _ = slot.sort_key.set(self.codegen.sort_key(slot.instance));
        self.close_instance(g);
    }

    /// One instance less to wait for.
    pub fn close_instance(&self, g: &mut dyn Graph) {
        if self.open_instances.fetch_sub(1, Ordering::AcqRel) == 1 {
            g.complete(self.events().instances);
        }
    }

    fn emit(&self, instance: Instance, owner: Option<FnId>, g: &mut dyn Graph) -> Option<Emitted> {
        // Nothing will be written, and a body with errors cannot be emitted.
        if self.is_failed() || owner.is_some_and(|owner| self.program.body(owner).is_none()) {
            return None;
        }
        let result = self.codegen.emit(instance, &mut self.locals[g.worker()].lock().emit);
        self.counters.emitted.add(g.worker(), 1);
        match result {
            Ok(emitted) => {
                self.request_all(&emitted.needs, g);
                Some(emitted)
            }
            Err(diagnostics) => {
                self.late_diagnostics.lock().extend(diagnostics);
                None
            }
        }
    }

    /// Makes sure that instances will be emitted.
    pub fn request_all(&self, needs: &[Instance], g: &mut dyn Graph) {
        let mut local = self.locals[g.worker()].lock();
        for &instance in needs {
            if let Instance::Fn(id, TyList::EMPTY) = instance
                && !self.file(id.module).is_library
                && self.is_emitted_once(self.program.fn_decl(id))
            {
                continue;
            }
            // The worker's own memory answers most questions without touching anything shared.
            if local.requested.insert(instance) {
                self.request(instance, g);
            }
        }
    }

    fn request(&self, instance: Instance, g: &mut dyn Graph) {
        let entry = match self.instance_ids.try_entry(instance) {
            Some(entry) => entry,
            None => self.instance_waits.count(|| self.instance_ids.entry(instance)),
        };
        let number = match entry {
            Entry::Occupied(_) => return,
            Entry::Vacant(vacant) => {
                let slot = InstanceSlot { instance, sort_key: OnceLock::new(), emitted: Mutex::new(None) };
                let number = self.instances.push(slot) as u32;
                vacant.insert(number);
                number
            }
        };
        self.open_instances.fetch_add(1, Ordering::AcqRel);
        match self.codegen.body_owner(instance) {
            Some(owner) => {
                let check = self.check_node(owner, g);
                g.node(Job::EmitInstance(number), &[check]);
            }
            None => {
                g.node(Job::EmitInstance(number), &[]);
            }
        }
    }
}
