//! Parsing in pieces gives what parsing the whole gives; bad input neither panics nor hangs.

#![expect(clippy::disallowed_macros, reason = "a failing test shows its seed")]

use sigil_frontend::syntax::Tree;
use sigil_frontend::{
    Diagnostic, Dialect, FileId, Interner, LexScratch, ParseScratch, Tokens, assemble, chunks, cuts, dump,
    join, layout, lex, lex_chunk, opening, outline, parse_call, parse_chunk, parse_items, parse_tokens, plan,
};

const FILE: FileId = FileId(0);

macro_rules! sources {
    ($($name:literal)*) => {
        &[$(include_str!(concat!("parse/", $name, ".si"))),*]
    };
}

const SOURCES: &[&str] = sources! {
    "ok/p01" "ok/p02" "ok/p03" "ok/p04" "ok/p05" "ok/p06" "ok/p07" "ok/p08" "ok/p09" "ok/p10" "ok/p10_geo"
    "ok/p11" "ok/p12" "ok/p13" "ok/p14" "ok/imports" "ok/items" "ok/types" "ok/expressions" "ok/disambiguation"
    "ok/control" "ok/patterns" "ok/level_2" "err/items" "err/expressions"
};

struct Random(u64);

impl Random {
    /// A number below `n`.
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

/// Everything that a parse found, as text.
fn show(trees: &[Tree], diagnostics: &[Diagnostic], names: &Interner) -> String {
    let mut text: String = trees.iter().map(|tree| dump(tree, names)).collect();
    for found in diagnostics {
        text += &format!("{} {:?} {}\n", found.code, found.span, found.message);
    }
    text
}

/// Parses as planned; returns how many runs and calls there were, too.
fn in_pieces(
    text: &str,
    tokens: &Tokens,
    cuts: &[u32],
    size: usize,
    names: &Interner,
) -> (String, usize, usize) {
    let mut scratch = ParseScratch::default();
    let all = 0..tokens.tokens.len();
    let plan = plan(text, tokens, std::slice::from_ref(&all), cuts, size);
    let calls: Vec<_> = plan
        .calls
        .iter()
        .map(|range| parse_call(text, tokens, range.clone(), FILE, Dialect::User, &mut scratch))
        .collect();
    let runs = plan.runs.iter().map(|run| {
        let calls: Vec<_> = calls[run.calls.clone()].iter().collect();
        parse_items(text, tokens, run.range.clone(), &calls, FILE, Dialect::User, &mut scratch)
    });
    let parsed = assemble(runs);
    (show(&parsed.syntax.trees, &parsed.diagnostics, names), plan.runs.len(), calls.len())
}

/// Parses chunks of so many bytes, those that can be on their own; returns how many of them could be, too.
fn in_chunks(text: &str, size: usize, names: &Interner) -> (String, usize) {
    let mut scratch = ParseScratch::default();
    let lexed = |span| (span, lex_chunk(text, span, FILE, names, &mut scratch.lex).0);
    let chunks: Vec<_> = chunks(text, size).into_iter().map(lexed).collect();
    let outlines: Vec<_> = chunks.iter().map(|(span, tokens)| outline(text, *span, &tokens.tokens)).collect();
    let mut parts = Vec::new();
    let mut alone = 0;
    for section in layout(&outlines.iter().collect::<Vec<_>>()).sections {
        if section.len() == 1 && outlines[section.start].is_whole() {
            let tokens = &chunks[section.start].1;
            if let Some(tree) = parse_chunk(text, tokens, FILE, Dialect::User, &mut scratch) {
                alone += 1;
                parts.push((tree, Vec::new()));
                continue;
            }
        }
        let mut tokens: Vec<Tokens> =
            chunks[section.clone()].iter().map(|(_, tokens)| tokens.clone()).collect();
        let len = tokens.iter().map(|part| part.tokens.len()).sum::<usize>();
        let is_last = section.end == chunks.len();
        tokens.extend(chunks.get(section.end).map(|(_, next)| opening(next)));
        let tokens = join(text, tokens);
        let range = 0..if is_last { tokens.tokens.len() } else { len };
        parts.push(parse_items(text, &tokens, range, &[], FILE, Dialect::User, &mut scratch));
    }
    let parsed = assemble(parts);
    (show(&parsed.syntax.trees, &parsed.diagnostics, names), alone)
}

/// Returns how many runs and calls there were in all.
fn check(text: &str, sizes: &[usize]) -> (usize, usize) {
    let names = Interner::default();
    let (tokens, _) = lex(text, FILE, &names, &mut LexScratch::default());
    let whole = parse_tokens(text, &tokens, FILE, Dialect::User, &mut ParseScratch::default());
    let expected = show(&whole.syntax.trees, &whole.diagnostics, &names);
    let cuts = cuts(text, &tokens.tokens);
    let mut total = (0, 0);
    for &size in sizes {
        let (found, runs, calls) = in_pieces(text, &tokens, &cuts, size, &names);
        assert_eq!(found, expected, "pieces of {size} tokens of {text}");
        total = (total.0 + runs, total.1 + calls);
        let (found, _) = in_chunks(text, size * 4, &names);
        assert_eq!(found, expected, "chunks of {} bytes of {text}", size * 4);
    }
    total
}

#[test]
fn pieces_make_the_whole() {
    let mut total = (0, 0);
    for source in SOURCES {
        let (runs, calls) = check(source, &[1, 2, 3, 5, 8, 13, 20, 40, 100, 1000]);
        total = (total.0 + runs, total.1 + calls);
    }
    assert!(total.0 > 500 && total.1 > 200, "{total:?}");
}

#[test]
fn most_chunks_are_parsed_alone() {
    let (mut alone, mut all) = (0, 0);
    for source in SOURCES {
        all += chunks(source, 400).len();
        alone += in_chunks(source, 400, &Interner::default()).1;
    }
    assert!(alone * 2 > all, "{alone} of {all}");
}

#[test]
fn nesting_of_a_call_counts_where_it_stands() {
    for outer in (430..=445).chain([600, 700]) {
        let inner = format!("{}1{}", "(".repeat(200), ")".repeat(200));
        let source = format!(
            "@f () -> int = {}map(.over: {inner}, .transform: {inner}){}\n@g () -> int = 1",
            "[".repeat(outer),
            "]".repeat(outer)
        );
        check(&source, &[10, 300]);
    }
}

#[test]
fn mutated_programs_in_pieces() {
    for seed in 1..=400 {
        let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ (seed << 20));
        let source = SOURCES[random.below(SOURCES.len())];
        let mut parts: Vec<&str> = source.split_inclusive([' ', '\n', '(', ',', '.']).collect();
        for _ in 0..=random.below(4) {
            let (a, b) = (random.below(parts.len()), random.below(parts.len()));
            match random.below(4) {
                0 => drop(parts.remove(a)),
                1 => parts.swap(a, b),
                2 => parts.insert(a, parts[b]),
                _ => {
                    parts[a] = [")", "(", "\n@", "=", "run(", "]", "{", "let ", "|", "-> "][random.below(10)]
                }
            }
            if parts.is_empty() {
                break;
            }
        }
        println!("seed {seed}");
        check(&parts.concat(), &[1, 7, 30]);
    }
}

