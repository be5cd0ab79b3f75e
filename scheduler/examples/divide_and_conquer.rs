//! Merge sort: `cargo run --release -p sigil-scheduler --example divide_and_conquer`.
//!
//! A job cannot wait, as it would hold its worker. It makes two halves and a node that comes after them; the event that
//! its parent waits for is completed when that node has finished. So there is no stack to overflow.

use sigil_scheduler::{Context, Job, NodeId, Pool};
use std::ops::Range;
use std::sync::Mutex;
use std::time::Instant;

const N: usize = 1 << 20;
/// Below this, sorting is not worth a node.
const SMALL: usize = 1 << 13;

enum Step {
    /// Sorts a part; then the event is completed.
    Sort(Range<usize>, NodeId),
    /// Both halves are sorted.
    Merge(Range<usize>),
    Done,
}

impl Job for Step {
    fn label(&self) -> String {
        match self {
            Step::Sort(part, _) => format!("sort {part:?}"),
            Step::Merge(part) => format!("merge {part:?}"),
            Step::Done => "done".to_owned(),
        }
    }
}

/// The numbers, in blocks of `SMALL`, each behind its own lock: a part is a run of blocks.
struct Numbers(Vec<Mutex<Vec<u64>>>);

impl Numbers {
    fn take(&self, part: Range<usize>) -> Vec<u64> {
        let take = |block: &Mutex<Vec<u64>>| std::mem::take(&mut *block.lock().unwrap());
        self.0[part].iter().flat_map(take).collect()
    }

    fn put(&self, part: Range<usize>, numbers: &[u64]) {
        for (block, numbers) in self.0[part].iter().zip(numbers.chunks(SMALL)) {
            *block.lock().unwrap() = numbers.to_vec();
        }
    }

    fn run(&self, step: &mut Step, cx: &mut Context<'_, Step>) {
        match step {
            Step::Sort(part, done) if part.len() == 1 => {
                self.0[part.start].lock().unwrap().sort_unstable();
                cx.complete(*done);
            }
            Step::Sort(part, done) => {
                let middle = part.start + part.len() / 2;
                let halves = [cx.event(), cx.event()];
                let merge = cx.node(Step::Merge(part.clone()), &halves);
                cx.edge(merge, *done);
                cx.complete(*done);
                cx.spawn(Step::Sort(middle..part.end, halves[1]));
                cx.next(Step::Sort(part.start..middle, halves[0]));
            }
            Step::Merge(part) => {
                let middle = part.start + part.len() / 2;
                let (left, right) = (self.take(part.start..middle), self.take(middle..part.end));
                let mut merged = Vec::with_capacity(left.len() + right.len());
                let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
                while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
                    merged.extend(if a <= b { left.next() } else { right.next() });
                }
                merged.extend(left.chain(right));
                self.put(part.clone(), &merged);
            }
            Step::Done => {}
        }
    }
}

fn main() {
    let mut seed = 1u64;
    let mut number = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        seed >> 20
    };
    let mut blocks = || Mutex::new((0..SMALL).map(|_| number()).collect());
    let numbers = Numbers((0..N / SMALL).map(|_| blocks()).collect());
    let since = Instant::now();
    let report = Pool::new(4).run(
        |step, cx| numbers.run(step, cx),
        |cx| {
            let done = cx.event();
            cx.node(Step::Done, &[done]);
            cx.spawn(Step::Sort(0..N / SMALL, done));
        },
    );
    assert!(report.is_ok());
    let time = since.elapsed();
    assert!(numbers.take(0..N / SMALL).is_sorted());
    println!("{N} numbers in {time:?}, {} jobs, {} stolen", report.total().run, report.total().stolen);
}
