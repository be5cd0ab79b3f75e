#include "common.h"

/* A sorted-by-key pair: the second half tells equal ones apart. */
typedef struct pair {
    si_int key;
    si_str *tag;
} pair;
static int pair_cmp(const void *p, const void *q) {
    return si_int_cmp(((const pair *)p)->key, ((const pair *)q)->key);
}
static _Bool pair_eq(const void *p, const void *q) {
    return pair_cmp(p, q) == 0;
}
static void pair_retain(void *p) {
    si_retain(((pair *)p)->tag);
}
static void pair_release(void *p) {
    si_release(((pair *)p)->tag, si_str_free);
}
static void pair_show(si_buf *b, const void *p) {
    si_show_int(b, ((const pair *)p)->key);
    si_show_str(b, ((const pair *)p)->tag);
}
static const si_type t_pair = {sizeof(pair), pair_retain, pair_release, pair_eq, pair_cmp, 0, pair_show};

static void check_sort(int n, int keys) {
    si_list *xs = si_list_new(&t_pair, 0);
    for (int i = 0; i < n; i++) {
        pair p = {(si_int)(next_random() % (si_word)keys), si_int_str(1000000 + i)};
        xs = si_list_push(xs, &p, &t_pair);
    }
    si_list *before = xs;
    si_retain(before);
    xs = si_list_sort(xs, &t_pair);
    pair *p = (pair *)xs->data;
    for (int i = 1; i < n; i++) {
        CHECK(p[i - 1].key <= p[i].key);
        if (p[i - 1].key == p[i].key) CHECK(si_str_cmp(p[i - 1].tag, p[i].tag) < 0);
    }
    CHECK(xs->len == n && before->len == n);
    si_release(before, si_list_free);
    xs = si_list_sort(xs, &t_pair); /* in place now */
    si_release(xs, si_list_free);
}

/* Random operations on shared and unshared lists against plain arrays. */
enum { LISTS = 4, LIMIT = 40 };
static void check_random(void) {
    si_list *xs[LISTS];
    si_int model[LISTS][LIMIT], n[LISTS];
    for (int i = 0; i < LISTS; i++) {
        xs[i] = &si_empty_list;
        n[i] = 0;
    }
    for (int step = 0; step < 3000; step++) {
        int i = (int)(next_random() % LISTS), j = (int)(next_random() % LISTS);
        si_int x = (si_int)(next_random() % 100), a = (si_int)(next_random() % 44) - 2, b = (si_int)(next_random() % 44) - 2;
        switch (next_random() % 8) {
        case 0:
        case 1:
            if (n[i] == LIMIT) break;
            xs[i] = si_list_push(xs[i], &x, &si_t_int);
            model[i][n[i]++] = x;
            break;
        case 2:
            xs[i] = si_list_pop(xs[i]);
            n[i] -= n[i] > 0;
            break;
        case 3: /* share */
            si_retain(xs[j]);
            si_release(xs[i], si_list_free);
            xs[i] = xs[j];
            memcpy(model[i], model[j], sizeof model[i]);
            n[i] = n[j];
            break;
        case 4:
            xs[i] = si_list_slice(xs[i], a, b);
            if (a < 0) a = 0;
            if (b > n[i]) b = n[i];
            n[i] = b > a ? b - a : 0;
            memmove(model[i], model[i] + (b > a ? a : 0), (size_t)n[i] * sizeof(si_int));
            break;
        case 5:
            if (a < 0 || a >= n[i]) break;
            xs[i] = si_list_set(xs[i], a, &x, AT);
            model[i][a] = x;
            break;
        case 6:
            xs[i] = si_list_reverse(xs[i]);
            for (si_int k = 0; k < n[i] / 2; k++) {
                si_int t = model[i][k];
                model[i][k] = model[i][n[i] - 1 - k];
                model[i][n[i] - 1 - k] = t;
            }
            break;
        default:
            if (n[i] + n[j] > LIMIT) break;
            memmove(model[i] + n[i], model[j], (size_t)n[j] * sizeof(si_int));
            n[i] += n[j];
            si_retain(xs[j]);
            si_list *other = xs[j];
            xs[i] = si_list_concat(xs[i], other);
            si_release(other, si_list_free);
        }
        for (int k = 0; k < LISTS; k++) {
            CHECK(xs[k]->len == n[k]);
            if (n[k]) CHECK(memcmp(xs[k]->data, model[k], (size_t)n[k] * sizeof(si_int)) == 0);
        }
    }
    for (int i = 0; i < LISTS; i++) si_release(xs[i], si_list_free);
}

