/* The Sigil runtime: memory, panics, the program's start and end. */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#undef si_int /* signal.h makes it a macro */
#include "sigil.h"

#if defined(__SANITIZE_ADDRESS__)
#define ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ASAN 1
#endif
#endif

/* --- memory --- */

SI_NORETURN static void out_of_memory(void) {
    si_io_flush();
    static const char text[] = "panic: out of memory\n";
    if (write(2, text, sizeof text - 1) < 0) { /* nothing left to tell it to */
    }
    _exit(101);
}

void *si_alloc(si_word size) {
    void *p = malloc(size ? size : 1);
    if (!p) out_of_memory();
    return p;
}

static void *resize(void *p, si_word size) {
    p = realloc(p, size);
    if (!p) out_of_memory();
    return p;
}

void si_dealloc(void *p) {
    free(p);
}

static si_word check_mul(si_word a, si_word b) {
    if (a && b > (~0ULL >> 1) / a) out_of_memory();
    return a * b;
}

#ifndef SI_ALONE
void si_retain_shared(si_int *rc) {
    if (SI_GET(*rc) >= 0) __atomic_fetch_add(rc, 1, __ATOMIC_RELAXED);
}
/* What the others did with the object comes before it is freed, hence release and acquire. */
_Bool si_give_up_shared(si_int *rc) {
    return SI_GET(*rc) > 0 && __atomic_fetch_sub(rc, 1, __ATOMIC_ACQ_REL) == 1;
}
/* Pairs with the release of those that were given up elsewhere: they no longer look at what is changed now. */
_Bool si_is_only_shared(const si_int *rc) {
    return __atomic_load_n(rc, __ATOMIC_ACQUIRE) == 1;
}
#endif

/* Freeing an object may free what it refers to, and so on down a chain of any length. Past a depth the rest is put
   on a list that the outermost call works off, so the C stack stays flat. */
enum { DROP_DEPTH = 64 };
typedef struct pending_drop {
    void *object;
    void (*free_it)(void *);
} pending_drop;
static SI_THREAD struct {
    int depth;
    si_int len, cap;
    pending_drop *items;
} drops;

void si_drop(void *p, void (*free_it)(void *)) {
    if (drops.depth >= DROP_DEPTH) {
        if (drops.len == drops.cap) {
            drops.cap = drops.cap ? drops.cap * 2 : 64;
            drops.items = resize(drops.items, check_mul((si_word)drops.cap, sizeof *drops.items));
        }
        drops.items[drops.len].object = p;
        drops.items[drops.len++].free_it = free_it;
        return;
    }
    drops.depth++;
    free_it(p);
    if (drops.depth == 1) {
        while (drops.len > 0) {
            pending_drop next = drops.items[--drops.len];
            next.free_it(next.object);
        }
    }
    drops.depth--;
}

void si_fn_free(void *p) {
    si_fn *f = p;
    if (f->drop) f->drop(f);
    free(f);
}

/* Reads a pointer value out of a container, where nothing is known of its type. */
static void *pointer_at(const void *place) {
    void *p;
    memcpy(&p, place, sizeof p);
    return p;
}
static void retain_pointer(void *place) {
    si_retain(pointer_at(place));
}

/* --- locks, which only several threads take --- */

#ifdef SI_ALONE
#define LOCK(name) 0
#define UNLOCK(name, is_locked) (void)(is_locked)
#else
int si_threads;
static pthread_mutex_t out_lock = PTHREAD_MUTEX_INITIALIZER, in_lock = PTHREAD_MUTEX_INITIALIZER,
                       timer_lock = PTHREAD_MUTEX_INITIALIZER;
#define LOCK(name) (si_is_shared() && pthread_mutex_lock(&name##_lock) == 0)
#define UNLOCK(name, is_locked) (void)((is_locked) && pthread_mutex_unlock(&name##_lock))
#endif

/* --- output --- */

static struct {
    int len, by_line;
    char bytes[1 << 16];
} out;

