#include <stdio.h>
#include <stdlib.h>

typedef struct {
    long key, value;
} Entry;

static Entry *entries;
static size_t count, capacity;
static unsigned *table;
static size_t mask;

static size_t slot(long key) {
    unsigned long hash = (unsigned long)key * 0x9e3779b97f4a7c15UL;
    size_t at = (hash ^ hash >> 32) & mask;
    while (table[at] && entries[table[at] - 1].key != key) at = (at + 1) & mask;
    return at;
}

static void insert(long key, long value) {
    if (count == capacity) {
        capacity = capacity ? capacity * 2 : 1024;
        entries = realloc(entries, capacity * sizeof *entries);
        mask = capacity * 2 - 1;
        free(table);
        table = calloc(mask + 1, sizeof *table);
        for (size_t i = 0; i < count; i++) table[slot(entries[i].key)] = (unsigned)i + 1;
    }
    size_t at = slot(key);
    if (table[at]) {
        entries[table[at] - 1].value = value;
        return;
    }
    entries[count++] = (Entry){key, value};
    table[at] = (unsigned)count;
}

static long get(long key, long other) {
    size_t at = slot(key);
    return table[at] ? entries[table[at] - 1].value : other;
}

int main(void) {
    long key = 42, sum = 0;
    for (long i = 0; i < 1000000; i++) {
        key = (key * 1103515245 + 12345) % 2147483648;
        insert(key, i);
    }
    printf("%zu\n", count);
    key = 42;
    for (long i = 0; i < 1000000; i++) {
        key = (key * 1103515245 + 12345) % 2147483648;
        sum += get(key, 0) % 1000 + get(key + 1, 1);
    }
    printf("%ld\n", sum);
}
