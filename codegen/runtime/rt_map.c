
/* --- maps --- */

/* Entries stand in insertion order; a removed one keeps its place with hash 0 until the next rebuild. Up to
   SMALL_MAP of them are searched in line; beyond that `index` is an open addressing table of entry numbers + 1,
   probed linearly, never more than half full. */
enum { SMALL_MAP = 8 };

static si_word *entry_hash(const si_map *m, si_int i) {
    return (si_word *)(void *)(m->entries + i * m->stride);
}

static si_int round_up(si_int n, si_int size) {
    si_int align = size & -size; /* of a type: its size is a multiple of its alignment */
    if (align > 8 || align == 0) align = 8;
    return (n + align - 1) & -align;
}

static si_map *map_alloc(const si_type *key, const si_type *val, si_int cap) {
    si_map *m = si_alloc(sizeof *m);
    m->rc = 1;
    m->len = m->used = 0;
    m->cap = cap;
    m->key = key;
    m->val = val;
    m->val_at = round_up(8 + key->size, val->size);
    m->stride = round_up(m->val_at + val->size, 8);
    m->entries = cap ? si_alloc(check_mul((si_word)cap, (si_word)m->stride)) : NULL;
    m->index = NULL;
    m->mask = 0;
    return m;
}

static void map_index_one(si_map *m, si_int i) {
    si_word at = *entry_hash(m, i) & m->mask;
    while (m->index[at]) at = (at + 1) & m->mask;
    m->index[at] = (unsigned)i + 1;
}

/* Makes the table for `cap` entries and enters those that are there. */
static void map_index(si_map *m) {
    free(m->index);
    m->index = NULL;
    m->mask = 0;
    if (m->cap <= SMALL_MAP) return;
    if (m->cap > 0x7FFFFFFF) out_of_memory();
    si_word slots = 16;
    while (slots < 2 * (si_word)m->cap) slots *= 2;
    m->index = si_alloc(slots * sizeof *m->index);
    memset(m->index, 0, slots * sizeof *m->index);
    m->mask = slots - 1;
    for (si_int i = 0; i < m->used; i++)
        if (*entry_hash(m, i)) map_index_one(m, i);
}

si_map *si_map_new(const si_type *key, const si_type *val, si_int cap) {
    si_map *m = map_alloc(key, val, cap < 0 ? 0 : cap);
    map_index(m);
    return m;
}

void si_map_free(void *p) {
    si_map *m = p;
    if (m->key->release || m->val->release) {
        for (si_int i = 0; i < m->used; i++) {
            if (!*entry_hash(m, i)) continue;
            release_all(m->key, si_map_key(m, i), 1);
            release_all(m->val, si_map_val(m, i), 1);
        }
    }
    free(m->entries);
    free(m->index);
    free(m);
}

/* Most parts of entries are a word, for which a call would be too much. */
static inline void copy_part(void *to, const void *from, si_int size) {
    if (size == 8)
        memcpy(to, from, 8);
    else
        memcpy(to, from, (size_t)size);
}

/* Strings are by far the most frequent keys, and calls through pointers cost as much as their short searches. */
static _Bool has_str_keys(const si_map *m) {
    return m->key == &si_t_str;
}
static inline _Bool key_eq(const si_map *m, const void *a, const void *b) {
    return has_str_keys(m) ? si_str_eq(pointer_at(a), pointer_at(b)) : m->key->eq(a, b);
}

/* A hash of a live entry is never 0. */
static inline si_word map_hash(const si_map *m, const void *k) {
    si_int hash = has_str_keys(m) ? si_str_hash(pointer_at(k)) : m->key->hash(k);
    return (si_word)si_hash_int(hash) | 1ULL << 63;
}

/* The entry that was found last: who counts things looks a key up and then puts it. Only a guess, as the map may have
   changed since or be another one by now. */
static SI_THREAD struct {
    const si_map *map;
    si_int entry;
} found;