/* Whether all was written; else errno says why. */
static int write_all(int fd, const char *bytes, si_int len) {
    while (len > 0) {
        ssize_t n = write(fd, bytes, (size_t)len);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return 0;
        bytes += n;
        len -= n;
    }
    return 1;
}

static int flush_out(void) {
    int len = out.len;
    out.len = 0;
    return write_all(1, out.bytes, len);
}

/* Standard output is lost (a full disk): a program that goes on would seem to have succeeded. */
SI_NORETURN static void output_lost(void) {
    static const char text[] = "error: cannot write to standard output: ";
    const char *why = strerror(errno);
    write_all(2, text, sizeof text - 1);
    write_all(2, why, (si_int)strlen(why));
    write_all(2, "\n", 1);
    _exit(1);
}

static void flush_or_end(void) {
    if (!flush_out()) output_lost();
}

void si_io_flush(void) {
    int locked = LOCK(out);
    flush_or_end();
    UNLOCK(out, locked);
}

static void out_put(const char *bytes, si_int len) {
    if (len > (si_int)sizeof out.bytes - out.len) {
        flush_or_end();
        if (len >= (si_int)sizeof out.bytes) {
            if (!write_all(1, bytes, len)) output_lost();
            return;
        }
    }
    memcpy(out.bytes + out.len, bytes, (size_t)len);
    out.len += (int)len;
}

void si_io_write(const si_str *s) {
    int locked = LOCK(out);
    out_put(s->data, s->len);
    if (out.by_line) flush_or_end();
    UNLOCK(out, locked);
}

void si_print_str(const si_str *s) {
    int locked = LOCK(out);
    out_put(s->data, s->len);
    out_put("\n", 1);
    if (out.by_line) flush_or_end();
    UNLOCK(out, locked);
}

void si_io_eprint(const si_str *s) {
    int locked = LOCK(out);
    flush_or_end();
    write_all(2, s->data, s->len);
    write_all(2, "\n", 1);
    UNLOCK(out, locked);
}

/* --- panics --- */

/* Timers that run, innermost first; those from `shielded` on outwards cancel nothing now. */
static SI_THREAD struct si_timer *timers, *shielded;

/* What observes panics now, innermost first. */
typedef struct catcher {
    struct catcher *outer;
    int drop_depth;
    struct si_timer *timers, *shielded;
    si_caught *caught;
    jmp_buf back;
} catcher;
static SI_THREAD catcher *catchers;
static void restore_timers(const catcher *frame);
static void free_spare_strings(void);
static void reraise_cancelled(si_caught *c);

SI_NORETURN static void raise_panic(si_str *line, si_str *msg) {
    if (catchers) {
        si_caught *c = catchers->caught;
        if (c->line) { /* only the first counts */
            si_release(line, si_str_free);
            si_release(msg, si_str_free);
        } else {
            c->line = line;
            c->msg = msg;
        }
        longjmp(catchers->back, 1);
    }
    flush_out();
    write_all(2, line->data, line->len);
    write_all(2, "\n", 1);
    _exit(101);
}

SI_NORETURN void si_panic(si_str *msg, const si_where *w, si_pos pos) {
    char numbers[64];
    si_buf b = {NULL};
    si_show_bytes(&b, "panic at ", 9);
    si_show_bytes(&b, w->file, (si_int)strlen(w->file));
    int n = snprintf(numbers, sizeof numbers, ":%llu:%llu in @", pos >> 20, pos & 0xFFFFF);
    si_show_bytes(&b, numbers, n);
    si_show_bytes(&b, w->name, (si_int)strlen(w->name));
    si_show_bytes(&b, ": ", 2);
    si_show_str(&b, msg);
    raise_panic(si_buf_done(&b), msg);
}

