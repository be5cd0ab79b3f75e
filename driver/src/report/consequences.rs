//! Leaves out what follows from a syntax error: a parser that lost its way in an item says more than was wrong there,
//! what it understood of the item's body is not what was written, and the item's names may be unknown to others, unless
//! only the body of a function is concerned.
//! A misspelt trait explains that the right one is not implemented.
//!
//! Items are told apart as recovery does it (language.md 1.3): one starts where a line begins with a token that
//! starts items, so methods count as well.

use sigil_frontend::{Code, Diagnostic, FileId, Span};
use std::collections::{HashMap, HashSet};
use std::iter;

/// The diagnostics that stand for mistakes of their own.
pub fn independent<'d, 'a>(
    diagnostics: &'d [Diagnostic],
    file: &impl Fn(FileId) -> (&'a str, &'a str),
) -> Vec<&'d Diagnostic> {
    let mut lost: HashMap<FileId, Lost<'a>> = HashMap::new();
    let leads_astray = |d: &&Diagnostic| derails(d, file(d.file).1) || d.code == MISPLACED_LET;
    for diagnostic in diagnostics.iter().filter(leads_astray) {
        let lost = lost.entry(diagnostic.file).or_insert_with(|| Lost::new(file(diagnostic.file).1));
        lost.note(diagnostic);
    }
    lost.values_mut().for_each(Lost::find_unsure);
    for diagnostic in diagnostics.iter().filter(|d| d.code == BAD_BYTE) {
        if let Some(lost) = lost.get_mut(&diagnostic.file) {
            lost.blame(diagnostic);
        }
    }
    let misspelt: Vec<Misspelt<'_>> =
        diagnostics.iter().filter_map(|d| Misspelt::of(d, file(d.file).1)).collect();
    if lost.is_empty() && misspelt.is_empty() {
        return diagnostics.iter().collect();
    }
    let names = Names::of(lost.values());
    let is_lost = |file, span| lost.get(&file).is_some_and(|lost| lost.is_lost(span));
    let follows = |d: &Diagnostic| {
        lost.get(&d.file).is_some_and(|lost| lost.explains(d))
            || names.explain(d)
            || misspelt.iter().any(|misspelt| misspelt.explains(d))
            || d.labels.iter().any(|label| is_lost(label.file, label.span))
    };
    diagnostics.iter().filter(|d| !follows(d)).collect()
}

/// In a string or a comment it leads nobody astray.
const BAD_BYTE: Code = Code::error(1);
/// A `let` outside a sequence: its names are not declared.
const MISPLACED_LET: Code = Code::error(213);
const UNKNOWN_NAME: Code = Code::error(100);

/// After these, what the parser says of the rest of an item is a guess.
fn derails(d: &Diagnostic, text: &str) -> bool {
    !d.code.is_warning
        && match d.code.number {
            8 => !(d.message.contains("';'") && is_harmless_semicolon(text, d.span)),
            4 | 6 | 200 | 201 | 202 | 205 | 207 | 208 => true,
            // Others are patterns that can be read, but mean nothing.
            215 => d.message.starts_with("expected"),
            _ => false,
        }
}

/// Whether a `;` ends an item, or seems to stand for a comma, for which the parser takes it in brackets: between what
/// can be neighbours in a list. Looks at the neighbours only, since there may be one in each line of a file.
fn is_harmless_semicolon(text: &str, span: Span) -> bool {
    let Some((before, after)) = text.get(..span.start as usize).zip(text.get(span.end as usize..)) else {
        return false;
    };
    let mut after = after.trim_start();
    while after.starts_with("//") {
        after = after.split_once('\n').map_or("", |(_, rest)| rest.trim_start());
    }
    if after.is_empty() || starts_item(after) {
        return true;
    }
    let word_end = |text: &str| text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let goes_on = match after.strip_prefix('.') {
        // `.name: value` is an argument.
        Some(member) => !member[word_end(member)..].trim_start().starts_with(':'),
        None => {
            let clauses = ["then", "else", "do", "yield", "in", "div"];
            after.starts_with(['=', '<', '>', '+', '*', '/', '%', '&', '|', '^', '?', '(', '{'])
                || clauses.contains(&&after[..word_end(after)])
        }
    };
    !goes_on && !before.trim_end().ends_with(['(', '[', '{'])
}

