#include "common.h"

/* Shortest text: reads back, and no text with fewer digits does. */
static void check_float(double x) {
    si_str *s = si_float_str(x);
    char copy[64], shorter[64];
    CHECK(s->len < 40);
    memcpy(copy, s->data, (size_t)s->len);
    copy[s->len] = 0;
    double back = strtod(copy, NULL);
    CHECK(memcmp(&back, &x, 8) == 0);
    int digits = 0, zeros = 0, started = 0;
    for (char *p = copy; *p && *p != 'e'; p++) {
        if (*p < '0' || *p > '9') continue;
        if (*p != '0') started = 1;
        if (!started) continue;
        digits++;
        zeros = *p == '0' ? zeros + 1 : 0;
    }
    digits -= zeros;
    for (int precision = 1; precision < digits; precision++) {
        snprintf(shorter, sizeof shorter, "%.*e", precision - 1, x);
        CHECK(strtod(shorter, NULL) != x);
        char *last = strchr(shorter, 'e') - 1; /* the next decimals up and down */
        if (*last < '9') {
            ++*last;
            CHECK(strtod(shorter, NULL) != x);
            --*last;
        }
        if (*last > '0') {
            --*last;
            CHECK(strtod(shorter, NULL) != x);
        }
    }
    if (digits < 17) { /* nothing with as many digits is nearer */
        snprintf(shorter, sizeof shorter, "%.*e", digits > 0 ? digits - 1 : 0, x);
        char plain[32];
        int n = 0;
        for (char *p = shorter; *p != 'e'; p++)
            if (*p >= '0' && *p <= '9') plain[n++] = *p;
        plain[n] = 0;
        int same = 0;
        started = 0;
        for (char *p = copy; *p && *p != 'e' && same < n; p++) {
            if (*p < '0' || *p > '9') continue;
            if (*p != '0') started = 1;
            if (!started) continue;
            if (*p != plain[same]) break;
            same++;
        }
        CHECK(same == n || strtod(shorter, NULL) != x || x == 0);
    }
    CHECK(si_parse_float_ok(s) && si_parse_float_value(s) == x);
    si_release(s, si_str_free);
}

