//! C names: made of module keys, names and type structure, so that they are the same in every schedule.
//!
//! A name is a prefix that says what it names, then tokens joined by `__`. The prefixes are the generator's own: no
//! identifier of the runtime (`si_`), of C or of its library begins with one. Within a token letters and digits stand
//! for themselves, and so does an underscore that cannot be taken for a part of a joint; anything else is `Z` and
//! what it is. Types are written head first with the number of parts, so no two types share a text. A text that grows
//! too long is replaced by a hash of 128 bits: then two names differ as surely as hashes do.

use crate::table::Table;
use sigil_checker::decl::{FnOwner, ImplDecl};
use sigil_checker::program::Program;
use sigil_checker::types::{AdtId, FnId, ModuleId, TraitId, Ty, TyKind, TyList};
use std::fmt::Write;

/// Longest text of a type, or of a function's type arguments, that is not replaced by its hash.
const MAX_TYPE: usize = 60;
/// Longest text of a function without its type arguments.
const MAX_FN: usize = 120;

/// The name of a type and what goes with it.
pub(crate) struct TypeName {
    /// Its tokens.
    pub text: Box<str>,
    /// How deep it nests.
    pub depth: u32,
}

/// C names of a program's types and functions.
pub(crate) struct Names<'p> {
    program: &'p Program,
    types: Table<TypeName>,
    modules: Table<Box<str>>,
    /// By module and number: functions without their type arguments.
    functions: Table<Table<Box<str>>>,
}

impl<'p> Names<'p> {
    pub(crate) fn new(program: &'p Program) -> Self {
        Names { program, types: Table::default(), modules: Table::default(), functions: Table::default() }
    }

    /// The prefix of all C names that belong to a type.
    pub(crate) fn push_type(&self, ty: Ty, out: &mut String) {
        out.push_str("st_");
        out.push_str(&self.ty(ty).text);
    }

    /// How deep a list of types nests.
    pub(crate) fn depth(&self, list: TyList) -> u32 {
        self.program.types.list_of(list).iter().map(|&ty| self.ty(ty).depth).max().unwrap_or(0)
    }

    /// The name of a type.
    pub(crate) fn ty(&self, ty: Ty) -> &TypeName {
        self.types.get(ty.0, || stacker::maybe_grow(64 << 10, 1 << 20, || self.make(ty)))
    }

    /// The C function of an instance.
    pub(crate) fn push_fn(&self, id: FnId, args: TyList, out: &mut String) {
        let start = out.len();
        out.push_str(self.base(id));
        if args == TyList::EMPTY {
            return;
        }
        let args_at = out.len();
        for &arg in self.program.types.list_of(args) {
            out.push_str("__");
            out.push_str(&self.ty(arg).text);
        }
        if out.len() - args_at > MAX_TYPE {
            let hash = hash_of(&out[start..]);
            out.truncate(args_at);
            push_hash(hash, out);
        }
    }

    /// The name of a function's `si_where`.
    pub(crate) fn push_where(&self, id: FnId, out: &mut String) {
        out.push_str("sw_");
        out.push_str(self.base(id));
    }

    /// The name of a function without its type arguments.
    fn base(&self, id: FnId) -> &str {
        self.functions.get(id.module.0, Table::default).get(id.index, || {
            let mut out = String::new();
            self.push_base(id, &mut out);
            out.into()
        })
    }

    fn push_base(&self, id: FnId, out: &mut String) {
        let start = out.len();
        let decl = self.program.fn_decl(id);
        out.push_str(match decl.owner {
            FnOwner::Module => "sf_",
            FnOwner::Test => "sq_",
            FnOwner::Impl(_) => "sm_",
            FnOwner::Trait(_) => "sd_",
        });
        out.push_str(self.module(id.module));
        out.push_str("__");
        match decl.owner {
            FnOwner::Impl(of) => self.push_impl(self.program.impl_decl(of), out),
            FnOwner::Trait(of) => {
                push_token(self.program.names.get(self.program.trait_decl(of).name), out);
                out.push_str("__");
            }
            FnOwner::Module | FnOwner::Test => {}
        }
        push_token(self.program.names.get(decl.name), out);
        if out.len() - start > MAX_FN {
            let hash = hash_of(&out[start..]);
            out.truncate(start + 3);
            push_hash(hash, out);
        }
    }

    /// The target, the trait if there is one, and the conditions: two impls differ in one of them.
    fn push_impl(&self, decl: &ImplDecl, out: &mut String) {
        out.push_str(&self.ty(decl.target).text);
        out.push_str("__");
        if let Some((of, args)) = decl.of {
            out.push_str("as__");
            self.push_trait(of, args, out);
        }
        for bound in &decl.generics.bounds {
            out.push_str("if__");
            out.push_str(&self.ty(bound.subject).text);
            out.push_str("__");
            self.push_trait(bound.of, bound.args, out);
        }
    }

    fn push_trait(&self, of: TraitId, args: TyList, out: &mut String) {
        out.push_str(self.module(of.module));
        out.push_str("__");
        push_token(self.program.names.get(self.program.trait_decl(of).name), out);
        out.push_str("__");
        for &arg in self.program.types.list_of(args) {
            out.push_str(&self.ty(arg).text);
            out.push_str("__");
        }
    }

