//! Ends: of nodes whose cells are used again, of runs that are done, stuck or cancelled, of the threads' time in a run.

use super::{BY, JOB, Posts};
use crate::crew::Crew;
use crate::node::{Header, Kind, Laid, Link, Met, NodeId};
use crate::outside::{Handle, Outside};
use crate::sleep::{Retired, Sleep};
use crate::sync::{AtomicBool, AtomicUsize, Ordering, publish};
use loom::thread;
use std::sync::Arc;
// Counts for the tests' own use, not to be explored.
use std::sync::atomic::AtomicU32;

const EVENT: Kind = Kind { has_job: false, is_event: true, is_anonymous: false };

/// The numbers in a list of successors, in order; `meet` is called for each when the next link has been read.
fn walk(nodes: &[Header], mut link: u32, mut meet: impl FnMut(u32)) {
    while let Some(Link::Inline(number, place)) = Link::unpack(link) {
        link = nodes[number as usize].links[place].load(Ordering::Relaxed);
        meet(number);
    }
}

fn lay(nodes: &[Header], before: usize, after: usize, place: usize) {
    let generation = nodes[before].generation();
    let set_next = |next| nodes[after].links[place].store(next, Ordering::Relaxed);
    let link = Link::Inline(after as u32, place).pack();
    assert_eq!(nodes[before].link(generation, link, set_next), Laid::Yes);
}

/// 0 ends and meets 1 and 2, which somebody else meets too. Whoever makes one ready ends it, and uses its cell for
/// another node in another list. The walk from 0 does not get lost.
#[test]
fn a_list_is_walked_while_its_nodes_are_used_again() {
    loom::model(|| {
        let nodes = Arc::new([Header::new(), Header::new(), Header::new()]);
        nodes[0].open(JOB, false, 0);
        for after in [1, 2] {
            nodes[after].open(JOB, false, 2);
            lay(&*nodes, 0, after, 0);
        }
        let use_again = |nodes: &[Header; 3], number: usize| {
            assert_eq!(nodes[number].close(false), 0);
            nodes[number].open(JOB, true, 1);
            nodes[number].links[0].store(Link::Inline(0, 3).pack(), Ordering::Relaxed);
        };
        let other = {
            let nodes = nodes.clone();
            thread::spawn(move || {
                for number in [1, 2] {
                    if nodes[number].met(1) == Met::Ready {
                        use_again(&nodes, number);
                    }
                }
            })
        };
        let mut seen = Vec::new();
        walk(&*nodes, nodes[0].close(false), |number| {
            seen.push(number);
            if nodes[number as usize].met(1) == Met::Ready {
                use_again(&nodes, number as usize);
            }
        });
        other.join().unwrap();
        assert_eq!(seen, [2, 1]);
        assert!(nodes[1].is_held() && nodes[2].is_held());
    });
}

/// Two workers and three nodes: 2 waits for the job 0 and for the event 1.
struct Workers {
    nodes: [Header; 3],
    sleep: Sleep,
    posts: Posts,
    n_ended: AtomicU32,
    n_runs: AtomicU32,
    n_ends: AtomicU32,
}

impl Workers {
    /// What becomes ready is put into a queue, or is run at once.
    fn end(&self, number: usize, is_queued: bool) {
        let mut next = None;
        walk(&self.nodes, self.nodes[number].close(false), |number| {
            if self.nodes[number as usize].met(1) == Met::Waits {
                return;
            }
            if !is_queued {
                next = Some(number);
                return;
            }
            publish(&self.posts.posted, 1);
            if self.sleep.should_wake() {
                let _ = self.sleep.wake_one(BY);
            }
        });
        self.n_ended.fetch_add(1, Ordering::Relaxed);
        if let Some(next) = next {
            self.run(next as usize);
        }
    }

    fn run(&self, number: usize) {
        self.n_runs.fetch_add(1, Ordering::Relaxed);
        self.end(number, false);
    }

    /// As a worker without anything in its own queue.
    fn work(&self, worker: usize) {
        let mut is_searching = false;
        loop {
            if self.posts.take() {
                if std::mem::take(&mut is_searching) {
                    assert!(!self.sleep.found() || !self.posts.has_work());
                }
                self.run(2);
            }
            match self.sleep.retire(worker, is_searching, || self.posts.has_work(), || false) {
                Retired::Ended => return,
                Retired::Quiet => {
                    self.n_ends.fetch_add(1, Ordering::Relaxed);
                    return self.sleep.end();
                }
                Retired::Wake => drop(self.sleep.wake_one(BY)),
                Retired::Park => {}
            }
            self.sleep.park(worker);
            if self.sleep.is_ended() {
                return;
            }
            is_searching = true;
        }
    }
}

