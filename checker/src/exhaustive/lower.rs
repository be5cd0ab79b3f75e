//! Patterns as the solver sees them: constructors with fields, no names.

use super::split::{Piece, PieceKind};
use crate::decl::Const;
use crate::hir::{Body, PatId, PatKind};
use crate::types::Ty;

/// A pattern that matches anything.
pub(super) const ANY: u32 = 0;

/// A constructor.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Ctor {
    /// Tuples, records.
    Single,
    /// A variant; structs and newtypes have one.
    Variant(u32),
    /// `true`, `false`.
    Bool(bool),
    /// An interval of int, char or byte.
    Interval(i64, i64),
    /// A value of a type whose values are not enumerated.
    Value(Const),
    /// A list: lengths of the parts before and after `..`, if there is one.
    List { prefix: u32, suffix: u32, rest: bool },
}

#[derive(Clone, Copy)]
enum Node {
    Any,
    Or(u32, u32),
    Ctor(Ctor, u32, u32),
}

/// Lowered patterns, by number; 0 is `_`.
pub(super) struct Lowered {
    nodes: Vec<Node>,
    lists: Vec<u32>,
    /// Elements of list patterns that are accepted as such (`let`), with their types.
    pub(super) apart: Vec<(u32, Ty)>,
}

impl Default for Lowered {
    fn default() -> Self {
        Lowered { nodes: vec![Node::Any], lists: Vec::new(), apart: Vec::new() }
    }
}

impl Lowered {
    /// Lowers a pattern. `lists_match`: list patterns count as matching, their elements go to `apart`.
    pub(super) fn pattern(&mut self, body: &Body, pat: PatId, lists_match: bool) -> u32 {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.pattern_inner(body, pat, lists_match))
    }

    fn pattern_inner(&mut self, body: &Body, pat: PatId, lists_match: bool) -> u32 {
        match body[pat].kind {
            PatKind::Wild | PatKind::Bind(_, None) => ANY,
            PatKind::Bind(_, Some(inner)) => self.pattern(body, inner, lists_match),
            PatKind::Const(Const::Bool(value)) => self.node(Ctor::Bool(value), &[]),
            PatKind::Const(value) => self.node(Ctor::Value(value), &[]),
            PatKind::Interval(lo, hi) => self.node(Ctor::Interval(lo, hi), &[]),
            PatKind::Variant(index, fields) => {
                let fields = self.patterns(body, body.pats(fields), lists_match);
                self.node(Ctor::Variant(index), &fields)
            }
            PatKind::Record(fields) | PatKind::Tuple(fields) => {
                let fields = self.patterns(body, body.pats(fields), lists_match);
                self.node(Ctor::Single, &fields)
            }
            PatKind::List { prefix, rest, suffix } => {
                let mut elements = self.patterns(body, body.pats(prefix), lists_match);
                elements.extend(self.patterns(body, body.pats(suffix), lists_match));
                if lists_match {
                    let pats = body.pats(prefix).iter().chain(body.pats(suffix));
                    self.apart.extend(elements.iter().copied().zip(pats.map(|&p| body[p].ty)));
                    return ANY;
                }
                let ctor = Ctor::List { prefix: prefix.len, suffix: suffix.len, rest: rest.is_some() };
                self.node(ctor, &elements)
            }
            PatKind::Or(alternatives) => {
                let list = self.patterns(body, body.pats(alternatives), lists_match);
                let start = self.lists.len() as u32;
                self.lists.extend_from_slice(&list);
                self.nodes.push(Node::Or(start, list.len() as u32));
                (self.nodes.len() - 1) as u32
            }
        }
    }

    fn patterns(&mut self, body: &Body, pats: &[PatId], lists_match: bool) -> Vec<u32> {
        pats.iter().map(|&pat| self.pattern(body, pat, lists_match)).collect()
    }

    fn node(&mut self, ctor: Ctor, fields: &[u32]) -> u32 {
        let start = self.lists.len() as u32;
        self.lists.extend_from_slice(fields);
        self.nodes.push(Node::Ctor(ctor, start, fields.len() as u32));
        (self.nodes.len() - 1) as u32
    }

    /// Whether a pattern is a list of alternatives.
    pub(super) fn is_or(&self, pat: u32) -> bool {
        matches!(self.nodes[pat as usize], Node::Or(..))
    }

    /// The alternatives of a pattern, nested ones flattened.
    pub(super) fn alternatives(&self, pat: u32, out: &mut Vec<u32>) {
        match self.nodes[pat as usize] {
            Node::Or(start, len) => {
                for at in start..start + len {
                    self.alternatives(self.lists[at as usize], out);
                }
            }
            _ => out.push(pat),
        }
    }

    /// The constructor of a pattern; none for `_`.
    pub(super) fn ctor(&self, pat: u32) -> Option<Ctor> {
        match self.nodes[pat as usize] {
            Node::Ctor(ctor, ..) => Some(ctor),
            _ => None,
        }
    }

    /// Pushes the fields of a pattern, which matches the piece, last field first.
    pub(super) fn push_fields(&self, pat: u32, piece: &Piece, count: usize, out: &mut Vec<u32>) {
        let Node::Ctor(ctor, start, len) = self.nodes[pat as usize] else {
            out.extend(std::iter::repeat_n(ANY, count));
            return;
        };
        let fields = &self.lists[start as usize..(start + len) as usize];
        match (ctor, &piece.kind) {
            (Ctor::List { prefix, .. }, PieceKind::Length { .. }) => {
                let (front, back) = fields.split_at(prefix as usize);
                out.extend(back.iter().rev());
                out.extend(std::iter::repeat_n(ANY, count - front.len() - back.len()));
                out.extend(front.iter().rev());
            }
            _ if fields.len() == count => out.extend(fields.iter().rev()),
            _ => out.extend(std::iter::repeat_n(ANY, count)),
        }
    }
}