static void check_steps(si_int lo, si_int hi, _Bool closed, si_int k, const char *expect) {
    si_range r = {lo, hi, closed};
    si_list *xs = si_range_step_by(r, k, &si_t_int, AT);
    CHECK(is(si_list_str(xs), expect));
    si_release(xs, si_list_free);
}

static int entry(void) {
    for (int n = 0; n < 70; n++) check_sort(n, 5);
    check_sort(5000, 50);
    check_sort(5000, 1);
    for (int i = 0; i < 10; i++) check_random();

    /* Pushing to a list of one owner moves it a logarithmic number of times. */
    si_list *xs = si_list_new(&si_t_int, 0);
    int moves = 0;
    for (si_int i = 0; i < 1000000; i++) {
        si_list *before = xs;
        si_int cap = xs->cap;
        xs = si_list_push(xs, &i, &si_t_int);
        moves += before != xs || cap != xs->cap;
    }
    CHECK(xs->len == 1000000 && moves < 60 && si_list_sum_int(xs, AT) == 499999500000);
    si_list *first = xs; /* slicing off the head shares the data */
    si_retain(first);
    for (int i = 0; i < 999990; i++) xs = si_list_slice(xs, 1, xs->len);
    CHECK(xs->len == 10 && *(si_int *)xs->data == 999990 && first->len == 1000000);
    si_release(first, si_list_free);
    si_release(xs, si_list_free);

    /* A list of lists of lists … 200,000 deep is freed without deep recursion, and texts of lists nest. */
    xs = &si_empty_list;
    for (int i = 0; i < 200000; i++) {
        si_list *outer = si_list_new(&si_t_list, 1);
        ((si_list **)outer->data)[outer->len++] = xs;
        xs = outer;
    }
    si_release(xs, si_list_free);

    static const si_int abc[] = {1, 2, 3}, abd[] = {1, 2, 4}, ab[] = {1, 2};
    si_list *a = ints(3, abc), *b = ints(3, abd), *c = ints(2, ab);
    CHECK(si_list_cmp(a, b) < 0 && si_list_cmp(a, c) > 0 && si_list_cmp(a, a) == 0 && !si_list_eq(a, b) && !si_list_eq(a, c));
    si_list *pair_of_lists = si_list_new(&si_t_list, 0);
    pair_of_lists = si_list_push(pair_of_lists, &a, &si_t_list);
    pair_of_lists = si_list_push(pair_of_lists, &c, &si_t_list);
    CHECK(is(si_list_str(pair_of_lists), "[[1, 2, 3], [1, 2]]"));
    si_release(pair_of_lists, si_list_free);
    si_release(b, si_list_free);

    check_steps(0, 10, 0, 4, "[0, 4, 8]");
    check_steps(3, 1, 1, -1, "[3, 2, 1]");
    check_steps(3, 1, 0, -1, "[3, 2]");
    check_steps(1, 3, 1, 1, "[1, 2, 3]");
    check_steps(1, 3, 0, 2, "[1]");
    check_steps(1, 1, 0, 1, "[]");
    check_steps(1, 1, 1, 1, "[1]");
    check_steps(1, 1, 1, -5, "[1]");
    check_steps(3, 1, 1, 1, "[]");
    check_steps(1, 3, 1, -1, "[]");
    check_steps(9223372036854775805, 9223372036854775807, 1, 2, "[9223372036854775805, 9223372036854775807]");
    check_steps(-9223372036854775807 - 1, 9223372036854775807, 1, 9223372036854775807, "[-9223372036854775808, -1, 9223372036854775806]");
    check_steps(0, -9223372036854775807 - 1, 0, -9223372036854775807 - 1, "[0]");
    si_range surrogates = {0xD7FE, 0xE001, 1};
    si_list *chars = si_range_step_by(surrogates, 1, &si_t_char, AT);
    CHECK(chars->len == 4 && ((si_char *)chars->data)[2] == 0xE000 && si_range_len(surrogates, &si_t_char, AT) == 4);
    si_release(chars, si_list_free);
    si_range letters = {'a', 'e', 0};
    CHECK(is(si_char_range_str(letters), "a..e") && si_range_len(letters, &si_t_char, AT) == 4);
    return 0;
}

int main(int argc, char **argv) {
    return si_main(argc, argv, entry);
}
