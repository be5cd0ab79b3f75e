//! Names that declarations and the library are recognised by, interned once a compilation.

use sigil_frontend::{Interner, Symbol};

macro_rules! symbols {
    ($($field:ident: $text:literal,)*) => {
        #[derive(Clone, Copy)]
        pub(crate) struct Symbols {
            $(pub(crate) $field: Symbol,)*
        }

        impl Symbols {
            pub(crate) fn new(names: &Interner) -> Self {
                Symbols { $($field: names.intern($text),)* }
            }
        }
    };
}

symbols! {
    self_type: "Self",
    main: "main",
    derive: "derive",
    allow: "allow",
    intrinsic: "intrinsic",
    int: "int",
    float: "float",
    bool: "bool",
    str: "str",
    char: "char",
    byte: "byte",
    void: "void",
    never: "Never",
    duration: "Duration",
    size: "Size",
    range: "Range",
    set: "Set",
    channel: "Channel",
    option: "Option",
    result: "Result",
    ordering: "Ordering",
    error: "Error",
    timeout_error: "TimeoutError",
    backoff: "Backoff",
    eq: "Eq",
    comparable: "Comparable",
    hashable: "Hashable",
    printable: "Printable",
    clone: "Clone",
    default: "Default",
    serialize: "Serialize",
    deserialize: "Deserialize",
    io: "IO",
    file_system: "FileSystem",
    env: "Env",
    process: "Process",
    clock: "Clock",
    random: "Random",
    async_: "Async",
}
