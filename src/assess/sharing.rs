//! Who holds the same key: repositories, services, environments, people.
//!
//! Not every place makes a holder. Tests, examples and documentation show a key and do not use it; the history says that
//! a repository has it, but not who used it for what. A key of which somebody could have made up the same is nobody's.
//! Clones, forks and work trees of one repository are one holder, and so is a package with all its files.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Confidence, Environment, Exposure, Repository, RuleId, Severity, Signal, SignalId};

use super::Policy;
use super::environment;
use super::history::is_in_tree;
use super::judge;
use super::key_findings::{KeyPlace, is_published};
use super::services;
use super::stage;

/// The signals that name holders, the kind that weighs most first.
pub(super) const KINDS: [SignalId; 4] = [
    SignalId::SharedByRepositories,
    SignalId::SharedByEnvironments,
    SignalId::SharedByPeople,
    SignalId::SharedByServices,
];

/// How many holders of a kind are named.
const MOST_NAMES: usize = 8;

/// Which of a run's repositories are clones or forks of one another.
pub(super) struct Families<'a> {
    pub(super) repositories: &'a [Repository],
    /// Of each repository the first one of its family.
    first: Vec<usize>,
}

impl<'a> Families<'a> {
    /// Brings together the repositories that share a part of their identity.
    pub(super) fn of(repositories: &'a [Repository]) -> Self {
        let mut first: Vec<usize> = (0..repositories.len()).collect();
        let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, repository) in repositories.iter().enumerate() {
            for token in &repository.identity {
                let owner = *owners.entry(token).or_insert(index);
                let (one, other) = (root_of(&first, owner), root_of(&first, index));
                first[one.max(other)] = one.min(other);
            }
        }
        let first = (0..first.len()).map(|index| root_of(&first, index)).collect();
        Self { repositories, first }
    }

    /// The family of a repository.
    pub(super) fn family(&self, repository: usize) -> usize {
        self.first.get(repository).copied().unwrap_or(repository)
    }
}

fn root_of(first: &[usize], mut index: usize) -> usize {
    while first[index] != index {
        index = first[index];
    }
    index
}

/// Holds `shared-key` at the places of a key that several hold, with a signal for each kind of holder.
pub(super) fn mark(places: &mut [KeyPlace<'_>], families: &Families<'_>, policy: &Policy) {
    let made_up = |place: &KeyPlace<'_>| {
        place.what.key.weak || place.what.key.format == judge::FRAGMENT || is_published(place.what.key)
    };
    // One place is one holder, unless several services take what stands there.
    let single = places.len() < 2 && places.iter().all(|place| place.what.used_by.len() < 2);
    if single || places.iter().any(made_up) {
        return;
    }
    let holders: Vec<&KeyPlace<'_>> = places.iter().filter(|place| counts(place)).collect();
    let in_use: Vec<&KeyPlace<'_>> = holders.iter().copied().filter(|place| is_in_use(place)).collect();
    let repositories = repositories(&holders, families);
    let environments = environments(&in_use);
    let services = services::services(&in_use, families);
    let holders_of_homes = in_use.iter().filter_map(|place| place.origin.person.as_deref());
    let people_at_home = people(holders_of_homes);
    let authors = if people_at_home.len() < 2 { authors(&in_use, families) } else { BTreeSet::new() };

    let mut signals = Vec::new();
    let mut add = |id: SignalId, noun: &str, names: &BTreeSet<String>| {
        if names.len() > 1 {
            signals.push(Signal::new(id, listed(noun, names)));
        }
    };
    add(SignalId::SharedByRepositories, "repositories", &repositories);
    add(SignalId::SharedByEnvironments, "environments", &environments);
    add(SignalId::SharedByPeople, "people", &people_at_home);
    add(SignalId::SharedByPeople, "people, as its commits tell", &authors);
    add(SignalId::SharedByServices, "services", &services);
    if signals.is_empty() {
        return;
    }
    let sure = repositories.len() > 1 || environments.len() > 1 || people_at_home.len() > 1;
    let severity = if sure || authors.len() > 1 { Severity::High } else { Severity::Medium };
    // Who commits a line is not always who uses what stands in it.
    let cap = if !sure && authors.len() > 1 { Confidence::Medium } else { Confidence::High };
    for place in places.iter_mut().filter(|place| counts(place)) {
        if is_in_use(place) || (repositories.len() > 1 && place.origin.repository.is_some()) {
            place.hold(RuleId::SharedKey, severity, place.what.key.confidence.min(cap), policy);
            place.what.signals.extend(signals.iter().cloned());
        }
    }
}

/// Whether a place says that somebody has the key.
fn counts(place: &KeyPlace<'_>) -> bool {
    !place.occurrence.environment.is_some_and(environment::lowers) && place.what.key.confidence > Confidence::Low
}

/// Whether it also says who uses it: the history and git's own files do not.
fn is_in_use(place: &KeyPlace<'_>) -> bool {
    !matches!(place.occurrence.exposure, Exposure::History | Exposure::GitMetadata)
}

