
/* --- the world outside: std.io, std.fs, std.env, std.process, std.time --- */

/* Text from outside: what is not UTF-8 becomes U+FFFD, one for each bad byte. NULL: nothing is wrong with it. */
static si_str *cleaned(const char *bytes, si_int len) {
    si_buf b = {NULL};
    si_int from = 0;
    for (si_int i = 0; i < len;) {
        if (i + 8 <= len) { /* most texts are ASCII for the most part */
            si_word w;
            memcpy(&w, bytes + i, 8);
            if (!(w & 0x8080808080808080ULL)) {
                i += 8;
                continue;
            }
        }
        const unsigned char *p = (const unsigned char *)bytes + i;
        si_int n = p[0] < 0x80 ? 1 : p[0] < 0xC2 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : p[0] < 0xF5 ? 4 : 0;
        int good = n > 0 && i + n <= len;
        for (si_int k = 1; good && k < n; k++) good = (p[k] & 0xC0) == 0x80;
        if (good && n == 3) good = (p[0] != 0xE0 || p[1] >= 0xA0) && (p[0] != 0xED || p[1] < 0xA0);
        if (good && n == 4) good = (p[0] != 0xF0 || p[1] >= 0x90) && (p[0] != 0xF4 || p[1] < 0x90);
        if (good) {
            i += n;
            continue;
        }
        si_show_bytes(&b, bytes + from, i - from);
        si_show_bytes(&b, "\xEF\xBF\xBD", 3);
        from = ++i;
    }
    if (from == 0) return NULL;
    si_show_bytes(&b, bytes + from, len - from);
    return si_buf_done(&b);
}

static si_str *c_text(const char *text) {
    si_int len = (si_int)strlen(text);
    si_str *clean = cleaned(text, len);
    return clean ? clean : si_str_new(text, len);
}

/* The string with a NUL behind it, to be freed. Names that contain NUL name nothing. */
static char *c_string(const si_str *s) {
    char *text = si_alloc((si_word)s->len + 1);
    memcpy(text, s->data, (size_t)s->len);
    text[s->len] = 0;
    if (memchr(text, 0, (size_t)s->len)) text[0] = 0;
    return text;
}

static struct {
    int len, at;
    char bytes[1 << 16];
} in;
static SI_THREAD int in_at_end; /* of what this thread has read */

/* Has another byte, reading more when the buffer is used up. */
static int in_more(void) {
    if (in.at < in.len) return 1;
    si_io_flush();
    ssize_t n;
    do n = read(0, in.bytes, sizeof in.bytes);
    while (n < 0 && errno == EINTR);
    in.at = 0;
    in.len = n > 0 ? (int)n : 0;
    return n > 0;
}

static si_str *finish_input(si_buf *b) {
    si_str *raw = si_buf_done(b), *clean = cleaned(raw->data, raw->len);
    if (!clean) return raw;
    si_release(raw, si_str_free);
    return clean;
}

si_str *si_io_read_line(void) {
    si_buf b = {NULL};
    char *lf = NULL;
    int locked = LOCK(in);
    in_at_end = !in_more();
    while (!lf && in_more()) {
        char *from = in.bytes + in.at;
        lf = memchr(from, '\n', (size_t)(in.len - in.at));
        si_int n = lf ? lf - from : in.len - in.at;
        si_show_bytes(&b, from, n);
        in.at += (int)n + (lf != NULL);
    }
    UNLOCK(in, locked);
    if (lf && b.text->len && b.text->data[b.text->len - 1] == '\r') b.text->len--;
    return finish_input(&b);
}
_Bool si_io_at_end(void) {
    return in_at_end;
}
si_str *si_io_read_all(void) {
    si_buf b = {NULL};
    int locked = LOCK(in);
    while (in_more()) {
        si_show_bytes(&b, in.bytes + in.at, in.len - in.at);
        in.at = in.len;
    }
    UNLOCK(in, locked);
    return finish_input(&b);
}

static SI_THREAD int fs_errno;
si_str *si_fs_error(void) {
    return fs_errno ? c_text(strerror(fs_errno)) : &si_empty_str;
}

