//! Findings to text: one module per format, all fed by the same [`Report`].
//!
//! Writers decide nothing and reorder nothing: `assess` has sorted, counted and suppressed. What they share is that no
//! character which a terminal obeys or a reader cannot see gets through: people's text and messages go through
//! [`sanitize()`], JSON strings escape such characters the JSON way and so lose nothing.

mod human;
mod json;
mod names;
mod sanitize;
mod sarif;

use std::io;

use crate::model::Report;
use crate::rules::Rules;

pub use sanitize::sanitize;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// For people at a terminal.
    Human,
    /// One JSON document; `schema/report.schema.json` describes it.
    Json,
    /// One JSON record per line; the last one is the summary.
    Jsonl,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

impl Format {
    /// Every format, people's first.
    pub const ALL: &'static [Self] = &[Self::Human, Self::Json, Self::Jsonl, Self::Sarif];

    /// The word used on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Sarif => "sarif",
        }
    }

    /// The format that a word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.as_str() == word)
    }
}

/// How people's text looks; the machine formats have no options.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether colours are written.
    pub color: bool,
    /// 0: what has to be known now; 1 and more: every place, all advice, fingerprints.
    pub verbose: u8,
    /// Findings only, without what was read.
    pub quiet: bool,
    /// Columns of the terminal, where there is one.
    pub width: Option<usize>,
}

/// Writes a report.
///
/// # Errors
///
/// Only those of `out`.
pub fn write(
    report: &Report,
    rules: &Rules,
    format: Format,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match format {
        Format::Human => human::write(report, rules, options, out),
        Format::Json => json::write_document(report, out),
        Format::Jsonl => json::write_records(report, out),
        Format::Sarif => sarif::write(report, rules, out),
    }
}
