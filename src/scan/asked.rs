//! Which keys may be asked about: proven by their structure, whole and in their usual form, and no example that everybody has.

use std::collections::BTreeMap;

use crate::assess::Fingerprinter;
use crate::model::{BlobMatches, Confidence, KeyMatch, Proof, Secret, SignalId};
use crate::online::Candidate;

/// The distinct keys that may be asked about. What is wrong with one at a place is wrong with it everywhere.
pub(super) fn candidates<'a>(blobs: &'a [BlobMatches], fingerprinter: &Fingerprinter) -> Vec<Candidate<'a>> {
    let mut keys: BTreeMap<&Secret, Option<&KeyMatch>> = BTreeMap::new();
    for key in blobs.iter().flat_map(|blob| &blob.matches.keys) {
        let seen = keys.entry(&key.secret).or_insert(Some(key));
        if !is_sound(key) {
            *seen = None;
        }
    }
    let candidate = |(secret, key): (&'a Secret, Option<&'a KeyMatch>)| {
        let key = key?;
        let fingerprint = fingerprinter.fingerprint(secret, key.weak)?;
        Some(Candidate { fingerprint, secret, format: &key.format, issuer: key.issuer.as_deref()? })
    };
    keys.into_iter().filter_map(candidate).collect()
}

fn is_sound(key: &KeyMatch) -> bool {
    let spoilt = [SignalId::PublishedExample, SignalId::Damaged];
    let whole = !key.signals.iter().any(|signal| spoilt.contains(&signal.id));
    key.proof == Proof::Structure && !key.weak && whole && key.confidence >= Confidence::Medium
}
