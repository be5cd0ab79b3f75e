//! Whole programs: Sigil sources to C, compiled with all warnings by every C compiler that is installed, and run
//! under the address, leak and undefined-behaviour sanitizers.

#![allow(clippy::disallowed_methods, reason = "tests run C compilers")]

mod bodies;
mod golden;
mod load;
mod native;
mod small;

use load::{Files, Texts, What};
use sigil_codegen::Options;

/// Builds and runs a program.
fn check(name: &str, texts: Texts<'_>, stdout: &str, end: (i32, &str)) {
    let files = Files::load(texts);
    let options = Options { optimize: false, line_directives: false };
    let unit = files.unit(What::Main, options).unwrap_or_else(|problems| panic!("{}", files.show(&problems)));
    native::with_each_compiler(name, &unit, |program| {
        let output = native::run(program, &[]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(String::from_utf8_lossy(&output.stdout), stdout, "{name}: {stderr}");
        assert_eq!(stderr, end.1, "{name}");
        assert_eq!(output.status.code(), Some(end.0), "{name}");
    });
}

/// Builds the tests of a program and runs each.
fn check_tests(name: &str, texts: Texts<'_>, ends: &[(i32, &str)]) {
    let files = Files::load(texts);
    assert_eq!(files.tests().len(), ends.len());
    let unit = files
        .unit(What::Tests, Options::default())
        .unwrap_or_else(|problems| panic!("{}", files.show(&problems)));
    native::with_each_compiler(name, &unit, |program| {
        for (number, &(code, stderr)) in ends.iter().enumerate() {
            let output = native::run_leaky(program, &[&number.to_string()]);
            assert_eq!(String::from_utf8_lossy(&output.stderr), stderr, "{name} {number}");
            assert_eq!(output.status.code(), Some(code), "{name} {number}");
        }
    });
}
