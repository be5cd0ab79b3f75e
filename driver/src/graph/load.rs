//! Files: read, lexed and parsed, in pieces if they are large.

use super::Job;
use super::engine::{Graph, Node};
use super::state::{Compilation, Goal};
use crate::report::plain;
use sigil_checker::types::ModuleId;
use sigil_frontend::{Code, Diagnostic, Source};
use std::io;
use std::sync::OnceLock;
use std::sync::atomic::Ordering;

/// Text, tokens and trees of a file on their way.
#[derive(Default)]
pub struct Loading {
    /// Complete when the syntax of a large file is in its slot.
    parsed: OnceLock<Node>,
}

impl Compilation<'_> {
    /// Reads a file and its header; creates what comes next.
    pub fn read(&self, id: ModuleId, g: &mut dyn Graph) {
        let file = self.file(id);
        let source = self.read_source(id, g);
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
        before.push(self.start_parsing(id, size, g));
        before.extend(self.gate(id, g));
        g.node(Job::Interface(id), &before);
        self.close_header(g);
    }

    /// The text of a file; empty, with a finding, if it cannot be had.
    fn read_source(&self, id: ModuleId, g: &mut dyn Graph) -> Source {
        let file = self.file(id);
        let bytes = if file.is_library {
            let text = sigil_checker::library::source(&file.relative);
            Ok(text.unwrap_or_default().as_bytes().to_vec())
        } else {
            read_file(&self.program.module(id).info.display)
        };
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
        if size <= self.plan.chunk {
            return g.node(Job::Parse(id), &[]);
        }
        let parsed = g.event();
        let _ = self.file(id).loading.parsed.set(parsed);
        self.start_chunks(id, g);
        parsed
    }

    /// Lexes and parses a small file.
    pub fn parse(&self, id: ModuleId, g: &mut dyn Graph) {
        let module = self.program.module(id);
        let text = module.source().text();
        let parsed = {
            let mut local = self.locals[g.worker()].lock();
            sigil_frontend::parse_with(text, id, &self.program.names, module.dialect(), &mut local.parse)
        };
        self.report(parsed.diagnostics);
        self.program.set_syntax(id, parsed.syntax);
        self.counters.parsed.add(g.worker(), 1);
        self.parsed_step(g);
    }

    /// The text of a file; empty if it was not read.
    pub fn text(&self, id: ModuleId) -> &str {
        match self.file(id).is_loaded.load(Ordering::Acquire) {
            true => self.program.module(id).source().text(),
            false => "",
        }
    }
}

fn read_file(path: &str) -> io::Result<Vec<u8>> {
    let bytes = std::fs::read(path)?;
    if u32::try_from(bytes.len()).is_err() {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 4 GiB"));
    }
    Ok(bytes)
}
