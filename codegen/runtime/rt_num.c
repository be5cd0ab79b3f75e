
/* --- numbers as text --- */

void si_show_int(si_buf *b, si_int n) {
    char digits[20];
    int at = 20;
    si_word left = n < 0 ? 0 - (si_word)n : (si_word)n;
    do digits[--at] = (char)('0' + left % 10);
    while (left /= 10);
    if (n < 0) digits[--at] = '-';
    si_show_bytes(b, digits + at, 20 - at);
}

static double nearest_double(const char *text) {
    return strtod(text, NULL);
}

/* The shortest decimal that reads back as x > 0, of these the nearest: digits without trailing zeros into `digits`
   and the decimal exponent of the first one. printf rounds correctly, so only the number of digits is in question.
   15 digits of any decimal survive a normal double, which settles all shorter ones at once. Where the gap below is
   half of the one above (powers of two), the nearest decimal may lie just too low while the next one reads back. */
static int shortest_digits(double x, char *digits, int *exponent) {
    char text[40];
    int first = x < 2.2250738585072014e-308 ? 1 : 15, part;
    int power_of_two = frexp(x, &part) == 0.5;
    for (int precision = first;; precision++) {
        snprintf(text, sizeof text, "%.*e", precision - 1, x);
        int found = precision == 17 || nearest_double(text) == x;
        if (!found && power_of_two) {
            int last = precision == 1 ? 0 : precision; /* index of the last digit; text[1] is the point */
            if (text[last] < '9') {
                text[last]++;
                found = nearest_double(text) == x;
            }
        }
        if (!found) continue;
        int n = 0;
        for (int i = 0; text[i] != 'e'; i++)
            if (text[i] != '.') digits[n++] = text[i];
        *exponent = atoi(strchr(text, 'e') + 1);
        while (n > 1 && digits[n - 1] == '0') n--;
        return n;
    }
}

void si_show_float(si_buf *b, double x) {
    if (x != x) {
        si_show_bytes(b, "nan", 3);
        return;
    }
    if (signbit(x)) {
        si_show_bytes(b, "-", 1);
        x = -x;
    }
    if (x > 1.7976931348623157e308) {
        si_show_bytes(b, "inf", 3);
        return;
    }
    if (x < 1e15 && x == (double)(si_int)x) {
        si_show_int(b, (si_int)x);
        si_show_bytes(b, ".0", 2);
        return;
    }
    char digits[20] = "", text[48];
    int exponent, n = shortest_digits(x, digits, &exponent), at = 0;
    if (exponent >= 16 || exponent < -4) {
        text[at++] = digits[0];
        text[at++] = '.';
        if (n == 1) text[at++] = '0';
        memcpy(text + at, digits + 1, (size_t)(n - 1));
        at += n - 1;
        at += snprintf(text + at, 8, "e%d", exponent);
    } else if (exponent < 0) {
        text[at++] = '0';
        text[at++] = '.';
        for (int i = -1; i > exponent; i--) text[at++] = '0';
        memcpy(text + at, digits, (size_t)n);
        at += n;
    } else {
        for (int i = 0; i < n || i <= exponent; i++) {
            if (i == exponent + 1) text[at++] = '.';
            text[at++] = i < n ? digits[i] : '0';
        }
        if (n <= exponent + 1) {
            text[at++] = '.';
            text[at++] = '0';
        }
    }
    si_show_bytes(b, text, at);
}

void si_show_bool(si_buf *b, _Bool x) {
    if (x)
        si_show_bytes(b, "true", 4);
    else
        si_show_bytes(b, "false", 5);
}
void si_show_char(si_buf *b, si_char c) {
    char bytes[4];
    si_show_bytes(b, bytes, encode(c, bytes));
}

typedef struct unit {
    si_int size;
    const char *name;
} unit;
/* In the largest unit that divides it; zero in `zero`. */
static void show_units(si_buf *b, si_int n, const unit *units, const char *zero) {
    while (n ? n % units->size != 0 : units->size != 1 && strcmp(units->name, zero) != 0) units++;
    si_show_int(b, n / units->size);
    si_show_bytes(b, units->name, (si_int)strlen(units->name));
}
void si_show_duration(si_buf *b, si_int ns) {
    static const unit units[] = {{3600000000000, "h"}, {60000000000, "m"}, {1000000000, "s"}, {1000000, "ms"}, {1, "ns"}};
    show_units(b, ns, units, "s");
}
void si_show_size(si_buf *b, si_int bytes) {
    static const unit units[] = {{1 << 30, "gb"}, {1 << 20, "mb"}, {1 << 10, "kb"}, {1, "b"}};
    show_units(b, bytes, units, "b");
}

