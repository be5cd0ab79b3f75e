//! The text of a C file: exactly what its functions refer to, declared once, then the functions.
//!
//! ```text
//! #include "sigil.h"
//! typedef struct st_A st_A;          all structs that are mentioned
//! struct st_A { … };                 those that must be complete, parts before wholes
//! si_int sf_main__f(st_A p0);        all functions and tables that are referred to
//! static si_str slZh… = …;           string literals
//! static const si_where sw_… = …;    places of panics
//! …                                  the functions, in the order given
//! ```
//!
//! Everything before the functions is sorted by its text, so it depends on their content alone.

use crate::glue::{self, Cx as _, c_string};
use crate::layout::Shape;
use crate::sink::number;
use crate::{Codegen, Emitted, Instance, names};
use rustc_hash::FxHashSet;
use sigil_checker::types::{FnId, Ty, TyList};
use std::collections::BTreeMap;

impl Codegen<'_> {
    /// The text of a C file that holds these.
    ///
    /// `ticks`: some module may use timeouts, so all functions look whether one has run out. `threads`: some module
    /// may run tasks side by side, so counts may have to be atomic.
    pub fn unit(&self, parts: &[&Emitted], ticks: bool, threads: bool) -> String {
        let mut types = Structs::new(self);
        let needs: FxHashSet<Instance> = parts.iter().flat_map(|part| &part.needs).copied().collect();
        let prototypes = Lines::of(needs.iter(), |&need, out| self.prototypes(need, out));
        let mut wanted: Vec<Ty> = parts.iter().flat_map(|part| &part.types).copied().collect();
        needs.iter().for_each(|&need| self.types_of(need, &mut wanted));
        types.all(&wanted);
        let mut out = String::with_capacity(
            4096 + 2 * parts.iter().map(|part| part.text.len()).sum::<usize>() + prototypes.text.len(),
        );
        if !threads {
            out.push_str("#define SI_ALONE\n");
        }
        out.push_str("#include \"sigil.h\"\n");
        if ticks {
            out.push_str("#undef SI_TICK\n#define SI_TICK si_tick();\n");
        }
        types.write(&mut out);
        prototypes.write(&mut out);
        self.constants(parts, &mut out);
        parts.iter().for_each(|part| out.push_str(&part.text));
        out
    }

    /// Declarations of what an instance defines.
    fn prototypes(&self, instance: Instance, out: &mut String) {
        match instance {
            Instance::Fn(id, args) => {
                self.push_signature(id, args, out);
                out.push_str(";\n");
            }
            Instance::Glue(ty) => glue::prototypes(self, ty, out),
            Instance::Traits(ty) => glue::prototypes_traits(self, ty, out),
        }
    }

    /// Types that these declarations mention.
    fn types_of(&self, instance: Instance, out: &mut Vec<Ty>) {
        match instance {
            Instance::Fn(id, args) => {
                let mut add = |ty| {
                    if self.layout(ty).shape != Shape::Plain {
                        out.push(ty);
                    }
                };
                self.each_param(id, args, &mut add);
                add(self.result(id, args));
            }
            Instance::Glue(ty) | Instance::Traits(ty) if glue::is_aggregate(self, ty) => out.push(ty),
            Instance::Glue(_) | Instance::Traits(_) => {}
        }
    }

    /// Concrete types of a function's parameters, `self` first.
    pub(crate) fn each_param(&self, id: FnId, args: TyList, mut each: impl FnMut(Ty)) {
        let decl = self.program.fn_decl(id);
        let args = self.program.types.list_of(args);
        let own = decl.self_ty.filter(|_| decl.takes_self());
        let given = decl.capability_params().map(|param| self.program.types.param(param));
        let params = own.into_iter().chain(decl.params.iter().map(|param| param.ty)).chain(given);
        params.for_each(|ty| each(self.program.subst(ty, args)));
    }

    /// Concrete type of a function's result.
    pub(crate) fn result(&self, id: FnId, args: TyList) -> Ty {
        self.program.subst(self.program.fn_decl(id).result, self.program.types.list_of(args))
    }

    /// String literals and places of panics.
    fn constants(&self, parts: &[&Emitted], out: &mut String) {
        let literals: BTreeMap<&str, ()> = parts
            .iter()
            .flat_map(|part| &part.literals)
            .map(|&text| (self.program.names.get(text), ()))
            .collect();
        for text in literals.keys() {
            out.push_str("static si_str ");
            names::push_literal(text, out);
            out.push_str(" = SI_LIT(");
            number(out, text.len() as u64);
            out.push_str(", ");
            number(out, text.chars().count() as u64);
            out.push_str(", ");
            c_string(out, text.as_bytes());
            out.push_str(");\n");
        }
        let places: FxHashSet<FnId> = parts.iter().flat_map(|part| &part.places).copied().collect();
        Lines::of(places.iter(), |&id, out| self.place(id, out)).write(out);
    }

    fn place(&self, id: FnId, out: &mut String) {
        out.push_str("static const si_where ");
        self.names.push_where(id, out);
        out.push_str(" = {");
        c_string(out, self.program.module(id.module).info.display.as_bytes());
        out.push_str(", ");
        c_string(out, self.program.names.get(self.program.fn_decl(id).name).as_bytes());
        out.push_str("};\n");
    }
}

