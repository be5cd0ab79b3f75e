//! A picture of speedups: lines over the number of cores, both axes by doubling, so that the ideal is straight.

use super::{Answer, Row};
use std::fmt::Write;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 470.0;
/// Around the axes: left, top, right, bottom.
const MARGINS: [f64; 4] = [64.0, 56.0, 190.0, 52.0];

/// Colours for light and for dark by class; those of policies are told apart by people who see few colours, too.
const STYLE: &str = "svg{background:#fff;font:12px system-ui,sans-serif}text{fill:#1c2024}.dim{fill:#667}\
.grid{stroke:#e3e6ea}.ideal{stroke:#889;stroke-dasharray:6 4}.bound{fill:#8891a01f;stroke:#889;stroke-width:.7}\
.s{fill:none;stroke-width:2.2}.w{stroke-dasharray:2 4}\
.c0{stroke:#0b62c4}.c1{stroke:#c2410c}.c2{stroke:#0f7a53}.c3{stroke:#8b3fb8}.c4{stroke:#a16207}.c5{stroke:#be185d}\
.d0{fill:#0b62c4}.d1{fill:#c2410c}.d2{fill:#0f7a53}.d3{fill:#8b3fb8}.d4{fill:#a16207}.d5{fill:#be185d}\
@media(prefers-color-scheme:dark){svg{background:#14171b}text{fill:#e4e7eb}.dim{fill:#99a}.grid{stroke:#2b3037}\
.c0{stroke:#6cb0ff}.c1{stroke:#ff9a5c}.c2{stroke:#5fd3a5}.c3{stroke:#d19bf5}.c4{stroke:#f0c04a}.c5{stroke:#ff85b5}\
.d0{fill:#6cb0ff}.d1{fill:#ff9a5c}.d2{fill:#5fd3a5}.d3{fill:#d19bf5}.d4{fill:#f0c04a}.d5{fill:#ff85b5}}";
const N_COLORS: usize = 6;

/// Where things are.
struct Axes {
    /// By doublings: the least and the greatest number of cores, the greatest speedup.
    first: f64,
    last: f64,
    top: f64,
}

impl Axes {
    fn x(&self, cores: f64) -> f64 {
        let whole = WIDTH - MARGINS[0] - MARGINS[2];
        MARGINS[0] + (cores.log2() - self.first) / (self.last - self.first) * whole
    }

    fn y(&self, speedup: f64) -> f64 {
        let whole = HEIGHT - MARGINS[1] - MARGINS[3];
        // Less than one core's speed lies on the axis.
        HEIGHT - MARGINS[3] - (speedup.max(1.0).log2() / self.top).min(1.0) * whole
    }

    fn points(&self, rows: &[&Row], speedup: impl Fn(&Row) -> f64) -> String {
        let point = |row: &&Row| format!("{:.1},{:.1}", self.x(row.cores as f64), self.y(speedup(row)));
        rows.iter().map(point).collect::<Vec<_>>().join(" ")
    }
}

/// The picture.
pub fn svg(answer: &Answer) -> String {
    let mut rows: Vec<&Row> = answer.rows.iter().collect();
    rows.sort_by_key(|row| row.cores);
    let (first, last) = (rows[0].cores as f64, rows[rows.len() - 1].cores as f64);
    let axes =
        Axes { first: first.log2(), last: last.log2().max(first.log2() + 1.0), top: last.log2().max(1.0) };
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" \
         height=\"{HEIGHT}\" role=\"img\">\n<title>Simulated speedup by number of cores</title>\n\
         <style>{STYLE}</style>\n"
    );
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "<text x=\"{}\" y=\"24\" font-size=\"15\">Simulated speedup, T1 {:.1} ms, T\u{221e} {:.1} ms, T1/T\u{221e} {:.1}</text>",
        MARGINS[0],
        answer.work as f64 / 1e6,
        answer.span as f64 / 1e6,
        answer.work as f64 / answer.span.max(1) as f64,
    );
    grid(&mut out, &axes, &rows);
    bounds(&mut out, &axes, &rows);
    let others = answer.against.iter().map(|series| (series.name.as_str(), series.rows.iter().collect()));
    let mut ends = Vec::new();
    for (number, (name, mut rows)) in std::iter::once(("this policy", rows)).chain(others).enumerate() {
        rows.sort_by_key(|row| row.cores);
        let color = number % N_COLORS;
        line(&mut out, &axes, &rows, color);
        ends.push((
            axes.y(rows[rows.len() - 1].speedup),
            color,
            name.to_owned(),
            rows[rows.len() - 1].speedup,
        ));
    }
    labels(&mut out, ends);
    out.push_str("</svg>\n");
    out
}

