
/* --- values behind pointers --- */

static void retain_all(const si_type *t, char *values, si_int n) {
    if (t->retain)
        for (si_int i = 0; i < n; i++) t->retain(values + i * t->size);
}
static void release_all(const si_type *t, char *values, si_int n) {
    if (t->release)
        for (si_int i = 0; i < n; i++) t->release(values + i * t->size);
}

/* --- lists --- */

si_list si_empty_list = {SI_IMMORTAL, 0, 0, NULL, NULL, NULL};

si_list *si_list_new(const si_type *elem, si_int cap) {
    if (cap <= 0) return &si_empty_list;
    si_list *xs = si_alloc(sizeof *xs + check_mul((si_word)cap, (si_word)elem->size));
    xs->rc = 1;
    xs->len = 0;
    xs->cap = cap;
    xs->elem = elem;
    xs->owner = NULL;
    xs->data = (char *)(xs + 1);
    return xs;
}

void si_list_free(void *p) {
    si_list *xs = p;
    if (xs->owner)
        si_release(xs->owner, si_list_free);
    else
        release_all(xs->elem, xs->data, xs->len);
    free(xs);
}

/* Elements may be changed and moved out of: nobody else sees them. */
static int is_unique(const si_list *xs) {
    return si_is_only(xs) && !xs->owner;
}

/* A copy with other room; releases the original. */
static si_list *list_copy(si_list *xs, const si_type *elem, si_int cap) {
    si_list *copy = si_list_new(elem, cap);
    if (xs->len) {
        memcpy(copy->data, xs->data, (size_t)(xs->len * elem->size));
        copy->len = xs->len;
        retain_all(elem, copy->data, copy->len);
    }
    si_release(xs, si_list_free);
    return copy;
}

static si_list *list_own(si_list *xs) {
    return xs->len == 0 || is_unique(xs) ? xs : list_copy(xs, xs->elem, xs->len);
}

si_list *si_list_unshare(si_list *xs) {
    return list_own(xs);
}

static si_list *list_reserve(si_list *xs, const si_type *elem, si_int need) {
    if (is_unique(xs) && need <= xs->cap) return xs;
    si_int cap = need + need / 2;
    if (cap < 4) cap = 4;
    if (!is_unique(xs)) return list_copy(xs, elem, cap);
    xs = resize(xs, sizeof *xs + check_mul((si_word)cap, (si_word)elem->size));
    xs->cap = cap;
    xs->data = (char *)(xs + 1);
    return xs;
}

si_list *si_list_grow(si_list *xs, const si_type *elem) {
    return list_reserve(xs, elem, xs->len + 1);
}

si_list *si_list_push(si_list *xs, const void *x, const si_type *elem) {
    xs = si_list_room(xs, elem);
    memcpy(xs->data + xs->len++ * elem->size, x, (size_t)elem->size);
    return xs;
}

si_list *si_list_pop(si_list *xs) {
    if (xs->len == 0) return xs;
    if (!is_unique(xs)) return si_list_slice(xs, 0, xs->len - 1);
    xs->len--;
    release_all(xs->elem, xs->data + xs->len * xs->elem->size, 1);
    return xs;
}

/* Shorter slices are copied: a view keeps the whole list alive, and the header costs as much. */
enum { VIEW_MIN = 8 };

si_list *si_list_slice(si_list *xs, si_int from, si_int to) {
    if (from < 0) from = 0;
    if (to > xs->len) to = xs->len;
    if (from >= to) {
        si_release(xs, si_list_free);
        return &si_empty_list;
    }
    if (from == 0 && to == xs->len) return xs;
    const si_type *elem = xs->elem;
    if (is_unique(xs) && (from == 0 || to - from < VIEW_MIN)) {
        release_all(elem, xs->data, from);
        release_all(elem, xs->data + to * elem->size, xs->len - to);
        memmove(xs->data, xs->data + from * elem->size, (size_t)((to - from) * elem->size));
        xs->len = to - from;
        return xs;
    }
    if (si_is_only(xs) && xs->owner) {
        xs->data += from * elem->size;
        xs->len = to - from;
        return xs;
    }
    si_list *part;
    if (to - from < VIEW_MIN) {
        part = si_list_new(elem, to - from);
        memcpy(part->data, xs->data + from * elem->size, (size_t)((to - from) * elem->size));
        part->len = to - from;
        retain_all(elem, part->data, part->len);
    } else {
        part = si_alloc(sizeof *part);
        part->rc = 1;
        part->len = to - from;
        part->cap = 0;
        part->elem = elem;
        part->owner = xs->owner ? xs->owner : xs;
        part->data = xs->data + from * elem->size;
        si_retain(part->owner);
    }
    si_release(xs, si_list_free);
    return part;
}

