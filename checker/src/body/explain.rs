//! Second places: what asked for the type that an expression does not have.

use super::Checker;
use crate::types::ModuleId;
use sigil_frontend::syntax::{self, ExprKind};
use sigil_frontend::{Code, Label, Span};

impl Checker<'_> {
    /// Adds what asked for the type to a mismatch of an expression, or of what gives its value, reported since.
    pub(super) fn explain_mismatch(
        &mut self,
        reports: usize,
        id: syntax::ExprId,
        file: ModuleId,
        span: Span,
        note: &str,
    ) {
        for at in reports..self.diagnostics.len() {
            let found = &self.diagnostics[at];
            if found.code == Code::error(308) && found.labels.is_empty() && self.gives(id, found.span) {
                let label = Label { file, span, message: note.into() };
                self.diagnostics[at].labels.push(label);
            }
        }
    }

    /// Whether the value of an expression is that of the one at a place: itself, a branch, the end of a sequence.
    fn gives(&self, mut id: syntax::ExprId, span: Span) -> bool {
        let tree = self.tree;
        loop {
            if tree[id].span == span {
                return true;
            }
            id = match tree[id].kind {
                ExprKind::Paren(inner) => inner,
                ExprKind::If(if_) => {
                    let syntax::If { then, otherwise, .. } = tree[if_];
                    match otherwise {
                        Some(otherwise) if !contains(tree[then].span, span) => otherwise,
                        _ => then,
                    }
                }
                ExprKind::Match(match_) => {
                    let arm = tree.list(tree[match_].arms).find(|arm| contains(tree[arm.body].span, span));
                    match arm {
                        Some(arm) => arm.body,
                        None => return false,
                    }
                }
                ExprKind::Run(elems) => match tree.list(elems).last() {
                    Some(syntax::Elem::Expr(last)) => *last,
                    _ => return false,
                },
                _ => return false,
            };
        }
    }
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}
