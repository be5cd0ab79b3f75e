//! The `use` header of a file, read without the rest of it.

use super::lexer::Lexer;
use super::names::Words;
use crate::words::{WORDS, is_item_for_name, is_reserved, starts_item};
use crate::{FileId, Span, Symbol, Token, TokenKind};

/// An import as the header has it: enough to find the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeaderImport {
    /// Place of what is imported from (the quoted path, or the dotted names).
    pub span: Span,
    /// Where from.
    pub source: HeaderSource,
}

/// Where an import comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HeaderSource {
    /// A quoted path, as written, without quotes.
    Path(String),
    /// `a.b`.
    Dotted(Vec<String>),
}

/// The imports at the start of a file, in the order in which the parser puts them into `Tree::imports`, without
/// extensions.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Header {
    /// Imports.
    pub imports: Vec<HeaderImport>,
}

/// Reads the `use` header without lexing the rest.
pub fn header(text: &str) -> Header {
    let mut buffer = String::new();
    let whole = Span::new(0, text.len() as u32);
    let lexer = Lexer::new(text, whole, FileId(0), LanguageWords, &mut buffer);
    let mut reader = Reader { text, lexer, read: 0 };
    let mut header = Header::default();
    while reader.find_import() {
        header.imports.extend(reader.import());
    }
    header
}

/// Knows the words of the language; all others are one.
struct LanguageWords;

impl Words for LanguageWords {
    fn number(&mut self, text: &str, start: usize, end: usize) -> u32 {
        let word = &text[start..end];
        WORDS.iter().position(|known| *known == word).map_or(u32::MAX, |index| index as u32 + 1)
    }
}

struct Reader<'a> {
    text: &'a str,
    lexer: Lexer<'a, LanguageWords>,
    /// How many of the lexer's tokens have been read.
    read: usize,
}

