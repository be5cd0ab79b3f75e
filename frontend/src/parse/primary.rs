//! Operands.

use super::cursor::Parser;
use crate::TokenKind;
use crate::syntax::{BinOp, ExprId, ExprKind, FieldInit, Id, List, Name, Param, StructLit};

/// 2^63, the number that is allowed after unary minus only.
const MIN_MAGNITUDE: u64 = 1 << 63;

impl Parser<'_> {
    /// Whether the current token can start an operand.
    pub(super) fn starts_operand(&self) -> bool {
        matches!(
            self.kind(),
            TokenKind::Ident
                | TokenKind::Int
                | TokenKind::Float
                | TokenKind::Duration
                | TokenKind::Size
                | TokenKind::Str
                | TokenKind::Char
                | TokenKind::True
                | TokenKind::False
                | TokenKind::Void
                | TokenKind::SelfValue
                | TokenKind::SelfType
                | TokenKind::Hash
                | TokenKind::Dollar
                | TokenKind::LParen
                | TokenKind::LBracket
                | TokenKind::LBrace
                | TokenKind::If
                | TokenKind::For
                | TokenKind::Match
                | TokenKind::Loop
                | TokenKind::With
                | TokenKind::Break
                | TokenKind::Continue
                | TokenKind::Bang
                | TokenKind::Minus
                | TokenKind::Tilde
                | TokenKind::Let
        )
    }

    /// `primary`; `negative`: directly after a unary minus.
    pub(super) fn primary(&mut self, negative: bool) -> ExprId {
        if self.pos >= self.next_call
            && let Some(call) = self.take_call()
        {
            return call;
        }
        let token = self.token();
        let start = token.start;
        let kind = match token.kind {
            TokenKind::Int
            | TokenKind::Float
            | TokenKind::Duration
            | TokenKind::Size
            | TokenKind::Str
            | TokenKind::Char
            | TokenKind::True
            | TokenKind::False => return self.literal(negative),
            TokenKind::Ident => return self.name(),
            TokenKind::Void => self.one(ExprKind::Void),
            TokenKind::SelfValue => {
                self.reads_self |= self.peek(1) != TokenKind::LParen;
                self.one(ExprKind::SelfValue)
            }
            TokenKind::SelfType if self.peek(1) == TokenKind::LBrace => {
                self.bump();
                self.struct_lit(List::EMPTY, true, List::EMPTY)
            }
            TokenKind::SelfType => self.one(ExprKind::SelfType),
            TokenKind::Hash => self.one(ExprKind::Hash),
            TokenKind::Break => self.one(ExprKind::Break),
            TokenKind::Continue => self.one(ExprKind::Continue),
            TokenKind::Dollar => {
                self.bump();
                let name = self.token();
                match self.expect(TokenKind::Ident, "a name") {
                    true => ExprKind::Config(name.symbol()),
                    false => ExprKind::Error,
                }
            }
            TokenKind::LParen if self.starts_lambda() => return self.lambda(),
            TokenKind::LParen => return self.parenthesised_expr(),
            TokenKind::LBracket => {
                let list = self.begin_list();
                self.comma_list(|p| {
                    let element = p.expr();
                    p.push(element);
                });
                ExprKind::List(self.end_list(list))
            }
            TokenKind::LBrace => self.map(),
            TokenKind::If => return self.if_chain(),
            TokenKind::For => return self.for_expr(),
            TokenKind::Match => return self.match_expr(),
            TokenKind::Loop => return self.sequence(ExprKind::Loop),
            TokenKind::With => return self.with_expr(),
            TokenKind::Let => return self.misplaced_let(),
            TokenKind::Error => {
                self.silence();
                self.bump();
                ExprKind::Error
            }
            kind => match op_value(kind).filter(|_| self.at_op_value()) {
                Some(op) => self.one(ExprKind::OpValue(op)),
                None => {
                    let found = self.found();
                    self.error(208, format!("expected an expression, found {found}"));
                    ExprKind::Error
                }
            },
        };
        self.expr_node(kind, start)
    }

    /// Consumes the one token of an operand.
    fn one(&mut self, kind: ExprKind) -> ExprKind {
        self.bump();
        kind
    }

    /// A literal, which is the current token.
    pub(super) fn literal(&mut self, negative: bool) -> ExprId {
        let token = self.bump();
        let number = || self.numbers.get(token.value as usize).copied().unwrap_or(0);
        let kind = match token.kind {
            TokenKind::Int => match number() {
                MIN_MAGNITUDE.. if !negative => {
                    self.error_at(7, token.span(), "number literal is too large");
                    ExprKind::Error
                }
                value => ExprKind::Int(value),
            },
            TokenKind::Float => ExprKind::Float(f64::from_bits(number())),
            TokenKind::Duration => ExprKind::Duration(number() as i64),
            TokenKind::Size => ExprKind::Size(number() as i64),
            TokenKind::Str => ExprKind::Str(token.symbol()),
            TokenKind::Char => ExprKind::Char(char::from_u32(token.value).unwrap_or('\u{fffd}')),
            TokenKind::True => ExprKind::Bool(true),
            TokenKind::False => ExprKind::Bool(false),
            _ => ExprKind::Error,
        };
        self.expr_node(kind, token.start)
    }

    /// An operand that starts with a name.
    fn name(&mut self) -> ExprId {
        let token = self.token();
        match self.peek(1) {
            TokenKind::Arrow => return self.name_lambda(),
            TokenKind::Assign => {
                self.error(216, "assignment is not allowed here");
                self.assignment();
                return self.error_expr(token.start);
            }
            TokenKind::LParen => match self.text_at(self.pos) {
                "run" => return self.sequence(ExprKind::Run),
                "try" => return self.sequence(ExprKind::TrySeq),
                _ => {
                    if let Some(call) = self.opt_pattern_call() {
                        return call;
                    }
                }
            },
            TokenKind::Dot | TokenKind::LBrace | TokenKind::Lt => {
                if let Some(literal) = self.opt_struct_lit() {
                    return literal;
                }
            }
            _ => {}
        }
        self.bump();
        let targs = self.opt_type_args();
        self.expr_node(ExprKind::Name(token.symbol(), targs), token.start)
    }

    /// Rule 3: a struct literal, if the path here is followed by `{` and its last name is uppercase.
    fn opt_struct_lit(&mut self) -> Option<ExprId> {
        let mut last = self.pos;
        while self.kind_at(last + 1) == TokenKind::Dot && self.kind_at(last + 2) == TokenKind::Ident {
            last += 2;
        }
        if !self.is_upper_at(last) {
            return None;
        }
        let after = match self.kind_at(last + 1) {
            TokenKind::Lt => self.type_args_end(last + 1)? + 1,
            _ => last + 1,
        };
        if self.kind_at(after) != TokenKind::LBrace {
            return None;
        }
        let start = self.token().start;
        let list = self.begin_list();
        while self.pos <= last {
            let token = self.bump();
            let id = self.tree.names(Self::name_of(token));
            self.push(id);
            if self.pos <= last {
                self.bump();
            }
        }
        let path = self.end_list(list);
        let targs = if self.at(TokenKind::Lt) { self.type_args() } else { List::EMPTY };
        let kind = self.struct_lit(path, false, targs);
        Some(self.expr_node(kind, start))
    }

    /// The fields of a struct literal.
    fn struct_lit(
        &mut self,
        path: List<Name>,
        is_self: bool,
        targs: List<crate::syntax::TypeExpr>,
    ) -> ExprKind {
        let list = self.begin_list();
        if !self.at(TokenKind::LBrace) {
            self.expected("`{`");
            return ExprKind::Error;
        }
        self.comma_list(|p| {
            let Some(name) = p.declared_name("a field name") else { return };
            let value = p.eat(TokenKind::Colon).then(|| p.expr());
            let id = p.tree.field_inits(FieldInit { name, value });
            p.push(id);
        });
        let fields = self.end_list(list);
        ExprKind::StructLit(self.tree.struct_lits(StructLit { path, is_self, targs, fields }))
    }

    /// `( )`, `( e )`, `( e, f )`.
    fn parenthesised_expr(&mut self) -> ExprId {
        let start = self.token().start;
        let list = self.begin_list();
        let trailing = self.comma_list(|p| {
            let part = p.expr();
            p.push(part);
        });
        let kind = match self.list_len(list) {
            0 => {
                let _: List<Param> = self.end_list(list);
                ExprKind::Void
            }
            1 => {
                let first: Option<Id<crate::syntax::Expr>> = self.pushed(list).next();
                let _: List<Param> = self.end_list(list);
                if trailing {
                    let span = self.span_from(start);
                    self.error_at(208, span, "there are no tuples of one element");
                }
                first.map_or(ExprKind::Error, ExprKind::Paren)
            }
            _ => ExprKind::Tuple(self.end_list(list)),
        };
        self.expr_node(kind, start)
    }

    /// `{k: v}`.
    fn map(&mut self) -> ExprKind {
        let list = self.begin_list();
        self.comma_list(|p| {
            let key = p.expr();
            let value = if p.eat(TokenKind::Colon) {
                p.expr()
            } else {
                p.expected_help("`:`", "braces hold the entries of a map; for a sequence write `run(…)`");
                let start = p.token().start;
                p.error_expr(start)
            };
            p.push(key);
            p.push(value);
        });
        ExprKind::Map(self.end_list(list))
    }
}

/// The operator that a token stands for as a value.
fn op_value(kind: TokenKind) -> Option<BinOp> {
    Some(match kind {
        TokenKind::Plus => BinOp::Add,
        TokenKind::Minus => BinOp::Sub,
        TokenKind::Star => BinOp::Mul,
        TokenKind::Slash => BinOp::Div,
        TokenKind::Percent => BinOp::Rem,
        TokenKind::EqEq => BinOp::Eq,
        TokenKind::NotEq => BinOp::Ne,
        TokenKind::Lt => BinOp::Lt,
        TokenKind::Gt => BinOp::Gt,
        TokenKind::Le => BinOp::Le,
        TokenKind::Ge => BinOp::Ge,
        TokenKind::AndAnd => BinOp::And,
        TokenKind::OrOr => BinOp::Or,
        TokenKind::Amp => BinOp::BitAnd,
        TokenKind::Pipe => BinOp::BitOr,
        TokenKind::Caret => BinOp::BitXor,
        _ => return None,
    })
}
