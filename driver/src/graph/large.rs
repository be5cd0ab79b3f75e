//! Large files: lexed in chunks, parsed in pieces, put together again.

use super::Job;
use super::engine::{Graph, Node};
use super::state::Compilation;
use parking_lot::Mutex;
use sigil_checker::types::ModuleId;
use sigil_frontend::{Span, Tokens};
use std::sync::OnceLock;

/// What becomes of a large file.
#[derive(Default)]
pub struct Large {
    chunks: OnceLock<Box<[Chunk]>>,
    joined: OnceLock<Tokens>,
    /// Complete when its syntax is in its slot.
    parsed: OnceLock<Node>,
}

/// A run of lines.
struct Chunk {
    span: Span,
    tokens: Mutex<Option<Tokens>>,
}

impl Compilation<'_> {
    /// One node a chunk, then one that joins them. Returns what is complete when the syntax is in its slot.
    pub fn start_chunks(&self, id: ModuleId, g: &mut dyn Graph) -> Node {
        let large = &self.file(id).large;
        let parsed = g.event();
        let text = self.program.module(id).source().text();
        let chunks = sigil_frontend::chunks(text, self.plan.chunk);
        let chunks: Box<[Chunk]> =
            chunks.into_iter().map(|span| Chunk { span, tokens: Mutex::default() }).collect();
        let count = chunks.len() as u32;
        // Cannot be set already: a file is read once.
        let _ = large.parsed.set(parsed);
        let _ = large.chunks.set(chunks);
        let nodes: Vec<Node> = (0..count).map(|chunk| g.node(Job::LexChunk(id, chunk), &[])).collect();
        g.node(Job::Join(id), &nodes);
        parsed
    }

    fn chunks(&self, id: ModuleId) -> &[Chunk] {
        self.file(id).large.chunks.get().expect("chunks are made when a file is read")
    }

    /// Lexes a chunk.
    pub fn lex_chunk(&self, id: ModuleId, number: u32, g: &mut dyn Graph) {
        let chunk = &self.chunks(id)[number as usize];
        let text = self.program.module(id).source().text();
        let mut local = self.locals[g.worker()].lock();
        let lex = &mut local.parse.lex;
        let (tokens, diagnostics) = sigil_frontend::lex_chunk(text, chunk.span, id, &self.program.names, lex);
        *chunk.tokens.lock() = Some(tokens);
        self.report(diagnostics);
    }

    /// Joins the chunks and finds the pieces.
    pub fn join_chunks(&self, id: ModuleId, g: &mut dyn Graph) {
        let text = self.program.module(id).source().text();
        let parts = self.chunks(id).iter().filter_map(|chunk| chunk.tokens.lock().take());
        // Cannot be set already: chunks are joined once.
        let _ = self.file(id).large.joined.set(sigil_frontend::join(text, parts));
        let piece = g.node(Job::ParsePiece(id, 0), &[]);
        g.node(Job::Assemble(id), &[piece]);
    }

    /// Parses a piece.
    pub fn parse_piece(&self, id: ModuleId, _piece: u32, g: &mut dyn Graph) {
        let tokens = self.file(id).large.joined.get().expect("chunks are joined before pieces are parsed");
        let text = self.program.module(id).source().text();
        let parsed = {
            let mut local = self.locals[g.worker()].lock();
            sigil_frontend::parse_tokens(text, tokens, id, self.dialect(id), &mut local.parse)
        };
        self.report(parsed.diagnostics);
        self.finish_parsing(id, parsed.syntax, g);
    }

    /// Puts the trees of all pieces together.
    pub fn assemble(&self, id: ModuleId, g: &mut dyn Graph) {
        g.complete(*self.file(id).large.parsed.get().expect("made when the file is read"));
    }
}
