//! What priorities are worth where plain order is wrong: `cargo run --release -p sigil-scheduler --example priorities`.
//!
//! A chain, and as many single jobs as it has links; its first link lies in the middle of the queue, which the owner
//! empties from one end and the thief from the other, so both find it last. Two workers need as long as the chain if they
//! begin with it, and half as long again if they end with it. The jobs sleep, so that cores do not matter.

use sigil_scheduler::{Context, Job, Pool};
use std::time::Duration;

const LINKS: u32 = 100;

enum Task {
    /// Links of the chain that are left.
    Link(u32),
    Single,
}

impl Job for Task {
    fn label(&self) -> String {
        match self {
            Task::Link(left) => format!("link {left}"),
            Task::Single => "single".to_owned(),
        }
    }

    fn weight(&self) -> u32 {
        match self {
            Task::Link(left) => *left,
            Task::Single => 0,
        }
    }
}

fn run(task: &mut Task, cx: &mut Context<'_, Task>) {
    std::thread::sleep(Duration::from_millis(1));
    if let Task::Link(left @ 2..) = *task {
        cx.next(Task::Link(left - 1));
    }
}

fn main() -> Result<(), sigil_scheduler::PolicyError> {
    let mut times = Vec::new();
    for text in ["priorities=off", "priorities=on"] {
        let mut pool = Pool::with_policy(2, text.parse()?);
        let mut walls: Vec<_> = (0..5)
            .map(|_| {
                let report = pool.run(run, |cx| {
                    for at in 0..=LINKS {
                        cx.spawn(if at == LINKS / 2 { Task::Link(LINKS) } else { Task::Single });
                    }
                });
                report.wall
            })
            .collect();
        walls.sort_unstable();
        println!("{text:<15} {:?}", walls[walls.len() / 2]);
        times.push(walls[walls.len() / 2].as_secs_f64());
    }
    println!("plain order takes {:.2} times as long", times[0] / times[1]);
    Ok(())
}
