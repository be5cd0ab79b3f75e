//! "Did you mean …?"

/// The nearest of some names, if one is near enough to be meant.
pub fn did_you_mean<'n>(name: &str, among: impl IntoIterator<Item = &'n str>) -> Option<String> {
    // Any letter is one edit away from any other.
    let length = name.chars().count();
    if length < 2 {
        return None;
    }
    let limit = (length / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for other in among {
        if other.is_empty() || other == name {
            continue;
        }
        // `squareroot` is many edits away from `sqrt`, but abbreviations are common enough to be worth a look.
        let distance = if is_abbreviation(other, name) || is_abbreviation(name, other) {
            limit
        } else if other.len().abs_diff(name.len()) > limit {
            continue;
        } else {
            strsim::osa_distance(name, other)
        };
        if distance <= limit && best.is_none_or(|old| (distance, other) < old) {
            best = Some((distance, other));
        }
    }
    best.map(|(_, other)| meant(other))
}

/// The help that suggests a name. Who was told so need not hear as well that the name is missing.
pub(crate) fn meant(name: &str) -> String {
    format!("did you mean `{name}`?")
}

/// Whether `short` (three letters at least) is `long` with letters left out, from the same first letter on.
fn is_abbreviation(short: &str, long: &str) -> bool {
    if short.len() < 3 || short.len() >= long.len() || short.as_bytes()[0] != long.as_bytes()[0] {
        return false;
    }
    let mut letters = long.chars();
    short.chars().all(|c| letters.any(|other| other == c))
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn near_names_are_suggested() {
        let among = ["sqrt", "sin", "log10"];
        assert_eq!(did_you_mean("sqtr", among).as_deref(), Some("did you mean `sqrt`?"));
        assert_eq!(did_you_mean("squareroot", among).as_deref(), Some("did you mean `sqrt`?"));
        assert_eq!(did_you_mean("zzz", among), None);
        assert_eq!(did_you_mean("z", ["a"]), None);
    }
}
