
/* --- strings --- */

/* Short strings come and go all the time, so some of them are kept for the next; not where a sanitizer watches what
   is used after it was freed. */
enum { SHORT_CAP = 16 }; /* 64 bytes with what malloc adds */
#ifdef ASAN
enum { MAX_SPARE = 0 };
#else
enum { MAX_SPARE = 64 };
#endif
static SI_THREAD struct {
    int n;
    si_str *items[MAX_SPARE + 1];
} spare;

static si_str *str_room(si_int cap) {
    si_str *s;
    if (cap <= SHORT_CAP) {
        cap = SHORT_CAP;
        s = spare.n > 0 ? spare.items[--spare.n] : si_alloc(sizeof *s + SHORT_CAP);
    } else {
        s = si_alloc(sizeof *s + (si_word)cap);
    }
    s->rc = 1;
    s->len = 0;
    s->chars = -1;
    s->cap = cap;
    s->data = (char *)(s + 1);
    return s;
}

/* Where the bytes of a string with room of its own are written. */
static char *str_bytes(si_str *s) {
    return (char *)(s + 1);
}

static void forget_cursor(const si_str *s);

void si_str_free(void *p) {
    si_str *s = p;
    forget_cursor(s);
    if (s->cap == SHORT_CAP && spare.n < MAX_SPARE)
        spare.items[spare.n++] = s;
    else
        free(s);
}

static void free_spare_strings(void) {
    while (spare.n > 0) free(spare.items[--spare.n]);
}

static si_str si_empty_str = SI_LIT(0, 0, "");

/* The strings of one ASCII character are used all the time, so they exist once. */
#define EIGHT(make, n)                                                                                                 \
    make(n) make(n + 1) make(n + 2) make(n + 3) make(n + 4) make(n + 5) make(n + 6) make(n + 7)
#define ASCII(make)                                                                                                    \
    EIGHT(make, 0)                                                                                                     \
    EIGHT(make, 8)                                                                                                     \
    EIGHT(make, 16)                                                                                                    \
    EIGHT(make, 24)                                                                                                    \
    EIGHT(make, 32)                                                                                                    \
    EIGHT(make, 40)                                                                                                    \
    EIGHT(make, 48)                                                                                                    \
    EIGHT(make, 56)                                                                                                    \
    EIGHT(make, 64)                                                                                                    \
    EIGHT(make, 72)                                                                                                    \
    EIGHT(make, 80)                                                                                                    \
    EIGHT(make, 88)                                                                                                    \
    EIGHT(make, 96)                                                                                                    \
    EIGHT(make, 104)                                                                                                   \
    EIGHT(make, 112)                                                                                                   \
    EIGHT(make, 120)
#define BYTE(n) (char)(n),
#define BYTE_STRING(n) SI_LIT(1, 1, &ascii_bytes[n]),
static const char ascii_bytes[128] = {ASCII(BYTE)};
static si_str ascii_strings[128] = {ASCII(BYTE_STRING)};

si_str *si_str_new(const char *bytes, si_int len) {
    if (len <= 1) {
        if (len <= 0) return &si_empty_str;
        if ((unsigned char)bytes[0] < 128) return &ascii_strings[(unsigned char)bytes[0]];
    }
    si_str *s = str_room(len);
    memcpy(str_bytes(s), bytes, (size_t)len);
    s->len = len;
    return s;
}

/* The shared strings of one byte know how many characters they have: no thread writes to them. */
static si_str *with_chars(si_str *s, si_int chars) {
    if (SI_GET(s->chars) != chars) s->chars = chars;
    return s;
}

/* A part of a string; if the whole is ASCII then so is the part. */
static si_str *str_part(const si_str *s, si_int from, si_int to) {
    if (from == 0 && to == s->len) return si_str_str(s);
    si_str *part = si_str_new(s->data + from, to - from);
    return SI_GET(s->chars) == s->len ? with_chars(part, part->len) : part;
}

si_int si_str_count(const si_str *s) {
    si_int n = SI_GET(s->chars), i = 0;
    if (n >= 0) return n;
    n = 0;
    for (; i + 8 <= s->len; i += 8) { /* bytes that are not continuations, eight at a time */
        si_word w;
        memcpy(&w, s->data + i, 8);
        si_word continued = (w >> 7) & ~(w >> 6) & 0x0101010101010101ULL;
        n += 8 - (si_int)((continued * 0x0101010101010101ULL) >> 56);
    }
    for (; i < s->len; i++) n += ((unsigned char)s->data[i] & 0xC0) != 0x80;
    SI_SET(((si_str *)s)->chars, n);
    return n;
}

static si_word load_word(const char *bytes) {
    si_word w;
    memcpy(&w, bytes, 8);
    return w;
}

