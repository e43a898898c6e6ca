//! How bad a finding is, and how sure keyscan is of it. Two scales that never mix.

use serde::{Deserialize, Serialize};

/// How bad a finding is, from a fact worth knowing to a key that is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// A fact, not a fault; hidden unless asked for.
    Info,
    /// Worth a look.
    Low,
    /// Should be mended.
    Medium,
    /// Must be mended; the default gate.
    High,
    /// Mend now: assume the key or the data is in a stranger's hands.
    Critical,
}

impl Severity {
    /// All severities, mildest first.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word used on the command line and in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// One step worse; `critical` stays.
    #[must_use]
    pub const fn raised(self) -> Self {
        match self {
            Self::Info => Self::Low,
            Self::Low => Self::Medium,
            Self::Medium => Self::High,
            Self::High | Self::Critical => Self::Critical,
        }
    }

    /// One step milder; `info` stays.
    #[must_use]
    pub const fn lowered(self) -> Self {
        match self {
            Self::Info | Self::Low => Self::Info,
            Self::Medium => Self::Low,
            Self::High => Self::Medium,
            Self::Critical => Self::High,
        }
    }
}

/// How sure keyscan is that the finding is what its message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// One weak hint; worded as "possible".
    Low,
    /// Shape and context agree; counts for the gate.
    Medium,
    /// Proven by structure or by several independent sources.
    High,
}

impl Confidence {
    /// The word used on the command line and in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}
