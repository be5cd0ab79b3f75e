/* Tasks side by side: shared values, panics, many more tasks than threads, tasks within tasks. */
#include "common.h"

static si_list *words;
static si_map *table;

typedef struct sum {
    si_int n;
    int depth;
} sum;

static void share(void *p) {
    sum *s = p;
    for (int i = 0; i < 300; i++) {
        si_retain(words);
        si_list *own = si_list_push(words, &(si_str *){text("more")}, &si_t_str);
        si_str *first = ((si_str **)(void *)own->data)[0];
        si_retain(first);
        si_str *longer = si_str_concat(first, ((si_str **)(void *)own->data)[1]);
        s->n += own->len + si_str_len(longer) + *(si_int *)si_map_find(table, &((si_str **)(void *)own->data)[1]);
        si_release(longer, si_str_free);
        si_release(own, si_list_free);
    }
}

static void nest(void *p) {
    sum *s = p;
    if (s->depth == 0) return share(p);
    sum sums[2] = {{0, s->depth - 1}, {0, s->depth - 1}};
    si_caught caught[2] = {{NULL, NULL, NULL}, {NULL, NULL, NULL}};
    si_task tasks[2] = {{nest, &sums[0], &caught[0]}, {nest, &sums[1], &caught[1]}};
    si_run_all(tasks, 2);
    s->n = sums[0].n + sums[1].n;
}

typedef struct counter {
    si_fn fn;
    si_int n;
} counter;

static void count(void *f, void *place) {
    counter *c = f;
    if (c->n < 0) si_panic_c("negative", AT);
    *(si_str **)place = si_int_str(c->n);
}

static si_list *counters(int n, int failing) {
    si_list *tasks = si_list_new(&si_t_fn, 0);
    for (int i = 0; i < n; i++) {
        counter *c = si_alloc(sizeof *c);
        c->fn.rc = 1;
        c->fn.drop = NULL;
        c->n = i == failing ? -1 : i;
        tasks = si_list_push(tasks, &c, &si_t_fn);
    }
    return tasks;
}

static void fail(void *p) {
    si_release(si_run_tasks(p, 5, count, &si_t_str), si_list_free);
}

static int entry(void) {
    words = si_list_push(si_list_new(&si_t_str, 0), &(si_str *){text("h\xC3\xA9llo and so on and on and on")}, &si_t_str);
    words = si_list_push(words, &(si_str *){text("key")}, &si_t_str);
    si_int seven = 7;
    table = si_map_put(si_map_new(&si_t_str, &si_t_int, 0), &(si_str *){text("key")}, &seven, &si_t_str, &si_t_int);

    sum all = {0, 4};
    nest(&all);
    CHECK(all.n == 16 * 300 * (3 + 32 + 7));
    CHECK(words->rc == 1 && words->len == 2);

    for (si_int most = 1; most < 4; most++) {
        si_list *tasks = counters(500, -1), *values = si_run_tasks(tasks, most, count, &si_t_str);
        for (int i = 0; i < 500; i++) {
            si_str *s = ((si_str **)(void *)values->data)[i];
            CHECK(si_int_of_str(s, AT) == i);
        }
        si_release(values, si_list_free);
        si_release(tasks, si_list_free);
    }
    si_list *tasks = counters(100, 50);
    si_caught caught = {NULL, NULL, NULL};
    si_protect(&caught, fail, tasks);
    CHECK(caught.line && is(caught.msg, "negative"));
    si_release(caught.line, si_str_free);
    si_release(tasks, si_list_free);
    si_release(words, si_list_free);
    si_release(table, si_map_free);
    return 0;
}

int main(int argc, char **argv) {
    return si_main(argc, argv, entry);
}
