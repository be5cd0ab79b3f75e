//! What a run shares with threads that are not its workers: handles complete events, and keep the run from ending.
//!
//! | what | written by | how |
//! |---|---|---|
//! | `inbox`, `n_inbox` | handles, and the worker that empties it | under the inbox's lock; the count `SeqCst`, for a look without the lock |
//! | `n_handles` | handles, and jobs that make one | `SeqCst` read-modify-write |
//! | `is_cancelled` | anybody, once and for ever | a release store |
//!
//! **No completion is lost.** A handle puts it in, counts it, and then posts, as a worker does that has made a node ready
//! (see `sleep`). It is alive meanwhile.
//!
//! **No run ends too early or too late.** The last worker awake looks at `n_handles` before it looks at the queues and the
//! inbox: if it sees no handle, it sees all that any of them has put in. A handle that goes posts *after* it has been
//! subtracted, so if that look came before, a worker is woken to look again. Handles are made by those who have one and
//! by jobs, so none can come up afterwards.
//!
//! **Cancelling** sets the flag and nothing else: it wakes nobody, as what sleeps has nothing to drop. Workers load it
//! (relaxed) before each job; what they take out of queues from then on is dropped, each node once, as each is taken out
//! once. When no queue holds anything the run ends as always, and what is unfinished and never became ready is dropped
//! then, when nobody works any more. Whether the run was cancelled is read (acquire) after that: by a handle, it was
//! before `n_handles` fell; by a job, before its worker left the crew. So a cancel is never overlooked, though a
//! worker may still begin a job just after it. A job that never returns keeps the run from ending, cancelled or not: nothing
//! can take its thread away from it.
//!
//! **Stalls** need no detection of their own: a run in which nothing can run any more ends like one that is done. Each
//! worker counts what it made and what it ended in plain integers, and adds the difference up when it leaves; the crew's
//! lock hands that on. If the sum is not nought, nodes are unfinished, and as nobody works any more, their lists of
//! successors can be read to say who waits for whom.

use crate::crew::Crew;
use crate::node::NodeId;
use crate::replay::stage::{Outer, Stage};
use crate::sleep::{Sleep, Waker, Woken};
use crate::sync::{AtomicBool, AtomicUsize, Mutex, Ordering, lock, publish, settle};
use crate::trace::record::Collector;
use std::sync::Arc;

/// The part of a run that does not know the job type.
pub struct Outside {
    /// Who sleeps.
    pub sleep: Sleep,
    /// Whether queued work is to be dropped.
    pub is_cancelled: AtomicBool,
    /// Events that were completed by other threads, for a worker to carry out.
    inbox: Mutex<Vec<NodeId>>,
    /// How many, for a look without the lock.
    n_inbox: AtomicUsize,
    n_handles: AtomicUsize,
    crew: Arc<Crew>,
    run: u64,
    /// What went wrong without stopping the run.
    pub warnings: Mutex<Vec<String>>,
    /// What is recorded, if anything.
    pub collector: Option<Collector>,
    /// Who may go on, in a replay.
    pub stage: Option<Stage>,
}

impl Outside {
    /// For a run with this number.
    pub fn new(
        crew: Arc<Crew>,
        run: u64,
        n_workers: usize,
        max_searchers: usize,
        collector: Option<Collector>,
        stage: Option<Stage>,
    ) -> Self {
        Outside {
            sleep: Sleep::new(n_workers, max_searchers),
            is_cancelled: AtomicBool::new(false),
            inbox: Mutex::new(Vec::new()),
            n_inbox: AtomicUsize::new(0),
            n_handles: AtomicUsize::new(0),
            crew,
            run,
            warnings: Mutex::new(Vec::new()),
            collector,
            stage,
        }
    }

    /// Sees to it that work just made visible is looked for. Whether somebody was woken.
    #[inline]
    pub fn post(&self, by: Waker) -> bool {
        self.sleep.should_wake() && self.wake(by)
    }

    /// The same, by another thread.
    fn tell(&self) {
        match &self.stage {
            Some(stage) => stage.knock(),
            None => drop(self.post(Waker::Outside)),
        }
    }

    /// Starts the threads of a replay, in which all workers take part from the beginning.
    pub fn start_all(&self, stage: &Stage) -> Result<(), String> {
        let mut result = Ok(());
        for worker in stage.helpers() {
            if let Err(error) = self.crew.start(self.run, worker) {
                stage.lose();
                result = Err(format!("worker {worker} could not be started: {error}"));
            }
        }
        result
    }

    #[cold]
    fn wake(&self, by: Waker) -> bool {
        while let Some(woken) = self.sleep.wake_one(by) {
            let Woken::Unstarted(worker) = woken else { return true };
            match self.crew.start(self.run, worker as usize) {
                Ok(true) => return true,
                Ok(false) => {
                    self.sleep.lose();
                    return false;
                }
                Err(error) => {
                    lock(&self.warnings).push(format!("worker {worker} could not be started: {error}"));
                    self.sleep.lose();
                }
            }
        }
        false
    }

    /// Whether other threads have left something.
    #[inline]
    pub fn has_mail(&self) -> bool {
        self.n_inbox.load(Ordering::SeqCst) > 0
    }

    /// Takes all that other threads have left.
    pub fn take_mail(&self) -> Vec<NodeId> {
        let mut inbox = lock(&self.inbox);
        self.n_inbox.store(0, Ordering::SeqCst);
        std::mem::take(&mut *inbox)
    }

    /// Whether a handle is alive.
    pub fn has_handles(&self) -> bool {
        self.n_handles.load(Ordering::SeqCst) > 0
    }

    /// Drops queued work from now on.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Release);
    }
}

/// Lets any thread complete events of a run, even one that has nothing else to do with the pool.
///
/// The run does not end while a handle is alive, so drop it when it has done its duty.
pub struct Handle(Arc<Outside>);

impl Handle {
    /// A handle more. By who has one, or by a job.
    pub(crate) fn new(outside: &Arc<Outside>) -> Self {
        outside.n_handles.fetch_add(1, Ordering::SeqCst);
        Handle(outside.clone())
    }

    /// Completes an event, or lets a held node go. Does nothing if that was done already.
    pub fn complete(&self, event: NodeId) {
        {
            let mut inbox = lock(&self.0.inbox);
            inbox.push(event);
            publish(&self.0.n_inbox, inbox.len());
        }
        self.0.tell();
    }

    /// What is recorded, if anything.
    pub(crate) fn collector(&self) -> Option<&Collector> {
        self.0.collector.as_ref()
    }

    /// Cancels the run: what is queued or waits is dropped, what runs is not disturbed.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether the run was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled.load(Ordering::Acquire)
    }
}

impl Clone for Handle {
    fn clone(&self) -> Self {
        Handle::new(&self.0)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.n_handles.fetch_sub(1, Ordering::SeqCst);
        settle();
        // Somebody has to see whether that was the last thing to wait for.
        self.0.tell();
    }
}

impl Outer for Outside {
    fn has_mail(&self) -> bool {
        Outside::has_mail(self)
    }

    fn has_handles(&self) -> bool {
        Outside::has_handles(self)
    }
}
