//! Ignore files: what `.gitignore`, `.keyscanignore` and globs of the command line say about a path.

use std::path::Path;
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::open::read_small;

/// Most text, in bytes, and most patterns of ignore files that hold together in one folder. They are data from
/// strangers, and compiled matchers take a hundred times their size. A file that would go beyond holds nothing, so
/// that more is read and nothing is missed.
const MOST: Size = Size { bytes: 256 * 1024, patterns: 8_000 };

/// What ignore files ask for.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    bytes: usize,
    patterns: usize,
}

/// The ignore files that hold in a folder, innermost first.
pub(super) struct Rules {
    own: Gitignore,
    outer: Option<Arc<Rules>>,
    /// Of this file and all outer ones.
    size: Size,
}

impl Rules {
    /// Reads an ignore file whose patterns are relative to `folder`. `None` where it has no pattern, or is no
    /// regular file; patterns that are no patterns are passed over, as git does.
    pub(super) fn load(folder: &Path, file: &Path, outer: Option<Arc<Rules>>) -> Option<Self> {
        Self::parse(folder, &read_small(file, MOST.bytes as u64)?, outer)
    }

    /// The same of what an ignore file holds, wherever that comes from.
    pub(super) fn parse(folder: &Path, bytes: &[u8], outer: Option<Arc<Rules>>) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_start_matches('\u{feff}');
        let mut size = outer.as_ref().map(|outer| outer.size).unwrap_or_default();
        size.bytes += bytes.len();
        size.patterns += text.lines().count();
        if size.bytes > MOST.bytes || size.patterns > MOST.patterns {
            return None;
        }
        let mut builder = strict(folder);
        for line in text.lines() {
            let _no_pattern = builder.add_line(None, line);
        }
        let own = builder.build().ok()?;
        (!own.is_empty()).then_some(Self { own, outer, size })
    }

    /// Whether a path is ignored by its own name. Its folders are not looked at: who walks has asked for them.
    pub(super) fn ignore(&self, path: &Path, is_folder: bool) -> bool {
        let mut rules = Some(self);
        while let Some(Self { own, outer, .. }) = rules {
            match own.matched(path, is_folder) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => rules = outer.as_deref(),
            }
        }
        false
    }
}

/// Globs of the command line, in gitignore syntax.
pub(super) struct Globs(Gitignore);

impl Globs {
    /// Compiles globs. The error is the one that is no glob, or says nothing: empty, or a comment.
    pub(super) fn new(globs: &[String]) -> Result<Self, String> {
        let mut all = strict(Path::new(""));
        for glob in globs {
            let mut alone = strict(Path::new(""));
            let says_something =
                alone.add_line(None, glob).and_then(|alone| alone.build()).is_ok_and(|one| !one.is_empty());
            if !says_something || all.add_line(None, glob).is_err() {
                return Err(glob.clone());
            }
        }
        all.build().map(Self).map_err(|_| globs.join(" "))
    }

    /// Whether there is no glob at all.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a relative path matches by its own name.
    pub(super) fn matches(&self, path: &Path, is_folder: bool) -> bool {
        self.0.matched(path, is_folder).is_ignore()
    }

    /// Whether a relative path to a file, or one of its folders, matches.
    pub(super) fn match_below(&self, path: &Path) -> bool {
        path.is_relative() && self.0.matched_path_or_any_parents(path, false).is_ignore()
    }
}

/// A builder that takes only patterns that git would. By default an unclosed bracket would stand for itself.
fn strict(folder: &Path) -> GitignoreBuilder {
    let mut builder = GitignoreBuilder::new(folder);
    builder.allow_unclosed_class(false);
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(folder: &Path, text: &str, outer: Option<Arc<Rules>>) -> Option<Rules> {
        std::fs::write(folder.join("rules"), text).unwrap();
        Rules::load(folder, &folder.join("rules"), outer)
    }

    #[test]
    fn the_innermost_answer_holds() {
        let tree = tempfile::tempdir().unwrap();
        let inner = tree.path().join("inner");
        std::fs::create_dir(&inner).unwrap();
        let outer = rules(tree.path(), "\u{feff}*.log\n/top\nfolder/\n# none\n[\n", None).unwrap();
        assert!(outer.ignore(&tree.path().join("a.log"), false));
        assert!(outer.ignore(&tree.path().join("top"), false));
        assert!(!outer.ignore(&inner.join("top"), false));
        assert!(!outer.ignore(&inner.join("folder"), false));
        assert!(outer.ignore(&inner.join("folder"), true));
        let both = rules(&inner, "!keep.log\n", Some(Arc::new(outer))).unwrap();
        assert!(!both.ignore(&inner.join("keep.log"), false));
        assert!(both.ignore(&inner.join("other.log"), false));
    }

    #[test]
    fn files_without_sensible_patterns_are_none() {
        let tree = tempfile::tempdir().unwrap();
        assert!(rules(tree.path(), "\n# only a comment\n", None).is_none());
        assert!(rules(tree.path(), &"a\n".repeat(MOST.patterns + 1), None).is_none());
        assert!(rules(tree.path(), &"a".repeat(MOST.bytes + 1), None).is_none());
        let half = || "a\n".repeat(MOST.patterns / 2 + 1);
        let outer = Arc::new(rules(tree.path(), &half(), None).unwrap());
        assert!(rules(tree.path(), &half(), Some(outer)).is_none());
        assert!(Rules::load(tree.path(), tree.path(), None).is_none());
    }

    #[test]
    fn globs_of_the_command_line() {
        let globs = Globs::new(&["*.lock".into(), "/docs/".into()]).unwrap();
        assert!(globs.matches(Path::new("a/b.lock"), false));
        assert!(globs.matches(Path::new("docs"), true));
        assert!(!globs.matches(Path::new("a/docs"), true));
        assert!(globs.match_below(Path::new("docs/a/b.txt")));
        assert!(!globs.match_below(Path::new("src/a.txt")));
        for wrong in ["{a", "[", "a[.py", "a\\", "", " ", "# all", "[z-a]"] {
            assert_eq!(Globs::new(&["*.rs".into(), wrong.into()]).err().as_deref(), Some(wrong));
        }
        let globs = Globs::new(&["a[[]b".into(), "\\#*".into(), "!keep".into()]).unwrap();
        assert!(globs.matches(Path::new("a[b"), false) && globs.matches(Path::new("#a"), false));
        assert!(Globs::new(&[]).unwrap().is_empty());
    }
}
