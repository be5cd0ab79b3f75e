//! In-memory files through the front end and the checker, then through the code generator, one after another.

use sigil_checker::body::BodyScratch;
use sigil_checker::library;
use sigil_checker::types::{FnId, ModuleId};
use sigil_checker::{BodyCheck, ModuleInfo, Program};
use sigil_codegen::{Codegen, Emitted, Instance, Options, Scratch, Shape};
use sigil_frontend::syntax::{FileSyntax, ImportSource};
use sigil_frontend::{Diagnostic, Dialect};
use std::collections::HashSet;

/// Name and text of files; modules by their names, the first is the program.
pub type Texts<'t> = &'t [(&'t str, &'t str)];

/// A checked program.
pub struct Files<'t> {
    pub program: Program,
    texts: Texts<'t>,
    loaded: Vec<(String, ModuleId)>,
    diagnostics: Vec<Diagnostic>,
}

impl<'t> Files<'t> {
    /// Loads and checks files with all that they import; there must be no errors.
    pub fn load(texts: Texts<'t>) -> Self {
        let mut files =
            Files { program: Program::default(), texts, loaded: Vec::new(), diagnostics: Vec::new() };
        files.module("prelude").expect("a prelude");
        for (name, _) in texts {
            files.module(name);
        }
        files.program.complete();
        let mut scratch = BodyScratch::new(&files.program);
        for (_, id) in files.loaded.clone() {
            files.check(id, &mut scratch);
        }
        files.diagnostics.retain(|diagnostic| !diagnostic.code.is_warning);
        assert!(files.diagnostics.is_empty(), "{}", files.show(&files.diagnostics));
        files
    }

    /// `E0308 main at 17: message`, a line each.
    pub fn show(&self, diagnostics: &[Diagnostic]) -> String {
        let line = |d: &Diagnostic| {
            format!(
                "{} {} at {}: {}\n",
                d.code,
                self.program.module(d.file).info.key,
                d.span.start,
                d.message
            )
        };
        diagnostics.iter().map(line).collect()
    }

    fn module(&mut self, key: &str) -> Option<ModuleId> {
        if let Some((_, id)) = self.loaded.iter().find(|(other, _)| other == key) {
            return Some(*id);
        }
        let own = self.texts.iter().find(|(name, _)| *name == key).map(|&(_, text)| text);
        let text = own.or_else(|| library::source(key))?;
        let (dir, stem) = key.rsplit_once('/').unwrap_or(("", key));
        let id = self.program.add_module(ModuleInfo {
            key: key.into(),
            display: format!("{key}.si"),
            dir: dir.into(),
            stem: stem.into(),
            is_library: own.is_none(),
            is_test: stem.ends_with(".test"),
        });
        self.loaded.push((key.into(), id));
        let (source, found) = sigil_frontend::Source::new(text.as_bytes().to_vec(), id);
        self.diagnostics.extend(found);
        let dialect = if own.is_none() { Dialect::Library } else { Dialect::User };
        let parsed = sigil_frontend::parse_file(source.text(), id, dialect, &self.program.names);
        self.program.set_source(id, source);
        self.diagnostics.extend(parsed.diagnostics);
        let targets = self.imports(&parsed.syntax, dir);
        self.program.set_syntax(id, parsed.syntax);
        let found = self.program.build_interface(id, &targets);
        self.diagnostics.extend(found);
        Some(id)
    }

    fn imports(&mut self, syntax: &FileSyntax, dir: &str) -> Vec<Option<ModuleId>> {
        let Some(tree) = syntax.trees.first() else { return Vec::new() };
        let mut keys = Vec::new();
        for import in &tree.imports {
            keys.push(match import.source {
                ImportSource::Path(name) => {
                    let path = self.program.names.get(name.symbol);
                    let mut parts: Vec<&str> = dir.split('/').filter(|part| !part.is_empty()).collect();
                    for part in path.split('/') {
                        match part {
                            "." => {}
                            ".." => drop(parts.pop()),
                            _ => parts.push(part),
                        }
                    }
                    parts.join("/")
                }
                ImportSource::Dotted(path) => {
                    let names: Vec<&str> =
                        tree.list(path).map(|name| self.program.names.get(name.symbol)).collect();
                    names.join(".")
                }
            });
        }
        keys.iter().map(|key| self.module(key)).collect()
    }

    fn check(&mut self, id: ModuleId, scratch: &mut BodyScratch) {
        for decl in self.program.functions(id).iter().filter(|decl| decl.has_body) {
            match self.program.check_body(decl.id, scratch) {
                BodyCheck::Done { body, diagnostics, .. } => {
                    self.diagnostics.extend(diagnostics);
                    self.program.set_body(decl.id, body);
                }
                BodyCheck::NeedsComplete => panic!("needs what is complete"),
            }
        }
    }