fn grid(out: &mut String, axes: &Axes, rows: &[&Row]) {
    let (left, right, bottom) = (MARGINS[0], WIDTH - MARGINS[2], HEIGHT - MARGINS[3]);
    for row in rows {
        let x = axes.x(row.cores as f64);
        let _ = writeln!(
            out,
            "<path class=\"grid\" d=\"M{x:.1} {}V{bottom}\"/><text class=\"dim\" x=\"{x:.1}\" y=\"{}\" \
             text-anchor=\"middle\">{}</text>",
            MARGINS[1],
            bottom + 18.0,
            row.cores
        );
    }
    for doubling in 0..=axes.top.ceil() as u32 {
        let speedup = f64::from(1u32 << doubling.min(20));
        let y = axes.y(speedup);
        let _ = writeln!(
            out,
            "<path class=\"grid\" d=\"M{left} {y:.1}H{right}\"/><text class=\"dim\" x=\"{}\" y=\"{:.1}\" \
             text-anchor=\"end\">{speedup}x</text>",
            left - 8.0,
            y + 4.0
        );
    }
    let _ = writeln!(
        out,
        "<text class=\"dim\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">cores, and as many workers</text>",
        (left + right) / 2.0,
        bottom + 38.0
    );
}

/// The ideal, and between which lines greedy schedules lie.
fn bounds(out: &mut String, axes: &Axes, rows: &[&Row]) {
    let one = |row: &Row| row.speedup * row.makespan as f64;
    let upper = axes.points(rows, |row| one(row) / row.lower_bound.max(1) as f64);
    let back: Vec<&Row> = rows.iter().rev().copied().collect();
    let lower = axes.points(&back, |row| one(row) / row.upper_bound.max(1) as f64);
    let _ = writeln!(
        out,
        "<polygon class=\"bound\" points=\"{upper} {lower}\"><title>between T1/P + T\u{221e} and max(T1/P, T\u{221e})</title></polygon>"
    );
    let ideal = axes.points(rows, |row| row.cores as f64);
    let _ = writeln!(out, "<polyline class=\"s ideal\" points=\"{ideal}\"/>");
    let (x, y) = (MARGINS[0] + 14.0, MARGINS[1] + 14.0);
    let _ = writeln!(
        out,
        "<path class=\"s ideal\" d=\"M{x} {y}h26\"/><text class=\"dim\" x=\"{}\" y=\"{}\">ideal</text>\
         <rect class=\"bound\" x=\"{x}\" y=\"{}\" width=\"26\" height=\"10\"/>\
         <text class=\"dim\" x=\"{}\" y=\"{}\">bounds of greedy schedules</text>",
        x + 34.0,
        y + 4.0,
        y + 14.0,
        x + 34.0,
        y + 23.0
    );
    if rows.iter().any(|row| row.at_worst.is_some()) {
        let _ = writeln!(
            out,
            "<path class=\"s w c0\" d=\"M{x} {}h26\"/><text class=\"dim\" x=\"{}\" y=\"{}\">at worst: company costs ever more</text>",
            y + 38.0,
            x + 34.0,
            y + 42.0
        );
    }
}

fn line(out: &mut String, axes: &Axes, rows: &[&Row], color: usize) {
    let points = axes.points(rows, |row| row.speedup);
    let _ = writeln!(out, "<polyline class=\"s c{color}\" points=\"{points}\"/>");
    if rows.iter().any(|row| row.at_worst.is_some()) {
        let worst = axes.points(rows, |row| {
            row.speedup * row.makespan as f64 / row.at_worst.unwrap_or(row.makespan).max(1) as f64
        });
        let _ = writeln!(out, "<polyline class=\"s w c{color}\" points=\"{worst}\"/>");
    }
    for row in rows {
        let _ = writeln!(
            out,
            "<circle class=\"d{color}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"3.5\"><title>{} cores: {:.2}x, {:.2} ms</title></circle>",
            axes.x(row.cores as f64),
            axes.y(row.speedup),
            row.cores,
            row.speedup,
            row.makespan as f64 / 1e6
        );
    }
}

/// Names at the ends of their lines, pushed apart where these are close.
fn labels(out: &mut String, mut ends: Vec<(f64, usize, String, f64)>) {
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut last = f64::NEG_INFINITY;
    for (y, color, name, speedup) in ends {
        let y = y.max(last + 16.0);
        last = y;
        let name = name.replace('&', "&amp;").replace('<', "&lt;");
        let _ = writeln!(
            out,
            "<circle class=\"d{color}\" cx=\"{}\" cy=\"{y:.1}\" r=\"4\"/><text x=\"{}\" y=\"{:.1}\">{name} {speedup:.1}x</text>",
            WIDTH - MARGINS[2] + 14.0,
            WIDTH - MARGINS[2] + 24.0,
            y + 4.0
        );
    }
}
