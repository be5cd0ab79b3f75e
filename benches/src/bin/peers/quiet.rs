//! What schedulers do while there is little to do: idle workers, single tasks, wakes.

use crate::{Line, median};
use sigil_benches::loads::{Contender, Futex, Load};
use std::time::Duration;

const IDLE: Duration = Duration::from_secs(2);
const TRICKLE: u32 = 300;
const WAKES: usize = 101;

/// The lines of all quiet loads whose name contains `only`.
pub fn lines(workers: usize, contenders: &mut [Box<dyn Contender>], only: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    if "idle".contains(only) {
        lines.extend(idle(workers, contenders));
    }
    if workers > 1 && "trickle".contains(only) {
        lines.extend(trickle(workers, contenders));
    }
    if workers > 1 && "wake".contains(only) {
        lines.extend(wake(workers, contenders));
    }
    lines
}

fn idle(workers: usize, contenders: &mut [Box<dyn Contender>]) -> Option<Line> {
    let mut figures = Vec::new();
    for contender in contenders {
        // All workers have been there before they have nothing to do.
        contender.run(Load::Range);
        contender.run(Load::Idle(Duration::from_millis(10)));
        let before = contender.cpu()?;
        if contender.run(Load::Idle(IDLE)).is_some() {
            figures.push((contender.name(), (contender.cpu()? - before).as_secs_f64() * 1e3));
        }
    }
    let ours = figures[0].1;
    let limit = Some(("ms at most".to_owned(), 0.2, ours, ours <= 0.2));
    let samples = figures.iter().map(|figure| vec![figure.1]).collect();
    Some(Line { name: "idle", workers, unit: "ms CPU / 2 s", figures, samples, limit })
}

fn trickle(workers: usize, contenders: &mut [Box<dyn Contender>]) -> Option<Line> {
    let mut figures: Vec<(&'static str, Vec<f64>)> = Vec::new();
    for round in 0..3 {
        for contender in &mut *contenders {
            let before = contender.cpu()?;
            if contender.trickle(TRICKLE, Duration::from_millis(1)) {
                let time = (contender.cpu()? - before).as_secs_f64() * 1e6 / f64::from(TRICKLE);
                match figures.iter_mut().find(|(name, _)| *name == contender.name()) {
                    Some((_, times)) => times.push(time),
                    None if round == 0 => figures.push((contender.name(), vec![time])),
                    None => {}
                }
            }
        }
    }
    let (figures, samples) = medians(figures);
    let tokio = figures.iter().find(|(name, _)| *name == "tokio");
    let ratio = figures[0].1 / tokio?.1;
    let limit = Some(("of tokio's at most".to_owned(), 0.8, ratio, ratio <= 0.8));
    Some(Line { name: "trickle", workers, unit: "µs CPU", figures, samples, limit })
}

fn wake(workers: usize, contenders: &mut [Box<dyn Contender>]) -> Option<Line> {
    let mut futex = Futex;
    let mut figures: Vec<(&'static str, Vec<f64>)> = Vec::new();
    for _ in 0..WAKES {
        let all = contenders.iter_mut().map(|contender| &mut **contender);
        for contender in all.chain([&mut futex as &mut dyn Contender]) {
            let Some(wake) = contender.wake() else { continue };
            let microseconds = if wake.is_stranded { f64::INFINITY } else { wake.time.as_secs_f64() * 1e6 };
            match figures.iter_mut().find(|(name, _)| *name == contender.name()) {
                Some((_, times)) => times.push(microseconds),
                None => figures.push((contender.name(), vec![microseconds])),
            }
        }
    }
    let (figures, samples) = medians(figures);
    let ratio = figures[0].1 / figures.last()?.1;
    let limit = Some(("of the futex's at most".to_owned(), 1.1, ratio, ratio <= 1.1));
    Some(Line { name: "wake", workers, unit: "µs", figures, samples, limit })
}

type Figures = Vec<(&'static str, f64)>;

fn medians(all: Vec<(&'static str, Vec<f64>)>) -> (Figures, Vec<Vec<f64>>) {
    all.into_iter().map(|(name, times)| ((name, median(times.clone())), times)).unzip()
}