#define TO_STR(function, type, show)                                                                                   \
    si_str *function(type x) {                                                                                         \
        si_buf b = {NULL};                                                                                             \
        show(&b, x);                                                                                                   \
        return si_buf_done(&b);                                                                                        \
    }
TO_STR(si_int_str, si_int, si_show_int)
TO_STR(si_float_str, double, si_show_float)
TO_STR(si_duration_str, si_int, si_show_duration)
TO_STR(si_size_str, si_int, si_show_size)
TO_STR(si_list_str, const si_list *, si_show_list)
TO_STR(si_map_str, const si_map *, si_show_map)
TO_STR(si_range_str, si_range, si_show_range)
TO_STR(si_char_range_str, si_range, si_show_char_range)

si_str *si_bool_str(_Bool x) {
    static si_str yes = SI_LIT(4, 4, "true"), no = SI_LIT(5, 5, "false");
    return x ? &yes : &no;
}
si_str *si_char_str(si_char c) {
    char bytes[4];
    return with_chars(si_str_new(bytes, encode(c, bytes)), 1);
}
si_str *si_unit_str(void) {
    static si_str unit_text = SI_LIT(2, 2, "()");
    return &unit_text;
}

/* --- text as numbers --- */

/* [+-]?[0-9]+ in range. */
static int read_int(const si_str *s, si_int *value) {
    si_int i = s->len && (s->data[0] == '-' || s->data[0] == '+');
    int negative = i && s->data[0] == '-';
    si_word n = 0, limit = (1ULL << 63) - !negative;
    if (i == s->len) return 0;
    for (; i < s->len; i++) {
        unsigned digit = (unsigned)(unsigned char)s->data[i] - '0';
        if (digit > 9 || n > (limit - digit) / 10) return 0;
        n = n * 10 + digit;
    }
    *value = negative ? (si_int)(0 - n) : (si_int)n;
    return 1;
}

static si_int skip_digits(const si_str *s, si_int i) {
    while (i < s->len && s->data[i] >= '0' && s->data[i] <= '9') i++;
    return i;
}

/* [+-]?D(\.D)?([eE][+-]?D)? */
static int is_float_text(const si_str *s) {
    si_int i = s->len && (s->data[0] == '-' || s->data[0] == '+'), end = skip_digits(s, i);
    if (end == i) return 0;
    if (end < s->len && s->data[end] == '.') {
        i = end + 1;
        end = skip_digits(s, i);
        if (end == i) return 0;
    }
    if (end < s->len && (s->data[end] == 'e' || s->data[end] == 'E')) {
        i = end + 1;
        if (i < s->len && (s->data[i] == '-' || s->data[i] == '+')) i++;
        end = skip_digits(s, i);
        if (end == i) return 0;
    }
    return end == s->len;
}

static int read_float(const si_str *s, double *value) {
    char local[64], *text = local;
    if (!is_float_text(s)) return 0;
    if (s->len >= (si_int)sizeof local) text = si_alloc((si_word)s->len + 1);
    memcpy(text, s->data, (size_t)s->len);
    text[s->len] = 0;
    *value = nearest_double(text);
    if (text != local) free(text);
    return 1;
}

SI_NORETURN static void panic_quoted(const char *before, const si_str *s, const si_where *w, si_pos pos) {
    si_buf b = {NULL};
    si_show_bytes(&b, before, (si_int)strlen(before));
    si_show_str(&b, s);
    si_show_bytes(&b, "\"", 1);
    si_panic(si_buf_done(&b), w, pos);
}

