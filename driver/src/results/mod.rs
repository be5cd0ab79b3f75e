//! Result files: what `sigilc tune` and the benches measured, in one shape that `sigilc bench compare` reads. The shape
//! is described in `benches/README.md`.

mod compare;
pub mod statistics;

pub use compare::{Comparison, Row, Verdict, compare};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;

/// The version of the shape. It grows when a reader of the old one would misunderstand the new one.
pub const VERSION: u32 = 1;

/// What a program measured.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Results {
    /// The version of the shape.
    pub version: u32,
    /// Which program: `tune`, or the name of a bench.
    pub what: String,
    /// Cores that it could use.
    pub cores: usize,
    /// All figures that can be compared.
    pub measures: Vec<Measure>,
    /// What else the program has to say, in a shape of its own.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub details: Value,
}

/// Something that was measured one or more times.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Measure {
    /// Unlike all others of its file; by it, the measures of two files are matched.
    pub name: String,
    /// Of the values: `s`, `ns`, `B`, `x` for a factor.
    pub unit: String,
    /// Which values are wanted.
    pub better: Better,
    /// In the order in which they were taken.
    pub values: Vec<f64>,
    /// The measure that this one repeats: what differs between the two is noise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
}

/// Which values are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// Times, sizes.
    Less,
    /// Speedups, efficiencies.
    More,
}

impl Measure {
    /// Wall times in seconds.
    pub fn seconds(name: impl Into<String>, values: &[f64]) -> Self {
        Measure::new(name, "s", Better::Less, values)
    }

    /// Of any unit.
    pub fn new(name: impl Into<String>, unit: &str, better: Better, values: &[f64]) -> Self {
        Measure { name: name.into(), unit: unit.into(), better, values: values.to_vec(), same_as: None }
    }
}

impl Results {
    /// Of a program on this machine.
    pub fn new(what: &str, measures: Vec<Measure>, details: Value) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Results { version: VERSION, what: what.into(), cores, measures, details }
    }

    /// As text.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("numbers and text can be written");
        format!("{text}\n")
    }

    /// Reads a file; an error is a sentence.
    pub fn read(path: &Path) -> Result<Self, String> {
        let name = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("cannot read '{name}': {}", crate::report::plain(&error)))?;
        Self::from_json(&text).map_err(|problem| format!("'{name}' is no result file: {problem}"))
    }

    /// Reads a text; an error says what is wrong with it.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match value.get("version").and_then(Value::as_u64) {
            None => return Err("it has no version".to_owned()),
            Some(version) if version != u64::from(VERSION) => {
                return Err(format!("version {version} of the shape; only {VERSION} is known"));
            }
            Some(_) => {}
        }
        let results: Results = serde_json::from_value(value).map_err(|error| error.to_string())?;
        for (at, measure) in results.measures.iter().enumerate() {
            let name = &measure.name;
            if measure.values.is_empty() || measure.values.iter().any(|&value| value < 0.0) {
                return Err(format!("'{name}' needs values, none of them below nought"));
            }
            if results.measures[..at].iter().any(|other| other.name == *name) {
                return Err(format!("'{name}' is there twice"));
            }
        }
        Ok(results)
    }
}
