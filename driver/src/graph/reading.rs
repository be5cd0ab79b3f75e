//! Large files are read in parts by several workers: nearly all that reading costs is the first touch of the memory.

use super::Job;
use super::engine::{Graph, Node};
use super::state::Compilation;
use bytes::BytesMut;
use parking_lot::Mutex;
use sigil_checker::types::ModuleId;
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
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

/// What opening a file comes to.
enum Opened {
    /// It was small, or no ordinary file.
    Whole(Vec<u8>),
    Parts(Reading),
}

fn open(path: &str) -> io::Result<Opened> {
    let file = File::open(path)?;
    let meta = file.metadata()?;
    let size = u32::try_from(meta.len()).map_err(|_| too_large())?;
    if cfg!(unix) && meta.is_file() && size >= LEAST as u32 {
        return Ok(Opened::Parts(Reading::new(file, size as usize)));
    }
    read_whole(file, size as usize).map(Opened::Whole)
}

/// Reads to the end of a file, whatever its size was said to be.
fn read_whole(file: File, size: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(size);
    file.take(u64::from(u32::MAX) + 1).read_to_end(&mut bytes)?;
    if u32::try_from(bytes.len()).is_err() { Err(too_large()) } else { Ok(bytes) }
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 4 GiB")
}

impl Reading {
    fn new(file: File, size: usize) -> Self {
        let mut rest = BytesMut::zeroed(size);
        let mut parts = Vec::with_capacity(size.div_ceil(PART));
        while !rest.is_empty() {
            parts.push(Mutex::new(rest.split_to(PART.min(rest.len()))));
        }
        Reading { file, parts: parts.into(), has_failed: AtomicBool::new(false) }
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
        let reading = match open(&self.program.module(id).info.display) {
            Ok(Opened::Parts(reading)) => reading,
            Ok(Opened::Whole(bytes)) => return self.load(id, Ok(bytes), g),
            Err(error) => return self.load(id, Err(error), g),
        };
        let count = reading.parts.len() as u32;
        *file.reading.lock() = Some(Arc::new(reading));
        let parts: Vec<Node> = (0..count).map(|part| g.node(Job::ReadPart(id, part), &[])).collect();
        g.node(Job::Load(id), &parts);
    }

    /// Reads a part of a file.
    pub fn read_part(&self, id: ModuleId, part: u32) {
        let reading = self.file(id).reading.lock().clone();
        reading.expect("a file is opened before its parts are read").read(part as usize);
    }

    /// All parts of a file are read; it is closed, since a process may have few files open at a time.
    pub fn load_parts(&self, id: ModuleId, g: &mut dyn Graph) {
        let reading = self.file(id).reading.lock().take().expect("a file is opened before it is loaded");
        let path = &self.program.module(id).info.display;
        let again = || File::open(path).and_then(|file| read_whole(file, 0));
        let bytes = reading.finish().map_or_else(again, Ok);
        drop(reading);
        self.load(id, bytes, g);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;

    fn in_parts(path: &str) -> Reading {
        match open(path) {
            Ok(Opened::Parts(reading)) => reading,
            _ => panic!("it is not read in parts"),
        }
    }

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
        let reading = in_parts(&path);
        let address = reading.parts[0].lock().as_ptr();
        read_backwards(&reading);
        let whole = reading.finish().unwrap();
        assert!(whole == bytes && whole.as_ptr() == address);
    }

    #[test]
    fn a_file_that_changes_its_size_meanwhile_is_read_again() {
        for change in [-1, 1] {
            let (_dir, path, bytes) = file();
            let reading = in_parts(&path);
            let resized = File::options().write(true).open(&path).unwrap();
            resized.set_len(bytes.len().saturating_add_signed(change) as u64).unwrap();
            read_backwards(&reading);
            assert!(reading.finish().is_none());
        }
    }

    #[test]
    fn small_and_missing_files_are_left_to_one_node() {
        let (_dir, path, bytes) = file();
        File::options().write(true).open(&path).unwrap().set_len(LEAST as u64 - 1).unwrap();
        assert!(matches!(open(&path), Ok(Opened::Whole(whole)) if whole == bytes[..LEAST - 1]));
        assert!(open("no such file").is_err());
    }
}
