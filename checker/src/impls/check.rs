//! An impl against its trait.

use super::ImplAnswer;
use crate::decl::{Bound, FnDecl, ImplDecl, TraitDecl};
use crate::program::Program;
use crate::types::{ImplId, Ty};
use sigil_frontend::syntax::Name;
use sigil_frontend::{Code, Diagnostic, Span};

impl Program {
    /// Whether an impl gives what its trait wants, and nothing else.
    pub fn check_impl(&self, id: ImplId) -> Vec<Diagnostic> {
        let decl = self.impl_decl(id);
        let mut check = Check { p: self, decl, path: Vec::new(), out: Vec::new() };
        if let (Some((of, args)), false) = (decl.of, decl.broken) {
            check.path.push(decl.target);
            check.path.extend_from_slice(self.types.list_of(args));
            let of = self.trait_decl(of);
            check.supers(of);
            check.assoc(of);
            check.methods(of);
        }
        check.out
    }
}

struct Check<'p> {
    p: &'p Program,
    decl: &'p ImplDecl,
    /// Target, then the trait's arguments.
    path: Vec<Ty>,
    out: Vec<Diagnostic>,
}

impl<'p> Check<'p> {
    fn error(&mut self, number: u16, span: Span, message: String) -> &mut Diagnostic {
        self.out.push(Diagnostic::new(Code::error(number), self.decl.id.module, span, message));
        self.out.last_mut().expect("just pushed")
    }

    fn show(&self, ty: Ty) -> String {
        self.p.show(ty, &self.decl.generics.names)
    }

    fn subst_all(&self, list: crate::types::TyList) -> Vec<Ty> {
        self.p.types.list_of(list).iter().map(|&arg| self.p.subst(arg, &self.path)).collect()
    }

    fn supers(&mut self, of: &TraitDecl) {
        for bound in &of.supers {
            let args = self.subst_all(bound.args);
            let answer =
                self.p.find_impl(bound.of, self.decl.target, Some(&args), &self.decl.generics.bounds);
            if answer.holds() || self.p.lacks_impl(self.decl.id.module, bound.of, self.decl.target, answer) {
                continue;
            }
            let ty = self.show(self.decl.target);
            let name = self.p.names.get(self.p.trait_name(bound.of));
            let message = format!("`{ty}` does not implement supertrait `{name}`");
            let help = match answer {
                ImplAnswer::No { because: Some((part, missing)) } if part != self.decl.target => {
                    let part = self.show(part);
                    let missing = self.p.names.get(self.p.trait_name(missing));
                    format!("`{part}` does not implement `{missing}`")
                }
                _ => format!("write `impl {name} for {ty}`"),
            };
            self.error(804, self.decl.span, message).help = Some(help);
        }
        let bounds: Vec<Bound> =
            of.generics.bounds.iter().filter(|bound| bound.of != of.id).copied().collect();
        self.hold(&bounds, self.decl.span);
    }

    fn hold(&mut self, bounds: &[Bound], span: Span) {
        for bound in bounds {
            let subject = self.p.subst(bound.subject, &self.path);
            let args = self.subst_all(bound.args);
            let answer = self.p.find_impl(bound.of, subject, Some(&args), &self.decl.generics.bounds);
            if answer.holds() || self.p.lacks_impl(self.decl.id.module, bound.of, subject, answer) {
                continue;
            }
            let ty = self.show(subject);
            let name = self.p.names.get(self.p.trait_name(bound.of));
            self.error(807, span, format!("`{ty}` does not implement `{name}`"));
        }
    }

    fn assoc(&mut self, of: &TraitDecl) {
        let trait_text = self.p.names.get(of.name);
        let module = self.p.module(self.decl.id.module);
        let tree = &module.syntax().trees[self.decl.tree as usize];
        let written: Vec<Name> = tree.list(tree[self.decl.syntax].assoc).map(|assoc| assoc.name).collect();
        for (number, name) in written.iter().enumerate() {
            let text = self.p.names.get(name.symbol);
            if written[..number].iter().any(|other| other.symbol == name.symbol) {
                self.error(102, name.span, format!("associated type `{text}` is defined twice"));
            } else if !of.assoc.iter().any(|(other, _)| *other == name.symbol) {
                let message = format!("trait `{trait_text}` has no associated type `{text}`");
                self.error(802, name.span, message);
            }
        }
        for (name, bounds) in &of.assoc {
            match written.iter().find(|other| other.symbol == *name) {
                Some(written) => self.hold(bounds, written.span),
                None => {
                    let text = self.p.names.get(*name);
                    self.error(
                        809,
                        self.decl.span,
                        format!("missing associated type `{text}` of trait `{trait_text}`"),
                    );
                }
            }
        }
    }