/// A file in which the parser lost its way.
struct Lost<'a> {
    text: &'a str,
    /// Where items start.
    starts: Vec<usize>,
    /// The traits and impls, by number, of which items are members.
    blocks: Vec<Option<usize>>,
    /// Traits and impls whose braces match.
    closed: HashSet<usize>,
    /// The first error of each item that derails, by the item's number.
    first: HashMap<usize, (u32, Code)>,
    /// Those of them that may declare other things than were understood.
    unsure: HashSet<usize>,
    /// Names that an item tried to declare by misplaced `let`s, and where the first of these is.
    misplaced: HashMap<usize, (u32, HashSet<&'a str>)>,
    /// Where items do not start as items do.
    strays: Vec<u32>,
}

impl<'a> Lost<'a> {
    fn new(text: &'a str) -> Self {
        let (mut starts, mut blocks) = (vec![0], vec![None]);
        let (mut block, mut depth) = (is_block(text).then_some(0), 0_usize);
        let mut closed = HashSet::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let code = line.trim_start();
            if at > 0 && starts_item(code) {
                let around = block.filter(|_| depth > 0);
                if around.is_none() {
                    (block, depth) = (is_block(code).then_some(starts.len()), 0);
                }
                starts.push(at + line.len() - code.len());
                blocks.push(around);
            }
            let (open, close) = (depth + line.matches('{').count(), line.matches('}').count());
            if open > 0 && open == close {
                closed.extend(block);
            }
            depth = open.saturating_sub(close);
            at += line.len();
        }
        Lost {
            text,
            starts,
            blocks,
            closed,
            first: HashMap::new(),
            unsure: HashSet::new(),
            misplaced: HashMap::new(),
            strays: Vec::new(),
        }
    }

    /// Finds the items that may declare other things than were understood, when all errors are known.
    fn find_unsure(&mut self) {
        let is_unsure = |&item: &usize| !self.is_declared(item, self.first[&item].0 as usize);
        self.unsure = self.first.keys().copied().filter(is_unsure).collect();
    }

    /// Whether an item whose first error is at a byte declares what was written: the error is in the body of a
    /// function, of which the end is known.
    fn is_declared(&self, item: usize, error: usize) -> bool {
        let before = self.after(self.starts[item] as u32, error);
        let in_body = last_function(before).is_some_and(|function| function.contains('='));
        // Items on the same line are not read.
        let is_last = last_function(self.after(error as u32, self.end_of(item))).is_none();
        let block = self.blocks[item].or(is_block(before).then_some(item));
        in_body && is_last && block.is_none_or(|block| self.closed.contains(&block))
    }

    /// The item at a byte. What is missing is reported at the token after it, which may start the next item.
    fn item(&self, d: &Diagnostic) -> usize {
        let number = self.item_at(d.span.start);
        if derails(d, self.text) && self.starts[number] == d.span.start as usize {
            number.saturating_sub(1)
        } else {
            number
        }
    }

    fn item_at(&self, at: u32) -> usize {
        self.starts.partition_point(|&start| start <= at as usize).max(1) - 1
    }

    /// Whether what a place declares may not be what was written: unless it was in the body, behind the `=`, that the
    /// parser lost its way.
    fn is_lost(&self, span: Span) -> bool {
        let first = self.first.get(&self.item_at(span.start));
        first.is_some_and(|first| !self.after(span.end, first.0.max(span.end) as usize).contains('='))
    }

    fn note(&mut self, diagnostic: &Diagnostic) {
        let item = self.item(diagnostic);
        let start = diagnostic.span.start;
        if diagnostic.code == MISPLACED_LET {
            let pattern = self.after(start, self.text.len()).split('=').next().unwrap_or_default();
            let (first, names) = self.misplaced.entry(item).or_insert((start, HashSet::new()));
            *first = (*first).min(start);
            names.extend(words(pattern));
            return;
        }
        if diagnostic.code.number == 200 {
            self.strays.push(start);
        }
        let error = (start, diagnostic.code);
        // The trait or impl lacks this one.
        let block = self.blocks[item].filter(|_| self.is_nameless(start));
        for item in iter::once(item).chain(block) {
            let first = self.first.entry(item).or_insert(error);
            *first = (*first).min(error);
        }
    }

    /// Whether the name of a function or method is missing at a byte.
    fn is_nameless(&self, at: u32) -> bool {
        self.text.get(..at as usize).is_some_and(|before| before.trim_end().ends_with('@'))
    }

    /// If the parser lost its way in the item of this one, then because of this one.
    fn blame(&mut self, diagnostic: &Diagnostic) {
        let item = self.item(diagnostic);
        self.first.entry(item).and_modify(|first| *first = (diagnostic.span.start, diagnostic.code));
    }

    fn explains(&self, d: &Diagnostic) -> bool {
        if d.code.is_warning {
            // What was given up may have used it.
            return matches!(d.code.number, 100 | 101);
        }
        let item = self.item(d);
        let misplaced = self.misplaced.get(&item);
        if let Some((first, names)) = misplaced
            && (d.code == UNKNOWN_NAME && mentions(d, names)
                || d.code == MISPLACED_LET && d.span.start > *first)
        {
            return true;
        }
        let Some(&first) = self.first.get(&item) else { return false };
        // Where `{ let …` was meant as a block, the rest is no map.
        let first = misplaced.map_or(first, |&(start, _)| first.min((start, MISPLACED_LET)));
        match d.code.number {
            710 => self.is_lost(d.span),
            1..=8 | 217 | 500 | 700..=799 | 900.. => false,
            203 | 206 | 210 | 211 => d.span.start > first.0,
            200..=299 => (d.span.start, d.code) != first,
            _ => true,
        }
    }

    /// The text of the items that may declare other things than were understood.
    fn unsure(&self) -> impl Iterator<Item = &'a str> {
        self.unsure.iter().map(|&item| self.after(self.starts[item] as u32, self.end_of(item)))
    }

    /// The text of what does not start as items do.
    fn strays(&self) -> impl Iterator<Item = &'a str> {
        self.strays.iter().map(|&at| self.after(at, self.end_of(self.item_at(at))))
    }

    fn end_of(&self, item: usize) -> usize {
        self.starts.get(item + 1).copied().unwrap_or(self.text.len())
    }

    fn after(&self, start: u32, end: usize) -> &'a str {
        self.text.get(self.text.floor_char_boundary(start as usize)..end).unwrap_or_default()
    }
}

