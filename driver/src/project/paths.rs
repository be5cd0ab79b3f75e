//! Paths as text, `/`-separated. A module is known by its path relative to the source root.

/// Joins `rest` to `base` and removes `.` and `..` where possible. Both are `/`-separated; an absolute `rest` wins.
pub fn join(base: &str, rest: &str) -> String {
    let is_absolute = rest.starts_with('/') || base.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    let from = if rest.starts_with('/') { "" } else { base };
    for part in from.split('/').chain(rest.split('/')) {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." => {
                    parts.pop();
                }
                None if is_absolute => {}
                _ => parts.push(".."),
            },
            _ => parts.push(part),
        }
    }
    let text = parts.join("/");
    if is_absolute { format!("/{text}") } else { text }
}

/// The path `file` as seen from the directory `root`. Both absolute and normal.
pub fn relative(root: &str, file: &str) -> String {
    let mut root: Vec<&str> = root.split('/').filter(|part| !part.is_empty()).collect();
    let mut file: Vec<&str> = file.split('/').filter(|part| !part.is_empty()).collect();
    let common = root.iter().zip(&file).take_while(|(a, b)| a == b).count();
    root.drain(..common);
    file.drain(..common);
    let mut parts = vec![".."; root.len()];
    parts.extend(file);
    parts.join("/")
}

/// The directory part of a path; empty if there is none.
pub fn parent(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) => "/",
        Some(at) => &path[..at],
        None => "",
    }
}

/// The last part of a path.
pub fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The module key of a file path relative to the source root: without extension.
pub fn key_of(relative: &str) -> &str {
    relative.strip_suffix(".si").unwrap_or(relative)
}

/// File name without directories and extension: `geo`, `geo.test`.
pub fn stem_of(path: &str) -> &str {
    key_of(name(path))
}

/// Whether a file name is `[A-Za-z_][A-Za-z0-9_]*(\.test)?\.si`.
pub fn file_name_is_valid(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".si") else { return false };
    let stem = stem.strip_suffix(".test").unwrap_or(stem);
    is_identifier(stem)
}

/// Whether a text is an identifier by its letters.
pub fn is_identifier(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn join_removes_dots() {
        assert_eq!(join("a/b", "./c.si"), "a/b/c.si");
        assert_eq!(join("a/b", "../../../c.si"), "../c.si");
        assert_eq!(join("", "x.si"), "x.si");
        assert_eq!(join("/a", "../../x"), "/x");
        assert_eq!(join("a", "/x"), "/x");
        assert_eq!(join("..", "../x"), "../../x");
    }

    #[test]
    fn relative_climbs() {
        assert_eq!(relative("/p/src", "/p/src/util/text.si"), "util/text.si");
        assert_eq!(relative("/p/src", "/p/lib/x.si"), "../lib/x.si");
        assert_eq!(relative("/", "/x.si"), "x.si");
    }

    #[test]
    fn file_names() {
        for good in ["a.si", "_x9.si", "geo.test.si"] {
            assert!(file_name_is_valid(good), "{good}");
        }
        for bad in ["9a.si", "a-b.si", "a.b.si", ".si", "a", ".test.si", "ä.si"] {
            assert!(!file_name_is_valid(bad), "{bad}");
        }
    }
}
