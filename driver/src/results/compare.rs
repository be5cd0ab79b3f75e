//! Two result files beside each other.

use super::statistics::{FEWEST, bias, drift, median, paired_ratio, ratio, undisturbed};
use super::{Better, Measure, Results};
use fastrand::Rng;
use serde::Serialize;
use std::fmt::Write;

/// What a difference is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Better, beyond noise.
    Better,
    /// Nothing beyond noise.
    Same,
    /// Worse, beyond noise.
    Worse,
}

/// A measure that both files have.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// Medians of what nothing disturbed.
    pub before: f64,
    /// See above.
    pub after: f64,
    /// After by before, and the ends of its 95% interval.
    pub ratio: f64,
    /// See above.
    pub low: f64,
    /// See above.
    pub high: f64,
    /// How sure its direction is; none where there are too few values to tell.
    pub confidence: Option<f64>,
    /// How far from 1 a ratio may be for no reason, besides what its interval says.
    pub noise: f64,
    /// Values of both files that were outliers, and do not count.
    pub left_out: usize,
    /// What it comes to.
    pub verdict: Verdict,
}

/// Two result files beside each other.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Comparison {
    /// Version of this object.
    pub version: u32,
    /// The measures that both have.
    pub rows: Vec<Row>,
    /// Those that only one has.
    pub only_before: Vec<String>,
    /// See above.
    pub only_after: Vec<String>,
    /// Why the comparison may be unfair.
    pub warnings: Vec<String>,
}

/// Noise of a figure that was taken too few times for an interval.
const NOISE_OF_ONE: f64 = 0.05;

/// Above it, those who rely on "no difference" are warned.
const BLIND: f64 = 0.15;

impl Row {
    /// How large a change must be to be found at all.
    fn blind_below(&self) -> f64 {
        self.noise + ((self.high - self.low) / 2.0 / self.ratio.max(f64::MIN_POSITIVE)).max(0.0)
    }
}

/// Compares. Differences below `least_noise` are never counted. An error is a sentence.
pub fn compare(before: &Results, after: &Results, least_noise: f64) -> Result<Comparison, String> {
    let floor = floor(before).max(floor(after)).max(least_noise);
    let find = |name: &str, all: &Results| all.measures.iter().find(|it| it.name == name).cloned();
    // A run that is there again only says how large the noise is.
    let counted = |all: &Results| -> Vec<Measure> {
        all.measures.iter().filter(|it| it.same_as.is_none()).cloned().collect()
    };
    let mut rows = Vec::new();
    let mut only_before = Vec::new();
    for ours in counted(before) {
        match find(&ours.name, after) {
            Some(theirs) if theirs.unit != ours.unit || theirs.better != ours.better => {
                return Err(format!("'{}' is measured in other units in the second file", ours.name));
            }
            Some(theirs) => rows.push(row(&ours, &theirs, floor)),
            None => only_before.push(ours.name),
        }
    }
    if rows.is_empty() {
        let has = |all: &Results| format!("of {}: {}", all.what, names(&counted(all)));
        return Err(format!(
            "the two files have no measure in common\n  the first one is {}\n  the second one is {}",
            has(before),
            has(after)
        ));
    }
    let is_new = |it: &Measure| find(&it.name, before).is_none();
    let only_after = counted(after).into_iter().filter(is_new).map(|it| it.name).collect();
    let mut warnings = Vec::new();
    if before.cores != after.cores {
        warnings.push(format!("measured on {} and on {} cores", before.cores, after.cores));
    }
    if before.what != after.what {
        warnings.push(format!("measured by {} and by {}", before.what, after.what));
    }
    for row in rows.iter().filter(|row| row.verdict == Verdict::Same && row.blind_below() > BLIND) {
        let (name, below) = (&row.name, row.blind_below() * 100.0);
        warnings
            .push(format!("'{name}' is too noisy to tell a change of less than {below:.0}%: measure again"));
    }
    Ok(Comparison { version: 1, rows, only_before, only_after, warnings })
}

