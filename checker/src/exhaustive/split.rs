//! Splitting a type into pieces that the patterns of a column cannot tell apart within.

use super::lower::{Ctor, Lowered};
use super::witness::Witness;
use crate::decl::Const;
use crate::program::Program;
use crate::types::{Ty, TyKind};

/// A piece of a type, with the rows that match (some of) it.
pub(super) struct Piece {
    pub(super) kind: PieceKind,
    pub(super) rows: Vec<u32>,
}

/// What a piece is.
pub(super) enum PieceKind {
    /// All of a tuple or record.
    Single,
    /// A variant.
    Variant(u32),
    /// `true`, `false`.
    Bool(bool),
    /// Values between two others.
    Interval(i64, i64),
    /// One value of a type whose values are not enumerated.
    Value,
    /// Lists of one length, or (`more`) of that length and above.
    Length { len: u32, more: bool, prefix: u32 },
    /// What no pattern of the column but `_` matches; a witness of it.
    Rest(Witness),
}

impl Piece {
    /// Types of the fields.
    pub(super) fn field_types(&self, p: &Program, ty: Ty) -> Vec<Ty> {
        match (&self.kind, p.types.kind(ty)) {
            (PieceKind::Variant(index), TyKind::Adt(id, args)) => {
                let args = p.types.list_of(args);
                p.adt(id).variants[*index as usize].fields.iter().map(|f| p.subst(f.ty, args)).collect()
            }
            (PieceKind::Single, TyKind::Tuple(parts) | TyKind::Record(_, parts)) => {
                p.types.list_of(parts).to_vec()
            }
            (PieceKind::Length { len, .. }, TyKind::List(elem)) => vec![elem; *len as usize],
            _ => Vec::new(),
        }
    }

    /// A value of the piece, from values of its fields.
    pub(super) fn witness(&self, p: &Program, ty: Ty, parts: Vec<Witness>) -> Witness {
        match (&self.kind, p.types.kind(ty)) {
            (PieceKind::Variant(index), TyKind::Adt(id, _)) => Witness::variant(p, id, *index, parts),
            (PieceKind::Single, TyKind::Record(names, _)) => {
                let names = p.types.name_list_of(names).iter().map(|&n| p.names.get(n).to_string());
                Witness::Fields(String::new(), names.zip(parts).collect())
            }
            (PieceKind::Single, _) => Witness::Tuple(parts),
            (PieceKind::Bool(value), _) => Witness::Text(value.to_string()),
            (PieceKind::Interval(lo, hi), _) => Witness::interval(ty, *lo, *hi),
            (PieceKind::Length { more, prefix, .. }, _) => {
                Witness::List(parts, more.then_some(*prefix as usize))
            }
            (PieceKind::Rest(witness), _) => witness.clone(),
            _ => Witness::Any,
        }
    }
}

/// The pieces of a type that a column tells apart, each with its rows in order.
pub(super) fn pieces(p: &Program, lowered: &Lowered, ty: Ty, heads: &[u32]) -> Vec<Piece> {
    let ctors: Vec<Option<Ctor>> = heads.iter().map(|&head| lowered.ctor(head)).collect();
    let Some(first) = ctors.iter().flatten().next() else {
        return vec![Piece { kind: PieceKind::Rest(Witness::Any), rows: (0..heads.len() as u32).collect() }];
    };
    let mut out = match first {
        Ctor::Single => vec![empty(PieceKind::Single)],
        Ctor::Bool(_) => vec![empty(PieceKind::Bool(true)), empty(PieceKind::Bool(false))],
        Ctor::Variant(_) => return variants(p, ty, &ctors),
        Ctor::Interval(..) => return intervals(ty, &ctors),
        Ctor::Value(_) => return values(&ctors),
        Ctor::List { .. } => return lengths(&ctors),
    };
    for (row, ctor) in ctors.iter().enumerate() {
        for piece in &mut out {
            let fits = match (ctor, &piece.kind) {
                (Some(Ctor::Bool(a)), PieceKind::Bool(b)) => a == b,
                _ => true,
            };
            if fits {
                piece.rows.push(row as u32);
            }
        }
    }
    out
}

fn empty(kind: PieceKind) -> Piece {
    Piece { kind, rows: Vec::new() }
}

/// Puts each row into the pieces that `of` gives, rows of `_` into all.
fn distribute<I: IntoIterator<Item = usize>>(
    out: &mut [Piece],
    ctors: &[Option<Ctor>],
    mut of: impl FnMut(Ctor) -> I,
) {
    for (row, ctor) in ctors.iter().enumerate() {
        match ctor {
            None => out.iter_mut().for_each(|piece| piece.rows.push(row as u32)),
            Some(ctor) => {
                for at in of(*ctor) {
                    out[at].rows.push(row as u32);
                }
            }
        }
    }
}

fn variants(p: &Program, ty: Ty, ctors: &[Option<Ctor>]) -> Vec<Piece> {
    let TyKind::Adt(id, _) = p.types.kind(ty) else { return Vec::new() };
    let count = p.adt(id).variants.len();
    let mut at = vec![usize::MAX; count];
    let mut out: Vec<Piece> = Vec::new();
    for ctor in ctors.iter().flatten() {
        if let Ctor::Variant(index) = *ctor
            && at[index as usize] == usize::MAX
        {
            at[index as usize] = out.len();
            out.push(empty(PieceKind::Variant(index)));
        }
    }
    if let Some(missing) = at.iter().position(|&at| at == usize::MAX) {
        let parts = vec![Witness::Any; p.adt(id).variants[missing].fields.len()];
        out.push(empty(PieceKind::Rest(Witness::variant(p, id, missing as u32, parts))));
    }
    distribute(&mut out, ctors, |ctor| match ctor {
        Ctor::Variant(index) => Some(at[index as usize]),
        _ => None,
    });
    out
}

