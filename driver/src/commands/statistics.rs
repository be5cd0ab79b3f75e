//! What `-v` prints.

use crate::graph::Job;
use crate::session::Finished;
use crate::stats::{self, Moment};
use std::fmt::Write;
use std::time::Duration;

/// How the time of a compilation was spent.
pub fn text(done: &Finished<'_, '_>) -> String {
    let compilation = done.compilation;
    let counters = &compilation.counters;
    let mut out = String::new();
    let total = counters.start.elapsed().as_secs_f64() * 1e3;
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "{} files, {} bytes, {} functions checked, {} impls, {} instances emitted, {} units, {} C compiler runs",
        counters.files.sum(),
        counters.bytes.sum(),
        counters.bodies.sum(),
        counters.impls.sum(),
        counters.emitted.sum(),
        counters.units.sum(),
        counters.compiled.sum(),
    );
    let _ = writeln!(out, "{:<10} {:>9} {:>12}", "stage", "nodes", "worker ms");
    for (name, (count, nanos)) in Job::STAGES.iter().zip(&counters.stages) {
        let _ = writeln!(out, "{name:<10} {:>9} {:>12.2}", count.sum(), nanos.sum() as f64 / 1e6);
    }
    for line in &done.outcome.workers {
        let _ = writeln!(out, "{line}");
    }
    let shown = |moment: &Moment| moment.millis().map_or_else(|| "never".into(), |ms| format!("{ms:.2} ms"));
    let _ = writeln!(
        out,
        "overlap: first emit {}, last parse {}; first C compiler {}, last check {}",
        shown(&counters.first_emit),
        shown(&counters.last_parse),
        shown(&counters.first_compiler),
        shown(&counters.last_check),
    );
    let levels = compilation.levels();
    let sizes: Vec<String> = levels.iter().take(16).map(|level| level.len().to_string()).collect();
    let more = if levels.len() > 16 { " …" } else { "" };
    let _ = writeln!(out, "module levels: {} ({}{more})", levels.len(), sizes.join(" "));
    for (map, shards) in compilation.contention() {
        let collisions: u64 = shards.iter().map(|shard| shard.collisions).sum();
        if collisions > 0 {
            let waited: Duration = shards.iter().map(|shard| shard.waited).sum();
            let _ = writeln!(
                out,
                "shared map of {map}: {collisions} waits, {:.3} ms",
                waited.as_secs_f64() * 1e3
            );
        }
    }
    if let Some(peak) = stats::peak_memory() {
        let _ = writeln!(out, "peak memory {:.1} MB", peak as f64 / 1e6);
    }
    let _ = writeln!(out, "wall time {total:.2} ms");
    out
}