/// Some measures' names, and how many more there are.
fn names(measures: &[Measure]) -> String {
    const SHOWN: usize = 6;
    let shown: Vec<String> = measures.iter().take(SHOWN).map(|it| format!("'{}'", it.name)).collect();
    match measures.len().saturating_sub(SHOWN) {
        0 if shown.is_empty() => "nothing".to_owned(),
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What a file says about noise itself: how far a measure and its repetition are apart.
fn floor(results: &Results) -> f64 {
    let mut rng = Rng::with_seed(1);
    let apart = |again: &Measure| {
        let first = results.measures.iter().find(|it| Some(&it.name) == again.same_as.as_ref())?;
        let ratio = paired_ratio(&again.values, &first.values, &mut rng);
        Some(bias(&ratio))
    };
    results.measures.iter().filter_map(apart).fold(0.0, f64::max)
}

fn row(before: &Measure, after: &Measure, floor: f64) -> Row {
    let mut rng = Rng::with_seed(1);
    let (middle_before, middle_after) =
        (median(&undisturbed(&before.values)), median(&undisturbed(&after.values)));
    let mut it = ratio(&after.values, &before.values, &mut rng);
    if middle_before == middle_after {
        // Nought by nought, too.
        (it.value, it.low, it.high) = (1.0, it.low.min(1.0), it.high.max(1.0));
    }
    let is_single = before.values.len().min(after.values.len()) < FEWEST;
    let own = drift(&before.values).max(drift(&after.values));
    let noise = floor.max(own).max(if is_single { NOISE_OF_ONE } else { 0.0 });
    let (is_more, is_less) = (it.low > 1.0 + noise, it.high < 1.0 / (1.0 + noise));
    let verdict = match (before.better, is_more, is_less) {
        (Better::Less, true, _) | (Better::More, _, true) => Verdict::Worse,
        (Better::Less, _, true) | (Better::More, true, _) => Verdict::Better,
        _ => Verdict::Same,
    };
    Row {
        name: before.name.clone(),
        unit: before.unit.clone(),
        before: middle_before,
        after: middle_after,
        ratio: it.value,
        low: it.low,
        high: it.high,
        confidence: (!is_single).then_some(it.confidence),
        noise,
        left_out: it.left_out,
        verdict,
    }
}

impl Comparison {
    /// How many measures got worse.
    pub fn n_worse(&self) -> usize {
        self.rows.iter().filter(|row| row.verdict == Verdict::Worse).count()
    }

    /// For a terminal.
    pub fn text(&self) -> String {
        let width = self.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).max(7);
        // Writing to a String cannot fail.
        let mut out = format!(
            "{:<width$} {:>12} {:>12} {:>7} {:>17} {:>10} {:>7}\n",
            "measure", "before", "after", "ratio", "95% interval", "confidence", "noise"
        );
        for row in &self.rows {
            let interval = match row.confidence {
                Some(_) => format!("{:.3} to {:.3}", row.low, row.high),
                None => "one value".to_owned(),
            };
            let sure = row.confidence.filter(|_| row.ratio != 1.0);
            let confidence = sure.map_or(String::new(), |it| format!("{:.1}%", it * 100.0));
            let verdict = match row.verdict {
                Verdict::Better => "better",
                Verdict::Same => "no difference",
                Verdict::Worse => "WORSE",
            };
            let _ = writeln!(
                out,
                "{:<width$} {:>12} {:>12} {:>7.3} {interval:>17} {confidence:>10} {:>6.1}%  {verdict}",
                row.name,
                quantity(row.before, &row.unit),
                quantity(row.after, &row.unit),
                row.ratio,
                row.noise * 100.0,
            );
        }
        out.push('\n');
        for (names, which) in [(&self.only_before, "first"), (&self.only_after, "second")] {
            for name in names {
                let _ = writeln!(out, "only in the {which} file: {name}");
            }
        }
        for warning in &self.warnings {
            let _ = writeln!(out, "warning: {warning}");
        }
        let left_out: usize = self.rows.iter().map(|row| row.left_out).sum();
        if left_out > 0 {
            let _ = writeln!(out, "left out as outliers: {left_out} of the values");
        }
        let count = |verdict| self.rows.iter().filter(|row| row.verdict == verdict).count();
        let (better, same, worse) = (count(Verdict::Better), count(Verdict::Same), count(Verdict::Worse));
        let _ = writeln!(out, "{worse} worse, {better} better, {same} no different beyond noise");
        out
    }

    /// A line a measure.
    pub fn csv(&self) -> String {
        let mut out = String::from("measure,unit,before,after,ratio,low,high,confidence,noise,verdict\n");
        for row in &self.rows {
            let confidence = row.confidence.map_or(String::new(), |it| format!("{it:.4}"));
            let verdict = match row.verdict {
                Verdict::Better => "better",
                Verdict::Same => "same",
                Verdict::Worse => "worse",
            };
            let _ = writeln!(
                out,
                "\"{}\",{},{},{},{:.4},{:.4},{:.4},{confidence},{:.4},{verdict}",
                row.name.replace('"', "\"\""),
                row.unit,
                row.before,
                row.after,
                row.ratio,
                row.low,
                row.high,
                row.noise,
            );
        }
        out
    }

    /// An object.
    pub fn json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("numbers and text can be written");
        format!("{text}\n")
    }
}