SI_NORETURN void si_panic_c(const char *msg, const si_where *w, si_pos pos) {
    si_panic(si_str_new(msg, (si_int)strlen(msg)), w, pos);
}
SI_NORETURN void si_panic_overflow(const si_where *w, si_pos pos) {
    si_panic_c("integer overflow", w, pos);
}
SI_NORETURN void si_panic_zero(const si_where *w, si_pos pos) {
    si_panic_c("division by zero", w, pos);
}
SI_NORETURN void si_panic_index(si_int i, si_int len, const si_where *w, si_pos pos) {
    char text[96];
    snprintf(text, sizeof text, "index out of bounds: index %lld, length %lld", i, len);
    si_panic_c(text, w, pos);
}
SI_NORETURN void si_panic_list_pattern(si_int len, const si_where *w, si_pos pos) {
    char text[96];
    snprintf(text, sizeof text, "list pattern does not match a list of length %lld", len);
    si_panic_c(text, w, pos);
}
SI_NORETURN void si_panic_text(const char *before, si_str *text, const si_where *w, si_pos pos) {
    si_buf b = {NULL};
    si_show_bytes(&b, before, (si_int)strlen(before));
    si_show_owned(&b, text);
    si_panic(si_buf_done(&b), w, pos);
}
SI_NORETURN void si_panic_pair(si_str *a, const char *between, si_str *c, const si_where *w, si_pos pos) {
    si_buf b = {NULL};
    si_show_bytes(&b, "assertion failed: ", 18);
    si_show_owned(&b, a);
    si_show_bytes(&b, between, (si_int)strlen(between));
    si_show_owned(&b, c);
    si_panic(si_buf_done(&b), w, pos);
}
SI_NORETURN void si_todo(si_str *msg, const si_where *w, si_pos pos) {
    si_panic_text("not yet implemented: ", msg, w, pos);
}
SI_NORETURN void si_unreachable(void) {
    si_io_flush();
    static const char text[] = "panic: unreachable code was reached\n";
    write_all(2, text, sizeof text - 1);
    _exit(101);
}

void si_protect(si_caught *c, void (*task)(void *), void *arg) {
    catcher frame;
    frame.outer = catchers;
    frame.drop_depth = drops.depth;
    frame.caught = c;
    frame.timers = timers;
    frame.shielded = shielded;
    catchers = &frame;
    if (setjmp(frame.back) == 0) task(arg);
    catchers = frame.outer;
    drops.depth = frame.drop_depth;
    restore_timers(&frame);
}

void si_reraise(si_caught *c) {
    if (c->line) raise_panic(c->line, c->msg);
    if (c->timer) reraise_cancelled(c);
}

void si_assert_panics(si_fn *task, void (*run)(void *), const si_where *w, si_pos pos) {
    si_caught c = {NULL, NULL, NULL};
    si_protect(&c, run, task);
    if (c.timer) si_reraise(&c);
    if (!c.line) si_panic_c("assertion failed: expected a panic", w, pos);
    si_release(c.line, si_str_free);
    si_release(c.msg, si_str_free);
}

void si_assert_panics_with(si_fn *task, si_str *msg, void (*run)(void *), const si_where *w, si_pos pos) {
    si_caught c = {NULL, NULL, NULL};
    si_protect(&c, run, task);
    if (c.timer) si_reraise(&c);
    if (!c.line) si_panic_c("assertion failed: expected a panic", w, pos);
    si_release(c.line, si_str_free);
    if (!si_str_eq(c.msg, msg)) {
        si_buf b = {NULL};
        si_show_bytes(&b, "assertion failed: expected panic \"", 34);
        si_show_str(&b, msg);
        si_show_bytes(&b, "\", got \"", 8);
        si_show_owned(&b, c.msg);
        si_show_bytes(&b, "\"", 1);
        si_panic(si_buf_done(&b), w, pos);
    }
    si_release(c.msg, si_str_free);
}