/* The entry with this key, if the guess is right. Only where nobody can tell how often keys are compared. */
static si_int guess_entry(const si_map *m, const void *k) {
    if (found.map != m || found.entry >= m->used || !*entry_hash(m, found.entry)) return -1;
    if (m->key != &si_t_str && m->key != &si_t_int) return -1;
    return key_eq(m, si_map_key(m, found.entry), k) ? found.entry : -1;
}

/* Place in the index of the entry with this key, or of the free slot where it belongs; for a small map the entry's
   number, or -1. */
static si_int map_search(const si_map *m, const void *k, si_word hash, si_int *entry) {
    *entry = -1;
    if (!m->index) {
        for (si_int i = 0; i < m->used; i++) {
            if (*entry_hash(m, i) == hash && key_eq(m, si_map_key(m, i), k)) {
                *entry = i;
                break;
            }
        }
        return 0;
    }
    si_word at = hash & m->mask;
    for (; m->index[at]; at = (at + 1) & m->mask) {
        si_int i = (si_int)m->index[at] - 1;
        if (*entry_hash(m, i) == hash && key_eq(m, si_map_key(m, i), k)) {
            *entry = i;
            break;
        }
    }
    return (si_int)at;
}

/* A copy without removed entries and room for `cap`; releases the original. */
static si_map *map_copy(si_map *m, si_int cap) {
    si_map *copy = map_alloc(m->key, m->val, cap);
    for (si_int i = 0; i < m->used; i++) {
        if (!*entry_hash(m, i)) continue;
        memcpy(copy->entries + copy->used * copy->stride, m->entries + i * m->stride, (size_t)m->stride);
        retain_all(m->key, si_map_key(copy, copy->used), 1);
        retain_all(m->val, si_map_val(copy, copy->used), 1);
        copy->used++;
    }
    copy->len = copy->used;
    map_index(copy);
    si_release(m, si_map_free);
    return copy;
}

/* Drops removed entries of a unique map, then gives it room for `cap`. */
static void map_rebuild(si_map *m, si_int cap) {
    si_int used = 0;
    for (si_int i = 0; i < m->used; i++) {
        if (!*entry_hash(m, i)) continue;
        if (used != i) memcpy(m->entries + used * m->stride, m->entries + i * m->stride, (size_t)m->stride);
        used++;
    }
    m->used = used;
    if (cap > m->cap) {
        m->entries = resize(m->entries, check_mul((si_word)cap, (si_word)m->stride));
        m->cap = cap;
    }
    map_index(m);
}

si_map *si_map_put(si_map *m, void *k, void *v, const si_type *key, const si_type *val) {
    (void)key;
    if (!si_is_only(m)) m = map_copy(m, m->len + m->len / 2 + 4);
    si_word hash = 0;
    si_int slot = 0, entry = guess_entry(m, k);
    if (entry < 0) {
        hash = map_hash(m, k);
        slot = map_search(m, k, hash, &entry);
    }
    if (entry >= 0) { /* the old key stays */
        release_all(m->key, k, 1);
        release_all(val, si_map_val(m, entry), 1);
        copy_part(si_map_val(m, entry), v, val->size);
        return m;
    }
    if (m->used == m->cap) {
        map_rebuild(m, m->len >= m->cap - m->cap / 4 ? m->cap + m->cap / 2 + 4 : m->cap);
        slot = map_search(m, k, hash, &entry);
    }
    si_int i = m->used++;
    *entry_hash(m, i) = hash;
    copy_part(si_map_key(m, i), k, m->key->size);
    copy_part(si_map_val(m, i), v, val->size);
    if (m->index) m->index[slot] = (unsigned)i + 1;
    m->len++;
    return m;
}

si_map *si_map_put_all(si_map *m, si_int n, void *keys, void *vals, const si_type *key, const si_type *val) {
    for (si_int i = 0; i < n; i++)
        m = si_map_put(m, (char *)keys + i * key->size, (char *)vals + i * val->size, key, val);
    return m;
}

