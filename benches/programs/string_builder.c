#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *text;
static size_t length, room;

static void append(const char *piece, size_t size) {
    if (length + size > room) text = realloc(text, room = (length + size) * 2);
    memcpy(text + length, piece, size);
    length += size;
}

int main(void) {
    for (long i = 0; i < 1000000; i++) {
        char digits[24];
        append(digits, (size_t)sprintf(digits, "%ld", i % 1000));
        append(":", 1);
        append("piece ", 6);
    }
    printf("%zu\n%.*s\n", length, 20, text + length - 20);
    free(text);
}
