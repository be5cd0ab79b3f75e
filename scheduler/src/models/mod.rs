//! The protocols, small enough for loom to explore every interleaving:
//! `RUSTFLAGS="--cfg loom" cargo test --release -p sigil-scheduler --lib`.

use crate::deque::{Deque, Owner, Steal};
use crate::node::{Header, Kind, Laid, Link, Met};
use crate::slab::{Free, Slab, Zeroed};
use crate::sleep::{Retired, Sleep, Waker, Woken};
use crate::sync::{AtomicBool, AtomicUsize, Ordering, publish};
use loom::thread;
use std::sync::Arc;

mod ends;
mod replay;

/// Who wakes whom makes no difference.
const BY: Waker = Waker::Worker(0);
const JOB: Kind = Kind { has_job: true, is_event: false, is_anonymous: false };

/// The owner and a thief race for two items and then for the last one: each is taken once.
#[test]
fn each_item_of_a_deque_is_taken_once() {
    loom::model(|| {
        let deque = Arc::new(Deque::new());
        let thief = {
            let deque = deque.clone();
            thread::spawn(move || {
                let steal = || if let Steal::Success(item) = deque.steal() { 1 << item } else { 0 };
                [steal(), steal()]
            })
        };
        let mut owner = Owner::new(&deque, false);
        owner.push(0);
        owner.push(1);
        let mut taken = vec![owner.pop().map_or(0, |item| 1 << item)];
        owner.push(2);
        taken.extend(std::iter::from_fn(|| owner.pop()).map(|item| 1 << item));
        taken.extend(thief.join().unwrap());
        taken.extend(std::iter::from_fn(|| owner.pop()).map(|item| 1 << item));
        assert_eq!(taken.iter().sum::<u32>(), 0b111);
        assert_eq!(taken.iter().fold(0, |all, item| all | item), 0b111);
    });
}

/// A deque grows while a thief reads its old buffer.
#[test]
fn a_deque_grows_under_a_thief() {
    loom::model(|| {
        let deque = Arc::new(Deque::new());
        let mut owner = Owner::new(&deque, false);
        owner.push(0);
        owner.push(1);
        let thief = {
            let deque = deque.clone();
            thread::spawn(move || deque.steal())
        };
        owner.push(2);
        let mut taken: Vec<_> = std::iter::from_fn(|| owner.pop()).collect();
        if let Steal::Success(item) = thief.join().unwrap() {
            taken.push(item);
        }
        taken.extend(std::iter::from_fn(|| owner.pop()));
        taken.sort_unstable();
        assert_eq!(taken, [0, 1, 2]);
    });
}

/// An edge is added while its node finishes: the successor becomes ready exactly once, and sees what the node did.
#[test]
fn an_edge_from_a_finishing_node_is_met_once() {
    loom::model(|| {
        let nodes = Arc::new([Header::new(), Header::new()]);
        let effect = Arc::new(AtomicBool::new(false));
        let generation = nodes[0].open(JOB, false, 0);
        let runner = {
            let (nodes, effect) = (nodes.clone(), effect.clone());
            thread::spawn(move || {
                effect.store(true, Ordering::Relaxed);
                let link = nodes[0].close(false);
                match Link::unpack(link) {
                    Some(at) => {
                        assert_eq!(at, Link::Inline(1, 0));
                        assert_eq!(nodes[1].links[0].load(Ordering::Relaxed), 0);
                        nodes[1].met(1) == Met::Ready
                    }
                    None => false,
                }
            })
        };
        nodes[1].open(JOB, false, 2);
        let set_next = |next| nodes[1].links[0].store(next, Ordering::Relaxed);
        let laid = nodes[0].link(generation, Link::Inline(1, 0).pack(), set_next);
        let is_ready = nodes[1].met(1 + u32::from(laid == Laid::Finished)) == Met::Ready;
        if is_ready {
            assert!(effect.load(Ordering::Relaxed));
        }
        assert_eq!(u32::from(is_ready) + u32::from(runner.join().unwrap()), 1);
    });
}

/// A held node gets an edge more while another thread lets it go and its first dependency is met.
#[test]
fn a_held_node_becomes_ready_once() {
    loom::model(|| {
        let node = Arc::new(Header::new());
        let generation = node.open(JOB, true, 1);
        let is = |met| u32::from(met == Some(Met::Ready));
        let releasing = {
            let node = node.clone();
            thread::spawn(move || is(node.release(generation)))
        };
        let meeting = {
            let node = node.clone();
            thread::spawn(move || is(Some(node.met(1))))
        };
        let mut ready = 0;
        if node.expect_another(generation) {
            ready += is(Some(node.met(1)));
        }
        ready += releasing.join().unwrap() + meeting.join().unwrap();
        assert_eq!(ready, 1);
        assert_eq!(node.release(generation), None);
    });
}

