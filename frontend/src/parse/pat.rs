//! Patterns.

use super::cursor::Parser;
use crate::syntax::{
    ExprId, ExprKind, FieldPat, List, ListPatItem, Name, Pat, PatArg, PatId, PatKind, RangePat, StructPat,
    UnOp, VariantPat,
};
use crate::words::is_reserved;
use crate::{Symbol, TokenKind};

impl Parser<'_> {
    pub(super) fn pat_node(&mut self, kind: PatKind, start: u32) -> PatId {
        let span = self.span_from(start);
        self.tree.pats(Pat { kind, span })
    }

    /// `pat`.
    pub(super) fn pat(&mut self) -> PatId {
        let start = self.token().start;
        if !self.enter() {
            return self.pat_node(PatKind::Error, start);
        }
        let first = self.alternative();
        let id = if self.at(TokenKind::Pipe) {
            let list = self.begin_list();
            self.push(first);
            while self.eat(TokenKind::Pipe) {
                let next = self.alternative();
                self.push(next);
            }
            let list = self.end_list(list);
            self.pat_node(PatKind::Or(list), start)
        } else {
            first
        };
        self.leave();
        id
    }

    /// `[ IDENT "@" ] prim`.
    fn alternative(&mut self) -> PatId {
        let start = self.token().start;
        if self.at_binding() && self.peek(1) == TokenKind::At && !self.is_function_at(self.pos + 1) {
            let name = self.declared_name("a name");
            self.bump();
            let inner = self.primary_pat();
            return match name.filter(|name| name.symbol != Symbol::UNDERSCORE) {
                Some(name) => self.pat_node(PatKind::At(name.symbol, inner), start),
                None => inner,
            };
        }
        self.primary_pat()
    }

    /// Whether the word here is bound, or would be if it were not reserved.
    fn at_binding(&self) -> bool {
        use TokenKind::{Arrow, Assign, At, Colon, Comma, Dot, If, In, Pipe, RBrace, RBracket, RParen};
        let may_follow = |kind| {
            matches!(kind, Arrow | Assign | At | Colon | Comma | If | In | Pipe | RBrace | RBracket | RParen)
                || kind == Dot && self.peek(2) == TokenKind::Match
        };
        match self.kind() {
            TokenKind::Ident => !self.is_upper_at(self.pos),
            TokenKind::True | TokenKind::False => false,
            kind => is_reserved(kind) && may_follow(self.peek(1)),
        }
    }

    fn primary_pat(&mut self) -> PatId {
        let token = self.token();
        let start = token.start;
        match token.kind {
            TokenKind::Ident if token.symbol() == Symbol::UNDERSCORE => {
                self.bump();
                self.pat_node(PatKind::Wild, start)
            }
            TokenKind::Ident => self.named_pat(),
            TokenKind::DotDot | TokenKind::DotDotEq => {
                if self.at_bound(self.pos + 1) {
                    return self.range_pat(None, start);
                }
                self.error(215, "a range pattern needs a bound");
                self.bump();
                self.pat_node(PatKind::Error, start)
            }
            TokenKind::LBrace => self.struct_pat(List::EMPTY, start),
            TokenKind::LBracket => self.list_pat(),
            TokenKind::LParen => self.tuple_pat(),
            TokenKind::Error => {
                self.silence();
                self.bump();
                self.pat_node(PatKind::Error, start)
            }
            _ if self.at_bound(self.pos) => {
                let lo = self.bound();
                if matches!(self.kind(), TokenKind::DotDot | TokenKind::DotDotEq) {
                    return self.range_pat(Some(lo), start);
                }
                self.pat_node(PatKind::Lit(lo), start)
            }
            _ if self.at_binding() => {
                self.declared_name("a name");
                self.pat_node(PatKind::Bind(token.symbol()), start)
            }
            _ => {
                let found = self.found();
                self.error(215, format!("expected a pattern, found {found}"));
                self.pat_node(PatKind::Error, start)
            }
        }
    }

    /// Whether a literal or `-` stands at a place.
    pub(super) fn at_bound(&self, at: usize) -> bool {
        matches!(
            self.kind_at(at),
            TokenKind::Minus
                | TokenKind::Int
                | TokenKind::Float
                | TokenKind::Duration
                | TokenKind::Size
                | TokenKind::Str
                | TokenKind::Char
                | TokenKind::True
                | TokenKind::False
        )
    }

    /// `["-"] literal`.
    fn bound(&mut self) -> ExprId {
        let start = self.token().start;
        if !self.eat(TokenKind::Minus) {
            return self.literal(false);
        }
        if !self.at_bound(self.pos) || self.at(TokenKind::Minus) {
            let found = self.found();
            self.error(215, format!("expected a literal, found {found}"));
            return self.error_expr(start);
        }
        let inner = self.literal(true);
        self.expr_node(ExprKind::Unary(UnOp::Neg, inner), start)
    }

    fn range_pat(&mut self, lo: Option<ExprId>, start: u32) -> PatId {
        let inclusive = self.bump().kind == TokenKind::DotDotEq;
        let hi = self.at_bound(self.pos).then(|| self.bound());
        if hi.is_none() && inclusive {
            self.error(215, "`..=` needs an upper bound");
        }
        let id = self.tree.range_pats(RangePat { lo, hi, inclusive });
        self.pat_node(PatKind::Range(id), start)
    }

    /// A binding, variant, newtype or struct.
    fn named_pat(&mut self) -> PatId {
        let first = self.token();
        let is_path = self.peek(1) == TokenKind::Dot && self.peek(2) == TokenKind::Ident;
        if !self.is_upper_at(self.pos) && !is_path {
            self.bump();
            return self.pat_node(PatKind::Bind(first.symbol()), first.start);
        }
        let list = self.begin_list();
        let mut last = self.pos;
        loop {
            let token = self.bump();
            let id = self.tree.names(Self::name_of(token));
            self.push(id);
            if !(self.at(TokenKind::Dot) && self.peek(1) == TokenKind::Ident) {
                break;
            }
            self.bump();
            last = self.pos;
        }
        let path: List<Name> = self.end_list(list);
        if !self.is_upper_at(last) {
            let span = self.token_at(last).span();
            self.error_at(215, span, "the last name of a path in a pattern starts with an uppercase letter");
            return self.pat_node(PatKind::Error, first.start);
        }
        if self.at(TokenKind::LBrace) {
            return self.struct_pat(path, first.start);
        }
        let (args, has_rest) = if self.at(TokenKind::LParen) {
            let (args, has_rest) = self.variant_args();
            (Some(args), has_rest)
        } else {
            (None, false)
        };
        let id = self.tree.variant_pats(VariantPat { path, args, has_rest });
        self.pat_node(PatKind::Variant(id), first.start)
    }

    /// `..` as the last of a list; whatever follows is reported.
    fn rest(&mut self, has_rest: &mut bool) -> bool {
        if *has_rest {
            self.error(215, "nothing may follow `..`");
        }
        if !self.at(TokenKind::DotDot) || self.at_bound(self.pos + 1) {
            return false;
        }
        self.bump();
        *has_rest = true;
        true
    }

    fn variant_args(&mut self) -> (List<PatArg>, bool) {
        let list = self.begin_list();
        let (mut has_rest, mut named, mut mixed) = (false, None, None);
        self.comma_list(|p| {
            if p.rest(&mut has_rest) {
                return;
            }
            let token = p.token();
            let is_named = token.kind == TokenKind::Ident && p.peek(1) == TokenKind::Colon;
            let name = is_named.then(|| {
                p.bump();
                p.bump();
                Self::name_of(token)
            });
            if *named.get_or_insert(is_named) != is_named {
                mixed = mixed.or(Some(token.span()));
            }
            let pat = p.pat();
            let id = p.tree.pat_args(PatArg { name, pat });
            p.push(id);
        });
        if let Some(span) = mixed {
            self.error_at(212, span, "the fields of a variant pattern are all named or all positional");
        }
        (self.end_list(list), has_rest)
    }

    fn struct_pat(&mut self, path: List<Name>, start: u32) -> PatId {
        let list = self.begin_list();
        let mut has_rest = false;
        self.comma_list(|p| {
            if p.rest(&mut has_rest) {
                return;
            }
            let Some(name) = p.declared_name("a field name") else { return };
            let is_unread = name.symbol == Symbol::UNDERSCORE;
            let pat = if p.eat(TokenKind::Colon) {
                Some(p.pat())
            } else {
                is_unread.then(|| p.pat_node(PatKind::Wild, name.span.start))
            };
            let id = p.tree.field_pats(FieldPat { name, pat });
            p.push(id);
        });
        let fields = self.end_list(list);
        let id = self.tree.struct_pats(StructPat { path, fields, has_rest });
        self.pat_node(PatKind::Struct(id), start)
    }

    fn list_pat(&mut self) -> PatId {
        let start = self.token().start;
        let list = self.begin_list();
        let mut has_rest = false;
        self.comma_list(|p| {
            let item = if p.at(TokenKind::DotDot) && !p.at_bound(p.pos + 1) {
                if std::mem::replace(&mut has_rest, true) {
                    p.error(215, "only one `..` in a list pattern");
                }
                p.bump();
                let is_named = p.at(TokenKind::Ident) || p.at_binding();
                let name = is_named.then(|| p.declared_name("a name")).flatten();
                ListPatItem::Rest(name.filter(|name| name.symbol != Symbol::UNDERSCORE))
            } else {
                ListPatItem::Pat(p.pat())
            };
            let id = p.tree.list_pat_items(item);
            p.push(id);
        });
        let items = self.end_list(list);
        self.pat_node(PatKind::List(items), start)
    }

    fn tuple_pat(&mut self) -> PatId {
        let start = self.token().start;
        let list = self.begin_list();
        let trailing = self.comma_list(|p| {
            let pat = p.pat();
            p.push(pat);
        });
        if self.list_len(list) != 1 {
            let parts = self.end_list(list);
            return self.pat_node(PatKind::Tuple(parts), start);
        }
        let parts: List<Pat> = self.end_list(list);
        if trailing {
            let span = self.span_from(start);
            self.error_at(208, span, "there are no tuples of one element");
        }
        let first = self.tree.ids(parts).next();
        match first {
            Some(inner) => inner,
            None => self.pat_node(PatKind::Error, start),
        }
    }
}