#[test]
fn truncated_programs() {
    for source in SOURCES {
        let step = source.len() / 40 + 1;
        for end in (0..source.len()).step_by(step).filter(|&end| source.is_char_boundary(end)) {
            check(&source[..end], &[10]);
        }
    }
}

#[test]
fn soups_of_tokens() {
    const WORDS: &[&str] = &[
        "async",
        "break",
        "do",
        "else",
        "false",
        "for",
        "if",
        "impl",
        "in",
        "let",
        "loop",
        "match",
        "mut",
        "pub",
        "self",
        "Self",
        "then",
        "trait",
        "type",
        "uses",
        "use",
        "void",
        "where",
        "with",
        "yield",
        "..=",
        "->",
        "=>",
        "==",
        "<=",
        ">=",
        "&&",
        "??",
        "..",
        "::",
        "+",
        "-",
        "*",
        "!",
        "<",
        ">",
        "=",
        "|",
        "?",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        ".",
        "@",
        "$",
        "#",
        "a",
        "b",
        "A",
        "B",
        "run",
        "map",
        "tests",
        "as",
        "extend",
        "dyn",
        "div",
        "1",
        "2.5",
        "\"s\"",
        "'c'",
        "\n",
        "\n@f () -> int = ",
        "map(.over: ",
        "(",
        ")",
        ")",
    ];
    for seed in 1..=600 {
        let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ (seed << 20));
        let mut source = String::new();
        for _ in 0..random.below(120) {
            source += WORDS[random.below(WORDS.len())];
            if random.below(3) > 0 {
                source.push(' ');
            }
        }
        println!("seed {seed}");
        check(&source, &[1, 5, 25]);
    }
}
