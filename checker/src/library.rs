//! The library's sources, embedded.

/// Text of a library module by its key (`prelude`, `std.math`, …).
pub fn source(key: &str) -> Option<&'static str> {
    Some(match key {
        "prelude" => include_str!("../library/prelude.si"),
        "std" => include_str!("../library/std.si"),
        "std.math" => include_str!("../library/std_math.si"),
        "std.math.rand" => include_str!("../library/std_math_rand.si"),
        // Two names of one text; each is a module of its own.
        "std.text" | "std.string" => include_str!("../library/std_text.si"),
        "std.list" => include_str!("../library/std_list.si"),
        "std.io" => include_str!("../library/std_io.si"),
        "std.fs" => include_str!("../library/std_fs.si"),
        "std.env" => include_str!("../library/std_env.si"),
        "std.process" => include_str!("../library/std_process.si"),
        "std.time" => include_str!("../library/std_time.si"),
        "std.testing" => include_str!("../library/std_testing.si"),
        _ => return None,
    })
}
