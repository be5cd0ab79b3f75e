//! What a worker does until the run is over: run nodes, look for nodes, sleep.

#![expect(unsafe_code, reason = "who takes a node from a queue has it and its job for itself")]

use crate::Job;
use crate::context::{Context, Step};
use crate::decide;
use crate::deque::Steal;
use crate::leftover::label;
use crate::node::{Link, Met, NodeId};
use crate::policy::{OnPanic, Order};
use crate::report::{Panicked, Skipped};
use crate::sleep::Retired;
use crate::sync::{Ordering, lock};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// How a node ended, for those that come after it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Good,
    Failed,
}

/// A worker's part in a run.
pub fn work<J: Job>(context: &mut Context<'_, J>, execute: &(impl Fn(&mut J, &mut Context<'_, J>) + Sync)) {
    // One catch for many jobs is cheaper than one for each: `current` says which of them panicked.
    let since = Instant::now();
    context.allow_steps();
    while let Err(payload) = catch_unwind(AssertUnwindSafe(|| context.until_end(execute))) {
        context.panicked(&*payload);
        discard(payload);
    }
    let metrics = &mut context.metrics;
    metrics.created += context.n_steps;
    metrics.run_next += context.n_steps;
    metrics.busy = since.elapsed().saturating_sub(metrics.searching + metrics.parked);
    // Whatever is found ends, and is run or passed over.
    let found = metrics.run_next + metrics.own + metrics.thefts;
    metrics.run = found - metrics.passed;
    // Wraps: a worker may end more than it makes. The crew's lock hands the sum on.
    let unfinished = metrics.created.wrapping_sub(found + context.n_events);
    context.run.n_unfinished.fetch_add(unfinished, Ordering::Relaxed);
    lock(&context.run.metrics)[context.index] = *metrics;
    if let (Some(collector), Some(recorder)) = (&context.run.outside.collector, context.recorder.take()) {
        collector.worker(context.index, *recorder);
    }
}

