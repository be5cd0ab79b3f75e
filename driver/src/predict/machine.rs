//! What is known of a machine besides a record: what the scheduler's own work costs on it, and what company costs.

use serde::{Deserialize, Serialize};
use sigil_scheduler::trace::{Company, Costs, Graph, Load, Measured, Summary, Trace, calibrate};
use std::collections::BTreeMap;
use std::path::Path;

/// What `sigilc calibrate` keeps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Machine {
    /// The version of the shape. It grows when a reader of the old one would misunderstand the new one.
    pub version: u32,
    /// Cores that could be used.
    pub cores: usize,
    /// What the scheduler's own work costs, in nanoseconds.
    pub measured: Measured,
    /// What company costs a project's tasks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Fitted>,
}

/// What company costs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fitted {
    /// The greatest number of busy cores in the records.
    pub seen: u32,
    /// By stage: what each further busy core adds to the time of its nodes, as a part of it.
    pub added: BTreeMap<String, f64>,
}

const VERSION: u32 = 1;

impl Machine {
    /// Measures the machine at hand; records of a project tell what company costs.
    pub fn measure(records: &[Trace]) -> Result<Machine, String> {
        let company = match records {
            [] => None,
            [first, ..] => {
                let company = Company::fit(records)?;
                let names = first.head.kinds.iter().cloned();
                Some(Fitted { seen: company.seen, added: names.zip(company.added).collect() })
            }
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Machine { version: VERSION, cores, measured: calibrate(), company })
    }

    /// Reads what was kept.
    pub fn read(file: &Path) -> Result<Machine, String> {
        let name = file.display();
        let text = std::fs::read_to_string(file).map_err(|error| format!("cannot read '{name}': {error}"))?;
        let machine: Machine = serde_json::from_str(&text)
            .map_err(|error| format!("'{name}' is not what `sigilc calibrate` writes: {error}"))?;
        match machine.version {
            VERSION => Ok(machine),
            other => Err(format!("'{name}' has version {other}; this sigilc reads version {VERSION}")),
        }
    }

    /// The file's text.
    pub fn to_json(&self) -> String {
        format!("{}\n", serde_json::to_string_pretty(self).expect("numbers and text can be written"))
    }

    /// For a terminal.
    pub fn text(&self) -> String {
        let Measured { push, pop, make, costs } = self.measured;
        let us = |nanos: u64| nanos as f64 / 1e3;
        let mut out = format!(
            "measured on this machine with {} cores\n\n\
             push to one's own queue     {push:>8.1} ns\n\
             pop from it                 {pop:>8.1} ns\n\
             make a node, push included  {make:>8.1} ns\n\
             from a node to the next     {:>8} ns\n\
             steal                       {:>8} ns\n\
             a searcher's round          {:>8} ns\n\
             wake, until the first look  {:>8.1} \u{b5}s, costs the one that wakes {:.1} \u{b5}s\n\
             start a worker's thread     {:>8.1} \u{b5}s, costs the one that starts it {:.1} \u{b5}s\n",
            self.cores,
            costs.node,
            costs.steal,
            costs.round,
            us(costs.wake),
            us(costs.waking),
            us(costs.start),
            us(costs.starting),
        );
        if let Some(fitted) = &self.company {
            out += &format!(
                "\nwhat each further busy core adds to a task's time, fitted up to {}\n",
                fitted.seen
            );
            for (kind, added) in &fitted.added {
                out += &format!("{kind:<10} {:>+6.1}%\n", added * 100.0);
            }
        }
        out
    }
}

/// What a simulation rests on.
#[derive(Clone, Debug)]
pub struct Known {
    /// What the scheduler's own work costs.
    pub costs: Costs,
    /// What company costs.
    pub company: Company,
    costs_from: &'static str,
    company_from: String,
}

impl Known {
    /// By a record alone.
    pub fn of(trace: &Trace, summary: &Summary) -> Known {
        Known {
            costs: Costs::new(trace, &summary.total()),
            company: Company::default(),
            costs_from: "the record, else as usual (`sigilc calibrate` measures this machine)",
            company_from: "nothing is known of it: tasks are as fast beside others as in the record \
                           (--calibrate-with, --calibration)"
                .to_owned(),
        }
    }

    /// With what other records of the same work tell of company.
    pub fn with_records(mut self, trace: &Trace, others: Vec<Trace>) -> Result<Known, String> {
        let mut records = others;
        records.push(trace.clone());
        self.company = Company::fit(&records)?;
        let mut numbers: Vec<u32> = records.iter().map(|record| record.head.workers).collect();
        numbers.sort_unstable();
        let (few, many) = (numbers[0], numbers[numbers.len() - 1]);
        self.company_from = format!("fitted to {} records with {few} and {many} workers", records.len());
        Ok(self)
    }

    /// With what was kept of the machine.
    pub fn with_machine(mut self, trace: &Trace, summary: &Summary, machine: &Machine) -> Known {
        self.costs = machine.measured.costs.of(trace, &summary.total());
        self.costs_from = "the calibration; between nodes, the record";
        if let Some(fitted) = &machine.company {
            let added = |kind: &String| fitted.added.get(kind).copied().unwrap_or(0.0);
            let added = trace.head.kinds.iter().map(added).collect();
            self.company = Company { added, seen: fitted.seen, is_growing: false };
            self.company_from = "as calibrated".to_owned();
        }
        self
    }

    /// With what company was found to cost by other means, in words.
    pub fn with_company(mut self, company: Company, from: String) -> Known {
        (self.company, self.company_from) = (company, from);
        self
    }

    /// The work that a record tells of.
    pub fn graph(&self, trace: &Trace) -> Graph {
        Graph::in_company(trace, &Load::new(trace), self.company.clone())
    }

    /// All that, in words.
    pub fn notes(&self, trace: &Trace) -> Vec<String> {
        let Costs { node, steal, wake, start, .. } = self.costs;
        let costs = format!(
            "costs: {node} ns between nodes, {steal} ns a steal, {:.1} \u{b5}s a wake, {:.1} \u{b5}s a thread's start; from {}",
            wake as f64 / 1e3,
            start as f64 / 1e3,
            self.costs_from
        );
        let mut notes = vec![costs, format!("company: {}", self.company_from)];
        if !self.company.is_free() {
            let kinds = trace.head.kinds.iter().zip(&self.company.added);
            let each: Vec<String> = kinds
                .filter(|(kind, _)| {
                    trace.nodes.iter().any(|node| trace.head.kinds.get(node.kind as usize) == Some(*kind))
                })
                .map(|(kind, added)| format!("{kind} {:+.1}%", added * 100.0))
                .collect();
            notes.push(format!(
                "each further busy core, up to {}, adds to a task's time: {}",
                self.company.seen,
                each.join(", ")
            ));
        }
        notes
    }
}
