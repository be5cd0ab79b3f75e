//! Large files: lexed in chunks, parsed in pieces, put together again; and their interfaces, lowered in parts.
//!
//! ```text
//!  LexChunk ─► ParseChunk… ─► Join ─► FindItems… ─► Plan ─► ParsePiece (calls)… ─► ParsePiece (runs of items)… ─► Assemble
//! ```
//!
//! Chunks are cut where items seem to start, and one that seems to be items and nothing else is parsed at once. It also
//! says which brackets it leaves open: joining adds these up, and then it is known where items do start. Most
//! files of most people are done with that. Of the others, what was not parsed or not rightly so goes on: its tokens are
//! joined, each chunk knows its depth and is searched for the starts of items on its own, and runs of items are parsed.
//! Items that are large in themselves have calls that are parsed before them.

use super::Job;
use super::engine::{Graph, Node};
use super::state::Compilation;
use parking_lot::Mutex;
use sigil_checker::types::ModuleId;
use sigil_checker::{BegunInterface, InterfacePart};
use sigil_frontend::syntax::Tree;
use sigil_frontend::{Diagnostic, Outline, ParsedCall, Plan, Run, Span, Tokens};
use std::ops::Range;
use std::sync::OnceLock;

/// Source bytes a token, about.
const TOKEN_BYTES: usize = 4;

/// What becomes of a large file.
#[derive(Default)]
pub struct Large {
    chunks: OnceLock<Box<[Chunk]>>,
    /// Tokens of what was not parsed as chunks.
    tokens: OnceLock<Tokens>,
    /// Which of these are items and nothing else.
    sections: OnceLock<Vec<Range<usize>>>,
    plan: OnceLock<Plan>,
    calls: OnceLock<Box<[OnceLock<ParsedCall>]>>,
    runs: OnceLock<Box<[ParsedRun]>>,
    /// Complete when its syntax is in its slot.
    parsed: OnceLock<Node>,
    /// Its interface without types and signatures.
    begun: Mutex<Option<BegunInterface>>,
    parts: OnceLock<Box<[Mutex<Option<InterfacePart>>]>>,
}

impl Large {
    /// Makes room for the parts of an interface.
    pub fn start_interface(&self, begun: BegunInterface, parts: usize) {
        *self.begun.lock() = Some(begun);
        fill(&self.parts, (0..parts).map(|_| Mutex::default()).collect());
    }

    /// Puts a part into its place.
    pub fn keep_interface_part(&self, part: u32, lowered: InterfacePart) {
        *filled(&self.parts, "interface parts")[part as usize].lock() = Some(lowered);
    }

    /// The interface and all of its parts.
    pub fn take_interface(&self) -> (BegunInterface, Vec<InterfacePart>) {
        let begun = self.begun.lock().take().expect("an interface is begun before it ends");
        let parts = filled(&self.parts, "interface parts").iter();
        (begun, parts.filter_map(|part| part.lock().take()).collect())
    }
}

/// A run of lines.
struct Chunk {
    span: Span,
    state: Mutex<ChunkState>,
    outline: OnceLock<Outline>,
    /// Its first tokens.
    opening: OnceLock<Tokens>,
    /// Its tokens among those of the file that are joined.
    range: OnceLock<Range<usize>>,
    /// How many brackets are open at its start.
    depth: OnceLock<u32>,
    /// Tokens that start items.
    starts: OnceLock<Vec<u32>>,
}

/// How far a chunk is.
#[derive(Default)]
enum ChunkState {
    #[default]
    Text,
    Tokens(Tokens),
    Parsed(Box<Tree>),
    /// Whoever puts the file together has it.
    Taken,
}

impl Chunk {
    fn new(span: Span) -> Self {
        Chunk {
            span,
            state: Mutex::default(),
            outline: OnceLock::new(),
            opening: OnceLock::new(),
            range: OnceLock::new(),
            depth: OnceLock::new(),
            starts: OnceLock::new(),
        }
    }

    fn is_parsed(&self) -> bool {
        matches!(*self.state.lock(), ChunkState::Parsed(_))
    }

