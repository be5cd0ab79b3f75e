//! Large files: lexed in chunks, parsed in pieces, put together again; and their signatures, lowered in parts.
//!
//! ```text
//!  LexChunk… ─► Join ─► FindItems… ─► Plan ─► ParsePiece (calls)… ─► ParsePiece (runs of items)… ─► Assemble
//! ```
//!
//! A chunk's lexer also says which brackets the chunk leaves open. Joining adds these up, so that each chunk knows its
//! depth and can be searched for the starts of items on its own. Items that are large in themselves have calls that are
//! parsed before them.

use super::Job;
use super::engine::{Graph, Node};
use super::state::Compilation;
use parking_lot::Mutex;
use sigil_checker::types::ModuleId;
use sigil_checker::{BegunInterface, Signatures};
use sigil_frontend::syntax::Tree;
use sigil_frontend::{Brackets, Diagnostic, ParsedCall, Plan, Span, Tokens};
use std::ops::Range;
use std::sync::OnceLock;

/// Source bytes a token, about.
const TOKEN_BYTES: usize = 4;

/// What becomes of a large file.
#[derive(Default)]
pub struct Large {
    chunks: OnceLock<Box<[Chunk]>>,
    tokens: OnceLock<Tokens>,
    plan: OnceLock<Plan>,
    calls: OnceLock<Box<[OnceLock<ParsedCall>]>>,
    runs: OnceLock<Box<[ParsedRun]>>,
    /// Complete when its syntax is in its slot.
    parsed: OnceLock<Node>,
    /// Its interface without signatures.
    begun: Mutex<Option<BegunInterface>>,
    signatures: OnceLock<Box<[Mutex<Option<Signatures>>]>>,
}

impl Large {
    /// Makes room for the signatures of an interface.
    pub fn start_signatures(&self, begun: BegunInterface, parts: u32) {
        *self.begun.lock() = Some(begun);
        fill(&self.signatures, (0..parts).map(|_| Mutex::default()).collect());
    }

    /// Puts signatures into their place.
    pub fn keep_signatures(&self, part: u32, signatures: Signatures) {
        *filled(&self.signatures, "signatures")[part as usize].lock() = Some(signatures);
    }

    /// The interface and all of its signatures.
    pub fn take_signatures(&self) -> (BegunInterface, Vec<Signatures>) {
        let begun = self.begun.lock().take().expect("an interface is begun before it ends");
        let parts = filled(&self.signatures, "signatures").iter();
        (begun, parts.filter_map(|part| part.lock().take()).collect())
    }
}

/// A run of lines.
struct Chunk {
    span: Span,
    tokens: Mutex<Option<Tokens>>,
    brackets: OnceLock<Brackets>,
    /// Its tokens among those of the file.
    range: OnceLock<Range<usize>>,
    /// How many brackets are open at its start.
    depth: OnceLock<u32>,
    /// Tokens that start items.
    starts: OnceLock<Vec<u32>>,
}

/// The tree of a run of items, until the file is put together.
type ParsedRun = Mutex<Option<(Tree, Vec<Diagnostic>)>>;

/// Fills a slot. It cannot be full already: each job of a file is run once.
fn fill<T>(slot: &OnceLock<T>, value: T) {
    let _ = slot.set(value);
}

fn filled<'a, T>(slot: &'a OnceLock<T>, what: &str) -> &'a T {
    slot.get()
        .unwrap_or_else(|| panic!("{what} of a large file: an edge to the job that makes it is missing"))
}

