#include <math.h>
#include <stdio.h>

#define SIZE 700

static double cell(long i, long j) { return 1.0 / (double)((i + j) * (i + j + 1) / 2 + i + 1); }

static void times(const double *v, double *out) {
    for (long i = 0; i < SIZE; i++) {
        double sum = 0.0;
        for (long j = 0; j < SIZE; j++) sum += cell(i, j) * v[j];
        out[i] = sum;
    }
}

static void times_transposed(const double *v, double *out) {
    for (long i = 0; i < SIZE; i++) {
        double sum = 0.0;
        for (long j = 0; j < SIZE; j++) sum += cell(j, i) * v[j];
        out[i] = sum;
    }
}

int main(void) {
    static double u[SIZE], v[SIZE], t[SIZE];
    for (int i = 0; i < SIZE; i++) u[i] = 1.0;
    for (int i = 0; i < 10; i++) {
        times(u, t);
        times_transposed(t, v);
        times(v, t);
        times_transposed(t, u);
    }
    double uv = 0.0, vv = 0.0;
    for (int i = 0; i < SIZE; i++) {
        uv += u[i] * v[i];
        vv += v[i] * v[i];
    }
    printf("%lld\n", llround(sqrt(uv / vv) * 1e9));
}
