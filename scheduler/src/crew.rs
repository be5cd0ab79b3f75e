//! The threads behind the workers: started when a run first needs them, kept for the next run.

#![expect(unsafe_code, reason = "threads outlive the borrow of a run's body, the body's use does not")]

use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

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
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
            let thread = Builder::new().name(format!("worker {number}")).spawn(move || crew.serve())?;
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