    fn take_tokens(&self) -> Option<Tokens> {
        let mut state = self.state.lock();
        match std::mem::replace(&mut *state, ChunkState::Taken) {
            ChunkState::Tokens(tokens) => Some(tokens),
            other => {
                *state = other;
                None
            }
        }
    }

    fn take_tree(&self) -> Option<Tree> {
        let mut state = self.state.lock();
        match std::mem::replace(&mut *state, ChunkState::Taken) {
            ChunkState::Parsed(tree) => Some(*tree),
            other => {
                *state = other;
                None
            }
        }
    }
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
    /// Two nodes a chunk, then one that joins them. Returns what is complete when the syntax is in its slot.
    pub fn start_chunks(&self, id: ModuleId, g: &mut dyn Graph) -> Node {
        let large = &self.file(id).large;
        let parsed = g.event();
        let text = self.program.module(id).source().text();
        let chunks: Box<[Chunk]> = sigil_frontend::chunks(text, self.plan.grain.chunk.div_ceil(2))
            .into_iter()
            .map(Chunk::new)
            .collect();
        let count = chunks.len() as u32;
        fill(&large.parsed, parsed);
        fill(&large.chunks, chunks);
        let parse = |chunk| {
            let lexed = g.node(Job::LexChunk(id, chunk), &[]);
            g.node(Job::ParseChunk(id, chunk), &[lexed])
        };
        let nodes: Vec<Node> = (0..count).map(parse).collect();
        g.node(Job::Join(id), &nodes);
        parsed
    }

    fn chunks(&self, id: ModuleId) -> &[Chunk] {
        filled::<Box<[Chunk]>>(&self.file(id).large.chunks, "chunks")
    }

    /// Lexes a chunk; again, if its tokens turned out to be needed when it was parsed already.
    pub fn lex_chunk(&self, id: ModuleId, number: u32, g: &mut dyn Graph) {
        let chunk = &self.chunks(id)[number as usize];
        let text = self.program.module(id).source().text();
        let mut local = self.locals[g.worker()].lock();
        let lex = &mut local.parse.lex;
        let (tokens, diagnostics) = sigil_frontend::lex_chunk(text, chunk.span, id, &self.program.names, lex);
        let is_first = chunk.outline.set(sigil_frontend::outline(text, chunk.span, &tokens.tokens)).is_ok();
        if is_first {
            self.note_patterns(id, &text[chunk.span.start as usize..chunk.span.end as usize]);
            fill(&chunk.opening, sigil_frontend::opening(&tokens));
            self.report(diagnostics);
        }
        *chunk.state.lock() = ChunkState::Tokens(tokens);
    }

    /// Parses a chunk that seems to be items and nothing else.
    pub fn parse_chunk(&self, id: ModuleId, number: u32, g: &mut dyn Graph) {
        let chunk = &self.chunks(id)[number as usize];
        // Pieces of a wanted size are made when all chunks are known.
        let is_piece = self.plan.grain.parse == 0 && filled(&chunk.outline, "an outline").is_whole();
        if !is_piece {
            return;
        }
        let Some(tokens) = chunk.take_tokens() else { return };
        let text = self.program.module(id).source().text();
        let scratch = &mut self.locals[g.worker()].lock().parse;
        *chunk.state.lock() = match sigil_frontend::parse_chunk(text, &tokens, id, self.dialect(id), scratch)
        {
            Some(tree) => {
                scratch.lex.recycle(tokens);
                ChunkState::Parsed(Box::new(tree))
            }
            None => ChunkState::Tokens(tokens),
        };
    }

    /// Finds out which chunks were parsed rightly; joins the tokens of the others.
    pub fn join_chunks(&self, id: ModuleId, g: &mut dyn Graph) {
        let chunks = self.chunks(id);
        let outlines: Vec<_> = chunks.iter().map(|chunk| filled(&chunk.outline, "an outline")).collect();
        let layout = sigil_frontend::layout(&outlines);
        let is_done = |section: &Range<usize>| section.len() == 1 && chunks[section.start].is_parsed();
        let open: Vec<Range<usize>> =
            layout.sections.into_iter().filter(|section| !is_done(section)).collect();
        if open.is_empty() {
            return self.assemble(id, g);
        }
        let lost = open.iter().cloned().flatten().filter(|&number| chunks[number].is_parsed());
        let again: Vec<Node> = lost.map(|number| g.node(Job::LexChunk(id, number as u32), &[])).collect();
        if !again.is_empty() {
            g.node(Job::Join(id), &again);
            return;
        }
        self.join_sections(id, &open);
        let mut nodes = Vec::new();
        // Where brackets do not match, nothing is known about where items start: one piece.
        if let Some(depths) = layout.depths {
            for number in open.into_iter().flatten() {
                fill(&chunks[number].depth, depths[number]);
                nodes.push(g.node(Job::FindItems(id, number as u32), &[]));
            }
        }
        g.node(Job::Plan(id), &nodes);
    }

