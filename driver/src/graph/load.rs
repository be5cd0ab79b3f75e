//! Files: made fit for lexing, lexed and parsed.

use super::Job;
use super::engine::{Graph, Node};
use super::state::{Compilation, Goal};
use crate::report::plain;
use sigil_checker::types::ModuleId;
use sigil_frontend::syntax::FileSyntax;
use sigil_frontend::{Code, Diagnostic, Dialect, Source};
use std::io;
use std::sync::atomic::Ordering;

impl Compilation<'_> {
    /// Takes the bytes of a file and reads its header; creates what comes next.
    pub fn load(&self, id: ModuleId, bytes: io::Result<Vec<u8>>, g: &mut dyn Graph) {
        let file = self.file(id);
        let source = self.source(id, bytes, g);
        let size = source.text().len();
        file.size.store(size, Ordering::Release);
        if !file.is_library && self.plan.goal >= Goal::Emit {
            // Cannot be set already: a file is read once.
            let _ = file.parts.set(self.new_parts(size, g));
        }
        let header = sigil_frontend::header(source.text());
        self.program.set_source(id, source);
        file.is_loaded.store(true, Ordering::Release);
        let mut before = self.follow_imports(id, &header.imports, g);
        // Before the node that parses: it counts down what the gate counts up.
        before.extend(self.gate(id, g));
        before.push(self.start_parsing(id, size, g));
        g.node(Job::Interface(id), &before);
        self.close_header(g);
    }

    /// The text of a file; empty, with a finding, if it cannot be had.
    fn source(&self, id: ModuleId, bytes: io::Result<Vec<u8>>, g: &mut dyn Graph) -> Source {
        let bytes = bytes.unwrap_or_else(|error| {
            self.unreadable(id, &error);
            Vec::new()
        });
        self.counters.files.add(g.worker(), 1);
        self.counters.bytes.add(g.worker(), bytes.len() as u64);
        let (source, diagnostics) = Source::new(bytes, id);
        self.report(diagnostics);
        source
    }

    fn unreadable(&self, id: ModuleId, error: &io::Error) {
        let display = &self.program.module(id).info.display;
        let message = format!("cannot read '{display}': {}", plain(error));
        match self.file(id).blame {
            Some((importer, span)) => {
                self.report(vec![Diagnostic::new(Code::error(901), importer, span, message)]);
            }
            None => self.fail(901, message),
        }
    }

    /// The first node of lexing and parsing; returns what is complete when the syntax is in its slot.
    fn start_parsing(&self, id: ModuleId, size: usize, g: &mut dyn Graph) -> Node {
        if size <= self.plan.grain.chunk {
            return g.node(Job::Parse(id), &[]);
        }
        self.start_chunks(id, g)
    }

    /// Lexes and parses a small file.
    pub fn parse(&self, id: ModuleId, g: &mut dyn Graph) {
        let text = self.program.module(id).source().text();
        self.note_patterns(id, text);
        let parsed = {
            let mut local = self.locals[g.worker()].lock();
            let parse = &mut local.parse;
            let (tokens, diagnostics) = sigil_frontend::lex(text, id, &self.program.names, &mut parse.lex);
            self.report(diagnostics);
            let parsed = sigil_frontend::parse_tokens(text, &tokens, id, self.dialect(id), parse);
            parse.lex.recycle(tokens);
            parsed
        };
        self.report(parsed.diagnostics);
        self.finish_parsing(id, parsed.syntax, g);
    }

    /// Takes note of what the runtime must be able to do for a text; no keyword is cut by the ends of a chunk.
    pub fn note_patterns(&self, id: ModuleId, text: &str) {
        if self.file(id).is_library {
            return;
        }
        for (keyword, flag) in [("timeout", &self.has_timeouts), ("parallel", &self.has_tasks)] {
            if !flag.load(Ordering::Relaxed) && text.contains(keyword) {
                flag.store(true, Ordering::Release);
            }
        }
    }

    /// The syntax of a file is known.
    pub fn finish_parsing(&self, id: ModuleId, syntax: FileSyntax, g: &mut dyn Graph) {
        self.program.set_syntax(id, syntax);
        self.counters.parsed.add(g.worker(), 1);
        self.parsed_step(g);
    }

    /// What the parser accepts in a file.
    pub fn dialect(&self, id: ModuleId) -> Dialect {
        if self.file(id).is_library { Dialect::Library } else { Dialect::User }
    }

    /// The text of a file; empty if it was not read.
    pub fn text(&self, id: ModuleId) -> &str {
        match self.file(id).is_loaded.load(Ordering::Acquire) {
            true => self.program.module(id).source().text(),
            false => "",
        }
    }
}
