/* What every emitted unit sees of the Sigil runtime. No standard header on purpose: they would cost the C compiler
   more than most units do. Values and ownership: a function owns its arguments unless a comment says "borrows";
   results belong to the caller. NULL stands for a value that was moved out. */
#ifndef SIGIL_H
#define SIGIL_H

typedef long long si_int;
typedef unsigned long long si_word;
typedef unsigned int si_char;
typedef unsigned char si_byte;
typedef unsigned char si_unit; /* void and Never; always 0 */
typedef unsigned int si_tag;
typedef unsigned long long si_pos; /* line * 2^20 + column */

#ifdef __TINYC__
#define SI_NORETURN __attribute__((noreturn))
#else
#define SI_NORETURN __attribute__((noreturn, cold))
#endif
#define SI_LIKELY(c) __builtin_expect(!!(c), 1)
/* Of a variable: each thread has its own. Programs built by tcc have one thread. */
#ifdef __TINYC__
#define SI_THREAD
#else
#define SI_THREAD __thread
#endif

/* Programs that run tasks side by side count atomically while they do. Those that never do define SI_ALONE, and so
   does whatever the compiler knows no atomics for. */
#if defined(__TINYC__) && !defined(SI_ALONE)
#define SI_ALONE
#endif
#ifdef SI_ALONE
#define si_is_shared() 0
#define SI_GET(x) (x)
#define SI_SET(x, value) ((x) = (value))
#else
extern int si_threads; /* that run besides the first one */
#define SI_GET(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define SI_SET(x, value) __atomic_store_n(&(x), (value), __ATOMIC_RELAXED)
/* A thread that sees no others is the only one: it has started or joined all others itself. */
#define si_is_shared() __builtin_expect(SI_GET(si_threads), 0)
#endif

/* Reference counts below zero never change: the object lives forever. */
#define SI_IMMORTAL (-1LL)

typedef struct si_where {
    const char *file, *name;
} si_where;

typedef struct si_str {
    si_int rc;
    si_int chars; /* code points, -1: not counted yet */
    si_int cap;   /* bytes that fit behind the header; 0 in literals */
    si_int len;   /* bytes; near to them, for they are looked at together */
    const char *data;
} si_str;
#define SI_LIT(bytes, chars, text) {SI_IMMORTAL, chars, 0, bytes, text}

typedef struct si_buf {
    si_str *text; /* grows; NULL: empty */
} si_buf;

/* How containers handle values of a type, given pointers to them. retain, release: NULL if there is nothing to do;
   the others: NULL if the type does not implement the trait. */
typedef struct si_type {
    si_int size;
    void (*retain)(void *);
    void (*release)(void *);
    _Bool (*eq)(const void *, const void *);
    int (*cmp)(const void *, const void *);
    si_int (*hash)(const void *);
    void (*show)(si_buf *, const void *);
} si_type;

typedef struct si_list {
    si_int rc;
    si_int len;
    si_int cap; /* elements that fit; 0 in views and the empty list */
    const si_type *elem;
    struct si_list *owner; /* of the data, if this is a view into another list */
    char *data;
} si_list;

typedef struct si_map {
    si_int rc;
    si_int len;  /* entries alive */
    si_int used; /* entries including removed ones */
    si_int cap;
    const si_type *key, *val;
    si_int val_at, stride; /* an entry: hash (0: removed), key, value */
    char *entries;
    unsigned int *index; /* entry number + 1; NULL while the map is small */
    si_word mask;
} si_map;

typedef struct si_fn {
    si_int rc;
    void (*code)(void);           /* takes the si_fn (borrowed), then the arguments */
    void (*drop)(struct si_fn *); /* releases what it captured; NULL: nothing */
} si_fn;

typedef struct si_range {
    si_int lo, hi;
    _Bool closed;
} si_range;

extern const si_type si_t_int, si_t_float, si_t_bool, si_t_str, si_t_char, si_t_byte, si_t_unit, si_t_duration,
    si_t_size, si_t_list, si_t_map, si_t_fn, si_t_range_int, si_t_range_char, si_t_range_byte;
extern si_list si_empty_list;

