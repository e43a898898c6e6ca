//! `.keyscan.toml`: what the team allows.
//!
//! The file is read by hand over the parsed tree and not by a derive, because every mistake has to be named with its
//! place and in our own words: the library's texts quote the line, and a line of a config file may hold a key. For the
//! same reason no error repeats a name or a value from the file. A mistake is never skipped over: a policy that is not
//! understood might allow what its author forbids.

mod baseline;

use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::assess::{EndpointPolicy, HostPattern, HostPatternError, Policy};
use crate::rules::Rules;
use crate::rules::schema::CatalogueKind;

pub use baseline::{BASELINE_NAME, Baseline, BaselineError, BaselineFault, Change, Sight};

/// Name of the file that is found by itself.
pub const FILE_NAME: &str = ".keyscan.toml";
/// Largest config file that is read, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// Tables of the file.
const TABLES: &[&str] = &["endpoints"];
/// Fields of `[endpoints]`.
const ENDPOINT_FIELDS: &[&str] = &["allow"];

/// A config file that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Hosts that may receive keys and requests.
    pub allow: Vec<HostPattern>,
}

impl Config {
    /// The policy that the file states.
    #[must_use]
    pub fn policy(&self) -> Policy {
        let endpoints = EndpointPolicy { allow: self.allow.clone(), ..EndpointPolicy::default() };
        Policy { endpoints, ..Policy::default() }
    }
}

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
    #[error("{}: larger than 1 MiB, so this is no config file", plain(path))]
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
        fault: Fault,
    },
}

/// What is wrong at one place of a config file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A byte sequence that is no UTF-8.
    #[error("the file is not UTF-8 text from here on")]
    NotUtf8,
    /// No TOML, or a name given twice.
    #[error("not valid TOML: a mistake in the syntax, or a name that is given twice")]
    Syntax,
    /// A field that does not exist.
    #[error("unknown field {place}; {}", hint(nearest.as_deref(), known))]
    UnknownField {
        /// Where the field stands: `at the top`, `in [endpoints]`.
        place: &'static str,
        /// The field that was probably meant.
        nearest: Option<String>,
        /// The fields there are.
        known: &'static [&'static str],
    },
    /// A value of another type than the field has.
    #[error("`{field}` must be {wanted}")]
    WrongType {
        /// The field.
        field: &'static str,
        /// What it must be.
        wanted: &'static str,
    },
    /// A host pattern that cannot be used.
    #[error("bad pattern in `endpoints.allow`: {0}")]
    BadPattern(#[from] HostPatternError),
    /// A suffix of the catalogue under which anybody can deploy a proxy.
    #[error("bad pattern in `endpoints.allow`: anybody can deploy under this suffix; name your own host")]
    SharedPlatform,
}

/// The config file of a tree: `.keyscan.toml` directly in `top` (the top of the git work tree, else the root itself),
/// never above it.
#[must_use]
pub fn find(top: &Path) -> Option<PathBuf> {
    let path = top.join(FILE_NAME);
    // Whatever has the name is the config: `load` says what is wrong with it, where silence would drop a policy.
    path.symlink_metadata().is_ok().then_some(path)
}

/// Reads a config file.
///
/// # Errors
/// If it is no regular file of at most 1 MiB, or anything in it is not understood.
pub fn load(path: &Path) -> Result<Config, ConfigError> {
    let bytes = read(path)?;
    let faulty = |(at, fault): (usize, Fault)| {
        let (line, column) = position(&bytes, at);
        ConfigError::Faulty { path: path.to_owned(), line, column, fault }
    };
    let text = str::from_utf8(&bytes).map_err(|error| faulty((error.valid_up_to(), Fault::NotUtf8)))?;
    parse(text).map_err(faulty)
}

fn read(path: &Path) -> Result<Vec<u8>, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
    let not_a_file = || ConfigError::NotAFile { path: path.to_owned() };
    if path.symlink_metadata().map_err(unreadable)?.is_symlink() && !stays_in_folder(path).map_err(unreadable)? {
        return Err(not_a_file());
    }
    // Asked before opening too: opening a FIFO would wait for ever.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(not_a_file());
    }
    let file = File::open(path).map_err(unreadable)?;
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err(not_a_file());
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES { Err(ConfigError::TooLarge { path: path.to_owned() }) } else { Ok(bytes) }
}

/// Whether a link leads to a file below its own folder, as in a mounted config map. Elsewhere it would make keyscan read
/// outside the tree.
fn stays_in_folder(link: &Path) -> io::Result<bool> {
    let folder = link.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(link.canonicalize()?.starts_with(folder.canonicalize()?))
}

