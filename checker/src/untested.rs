//! The mandatory-test rule (language.md 11.2), the rules for `@main`, and warnings that an item allows.

use crate::decl::{Def, FnOwner};
use crate::program::Program;
use crate::types::{FnId, ModuleId, Ty, TyKind};
use rustc_hash::{FxHashMap, FxHashSet};
use sigil_frontend::{Code, Diagnostic, Span};

/// Test files by the directory and stem of the file that they test.
pub(crate) struct TestFiles(FxHashMap<(String, String), Vec<ModuleId>>);

impl TestFiles {
    pub(crate) fn new(program: &Program) -> Self {
        let mut files: FxHashMap<_, Vec<ModuleId>> = FxHashMap::default();
        for module in program.modules() {
            let Some(stem) = module.info.stem.strip_suffix(".test") else { continue };
            let dir = &module.info.dir;
            let mut add = |dir: &str| {
                files.entry((dir.to_owned(), stem.to_owned())).or_default().push(module.id);
            };
            add(dir);
            if let Some(parent) = dir.strip_suffix("/_test") {
                add(parent);
            } else if dir == "_test" {
                add("");
                add(".");
            }
        }
        TestFiles(files)
    }
}

impl Program {
    /// Functions of a module without a test, after `complete`: errors E0500, or warnings W0500.
    pub fn untested(&self, id: ModuleId, is_error: bool) -> Vec<Diagnostic> {
        let module = self.module(id);
        let code = if is_error { Code::error(500) } else { Code::warning(500) };
        let files = self.complete.get().expect("`complete` comes before `untested`: an edge is missing");
        if module.info.is_library {
            return Vec::new();
        }
        let key = (module.info.dir.clone(), module.info.stem.clone());
        let elsewhere = files.0.get(&key).map_or(&[][..], Vec::as_slice);
        let tested: FxHashSet<FnId> = std::iter::once(&id)
            .chain(elsewhere)
            .flat_map(|&file| self.functions(file).iter())
            .flat_map(|decl| decl.targets.iter().copied())
            .collect();
        let own = &module.names().values.own;
        let untested = self.functions(id).iter().filter(|decl| {
            decl.owner == FnOwner::Module
                && decl.name != self.symbols.main
                && !tested.contains(&decl.id)
                // The second of two with one name cannot be tested.
                && own.get(&decl.name).is_some_and(|entry| entry.def == Some(Def::Fn(decl.id)))
        });
        untested
            .map(|decl| {
                let name = self.names.get(decl.name);
                let at = module.syntax().trees[decl.tree as usize][decl.syntax].at;
                let span = Span::new(at, decl.span.end);
                let help = format!("add `@test_{name} tests @{name} () -> void = …`");
                Diagnostic::new(code, id, span, format!("function `@{name}` has no tests")).help(help)
            })
            .filter(|diagnostic| !self.is_allowed(diagnostic))
            .collect()
    }

    /// `@main` of the file to run, or why there is none that can be run (E0709, E0710).
    pub fn main_function(&self, id: ModuleId) -> Result<FnId, Diagnostic> {
        let entry = self.module(id).names().values.own.get(&self.symbols.main);
        let main = match entry.and_then(|entry| entry.def) {
            Some(Def::Fn(main)) if self.fn_decl(main).owner == FnOwner::Module => main,
            _ => {
                let help = "add `@main () -> void = …`";
                let code = Code::error(709);
                return Err(Diagnostic::new(code, id, Span::new(0, 0), "no @main function").help(help));
            }
        };
        let decl = self.fn_decl(main);
        let result_is_right = match self.types.kind(decl.result) {
            TyKind::Void | TyKind::Error => true,
            TyKind::Adt(adt, args) if adt == self.lang().result => {
                let args = self.types.list_of(args);
                args[0] == Ty::VOID && self.find_impl(self.lang().printable, args[1], None, &[]).holds()
            }
            _ => false,
        };
        if result_is_right && decl.params.is_empty() && decl.generics.names.is_empty() {
            return Ok(main);
        }
        let message = "@main must be () -> void or () -> Result<void, E> with E: Printable";
        Err(Diagnostic::new(Code::error(710), id, decl.span, message))
    }

    /// Whether a warning stands in an item that has `#[allow(…)]` for it, by its code or as `warnings`.
    pub fn is_allowed(&self, diagnostic: &Diagnostic) -> bool {
        if !diagnostic.code.is_warning {
            return false;
        }
        let Some(names) = self.module(diagnostic.file).names.get() else { return false };
        let is_inside = |span: Span| span.start <= diagnostic.span.start && diagnostic.span.end <= span.end;
        let code = diagnostic.code.to_string();
        names.allows.iter().any(|(span, list)| {
            is_inside(*span)
                && list
                    .iter()
                    .any(|&name| matches!(self.names.get(name), text if text == code || text == "warnings"))
        })
    }
}
