//! Settings that are compared, from the words of the command line.

use crate::graph::{Grain, check_policy};
use std::fmt::Write;

/// A combination of settings, in words and as what commands need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variant {
    /// In words.
    pub name: String,
    /// Knobs of the scheduler's policy.
    pub policy: String,
    /// Knobs of the grain.
    pub grain: String,
    /// Other arguments of commands.
    pub args: Vec<String>,
    /// Workers, if it says so.
    pub jobs: Option<usize>,
    /// A barrier after each stage.
    pub is_phased: bool,
    /// Cores of the simulated machine.
    pub cores: Option<usize>,
    /// The first variant again: what differs between the two is noise.
    pub is_again: bool,
}

impl Variant {
    /// What decides on the graph that is run.
    pub fn graph(&self) -> (&str, &[String]) {
        (&self.grain, &self.args)
    }

    /// This one with a knob more.
    fn with(&self, knob: &str, value: &str) -> Result<Self, String> {
        let mut it = self.clone();
        it.name_more(&format!("{knob}={value}"));
        let mut argument = |option: &str| it.args.extend([format!("--{option}"), value.to_owned()]);
        match knob {
            "jobs" => {
                let jobs = value.parse().ok().filter(|jobs| (1..=1024).contains(jobs));
                it.jobs = Some(jobs.ok_or(format!("`jobs` needs a number from 1 to 1024, not `{value}`"))?);
            }
            "schedule" => match value {
                "graph" => it.is_phased = false,
                "phased" => it.is_phased = true,
                _ => return Err(format!("`schedule` cannot be `{value}`, only graph or phased")),
            },
            "split" => match value {
                "function" | "module" | "unit" => argument(knob),
                _ => return Err(format!("`split` cannot be `{value}`, only function, module or unit")),
            },
            "map-shards" => match value.parse() {
                Ok(1..=4096u16) => argument(knob),
                _ => return Err(format!("`map-shards` needs a number from 1 to 4096, not `{value}`")),
            },
            _ if Grain::KNOBS.contains(&knob) => {
                // Writing to a String cannot fail.
                let _ = write!(it.grain, "{knob}={value},");
                it.grain.parse::<Grain>()?;
            }
            _ => {
                // A worker's own queue has an order; `local` is how others call it.
                let knob = if knob == "local" { "order" } else { knob };
                let _ = write!(it.policy, "{knob}={value},");
                if let Some(problem) = check_policy(&it.policy) {
                    return Err(match problem.strip_prefix("there is no knob") {
                        Some(rest) => format!(
                            "there is no knob{rest}, {}, jobs, schedule, split, map-shards",
                            Grain::KNOBS.join(", ")
                        ),
                        None => problem,
                    });
                }
            }
        }
        Ok(it)
    }

    fn name_more(&mut self, text: &str) {
        let gap = if self.name.is_empty() { "" } else { "," };
        let _ = write!(self.name, "{gap}{text}");
    }

    /// The same once more.
    pub fn again(&self) -> Self {
        Variant { name: format!("{} (again)", self.name), is_again: true, ..self.clone() }
    }
}

/// All combinations, the first value of each knob first.
pub fn product(vary: &[String]) -> Result<Vec<Variant>, String> {
    let mut all = vec![Variant::default()];
    for text in vary {
        let Some((knob, values)) = text.split_once('=').filter(|(_, values)| !values.is_empty()) else {
            return Err(format!("--vary {text}: not of the form KNOB=VALUE,…"));
        };
        let mut more = Vec::new();
        for value in values.split(',') {
            for variant in &all {
                let it = variant.with(knob.trim(), value.trim());
                more.push(it.map_err(|problem| format!("--vary {text}: {problem}"))?);
            }
        }
        if let Some(at) = (1..more.len()).find(|&at| more[..at].contains(&more[at])) {
            return Err(format!("--vary {text}: {} is there twice", more[at].name));
        }
        all = more;
    }
    Ok(all)
}

/// All of some variants on each of some numbers of cores.
pub fn on_cores(all: &[Variant], cores: &[usize]) -> Vec<Variant> {
    let on = |&cores: &usize| {
        all.iter().map(move |variant| {
            let mut it = Variant { cores: Some(cores), ..variant.clone() };
            it.name_more(&format!("cores={cores}"));
            it
        })
    };
    cores.iter().flat_map(on).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(vary: &[&str]) -> Result<Vec<Variant>, String> {
        product(&vary.iter().map(|&text| text.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn all_combinations_are_tried_the_first_values_first() {
        let all = named(&["local=lifo,fifo", "chunk=64k,256k", "jobs=2", "schedule=phased", "split=module"]);
        let all = all.expect("variants");
        assert_eq!(all.len(), 4);
        assert_eq!(all[0].name, "local=lifo,chunk=64k,jobs=2,schedule=phased,split=module");
        let last = &all[3];
        assert_eq!((last.policy.as_str(), last.grain.as_str()), ("order=fifo,", "chunk=256k,"));
        assert_eq!((last.jobs, last.is_phased), (Some(2), true));
        assert_eq!(last.args, ["--split", "module"]);
    }

    #[test]
    fn errors_say_what_is_possible() {
        let error = |text: &str| named(&[text]).expect_err("wrong");
        assert_eq!(error("order=up"), "--vary order=up: `order` cannot be `up`, only lifo or fifo");
        assert_eq!(error("order"), "--vary order: not of the form KNOB=VALUE,…");
        assert_eq!(error("chunk=0"), "--vary chunk=0: `chunk` needs a number from 1 up, not `0`");
        assert_eq!(error("jobs=x"), "--vary jobs=x: `jobs` needs a number from 1 to 1024, not `x`");
        assert!(
            error("colour=red")
                .ends_with(", chaos, chunk, parse, check, emit, unit, jobs, schedule, split, map-shards")
        );
        assert_eq!(error("jobs=2,2"), "--vary jobs=2,2: jobs=2 is there twice");
        assert!(error("split=x").contains("only function, module or unit"));
        assert!(error("map-shards=0").contains("from 1 to 4096"));
        assert!(error("schedule=serial").contains("only graph or phased"));
    }

    #[test]
    fn cores_multiply_variants() {
        let all = on_cores(&named(&["steal=one,half"]).expect("variants"), &[4, 16]);
        let names: Vec<&str> = all.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(
            names,
            ["steal=one,cores=4", "steal=half,cores=4", "steal=one,cores=16", "steal=half,cores=16"]
        );
    }
}
