//! Chains of data patterns as one loop, without the lists between them.
//!
//! Unfused, a stage is done with all elements before the next one sees the first. What the stages do between them
//! must therefore not tell the difference: all but one of them neither panic nor do anything else. Where several may
//! panic, and do nothing else, the later ones leave the loop instead (`rescue`), and the chain is evaluated again
//! stage by stage, which then panics where it has to.

use super::Emitter;
use super::closure::Function;
use super::facts::{ASSIGNS, IMPURE};
use super::iterate::{Iter, Job};
use super::moves::When;
use super::value::{Held, Val};
use sigil_checker::hir::{ExprId, ExprKind};
use sigil_checker::types::{Ty, TyKind};

pub(super) use super::risk::Risk;

/// What is done to each element before the consumer sees it.
pub(super) struct Stage {
    function: Function,
    pub is_filter: bool,
    /// Type of the elements after it.
    pub part: Ty,
    /// Panics are left to the chain stage by stage.
    bails: bool,
}

/// What takes the elements at the end of a chain.
#[derive(Default)]
pub(super) struct Consumer {
    pub risk: Risk,
    /// It may not want them all.
    pub stops: bool,
    /// Operands that are evaluated before the loop and after the iterable.
    pub before: Vec<ExprId>,
    /// It assigns to locals.
    pub assigns: bool,
}

/// Over and function of a stage, and whether it filters.
fn parts(kind: ExprKind) -> Option<(ExprId, ExprId, bool)> {
    match kind {
        ExprKind::PatMap(over, f) | ExprKind::PatCollect(over, f) => Some((over, f, false)),
        ExprKind::PatFilter(over, f) => Some((over, f, true)),
        _ => None,
    }
}

