//! The skeletons of loops: a piece of C text with holes for each signature, compiled when it is first needed and
//! filled at each use, by any number of threads at once.

use std::sync::OnceLock;

/// What is iterated over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Over {
    /// A list.
    List,
    /// A map.
    Map,
    /// A range value over int.
    Range,
    /// A range value over char.
    Chars,
    /// A range value over byte.
    Bytes,
    /// `lo..hi` over int or byte, written out.
    Upto,
    /// `lo..=hi` over int, written out.
    Through,
    /// The lines of a text.
    Lines,
    /// The parts of a text between separators.
    Split,
}

impl Over {
    /// Each round makes its element, rather than looking at one.
    pub(super) fn makes_elements(self) -> bool {
        matches!(self, Over::Lines | Over::Split)
    }
}

/// What the loop makes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Make {
    /// Nothing: a `for … do`.
    Nothing,
    /// A list of what the body gives.
    List,
    /// A list of the elements that the body accepts.
    Filter,
    /// An accumulator.
    Fold,
    /// The first one that the body accepts.
    First,
}

/// What is put into a template.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Hole {
    /// The iterable's variable.
    Iter,
    /// The index, unique in the function.
    Index,
    /// Lower and upper end.
    Low,
    /// Upper end.
    High,
    /// Binds the element and evaluates the body.
    Body,
    /// What the body gave.
    Value,
    /// The element, owned.
    Element,
    /// The result's variable.
    Out,
    /// C type of the result's elements.
    Type,
    /// Descriptor of the result's elements.
    Desc,
    /// Takes the result and leaves the loop.
    Found,
    /// Closes what the body opened and releases what it held.
    End,
}

#[derive(Debug)]
enum Piece {
    Text(Box<str>),
    Hole(Hole),
}

/// A compiled template.
#[derive(Debug)]
pub(super) struct Template(Vec<Piece>);

const OVERS: usize = 9;
const MAKES: usize = 5;

/// All templates, each compiled once, by whoever needs it first.
#[derive(Debug, Default)]
pub struct Templates([[OnceLock<Template>; MAKES]; OVERS]);

impl Templates {
    /// The template of a signature.
    pub(super) fn get(&self, over: Over, make: Make) -> &Template {
        self.0[over as usize][make as usize].get_or_init(|| Template::compile(&skeleton(over, make)))
    }
}

impl Template {
    /// Holes are written `$` and a letter.
    fn compile(text: &str) -> Template {
        let mut pieces = Vec::new();
        let mut parts = text.split('$');
        pieces.extend(parts.next().filter(|first| !first.is_empty()).map(|first| Piece::Text(first.into())));
        for part in parts {
            let (hole, rest) = part.split_at(1);
            pieces.push(Piece::Hole(match hole {
                "x" => Hole::Iter,
                "i" => Hole::Index,
                "l" => Hole::Low,
                "h" => Hole::High,
                "b" => Hole::Body,
                "v" => Hole::Value,
                "e" => Hole::Element,
                "o" => Hole::Out,
                "t" => Hole::Type,
                "d" => Hole::Desc,
                "z" => Hole::End,
                _ => Hole::Found,
            }));
            if !rest.is_empty() {
                pieces.push(Piece::Text(rest.into()));
            }
        }
        Template(pieces)
    }

    /// Writes the text in order, with what is put into the holes.
    pub(super) fn fill<T>(&self, to: &mut T, text: impl Fn(&mut T, &str), hole: impl Fn(&mut T, Hole)) {
        for piece in &self.0 {
            match piece {
                Piece::Text(part) => text(to, part),
                Piece::Hole(which) => hole(to, *which),
            }
        }
    }
}

fn skeleton(over: Over, make: Make) -> String {
    let push = |value: &str| format!("$o = si_list_room($o, $d);\n(($t *)$o->data)[$o->len++] = {value};\n");
    let body = match make {
        Make::Nothing => "SI_TICK\n$b$z".to_owned(),
        Make::List => format!("SI_TICK\n$b{}$z", push("$v")),
        Make::Filter => format!("SI_TICK\n$bif ($v) {{\n{}}}\n$z", push("$e")),
        Make::Fold => "SI_TICK\n$b$o = $v;\n$z".to_owned(),
        Make::First => "SI_TICK\n$bif ($v) {\n$f}\n$z".to_owned(),
    };
    match over {
        Over::List => format!("for (si_int i$i = 0; i$i < $x->len; i$i++) {{\n{body}}}\n"),
        Over::Map => format!(
            "for (si_int i$i = 0; i$i < $x->used; i$i++) {{\nif (!si_map_live($x, i$i)) continue;\n{body}}}\n"
        ),
        // The end may be the greatest int, so it is compared with before the step.
        Over::Range => format!(
            "if (!si_range_is_empty($x)) for (si_int i$i = $x.lo, h$i = si_range_last($x);; i$i++) {{\n{body}if (i$i == h$i) break;\n}}\n"
        ),
        Over::Chars => format!(
            "for (si_int i$i = $x.lo, h$i = si_range_last($x); i$i <= h$i; i$i = si_char_next(i$i)) {{\n{body}}}\n"
        ),
        Over::Bytes => {
            format!("for (si_int i$i = $x.lo, h$i = si_range_last($x); i$i <= h$i; i$i++) {{\n{body}}}\n")
        }
        Over::Upto => format!("for (si_int i$i = $l; i$i < $h; i$i++) {{\n{body}}}\n"),
        Over::Through => {
            format!("if ($l <= $h) for (si_int i$i = $l;; i$i++) {{\n{body}if (i$i == $h) break;\n}}\n")
        }
        Over::Lines => format!("for (si_int i$i = 0; i$i < $x->len;) {{\n{body}}}\n"),
        Over::Split => {
            format!("for (si_int i$i = si_str_split_start($x, $h); i$i <= $x->len;) {{\n{body}}}\n")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_compiled_once() {
        let templates = Templates::default();
        let first: *const Template = templates.get(Over::List, Make::List);
        assert_eq!(first, templates.get(Over::List, Make::List) as *const Template);
    }

    #[test]
    fn holes_are_filled_in_order() {
        let mut out = String::new();
        Templates::default().get(Over::Upto, Make::Fold).fill(
            &mut out,
            |out, text| out.push_str(text),
            |out, hole| out.push_str(&format!("<{hole:?}>")),
        );
        assert_eq!(
            out,
            "for (si_int i<Index> = <Low>; i<Index> < <High>; i<Index>++) {\nSI_TICK\n<Body><Out> = <Value>;\n<End>}\n"
        );
    }
}
