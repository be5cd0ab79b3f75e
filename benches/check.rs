//! How fast is a project checked, from its files on disk to its findings, in this process?

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sigil_benches::inputs::{WORKERS, compile_in_process, on_disk, project};

// As in `sigilc`: with the system's allocator another program would be measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn bench(c: &mut Criterion) {
    let project = project();
    let dir = on_disk(&project);
    let mut group = c.benchmark_group("check");
    group.sample_size(30);
    group.throughput(Throughput::ElementsAndBytes {
        elements: project.lines() as u64,
        bytes: project.bytes() as u64,
    });
    for workers in WORKERS {
        group.bench_function(workers.to_string(), |b| {
            b.iter(|| compile_in_process(dir.path(), None, workers));
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
