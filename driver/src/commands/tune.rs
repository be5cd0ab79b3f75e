//! `tune`: settings compared by running the compiler with them in turn.

use super::voice::Voice;
use super::{FAILURE, SUCCESS, USAGE};
use crate::cli::Tune;
use serde_json::json;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Resamples for a confidence interval.
const RESAMPLES: usize = 2000;

/// A combination of settings, in words and as arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Variant {
    name: String,
    policy: String,
    args: Vec<String>,
}

/// Runs everything and prints a table.
pub fn tune(tune: &Tune, voice: &Voice) -> u8 {
    let mut variants = match variants(&tune.vary) {
        Ok(variants) => variants,
        Err(sentence) => {
            voice.say(&format!("error: {sentence}"));
            return USAGE;
        }
    };
    // The first one again: what differs between the two is noise.
    variants.insert(1, Variant { name: format!("{} (again)", variants[0].name), ..variants[0].clone() });
    let times = match measure(tune, &variants, voice) {
        Ok(times) => times,
        Err(sentence) => {
            voice.say(&format!("error: {sentence}"));
            return FAILURE;
        }
    };
    let rows = compare(&variants, &times);
    let text = match (tune.csv, tune.json) {
        (true, _) => csv(&rows),
        (_, true) => format!("{:#}\n", json!({"version": 1, "repeat": tune.repeat, "variants": rows})),
        _ => table(&rows),
    };
    // A closed pipe is no reason to fail.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    SUCCESS
}

/// All combinations, the first value of each knob first.
fn variants(vary: &[String]) -> Result<Vec<Variant>, String> {
    let mut all = vec![Variant::default()];
    for text in vary {
        let Some((knob, values)) = text.split_once('=').filter(|(_, values)| !values.is_empty()) else {
            return Err(format!("--vary {text}: not of the form KNOB=VALUE,…"));
        };
        let with = |variant: &Variant, value: &str| {
            let mut variant = variant.clone();
            let gap = if variant.name.is_empty() { "" } else { "," };
            let _ = write!(variant.name, "{gap}{knob}={value}");
            match knob {
                "chunk" => variant.args.extend(["--lex-chunk".to_owned(), value.to_owned()]),
                "jobs" => variant.args.extend(["--jobs".to_owned(), value.to_owned()]),
                "schedule" => variant.args.extend(["--schedule".to_owned(), value.to_owned()]),
                _ => {
                    let _ = write!(variant.policy, "{knob}={value},");
                }
            }
            variant
        };
        all = values
            .split(',')
            .flat_map(|value| all.iter().map(|it| with(it, value)).collect::<Vec<_>>())
            .collect();
    }
    match all.iter().find_map(|variant| crate::graph::check_policy(&variant.policy)) {
        Some(problem) => Err(format!("--vary: {problem}")),
        None => Ok(all),
    }
}

/// Seconds by variant and round. Every round runs all variants, so that slow times of the machine meet all of them.
fn measure(tune: &Tune, variants: &[Variant], voice: &Voice) -> Result<Vec<Vec<f64>>, String> {
    let program = std::env::current_exe().map_err(|error| format!("cannot find sigilc itself: {error}"))?;
    let mut times = vec![Vec::new(); variants.len()];
    // One round more, which warms the caches and is not counted.
    for round in 0..=tune.repeat as usize {
        for at in 0..variants.len() {
            // Each variant is first, second, … equally often.
            let at = (at + round) % variants.len();
            let time = run(&program, tune, &variants[at])?;
            if round > 0 {
                times[at].push(time);
            }
        }
        voice.note(&format!("round {round} of {}", tune.repeat));
    }
    Ok(times)
}

