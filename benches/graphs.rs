//! What does a node cost, and does a second worker help or hurt? The scheduler beside its own former self: `peers` has
//! the same loads beside other schedulers.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sigil_benches::inputs::WORKERS;
use sigil_benches::loads::{Contender, Load, N, Ours, SIDE, World, live, load, steps_per_microsecond};
use std::time::Duration;

// As in `sigilc`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn bench(c: &mut Criterion) {
    let steps = steps_per_microsecond();
    let loads = [
        ("chain", load(World::Chain)),
        ("fan-out", load(World::Fan)),
        ("tree", load(World::Tree)),
        ("wavefront", load(World::wave())),
        ("live chain", (Load::LiveChain, f64::from(N))),
        ("live wavefront", (Load::LiveWave, f64::from(SIDE * SIDE))),
        ("1 µs graph", load(World::layers())),
        ("live 1 µs graph", live(load(World::layers()))),
        ("heavy tail", load(World::heavy(steps))),
    ];
    for (name, (load, n_tasks)) in loads {
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Elements(n_tasks as u64));
        group.sample_size(20).warm_up_time(Duration::from_millis(500));
        group.measurement_time(Duration::from_secs(2));
        for workers in WORKERS {
            // One pool for all samples: threads and memory are kept from run to run.
            let mut pool = Ours::new(workers, steps);
            group.bench_function(workers.to_string(), |b| {
                b.iter_custom(|rounds| (0..rounds).filter_map(|_| pool.run(load)).sum());
            });
        }
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
