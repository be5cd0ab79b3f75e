#include "common.h"

static void check_split(const char *s, const char *sep, const char *expect) {
    si_str *a = text(s), *b = text(sep);
    si_list *parts = si_str_split(a, b);
    CHECK(is(si_list_str(parts), expect));
    si_release(a, si_str_free);
    si_release(b, si_str_free);
    si_release(parts, si_list_free);
}

static void check_one(si_str *(*f)(const si_str *), const char *s, const char *expect) {
    si_str *a = text(s);
    CHECK(is(f(a), expect));
    si_release(a, si_str_free);
}

static void check_lines(const char *s, const char *expect) {
    si_str *a = text(s);
    si_list *lines = si_str_lines(a);
    CHECK(is(si_list_str(lines), expect));
    si_release(a, si_str_free);
    si_release(lines, si_list_free);
}

static void check_slice(const char *s, si_int from, si_int to, const char *expect) {
    si_str *a = text(s);
    CHECK(is(si_str_slice(a, from, to), expect));
    si_release(a, si_str_free);
}

static si_int find(const char *s, const char *part) {
    si_str *a = text(s), *b = text(part);
    si_int at = si_str_find(a, b);
    si_release(a, si_str_free);
    si_release(b, si_str_free);
    return at;
}

/* Random mixes of one to four byte characters: every code point operation against a plain array of them. */
static void check_random(void) {
    static const si_char alphabet[] = {'a', 'b', 0xE9, 0x20AC, 0x1F600, 0x7FF, 0x800, 0xFFFF, 0x10000, 'z'};
    si_char model[64];
    int n = (int)(next_random() % 64);
    si_str *s = si_str_new("", 0);
    for (int i = 0; i < n; i++) {
        model[i] = alphabet[next_random() % 10];
        si_str *c = si_char_str(model[i]);
        s = si_str_concat(s, c);
        si_release(c, si_str_free);
    }
    CHECK(si_str_len(s) == n);
    si_list *chars = si_str_chars(s);
    CHECK(chars->len == n && memcmp(chars->data ? chars->data : "", model, (size_t)n * sizeof *model) == 0);
    si_release(chars, si_list_free);
    for (int i = 0; i < n; i++) {
        si_str *c = si_str_at(s, i, AT), *expect = si_char_str(model[i]);
        CHECK(si_str_eq(c, expect) && si_str_len(c) == 1);
        si_release(c, si_str_free);
        si_release(expect, si_str_free);
    }
    si_int from = (si_int)(next_random() % 70) - 3, to = (si_int)(next_random() % 70) - 3;
    si_str *part = si_str_slice(s, from, to), *expect = si_str_new("", 0);
    for (si_int i = from < 0 ? 0 : from; i < to && i < n; i++) {
        si_str *c = si_char_str(model[i]);
        expect = si_str_concat(expect, c);
        si_release(c, si_str_free);
    }
    CHECK(si_str_eq(part, expect) && si_str_len(part) == si_str_len(expect));
    si_str *reversed = si_str_reverse(s), *again = si_str_reverse(reversed);
    CHECK(si_str_eq(again, s) && si_str_hash(again) == si_str_hash(s) && si_str_cmp(again, s) == 0);
    if (part->len) CHECK(si_str_find(s, part) >= 0 && si_str_find(s, part) <= (from < 0 ? 0 : from));
    si_release(reversed, si_str_free);
    si_release(again, si_str_free);
    si_release(part, si_str_free);
    si_release(expect, si_str_free);
    si_release(s, si_str_free);
}

static int entry(void) {
    for (int i = 0; i < 2000; i++) check_random();

    /* Appending to a string of one owner moves it a logarithmic number of times. */
    si_str *s = si_str_new("", 0), *x = text("xy");
    int moves = 0;
    for (int i = 0; i < 1000000; i++) {
        si_str *before = s;
        si_int cap = s->cap;
        s = si_str_concat(s, x);
        moves += s != before || s->cap != cap;
    }
    CHECK(s->len == 2000000 && moves < 60);
    si_str *shared = s;
    si_retain(shared);
    s = si_str_concat(s, shared); /* with itself */
    CHECK(s->len == 4000000 && shared->len == 2000000 && si_str_len(s) == 4000000);
    si_release(s, si_str_free);
    si_release(shared, si_str_free);
    si_release(x, si_str_free);

    check_split("x,y,,z", ",", "[x, y, , z]");
    check_split("", ",", "[]");
    check_split(",", ",", "[, ]");
    check_split("h\xC3\xA9", "", "[h, \xC3\xA9]");
    check_split("aXXbXXc", "XX", "[a, b, c]");
    check_split("aaa", "aa", "[, a]");
    check_lines("a\nb\r\n\nc", "[a, b, , c]");
    check_lines("a\n", "[a]");
    check_lines("", "[]");
    check_lines("\n", "[]");
    check_lines("a\r", "[a\r]");
    check_slice("h\xC3\xA9llo", 2, 99, "llo");
    check_slice("hello", -3, 2, "he");
    check_slice("hello", 3, 2, "");
    check_slice("hello", 5, 9, "");
    CHECK(find("h\xC3\xA9llo", "l") == 2 && find("abc", "") == 0 && find("", "a") == -1 && find("aab", "ab") == 1);
    check_one(si_str_upper, "h\xC3\xA9llo", "H\xC3\xA9LLO");
    check_one(si_str_lower, "ABC z", "abc z");
    check_one(si_str_capitalize, "abc", "Abc");
    check_one(si_str_capitalize, "", "");
    check_one(si_str_trim, " \t\r\n\v\f a b \n", "a b");
    check_one(si_str_trim_start, "  a ", "a ");
    check_one(si_str_trim_end, "  a ", "  a");
    check_one(si_str_trim, "   ", "");
    check_one(si_str_reverse, "h\xC3\xA9llo", "oll\xC3\xA9h");

    si_str *a = text("a-b-c"), *dash = text("-"), *two = text("=="), *none = si_str_new("", 0);
    CHECK(is(si_str_replace(a, dash, two), "a==b==c"));
    CHECK(is(si_str_replace(a, two, dash), "a-b-c"));
    CHECK(is(si_str_replace(a, none, two), "a-b-c"));
    CHECK(is(si_str_repeat(a, 2), "a-b-ca-b-c"));
    CHECK(is(si_str_repeat(a, 0), "") && is(si_str_repeat(a, -5), ""));
    CHECK(si_str_starts_with(a, none) && si_str_ends_with(a, none) && !si_str_starts_with(dash, a));
    si_list *parts = si_str_split(a, dash);
    CHECK(is(si_str_join(parts, two), "a==b==c"));
    si_release(parts, si_list_free);
    si_str *nul = si_str_new("a\0b", 3), *na = text("a");
    CHECK(si_str_cmp(na, nul) < 0 && si_str_cmp(nul, nul) == 0 && !si_str_eq(na, nul) && si_str_len(nul) == 3);
    si_release(nul, si_str_free);
    si_release(na, si_str_free);
    static si_str literal = SI_LIT(6, 5, "h\303\251llo");
    si_str *grown = si_str_concat(&literal, dash);
    CHECK(literal.len == 6 && is(grown, "h\303\251llo-"));
    si_release(a, si_str_free);
    si_release(dash, si_str_free);
    si_release(two, si_str_free);
    return 0;
}

int main(int argc, char **argv) {
    return si_main(argc, argv, entry);
}