void *si_map_find(const si_map *m, const void *k) {
    si_int entry;
    if (m->len == 0) return NULL;
    map_search(m, k, map_hash(m, k), &entry);
    if (entry < 0) return NULL;
    found.map = m;
    found.entry = entry;
    return si_map_val(m, entry);
}

_Bool si_map_has(const si_map *m, const void *k) {
    return si_map_find(m, k) != NULL;
}

si_map *si_map_remove(si_map *m, const void *k) {
    if (!si_map_has(m, k)) return m;
    if (!si_is_only(m)) m = map_copy(m, m->len);
    si_int entry;
    map_search(m, k, map_hash(m, k), &entry);
    release_all(m->key, si_map_key(m, entry), 1);
    release_all(m->val, si_map_val(m, entry), 1);
    *entry_hash(m, entry) = 0;
    m->len--;
    if (m->used > 16 && m->len < m->used / 4) map_rebuild(m, m->cap);
    return m;
}

static si_list *map_parts(const si_map *m, const si_type *t, si_int at) {
    si_list *xs = si_list_new(t, m->len);
    for (si_int i = 0; i < m->used; i++) {
        if (!*entry_hash(m, i)) continue;
        memcpy(xs->data + xs->len++ * t->size, m->entries + i * m->stride + at, (size_t)t->size);
    }
    retain_all(t, xs->data, xs->len);
    return xs;
}
si_list *si_map_keys(const si_map *m, const si_type *key) {
    return map_parts(m, key, 8);
}
si_list *si_map_values(const si_map *m, const si_type *val) {
    return map_parts(m, val, m->val_at);
}

_Bool si_map_eq(const si_map *a, const si_map *b) {
    if (a->len != b->len) return 0;
    for (si_int i = 0; i < a->used; i++) {
        if (!*entry_hash(a, i)) continue;
        si_int entry;
        map_search(b, si_map_key(a, i), *entry_hash(a, i), &entry);
        if (entry < 0 || !a->val->eq(si_map_val(a, i), si_map_val(b, entry))) return 0;
    }
    return 1;
}

void si_show_map(si_buf *b, const si_map *m) {
    int first = 1;
    si_show_bytes(b, "{", 1);
    for (si_int i = 0; i < m->used; i++) {
        if (!*entry_hash(m, i)) continue;
        if (!first) si_show_bytes(b, ", ", 2);
        first = 0;
        m->key->show(b, si_map_key(m, i));
        si_show_bytes(b, ": ", 2);
        m->val->show(b, si_map_val(m, i));
    }
    si_show_bytes(b, "}", 1);
}

/* --- descriptors of the built-in types --- */

#define EQ(type, name, is_equal)                                                                                       \
    static _Bool name##_eq(const void *p, const void *q) {                                                             \
        type a = *(type const *)p;                                                                                     \
        type b = *(type const *)q;                                                                                     \
        return is_equal;                                                                                               \
    }
#define CMP(type, name, order)                                                                                         \
    static int name##_cmp(const void *p, const void *q) {                                                              \
        type a = *(type const *)p;                                                                                     \
        type b = *(type const *)q;                                                                                     \
        return order;                                                                                                  \
    }
#define HASH(type, name, hash)                                                                                         \
    static si_int name##_hash(const void *p) {                                                                         \
        type a = *(type const *)p;                                                                                     \
        return hash;                                                                                                   \
    }
#define SHOW(type, name, show)                                                                                         \
    static void name##_show(si_buf *b, const void *p) {                                                                \
        show(b, *(type const *)p);                                                                                     \
    }
#define SCALAR(type, name, show)                                                                                       \
    EQ(type, name, a == b)                                                                                             \
    CMP(type, name, si_int_cmp(a, b))                                                                                  \
    HASH(type, name, si_hash_int(a))                                                                                   \
    SHOW(type, name, show)

