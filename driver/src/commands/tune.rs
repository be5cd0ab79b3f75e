//! `tune`: settings compared by runs in turn.

use super::voice::Voice;
use super::{FAILURE, SUCCESS, USAGE};
use crate::cli::{Options, Tune};
use crate::trace;
use crate::tune::{Bench, Measured, Outcome, Replayed, Simulated, Variant, measure, on_cores, product};
use std::io::Write;

/// Runs everything and prints what came of it.
pub fn tune(tune: &Tune, options: &Options, voice: &Voice) -> u8 {
    let variants = match product(&tune.vary) {
        Ok(variants) => variants,
        Err(sentence) => {
            voice.say(&format!("error: {sentence}"));
            return USAGE;
        }
    };
    match compare(tune, options, variants).and_then(|outcome| show(tune, &outcome)) {
        Ok(()) => SUCCESS,
        Err(sentence) => {
            voice.say(&format!("error: {sentence}"));
            FAILURE
        }
    }
}

fn compare(tune: &Tune, options: &Options, variants: Vec<Variant>) -> Result<Outcome, String> {
    let path = &tune.path;
    let (variants, mut bench): (_, Box<dyn Bench>) = if tune.simulate {
        let variants = on_cores(&variants, &tune.cores);
        let bench = Simulated::new(path, tune.of, options, &variants)?;
        (variants, Box::new(bench))
    } else if tune.replay {
        let bench = Replayed::new(path, options, &variants)?;
        (variants, Box::new(bench))
    } else {
        (variants, Box::new(Measured::new(tune.of, path, options)?))
    };
    measure(&mut *bench, variants, tune.repeat)
}

fn show(tune: &Tune, outcome: &Outcome) -> Result<(), String> {
    if let Some(file) = &tune.html {
        let page = outcome.html(&format!("sigilc tune {}", tune.path.display()));
        trace::write(file, |out| out.write_all(page.as_bytes()))?;
    }
    let text = match (tune.csv, tune.json) {
        (true, _) => outcome.csv(),
        (_, true) => outcome.results().to_json(),
        _ => outcome.text(),
    };
    // A closed pipe is no reason to fail.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    Ok(())
}
