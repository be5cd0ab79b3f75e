//! What is left when a run is over and nodes are unfinished: who waits for what, and jobs to drop.

#![expect(unsafe_code, reason = "the jobs of unfinished nodes are read and dropped in place")]

use crate::Job;
use crate::node::Link;
use crate::pool::Run;
use crate::report::Stalled;
use crate::sync::Ordering;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A label, even if the label function panics.
pub fn label<J: Job>(job: &J) -> String {
    catch_unwind(AssertUnwindSafe(|| job.label())).unwrap_or_else(|_| "a job whose label panics".to_owned())
}

/// The unfinished nodes. Nobody works any more.
pub fn stalled<J: Job>(run: &Run<'_, J>) -> Vec<Stalled> {
    let mut list = Vec::new();
    let mut place = HashMap::new();
    for number in 0..run.nodes.claimed() {
        let Some(node) = run.nodes.get(number) else { continue };
        let Some(kind) = node.header.kind() else { continue };
        let label = if kind.has_job {
            // SAFETY: nobody works any more, and a live node with a job holds it.
            label(unsafe { node.job() })
        } else {
            format!("event {number}")
        };
        place.insert(number, list.len());
        list.push(Stalled { label, is_held: node.header.is_held(), waits_for: Vec::new() });
    }
    for (&number, &at) in &place {
        let label = list[at].label.clone();
        let mut link = run.nodes.at(number).header.first_link();
        while let Some((successor, next)) = follow(run, link) {
            list[place[&successor]].waits_for.push(label.clone());
            link = next;
        }
    }
    for entry in &mut list {
        entry.waits_for.sort();
    }
    list.sort_by(|a, b| a.label.cmp(&b.label));
    list
}

/// The successor at a link, and the next link.
fn follow<J: Job>(run: &Run<'_, J>, link: u32) -> Option<(u32, u32)> {
    match Link::unpack(link)? {
        Link::Inline(number, place) => {
            Some((number, run.nodes.at(number).header.links[place].load(Ordering::Relaxed)))
        }
        Link::Cell(number) => {
            let edge = run.edges.at(number);
            Some((edge.successor.load(Ordering::Relaxed), edge.next.load(Ordering::Relaxed)))
        }
    }
}

/// Drops the jobs of unfinished nodes; how many nodes there were. Nobody works any more.
pub fn drop_jobs<J: Job>(run: &Run<'_, J>) -> u64 {
    let mut count = 0;
    for number in 0..run.nodes.claimed() {
        let Some(node) = run.nodes.get(number) else { continue };
        let Some(kind) = node.header.kind() else { continue };
        count += 1;
        // Free from now on, so that no job is dropped twice.
        node.header.close(kind.is_anonymous);
        if kind.has_job {
            // SAFETY: nobody works any more, a live node with a job holds it, and it was just marked free.
            let result = catch_unwind(AssertUnwindSafe(|| unsafe { node.drop_job() }));
            // The run is over; there is nothing to poison, and the caller has other news.
            drop(result);
        }
    }
    count
}
