//! Text of types and signatures for messages.

use crate::decl::FnDecl;
use crate::program::Program;
use crate::types::{TraitId, Ty, TyKind, TyList};
use sigil_frontend::Symbol;
use std::fmt::Write;

impl Program {
    /// A type as it would be written. `params` names the type parameters; others are shown by number.
    pub fn show(&self, ty: Ty, params: &[Symbol]) -> String {
        let mut out = String::new();
        self.write_ty(&mut out, ty, params);
        out
    }

    fn write_ty(&self, out: &mut String, ty: Ty, params: &[Symbol]) {
        // Types share their parts: written out, a small program's type can be larger than memory.
        if out.len() > 300 {
            out.push('…');
            return;
        }
        match self.types.kind(ty) {
            TyKind::Error => out.push('_'),
            TyKind::Int => out.push_str("int"),
            TyKind::Float => out.push_str("float"),
            TyKind::Bool => out.push_str("bool"),
            TyKind::Str => out.push_str("str"),
            TyKind::Char => out.push_str("char"),
            TyKind::Byte => out.push_str("byte"),
            TyKind::Void => out.push_str("void"),
            TyKind::Never => out.push_str("Never"),
            TyKind::Duration => out.push_str("Duration"),
            TyKind::Size => out.push_str("Size"),
            TyKind::List(element) => self.write_all(out, "[", &[element], "]", params),
            TyKind::Map(key, value) => {
                out.push('{');
                self.write_ty(out, key, params);
                out.push_str(": ");
                self.write_ty(out, value, params);
                out.push('}');
            }
            TyKind::Range(element) => self.write_all(out, "Range<", &[element], ">", params),
            TyKind::Tuple(parts) => self.write_list(out, "(", parts, ")", params),
            TyKind::Record(names, parts) => self.write_record(out, names, parts, params),
            TyKind::Fn(list, result) => {
                self.write_list(out, "(", list, ")", params);
                out.push_str(" -> ");
                self.write_ty(out, result, params);
            }
            TyKind::Adt(id, args) => {
                // A broken interface may still be under construction when a type of it is shown.
                out.push_str(self.names.get(self.adt_name(id)));
                if args != TyList::EMPTY {
                    self.write_list(out, "<", args, ">", params);
                }
            }
            TyKind::Param(index) => match params.get(index as usize) {
                Some(&name) => out.push_str(self.names.get(name)),
                None => {
                    let _ = write!(out, "T{index}");
                }
            },
            TyKind::Assoc { name, args, .. } => {
                self.write_ty(out, self.types.list_of(args)[0], params);
                out.push('.');
                out.push_str(self.names.get(name));
            }
        }
    }

    fn write_record(
        &self,
        out: &mut String,
        names: crate::types::NameList,
        parts: TyList,
        params: &[Symbol],
    ) {
        out.push_str("{ ");
        let fields = self.types.name_list_of(names).iter().zip(self.types.list_of(parts));
        for (number, (&name, &part)) in fields.enumerate() {
            if number > 0 {
                out.push_str(", ");
            }
            out.push_str(self.names.get(name));
            out.push_str(": ");
            self.write_ty(out, part, params);
        }
        out.push_str(" }");
    }

    fn write_list(&self, out: &mut String, open: &str, parts: TyList, close: &str, params: &[Symbol]) {
        self.write_all(out, open, self.types.list_of(parts), close, params);
    }

    fn write_all(&self, out: &mut String, open: &str, parts: &[Ty], close: &str, params: &[Symbol]) {
        out.push_str(open);
        for (number, &part) in parts.iter().enumerate() {
            if number > 0 {
                out.push_str(", ");
            }
            self.write_ty(out, part, params);
        }
        out.push_str(close);
    }

    fn adt_name(&self, id: crate::types::AdtId) -> Symbol {
        let module = self.module(id.module);
        let entry = &module.names().adts[id.index as usize];
        module.syntax().trees[entry.tree as usize][entry.syntax].name.symbol
    }

    /// A trait's name, also while its interface is being built.
    pub(crate) fn trait_name(&self, id: TraitId) -> Symbol {
        let module = self.module(id.module);
        let entry = &module.names().traits[id.index as usize];
        module.syntax().trees[entry.tree as usize][entry.syntax].name.symbol
    }

    /// The outermost part of a named type.
    pub(crate) fn show_head(&self, ty: Ty) -> String {
        match self.types.kind(ty) {
            TyKind::Adt(id, _) => self.names.get(self.adt_name(id)).to_owned(),
            _ => self.show(ty, &[]),
        }
    }

    /// A trait method's signature for an impl: `path` is the target and the trait's arguments.
    pub(crate) fn show_signature(&self, decl: &FnDecl, path: &[Ty]) -> String {
        self.show_signature_in(decl, path, &decl.generics.names)
    }

    /// A function's signature after substitution.
    pub(crate) fn show_signature_in(&self, decl: &FnDecl, args: &[Ty], params: &[Symbol]) -> String {
        let mut out = format!("@{} ", self.names.get(decl.name));
        out.push('(');
        if decl.has_self {
            out.push_str("self");
        }
        for (number, param) in decl.params.iter().enumerate() {
            if number > 0 || decl.has_self {
                out.push_str(", ");
            }
            out.push_str(self.names.get(param.name));
            out.push_str(": ");
            self.write_ty(&mut out, self.subst(param.ty, args), params);
        }
        out.push_str(") -> ");
        self.write_ty(&mut out, self.subst(decl.result, args), params);
        out
    }
}
