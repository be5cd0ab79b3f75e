//! Answers as tables.

use super::{Answer, Row};
use crate::trace::{ms, percent};
use std::fmt::Write;

impl Answer {
    /// For a terminal.
    pub fn text(&self) -> String {
        // Writing to a String cannot fail.
        let mut out = String::new();
        let is_known = !self.company.is_free();
        let _ = writeln!(
            out,
            "work T1 {:.2} ms, span T\u{221e} {:.2} ms, parallelism {:.2}{}",
            ms(self.work),
            ms(self.span),
            self.work as f64 / self.span.max(1) as f64,
            if is_known { "; without company" } else { "" }
        );
        out += &lines(&self.notes);
        let _ = writeln!(out, "\npolicy {}", self.policy);
        table(&mut out, &self.rows, None);
        for series in &self.against {
            let _ = writeln!(out, "\npolicy with {}", series.name);
            table(&mut out, &series.rows, Some(&self.rows));
        }
        if self.rows.iter().any(|row| row.at_worst.is_some()) {
            let _ = writeln!(
                out,
                "\nat worst: if company goes on to cost more beyond the {} cores that records have seen; else it is held",
                self.company.seen
            );
        }
        out
    }

    /// A line a number of cores.
    pub fn csv(&self) -> String {
        let mut out = String::from(
            "policy,cores,makespan,error,at_worst,speedup,efficiency,lower_bound,upper_bound,stolen,wakes\n",
        );
        let others = self.against.iter().map(|series| (&series.policy, &series.rows));
        for (policy, rows) in std::iter::once((&self.policy, &self.rows)).chain(others) {
            for row in rows {
                let at_worst = row.at_worst.map_or_else(String::new, |time| time.to_string());
                let _ = writeln!(
                    out,
                    "\"{policy}\",{},{},{},{at_worst},{:.4},{:.4},{},{},{},{}",
                    row.cores,
                    row.makespan,
                    row.error,
                    row.speedup,
                    row.efficiency,
                    row.lower_bound,
                    row.upper_bound,
                    row.stolen,
                    row.wakes
                );
            }
        }
        out
    }

    /// An object.
    pub fn json(&self) -> String {
        let value = serde_json::to_string_pretty(self).expect("numbers and text can be written");
        format!("{value}\n")
    }
}

/// Rows, beside those of another policy if there is one.
fn table(out: &mut String, rows: &[Row], base: Option<&[Row]>) {
    let _ = write!(
        out,
        "{:>5} {:>12} {:>8} {:>8} {:>10} {:>14} {:>7} {:>14}",
        "cores",
        "makespan ms",
        "\u{b1} 95%",
        "speedup",
        "efficiency",
        "lower bound ms",
        "above",
        "upper bound ms"
    );
    let has_worst = rows.iter().any(|row| row.at_worst.is_some());
    let end = |out: &mut String, worst: &str, change: &str| {
        let _ = match (has_worst, base.is_some()) {
            (true, true) => writeln!(out, " {worst:>11} {change:>17}"),
            (true, false) => writeln!(out, " {worst:>11}"),
            (false, true) => writeln!(out, " {change:>17}"),
            (false, false) => writeln!(out),
        };
    };
    end(out, "at worst ms", "time");
    for (at, row) in rows.iter().enumerate() {
        let _ = write!(
            out,
            "{:>5} {:>12.2} {:>8.2} {:>7.2}x {:>10.3} {:>14.2} {:>6.1}% {:>14.2}",
            row.cores,
            ms(row.makespan),
            ms(row.error),
            row.speedup,
            row.efficiency,
            ms(row.lower_bound),
            percent(row.makespan, row.lower_bound) - 100.0,
            ms(row.upper_bound),
        );
        let worst = row.at_worst.map_or_else(String::new, |time| format!("{:.2}", ms(time)));
        let change = base.and_then(|base| base.get(at)).map_or_else(String::new, |base| change(row, base));
        end(out, &worst, &change);
    }
}

/// How much longer a run takes than another, unless seeds make as much of a difference.
fn change(row: &Row, base: &Row) -> String {
    if row.makespan.abs_diff(base.makespan) <= row.error + base.error {
        return "no difference".to_owned();
    }
    format!("{:+.1}%", percent(row.makespan, base.makespan) - 100.0)
}

/// Sentences, each in a line of its own.
pub(super) fn lines(notes: &[String]) -> String {
    notes.iter().map(|note| format!("{note}\n")).collect()
}
