//! Words of other languages, where the parser expected something else: what to write instead.

use super::cursor::Parser;
use crate::TokenKind;

impl Parser<'_> {
    /// What to write instead of a foreign word, if one stands here or just before.
    pub(super) fn foreign_help(&self) -> Option<&'static str> {
        let at_word = |at: usize| {
            let is_member = at > 0 && self.kind_at(at - 1) == TokenKind::Dot;
            (at >= self.range.start && self.kind_at(at) == TokenKind::Ident && !is_member)
                .then(|| instead_of(self.text_at(at)))
                .flatten()
        };
        at_word(self.pos).or_else(|| at_word(self.pos.checked_sub(1)?))
    }
}

fn instead_of(word: &str) -> Option<&'static str> {
    Some(match word {
        "return" => "there is no `return`: the value of a function is that of its body",
        "while" => "write `loop(if … then break, …)`",
        "and" => "write `&&`",
        "or" => "write `||`",
        "not" => "write `!`",
        "elif" | "elsif" | "elseif" => "write `else if`",
        "var" | "const" | "val" => "write `let` or `let mut`, in `run(…)`",
        "fn" | "fun" | "func" | "function" | "def" => "write `@name (x: T) -> R = …`",
        "struct" | "enum" | "class" | "record" => "write `type Name = …`",
        "interface" => "write `trait Name { … }`",
        "import" | "include" | "from" => "write `use './file' { name }`",
        _ => return None,
    })
}
