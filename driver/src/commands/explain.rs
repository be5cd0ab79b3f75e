//! `explain`: a page for each code, embedded; the pages are in `driver/explain`.

use super::voice::Voice;
use super::{SUCCESS, USAGE};
use std::io::Write;

macro_rules! pages {
    ($($code:ident)*) => {
        &[$((stringify!($code), include_str!(concat!("../../explain/", stringify!($code), ".md")))),*]
    };
}

/// All codes in order, each with its page. The first line of a page is `# CODE: meaning`.
const PAGES: &[(&str, &str)] = pages! {
    E0001 E0002 E0003 E0004 E0005 E0006 E0007 E0008 E0100 E0102 E0103 E0104 E0105 E0106 E0107 E0200
    E0201 E0202 E0203 E0204 E0205 E0206 E0207 E0208 E0209 E0210 E0211 E0212 E0213 E0214 E0215 E0216
    E0217 E0301 E0302 E0303 E0304 E0305 E0306 E0307 E0308 E0309 E0310 E0311 E0312 E0313 E0314 E0315
    E0320 E0321 E0322 E0323 E0324 E0400 E0401 E0402 E0403 E0404 E0405 E0406 E0407 E0408 E0409 E0410
    E0411 E0412 E0413 E0414 E0500 E0501 E0502 E0503 E0600 E0601 E0602 E0603 E0700 E0701 E0702 E0703
    E0704 E0705 E0706 E0707 E0708 E0709 E0710 E0800 E0801 E0802 E0803 E0804 E0805 E0806 E0807 E0808
    E0809 E0810 E0900 E0901 E0902 E0903 E0999 W0100 W0101 W0102 W0300 W0500 W0600
};

/// Prints the page of a code, or lists all codes. The result is the exit code.
pub fn explain(code: Option<&str>, voice: &Voice) -> u8 {
    let text = match code {
        None => list(),
        Some(code) => match page(code) {
            Some(page) => page.to_owned(),
            None => {
                voice.say(&format!("error: there is no code '{code}'"));
                let help = sigil_checker::did_you_mean(&normal(code), PAGES.iter().map(|page| page.0));
                voice
                    .say(&format!("  = help: {}", help.unwrap_or("`sigilc explain` lists all codes".into())));
                return USAGE;
            }
        },
    };
    // A closed pipe is no reason to fail.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    SUCCESS
}

fn page(code: &str) -> Option<&'static str> {
    let code = normal(code);
    PAGES.iter().find(|page| page.0 == code).map(|page| page.1)
}

/// `E0308` also for `e0308`, `e308` and `308`.
fn normal(code: &str) -> String {
    let code = code.trim().to_ascii_uppercase();
    let (letter, digits) = match code.strip_prefix(['E', 'W']) {
        Some(digits) => (&code[..1], digits),
        None => ("E", code.as_str()),
    };
    match digits.parse::<u16>() {
        Ok(number) => format!("{letter}{number:04}"),
        Err(_) => code,
    }
}

/// `E0308  mismatched types`, a line each.
fn list() -> String {
    let titles = PAGES.iter().map(|(code, page)| {
        let heading = page.lines().next().unwrap_or_default();
        let title = heading.split_once(": ").map_or("", |(_, title)| title);
        format!("{code}  {title}\n")
    });
    titles.collect()
}

#[cfg(test)]
mod tests;