impl Compilation<'_> {
    /// One node a chunk, then one that joins them. Returns what is complete when the syntax is in its slot.
    pub fn start_chunks(&self, id: ModuleId, g: &mut dyn Graph) -> Node {
        let large = &self.file(id).large;
        let parsed = g.event();
        let text = self.program.module(id).source().text();
        let chunk = |span| Chunk {
            span,
            tokens: Mutex::default(),
            brackets: OnceLock::new(),
            range: OnceLock::new(),
            depth: OnceLock::new(),
            starts: OnceLock::new(),
        };
        let chunks: Box<[Chunk]> =
            sigil_frontend::chunks(text, self.plan.grain.chunk).into_iter().map(chunk).collect();
        let count = chunks.len() as u32;
        fill(&large.parsed, parsed);
        fill(&large.chunks, chunks);
        let nodes: Vec<Node> = (0..count).map(|chunk| g.node(Job::LexChunk(id, chunk), &[])).collect();
        g.node(Job::Join(id), &nodes);
        parsed
    }

    fn chunks(&self, id: ModuleId) -> &[Chunk] {
        filled::<Box<[Chunk]>>(&self.file(id).large.chunks, "chunks")
    }

    /// Lexes a chunk.
    pub fn lex_chunk(&self, id: ModuleId, number: u32, g: &mut dyn Graph) {
        let chunk = &self.chunks(id)[number as usize];
        let text = self.program.module(id).source().text();
        let mut local = self.locals[g.worker()].lock();
        let lex = &mut local.parse.lex;
        let (tokens, diagnostics) = sigil_frontend::lex_chunk(text, chunk.span, id, &self.program.names, lex);
        fill(&chunk.brackets, sigil_frontend::brackets(&tokens.tokens));
        *chunk.tokens.lock() = Some(tokens);
        self.report(diagnostics);
    }

    /// Joins the chunks and adds up their brackets.
    pub fn join_chunks(&self, id: ModuleId, g: &mut dyn Graph) {
        let text = self.program.module(id).source().text();
        let chunks = self.chunks(id);
        let mut end = 0;
        let parts: Vec<Tokens> = chunks
            .iter()
            .filter_map(|chunk| {
                let tokens = chunk.tokens.lock().take()?;
                let start = end;
                end += tokens.tokens.len();
                fill(&chunk.range, start..end);
                Some(tokens)
            })
            .collect();
        fill(&self.file(id).large.tokens, sigil_frontend::join(text, parts));
        let brackets = chunks.iter().map(|chunk| filled(&chunk.brackets, "brackets"));
        let mut nodes = Vec::new();
        // Where brackets do not match, nothing is known about where items start: one piece.
        if let Some(depths) = sigil_frontend::depths(brackets) {
            for (number, (chunk, depth)) in chunks.iter().zip(depths).enumerate() {
                fill(&chunk.depth, depth);
                nodes.push(g.node(Job::FindItems(id, number as u32), &[]));
            }
        }
        g.node(Job::Plan(id), &nodes);
    }

    /// Finds the starts of items in a chunk.
    pub fn find_items(&self, id: ModuleId, number: u32) {
        let chunk = &self.chunks(id)[number as usize];
        let tokens = &filled(&self.file(id).large.tokens, "tokens").tokens;
        let range = filled(&chunk.range, "a chunk's tokens").clone();
        let depth = *filled(&chunk.depth, "a chunk's depth");
        fill(&chunk.starts, sigil_frontend::item_starts(tokens, range, depth));
    }

    /// Decides on the pieces and creates their nodes.
    pub fn plan_pieces(&self, id: ModuleId, g: &mut dyn Graph) {
        let large = &self.file(id).large;
        let text = self.program.module(id).source().text();
        let starts = self.chunks(id).iter().filter_map(|chunk| chunk.starts.get());
        let cuts: Vec<u32> = starts.flatten().copied().collect();
        let tokens = filled(&large.tokens, "tokens");
        let size = match self.plan.grain.parse {
            0 => self.plan.grain.chunk / TOKEN_BYTES,
            declarations => declarations * tokens.tokens.len() / cuts.len().max(1),
        };
        let plan = sigil_frontend::plan(text, tokens, &cuts, size.max(1));
        fill(&large.calls, plan.calls.iter().map(|_| OnceLock::new()).collect());
        fill(&large.runs, plan.runs.iter().map(|_| ParsedRun::default()).collect());
        // Other workers run the nodes as soon as they are made, so all that these read is in its place before.
        fill(&large.plan, plan);
        let plan = filled(&large.plan, "the plan");
        let n_calls = plan.calls.len() as u32;
        let calls: Vec<Node> = (0..n_calls).map(|number| g.node(Job::ParsePiece(id, number), &[])).collect();
        let run = |(number, run): (usize, &sigil_frontend::Run)| {
            g.node(Job::ParsePiece(id, n_calls + number as u32), &calls[run.calls.clone()])
        };
        let runs: Vec<Node> = plan.runs.iter().enumerate().map(run).collect();
        g.node(Job::Assemble(id), &runs);
    }

    /// Parses a piece: a call, or a run of items.
    pub fn parse_piece(&self, id: ModuleId, number: u32, g: &mut dyn Graph) {
        let large = &self.file(id).large;
        let tokens = filled(&large.tokens, "tokens");
        let plan = filled(&large.plan, "the plan");
        let calls = filled(&large.calls, "calls");
        let text = self.program.module(id).source().text();
        let dialect = self.dialect(id);
        let scratch = &mut self.locals[g.worker()].lock().parse;
        let number = number as usize;
        if let Some(range) = plan.calls.get(number) {
            let parsed = sigil_frontend::parse_call(text, tokens, range.clone(), id, dialect, scratch);
            return fill(&calls[number], parsed);
        }
        let number = number - plan.calls.len();
        let run = &plan.runs[number];
        let inside: Vec<&ParsedCall> =
            calls[run.calls.clone()].iter().map(|call| filled(call, "a call")).collect();
        let parsed =
            sigil_frontend::parse_items(text, tokens, run.range.clone(), &inside, id, dialect, scratch);
        *filled(&large.runs, "runs")[number].lock() = Some(parsed);
    }

    /// Puts the trees of all pieces together.
    pub fn assemble(&self, id: ModuleId, g: &mut dyn Graph) {
        let large = &self.file(id).large;
        let runs = filled(&large.runs, "runs").iter().filter_map(|run| run.lock().take());
        let parsed = sigil_frontend::assemble(runs);
        self.report(parsed.diagnostics);
        self.finish_parsing(id, parsed.syntax, g);
        g.complete(*filled(&large.parsed, "the event"));
    }
}
