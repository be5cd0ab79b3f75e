//! How much work a node holds: small nodes keep all workers busy, large ones cost less to schedule.

use std::fmt;
use std::str::FromStr;

/// The knobs. Results do not depend on them, but for how functions are spread over C files (`unit`).
///
/// Reads from and prints to text: `chunk=64k,check=4`; what a text leaves out keeps its default.
///
/// `sigilc tune PROJECT --grain` with 2 workers on 100,000 lines, in 200 files and in one, found no value of `chunk`,
/// `parse`, `check` or `emit` that is faster: in one quiet run of each, noise was 3%, and `parse=8` 10% slower in one
/// file; on a busy machine noise was 9 to 76% and nothing could be told. One file of 300,000 lines is parsed 9.2 times as
/// fast by 16 simulated cores in pieces of 100,000 bytes and 9.9 times in pieces of 48 KiB (`simulate --cores 16 --scale
/// check=0 --scale interface=0`), hence the half. Of `unit` (`tune PROJECT --of build
/// --vary unit=64k,16k,32k,128k,256k --repeat 7`, gcc), 64k was best for 4,000 generated lines in 20 files (16k 8% slower,
/// 128k and 256k 33% and 41%, which leave a core idle) and no different from the others for `examples/ledger`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Grain {
    /// `chunk`: files above so many bytes are lexed and parsed in pieces of about half that size. Default 100,000.
    pub chunk: usize,
    /// `parse`: declarations a node that parses a piece of a large file; 0 for pieces as large as a chunk. Default 0.
    pub parse: usize,
    /// `check`: functions a node that checks bodies. Default 1.
    pub check: usize,
    /// `emit`: functions of a file a node that emits them. Default 1.
    pub emit: usize,
    /// `unit`: bytes of source a C file, whatever the functions there are, since C files are planned before functions are
    /// known; 0 for what the C compiler is fastest on. Default 0.
    pub unit: usize,
}

impl Default for Grain {
    fn default() -> Self {
        Grain { chunk: 100_000, parse: 0, check: 1, emit: 1, unit: 0 }
    }
}

impl Grain {
    /// Names of the knobs.
    pub const KNOBS: [&str; 5] = ["chunk", "parse", "check", "emit", "unit"];

    /// The place of a knob, by name.
    fn knob(&mut self, name: &str) -> Option<(&mut usize, usize)> {
        Some(match name {
            "chunk" => (&mut self.chunk, 1),
            "parse" => (&mut self.parse, 0),
            "check" => (&mut self.check, 1),
            "emit" => (&mut self.emit, 1),
            "unit" => (&mut self.unit, 0),
            _ => return None,
        })
    }
}

/// A number with or without `k` (1,024) or `m`.
fn number(text: &str) -> Option<usize> {
    let (digits, factor) = match text.strip_suffix(['k', 'K']) {
        Some(digits) => (digits, 1 << 10),
        None => text.strip_suffix(['m', 'M']).map_or((text, 1), |digits| (digits, 1 << 20)),
    };
    digits.parse::<u32>().ok()?.checked_mul(factor).map(|number| number as usize)
}

impl FromStr for Grain {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut grain = Grain::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let Some((name, value)) = part.split_once('=') else {
                return Err(format!("`{part}` is not of the form `knob=value`"));
            };
            let Some((place, least)) = grain.knob(name.trim()) else {
                return Err(format!("there is no knob `{name}`; there are {}", Grain::KNOBS.join(", ")));
            };
            match number(value.trim()).filter(|&number| number >= least) {
                Some(number) => *place = number,
                None => return Err(format!("`{name}` needs a number from {least} up, not `{value}`")),
            }
        }
        Ok(grain)
    }
}

impl fmt::Display for Grain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Grain { chunk, parse, check, emit, unit } = self;
        write!(f, "chunk={chunk},parse={parse},check={check},emit={emit},unit={unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_knob_is_read_and_printed() {
        let text = "chunk=65536,parse=3,check=4,emit=5,unit=1048576";
        let grain: Grain = text.parse().expect("a grain");
        assert_eq!(grain.to_string(), text);
        assert_eq!("chunk=64k,parse=3,check=4,emit=5,unit=1m".parse(), Ok(grain));
        assert_eq!("".parse(), Ok(Grain::default()));
        for knob in Grain::KNOBS {
            assert!(format!("{knob}=7").parse::<Grain>().is_ok());
        }
    }

    #[test]
    fn errors_say_what_is_possible() {
        let error = |text: &str| text.parse::<Grain>().expect_err("wrong");
        assert_eq!(error("chunk=0"), "`chunk` needs a number from 1 up, not `0`");
        assert_eq!(error("check=4g"), "`check` needs a number from 1 up, not `4g`");
        assert_eq!(error("lex=1"), "there is no knob `lex`; there are chunk, parse, check, emit, unit");
        assert_eq!(error("chunk"), "`chunk` is not of the form `knob=value`");
    }
}
