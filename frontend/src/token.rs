//! Tokens: what the lexer hands to the parser.

use crate::{Span, Symbol};

/// Kinds of token. Keywords have kinds of their own; contextual words (`map`, `run`, `tests`, `as`, …) are `Ident`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum TokenKind {
    Ident,
    Int,
    Float,
    Duration,
    Size,
    Str,
    Char,
    /// A quoted path after `use` or `extension`.
    Path,
    // Reserved words.
    Async,
    Break,
    Continue,
    Do,
    Else,
    False,
    For,
    If,
    Impl,
    In,
    Let,
    Loop,
    Match,
    Mut,
    Pub,
    SelfValue,
    SelfType,
    Then,
    Trait,
    True,
    Type,
    Uses,
    Use,
    Void,
    Where,
    With,
    Yield,
    // Operators.
    DotDotEq,
    Arrow,
    FatArrow,
    EqEq,
    NotEq,
    Le,
    Ge,
    AndAnd,
    OrOr,
    Coalesce,
    DotDot,
    ColonColon,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Bang,
    Lt,
    Gt,
    Assign,
    Amp,
    Pipe,
    Caret,
    Tilde,
    Question,
    // Delimiters.
    LParen,
    RParen,
    LBracket,
    RBracket,
    LBrace,
    RBrace,
    Comma,
    Colon,
    Dot,
    At,
    Dollar,
    Hash,
    /// Something that was reported; the parser takes it as an operand that has been complained about.
    Error,
    /// The end of the file (or piece). There is one at the end of every joined stream.
    Eof,
}

impl TokenKind {
    /// Its value is in [`Tokens::numbers`].
    pub fn is_number(self) -> bool {
        matches!(self, TokenKind::Int | TokenKind::Float | TokenKind::Duration | TokenKind::Size)
    }
}

/// A token: 16 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    /// First byte in the file.
    pub start: u32,
    /// Length in bytes.
    pub len: u32,
    /// By kind: `Ident`, `Str`, `Path` and reserved words: the symbol's number (`Symbol::from_raw`; strings with
    /// escapes resolved); `Char`: the code point; `Int`, `Float`, `Duration`, `Size`: index into [`Tokens::numbers`].
    pub value: u32,
    /// What it is.
    pub kind: TokenKind,
    /// A line feed (or the start of the file) stands between this token and the one before.
    pub first_on_line: bool,
    /// Nothing, not even white space, stands between this token and the one before.
    pub joined: bool,
}

impl Token {
    /// Its bytes.
    pub fn span(self) -> Span {
        Span::new(self.start, self.start + self.len)
    }

    /// The symbol of an `Ident`, `Str`, `Path` or reserved word.
    pub fn symbol(self) -> Symbol {
        Symbol::from_raw(self.value)
    }
}

/// The tokens of a file or of a chunk of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tokens {
    /// In source order.
    pub tokens: Vec<Token>,
    /// Values of numbers: integers as they are (at most 2^63), floats as bits, durations in nanoseconds, sizes in bytes.
    pub numbers: Vec<u64>,
}
