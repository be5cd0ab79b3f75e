//! Statistics of times on a machine that others use too: runs that something disturbed are told by how far they are from
//! the others and left out, medians are not moved by those that are not, and intervals by resampling assume nothing about
//! how times are spread.
//!
//! With few rounds an interval of plain medians is useless where one run in ten takes twice as long: two such runs of
//! seven are in one of every seven series, and reach its end. `power` in the tests of `compare` says what this way finds.

use fastrand::Rng;
use std::cmp::Ordering;

/// Resamples for an interval.
const RESAMPLES: usize = 2000;

/// A figure and where it may lie.
#[derive(Clone, Copy, PartialEq, Debug, serde::Serialize)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// The 95% interval's ends; the value itself if there are too few samples for one.
    pub low: f64,
    /// See above.
    pub high: f64,
    /// The share of the resamples that lie on the value's side of 1, for ratios.
    pub confidence: f64,
    /// Samples that were outliers, and do not count.
    pub left_out: usize,
}

/// The middle value, or the mean of the two in the middle; nought of none.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    if n == 0 { 0.0 } else { (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0 }
}

/// Beyond so many median absolute deviations a value is an outlier: a modified z-score above 3.5 (Iglewicz and Hoaglin,
/// "How to Detect and Handle Outliers", 1993).
const OUTLIER: f64 = 3.5 / 0.6745;

/// The values without outliers, in their order. Distances are those of logarithms, since disturbances make a run so many
/// times as long. Fewer than five have none, since two would be as many as what they are held against.
pub fn undisturbed(values: &[f64]) -> Vec<f64> {
    if values.len() < 5 || values.iter().any(|&value| value <= 0.0) {
        return values.to_vec();
    }
    let middle = median(values).ln();
    let distance = |value: f64| (value.ln() - middle).abs();
    let usual = median(&values.iter().map(|&value| distance(value)).collect::<Vec<f64>>());
    values.iter().copied().filter(|&value| distance(value) <= OUTLIER * usual).collect()
}

/// The median of ratios that were taken round by round, where rounds are what disturbances have in common.
pub fn paired_ratio(above: &[f64], below: &[f64], rng: &mut Rng) -> Estimate {
    let ratios: Vec<f64> = above.iter().zip(below).map(|(above, below)| above / below).collect();
    let steady = undisturbed(&ratios);
    let it = estimate(steady.len(), median(&steady), || median(&resample(&steady, rng)));
    Estimate { left_out: ratios.len() - steady.len(), ..it }
}

/// The ratio of the medians of two series that have nothing in common.
pub fn ratio(above: &[f64], below: &[f64], rng: &mut Rng) -> Estimate {
    let n_all = above.len() + below.len();
    let (above, below) = (undisturbed(above), undisturbed(below));
    let n = above.len().min(below.len());
    let it = estimate(n, median(&above) / median(&below), || {
        median(&resample(&above, rng)) / median(&resample(&below, rng))
    });
    Estimate { left_out: n_all - above.len() - below.len(), ..it }
}

/// Fewer samples than these have no interval.
pub const FEWEST: usize = 3;

fn estimate(n: usize, value: f64, mut again: impl FnMut() -> f64) -> Estimate {
    if n < FEWEST {
        return Estimate { value, low: value, high: value, confidence: f64::NAN, left_out: 0 };
    }
    let mut all: Vec<f64> = (0..RESAMPLES).map(|_| again()).collect();
    all.sort_by(f64::total_cmp);
    let side = value.total_cmp(&1.0);
    let agree = all.iter().filter(|other| side != Ordering::Equal && other.total_cmp(&1.0) == side).count();
    Estimate {
        value,
        low: all[RESAMPLES / 40],
        high: all[RESAMPLES - 1 - RESAMPLES / 40],
        confidence: agree as f64 / RESAMPLES as f64,
        left_out: 0,
    }
}

fn resample(values: &[f64], rng: &mut Rng) -> Vec<f64> {
    values.iter().map(|_| values[rng.usize(..values.len())]).collect()
}

