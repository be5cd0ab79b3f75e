#include <stdio.h>
#include <string.h>

#define SIZE 10

static long flips(const long *order) {
    long stack[SIZE], count = 0;
    memcpy(stack, order, sizeof stack);
    for (;;) {
        long first = stack[0];
        if (first == 0) return count;
        for (long low = 0, high = first; low < high; low++, high--) {
            long a = stack[low];
            stack[low] = stack[high];
            stack[high] = a;
        }
        count++;
    }
}

int main(void) {
    long order[SIZE], turns[SIZE] = {0};
    for (long i = 0; i < SIZE; i++) order[i] = i;
    long sum = flips(order), most = sum, sign = -1, level = 1;
    while (level < SIZE) {
        if (turns[level] < level) {
            long other = level % 2 == 0 ? 0 : turns[level], a = order[level];
            order[level] = order[other];
            order[other] = a;
            long count = flips(order);
            sum += sign * count;
            if (count > most) most = count;
            sign = -sign;
            turns[level]++;
            level = 1;
        } else {
            turns[level++] = 0;
        }
    }
    printf("%ld\n%ld\n", sum, most);
}