si_list *si_list_concat(si_list *a, const si_list *b) {
    if (b->len == 0) return a;
    if (a->len == 0) {
        si_release(a, si_list_free);
        si_retain((void *)b);
        return (si_list *)b;
    }
    const si_type *elem = b->elem;
    si_int n = b->len;
    /* If a and b are one object it has two owners, so a is copied and b stays whole. */
    a = list_reserve(a, elem, a->len + n);
    memcpy(a->data + a->len * elem->size, b->data, (size_t)(n * elem->size));
    retain_all(elem, a->data + a->len * elem->size, n);
    a->len += n;
    return a;
}

si_list *si_list_set(si_list *xs, si_int i, const void *x, const si_where *w, si_pos pos) {
    si_list_at(xs, i, w, pos);
    xs = list_own(xs);
    release_all(xs->elem, xs->data + i * xs->elem->size, 1);
    memcpy(xs->data + i * xs->elem->size, x, (size_t)xs->elem->size);
    return xs;
}

static void swap_bytes(char *a, char *b, si_int n) {
    for (si_int i = 0; i < n; i++) {
        char c = a[i];
        a[i] = b[i];
        b[i] = c;
    }
}

si_list *si_list_reverse(si_list *xs) {
    if (xs->len < 2) return xs;
    xs = list_own(xs);
    si_int size = xs->elem->size;
    char *lo = xs->data, *hi = xs->data + (xs->len - 1) * size;
    if (size == 8) {
        for (; lo < hi; lo += 8, hi -= 8) {
            si_word a, b;
            memcpy(&a, lo, 8);
            memcpy(&b, hi, 8);
            memcpy(lo, &b, 8);
            memcpy(hi, &a, 8);
        }
    } else {
        for (; lo < hi; lo += size, hi -= size) swap_bytes(lo, hi, size);
    }
    return xs;
}

/* Merges the sorted halves of 2 * `half` or fewer values; the left one wins among equals. */
static void merge_halves(char *from, char *to, si_int left, si_int n, const si_type *t) {
    si_int size = t->size, i = 0, j = left;
    while (i < left && j < n) {
        char *a = from + i * size, *b = from + j * size;
        int take_right = t->cmp(b, a) < 0;
        memcpy(to, take_right ? b : a, (size_t)size);
        to += size;
        if (take_right)
            j++;
        else
            i++;
    }
    memcpy(to, from + i * size, (size_t)((left - i) * size));
    to += (left - i) * size;
    memcpy(to, from + j * size, (size_t)((n - j) * size));
}

static void insertion_sort(char *values, si_int n, const si_type *t, char *one) {
    si_int size = t->size;
    for (si_int i = 1; i < n; i++) {
        si_int j = i;
        while (j > 0 && t->cmp(values + i * size, values + (j - 1) * size) < 0) j--;
        if (j == i) continue;
        memcpy(one, values + i * size, (size_t)size);
        memmove(values + (j + 1) * size, values + j * size, (size_t)((i - j) * size));
        memcpy(values + j * size, one, (size_t)size);
    }
}

/* Stable merge sort, bottom up from short runs sorted by insertion. The values move between two arrays, each always
   complete in one of them, and what they refer to is never touched. */
si_list *si_list_sort(si_list *xs, const si_type *elem) {
    enum { RUN = 8 };
    if (xs->len < 2) return xs;
    xs = list_own(xs);
    si_int n = xs->len, size = elem->size;
    char *from = xs->data, *spare = si_alloc(check_mul((si_word)n, (si_word)size)), *to = spare;
    for (si_int i = 0; i < n; i += RUN) insertion_sort(from + i * size, n - i < RUN ? n - i : RUN, elem, to);
    for (si_int width = RUN; width < n; width *= 2) {
        for (si_int i = 0; i < n; i += 2 * width) {
            si_int m = n - i < 2 * width ? n - i : 2 * width;
            merge_halves(from + i * size, to + i * size, m < width ? m : width, m, elem);
        }
        char *swap = from;
        from = to;
        to = swap;
    }
    if (from != xs->data) memcpy(xs->data, from, (size_t)(n * size));
    free(spare);
    return xs;
}

