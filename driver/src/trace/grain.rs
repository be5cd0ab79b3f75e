//! Which stages have nodes so small that taking one from another worker costs more than it brings.

use super::summary::{ms, percent};
use sigil_scheduler::trace::{Costs, Summary, Trace};
use std::fmt::Write;

/// Fewer nodes than these cost nothing, however small they are.
const MANY: u64 = 64;

/// A stage's nodes beside what the scheduler itself costs. Times are nanoseconds.
#[derive(Clone, PartialEq, Debug)]
pub struct StageGrain {
    /// The stage.
    pub name: String,
    /// How many nodes.
    pub count: u64,
    /// The middle one's time.
    pub median: u64,
    /// How many are shorter than a steal takes.
    pub below: u64,
    /// What the scheduler costs for all of them, beside their work.
    pub overhead: f64,
}

/// What the scheduler costs: from the end of a node to the next one's start, and a steal; and whether the record shows the
/// latter.
fn costs(trace: &Trace, summary: &Summary) -> (u64, u64, bool) {
    let costs = Costs::new(trace, &summary.total());
    (costs.node, costs.steal, trace.workers.iter().any(|worker| !worker.steals.is_empty()))
}

/// By stage.
pub fn stage_grains(trace: &Trace, summary: &Summary) -> Vec<StageGrain> {
    let (node, steal, _) = costs(trace, summary);
    let of = |stage: &sigil_scheduler::trace::Stage| {
        let durations =
            trace.nodes.iter().enumerate().filter(|(at, it)| {
                !it.is_event && it.run.is_some() && trace.kind_name(*at as u32) == stage.name
            });
        let below = durations.filter(|(_, it)| it.duration() < steal).count() as u64;
        let overhead = (node * stage.count) as f64 / stage.total.max(1) as f64;
        StageGrain { name: stage.name.clone(), count: stage.count, median: stage.median, below, overhead }
    };
    summary.stages.iter().map(of).collect()
}

/// For a terminal.
pub fn text(trace: &Trace, summary: &Summary) -> String {
    let (node, steal, is_seen) = costs(trace, summary);
    let source = if is_seen { "as recorded" } else { "assumed: nothing was stolen" };
    // Writing to a String cannot fail.
    let mut out = format!(
        "grain: from a node to the next {:.2} \u{b5}s, a steal {:.2} \u{b5}s ({source})\n",
        node as f64 / 1e3,
        steal as f64 / 1e3
    );
    let _ = writeln!(
        out,
        "{:<10} {:>8} {:>10} {:>14} {:>10}",
        "stage", "nodes", "median \u{b5}s", "below a steal", "overhead"
    );
    for stage in stage_grains(trace, summary) {
        let is_many = stage.count >= MANY;
        let verdict = match (is_many && stage.median < steal, is_many && stage.overhead > 0.05) {
            (true, _) => "  too fine: most cost more to steal than to run",
            (false, true) => "  fine: more work a node would save overhead",
            (false, false) => "",
        };
        let _ = writeln!(
            out,
            "{:<10} {:>8} {:>10.1} {:>13.1}% {:>9.1}%{verdict}",
            stage.name,
            stage.count,
            ms(stage.median) * 1e3,
            percent(stage.below, stage.count),
            stage.overhead * 100.0,
        );
    }
    out
}
