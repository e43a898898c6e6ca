//! Findings to text: one module per format, all fed by the same [`Report`].
//!
//! Writers decide nothing and reorder nothing: `assess` has sorted, counted and suppressed. What they share is that no
//! character which a terminal obeys or a reader cannot see gets through: people's text and messages go through
//! [`sanitize()`], JSON strings escape such characters the JSON way and so lose nothing.

mod allow;
mod csv;
mod github;
mod gitlab;
mod html;
mod human;
mod json;
mod junit;
mod lines;
mod markdown;
mod names;
mod online;
mod places;
mod sanitize;
mod sarif;
mod words;

use std::io;

use gix_date::Time;
use gix_date::time::CustomFormat;

use crate::model::Report;
use crate::rules::Rules;

pub use human::Links;
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
    /// Workflow commands of GitHub Actions: an annotation for each place.
    Github,
    /// GitLab's report of a secret detection.
    Gitlab,
    /// JUnit's XML, which most CI servers show as failed tests.
    Junit,
    /// Markdown, for comments and summaries of a run.
    Markdown,
    /// One row per place, for spreadsheets.
    Csv,
    /// One page for the browser that needs nothing else.
    Html,
}

impl Format {
    /// Every format, people's first.
    pub const ALL: &'static [Self] = &[
        Self::Human,
        Self::Json,
        Self::Jsonl,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Markdown,
        Self::Csv,
        Self::Html,
    ];

    /// The word used on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Markdown => "markdown",
            Self::Csv => "csv",
            Self::Html => "html",
        }
    }

    /// The format that a word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.as_str() == word)
    }
}

/// How people's text looks, and what a format needs to know that is no part of the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether colours are written.
    pub color: bool,
    /// 0: what has to be known now; 1 and more: every place, all advice, fingerprints.
    pub verbose: u8,
    /// Findings only, without what was read.
    pub quiet: bool,
    /// Columns of the terminal, where there is one.
    pub width: Option<usize>,
    /// Makes places links that a terminal follows.
    pub links: Option<Links>,
    /// When the scan ran, in seconds since 1970, for the formats that must say so. No report asks the clock itself: the
    /// same input would give other bytes.
    pub time: i64,
}

impl Options {
    /// The time as `gitlab` and `junit` want it: UTC without a zone. What no year of four digits holds counts as unknown.
    fn timestamp(&self) -> String {
        const FORMAT: CustomFormat = CustomFormat::new("%Y-%m-%dT%H:%M:%S");
        let written = Time::new(self.time, 0).format(FORMAT).ok();
        let written = written.filter(|text| text.len() == "1970-01-01T00:00:00".len() && !text.starts_with('-'));
        written.unwrap_or_else(|| "1970-01-01T00:00:00".to_owned())
    }
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
        Format::Github => github::write(report, out),
        Format::Gitlab => gitlab::write(report, rules, options, out),
        Format::Junit => junit::write(report, rules, options, out),
        Format::Markdown => markdown::write(report, rules, options, out),
        Format::Csv => csv::write(report, out),
        Format::Html => html::write(report, rules, out),
    }
}