/* Panics. si_panic owns its message. */
SI_NORETURN void si_panic(si_str *msg, const si_where *w, si_pos pos);
SI_NORETURN void si_panic_c(const char *msg, const si_where *w, si_pos pos);
SI_NORETURN void si_panic_overflow(const si_where *w, si_pos pos);
SI_NORETURN void si_panic_zero(const si_where *w, si_pos pos);
SI_NORETURN void si_panic_index(si_int i, si_int len, const si_where *w, si_pos pos);
SI_NORETURN void si_panic_list_pattern(si_int len, const si_where *w, si_pos pos);
SI_NORETURN void si_panic_text(const char *before, si_str *text, const si_where *w, si_pos pos);
SI_NORETURN void si_panic_pair(si_str *a, const char *between, si_str *b, const si_where *w, si_pos pos);
SI_NORETURN void si_unreachable(void);

/* A panic that a task ended with. */
typedef struct si_caught {
    si_str *line, *msg;
    struct si_timer *timer; /* instead of a panic: cancelled by this */
} si_caught;
void si_protect(si_caught *c, void (*task)(void *), void *arg);
void si_reraise(si_caught *c);

/* Tasks, side by side where there are threads, or in order. All have ended when these return; panics are left in what
   was caught. */
typedef struct si_task {
    void (*run)(void *);
    void *arg;
    si_caught *caught;
} si_task;
void si_run_all(const si_task *tasks, int n);
void si_run_in_order(const si_task *tasks, int n);
/* The values of closures, at most so many at a time; `call` puts the value of one into a place. */
si_list *si_run_tasks(const si_list *tasks, si_int most, void (*call)(void *, void *), const si_type *elem);

/* Timeouts. Programs that have any define SI_TICK as si_tick(); it stands at the start of functions and rounds. */
#define SI_TICK
extern volatile int si_due; /* a timer may have run out */
void si_cancel(void);
static inline void si_tick(void) {
    if (__builtin_expect(SI_GET(si_due), 0)) si_cancel();
}
void si_timer_start(si_int after);
_Bool si_timer_late(void);
void si_timer_shield(void);

int si_main(int argc, char **argv, int (*entry)(void));
int si_exit_err(si_str *text);

/* Memory. */
void *si_alloc(si_word size);
void si_dealloc(void *p);
void si_drop(void *p, void (*free_it)(void *));
void si_str_free(void *p);
void si_list_free(void *p);
void si_map_free(void *p);
void si_fn_free(void *p);

void si_retain_shared(si_int *rc);
_Bool si_give_up_shared(si_int *rc);
_Bool si_is_only_shared(const si_int *rc);
static inline void si_retain(void *p) {
    si_int *rc = p;
    if (!rc) return;
    if (si_is_shared())
        si_retain_shared(rc);
    else if (*rc >= 0)
        ++*rc;
}
/* Gives up a reference; whether it was the last one. */
static inline _Bool si_give_up(si_int *rc) {
    if (si_is_shared()) return si_give_up_shared(rc);
    return *rc > 0 && --*rc == 0;
}
static inline void si_release(void *p, void (*free_it)(void *)) {
    if (p && si_give_up(p)) {
        if (free_it == si_str_free) /* refers to nothing; the C compiler knows which it is */
            si_str_free(p);
        else
            si_drop(p, free_it);
    }
}
/* There is one reference to the object. */
static inline _Bool si_is_only(const void *p) {
    const si_int *rc = p;
    return si_is_shared() ? si_is_only_shared(rc) : *rc == 1;
}

