//! What sigilc says: findings with their places, sorted, rendered for people or programs.

mod consequences;
mod json;
mod places;
mod render;

pub use json::write_json;
pub use places::{Finding, Place, findings, sort};
pub use render::{Style, render};

/// How many errors and warnings there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
}

/// Counts findings.
pub fn count(findings: &[Finding]) -> Counts {
    let warnings = findings.iter().filter(|finding| finding.code.is_warning).count();
    Counts { errors: findings.len() - warnings, warnings }
}

/// The line that ends a failed or warned compilation; none if there is nothing to say.
pub fn summary(counts: Counts) -> Option<String> {
    let plural = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    match (counts.errors, counts.warnings) {
        (0, 0) => None,
        (0, w) => Some(format!("warning: {}", plural(w, "warning"))),
        (e, 0) => Some(format!("error: {}", plural(e, "error"))),
        (e, w) => Some(format!("error: {}, {}", plural(e, "error"), plural(w, "warning"))),
    }
}

/// What an error of the system says, without its number.
pub fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}
