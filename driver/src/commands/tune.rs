//! `tune`: settings compared by runs in turn.

use super::voice::Voice;
use super::{FAILURE, SUCCESS, USAGE};
use crate::cli::{Options, Tune};
use crate::interrupt::TempDir;
use crate::trace;
use crate::tune::{
    Bench, Measured, Replayed, Simulated, Variant, advise, alone, grid, measure, on_cores, product,
};
use sigil_scheduler::trace::{Summary, Trace};
use std::io::Write;

/// Runs everything and prints what came of it.
pub fn tune(tune: &Tune, options: &Options, voice: &Voice) -> u8 {
    let variants = match (tune.grain, tune.vary.is_empty()) {
        (true, true) => alone(options.grain(), &grid(tune.of)),
        (true, false) => alone(options.grain(), &tune.vary),
        _ => product(&tune.vary),
    };
    let variants = match variants {
        Ok(variants) => variants,
        Err(sentence) => {
            voice.say(&format!("error: {sentence}"));
            return USAGE;
        }
    };
    let text = if tune.grain { advice(tune, options, variants) } else { comparison(tune, options, variants) };
    match text {
        Ok(text) => {
            // A closed pipe is no reason to fail.
            let _ = std::io::stdout().lock().write_all(text.as_bytes());
            SUCCESS
        }
        Err(sentence) => {
            voice.say(&format!("error: {sentence}"));
            FAILURE
        }
    }
}

/// What does the work, and the variants as it needs them.
fn bench(
    tune: &Tune,
    options: &Options,
    variants: Vec<Variant>,
) -> Result<(Vec<Variant>, Box<dyn Bench>), String> {
    let path = &tune.path;
    if tune.simulate {
        let variants = on_cores(&variants, &tune.cores);
        let bench = Simulated::new(path, tune.of, options, &variants)?;
        Ok((variants, Box::new(bench)))
    } else if tune.replay {
        let bench = Replayed::new(path, options, &variants)?;
        Ok((variants, Box::new(bench)))
    } else {
        Ok((variants, Box::new(Measured::new(tune.of, path, options)?)))
    }
}

/// Which variant is best.
fn comparison(tune: &Tune, options: &Options, variants: Vec<Variant>) -> Result<String, String> {
    let (variants, mut bench) = bench(tune, options, variants)?;
    let outcome = measure(&mut *bench, variants, tune.repeat)?;
    if let Some(file) = &tune.html {
        let page = outcome.html(&format!("sigilc tune {}", tune.path.display()));
        trace::write(file, |out| out.write_all(page.as_bytes()))?;
    }
    Ok(match (tune.csv, tune.json) {
        (true, _) => outcome.csv(),
        (_, true) => outcome.results().to_json(),
        _ => outcome.text(),
    })
}

/// Which grain is best, after a look at what a recorded run says of it.
fn advice(tune: &Tune, options: &Options, variants: Vec<Variant>) -> Result<String, String> {
    if tune.cores.len() > 1 {
        return Err("--grain needs one number of cores".to_owned());
    }
    let (variants, mut bench) = bench(tune, options, variants)?;
    let first = Variant { jobs: tune.simulate.then_some(1), ..Variant::default() };
    let dir = TempDir::new().map_err(|error| format!("cannot make a directory: {error}"))?;
    let file = dir.path().join("trace");
    Measured::new(tune.of, &tune.path, options)?.run(&first, Some(&file))?;
    let trace = Trace::read(&file).map_err(|error| error.to_string())?;
    let seen = trace::grain_text(&trace, &Summary::new(&trace));
    let advice = advise(&mut *bench, variants, tune.repeat)?;
    if let Some(file) = &tune.html {
        let page = advice.alone.html(&format!("sigilc tune --grain {}", tune.path.display()));
        trace::write(file, |out| out.write_all(page.as_bytes()))?;
    }
    Ok(match (tune.csv, tune.json) {
        (true, _) => advice.alone.csv(),
        (_, true) => advice.json(),
        _ => format!("{seen}\n{}", advice.text()),
    })
}