fn run(program: &Path, tune: &Tune, variant: &Variant) -> Result<f64, String> {
    let dir = tempfile::tempdir().map_err(|error| format!("cannot make a directory: {error}"))?;
    let mut command = Command::new(program);
    command.arg("emit").arg(&tune.path).arg("-o").arg(dir.path().join("c")).arg("--quiet");
    command.args(&variant.args).args(["--policy", &variant.policy]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let start = Instant::now();
    let output = command.output().map_err(|error| format!("cannot start sigilc: {error}"))?;
    let time = start.elapsed().as_secs_f64();
    if !output.status.success() {
        return Err(format!(
            "{} failed:\n{}",
            variant.name,
            String::from_utf8_lossy(&output.stderr).trim_end()
        ));
    }
    Ok(time)
}

/// A variant against the first one.
#[derive(Clone, Debug, serde::Serialize)]
struct Row {
    name: String,
    /// Median in milliseconds.
    median: f64,
    /// Median of the rounds' ratios to the first variant, and its 95% interval.
    ratio: f64,
    low: f64,
    high: f64,
    verdict: &'static str,
}

fn compare(variants: &[Variant], times: &[Vec<f64>]) -> Vec<Row> {
    let mut seed = 1;
    let mut rows: Vec<Row> = Vec::new();
    for (variant, own) in variants.iter().zip(times) {
        let ratios: Vec<f64> = own.iter().zip(&times[0]).map(|(own, first)| own / first).collect();
        let (low, high) = interval(&ratios, &mut seed);
        let median_ms = median(own.clone()) * 1e3;
        let ratio = median(ratios);
        let name = variant.name.clone();
        rows.push(Row { name, median: median_ms, ratio, low, high, verdict: "" });
    }
    // What the first variant against itself gives is no difference.
    let (noise_low, noise_high) = rows.get(1).map_or((1.0, 1.0), |row| (row.low.min(1.0), row.high.max(1.0)));
    for (at, row) in rows.iter_mut().enumerate() {
        row.verdict = match at {
            0 => "the base",
            1 => "the noise",
            _ if row.high < noise_low => "faster",
            _ if row.low > noise_high => "slower",
            _ => "no difference",
        };
    }
    rows
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    if n == 0 { 0.0 } else { (values[(n - 1) / 2] + values[n / 2]) / 2.0 }
}

/// The 95% interval of a median, by resampling.
fn interval(values: &[f64], seed: &mut u64) -> (f64, f64) {
    let mut next = || {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 33) as usize
    };
    let mut medians: Vec<f64> = (0..RESAMPLES)
        .map(|_| median(values.iter().map(|_| values[next() % values.len()]).collect()))
        .collect();
    medians.sort_by(f64::total_cmp);
    (medians[RESAMPLES / 40], medians[RESAMPLES - 1 - RESAMPLES / 40])
}

fn table(rows: &[Row]) -> String {
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0).max(8);
    // Writing to a String cannot fail.
    let mut out =
        format!("{:<width$} {:>10} {:>7} {:>17}\n", "variant", "median ms", "ratio", "95% interval");
    for row in rows {
        let range = format!("{:.3} to {:.3}", row.low, row.high);
        let (name, verdict) = (&row.name, row.verdict);
        let _ =
            writeln!(out, "{name:<width$} {:>10.2} {:>7.3} {range:>17}  {verdict}", row.median, row.ratio);
    }
    out
}

fn csv(rows: &[Row]) -> String {
    let mut out = String::from("variant,median_ms,ratio,low,high,verdict\n");
    for row in rows {
        let (name, verdict) = (&row.name, row.verdict);
        let _ = writeln!(
            out,
            "\"{name}\",{:.4},{:.4},{:.4},{:.4},{verdict}",
            row.median, row.ratio, row.low, row.high
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(vary: &[&str]) -> Vec<Variant> {
        variants(&vary.iter().map(|&text| text.to_owned()).collect::<Vec<_>>()).expect("variants")
    }

    #[test]
    fn all_combinations_are_tried_the_defaults_first() {
        let all = named(&["order=lifo,fifo", "chunk=10,20"]);
        let names: Vec<&str> = all.iter().map(|variant| variant.name.as_str()).collect();
        assert_eq!(names[0], "order=lifo,chunk=10");
        assert_eq!(names.len(), 4);
        let last = all.last().expect("four");
        assert_eq!(
            (last.policy.as_str(), &last.args[..]),
            ("order=fifo,", &["--lex-chunk".into(), "20".into()][..])
        );
        assert!(variants(&["order=up".into()]).is_err() && variants(&["order".into()]).is_err());
    }

    #[test]
    fn only_what_exceeds_the_noise_is_a_difference() {
        let variants = named(&["steal=one,half", "injector=1,2"]);
        let noisy =
            |base: f64| (0..15).map(|n| base * (1.0 + f64::from(n * 7 % 15) / 500.0)).collect::<Vec<f64>>();
        let shifted: Vec<f64> = noisy(1.0).into_iter().rev().collect();
        let rows = compare(&variants, &[noisy(1.0), shifted, noisy(1.005), noisy(0.8)]);
        let verdicts: Vec<&str> = rows.iter().map(|row| row.verdict).collect();
        assert_eq!(verdicts, ["the base", "the noise", "no difference", "faster"]);
        assert!(rows.iter().all(|row| row.low <= row.ratio && row.ratio <= row.high));
        assert_eq!(csv(&rows).lines().count(), 5);
        assert!(table(&rows).contains("no difference\n"));
    }
}
