//! Variants in virtual time: records with one worker, run again by the simulator on any number of cores.

use super::{Bench, Measured, Variant};
use crate::cli::{Options, TuneGoal};
use crate::interrupt::TempDir;
use crate::trace;
use sigil_scheduler::trace::{Costs, Setting, Summary, Trace, simulate};
use std::path::Path;

/// Runs the simulator.
pub struct Simulated {
    source: Source,
    base: Option<String>,
    jobs: Option<usize>,
    graphs: Vec<Recorded>,
    /// Whether each variant may have a graph of its own.
    differ: bool,
}

enum Source {
    /// A record that is there.
    Trace(Box<Trace>),
    /// A project to record.
    Project(Box<Measured>),
}

/// A graph as it was recorded last.
struct Recorded {
    grain: String,
    args: Vec<String>,
    is_again: bool,
    round: u32,
    run: Run,
}

struct Run {
    summary: Summary,
    costs: Costs,
    policy: String,
}

impl Run {
    fn new(trace: &Trace) -> Self {
        let summary = Summary::new(trace);
        let costs = Costs::new(trace, &summary.total());
        Run { summary, costs, policy: trace.head.policy.clone() }
    }
}

impl Simulated {
    /// Of a record or a project.
    pub fn new(path: &Path, goal: TuneGoal, options: &Options, variants: &[Variant]) -> Result<Self, String> {
        let is_project = path.is_dir() || path.extension().is_some_and(|extension| extension == "si");
        let is_same = |variant: &Variant| variant.graph() == variants[0].graph();
        let differ = !variants.iter().all(is_same);
        let source = if is_project {
            Source::Project(Box::new(Measured::new(goal, path, options)?))
        } else {
            if let Some(other) = variants.iter().find(|variant| variant.graph() != ("", &[])) {
                return Err(format!(
                    "{}: this changes the graph, and a record holds just one; give the project instead",
                    other.name
                ));
            }
            Source::Trace(Box::new(Trace::read(path).map_err(|error| error.to_string())?))
        };
        let jobs = options.jobs.map(usize::from);
        Ok(Simulated { source, base: options.policy.clone(), jobs, graphs: Vec::new(), differ })
    }

    /// A run of a variant's graph: of a project another one each round, since records differ as runs do. Variants with the
    /// same graph share it, so that they differ by nothing else; the repetition has its own only where others do.
    fn recorded(&mut self, variant: &Variant, round: u32) -> Result<&Run, String> {
        let is_again = variant.is_again && self.differ;
        let is_it =
            |graph: &Recorded| variant.graph() == (&graph.grain, &graph.args) && graph.is_again == is_again;
        let run = || match &self.source {
            Source::Trace(trace) => Ok(Run::new(trace)),
            Source::Project(bench) => record(bench, variant),
        };
        let known = self.graphs.iter().position(is_it);
        let at = known.unwrap_or(self.graphs.len());
        match (&self.source, known) {
            (_, None) => {
                let (grain, args) = (variant.grain.clone(), variant.args.clone());
                self.graphs.push(Recorded { grain, args, is_again, round, run: run()? });
            }
            (Source::Project(_), Some(at)) if self.graphs[at].round != round => {
                let run = run()?;
                (self.graphs[at].round, self.graphs[at].run) = (round, run);
            }
            _ => {}
        }
        Ok(&self.graphs[at].run)
    }
}

fn record(bench: &Measured, variant: &Variant) -> Result<Run, String> {
    let dir = TempDir::new().map_err(|error| format!("cannot make a directory: {error}"))?;
    let file = dir.path().join("trace");
    bench.run(&Variant { jobs: Some(1), ..variant.clone() }, Some(&file))?;
    Ok(Run::new(&Trace::read(&file).map_err(|error| error.to_string())?))
}

impl Bench for Simulated {
    fn time(&mut self, variant: &Variant, round: u32) -> Result<f64, String> {
        let given = self.base.clone().unwrap_or_default();
        let jobs = variant.jobs.or(self.jobs);
        let run = self.recorded(variant, round)?;
        let policy = trace::policy(&run.policy, &[&given, &variant.policy]);
        let policy = policy.map_err(|error| error.to_string())?;
        let graph = &run.summary.graph;
        let cores = variant.cores.unwrap_or(1);
        let setting = Setting {
            workers: jobs.unwrap_or(cores),
            cores,
            policy,
            costs: run.costs,
            seed: u64::from(round) + if variant.is_again { 1 << 32 } else { 0 },
            phases: if variant.is_phased { graph.phases() } else { Vec::new() },
        };
        let result = simulate(graph, &setting);
        match result.left {
            0 => Ok(result.makespan as f64 / 1e9),
            left => Err(format!("{left} nodes of the simulated run wait in vain")),
        }
    }

    fn notes(&self) -> Vec<String> {
        let what = match &self.source {
            Source::Trace(_) => "of a record".to_owned(),
            Source::Project(_) => "of runs with one worker, each graph recorded anew each round".to_owned(),
        };
        vec![
            format!(
                "virtual time {what}, with another seed each round; noise is what that makes of the same setting"
            ),
            "`sigilc simulate --validate` says how far the simulation is from real runs".to_owned(),
        ]
    }
}
