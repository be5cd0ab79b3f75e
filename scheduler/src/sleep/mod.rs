#![doc = include_str!("README.md")]

use crate::sync::{AtomicBool, AtomicU32, Condvar, Mutex, Ordering, lock, settle};
use crossbeam_utils::CachePadded;

const SEARCHING: u32 = 1 << 16;
const AWAKE: u32 = 1;

/// Who sleeps, who searches, and whether the run is over.
pub struct Sleep {
    state: CachePadded<AtomicU32>,
    max_searchers: u32,
    n_workers: u32,
    idle: Mutex<Idle>,
    tokens: Box<[Token]>,
    ended: AtomicBool,
}

struct Idle {
    /// The one that went to sleep last is woken first; those not started lie at the bottom.
    sleepers: Vec<u32>,
    is_started: Vec<bool>,
}

#[derive(Default)]
struct Token {
    /// Who gave it.
    by: Mutex<Option<Waker>>,
    signal: Condvar,
}

/// Who wakes a worker.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waker {
    /// A worker that has made work visible, or itself.
    Worker(u32),
    /// Another thread, by its handle.
    Outside,
    /// Whoever found the run over.
    End,
}

/// A worker that was woken and counts as searching; its thread has to be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Woken {
    /// It got its token.
    Parked,
    /// It has no thread yet.
    Unstarted(u32),
}

/// What a worker that goes to sleep has to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use]
pub enum Retired {
    /// Wait for its token.
    Park,
    /// First wake somebody, maybe itself: there is work that nobody looks for.
    Wake,
    /// Nobody is awake and nothing can come: the run is over.
    Quiet,
    /// The run has ended meanwhile.
    Ended,
}

impl Sleep {
    /// Worker 0 is awake, the others have not been started.
    pub fn new(n_workers: usize, max_searchers: usize) -> Self {
        Sleep {
            state: CachePadded::new(AtomicU32::new(AWAKE)),
            max_searchers: max_searchers as u32,
            n_workers: n_workers as u32,
            idle: Mutex::new(Idle {
                sleepers: (1..n_workers as u32).rev().collect(),
                is_started: (0..n_workers).map(|worker| worker == 0).collect(),
            }),
            tokens: (0..n_workers).map(|_| Token::default()).collect(),
            ended: AtomicBool::new(false),
        }
    }

    fn wants_waking(&self, state: u32) -> bool {
        state / SEARCHING < 1 && state % SEARCHING < self.n_workers
    }

    /// Whether work that was just made visible needs somebody to be woken.
    #[inline]
    pub fn should_wake(&self) -> bool {
        self.wants_waking(self.state.load(Ordering::SeqCst))
    }

    /// Whether a worker that has work to give away could find a taker.
    #[inline]
    pub fn is_anyone_idle(&self) -> bool {
        let state = self.state.load(Ordering::Relaxed);
        state / SEARCHING > 0 || state % SEARCHING < self.n_workers
    }

    /// Whether only one worker is awake.
    pub fn is_alone(&self) -> bool {
        self.state.load(Ordering::Relaxed) % SEARCHING == 1
    }

    /// Wakes a worker if nobody searches.
    pub fn wake_one(&self, by: Waker) -> Option<Woken> {
        let (worker, is_started) = {
            let mut idle = lock(&self.idle);
            if !self.wants_waking(self.state.load(Ordering::SeqCst)) {
                return None;
            }
            let worker = idle.sleepers.pop()?;
            self.state.fetch_add(SEARCHING + AWAKE, Ordering::SeqCst);
            let is_started = std::mem::replace(&mut idle.is_started[worker as usize], true);
            (worker, is_started)
        };
        if is_started {
            self.unpark(worker, by);
            return Some(Woken::Parked);
        }
        Some(Woken::Unstarted(worker))
    }

    /// A woken worker's thread could not be started: it is gone for good.
    pub fn lose(&self) {
        let _idle = lock(&self.idle);
        self.state.fetch_sub(SEARCHING + AWAKE, Ordering::SeqCst);
    }

    /// Begins to search, unless enough do.
    pub fn try_search(&self) -> bool {
        let mut state = self.state.load(Ordering::SeqCst);
        while state / SEARCHING < self.max_searchers {
            let new = state + SEARCHING;
            match self.state.compare_exchange_weak(state, new, Ordering::SeqCst, Ordering::SeqCst) {
                Ok(_) => return true,
                Err(now) => state = now,
            }
        }
        false
    }

    /// A searcher has found work. If true, it has to look for more and to wake somebody for it.
    #[must_use]
    pub fn found(&self) -> bool {
        let before = self.state.fetch_sub(SEARCHING, Ordering::SeqCst);
        settle();
        before / SEARCHING == 1
    }

    /// Goes to sleep. `has_work` looks at all queues, `can_come` says whether a handle is alive.
    pub fn retire(
        &self,
        worker: usize,
        is_searching: bool,
        has_work: impl Fn() -> bool,
        can_come: impl Fn() -> bool,
    ) -> Retired {
        let mut idle = lock(&self.idle);
        if self.is_ended() {
            // Those asleep got their tokens already.
            return Retired::Ended;
        }
        idle.sleepers.push(worker as u32);
        let change = AWAKE + if is_searching { SEARCHING } else { 0 };
        let now = self.state.fetch_sub(change, Ordering::SeqCst) - change;
        settle();
        // A handle posts before it goes, so what the last one posted is seen if it is seen gone.
        let is_quiet = now == 0 && !can_come();
        if now / SEARCHING == 0 && has_work() {
            return Retired::Wake;
        }
        if is_quiet { Retired::Quiet } else { Retired::Park }
    }

    /// Waits for the token. The worker is searching then, or the run has ended.
    pub fn park(&self, worker: usize) -> Waker {
        let token = &self.tokens[worker];
        let mut by = lock(&token.by);
        loop {
            if let Some(by) = by.take() {
                return by;
            }
            by = token.signal.wait(by).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }

    fn unpark(&self, worker: u32, by: Waker) {
        let token = &self.tokens[worker as usize];
        *lock(&token.by) = Some(by);
        token.signal.notify_one();
    }

    /// Ends the run and wakes everybody to see it.
    pub fn end(&self) {
        let sleepers = {
            let idle = lock(&self.idle);
            self.ended.store(true, Ordering::SeqCst);
            idle.sleepers.clone()
        };
        for worker in sleepers {
            self.unpark(worker, Waker::End);
        }
    }

    /// Whether the run has ended.
    #[inline]
    pub fn is_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }
}
