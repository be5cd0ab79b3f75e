//! How much longer work takes in company: cores share caches, memory and power, so a task that runs beside others is
//! slower than the same task alone. Fitted from records of the same work by different numbers of workers.
//!
//! The model: a task of kind `k` takes `1 + s_k (b − 1)` times as long while `b` cores are busy. That is Amdahl's law
//! for a shared resource that each task needs a part `s_k` of its time. Records tell `s_k` only up to the greatest
//! company that they have seen. Beyond it the factor is held where it is, or, if asked for, grows on.

use super::Trace;
use super::load::Load;
use serde::Serialize;

/// What company costs, by kind of node.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Company {
    /// By kind: what each further busy core adds to a task's time, as a part of it.
    pub added: Vec<f64>,
    /// The greatest number of cores that were busy in the records; at most 1 if nothing was fitted.
    pub seen: u32,
    /// Whether the factor grows on beyond that.
    pub is_growing: bool,
}

/// Kinds with less of the work than this have too few tasks for a figure of their own: they get that of all.
const LEAST_SHARE: f64 = 0.02;
/// No fit is outside of these: what is faster in company is so by chance.
const RANGE: (f64, f64) = (0.0, 4.0);

impl Company {
    /// Whether company costs nothing.
    pub fn is_free(&self) -> bool {
        self.added.is_empty() || self.seen < 2
    }

    /// How many times as long a task takes while as many cores are busy, its own among them.
    pub fn factor(&self, kind: u32, busy: u32) -> f64 {
        let Some(&added) = self.added.get(kind as usize).filter(|_| busy > 1) else { return 1.0 };
        let held = busy.min(self.seen.max(1)) - 1;
        match busy.saturating_sub(self.seen.max(1)) {
            more if self.is_growing => 1.0 + added * f64::from(held + more),
            _ => 1.0 + added * f64::from(held),
        }
    }

    /// Fits records of the same work: those by the fewest workers against those by the most. The more there are, the
    /// less it matters what else the machine did meanwhile: of the records of a side, the middle one counts.
    pub fn fit(records: &[Trace]) -> Result<Company, String> {
        let numbers = records.iter().map(|record| record.head.workers);
        let (Some(few), Some(many)) = (numbers.clone().min(), numbers.max()) else {
            return Err("there is no record to fit to".to_owned());
        };
        if few == many {
            return Err(format!(
                "all records are of runs with {few} workers; a fit needs two numbers of them"
            ));
        }
        let profiles = |workers: u32| -> Vec<Profile> {
            records.iter().filter(|record| record.head.workers == workers).map(Profile::new).collect()
        };
        let (alone, together) = (profiles(few), profiles(many));
        let n_kinds = alone.iter().chain(&together).map(|profile| profile.kinds.len()).max().unwrap_or(0);
        let whole = solve(&middle(&alone, None), &middle(&together, None));
        let all: f64 = middle(&alone, None).iter().sum();
        let of_kind = |kind: usize| {
            let (alone, together) = (middle(&alone, Some(kind)), middle(&together, Some(kind)));
            if alone.iter().sum::<f64>() < LEAST_SHARE * all { whole } else { solve(&alone, &together) }
        };
        let seen = together.iter().map(Profile::greatest).max().unwrap_or(1);
        Ok(Company { added: (0..n_kinds).map(of_kind).collect(), seen, is_growing: false })
    }
}

/// Where a record's work was done.
struct Profile {
    /// By kind, by number of busy cores: nanoseconds of work.
    kinds: Vec<Vec<f64>>,
}

impl Profile {
    fn new(trace: &Trace) -> Profile {
        let load = Load::new(trace);
        let mut kinds: Vec<Vec<f64>> = vec![Vec::new(); trace.head.kinds.len()];
        for node in &trace.nodes {
            let at = node.kind as usize;
            if kinds.len() <= at {
                kinds.resize(at + 1, Vec::new());
            }
            for (start, end) in node.run.map(|run| (run.start, run.end)).into_iter().chain(node.child) {
                load.each_work(start, end, |busy, work| {
                    let busy = busy as usize;
                    if kinds[at].len() <= busy {
                        kinds[at].resize(busy + 1, 0.0);
                    }
                    kinds[at][busy] += work;
                });
            }
        }
        Profile { kinds }
    }

