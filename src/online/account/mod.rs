//! The own account, listed with the team's own admin key: its projects and keys, and whether spending has a limit.
//!
//! No found key is sent. The vendor lists each key with its middle masked; `ends` compares what is shown with the found keys, here.

mod ends;
mod facts;
mod limits;
mod pages;

use std::collections::BTreeSet;

use tokio::task::JoinSet;

use crate::model::{AccountFacts, Fingerprint, Holding, Listing, OnlineReason, OwnKeyFacts, ProjectFacts};
use crate::rules::schema::checks::KeyHeader;

use super::client::{Client, Request};
use super::{AdminKey, Candidate};
use ends::Shown;
use pages::Listed;

/// The vendor whose accounts can be listed.
const ISSUER: &str = "openai";
/// Where its listings are.
const BASE: &str = "https://api.openai.com/v1/organization";
/// The longest page that is read: a hundred entries with long names.
const MOST_PAGE: usize = 4 * 1024 * 1024;

/// Everything that the account lists.
pub(super) struct Account {
    keys: Vec<Own>,
    projects: u64,
    listing: Listing,
    unlimited: Vec<ProjectFacts>,
}

/// A key of the account.
struct Own {
    /// Its id, where the account tells.
    id: Option<String>,
    shown: Shown,
    facts: OwnKeyFacts,
}

/// A project of the account.
#[derive(Clone)]
struct Project {
    facts: ProjectFacts,
    archived: bool,
}

/// What is sent where.
pub(super) fn announcements() -> impl Iterator<Item = String> {
    let line = "the admin key will be sent to api.openai.com over TLS to list the projects and keys of the own account; no \
                found key is sent for that";
    std::iter::once(line.to_owned())
}

impl Account {
    /// What reports say of it.
    pub(super) fn facts(self) -> AccountFacts {
        let Self { keys, projects, listing, unlimited } = self;
        AccountFacts { listing, projects, keys: keys.len() as u64, unlimited }
    }

    /// Takes note of what could not be listed. The first reason stays.
    fn misses(&mut self, reason: OnlineReason) {
        if self.listing == Listing::Complete {
            self.listing = Listing::Partial(reason);
        }
    }
}

/// Asks with the admin key.
struct Asker<'a> {
    client: &'a Client,
    admin: &'a AdminKey,
}

impl Asker<'_> {
    /// A request for a page, or for a single entry.
    fn request(&self, path: &str) -> Result<Request, OnlineReason> {
        let request = Request::new(format!("{BASE}{path}"), KeyHeader::Bearer, self.admin.secret(), MOST_PAGE);
        request.map(Request::patient).ok_or(OnlineReason::Refused)
    }
}

/// Lists the account: projects with their keys, archived ones included, and the keys of the organization.
pub(super) async fn list(client: &Client, admin: &AdminKey, redact: &dyn Fn(&str) -> String) -> Account {
    let asker = Asker { client, admin };
    let mut account = Account { keys: Vec::new(), projects: 0, listing: Listing::Complete, unlimited: Vec::new() };
    let Listed { entries, missing } = pages::all(&asker, "/projects?include_archived=true").await;
    if let Some(reason) = missing {
        if entries.is_empty() {
            account.listing = Listing::Failed(reason);
            return account;
        }
        account.misses(reason);
    }
    let mut projects: Vec<Project> = Vec::with_capacity(entries.len());
    for entry in &entries {
        match facts::project(entry, redact) {
            Some(project) => projects.push(project),
            None => account.misses(OnlineReason::NotTheApi),
        }
    }
    account.projects = projects.len() as u64;
    if projects.is_empty() {
        // Every account has one: whoever sees none may not see keys either.
        account.misses(OnlineReason::Unexpected);
    }
    let Listed { entries, missing } = pages::all(&asker, "/admin_api_keys?order=asc").await;
    account.keys.extend(entries.iter().filter_map(|entry| facts::key(entry, None, redact)));
    if let Some(reason) = missing {
        account.misses(reason);
    }
    for (project, Listed { entries, missing }) in of_projects(&asker, &projects).await {
        let keys = entries.iter().map(|entry| facts::key(entry, Some(&projects[project]), redact));
        for key in keys {
            match key {
                Some(key) => account.keys.push(key),
                None => account.misses(OnlineReason::NotTheApi),
            }
        }
        if let Some(reason) = missing {
            account.misses(reason);
        }
    }
    // A page that comes twice, or a key that is listed with two projects, is one key.
    let mut seen = BTreeSet::new();
    account.keys.retain(|own| own.id.as_ref().is_none_or(|id| seen.insert(id.clone())));
    account.unlimited = limits::without(&asker, &projects).await;
    account
}

/// The keys of each project, in the order of the projects. `any` lists those of owners without access, too.
async fn of_projects(asker: &Asker<'_>, projects: &[Project]) -> Vec<(usize, Listed)> {
    let mut asking = JoinSet::new();
    for (number, project) in projects.iter().enumerate() {
        let (client, admin, id) = (asker.client.clone(), asker.admin.clone(), project.facts.id.clone());
        asking.spawn(async move {
            let asker = Asker { client: &client, admin: &admin };
            (number, pages::all(&asker, &format!("/projects/{id}/api_keys?owner_project_access=any")).await)
        });
    }
    let mut all = asking.join_all().await;
    all.sort_by_key(|(number, _)| *number);
    all
}

/// Whether the account holds each of the found keys that are of its vendor.
pub(super) fn holdings(candidates: &[Candidate<'_>], account: &Account) -> Vec<(Fingerprint, Holding)> {
    if let Listing::Failed(_) = account.listing {
        return Vec::new();
    }
    let found: Vec<&Candidate<'_>> = candidates.iter().filter(|candidate| candidate.issuer == ISSUER).collect();
    let fits = |own: &Own, candidate: &Candidate<'_>| own.shown.fits(candidate.secret.expose(), candidate.format);
    let complete = account.listing == Listing::Complete;
    let holding = |candidate: &Candidate<'_>| {
        let listed: Vec<&Own> = account.keys.iter().filter(|own| fits(own, candidate)).collect();
        match listed.as_slice() {
            // What is shown is its own, and its owner is not of the kind that its prefix says: nobody can tell.
            [] if account.keys.iter().any(|own| own.shown.ends(candidate.secret.expose())) => Holding::PossiblyOurs,
            [] => Holding::NotInAccount,
            // Two found keys with the ends of one: either may be it.
            [own] if own.shown.tells(complete) && found.iter().filter(|other| fits(own, other)).count() == 1 => {
                Holding::Ours(Box::new(own.facts.clone()))
            }
            _ => Holding::PossiblyOurs,
        }
    };
    found.iter().map(|candidate| (candidate.fingerprint.clone(), holding(candidate))).collect()
}
