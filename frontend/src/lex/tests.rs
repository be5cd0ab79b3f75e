//! Each rule of chapter 1 of the language, and that pieces make the whole.

use super::*;
use std::fmt::Write;

/// Tokens as text (one word each: kind and value) and diagnostics (`code start..end message`).
fn show(text: &str) -> (String, Vec<String>) {
    let names = Interner::default();
    let (tokens, found) = lex(text, FileId(0), &names, &mut LexScratch::default());
    let mut shown = String::new();
    let (last, rest) = tokens.tokens.split_last().expect("there is an Eof");
    assert_eq!((last.kind, last.start as usize), (TokenKind::Eof, text.len()));
    for token in rest {
        if !shown.is_empty() {
            shown.push(' ');
        }
        write!(shown, "{:?}", token.kind).unwrap();
        match token.kind {
            TokenKind::Ident | TokenKind::Str | TokenKind::Path => {
                write!(shown, ":{:?}", names.get(token.symbol())).unwrap();
            }
            TokenKind::Int | TokenKind::Duration | TokenKind::Size => {
                write!(shown, ":{}", tokens.numbers[token.value as usize]).unwrap();
            }
            TokenKind::Float => {
                write!(shown, ":{:?}", f64::from_bits(tokens.numbers[token.value as usize])).unwrap();
            }
            TokenKind::Char => write!(shown, ":{}", token.value).unwrap(),
            _ => {}
        }
    }
    let found =
        found.iter().map(|d| format!("{} {}..{} {}", d.code, d.span.start, d.span.end, d.message)).collect();
    (shown, found)
}

#[track_caller]
fn check(text: &str, tokens: &str) {
    assert_eq!(show(text), (tokens.into(), vec![]), "{text:?}");
}

#[track_caller]
fn check_bad(text: &str, tokens: &str, found: &[&str]) {
    let (shown, reported) = show(text);
    assert_eq!(
        (shown.as_str(), reported),
        (tokens, found.iter().map(|f| f.to_string()).collect()),
        "{text:?}"
    );
}

#[test]
fn words() {
    check(
        "a _ _b9 A_ if0 iff if",
        r#"Ident:"a" Ident:"_" Ident:"_b9" Ident:"A_" Ident:"if0" Ident:"iff" If"#,
    );
    check("self Self use uses", "SelfValue SelfType Use Uses");
    check(
        "map tests sixteen_letters_ seventeen_letters",
        r#"Ident:"map" Ident:"tests" Ident:"sixteen_letters_" Ident:"seventeen_letters""#,
    );
}

#[test]
fn operators_are_longest() {
    check("..= .. . ...", "DotDotEq DotDot Dot DotDot Dot");
    check(
        "-> - => == = === != ! <= < >= >>=",
        "Arrow Minus FatArrow EqEq Assign EqEq Assign NotEq Bang Le Lt Ge Gt Ge",
    );
    check("&& & &&& || | ?? ? ???", "AndAnd Amp AndAnd Amp OrOr Pipe Coalesce Question Coalesce Question");
    check(":: : ::: + * / % ^ ~", "ColonColon Colon ColonColon Colon Plus Star Slash Percent Caret Tilde");
    check("()[]{},@$#", "LParen RParen LBracket RBracket LBrace RBrace Comma At Dollar Hash");
}

#[test]
fn integers() {
    check("0 007 1_000 1__0 0xFf 0x1_F", "Int:0 Int:7 Int:1000 Int:10 Int:255 Int:31");
    check(
        "9223372036854775807 -9223372036854775808",
        "Int:9223372036854775807 Minus Int:9223372036854775808",
    );
    check(
        "0x8000000000000000 1..2 1.foo",
        r#"Int:9223372036854775808 Int:1 DotDot Int:2 Int:1 Dot Ident:"foo""#,
    );
    check("0x1b 0x1e5", "Int:27 Int:485");
}

#[test]
fn floats() {
    check("1.5 0.1e3 1.0E-2 1_0.2_5e+0_1", "Float:1.5 Float:100.0 Float:0.01 Float:102.5");
    check("1.5.2 1.0e-999", "Float:1.5 Dot Int:2 Float:0.0");
    check_bad("1.0e400", "Error", &["E0007 0..7 number literal is too large"]);
}

