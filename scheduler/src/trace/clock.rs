//! The cheapest steady clock: the processor's time stamp counter where it is invariant, the system's clock elsewhere.
//!
//! Ticks become nanoseconds after the run, by what the system's clock said at the beginning and at the end of that very
//! run; so nothing has to be calibrated beforehand.

#![expect(unsafe_code, reason = "the instruction that reads the counter is behind an unsafe function")]

use std::sync::OnceLock;
use std::time::Instant;

/// Reads ticks.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    has_counter: bool,
}

impl Clock {
    /// The clock of this machine.
    pub fn new() -> Self {
        Clock { has_counter: has_invariant_counter() }
    }

    /// The time in ticks.
    #[inline]
    pub fn now(self) -> u64 {
        #[cfg(target_arch = "x86_64")]
        if self.has_counter {
            // SAFETY: every x86-64 processor has the instruction.
            return unsafe { std::arch::x86_64::_rdtsc() };
        }
        system()
    }

    /// How the clock is called in a trace.
    pub fn name(self) -> &'static str {
        if self.has_counter { "tsc" } else { "system" }
    }
}

/// The system's clock in nanoseconds since the first call.
fn system() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

#[cfg(target_arch = "x86_64")]
fn has_invariant_counter() -> bool {
    use std::arch::x86_64::__cpuid;
    __cpuid(0x8000_0000).eax >= 0x8000_0007 && __cpuid(0x8000_0007).edx & 1 << 8 != 0
}

#[cfg(not(target_arch = "x86_64"))]
fn has_invariant_counter() -> bool {
    false
}

/// A moment by both clocks.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Ticks.
    pub ticks: u64,
    /// The system's clock.
    pub instant: Instant,
}

impl Moment {
    /// Now.
    pub fn now(clock: Clock) -> Self {
        Moment { ticks: clock.now(), instant: Instant::now() }
    }
}

/// Turns ticks into nanoseconds since the beginning.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    first: u64,
    ns_per_tick: f64,
}

impl Scale {
    /// By two moments.
    pub fn new(begin: Moment, end: Moment) -> Self {
        let ns = end.instant.duration_since(begin.instant).as_nanos() as f64;
        let ticks = end.ticks.saturating_sub(begin.ticks).max(1) as f64;
        Scale { first: begin.ticks, ns_per_tick: ns / ticks }
    }

    /// Nanoseconds since the beginning; nought for what was before.
    pub fn ns(self, ticks: u64) -> u64 {
        (ticks.saturating_sub(self.first) as f64 * self.ns_per_tick) as u64
    }
}
