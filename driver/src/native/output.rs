//! Writing files: to a temporary name first, then renamed; untouched if their bytes are the same.

use crate::interrupt::{temporary, uninterrupted};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A file that is written but not yet in its place. Dropping it removes it.
#[derive(Debug)]
pub struct Pending {
    temporary: PathBuf,
    target: PathBuf,
    is_done: bool,
}

impl Pending {
    /// Writes `bytes` next to `target`; none if `target` has these bytes already.
    pub fn write(target: &Path, bytes: &[u8]) -> io::Result<Option<Pending>> {
        if has_bytes(target, bytes) {
            return Ok(None);
        }
        let pending =
            Pending { temporary: temporary_name(target), target: target.to_owned(), is_done: false };
        uninterrupted(|| {
            temporary(&pending.temporary, true);
            // Creating a new file and renaming it is much cheaper than truncating an old one.
            fs::write(&pending.temporary, bytes)
        })?;
        Ok(Some(pending))
    }

    /// Takes the place of the target.
    pub fn commit(mut self) -> io::Result<()> {
        uninterrupted(|| fs::rename(&self.temporary, &self.target))?;
        self.is_done = true;
        Ok(())
    }

    /// The file that it will become.
    pub fn target(&self) -> &Path {
        &self.target
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.is_done {
            // Nothing can be done about a file that cannot be removed.
            let _ = fs::remove_file(&self.temporary);
        }
        temporary(&self.temporary, false);
    }
}

/// Writes a file unless it has these bytes. Says whether it was written.
pub fn write_if_changed(target: &Path, bytes: &[u8]) -> io::Result<bool> {
    match Pending::write(target, bytes)? {
        None => Ok(false),
        Some(pending) => pending.commit().map(|()| true),
    }
}

/// Puts the file `from` in the place of `target`, also across file systems.
///
/// A device or a pipe (`-o /dev/null`) is written to, never replaced.
pub fn replace_file(from: &Path, target: &Path) -> io::Result<()> {
    if fs::metadata(target).is_ok_and(|meta| !meta.is_file() && !meta.is_dir()) {
        let mut device = fs::OpenOptions::new().write(true).open(target)?;
        return io::copy(&mut fs::File::open(from)?, &mut device).map(drop);
    }
    let temporary = temporary_name(target);
    let copied = uninterrupted(|| fs::copy(from, &temporary).and_then(|_| fs::rename(&temporary, target)));
    if copied.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    copied
}

fn has_bytes(path: &Path, bytes: &[u8]) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.len() == bytes.len() as u64)
        && fs::read(path).is_ok_and(|old| old == bytes)
}

/// A hidden name in the same directory, so that renaming stays within one file system.
pub fn temporary_name(target: &Path) -> PathBuf {
    let name = target.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    target.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unchanged_files_stay_untouched() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.c");
        assert!(write_if_changed(&path, b"one").unwrap());
        let before = fs::metadata(&path).unwrap().modified().unwrap();
        assert!(!write_if_changed(&path, b"one").unwrap());
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);
        assert!(write_if_changed(&path, b"two").unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"two");
    }

    #[cfg(unix)]
    #[test]
    fn devices_are_written_to_and_not_replaced() {
        use std::os::unix::fs::FileTypeExt;
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("program");
        fs::write(&program, b"bytes").unwrap();
        // A link, so that a mistake here replaces the link and not the device.
        let link = dir.path().join("null");
        std::os::unix::fs::symlink("/dev/null", &link).unwrap();
        replace_file(&program, &link).unwrap();
        assert!(fs::metadata(&link).unwrap().file_type().is_char_device());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_is_not_committed_vanishes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.c");
        drop(Pending::write(&path, b"one").unwrap());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
