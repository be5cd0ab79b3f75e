//! What happens when the process is told to end (Ctrl-C, `kill`): nothing temporary stays behind, of several files all or
//! none are in place, child processes are told too, and then the process ends as if nobody had listened.
//!
//! A thread waits for signals from the first temporary file on; commands that make none have no such thread. Whoever
//! changes what is on disk does so inside [`uninterrupted`], which holds a lock for reading. The thread takes it for
//! writing and never gives it back: so nobody is in the middle of something when it removes the files that
//! [`temporary`] names, and nobody begins anything afterwards.

use parking_lot::{Mutex, RwLock};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

static DISK: RwLock<()> = RwLock::new(());
static TEMPORARY: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Does something that must not be done by half. Such pieces of work may contain others.
pub fn uninterrupted<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(unix)]
    listener::start();
    let _reading = DISK.read_recursive();
    work()
}

/// Whether a file or a directory is to be removed if the process is told to end.
pub fn temporary(path: &Path, is_temporary: bool) {
    let mut all = TEMPORARY.lock();
    if is_temporary {
        all.insert(path.to_owned());
    } else {
        all.remove(path);
    }
}

/// A directory that goes away with this value, or with the process.
#[derive(Debug)]
pub struct TempDir {
    /// None while it is being dropped.
    dir: Option<tempfile::TempDir>,
    path: PathBuf,
}

impl TempDir {
    /// Where the system keeps such things.
    pub fn new() -> io::Result<Self> {
        Self::new_in(&std::env::temp_dir(), "sigilc-")
    }

    /// Inside another directory.
    pub fn new_in(parent: &Path, prefix: &str) -> io::Result<Self> {
        uninterrupted(|| {
            let dir = tempfile::Builder::new().prefix(prefix).tempdir_in(parent)?;
            let path = dir.path().to_owned();
            temporary(&path, true);
            Ok(TempDir { dir: Some(dir), path })
        })
    }

    /// Its place.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        uninterrupted(|| {
            drop(self.dir.take());
            temporary(&self.path, false);
        });
    }
}

#[cfg(unix)]
mod listener {
    use super::{DISK, TEMPORARY};
    use rustix::process::{Pid, Signal, kill_process};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;
    use std::fs;
    use std::path::Path;
    use std::sync::Once;
    use std::time::Duration;

    pub fn start() {
        static STARTED: Once = Once::new();
        STARTED.call_once(|| {
            let ignored = ignored();
            let wanted =
                [SIGHUP, SIGINT, SIGTERM].into_iter().filter(|signal| ignored & 1 << (signal - 1) == 0);
            // Without the thread, the process ends at once and leaves its files: no reason to fail.
            if let Ok(signals) = Signals::new(wanted) {
                let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(|| listen(signals));
            }
        });
    }

    /// The signals that this process was started to ignore (`nohup`, a script's background job), as a set of bits.
    fn ignored() -> u64 {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        line.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).unwrap_or(0)
    }

    fn listen(mut signals: Signals) {
        let Some(signal) = signals.forever().next() else { return };
        tell_children(signal);
        std::mem::forget(DISK.write());
        for path in TEMPORARY.lock().iter() {
            remove(path);
        }
        // Whoever waits for us learns which signal it was.
        let _ = emulate_default_handler(signal);
        std::process::exit(128 + signal);
    }

    /// Passes a signal on, where the system tells who our children are.
    fn tell_children(signal: i32) {
        let Some(signal) = Signal::from_named_raw(signal) else { return };
        let Ok(threads) = fs::read_dir("/proc/self/task") else { return };
        for thread in threads.flatten() {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            let pids = children.split_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?));
            pids.for_each(|pid| {
                // It may have ended meanwhile.
                let _ = kill_process(pid, signal);
            });
        }
    }

    /// Removes a file or a directory, into which a child that is about to end may still write.
    fn remove(path: &Path) {
        for _ in 0..20 {
            let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
            if removed.is_ok() || !path.exists() {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