/// Worker 0 completes the event (or does not) while worker 1 runs the job.
fn run_to_its_end(is_completed: bool) -> Arc<Workers> {
    let workers = Arc::new(Workers {
        nodes: [Header::new(), Header::new(), Header::new()],
        sleep: Sleep::new(2, 1),
        posts: Posts { posted: AtomicUsize::new(0), taken: AtomicUsize::new(0) },
        n_ended: AtomicU32::new(0),
        n_runs: AtomicU32::new(0),
        n_ends: AtomicU32::new(0),
    });
    let nodes = &workers.nodes;
    nodes[0].open(JOB, false, 0);
    let event = nodes[1].open(EVENT, true, 0);
    nodes[2].open(JOB, false, 2);
    lay(nodes, 0, 2, 0);
    lay(nodes, 1, 2, 1);
    // Worker 1 is awake from the beginning, and at a job.
    let _ = workers.sleep.wake_one(BY);
    let _ = workers.sleep.found();
    let second = {
        let workers = workers.clone();
        thread::spawn(move || {
            workers.end(0, false);
            workers.work(1);
        })
    };
    if is_completed {
        assert_eq!(nodes[1].release(event), Some(Met::Ready));
        workers.end(1, true);
    }
    workers.work(0);
    second.join().unwrap();
    assert_eq!(workers.n_ends.load(Ordering::Relaxed), 1);
    workers
}

/// The last node becomes ready while others go to sleep: it runs, and only then the run is over.
#[test]
fn a_run_ends_when_all_nodes_have() {
    loom::model(|| {
        let workers = run_to_its_end(true);
        assert_eq!(workers.n_runs.load(Ordering::Relaxed), 1);
        assert_eq!(workers.n_ended.load(Ordering::Relaxed), 3);
    });
}

/// Nobody completes the event: the run ends, and it is seen that two nodes are left, and which one waits for what.
#[test]
fn a_run_that_is_stuck_ends() {
    loom::model(|| {
        let workers = run_to_its_end(false);
        assert_eq!(workers.n_runs.load(Ordering::Relaxed), 0);
        assert_eq!(workers.n_ended.load(Ordering::Relaxed), 1);
        let nodes = &workers.nodes;
        assert_eq!(nodes[0].first_link(), 0);
        assert_eq!(Link::unpack(nodes[1].first_link()), Some(Link::Inline(2, 1)));
        assert!(nodes[1].is_held() && nodes[2].kind().is_some());
    });
}

/// Another thread cancels the run, completes an event and lets its handle go, while the only worker goes to sleep: it
/// hears of all of that before it ends the run.
#[test]
fn what_a_handle_did_is_known_before_the_end() {
    loom::model(|| {
        let outside = Arc::new(Outside::new(Arc::default(), 1, 1, 1, None, None));
        let event = NodeId { number: 7, generation: 3 };
        let handle = Handle::new(&outside);
        let other = thread::spawn(move || {
            handle.cancel();
            handle.complete(event);
        });
        let mut mail = Vec::new();
        let mut is_searching = false;
        loop {
            if outside.has_mail() {
                // Who takes the letter knows of the cancel before it.
                mail.extend(outside.take_mail());
                assert!(outside.is_cancelled.load(Ordering::Relaxed));
            }
            match outside.sleep.retire(0, is_searching, || outside.has_mail(), || outside.has_handles()) {
                Retired::Ended => unreachable!("there is only this worker"),
                Retired::Quiet => break outside.sleep.end(),
                // Or the other thread has woken it just now.
                Retired::Wake => drop(outside.post(BY)),
                Retired::Park => {}
            }
            outside.sleep.park(0);
            is_searching = true;
        }
        assert_eq!(mail, [event]);
        assert!(outside.is_cancelled.load(Ordering::Relaxed));
        other.join().unwrap();
    });
}

/// Somebody asks for a worker while the run ends: it does its part before the end, or is not started. Afterwards no
/// thread is inside, and all of them go.
#[test]
fn nobody_is_inside_when_a_run_has_ended() {
    loom::model(|| {
        let crew = Arc::new(Crew::default());
        let (is_open, n_parts) = (AtomicBool::new(true), loom::sync::atomic::AtomicU32::new(0));
        let run = crew.next_run();
        let late = {
            let crew = crew.clone();
            thread::spawn(move || crew.start(run, 1).unwrap())
        };
        let part = |worker: usize| {
            assert!(is_open.load(Ordering::Relaxed));
            n_parts.fetch_add(worker as u32, Ordering::Relaxed);
        };
        crew.run(&part, || {});
        is_open.store(false, Ordering::Relaxed);
        let is_started = late.join().unwrap();
        assert_eq!(n_parts.load(Ordering::Relaxed), u32::from(is_started));
        assert!(!crew.start(run, 1).unwrap());
        crew.dismiss();
    });
}

/// A thread that was started in one run waits for the next, does its part there too, and goes when it is told to.
#[test]
fn a_thread_serves_the_next_run() {
    loom::model(|| {
        let crew = Arc::new(Crew::default());
        for worker in [1, 2] {
            let run = crew.next_run();
            let (is_open, n_parts) = (AtomicBool::new(true), loom::sync::atomic::AtomicU32::new(0));
            let part = |at: usize| {
                assert!(is_open.load(Ordering::Relaxed) && at == worker);
                n_parts.fetch_add(1, Ordering::Relaxed);
            };
            crew.run(&part, || assert!(crew.start(run, worker).unwrap()));
            is_open.store(false, Ordering::Relaxed);
            assert_eq!(n_parts.load(Ordering::Relaxed), 1);
        }
        crew.dismiss();
    });
}
