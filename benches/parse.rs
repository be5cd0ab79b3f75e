//! How fast are tokens turned into trees? Lexing is part of it, as in the compiler: subtract `lex` for parsing alone.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sigil_benches::inputs::{WORKERS, in_parts, project};
use sigil_frontend::{Dialect, FileId, Interner, ParseScratch, lex, parse_tokens};
use std::hint::black_box;

// As in `sigilc`: with the system's allocator another program would be measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn bench(c: &mut Criterion) {
    let project = project();
    let mut group = c.benchmark_group("parse");
    group.throughput(Throughput::ElementsAndBytes {
        elements: project.lines() as u64,
        bytes: project.bytes() as u64,
    });
    for workers in WORKERS {
        group.bench_function(workers.to_string(), |b| {
            b.iter(|| {
                let names = Interner::default();
                in_parts(&project, workers, ParseScratch::default, |scratch, number, text| {
                    let (tokens, _) = lex(text, FileId(number), &names, &mut scratch.lex);
                    black_box(parse_tokens(text, &tokens, FileId(number), Dialect::User, scratch));
                });
            });
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
