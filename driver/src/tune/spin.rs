//! Work that takes a known time and touches no memory: a loop, counted off against the clock once.
//!
//! Counted steps rather than a look at the clock: a worker that loses its core loses the time, as real work would.

use std::hint::black_box;
use std::time::Instant;

/// Spins for nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct Spinner {
    steps_per_ns: f64,
}

/// Steps of a calibration, and how often it is repeated: the least disturbed one counts.
const STEPS: u64 = 200_000;
const TRIES: u32 = 40;

impl Spinner {
    /// Measures the machine, some milliseconds long.
    pub fn calibrate() -> Self {
        let time = |_| {
            let start = Instant::now();
            steps(STEPS);
            start.elapsed().as_nanos() as u64
        };
        let least = (0..TRIES).map(time).min().unwrap_or(1).max(1);
        Spinner { steps_per_ns: STEPS as f64 / least as f64 }
    }

    /// Keeps this thread busy.
    #[inline]
    pub fn spin(self, nanos: u64) {
        steps((nanos as f64 * self.steps_per_ns) as u64);
    }
}

/// Each step needs the last one's result, so that no processor runs ahead.
fn steps(count: u64) {
    let mut x = black_box(1u64);
    for _ in 0..count {
        x = black_box(x.wrapping_mul(0x5851_f42d_4c95_7f2d).rotate_left(17));
    }
    black_box(x);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calibrated_spinner_counts_steps() {
        let spinner = Spinner::calibrate();
        assert!(spinner.steps_per_ns > 0.001 && spinner.steps_per_ns < 100.0, "{spinner:?}");
        spinner.spin(1000);
    }
}
