//! A make without files: rules of the form `target: needs… ; command`, run as child processes.
//! `cargo run -p sigil-scheduler --example mini_make [-- RULES]`.
//!
//! Rules may come in any order, and circles are reported, not waited for. No worker waits for a command; started by GNU
//! make, it shares make's tokens.

use sigil_scheduler::{Capture, Context, Job, NodeId, Pool};
use std::collections::HashMap;
use std::process::{Command, ExitCode};
use std::sync::OnceLock;

const EXAMPLE: &str = "\
program: main.o lib.o ; echo linking
main.o: main.c config.h ; echo compiling main
lib.o: lib.c config.h ; echo compiling lib
config.h: ; echo configuring
main.c: ; true
lib.c: ; true
";

struct Rule {
    target: String,
    needs: Vec<String>,
    command: String,
    has_succeeded: std::sync::Arc<OnceLock<bool>>,
}

fn parse(line: &str) -> Option<Rule> {
    let (target, rest) = line.split_once(':')?;
    let (needs, command) = rest.split_once(';')?;
    let needs = needs.split_whitespace().map(str::to_owned).collect();
    let (target, command) = (target.trim().to_owned(), command.trim().to_owned());
    Some(Rule { target, needs, command, has_succeeded: Default::default() })
}

enum Step<'a> {
    /// What a rule needs is there.
    Start(&'a Rule, NodeId),
    /// Its command has ended.
    End(&'a Rule),
    /// Only for its name.
    Target(&'a str),
}

impl Job for Step<'_> {
    fn label(&self) -> String {
        match self {
            Step::Start(rule, _) | Step::End(rule) => rule.target.clone(),
            Step::Target(name) => (*name).to_owned(),
        }
    }
}

fn run<'a>(step: &mut Step<'a>, cx: &mut Context<'_, Step<'a>>) {
    match *step {
        Step::Start(rule, done) => {
            let mut command = Command::new("sh");
            command.args(["-c", &rule.command]);
            let slot = rule.has_succeeded.clone();
            let on_end = move |result: std::io::Result<std::process::Output>| {
                let _ = slot.set(result.is_ok_and(|output| output.status.success()));
            };
            let end = cx.child(command, Capture::Nothing, on_end, Step::End(rule));
            // The target is there when its command has ended.
            cx.edge(end, done);
            cx.complete(done);
        }
        // A panic skips all that needs the target, and nothing else.
        Step::End(rule) => assert!(rule.has_succeeded.get() == Some(&true), "`{}` failed", rule.command),
        Step::Target(_) => {}
    }
}

fn main() -> ExitCode {
    let text = std::env::args().nth(1).map_or(Ok(EXAMPLE.to_owned()), std::fs::read_to_string);
    let Ok(text) = text else {
        eprintln!("there are no such rules");
        return ExitCode::FAILURE;
    };
    let rules: Vec<Rule> = text.lines().filter_map(parse).collect();
    let report = Pool::new(2).run(run, |cx| {
        let mut targets: HashMap<&str, NodeId> = HashMap::new();
        for name in rules.iter().flat_map(|rule| std::iter::once(&rule.target).chain(&rule.needs)) {
            targets.entry(name).or_insert_with(|| cx.labelled_event(Step::Target(name)));
        }
        for rule in &rules {
            let needs: Vec<_> = rule.needs.iter().map(|need| targets[need.as_str()]).collect();
            cx.node(Step::Start(rule, targets[rule.target.as_str()]), &needs);
        }
    });
    for panic in &report.panics {
        eprintln!("{}: {}", panic.label, panic.message);
    }
    for skipped in &report.skipped {
        eprintln!("{}: not made, because {} failed", skipped.label, skipped.because);
    }
    for stalled in report.stalled.iter().filter(|stalled| !stalled.waits_for.is_empty()) {
        eprintln!("{}: waits for {} for ever", stalled.label, stalled.waits_for.join(", "));
    }
    if report.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