/// Cliff's delta: how much likelier a value of the first series is above one of the second than below, from −1 to 1.
/// Nought for series that overlap entirely, 1 if every value is above all of the other's.
pub fn effect(ours: &[f64], theirs: &[f64]) -> f64 {
    let sum: i64 =
        ours.iter().flat_map(|ours| theirs.iter().map(move |theirs| ours.total_cmp(theirs) as i64)).sum();
    sum as f64 / (ours.len() * theirs.len()).max(1) as f64
}

/// How large an effect is, in the usual words (Romano and others, 2006).
pub fn effect_in_words(effect: f64) -> &'static str {
    match effect.abs() {
        size if size < 0.147 => "negligible",
        size if size < 0.33 => "small",
        size if size < 0.474 => "medium",
        _ => "large",
    }
}

/// How far a ratio that ought to be 1 is from it: by so much two series differ for no reason. Not how far its interval
/// reaches, since the interval of what is held against it says that already.
pub fn bias(ratio: &Estimate) -> f64 {
    (ratio.value - 1.0).abs()
}

/// How far the machine drifted while a series was taken: its second half's median against its first half's.
pub fn drift(values: &[f64]) -> f64 {
    let values = undisturbed(values);
    if values.len() < 2 * FEWEST {
        return 0.0;
    }
    let (first, second) = values.split_at(values.len() / 2);
    let (first, second) = (median(first), median(second));
    if first > 0.0 { (second / first - 1.0).abs() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rng() -> Rng {
        Rng::with_seed(1)
    }

    #[test]
    fn medians() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0]), 2.5);
        assert_eq!(median(&[]), 0.0);
    }

    #[test]
    fn intervals_hold_the_value_and_shrink_with_the_spread() {
        let spread = |by: f64| (0..15).map(|n| 1.0 + by * f64::from(n * 7 % 15)).collect::<Vec<f64>>();
        let width = |by| {
            let it = ratio(&spread(by), &spread(by), &mut rng());
            assert!(it.low <= it.value && it.value <= it.high, "{it:?}");
            it.high - it.low
        };
        assert!(width(0.001) < width(0.1));
        let twice: Vec<f64> = spread(0.1).iter().map(|value| value * 2.0).collect();
        let paired = paired_ratio(&twice, &spread(0.1), &mut rng());
        assert_eq!((paired.low, paired.value, paired.high, paired.confidence), (2.0, 2.0, 2.0, 1.0));
    }

    #[test]
    fn few_samples_have_no_interval() {
        let it = ratio(&[2.0], &[1.0], &mut rng());
        assert_eq!((it.low, it.value, it.high), (2.0, 2.0, 2.0));
        assert!(it.confidence.is_nan());
    }

    #[test]
    fn effects() {
        assert_eq!(effect(&[3.0, 4.0], &[1.0, 2.0]), 1.0);
        assert_eq!(effect(&[1.0, 2.0], &[1.0, 2.0]), 0.0);
        assert_eq!([0.1, -0.2, 0.4, -0.9].map(effect_in_words), ["negligible", "small", "medium", "large"]);
    }

    #[test]
    fn what_something_disturbed_is_left_out() {
        assert_eq!(undisturbed(&[1.0, 1.02, 2.0, 0.98, 1.01, 0.99, 2.1]), [1.0, 1.02, 0.98, 1.01, 0.99]);
        // Two kinds of runs are a fact about the program, and so are few values and noughts.
        assert_eq!(undisturbed(&[1.0, 2.0, 1.01, 2.02, 0.99, 1.98]).len(), 6);
        assert_eq!(undisturbed(&[1.0, 1.0, 9.0]).len(), 3);
        assert_eq!(undisturbed(&[0.0, 1.0, 1.0, 1.0, 9.0]).len(), 5);
    }

    #[test]
    fn drift_is_what_a_series_changed_by() {
        assert!((drift(&[1.0, 1.0, 1.0, 1.1, 1.1, 1.1]) - 0.1).abs() < 1e-9);
        assert_eq!(drift(&[1.0, 2.0]), 0.0);
    }
}
