//! The golden programs that need no more than is supported.

use super::load;

fn fine(files: &[(&str, &str)]) {
    assert_eq!(load(files).report(), "");
}

macro_rules! golden {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            fine(&[("main", include_str!(concat!("golden/", stringify!($name), ".si")))]);
        }
    )*};
}

golden! { p01 p02 p03 p04 p05 p06 p07 p09 p11 p12 p13 p14 }

#[test]
fn p10() {
    fine(&[
        ("main", include_str!("golden/p10_main.si")),
        ("geo", include_str!("golden/p10_geo.si")),
        ("util", include_str!("golden/p10_util.si")),
        ("util/text", include_str!("golden/p10_text.si")),
    ]);
}

#[test]
fn library_bodies_are_clean() {
    for key in [
        "std",
        "std.math",
        "std.math.rand",
        "std.text",
        "std.string",
        "std.list",
        "std.io",
        "std.fs",
        "std.env",
        "std.process",
        "std.time",
        "std.testing",
    ] {
        let text = format!("use {key} as m");
        let report = load(&[("main", &text)]).report();
        // The import itself is unused.
        let rest: Vec<&str> = report.lines().filter(|line| !line.starts_with("W0101")).collect();
        assert!(rest.is_empty(), "{report}");
    }
}