#[test]
fn units() {
    check(
        "5ms 1s 2m 1h 0b 7b 1kb 3mb 1gb",
        "Duration:5000000 Duration:1000000000 Duration:120000000000 Duration:3600000000000 Size:0 Size:7 Size:1024 Size:3145728 Size:1073741824",
    );
    check("9223372036854775807b 1_0s", "Size:9223372036854775807 Duration:10000000000");
    check_bad("9223372036854775808b", "Error", &["E0007 0..20 number literal is too large"]);
    check_bad("9223372037s", "Error", &["E0007 0..11 number literal is too large"]);
}

#[test]
fn bad_numbers() {
    for text in [
        "12abc", "1_", "0x", "0xg", "0x_1", "0x1_", "1e5", "1.5e", "1.5s", "1.5_", "1.5e3_", "5mbx", "5S",
        "0b1", "0X1",
    ] {
        check_bad(text, "Error", &[&format!("E0007 0..{} invalid number literal '{text}'", text.len())]);
    }
    check_bad("9223372036854775809", "Error", &["E0007 0..19 number literal is too large"]);
    check_bad("0x8000000000000001", "Error", &["E0007 0..18 number literal is too large"]);
    check_bad(
        "99999999999999999999999 1x",
        "Error Error",
        &["E0007 0..23 number literal is too large", "E0007 24..26 invalid number literal '1x'"],
    );
}