static void show_unit(si_buf *b, si_unit x) {
    (void)x;
    si_show_bytes(b, "()", 2);
}

SCALAR(si_int, t_int, si_show_int)
SCALAR(_Bool, t_bool, si_show_bool)
SCALAR(si_char, t_char, si_show_char)
SCALAR(si_byte, t_byte, si_show_int)
SCALAR(si_unit, t_unit, show_unit)
SHOW(si_int, t_duration, si_show_duration)
SHOW(si_int, t_size, si_show_size)
EQ(double, t_float, a == b)
CMP(double, t_float, si_float_cmp(a, b))
SHOW(double, t_float, si_show_float)
EQ(si_str *, t_str, si_str_eq(a, b))
CMP(si_str *, t_str, si_str_cmp(a, b))
HASH(si_str *, t_str, si_str_hash(a))
SHOW(si_str *, t_str, si_show_str)
EQ(si_list *, t_list, si_list_eq(a, b))
CMP(si_list *, t_list, si_list_cmp(a, b))
SHOW(si_list *, t_list, si_show_list)
EQ(si_map *, t_map, si_map_eq(a, b))
SHOW(si_map *, t_map, si_show_map)
EQ(si_range, t_range, si_range_eq(a, b))
HASH(si_range, t_range, si_range_hash(a))
SHOW(si_range, t_range, si_show_range)
SHOW(si_range, t_char_range, si_show_char_range)

static void t_str_release(void *p) {
    si_release(pointer_at(p), si_str_free);
}
static void t_list_release(void *p) {
    si_release(pointer_at(p), si_list_free);
}
static void t_map_release(void *p) {
    si_release(pointer_at(p), si_map_free);
}
static void t_fn_release(void *p) {
    si_release(pointer_at(p), si_fn_free);
}

const si_type si_t_int = {8, NULL, NULL, t_int_eq, t_int_cmp, t_int_hash, t_int_show};
const si_type si_t_float = {8, NULL, NULL, t_float_eq, t_float_cmp, NULL, t_float_show};
const si_type si_t_bool = {sizeof(_Bool), NULL, NULL, t_bool_eq, t_bool_cmp, t_bool_hash, t_bool_show};
const si_type si_t_char = {sizeof(si_char), NULL, NULL, t_char_eq, t_char_cmp, t_char_hash, t_char_show};
const si_type si_t_byte = {1, NULL, NULL, t_byte_eq, t_byte_cmp, t_byte_hash, t_byte_show};
const si_type si_t_unit = {1, NULL, NULL, t_unit_eq, t_unit_cmp, t_unit_hash, t_unit_show};
const si_type si_t_duration = {8, NULL, NULL, t_int_eq, t_int_cmp, t_int_hash, t_duration_show};
const si_type si_t_size = {8, NULL, NULL, t_int_eq, t_int_cmp, t_int_hash, t_size_show};
const si_type si_t_str = {sizeof(void *), retain_pointer, t_str_release, t_str_eq, t_str_cmp, t_str_hash, t_str_show};
const si_type si_t_list = {sizeof(void *), retain_pointer, t_list_release, t_list_eq, t_list_cmp, NULL, t_list_show};
const si_type si_t_map = {sizeof(void *), retain_pointer, t_map_release, t_map_eq, NULL, NULL, t_map_show};
const si_type si_t_fn = {sizeof(void *), retain_pointer, t_fn_release, NULL, NULL, NULL, NULL};
const si_type si_t_range_int = {sizeof(si_range), NULL, NULL, t_range_eq, NULL, t_range_hash, t_range_show};
const si_type si_t_range_byte = {sizeof(si_range), NULL, NULL, t_range_eq, NULL, t_range_hash, t_range_show};
const si_type si_t_range_char = {sizeof(si_range), NULL, NULL, t_range_eq, NULL, t_range_hash, t_char_range_show};
