//! The `use` header of a file, read without the rest of it.

use super::lexer::Lexer;
use super::names::Words;
use crate::words::WORDS;
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

/// The imports at the start of a file, in the order in which the parser puts them into `Tree::imports`.
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
    while reader.advance_to_import() {
        if let Some(import) = reader.source() {
            header.imports.push(import);
        }
        reader.skip_names();
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

    /// Reads attributes, `pub`, and the word that begins an import. False at an item or the end.
    fn advance_to_import(&mut self) -> bool {
        loop {
            let Some(token) = self.peek() else { return false };
            match token.kind {
                TokenKind::Use => break,
                _ if self.at_word(Symbol::EXTENSION) => break,
                TokenKind::Hash => {
                    self.read += 1;
                    self.skip_brackets(TokenKind::LBracket, TokenKind::RBracket);
                }
                TokenKind::Pub => self.read += 1,
                TokenKind::At | TokenKind::Dollar | TokenKind::Type | TokenKind::Trait | TokenKind::Impl => {
                    return false;
                }
                _ if self.at_word(Symbol::EXTEND) => return false,
                // Not the grammar: go on where the parser does.
                _ => self.read += 1,
            }
        }
        self.read += 1;
        true
    }

    fn source(&mut self) -> Option<HeaderImport> {
        let first = self.peek()?;
        if self.eat(TokenKind::Path) {
            let path = &self.text[first.start as usize + 1..first.span().end as usize - 1];
            return Some(HeaderImport { span: first.span(), source: HeaderSource::Path(path.into()) });
        }
        let mut names = Vec::new();
        let mut span = first.span();
        while let Some(name) = self.peek().filter(|token| token.kind == TokenKind::Ident) {
            self.read += 1;
            names.push(self.text[name.start as usize..name.span().end as usize].into());
            span = span.to(name.span());
            if !self.eat(TokenKind::Dot) {
                break;
            }
        }
        (!names.is_empty()).then_some(HeaderImport { span, source: HeaderSource::Dotted(names) })
    }

    /// `{ … }` or `as name`.
    fn skip_names(&mut self) {
        if self.at_word(Symbol::AS) {
            self.read += 1;
            self.eat(TokenKind::Ident);
        } else {
            self.skip_brackets(TokenKind::LBrace, TokenKind::RBrace);
        }
    }

    /// Skips a bracketed list, if there is one. Without its end it stops at an item first on its line.
    fn skip_brackets(&mut self, open: TokenKind, close: TokenKind) {
        if !self.eat(open) {
            return;
        }
        while let Some(token) = self.peek() {
            let item = matches!(
                token.kind,
                TokenKind::At
                    | TokenKind::Hash
                    | TokenKind::Pub
                    | TokenKind::Use
                    | TokenKind::Type
                    | TokenKind::Trait
                    | TokenKind::Impl
            );
            if item && token.first_on_line {
                return;
            }
            self.read += 1;
            if token.kind == close {
                return;
            }
        }
    }
}
