//! Where an import leads.

use super::paths;
use std::fs;

/// Resolves imports of one compilation.
#[derive(Debug, Clone)]
pub struct Resolver {
    /// Source root as given; prefix of display paths.
    root: String,
    /// The same, absolute: what module identity is decided by.
    absolute_root: String,
}

/// The target of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// A module of the library, by key.
    Library(String),
    /// A file, by its path relative to the source root.
    File(String),
}

/// Why an import leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResolveError {
    /// Neither `p.si` nor `p/mod.si` (E0700).
    Missing,
    /// Both (E0705): the two files, relative to the importer's directory or source root.
    Ambiguous(String, String),
    /// Not a valid path (E0702).
    Invalid,
}

impl Resolver {
    /// Imports below the source root `root`.
    pub fn new(root: &str) -> Self {
        let here =
            std::env::current_dir().ok().and_then(|dir| dir.to_str().map(str::to_owned)).unwrap_or_default();
        let absolute_root = paths::join(if here.is_empty() { "/" } else { &here }, root);
        Resolver { root: root.to_owned(), absolute_root }
    }

    /// Path for messages and for reading of a file given relative to the source root.
    pub fn display(&self, relative: &str) -> String {
        paths::join(&self.root, relative)
    }

    /// The same file by its one name: relative to the source root, without detours.
    pub fn normalize(&self, relative: &str) -> String {
        paths::relative(&self.absolute_root, &paths::join(&self.absolute_root, relative))
    }

    /// `use './p'` in the file `importer` (relative to the source root).
    pub fn relative(&self, importer: &str, path: &str) -> Result<Resolved, ResolveError> {
        if !is_import_path(path) {
            return Err(ResolveError::Invalid);
        }
        self.find(paths::parent(importer), path)
    }

    /// `use a.b`. `is_library` says whether a key names a module of the library.
    pub fn dotted(
        &self,
        parts: &[&str],
        is_library: impl Fn(&str) -> bool,
    ) -> Result<Resolved, ResolveError> {
        if parts.first() == Some(&"std") {
            let key = parts.join(".");
            return if is_library(&key) { Ok(Resolved::Library(key)) } else { Err(ResolveError::Missing) };
        }
        self.find("", &parts.join("/"))
    }

    fn find(&self, dir: &str, path: &str) -> Result<Resolved, ResolveError> {
        let base = paths::join(dir, path);
        let file = format!("{base}.si");
        let module = paths::join(&base, "mod.si");
        match (self.exists(&file), self.exists(&module)) {
            (true, false) => Ok(Resolved::File(self.normalize(&file))),
            (false, true) => Ok(Resolved::File(self.normalize(&module))),
            (true, true) => {
                let last = paths::name(path);
                Err(ResolveError::Ambiguous(format!("{last}.si"), format!("{last}/mod.si")))
            }
            (false, false) => Err(ResolveError::Missing),
        }
    }

    /// Whether there is a file of this path relative to the source root.
    pub fn exists(&self, relative: &str) -> bool {
        // A directory called `x.si` is no file.
        fs::metadata(self.display(relative)).is_ok_and(|meta| !meta.is_dir())
    }
}

/// `./` or one or more `../`, then `name{/name}` without extension.
fn is_import_path(path: &str) -> bool {
    let names = if let Some(rest) = path.strip_prefix("./") {
        rest
    } else {
        let rest = path.trim_start_matches("../");
        if rest.len() == path.len() {
            return false;
        }
        rest
    };
    names.split('/').all(paths::is_identifier)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn import_paths() {
        for good in ["./a", "../a", "../../a/b", "./util/text_2"] {
            assert!(is_import_path(good), "{good}");
        }
        for bad in ["a", "math.si", "./a.si", "/a", "./", "..", "./../a", "./a//b", ""] {
            assert!(!is_import_path(bad), "{bad}");
        }
    }

    #[test]
    fn a_file_has_one_name() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("src");
        fs::create_dir_all(root.join("util")).unwrap();
        for file in ["geo.si", "util/mod.si", "both.si", "util/text.si"] {
            fs::write(root.join(file), "").unwrap();
        }
        fs::create_dir(root.join("both")).unwrap();
        fs::write(root.join("both/mod.si"), "").unwrap();
        let resolver = Resolver::new(root.to_str().unwrap());
        let file = |name: &str| Ok(Resolved::File(name.to_owned()));
        assert_eq!(resolver.relative("main.si", "./geo"), file("geo.si"));
        assert_eq!(resolver.relative("util/mod.si", "../../src/geo"), file("geo.si"));
        assert_eq!(resolver.relative("main.si", "./util"), file("util/mod.si"));
        assert_eq!(resolver.dotted(&["util", "text"], |_| false), file("util/text.si"));
        assert_eq!(
            resolver.relative("main.si", "./both"),
            Err(ResolveError::Ambiguous("both.si".into(), "both/mod.si".into()))
        );
        assert_eq!(resolver.relative("main.si", "./nope"), Err(ResolveError::Missing));
        assert_eq!(resolver.relative("main.si", "geo.si"), Err(ResolveError::Invalid));
        assert_eq!(
            resolver.dotted(&["std", "math"], |key| key == "std.math"),
            Ok(Resolved::Library("std.math".into()))
        );
    }
}