/// A mistake with its byte offset.
type Found<T> = Result<T, (usize, Fault)>;

fn parse(text: &str) -> Found<Config> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let shift = text.len() - body.len();
    read_root(body).map_err(|(at, fault)| (at + shift, fault))
}

fn read_root(text: &str) -> Found<Config> {
    let root = DeTable::parse(text)
        .map_err(|error| (error.span().map_or(0, |span: Range<usize>| span.start), Fault::Syntax))?;
    let mut config = Config::default();
    for (name, value) in root.get_ref() {
        match name.get_ref().as_ref() {
            "endpoints" => read_endpoints(value, &mut config)?,
            other => return Err(unknown(name.span(), other, "at the top", TABLES)),
        }
    }
    Ok(config)
}

fn read_endpoints(value: &Spanned<DeValue<'_>>, config: &mut Config) -> Found<()> {
    let DeValue::Table(table) = value.get_ref() else {
        return Err((value.span().start, Fault::WrongType { field: "endpoints", wanted: "a table" }));
    };
    for (name, value) in table {
        match name.get_ref().as_ref() {
            "allow" => config.allow = read_hosts(value)?,
            other => return Err(unknown(name.span(), other, "in [endpoints]", ENDPOINT_FIELDS)),
        }
    }
    Ok(())
}

fn read_hosts(value: &Spanned<DeValue<'_>>) -> Found<Vec<HostPattern>> {
    let wrong = |at: usize| (at, Fault::WrongType { field: "endpoints.allow", wanted: "a list of texts" });
    let DeValue::Array(items) = value.get_ref() else { return Err(wrong(value.span().start)) };
    let rules = Rules::builtin();
    let mut patterns = Vec::new();
    for item in items.iter() {
        let at = item.span().start;
        let text = item.get_ref().as_str().ok_or_else(|| wrong(at))?;
        let pattern = HostPattern::parse(text).map_err(|error| (at, error.into()))?;
        if pattern.is_suffix() && is_platform(pattern.name(), &rules) {
            return Err((at, Fault::SharedPlatform));
        }
        patterns.push(pattern);
    }
    Ok(patterns)
}

/// Whether the catalogue knows a suffix as that of a platform where anyone can deploy.
fn is_platform(suffix: &str, rules: &Rules) -> bool {
    let platforms = rules.endpoints().filter(|entry| entry.kind == CatalogueKind::PlatformProxy);
    platforms.flat_map(|entry| entry.hosts.iter()).any(|host| {
        let platform = host.strip_prefix("*.").unwrap_or(host);
        platform == suffix || platform.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.'))
    })
}

fn unknown(span: Range<usize>, name: &str, place: &'static str, known: &'static [&'static str]) -> (usize, Fault) {
    let nearest = known.iter().map(|&field| (distance(name, field), field)).min().filter(|(edits, _)| *edits <= 2);
    (span.start, Fault::UnknownField { place, nearest: nearest.map(|(_, field)| field.to_owned()), known })
}

fn hint(nearest: Option<&str>, known: &[&str]) -> String {
    match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("there is `{}`", known.join("`, `")),
    }
}

/// Edits (one character more, less or another, in any case) that turn one name into the other.
fn distance(left: &str, right: &str) -> usize {
    // Names far longer than any field are far from all of them; this keeps the work small.
    if left.len() > 64 {
        return usize::MAX;
    }
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, one) in left.to_lowercase().chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (column, other) in right.iter().enumerate() {
            let edits = (diagonal + usize::from(one != *other)).min(row[column] + 1).min(row[column + 1] + 1);
            diagonal = std::mem::replace(&mut row[column + 1], edits);
        }
    }
    row[right.len()]
}

/// Line and column of a byte offset, both 1-based, the column in code points.
fn position(bytes: &[u8], at: usize) -> (usize, usize) {
    let before = &bytes[..at.min(bytes.len())];
    let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    let text = String::from_utf8_lossy(&before[line_start..]);
    (line, text.trim_start_matches('\u{feff}').chars().count() + 1)
}

/// A path for an error text: without characters that steer a terminal.
fn plain(path: &Path) -> String {
    let mut text = String::new();
    for char in path.to_string_lossy().chars() {
        let harmless = matches!(char, '\'' | '"' | '\\') || char.escape_debug().len() == 1;
        if harmless { text.push(char) } else { text.extend(char.escape_debug()) }
    }
    text
}

#[cfg(test)]
mod tests;
