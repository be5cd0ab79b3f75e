//! C literals.

/// Writes bytes as a C string literal. Everything but plain ASCII goes in octal, so the literal means the same in
/// every locale and no trigraph or escape can arise.
pub fn c_string(out: &mut String, bytes: &[u8]) {
    out.push('"');
    for &byte in bytes {
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b' '..=b'~' if byte != b'?' => out.push(char::from(byte)),
            _ => {
                out.push('\\');
                for shift in [6, 3, 0] {
                    out.push(char::from(b'0' + (byte >> shift & 7)));
                }
            }
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::c_string;

    fn check(bytes: &[u8], expect: &str) {
        let mut out = String::new();
        c_string(&mut out, bytes);
        assert_eq!(out, expect);
    }

    #[test]
    fn plain_text_stays() {
        check(b"a b'c", "\"a b'c\"");
    }

    #[test]
    fn quotes_and_newlines_are_escaped() {
        check(b"\"\\\n", "\"\\\"\\\\\\n\"");
    }

    #[test]
    fn octal_escapes_have_three_digits() {
        check("\0\x311?é".as_bytes(), "\"\\00011\\077\\303\\251\"");
    }
}