/// Texts in one piece of memory, in alphabetic order.
struct Lines {
    text: String,
    spans: Vec<(u32, u32)>,
}

impl Lines {
    fn of<T>(items: impl ExactSizeIterator<Item = T>, write: impl Fn(T, &mut String)) -> Self {
        let mut text = String::with_capacity(items.len() * 64);
        let mut spans = Vec::with_capacity(items.len());
        for item in items {
            let start = text.len() as u32;
            write(item, &mut text);
            spans.push((start, text.len() as u32));
        }
        let bytes = text.as_bytes();
        let bytes_of = |&(start, end): &(u32, u32)| &bytes[start as usize..end as usize];
        spans.sort_unstable_by(|a, b| bytes_of(a).cmp(bytes_of(b)));
        Lines { text, spans }
    }

    fn write(&self, out: &mut String) {
        self.spans.iter().for_each(|&(start, end)| out.push_str(&self.text[start as usize..end as usize]));
    }
}

/// The structs of a unit.
struct Structs<'a, 'p> {
    codegen: &'a Codegen<'p>,
    mentioned: FxHashSet<Ty>,
    complete: FxHashSet<Ty>,
    /// Complete ones, parts before wholes.
    order: Vec<Ty>,
}

impl<'a, 'p> Structs<'a, 'p> {
    fn new(codegen: &'a Codegen<'p>) -> Self {
        Structs {
            codegen,
            mentioned: FxHashSet::default(),
            complete: FxHashSet::default(),
            order: Vec::new(),
        }
    }

    fn all(&mut self, types: &[Ty]) {
        let distinct: FxHashSet<Ty> = types.iter().copied().collect();
        let mut sorted: Vec<Ty> = distinct.into_iter().collect();
        sorted.sort_by_key(|&ty| &self.codegen.names.ty(ty).text);
        sorted.into_iter().for_each(|ty| self.complete(ty));
    }

    /// The struct of this type, if it has one, and of what is part of it.
    fn complete(&mut self, ty: Ty) {
        let layout = self.codegen.layout(ty);
        if !matches!(layout.shape, Shape::Inline | Shape::Boxed) || !self.complete.insert(ty) {
            return;
        }
        self.mentioned.insert(ty);
        for &field in layout.variants.iter().flatten() {
            match self.codegen.layout(field).shape {
                Shape::Inline => stacker::maybe_grow(64 << 10, 1 << 20, || self.complete(field)),
                Shape::Boxed => {
                    self.mentioned.insert(field);
                }
                Shape::Plain | Shape::Enum => {}
            }
        }
        self.order.push(ty);
    }

    fn write(&self, out: &mut String) {
        let mut names: Vec<&str> =
            self.mentioned.iter().map(|&ty| &*self.codegen.names.ty(ty).text).collect();
        names.sort_unstable();
        for name in names {
            for part in ["typedef struct st_", name, " st_", name, ";\n"] {
                out.push_str(part);
            }
        }
        self.order.iter().for_each(|&ty| self.codegen.definition(ty, out));
    }
}
