//! How fast is a project turned into C on disk, in this process? Each time into a new directory, since files that are
//! there already would be left alone.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use sigil_benches::inputs::{WORKERS, compile_in_process, on_disk, project};

// As in `sigilc`: with the system's allocator another program would be measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn bench(c: &mut Criterion) {
    let project = project();
    let dir = on_disk(&project);
    let new_dir = || tempfile::tempdir().expect("a temporary directory");
    let mut group = c.benchmark_group("emit");
    group.sample_size(30);
    group.throughput(Throughput::ElementsAndBytes {
        elements: project.lines() as u64,
        bytes: project.bytes() as u64,
    });
    for workers in WORKERS {
        group.bench_function(workers.to_string(), |b| {
            b.iter_batched(
                new_dir,
                |out| {
                    compile_in_process(dir.path(), Some(out.path()), workers);
                    out
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
