//! Locals in scope, and the borders between functions, lambdas and tasks.

use super::Checker;
use crate::hir::{self, LocalId};
use crate::types::Ty;
use sigil_frontend::{Span, Symbol};

/// Names in scope, innermost last.
#[derive(Default)]
pub(super) struct Scope {
    /// Apart from the rest, so that the search back through them is quick.
    names: Vec<Symbol>,
    binds: Vec<Binding>,
}

#[derive(Clone, Copy)]
struct Binding {
    local: LocalId,
    span: Span,
    warn: Warn,
    used: bool,
}

/// Whether an unused local is worth a warning.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Warn {
    /// Parameters.
    Never,
    /// Bound by `let`, `for`, `match`.
    Unused,
}

impl Scope {
    pub(super) fn clear(&mut self) {
        self.names.clear();
        self.binds.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    fn find(&self, name: Symbol) -> Option<usize> {
        self.names.iter().rposition(|&n| n == name)
    }

    /// Names in scope, for suggestions.
    pub(super) fn names(&self) -> &[Symbol] {
        &self.names
    }
}

/// What kind of border a frame is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FrameKind {
    /// The function itself.
    Function,
    /// A lambda.
    Lambda,
    /// A task expression: the body of an implicit lambda.
    Task,
}

/// A function, lambda or task that is being checked.
pub(super) struct Frame {
    pub(super) kind: FrameKind,
    /// Bindings below this belong to outer frames.
    base: usize,
    /// Locals of outer frames that are read here.
    pub(super) captures: Vec<LocalId>,
    /// What `?` leaves with; none if unknown, or in a task.
    pub(super) result: Option<Ty>,
    loops: usize,
    tries: usize,
    hashes: usize,
    recurses: usize,
}

impl Frame {
    pub(super) fn function(result: Ty) -> Self {
        let captures = Vec::new();
        Frame {
            kind: FrameKind::Function,
            base: 0,
            captures,
            result: Some(result),
            loops: 0,
            tries: 0,
            hashes: 0,
            recurses: 0,
        }
    }
}

/// A loop that `break` may leave.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LoopContext {
    /// `loop(...)`, and whether a `break` was seen.
    Loop(bool),
    /// `for … do`.
    Do,
    /// The value of `for … yield`, where neither is allowed.
    Yield,
    /// `retry(.op)`: a loop of the compiler's own, which neither means.
    Retry,
}

/// A `try(...)`.
#[derive(Clone, Copy)]
pub(super) struct TryContext {
    /// Its type; the head may become known from the first `?` inside.
    pub(super) ty: Ty,
}

/// A receiver whose length `#` is.
#[derive(Clone, Copy)]
pub(super) struct HashContext {
    /// Type of the receiver.
    pub(super) ty: Ty,
    /// Holds the receiver, made by the first `#`.
    pub(super) local: Option<LocalId>,
}

/// The step of a `recurse`.
#[derive(Clone, Copy)]
pub(super) struct RecurseContext {
    /// Its type.
    pub(super) ty: Ty,
}

impl Checker<'_> {
    /// A new local of the body, not in scope.
    pub(super) fn new_local(&mut self, name: Symbol, ty: Ty, is_mut: bool) -> LocalId {
        self.s.body.locals.push(hir::Local { name, ty, is_mut });
        LocalId((self.s.body.locals.len() - 1) as u32)
    }

    /// A new local in scope.
    pub(super) fn declare(&mut self, name: Symbol, ty: Ty, is_mut: bool, span: Span, warn: Warn) -> LocalId {
        let local = self.new_local(name, ty, is_mut);
        self.bring(name, local, span, warn);
        local
    }

    /// Puts a local into scope; nothing can read `_`.
    pub(super) fn bring(&mut self, name: Symbol, local: LocalId, span: Span, warn: Warn) {
        if name == Symbol::UNDERSCORE {
            return;
        }
        self.s.scope.names.push(name);
        self.s.scope.binds.push(Binding { local, span, warn, used: false });
    }

    /// Ends the scopes above `len`.
    pub(super) fn leave_scope(&mut self, len: usize) {
        while self.s.scope.len() > len {
            let name = self.s.scope.names.pop();
            let Some(bind) = self.s.scope.binds.pop() else { break };
            let Some(name) = name else { break };
            if !bind.used && bind.warn == Warn::Unused {
                let text = self.text(name);
                if !text.starts_with('_') {
                    self.warn(100, bind.span, format!("unused local `{text}`"));
                }
            }
        }
    }

    /// A local by name for reading: noted as used, and as captured where a border lies between.
    pub(super) fn read_local(&mut self, name: Symbol) -> Option<LocalId> {
        let at = self.s.scope.find(name)?;
        self.s.scope.binds[at].used = true;
        let local = self.s.scope.binds[at].local;
        self.capture(at, local);
        Some(local)
    }

    /// A local by name for assigning, and whether a border lies between.
    pub(super) fn assigned_local(&mut self, name: Symbol) -> Option<(LocalId, Span, bool)> {
        let at = self.s.scope.find(name)?;
        let bind = self.s.scope.binds[at];
        let outside = self.frame().base > at;
        Some((bind.local, bind.span, outside))
    }

    /// Whether a name is a local; changes nothing.
    pub(super) fn is_local_name(&self, name: Symbol) -> bool {
        self.s.scope.find(name).is_some()
    }

    fn capture(&mut self, at: usize, local: LocalId) {
        for frame in self.s.frames.iter_mut().rev() {
            if frame.base <= at {
                break;
            }
            if !frame.captures.contains(&local) {
                frame.captures.push(local);
            }
        }
    }

    /// The innermost function, lambda or task.
    pub(super) fn frame(&self) -> &Frame {
        self.s.frames.last().expect("the function's own frame")
    }

    /// Enters a lambda or task.
    pub(super) fn enter_frame(&mut self, kind: FrameKind, result: Option<Ty>) {
        let frame = Frame {
            kind,
            base: self.s.scope.len(),
            captures: Vec::new(),
            result,
            loops: self.s.loops.len(),
            tries: self.s.tries.len(),
            hashes: self.s.hashes.len(),
            recurses: self.s.recurses.len(),
        };
        self.s.frames.push(frame);
    }

    /// Leaves a lambda or task and returns what it captured.
    pub(super) fn leave_frame(&mut self) -> hir::Locals {
        let frame = self.s.frames.pop().expect("a frame that was entered");
        self.leave_scope(frame.base);
        self.local_list(&frame.captures)
    }

    /// The innermost loop of this frame that is written as one, and the number of loops inside it.
    pub(super) fn innermost_loop(&mut self) -> Option<(&mut LoopContext, u32)> {
        let base = self.frame().loops;
        let mut loops = (0..).zip(self.s.loops[base..].iter_mut().rev());
        let (inside, context) = loops.find(|(_, context)| **context != LoopContext::Retry)?;
        Some((context, inside))
    }

    /// The innermost `try` of this frame.
    pub(super) fn innermost_try(&self) -> Option<TryContext> {
        self.s.tries[self.frame().tries..].last().copied()
    }

    /// Index of the innermost receiver of this frame that `#` can mean.
    pub(super) fn innermost_hash(&self) -> Option<usize> {
        let base = self.frame().hashes;
        (self.s.hashes.len() > base).then(|| self.s.hashes.len() - 1)
    }

    /// The `recurse` step that this place is in, unless a border lies between.
    pub(super) fn innermost_recurse(&self) -> Option<RecurseContext> {
        self.s.recurses[self.frame().recurses..].last().copied()
    }
}
