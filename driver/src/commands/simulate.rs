//! `simulate`: a recorded run on other numbers of cores, under other policies, and with what-if questions. `calibrate`:
//! what that takes of the machine.

use super::voice::Voice;
use super::{FAILURE, SUCCESS};
use crate::cli::{Calibrate, Options, Simulate, TuneGoal};
use crate::interrupt::TempDir;
use crate::predict::{Known, Machine, Question, against_records, answer, svg, validate};
use crate::trace;
use crate::tune::{Measured, Variant};
use sigil_scheduler::Policy;
use sigil_scheduler::trace::{Change, Summary, Trace};
use std::io::Write;
use std::path::Path;

/// Prints the answer.
pub fn simulate(what: &Simulate, options: &Options, voice: &Voice) -> u8 {
    conclude(text(what, options), voice)
}

/// Measures, prints and keeps.
pub fn calibrate(what: &Calibrate, options: &Options, voice: &Voice) -> u8 {
    conclude(measure(what, options), voice)
}

fn conclude(outcome: Result<String, String>, voice: &Voice) -> u8 {
    match outcome {
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

fn read(file: &Path) -> Result<Trace, String> {
    Trace::read(file).map_err(|error| error.to_string())
}

/// A path of a project, not of a record.
fn is_project(path: &Path) -> bool {
    path.is_dir() || path.extension().is_some_and(|extension| extension == "si")
}

fn text(what: &Simulate, options: &Options) -> Result<String, String> {
    let trace = if is_project(&what.file) { record_once(&what.file, options)? } else { read(&what.file)? };
    let question = Question {
        cores: what.cores.clone(),
        policies: policies(what, options, &trace)?,
        changes: changes(what)?,
        is_phased: what.phased,
        seeds: what.seeds,
    };
    let known = known(what, &trace)?;
    if let Some(project) = what.validate.iter().find(|path| is_project(path)) {
        if what.validate.len() > 1 {
            return Err("--validate takes one project, or records".to_owned());
        }
        let outcome = validate(&trace, &known, &question, project, options, what.repeat)?;
        return Ok(if what.json { outcome.json() } else { outcome.text() });
    }
    if !what.validate.is_empty() {
        let others = what.validate.iter().map(|file| read(file)).collect::<Result<Vec<_>, _>>()?;
        return Ok(against_records(&trace, &known, &others, &question));
    }
    let answer = answer(&trace, &known, &question)?;
    if let Some(at) = answer.changed.iter().position(|&n| n == 0) {
        return Err(meaningless(&question.changes[at], &trace));
    }
    if let Some(file) = &what.svg {
        trace::write(file, |out| out.write_all(svg(&answer).as_bytes()))?;
    }
    Ok(match (what.csv, what.json) {
        (true, _) => answer.csv(),
        (_, true) => answer.json(),
        _ => answer.text(),
    })
}

/// Why a change changes nothing.
fn meaningless(change: &Change, trace: &Trace) -> String {
    let none = |option: &str, label: &str| format!("--{option} {label}: no node has that in its label");
    match change {
        Change::Zero(label) => none("zero", label),
        Change::Split(label, _) => none("cut", label),
        Change::NoEdge(label) => {
            format!("--no-edge {label}: no node with that in its label waits for another")
        }
        Change::Scale(kind, _) => {
            let kinds = trace.head.kinds.iter().enumerate();
            let used = kinds.filter(|(at, _)| trace.nodes.iter().any(|node| node.kind as usize == *at));
            let names: Vec<&str> = used.map(|(_, name)| name.as_str()).collect();
            format!("--scale {kind}: the record has no such stage, only {}", names.join(", "))
        }
    }
}

/// What a simulation can rest on.
fn known(what: &Simulate, trace: &Trace) -> Result<Known, String> {
    let summary = Summary::new(trace);
    let known = Known::of(trace, &summary);
    if let Some(file) = &what.calibration {
        return Ok(known.with_machine(trace, &summary, &Machine::read(file)?));
    }
    if what.calibrate_with.is_empty() {
        return Ok(known);
    }
    let others = what.calibrate_with.iter().map(|file| read(file)).collect::<Result<Vec<_>, _>>()?;
    known.with_records(trace, others)
}

fn policies(what: &Simulate, options: &Options, record: &Trace) -> Result<Vec<(String, Policy)>, String> {
    let given = options.policy.as_deref().unwrap_or_default();
    let of = |texts: &[&str]| trace::policy(&record.head.policy, texts);
    let mut all =
        vec![("this policy".to_owned(), of(&[given]).map_err(|error| format!("--policy: {error}"))?)];
    for text in &what.against {
        let policy = of(&[given, text]).map_err(|error| format!("--against: {error}"))?;
        all.push((text.clone(), policy));
    }
    Ok(all)
}

fn changes(what: &Simulate) -> Result<Vec<Change>, String> {
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

fn measure(what: &Calibrate, options: &Options) -> Result<String, String> {
    let records = what.path.as_deref().map_or(Ok(Vec::new()), |path| record(path, what.repeat, options))?;
    let machine = Machine::measure(&records)?;
    if let Some(file) = &what.output {
        trace::write(file, |out| out.write_all(machine.to_json().as_bytes()))?;
    }
    Ok(machine.text())
}

/// Records `emit`, with one worker if nothing else is said.
fn record_once(path: &Path, options: &Options) -> Result<Trace, String> {
    let dir = TempDir::new().map_err(|error| format!("cannot make a directory: {error}"))?;
    let file = dir.path().join("trace");
    let jobs = options.jobs.map_or(1, usize::from);
    let variant = Variant { name: RECORDED.to_owned(), jobs: Some(jobs), ..Variant::default() };
    Measured::new(TuneGoal::Emit, path, options)?.run(&variant, Some(&file))?;
    read(&file)
}

/// What is recorded, in messages.
const RECORDED: &str = "`sigilc emit`";

/// Records `emit` with one worker and with one a core, in turns, after a run that warms the caches.
fn record(path: &Path, rounds: u32, options: &Options) -> Result<Vec<Trace>, String> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if cores < 2 {
        return Err("there is no company on one core; leave the project away".to_owned());
    }
    let dir = TempDir::new().map_err(|error| format!("cannot make a directory: {error}"))?;
    let file = dir.path().join("trace");
    let bench = Measured::new(TuneGoal::Emit, path, options)?;
    let mut records = Vec::new();
    for round in 0..=rounds {
        for workers in [1, cores] {
            let variant = Variant { name: RECORDED.to_owned(), jobs: Some(workers), ..Variant::default() };
            bench.run(&variant, Some(&file))?;
            if round > 0 {
                records.push(read(&file)?);
            }
        }
    }
    Ok(records)
}
