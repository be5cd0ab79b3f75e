//! Names that the checker itself looks for, interned once.

use sigil_frontend::{Interner, Symbol};

macro_rules! symbols {
    ($($field:ident: $text:literal,)*) => {
        /// Interned names.
        #[derive(Clone, Copy)]
        pub(super) struct Symbols {
            $(pub(super) $field: Symbol,)*
        }

        impl Symbols {
            pub(super) fn new(names: &Interner) -> Self {
                Symbols { $($field: names.intern($text),)* }
            }
        }
    };
}

symbols! {
    empty: "",
    self_: "self",
    over: "over",
    transform: "transform",
    predicate: "predicate",
    init: "init",
    op: "op",
    key: "key",
    ttl: "ttl",
    cache: "Cache",
    get: "get",
    set: "set",
    set_with_ttl: "set_with_ttl",
    range: "range",
    where_: "where",
    map: "map",
    filter: "filter",
    fold: "fold",
    find: "find",
    collect: "collect",
    match_: "match",
    default: "default",
    cond: "cond",
    base: "base",
    step: "step",
    memo: "memo",
    parallel: "parallel",
    timeout: "timeout",
    on_error: "on_error",
    max_concurrent: "max_concurrent",
    tasks: "tasks",
    fail_fast: "fail_fast",
    collect_all: "collect_all",
    after: "after",
    timer_start: "timer_start",
    timer_late: "timer_late",
    timer_shield: "timer_shield",
    attempts: "attempts",
    backoff: "backoff",
    on: "on",
    jitter: "jitter",
    constant: "constant",
    linear: "linear",
    exponential: "exponential",
    exponential_base: "exponential_base",
    retry_wait: "retry_wait",
    run_tasks: "run_tasks",
    first_error: "first_error",
    panic: "panic",
    acquire: "acquire",
    use_: "use",
    release: "release",
    rules: "rules",
    then: "then",
    push: "push",
    is_empty: "is_empty",
    len: "len",
    unwrap: "unwrap",
    int: "int",
    float: "float",
    byte: "byte",
    char: "char",
    bool: "bool",
    str: "str",
    void: "void",
    never: "Never",
    duration: "Duration",
    size: "Size",
    assert_panics: "assert_panics",
    assert_panics_with: "assert_panics_with",
    some: "Some",
    none: "None",
    ok: "Ok",
    err: "Err",
}
