//! The threads behind the workers: started when a run first needs them, kept for the next run.
//!
//! A thread **waits** (and counts in `n_idle`), is **inside** a run's body, or is gone. Everything is written under one
//! lock, by these:
//!
//! | step | by | what |
//! |---|---|---|
//! | a run begins | its caller | sets `body` |
//! | a worker is wanted | whoever wakes it, with the run's number | counts it in `n_inside` and puts it on `wanted`; refused if that run's body is not there any more |
//! | it is taken up | a thread that waits | takes it off `wanted` and copies `body` |
//! | it has left | that thread | takes it off `n_inside`; the last one tells the caller |
//! | the run ends | its caller | waits for `n_inside` to be nought, then empties `body`, in one critical section |
//! | the pool is dropped | its owner | sets `is_dismissed` and waits for all threads |
//!
//! **Nobody uses a body that is gone.** Who is counted in `n_inside` keeps the caller waiting, and a worker is counted from
//! the moment it is wanted, before any thread knows of it. After the caller has seen nought and emptied `body` under the
//! same lock, a late call (a worker that saw work just before somebody else took it, a handle) is refused, by the run's
//! number if another one has begun meanwhile.
//! **No worker is forgotten.** There are at least as many threads that wait as there are workers on `wanted`, or another
//! one is started. A thread looks at `wanted` before it waits, so a signal that comes before is not needed.
//! **What workers did is seen.** A thread leaves under the lock, the caller sees that under the lock; so counters that
//! workers add up without any order are complete when the report is made.
//! **All threads go.** `is_dismissed` is set when no run is on, as a run borrows the pool, so nobody is inside. A thread
//! goes only if nothing is wanted.

#![expect(unsafe_code, reason = "threads outlive the borrow of a run's body, the body's use does not")]

use crate::sync::{Condvar, JoinHandle, Mutex, MutexGuard, lock, start_thread};
use std::io;
use std::sync::PoisonError;

/// What a worker does in a run, from beginning to end.
type Body<'a> = dyn Fn(usize) + Sync + 'a;

/// Threads that wait for a run.
#[derive(Default)]
pub struct Crew {
    state: Mutex<State>,
    /// There is a worker to be, or the crew is dismissed.
    wanted: Condvar,
    /// A thread has left the body.
    left: Condvar,
}

#[derive(Default)]
struct State {
    /// The run at hand. Its lifetime is a lie that [`Crew::run`] makes good: no thread is inside when it returns.
    body: Option<&'static Body<'static>>,
    /// Number of the run at hand, so that a late call for an earlier one is told apart.
    run: u64,
    /// Workers that are inside the body, or about to be.
    n_inside: usize,
    /// Workers that no thread has taken up.
    wanted: Vec<usize>,
    /// Threads that wait.
    n_idle: usize,
    threads: Vec<JoinHandle<()>>,
    is_dismissed: bool,
}

impl Crew {
    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Makes `body` available to [`start`](Self::start) while `lead` runs; `lead` is given the number of the run.
    /// Returns when all have left.
    pub fn run<T>(&self, body: &Body<'_>, lead: impl FnOnce() -> T) -> T {
        // SAFETY: only the lifetime changes. Threads get the body from `state.body` under the lock and are counted in
        // `n_inside` from then on; `Leave` empties `state.body` and waits until none is inside, also when unwinding.
        let body = unsafe { std::mem::transmute::<&Body<'_>, &'static Body<'static>>(body) };
        self.lock().body = Some(body);
        let _leave = Leave(self);
        lead()
    }

    /// The number of the next run.
    pub fn next_run(&self) -> u64 {
        let mut state = self.lock();
        state.run += 1;
        state.run
    }

    /// Has a thread do a worker's part in a run; false if that run is over.
    pub fn start(self: &std::sync::Arc<Self>, run: u64, worker: usize) -> io::Result<bool> {
        let mut state = self.lock();
        if state.run != run || state.body.is_none() {
            return Ok(false);
        }
        if state.n_idle <= state.wanted.len() {
            let crew = self.clone();
            let number = state.threads.len() + 1;
            let thread = start_thread(format!("worker {number}"), move || crew.serve())?;
            state.threads.push(thread);
            state.n_idle += 1;
        }
        state.n_inside += 1;
        state.wanted.push(worker);
        drop(state);
        self.wanted.notify_one();
        Ok(true)
    }

    /// A thread's life. It counts as idle already.
    fn serve(&self) {
        let mut state = self.lock();
        loop {
            if let (Some(body), Some(worker)) = (state.body, state.wanted.pop()) {
                state.n_idle -= 1;
                drop(state);
                body(worker);
                state = self.lock();
                state.n_idle += 1;
                state.n_inside -= 1;
                if state.n_inside == 0 {
                    // Who is told needs the lock: it must not sleep again for that.
                    drop(state);
                    self.left.notify_all();
                    state = self.lock();
                }
            } else if state.is_dismissed {
                return;
            } else {
                state = self.wanted.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    /// Ends all threads.
    pub fn dismiss(&self) {
        let threads = {
            let mut state = self.lock();
            state.is_dismissed = true;
            std::mem::take(&mut state.threads)
        };
        self.wanted.notify_all();
        for thread in threads {
            // A thread panics only if the scheduler is broken, and then it has aborted the process.
            let _ = thread.join();
        }
    }
}

/// Waits until no thread is inside the body.
struct Leave<'a>(&'a Crew);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        while state.n_inside > 0 {
            state = self.0.left.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.body = None;
    }
}
