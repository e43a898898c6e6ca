//! Inline comments where the scanned tree is a stranger's: one counts if the trusted commit has the same lines at the
//! same path, and not because somebody has just written it.

use std::collections::{BTreeMap, BTreeSet};

use crate::detect::allowed_lines;
use crate::model::{
    AllowScope, BlobMatches, BlobPath, LineDigest, Matches, NoEffect, Origin, Place, RuleId, SetAside, SetAsideKind,
    SkipReason, Skipped,
};
use crate::source::{Located, Trust, Trusted};

/// What became of inline comments.
#[derive(Debug, Default)]
pub(super) struct Judged {
    /// Files with comments that do not count.
    pub(super) set_aside: Vec<SetAside>,
    /// Files of which nobody can tell, because the repository does not have the trusted commit's.
    pub(super) skipped: Vec<Skipped>,
}

/// Takes the effect from the inline comments that do not stand in what is trusted.
pub(super) fn judge(blobs: &mut [BlobMatches], trust: &Trust, repositories: &[Located]) -> Judged {
    let mut judged = Judged::default();
    let trusted = match trust {
        Trust::Tree => return judged,
        Trust::Commit(trusted) => Some(trusted),
        Trust::Nobody => None,
    };
    // Blobs come sorted by path, and versions of a file have the same one.
    let mut last: Option<(usize, BlobPath, BTreeSet<LineDigest>)> = None;
    let mut counts: BTreeMap<(usize, BlobPath), SetAside> = BTreeMap::new();
    for BlobMatches { origin, matches } in blobs {
        if !places(matches).any(counts_here) {
            continue;
        }
        let lines = match (trusted, origin.repository) {
            (Some(trusted), Some(at)) if at < repositories.len() => {
                if last.as_ref().is_none_or(|(known, path, _)| *known != at || *path != origin.path) {
                    let lines = lines_of(trusted, &repositories[at], &origin.path).unwrap_or_else(|reason| {
                        let (path, shown) = (origin.path.clone(), origin.shown.clone());
                        judged.skipped.push(Skipped { root: origin.root, path, shown, reason });
                        BTreeSet::new()
                    });
                    last = Some((at, origin.path.clone(), lines));
                }
                last.as_ref().map(|(_, _, lines)| lines)
            }
            _ => None,
        };
        let stands = |digest: LineDigest| lines.is_some_and(|lines| lines.contains(&digest));
        let count = withdraw(matches, &stands);
        if count > 0 {
            let set_aside = counts.entry((origin.root, origin.path.clone())).or_insert_with(|| SetAside {
                root: origin.root,
                path: origin.path.clone(),
                shown: origin.shown.clone(),
                kind: SetAsideKind::InlineAllow,
                count: 0,
            });
            set_aside.count += count;
        }
    }
    judged.set_aside = counts.into_values().collect();
    judged
}

/// Lists the files that begin like a report of keyscan: anybody can write such a beginning.
pub(super) fn report_heads(files: Vec<Origin>) -> Vec<SetAside> {
    let mut heads: Vec<SetAside> = files
        .into_iter()
        .map(|Origin { root, path, shown, .. }| SetAside {
            root,
            path,
            shown,
            kind: SetAsideKind::ReportHead,
            count: 1,
        })
        .collect();
    // Versions of a file are one.
    heads.sort();
    heads.dedup();
    heads
}

/// The lines that the trusted commit allows in the file at a path.
fn lines_of(trusted: &Trusted, repository: &Located, path: &BlobPath) -> Result<BTreeSet<LineDigest>, SkipReason> {
    Ok(trusted.blob(repository, path)?.map(|bytes| allowed_lines(&bytes)).unwrap_or_default())
}

/// Takes the effect from comments that do not stand in what is trusted; says on how many lines.
fn withdraw(matches: &mut Matches, stands: &dyn Fn(LineDigest) -> bool) -> u64 {
    let mut lines = BTreeSet::new();
    for place in places_mut(matches).filter(|place| counts_here(place)) {
        let Some(allow) = &mut place.allow else { continue };
        if allow.lines.is_some_and(stands) {
            // Whoever let a key pass has not seen to whom another line sends it now.
            if allow.scope == AllowScope::All {
                let rules = RuleId::ALL.iter().copied().filter(|rule| !rule.is_about_receiver());
                allow.scope = AllowScope::Rules(rules.collect());
            }
        } else {
            allow.scope = AllowScope::Nothing(NoEffect::NotTrusted);
            lines.insert(place.position.line);
        }
    }
    lines.len() as u64
}

/// Whether a comment lets something pass at a place.
fn counts_here(place: &Place) -> bool {
    place.allow.as_ref().is_some_and(|allow| !matches!(allow.scope, AllowScope::Nothing(_)))
}

fn places(matches: &Matches) -> impl Iterator<Item = &Place> {
    let keys = matches.keys.iter().map(|key| &key.place);
    let endpoints = matches.endpoints.iter().map(|endpoint| &endpoint.place);
    let servers = matches.servers.iter().map(|server| &server.place);
    let masked = matches.masked.iter().map(|masked| &masked.place);
    keys.chain(endpoints).chain(servers).chain(masked)
}

fn places_mut(matches: &mut Matches) -> impl Iterator<Item = &mut Place> {
    let keys = matches.keys.iter_mut().map(|key| &mut key.place);
    let endpoints = matches.endpoints.iter_mut().map(|endpoint| &mut endpoint.place);
    let servers = matches.servers.iter_mut().map(|server| &mut server.place);
    let masked = matches.masked.iter_mut().map(|masked| &mut masked.place);
    keys.chain(endpoints).chain(servers).chain(masked)
}
