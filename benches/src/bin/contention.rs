//! How often workers wait for one another at the maps that they share, and what the number of shards changes.
//!
//! Compilations in this process; each row is the run with the median wait of several.

use clap::Parser;
use serde_json::{Value, json};
use sigil_benches::generate::{Plan, Shape, generate};
use sigil_benches::inputs::{compile_with, on_disk};
use sigil_benches::measure::{median, table};
use sigil_driver::results::{Better, Measure, Results};
use std::process::ExitCode;
use std::time::Instant;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Prints the waits at shared maps, by map, number of workers and number of shards
#[derive(Parser)]
struct Arguments {
    /// For scripts: all shards of all maps
    #[arg(long)]
    json: bool,
    /// Lines of the project
    #[arg(long, default_value_t = 100_000)]
    lines: usize,
    /// Compilations of each kind
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Numbers of workers
    #[arg(long, value_delimiter = ',', default_values_t = [2, 16])]
    workers: Vec<u16>,
    /// Numbers of shards
    #[arg(long, value_delimiter = ',', default_values_t = [1, 4, 16, 64, 256])]
    shards: Vec<u16>,
}

/// One compilation.
struct Sample {
    seconds: f64,
    maps: Vec<Map>,
}

/// What happened at a map: collisions and seconds waited, by shard.
struct Map {
    name: &'static str,
    shards: Vec<(u64, f64)>,
}

impl Map {
    fn collisions(&self) -> u64 {
        self.shards.iter().map(|shard| shard.0).sum()
    }

    fn waited(&self) -> f64 {
        self.shards.iter().map(|shard| shard.1).sum()
    }
}

impl Sample {
    fn waited(&self) -> f64 {
        self.maps.iter().map(Map::waited).sum()
    }
}

/// All compilations with as many workers and shards.
struct Setting {
    workers: u16,
    shards: u16,
    samples: Vec<Sample>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let project = on_disk(&generate(&Plan::new(arguments.lines, 200, Shape::Diamond)));
    let mut settings: Vec<Setting> = Vec::new();
    for &workers in &arguments.workers {
        let new = |&shards: &u16| Setting { workers, shards, samples: Vec::new() };
        settings.extend(arguments.shards.iter().map(new));
    }
    // In turns, so that a slow minute of the machine spoils no single setting. The first round warms memory up.
    for round in 0..=arguments.rounds {
        for setting in &mut settings {
            let sample = compile(project.path(), setting.workers, setting.shards);
            if round > 0 {
                setting.samples.push(sample);
            }
        }
    }
    for setting in &mut settings {
        setting.samples.sort_by(|a, b| a.waited().total_cmp(&b.waited()));
    }
    if arguments.json {
        let details = Value::from_iter(settings.iter().map(as_json));
        let measures = settings.iter().flat_map(measures).collect();
        print!("{}", Results::new("contention", measures, details).to_json());
    } else {
        print!("{}", as_text(&settings));
    }
    ExitCode::SUCCESS
}

fn compile(dir: &std::path::Path, workers: u16, shards: u16) -> Sample {
    let out = tempfile::tempdir().expect("a temporary directory");
    let options = ["-j", &workers.to_string(), "--map-shards", &shards.to_string()].map(str::to_owned);
    let start = Instant::now();
    let contention = compile_with(dir, Some(out.path()), &options, |compilation| compilation.contention());
    let seconds = start.elapsed().as_secs_f64();
    let map = |(name, shards): (&'static str, Vec<sigil_frontend::Contention>)| Map {
        name,
        shards: shards.iter().map(|shard| (shard.collisions, shard.waited.as_secs_f64())).collect(),
    };
    Sample { seconds, maps: contention.into_iter().map(map).collect() }
}

impl Setting {
    /// The compilation with the median wait.
    fn typical(&self) -> &Sample {
        &self.samples[self.samples.len() / 2]
    }

    fn seconds(&self) -> f64 {
        median(&self.samples.iter().map(|sample| sample.seconds).collect::<Vec<_>>())
    }
}

fn as_text(settings: &[Setting]) -> String {
    let names = settings
        .first()
        .map_or(Vec::new(), |first| first.typical().maps.iter().map(|map| map.name).collect::<Vec<_>>());
    let mut head = vec!["workers", "shards", "emit ms"];
    head.extend(&names);
    head.extend(["fullest shard", "all waits ms", "share"]);
    let rows: Vec<Vec<String>> = settings
        .iter()
        .map(|setting| {
            let sample = setting.typical();
            let fullest = sample.maps.iter().flat_map(|map| map.shards.iter()).map(|shard| shard.0).max();
            let mut row = vec![
                setting.workers.to_string(),
                setting.shards.to_string(),
                format!("{:.1}", setting.seconds() * 1e3),
            ];
            row.extend(sample.maps.iter().map(|map| map.collisions().to_string()));
            row.push(fullest.unwrap_or(0).to_string());
            row.push(format!("{:.3}", sample.waited() * 1e3));
            let available = sample.seconds * f64::from(setting.workers);
            row.push(format!("{:.3}%", sample.waited() / available * 100.0));
            row
        })
        .collect();
    format!(
        "Locks found taken, by map, and the time waited for them (all workers together; share of workers x wall).\n\n{}",
        table(&head, &rows)
    )
}

fn measures(setting: &Setting) -> [Measure; 2] {
    let name = format!("{} workers, {} shards", setting.workers, setting.shards);
    let of = |value: fn(&Sample) -> f64| setting.samples.iter().map(value).collect::<Vec<_>>();
    let waits = Measure::new(format!("{name}, waits"), "s", Better::Less, &of(Sample::waited));
    [Measure::seconds(format!("{name}, emit"), &of(|sample| sample.seconds)), waits]
}

fn as_json(setting: &Setting) -> Value {
    let sample = setting.typical();
    let maps = sample.maps.iter().map(|map| {
        json!({
            "map": map.name,
            "collisions": map.collisions(),
            "waited_seconds": map.waited(),
            "shards": map.shards.iter().map(|(collisions, waited)| json!([collisions, waited])).collect::<Vec<_>>(),
        })
    });
    json!({
        "workers": setting.workers, "map_shards": setting.shards, "median_seconds": setting.seconds(),
        "maps": maps.collect::<Vec<_>>(),
    })
}
