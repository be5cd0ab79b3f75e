#include "common.h"

/* A naive insertion ordered map of small numbers to texts. */
enum { KEYS = 60, MAPS = 3 };
typedef struct model {
    int n;
    si_int keys[KEYS], values[KEYS];
} model;

static int place(const model *m, si_int k) {
    for (int i = 0; i < m->n; i++)
        if (m->keys[i] == k) return i;
    return -1;
}

static void check_same(const si_map *m, const model *expect) {
    CHECK(m->len == expect->n);
    int at = 0;
    for (si_int i = 0; i < m->used; i++) {
        if (!si_map_live(m, i)) continue;
        CHECK(*(si_int *)si_map_key(m, i) == expect->keys[at]);
        si_str *value = si_int_str(expect->values[at]);
        CHECK(si_str_eq(*(si_str **)si_map_val(m, i), value));
        si_release(value, si_str_free);
        at++;
    }
    for (si_int k = 0; k < KEYS; k++) CHECK((si_map_find(m, &k) != NULL) == (place(expect, k) >= 0));
}

static void check_random(int steps) {
    si_map *maps[MAPS];
    static model models[MAPS];
    for (int i = 0; i < MAPS; i++) {
        maps[i] = si_map_new(&si_t_int, &si_t_str, 0);
        models[i].n = 0;
    }
    for (int step = 0; step < steps; step++) {
        int i = (int)(next_random() % MAPS), j = (int)(next_random() % MAPS), at;
        model *m = &models[i];
        si_int k = (si_int)(next_random() % KEYS), v = (si_int)(next_random() % 1000);
        switch (next_random() % 16) {
        case 0: /* share */
            si_retain(maps[j]);
            si_release(maps[i], si_map_free);
            maps[i] = maps[j];
            *m = models[j];
            break;
        case 1:
        case 2:
        case 3:
        case 4:
        case 5:
        case 6:
            maps[i] = si_map_remove(maps[i], &k);
            at = place(m, k);
            if (at < 0) break;
            m->n--;
            memmove(m->keys + at, m->keys + at + 1, (size_t)(m->n - at) * sizeof *m->keys);
            memmove(m->values + at, m->values + at + 1, (size_t)(m->n - at) * sizeof *m->values);
            break;
        default: {
            si_str *value = si_int_str(v);
            maps[i] = si_map_put(maps[i], &k, &value, &si_t_int, &si_t_str);
            at = place(m, k);
            if (at < 0) m->keys[at = m->n++] = k;
            m->values[at] = v;
        }
        }
        check_same(maps[i], m);
        if (step % 16 == 0) {
            int same = models[i].n == models[j].n;
            for (int n = 0; same && n < models[i].n; n++) {
                at = place(&models[j], models[i].keys[n]);
                same = at >= 0 && models[j].values[at] == models[i].values[n];
            }
            CHECK(si_map_eq(maps[i], maps[j]) == same);
        }
    }
    for (int i = 0; i < MAPS; i++) si_release(maps[i], si_map_free);
}

static int entry(void) {
    check_random(20000);

    si_map *m = si_map_new(&si_t_str, &si_t_int, 0);
    int moves = 0;
    for (si_int i = 0; i < 200000; i++) {
        si_str *k = si_int_str(i * 7919 % 200003);
        si_int cap = m->cap;
        m = si_map_put(m, &k, &i, &si_t_str, &si_t_int);
        moves += m->cap != cap;
    }
    CHECK(m->len == 200000 && moves < 50);
    for (si_int i = 0; i < 200000; i++) {
        si_str *k = si_int_str(i * 7919 % 200003);
        si_int *found = si_map_find(m, k ? &k : 0);
        CHECK(found && *found == i);
        m = si_map_remove(m, &k);
        si_release(k, si_str_free);
    }
    CHECK(m->len == 0 && is(si_map_str(m), "{}"));
    si_release(m, si_map_free);

    /* The same entries in another order are equal, and text shows the order of insertion. */
    si_map *a = si_map_new(&si_t_char, &si_t_byte, 0), *b = si_map_new(&si_t_char, &si_t_byte, 100);
    for (int i = 0; i < 26; i++) {
        si_char c = (si_char)('a' + i), d = (si_char)('z' - i);
        si_byte x = (si_byte)i, y = (si_byte)(25 - i);
        a = si_map_put(a, &c, &x, &si_t_char, &si_t_byte);
        b = si_map_put(b, &d, &y, &si_t_char, &si_t_byte);
    }
    CHECK(si_map_eq(a, b));
    si_char c = 'q';
    a = si_map_remove(a, &c);
    CHECK(!si_map_eq(a, b));
    for (c = 'd'; c <= 'z'; c++) a = si_map_remove(a, &c);
    CHECK(is(si_map_str(a), "{a: 0, b: 1, c: 2}"));
    si_list *keys = si_map_keys(a, &si_t_char), *values = si_map_values(a, &si_t_byte);
    CHECK(is(si_list_str(keys), "[a, b, c]") && is(si_list_str(values), "[0, 1, 2]"));
    si_release(keys, si_list_free);
    si_release(values, si_list_free);
    si_release(a, si_map_free);
    si_release(b, si_map_free);
    return 0;
}

int main(int argc, char **argv) {
    return si_main(argc, argv, entry);
}