/// All values of a type, as intervals.
fn domain(ty: Ty) -> &'static [(i64, i64)] {
    match ty {
        Ty::BYTE => &[(0, 255)],
        Ty::CHAR => &[(0, 0xD7FF), (0xE000, char::MAX as i64)],
        _ => &[(i64::MIN, i64::MAX)],
    }
}

fn intervals(ty: Ty, ctors: &[Option<Ctor>]) -> Vec<Piece> {
    // First values of the pieces; wider than i64, so that one past the last value has a place.
    let mut cuts: Vec<i128> = Vec::new();
    for ctor in ctors.iter().flatten() {
        if let Ctor::Interval(lo, hi) = *ctor {
            cuts.extend([lo as i128, hi as i128 + 1]);
        }
    }
    for &(lo, hi) in domain(ty) {
        cuts.extend([lo as i128, hi as i128 + 1]);
    }
    cuts.sort_unstable();
    cuts.dedup();
    let within = |lo: i128| domain(ty).iter().any(|&(a, b)| a as i128 <= lo && lo <= b as i128);
    // How many patterns cover each piece, by differences.
    let mut cover = vec![0i64; cuts.len() + 1];
    let at = |value: i128| cuts.partition_point(|&cut| cut < value);
    for ctor in ctors.iter().flatten() {
        if let Ctor::Interval(lo, hi) = *ctor {
            cover[at(lo as i128)] += 1;
            cover[at(hi as i128 + 1)] -= 1;
        }
    }
    let mut out: Vec<Piece> = Vec::new();
    let mut place = vec![None; cuts.len()];
    let mut depth = 0;
    let mut rest: Option<Witness> = None;
    for (i, pair) in cuts.windows(2).enumerate() {
        depth += cover[i];
        if !within(pair[0]) {
            continue;
        }
        let (lo, hi) = (pair[0] as i64, (pair[1] - 1) as i64);
        if depth > 0 {
            place[i] = Some(out.len());
            out.push(empty(PieceKind::Interval(lo, hi)));
        } else if rest.is_none() {
            rest = Some(Witness::interval(ty, lo, hi));
        }
    }
    if let Some(rest) = rest {
        out.push(empty(PieceKind::Rest(rest)));
    }
    distribute(&mut out, ctors, |ctor| {
        let range = match ctor {
            Ctor::Interval(lo, hi) => at(lo as i128)..at(hi as i128 + 1),
            _ => 0..0,
        };
        range.filter_map(|i| place[i]).collect::<Vec<_>>()
    });
    out
}

/// By which values are told apart; floats as `==` does.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Bits(u64),
    Text(sigil_frontend::Symbol),
}

/// All values of a column are of one type.
fn key(value: Const) -> Key {
    match value {
        Const::Int(v) | Const::Duration(v) | Const::Size(v) => Key::Bits(v as u64),
        Const::Float(v) => Key::Bits(if v == 0.0 { 0 } else { v.to_bits() }),
        Const::Bool(v) => Key::Bits(v.into()),
        Const::Str(v) => Key::Text(v),
        Const::Char(v) => Key::Bits(v as u64),
        Const::Byte(v) => Key::Bits(v.into()),
    }
}

fn values(ctors: &[Option<Ctor>]) -> Vec<Piece> {
    let mut at = rustc_hash::FxHashMap::default();
    let mut out: Vec<Piece> = Vec::new();
    for ctor in ctors.iter().flatten() {
        if let Ctor::Value(value) = *ctor {
            at.entry(key(value)).or_insert_with(|| {
                out.push(empty(PieceKind::Value));
                out.len() - 1
            });
        }
    }
    out.push(empty(PieceKind::Rest(Witness::Any)));
    distribute(&mut out, ctors, |ctor| match ctor {
        Ctor::Value(value) => at.get(&key(value)).copied(),
        _ => None,
    });
    out
}

fn lengths(ctors: &[Option<Ctor>]) -> Vec<Piece> {
    let (mut fixed, mut front, mut back) = (Vec::new(), 0, 0);
    let mut least = None;
    for ctor in ctors.iter().flatten() {
        match *ctor {
            Ctor::List { prefix, suffix, rest: true } => {
                front = front.max(prefix);
                back = back.max(suffix);
                least = Some(least.map_or(prefix + suffix, |l: u32| l.min(prefix + suffix)));
            }
            Ctor::List { prefix, .. } => fixed.push(prefix),
            _ => {}
        }
    }
    fixed.sort_unstable();
    fixed.dedup();
    // Lists of this length or more are all alike.
    let top = fixed.last().map_or(0, |&len| len + 1).max(front + back);
    let mut lens: Vec<u32> = fixed.clone();
    if let Some(least) = least {
        lens.extend(least..=top);
        lens.sort_unstable();
        lens.dedup();
    }
    let mut out: Vec<Piece> = lens
        .iter()
        .map(|&len| empty(PieceKind::Length { len, more: least.is_some() && len == top, prefix: front }))
        .collect();
    // The shortest length that only `_` matches.
    let absent = (0..top).find(|len| lens.binary_search(len).is_err()).or((least.is_none()).then_some(top));
    if let Some(len) = absent {
        let more = least.is_none() && len == top;
        let parts = vec![Witness::Any; len as usize];
        out.push(empty(PieceKind::Rest(Witness::List(parts, more.then_some(len as usize)))));
    }
    distribute(&mut out, ctors, |ctor| match ctor {
        Ctor::List { prefix, suffix, rest } => {
            let need = prefix + suffix;
            let from = lens.partition_point(|&len| len < need);
            let to = if rest { lens.len() } else { from + 1 };
            from..to
        }
        _ => 0..0,
    });
    out
}
