//! Findings place by place, for the formats that write an annotation, a test or a row for each.
//!
//! They take the severity of the place, and leave out places below the minimum.

use std::collections::HashMap;

use crate::model::{Confidence, EndpointFacts, Evidence, Finding, KeyFacts, Occurrence, Report, Severity, Subject};

use super::words;

/// One place of a finding.
pub(super) struct Line<'a> {
    /// The finding.
    pub(super) finding: &'a Finding,
    /// The place.
    pub(super) place: &'a Occurrence,
    /// The name of its root, where there are several.
    pub(super) repository: Option<&'a str>,
    /// The how-manieth place of the finding in its file, from 1, whatever the minimum.
    pub(super) ordinal: u64,
}

/// Every place at or above the minimum, in report order. `names` are those of the roots.
pub(super) fn lines<'a>(report: &'a Report, names: &'a [String]) -> impl Iterator<Item = Line<'a>> {
    report.findings.iter().flat_map(move |finding| {
        let mut ordinals = HashMap::new();
        let numbered = finding.occurrences.iter().map(move |place| {
            let ordinal = ordinals.entry((place.root, &place.path)).or_insert(0_u64);
            *ordinal += 1;
            (place, *ordinal)
        });
        let shown = numbered.filter(|(place, _)| place.severity >= report.min_severity);
        shown.map(move |(place, ordinal)| {
            let repository = names.get(place.root).filter(|_| names.len() > 1).map(String::as_str);
            Line { finding, place, repository, ordinal }
        })
    })
}

impl<'a> Line<'a> {
    /// How bad it is here.
    pub(super) fn severity(&self) -> Severity {
        self.place.severity
    }

    /// The rule and the severity here, worded as possible where it is not sure.
    pub(super) fn title(&self) -> String {
        let possible = if self.finding.confidence == Confidence::Low { "possible " } else { "" };
        format!("{possible}{} ({})", self.place.rule.as_str(), self.severity().as_str())
    }

    /// The sentence about this place.
    pub(super) fn message(&self) -> &'a str {
        self.place.says.as_deref().unwrap_or(&self.finding.message)
    }

    /// The key that the finding is about.
    pub(super) fn key(&self) -> Option<&'a KeyFacts> {
        match &self.finding.subject {
            Subject::Key(key) => Some(key),
            Subject::Endpoint(_) | Subject::Server(_) | Subject::Setting(_) | Subject::Account(_) => None,
        }
    }

    /// The endpoint that the finding is about, or that receives the key here, and then how that is known.
    pub(super) fn endpoint(&self) -> Option<(&'a EndpointFacts, Option<Evidence>)> {
        match &self.finding.subject {
            Subject::Key(_) => self.place.receiver.as_ref().map(|to| (&to.endpoint, Some(to.evidence))),
            Subject::Endpoint(endpoint) | Subject::Server(endpoint) => Some((endpoint, None)),
            Subject::Setting(_) | Subject::Account(_) => None,
        }
    }

    /// The path, behind the name of its root where there are several.
    pub(super) fn path(&self) -> String {
        match self.repository {
            Some(name) => format!("{name}: {}", self.place.path.text),
            None => self.place.path.text.clone(),
        }
    }

    /// What is known of this one place, in one line.
    pub(super) fn facts(&self) -> String {
        let mut facts = words::facts(self.place);
        // The sentence of a finding is about its first receiver only.
        let first = self.finding.receiver.as_ref().map(|to| &to.endpoint.host);
        if let (Some(_), Some((endpoint, _))) = (self.key(), self.endpoint())
            && first != Some(&endpoint.host)
        {
            facts.push(format!("sent to {} here", endpoint.host));
        }
        facts.join(", ")
    }
}
