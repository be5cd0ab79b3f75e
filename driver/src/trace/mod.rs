//! Recorded runs: what they are called, and what is made of them for people and for other programs.

mod anonymise;
mod export;
mod grain;
mod html;
mod label;
mod picture;
mod summary;
#[cfg(test)]
mod tests;

pub use anonymise::anonymous;
pub use export::{csv, dot, json, perfetto, picture};
pub use grain::{StageGrain, stage_grains, text as grain_text};
pub use html::html;
pub use label::{label, tag};
pub use picture::{Arrow, Picture, Shape};
pub use summary::{ms, percent, text};

use crate::cli::Options;
use crate::graph::{Compilation, Job};
use crate::interrupt::uninterrupted;
use crate::report::{Finding, plain};
use sigil_frontend::Code;
use sigil_scheduler::trace::{Recording, Summary, Trace};
use sigil_scheduler::{Policy, PolicyError, Schedule};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

/// Keeps the record of a run where the options say. What goes wrong is a finding.
pub fn keep(
    compilation: &Compilation<'_>,
    recording: Option<&Recording>,
    options: &Options,
) -> Option<Finding> {
    let Some(recording) = recording else {
        let is_wanted = options.trace.is_some() || options.timings.is_some();
        let message = "'--schedule serial' runs without the scheduler, so there is nothing to record";
        return is_wanted.then(|| Finding::global(Code::error(902), message.to_owned()));
    };
    let trace = recording.trace(&Job::STAGES, |_, tag| label(compilation, tag));
    let kept = options.trace.as_deref().map(|file| write(file, |out| trace.write(out)));
    let page = options.timings.as_deref().map(|file| {
        let page = html(&trace, &Summary::new(&trace));
        write(file, |out| out.write_all(page.as_bytes()))
    });
    let error = kept.into_iter().chain(page).find_map(Result::err)?;
    Some(Finding::global(Code::error(902), error))
}

/// The schedule of the run that a file records; an error is a sentence.
pub fn schedule(file: &str) -> Result<Arc<Schedule>, String> {
    let schedule = Trace::read(Path::new(file)).and_then(|trace| Schedule::new(&trace));
    schedule.map(Arc::new).map_err(|error| error.to_string())
}

/// The policy of a recorded run with some knobs set anew. One of an older version may have had other knobs; then the
/// defaults stand for it.
pub fn policy(trace: &str, changes: &[&str]) -> Result<Policy, PolicyError> {
    let recorded: Policy = trace.parse().unwrap_or_default();
    format!("{recorded},{}", changes.join(",")).parse()
}

/// Writes a file; an error is a sentence.
pub fn write(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), String> {
    let result = uninterrupted(|| {
        let mut out = BufWriter::new(std::fs::File::create(path)?);
        fill(&mut out)?;
        out.flush()
    });
    result.map_err(|error| format!("cannot write '{}': {}", path.display(), plain(&error)))
}
