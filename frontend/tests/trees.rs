//! Trees of whole programs and of one case for each rule, as text. `UPDATE_EXPECT=1` rewrites the expected files.

use expect_test::{ExpectFile, expect_file};
use sigil_frontend::{Dialect, FileId, Interner, dump, parse_file};

/// The tree, then the findings.
fn check(source: &str, expected: ExpectFile) {
    let names = Interner::default();
    let parsed = parse_file(source, FileId(0), Dialect::User, &names);
    let mut text: String = parsed.syntax.trees.iter().map(|tree| dump(tree, &names)).collect();
    for found in &parsed.diagnostics {
        let span = found.span;
        text += &format!("{} {}-{} {}\n", found.code, span.start, span.end, found.message);
    }
    expected.assert_eq(&text);
}

macro_rules! cases {
    ($($folder:ident: $($name:ident)*;)*) => {
        $(mod $folder {
            $(#[test]
            fn $name() {
                let source = include_str!(concat!("parse/", stringify!($folder), "/", stringify!($name), ".si"));
                let path = concat!("parse/", stringify!($folder), "/", stringify!($name), ".txt");
                super::check(source, super::expect_file![path]);
            })*
        })*
    };
}

cases! {
    ok: p01 p02 p03 p04 p05 p06 p07 p08 p09 p10 p10_geo p10_util_mod p10_util_text p11 p12 p13 p14
        imports items types expressions disambiguation control patterns level_2;
    err: items expressions;
}