impl Reader<'_> {
    fn peek(&mut self) -> Option<Token> {
        while self.read == self.lexer.out.tokens.len() {
            if !self.lexer.step() {
                return None;
            }
        }
        Some(self.lexer.out.tokens[self.read])
    }

    fn at(&mut self, kind: TokenKind) -> bool {
        self.peek().is_some_and(|token| token.kind == kind)
    }

    fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.at(kind);
        self.read += usize::from(found);
        found
    }

    fn at_word(&mut self, word: Symbol) -> bool {
        self.peek().is_some_and(|token| token.kind == TokenKind::Ident && token.value == word.to_raw())
    }

    /// The kind of the token `n` after the current one.
    fn kind(&mut self, n: usize) -> TokenKind {
        while self.read + n >= self.lexer.out.tokens.len() {
            if !self.lexer.step() {
                return TokenKind::Eof;
            }
        }
        self.lexer.out.tokens[self.read + n].kind
    }

    /// Reads attributes, `pub`, and the word that begins an import. False at an item or the end.
    fn find_import(&mut self) -> bool {
        while !self.starts_item() {
            // Not the grammar: the parser reports it and goes on at a line that starts an item.
            if self.peek().is_none() {
                return false;
            }
            self.read += 1;
            if self.starts_item() {
                break;
            }
            while self.peek().is_some() && !self.is_item_line() {
                self.read += 1;
            }
        }
        self.skip_attributes();
        self.eat(TokenKind::Pub);
        self.skip_attributes();
        let found = self.at(TokenKind::Use) || self.at_extension();
        self.read += usize::from(found);
        found
    }

    fn is_item_line(&mut self) -> bool {
        self.peek().is_some_and(|token| token.first_on_line) && self.starts_item()
    }

    fn starts_item(&mut self) -> bool {
        let word = self.peek().map_or(0, |token| token.value);
        starts_item(word, |n| self.kind(n))
    }

    fn at_extension(&mut self) -> bool {
        self.at_word(Symbol::EXTENSION) && matches!(self.kind(1), TokenKind::Ident | TokenKind::Path)
    }

    fn skip_attributes(&mut self) {
        while self.at(TokenKind::Hash) && self.kind(1) == TokenKind::LBracket {
            self.read += 1;
            self.skip_group();
        }
    }

    /// What an import imports from and, unread further, what it imports.
    fn import(&mut self) -> Option<HeaderImport> {
        let is_extension = self.read > 0 && self.lexer.out.tokens[self.read - 1].kind != TokenKind::Use;
        let source = self.source()?;
        if is_extension {
            // Of level 2: the checker refuses it, whatever is imported.
            self.skip_group();
            return None;
        }
        if self.at(TokenKind::LBrace) {
            self.skip_group();
        } else if self.at_word(Symbol::AS) {
            self.read += 1;
            self.name()?;
        } else if matches!(source.source, HeaderSource::Path(_)) {
            return None;
        }
        Some(source)
    }

    fn source(&mut self) -> Option<HeaderImport> {
        let first = self.peek()?;
        if self.eat(TokenKind::Path) {
            let path = &self.text[first.start as usize + 1..first.span().end as usize - 1];
            return Some(HeaderImport { span: first.span(), source: HeaderSource::Path(path.into()) });
        }
        if first.kind != TokenKind::Ident {
            return None;
        }
        let mut names = Vec::new();
        let mut span = first.span();
        loop {
            let name = self.name()?;
            names.push(self.text[name.start as usize..name.end as usize].into());
            span = span.to(name);
            if !self.eat(TokenKind::Dot) {
                break;
            }
        }
        Some(HeaderImport { span, source: HeaderSource::Dotted(names) })
    }

    /// A name; the parser reports reserved words, but takes them unless they begin an item.
    fn name(&mut self) -> Option<Span> {
        let token = self.peek().filter(|token| token.kind == TokenKind::Ident || is_reserved(token.kind))?;
        if self.kind(1) != TokenKind::Eof && is_item_for_name(token, self.lexer.out.tokens[self.read + 1]) {
            return None;
        }
        self.read += 1;
        Some(token.span())
    }

    /// Skips a bracketed group, if there is one. Without its end it stops at an item first on its line.
    fn skip_group(&mut self) {
        let mut depth = 0usize;
        loop {
            match self.kind(0) {
                TokenKind::LBrace | TokenKind::LBracket | TokenKind::LParen => depth += 1,
                TokenKind::RBrace | TokenKind::RBracket | TokenKind::RParen => {
                    depth = depth.saturating_sub(1);
                }
                TokenKind::Eof => return,
                _ if depth == 0 || self.is_item_line() => return,
                _ => {}
            }
            self.read += 1;
            if depth == 0 {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::ImportSource;
    use crate::{Dialect, Interner, parse_file};

    /// What the parser makes of the imports.
    fn parsed(text: &str) -> Header {
        let names = Interner::default();
        let parsed = parse_file(text, FileId(0), Dialect::User, &names);
        let tree = &parsed.syntax.trees[0];
        let imports = tree.imports.iter().filter(|import| !import.is_extension);
        let imports = imports.map(|import| match import.source {
            ImportSource::Path(name) => {
                HeaderImport { span: name.span, source: HeaderSource::Path(names.get(name.symbol).into()) }
            }
            ImportSource::Dotted(list) => {
                let parts: Vec<_> = tree.list(list).collect();
                HeaderImport {
                    span: parts[0].span.to(parts[parts.len() - 1].span),
                    source: HeaderSource::Dotted(parts.iter().map(|n| names.get(n.symbol).into()).collect()),
                }
            }
        });
        Header { imports: imports.collect() }
    }

    #[track_caller]
    fn check(text: &str, count: usize) {
        let header = header(text);
        assert_eq!(header.imports.len(), count, "{text}");
        assert_eq!(header, parsed(text), "{text}");
    }

    #[test]
    fn imports_are_those_of_the_parser() {
        check("", 0);
        check("@f () -> int = 1 use './a' { b }", 0);
        check("use './a' { b }", 1);
        check(
            "// use './a'\nuse './a/b' { ::b as c, $d as $e, }\nuse std.math\n use a.b as c use '../x' as x @f",
            4,
        );
        check("#[allow(a)] pub use './a' { b } pub #[allow(a)] use './b' { c }\n$x = 1 use './c' { d }", 2);
        check("extension a.b { C.d, E.then }\nextension './x' { A.b }\nuse a as b\nextend A { }", 1);
        check("use\n'a' { b }", 0);
        check("use './a' { use_, type_ } type T = int", 1);
    }

    #[test]
    fn bad_headers() {
        check("x use './a' { b }\nuse './b' { c }", 2);
        check("x y use './a' { b }\nuse './b' { c }", 1);
        check("x @f\nuse './b' { c }", 0);
        check("pub x\nuse './b' { c }", 0);
        check("use './a'\nuse './b' { c }", 1);
        check("use './a' as\nuse as b", 1);
        check("use './a' { b\nuse './b' { c }", 2);
        check("use a.\nuse './b' { c", 1);
        check("use a.\nuse b as\ntype T = int", 0);
        check("use a.b as\ntype\nuse c", 2);
        check("use a. . b", 0);
        check("use { a } use", 0);
        check("use './a", 0);
        check("; use './a' { ; }", 1);
        check(";\nuse './a' { b; }\n", 1);
    }
}