/* Up to seven bytes as one number. Which go where does not matter, only that all count. */
static si_word load_short(const char *bytes, si_int len) {
    if (len >= 4) {
        unsigned lo, hi;
        memcpy(&lo, bytes, 4);
        memcpy(&hi, bytes + len - 4, 4);
        return (si_word)hi << 32 | lo;
    }
    if (len == 0) return 0;
    const unsigned char *p = (const unsigned char *)bytes;
    return (si_word)p[0] << 16 | (si_word)p[len / 2] << 8 | p[len - 1];
}

_Bool si_str_eq_slow(const si_str *a, const si_str *b) {
    si_int n = a->len;
    if (n < 8) return load_short(a->data, n) == load_short(b->data, n);
    if (n <= 16)
        return load_word(a->data) == load_word(b->data) && load_word(a->data + n - 8) == load_word(b->data + n - 8);
    return memcmp(a->data, b->data, (size_t)n) == 0;
}

int si_str_cmp(const si_str *a, const si_str *b) {
    int order = memcmp(a->data, b->data, (size_t)(a->len < b->len ? a->len : b->len));
    return order ? (order > 0) - (order < 0) : si_int_cmp(a->len, b->len);
}

si_int si_str_hash(const si_str *s) {
    si_word h = 0x517CC1B727220A95ULL ^ (si_word)s->len;
    si_int i = 0;
    for (; i + 8 <= s->len; i += 8) {
        h = (h ^ load_word(s->data + i)) * 0x9FB21C651E98DF25ULL;
        h ^= h >> 32;
    }
    h = (h ^ load_short(s->data + i, s->len - i)) * 0x9FB21C651E98DF25ULL;
    return (si_int)(h ^ (h >> 29));
}

/* Where code point `i` of the string last asked for begins. Going through a text by index stays linear with it. */
static SI_THREAD struct {
    const si_str *text;
    si_int i, at;
} cursor;

/* Byte place of code point i, 0 <= i <= length: found from the nearest of the start, the end and the cursor. */
static si_int byte_at(const si_str *s, si_int i) {
    if (si_str_len(s) == s->len) return i;
    si_int from = 0, at = 0;
    if (si_str_len(s) - i < i) {
        from = si_str_len(s);
        at = s->len;
    }
    if (cursor.text == s && llabs(i - cursor.i) < llabs(i - from)) {
        from = cursor.i;
        at = cursor.at;
    }
    for (; from < i; from++) {
        do at++;
        while (at < s->len && ((unsigned char)s->data[at] & 0xC0) == 0x80);
    }
    for (; from > i; from--) {
        do at--;
        while (((unsigned char)s->data[at] & 0xC0) == 0x80);
    }
    cursor.text = s;
    cursor.i = i;
    cursor.at = at;
    return at;
}

/* The string goes away or moves, or its bytes change other than by appending. */
static void forget_cursor(const si_str *s) {
    if (cursor.text == s) cursor.text = NULL;
}

