/* What the runtime's own tests share: checks, a fixed random sequence, values made by hand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "sigil.h"

static const si_where HERE = {"t.si", "main"};
#define AT &HERE, 1048577

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                                            \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)

static inline si_word next_random(void) {
    static si_word state = 42;
    state += 0x9E3779B97F4A7C15ULL;
    si_word z = state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

static inline si_str *text(const char *bytes) {
    return si_str_new(bytes, (si_int)strlen(bytes));
}

/* The string equals the text; releases it. */
static inline int is(si_str *s, const char *expect) {
    int same = s->len == (si_int)strlen(expect) && memcmp(s->data, expect, (size_t)s->len) == 0;
    if (!same) fprintf(stderr, "got \"%.*s\", expected \"%s\"\n", (int)s->len, s->data, expect);
    si_release(s, si_str_free);
    return same;
}

static inline si_list *ints(int n, const si_int *values) {
    si_list *xs = si_list_new(&si_t_int, 0);
    for (int i = 0; i < n; i++) xs = si_list_push(xs, &values[i], &si_t_int);
    return xs;
}