/// Whether an item that starts here has members.
fn is_block(code: &str) -> bool {
    let kind = words(code).find(|&word| word != "pub");
    kind.is_some_and(|kind| ["trait", "impl", "extend"].contains(&kind))
}

/// The text from the last `@` of a function on.
fn last_function(text: &str) -> Option<&str> {
    let is_name = |at: &usize| text[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    text.rmatch_indices('@').map(|(at, _)| at).find(is_name).map(|at| &text[at..])
}

fn starts_item(code: &str) -> bool {
    if code.starts_with(['@', '$', '#']) {
        return true;
    }
    let end = code.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(code.len());
    matches!(&code[..end], "pub" | "use" | "type" | "trait" | "impl" | "extend" | "extension")
}

/// A trait that an item derives or implements, had it been spelt right.
struct Misspelt<'a> {
    meant: &'a str,
    item: HashSet<&'a str>,
}

impl<'a> Misspelt<'a> {
    fn of(d: &'a Diagnostic, text: &'a str) -> Option<Self> {
        if d.code != Code::error(800) {
            return None;
        }
        let meant = d.help.as_deref()?.split('`').nth(1)?;
        let file = Lost::new(text);
        let item = file.item_at(d.span.start);
        let start = file.starts[item];
        // Attributes may stand on lines of their own.
        let is_attribute = text.get(start..).is_some_and(|text| text.starts_with('#'));
        let end = file.end_of(item + usize::from(is_attribute));
        Some(Misspelt { meant, item: words(file.after(start as u32, end)).filter(is_upper).collect() })
    }

