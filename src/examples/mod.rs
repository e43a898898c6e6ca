//! The examples of rule files, held against the detector: what an entry says is found has to be found, and what it says
//! is not found must not be. Each example is a file of its own; no other entry's text is near it.
//!
//! A failure names the place of the example and never quotes it: somebody may have written a real key there.

mod keys;
mod names;

use std::fmt;

use crate::detect::Detector;
use crate::model::{Blob, BlobPath, Exposure, Matches, Origin};
use crate::rules::{Places, RuleSource, Rules};

/// An example that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The rule file.
    pub file: String,
    /// Line of the example, 1-based.
    pub line: usize,
    /// Column, 1-based.
    pub column: usize,
    /// The kind of its entry: `key`, `endpoint` …
    pub table: &'static str,
    /// The entry's id or name.
    pub entry: String,
    /// What is wrong.
    pub says: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {} `{}`: {}", self.file, self.line, self.column, self.table, self.entry, self.says)
    }
}

/// What came of the examples of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many were looked at.
    pub examples: usize,
    /// Those that do not hold, in the order of the file.
    pub failures: Vec<Failure>,
}

/// Walks the examples and counter-examples of a file that is a part of `rules`.
#[must_use]
pub fn check(rules: &Rules, source: &RuleSource<'_>) -> Outcome {
    let (detector, places) = (Detector::new(rules), source.places());
    let mut walk = Walk { detector, source, places, outcome: Outcome::default() };
    let file = &source.rules;
    file.key.iter().enumerate().for_each(|(at, key)| walk.key(at, key));
    file.endpoint.iter().enumerate().for_each(|(at, endpoint)| walk.endpoint(at, endpoint));
    file.setting.iter().enumerate().for_each(|(at, setting)| walk.setting(at, setting, rules));
    file.software.iter().enumerate().for_each(|(at, software)| walk.software(at, software));
    let mut outcome = walk.outcome;
    outcome.failures.sort_by_key(|failure| (failure.line, failure.column));
    outcome
}

/// A walk over one file.
struct Walk<'a> {
    detector: Detector<'a>,
    source: &'a RuleSource<'a>,
    places: Places<'a>,
    outcome: Outcome,
}

/// The list that an example stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum List {
    Examples,
    NonExamples,
}

impl List {
    const fn field(self) -> &'static str {
        match self {
            Self::Examples => "examples",
            Self::NonExamples => "non-examples",
        }
    }
}

/// The entry that is looked at.
#[derive(Clone, Copy)]
struct Entry<'a> {
    table: &'static str,
    index: usize,
    id: &'a str,
}

impl Walk<'_> {
    /// Asks `judge` about each text of an entry's two lists; what it answers is wrong with it.
    fn texts<'t, T: AsRef<str> + 't>(
        &mut self,
        entry: Entry<'_>,
        lists: [&'t [T]; 2],
        judge: impl Fn(&Detector<'_>, List, &'t str) -> Option<String>,
    ) {
        for (list, texts) in [List::Examples, List::NonExamples].into_iter().zip(lists) {
            for (item, text) in texts.iter().enumerate() {
                self.outcome.examples += 1;
                let Some(says) = judge(&self.detector, list, text.as_ref()) else { continue };
                let (line, column) = self.places.position(entry.table, entry.index, Some(list.field()), Some(item));
                self.outcome.failures.push(Failure {
                    file: self.source.name.to_string(),
                    line,
                    column,
                    table: entry.table,
                    entry: entry.id.to_owned(),
                    says,
                });
            }
        }
    }
}

/// What the detector finds in a text, as a file of this name.
fn detect(detector: &Detector<'_>, name: &str, text: &str) -> Matches {
    let path = BlobPath { text: name.to_owned(), percent: false };
    let origin = Origin::new(0, path, Exposure::OutsideGit);
    detector.detect(&Blob::whole(origin, text.as_bytes()))
}

/// The answer where something has to be found and is or is not.
fn found_as_said(list: List, found: bool, what: &str) -> Option<String> {
    match (list, found) {
        (List::Examples, false) => Some(format!("{what} is not found in this example")),
        (List::NonExamples, true) => Some(format!("{what} is found in this counter-example")),
        _ => None,
    }
}

/// What is said of an example in which something is found once it is looked at, while a scan would pass by.
const PASSED_BY: &str = "a scan passes by a file that holds no more than this example: nothing in it is searched for";
