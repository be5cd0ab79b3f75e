//! Calls.

use super::facts::borrows;
use super::target::Callee;
use super::value::{Code, Val};
use super::{DiagnosticCode, Emitter};
use crate::Instance;
use crate::glue;
use crate::intrinsics::{self, Extra, Intrinsic, Pass, Ret};
use sigil_checker::hir::{ExprId, Exprs, FnRef};
use sigil_checker::types::{FnId, Ty, TyKind, TyList};
use sigil_frontend::{Diagnostic, Span};

impl Emitter<'_> {
    pub(super) fn call(&mut self, id: ExprId, function: FnRef, args: Exprs) -> Val {
        let pos = self.body[id].pos;
        let Some(callee) = self.targets.callee(function) else {
            self.unsupported(pos, "this call");
            return Val::unit();
        };
        if self.targets.lacks_receiver(function, args.len as usize) {
            self.lacks_receiver(function, pos);
            return Val::unit();
        }
        let args = self.targets.arguments(self.body, function, args);
        let modes: Vec<_> = args.iter().enumerate().map(|(i, &e)| (e, borrows(&callee, i))).collect();
        let vals = self.operands(&modes);
        if vals.iter().any(|val| val.never) {
            return Val::never();
        }
        let types: Vec<Ty> = modes.iter().map(|&(e, _)| self.ty(e)).collect();
        self.invoke(callee, vals, &types, self.ty(id), pos)
    }

    /// Only the instance shows it: `X.m()` in a generic function, where the `m` of what `X` is reads `self`.
    fn lacks_receiver(&mut self, function: FnRef, pos: u32) {
        let FnRef::Trait { of, method, args } = function else { return };
        let program = self.program;
        let of = program.trait_decl(of);
        let text = program.names.get(program.fn_decl(of.methods[method as usize]).name);
        let this = self.program.types.list_of(args).first().map_or(Ty::ERROR, |&ty| self.concrete(ty));
        let message = format!("`{text}` of {} reads `self`: it needs a value", program.show(this, &[]));
        let span = Span::new(pos, pos + text.len() as u32);
        let name = program.names.get(of.name);
        let help = format!("write `with {name} = … in {name}.{text}(…)`");
        let diagnostic = Diagnostic::new(DiagnosticCode::error(323), self.decl.id.module, span, message);
        self.errors.push(diagnostic.help(help));
    }

    /// Calls a known function with values as it wants them.
    pub(super) fn invoke(
        &mut self,
        callee: Callee,
        vals: Vec<Val>,
        types: &[Ty],
        result: Ty,
        pos: u32,
    ) -> Val {
        let owned = !self.is_trivial(result);
        match callee {
            Callee::Fn(id, args) => {
                let vals = self.guarded(id, vals, types, pos);
                self.sink.need(Instance::Fn(id, args));
                let cx = self.cx;
                let text = self.written(|e| {
                    cx.push_fn_name(id, args, &mut e.sink.text);
                    e.push("(");
                    e.push_list(&vals);
                    e.push(")");
                });
                if result == Ty::NEVER {
                    self.push(&text);
                    self.push(";\nsi_unreachable();\n");
                    return Val::never();
                }
                Val::effect(text).owned(owned)
            }
            Callee::Intrinsic(intrinsic, id, args) => {
                self.intrinsic((intrinsic, id, args), vals, types, result, pos)
            }
            Callee::Glue(of, method, ty) => {
                let program = self.program;
                let name =
                    program.names.get(program.fn_decl(program.trait_decl(of).methods[method as usize]).name);
                let args: Vec<String> =
                    vals.into_iter().zip(types).map(|(val, &ty)| self.glue_argument(val, ty)).collect();
                let args: Vec<&str> = args.iter().map(String::as_str).collect();
                let text = self.written(|e| glue::method(e.cx, e.sink, of, name, ty, &args));
                Val::effect(format!("({text})")).owned(owned)
            }
        }
    }

    /// Calls the guard of a library function, if it has one for arguments of these types.
    fn guarded(&mut self, id: FnId, mut vals: Vec<Val>, types: &[Ty], pos: u32) -> Vec<Val> {
        let Some(name) = self.program.fn_decl(id).guard else { return vals };
        let Some(guard) = intrinsics::lookup(self.program.names.get(name)) else { return vals };
        let ints: Vec<usize> = (0..types.len()).filter(|&i| types[i] == Ty::INT).collect();
        if ints.len() != guard.args.len() {
            return vals;
        }
        for (val, &ty) in vals.iter_mut().zip(types) {
            let taken = std::mem::replace(val, Val::unit());
            *val = self.calm(taken, ty);
        }
        let text = self.written(|e| {
            e.push(guard.symbol);
            e.push("(");
            for &i in &ints {
                e.push_val(&vals[i]);
                e.push(", ");
            }
            e.push_site(pos);
            e.push(");\n");
        });
        self.push(&text);
        vals
    }

    /// An argument that glue may write more than once.
    fn glue_argument(&mut self, val: Val, ty: Ty) -> String {
        let val = match val.code {
            Code::Text(_) if val.effect || glue::is_aggregate(self.cx, ty) => self.spill(&val, ty),
            _ => self.calm(val, ty),
        };
        val.string()
    }

    fn push_list(&mut self, vals: &[Val]) {
        for (i, val) in vals.iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            self.push_val(val);
        }
    }

    fn intrinsic(
        &mut self,
        (intrinsic, id, targs): (&'static Intrinsic, FnId, TyList),
        vals: Vec<Val>,
        types: &[Ty],
        result: Ty,
        pos: u32,
    ) -> Val {
        let targs = self.program.types.list_of(targs);
        if let Ret::Special(special) = intrinsic.ret {
            let args: Vec<String> =
                vals.into_iter().zip(types).map(|(val, &ty)| self.special_argument(val, ty)).collect();
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let site = self.written(|e| e.push_site(pos));
            let text = self.written(|e| glue::special(e.cx, e.sink, special, targs, &args, &site));
            if self.program.types.kind(result) == TyKind::Void {
                self.push(&text);
                self.push(";\n");
                return Val::unit();
            }
            return Val::effect(text).owned(!self.is_trivial(result));
        }
        if intrinsic.symbol == "si_list_set" && self.is_trivial(types[2]) && types[2] != Ty::VOID {
            return self.list_set(vals, types, pos);
        }
        let mut vals = vals;
        // Addresses need variables, and these are made before anything that stays an expression is evaluated.
        if intrinsic.args.iter().any(|pass| matches!(pass, Pass::OwnRef | Pass::BorrowRef)) {
            for (i, val) in vals.iter_mut().enumerate() {
                let taken = std::mem::replace(val, Val::unit());
                *val = match intrinsic.args[i] {
                    Pass::OwnRef | Pass::BorrowRef => self.variable(taken, types[i]),
                    _ => self.calm(taken, types[i]),
                };
            }
        }
        let text = self.written(|e| {
            e.push(intrinsic.symbol);
            e.push("(");
            for (i, val) in vals.iter().enumerate() {
                e.push(if i > 0 { ", " } else { "" });
                if matches!(intrinsic.args[i], Pass::OwnRef | Pass::BorrowRef) {
                    e.push("&");
                }
                e.push_val(val);
            }
            for (i, extra) in intrinsic.extra.iter().enumerate() {
                e.push(if i + vals.len() > 0 { ", " } else { "" });
                match *extra {
                    Extra::Site => e.push_site(pos),
                    Extra::Desc(n) => e.push_desc(targs[n as usize]),
                    Extra::Runner(n) => e.push_runner(types[n as usize], "_run"),
                    Extra::Caller(n) => {
                        if let TyKind::List(closure) = e.program.types.kind(types[n as usize]) {
                            e.push_runner(closure, "_call");
                        }
                    }
                }
            }
            e.push(")");
        });
        let _ = id;
        match intrinsic.ret {
            Ret::Never => {
                self.push(&text);
                self.push(";\n");
                Val::never()
            }
            Ret::Void => {
                self.push(&text);
                self.push(";\n");
                Val::unit()
            }
            _ => Val::effect(text).owned(!self.is_trivial(result)),
        }
    }

    /// Overwrites an element that needs no release: a store, if nobody else sees the list.
    fn list_set(&mut self, vals: Vec<Val>, types: &[Ty], pos: u32) -> Val {
        let vals: Vec<Val> = vals.into_iter().zip(types).map(|(val, &ty)| self.calm(val, ty)).collect();
        let [list, index, part] = &vals[..] else { return Val::never() };
        let index = match index.code {
            Code::Text(_) => &self.spill(index, types[1]),
            _ => index,
        };
        let temp = self.new_temp();
        self.push("si_list *");
        self.push_temp(temp);
        self.push(" = si_list_open(");
        self.push_val(list);
        self.push(", ");
        self.push_val(index);
        self.push(", ");
        self.push_site(pos);
        self.push(");\n((");
        self.push_c_type(types[2]);
        self.push(" *)");
        self.push_temp(temp);
        self.push("->data)[");
        self.push_val(index);
        self.push("] = ");
        self.push_val(part);
        self.push(";\n");
        Val::pure(Code::Temp(temp)).owned(true)
    }

    /// A special intrinsic may write its arguments several times, and looks into them.
    fn special_argument(&mut self, val: Val, ty: Ty) -> String {
        match val.code {
            Code::Text(_) => self.spill(&val, ty).string(),
            _ => self.variable(val, ty).string(),
        }
    }

    fn push_runner(&mut self, ty: Ty, suffix: &str) {
        self.sink.need(Instance::Glue(ty));
        let cx = self.cx;
        cx.push_type_name(ty, &mut self.sink.text);
        self.push(suffix);
    }

    /// Calls a function value.
    pub(super) fn call_value(&mut self, f: ExprId, args: Exprs) -> Val {
        let list = self.body.exprs(args);
        let modes: Vec<_> = std::iter::once((f, true)).chain(list.iter().map(|&e| (e, false))).collect();
        let mut vals = self.operands(&modes);
        if vals.iter().any(|val| val.never) {
            return Val::never();
        }
        let ty = self.ty(f);
        let f = vals.remove(0);
        let f = match f.code {
            Code::Text(_) if f.effect => self.spill(&f, ty),
            _ => self.calm(f, ty),
        };
        self.call_closure(&f, ty, &vals)
    }

    /// Calls a closure, which is borrowed, with owned arguments.
    pub(super) fn call_closure(&mut self, f: &Val, ty: Ty, args: &[Val]) -> Val {
        let TyKind::Fn(params, result) = self.program.types.kind(ty) else { return Val::unit() };
        let text = self.written(|e| {
            e.push("((");
            e.push_c_type(result);
            e.push(" (*)(si_fn *");
            for &param in e.program.types.list_of(params) {
                e.push(", ");
                e.push_c_type(param);
            }
            e.push("))");
            e.push_val(f);
            e.push("->code)(");
            e.push_val(f);
            for arg in args {
                e.push(", ");
                e.push_val(arg);
            }
            e.push(")");
        });
        if result == Ty::NEVER {
            self.push(&text);
            self.push(";\nsi_unreachable();\n");
            return Val::never();
        }
        Val::effect(text).owned(!self.is_trivial(result))
    }
}
