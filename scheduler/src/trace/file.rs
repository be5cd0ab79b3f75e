//! Traces as text: a JSON object a line, described in `scheduler/TRACE.md`.

use super::{Head, Node, Trace, VERSION, Worker};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::{self, Write};
use std::path::Path;

/// A line of a file that is written.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Out<'a> {
    Trace(&'a Head),
    Node(&'a Node),
    Worker(&'a Worker),
}

/// A line of a file that is read.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Trace(Head),
    Node(Node),
    Worker(Worker),
}

/// Why a trace cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TraceError(String);

impl TraceError {
    /// With a reason.
    pub(crate) fn new(reason: &str) -> Self {
        TraceError(reason.to_owned())
    }
}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TraceError {}

impl Trace {
    /// Writes it.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, mut out: impl Write) -> io::Result<()> {
        let mut line = |line: Out<'_>| {
            serde_json::to_writer(&mut out, &line)?;
            out.write_all(b"\n")
        };
        line(Out::Trace(&self.head))?;
        self.workers.iter().try_for_each(|worker| line(Out::Worker(worker)))?;
        self.nodes.iter().try_for_each(|node| line(Out::Node(node)))
    }

    /// Its text.
    pub fn to_text(&self) -> String {
        let mut out = Vec::new();
        self.write(&mut out).expect("memory can be written to");
        String::from_utf8(out).expect("JSON is UTF-8")
    }

    /// Reads a text.
    ///
    /// # Errors
    /// If it is no trace, of another version, or contradicts itself.
    pub fn from_text(text: &str) -> Result<Self, TraceError> {
        let mut trace = Trace::default();
        for (number, line) in text.lines().enumerate() {
            let line = serde_json::from_str(line)
                .map_err(|error| TraceError(format!("line {}: {error}", number + 1)))?;
            match line {
                Line::Trace(head) if number == 0 => trace.head = head,
                _ if number == 0 => {
                    return Err(TraceError("the first line is not a trace's head".to_owned()));
                }
                Line::Trace(_) => return Err(TraceError(format!("line {}: a second head", number + 1))),
                Line::Node(node) => trace.nodes.push(node),
                Line::Worker(worker) => trace.workers.push(worker),
            }
        }
        if trace.head.version != VERSION {
            let version = trace.head.version;
            return Err(TraceError(format!("version {version} of the format; only {VERSION} is known")));
        }
        trace.verify()?;
        Ok(trace)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// If it cannot be read, or for the reasons of [`from_text`](Self::from_text).
    pub fn read(path: &Path) -> Result<Self, TraceError> {
        let bytes = std::fs::read(path)
            .map_err(|error| TraceError(format!("cannot read '{}': {error}", path.display())))?;
        let trace = match std::str::from_utf8(&bytes) {
            Ok("") => Err(TraceError("it is empty".to_owned())),
            Ok(text) => Self::from_text(text),
            Err(_) => Err(TraceError("it is not text".to_owned())),
        };
        trace.map_err(|error| TraceError(format!("'{}' is no trace: {error}", path.display())))
    }

    /// Numbers in range, times in order, no circles: what all that works on traces relies on.
    fn verify(&self) -> Result<(), TraceError> {
        let n = self.nodes.len() as u32;
        let wrong = |node: usize, what: &str| Err(TraceError(format!("node {node}: {what}")));
        if self.head.workers == 0 || self.workers.len() != self.head.workers as usize {
            return Err(TraceError("the number of workers is not that of their lines".to_owned()));
        }
        for (number, node) in self.nodes.iter().enumerate() {
            let completer = node.done.and_then(|(_, by)| by);
            if node.after.iter().chain(&node.creator).chain(&completer).any(|&other| other >= n) {
                return wrong(number, "names a node that is not there");
            }
            if node.run.is_some_and(|run| run.worker >= self.head.workers) {
                return wrong(number, "ran on a worker that is not there");
            }
            let times = [node.run.map(|run| (run.start, run.end)), node.child];
            if times.into_iter().flatten().any(|(start, end)| start > end || end > self.head.wall) {
                return wrong(number, "its times are out of order");
            }
        }
        let spans = |worker: &Worker| {
            let steals = worker.steals.iter().map(|&(start, end, ..)| (start, end));
            let all = worker.searches.iter().chain(&worker.parks).copied().chain(steals);
            all.into_iter().all(|(start, end)| start <= end && end <= self.head.wall)
        };
        if !self.workers.iter().all(spans) {
            return Err(TraceError("a worker's times are out of order".to_owned()));
        }
        let wakers = |worker: &Worker| {
            let are_there = worker.woken_by.iter().flatten().all(|&by| by < self.head.workers);
            are_there && (worker.woken_by.is_empty() || worker.woken_by.len() == worker.parks.len())
        };
        if !self.workers.iter().all(wakers) {
            return Err(TraceError("a worker was woken by one that is not there, or too often".to_owned()));
        }
        if self.order().len() < self.nodes.len() {
            return Err(TraceError("nodes come after one another in a circle".to_owned()));
        }
        Ok(())
    }
}
