//! Settings compared: the same work done with each of them in turn, for real, in virtual time, or with spinning tasks;
//! and what the differences are worth.

mod grain;
mod measured;
mod outcome;
mod replayed;
mod simulated;
pub mod spin;
#[cfg(test)]
mod tests;
mod variant;

pub use grain::{Advice, advise, alone, grid};
pub use measured::Measured;
pub use outcome::{Outcome, Row};
pub use replayed::Replayed;
pub use simulated::Simulated;
pub use variant::{Variant, on_cores, product};

use indicatif::ProgressBar;

/// Something that can do the work of a variant.
pub trait Bench {
    /// Does it, in a round; seconds.
    fn time(&mut self, variant: &Variant, round: u32) -> Result<f64, String>;

    /// What the figures are and what they are not, for people.
    fn notes(&self) -> Vec<String>;
}

/// Seconds by variant and round. Every round runs all variants, so that slow times of the machine meet all of them. The
/// first variant (on each number of cores) is there a second time, to show what is noise.
pub fn measure(bench: &mut dyn Bench, variants: Vec<Variant>, rounds: u32) -> Result<Outcome, String> {
    let groups = variants.chunk_by(|one, other| one.cores == other.cores);
    let with_noise = |group: &[Variant]| [&[group[0].clone(), group[0].again()], &group[1..]].concat();
    let variants: Vec<Variant> = groups.flat_map(with_noise).collect();
    let mut times = vec![Vec::new(); variants.len()];
    // It shows itself on terminals only.
    let progress = ProgressBar::new(u64::from(rounds)).with_message("rounds");
    // One round more, which warms the caches and is not counted.
    for round in 0..=rounds {
        for at in 0..variants.len() {
            // Each variant is first, second, … equally often.
            let at = (at + round as usize) % variants.len();
            let time = bench.time(&variants[at], round)?;
            if round > 0 {
                times[at].push(time);
            }
        }
        progress.set_position(u64::from(round));
    }
    progress.finish_and_clear();
    Ok(Outcome::new(variants, times, bench.notes()))
}
