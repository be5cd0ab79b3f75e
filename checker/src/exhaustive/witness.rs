//! Text of a missing case.

use crate::decl::AdtKind;
use crate::program::Program;
use crate::types::{AdtId, Ty};

/// A case that no arm matches.
#[derive(Clone, Debug)]
pub(super) enum Witness {
    /// `_`.
    Any,
    /// As it is.
    Text(String),
    /// `Name(a, b)`, or `Name` alone.
    Call(String, Vec<Witness>),
    /// `Name(n: a)` (bracketed) or `Name { n: a }`.
    Named(String, Vec<(String, Witness)>),
    /// `Name { n: a }`; without a name for records.
    Fields(String, Vec<(String, Witness)>),
    /// `(a, b)`.
    Tuple(Vec<Witness>),
    /// `[a, b]`, with `..` after so many elements.
    List(Vec<Witness>, Option<usize>),
}

impl Witness {
    /// A variant, struct or newtype.
    pub(super) fn variant(p: &Program, id: AdtId, index: u32, parts: Vec<Witness>) -> Witness {
        let decl = p.adt(id);
        let variant = &decl.variants[index as usize];
        let name = p.names.get(variant.name).to_string();
        let names: Option<Vec<String>> =
            variant.fields.iter().map(|f| f.name.map(|n| p.names.get(n).to_string())).collect();
        match names {
            Some(names) if decl.kind == AdtKind::Struct => {
                Witness::Fields(name, names.into_iter().zip(parts).collect())
            }
            Some(names) if !names.is_empty() => Witness::Named(name, names.into_iter().zip(parts).collect()),
            _ => Witness::Call(name, parts),
        }
    }

    /// Values between two others.
    pub(super) fn interval(ty: Ty, lo: i64, hi: i64) -> Witness {
        let show = |value: i64| match ty {
            Ty::CHAR => char::from_u32(value as u32).map_or_else(|| "_".into(), |c| format!("{c:?}")),
            _ => value.to_string(),
        };
        Witness::Text(match ty {
            _ if lo == hi => show(lo),
            Ty::INT if lo == i64::MIN && hi == i64::MAX => "_".into(),
            Ty::INT if lo == i64::MIN => format!("..={}", show(hi)),
            Ty::INT if hi == i64::MAX => format!("{}..", show(lo)),
            // Control characters have no literals.
            Ty::CHAR if lo == 0 => format!("..={}", show(hi)),
            Ty::CHAR if hi == char::MAX as i64 => format!("{}..", show(lo)),
            _ => format!("{}..={}", show(lo), show(hi)),
        })
    }

    /// The text.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        out
    }

    fn write(&self, out: &mut String, depth: u32) {
        if depth > 32 || out.len() > 400 {
            out.push('_');
            return;
        }
        let depth = depth + 1;
        match self {
            Witness::Any => out.push('_'),
            Witness::Text(text) => out.push_str(text),
            Witness::Call(name, parts) => {
                out.push_str(name);
                if !parts.is_empty() {
                    Self::write_list(parts, ("(", ")"), None, out, depth);
                }
            }
            Witness::Named(name, parts) => {
                out.push_str(name);
                Self::write_fields(parts, ("(", ")"), out, depth);
            }
            Witness::Fields(name, parts) => {
                out.push_str(name);
                if !name.is_empty() {
                    out.push(' ');
                }
                Self::write_fields(parts, ("{ ", " }"), out, depth);
            }
            Witness::Tuple(parts) => Self::write_list(parts, ("(", ")"), None, out, depth),
            Witness::List(parts, rest) => Self::write_list(parts, ("[", "]"), *rest, out, depth),
        }
    }

    fn write_list(
        parts: &[Witness],
        brackets: (&str, &str),
        rest: Option<usize>,
        out: &mut String,
        depth: u32,
    ) {
        out.push_str(brackets.0);
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            if rest == Some(i) {
                out.push_str(".., ");
            }
            part.write(out, depth);
        }
        if rest == Some(parts.len()) {
            out.push_str(if parts.is_empty() { ".." } else { ", .." });
        }
        out.push_str(brackets.1);
    }

    fn write_fields(parts: &[(String, Witness)], brackets: (&str, &str), out: &mut String, depth: u32) {
        out.push_str(brackets.0);
        for (i, (name, part)) in parts.iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            out.push_str(name);
            out.push_str(": ");
            part.write(out, depth);
        }
        out.push_str(brackets.1);
    }
}