/* Integers. */
/* Whether the result does not fit. */
#ifdef __TINYC__
static inline _Bool si_add_fails(si_int a, si_int b, si_int *r) {
    *r = (si_int)((si_word)a + (si_word)b);
    return ((a ^ *r) & (b ^ *r)) < 0;
}
static inline _Bool si_sub_fails(si_int a, si_int b, si_int *r) {
    *r = (si_int)((si_word)a - (si_word)b);
    return ((a ^ b) & (a ^ *r)) < 0;
}
static inline _Bool si_mul_fails(si_int a, si_int b, si_int *r) {
    *r = (si_int)((si_word)a * (si_word)b);
    return (a == -1 && b < 0 && *r == b) || (a && a != -1 && *r / a != b);
}
#else
static inline _Bool si_add_fails(si_int a, si_int b, si_int *r) {
    return __builtin_add_overflow(a, b, r);
}
static inline _Bool si_sub_fails(si_int a, si_int b, si_int *r) {
    return __builtin_sub_overflow(a, b, r);
}
static inline _Bool si_mul_fails(si_int a, si_int b, si_int *r) {
    return __builtin_mul_overflow(a, b, r);
}
#endif
static inline si_int si_add(si_int a, si_int b, const si_where *w, si_pos pos) {
    si_int r;
    if (si_add_fails(a, b, &r)) si_panic_overflow(w, pos);
    return r;
}
static inline si_int si_sub(si_int a, si_int b, const si_where *w, si_pos pos) {
    si_int r;
    if (si_sub_fails(a, b, &r)) si_panic_overflow(w, pos);
    return r;
}
static inline si_int si_mul(si_int a, si_int b, const si_where *w, si_pos pos) {
    si_int r;
    if (si_mul_fails(a, b, &r)) si_panic_overflow(w, pos);
    return r;
}
static inline si_int si_neg(si_int a, const si_where *w, si_pos pos) {
    return si_sub(0, a, w, pos);
}
static inline si_int si_div(si_int a, si_int b, const si_where *w, si_pos pos) {
    if (b == 0) si_panic_zero(w, pos);
    if (b == -1) return si_neg(a, w, pos);
    return a / b;
}
static inline si_int si_fdiv(si_int a, si_int b, const si_where *w, si_pos pos) {
    si_int q = si_div(a, b, w, pos);
    return b != -1 && a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}
static inline si_int si_rem(si_int a, si_int b, const si_where *w, si_pos pos) {
    if (b == 0) si_panic_zero(w, pos);
    return b == -1 ? 0 : a % b;
}
static inline si_byte si_byte_div(si_byte a, si_byte b, const si_where *w, si_pos pos) {
    if (b == 0) si_panic_zero(w, pos);
    return (si_byte)(a / b);
}
static inline si_byte si_byte_rem(si_byte a, si_byte b, const si_where *w, si_pos pos) {
    if (b == 0) si_panic_zero(w, pos);
    return (si_byte)(a % b);
}
/* Sizes are never negative. */
static inline si_int si_size(si_int n, const si_where *w, si_pos pos) {
    if (n < 0) si_panic_c("negative size", w, pos);
    return n;
}
static inline si_int si_size_sub(si_int a, si_int b, const si_where *w, si_pos pos) {
    return si_size(si_sub(a, b, w, pos), w, pos);
}
static inline si_int si_size_mul(si_int a, si_int b, const si_where *w, si_pos pos) {
    return si_size(si_mul(a, b, w, pos), w, pos);
}
static inline si_int si_size_div(si_int a, si_int b, const si_where *w, si_pos pos) {
    return si_size(si_div(a, b, w, pos), w, pos);
}

/* Comparison: total orders, <0 0 >0. */
static inline int si_int_cmp(si_int a, si_int b) {
    return (a > b) - (a < b);
}
static inline int si_float_cmp(double a, double b) {
    if (a < b) return -1;
    if (a > b) return 1;
    return (a != a) - (b != b);
}

/* Hashing. */
static inline si_int si_hash_int(si_int n) {
    si_word h = (si_word)n + 0x9E3779B97F4A7C15ULL;
    h = (h ^ (h >> 32)) * 0xD6E8FEB86659FD93ULL;
    return (si_int)(h ^ (h >> 32));
}
static inline si_int si_hash_mix(si_int a, si_int b) {
    return si_hash_int((si_int)((si_word)a * 31 + (si_word)b));
}
si_int si_str_hash(const si_str *s);
si_int si_range_hash(si_range r);

/* Strings: borrow their arguments unless a comment says so. */
si_str *si_str_new(const char *bytes, si_int len);
si_str *si_str_concat(si_str *a, const si_str *b); /* owns a */
si_str *si_str_at(const si_str *s, si_int i, const si_where *w, si_pos pos);
si_int si_str_count(const si_str *s);
_Bool si_str_eq_slow(const si_str *a, const si_str *b);
int si_str_cmp(const si_str *a, const si_str *b);
static inline si_int si_str_len(const si_str *s) {
    return !si_is_shared() && s->chars >= 0 ? s->chars : si_str_count(s);
}
static inline _Bool si_str_is_empty(const si_str *s) {
    return s->len == 0;
}
static inline _Bool si_str_eq(const si_str *a, const si_str *b) {
    return a == b || (a->len == b->len && si_str_eq_slow(a, b));
}