/// The repositories, each family once and by the name of the first. Those of one name are told apart by their place.
fn repositories(holders: &[&KeyPlace<'_>], families: &Families<'_>) -> BTreeSet<String> {
    let mut found: BTreeMap<usize, (String, Option<String>, &str)> = BTreeMap::new();
    for place in holders {
        let Some(repository) = place.origin.repository else { continue };
        let name = || families.repositories.get(repository).map_or_else(String::new, |known| known.name.clone());
        let known = found.entry(families.family(repository)).or_insert_with(|| (name(), None, &place.origin.shown));
        known.1 = known.1.take().or_else(|| top_of(place));
    }
    let mut alike: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, ..) in found.values() {
        *alike.entry(name).or_default() += 1;
    }
    let mut names = BTreeSet::new();
    // In the order of their first places: the numbers of repositories are given as they are met.
    let mut in_order: Vec<_> = found.values().collect();
    in_order.sort();
    for (name, top, first) in in_order {
        let label = top.as_ref().filter(|_| alike[name.as_str()] > 1).unwrap_or(name);
        // Whatever the texts are, no holder is lost.
        let label = if names.contains(label) { format!("{label} ({first})") } else { label.clone() };
        names.insert(label);
    }
    names
}

/// The people of these names. Somebody's second account, or a copy of their home, is nobody else: `alice`, `Alice`,
/// `alice.old`.
fn people<'n>(names: impl Iterator<Item = &'n str>) -> BTreeSet<String> {
    let mut people: BTreeMap<String, &str> = BTreeMap::new();
    for person in names {
        people.entry(person.to_lowercase()).and_modify(|known| *known = (*known).min(person)).or_insert(person);
    }
    let is_copy = |name: &str| {
        let joints = name.match_indices(['.', '-', '_', '@', ' ', '~']);
        joints.map(|(at, _)| &name[..at]).any(|start| people.contains_key(start))
    };
    people.iter().filter(|(name, _)| !is_copy(name)).map(|(_, person)| (*person).to_owned()).collect()
}

/// The environments that say where a key is used.
fn environments(in_use: &[&KeyPlace<'_>]) -> BTreeSet<String> {
    let told = in_use.iter().filter(|place| {
        let path = &place.occurrence.path.text;
        // What the file itself or the user says is sure.
        environment::of_path(path) != place.occurrence.environment || stage::is_told(path)
    });
    let named = told.filter_map(|place| place.occurrence.environment);
    let named = named.filter(|environment| {
        matches!(environment, Environment::Production | Environment::Staging | Environment::Development)
    });
    named.map(|environment| environment.as_str().to_owned()).collect()
}

/// The authors who brought a key into different files of one repository.
fn authors(in_use: &[&KeyPlace<'_>], families: &Families<'_>) -> BTreeSet<String> {
    let mut found: BTreeMap<usize, BTreeMap<&str, &str>> = BTreeMap::new();
    for place in in_use.iter().filter(|place| is_in_tree(place.occurrence.exposure)) {
        if let (Some(repository), Some(author)) = (place.origin.repository, &place.occurrence.author) {
            let paths = found.entry(families.family(repository)).or_default();
            paths.entry(&place.occurrence.path.text).or_insert(author);
        }
    }
    let human = |author: &&str| !is_program(author);
    let named = found.into_values().map(|paths| people(paths.into_values().filter(human)));
    named.filter(|authors: &BTreeSet<String>| authors.len() > 1).flatten().collect()
}

/// Whether an author is a program that commits what people wrote, or an account that many use.
fn is_program(author: &str) -> bool {
    const PROGRAMS: [&str; 8] =
        ["copilot", "dependabot", "github", "github actions", "github-actions", "gitlab", "jenkins", "root"];
    let name = author.to_lowercase();
    PROGRAMS.contains(&name.as_str())
        || name.ends_with("[bot]")
        || name.rsplit_once([' ', '-', '_']).is_some_and(|(_, last)| last == "bot")
}

/// The folder of a place's work tree, as the roots were given, where that can be told.
fn top_of(place: &KeyPlace<'_>) -> Option<String> {
    let work_tree = place.origin.work_tree.as_deref().unwrap_or_default();
    Some(match root_of_place(place)? {
        root if work_tree.is_empty() => if root.is_empty() { "." } else { root }.to_owned(),
        "" => work_tree.to_owned(),
        root => format!("{}/{work_tree}", root.trim_end_matches('/')),
    })
}

/// The root of a place, as it was given; empty for the working directory.
pub(super) fn root_of_place<'a>(place: &KeyPlace<'a>) -> Option<&'a str> {
    let root = place.origin.shown.strip_suffix(place.origin.path.text.as_str())?;
    match root {
        "" | "/" => Some(root),
        root => root.strip_suffix('/'),
    }
}

/// `3 repositories: a, b, c`.
fn listed(noun: &str, names: &BTreeSet<String>) -> String {
    let shown: Vec<&str> = names.iter().take(MOST_NAMES).map(String::as_str).collect();
    let more = names.len() - shown.len();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{} {noun}: {}{more}", names.len(), shown.join(", "))
}
