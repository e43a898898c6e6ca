//! From bytes to entries.
//!
//! serde_json reads the text and tells where it stands; what is wrong there is said in our own words, because its words
//! quote what they are about. Of its texts only the kind of the mistake is taken.

use std::borrow::Cow;
use std::collections::HashSet;

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::detect::redact_text;
use crate::model::{RuleId, Severity};

use super::super::text::is_utf16;
use super::{Baseline, Entry, MAX_ENTRIES, VERSION};

/// Digits of a finding's id, and of the check of a fingerprint key.
const ID: usize = 16;
/// The longest reason, in characters.
const LONGEST_REASON: usize = 1000;

/// Fields of the file.
const FIELDS: &[&str] = &["version", "fingerprint_scheme", "fingerprint_check", "entries"];
/// Fields of an entry.
const ENTRY_FIELDS: &[&str] = &["id", "rule", "severity", "path", "reason", "expires", "history"];

/// What is wrong at one place of a baseline.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaselineFault {
    /// A byte sequence that is no UTF-8.
    #[error("the file is not UTF-8 text from here on")]
    NotUtf8,
    /// UTF-16, by its mark or its first character.
    #[error("the file is UTF-16 text; save it as UTF-8")]
    Utf16,
    /// Two sides of a merge.
    #[error("a merge conflict that nobody has resolved; keep the entries of both sides and take the marks out")]
    Conflict,
    /// No JSON.
    #[error("not valid JSON")]
    Syntax,
    /// The text ends too early.
    #[error("the file ends in the middle of the baseline")]
    Truncated,
    /// A field that does not exist.
    #[error("unknown field; there is `{}`", known.join("`, `"))]
    UnknownField {
        /// The fields there are.
        known: &'static [&'static str],
    },
    /// A field that is given twice.
    #[error("`{0}` is given twice")]
    Twice(&'static str),
    /// A field that has to be there.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A value of another type than belongs there.
    #[error("a value of another type belongs here")]
    WrongType,
    /// A value that the field cannot have.
    #[error("`{field}` must be {wanted}")]
    BadValue {
        /// The field.
        field: &'static str,
        /// What it must be.
        wanted: &'static str,
    },
    /// Two entries for the same finding and path.
    #[error("another entry has the same `id` and `path`; keep one of them")]
    Duplicate,
    /// More entries than any baseline has.
    #[error("more than 200,000 entries")]
    TooMany,
    /// A format of the future.
    #[error("this release does not know the `version` of the format; it knows 1")]
    Version,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File<'t> {
    version: u64,
    #[serde(borrow)]
    fingerprint_scheme: Cow<'t, str>,
    #[serde(borrow)]
    fingerprint_check: Option<Cow<'t, str>>,
    #[serde(borrow)]
    entries: Vec<&'t RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryFields<'t> {
    #[serde(borrow)]
    id: Cow<'t, str>,
    #[serde(borrow)]
    rule: Cow<'t, str>,
    #[serde(borrow)]
    severity: Cow<'t, str>,
    #[serde(borrow)]
    path: Cow<'t, str>,
    #[serde(borrow)]
    reason: Option<Cow<'t, str>>,
    #[serde(borrow)]
    expires: Option<Cow<'t, str>>,
    #[serde(default)]
    history: bool,
}

/// A mistake with its byte offset.
type Found<T> = Result<T, (usize, BaselineFault)>;

/// Reads a whole file. A mistake comes with its line and column, the column in code points.
pub(super) fn baseline(bytes: &[u8]) -> Result<Baseline, (usize, usize, BaselineFault)> {
    if is_utf16(bytes) {
        return Err((1, 1, BaselineFault::Utf16));
    }
    let read = str::from_utf8(bytes).map_err(|error| (error.valid_up_to(), BaselineFault::NotUtf8)).and_then(|text| {
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mark = text.len() - body.len();
        file(body).map_err(|(at, fault)| (at + mark, fault))
    });
    read.map_err(|(at, fault)| {
        let before = &bytes[..at];
        let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let column = String::from_utf8_lossy(&before[start..]).trim_start_matches('\u{feff}').chars().count() + 1;
        (memchr::memchr_iter(b'\n', before).count() + 1, column, fault)
    })
}

fn file(text: &str) -> Found<Baseline> {
    if let Some(at) = conflict(text) {
        return Err((at, BaselineFault::Conflict));
    }
    let file: File<'_> = serde_json::from_str(text).map_err(|error| explained(text, &error, FIELDS))?;
    if file.version != VERSION {
        return Err((0, BaselineFault::Version));
    }
    let wrong = |value: &str, field, wanted| Err((offset(text, value), BaselineFault::BadValue { field, wanted }));
    if !["sha256", "hmac-sha256"].contains(&file.fingerprint_scheme.as_ref()) {
        return wrong(&file.fingerprint_scheme, "fingerprint_scheme", "sha256 or hmac-sha256");
    }
    if let Some(check) = file.fingerprint_check.as_deref().filter(|check| !is_hex(check)) {
        return wrong(check, "fingerprint_check", "16 hex digits");
    }
    let mut entries = Vec::with_capacity(file.entries.len().min(MAX_ENTRIES));
    let mut known = HashSet::new();
    let mut place = (0, 1);
    let last = file.entries.len().saturating_sub(1);
    for (index, raw) in file.entries.iter().enumerate() {
        // Behind the last entry stands null, so that it ends with a comma like any other.
        if index == last && raw.get() == "null" {
            break;
        }
        let start = offset(text, raw.get());
        let line = place.1 + memchr::memchr_iter(b'\n', &text.as_bytes()[place.0..start]).count();
        place = (start, line);
        let entry = entry(text, raw.get(), line)?;
        if index == MAX_ENTRIES {
            return Err((start, BaselineFault::TooMany));
        }
        if !known.insert((entry.id.clone(), entry.path.clone())) {
            return Err((start, BaselineFault::Duplicate));
        }
        entries.push(entry);
    }
    let scheme = file.fingerprint_scheme.into_owned();
    Ok(Baseline { scheme, check: file.fingerprint_check.map(Cow::into_owned), entries })
}

fn entry(text: &str, raw: &str, line: usize) -> Found<Entry> {
    let start = offset(text, raw);
    let fields: EntryFields<'_> = serde_json::from_str(raw).map_err(|error| {
        let (at, fault) = explained(raw, &error, ENTRY_FIELDS);
        (start + at, fault)
    })?;
    let wrong = |value: &str, field, wanted| {
        let at = offset(text, value);
        // A value in an option is always a copy.
        let at = if at == 0 { start + raw.find(value).unwrap_or(0) } else { at };
        (at, BaselineFault::BadValue { field, wanted })
    };
    if !is_hex(&fields.id) {
        return Err(wrong(&fields.id, "id", "the 16 hex digits of a finding"));
    }
    let rule = RuleId::from_word(&fields.rule).ok_or_else(|| wrong(&fields.rule, "rule", "a rule of this release"))?;
    let severity = Severity::ALL.into_iter().find(|severity| severity.as_str() == fields.severity);
    let severity =
        severity.ok_or_else(|| wrong(&fields.severity, "severity", "one of critical, high, medium, low and info"))?;
    if fields.path.is_empty() {
        return Err(wrong(&fields.path, "path", "a path as reports show it"));
    }
    let reason = fields.reason.filter(|reason| !reason.trim().is_empty());
    if let Some(reason) = reason.as_deref().filter(|reason| reason.chars().count() > LONGEST_REASON) {
        return Err(wrong(reason, "reason", "at most 1000 characters"));
    }
    let expires =
        fields.expires.as_deref().map(|day| date(day).ok_or_else(|| wrong(day, "expires", "a day, YYYY-MM-DD")));
    Ok(Entry {
        id: fields.id.into_owned(),
        rule,
        severity,
        path: fields.path.into_owned(),
        reason: reason.map(|reason| redact_text(reason.trim())),
        expires: expires.transpose()?,
        history: fields.history,
        line,
    })
}