static int open_path(const si_str *path, int flags) {
    char *name = c_string(path);
    int fd;
    do fd = open(name, flags | O_CLOEXEC, 0666);
    while (fd < 0 && errno == EINTR);
    fs_errno = fd < 0 ? errno : 0;
    free(name);
    return fd;
}

si_str *si_fs_read(const si_str *path) {
    char bytes[1 << 14];
    si_buf b = {NULL};
    int fd = open_path(path, O_RDONLY);
    if (fd < 0) return &si_empty_str;
    for (;;) {
        ssize_t n = read(fd, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) fs_errno = errno;
        if (n <= 0) break;
        si_show_bytes(&b, bytes, n);
    }
    close(fd);
    return finish_input(&b);
}

static void fs_put(const si_str *path, const si_str *content, int flags) {
    int fd = open_path(path, O_WRONLY | O_CREAT | flags);
    if (fd < 0) return;
    for (si_int at = 0; at < content->len;) {
        ssize_t n = write(fd, content->data + at, (size_t)(content->len - at));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            fs_errno = errno;
            break;
        }
        at += n;
    }
    if (close(fd) != 0 && !fs_errno) fs_errno = errno;
}
void si_fs_write(const si_str *path, const si_str *content) {
    fs_put(path, content, O_TRUNC);
}
void si_fs_append(const si_str *path, const si_str *content) {
    fs_put(path, content, O_APPEND);
}
void si_fs_remove(const si_str *path) {
    char *name = c_string(path);
    fs_errno = unlink(name) == 0 ? 0 : errno;
    free(name);
}
_Bool si_fs_exists(const si_str *path) {
    struct stat info;
    char *name = c_string(path);
    int there = stat(name, &info) == 0;
    free(name);
    return there;
}

static const char *env_value(const si_str *name) {
    char *text = c_string(name);
    const char *value = text[0] ? getenv(text) : NULL;
    free(text);
    return value;
}
_Bool si_env_has(const si_str *name) {
    return env_value(name) != NULL;
}
si_str *si_env_get(const si_str *name) {
    const char *value = env_value(name);
    return value ? c_text(value) : &si_empty_str;
}
si_str *si_env_current_dir(void) {
    for (size_t size = 256;; size *= 2) {
        char *path = si_alloc(size);
        si_str *s = NULL;
        if (getcwd(path, size))
            s = c_text(path);
        else if (errno != ERANGE)
            s = &si_empty_str;
        free(path);
        if (s) return s;
    }
}
si_list *si_env_args(void) {
    si_list *args = si_list_new(&si_t_str, 0);
    for (int i = 0; i < program.argc; i++) push_str(&args, c_text(program.argv[i]));
    return args;
}

si_int si_process_id(void) {
    return getpid();
}

static si_int read_clock(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (si_int)t.tv_sec * 1000000000 + t.tv_nsec;
}
si_int si_time_unix_ms(void) {
    return read_clock(CLOCK_REALTIME) / 1000000;
}
si_int si_time_monotonic(void) {
    return read_clock(CLOCK_MONOTONIC);
}

/* --- timeouts --- */

typedef struct si_timer {
    struct si_timer *outer, *other; /* of its thread; of the program */
    catcher *owner; /* what observed panics when it was started */
    si_int deadline;
    _Bool late; /* has cancelled something */
} si_timer;
volatile int si_due;
static si_timer *all_timers;

static void on_alarm(int signal_number) {
    (void)signal_number;
    SI_SET(si_due, 1);
}

/* Has the alarm ring at the next deadline of any thread. */
static void set_alarm(void) {
    static _Bool installed;
    si_int now = read_clock(CLOCK_MONOTONIC), wait = -1;
    for (si_timer *t = all_timers; t; t = t->other) {
        if (t->deadline <= now) SI_SET(si_due, 1);
        else if (wait < 0 || t->deadline - now < wait) wait = t->deadline - now;
    }
    if (wait < 0) return;
    if (!installed) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_handler = on_alarm;
        action.sa_flags = SA_RESTART;
        sigaction(SIGALRM, &action, NULL);
        installed = 1;
    }
    struct itimerval alarm_at;
    memset(&alarm_at, 0, sizeof alarm_at);
    alarm_at.it_value.tv_sec = (time_t)(wait / 1000000000);
    alarm_at.it_value.tv_usec = (suseconds_t)(wait % 1000000000 / 1000 + 1);
    if (alarm_at.it_value.tv_usec > 999999) alarm_at.it_value.tv_usec = 999999;
    setitimer(ITIMER_REAL, &alarm_at, NULL);
}