static int entry(void) {
    for (int i = 0; i < 10000; i++) {
        si_word bits = next_random();
        double x;
        memcpy(&x, &bits, 8);
        if (x - x == 0) check_float(x);
        bits &= 0x000FFFFFFFFFFFFFULL; /* subnormals */
        memcpy(&x, &bits, 8);
        if (i < 500) check_float(x);
        check_float((double)(si_int)(next_random() >> 20) / 1000.0);
    }
    for (int e = -1074; e < 1024; e++) { /* powers of two: the gaps differ */
        double x = 1;
        for (int i = 0; i < e; i++) x *= 2;
        for (int i = 0; i > e; i--) x /= 2;
        check_float(x);
    }
    CHECK(is(si_float_str(5.684341886080802e-14), "5.684341886080802e-14"));
    CHECK(is(si_float_str(2.0), "2.0"));
    CHECK(is(si_float_str(0.1 + 0.2), "0.30000000000000004"));
    CHECK(is(si_float_str(1e21), "1.0e21"));
    CHECK(is(si_float_str(2.5e-8), "2.5e-8"));
    CHECK(is(si_float_str(-0.0), "-0.0"));
    CHECK(is(si_float_str(0.0), "0.0"));
    CHECK(is(si_float_str(100.0 / 3.0), "33.333333333333336"));
    CHECK(is(si_float_str(1e15), "1000000000000000.0"));
    CHECK(is(si_float_str(9999999999999998.0), "9999999999999998.0"));
    CHECK(is(si_float_str(1e16), "1.0e16"));
    CHECK(is(si_float_str(1.5e300), "1.5e300"));
    CHECK(is(si_float_str(0.0001), "0.0001"));
    CHECK(is(si_float_str(0.00012345), "0.00012345"));
    CHECK(is(si_float_str(0.00001), "1.0e-5"));
    CHECK(is(si_float_str(123456.789), "123456.789"));
    CHECK(is(si_float_str(5e-324), "5.0e-324"));
    CHECK(is(si_float_str(1.7976931348623157e308), "1.7976931348623157e308"));
    CHECK(is(si_float_str(si_math_inf()), "inf"));
    CHECK(is(si_float_str(-si_math_inf()), "-inf"));
    CHECK(is(si_float_str(si_math_nan()), "nan"));
    CHECK(is(si_int_str(-9223372036854775807LL - 1), "-9223372036854775808"));
    CHECK(is(si_int_str(0), "0"));
    CHECK(is(si_duration_str(90000000000), "90s"));
    CHECK(is(si_duration_str(1500000000), "1500ms"));
    CHECK(is(si_duration_str(0), "0s"));
    CHECK(is(si_duration_str(-7200000000000), "-2h"));
    CHECK(is(si_duration_str(1), "1ns"));
    CHECK(is(si_size_str(0), "0b"));
    CHECK(is(si_size_str(12288), "12kb"));
    CHECK(is(si_size_str(3LL << 30), "3gb"));
    CHECK(is(si_char_str(0x3BB), "\xCE\xBB"));
    CHECK(is(si_char_str(0x1F600), "\xF0\x9F\x98\x80"));

    static const char *good_ints[] = {"0", "+5", "-9223372036854775808", "9223372036854775807", "007"};
    static const si_int values[] = {0, 5, -9223372036854775807LL - 1, 9223372036854775807LL, 7};
    static const char *bad_ints[] = {"", "+", "-", "1 ", " 1", "9223372036854775808", "-9223372036854775809", "1_0", "0x1",
                                     "99999999999999999999"};
    static const char *good_floats[] = {"1", "1.5", "-1e5", "+2.5E-3", "1e999", "00.10"};
    static const char *bad_floats[] = {"", ".", "1.", ".5", "1e", "e5", "inf", "nan", "1.5x", "0x1p3", "1_0.0", "1e+"};
    for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
        si_str *s = text(good_ints[i]);
        CHECK(si_parse_int_ok(s) && si_parse_int_value(s) == values[i]);
        si_release(s, si_str_free);
    }
    for (unsigned i = 0; i < sizeof bad_ints / sizeof *bad_ints; i++) {
        si_str *s = text(bad_ints[i]);
        CHECK(!si_parse_int_ok(s));
        si_release(s, si_str_free);
    }
    for (unsigned i = 0; i < sizeof good_floats / sizeof *good_floats; i++) {
        si_str *s = text(good_floats[i]);
        CHECK(si_parse_float_ok(s) && si_parse_float_value(s) == strtod(good_floats[i], NULL));
        si_release(s, si_str_free);
    }
    for (unsigned i = 0; i < sizeof bad_floats / sizeof *bad_floats; i++) {
        si_str *s = text(bad_floats[i]);
        CHECK(!si_parse_float_ok(s));
        si_release(s, si_str_free);
    }

    CHECK(si_div(-7, 2, AT) == -3 && si_fdiv(-7, 2, AT) == -4 && si_rem(-7, 3, AT) == -1 && si_rem(7, -3, AT) == 1);
    CHECK(si_fdiv(7, -2, AT) == -4 && si_fdiv(6, -2, AT) == -3 && si_fdiv(5, -1, AT) == -5);
    CHECK(si_rem(-9223372036854775807LL - 1, -1, AT) == 0);
    CHECK(si_int_pow(0, 0, AT) == 1 && si_int_pow(-2, 63, AT) == -9223372036854775807LL - 1 && si_int_pow(3, 4, AT) == 81);
    CHECK(si_float_round(2.5) == 3 && si_float_round(-2.5) == -3);
    CHECK(si_float_cmp(si_math_nan(), 1) > 0 && si_float_cmp(si_math_nan(), si_math_nan()) == 0 && si_float_cmp(-0.0, 0.0) == 0);
    for (int i = 0; i < 100000; i++) { /* rand_in_range stays in range and is_biased agrees with its definition */
        si_word word = next_random();
        si_int lo = (si_int)(next_random() % 100) - 50, hi = lo + (si_int)(next_random() % 100);
        si_int x = si_rand_in_range((si_int)word, lo, hi);
        CHECK(x >= lo && x <= hi);
        CHECK(!si_rand_is_biased((si_int)word, lo, hi));
    }
    CHECK(si_rand_is_biased(-1, 0, 2) && !si_rand_is_biased(-2, 0, 2) && !si_rand_is_biased(-1, 0, 255));
    return 0;
}

int main(int argc, char **argv) {
    return si_main(argc, argv, entry);
}
