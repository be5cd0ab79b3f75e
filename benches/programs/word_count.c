#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    char *word;
    size_t length;
    unsigned long hash;
    long times;
} Entry;

static Entry *entries;
static size_t count, capacity;
static unsigned *table;
static size_t mask;

static void grow(void) {
    capacity = capacity ? capacity * 2 : 1024;
    entries = realloc(entries, capacity * sizeof *entries);
    mask = capacity * 2 - 1;
    free(table);
    table = calloc(mask + 1, sizeof *table);
    for (size_t i = 0; i < count; i++) {
        size_t at = entries[i].hash & mask;
        while (table[at]) at = (at + 1) & mask;
        table[at] = (unsigned)i + 1;
    }
}

static void add(const char *word, size_t length) {
    unsigned long hash = 14695981039346656037UL;
    for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)word[i]) * 1099511628211UL;
    hash ^= hash >> 32;
    if (count == capacity) grow();
    size_t at = hash & mask;
    for (; table[at]; at = (at + 1) & mask) {
        Entry *entry = &entries[table[at] - 1];
        if (entry->hash == hash && entry->length == length && memcmp(entry->word, word, length) == 0) {
            entry->times++;
            return;
        }
    }
    char *copy = malloc(length + 1);
    memcpy(copy, word, length);
    copy[length] = 0;
    entries[count++] = (Entry){copy, length, hash, 1};
    table[at] = (unsigned)count;
}

int main(void) {
    size_t length = 0, room = 1 << 16;
    char *text = malloc(room);
    for (size_t n; (n = fread(text + length, 1, room - length, stdin)) > 0;) {
        length += n;
        if (length == room) text = realloc(text, room *= 2);
    }
    for (size_t at = 0; at < length;) {
        char *newline = memchr(text + at, '\n', length - at);
        size_t end = newline ? (size_t)(newline - text) : length;
        for (;;) {
            char *space = memchr(text + at, ' ', end - at);
            size_t stop = space ? (size_t)(space - text) : end;
            add(text + at, stop - at);
            at = stop + 1;
            if (!space) break;
        }
        at = end + 1;
    }
    long total = 0;
    Entry *best = entries;
    for (size_t i = 0; i < count; i++) {
        total += entries[i].times;
        if (entries[i].times > best->times) best = &entries[i];
    }
    printf("%ld words, %zu different\n%s %ld\n", total, count, best->word, best->times);
}
