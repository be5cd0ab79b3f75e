//! What came of a comparison: a table, CSV, a result file, a page.

use super::Variant;
use crate::results::statistics::{Estimate, bias, effect, effect_in_words, median, paired_ratio};
use crate::results::{Measure, Results};
use fastrand::Rng;
use minijinja::{Environment, context};
use serde::Serialize;
use serde_json::{Value, json};
use std::fmt::Write;

const PAGE: &str = include_str!("page.html");

/// A comparison.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The variants, by number of cores; the second one of each group is the first one again.
    pub variants: Vec<Variant>,
    /// Seconds by variant and round.
    pub times: Vec<Vec<f64>>,
    /// What they come to, by variant.
    pub rows: Vec<Row>,
    /// What the figures are.
    pub notes: Vec<String>,
}

/// A variant against the first one of its group.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The variant's.
    pub name: String,
    /// The place of the first one of its group.
    pub base: usize,
    /// Median in milliseconds.
    pub median: f64,
    /// Median of the rounds' ratios to the first variant.
    pub ratio: Estimate,
    /// Cliff's delta: from −1, always faster, to 1, always slower.
    pub effect: f64,
    /// How far the base is from itself: a ratio may be as far from 1 for no reason, besides what its interval says.
    pub noise: f64,
    /// Whether that is more than noise.
    pub verdict: &'static str,
}

impl Row {
    /// How far apart two series of the base are, where this is the second one.
    pub fn against_itself(&self) -> String {
        let Estimate { value, low, high, .. } = self.ratio;
        format!("the base against itself {value:.3} ({low:.3} to {high:.3})")
    }
}

impl Outcome {
    /// Of times by variant and round.
    pub fn new(variants: Vec<Variant>, times: Vec<Vec<f64>>, notes: Vec<String>) -> Self {
        let mut rng = Rng::with_seed(1);
        let mut rows: Vec<Row> = Vec::new();
        let mut base = 0;
        for (at, (variant, own)) in variants.iter().zip(&times).enumerate() {
            if variant.cores != variants[base].cores {
                base = at;
            }
            let ratio = paired_ratio(own, &times[base], &mut rng);
            // What the base is to itself is no difference, in either direction.
            let noise = rows.get(base + 1).map_or_else(|| bias(&ratio).max(LEAST), |again| again.noise);
            let verdict = match at - base {
                0 => "the base",
                1 => "the noise",
                _ if ratio.high < 1.0 - noise => "faster",
                _ if ratio.low > 1.0 + noise => "slower",
                _ => "no difference",
            };
            rows.push(Row {
                name: variant.name.clone(),
                base,
                median: median(own) * 1e3,
                ratio,
                effect: effect(own, &times[base]),
                noise,
                verdict,
            });
        }
        Outcome { variants, times, rows, notes }
    }

    /// The groups that are compared among themselves.
    fn groups(&self) -> impl Iterator<Item = &[Row]> {
        self.rows.chunk_by(|one, other| one.base == other.base)
    }