    fn main_module(&self) -> ModuleId {
        let name = self.texts[0].0;
        self.loaded.iter().find(|(key, _)| key == name).expect("the program's module").1
    }

    /// Tests of the program's module in order.
    pub fn tests(&self) -> Vec<FnId> {
        let functions = self.program.functions(self.main_module()).iter();
        functions
            .filter(|decl| decl.owner == sigil_checker::decl::FnOwner::Test)
            .map(|decl| decl.id)
            .collect()
    }

    /// The program, or its tests, as one C file.
    pub fn unit(&self, what: What, options: Options) -> Result<String, Vec<Diagnostic>> {
        let codegen = Codegen::new(&self.program, options);
        let entry = match what {
            What::Main => {
                let main = self.program.main_function(self.main_module()).map_err(|problem| vec![problem])?;
                codegen.entry(main)
            }
            What::Tests => codegen.tests_entry(&self.tests()),
        };
        let mut emitted = emit_all(&codegen, &entry, false, |_| true)?;
        emitted.sort_by_cached_key(|(instance, _)| codegen.sort_key(*instance));
        let mut parts: Vec<&Emitted> = emitted.iter().map(|(_, emitted)| emitted).collect();
        parts.push(&entry);
        let text = codegen.unit(&parts, false, true);
        assert_eq!(text, self.unit_in_other_order(&entry, options)?, "the order of emission shows");
        Ok(text)
    }

    /// Shapes of the types without parameters that the program's module declares, in order.
    pub fn shapes(&self) -> Vec<Shape> {
        let codegen = Codegen::new(&self.program, Options::default());
        let adts = self.program.adts(self.main_module()).iter().filter(|adt| adt.generics.names.is_empty());
        adts.map(|adt| codegen.layout(self.program.types.adt_ty(adt.id, &[])).shape).collect()
    }

    /// The helpers of all types without parameters that the program's module declares, and of tuples with them. The
    /// functions that they call are declared only.
    pub fn helpers(&self) -> String {
        let codegen = Codegen::new(&self.program, Options::default());
        let types = &self.program.types;
        let mut entry = Emitted::default();
        for adt in self.program.adts(self.main_module()).iter().filter(|adt| adt.generics.names.is_empty()) {
            let ty = types.adt_ty(adt.id, &[]);
            for ty in [ty, types.tuple_ty(&[ty, types.list_ty(ty), types.fn_ty(&[], ty)])] {
                entry.needs.extend([Instance::Glue(ty), Instance::Traits(ty)]);
            }
            entry.needs.push(Instance::Glue(types.fn_ty(&[], ty)));
        }
        let is_helper = |need: Instance| !matches!(need, Instance::Fn(..));
        let emitted = emit_all(&codegen, &entry, false, is_helper).expect("helpers are emitted");
        let parts: Vec<&Emitted> = emitted.iter().map(|(_, emitted)| emitted).collect();
        codegen.unit(&parts, false, true)
    }

    /// The same as `unit` from a generator that meets types and instances in another order.
    fn unit_in_other_order(&self, entry: &Emitted, options: Options) -> Result<String, Vec<Diagnostic>> {
        let codegen = Codegen::new(&self.program, options);
        let mut emitted = emit_all(&codegen, entry, true, |_| true)?;
        emitted.sort_by_cached_key(|(instance, _)| codegen.sort_key(*instance));
        let mut parts: Vec<&Emitted> = emitted.iter().map(|(_, emitted)| emitted).collect();
        parts.push(entry);
        Ok(codegen.unit(&parts, false, true))
    }
}

/// What a C program starts with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// `@main`.
    Main,
    /// The test with the number that is the argument.
    Tests,
}

/// Everything that the entry needs, oldest or newest first.
fn emit_all(
    codegen: &Codegen<'_>,
    entry: &Emitted,
    oldest: bool,
    is_wanted: impl Fn(Instance) -> bool,
) -> Result<Vec<(Instance, Emitted)>, Vec<Diagnostic>> {
    let mut scratch = Scratch::default();
    let mut seen: HashSet<Instance> = entry.needs.iter().copied().collect();
    let mut open: std::collections::VecDeque<Instance> = entry.needs.iter().copied().collect();
    let mut done = Vec::new();
    while let Some(instance) = if oldest { open.pop_front() } else { open.pop_back() } {
        if !is_wanted(instance) {
            continue;
        }
        let emitted = codegen.emit(instance, &mut scratch)?;
        open.extend(emitted.needs.iter().copied().filter(|need| seen.insert(*need)));
        done.push((instance, emitted));
    }
    Ok(done)
}
