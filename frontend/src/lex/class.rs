//! Classes of bytes.

/// What a byte can begin outside strings, chars and comments.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Class {
    /// Not allowed: control characters, non-ASCII, `;`, `\`, `` ` ``.
    Bad,
    Space,
    Newline,
    Word,
    Digit,
    Quote,
    Apostrophe,
    Slash,
    Operator,
}

/// The class of each byte.
pub(super) const CLASS: [Class; 256] = {
    let mut table = [Class::Bad; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b' ' | b'\t' => Class::Space,
            b'\n' => Class::Newline,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => Class::Word,
            b'0'..=b'9' => Class::Digit,
            b'"' => Class::Quote,
            b'\'' => Class::Apostrophe,
            b'/' => Class::Slash,
            b';' | b'\\' | b'`' | 0x7F => Class::Bad,
            b'!'..=b'~' => Class::Operator,
            _ => Class::Bad,
        };
        byte += 1;
    }
    table
};

/// May the byte stand inside a word?
pub(super) const IN_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(CLASS[byte], Class::Word | Class::Digit);
        byte += 1;
    }
    table
};
