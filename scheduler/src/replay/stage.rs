//! Who may go on in a replay, and who waits.
//!
//! Everything is behind one lock; each worker has a condition of its own. A worker comes back for its next node when the
//! last one has ended. It **may go on** when that node is ready and all that had ended before it in the record has ended.
//! What changes that (a node gets ready, another one ends) is done under the lock, and who may go on by it is told there,
//! so no worker misses its turn.
//!
//! **It never hangs.** A worker that has to wait looks first whether all wait and none may go on. Then only other threads
//! could help: a handle is alive or has left something. If neither is so, nothing will ever change, and the replay is
//! over. A thread that leaves something, or goes, does so before it [knocks](Stage::knock); the knock takes the lock, so a
//! worker either sees what it did or waits already, and is woken to look again.

use super::order::Order;
use crate::sync::{Condvar, Mutex, MutexGuard, lock};
use std::sync::{Arc, PoisonError};

/// What other threads do, as far as it matters here.
pub trait Outer {
    /// Whether they have left something for a worker to carry out.
    fn has_mail(&self) -> bool;
    /// Whether one may yet leave something. It leaves that before it goes.
    fn has_handles(&self) -> bool;
}

/// What a worker does next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Next {
    /// Run a node, which lies in a cell.
    Run {
        /// Its number in the record.
        node: u32,
        /// Its number in the slab.
        cell: u32,
        /// The worker that made it ready.
        by: usize,
    },
    /// Carry out what other threads have left, and ask again.
    Mail,
    /// Stop.
    Over,
}

/// Where a worker was when nobody could go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lag {
    /// Its number.
    pub worker: usize,
    /// How many nodes it has run.
    pub n_run: usize,
    /// Its next one.
    pub node: u32,
    /// Whether that is ready, and only had to wait for its turn.
    pub is_ready: bool,
}

/// The state of a replay.
pub struct Stage {
    order: Arc<Order>,
    state: Mutex<State>,
    signals: Box<[Condvar]>,
}

struct State {
    /// By node of the record: the cell in which it lies ready, and the worker that made it so.
    ready: Vec<Option<(u32, usize)>>,
    workers: Vec<Worker>,
    /// Workers that take part.
    n_workers: usize,
    n_waiting: usize,
    /// Nobody is to begin anything more.
    is_stopped: bool,
    is_over: bool,
}

#[derive(Clone, Default)]
struct Worker {
    n_ended: u32,
    is_running: bool,
    is_waiting: bool,
}

impl Stage {
    /// Before the first node.
    pub fn new(order: Arc<Order>) -> Self {
        let n = order.workers.len();
        let n_workers = (0..n).filter(|&worker| order.takes_part(worker)).count();
        Stage {
            state: Mutex::new(State {
                ready: vec![None; order.places.len()],
                workers: vec![Worker::default(); n],
                n_workers,
                n_waiting: 0,
                is_stopped: false,
                is_over: false,
            }),
            signals: (0..n).map(|_| Condvar::default()).collect(),
            order,
        }
    }

    /// Workers but the first one that take part.
    pub fn helpers(&self) -> impl Iterator<Item = usize> {
        (1..self.order.workers.len()).filter(|&worker| self.order.takes_part(worker))
    }

    /// A worker cannot take part.
    pub fn lose(&self) {
        let mut state = lock(&self.state);
        state.n_workers -= 1;
        state.is_stopped = true;
    }

    /// A node that ran in the record is ready, by what a worker did.
    pub fn ready(&self, node: u32, cell: u32, by: usize) {
        let mut state = lock(&self.state);
        state.ready[node as usize] = Some((cell, by));
        if let Some((worker, _)) = self.order.places[node as usize] {
            self.call(&state, worker as usize);
        }
    }

    /// Another thread has left something, or has gone.
    pub fn knock(&self) {
        let state = lock(&self.state);
        if let Some(worker) = state.workers.iter().position(|worker| worker.is_waiting) {
            self.signals[worker].notify_one();
        }
    }

    /// Has nobody begin anything more.
    pub fn stop(&self) {
        lock(&self.state).is_stopped = true;
    }

    /// What a worker does next; its last node has ended. Waits until that is known; `waits` is called around it.
    pub fn next(&self, worker: usize, outer: &impl Outer, mut waits: impl FnMut(bool)) -> Next {
        let mut state = lock(&self.state);
        if std::mem::take(&mut state.workers[worker].is_running) {
            state.workers[worker].n_ended += 1;
            (0..self.signals.len()).for_each(|other| self.call(&state, other));
        }
        loop {
            if state.is_over {
                return Next::Over;
            }
            if !state.is_stopped && outer.has_mail() {
                return Next::Mail;
            }
            if let Some((node, cell, by)) = self.turn(&state, worker) {
                state.ready[node as usize] = None;
                state.workers[worker].is_running = true;
                return Next::Run { node, cell, by };
            }
            state.workers[worker].is_waiting = true;
            state.n_waiting += 1;
            if self.is_stuck(&state, outer) {
                state.is_over = true;
                self.signals.iter().for_each(Condvar::notify_all);
                return Next::Over;
            }
            waits(true);
            state = self.signals[worker].wait(state).unwrap_or_else(PoisonError::into_inner);
            waits(false);
            state.workers[worker].is_waiting = false;
            state.n_waiting -= 1;
        }
    }

    /// Whether nothing can change any more.
    fn is_stuck(&self, state: &State, outer: &impl Outer) -> bool {
        // Handles first: the last one left what it had to before it went.
        state.n_waiting == state.n_workers
            && !outer.has_handles()
            && (state.is_stopped || !outer.has_mail())
            && (0..state.workers.len()).all(|worker| self.turn(state, worker).is_none())
    }

    /// The node that a worker may begin now, its cell, and who made it ready.
    fn turn(&self, state: &State, worker: usize) -> Option<(u32, u32, usize)> {
        let node = self.upcoming(state, worker).filter(|_| !state.is_stopped)?;
        let (cell, by) = state.ready[node as usize]?;
        let has_ended = |&(other, count): &(u32, u32)| state.workers[other as usize].n_ended >= count;
        self.order.waits[node as usize].iter().all(has_ended).then_some((node, cell, by))
    }

    fn upcoming(&self, state: &State, worker: usize) -> Option<u32> {
        self.order.workers[worker].get(state.workers[worker].n_ended as usize).copied()
    }

    /// Tells a worker that waits, if it may go on.
    fn call(&self, state: &MutexGuard<'_, State>, worker: usize) {
        if state.workers[worker].is_waiting && self.turn(state, worker).is_some() {
            self.signals[worker].notify_one();
        }
    }

    /// After the end: the workers that had anything left.
    pub fn lagging(&self) -> impl Iterator<Item = Lag> {
        let state = lock(&self.state);
        (0..self.signals.len()).filter_map(move |worker| {
            let node = self.upcoming(&state, worker)?;
            let n_run = state.workers[worker].n_ended as usize;
            Some(Lag { worker, n_run, node, is_ready: state.ready[node as usize].is_some() })
        })
    }
}
