//! The C runtime's text, embedded.

const HEADER: &str = include_str!("../runtime/sigil.h");

const PROGRAM: &str = concat!(
    include_str!("../runtime/rt_core.c"),
    include_str!("../runtime/rt_str.c"),
    include_str!("../runtime/rt_num.c"),
    include_str!("../runtime/rt_list.c"),
    include_str!("../runtime/rt_map.c"),
    include_str!("../runtime/rt_sys.c"),
    include_str!("../runtime/rt_task.c"),
);

/// Name and text of the runtime's files: `sigil.h` is included by every unit and needs no other header,
/// `sigil_rt.c` is compiled once (link with `-lm -pthread`).
pub fn runtime_files() -> &'static [(&'static str, &'static str)] {
    &[("sigil.h", HEADER), ("sigil_rt.c", PROGRAM)]
}