#[test]
fn digits_after_a_dot_are_an_index() {
    check("t.0.1", r#"Ident:"t" Dot Int:0 Dot Int:1"#);
    check("t.0.1.2.3 0.1", r#"Ident:"t" Dot Int:0 Dot Int:1 Dot Int:2 Dot Int:3 Float:0.1"#);
    check("t.0..5.5", r#"Ident:"t" Dot Int:0 DotDot Float:5.5"#);
    check("t.\n0.1", r#"Ident:"t" Dot Float:0.1"#);
    check_bad("t.0x1", r#"Ident:"t" Dot Error"#, &["E0007 2..5 invalid number literal '0x1'"]);
    check_bad("t.5s", r#"Ident:"t" Dot Error"#, &["E0007 2..4 invalid number literal '5s'"]);
}

#[test]
fn strings() {
    check(r#" "" "a" "é\\\"\n\t\r" "//" "'" "#, r#"Str:"" Str:"a" Str:"é\\\"\n\t\r" Str:"//" Str:"'""#);
    check("\"\u{1}\t\" \"a string that is longer\"", r#"Str:"\u{1}\t" Str:"a string that is longer""#);
    check_bad(r#""a\q" 1"#, "Error Int:1", &[r"E0005 2..4 invalid escape '\q'"]);
    check_bad(
        r#""\0\'\é""#,
        "Error",
        &[
            r"E0005 1..3 invalid escape '\0'",
            r"E0005 3..5 invalid escape '\''",
            r"E0005 5..8 invalid escape '\é'",
        ],
    );
    check_bad(
        "\"a\n\"",
        "Error Error",
        &["E0004 0..2 unterminated string literal", "E0004 3..4 unterminated string literal"],
    );
    check_bad("\"a\\\"", "Error", &["E0004 0..4 unterminated string literal"]);
    check_bad("\"a\\\n1", "Error Int:1", &["E0004 0..3 unterminated string literal"]);
    check_bad("\"a\\q", "Error", &["E0004 0..4 unterminated string literal"]);
}

#[test]
fn chars() {
    check(
        r#"'a' 'é' '"' '\\' '\'' '\n' '\t' '\r' '\0' ' '"#,
        "Char:97 Char:233 Char:34 Char:92 Char:39 Char:10 Char:9 Char:13 Char:0 Char:32",
    );
    for text in ["'ab'", "''", "'''", "'\\nx'", "'a\\'b'", "'e\u{301}'"] {
        check_bad(text, "Error", &[&format!("E0006 0..{} invalid character literal", text.len())]);
    }
    check_bad(r"'\q' 1", "Error Int:1", &[r"E0005 1..3 invalid escape '\q'"]);
    check_bad(r#"'\"'"#, "Error", &[r#"E0005 1..3 invalid escape '\"'"#]);
    for text in ["'", "'a", "'ab", "'\\", "'\\n", "'\\q", "'\\'", "'a\\"] {
        let found = format!("E0004 0..{} unterminated character literal", text.len());
        check_bad(text, "Error", &[&found]);
        check_bad(&format!("{text}\n1"), "Error Int:1", &[&found]);
    }
}

#[test]
fn paths() {
    check("use './a/b' { c }", r#"Use Path:"./a/b" LBrace Ident:"c" RBrace"#);
    check("use'' extension 'ab\\'", r#"Use Path:"" Ident:"extension" Path:"ab\\""#);
    check("use\n'a' use x 'b'", r#"Use Char:97 Use Ident:"x" Char:98"#);
    check_bad("use 'abc\n1", "Use Error Int:1", &["E0004 4..8 unterminated import path"]);
    check_bad("use // 'a'\n'ab'", "Use Error", &["E0006 11..15 invalid character literal"]);
}

#[test]
fn comments_and_white_space() {
    check("// a ' \" ;\n1 /// \u{1}é\n/ 2//", "Int:1 Slash Int:2");
    check("", "");
    check(" \t\n", "");
}

#[test]
fn bad_characters() {
    check_bad("1;", "Int:1 Error", &["E0008 1..2 unexpected character ';'"]);
    check_bad(
        ";é\\ `\u{1}\u{7f}",
        "Error Error",
        &["E0008 0..4 unexpected character ';'", "E0008 5..8 unexpected character '`'"],
    );
    check_bad("\u{1}", "Error", &["E0008 0..1 unexpected character '\\u{1}'"]);
    check_bad("a\u{a0}b", r#"Ident:"a" Error Ident:"b""#, &["E0008 1..3 unexpected character '\\u{a0}'"]);
    check_bad("a\0b \0;", r#"Ident:"a" Error Ident:"b" Error"#, &["E0008 4..6 unexpected character ';'"]);
}

#[test]
fn flags() {
    let text = "a b\n  c(//\n) ;x\n";
    let (tokens, _) = lex(text, FileId(0), &Interner::default(), &mut LexScratch::default());
    let flags: Vec<_> = tokens.tokens.iter().map(|t| (t.first_on_line as u8, t.joined as u8)).collect();
    // a, b, c, (, ), ;, x, Eof
    assert_eq!(flags, [(1, 0), (0, 0), (1, 0), (0, 1), (1, 0), (0, 0), (0, 1), (1, 0)]);
    let (tokens, _) = lex("a", FileId(0), &Interner::default(), &mut LexScratch::default());
    assert_eq!((tokens.tokens[1].first_on_line, tokens.tokens[1].joined), (false, true));
}

const TRICKY: &[&str] = &[
    "",
    "\n",
    "\n\n\n",
    "a",
    "use\n'a' use 'b'\nextension\n'c' t.\n0.1 t.0.1\n",
    "\"abc\n\" // '\n'\n'\\\n';;\n;é\n\"\\\n\\\"\n",
    "1 2.5 3s\n4\n5kb -\n9223372036854775808 1x\n99999999999999999999 'ab'\n'é'",
    "@f () -> int =\n  run(\n    let x = 1.5, // it's\n    \"a\\n\",\n    x\n  )\n\n// end",
    "a\u{1}\nb\0\n\0c ; d\n\u{feff}\n日本\n",
];

#[track_caller]
fn check_chunks(text: &str, size: usize) {
    let (names, mut scratch) = (Interner::default(), LexScratch::default());
    let whole = lex(text, FileId(3), &names, &mut scratch);
    let spans = chunks(text, size);
    assert_eq!((spans[0].start, spans[spans.len() - 1].end as usize), (0, text.len()));
    assert!(spans.windows(2).all(|pair| pair[0].end == pair[1].start && pair[1].start < pair[1].end));
    assert!(spans.windows(2).all(|pair| text.as_bytes()[pair[0].end as usize - 1] == b'\n'));
    let mut found = Vec::new();
    // Backwards: chunks are lexed in any order.
    let mut parts: Vec<_> = spans
        .iter()
        .rev()
        .map(|span| {
            let (tokens, reported) = lex_chunk(text, *span, FileId(3), &names, &mut scratch);
            found.splice(0..0, reported);
            tokens
        })
        .collect();
    parts.reverse();
    assert_eq!((join(text, parts), found), whole, "{text:?} in chunks of {size}");
}

#[test]
fn chunks_make_the_whole() {
    for text in TRICKY {
        for size in 0..=text.len() + 1 {
            check_chunks(text, size);
        }
    }
}

#[test]
fn chunks_keep_attributes_with_their_items() {
    let text = "#[derive(Eq)]\ntype A = { x: int }\n\n".repeat(50);
    for size in [100, 200, 500] {
        let spans = chunks(&text, size);
        assert!(spans.len() > 2);
        assert!(spans.iter().all(|span| text[span.start as usize..].starts_with('#')), "{size}");
    }
}

#[test]
fn chunks_are_about_as_large_as_asked() {
    let text = "0123456789 123456789\n".repeat(1000);
    let spans = chunks(&text, 1000);
    assert_eq!(spans.len(), 21);
    assert!(spans.iter().all(|span| (900..1100).contains(&(span.end - span.start))));
}

/// A small generator of numbers; the tests need no better one.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) % n as u64) as usize
    }
}

const PIECES: &[&str] = &[
    "a",
    "use",
    "extension",
    "'",
    "\"",
    "\\",
    "\n",
    "\n",
    " ",
    " ",
    "//",
    "/",
    ".",
    "..",
    "0",
    "1_",
    "0x1",
    "1.5",
    "5ms",
    "9223372036854775808",
    "'a'",
    "\"s\\n\"",
    "é",
    ";",
    "\0",
    "\u{1}",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "#",
    "@f",
    "$x",
    "->",
    "=",
    "map(",
    "run(",
    ",",
    ":",
    "::",
    "?",
    "e",
    "-",
    "if",
    "日",
];

fn soup(random: &mut Random) -> String {
    (0..random.below(60)).map(|_| PIECES[random.below(PIECES.len())]).collect()
}

#[test]
fn soups_in_chunks_make_the_whole() {
    for seed in 0..400 {
        let mut random = Random(seed);
        let text = soup(&mut random);
        for size in [1, 2, 5, 11, 40] {
            check_chunks(&text, size);
        }
        header(&text);
    }
}

#[test]
fn garbage_does_not_panic() {
    let sample = TRICKY.concat();
    for end in 0..sample.len() {
        let (source, _) = crate::Source::new(sample.as_bytes()[..end].to_vec(), FileId(0));
        lex(source.text(), FileId(0), &Interner::default(), &mut LexScratch::default());
        header(source.text());
    }
    let (names, mut scratch) = (Interner::default(), LexScratch::default());
    for seed in 0..500 {
        let mut random = Random(seed);
        let bytes: Vec<u8> =
            (0..random.below(80)).map(|_| random.below(128 + 4 * (seed as usize % 2)) as u8).collect();
        let (source, _) = crate::Source::new(bytes, FileId(0));
        let (tokens, _) = lex(source.text(), FileId(0), &names, &mut scratch);
        let mut end = 0;
        for token in tokens.tokens {
            assert!(token.start >= end, "seed {seed}");
            end = token.span().end;
            assert!(source.text().get(token.start as usize..end as usize).is_some(), "seed {seed}");
        }
    }
}

/// Nothing of one file, or of one interner, shows in the tokens of the next.
#[test]
fn used_scratch_lexes_like_a_new_one() {
    let texts: Vec<String> = (0..50).map(|seed| soup(&mut Random(seed))).collect();
    let (first, second) = (Interner::default(), Interner::default());
    // Different numbers for the same names.
    for name in ["x", "y", "z", "a_name_that_is_quite_long"] {
        second.intern(name);
    }
    let mut used = LexScratch::default();
    for (index, text) in
        texts.iter().chain(TRICKY.iter().map(|t| t.to_string()).collect::<Vec<_>>().iter()).enumerate()
    {
        let text = format!("{text}\na_name_that_is_quite_long x");
        let names = if index % 3 == 0 { &first } else { &second };
        let expect = lex(&text, FileId(1), names, &mut LexScratch::default());
        let result = lex(&text, FileId(1), names, &mut used);
        assert_eq!(result, expect);
        used.recycle(result.0);
    }
}

#[test]
fn cached_names_are_exact() {
    let names = Interner::default();
    let mut scratch = LexScratch::default();
    // More names than the cache has entries, of all lengths, twice.
    let all: Vec<String> = (0..6000).map(|n| format!("n{n:0width$}", width = n % 30)).collect();
    let text = format!("{0} {0} \"n\0\" \"n\"", all.join(" "));
    let (tokens, _) = lex(&text, FileId(0), &names, &mut scratch);
    for token in &tokens.tokens[..12000] {
        let span = token.span();
        assert_eq!(names.get(token.symbol()), &text[span.start as usize..span.end as usize]);
    }
    assert_ne!(tokens.tokens[12000].value, tokens.tokens[12001].value);
}
