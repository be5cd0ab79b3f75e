// The loads on oneTBB: a task_group whose tasks hand on the task to run next. Reads "WORKERS LOAD STEPS" lines and
// answers each with nanoseconds, "cpu" with those that its threads have run; the loads are those of world.rs.
#define TBB_PREVIEW_TASK_GROUP_EXTENSIONS 1
#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using Task = uint32_t;
static const Task N = 1000000, SIDE = 1000, DEPTH = 19, LAYERS = 200, WIDTH = 500, DEGREE = 4, HEAVY = 40000;
static uint32_t steps;
static tbb::task_group *group;
static std::vector<std::atomic<uint8_t>> cells(SIDE *SIDE), unmet(LAYERS *WIDTH);
static std::vector<Task> after, starts;
static std::vector<double> lengths;

static uint64_t seed;
static uint32_t draw() {
    seed = seed * 6364136223846793005u + 1;
    return uint32_t(seed >> 33);
}

static void work(uint32_t n) {
    uint64_t x = 1;
    asm volatile("" : "+r"(x));
    for (uint32_t i = 0; i < n; i++) x = (x ^ (x >> 7)) * 0x9e3779b97f4a7c15;
    asm volatile("" : : "r"(x));
}

static uint8_t arrivals(Task cell) { return uint8_t((cell / SIDE > 0) + (cell % SIDE > 0)); }

static bool is_last(std::atomic<uint8_t> &counter, uint8_t all) {
    bool last = counter.fetch_sub(1, std::memory_order_acq_rel) == 1;
    if (last) counter.store(all, std::memory_order_relaxed);
    return last;
}

template <class Step> struct Body {
    Task task;
    tbb::task_handle operator()() const {
        Task freed[2] = {};
        int count = Step::step(task, freed, [](Task other) { group->run(Body{other}); });
        if (count > 1) group->run(Body{freed[0]});
        return count ? group->defer(Body{freed[count - 1]}) : tbb::task_handle{};
    }
};

struct Chain {
    template <class F> static int step(Task task, Task *freed, F) {
        freed[0] = task - 1;
        return task > 0;
    }
};
struct Fan {
    template <class F> static int step(Task task, Task *, F run) {
        if (task == N)
            for (Task at = 0; at < N; at++) run(at);
        return 0;
    }
};
struct Tree {
    template <class F> static int step(Task task, Task *freed, F) {
        freed[0] = freed[1] = task - 1;
        return task > 0 ? 2 : 0;
    }
};
struct Wave {
    template <class F> static int step(Task task, Task *freed, F) {
        int count = 0;
        if (task / SIDE + 1 < SIDE && is_last(cells[task + SIDE], arrivals(task + SIDE))) freed[count++] = task + SIDE;
        if (task % SIDE + 1 < SIDE && is_last(cells[task + 1], arrivals(task + 1))) freed[count++] = task + 1;
        return count;
    }
};
struct Layered {
    template <class F> static int step(Task task, Task *freed, F run) {
        work(steps);
        bool has_next = false;
        for (Task at = starts[task]; at < starts[task + 1]; at++) {
            Task next = after[at];
            if (is_last(unmet[next], DEGREE)) {
                if (has_next) run(freed[0]);
                freed[0] = next;
                has_next = true;
            }
        }
        return has_next;
    }
};
struct Heavy {
    template <class F> static int step(Task task, Task *, F run) {
        for (Task next = 2 * task + 1; next <= 2 * task + 2 && next < HEAVY; next++) run(next);
        work(uint32_t(lengths[task] * steps));
        return 0;
    }
};

template <class Step> static void start(Task first, Task end) {
    tbb::task_group tasks;
    group = &tasks;
    for (; first < end; first++) tasks.run(Body<Step>{first});
    tasks.wait();
}

static void run(const std::string &load) {
    if (load == "chain") start<Chain>(N - 1, N);
    else if (load == "fan-out") start<Fan>(N, N + 1);
    else if (load == "tree") start<Tree>(DEPTH, DEPTH + 1);
    else if (load == "wavefront") start<Wave>(0, 1);
    else if (load == "layers") start<Layered>(0, WIDTH);
    else if (load == "heavy") start<Heavy>(0, 1);
    else if (load == "range") {
        tbb::parallel_for(Task(0), N, [](Task at) { asm volatile("" : : "r"(at)); });
    } else if (load == "idle") {
        tbb::task_group tasks;
        tasks.run([] { std::this_thread::sleep_for(std::chrono::milliseconds(steps)); });
        tasks.wait();
    }
}

int main() {
    for (Task at = 0; at < SIDE * SIDE; at++) cells[at] = arrivals(at);
    seed = 1;
    std::vector<std::vector<Task>> lists(LAYERS * WIDTH);
    for (Task task = WIDTH; task < LAYERS * WIDTH; task++) {
        for (Task i = 0; i < DEGREE; i++) lists[(task / WIDTH - 1) * WIDTH + draw() % WIDTH].push_back(task);
        unmet[task] = DEGREE;
    }
    for (const std::vector<Task> &list : lists) {
        starts.push_back(Task(after.size()));
        after.insert(after.end(), list.begin(), list.end());
    }
    starts.push_back(Task(after.size()));
    seed = 7;
    double sum = 0;
    for (Task at = 0; at < HEAVY; at++) {
        double z = -6;
        for (int i = 0; i < 12; i++) z += double(draw()) / double(1u << 31);
        lengths.push_back(std::exp(1.2 * z));
        sum += lengths.back();
    }
    for (double &length : lengths) length *= 5.0 * HEAVY / sum;

    std::unique_ptr<tbb::global_control> limit;
    std::unique_ptr<tbb::task_arena> arena;
    int now = 0, workers;
    std::string load;
    while (std::cin >> workers >> load >> steps) {
        if (workers != now) {
            arena.reset();
            limit.reset(new tbb::global_control(tbb::global_control::max_allowed_parallelism, size_t(workers)));
            arena.reset(new tbb::task_arena(workers));
            now = workers;
        }
        if (load == "cpu") {
            timespec spent;
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
            std::cout << spent.tv_sec * 1000000000ll + spent.tv_nsec << std::endl;
            continue;
        }
        auto since = std::chrono::steady_clock::now();
        arena->execute([&] { run(load); });
        auto time = std::chrono::steady_clock::now() - since;
        std::cout << std::chrono::duration_cast<std::chrono::nanoseconds>(time).count() << std::endl;
    }
}