void si_assert_approx(double actual, double expected, double epsilon, const si_where *w, si_pos pos) {
    if (actual == expected || fabs(actual - expected) <= epsilon) return;
    si_buf b = {NULL};
    si_show_bytes(&b, "assertion failed: ", 18);
    si_show_float(&b, actual);
    si_show_bytes(&b, " is not within ", 15);
    si_show_float(&b, epsilon);
    si_show_bytes(&b, " of ", 4);
    si_show_float(&b, expected);
    si_panic(si_buf_done(&b), w, pos);
}

/* --- start and end --- */

/* Programs may nest calls deeply, so they run on a stack of their own, with a guard below it that tells exhaustion
   from other faults. */
#ifdef ASAN
#define STACK_BYTES (1ULL << 30)
#define NO_ASAN __attribute__((no_sanitize_address)) /* it does not know the signal stack */
#else
#define STACK_BYTES (1ULL << 28)
#define NO_ASAN
#endif
#define GUARD_BYTES (1ULL << 20)

static struct {
    int argc, code;
    char **argv;
    int (*entry)(void);
} program;

/* The stack of a thread, from its guard on, and where signals are handled. */
static SI_THREAD struct {
    char *lowest;
    stack_t signals;
} own_stack;

NO_ASAN static void on_fault(int signal_number, siginfo_t *info, void *context) {
    (void)context;
    char *at = info->si_addr, *guard = own_stack.lowest;
    if (guard && at >= guard && at < guard + GUARD_BYTES) {
        static const char text[] = "panic: stack overflow\n";
        flush_out();
        write_all(2, text, sizeof text - 1);
        _exit(101);
    }
    signal(signal_number, SIG_DFL); /* the fault happens again and kills */
}

/* A thread begins on such a stack; NULL: on another one. */
static void enter_stack(char *stack) {
    own_stack.lowest = stack;
    own_stack.signals.ss_size = 1 << 16;
    own_stack.signals.ss_sp = si_alloc(1 << 16);
    sigaltstack(&own_stack.signals, NULL);
}

static void leave_stack(void) {
    own_stack.signals.ss_flags = SS_DISABLE;
    sigaltstack(&own_stack.signals, NULL);
    free(own_stack.signals.ss_sp);
}

static char *new_stack(void) {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
#ifdef MAP_NORESERVE
    flags |= MAP_NORESERVE;
#endif
    char *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, flags, -1, 0);
    return stack == MAP_FAILED ? NULL : stack;
}

static int start_on_stack(pthread_t *thread, char *stack, void *(*run)(void *), void *arg) {
    pthread_attr_t attributes;
    if (mprotect(stack, GUARD_BYTES, PROT_NONE) != 0 || pthread_attr_init(&attributes) != 0) return 0;
    int started = pthread_attr_setstack(&attributes, stack + GUARD_BYTES, STACK_BYTES - GUARD_BYTES) == 0 &&
                  pthread_create(thread, &attributes, run, arg) == 0;
    pthread_attr_destroy(&attributes);
    return started;
}

static void *run_program(void *stack) {
    enter_stack(stack);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    program.code = program.entry();
    si_io_flush();
    free_spare_strings();
    free(drops.items);
    leave_stack();
    return NULL;
}

static int run_on_big_stack(void) {
    pthread_t thread;
    char *stack = new_stack();
    if (!stack) return 0;
    int started = start_on_stack(&thread, stack, run_program, stack);
    if (started) pthread_join(thread, NULL);
    munmap(stack, STACK_BYTES);
    return started;
}

int si_main(int argc, char **argv, int (*entry)(void)) {
    program.argc = argc;
    program.argv = argv;
    program.entry = entry;
    out.by_line = isatty(1);
    if (!run_on_big_stack()) run_program(NULL);
    return program.code;
}

int si_exit_err(si_str *text) {
    si_io_flush();
    write_all(2, "error: ", 7);
    write_all(2, text->data, text->len);
    write_all(2, "\n", 1);
    si_release(text, si_str_free);
    return 1;
}

SI_NORETURN void si_process_exit(si_int code) {
    si_io_flush();
    _exit((int)(code & 255));
}