/// A node's cell is used again while somebody holds its old id: edges and completions by the old id miss the new node.
#[test]
fn an_old_id_does_not_touch_the_new_node() {
    loom::model(|| {
        let node = Arc::new(Header::new());
        let old = node.open(JOB, false, 0);
        let late = {
            let node = node.clone();
            thread::spawn(move || {
                assert_eq!(node.release(old), None);
                assert!(!node.expect_another(old));
                node.link(old, Link::Cell(7).pack(), |_| {})
            })
        };
        let first = node.close(false);
        // In between, the cell is a nameless node, which leaves no trace.
        node.open_nameless();
        assert!(node.is_anonymous() && !node.is_poisoned());
        let new = node.open(JOB, true, 0);
        assert_ne!(new, old);
        assert!(node.is_held() && node.release(new) == Some(Met::Ready));
        let second = node.close(false);
        assert_eq!(second, 0);
        let is_laid = late.join().unwrap() == Laid::Yes;
        assert_eq!(is_laid, first != 0);
    });
}

/// A queue of one kind of item, as far as the sleep protocol is concerned.
struct Posts {
    posted: AtomicUsize,
    taken: AtomicUsize,
}

impl Posts {
    fn has_work(&self) -> bool {
        self.posted.load(Ordering::SeqCst) > self.taken.load(Ordering::SeqCst)
    }

    fn take(&self) -> bool {
        let taken = self.taken.load(Ordering::SeqCst);
        self.posted.load(Ordering::SeqCst) > taken
            && self.taken.compare_exchange(taken, taken + 1, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
}

/// A worker searches, finds nothing and sleeps while another one posts work and never looks at it again. Were a wakeup
/// lost, the searcher would sleep for ever, which loom reports as a deadlock.
#[test]
fn no_wakeup_is_lost() {
    loom::model(|| {
        let sleep = Arc::new(Sleep::new(2, 1));
        let posts = Arc::new(Posts { posted: AtomicUsize::new(0), taken: AtomicUsize::new(0) });
        // Worker 1 has been started and is awake, as worker 0 is.
        assert_eq!(sleep.wake_one(BY), Some(Woken::Unstarted(1)));
        let worker = {
            let (sleep, posts) = (sleep.clone(), posts.clone());
            thread::spawn(move || {
                while !posts.take() {
                    match sleep.retire(1, true, || posts.has_work(), || true) {
                        Retired::Wake => {
                            assert!(sleep.wake_one(BY).is_none_or(|woken| woken == Woken::Parked))
                        }
                        Retired::Park => {}
                        Retired::Quiet | Retired::Ended => unreachable!("the run has not ended"),
                    }
                    sleep.park(1);
                }
                let _ = sleep.found();
            })
        };
        publish(&posts.posted, 1);
        if sleep.should_wake() {
            let _ = sleep.wake_one(BY);
        }
        worker.join().unwrap();
        assert!(!posts.has_work());
    });
}

/// The last two workers go to sleep at once, nothing is left: exactly one of them finds the run over, and both leave.
#[test]
fn the_last_one_awake_ends_the_run() {
    loom::model(|| {
        let sleep = Arc::new(Sleep::new(2, 1));
        assert_eq!(sleep.wake_one(BY), Some(Woken::Unstarted(1)));
        let leave = |sleep: &Sleep, worker: usize, is_searching: bool| match sleep.retire(
            worker,
            is_searching,
            || false,
            || false,
        ) {
            Retired::Quiet => {
                sleep.end();
                1
            }
            Retired::Park => {
                sleep.park(worker);
                assert!(sleep.is_ended());
                0
            }
            Retired::Ended => 0,
            Retired::Wake => unreachable!("there is no work"),
        };
        let other = {
            let sleep = sleep.clone();
            thread::spawn(move || leave(&sleep, 1, true))
        };
        let ended = leave(&sleep, 0, false);
        assert_eq!(ended + other.join().unwrap(), 1);
    });
}

struct Owned(#[expect(dead_code, reason = "a size is all that matters")] u32);

#[expect(unsafe_code, reason = "cells have to say that zeroes are a value")]
// SAFETY: zero is an integer.
unsafe impl Zeroed for Owned {
    type Family = Owned;
}

/// Two workers take and give numbers: no number is out twice.
#[test]
fn no_number_is_taken_twice() {
    loom::model(|| {
        let slab = Arc::new(Slab::<Owned>::new());
        let use_some = |slab: &Slab<Owned>| {
            let mut free = Free::new();
            let numbers = [free.take(slab), free.take(slab), free.take(slab)];
            numbers.iter().for_each(|&number| free.give(slab, number));
            (0..3).map(|_| free.take(slab)).collect::<Vec<_>>()
        };
        let other = {
            let slab = slab.clone();
            thread::spawn(move || use_some(&slab))
        };
        let mut all = use_some(&slab);
        all.extend(other.join().unwrap());
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    });
}
