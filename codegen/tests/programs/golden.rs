//! The programs of the language's definition and what they print. P08 needs what is not supported yet.

use super::{check, check_tests};

macro_rules! source {
    ($name:literal) => {
        include_str!(concat!("../../../checker/src/body/tests/golden/", $name, ".si"))
    };
}

macro_rules! golden {
    ($($test:ident $name:literal => $end:expr;)*) => {$(
        #[test]
        fn $test() {
            check($name, &[($name, source!($name))], include_str!(concat!("golden/", $name, ".out")), $end);
        }
    )*};
}

golden! {
    scalars_and_bindings "p01" => (0, "");
    sum_types_and_match "p02" => (0, "");
    structs_and_derive "p03" => (0, "");
    generics_and_traits "p04" => (0, "");
    strings_lists_and_maps "p05" => (0, "");
    results_and_options "p06" => (1, "error: TooBig(500)\n");
    data_patterns "p07" => (0, "");
    loops "p09" => (0, "");
    panics "p12" => (101, "panic at p12.si:2:5 in @average: division by zero\n");
    legacy_spellings "p13" => (0, "");
    associated_types "p14" => (0, "");
}

#[test]
fn modules() {
    let files = [
        ("main", source!("p10_main")),
        ("geo", source!("p10_geo")),
        ("util", source!("p10_util")),
        ("util/text", source!("p10_text")),
    ];
    check("p10", &files, include_str!("golden/p10.out"), (0, ""));
}

#[test]
fn tests() {
    let wrong = "panic at p11.si:17:37 in @test_wrong: assertion failed:  x != x \n";
    check_tests("p11", &[("p11", source!("p11"))], &[(0, ""), (0, ""), (0, ""), (101, wrong)]);
}
