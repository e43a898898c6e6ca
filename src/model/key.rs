//! What may be shown of a key.

use std::fmt;

/// A key's shown form: family prefix, first four of the body, `…`, last four.
///
/// Only `detect` makes one, with the one function that every format, error and log line goes through.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Redacted(Box<str>);

impl Redacted {
    /// Wraps a text that is already redacted.
    #[must_use]
    pub fn from_redacted(text: String) -> Self {
        Self(text.into())
    }

    /// The text to show.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Redacted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A key's identity across machines: 64 lower-case hex digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(Box<str>);

impl Fingerprint {
    /// Wraps 64 lower-case hex digits.
    #[must_use]
    pub fn from_hex(hex: String) -> Self {
        Self(hex.into())
    }

    /// The 64 hex digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
