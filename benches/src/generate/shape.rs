//! Which module imports which. Imports always point to a higher number, so there are no cycles.

use super::random::Random;

/// The shape of the import graph.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Shape {
    /// Each module imports the next one.
    Chain,
    /// The main module imports all others.
    Wide,
    /// Layers; each module imports two of the layer below.
    Diamond,
    /// A few large modules that nearly everybody imports, many small ones.
    Skewed,
    /// Everything in the main module.
    OneFile,
}

/// A module's place in the graph.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// Modules whose total counts into this one's: a tree, so that all are reached and none is counted twice.
    pub children: Vec<usize>,
    /// Modules that are imported besides.
    pub others: Vec<usize>,
    /// Share of all lines, relative to the others'.
    pub weight: usize,
}

impl Shape {
    /// The places of `count` modules; the first one is the main module.
    pub fn places(self, count: usize, random: &mut Random) -> Vec<Place> {
        let mut places = vec![Place { weight: 4, ..Place::default() }; count];
        // The main module has the least to do itself.
        places[0].weight = if count > 1 { 1 } else { 4 };
        match self {
            Shape::OneFile => {}
            Shape::Chain => (1..count).for_each(|module| places[module - 1].children.push(module)),
            Shape::Wide => places[0].children.extend(1..count),
            Shape::Diamond => diamond(&mut places),
            Shape::Skewed => skewed(&mut places, random),
        }
        places
    }
}

fn diamond(places: &mut [Place]) {
    let count = places.len();
    let width = (2..).find(|width| width * width >= count).unwrap_or(2);
    for module in 1..count {
        if module <= width {
            places[0].children.push(module);
        }
        let below = module + width;
        if below < count {
            places[module].children.push(below);
        }
        // The neighbour of the one below; the last of a layer takes the first one.
        let is_last = module % width == 0;
        let beside = if is_last { module + 1 } else { below + 1 };
        if beside < count && beside > module {
            places[module].others.push(beside);
        }
    }
}

fn skewed(places: &mut [Place], random: &mut Random) {
    let count = places.len();
    let hubs = (count / 40).max(1).min(count - 1);
    for module in 1..count {
        let is_hub = module >= count - hubs;
        places[module].weight = if is_hub { 60 } else { 1 + random.below(6) };
        // Near the root more often than not, as in real programs.
        let parent = random.below(module).min(random.below(module));
        places[parent].children.push(module);
        if !is_hub {
            let hub = count - 1 - random.below(hubs);
            places[module].others.push(hub);
        }
    }
    for place in places {
        place.others.retain(|other| !place.children.contains(other));
    }
}
