//! What can be wrong with a config file, in our own words: no text here repeats anything of the file, which may hold a key.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::plain;
use crate::assess::{HostPatternError, PathPatternError};

/// The most mistakes of one file that are told.
pub(super) const MOST_TOLD: usize = 20;

/// Why a config file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be opened or read.
    #[error("{}: cannot be read: {}", plain(path), source.kind())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is a folder, device or the like, or a link that leads out of its folder.
    #[error("{}: not a regular file in its own folder", plain(path))]
    NotAFile {
        /// The file.
        path: PathBuf,
    },
    /// It is larger than any config file.
    #[error("{}: larger than {mib} MiB, so this is no {what}", plain(path))]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
        /// What it may have.
        mib: u64,
    },
    /// Something in it is wrong.
    #[error("{}", self.lines().join("\n"))]
    Faulty {
        /// The file.
        path: PathBuf,
        /// What is wrong, in the order of the file; never empty.
        mistakes: Vec<Mistake>,
        /// How many mistakes there are besides.
        more: usize,
    },
}

impl ConfigError {
    /// The error, a line for each mistake.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let Self::Faulty { path, mistakes, more } = self else { return vec![self.to_string()] };
        let path = plain(path);
        let mut lines: Vec<String> = mistakes.iter().map(|mistake| format!("{path}:{mistake}")).collect();
        if *more > 0 {
            lines.push(format!("{path}: and {more} more"));
        }
        lines
    }
}

/// Something wrong at one place of a config file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Line, 1-based.
    pub line: usize,
    /// Column in code points, 1-based.
    pub column: usize,
    /// What is wrong.
    pub fault: Fault,
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.line, self.column, self.fault)
    }
}

/// What is wrong at one place of a config file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A byte sequence that is no UTF-8.
    #[error("the file is not UTF-8 text from here on")]
    NotUtf8,
    /// UTF-16, by its mark or its first character.
    #[error("the file is UTF-16 text; save it as UTF-8")]
    Utf16,
    /// The mark of a merge that was not finished.
    #[error("a merge conflict that is not resolved: take one of the two sides and remove the marks")]
    Conflict,
    /// No TOML.
    #[error("not valid TOML: {0}")]
    Syntax(&'static str),
    /// A table or field that is there already.
    #[error("this name is given twice; put everything under it in one place")]
    Repeated,
    /// A field that does not exist.
    #[error("unknown field {place}; {}", hint(nearest.as_deref(), belongs.as_deref(), known))]
    UnknownField {
        /// Where the field stands: `at the top`, `in [endpoints]`.
        place: String,
        /// The field that was probably meant.
        nearest: Option<String>,
        /// The table that has a field of this name.
        belongs: Option<String>,
        /// The fields there are.
        known: Vec<&'static str>,
    },
    /// A value of another type than the field has.
    #[error("`{field}` must be {wanted}")]
    WrongType {
        /// The field.
        field: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// A word that is none of those that the field takes.
    #[error("unknown word in `{field}`; {}", hint(nearest.as_deref(), None, known))]
    UnknownWord {
        /// The field.
        field: String,
        /// The word that was probably meant.
        nearest: Option<String>,
        /// The words there are.
        known: Vec<&'static str>,
    },
    /// A host pattern that cannot be used.
    #[error("bad pattern in `{field}`: {error}")]
    BadHost {
        /// The field.
        field: String,
        /// What is wrong with it.
        error: HostPatternError,
    },
    /// A path pattern that cannot be used.
    #[error("bad pattern in `{field}`: {error}")]
    BadPath {
        /// The field.
        field: String,
        /// What is wrong with it.
        error: PathPatternError,
    },
    /// A value that is not what the field needs.
    #[error("bad value in `{field}`: {problem}")]
    BadValue {
        /// The field.
        field: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// More values than the field takes.
    #[error("`{field}` may have {most} entries at most")]
    TooMany {
        /// The field.
        field: String,
        /// How many it may have.
        most: usize,
    },
    /// Nothing is looked at any more.
    #[error("with this every rule is turned off, and nothing would ever be reported")]
    NothingLeft,
    /// A value that another one takes all meaning from.
    #[error("this can never hold: `{other}` in line {line} {why}")]
    Contradiction {
        /// The field that outweighs it.
        other: String,
        /// The line of that field's value.
        line: usize,
        /// What it does.
        why: &'static str,
    },
}

fn hint(nearest: Option<&str>, belongs: Option<&str>, known: &[&str]) -> String {
    match (belongs, nearest) {
        (Some(table), _) => format!("it belongs in [{table}]"),
        (None, Some(nearest)) => format!("did you mean `{nearest}`?"),
        (None, None) => format!("there is `{}`", known.join("`, `")),
    }
}