static void pop_timer(void) {
    si_timer *t = timers, **at = &all_timers;
    int locked = LOCK(timer);
    while (*at != t) at = &(*at)->other;
    *at = t->other;
    SI_SET(si_due, all_timers != NULL);
    UNLOCK(timer, locked);
    timers = t->outer;
    free(t);
}

static void restore_timers(const catcher *frame) {
    while (timers != frame->timers) pop_timer();
    shielded = frame->shielded;
}

SI_NORETURN static void cancel(si_timer *t) {
    SI_SET(t->late, 1);
    catchers->caught->timer = t;
    longjmp(catchers->back, 1);
}

/* The timer that cancelled its own tasks is done with that; any other goes on outwards. */
static void reraise_cancelled(si_caught *c) {
    if (c->timer == timers && timers->owner == catchers) return;
    cancel(c->timer);
}

void si_cancel(void) {
    si_int now = read_clock(CLOCK_MONOTONIC);
    si_timer *outermost = NULL;
    for (si_timer *t = timers; t != shielded; t = t->outer)
        if (t->deadline <= now) outermost = t;
    if (outermost) cancel(outermost);
    int locked = LOCK(timer);
    SI_SET(si_due, 0);
    set_alarm();
    UNLOCK(timer, locked);
}

void si_timer_start(si_int after) {
    si_timer *t = si_alloc(sizeof *t);
    si_int now = read_clock(CLOCK_MONOTONIC), longest = (si_int)(~0ULL >> 1) - now;
    t->outer = timers;
    t->owner = catchers;
    t->deadline = now + (after < longest ? after : longest);
    t->late = 0;
    timers = t;
    int locked = LOCK(timer);
    t->other = all_timers;
    all_timers = t;
    set_alarm();
    UNLOCK(timer, locked);
}
_Bool si_timer_late(void) {
    _Bool late = SI_GET(timers->late);
    pop_timer();
    return late;
}
void si_timer_shield(void) {
    shielded = timers;
}

static void sleep_for(si_int ns) {
    struct timespec t;
    t.tv_sec = (time_t)(ns / 1000000000);
    t.tv_nsec = (long)(ns % 1000000000);
    while (nanosleep(&t, &t) != 0 && errno == EINTR) {
    }
}
void si_time_sleep(si_int ns) {
    if (timers != shielded) si_cancel();
    if (ns <= 0) return;
    si_io_flush();
    while (timers != shielded) {
        si_int now = read_clock(CLOCK_MONOTONIC), wait = ns;
        for (si_timer *t = timers; t != shielded; t = t->outer)
            if (t->deadline - now < wait) wait = t->deadline - now;
        if (wait > 0) sleep_for(wait);
        ns -= wait > 0 ? wait : 0;
        if (ns <= 0) return;
        si_cancel();
    }
    sleep_for(ns);
}

/* --- retry: a delay that does not fit in a Duration is as long as can be --- */

si_int si_retry_linear(si_int start, si_int increment, si_int retry) {
    double about = (double)start + (double)increment * (double)(retry - 1);
    if (about > 9.2e18) return 9200000000000000000;
    return about < 0 ? 0 : start + increment * (retry - 1);
}

si_int si_retry_exponential(si_int base, si_int max, si_int retry) {
    while (--retry > 0 && base > 0 && base < max) {
        if (base > max / 2) return max;
        base *= 2;
    }
    return base < max ? base : max;
}

void si_retry_pause(si_int ns, _Bool jitter) {
    static SI_THREAD si_word state;
    if (jitter && ns > 0) {
        if (!state) state = (si_word)read_clock(CLOCK_MONOTONIC);
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        ns -= (si_int)((double)ns / 2 * ((double)(state >> 33) / (double)(1ULL << 31)));
    }
    si_time_sleep(ns);
}
