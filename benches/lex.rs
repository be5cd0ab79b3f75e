//! How fast is text turned into tokens, and does a second thread double that? Files are lexed whole; the interner is
//! what threads share.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sigil_benches::inputs::{WORKERS, in_parts, project};
use sigil_frontend::{FileId, Interner, LexScratch, lex};
use std::hint::black_box;

// As in `sigilc`: with the system's allocator another program would be measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn bench(c: &mut Criterion) {
    let project = project();
    let mut group = c.benchmark_group("lex");
    group.throughput(Throughput::ElementsAndBytes {
        elements: project.lines() as u64,
        bytes: project.bytes() as u64,
    });
    for workers in WORKERS {
        group.bench_function(workers.to_string(), |b| {
            b.iter(|| {
                let names = Interner::default();
                in_parts(&project, workers, LexScratch::default, |scratch, number, text| {
                    black_box(lex(text, FileId(number), &names, scratch));
                });
            });
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
