//! C's `main`: of a program, and of one that runs tests.

use crate::glue::{self, Cx as _, Sink};
use crate::{Codegen, Emitted, Instance};
use sigil_checker::types::{FnId, Ty, TyKind, TyList};

const MAIN: &str = "int main(int argc, char **argv) {\n    return si_main(argc, argv, run);\n}\n";

impl Codegen<'_> {
    /// C's `main` for a function that `Program::main_function` accepts.
    pub fn entry(&self, main: FnId) -> Emitted {
        let mut out = Sink::default();
        let result = self.program.fn_decl(main).result;
        out.push("static int run(void) {\n    ");
        match self.program.types.kind(result) {
            TyKind::Adt(_, args) => {
                let error = self.program.types.list_of(args)[1];
                self.main_with_result(main, result, error, &mut out);
            }
            _ => {
                self.call(main, &mut out);
                out.push(";\n    return 0;\n");
            }
        }
        out.push("}\n");
        out.push(MAIN);
        out.into()
    }

    /// A program that runs one of these tests: the one whose number is its argument. Whoever runs it sees a failure
    /// by the exit code.
    pub fn tests_entry(&self, tests: &[FnId]) -> Emitted {
        let mut out = Sink::default();
        out.push("static si_int number;\nstatic int run(void) {\n    switch (number) {\n");
        for (number, &test) in tests.iter().enumerate() {
            out.push("    case ");
            out.number(number);
            out.push(": ");
            self.call(test, &mut out);
            out.push("; return 0;\n");
        }
        out.push("    default: return 2;\n    }\n}\n");
        out.push("int main(int argc, char **argv) {\n    const char *p = argc > 1 ? argv[1] : \"\";\n");
        out.push("    number = *p ? 0 : -1;\n    while (*p >= '0' && *p <= '9') number = number * 10 + (*p++ - '0');\n");
        out.push("    return si_main(argc, argv, run);\n}\n");
        out.into()
    }

    fn call(&self, id: FnId, out: &mut Sink) {
        self.push_fn_name(id, TyList::EMPTY, &mut out.text);
        out.need(Instance::Fn(id, TyList::EMPTY));
        out.push("()");
    }

    /// An `Err` is printed and makes the exit code 1.
    fn main_with_result(&self, main: FnId, result: Ty, error: Ty, out: &mut Sink) {
        out.need_type(result);
        self.push_c_type(result, &mut out.text);
        out.push(" v = ");
        self.call(main, out);
        out.push(";\n    int code = 0;\n    if (");
        self.push_tag(result, "v", &mut out.text);
        out.push(" != 0) code = si_exit_err(");
        let mut content = String::new();
        self.push_field(result, "v", 1, 0, &mut content);
        glue::to_str(self, out, error, &content);
        out.push(");\n    ");
        glue::release(self, out, result, "v");
        out.push("\n    return code;\n");
    }
}
