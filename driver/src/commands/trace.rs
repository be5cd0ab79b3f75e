//! `trace`: where the time of a recorded run went.

use super::voice::Voice;
use super::{FAILURE, SUCCESS};
use crate::cli::Command;
use crate::trace;
use sigil_scheduler::trace::{Summary, Trace};
use std::io::Write;

/// Writes what was asked for, or the summary.
pub fn trace(command: &Command, voice: &Voice) -> u8 {
    match convert(command) {
        Ok(()) => SUCCESS,
        Err(sentence) => {
            voice.say(&format!("error: {sentence}"));
            FAILURE
        }
    }
}

/// More nodes than these are no picture.
const LARGEST: usize = 4000;

/// The picture of a recorded run, if it is not too large for one.
pub fn svg(run: &Trace, summary: &Summary) -> Result<String, String> {
    let n = run.nodes.len();
    if n > LARGEST {
        let most = format!("{n} nodes are too many for a picture, of which {LARGEST} is the most");
        return Err(format!("{most}; try a page, with `sigilc trace FILE --html PAGE`"));
    }
    Ok(trace::picture(run, summary).svg())
}

fn convert(command: &Command) -> Result<(), String> {
    let Command::Trace { file, perfetto, dot, svg, csv, json, html, anonymise } = command else {
        return Ok(());
    };
    let run = Trace::read(file).map_err(|error| error.to_string())?;
    let summary = Summary::new(&run);
    let mut is_converted = false;
    let mut to = |path: &Option<std::path::PathBuf>, text: &dyn Fn() -> String| {
        is_converted |= path.is_some();
        path.as_ref().map_or(Ok(()), |path| trace::write(path, |out| out.write_all(text().as_bytes())))
    };
    to(perfetto, &|| trace::perfetto(&run, &summary))?;
    to(dot, &|| trace::dot(&run, &summary))?;
    if svg.is_some() {
        let picture = self::svg(&run, &summary)?;
        to(svg, &|| picture.clone())?;
    }
    to(csv, &|| trace::csv(&run, &summary))?;
    to(html, &|| trace::html(&run, &summary))?;
    to(json, &|| trace::json(&run, &summary))?;
    to(anonymise, &|| trace::anonymous(&run).to_text())?;
    if !is_converted {
        // A closed pipe is no reason to fail.
        let _ = std::io::stdout().lock().write_all(trace::text(&run, &summary).as_bytes());
    }
    Ok(())
}