/* Text of values: show appends to a buffer, to_str makes a string. */
void si_show_bytes(si_buf *b, const char *bytes, si_int len);
void si_show_str(si_buf *b, const si_str *s);
void si_show_owned(si_buf *b, si_str *s); /* owns s */
void si_show_int(si_buf *b, si_int n);
void si_show_float(si_buf *b, double x);
void si_show_bool(si_buf *b, _Bool x);
void si_show_char(si_buf *b, si_char c);
void si_show_duration(si_buf *b, si_int ns);
void si_show_size(si_buf *b, si_int bytes);
void si_show_list(si_buf *b, const si_list *xs);
void si_show_map(si_buf *b, const si_map *m);
void si_show_range(si_buf *b, si_range r);
void si_show_char_range(si_buf *b, si_range r);
si_str *si_buf_done(si_buf *b); /* the text; the buffer is empty again */
si_str *si_to_str(const si_type *t, const void *value);
si_str *si_int_str(si_int n);
si_str *si_float_str(double x);
si_str *si_bool_str(_Bool x);
si_str *si_char_str(si_char c);
si_str *si_unit_str(void);
si_str *si_duration_str(si_int ns);
si_str *si_size_str(si_int bytes);
static inline si_str *si_str_str(const si_str *s) {
    si_retain((void *)s);
    return (si_str *)s;
}

/* Lists. */
si_list *si_list_new(const si_type *elem, si_int cap);
si_list *si_list_grow(si_list *xs, const si_type *elem); /* owns xs */
si_list *si_list_concat(si_list *a, const si_list *b);   /* owns a */
si_list *si_list_slice(si_list *xs, si_int from, si_int to); /* owns xs; clamps */
_Bool si_list_eq(const si_list *a, const si_list *b);
int si_list_cmp(const si_list *a, const si_list *b);
si_str *si_list_str(const si_list *xs);
/* Unique, with room for one more element; owns xs. */
static inline si_list *si_list_room(si_list *xs, const si_type *elem) {
    return SI_LIKELY(si_is_only(xs) && xs->len < xs->cap) ? xs : si_list_grow(xs, elem);
}
static inline si_int si_list_len(const si_list *xs) {
    return xs->len;
}
si_list *si_list_unshare(si_list *xs); /* a copy that nobody else sees; owns xs */
/* The index, checked. */
static inline si_int si_list_at(const si_list *xs, si_int i, const si_where *w, si_pos pos) {
    if ((si_word)i >= (si_word)xs->len) si_panic_index(i, xs->len, w, pos);
    return i;
}
/* The list, owned, with an element that may be overwritten. */
static inline si_list *si_list_open(si_list *xs, si_int i, const si_where *w, si_pos pos) {
    if ((si_word)i >= (si_word)xs->len) si_panic_index(i, xs->len, w, pos);
    return SI_LIKELY(si_is_only(xs) && !xs->owner) ? xs : si_list_unshare(xs);
}

/* Maps. put owns the map and what k and v point to; find borrows and gives a borrowed place or NULL. */
si_map *si_map_new(const si_type *key, const si_type *val, si_int cap);
si_map *si_map_put(si_map *m, void *k, void *v, const si_type *key, const si_type *val);
/* Many pairs, from arrays of keys and values. */
si_map *si_map_put_all(si_map *m, si_int n, void *keys, void *vals, const si_type *key, const si_type *val);
void *si_map_find(const si_map *m, const void *k);
_Bool si_map_eq(const si_map *a, const si_map *b);
si_str *si_map_str(const si_map *m);
static inline si_int si_map_len(const si_map *m) {
    return m->len;
}
static inline _Bool si_map_live(const si_map *m, si_int i) {
    return *(const si_word *)(const void *)(m->entries + i * m->stride) != 0;
}
static inline void *si_map_key(const si_map *m, si_int i) {
    return m->entries + i * m->stride + 8;
}
static inline void *si_map_val(const si_map *m, si_int i) {
    return m->entries + i * m->stride + m->val_at;
}

