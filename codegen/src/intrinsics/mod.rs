//! The library functions without a Sigil body: which C function each one is and how values get in and out.
//!
//! Names are those of the library's declarations (`FnDecl::intrinsic`). The C functions themselves are declared in
//! `runtime/sigil.h`; the few whose code depends on the types of their arguments are `Special` and written by `glue`.

mod table;

pub use table::lookup;

/// How to call an intrinsic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Intrinsic {
    /// C function.
    pub symbol: &'static str,
    /// The Sigil arguments, `self` first.
    pub args: &'static [Pass],
    /// Further C arguments after those, in this order.
    pub extra: &'static [Extra],
    /// What comes back.
    pub ret: Ret,
}

/// How one argument is passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pass {
    /// By value; the callee consumes it.
    Own,
    /// By value; the caller still owns it.
    Borrow,
    /// A pointer to a variable that holds it; the callee consumes the value.
    OwnRef,
    /// A pointer to a variable that holds it; the caller still owns the value.
    BorrowRef,
}

/// A C argument that is not a Sigil argument.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Extra {
    /// Address of the descriptor of this type argument of the function.
    Desc(u8),
    /// The function that calls a `() -> T` closure and drops its result, for the type of this argument.
    Runner(u8),
    /// The function that calls a closure of the list that is this argument and puts its result into a place.
    Caller(u8),
    /// Where a panic is reported: the `si_where` and the position.
    Site,
}

/// What an intrinsic gives back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ret {
    /// The C result is the value.
    Value,
    /// A C `void`; the value is unit.
    Void,
    /// It does not return.
    Never,
    /// No C function of its own: `glue::special` writes the code.
    Special(Special),
}

/// Intrinsics whose code depends on the types at hand. Their arguments are borrowed variables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Special {
    AssertEq,
    AssertNe,
    AssertSome,
    AssertNone,
    AssertOk,
    AssertErr,
    OptionUnwrap,
    OptionExpect,
    ResultUnwrap,
    ResultUnwrapErr,
    ResultExpect,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name of an intrinsic as the library's conventions give it.
    fn head_of(header: &str) -> Option<&'static str> {
        let target = header.trim_start_matches("impl").trim();
        let target = match target.strip_prefix('<') {
            Some(rest) => rest.split_once("> ")?.1,
            None => target,
        };
        Some(match target.split(['<', ' ']).next()? {
            "int" => "int",
            "float" => "float",
            "char" => "char",
            "str" => "str",
            "Range" => "range",
            "Option" => "option",
            "Result" => "result",
            "Ordering" => "ordering",
            "Duration" => "duration",
            "Size" => "size",
            t if t.starts_with('[') => "list",
            t if t.starts_with('{') => "map",
            _ => return None,
        })
    }

    /// Walks a library file line by line: functions without ` =` have no body.
    fn declared(text: &str) -> Vec<String> {
        let mut names = Vec::new();
        let (mut head, mut given, mut in_trait) = (None, None, false);
        // What lists of some elements have only is named after the elements too.
        let mut suffix = "";
        for line in text.lines() {
            let code = line.split("//").next().unwrap_or("").trim();
            if line.starts_with("impl") {
                head = head_of(code.trim_end_matches(" {"));
                suffix = match code {
                    "impl [int] {" => "_int",
                    "impl [float] {" => "_float",
                    _ => "",
                };
            }
            if line.starts_with("pub trait") || line.starts_with("trait") {
                in_trait = true;
            }
            if line == "}" {
                (head, in_trait) = (None, false);
            }
            if let Some(rest) = code.strip_prefix("#[intrinsic(") {
                given = rest.split(')').next().map(str::to_owned);
                continue;
            }
            let Some(rest) = code.trim_start_matches("pub ").strip_prefix('@') else { continue };
            let has_body = code.contains(" = ") || code.ends_with(" =");
            if !in_trait && (!has_body || given.is_some()) {
                let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                names.push(given.take().unwrap_or(match head {
                    Some(head) => format!("{head}_{name}{suffix}"),
                    None => name,
                }));
            }
            given = None;
        }
        names
    }

    #[test]
    fn every_declared_intrinsic_exists() {
        let mut count = 0;
        for key in ["prelude", "std", "std.math", "std.text", "std.list", "std.io", "std.fs", "std.env"]
            .into_iter()
            .chain(["std.process", "std.time", "std.math.rand", "std.testing"])
        {
            let text = sigil_checker::library::source(key).expect(key);
            for name in declared(text) {
                assert!(lookup(&name).is_some(), "{key}: no intrinsic `{name}`");
                count += 1;
            }
        }
        assert!(count > 100, "only {count} intrinsics found in the library");
    }

    #[test]
    fn unknown_names_are_not_found() {
        assert_eq!(lookup("list_explode"), None);
    }

    #[test]
    fn every_function_is_declared_in_the_header() {
        let header = include_str!("../../runtime/sigil.h");
        for (name, intrinsic) in table::all() {
            if !matches!(intrinsic.ret, Ret::Special(_)) {
                let found = header.contains(&format!(" {}(", intrinsic.symbol))
                    || header.contains(&format!("*{}(", intrinsic.symbol));
                assert!(found, "{name}: `{}` is not in sigil.h", intrinsic.symbol);
            }
        }
    }
}