    /// For a terminal.
    pub fn text(&self) -> String {
        let width = self.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).max(8);
        // Writing to a String cannot fail.
        let mut out = format!(
            "{:<width$} {:>10} {:>7} {:>17} {:>18}\n",
            "variant", "median ms", "ratio", "95% interval", "effect"
        );
        for group in self.groups() {
            for row in group {
                let range = format!("{:.3} to {:.3}", row.ratio.low, row.ratio.high);
                let effect = format!("{:+.2} {:<10}", row.effect, effect_in_words(row.effect));
                let _ = writeln!(
                    out,
                    "{:<width$} {:>10.2} {:>7.3} {range:>17} {effect:>18}  {}",
                    row.name, row.median, row.ratio.value, row.verdict
                );
            }
            let _ = writeln!(out, "{}", self.conclusion(group));
            let left_out: usize = group.iter().map(|row| row.ratio.left_out).sum();
            if left_out > 0 {
                let all = group.len() * self.n_rounds();
                let _ = writeln!(out, "left out as outliers: {left_out} of {all} ratios");
            }
            out.push('\n');
        }
        for note in &self.notes {
            let _ = writeln!(out, "{note}");
        }
        out
    }

    /// A group's result in a sentence.
    fn conclusion(&self, group: &[Row]) -> String {
        let best = group.iter().filter(|row| row.verdict == "faster");
        let best = best.min_by(|a, b| a.ratio.value.total_cmp(&b.ratio.value));
        let slower = group.iter().filter(|row| row.verdict == "slower").count();
        let found = match (best, slower) {
            (Some(best), _) => {
                format!(
                    "{} is fastest: {:.1}% less than the base",
                    best.name,
                    (1.0 - best.ratio.value) * 100.0
                )
            }
            (None, 0) => "no difference beyond noise".to_owned(),
            (None, _) => format!("nothing is faster than the base, {slower} slower"),
        };
        format!("{found}; {} in {} rounds", group[1].against_itself(), self.n_rounds())
    }

    fn n_rounds(&self) -> usize {
        self.times.first().map_or(0, Vec::len)
    }

    /// The results of all groups.
    pub fn conclusions(&self) -> Vec<String> {
        self.groups().map(|group| self.conclusion(group)).collect()
    }

    /// A line a variant.
    pub fn csv(&self) -> String {
        let mut out = String::from("variant,median_ms,ratio,low,high,effect,noise,verdict\n");
        for row in &self.rows {
            let Row { name, median, ratio, effect, noise, verdict, .. } = row;
            let _ = writeln!(
                out,
                "\"{name}\",{median:.4},{:.4},{:.4},{:.4},{effect:.4},{noise:.4},{verdict}",
                ratio.value, ratio.low, ratio.high
            );
        }
        out
    }

    /// For `sigilc bench compare`.
    pub fn results(&self) -> Results {
        let measure = |((variant, row), times): ((&Variant, &Row), &Vec<f64>)| {
            let mut it = Measure::seconds(&variant.name, times);
            it.same_as = variant.is_again.then(|| self.variants[row.base].name.clone());
            it
        };
        let measures = self.variants.iter().zip(&self.rows).zip(&self.times).map(measure).collect();
        let details = json!({
            "variants": self.rows, "conclusions": self.conclusions(), "notes": self.notes,
        });
        Results::new("tune", measures, details)
    }

    /// A page that needs nothing else.
    pub fn html(&self, title: &str) -> String {
        let mut env = Environment::new();
        // The name's ending has text escaped.
        env.add_template("page.html", PAGE).expect("the template is tested");
        let template = env.get_template("page.html").expect("it was just added");
        let page = template.render(context! {
            title => title,
            conclusions => self.conclusions(),
            notes => self.notes,
            rows => self.rows.iter().zip(&self.times).map(|(row, times)| self.drawn(row, times)).collect::<Vec<_>>(),
            one => self.place(1.0),
            ticks => self.ticks(),
        });
        page.expect("the template is tested")
    }

    /// The ends of the page's axis.
    fn axis(&self) -> (f64, f64) {
        let ratios = self.rows.iter().flat_map(|row| [row.ratio.low, row.ratio.high]);
        let (low, high) =
            ratios.fold((0.98, 1.02), |(low, high): (f64, f64), it| (low.min(it), high.max(it)));
        let margin = (high - low) * 0.15;
        (low - margin, high + margin)
    }

    /// Where a ratio is on the page, in percent.
    fn place(&self, ratio: f64) -> f64 {
        let (low, high) = self.axis();
        ((ratio - low) / (high - low) * 100.0).clamp(0.0, 100.0)
    }

    fn ticks(&self) -> Vec<Value> {
        let (low, high) = self.axis();
        let step = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 50.0];
        let step = step.into_iter().find(|step| (high - low) / step <= 8.0).unwrap_or(100.0);
        let from = (low / step).ceil() as i64;
        let count = ((high - low) / step) as i64;
        (from..=from + count)
            .map(|n| n as f64 * step)
            .filter(|tick| (low..=high).contains(tick))
            .map(|tick| json!({"place": self.place(tick), "text": format!("{tick:.3}").trim_end_matches('0').trim_end_matches('.')}))
            .collect()
    }

    fn drawn(&self, row: &Row, times: &[f64]) -> Value {
        let dots = times.iter().zip(&self.times[row.base]).map(|(own, first)| self.place(own / first));
        json!({
            "name": row.name,
            "median": format!("{:.2}", row.median),
            "ratio": format!("{:.3}", row.ratio.value),
            "interval": format!("{:.3} to {:.3}", row.ratio.low, row.ratio.high),
            "effect": format!("{:+.2} {}", row.effect, effect_in_words(row.effect)),
            "verdict": row.verdict,
            "noise_from": self.place(1.0 - row.noise),
            "noise_width": self.place(1.0 + row.noise) - self.place(1.0 - row.noise),
            "from": self.place(row.ratio.low),
            "width": self.place(row.ratio.high) - self.place(row.ratio.low),
            "at": self.place(row.ratio.value),
            "dots": dots.collect::<Vec<_>>(),
        })
    }
}

/// A smaller difference is nobody's reason to change a setting.
const LEAST: f64 = 0.005;

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome() -> Outcome {
        let mut variants: Vec<Variant> =
            ["a", "<b>", "c"].map(|name| Variant { name: name.to_owned(), ..Variant::default() }).to_vec();
        variants.insert(1, variants[0].again());
        let noisy =
            |base: f64| (0..15).map(|n| base * (1.0 + f64::from(n * 7 % 15) / 500.0)).collect::<Vec<f64>>();
        let shifted: Vec<f64> = noisy(1.0).into_iter().rev().collect();
        Outcome::new(variants, vec![noisy(1.0), shifted, noisy(1.005), noisy(0.8)], vec!["as it is".into()])
    }

    #[test]
    fn only_what_exceeds_the_noise_is_a_difference() {
        let it = outcome();
        let verdicts: Vec<&str> = it.rows.iter().map(|row| row.verdict).collect();
        assert_eq!(verdicts, ["the base", "the noise", "no difference", "faster"]);
        assert!(
            it.rows.iter().all(|row| row.ratio.low <= row.ratio.value && row.ratio.value <= row.ratio.high)
        );
        assert_eq!(it.rows[3].effect, -1.0);
        assert_eq!(it.csv().lines().count(), 5);
        assert!(it.text().contains("no difference\n"), "{}", it.text());
        assert!(
            it.conclusions()[0]
                .starts_with("c is fastest: 20.0% less than the base; the base against itself ")
        );
    }

    #[test]
    fn results_name_the_noise() {
        let results = outcome().results();
        assert_eq!(results.measures[1].same_as.as_deref(), Some("a"));
        let read = Results::from_json(&results.to_json()).expect("a result file");
        assert_eq!((read.measures.len(), &read.measures[2].name), (4, &results.measures[2].name));
    }

    #[test]
    fn the_page_shows_every_round_and_escapes_text() {
        let page = outcome().html("tune <x>");
        assert_eq!(page.matches("class=\"dot\"").count(), 4 * 15);
        assert!(page.contains("&lt;b&gt;") && page.contains("tune &lt;x&gt;") && !page.contains("<b>"));
        assert!(page.contains("as it is"));
    }
}
