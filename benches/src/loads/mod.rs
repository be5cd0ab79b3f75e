//! Loads for the scheduler and for those that it is compared with: graphs that show what a node costs, and some whose
//! nodes take time. `peers` holds contenders beside each other, the criterion bench `graphs` ours beside itself.

mod contender;
mod ours;
mod world;

pub use contender::{ASLEEP, Contender, Futex, Load, Wake, now, wait_for};
pub use ours::Ours;
pub use world::{DEGREE, DEPTH, Layers, N, Random, SIDE, World, steps_per_microsecond, work};

/// A world as a load, with the number of its tasks. It lives as long as the program, as tokio's tasks need.
pub fn load(world: World) -> (Load, f64) {
    let world: &'static World = Box::leak(Box::new(world));
    (Load::World(world, world), world.count() as f64)
}

/// The layered graph as one whose nodes are made while it runs.
pub fn live((load, count): (Load, f64)) -> (Load, f64) {
    match load {
        Load::World(World::Layers(layers), _) => (Load::LiveLayers(layers), count),
        other => (other, count),
    }
}
