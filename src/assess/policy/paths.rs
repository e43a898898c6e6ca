//! Patterns of paths, in gitignore syntax: relative to the folder of the policy file, `/` in front for that folder alone.

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Paths that have nothing in common but their form: nested and at the top, with extension and without, hidden or not.
/// Whoever means all of one form names no place.
const ANY: [[&str; 4]; 5] = [
    ["a1/b2/c3.d4", "q7/k9.xj", "Z0/v_w/8m.tt", "7u/y-e/r.o5"],
    ["a1/b2/c3", "q7/k9", "Z0/v_w/8m", "7u/y-e/r"],
    ["a1.d4", "q7.xj", "Z0.tt", "7u.o5"],
    ["a1", "q7", "Z0", "7u"],
    [".a1", "b2/.q7", ".Z0", "x/y/.7u"],
];

/// Which paths are meant.
#[derive(Clone, Debug)]
pub struct PathPatterns(Gitignore);

/// Why a path pattern is refused. The text never repeats the pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathPatternError {
    /// It is empty or a comment.
    #[error("a path pattern must say something: it is empty, or a comment")]
    Empty,
    /// It begins with `!`.
    #[error("a path pattern cannot take back another one; leave the `!` out (a file's own one is written `\\!`)")]
    Negated,
    /// It has `..` in it.
    #[error("a path pattern must stay in the repository: `..` leaves it")]
    Outside,
    /// It begins with `./`.
    #[error("leave the `./` in front out: a path pattern begins at the top of the repository anyway")]
    Dot,
    /// It has a backslash in front of a letter or digit.
    #[error("write `/` between folders: a backslash takes the meaning from the character behind it")]
    Backslash,
    /// It is no glob.
    #[error("this is no glob: a bracket or brace is not closed, or a range runs backwards")]
    Glob,
}

impl Default for PathPatterns {
    fn default() -> Self {
        Self(Gitignore::empty())
    }
}

impl PathPatterns {
    /// Compiles patterns.
    ///
    /// # Errors
    /// The index of the first that cannot be used, and why.
    pub fn new<T: AsRef<str>>(patterns: &[T]) -> Result<Self, (usize, PathPatternError)> {
        let mut all = strict();
        for (index, pattern) in patterns.iter().enumerate() {
            check(pattern.as_ref()).map_err(|error| (index, error))?;
            all.add_line(None, pattern.as_ref()).map_err(|_| (index, PathPatternError::Glob))?;
        }
        all.build().map(Self).map_err(|_| (patterns.len().saturating_sub(1), PathPatternError::Glob))
    }

    /// Whether there is no pattern.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the patterns mean every path, or every path of some form: `*`, `**`, `*/*`, `*.*`.
    #[must_use]
    pub fn name_no_place(&self) -> bool {
        ANY.iter().any(|form| form.iter().all(|path| self.matches(path)))
    }

    /// Whether a path as reports show it, or one of the folders on its way, is meant. A member of an archive
    /// (`a.zip!conf/x.env`) is meant by its own path and by that of the archive.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        if self.is_empty() || path.starts_with('/') {
            return false;
        }
        let archives = path.match_indices('!').map(|(at, _)| &path[..at]);
        archives.chain([path]).any(|path| self.0.matched_path_or_any_parents(Path::new(path), false).is_ignore())
    }
}

fn check(pattern: &str) -> Result<(), PathPatternError> {
    if pattern.trim().is_empty() || pattern.starts_with('#') {
        return Err(PathPatternError::Empty);
    }
    if pattern.starts_with('!') {
        return Err(PathPatternError::Negated);
    }
    if pattern.split(['/', '\\']).any(|part| part == "..") {
        return Err(PathPatternError::Outside);
    }
    if pattern.starts_with("./") {
        return Err(PathPatternError::Dot);
    }
    if pattern.as_bytes().windows(2).any(|pair| pair[0] == b'\\' && pair[1].is_ascii_alphanumeric()) {
        return Err(PathPatternError::Backslash);
    }
    let alone = strict().add_line(None, pattern).and_then(|alone| alone.build());
    match alone {
        Ok(alone) if !alone.is_empty() => Ok(()),
        _ => Err(PathPatternError::Glob),
    }
}

/// A builder that takes only patterns that git would. By default an unclosed bracket would stand for itself.
fn strict() -> GitignoreBuilder {
    let mut builder = GitignoreBuilder::new(Path::new(""));
    builder.allow_unclosed_class(false);
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_names_and_members_of_archives_are_meant() {
        let patterns = PathPatterns::new(&["/deploy/", "*.sealed.yaml", "conf/**/live"]).unwrap();
        for path in ["deploy/a/b.env", "x/y.sealed.yaml", "conf/a/b/live", "deploy/a.zip!b.env", "a.zip!s.sealed.yaml"]
        {
            assert!(patterns.matches(path), "{path}");
        }
        for path in ["x/deploy/a.env", "sealed.yaml", "deployment/a", "/deploy/a", "live"] {
            assert!(!patterns.matches(path), "{path}");
        }
        assert!(!PathPatterns::default().matches("a"));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (pattern, error) in [
            ("", PathPatternError::Empty),
            ("# all", PathPatternError::Empty),
            ("!a", PathPatternError::Negated),
            ("../other", PathPatternError::Outside),
            ("a/../../b", PathPatternError::Outside),
            ("./a", PathPatternError::Dot),
            ("deploy\\prod", PathPatternError::Backslash),
            ("a[", PathPatternError::Glob),
            ("{a", PathPatternError::Glob),
            ("[z-a]", PathPatternError::Glob),
        ] {
            assert_eq!(PathPatterns::new(&["ok", pattern]).unwrap_err(), (1, error), "{pattern}");
        }
    }

    #[test]
    fn patterns_that_mean_everything_are_told() {
        let everything = |pattern: &str| PathPatterns::new(&[pattern]).unwrap().name_no_place();
        for pattern in ["*", "**", "/*", "/**", "**/*", "*/*", "*.*", "?*", "*/", ".*", "**/*.*", "*/**", "[!x]*"] {
            assert!(everything(pattern), "{pattern}");
        }
        for pattern in ["*.env", "secrets/", "/secrets/**", "**/secrets/*", "a*", ".env*", "*.sealed.*", "x"] {
            assert!(!everything(pattern), "{pattern}");
        }
        assert!(!PathPatterns::default().name_no_place());
    }
}