static si_int char_len(unsigned char first) {
    return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

static si_char decode(const char *bytes) {
    const unsigned char *p = (const unsigned char *)bytes;
    if (p[0] < 0x80) return p[0];
    if (p[0] < 0xE0) return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
    if (p[0] < 0xF0) return (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    return (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
}

static int encode(si_char c, char *to) {
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xC0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xE0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3F));
        to[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    to[0] = (char)(0xF0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 0x3F));
    to[2] = (char)(0x80 | (c >> 6 & 0x3F));
    to[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

si_str *si_str_at(const si_str *s, si_int i, const si_where *w, si_pos pos) {
    si_int n = si_str_len(s);
    if (i < 0 || i >= n) si_panic_index(i, n, w, pos);
    si_int at = byte_at(s, i);
    return with_chars(si_str_new(s->data + at, char_len((unsigned char)s->data[at])), 1);
}

/* Unique, heap allocated, with room for more bytes; owns s. Grows by half, so appending is linear. */
static si_str *str_grow(si_str *s, si_int more) {
    if (more > (si_int)(~0ULL >> 2) - s->len) out_of_memory();
    si_int need = s->len + more;
    if (si_is_only(s) && need <= s->cap) return s;
    si_int cap = need + need / 2 + 16;
    if (si_is_only(s) && s->cap > 0) {
        forget_cursor(s);
        s = resize(s, sizeof *s + (si_word)cap);
        s->data = str_bytes(s);
        s->cap = cap;
        return s;
    }
    si_str *copy = str_room(cap);
    memcpy(str_bytes(copy), s->data, (size_t)s->len);
    copy->len = s->len;
    copy->chars = SI_GET(s->chars);
    si_release(s, si_str_free);
    return copy;
}

si_str *si_str_concat(si_str *a, const si_str *b) {
    if (b->len == 0) return a;
    if (a->len == 0) {
        si_release(a, si_str_free);
        return si_str_str(b);
    }
    si_int len = b->len, chars = SI_GET(a->chars), more = SI_GET(b->chars);
    chars = chars < 0 || more < 0 ? -1 : chars + more;
    /* a and b may be one object only if it has two owners, and then a is copied. */
    a = str_grow(a, len);
    memcpy(str_bytes(a) + a->len, b->data, (size_t)len);
    a->len += len;
    a->chars = chars;
    return a;
}

/* --- buffers --- */

void si_show_bytes(si_buf *b, const char *bytes, si_int len) {
    si_str *s = b->text;
    if (!s) b->text = s = str_room(len < 48 ? 48 : len);
    if (s->cap - s->len < len) b->text = s = str_grow(s, len);
    memcpy(str_bytes(s) + s->len, bytes, (size_t)len);
    s->len += len;
}
void si_show_str(si_buf *b, const si_str *s) {
    si_show_bytes(b, s->data, s->len);
}
void si_show_owned(si_buf *b, si_str *s) {
    si_show_bytes(b, s->data, s->len);
    si_release(s, si_str_free);
}
si_str *si_buf_done(si_buf *b) {
    si_str *s = b->text;
    b->text = NULL;
    return s ? s : &si_empty_str;
}
si_str *si_to_str(const si_type *t, const void *value) {
    si_buf b = {NULL};
    t->show(&b, value);
    return si_buf_done(&b);
}

/* --- parts and searches --- */

si_str *si_str_slice(const si_str *s, si_int from, si_int to) {
    si_int n = si_str_len(s);
    if (from < 0) from = 0;
    if (to > n) to = n;
    if (from >= to) return &si_empty_str;
    si_int start = byte_at(s, from), end = byte_at(s, to);
    return with_chars(str_part(s, start, end), to - from);
}

/* Byte place of part in s from a byte on, or -1. part is not empty. */
static si_int find_bytes(const si_str *s, const si_str *part, si_int from) {
    si_int last = s->len - part->len;
    while (from <= last) {
        const char *hit = memchr(s->data + from, part->data[0], (size_t)(last - from + 1));
        if (!hit) return -1;
        if (part->len == 1 || memcmp(hit, part->data, (size_t)part->len) == 0) return hit - s->data;
        from = hit - s->data + 1;
    }
    return -1;
}

si_int si_str_find(const si_str *s, const si_str *part) {
    if (part->len == 0) return 0;
    si_int at = find_bytes(s, part, 0);
    if (at <= 0 || SI_GET(s->chars) == s->len) return at;
    si_str before = SI_LIT(0, -1, NULL);
    before.len = at;
    before.data = s->data;
    return si_str_count(&before);
}

_Bool si_str_starts_with(const si_str *s, const si_str *part) {
    return s->len >= part->len && memcmp(s->data, part->data, (size_t)part->len) == 0;
}
_Bool si_str_ends_with(const si_str *s, const si_str *part) {
    return s->len >= part->len && memcmp(s->data + s->len - part->len, part->data, (size_t)part->len) == 0;
}

static void push_str(si_list **xs, si_str *s) {
    *xs = si_list_room(*xs, &si_t_str);
    ((si_str **)(*xs)->data)[(*xs)->len++] = s;
}

si_str *si_str_next_part(const si_str *s, const si_str *sep, si_int *at) {
    si_int from = *at;
    if (sep->len == 0) {
        si_int n = char_len((unsigned char)s->data[from]);
        *at += from + n == s->len ? n + 1 : n;
        return with_chars(si_str_new(s->data + from, n), 1);
    }
    si_int end = find_bytes(s, sep, from);
    *at = end < 0 ? s->len + 1 : end + sep->len;
    return str_part(s, from, end < 0 ? s->len : end);
}

si_list *si_str_split(const si_str *s, const si_str *sep) {
    si_list *parts = si_list_new(&si_t_str, 0);
    for (si_int at = si_str_split_start(s, sep); at <= s->len;) push_str(&parts, si_str_next_part(s, sep, &at));
    return parts;
}

si_str *si_str_next_line(const si_str *s, si_int *at) {
    si_int from = *at;
    const char *lf = memchr(s->data + from, '\n', (size_t)(s->len - from));
    si_int end = lf ? lf - s->data : s->len;
    *at = end + 1;
    return str_part(s, from, lf && end > from && s->data[end - 1] == '\r' ? end - 1 : end);
}

si_list *si_str_lines(const si_str *s) {
    si_list *lines = si_list_new(&si_t_str, 0);
    for (si_int at = 0; at < s->len;) push_str(&lines, si_str_next_line(s, &at));
    return lines;
}

si_list *si_str_chars(const si_str *s) {
    si_list *chars = si_list_new(&si_t_char, si_str_len(s));
    for (si_int i = 0; i < s->len; i += char_len((unsigned char)s->data[i]))
        ((si_char *)chars->data)[chars->len++] = decode(s->data + i);
    return chars;
}

si_list *si_str_bytes(const si_str *s) {
    si_list *bytes = si_list_new(&si_t_byte, s->len);
    if (s->len) memcpy(bytes->data, s->data, (size_t)s->len);
    bytes->len = s->len;
    return bytes;
}

si_str *si_str_join(const si_list *parts, const si_str *separator) {
    si_str *const *items = (si_str *const *)parts->data;
    if (parts->len == 0) return &si_empty_str;
    if (parts->len == 1) return si_str_str(items[0]);
    si_int len = (si_int)check_mul((si_word)separator->len, (si_word)(parts->len - 1));
    for (si_int i = 0; i < parts->len; i++) len += items[i]->len;
    si_str *whole = str_room(len);
    char *to = str_bytes(whole);
    for (si_int i = 0; i < parts->len; i++) {
        if (i) {
            memcpy(to, separator->data, (size_t)separator->len);
            to += separator->len;
        }
        memcpy(to, items[i]->data, (size_t)items[i]->len);
        to += items[i]->len;
    }
    whole->len = len;
    return whole;
}

si_str *si_str_replace(const si_str *s, const si_str *old, const si_str *with) {
    si_int from = 0, at = old->len ? find_bytes(s, old, 0) : -1;
    if (at < 0) return si_str_str(s);
    si_buf b = {NULL};
    for (; at >= 0; at = find_bytes(s, old, from)) {
        si_show_bytes(&b, s->data + from, at - from);
        si_show_str(&b, with);
        from = at + old->len;
    }
    si_show_bytes(&b, s->data + from, s->len - from);
    return si_buf_done(&b);
}

si_str *si_str_repeat(const si_str *s, si_int n) {
    if (n <= 0 || s->len == 0) return &si_empty_str;
    if (n == 1) return si_str_str(s);
    si_int len = (si_int)check_mul((si_word)s->len, (si_word)n);
    si_str *whole = str_room(len);
    for (si_int at = 0; at < len; at += s->len) memcpy(str_bytes(whole) + at, s->data, (size_t)s->len);
    whole->len = len;
    if (SI_GET(s->chars) >= 0) whole->chars = SI_GET(s->chars) * n;
    return whole;
}

si_str *si_str_reverse(const si_str *s) {
    si_str *r = str_room(s->len);
    char *to = str_bytes(r) + s->len;
    for (si_int i = 0, n; i < s->len; i += n) {
        n = char_len((unsigned char)s->data[i]);
        to -= n;
        memcpy(to, s->data + i, (size_t)n);
    }
    r->len = s->len;
    r->chars = SI_GET(s->chars);
    return r;
}

static char ascii_upper(char c) {
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}
static char ascii_lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}
static si_str *change_case(const si_str *s, char (*change)(char)) {
    si_str *r = str_room(s->len);
    for (si_int i = 0; i < s->len; i++) str_bytes(r)[i] = change(s->data[i]);
    r->len = s->len;
    r->chars = SI_GET(s->chars);
    return r;
}
si_str *si_str_upper(const si_str *s) {
    return change_case(s, ascii_upper);
}
si_str *si_str_lower(const si_str *s) {
    return change_case(s, ascii_lower);
}
si_str *si_str_capitalize(const si_str *s) {
    if (s->len == 0 || ascii_upper(s->data[0]) == s->data[0]) return si_str_str(s);
    si_str *r = str_room(s->len);
    memcpy(str_bytes(r), s->data, (size_t)s->len);
    str_bytes(r)[0] = ascii_upper(s->data[0]);
    r->len = s->len;
    r->chars = SI_GET(s->chars);
    return r;
}

static int is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}
static si_str *trim(const si_str *s, int at_start, int at_end) {
    si_int from = 0, to = s->len;
    while (at_start && from < to && is_space(s->data[from])) from++;
    while (at_end && to > from && is_space(s->data[to - 1])) to--;
    return str_part(s, from, to);
}
si_str *si_str_trim(const si_str *s) {
    return trim(s, 1, 1);
}
si_str *si_str_trim_start(const si_str *s) {
    return trim(s, 1, 0);
}
si_str *si_str_trim_end(const si_str *s) {
    return trim(s, 0, 1);
}
