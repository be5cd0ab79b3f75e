#include <math.h>
#include <stdio.h>

#define DAYS 365.24
static double x[5] = {0.0, 4.84143144246472090, 8.34336671824457987, 12.8943695621391310, 15.3796971148509165};
static double y[5] = {0.0, -1.16032004402742839, 4.12479856412430479, -15.1111514016986312, -25.9193146099879641};
static double z[5] = {0.0, -0.103622044471123109, -0.403523417114321381, -0.223307578892655734, 0.179258772950371181};
static double vx[5] = {0.0, 0.00166007664274403694 * DAYS, -0.00276742510726411 * DAYS, 0.00296460137564761618 * DAYS, 0.00268067772490389322 * DAYS};
static double vy[5] = {0.0, 0.00769901118419740425 * DAYS, 0.00499852801234917238 * DAYS, 0.00237847173959480950 * DAYS, 0.00162824170038242295 * DAYS};
static double vz[5] = {0.0, -0.0000690460016972063023 * DAYS, 0.0000230417297573763929 * DAYS, -0.0000296589568540237556 * DAYS, -0.0000951592254519715870 * DAYS};
static double mass[5] = {1.0, 0.000954791938424326609, 0.000285885980666130812, 0.0000436624404335156298, 0.0000515138902046611451};

static double energy(void) {
    double sum = 0.0;
    for (int i = 0; i < 5; i++) {
        sum += 0.5 * mass[i] * (vx[i] * vx[i] + vy[i] * vy[i] + vz[i] * vz[i]);
        for (int j = i + 1; j < 5; j++) {
            double dx = x[i] - x[j], dy = y[i] - y[j], dz = z[i] - z[j];
            sum -= mass[i] * mass[j] / sqrt(dx * dx + dy * dy + dz * dz);
        }
    }
    return sum;
}

int main(void) {
    double pi = 3.141592653589793, sun = 4.0 * pi * pi;
    for (int i = 0; i < 5; i++) mass[i] *= sun;
    for (int i = 1; i < 5; i++) {
        vx[0] -= vx[i] * mass[i] / sun;
        vy[0] -= vy[i] * mass[i] / sun;
        vz[0] -= vz[i] * mass[i] / sun;
    }
    printf("%lld\n", llround(energy() * 1e9));
    for (int step = 0; step < 1000000; step++) {
        for (int i = 0; i < 5; i++) {
            for (int j = i + 1; j < 5; j++) {
                double dx = x[i] - x[j], dy = y[i] - y[j], dz = z[i] - z[j];
                double square = dx * dx + dy * dy + dz * dz;
                double pull = 0.01 / (square * sqrt(square));
                vx[i] -= dx * mass[j] * pull;
                vy[i] -= dy * mass[j] * pull;
                vz[i] -= dz * mass[j] * pull;
                vx[j] += dx * mass[i] * pull;
                vy[j] += dy * mass[i] * pull;
                vz[j] += dz * mass[i] * pull;
            }
        }
        for (int i = 0; i < 5; i++) {
            x[i] += 0.01 * vx[i];
            y[i] += 0.01 * vy[i];
            z[i] += 0.01 * vz[i];
        }
    }
    printf("%lld\n", llround(energy() * 1e9));
}
