//! Pictures of graphs: layers from left to right, as SVG.

use std::fmt::Write;

/// A graph to draw.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// Boxes.
    pub boxes: Vec<Shape>,
    /// Arrows between boxes by number.
    pub arrows: Vec<Arrow>,
}

/// A box.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// What stands in it.
    pub label: String,
    /// What is told when one points at it.
    pub title: String,
    /// Colour, one for each number.
    pub group: usize,
    /// Whether it stands out.
    pub is_marked: bool,
}

/// An arrow.
#[derive(Clone, Copy, Debug)]
pub struct Arrow {
    /// From this box.
    pub from: usize,
    /// To this one.
    pub to: usize,
    /// Whether it is dotted.
    pub is_weak: bool,
    /// Whether it stands out.
    pub is_marked: bool,
}

const COLORS: [&str; 11] = [
    "#7f8c8d", "#d98a2b", "#b59a1f", "#4a90d9", "#1f9e98", "#3fa65a", "#8e5cc9", "#cf5f9f", "#3f55c8",
    "#c0392b", "#70604f",
];
const HEIGHT: usize = 22;
const ROW: usize = 30;
const GAP: usize = 70;
/// Longer labels are cut.
const LONGEST: usize = 40;
/// Times that boxes are put in order by their neighbours.
const SWEEPS: usize = 4;

impl Picture {
    /// The layer of each box: one more than the highest one before it. Arrows that close a cycle do not count.
    fn layers(&self) -> Vec<usize> {
        let mut layer = vec![0; self.boxes.len()];
        let mut open = vec![0; self.boxes.len()];
        let mut next = vec![Vec::new(); self.boxes.len()];
        for arrow in self.arrows.iter().filter(|arrow| arrow.from != arrow.to) {
            open[arrow.to] += 1;
            next[arrow.from].push(arrow.to);
        }
        let mut ready: Vec<usize> = (0..open.len()).filter(|&at| open[at] == 0).collect();
        let mut is_done = vec![false; open.len()];
        let mut unseen = 0;
        loop {
            let Some(at) = ready.pop() else {
                // A cycle is entered where its first box stands.
                while is_done.get(unseen).is_some_and(|&is_done| is_done) {
                    unseen += 1;
                }
                if unseen == is_done.len() {
                    return layer;
                }
                ready.push(unseen);
                continue;
            };
            if std::mem::replace(&mut is_done[at], true) {
                continue;
            }
            for &to in next[at].iter().filter(|&&to| !is_done[to]) {
                layer[to] = layer[to].max(layer[at] + 1);
                open[to] -= 1;
                if open[to] == 0 {
                    ready.push(to);
                }
            }
        }
    }

    /// Boxes by layer, near those that they are connected with.
    fn rows(&self, layer: &[usize]) -> Vec<Vec<usize>> {
        let n_layers = layer.iter().max().map_or(0, |&last| last + 1);
        let mut rows: Vec<Vec<usize>> = vec![Vec::new(); n_layers];
        (0..self.boxes.len()).for_each(|at| rows[layer[at]].push(at));
        let mut neighbours = vec![Vec::new(); self.boxes.len()];
        for arrow in &self.arrows {
            neighbours[arrow.from].push(arrow.to);
            neighbours[arrow.to].push(arrow.from);
        }
        let mut place = vec![0.0; self.boxes.len()];
        for sweep in 0..SWEEPS {
            for row in &mut rows {
                if sweep > 0 {
                    row.sort_by(|&a, &b| {
                        let mean = |at: usize| {
                            let sum: f64 = neighbours[at].iter().map(|&other: &usize| place[other]).sum();
                            if neighbours[at].is_empty() {
                                place[at]
                            } else {
                                sum / neighbours[at].len() as f64
                            }
                        };
                        mean(a).total_cmp(&mean(b)).then(a.cmp(&b))
                    });
                }
                let n = row.len() as f64;
                row.iter().enumerate().for_each(|(at, &shape)| place[shape] = (at as f64 + 0.5) / n);
            }
        }
        rows
    }

    /// As SVG.
    pub fn svg(&self) -> String {
        let layer = self.layers();
        let rows = self.rows(&layer);
        let label = |at: usize| -> String { self.boxes[at].label.chars().take(LONGEST).collect() };
        let width = |at: usize| label(at).chars().count() * 7 + 14;
        let tallest = rows.iter().map(Vec::len).max().unwrap_or(0);
        let mut at = vec![(0, 0); self.boxes.len()];
        let mut x = 20;
        for row in &rows {
            let top = 20 + (tallest - row.len()) * ROW / 2;
            row.iter().enumerate().for_each(|(number, &shape)| at[shape] = (x, top + number * ROW));
            x += row.iter().map(|&shape| width(shape)).max().unwrap_or(0) + GAP;
        }
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{x}\" height=\"{}\" font-family=\"monospace\" \
             font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
            40 + tallest * ROW
        );
        for arrow in &self.arrows {
            let ((x1, y1), (x2, y2)) = (at[arrow.from], at[arrow.to]);
            let (x1, y1, y2) = (x1 + width(arrow.from), y1 + HEIGHT / 2, y2 + HEIGHT / 2);
            let color = if arrow.is_marked { "#d00" } else { "#99a" };
            let dash = if arrow.is_weak { " stroke-dasharray=\"3 3\"" } else { "" };
            // Writing to a String cannot fail.
            let _ = writeln!(
                out,
                "<path d=\"M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}\" fill=\"none\" stroke=\"{color}\"{dash}/>",
                x1 + GAP / 2,
                x2 as i64 - (GAP / 2) as i64,
            );
        }
        for (number, shape) in self.boxes.iter().enumerate() {
            let (x, y) = at[number];
            let stroke = if shape.is_marked { " stroke=\"#d00\" stroke-width=\"2\"" } else { "" };
            let _ = writeln!(
                out,
                "<g><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{HEIGHT}\" rx=\"4\" \
                 fill=\"{}\"{stroke}/><text x=\"{}\" y=\"{}\" fill=\"#fff\">{}</text></g>",
                escaped(&shape.title),
                width(number),
                COLORS[shape.group % COLORS.len()],
                x + 7,
                y + 15,
                escaped(&label(number)),
            );
        }
        out.push_str("</svg>\n");
        out
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(n: usize, arrows: &[(usize, usize)]) -> Picture {
        let arrow = |&(from, to): &(usize, usize)| Arrow { from, to, is_weak: false, is_marked: false };
        let shape = |number: usize| Shape { label: format!("<{number}>"), ..Shape::default() };
        Picture { boxes: (0..n).map(shape).collect(), arrows: arrows.iter().map(arrow).collect() }
    }

    #[test]
    fn layers_follow_the_longest_path() {
        assert_eq!(picture(4, &[(0, 1), (1, 2), (0, 2), (3, 2)]).layers(), [0, 1, 2, 0]);
    }

    #[test]
    fn cycles_have_layers_too() {
        assert_eq!(picture(4, &[(0, 1), (1, 2), (2, 1), (2, 3)]).layers(), [0, 1, 2, 3]);
    }

    #[test]
    fn everything_is_drawn_once_and_escaped() {
        let svg = picture(3, &[(0, 1), (1, 2)]).svg();
        assert_eq!((svg.matches("<text").count(), svg.matches("<path").count()), (3, 2));
        assert!(svg.contains("&lt;1&gt;") && !svg.contains("<1>"));
    }
}
