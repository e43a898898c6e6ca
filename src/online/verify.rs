//! Whether keys work: each distinct key is sent once, to its own issuer.

use std::collections::BTreeMap;

use tokio::task::JoinSet;

use crate::model::{Fingerprint, OnlineReason, Verification};
use crate::rules::schema::{Answer, Check};

use super::client::{Client, Request};
use super::hosts::host_of;
use super::{Candidate, interpret};

/// The longest body of an answer that is read.
const MOST_BODY: usize = 64 * 1024;
/// The most keys that a run asks about.
const MOST_KEYS: usize = 1000;

/// The keys that are asked about, each with its request's place in the rules, in the order of their fingerprints.
pub(super) fn plan<'a>(candidates: &'a [Candidate<'a>], checks: &'a [Check]) -> Vec<(&'a Candidate<'a>, &'a Check)> {
    let mut planned: BTreeMap<&Fingerprint, (&Candidate<'_>, &Check)> = BTreeMap::new();
    for candidate in candidates {
        let fits = |check: &&Check| {
            check.issuer == candidate.issuer && check.formats.iter().any(|format| format == candidate.format)
        };
        if let Some(check) = checks.iter().find(fits) {
            planned.entry(&candidate.fingerprint).or_insert((candidate, check));
        }
    }
    planned.into_values().collect()
}

/// What is sent where, in a sentence for each host.
pub(super) fn announcements(planned: &[(&Candidate<'_>, &Check)]) -> Vec<String> {
    let mut hosts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, check) in planned.iter().take(MOST_KEYS) {
        *hosts.entry(host_of(&check.url)).or_default() += 1;
    }
    let line = |(host, count): (&str, usize)| match count {
        1 => format!("1 key will be sent to {host} over TLS to ask whether it works"),
        count => format!("{count} keys will be sent to {host} over TLS to ask whether they work"),
    };
    hosts.into_iter().map(line).collect()
}

/// Asks, of each key once.
pub(super) async fn ask(
    client: &Client,
    planned: &[(&Candidate<'_>, &Check)],
    answers: &[Answer],
) -> Vec<(Fingerprint, Verification)> {
    let mut asking = JoinSet::new();
    let mut results: Vec<(Fingerprint, Verification)> = planned
        .iter()
        .map(|(candidate, _)| (candidate.fingerprint.clone(), Verification::unknown(OnlineReason::Limit)))
        .collect();
    for (number, (candidate, check)) in planned.iter().enumerate().take(MOST_KEYS) {
        let request = Request::new(check.url.to_string(), check.header, candidate.secret, MOST_BODY);
        let request = request.and_then(|request| {
            check.headers.iter().try_fold(request, |request, [name, value]| request.with(name, value))
        });
        // No header holds such a value, so it is none that the issuer has made.
        let Some(request) = request else { continue };
        let client = client.clone();
        asking.spawn(async move { (number, client.get(&request).await) });
    }
    while let Some(done) = asking.join_next().await {
        let Ok((number, answer)) = done else { continue };
        let table = &planned[number].1.answers;
        let rows: Vec<&Answer> = answers.iter().filter(|row| row.of == *table).collect();
        results[number].1 = match answer {
            Ok(answer) => interpret::verdict(&answer, &rows),
            Err(reason) => Verification::unknown(reason),
        };
    }
    results
}