    fn of(&self, kind: Option<usize>) -> Vec<f64> {
        let Some(kind) = kind else {
            let mut sum = vec![0.0; self.kinds.iter().map(Vec::len).max().unwrap_or(0)];
            for kind in &self.kinds {
                kind.iter().zip(&mut sum).for_each(|(work, sum)| *sum += work);
            }
            return sum;
        };
        self.kinds.get(kind).cloned().unwrap_or_default()
    }

    fn greatest(&self) -> u32 {
        self.kinds.iter().map(|kind| kind.len().saturating_sub(1)).max().unwrap_or(0) as u32
    }
}

/// The record with the middle amount of work of a kind, or of all kinds.
fn middle(profiles: &[Profile], kind: Option<usize>) -> Vec<f64> {
    let mut all: Vec<Vec<f64>> = profiles.iter().map(|profile| profile.of(kind)).collect();
    all.sort_by(|a, b| a.iter().sum::<f64>().total_cmp(&b.iter().sum()));
    all.swap_remove(all.len() / 2)
}

/// What company adds, if two profiles are of the same work: by halving, since the difference falls with it.
fn solve(alone: &[f64], together: &[f64]) -> f64 {
    let undisturbed = |profile: &[f64], added: f64| -> f64 {
        let parts = profile.iter().enumerate();
        parts.map(|(busy, work)| work / (1.0 + added * (busy.max(1) - 1) as f64)).sum()
    };
    let (mut low, mut high) = RANGE;
    for _ in 0..50 {
        let added = (low + high) / 2.0;
        if undisturbed(together, added) > undisturbed(alone, added) { low = added } else { high = added }
    }
    // Short enough to be written down.
    ((low + high) / 2.0 * 1e6).round() / 1e6
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::trace::{Costs, Graph, Setting, Summary, simulate};

    /// Eight tasks of a kind: alone, or two at a time and then a fifth longer.
    fn record(workers: u32) -> Trace {
        let time = if workers == 1 { 1000 } else { 1200 };
        let mut text = format!(
            "{{\"trace\":{{\"version\":1,\"workers\":{workers},\"cores\":2,\"children\":1,\"policy\":\"\",\"clock\":\"\",\
             \"wall\":{},\"kinds\":[\"spin\"]}}}}\n",
            8 * time / u64::from(workers)
        );
        for _ in 0..workers {
            text += "{\"worker\":{\"searches\":[],\"parks\":[],\"steals\":[],\"wakes\":[]}}\n";
        }
        for n in 0..8 {
            let (worker, place) = (n % u64::from(workers), n / u64::from(workers));
            let (start, end) = (place * time, (place + 1) * time);
            text += &format!("{{\"node\":{{\"t\":0,\"rdy\":0,\"r\":[{worker},{start},{end}]}}}}\n");
        }
        Trace::from_text(&text).unwrap()
    }

    fn fitted() -> Company {
        Company::fit(&[record(2), record(1)]).unwrap()
    }

    #[test]
    fn what_company_adds_is_found() {
        let company = fitted();
        assert!((company.added[0] - 0.2).abs() < 1e-6, "{company:?}");
        assert_eq!(company.seen, 2);
        assert!((company.factor(0, 2) - 1.2).abs() < 1e-6 && company.factor(0, 1) == 1.0);
        assert!((company.factor(0, 5) - 1.2).abs() < 1e-6, "held");
        let growing = Company { is_growing: true, ..company };
        assert!((growing.factor(0, 5) - 1.8).abs() < 1e-6);
        assert!(Company::fit(&[record(1), record(1)]).is_err());
    }

    #[test]
    fn records_predict_one_another() {
        let costs = Costs { node: 0, steal: 0, wake: 0, waking: 0, start: 0, starting: 0, round: 1 };
        for from in [1, 2] {
            let record = record(from);
            let graph = Graph::in_company(&record, &Summary::new(&record).load, fitted());
            assert_eq!(graph.work(), 8000, "alone");
            for (workers, time) in [(1, 8000), (2, 4800), (4, 2400)] {
                let policy = Default::default();
                let setting = Setting { workers, cores: workers, policy, costs, seed: 1, phases: Vec::new() };
                let makespan = simulate(&graph, &setting).makespan;
                assert!(makespan.abs_diff(time) < 250, "from {from} to {workers} workers: {makespan}");
            }
        }
    }
}