    fn methods(&mut self, of: &TraitDecl) {
        let trait_text = self.p.names.get(of.name);
        let given: Vec<&FnDecl> = self.decl.methods.iter().map(|&id| self.p.fn_decl(id)).collect();
        let wanted: Vec<&FnDecl> = of.methods.iter().map(|&id| self.p.fn_decl(id)).collect();
        let mut misspelt = Vec::new();
        for method in &given {
            let text = self.p.names.get(method.name);
            match wanted.iter().find(|other| other.name == method.name) {
                Some(wanted) => self.signature(wanted, method),
                None => {
                    let names = wanted.iter().map(|other| self.p.names.get(other.name));
                    let help = crate::suggest::did_you_mean(text, names);
                    misspelt.extend(help.clone());
                    let message = format!("trait `{trait_text}` has no method `{text}`");
                    self.error(802, method.span, message).help = help;
                }
            }
        }
        for method in wanted.iter().filter(|method| !method.has_body) {
            if given.iter().any(|other| other.name == method.name) {
                continue;
            }
            let text = self.p.names.get(method.name);
            if misspelt.contains(&crate::suggest::meant(text)) {
                continue;
            }
            let message = format!("missing method `{text}` of trait `{trait_text}`");
            let label = format!("add `{}`", self.p.show_signature(method, &self.path));
            self.error(801, self.decl.span, message).help = Some(label);
        }
    }

    fn signature(&mut self, wanted: &FnDecl, given: &FnDecl) {
        if wanted.broken || given.broken {
            return;
        }
        let own = FnDecl::own_generics;
        let text = self.p.names.get(given.name);
        if own(wanted) != own(given) {
            let message = format!(
                "method `{text}` does not match the trait: expected {} type parameters, found {}",
                own(wanted),
                own(given)
            );
            self.error(802, given.span, message);
            return;
        }
        let mut args = self.path.clone();
        let first = given.generics.parent_count;
        args.extend((first..given.generics.names.len() as u32).map(|number| self.p.types.param(number)));
        let subst = |ty: Ty| self.p.subst(ty, &args);
        let is_equal = |a: Ty, b: Ty| {
            a == b || self.p.types.has_error(a) || self.p.types.has_error(b) || self.p.subst(b, &[]) == a
        };
        let params_match = wanted.params.len() == given.params.len()
            && wanted.params.iter().zip(&given.params).all(|(w, g)| is_equal(subst(w.ty), g.ty));
        let signature_matches = wanted.has_self == given.has_self
            && params_match
            && is_equal(subst(wanted.result), given.result)
            && given.uses.iter().all(|name| wanted.uses.contains(name))
            && given.capabilities.len() == wanted.capabilities.len()
            && self.same_bounds(wanted, given, &args);
        if !signature_matches {
            let expected = self.p.show_signature_in(wanted, &args, &given.generics.names);
            let message = format!("method `{text}` does not match the trait");
            let help = format!("the trait wants `{expected}`");
            let (file, span) = (wanted.id.module, wanted.span);
            let is_library = self.p.module(file).info.is_library;
            let diagnostic = self.error(802, given.span, message);
            diagnostic.help = Some(help);
            if !is_library {
                diagnostic.labels.push(sigil_frontend::Label { file, span, message: "declared here".into() });
            }
        }
    }

    /// The methods' own bounds, in any order.
    fn same_bounds(&self, wanted: &FnDecl, given: &FnDecl, args: &[Ty]) -> bool {
        let is_own = |bound: &Bound, parents: &[Bound]| !parents.contains(bound);
        let of = self.p.trait_decl(self.decl.of.expect("a trait impl").0);
        let wanted_bounds: Vec<Bound> = wanted
            .generics
            .bounds
            .iter()
            .filter(|bound| is_own(bound, &of.generics.bounds))
            .map(|bound| Bound {
                subject: self.p.subst(bound.subject, args),
                of: bound.of,
                args: self.p.subst_list(bound.args, args),
            })
            .collect();
        let given_bounds: Vec<Bound> = given
            .generics
            .bounds
            .iter()
            .filter(|bound| is_own(bound, &self.decl.generics.bounds))
            .copied()
            .collect();
        wanted_bounds.iter().all(|bound| given_bounds.contains(bound))
            && given_bounds.iter().all(|bound| wanted_bounds.contains(bound))
    }
}