/// A day as the file writes it, and in no other form.
fn date(text: &str) -> Option<Date> {
    let date: Date = text.parse().ok()?;
    (date.to_string() == text).then_some(date)
}

fn is_hex(text: &str) -> bool {
    text.len() == ID && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Where a part of a text stands in it; 0 for what is no part of it, such as a string that had escapes.
fn offset(text: &str, part: &str) -> usize {
    let at = (part.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
    if at <= text.len() { at } else { 0 }
}

/// Where git has begun to show two sides.
fn conflict(text: &str) -> Option<usize> {
    let marks = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];
    let mut starts = std::iter::once(0).chain(text.match_indices('\n').map(|(newline, _)| newline + 1));
    starts.find(|&start| marks.iter().any(|mark| text[start..].starts_with(mark)))
}

/// What the library says of a text, in our own words and with its byte offset.
fn explained(text: &str, error: &serde_json::Error, known: &'static [&'static str]) -> (usize, BaselineFault) {
    // Its columns count the bytes of a line that were read.
    let line = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    let at = (line + error.column().saturating_sub(1)).min(text.len());
    let said = error.to_string();
    let named = |what: &str| known.iter().find(|field| said.starts_with(&format!("{what} field `{field}`")));
    let fault = match error.classify() {
        Category::Eof => BaselineFault::Truncated,
        Category::Syntax | Category::Io => BaselineFault::Syntax,
        Category::Data => match (named("missing"), named("duplicate")) {
            (Some(field), _) => BaselineFault::Missing(field),
            (_, Some(field)) => BaselineFault::Twice(field),
            _ if said.starts_with("unknown field") => BaselineFault::UnknownField { known },
            _ => BaselineFault::WrongType,
        },
    };
    // It has read the name of a field before it knows that there is none.
    let name = matches!(fault, BaselineFault::UnknownField { .. } | BaselineFault::Twice(_));
    let at = if name { text.as_bytes()[..at].iter().rposition(|&byte| byte == b'"').unwrap_or(at) } else { at };
    (at, fault)
}
