//! Intrinsics whose code depends on the types of their arguments.

use super::operations::{clone, eq, to_str};
use super::traits::{How, how};
use super::{Cx, Sink};
use crate::intrinsics::Special;
use sigil_checker::types::Ty;

/// Writes the text of a value, or `<value>` if its type has none.
fn text_of(cx: &dyn Cx, out: &mut Sink, ty: Ty, value: &str) {
    match how(cx, cx.program().lang().printable, "to_string", ty) {
        How::Not => out.push("si_str_new(\"<value>\", 7)"),
        _ => to_str(cx, out, ty, value),
    }
}

/// Writes the call of a special intrinsic: an expression of the result's type, or of C type `void`. `targs` are the
/// function's type arguments, `args` borrowed variables, `site` the two C arguments that say where a panic is.
pub fn special(cx: &dyn Cx, out: &mut Sink, special: Special, targs: &[Ty], args: &[&str], site: &str) {
    match special {
        Special::AssertEq => assert_pair(cx, out, targs, args, (true, " != "), site),
        Special::AssertNe => assert_pair(cx, out, targs, args, (false, " == "), site),
        Special::AssertSome => assert_variant(cx, out, (targs, args), (0, "expected Some, got None"), site),
        Special::AssertNone => assert_variant(cx, out, (targs, args), (1, "expected None, got Some"), site),
        Special::AssertOk => assert_variant(cx, out, (targs, args), (0, "expected Ok, got Err"), site),
        Special::AssertErr => assert_variant(cx, out, (targs, args), (1, "expected Err, got Ok"), site),
        Special::OptionUnwrap => {
            unwrap(cx, out, (targs, args), 0, |_, out| {
                out.push("si_panic_c(\"called unwrap on None\", ");
                out.push(site);
            });
        }
        Special::ResultUnwrap => unwrap(cx, out, (targs, args), 0, |cx, out| {
            unwrap_panic(cx, out, (targs, args), (1, "called unwrap on Err: "), site);
        }),
        Special::ResultUnwrapErr => unwrap(cx, out, (targs, args), 1, |cx, out| {
            unwrap_panic(cx, out, (targs, args), (0, "called unwrap_err on Ok: "), site);
        }),
        Special::OptionExpect | Special::ResultExpect => unwrap(cx, out, (targs, args), 0, |_, out| {
            out.push("si_panic(si_str_str(");
            out.push(args[1]);
            out.push("), ");
            out.push(site);
        }),
    }
}

/// `Option<T>` for one type argument, `Result<T, E>` for two.
fn sum_type(cx: &dyn Cx, targs: &[Ty]) -> Ty {
    let lang = cx.program().lang();
    cx.program().types.adt_ty(if targs.len() == 1 { lang.option } else { lang.result }, targs)
}

/// Content of a variant as a C lvalue.
fn content(cx: &dyn Cx, (targs, args): (&[Ty], &[&str]), variant: u32) -> String {
    let mut field = String::new();
    cx.push_field(sum_type(cx, targs), args[0], variant, 0, &mut field);
    field
}

fn assert_pair(
    cx: &dyn Cx,
    out: &mut Sink,
    targs: &[Ty],
    args: &[&str],
    (equal, between): (bool, &str),
    site: &str,
) {
    out.push(if equal { "(" } else { "(!" });
    eq(cx, out, targs[0], args[0], args[1]);
    out.push(" ? (void)0 : si_panic_pair(");
    text_of(cx, out, targs[0], args[0]);
    out.push(", \"");
    out.push(between);
    out.push("\", ");
    text_of(cx, out, targs[0], args[1]);
    out.push(", ");
    out.push(site);
    out.push("))");
}

fn assert_variant(
    cx: &dyn Cx,
    out: &mut Sink,
    (targs, args): (&[Ty], &[&str]),
    (variant, message): (u32, &str),
    site: &str,
) {
    out.push("(");
    cx.push_tag(sum_type(cx, targs), args[0], &mut out.text);
    out.push(" == ");
    out.number(variant);
    out.push(" ? (void)0 : si_panic_c(\"assertion failed: ");
    out.push(message);
    out.push("\", ");
    out.push(site);
    out.push("))");
}

/// The content of a variant, or what `otherwise` writes: a panic's call without its closing parenthesis.
fn unwrap(
    cx: &dyn Cx,
    out: &mut Sink,
    (targs, args): (&[Ty], &[&str]),
    variant: u32,
    otherwise: impl FnOnce(&dyn Cx, &mut Sink),
) {
    out.push("(");
    cx.push_tag(sum_type(cx, targs), args[0], &mut out.text);
    out.push(" == ");
    out.number(variant);
    out.push(" ? (void)0 : ");
    otherwise(cx, out);
    out.push("), ");
    let field = content(cx, (targs, args), variant);
    clone(cx, out, targs[variant as usize], &field);
    out.push(")");
}

fn unwrap_panic(
    cx: &dyn Cx,
    out: &mut Sink,
    (targs, args): (&[Ty], &[&str]),
    (variant, message): (u32, &str),
    site: &str,
) {
    out.push("si_panic_text(\"");
    out.push(message);
    out.push("\", ");
    let field = content(cx, (targs, args), variant);
    text_of(cx, out, targs[variant as usize], &field);
    out.push(", ");
    out.push(site);
}
