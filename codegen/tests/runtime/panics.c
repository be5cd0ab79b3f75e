#include "common.h"

/* Each argument is a way to end; without one, panics that are observed. */
static const char *how = "";
static si_list *list;

static void fail_index(void *unused) {
    (void)unused;
    si_list_at(list, 7, AT);
}
static void fail_nested(void *unused) {
    si_caught c = {0, 0, 0};
    si_protect(&c, fail_index, unused);
    CHECK(c.line && c.msg);
    si_reraise(&c);
    CHECK(0);
}
static void succeed(void *place) {
    *(int *)place = 1;
}

/* Checked arithmetic at the edges, against wide floating point, which is exact enough to tell. */
static struct {
    int which;
    si_int a, b, result;
} sum;
static void compute(void *unused) {
    (void)unused;
    sum.result = sum.which == 0   ? si_add(sum.a, sum.b, AT)
                 : sum.which == 1 ? si_sub(sum.a, sum.b, AT)
                 : sum.which == 2 ? si_mul(sum.a, sum.b, AT)
                                  : si_div(sum.a, sum.b, AT);
}
static void check_arithmetic(void) {
    si_int max = 9223372036854775807LL, min = -max - 1;
    si_int edges[] = {min, min + 1, -4294967296, -3037000500, -2, -1, 0, 1, 2, 3, 3037000499, 3037000500, 4294967296, max - 1, max};
    enum { N = sizeof edges / sizeof *edges };
    for (sum.which = 0; sum.which < 4; sum.which++) {
        for (int i = 0; i < N * N; i++) {
            sum.a = edges[i / N];
            sum.b = edges[i % N];
            if (sum.which == 3 && sum.b == 0) continue;
            long double a = (long double)sum.a, b = (long double)sum.b;
            long double exact = sum.which == 0 ? a + b : sum.which == 1 ? a - b : sum.which == 2 ? a * b : a / b;
            int fits = exact > -9223372036854775809.0L && exact < 9223372036854775808.0L;
            si_caught c = {0, 0, 0};
            si_protect(&c, compute, 0);
            CHECK((c.line == 0) == fits);
            if (fits) {
                if (sum.which < 3) CHECK((long double)sum.result == exact);
            } else {
                CHECK(is(c.line, "panic at t.si:1:1 in @main: integer overflow") && is(c.msg, "integer overflow"));
            }
        }
    }
}

static int overflow(int n) {
    volatile char frame[4096];
    frame[0] = (char)n;
    return n < 0 ? 0 : overflow(n + 1) + frame[0];
}
static int nest(int n) {
    volatile char frame[1024];
    frame[0] = (char)n;
    return n == 0 ? 0 : nest(n - 1) + (frame[0] & 1);
}


static int entry(void) {
    list = ints(2, (const si_int[]){1, 2});
    if (!strcmp(how, "div")) return (int)si_div(1, 0, &HERE, 2 * 1048576 + 5);
    if (!strcmp(how, "overflow")) return overflow(0);
    if (!strcmp(how, "err")) {
        si_str *s = text("printed");
        si_print_str(s);
        si_release(s, si_str_free);
        si_release(list, si_list_free);
        return si_exit_err(text("TooBig(500)"));
    }
    if (!strcmp(how, "exit")) si_process_exit(256 + 7);
    if (!strcmp(how, "out")) {
        si_str *s = text("0123456789");
        for (int i = 0; i < 20000; i++) si_print_str(s);
        si_str *big = si_str_repeat(s, 20000);
        si_io_write(big);
        si_release(big, si_str_free);
        si_panic_c("done", AT);
    }
    CHECK(nest(50000) >= 0);
    check_arithmetic();
    si_caught c = {0, 0, 0};
    int done = 0;
    si_protect(&c, succeed, &done);
    CHECK(done && !c.line);
    si_protect(&c, fail_nested, 0);
    CHECK(c.line);
    CHECK(is(c.line, "panic at t.si:1:1 in @main: index out of bounds: index 7, length 2"));
    CHECK(is(c.msg, "index out of bounds: index 7, length 2"));
    si_release(list, si_list_free);
    return 0;
}

int main(int argc, char **argv) {
    if (argc > 1) how = argv[1];
    return si_main(argc, argv, entry);
}
