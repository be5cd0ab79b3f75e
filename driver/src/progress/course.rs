//! How earlier runs of a project went, to tell what is left of this one.

use crate::graph::Goal;
use crate::native::{Cache, write_if_changed};
use crate::project::Input;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What was done at a moment of a run: milliseconds, then counts that only grow.
pub type Sample = (u64, [u64; 4]);

/// A run from start to end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Course {
    version: u32,
    samples: Vec<Sample>,
}

const VERSION: u32 = 1;
/// Longer runs keep every second sample, again and again.
const MOST: usize = 400;

impl Course {
    /// Nothing yet.
    pub fn new() -> Course {
        Course { version: VERSION, samples: Vec::new() }
    }

    /// The run that a file tells of; none where there is no such file, or one that is not ours.
    pub fn read(file: &Path) -> Option<Course> {
        let course: Course = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
        (course.version == VERSION && !course.samples.is_empty()).then_some(course)
    }

    /// Keeps it. That nothing can be kept is no reason to fail: it only tells how long the next run may take.
    pub fn write(&self, file: &Path) {
        if let (Ok(text), Some(dir)) = (serde_json::to_vec(self), file.parent())
            && std::fs::create_dir_all(dir).is_ok()
        {
            let _ = write_if_changed(file, &text);
        }
    }

    /// What is done by now.
    pub fn add(&mut self, sample: Sample) {
        self.samples.push(sample);
        if self.samples.len() > MOST {
            let mut at = 0;
            self.samples.retain(|_| {
                at += 1;
                at % 2 == 1
            });
        }
    }

    /// How many milliseconds a run that is as far as `now` will take yet, if it goes on like this one did.
    ///
    /// This one was as far at some time between the moment when it had done as much of everything and the moment when
    /// it had done more of anything; in between, the time that has passed decides. A machine that is slower or faster
    /// than then is so for the rest, within a factor of two.
    pub fn left(&self, (elapsed, done): Sample) -> Option<u64> {
        let end = self.samples.last()?.0;
        let when = |has: &dyn Fn(&Sample) -> bool| {
            self.samples.iter().find(|sample| has(sample)).map_or(end, |sample| sample.0)
        };
        let least = when(&|(_, then)| then.iter().zip(&done).all(|(then, done)| then >= done));
        let most = when(&|(_, then)| then.iter().zip(&done).any(|(then, done)| then > done));
        let then = elapsed.min(most).max(least);
        let pace = (elapsed as f64 / then.max(1) as f64).clamp(0.5, 2.0);
        Some(((end - then) as f64 * pace) as u64)
    }
}

/// Where the last run of the same kind is kept.
pub fn place(input: &Input, goal: Goal, tests: bool, optimize: u8) -> Option<PathBuf> {
    let root = if input.root.is_empty() { "." } else { &input.root };
    let root = std::fs::canonicalize(root).ok()?;
    let what = format!("{goal:?} {tests} {optimize}");
    let mut parts = vec![root.as_os_str().as_encoded_bytes(), what.as_bytes()];
    parts.extend(input.files.iter().map(String::as_bytes));
    Cache::note("runs", Cache::key(&parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course() -> Course {
        let mut course = Course::new();
        // Files are parsed, functions emitted, then two units take a second each.
        for sample in
            [(100, [10, 5, 0, 0]), (200, [10, 50, 50, 0]), (1200, [10, 50, 50, 1]), (2200, [10, 50, 50, 2])]
        {
            course.add(sample);
        }
        course
    }

    #[test]
    fn what_is_left_shrinks_with_what_is_done_and_with_time() {
        let course = course();
        assert_eq!(course.left((100, [10, 5, 0, 0])), Some(2100));
        assert_eq!(course.left((200, [10, 50, 50, 0])), Some(2000));
        // No count has changed since, but time has passed.
        assert_eq!(course.left((700, [10, 50, 50, 0])), Some(1500));
        assert_eq!(course.left((1200, [10, 50, 50, 1])), Some(1000));
        assert_eq!(course.left((2200, [10, 50, 50, 2])), Some(0));
    }

    #[test]
    fn a_slower_machine_takes_longer_for_the_rest() {
        assert_eq!(course().left((1800, [10, 50, 50, 1])), Some(400));
        assert_eq!(course().left((2400, [10, 50, 50, 0])), Some(2000));
        assert_eq!(course().left((9000, [10, 50, 50, 0])), Some(2000), "at most twice as slow");
    }

    #[test]
    fn a_larger_project_than_then_is_never_below_nought() {
        assert_eq!(course().left((3000, [20, 90, 90, 3])), Some(0));
        assert_eq!(Course::new().left((1, [0; 4])), None);
    }

    #[test]
    fn long_runs_are_thinned_but_keep_their_end() {
        let mut course = Course::new();
        for at in 1..=5000 {
            course.add((at * 100, [at, 0, 0, 0]));
        }
        assert!(course.samples.len() <= MOST);
        assert!(course.samples.last().is_some_and(|last| last.0 == 500_000));
    }

    #[test]
    fn a_course_is_read_as_it_was_written_and_garbage_is_not_read() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("deep/file");
        course().write(&file);
        assert_eq!(Course::read(&file), Some(course()));
        std::fs::write(&file, "garbage").expect("a file");
        assert_eq!(Course::read(&file), None);
    }
}
