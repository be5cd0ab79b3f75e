//! `bench`: what became better or worse between two measurements.

use super::voice::Voice;
use super::{FAILURE, SUCCESS};
use crate::cli::{Bench, Compare};
use crate::results::{Comparison, Results, compare};
use std::io::Write;

/// Something got worse beyond noise. The compiler's own failures have the same number, but no other command compares
/// and this one does not compile.
const REGRESSION: u8 = 3;

/// Compares two files and prints how.
pub fn bench(Bench::Compare(what): &Bench, voice: &Voice) -> u8 {
    let comparison = match read(what) {
        Ok(comparison) => comparison,
        Err(sentence) => {
            voice.say(&format!("error: {sentence}"));
            return FAILURE;
        }
    };
    let text = match (what.csv, what.json) {
        (true, _) => comparison.csv(),
        (_, true) => comparison.json(),
        _ => comparison.text(),
    };
    // A closed pipe is no reason to fail.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    if comparison.n_worse() > 0 { REGRESSION } else { SUCCESS }
}

fn read(what: &Compare) -> Result<Comparison, String> {
    let (before, after) = (Results::read(&what.before)?, Results::read(&what.after)?);
    compare(&before, &after, what.noise / 100.0)
}

#[cfg(test)]
mod tests {
    use super::super::run;
    use crate::cli::Cli;
    use crate::results::{Measure, Results};
    use clap::Parser;

    #[test]
    fn the_exit_code_is_for_scripts() {
        let dir = tempfile::tempdir().expect("a directory");
        let write = |name: &str, by: f64| {
            let values = [1.0, 1.01, 0.99, 1.0, 1.02].map(|value| value * by);
            let results = Results::new("tune", vec![Measure::seconds("a", &values)], serde_json::Value::Null);
            let path = dir.path().join(name);
            std::fs::write(&path, results.to_json()).expect("written");
            path.display().to_string()
        };
        let (base, slow) = (write("base.json", 1.0), write("slow.json", 1.2));
        let nonsense = dir.path().join("nonsense.json");
        std::fs::write(&nonsense, "{").expect("written");
        let code = |before: &str, after: &str| {
            let args = ["sigilc", "bench", "compare", before, after];
            run(Cli::try_parse_from(args).expect("a command line"))
        };
        assert_eq!(code(&base, &base), 0);
        assert_eq!(code(&base, &slow), 3);
        assert_eq!(code(&slow, &base), 0);
        assert_eq!(code(&base, &nonsense.display().to_string()), 1);
        assert_eq!(code("not-there.json", &base), 1);
    }
}
