#include <stdio.h>
#include <stdlib.h>

typedef struct Tree {
    struct Tree *a, *b;
} Tree;

static Tree *build(int depth) {
    Tree *tree = malloc(sizeof *tree);
    tree->a = depth == 0 ? NULL : build(depth - 1);
    tree->b = depth == 0 ? NULL : build(depth - 1);
    return tree;
}

static long count(const Tree *tree) { return tree == NULL ? 0 : 1 + count(tree->a) + count(tree->b); }

static void drop(Tree *tree) {
    if (tree == NULL) return;
    drop(tree->a);
    drop(tree->b);
    free(tree);
}

int main(void) {
    Tree *long_lived = build(15);
    for (int depth = 4; depth <= 15; depth += 2) {
        long rounds = 1L << (19 - depth), sum = 0;
        for (long round = 0; round < rounds; round++) {
            Tree *tree = build(depth);
            sum += count(tree);
            drop(tree);
        }
        printf("%ld trees of depth %d: %ld\n", rounds, depth, sum);
    }
    printf("%ld\n", count(long_lived));
    drop(long_lived);
}