si_int si_int_of_str(const si_str *s, const si_where *w, si_pos pos) {
    si_int n;
    if (!read_int(s, &n)) panic_quoted("invalid integer \"", s, w, pos);
    return n;
}
double si_float_of_str(const si_str *s, const si_where *w, si_pos pos) {
    double x;
    if (!read_float(s, &x)) panic_quoted("invalid float \"", s, w, pos);
    return x;
}
_Bool si_parse_int_ok(const si_str *s) {
    si_int n;
    return read_int(s, &n);
}
si_int si_parse_int_value(const si_str *s) {
    si_int n = 0;
    read_int(s, &n);
    return n;
}
_Bool si_parse_float_ok(const si_str *s) {
    return is_float_text(s);
}
double si_parse_float_value(const si_str *s) {
    double x = 0;
    read_float(s, &x);
    return x;
}
si_int si_int_of_float(double x, const si_where *w, si_pos pos) {
    if (!(x > -9223372036854777856.0 && x < 9223372036854775808.0)) si_panic_c("float out of int range", w, pos);
    return (si_int)x;
}
si_byte si_byte_of_str(const si_str *s, const si_where *w, si_pos pos) {
    if (s->len == 0) si_panic_c("byte of empty string", w, pos);
    return (si_byte)s->data[0];
}
si_char si_char_of_int(si_int n, const si_where *w, si_pos pos) {
    if (n < 0 || n > 0x10FFFF || (n >= 0xD800 && n < 0xE000)) {
        char text[48];
        snprintf(text, sizeof text, "invalid code point %lld", n);
        si_panic_c(text, w, pos);
    }
    return (si_char)n;
}
si_int si_int_pow(si_int base, si_int n, const si_where *w, si_pos pos) {
    si_int r = 1;
    if (n < 0) si_panic_c("negative exponent", w, pos);
    while (n > 0) {
        if (n & 1) r = si_mul(r, base, w, pos);
        n >>= 1;
        if (n) base = si_mul(base, base, w, pos);
    }
    return r;
}

/* --- mathematics --- */

double si_float_abs(double x) {
    return fabs(x);
}
double si_float_floor(double x) {
    return floor(x);
}
double si_float_ceil(double x) {
    return ceil(x);
}
double si_float_round(double x) {
    return round(x);
}
double si_float_trunc(double x) {
    return trunc(x);
}
_Bool si_float_is_inf(double x) {
    return x - x != 0 && x == x;
}
double si_math_inf(void) {
    return HUGE_VAL;
}
double si_math_nan(void) {
    return strtod("nan", NULL);
}
#define MATH(name, function)                                                                                           \
    double si_math_##name(double x) {                                                                                  \
        return function(x);                                                                                            \
    }
MATH(sqrt, sqrt)
/* By long double: `cbrt` of some C libraries misses whole roots by one bit. */
double si_math_cbrt(double x) {
    return (double)cbrtl((long double)x);
}
MATH(exp, exp)
MATH(ln, log)
MATH(log10, log10)
MATH(log2, log2)
MATH(sin, sin)
MATH(cos, cos)
MATH(tan, tan)
MATH(asin, asin)
MATH(acos, acos)
MATH(atan, atan)
MATH(sinh, sinh)
MATH(cosh, cosh)
MATH(tanh, tanh)
double si_math_pow(double base, double exponent) {
    return pow(base, exponent);
}
double si_math_atan2(double y, double x) {
    return atan2(y, x);
}

/* Guards of library functions that are written in Sigil: panics at the caller's position. */
void si_guard_abs(si_int x, const si_where *w, si_pos pos) {
    si_int_abs(x, w, pos);
}
void si_guard_chunk(si_int n, const si_where *w, si_pos pos) {
    if (n < 1) si_panic_c("chunk size must be at least 1", w, pos);
}
void si_guard_next_int(si_int lo, si_int hi, const si_where *w, si_pos pos) {
    if (lo > hi) si_panic_c("next_int: empty range", w, pos);
}

/* SplitMix64. */
si_int si_rand_next_state(si_int state) {
    return (si_int)((si_word)state + 0x9E3779B97F4A7C15ULL);
}
si_int si_rand_mix(si_int state) {
    si_word z = (si_word)state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return (si_int)(z ^ (z >> 31));
}
double si_rand_to_float(si_int word) {
    return (double)(si_int)((si_word)word >> 11) * (1.0 / 9007199254740992.0);
}
/* Words at or above the largest multiple of the range's size would make some values likelier. */
_Bool si_rand_is_biased(si_int word, si_int lo, si_int hi) {
    si_word size = (si_word)hi - (si_word)lo + 1;
    if (size == 0) return 0;
    si_word excess = (~0ULL % size + 1) % size;
    return excess != 0 && (si_word)word > ~0ULL - excess;
}
si_int si_rand_in_range(si_int word, si_int lo, si_int hi) {
    si_word size = (si_word)hi - (si_word)lo + 1;
    return (si_int)((si_word)lo + (size ? (si_word)word % size : (si_word)word));
}