impl<J: Job> Context<'_, J> {
    fn until_end(&mut self, execute: &(impl Fn(&mut J, &mut Self) + Sync)) {
        loop {
            while self.step == Step::Waits {
                self.execute_step(execute);
            }
            let Some(number) = self.find() else { return };
            self.execute(number, execute);
        }
    }

    /// Runs the job that waits for nothing but this worker.
    #[inline]
    fn execute_step(&mut self, execute: &(impl Fn(&mut J, &mut Self) + Sync)) {
        let (number, node) = self.steps[self.other];
        self.step = Step::None;
        self.other ^= 1;
        self.n_steps += 1;
        self.current = Some(number);
        self.until_mail -= 1;
        if self.until_mail == 0 {
            self.look_for_mail();
        }
        if self.outside.is_cancelled.load(Ordering::Relaxed) {
            self.note_dropped();
        } else {
            // SAFETY: `next` put the job in, nobody but this worker knows of it, and the next one goes into the other cell.
            execute(unsafe { node.job() }, self);
        }
        if std::mem::needs_drop::<J>() {
            return self.finish_step(number);
        }
        self.current = None;
    }

    /// Ends a job that needs no node.
    fn finish_step(&mut self, number: u32) {
        if self.drop_job(number) == End::Failed {
            lock(&self.run.causes).remove(&number);
        }
        self.current = None;
    }

    #[inline]
    fn execute(&mut self, number: u32, execute: &(impl Fn(&mut J, &mut Self) + Sync)) {
        let node = self.run.nodes.at(number);
        self.current = Some(number);
        let is_out = node.header.is_poisoned() || self.outside.is_cancelled.load(Ordering::Relaxed);
        if is_out && !self.ran_all_the_same() {
            return self.pass_over(number);
        }
        if self.is_watched {
            self.record_begin();
        }
        // SAFETY: the node came out of a queue, where each ready node is once, so it is ours alone until it is finished;
        // ready nodes that are no events have a job.
        execute(unsafe { node.job() }, self);
        if self.is_watched {
            self.record_end(number);
        }
        if std::mem::needs_drop::<J>() {
            return self.finish(number, End::Good);
        }
        self.current = None;
        if !node.header.is_anonymous() {
            return self.end(number, End::Good, true);
        }
        // The short way of the cheapest nodes: nothing to drop, nothing that waits.
        if self.is_watched {
            node.header.close(true);
        }
        self.nodes.give(&self.run.nodes, number);
    }

    #[cold]
    fn record_begin(&mut self) {
        if let Some(recorder) = &mut self.recorder {
            recorder.begin();
        }
    }

    /// The job at hand has ended, well or badly.
    #[cold]
    fn record_end(&mut self, number: u32) {
        self.n_asked = 0;
        if let Some(recorder) = &mut self.recorder {
            recorder.ran(NodeId { number, generation: self.run.nodes.at(number).header.generation() });
        }
    }

    /// Whether the node at hand, of a run that was cancelled, was run in the record: it was begun before the worker saw
    /// that.
    #[cold]
    fn ran_all_the_same(&self) -> bool {
        self.recorded.is_some()
    }

    /// A node that is not to run ends.
    #[cold]
    fn pass_over(&mut self, number: u32) {
        if self.outside.is_cancelled.load(Ordering::Acquire) {
            self.note_dropped();
        } else {
            self.metrics.passed += 1;
            // SAFETY: as in `execute`.
            let label = label(unsafe { self.run.nodes.at(number).job() });
            let because = lock(&self.run.causes).get(&number).cloned().unwrap_or_default();
            lock(&self.run.skipped).push(Skipped { label, because });
        }
        self.finish(number, End::Failed);
    }

    /// The run was cancelled before a job could run.
    #[cold]
    fn note_dropped(&mut self) {
        self.metrics.passed += 1;
        self.run.dropped.fetch_add(1, Ordering::Relaxed);
    }

    /// Ends a node that has a job.
    #[inline]
    fn finish(&mut self, number: u32, mut end: End) {
        if std::mem::needs_drop::<J>() && self.drop_job(number) == End::Failed {
            end = End::Failed;
        }
        self.current = None;
        self.end(number, end, true);
    }

    /// Drops the job of the node at hand.
    fn drop_job(&mut self, number: u32) -> End {
        let node = self.run.nodes.at(number);
        // SAFETY: as in `execute` and `execute_step`; after this nobody touches the job.
        let drop = || unsafe { node.drop_job() };
        let Err(payload) = catch_unwind(AssertUnwindSafe(drop)) else { return End::Good };
        self.note_panic(number, "a job's drop".to_owned(), &*payload);
        discard(payload);
        End::Failed
    }

    /// An event is completed.
    pub(crate) fn end_event(&mut self, number: u32) {
        let end = self.drop_label(number);
        self.end(number, end, false);
    }

    /// How an event ends; its label is dropped.
    fn drop_label(&mut self, number: u32) -> End {
        self.n_events += 1;
        let node = self.run.nodes.at(number);
        if node.header.kind().is_some_and(|kind| kind.has_job) {
            // SAFETY: whoever brings `pending` of an event to nought has it for itself; its job was never run or dropped.
            let drop = || unsafe { node.drop_job() };
            if let Err(payload) = catch_unwind(AssertUnwindSafe(drop)) {
                self.note_panic(number, "an event's drop".to_owned(), &*payload);
                discard(payload);
                return End::Failed;
            }
        }
        if node.header.is_poisoned() { End::Failed } else { End::Good }
    }

    /// Meets the successors and frees the node. `may_jump`: no job runs here, so one of them may run next.
    #[inline]
    fn end(&mut self, number: u32, end: End, may_jump: bool) {
        // Events that this ends are ended in turn; a list keeps the stack flat.
        self.end_one(number, end, may_jump);
        while let Some(event) = self.events.pop() {
            let end = self.drop_label(event);
            self.end_one(event, end, may_jump);
        }
    }

    #[inline]
    fn end_one(&mut self, number: u32, end: End, may_jump: bool) {
        let run = self.run;
        let header = &run.nodes.at(number).header;
        let is_anonymous = header.is_anonymous();
        let is_poison = end == End::Failed && run.policy.panic == OnPanic::Poison;
        let mut link = if is_poison && !is_anonymous {
            header.fail()
        } else {
            let link = header.close(is_anonymous);
            if end == End::Failed {
                lock(&run.causes).remove(&number);
            }
            self.nodes.give(&run.nodes, number);
            link
        };
        let mut n_met = 0;
        while let Some(at) = Link::unpack(link) {
            link = self.meet(number, at, end, may_jump);
            n_met += 1;
        }
        if n_met > 4
            && let Some(recorder) = &mut self.recorder
        {
            recorder.met(n_met);
        }
    }

    /// Meets one successor of a node that has ended; the next link.
    fn meet(&mut self, ended: u32, at: Link, end: End, may_jump: bool) -> u32 {
        let run = self.run;
        if self.has_chaos {
            self.random.pause();
        }
        // The next link is read first: once met, the successor may run, end and be used again.
        let (successor, next) = match at {
            Link::Inline(number, place) => {
                (number, run.nodes.at(number).header.links[place].load(Ordering::Relaxed))
            }
            Link::Cell(cell) => {
                let edge = run.edges.at(cell);
                let ends = (edge.successor.load(Ordering::Relaxed), edge.next.load(Ordering::Relaxed));
                self.edges.give(&run.edges, cell);
                ends
            }
        };
        let header = &run.nodes.at(successor).header;
        if end == End::Failed && run.policy.panic == OnPanic::Poison {
            run.pass_on_cause(ended, successor);
            header.poison();
        }
        if header.met(1) == Met::Ready {
            if header.is_event() {
                self.events.push(successor);
            } else if may_jump {
                self.jump(successor);
            } else {
                self.enqueue(successor);
            }
        }
        next
    }

    /// A node became ready by the end of another one. Of several, the heaviest runs next, or else the one that was made
    /// first: it comes last here, and following the order of making is kind to caches.
    #[inline]
    fn jump(&mut self, number: u32) {
        let Some(rival) = self.next.take() else { return self.run_next(number) };
        let is_lighter = self.run.policy.priorities && self.weight(number) < self.weight(rival);
        let (next, other) = if is_lighter { (rival, number) } else { (number, rival) };
        self.enqueue(other);
        self.run_next(next);
    }

    /// Takes a job that has panicked off the worker's hands.
    #[cold]
    fn panicked(&mut self, payload: &(dyn Any + Send)) {
        let Some(number) = self.current else {
            // Not a job's panic but ours: other workers would wait for this one for ever.
            eprintln!("the scheduler is broken: {}", message(payload));
            std::process::abort();
        };
        self.record_end(number);
        // SAFETY: the job panicked before it was dropped, and the node is still ours: see `execute` and `finish`.
        let label = label(unsafe { self.run.nodes.at(number).job() });
        self.note_panic(number, label, payload);
        if self.steps.iter().all(|step| step.0 != number) {
            return self.finish(number, End::Failed);
        }
        lock(&self.run.causes).remove(&number);
        self.finish_step(number);
    }

    fn note_panic(&mut self, number: u32, label: String, payload: &(dyn Any + Send)) {
        lock(&self.run.causes).insert(number, label.clone());
        lock(&self.run.panics).push(Panicked { label, message: message(payload) });
        if self.run.policy.panic == OnPanic::Cancel {
            self.outside.cancel();
        }
    }

    /// The next node to run; none when the run is over.
    #[inline]
    fn find(&mut self) -> Option<u32> {
        self.until_mail -= 1;
        if self.until_mail == 0 {
            self.look_for_mail();
        }
        if let Some(number) = self.next.take() {
            self.metrics.run_next += 1;
            return Some(number);
        }
        if !self.is_simple {
            return self.find_otherwise();
        }
        match self.deque.pop() {
            Some(number) => {
                self.metrics.own += 1;
                Some(number)
            }
            None => self.search(),
        }
    }

    #[inline(never)]
    fn find_otherwise(&mut self) -> Option<u32> {
        if self.is_woken {
            return self.search();
        }
        if self.is_serial_chaos && !self.bag.is_empty() {
            return Some(self.draw());
        }
        self.pop().or_else(|| self.search())
    }

    fn pop(&mut self) -> Option<u32> {
        let order = self.run.policy.order;
        let pop = |deque: &mut crate::deque::Owner<'_>| match order {
            Order::Lifo => deque.pop(),
            Order::Fifo => deque.pop_oldest(),
        };
        let urgent = if self.run.policy.priorities { pop(&mut self.urgent) } else { None };
        let found = urgent.or_else(|| pop(&mut self.deque));
        self.metrics.own += u64::from(found.is_some());
        found
    }

    /// One of the ready nodes in serial chaos, of which there are some.
    fn draw(&mut self) -> u32 {
        self.metrics.own += 1;
        let at = self.random.below(self.bag.len());
        self.bag.swap_remove(at)
    }

    #[cold]
    fn look_for_mail(&mut self) {
        self.until_mail = decide::until_mail(&self.run.policy);
        self.read_mail();
    }

    /// Carries out what other threads have left.
    pub(crate) fn read_mail(&mut self) {
        if !self.outside.has_mail() {
            return;
        }
        for event in self.outside.take_mail() {
            self.metrics.mail += 1;
            self.complete(event);
        }
    }

    /// Looks at everybody once.
    fn sweep(&mut self) -> Option<u32> {
        self.read_mail();
        if let Some(number) = self.find_own() {
            return Some(number);
        }
        let (policy, n) = (&self.run.policy, self.run.deques.len());
        let first = decide::first_victim(policy, n, self.index, self.last_victim, self.random.next());
        let classes = if policy.priorities { 0..2 } else { 1..2 };
        for class in classes {
            for step in 0..n {
                let victim = decide::victim(policy, n, self.index, first, step);
                if victim != self.index
                    && let Some(number) = self.steal(victim, class)
                {
                    self.last_victim = victim;
                    return Some(number);
                }
            }
        }
        None
    }

    fn find_own(&mut self) -> Option<u32> {
        if self.is_serial_chaos && !self.bag.is_empty() {
            return Some(self.draw());
        }
        self.next.take().or_else(|| self.pop())
    }

    fn steal(&mut self, victim: usize, class: usize) -> Option<u32> {
        // Look before taking: an attempt costs the owner a cache miss, a look at an idle queue costs nobody anything.
        let deque = &self.run.deques[victim][class];
        let available = deque.len();
        if available == 0 {
            self.metrics.empty_looks += 1;
            return None;
        }
        if self.has_chaos {
            self.random.pause();
        }
        let since = self.recorder.as_ref().map_or(0, |recorder| recorder.now());
        let stolen = self.metrics.stolen;
        let mut taken = None;
        for _ in 0..decide::steal_amount(&self.run.policy, available) {
            match deque.steal() {
                Steal::Success(number) => {
                    self.metrics.stolen += 1;
                    // The oldest is run, the others are kept in their order, the newest on top.
                    if taken.is_none() {
                        taken = Some(number);
                    } else if class == 0 {
                        self.urgent.push(number);
                    } else {
                        self.deque.push(number);
                    }
                }
                Steal::Retry => {
                    self.metrics.lost_steals += 1;
                    break;
                }
                Steal::Empty => {
                    self.metrics.empty_looks += u64::from(taken.is_none());
                    break;
                }
            }
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.steal(victim, self.metrics.stolen - stolen, since);
        }
        self.metrics.thefts += u64::from(taken.is_some());
        taken
    }

    /// Finds work elsewhere, or sleeps until there is some; none when the run is over.
    #[cold]
    fn search(&mut self) -> Option<u32> {
        self.metrics.searches += 1;
        let since = Instant::now();
        let parked = self.metrics.parked;
        let tick = self.recorder.as_ref().map_or(0, |recorder| recorder.now());
        let found = match &self.outside.stage {
            Some(stage) => self.follow(stage),
            None => self.look_and_sleep(),
        };
        if let Some(recorder) = &mut self.recorder {
            recorder.search(tick);
        }
        self.metrics.searching += since.elapsed().saturating_sub(self.metrics.parked - parked);
        found
    }

    fn look_and_sleep(&mut self) -> Option<u32> {
        let outside = self.outside;
        // A worker that was just started counts as searching.
        let mut is_searching = std::mem::take(&mut self.is_woken);
        if !is_searching {
            if let Some(number) = self.sweep() {
                return Some(number);
            }
            is_searching = !outside.sleep.is_alone() && outside.sleep.try_search();
        }
        loop {
            if is_searching && let Some(number) = self.look_around() {
                if outside.sleep.found() && self.run.has_work() {
                    self.post();
                }
                return Some(number);
            }
            if self.has_chaos {
                self.random.pause();
            }
            let has_work = || self.run.has_work();
            match outside.sleep.retire(self.index, is_searching, has_work, || outside.has_handles()) {
                Retired::Ended => return None,
                Retired::Quiet => {
                    outside.sleep.end();
                    return None;
                }
                Retired::Wake => self.post(),
                Retired::Park => {}
            }
            self.metrics.parks += 1;
            let since = Instant::now();
            let tick = self.recorder.as_ref().map_or(0, |recorder| recorder.now());
            let by = outside.sleep.park(self.index);
            self.metrics.parked += since.elapsed();
            if let Some(recorder) = &mut self.recorder {
                recorder.park(tick, by);
            }
            if outside.sleep.is_ended() {
                return None;
            }
            is_searching = true;
        }
    }

    /// Searches for a bounded time.
    fn look_around(&mut self) -> Option<u32> {
        let outside = self.outside;
        for round in 0..=self.run.policy.spins {
            if let Some(number) = self.sweep() {
                return Some(number);
            }
            if outside.sleep.is_ended() || outside.sleep.is_alone() {
                return None;
            }
            if decide::yields(round, self.run.deques.len(), self.run.n_cores) {
                std::thread::yield_now();
            } else {
                (0..32).for_each(|_| std::hint::spin_loop());
            }
        }
        None
    }
}

/// Drops what a panic carried, even if that panics in turn.
fn discard(payload: Box<dyn Any + Send>) {
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(another);
    }
}

/// What a panic said.
fn message(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic without a message".to_owned()
    }
}
