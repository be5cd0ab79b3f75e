//! How long does a cold build take, from files to a program? `sigilc` as a process, an empty cache each time, and the
//! C compiler that it finds: most of the time is the C compiler's.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use sigil_benches::generate::{Plan, Shape, generate};
use sigil_benches::inputs::{WORKERS, on_disk};
use sigil_benches::measure::{run, sigilc};
use std::process::Command;

fn bench(c: &mut Criterion) {
    let sigilc = sigilc().unwrap_or_else(|failure| panic!("{failure}"));
    let project = generate(&Plan::new(2_000, 20, Shape::Diamond));
    let dir = on_disk(&project);
    let new_dir = || tempfile::tempdir().expect("a temporary directory");
    let mut group = c.benchmark_group("whole");
    group.sample_size(10);
    group.throughput(Throughput::ElementsAndBytes {
        elements: project.lines() as u64,
        bytes: project.bytes() as u64,
    });
    for workers in WORKERS {
        group.bench_function(workers.to_string(), |b| {
            b.iter_batched(
                new_dir,
                |out| {
                    let mut command = Command::new(&sigilc);
                    command.args(["build", "-q", "-O0", "-j", &workers.to_string()]).arg(dir.path());
                    command.arg("-o").arg(out.path().join("program"));
                    command.env("SIGIL_CACHE", out.path().join("cache"));
                    run(&mut command).unwrap_or_else(|failure| panic!("{failure}"));
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
