//! From the path on the command line to the files that a compilation starts from.

use super::paths;
use std::fs;
use std::io;
use std::path::Path;

/// Where a compilation starts.
#[derive(Debug, Clone)]
pub struct Input {
    /// Source root as given: prefix of all display paths; empty is the current directory.
    pub root: String,
    /// The files to start from, relative to the source root, sorted.
    pub files: Vec<String>,
    /// A directory was given.
    pub is_directory: bool,
}

/// Why there is nothing to compile.
#[derive(Debug)]
pub enum InputError {
    /// It cannot be read.
    Unreadable(String, io::Error),
    /// A directory without `src/main.si` and `main.si`.
    NoMain(String),
    /// A directory without any `.si` file.
    NoFiles(String),
    /// Not UTF-8, so it cannot be named in messages and generated code.
    NotText(String),
}

/// Finds the files for `path`. `every_file`: a directory stands for every `.si` file below it, not for its main file.
pub fn find_input(path: &Path, every_file: bool) -> Result<Input, InputError> {
    let Some(text) = path.to_str() else {
        return Err(InputError::NotText(path.to_string_lossy().into_owned()));
    };
    let text = paths::join("", text);
    let shown = if text.is_empty() { "." } else { &text };
    let meta = fs::metadata(shown).map_err(|error| InputError::Unreadable(shown.into(), error))?;
    if !meta.is_dir() {
        return Ok(single_file(&text));
    }
    let has_src = fs::exists(paths::join(&text, "src/main.si")).unwrap_or(false);
    if every_file {
        let root = if has_src { paths::join(&text, "src") } else { source_root(&text) };
        let mut files = Vec::new();
        collect(&text, &mut files)?;
        if files.is_empty() {
            return Err(InputError::NoFiles(shown.into()));
        }
        files.sort_unstable();
        let files = files.iter().map(|file| below(&root, file)).collect();
        return Ok(Input { root, files, is_directory: true });
    }
    if has_src {
        return Ok(Input {
            root: paths::join(&text, "src"),
            files: vec!["main.si".into()],
            is_directory: true,
        });
    }
    if fs::exists(paths::join(&text, "main.si")).unwrap_or(false) {
        return Ok(Input { root: text, files: vec!["main.si".into()], is_directory: true });
    }
    Err(InputError::NoMain(shown.into()))
}

fn single_file(text: &str) -> Input {
    let root = source_root(paths::parent(text));
    let file = below(&root, text);
    Input { root, files: vec![file], is_directory: false }
}

/// The directory, but that test files in `_test/` belong to the sources one level up.
fn source_root(dir: &str) -> String {
    if paths::name(dir) == "_test" { paths::join(dir, "..") } else { dir.to_owned() }
}

/// `file` relative to `root`, both relative to the same place.
fn below(root: &str, file: &str) -> String {
    paths::relative(&paths::join("/", root), &paths::join("/", file))
}

fn collect(dir: &str, files: &mut Vec<String>) -> Result<(), InputError> {
    let shown = if dir.is_empty() { "." } else { dir };
    let unreadable = |error| InputError::Unreadable(shown.into(), error);
    for entry in fs::read_dir(shown).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        // Hidden files and directories belong to other tools.
        if name.starts_with('.') {
            continue;
        }
        let path =
            if dir.is_empty() { name.to_owned() } else { format!("{}/{name}", dir.trim_end_matches('/')) };
        // Symbolic links to directories are not followed: they can form cycles.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(&path, files)?;
        } else if name.ends_with(".si") {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_file_has_the_root_of_its_sources() {
        let input = single_file("p/src/_test/geo.test.si");
        assert_eq!((input.root.as_str(), input.files[0].as_str()), ("p/src", "_test/geo.test.si"));
        let input = single_file("_test/geo.test.si");
        assert_eq!((input.root.as_str(), input.files[0].as_str()), ("", "_test/geo.test.si"));
    }

    #[test]
    fn a_directory_stands_for_all_its_files_or_for_its_main_file() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("src/util")).unwrap();
        for file in ["src/main.si", "src/util/mod.si", "extra.si", ".hidden.si"] {
            fs::write(dir.path().join(file), "").unwrap();
        }
        let input = find_input(dir.path(), true).unwrap();
        assert!(input.root.ends_with("/src"));
        assert_eq!(input.files, ["../extra.si", "main.si", "util/mod.si"]);
        assert_eq!(find_input(dir.path(), false).unwrap().files, ["main.si"]);
    }

    #[test]
    fn a_directory_of_tests_has_the_root_of_its_sources() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("sub/_test")).unwrap();
        fs::write(dir.path().join("sub/_test/geo.test.si"), "").unwrap();
        let input = find_input(&dir.path().join("sub/_test"), true).unwrap();
        assert!(input.root.ends_with("/sub"));
        assert_eq!(input.files, ["_test/geo.test.si"]);
    }

    #[test]
    fn an_empty_directory_has_no_files() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(find_input(dir.path(), true), Err(InputError::NoFiles(_))));
        assert!(matches!(find_input(dir.path(), false), Err(InputError::NoMain(_))));
    }
}
