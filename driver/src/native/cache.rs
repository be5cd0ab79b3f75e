//! Objects and programs kept by content: a unit whose C is unchanged costs no process.
//!
//! The directory is `$SIGIL_CACHE`, else `$XDG_CACHE_HOME/sigilc`, else `~/.cache/sigilc`; where none can be
//! written, a private temporary directory takes its place. It may be deleted at any time.

use super::output;
use crate::interrupt::TempDir;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The cache.
#[derive(Debug)]
pub struct Cache {
    dir: PathBuf,
    /// C files and unfinished objects of this run.
    scratch: TempDir,
}

/// Name of a cached file: the hash of all that it depends on.
pub type Key = blake3::Hash;

impl Cache {
    /// Opens it. Fails only where not even a temporary directory can be made.
    pub fn open() -> io::Result<Cache> {
        for dir in candidates() {
            if fs::create_dir_all(dir.join("objects")).is_ok()
                && let Ok(scratch) = TempDir::new_in(&dir, "run-")
            {
                return Ok(Cache { dir, scratch });
            }
        }
        let scratch = TempDir::new()?;
        let dir = scratch.path().join("cache");
        fs::create_dir_all(dir.join("objects"))?;
        Ok(Cache { dir, scratch })
    }

    /// The hash of some parts, in order.
    pub fn key(parts: &[&[u8]]) -> Key {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        hasher.finalize()
    }

    /// Where a note about what this key stands for is, or belongs: something that only helps people.
    pub fn note(what: &str, key: Key) -> Option<PathBuf> {
        let dir = candidates().into_iter().next()?;
        Some(dir.join(what).join(&key.to_hex()[..32]))
    }

    /// Where the object or program of this key is, or belongs.
    pub fn path(&self, key: Key, extension: &str) -> PathBuf {
        let mut name = key.to_hex()[..32].to_owned();
        name.push_str(extension);
        self.dir.join("objects").join(name)
    }

    /// A file of this run; gone at its end.
    pub fn scratch(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// A directory that holds these files, made once for each content.
    pub fn files(&self, files: &[(&str, &str)]) -> io::Result<PathBuf> {
        let parts: Vec<&[u8]> =
            files.iter().flat_map(|(name, text)| [name.as_bytes(), text.as_bytes()]).collect();
        let dir = self.dir.join(format!("runtime-{}", &Cache::key(&parts).to_hex()[..16]));
        if !dir.is_dir() {
            fs::create_dir_all(&dir)?;
        }
        for (name, text) in files {
            output::write_if_changed(&dir.join(name), text.as_bytes())?;
        }
        Ok(dir)
    }

    /// Makes a finished scratch file the cached one.
    pub fn keep(&self, scratch: &Path, target: &Path) -> io::Result<()> {
        fs::rename(scratch, target)
    }
}

fn candidates() -> Vec<PathBuf> {
    let var = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let mut all = Vec::new();
    if let Some(dir) = var("SIGIL_CACHE") {
        all.push(dir);
    } else if let Some(dir) = var("XDG_CACHE_HOME") {
        all.push(dir.join("sigilc"));
    } else if let Some(home) = var("HOME") {
        all.push(home.join(".cache/sigilc"));
    }
    all
}
