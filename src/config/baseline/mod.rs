//! `.keyscan-baseline.json`: the findings that a team has seen and lets wait.
//!
//! An entry is a finding's id, a path, and the worst severity seen there. Neither lines nor counts nor dates of writing
//! stand in the file, so that moved lines change nothing in it; each entry has a line of its own, all end alike, they are
//! sorted by id, and an empty line stands between those of different first digits, so that two branches that add entries
//! mostly touch different places and merge.
//!
//! [`Baseline::parse`] works on bytes alone, so that they may come from anywhere, such as a commit that is trusted. As
//! with the config file, nothing is skipped over and no error repeats what stands in the file.

mod parse;
mod update;

use std::fmt::Write as _;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::assess;
use crate::model::{RuleId, Severity};

use super::{plain, read as files};

pub use parse::BaselineFault;
pub use update::{Change, Sight};

/// Name of the file that is found by itself.
pub const BASELINE_NAME: &str = ".keyscan-baseline.json";
/// The version of the format.
const VERSION: u64 = 1;
/// Largest baseline that is read, in bytes.
const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// Most entries that a baseline has.
const MAX_ENTRIES: usize = 200_000;

/// A baseline file that was read, or is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    scheme: String,
    check: Option<String>,
    entries: Vec<Entry>,
}

/// One finding at one path.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    id: String,
    rule: RuleId,
    severity: Severity,
    path: String,
    /// Why it may wait, keys redacted.
    reason: Option<String>,
    /// The last day on which it covers anything.
    expires: Option<Date>,
    /// Whether it is in the history of the repository too, where only a scan of the history sees it.
    history: bool,
    /// Where it stands in the file, for people; 0 for a new one.
    line: usize,
}

/// Why a baseline cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
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
    /// It is larger than any baseline.
    #[error("{}: larger than 64 MiB, so this is no baseline", plain(path))]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// Something in it is wrong.
    #[error("{}:{line}:{column}: {fault}", plain(path))]
    Faulty {
        /// The file.
        path: PathBuf,
        /// Line, 1-based.
        line: usize,
        /// Column in code points, 1-based.
        column: usize,
        /// What is wrong.
        fault: BaselineFault,
    },
}

impl Baseline {
    /// A baseline without entries, for the ids of a scheme: `sha256`, or `hmac-sha256` with the check of its key.
    #[must_use]
    pub fn new(scheme: &str, check: Option<&str>) -> Self {
        Self { scheme: scheme.to_owned(), check: check.map(str::to_owned), entries: Vec::new() }
    }

    /// The baseline of a tree: directly in `top` (the top of the git work tree, else the root itself), never above it.
    #[must_use]
    pub fn find(top: &Path) -> Option<PathBuf> {
        let path = top.join(BASELINE_NAME);
        // Whatever has the name is the baseline: `load` says what is wrong with it.
        path.symlink_metadata().is_ok().then_some(path)
    }

    /// Reads a baseline.
    ///
    /// # Errors
    /// If it is no regular file of at most 64 MiB, or anything in it is not understood.
    pub fn load(path: &Path) -> Result<Self, BaselineError> {
        Self::parse(path, &read(path)?)
    }

    /// Reads the bytes of a baseline; `path` is for errors.
    ///
    /// # Errors
    /// If anything in it is not understood.
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, BaselineError> {
        if bytes.len() as u64 > MAX_BYTES {
            return Err(BaselineError::TooLarge { path: path.to_owned() });
        }
        parse::baseline(bytes).map_err(|(line, column, fault)| BaselineError::Faulty {
            path: path.to_owned(),
            line,
            column,
            fault,
        })
    }

    /// Whether its ids are those of a run with this scheme and check.
    #[must_use]
    pub fn is_of(&self, scheme: &str, check: Option<&str>) -> bool {
        self.scheme == scheme && self.check.as_deref() == check
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether an entry names a day, so that it matters which one it is today.
    #[must_use]
    pub fn has_dates(&self) -> bool {
        self.entries.iter().any(|entry| entry.expires.is_some())
    }

    /// What may wait on a day.
    #[must_use]
    pub fn on(&self, today: Date) -> assess::Baseline {
        let mut known = assess::Baseline::default();
        for entry in self.entries.iter().filter(|entry| !entry.is_over(today)) {
            let Entry { id, path, severity, rule, reason, .. } = entry.clone();
            known.insert(id, path, assess::Known { severity, rule, reason });
        }
        known
    }

    /// The entries that cover nothing any more on a day: their lines and their last days.
    pub fn expired(&self, today: Date) -> impl Iterator<Item = (usize, Date)> {
        let over = self.entries.iter().filter(move |entry| entry.is_over(today));
        over.filter_map(|entry| Some((entry.line, entry.expires?)))
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{{\n  \"version\": {VERSION},\n  \"fingerprint_scheme\": {},\n", quoted(&self.scheme));
        if let Some(check) = &self.check {
            let _ = writeln!(text, "  \"fingerprint_check\": {},", quoted(check));
        }
        text.push_str("  \"entries\": [\n");
        let mut entries = self.entries.iter().peekable();
        for digit in b"0123456789abcdef" {
            while let Some(entry) = entries.next_if(|entry| entry.id.as_bytes()[0] <= *digit) {
                entry.write(&mut text);
                text.push_str(",\n");
            }
            // Branches that add to a short list, or to an empty one, would add at the same place without these lines.
            text.push('\n');
        }
        // Behind the last entry something has to stand for its comma, which it has so that adding one touches no other line.
        text.push_str("    null\n  ]\n}\n");
        text
    }
}

impl Entry {
    fn is_over(&self, today: Date) -> bool {
        self.expires.is_some_and(|last| last < today)
    }

    fn write(&self, text: &mut String) {
        let (id, rule, severity) = (quoted(&self.id), self.rule.as_str(), self.severity.as_str());
        let path = quoted(&self.path);
        let _ = write!(text, r#"    {{"id": {id}, "rule": "{rule}", "severity": "{severity}", "path": {path}"#);
        if let Some(reason) = &self.reason {
            let _ = write!(text, r#", "reason": {}"#, quoted(reason));
        }
        if let Some(expires) = self.expires {
            let _ = write!(text, r#", "expires": "{expires}""#);
        }
        if self.history {
            text.push_str(r#", "history": true"#);
        }
        text.push('}');
    }
}

/// A JSON string.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text is a JSON string")
}

fn read(path: &Path) -> Result<Vec<u8>, BaselineError> {
    let unreadable = |source| BaselineError::Unreadable { path: path.to_owned(), source };
    let not_a_file = || BaselineError::NotAFile { path: path.to_owned() };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = files::open(path, folder).map_err(unreadable)?.ok_or_else(not_a_file)?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}
