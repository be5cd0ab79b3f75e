//! Proposals for the grain: each knob varied alone against what is set now, then all that helped together. The second
//! comparison is made of new rounds: of many values, the best one of the first is partly best by luck.

use super::{Bench, Outcome, Variant, measure, product};
use crate::cli::TuneGoal;
use crate::graph::Grain;
use serde_json::json;
use std::fmt::Write;

/// What is tried for each knob. Only builds depend on units.
pub fn grid(goal: TuneGoal) -> Vec<String> {
    let knobs = ["chunk=25k,50k,100000,200k,400k", "parse=0,8,32,128", "check=1,2,4,8", "emit=1,2,4,8"];
    let units = (goal == TuneGoal::Build).then_some("unit=0,32k,64k,128k,256k");
    knobs.into_iter().chain(units).map(str::to_owned).collect()
}

/// What is set now, then each value of each knob alone, but for those that are set already.
pub fn alone(now: Grain, grid: &[String]) -> Result<Vec<Variant>, String> {
    let mut all = vec![Variant { name: "as it is".to_owned(), ..Variant::default() }];
    for knob in grid {
        for variant in product(std::slice::from_ref(knob))? {
            if variant.grain.is_empty() {
                return Err(format!("--vary {knob}: with --grain only {}", Grain::KNOBS.join(", ")));
            }
            let set: Grain = format!("{now},{}", variant.grain).parse()?;
            if set != now {
                all.push(variant);
            }
        }
    }
    Ok(all)
}

/// What was found.
pub struct Advice {
    /// Each value alone.
    pub alone: Outcome,
    /// The best value of each knob that has one better than what is set: the rows' places.
    pub picked: Vec<usize>,
    /// All of them together.
    pub together: Option<Outcome>,
}

/// Measures what [`alone`] made, and then what helped.
pub fn advise(bench: &mut dyn Bench, variants: Vec<Variant>, rounds: u32) -> Result<Advice, String> {
    let alone = measure(bench, variants, rounds)?;
    let picked = best(&alone);
    let mut together = None;
    if !picked.is_empty() {
        let base = alone.variants[0].clone();
        let mut all = base.clone();
        all.grain = picked.iter().map(|&at| alone.variants[at].grain.as_str()).collect();
        all.name = all.grain.trim_end_matches(',').to_owned();
        together = Some(measure(bench, vec![base, all], rounds)?);
    }
    Ok(Advice { alone, picked, together })
}

/// The fastest value of each knob, if one is faster than what is set.
fn best(outcome: &Outcome) -> Vec<usize> {
    let mut picked: Vec<usize> = Vec::new();
    for (at, row) in outcome.rows.iter().enumerate().filter(|(_, row)| row.verdict == "faster") {
        let knob = |at: usize| outcome.variants[at].grain.split('=').next().unwrap_or_default().to_owned();
        match picked.iter_mut().find(|other| knob(**other) == knob(at)) {
            Some(other) if row.ratio.value < outcome.rows[*other].ratio.value => *other = at,
            Some(_) => {}
            None => picked.push(at),
        }
    }
    picked
}

impl Advice {
    /// The values to set, if that was confirmed.
    pub fn proposal(&self) -> Option<&str> {
        let together = self.together.as_ref()?;
        (together.rows[2].verdict == "faster").then_some(together.rows[2].name.as_str())
    }

    /// In a sentence.
    fn conclusion(&self) -> String {
        let noise = |outcome: &Outcome| outcome.rows[1].against_itself();
        match (&self.together, self.proposal()) {
            (Some(together), Some(values)) => {
                let row = &together.rows[2];
                format!(
                    "proposed: --node-size {values}, {:.1}% less ({:.3}, {:.3} to {:.3}; {})",
                    (1.0 - row.ratio.value) * 100.0,
                    row.ratio.value,
                    row.ratio.low,
                    row.ratio.high,
                    noise(together)
                )
            }
            (Some(together), None) => format!(
                "keep what is set: {} was faster at first, but not when measured again ({})",
                together.rows[2].name,
                noise(together)
            ),
            (None, _) => {
                format!("keep what is set: no value is faster beyond noise ({})", noise(&self.alone))
            }
        }
    }

    /// For a terminal.
    pub fn text(&self) -> String {
        let mut out = format!("each value alone\n{}\n", self.alone.text());
        if let Some(together) = &self.together {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "what was faster, together\n{}", together.text());
        }
        let _ = writeln!(out, "{}", self.conclusion());
        out
    }

    /// A result file.
    pub fn json(&self) -> String {
        let mut results = self.alone.results();
        results.details["proposal"] = json!(self.proposal());
        results.details["conclusion"] = json!(self.conclusion());
        results.to_json()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes as long as the grain says.
    struct Fake {
        rounds: u32,
        /// What was fast alone is not fast later.
        has_luck: bool,
    }

    impl Bench for Fake {
        fn time(&mut self, variant: &Variant, round: u32) -> Result<f64, String> {
            self.rounds += 1;
            let noise = 1.0 + f64::from((self.rounds * 7 + round) % 5) / 1000.0;
            let by = |text: &str, factor: f64| if variant.grain.contains(text) { factor } else { 1.0 };
            // Values that are set together after those that were tried alone.
            let is_over = self.has_luck && variant.grain.matches('=').count() > 1;
            let luck = if is_over { 1.0 / by("check=4", 0.9) / by("emit=2", 0.97) } else { 1.0 };
            Ok(0.1
                * noise
                * by("check=4", 0.9)
                * by("check=8", 0.95)
                * by("emit=2", 0.97)
                * by("parse=8", 1.2)
                * luck)
        }

        fn notes(&self) -> Vec<String> {
            Vec::new()
        }
    }

    fn advice(has_luck: bool) -> Advice {
        let variants = alone(Grain::default(), &grid(TuneGoal::Emit)).expect("variants");
        advise(&mut Fake { rounds: 0, has_luck }, variants, 9).expect("advice")
    }

    #[test]
    fn the_best_values_are_proposed_together() {
        let advice = advice(false);
        assert_eq!(advice.proposal(), Some("check=4,emit=2"));
        assert!(advice.text().contains("\nproposed: --node-size check=4,emit=2, 1"), "{}", advice.text());
        assert!(advice.json().contains("\"proposal\": \"check=4,emit=2\""));
    }

    #[test]
    fn luck_is_not_proposed() {
        let advice = advice(true);
        assert_eq!(advice.picked.len(), 2);
        assert_eq!(advice.proposal(), None);
        assert!(advice.text().contains("not when measured again"));
    }

    #[test]
    fn what_is_set_is_not_tried_again() {
        let now: Grain = "check=4".parse().expect("a grain");
        let names = |variants: Vec<Variant>| variants.into_iter().map(|it| it.name).collect::<Vec<_>>();
        let all = alone(now, &["check=1,4,8".to_owned()]).expect("variants");
        assert_eq!(names(all), ["as it is", "check=1", "check=8"]);
        assert!(alone(now, &["order=lifo".to_owned()]).is_err());
        assert_eq!(grid(TuneGoal::Build).len(), 5);
    }
}