impl Emitter<'_> {
    /// The consumer that a function operand makes.
    pub(super) fn consumer(&self, f: Option<ExprId>, before: Option<ExprId>) -> Consumer {
        let is_made = |&f: &ExprId| self.is_evaluated(f) && !self.is_looked_at(f);
        Consumer {
            risk: f.map_or(Risk::None, |f| self.function_risk(f)),
            before: before.into_iter().chain(f.filter(is_made)).collect(),
            ..Consumer::default()
        }
    }

    /// A function operand that takes evaluation.
    fn is_evaluated(&self, f: ExprId) -> bool {
        !matches!(
            self.body[f].kind,
            ExprKind::Lambda { .. } | ExprKind::OpValue(_) | ExprKind::FnValue(_) | ExprKind::CtorValue(_)
        )
    }

    /// A variable that is not taken.
    fn is_looked_at(&self, e: ExprId) -> bool {
        matches!(self.body[e].kind, ExprKind::Local(_)) && self.moves.borrowed(e)
    }

    /// Evaluates what a consumer iterates over, fused with it as far as that cannot be told.
    pub(super) fn iterable_for(&mut self, over: ExprId, later: u8, consumer: &Consumer) -> Option<Iter> {
        if !self.cx.options().optimize || self.is_stage_by_stage {
            return self.iterable(over, later);
        }
        let chain = self.fusible(over, consumer);
        let base = chain.last().and_then(|&(id, _)| parts(self.body[id].kind)).map_or(over, |part| part.0);
        let later = if chain.is_empty() { later } else { later | IMPURE };
        let mut iter = match self.pieces(base, consumer) {
            Some(iter) => iter?,
            None => self.iterable(base, later)?,
        };
        let mut is_first = true;
        for &(id, risk) in chain.iter().rev() {
            let Some((_, f, is_filter)) = parts(self.body[id].kind) else { continue };
            let function = self.function_operand(f, later)?;
            let TyKind::List(part) = self.program.types.kind(self.ty(id)) else { continue };
            let bails = risk != Risk::None && !is_first;
            is_first &= risk == Risk::None;
            iter.stages.push(Stage { function, is_filter, part, bails });
            self.drop_later(id);
        }
        iter.bails = consumer.risk != Risk::None && !is_first;
        if iter.bails || iter.stages.iter().any(|stage| stage.bails) {
            iter.rescue = Some(self.new_label());
        }
        Some(iter)
    }

    /// What an expression drops after it is dropped when the operation at hand is done.
    fn drop_later(&mut self, id: ExprId) {
        let moves = self.moves;
        for part in moves.drops(When::After, id) {
            let (val, ty) = self.part(part);
            self.held.push(Held { code: val.code, ty, is_borrowed: true });
        }
    }

    /// The stages, from the consumer inwards, that may be part of its loop.
    fn fusible(&self, over: ExprId, consumer: &Consumer) -> Vec<(ExprId, Risk)> {
        let mut chain = Vec::new();
        let mut at = over;
        while let Some((inner, f, _)) = parts(self.body[at].kind) {
            if self.is_evaluated(f) && !self.is_looked_at(f) {
                break;
            }
            chain.push((at, self.function_risk(f)));
            at = inner;
        }
        while !chain.is_empty() && !self.may_fuse(&chain, over, consumer) {
            chain.pop();
        }
        chain
    }

    fn may_fuse(&self, chain: &[(ExprId, Risk)], over: ExprId, consumer: &Consumer) -> bool {
        let counted = |local: &sigil_checker::hir::LocalId| self.facts.counted[local.0 as usize];
        let assigns = consumer.assigns || consumer.before.iter().any(|&e| self.facts.has(e, ASSIGNS));
        if assigns && self.facts.outer_reads(over).any(|local| self.body[local].is_mut) {
            return false;
        }
        // Operands may take what the stages still look at.
        let takes = |&e: &ExprId| {
            self.facts
                .outer_reads(e)
                .filter(counted)
                .any(|local| self.facts.outer_reads(over).any(|other| other == local))
        };
        if consumer.before.iter().any(takes) {
            return false;
        }
        let mut risky = chain.iter().rev().map(|stage| stage.1).filter(|&risk| risk != Risk::None);
        let Some(first) = risky.next() else { return true };
        if consumer.stops || consumer.before.iter().any(|&e| self.risk(e) != Risk::None) {
            return false;
        }
        let rest: Vec<Risk> =
            risky.chain([consumer.risk].into_iter().filter(|&risk| risk != Risk::None)).collect();
        if rest.is_empty() {
            return true;
        }
        // Once more from the start is the same as before.
        let base = chain.last().and_then(|&(id, _)| parts(self.body[id].kind)).map(|part| part.0);
        first <= Risk::Panics
            && rest.iter().all(|&risk| risk == Risk::Overflows)
            && base.is_some_and(|base| self.is_repeatable(base))
            && consumer.before.iter().all(|&e| self.facts.outer_reads(e).find(counted).is_none())
    }

    fn is_repeatable(&self, base: ExprId) -> bool {
        let is_plain = |e: ExprId| matches!(self.body[e].kind, ExprKind::Const(_) | ExprKind::Local(_));
        match self.body[base].kind {
            ExprKind::Local(local) => self.moves.borrowed(base) || !self.facts.counted[local.0 as usize],
            ExprKind::Range(lo, hi, _) => is_plain(lo) && is_plain(hi),
            _ => false,
        }
    }

    /// The element at hand after all stages; none if it never arises. `opened` gets what is held at each brace.
    pub(super) fn staged(&mut self, iter: &Iter, opened: &mut Vec<usize>) -> Option<Val> {
        let mut val = self.element_of(iter);
        let mut ty = iter.ty;
        if iter.over.makes_elements() {
            self.hold(&val, ty, true);
            val.owned = false;
        }
        for stage in &iter.stages {
            let outer = std::mem::replace(&mut self.bail, iter.rescue.filter(|_| stage.bails));
            let made = self.apply(&stage.function, vec![(val.clone(), ty)]);
            self.bail = outer;
            if made.never {
                return None;
            }
            if stage.is_filter {
                let made = self.calm(made, Ty::BOOL);
                self.push("if (");
                self.push_condition(&made);
                self.push(") {\n");
                opened.push(self.held.len());
                continue;
            }
            val = self.named(made, stage.part);
            self.hold(&val, stage.part, true);
            val.owned = false;
            self.push("(void)");
            self.push_val(&val);
            self.push(";\n");
            ty = stage.part;
        }
        Some(val)
    }

    /// Ends a round: what it held is released, from the inside out.
    pub(super) fn end_staged(&mut self, round: usize, opened: &[usize]) {
        for &held in opened.iter().rev() {
            self.release_held(held);
            self.push("}\n");
        }
        self.release_held(round);
    }

    /// Leaves the loop of a chain: gives up what its round holds below a mark.
    pub(super) fn leave_round(&mut self, job: &Job<'_>, mark: usize) {
        if let Some(round) = job.iter.round.get() {
            let above = self.held.split_off(mark);
            self.abandon_held(round);
            self.held.extend(above);
        }
    }

    /// Where a panic of a later stage leads to: stage by stage, an earlier one may come first.
    pub(super) fn rescue(&mut self, id: ExprId, iter: &Iter) {
        let Some(label) = iter.rescue.filter(|label| self.bailed.contains(label)) else { return };
        self.push("if (0) {\n");
        self.push_label(label);
        let mark = self.held.len();
        let outer = std::mem::replace(&mut self.is_stage_by_stage, true);
        let val = self.data_pattern(id);
        let ty = self.ty(id);
        self.store(val, ty, super::value::Dest::Discard);
        self.is_stage_by_stage = outer;
        self.held.truncate(mark);
        self.push("si_unreachable();\n}\n");
    }

    /// Lines or parts of a text, one after another instead of all at once; none if it is something else.
    #[expect(clippy::option_option, reason = "the inner one says whether it arises")]
    fn pieces(&mut self, e: ExprId, consumer: &Consumer) -> Option<Option<Iter>> {
        let ExprKind::Call(function, args) = self.body[e].kind else { return None };
        let super::target::Callee::Intrinsic(intrinsic, ..) = self.targets.callee(function)? else {
            return None;
        };
        let over = match intrinsic.symbol {
            "si_str_lines" => super::template::Over::Lines,
            "si_str_split" => super::template::Over::Split,
            _ => return None,
        };
        let args = self.body.exprs(args);
        let reads_mut = || self.facts.outer_reads(e).any(|local| self.body[local].is_mut);
        if consumer.assigns && reads_mut() {
            return None;
        }
        // What is still to be evaluated may take what the pieces are cut from.
        if !consumer.before.is_empty() {
            return None;
        }
        let mut vals = Vec::new();
        for (i, &arg) in args.iter().enumerate() {
            let later = if i + 1 < args.len() { self.facts.effects[args[i + 1].0 as usize] } else { 0 };
            let val = self.operand(arg, true, later | IMPURE | (if consumer.assigns { ASSIGNS } else { 0 }));
            if val.never {
                return Some(None);
            }
            vals.push(self.variable(val, Ty::STR));
        }
        self.drop_later(e);
        let high = vals.get(1).cloned().unwrap_or_else(Val::unit);
        Some(vals.first().map(|val| self.iter(over, val.clone(), high, Ty::STR)))
    }
}
