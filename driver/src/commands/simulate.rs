//! `simulate`: a recorded run on other numbers of cores, under other policies, and with what-if questions.

use super::voice::Voice;
use super::{FAILURE, SUCCESS};
use crate::cli::{Options, What};
use crate::trace::{Question, answer, validate};
use sigil_scheduler::trace::{Change, Summary, Trace};
use std::io::Write;

/// Prints the answer.
pub fn simulate(what: &What, options: &Options, voice: &Voice) -> u8 {
    match text(what, options) {
        Ok(text) => {
            // A closed pipe is no reason to fail.
            let _ = std::io::stdout().lock().write_all(text.as_bytes());
            SUCCESS
        }
        Err(sentence) => {
            voice.say(&format!("error: {sentence}"));
            FAILURE
        }
    }
}

fn text(what: &What, options: &Options) -> Result<String, String> {
    let read = |file: &std::path::PathBuf| Trace::read(file).map_err(|error| error.to_string());
    let trace = read(&what.file)?;
    let summary = Summary::new(&trace);
    // An older policy may have had other knobs; those of the command line were looked at already.
    let policy = options.policy.as_deref().unwrap_or(&trace.head.policy).parse().unwrap_or_default();
    let question = Question {
        cores: what.cores.clone(),
        policy,
        changes: changes(what)?,
        is_phased: what.phased,
        seeds: what.seeds,
    };
    if !what.validate.is_empty() {
        let others = what.validate.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        return validate(&trace, &summary, &others, &question);
    }
    let answer = answer(&trace, &summary, &question)?;
    if let Some(at) = answer.changed.iter().position(|&n| n == 0) {
        return Err(format!("no node is meant by {:?}", question.changes[at]));
    }
    Ok(match (what.csv, what.json) {
        (true, _) => answer.csv(),
        (_, true) => answer.json(),
        _ => answer.text(),
    })
}

fn changes(what: &What) -> Result<Vec<Change>, String> {
    let mut changes: Vec<Change> = what.zero.iter().cloned().map(Change::Zero).collect();
    changes.extend(what.no_edge.iter().cloned().map(Change::NoEdge));
    for text in &what.scale {
        let parts = text.split_once('=').and_then(|(kind, by)| Some((kind, by.parse::<f64>().ok()?)));
        let Some((kind, by)) = parts.filter(|&(_, by)| by >= 0.0 && by.is_finite()) else {
            return Err(format!("--scale {text}: not of the form STAGE=FACTOR"));
        };
        changes.push(Change::Scale(kind.to_owned(), by));
    }
    for text in &what.cut {
        let parts = text.rsplit_once('=').and_then(|(label, n)| Some((label, n.parse::<u32>().ok()?)));
        let Some((label, n)) = parts.filter(|&(_, n)| (1..=4096).contains(&n)) else {
            return Err(format!("--cut {text}: not of the form LABEL=PARTS"));
        };
        changes.push(Change::Split(label.to_owned(), n));
    }
    Ok(changes)
}