    fn module(&self, id: ModuleId) -> &str {
        self.modules.get(id.0, || {
            let mut out = String::new();
            push_token(&self.program.module(id).info.key, &mut out);
            out.into()
        })
    }

    fn make(&self, ty: Ty) -> TypeName {
        let types = &self.program.types;
        let mut out = String::new();
        let mut depth = 0;
        let mut head = "";
        let mut parts = |head: &str, list: &[Ty], out: &mut String| {
            out.push_str(head);
            for &part in list {
                let name = self.ty(part);
                depth = depth.max(name.depth);
                out.push_str("__");
                out.push_str(&name.text);
            }
        };
        let counted = |head: &str, list: TyList| format!("{head}{}", types.list_of(list).len());
        match types.kind(ty) {
            TyKind::Error => out.push_str("error"),
            TyKind::Int => out.push_str("int"),
            TyKind::Float => out.push_str("float"),
            TyKind::Bool => out.push_str("bool"),
            TyKind::Str => out.push_str("str"),
            TyKind::Char => out.push_str("char"),
            TyKind::Byte => out.push_str("byte"),
            TyKind::Void => out.push_str("void"),
            TyKind::Never => out.push_str("never"),
            TyKind::Duration => out.push_str("duration"),
            TyKind::Size => out.push_str("size"),
            TyKind::List(element) => parts("L", &[element], &mut out),
            TyKind::Range(element) => parts("R", &[element], &mut out),
            TyKind::Map(key, value) => parts("M", &[key, value], &mut out),
            TyKind::Tuple(list) => parts(&counted("T", list), types.list_of(list), &mut out),
            TyKind::Record(names, list) => {
                parts(&counted("N", list), types.list_of(list), &mut out);
                for &name in types.name_list_of(names) {
                    out.push_str("__");
                    push_token(self.program.names.get(name), &mut out);
                }
            }
            TyKind::Fn(params, result) => {
                let list: Vec<Ty> = types.list_of(params).iter().copied().chain([result]).collect();
                parts(&format!("F{}", list.len()), &list, &mut out);
            }
            TyKind::Adt(id, args) => {
                let mut start = counted("A", args) + "__";
                self.push_adt(id, &mut start);
                parts(&start, types.list_of(args), &mut out);
                head = self.program.names.get(self.program.adt(id).name);
            }
            TyKind::Param(index) => {
                let _ = write!(out, "P{index}");
            }
            TyKind::Assoc { of, name, args } => {
                parts(&counted("Q", args), types.list_of(args), &mut out);
                out.push_str("__");
                self.push_trait(of, TyList::EMPTY, &mut out);
                push_token(self.program.names.get(name), &mut out);
            }
        }
        if out.len() > MAX_TYPE {
            let hash = hash_of(&out);
            out.clear();
            out.extend(head.chars().filter(char::is_ascii_alphanumeric).take(16));
            push_hash(hash, &mut out);
        }
        TypeName { text: out.into(), depth: depth + 1 }
    }

    fn push_adt(&self, id: AdtId, out: &mut String) {
        out.push_str(self.module(id.module));
        out.push_str("__");
        push_token(self.program.names.get(self.program.adt(id).name), out);
    }
}

/// The name of a string literal's constant.
pub(crate) fn push_literal(text: &str, out: &mut String) {
    out.push_str("sl");
    push_hash(hash_of(text), out);
}

fn push_hash(hash: u128, out: &mut String) {
    out.push_str("Zh");
    for shift in (0..32).rev() {
        out.push(char::from(b"0123456789abcdef"[(hash >> (4 * shift)) as usize & 15]));
    }
}

/// FNV-1a with 128 bits: stable across machines, and nobody chooses names to make it collide.
fn hash_of(text: &str) -> u128 {
    text.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash: u128, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    })
}

/// Writes a text as one token.
fn push_token(text: &str, out: &mut String) {
    let mut rest = text.bytes().peekable();
    let mut after_underscore = true;
    while let Some(byte) = rest.next() {
        let is_last = rest.peek().is_none();
        match byte {
            b'_' if !after_underscore && !is_last => out.push('_'),
            b'_' => out.push_str("Z_"),
            b'Z' => out.push_str("ZZ"),
            b'/' => out.push_str("Zs"),
            b'.' => out.push_str("Zd"),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "Zx{byte:02x}");
            }
        }
        after_underscore = byte == b'_';
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let mut out = String::new();
        push_token(text, &mut out);
        assert_eq!(out, expect);
    }

    #[test]
    fn ordinary_names_stay() {
        check("is_empty2", "is_empty2");
        check("printf", "printf");
    }

    #[test]
    fn no_token_holds_a_joint() {
        check("_a__b_", "Z_a_Z_bZ_");
        check("_", "Z_");
    }

    #[test]
    fn paths_and_capitals_are_escaped() {
        check("util/text.test", "utilZstextZdtest");
        check("Zed", "ZZed");
        check("é", "Zxc3Zxa9");
    }
}
