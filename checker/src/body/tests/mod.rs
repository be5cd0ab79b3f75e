//! Bodies, a behaviour a test: sources and what they give, as diagnostics or as typed trees.

mod chapter14;
mod explained;
mod golden;
mod inference;
mod limits;
mod verify;

use crate::body::{BodyScratch, dump};
use crate::library;
use crate::program::{BodyCheck, ModuleInfo, Program};
use crate::types::ModuleId;
use sigil_frontend::syntax::{FileSyntax, ImportSource};
use sigil_frontend::{Diagnostic, Dialect};

/// A program of in-memory files; loads what they import.
pub(super) struct Files<'t> {
    pub(super) program: Program,
    texts: &'t [(&'t str, &'t str)],
    loaded: Vec<(String, ModuleId)>,
    diagnostics: Vec<Diagnostic>,
}

fn parse(program: &Program, id: ModuleId, text: &str, is_library: bool) -> (FileSyntax, Vec<Diagnostic>) {
    let dialect = if is_library { Dialect::Library } else { Dialect::User };
    let parsed = sigil_frontend::parse_file(text, id, dialect, &program.names);
    (parsed.syntax, parsed.diagnostics)
}

impl Files<'_> {
    fn load(&mut self, key: &str) -> Option<ModuleId> {
        if let Some((_, id)) = self.loaded.iter().find(|(other, _)| other == key) {
            return Some(*id);
        }
        let own = self.texts.iter().find(|(name, _)| *name == key).map(|&(_, text)| text);
        let is_library = own.is_none();
        let text = own.or_else(|| library::source(key))?;
        let (dir, stem) = key.rsplit_once('/').unwrap_or(("", key));
        let id = self.program.add_module(ModuleInfo {
            key: key.into(),
            display: format!("{key}.si"),
            dir: dir.into(),
            stem: stem.into(),
            is_library,
            is_test: stem.ends_with(".test"),
        });
        self.loaded.push((key.into(), id));
        let (syntax, diagnostics) = parse(&self.program, id, text, is_library);
        self.diagnostics.extend(diagnostics);
        let targets = self.imports(&syntax, dir);
        self.program.set_syntax(id, syntax);
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
        keys.iter().map(|key| self.load(key)).collect()
    }

    /// Checks all bodies of a module, verifies them, and sets them.
    fn check(&mut self, id: ModuleId, scratch: &mut BodyScratch) {
        for decl in self.program.functions(id).iter() {
            if !decl.has_body {
                continue;
            }
            match self.program.check_body(decl.id, scratch) {
                BodyCheck::Done { body, diagnostics, .. } => {
                    let errors = diagnostics.iter().any(|d| !d.code.is_warning);
                    assert!(body.is_none() || !errors, "a body in spite of errors");
                    if let Some(body) = &body {
                        verify::verify(&self.program, body);
                    }
                    self.diagnostics.extend(diagnostics);
                    self.program.set_body(decl.id, body);
                }
                BodyCheck::NeedsComplete => panic!("needs what is complete"),
            }
        }
    }
}

/// Loads and checks files; they are modules by their names.
pub(super) fn load<'t>(texts: &'t [(&'t str, &'t str)]) -> Files<'t> {
    let mut files = Files { program: Program::default(), texts, loaded: Vec::new(), diagnostics: Vec::new() };
    files.load("prelude").expect("a prelude");
    for (name, _) in texts {
        files.load(name);
    }
    files.program.complete();
    let mut scratch = BodyScratch::new(&files.program);
    let ids: Vec<ModuleId> = files.loaded.iter().map(|&(_, id)| id).collect();
    for id in ids {
        files.check(id, &mut scratch);
    }
    files.diagnostics.sort_by_key(|d| (d.file, d.span.start, d.code));
    files
}

impl Files<'_> {
    /// `E0308 1:16 message`, a line each.
    pub(super) fn report(&self) -> String {
        let mut out = String::new();
        for d in &self.diagnostics {
            let (key, _) = self.loaded.iter().find(|(_, id)| *id == d.file).expect("a loaded file");
            let own = self.texts.iter().find(|(name, _)| name == key).map(|&(_, text)| text);
            let text = own.or_else(|| library::source(key)).expect("a source");
            let before = &text[..d.span.start as usize];
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
            let file = if self.texts.len() > 1 || key != "main" { format!("{key}:") } else { String::new() };
            out += &format!("{} {file}{line}:{column} {}", d.code, d.message);
            if let Some(help) = &d.help {
                out += &format!(" (help: {help})");
            }
            out.push('\n');
        }
        out
    }
}

/// Diagnostics of one file.
pub(super) fn report(text: &str) -> String {
    load(&[("main", text)]).report()
}

/// Codes of the errors of one file.
pub(super) fn codes(text: &str) -> Vec<String> {
    let texts = [("main", text)];
    let files = load(&texts);
    files.diagnostics.iter().filter(|d| !d.code.is_warning).map(|d| d.code.to_string()).collect()
}

/// The typed body of the first function of one file.
pub(super) fn typed(text: &str) -> String {
    let texts = [("main", text)];
    let files = load(&texts);
    let report = files.report();
    let id = files.loaded.iter().find(|(key, _)| key == "main").expect("main").1;
    let first = files.program.functions(id)[0].id;
    match files.program.body(first) {
        Some(body) => dump(&files.program, first, body) + &report,
        None => report,
    }
}
