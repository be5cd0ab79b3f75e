//! Ways out of the procedure of a `recurse` that end more than the procedure.

use super::facts::{Facts, LEAVES};
use super::tree::each_child;
use sigil_checker::hir::{Body, ExprId, ExprKind, Target};

/// A way out, as seen from around the `recurse`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Exit {
    /// `?`, to the innermost `try`, or out of the function.
    Propagate,
    /// `break` of the loop that so many others are inside of.
    Break(u32),
    /// `continue` of such a loop.
    Continue(u32),
}

/// The ways out of a `recurse`, each once. Their order is that of the numbers by which the procedure tells them.
pub(super) fn exits(body: &Body, facts: &Facts, recurse: ExprId) -> Vec<Exit> {
    let mut found = Vec::new();
    if let ExprKind::Recurse { cond, base, step, .. } = body[recurse].kind {
        let mut search = Search { body, facts, loops: 0, tries: 0, found: &mut found };
        [cond, base, step].into_iter().for_each(|part| search.expr(part));
    }
    found
}

struct Search<'a> {
    body: &'a Body,
    facts: &'a Facts,
    /// Around the place at hand, inside the `recurse`.
    loops: u32,
    tries: u32,
    found: &'a mut Vec<Exit>,
}

impl Search<'_> {
    fn expr(&mut self, id: ExprId) {
        if self.facts.has(id, LEAVES) {
            stacker::maybe_grow(64 << 10, 1 << 20, || self.expr_here(id));
        }
    }

    fn expr_here(&mut self, id: ExprId) {
        let (body, tries) = (self.body, self.tries);
        match body[id].kind {
            // Tasks are left by panics only.
            ExprKind::Parallel { value, .. } => self.expr(value),
            ExprKind::Loop(inner) => self.in_loop(inner),
            ExprKind::For { clauses, guard, body: inner, .. } => {
                let iterables = body.clauses(clauses).iter().map(|clause| clause.iter);
                iterables.chain(guard).for_each(|e| self.expr(e));
                self.in_loop(inner);
            }
            ExprKind::Try(inner) => {
                self.tries += 1;
                self.expr(inner);
                self.tries = tries;
            }
            ExprKind::Break(inside) => self.jump(inside, Exit::Break),
            ExprKind::Continue(inside) => self.jump(inside, Exit::Continue),
            ExprKind::Propagate(inner, target) => {
                if target == Target::Function || tries == 0 {
                    self.add(Exit::Propagate);
                }
                self.expr(inner);
            }
            _ => each_child(body, id, &mut |child| self.expr(child)),
        }
    }

    fn in_loop(&mut self, id: ExprId) {
        self.loops += 1;
        self.expr(id);
        self.loops -= 1;
    }

    fn jump(&mut self, inside: u32, exit: impl Fn(u32) -> Exit) {
        if let Some(outer) = inside.checked_sub(self.loops) {
            self.add(exit(outer));
        }
    }

    fn add(&mut self, exit: Exit) {
        if !self.found.contains(&exit) {
            self.found.push(exit);
        }
    }
}
