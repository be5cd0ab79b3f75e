//! Counts the lines below a directory: `cargo run --release -p sigil-scheduler --example file_walker -- DIR`.
//!
//! Nobody knows the graph beforehand: a directory's job makes the jobs of what it finds.

use sigil_scheduler::{Context, Job, Pool};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

enum Visit {
    Directory(PathBuf),
    File(PathBuf),
}

impl Job for Visit {
    fn label(&self) -> String {
        let (Visit::Directory(path) | Visit::File(path)) = self;
        path.display().to_string()
    }
}

fn main() {
    let root = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("."), PathBuf::from);
    let (n_files, n_lines, n_errors) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let run = |visit: &mut Visit, cx: &mut Context<'_, Visit>| match visit {
        Visit::Directory(path) => {
            let Ok(entries) = std::fs::read_dir(path) else {
                n_errors.fetch_add(1, Ordering::Relaxed);
                return;
            };
            for entry in entries.flatten() {
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => cx.spawn(Visit::Directory(entry.path())),
                    Ok(kind) if kind.is_file() => cx.spawn(Visit::File(entry.path())),
                    // Links are not followed.
                    _ => {}
                }
            }
        }
        Visit::File(path) => match std::fs::read(path) {
            Ok(bytes) => {
                n_files.fetch_add(1, Ordering::Relaxed);
                n_lines
                    .fetch_add(bytes.iter().filter(|&&byte| byte == b'\n').count() as u64, Ordering::Relaxed);
            }
            Err(_) => _ = n_errors.fetch_add(1, Ordering::Relaxed),
        },
    };
    let report = Pool::new(4).run(run, |cx| cx.spawn(Visit::Directory(root)));
    for panic in &report.panics {
        eprintln!("{}: {}", panic.label, panic.message);
    }
    println!(
        "{} lines in {} files, {} could not be read; {:?}",
        n_lines.into_inner(),
        n_files.into_inner(),
        n_errors.into_inner(),
        report.wall
    );
}
