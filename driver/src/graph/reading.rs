//! Large files are read in parts by several workers: nearly all that reading costs is the first touch of the memory.

use super::Job;
use super::engine::{Graph, Node};
use super::state::Compilation;
use bytes::BytesMut;
use parking_lot::Mutex;
use sigil_checker::types::ModuleId;
use std::fs::{self, File};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

/// Bytes that a node reads.
const PART: usize = 1 << 19;

/// Files below this are read by one node: it takes less than half a millisecond.
const LEAST: usize = 4 * PART;

/// A file that is being read in parts.
pub struct Reading {
    file: File,
    /// Neighbours in one block of memory.
    parts: Box<[Mutex<BytesMut>]>,
    /// It changed meanwhile, or cannot be read.
    has_failed: AtomicBool,
}

impl Reading {
    /// Opens a file; none if it is small, special, or cannot be opened: then there is nothing to gain.
    fn new(path: &str) -> Option<Self> {
        let file = File::open(path).ok()?;
        let meta = file.metadata().ok()?;
        let size = usize::try_from(meta.len()).ok()?;
        if !meta.is_file() || size < LEAST || u32::try_from(size).is_err() {
            return None;
        }
        let mut rest = BytesMut::zeroed(size);
        let mut parts = Vec::with_capacity(size.div_ceil(PART));
        while !rest.is_empty() {
            parts.push(Mutex::new(rest.split_to(PART.min(rest.len()))));
        }
        Some(Reading { file, parts: parts.into(), has_failed: AtomicBool::new(false) })
    }

    fn read(&self, number: usize) {
        let part = &mut *self.parts[number].lock();
        if read_at(&self.file, part, (number * PART) as u64).is_err() {
            self.has_failed.store(true, Ordering::Release);
        }
    }

    /// The bytes of all parts, not copied; none if the file is to be read again.
    fn finish(&self) -> Option<Vec<u8>> {
        let mut whole = BytesMut::new();
        for part in &self.parts {
            whole.unsplit(std::mem::take(&mut *part.lock()));
        }
        let is_same = self.file.metadata().is_ok_and(|meta| meta.len() == whole.len() as u64);
        (is_same && !self.has_failed.load(Ordering::Acquire)).then(|| whole.into())
    }
}

#[cfg(unix)]
fn read_at(file: &File, part: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, part, offset)
}

/// Elsewhere, a read moves the one position that the file has.
#[cfg(not(unix))]
fn read_at(_: &File, _: &mut [u8], _: u64) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

impl Compilation<'_> {
    /// Reads a file, or makes nodes that read its parts.
    pub fn read(&self, id: ModuleId, g: &mut dyn Graph) {
        let file = self.file(id);
        if file.is_library {
            let text = sigil_checker::library::source(&file.relative);
            return self.load(id, Ok(text.unwrap_or_default().as_bytes().to_vec()), g);
        }
        let path = &self.program.module(id).info.display;
        let Some(reading) = Reading::new(path) else {
            return self.load(id, read_file(path), g);
        };
        let count = reading.parts.len() as u32;
        // Cannot be set already: a file is read once.
        let _ = file.reading.set(reading);
        let parts: Vec<Node> = (0..count).map(|part| g.node(Job::ReadPart(id, part), &[])).collect();
        g.node(Job::Load(id), &parts);
    }

    fn reading(&self, id: ModuleId) -> &Reading {
        self.file(id).reading.get().expect("a file is opened before its parts are read")
    }

    /// Reads a part of a file.
    pub fn read_part(&self, id: ModuleId, part: u32) {
        self.reading(id).read(part as usize);
    }

    /// All parts of a file are read.
    pub fn load_parts(&self, id: ModuleId, g: &mut dyn Graph) {
        let bytes = match self.reading(id).finish() {
            Some(bytes) => Ok(bytes),
            None => read_file(&self.program.module(id).info.display),
        };
        self.load(id, bytes, g);
    }
}

fn read_file(path: &str) -> io::Result<Vec<u8>> {
    let bytes = fs::read(path)?;
    if u32::try_from(bytes.len()).is_err() {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 4 GiB"));
    }
    Ok(bytes)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// A file that does not end with a part.
    fn file() -> (tempfile::TempDir, String, Vec<u8>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("large.si").to_str().unwrap().to_owned();
        let bytes: Vec<u8> = (0..LEAST + PART / 3).map(|at| (at % 251) as u8).collect();
        fs::write(&path, &bytes).unwrap();
        (dir, path, bytes)
    }

    fn read_backwards(reading: &Reading) {
        (0..reading.parts.len()).rev().for_each(|part| reading.read(part));
    }

    #[test]
    fn parts_in_any_order_are_the_file_in_one_place() {
        let (_dir, path, bytes) = file();
        let reading = Reading::new(&path).unwrap();
        let address = reading.parts[0].lock().as_ptr();
        read_backwards(&reading);
        let whole = reading.finish().unwrap();
        assert!(whole == bytes && whole.as_ptr() == address);
    }

    #[test]
    fn a_file_that_changes_its_size_meanwhile_is_read_again() {
        for change in [-1, 1] {
            let (_dir, path, bytes) = file();
            let reading = Reading::new(&path).unwrap();
            let resized = File::options().write(true).open(&path).unwrap();
            resized.set_len(bytes.len().saturating_add_signed(change) as u64).unwrap();
            read_backwards(&reading);
            assert!(reading.finish().is_none());
        }
    }

    #[test]
    fn small_and_missing_files_are_left_to_one_node() {
        let (_dir, path, _) = file();
        File::options().write(true).open(&path).unwrap().set_len(LEAST as u64 - 1).unwrap();
        assert!(Reading::new(&path).is_none() && Reading::new("no such file").is_none());
    }
}
