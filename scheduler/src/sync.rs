//! The primitives that all protocols are built from; with `--cfg loom` they are loom's, which explores all interleavings.

#[cfg(loom)]
pub use loom::sync::{
    Condvar, Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering},
};
#[cfg(not(loom))]
pub use std::sync::{
    Condvar, Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering},
};

#[cfg(loom)]
pub use loom::thread::JoinHandle;
#[cfg(not(loom))]
pub use std::thread::JoinHandle;

/// Starts a thread.
#[cfg(not(loom))]
pub fn start_thread(name: String, body: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name).spawn(body)
}

/// Starts one of loom's, which have no names.
#[cfg(loom)]
pub fn start_thread(_: String, body: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    Ok(loom::thread::spawn(body))
}

/// Stores so that no later `SeqCst` load of this thread is done before the store is seen by everybody.
///
/// All accesses that take part (this store, the load after it, and the other side's) are `SeqCst`, so their total
/// order forbids that both sides miss each other. A swap is the cheapest such store on x86. Loom takes `SeqCst`
/// accesses for acquire and release, so there the barrier is a fence.
#[inline]
pub fn publish(target: &AtomicUsize, value: usize) {
    #[cfg(loom)]
    {
        target.store(value, Ordering::Release);
        loom::sync::atomic::fence(Ordering::SeqCst);
    }
    #[cfg(not(loom))]
    target.store(value, Ordering::SeqCst);
}

/// Stands between a `SeqCst` read-modify-write and the `SeqCst` loads that must come after it; see [`publish`].
#[inline]
pub fn settle() {
    #[cfg(loom)]
    loom::sync::atomic::fence(Ordering::SeqCst);
}

/// Locks. Nothing panics while it holds one of our locks, so a poisoned one is as good as any.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
