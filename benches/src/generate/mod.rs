//! Realistic Sigil projects of any size: well typed, free of warnings, with a `@main` that prints a checksum.
//!
//! The same plan gives the same bytes on every machine.

mod module;
mod names;
mod random;
mod shape;
mod template;

pub use module::Mix;
pub use random::Random;
pub use shape::Shape;

use module::{Exports, Writer, count_lines};
use std::fs;
use std::io;
use std::path::Path;

/// What to generate.
#[derive(Clone, Debug, clap::Args)]
pub struct Plan {
    /// Lines in all files together, about
    #[arg(long, default_value_t = 100_000)]
    pub lines: usize,
    /// Files
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub files: u32,
    /// Shape of the import graph
    #[arg(long, value_enum, default_value_t = Shape::Diamond)]
    pub shape: Shape,
    /// Per cent of the declarations that are generic
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub generics: u8,
    /// Per cent of the declarations where each function has its own test
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u8).range(0..=100))]
    pub tests: u8,
    /// Another seed, another project
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

impl Plan {
    /// A plan with everything else as by default.
    pub fn new(lines: usize, files: u32, shape: Shape) -> Plan {
        Plan { lines, files, shape, generics: 20, tests: 30, seed: 1 }
    }
}

/// A file of a project.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct File {
    /// Its place in the project, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A generated project.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Project {
    /// Its files; the first one is `main.si`.
    pub files: Vec<File>,
}

/// Modules in a folder.
const FOLDER: usize = 16;

/// Generates a project.
pub fn generate(plan: &Plan) -> Project {
    let mut random = Random::new(plan.seed);
    let count = if plan.shape == Shape::OneFile { 1 } else { plan.files as usize };
    let templates = template::all();
    let places = plan.shape.places(count, &mut random);
    let exports: Vec<Exports> = paths(count, &mut random)
        .into_iter()
        .enumerate()
        .map(|(module, path)| Exports::new(path, module, &mut random))
        .collect();
    let mix = Mix { generics: plan.generics, tests: plan.tests };
    let mut weight: usize = places.iter().map(|place| place.weight).sum();
    let mut lines = plan.lines;
    let mut files = Vec::with_capacity(count);
    for (own, place) in exports.iter().zip(&places) {
        let find = |modules: &[usize]| modules.iter().map(|module| &exports[*module]).collect::<Vec<_>>();
        // What a module is too long or too short, the others make up for.
        let wanted = lines * place.weight / weight;
        let (children, others) = (find(&place.children), find(&place.others));
        let text = Writer::new(&templates, &mut random, mix).write(own, &children, &others, wanted);
        lines = lines.saturating_sub(count_lines(&text));
        weight -= place.weight;
        files.push(File { path: format!("{}.si", own.path), text });
    }
    Project { files }
}

fn paths(count: usize, random: &mut Random) -> Vec<String> {
    let mut taken = names::Names::default();
    let mut folder = String::new();
    let mut paths = vec!["main".to_owned()];
    for module in 1..count {
        if module % FOLDER == 1 {
            folder = taken.take(names::folder(random));
        }
        let name = names::module(random);
        paths.push(taken.take(format!("{folder}/{name}")));
    }
    paths
}

impl Project {
    /// Number of lines.
    pub fn lines(&self) -> usize {
        self.files.iter().map(|file| count_lines(&file.text)).sum()
    }

    /// Number of bytes.
    pub fn bytes(&self) -> usize {
        self.files.iter().map(|file| file.text.len()).sum()
    }

    /// Writes it into a directory.
    pub fn write(&self, dir: &Path) -> io::Result<()> {
        for file in &self.files {
            let path = dir.join(&file.path);
            fs::create_dir_all(path.parent().unwrap_or(dir))?;
            fs::write(path, &file.text)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPES: [Shape; 5] = [Shape::Chain, Shape::Wide, Shape::Diamond, Shape::Skewed, Shape::OneFile];

    #[test]
    fn same_plan_gives_same_bytes() {
        for shape in SHAPES {
            let plan = Plan::new(3000, 20, shape);
            assert_eq!(generate(&plan), generate(&plan));
            assert_ne!(generate(&plan), generate(&Plan { seed: 2, ..plan }));
        }
    }

    #[test]
    fn size_is_as_asked() {
        for shape in SHAPES {
            let project = generate(&Plan::new(20_000, 40, shape));
            assert_eq!(project.files.len(), if shape == Shape::OneFile { 1 } else { 40 });
            assert!((19_500..20_600).contains(&project.lines()), "{shape:?}: {}", project.lines());
        }
    }

    #[test]
    fn every_file_is_imported() {
        for shape in SHAPES {
            let project = generate(&Plan::new(3000, 30, shape));
            for file in &project.files[1..] {
                let name = file.path.rsplit('/').next().unwrap().trim_end_matches(".si");
                let import = format!("{name}' {{");
                assert!(project.files.iter().any(|other| other.text.contains(&import)), "{shape:?}: {name}");
            }
        }
    }

    #[test]
    fn looks_like_source() {
        let project = generate(&Plan::new(10_000, 10, Shape::Wide));
        let average = project.bytes() / project.lines();
        assert!((22..36).contains(&average), "{average} bytes a line");
        let longest = project.files.iter().flat_map(|file| file.text.lines()).map(str::len).max();
        assert!(longest.unwrap() <= 140, "a line of {longest:?} bytes");
        assert!(project.files.iter().all(|file| !file.text.contains('~')), "a hole is left");
    }
}
