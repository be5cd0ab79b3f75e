//! What sigilc says, on standard error. A closed pipe is no reason to fail.

use super::statistics;
use super::{FAILURE, INTERNAL, SUCCESS};
use crate::cli::{Color, MessageFormat, Options};
use crate::report::{self, Finding, Style};
use crate::session::Finished;
use std::io::{IsTerminal, Write};

/// How to speak.
pub struct Voice {
    style: Style,
    format: MessageFormat,
    is_quiet: bool,
}

impl Voice {
    /// As the options and the terminal ask.
    pub fn new(options: &Options) -> Voice {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colored = match options.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => !no_color && std::io::stderr().is_terminal(),
        };
        let style = if colored { Style::Colored } else { Style::Plain };
        Voice { style, format: options.message_format, is_quiet: options.quiet }
    }

    /// A line.
    pub fn say(&self, text: &str) {
        let mut err = std::io::stderr().lock();
        let _ = writeln!(err, "{text}");
    }

    /// A line that `-q` leaves out.
    pub fn note(&self, text: &str) {
        if !self.is_quiet {
            self.say(text);
        }
    }

    /// Findings and their count; the result is the exit code.
    pub fn conclude(&self, findings: &[Finding]) -> u8 {
        let mut text = String::new();
        for finding in findings {
            match self.format {
                MessageFormat::Human => {
                    text.push_str(&report::render(finding, self.style));
                    text.push('\n');
                }
                MessageFormat::Json => report::write_json(finding, &mut text),
            }
        }
        let counts = report::count(findings);
        if !self.is_quiet
            && self.format == MessageFormat::Human
            && let Some(summary) = report::summary(counts)
        {
            text.push_str(&summary);
            text.push('\n');
        }
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
        if counts.errors > 0 { FAILURE } else { SUCCESS }
    }

    /// The findings of a compilation and, if asked, how its time was spent.
    pub fn finish(&self, done: &Finished<'_, '_>, options: &Options) -> u8 {
        let code = self.conclude(&done.findings);
        if options.verbose {
            self.say(statistics::text(done).trim_end());
        }
        if done.is_internal { INTERNAL } else { code }
    }
}
