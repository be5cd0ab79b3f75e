//! Words that every interner knows from the start, so that their symbols are constants.

use crate::{Symbol, Token, TokenKind};

macro_rules! words {
    ($($name:ident $text:literal,)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Number { Zero, $($name,)* }

        /// In the order of their symbols.
        pub(crate) const WORDS: &[&str] = &[$($text,)*];

        impl Symbol {
            $(
                #[doc = concat!("The word `", $text, "`.")]
                pub const $name: Symbol = Symbol::fixed(Number::$name as u32);
            )*
        }
        const _: u32 = Number::Zero as u32;
    };
}

// The reserved words come first, in the order of their token kinds; then the pattern words of chapter 8.
words! {
    ASYNC "async",
    BREAK "break",
    CONTINUE "continue",
    DO "do",
    ELSE "else",
    FALSE "false",
    FOR "for",
    IF "if",
    IMPL "impl",
    IN "in",
    LET "let",
    LOOP "loop",
    MATCH "match",
    MUT "mut",
    PUB "pub",
    SELF_VALUE "self",
    SELF_TYPE "Self",
    THEN "then",
    TRAIT "trait",
    TRUE "true",
    TYPE "type",
    USES "uses",
    USE "use",
    VOID "void",
    WHERE "where",
    WITH "with",
    YIELD "yield",
    RUN "run",
    TRY "try",
    MAP "map",
    FILTER "filter",
    FOLD "fold",
    FIND "find",
    COLLECT "collect",
    RECURSE "recurse",
    PARALLEL "parallel",
    TIMEOUT "timeout",
    RETRY "retry",
    CACHE "cache",
    VALIDATE "validate",
    TESTS "tests",
    AS "as",
    EXTEND "extend",
    EXTENSION "extension",
    DIV "div",
    DYN "dyn",
    UNDERSCORE "_",
    FAIL_FAST "fail_fast",
    COLLECT_ALL "collect_all",
    CONSTANT "constant",
    LINEAR "linear",
    EXPONENTIAL "exponential",
}

/// Kinds of the reserved words, by symbol number minus one.
const RESERVED: [TokenKind; 27] = {
    use TokenKind::*;
    [
        Async, Break, Continue, Do, Else, False, For, If, Impl, In, Let, Loop, Match, Mut, Pub, SelfValue,
        SelfType, Then, Trait, True, Type, Uses, Use, Void, Where, With, Yield,
    ]
};

impl Symbol {
    /// Is it a reserved word?
    pub fn is_reserved(self) -> bool {
        self.to_raw() as usize <= RESERVED.len()
    }
}

/// The kind of token that a word is, by its symbol's number.
#[inline]
pub(crate) fn word_kind(raw: u32) -> TokenKind {
    match RESERVED.get((raw as usize).wrapping_sub(1)) {
        Some(kind) => *kind,
        None => TokenKind::Ident,
    }
}

/// Is it the kind of a reserved word?
pub(crate) fn is_reserved(kind: TokenKind) -> bool {
    (TokenKind::Async as u8..=TokenKind::Yield as u8).contains(&(kind as u8))
}

/// Whether an item can start at a token with this value, by the kinds of that token and of the next two.
pub(crate) fn starts_item(value: u32, mut kind: impl FnMut(usize) -> TokenKind) -> bool {
    match kind(0) {
        TokenKind::At
        | TokenKind::Pub
        | TokenKind::Use
        | TokenKind::Type
        | TokenKind::Trait
        | TokenKind::Impl => true,
        TokenKind::Dollar => match kind(1) {
            TokenKind::Ident => true,
            // A reserved word is declared, which is reported there.
            word => is_reserved(word) && matches!(kind(2), TokenKind::Assign | TokenKind::Colon),
        },
        TokenKind::Hash => kind(1) == TokenKind::LBracket,
        TokenKind::Ident if value == Symbol::EXTEND.to_raw() => kind(1) == TokenKind::Ident,
        TokenKind::Ident if value == Symbol::EXTENSION.to_raw() => {
            matches!(kind(1), TokenKind::Ident | TokenKind::Path)
        }
        _ => false,
    }
}

/// Whether a reserved word begins an item although a name is due: what follows it cannot follow a name.
pub(crate) fn is_item_for_name(word: Token, next: Token) -> bool {
    use TokenKind::{At, Dollar, Ident, Impl, Path, Pub, Trait, Type, Use};
    let is_item = match (word.kind, next.kind) {
        (Pub, At | Dollar | Impl | Trait | Type | Use) | (Use, Path) => true,
        (Impl | Trait | Type | Use, Ident) => next.value != Symbol::DIV.to_raw(),
        _ => false,
    };
    is_item && word.first_on_line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_words_have_their_kinds() {
        assert_eq!(WORDS[RESERVED.len() - 1], "yield");
        assert_eq!(word_kind(Symbol::ASYNC.to_raw()), TokenKind::Async);
        assert_eq!(word_kind(Symbol::SELF_TYPE.to_raw()), TokenKind::SelfType);
        assert_eq!(word_kind(Symbol::YIELD.to_raw()), TokenKind::Yield);
        assert_eq!(word_kind(Symbol::RUN.to_raw()), TokenKind::Ident);
        assert!(Symbol::WITH.is_reserved() && !Symbol::TESTS.is_reserved());
    }
}