    fn explains(&self, d: &Diagnostic) -> bool {
        d.code == Code::error(807)
            && words(&d.message).any(|word| word == self.meant)
            && mentions(d, &self.item)
    }
}

/// What the items would have declared.
#[derive(Default)]
struct Names<'a> {
    declared: HashSet<&'a str>,
    tested: HashSet<&'a str>,
    /// Methods or impls are missing.
    has_impls: bool,
    /// Anything is missing.
    is_lacking: bool,
}

impl<'a> Names<'a> {
    fn of<'l>(lost: impl Iterator<Item = &'l Lost<'a>>) -> Self
    where
        'a: 'l,
    {
        let mut names = Names::default();
        for file in lost {
            file.unsure().for_each(|item| names.add(item));
            for stray in file.strays() {
                names.is_lacking |= !stray.starts_with([')', ']', '}']);
                names.declared.extend(words(stray).next());
                names.declared.extend(words(stray).filter(is_upper));
            }
        }
        names
    }

    fn add(&mut self, mut item: &'a str) {
        self.is_lacking = true;
        while item.starts_with('#') {
            let (attribute, rest) = item.split_once(']').unwrap_or((item, ""));
            self.has_impls |= attribute.contains("derive");
            item = rest.trim_start();
        }
        let mut words = words(item).skip_while(|&word| word == "pub").peekable();
        let kind = words.peek().copied().unwrap_or_default();
        match kind {
            // A type with its variants, or the trait and the type of an impl.
            "type" | "trait" | "impl" | "extend" => {
                self.has_impls |= kind != "type";
                self.declared.extend(words.filter(is_upper));
                let methods = item.split('@').skip(1);
                self.declared.extend(methods.filter_map(|method| self::words(method).next()));
            }
            "use" | "extension" => self.declared.extend(words),
            name => {
                self.declared.insert(name);
                self.tested
                    .extend(words.skip_while(|&word| word != "tests").take_while(|&word| word != "void"));
            }
        }
    }

    fn explain(&self, d: &Diagnostic) -> bool {
        match d.code.number {
            500 => mentions(d, &self.tested),
            _ if d.code.is_warning => false,
            100
            | 104
            | 301
            | 302..=304
            | 306
            | 311
            | 314
            | 315
            | 400..=404
            | 407
            | 501
            | 600
            | 701
            | 703
            | 709
            | 800..=804
            | 809 => mentions(d, &self.declared),
            305 => self.is_lacking,
            323 | 807 | 810 => self.has_impls || mentions(d, &self.declared),
            _ => false,
        }
    }
}

fn is_upper(word: &&str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase())
}

