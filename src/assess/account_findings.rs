//! One finding per project of the own account that spends without a limit, at the places of its keys.
//!
//! Of a project no key of which was found there is no place to tell: the report counts it beside what was listed.

use std::collections::BTreeMap;

use crate::model::{
    Confidence, Finding, Holding, KeyFacts, Occurrence, ProjectFacts, RuleId, Severity, Subject, shortened_id,
};

use super::decide::Decision;
use super::fingerprint::{self, SubjectId};
use super::judge::Held;
use super::key_findings::KeyPlace;
use super::placed::{Placed, Settled};
use super::{Setup, advice, risks};

/// The places of each project's keys.
#[derive(Default)]
pub(super) struct AccountPlaces<'a>(BTreeMap<ProjectFacts, Vec<Placed<'a, ()>>>);

impl<'a> AccountPlaces<'a> {
    /// Takes note of the places of a key, if nothing limits what its project spends.
    pub(super) fn add(&mut self, facts: &KeyFacts, places: &[KeyPlace<'a>], setup: &Setup<'_>) {
        let Some(Holding::Ours(own)) = &facts.holding else { return };
        let mut unlimited = setup.online.account.iter().flat_map(|account| &account.unlimited);
        let Some(project) = own.project.as_ref().filter(|own| unlimited.any(|one| one == *own)) else { return };
        let severity = setup.policy.severity(RuleId::NoSpendLimit, Severity::Low);
        let held = Held { rule: RuleId::NoSpendLimit, severity, confidence: Confidence::High };
        let place = |place: &KeyPlace<'a>| Placed {
            occurrence: Occurrence { receiver: None, says: None, suppression: None, ..place.occurrence.clone() },
            origin: place.origin,
            held: vec![held],
            allow: place.allow,
            what: (),
        };
        self.0.entry(project.clone()).or_default().extend(places.iter().map(place));
    }

    /// The findings.
    pub(super) fn findings(self, setup: &Setup<'_>) -> Settled {
        let mut settled = Settled::default();
        for (project, mut places) in self.0 {
            places.sort_by(|left, right| super::by_place(&left.occurrence, &right.occurrence));
            let id = fingerprint::finding_id(SubjectId::Account(&project.id));
            settled.add(&id, places, setup.policy, |decision, places| finding(&id, &project, decision, places, setup));
        }
        settled
    }
}

fn finding(
    id: &str,
    project: &ProjectFacts,
    decision: Decision,
    places: Vec<Placed<'_, ()>>,
    setup: &Setup<'_>,
) -> Finding {
    let text = setup.rules.text(decision.rule);
    let places: Vec<Occurrence> = places.into_iter().map(|place| place.occurrence).collect();
    let count = if places.len() == 1 { "here".to_owned() } else { format!("in {} places", places.len()) };
    let name = if project.name.is_empty() { String::new() } else { format!("{} ", project.name) };
    let name = format!("{name}({})", shortened_id(&project.id));
    Finding {
        id: id.to_owned(),
        rule: decision.rule,
        severity: decision.severity,
        confidence: decision.confidence,
        reaches: decision.reaches.into(),
        message: format!(
            "The project {name} of your own account, a key of which is {count}, has neither a spend limit nor an alert."
        ),
        advice: advice::of_rule(text).into(),
        risks: risks(text).into(),
        subject: Subject::Account(project.clone()),
        receiver: None,
        signals: decision.others.into(),
        occurrences: places,
        related: Vec::new(),
    }
}