/* Ranges. Those over chars skip the surrogates. */
si_int si_range_len(si_range r, const si_type *elem, const si_where *w, si_pos pos);
_Bool si_range_contains(si_range r, si_int x);
si_str *si_range_str(si_range r);
si_str *si_char_range_str(si_range r);
static inline _Bool si_range_is_empty(si_range r) {
    return r.closed ? r.lo > r.hi : r.lo >= r.hi;
}
static inline si_int si_range_last(si_range r) { /* of a range that is not empty */
    return r.closed ? r.hi : r.hi - 1;
}
static inline si_int si_char_next(si_int c) {
    return c == 0xD7FF ? 0xE000 : c + 1;
}
static inline _Bool si_range_eq(si_range a, si_range b) {
    return a.lo == b.lo && a.hi == b.hi && a.closed == b.closed;
}

/* Library functions with the names that the library's declarations give them. Strings and lists are borrowed
   unless a comment says so. */
void si_print_str(const si_str *s);
si_int si_int_of_float(double x, const si_where *w, si_pos pos);
si_int si_int_of_str(const si_str *s, const si_where *w, si_pos pos);
double si_float_of_str(const si_str *s, const si_where *w, si_pos pos);
si_byte si_byte_of_str(const si_str *s, const si_where *w, si_pos pos);
si_char si_char_of_int(si_int n, const si_where *w, si_pos pos);
SI_NORETURN void si_todo(si_str *msg, const si_where *w, si_pos pos); /* owns msg */
void si_assert_panics(si_fn *task, void (*run)(void *), const si_where *w, si_pos pos);
void si_assert_panics_with(si_fn *task, si_str *msg, void (*run)(void *), const si_where *w, si_pos pos);
void si_assert_approx(double actual, double expected, double epsilon, const si_where *w, si_pos pos);
si_int si_int_pow(si_int base, si_int n, const si_where *w, si_pos pos);
double si_float_abs(double x);
double si_float_floor(double x);
double si_float_ceil(double x);
double si_float_round(double x);
double si_float_trunc(double x);
_Bool si_float_is_inf(double x);

si_int si_str_find(const si_str *s, const si_str *part);
si_str *si_str_join(const si_list *parts, const si_str *separator);
si_str *si_str_upper(const si_str *s);
si_str *si_str_lower(const si_str *s);
si_str *si_str_capitalize(const si_str *s);
si_str *si_str_trim(const si_str *s);
si_str *si_str_trim_start(const si_str *s);
si_str *si_str_trim_end(const si_str *s);
_Bool si_str_starts_with(const si_str *s, const si_str *part);
_Bool si_str_ends_with(const si_str *s, const si_str *part);
si_list *si_str_split(const si_str *s, const si_str *sep);
si_list *si_str_lines(const si_str *s);
/* The same, one at a time: the part that begins at byte *at, which moves on. */
si_str *si_str_next_line(const si_str *s, si_int *at); /* *at < length */
si_str *si_str_next_part(const si_str *s, const si_str *sep, si_int *at); /* *at <= length */
static inline si_int si_str_split_start(const si_str *s, const si_str *sep) {
    return s->len == 0 && sep->len == 0; /* no part at all */
}
si_list *si_str_chars(const si_str *s);
si_list *si_str_bytes(const si_str *s);
si_str *si_str_replace(const si_str *s, const si_str *old, const si_str *with);
si_str *si_str_slice(const si_str *s, si_int from, si_int to);
si_str *si_str_repeat(const si_str *s, si_int n);
si_str *si_str_reverse(const si_str *s);

si_list *si_list_push(si_list *xs, const void *x, const si_type *elem); /* these own xs and x */
si_list *si_list_pop(si_list *xs);
si_list *si_list_set(si_list *xs, si_int i, const void *x, const si_where *w, si_pos pos);
si_list *si_list_reverse(si_list *xs);
si_list *si_list_sort(si_list *xs, const si_type *elem);
si_int si_list_sum_int(const si_list *xs, const si_where *w, si_pos pos);
double si_list_sum_float(const si_list *xs);

_Bool si_map_has(const si_map *m, const void *k);
si_map *si_map_remove(si_map *m, const void *k); /* owns m, borrows k */
si_list *si_map_keys(const si_map *m, const si_type *key);
si_list *si_map_values(const si_map *m, const si_type *val);
si_list *si_range_step_by(si_range r, si_int k, const si_type *elem, const si_where *w, si_pos pos);