/// Whether a message speaks of one of some names: types stand anywhere in it, others between backticks.
fn mentions(d: &Diagnostic, names: &HashSet<&str>) -> bool {
    let quoted = d.message.split('`').skip(1).step_by(2);
    let types = words(&d.message).filter(is_upper);
    quoted.flat_map(words).chain(types).any(|word| names.contains(word))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What remains of errors given as number, position (the first place of a text) and message.
    fn left(text: &str, all: &[(u16, &str, &str)]) -> Vec<u16> {
        let diagnostics: Vec<Diagnostic> = all
            .iter()
            .map(|&(number, place, message)| {
                let at = text.find(place).unwrap() as u32;
                Diagnostic::new(Code::error(number), FileId(0), Span::new(at, at + 1), message)
            })
            .collect();
        independent(&diagnostics, &|_| ("a.si", text)).iter().map(|d| d.code.number).collect()
    }

    #[test]
    fn the_first_syntax_error_of_an_item_explains_the_rest_of_it() {
        let text = "@f () -> int = (1 ++ ) x\n@g () -> int = \"x\"\n";
        let all = [(308, "1", "m"), (208, "+ )", "m"), (201, "x", "m"), (308, "\"x", "m")];
        assert_eq!(left(text, &all), [208, 308]);
    }

    #[test]
    fn what_is_missing_at_the_next_item_is_missing_in_this_one() {
        let text = "@f () -> int = (1\n@g () -> int = \"x\"\n";
        assert_eq!(left(text, &[(308, "1", "m"), (201, "@g", "m"), (308, "\"x", "m")]), [201, 308]);
    }

    #[test]
    fn names_of_lost_items_are_not_missed() {
        let text = "type T = A | = B\n@f (t: T) -> int = match(t, A -> 1, C -> 2)\n";
        let all = [(207, "= B", "m"), (301, "T)", "unknown type `T`"), (100, "A ->", "unknown name `A`")];
        assert_eq!(left(text, &all), [207]);
        assert_eq!(left(text, &[(207, "= B", "m"), (100, "C", "unknown name `C`")]), [207, 100]);
        let text = "@t tests @f () = )\n@f () -> int = 1\n";
        assert_eq!(
            left(text, &[(205, "= )", "m"), (500, "@f () -> int", "function `@f` has no tests")]),
            [205]
        );
    }

    #[test]
    fn a_broken_body_leaves_the_rest_of_the_file_sure() {
        let others = |text: &str, at: &str| {
            left(text, &[(208, at, "m"), (305, "g ()", "cannot infer type"), (323, "g ()", "no method `x`")])
        };
        assert_eq!(others("@f () -> int = )\n@g () -> int = 1\n", ")\n"), [208, 305, 323]);
        assert_eq!(others("@f () -> (int = 1\n@g () -> int = 1\n", "= 1"), [208, 323]);
        assert_eq!(others("impl P {\n@m (self) -> int = )\n}\n@g () -> int = 1\n", ")\n"), [208, 305, 323]);
        assert_eq!(others("impl P { @m (self) -> int = ) }\n@g () -> int = 1\n", ") }"), [208, 305, 323]);
        // The braces of the impl or its other methods may be lost.
        assert_eq!(others("impl P {\n@m (self) -> int = {)\n}\n@g () -> int = 1\n", ")\n"), [208, 323]);
        assert_eq!(others("impl P { @m () -> int = ] @n () -> P = 1 }\n@g () -> int = 1\n", "]"), [208]);
    }

    #[test]
    fn names_of_a_misplaced_let_are_not_missed() {
        let text = "@f () -> int = (let (x, y) = (1, 2), x + z)\n@g () -> int = x\n";
        let all =
            [(213, "let", "m"), (100, "x +", "unknown name `x`"), (100, "z", "`z`"), (100, "x\n", "`x`")];
        assert_eq!(left(text, &all), [213, 100, 100]);
        let text = "@f () -> int = tri(let x = 1, let y = 2)\n";
        assert_eq!(left(text, &[(213, "let x", "m"), (213, "let y", "m")]), [213]);
    }

    #[test]
    fn an_item_without_its_keyword_is_not_missed() {
        let text = "@f () -> int = 1\nLevel = Low | High(int)\n@g () -> Level = High(1)\n";
        let all = [(200, "Level", "m"), (301, "Level =", "unknown type `Level`"), (100, "High(1", "`High`")];
        assert_eq!(left(text, &all), [200]);
    }

    #[test]
    fn a_misspelt_trait_is_not_missed() {
        let text = "#[derive(Compare)]\ntype P = { x: int }\n@f (p: P) -> bool = p < p\n";
        let at = |number: u16, place: &str, message: &str| {
            let at = text.find(place).unwrap() as u32;
            Diagnostic::new(Code::error(number), FileId(0), Span::new(at, at + 1), message)
        };
        let mut unknown = at(800, "Compare", "unknown trait `Compare`");
        unknown.help = Some("did you mean `Comparable`?".into());
        let missing = at(807, "p <", "`P` does not implement `Comparable`");
        let other = at(807, "p <", "`Q` does not implement `Comparable`");
        let all = [unknown, missing, other];
        let left = independent(&all, &|_| ("a.si", text));
        assert_eq!(left, [&all[0], &all[2]]);
    }

    #[test]
    fn without_a_syntax_error_all_stay() {
        assert_eq!(left("@f () -> int = x + y\n", &[(100, "x", "`x`"), (100, "y", "`y`")]), [100, 100]);
    }
}