/// A value with its unit, at the scale that people read.
fn quantity(value: f64, unit: &str) -> String {
    match unit {
        "s" if value < 1e-3 => format!("{:.2} \u{b5}s", value * 1e6),
        "s" if value < 1.0 => format!("{:.2} ms", value * 1e3),
        "B" => format!("{:.2} MB", value / 1e6),
        _ => format!("{value:.3} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(what: &str, measures: &[(&str, Better, &[f64])]) -> Results {
        let measure = |&(name, better, values): &(&str, Better, &[f64])| {
            Measure::new(name, if better == Better::Less { "s" } else { "x" }, better, values)
        };
        Results::new(what, measures.iter().map(measure).collect(), serde_json::Value::Null)
    }

    const STEADY: [f64; 7] = [1.00, 1.01, 0.99, 1.00, 1.02, 0.98, 1.00];

    fn times(by: f64) -> Vec<f64> {
        STEADY.iter().map(|value| value * by).collect()
    }

    #[test]
    fn only_what_exceeds_the_noise_counts_and_direction_depends_on_the_measure() {
        let (same, slow, fast) = (times(1.01), times(1.3), times(0.7));
        let before = of(
            "tune",
            &[
                ("a", Better::Less, &STEADY),
                ("b", Better::Less, &STEADY),
                ("c", Better::Less, &STEADY),
                ("d", Better::More, &STEADY),
                ("gone", Better::Less, &STEADY),
            ],
        );
        let after = of(
            "tune",
            &[
                ("a", Better::Less, &same),
                ("b", Better::Less, &slow),
                ("c", Better::Less, &fast),
                ("d", Better::More, &fast),
                ("new", Better::Less, &fast),
            ],
        );
        let it = compare(&before, &after, 0.02).expect("comparable");
        let verdicts: Vec<Verdict> = it.rows.iter().map(|row| row.verdict).collect();
        assert_eq!(verdicts, [Verdict::Same, Verdict::Worse, Verdict::Better, Verdict::Worse]);
        assert_eq!(it.n_worse(), 2);
        assert_eq!((it.only_before.len(), it.only_after.len()), (1, 1));
        assert_eq!(it.csv().lines().count(), 5);
        assert!(it.text().contains("2 worse, 1 better, 1 no different beyond noise"), "{}", it.text());
    }

    #[test]
    fn a_files_own_noise_raises_the_bar() {
        let mut before = of("tune", &[("a", Better::Less, &STEADY)]);
        let after = of("tune", &[("a", Better::Less, &times(1.1))]);
        assert_eq!(compare(&before, &after, 0.01).expect("comparable").n_worse(), 1);
        let mut again = Measure::seconds("a (again)", &times(1.2));
        again.same_as = Some("a".to_owned());
        before.measures.push(again);
        let it = compare(&before, &after, 0.01).expect("comparable");
        assert_eq!((it.n_worse(), it.rows.len()), (0, 1));
        assert!(it.rows[0].noise > 0.19);
        assert!(it.text().contains("too noisy to tell a change of less than 2"), "{}", it.text());
    }

    /// Times of `n` runs: log-normal with a spread, and one run in ten takes twice as long.
    fn noisy(n: usize, middle: f64, spread: f64, rng: &mut Rng) -> Vec<f64> {
        let time = |_| {
            // Box and Muller's normal deviate.
            let normal = (-2.0 * (1.0 - rng.f64()).ln()).sqrt() * (std::f64::consts::TAU * rng.f64()).cos();
            let disturbed = if rng.u32(..10) == 0 { 2.0 } else { 1.0 };
            middle * (spread * normal).exp() * disturbed
        };
        (0..n).map(time).collect()
    }

    /// How many percent of comparisons call it worse and better if everything takes `by` times as long.
    fn found(by: f64, spread: f64) -> (usize, usize) {
        const TIMES: u64 = 200;
        let (mut worse, mut better) = (0, 0);
        for seed in 0..TIMES {
            let mut rng = Rng::with_seed(seed);
            let mut file = |middle: f64| {
                let [first, second] = [(); 2].map(|()| noisy(7, middle, spread, &mut rng));
                let mut file = of("tune", &[("a", Better::Less, &first)]);
                let mut again = Measure::seconds("a (again)", &second);
                again.same_as = Some("a".to_owned());
                file.measures.push(again);
                file
            };
            let it = compare(&file(1.0), &file(by), 0.01).expect("comparable");
            worse += usize::from(it.rows[0].verdict == Verdict::Worse);
            better += usize::from(it.rows[0].verdict == Verdict::Better);
        }
        (worse * 100 / TIMES as usize, better * 100 / TIMES as usize)
    }

    #[test]
    fn power() {
        for (by, spread, worse) in [
            // What is no change is hardly ever called one …
            (1.0, 0.02, 0..=3),
            (1.0, 0.05, 0..=3),
            // … and a fifth more is found in seven runs, one in ten of them disturbed.
            (1.2, 0.02, 95..=100),
            (1.2, 0.05, 80..=100),
            // Of a twentieth more that is not to be expected.
            (1.05, 0.02, 30..=70),
        ] {
            let (is_worse, is_better) = found(by, spread);
            assert!(worse.contains(&is_worse), "{by} with {spread}: {is_worse}% worse, {is_better}% better");
            assert!(is_better <= 3, "{by} with {spread}: {is_better}% better");
        }
    }

    #[test]
    fn single_values_need_a_clear_difference() {
        let verdict = |after: f64| {
            let (before, after) = (
                of("memory", &[("m", Better::Less, &[100.0])]),
                of("memory", &[("m", Better::Less, &[after])]),
            );
            compare(&before, &after, 0.01).expect("comparable").rows[0].verdict
        };
        assert_eq!(
            [verdict(104.0), verdict(110.0), verdict(90.0)],
            [Verdict::Same, Verdict::Worse, Verdict::Better]
        );
        assert_eq!(verdict(100.0), Verdict::Same);
    }

    #[test]
    fn files_without_anything_in_common_are_refused() {
        let (one, other) =
            (of("tune", &[("a", Better::Less, &STEADY)]), of("peers", &[("b", Better::Less, &STEADY)]));
        let error = compare(&one, &other, 0.01).expect_err("nothing to compare");
        assert!(error.contains("of tune: 'a'\n") && error.ends_with("of peers: 'b'"), "{error}");
    }

    #[test]
    fn bad_files_are_told_apart() {
        let error = |text: &str| Results::from_json(text).expect_err("bad");
        assert!(error("[]").contains("no version"));
        assert!(error(r#"{"version":2}"#).contains("only 1 is known"));
        assert!(error(r#"{"version":1,"what":"tune"}"#).contains("missing field"));
        let empty = r#"{"version":1,"what":"x","cores":1,"measures":[{"name":"a","unit":"s","better":"less","values":[]}]}"#;
        assert!(error(empty).contains("'a' needs values"));
        let good = of("tune", &[("a", Better::Less, &STEADY)]);
        assert_eq!(Results::from_json(&good.to_json()), Ok(good));
    }
}