_Bool si_parse_int_ok(const si_str *s);
si_int si_parse_int_value(const si_str *s);
_Bool si_parse_float_ok(const si_str *s);
double si_parse_float_value(const si_str *s);

_Bool si_env_has(const si_str *name);
si_str *si_env_get(const si_str *name);
si_str *si_env_current_dir(void);
si_list *si_env_args(void);
si_str *si_fs_error(void);
si_str *si_fs_read(const si_str *path);
void si_fs_write(const si_str *path, const si_str *content);
void si_fs_append(const si_str *path, const si_str *content);
void si_fs_remove(const si_str *path);
_Bool si_fs_exists(const si_str *path);
si_str *si_io_read_line(void);
_Bool si_io_at_end(void);
si_str *si_io_read_all(void);
void si_io_write(const si_str *s);
void si_io_eprint(const si_str *s);
void si_io_flush(void);
SI_NORETURN void si_process_exit(si_int code);
si_int si_process_id(void);
si_int si_time_unix_ms(void);
si_int si_time_monotonic(void);
void si_time_sleep(si_int ns);
/* Delays of retry; none overflows. */
si_int si_retry_linear(si_int start, si_int increment, si_int retry);
si_int si_retry_exponential(si_int base, si_int max, si_int retry);
void si_retry_pause(si_int ns, _Bool jitter);

double si_math_inf(void);
double si_math_nan(void);
double si_math_sqrt(double x);
double si_math_cbrt(double x);
double si_math_exp(double x);
double si_math_ln(double x);
double si_math_log10(double x);
double si_math_log2(double x);
double si_math_sin(double x);
double si_math_cos(double x);
double si_math_tan(double x);
double si_math_asin(double x);
double si_math_acos(double x);
double si_math_atan(double x);
double si_math_sinh(double x);
double si_math_cosh(double x);
double si_math_tanh(double x);
double si_math_pow(double base, double exponent);
double si_math_atan2(double y, double x);
si_int si_rand_next_state(si_int state);
si_int si_rand_mix(si_int state);
double si_rand_to_float(si_int word);
_Bool si_rand_is_biased(si_int word, si_int lo, si_int hi);
void si_guard_abs(si_int x, const si_where *w, si_pos pos);
void si_guard_chunk(si_int n, const si_where *w, si_pos pos);
void si_guard_next_int(si_int lo, si_int hi, const si_where *w, si_pos pos);
si_int si_rand_in_range(si_int word, si_int lo, si_int hi);

static inline double si_sqrt(double x) {
#ifdef __TINYC__
    return si_math_sqrt(x);
#else
    return __builtin_sqrt(x);
#endif
}
static inline si_int si_int_abs(si_int n, const si_where *w, si_pos pos) {
    return n < 0 ? si_neg(n, w, pos) : n;
}
static inline si_int si_int_of_byte(si_byte x) {
    return x;
}
static inline si_int si_int_of_char(si_char x) {
    return x;
}
static inline double si_float_of_int(si_int x) {
    return (double)x;
}
static inline si_byte si_byte_of_int(si_int x) {
    return (si_byte)x;
}
static inline si_byte si_byte_of_char(si_char x) {
    return (si_byte)x;
}
static inline si_char si_char_of_byte(si_byte x) {
    return x;
}
static inline void si_assert(_Bool cond, const si_where *w, si_pos pos) {
    if (!cond) si_panic_c("assertion failed", w, pos);
}
static inline si_int si_duration_as_ms(si_int d) {
    return d / 1000000;
}
static inline si_int si_duration_as_secs(si_int d) {
    return d / 1000000000;
}
static inline double si_duration_as_float(si_int d) {
    return (double)d / 1e9;
}
static inline si_int si_duration_from_ms(si_int n, const si_where *w, si_pos pos) {
    return si_mul(n, 1000000, w, pos);
}
static inline si_int si_duration_from_secs(si_int n, const si_where *w, si_pos pos) {
    return si_mul(n, 1000000000, w, pos);
}
static inline si_int si_size_as_bytes(si_int n) {
    return n;
}
static inline double si_size_as_kb(si_int n) {
    return (double)n / 1024.0;
}
static inline double si_size_as_mb(si_int n) {
    return (double)n / 1048576.0;
}
#endif