    /// Joins the tokens of some sections, each with a few of those that follow it.
    fn join_sections(&self, id: ModuleId, open: &[Range<usize>]) {
        let large = &self.file(id).large;
        let chunks = self.chunks(id);
        let (mut parts, mut sections) = (Vec::new(), Vec::new());
        let mut end = 0;
        for section in open {
            let first = end;
            for chunk in &chunks[section.clone()] {
                let tokens = chunk.take_tokens().expect("what was not parsed has its tokens");
                let start = end;
                end += tokens.tokens.len();
                fill(&chunk.range, start..end);
                parts.push(tokens);
            }
            sections.push(first..end);
            if let Some(next) = chunks.get(section.end) {
                let opening = filled(&next.opening, "a chunk's opening").clone();
                end += opening.tokens.len();
                parts.push(opening);
            }
        }
        let text = self.program.module(id).source().text();
        let tokens = sigil_frontend::join(text, parts);
        if open.last().is_some_and(|section| section.end == chunks.len())
            && let Some(last) = sections.last_mut()
        {
            // With the end of the file.
            last.end = tokens.tokens.len();
        }
        fill(&large.sections, sections);
        fill(&large.tokens, tokens);
    }

    /// Finds the starts of items in a chunk.
    pub fn find_items(&self, id: ModuleId, number: u32) {
        let chunk = &self.chunks(id)[number as usize];
        let text = self.program.module(id).source().text();
        let tokens = &filled(&self.file(id).large.tokens, "tokens").tokens;
        let range = filled(&chunk.range, "a chunk's tokens").clone();
        let depth = *filled(&chunk.depth, "a chunk's depth");
        fill(&chunk.starts, sigil_frontend::item_starts(text, tokens, range, depth));
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
        let sections = filled(&large.sections, "sections");
        let plan = sigil_frontend::plan(text, tokens, sections, &cuts, size.max(1));
        fill(&large.calls, plan.calls.iter().map(|_| OnceLock::new()).collect());
        fill(&large.runs, plan.runs.iter().map(|_| ParsedRun::default()).collect());
        // Other workers run the nodes as soon as they are made, so all that these read is in its place before.
        fill(&large.plan, plan);
        let plan = filled(&large.plan, "the plan");
        let n_calls = plan.calls.len() as u32;
        let calls: Vec<Node> = (0..n_calls).map(|number| g.node(Job::ParsePiece(id, number), &[])).collect();
        let run = |(number, run): (usize, &Run)| {
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

    /// Puts the trees of all chunks and pieces together.
    pub fn assemble(&self, id: ModuleId, g: &mut dyn Graph) {
        let large = &self.file(id).large;
        let of_chunk = |chunk: &Chunk| Some((chunk.span.start, (chunk.take_tree()?, Vec::new())));
        let mut parts: Vec<_> = self.chunks(id).iter().filter_map(of_chunk).collect();
        if let (Some(plan), Some(tokens)) = (large.plan.get(), large.tokens.get()) {
            let runs = plan.runs.iter().zip(filled(&large.runs, "runs"));
            let start = |run: &Run| tokens.tokens[run.range.start].start;
            parts.extend(runs.filter_map(|(run, parsed)| Some((start(run), parsed.lock().take()?))));
            parts.sort_by_key(|&(start, _)| start);
        }
        let parsed = sigil_frontend::assemble(parts.into_iter().map(|(_, part)| part));
        self.report(parsed.diagnostics);
        self.finish_parsing(id, parsed.syntax, g);
        g.complete(*filled(&large.parsed, "the event"));
    }
}
