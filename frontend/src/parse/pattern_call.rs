//! Built-in patterns: `map(.over: …)` (rule 7).

use super::cursor::Parser;
use crate::TokenKind;
use crate::syntax::{ExprId, ExprKind, PatternCall, PatternKind, Prop, PropValue};

/// The pattern of a name or keyword.
pub(super) fn pattern_kind(text: &str) -> Option<PatternKind> {
    Some(match text {
        "map" => PatternKind::Map,
        "filter" => PatternKind::Filter,
        "fold" => PatternKind::Fold,
        "find" => PatternKind::Find,
        "collect" => PatternKind::Collect,
        "recurse" => PatternKind::Recurse,
        "parallel" => PatternKind::Parallel,
        "timeout" => PatternKind::Timeout,
        "retry" => PatternKind::Retry,
        "cache" => PatternKind::Cache,
        "validate" => PatternKind::Validate,
        "for" => PatternKind::For,
        "with" => PatternKind::With,
        _ => return None,
    })
}

impl Parser<'_> {
    /// A built-in pattern, if its name is followed by `(` `.` name `:`.
    pub(super) fn opt_pattern_call(&mut self) -> Option<ExprId> {
        if self.peek(1) != TokenKind::LParen
            || self.peek(2) != TokenKind::Dot
            || self.peek(4) != TokenKind::Colon
        {
            return None;
        }
        let kind = pattern_kind(self.text_at(self.pos))?;
        Some(self.pattern_call(kind))
    }

    pub(super) fn pattern_call(&mut self, kind: PatternKind) -> ExprId {
        let name = self.bump().span();
        let list = self.begin_list();
        self.comma_list(|p| {
            if !p.expect(TokenKind::Dot, "`.`") {
                return;
            }
            let text = p.text_at(p.pos);
            let Some(name) = p.member_name() else { return };
            if !p.expect(TokenKind::Colon, "`:`") {
                return;
            }
            let value = p.prop_value(kind, text);
            let id = p.tree.props(Prop { name, value });
            p.push(id);
        });
        let props = self.end_list(list);
        let id = self.tree.pattern_calls(PatternCall { kind, name, props });
        self.expr_node(ExprKind::Pattern(id), name.start)
    }

    fn prop_value(&mut self, kind: PatternKind, name: &str) -> PropValue {
        match (kind, name) {
            (PatternKind::Validate, "rules") if self.at(TokenKind::LBracket) && self.has_rules() => {
                self.rules()
            }
            (PatternKind::Retry, "on") if self.at(TokenKind::LBracket) => {
                let list = self.begin_list();
                self.comma_list(|p| {
                    let pat = p.pat();
                    p.push(pat);
                });
                PropValue::Patterns(self.end_list(list))
            }
            (PatternKind::For, "match") => {
                let pat = self.pat();
                let guard = self.opt_guard();
                PropValue::Match(pat, guard)
            }
            _ => PropValue::Expr(self.expr()),
        }
    }

    /// Whether the list here has a `|` outside inner brackets, or nothing in it; else it is a plain expression.
    fn has_rules(&self) -> bool {
        let Some(end) = self.mate(self.pos) else { return true };
        let mut at = self.pos + 1;
        let is_empty = at == end;
        while at < end {
            if self.kind_at(at) == TokenKind::Pipe {
                return true;
            }
            at = self.mate(at).filter(|&close| close > at).unwrap_or(at) + 1;
        }
        is_empty
    }

    /// `[cond | msg, …]` (rule 9).
    fn rules(&mut self) -> PropValue {
        let list = self.begin_list();
        self.comma_list(|p| {
            let before = std::mem::replace(&mut p.stop_at_pipe, true);
            let cond = p.expr();
            p.stop_at_pipe = before;
            let message = if p.expect(TokenKind::Pipe, "`|`") {
                p.expr()
            } else {
                let start = p.token().start;
                p.error_expr(start)
            };
            p.push(cond);
            p.push(message);
        });
        PropValue::Rules(self.end_list(list))
    }
}
