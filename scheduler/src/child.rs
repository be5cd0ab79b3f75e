//! Child processes: threads of their own wait for them, as many as there are tokens, so that no worker does.

use crate::node::NodeId;
use crate::outside::Handle;
use crate::tokens::{Token, Tokens};
use std::collections::VecDeque;
use std::io;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// What becomes of what a child process writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Capture {
    /// Its standard output and error are collected.
    Output,
    /// They go where the command says, by default where ours go.
    Nothing,
}

/// Told how a child ended.
pub type OnEnd = Box<dyn FnOnce(io::Result<Output>) + Send>;

struct Request {
    command: Command,
    capture: Capture,
    on_end: OnEnd,
    handle: Handle,
    node: NodeId,
}

/// Threads that start child processes and wait for their ends.
pub struct Reaper {
    state: Mutex<State>,
    changed: Condvar,
    max_threads: usize,
    uses_jobserver: bool,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Request>,
    n_idle: usize,
    threads: Vec<JoinHandle<()>>,
    /// Known from the first child on.
    tokens: Option<Tokens>,
    is_dismissed: bool,
}

/// How often a jobserver is asked again, while it has no token and no child of ours gives one back.
const ASK_AGAIN: Duration = Duration::from_millis(10);

impl Reaper {
    /// For as many children at once. Starts no thread.
    pub fn new(max_children: usize, uses_jobserver: bool) -> Self {
        let (state, changed) = Default::default();
        Reaper { state, changed, max_threads: max_children, uses_jobserver }
    }

    /// How many children may run at once.
    pub fn max_children(&self) -> usize {
        self.max_threads
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a child as soon as there is a token, and completes the node when it has ended.
    pub fn submit(
        self: &Arc<Self>,
        command: Command,
        capture: Capture,
        on_end: OnEnd,
        handle: Handle,
        node: NodeId,
    ) {
        let refused = {
            let mut state = self.lock();
            state.queue.push_back(Request { command, capture, on_end, handle, node });
            // Those idle have the earlier requests to take.
            let is_short = state.n_idle < state.queue.len() && state.threads.len() < self.max_threads;
            if is_short
                && let Err(error) = self.start(&mut state)
                && state.threads.is_empty()
            {
                state.queue.pop_back().map(|request| (request, error))
            } else {
                None
            }
        };
        self.changed.notify_one();
        if let Some((request, error)) = refused {
            request.end(Err(error));
        }
    }

    /// Starts all threads at once.
    pub fn start_all(self: &Arc<Self>) {
        let mut state = self.lock();
        while state.threads.len() < self.max_threads && self.start(&mut state).is_ok() {}
    }

    fn start(self: &Arc<Self>, state: &mut State) -> io::Result<()> {
        let reaper = self.clone();
        let thread = Builder::new().name("child waiter".to_owned()).spawn(move || reaper.serve())?;
        state.threads.push(thread);
        state.n_idle += 1;
        Ok(())
    }

    /// A thread's life. It counts as idle already.
    fn serve(&self) {
        let mut state = self.lock();
        loop {
            if state.queue.is_empty() {
                if state.is_dismissed {
                    return;
                }
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let uses_jobserver = self.uses_jobserver;
            let tokens = state.tokens.get_or_insert_with(|| Tokens::new(uses_jobserver));
            let Some(token) = tokens.take() else {
                let wait = self.changed.wait_timeout(state, ASK_AGAIN);
                state = wait.unwrap_or_else(PoisonError::into_inner).0;
                continue;
            };
            state = self.serve_one(state, token);
        }
    }

    fn serve_one<'a>(&'a self, mut state: MutexGuard<'a, State>, token: Token) -> MutexGuard<'a, State> {
        let Some(mut request) = state.queue.pop_front() else { return state };
        state.n_idle -= 1;
        drop(state);
        let collector = request.handle.collector();
        let since = collector.map_or(0, |collector| collector.clock.now());
        let result = request.run();
        if let Some(collector) = request.handle.collector() {
            collector.child(request.node, since);
        }
        // The token goes back first: what the end makes ready may be the next child.
        state = self.lock();
        if let Some(tokens) = &mut state.tokens {
            tokens.give(token);
        }
        drop(state);
        self.changed.notify_one();
        request.end(result);
        let mut state = self.lock();
        state.n_idle += 1;
        state
    }

    /// Ends all threads, after the requests that are left.
    pub fn dismiss(&self) {
        let threads = {
            let mut state = self.lock();
            state.is_dismissed = true;
            std::mem::take(&mut state.threads)
        };
        self.changed.notify_all();
        for thread in threads {
            // `on_end` may have panicked, which the panic hook has reported; its handle is dropped all the same.
            let _ = thread.join();
        }
    }
}

impl Request {
    fn run(&mut self) -> io::Result<Output> {
        if self.handle.is_cancelled() {
            return Err(io::Error::new(io::ErrorKind::Interrupted, "the run was cancelled"));
        }
        if self.capture == Capture::Output {
            self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        }
        // Without pipes this only waits, and the output is empty.
        self.command.spawn()?.wait_with_output()
    }

    fn end(self, result: io::Result<Output>) {
        let on_end = std::panic::AssertUnwindSafe(|| (self.on_end)(result));
        // The panic hook has reported it; the node is completed in any case, for its job to see that nothing came.
        let _ = std::panic::catch_unwind(on_end);
        self.handle.complete(self.node);
    }
}