si_int si_list_sum_int(const si_list *xs, const si_where *w, si_pos pos) {
    si_int sum = 0;
    for (si_int i = 0; i < xs->len; i++) sum = si_add(sum, ((const si_int *)xs->data)[i], w, pos);
    return sum;
}
double si_list_sum_float(const si_list *xs) {
    double sum = 0;
    for (si_int i = 0; i < xs->len; i++) sum += ((const double *)xs->data)[i];
    return sum;
}

_Bool si_list_eq(const si_list *a, const si_list *b) {
    if (a->len != b->len) return 0;
    for (si_int i = 0; i < a->len; i++)
        if (!a->elem->eq(a->data + i * a->elem->size, b->data + i * a->elem->size)) return 0;
    return 1;
}
int si_list_cmp(const si_list *a, const si_list *b) {
    for (si_int i = 0; i < a->len && i < b->len; i++) {
        int order = a->elem->cmp(a->data + i * a->elem->size, b->data + i * a->elem->size);
        if (order) return order;
    }
    return si_int_cmp(a->len, b->len);
}
void si_show_list(si_buf *b, const si_list *xs) {
    si_show_bytes(b, "[", 1);
    for (si_int i = 0; i < xs->len; i++) {
        if (i) si_show_bytes(b, ", ", 2);
        xs->elem->show(b, xs->data + i * xs->elem->size);
    }
    si_show_bytes(b, "]", 1);
}

/* --- ranges --- */

static si_int surrogates_below(si_int c) {
    return c <= 0xD800 ? 0 : c >= 0xE000 ? 0x800 : c - 0xD800;
}

si_int si_range_len(si_range r, const si_type *elem, const si_where *w, si_pos pos) {
    if (si_range_is_empty(r)) return 0;
    si_int last = si_range_last(r);
    si_word n = (si_word)last - (si_word)r.lo;
    if (n >= (1ULL << 63) - 1) si_panic_overflow(w, pos);
    si_int len = (si_int)n + 1;
    return elem == &si_t_char ? len - surrogates_below(last) + surrogates_below(r.lo) : len;
}
_Bool si_range_contains(si_range r, si_int x) {
    return x >= r.lo && (r.closed ? x <= r.hi : x < r.hi);
}

static si_int range_value(const si_type *elem, si_int dense) {
    return elem == &si_t_char && dense >= 0xD800 ? dense + 0x800 : dense;
}

/* Chars are numbered densely first, so that steps skip the surrogates. */
si_list *si_range_step_by(si_range r, si_int k, const si_type *elem, const si_where *w, si_pos pos) {
    if (k == 0) si_panic_c("step_by: step is zero", w, pos);
    si_list *xs = si_list_new(elem, 0);
    if (elem == &si_t_char) {
        r.lo -= surrogates_below(r.lo);
        r.hi -= surrogates_below(r.hi);
    }
    for (si_int i = r.lo; k > 0 ? i < r.hi : i > r.hi;) {
    last:
        xs = si_list_room(xs, elem);
        si_int x = range_value(elem, i);
        if (elem->size == 8)
            ((si_int *)xs->data)[xs->len++] = x;
        else if (elem->size == 4)
            ((si_char *)xs->data)[xs->len++] = (si_char)x;
        else
            ((si_byte *)xs->data)[xs->len++] = (si_byte)x;
        if (i == r.hi) break;
        /* The distance left, as a word, cannot overflow. */
        si_word left = k > 0 ? (si_word)r.hi - (si_word)i : (si_word)i - (si_word)r.hi;
        si_word step = k > 0 ? (si_word)k : 0 - (si_word)k;
        if (step > left) break;
        i = (si_int)((si_word)i + (si_word)k);
        if (i == r.hi) {
            if (!r.closed) break;
            goto last;
        }
    }
    if (xs->len == 0 && r.closed && r.lo == r.hi) {
        si_int x = range_value(elem, r.lo);
        si_char c = (si_char)x;
        si_byte byte = (si_byte)x;
        xs = si_list_push(xs, elem->size == 8 ? (void *)&x : elem->size == 4 ? (void *)&c : (void *)&byte, elem);
    }
    return xs;
}

void si_show_range(si_buf *b, si_range r) {
    si_show_int(b, r.lo);
    si_show_bytes(b, "..=", r.closed ? 3 : 2);
    si_show_int(b, r.hi);
}
void si_show_char_range(si_buf *b, si_range r) {
    si_show_char(b, (si_char)r.lo);
    si_show_bytes(b, "..=", r.closed ? 3 : 2);
    si_show_char(b, (si_char)r.hi);
}
si_int si_range_hash(si_range r) {
    return si_hash_mix(si_hash_mix(si_hash_int(r.lo), r.hi), r.closed);
}
