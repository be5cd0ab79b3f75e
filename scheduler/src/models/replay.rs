//! Replays: workers that wait for their turn.

use crate::replay::order::Order;
use crate::replay::stage::{Next, Outer, Stage};
use crate::sync::{AtomicBool, AtomicUsize, Ordering};
use loom::thread;
use std::sync::Arc;

/// What other threads do in a replay.
struct Others {
    has_mail: AtomicBool,
    n_handles: AtomicUsize,
}

impl Outer for Others {
    fn has_mail(&self) -> bool {
        self.has_mail.load(Ordering::SeqCst)
    }

    fn has_handles(&self) -> bool {
        self.n_handles.load(Ordering::SeqCst) > 0
    }
}

/// Does a worker's part in a replay; `after` makes ready what comes after a node. What it ran, as bits.
fn follow(stage: &Stage, others: &Others, worker: usize, after: impl Fn(u32)) -> u32 {
    let mut ran = 0;
    loop {
        match stage.next(worker, others, |_| {}) {
            Next::Run { node, .. } => {
                ran |= 1 << node;
                after(node);
            }
            // The mail is that node 2 is ready.
            Next::Mail => {
                if others.has_mail.swap(false, Ordering::SeqCst) {
                    stage.ready(2, 2, worker);
                }
            }
            Next::Over => return ran,
        }
    }
}

/// Worker 0 runs 0 and 2, worker 1 runs 1, which 0 makes ready and which has to wait until 0 has ended. `is_whole`: 1
/// makes 2 ready; else nobody does. What ran, as bits, and how many workers had something left.
fn replay(is_whole: bool) -> (u32, usize) {
    let mut order = Order::new(vec![vec![0, 2], vec![1]], 3);
    order.waits[1].push((0, 1));
    let stage = Arc::new(Stage::new(Arc::new(order)));
    let part = |worker| {
        let stage = stage.clone();
        let others = Others { has_mail: AtomicBool::new(false), n_handles: AtomicUsize::new(0) };
        move || {
            follow(&stage, &others, worker, |node| match node {
                0 => stage.ready(1, 1, worker),
                1 if is_whole => stage.ready(2, 2, worker),
                _ => {}
            })
        }
    };
    let second = thread::spawn(part(1));
    stage.ready(0, 0, 0);
    let ran = part(0)() | second.join().unwrap();
    (ran, stage.lagging().count())
}

/// Each gets its turn, and both workers see the end.
#[test]
fn a_replay_comes_to_its_end() {
    loom::model(|| assert_eq!(replay(true), (0b111, 0)));
}

/// Nothing makes the last node ready: that is seen, and nobody waits for ever.
#[test]
fn a_replay_that_is_stuck_ends() {
    loom::model(|| assert_eq!(replay(false), (0b011, 1)));
}

/// A worker waits for what another thread leaves: it is seen, and so is that there is no more to come.
#[test]
fn a_replay_misses_no_mail() {
    loom::model(|| {
        let stage = Arc::new(Stage::new(Arc::new(Order::new(vec![vec![0, 2]], 3))));
        let others = Arc::new(Others { has_mail: AtomicBool::new(false), n_handles: AtomicUsize::new(1) });
        let outside = {
            let (stage, others) = (stage.clone(), others.clone());
            thread::spawn(move || {
                others.has_mail.store(true, Ordering::SeqCst);
                stage.knock();
                others.n_handles.fetch_sub(1, Ordering::SeqCst);
                stage.knock();
            })
        };
        stage.ready(0, 0, 0);
        assert_eq!(follow(&stage, &others, 0, |_| {}), 0b101);
        outside.join().unwrap();
    });
}
