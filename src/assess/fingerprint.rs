//! The hashes that stand in for values: a key's fingerprint, and the id of a finding.
//!
//! Both are part of the report's contract. A plain fingerprint is the same on every machine, so that two repositories
//! can be compared without showing a key. *Why weak values get none*: whoever has the hash of a short or guessable value
//! can try all candidates; under a secret HMAC key they cannot, so there they get one.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::model::{Fingerprint, Secret};

/// Stands in front of a key's bytes, so that the hash is of no use for anything but keyscan's fingerprints.
const KEY_DOMAIN: &[u8] = b"keyscan/key/v1\0";
/// What is hashed to tell two fingerprint keys apart.
const CHECK_TEXT: &[u8] = b"keyscan/check/v1";
/// Stands in front of a finding's subject.
const FINDING_DOMAIN: &[u8] = b"keyscan/finding/v1\0";
/// Shortest secret taken for HMAC: the length of the hash.
const MIN_KEY: usize = 32;

/// A fingerprint key that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FingerprintKeyError {
    /// It has fewer than 32 bytes.
    #[error("a fingerprint key needs at least 32 bytes, this one has {length}")]
    TooShort {
        /// How many bytes it has.
        length: usize,
    },
}

/// Turns keys into fingerprints, by one scheme for the whole run.
#[derive(Clone)]
pub struct Fingerprinter {
    mac: Option<Hmac<Sha256>>,
}

impl Fingerprinter {
    /// SHA-256, the same on every machine.
    #[must_use]
    pub const fn plain() -> Self {
        Self { mac: None }
    }

    /// HMAC-SHA-256 under a secret, every byte of which counts.
    ///
    /// # Errors
    /// If the secret has fewer than 32 bytes.
    pub fn keyed(secret: &[u8]) -> Result<Self, FingerprintKeyError> {
        if secret.len() < MIN_KEY {
            return Err(FingerprintKeyError::TooShort { length: secret.len() });
        }
        let mac = Hmac::new_from_slice(secret).expect("HMAC takes a key of any length");
        Ok(Self { mac: Some(mac) })
    }

    /// The scheme's name in reports: `sha256` or `hmac-sha256`.
    #[must_use]
    pub const fn scheme(&self) -> &'static str {
        if self.mac.is_some() { "hmac-sha256" } else { "sha256" }
    }

    /// With a fingerprint key: 16 hex digits by which two reports tell whether they used the same one.
    #[must_use]
    pub fn check(&self) -> Option<String> {
        let mac = self.mac.clone()?.chain_update(CHECK_TEXT);
        Some(hex(&mac.finalize().into_bytes()[..8]))
    }

    /// A key's fingerprint; none for a weak value under the plain scheme.
    #[must_use]
    pub fn fingerprint(&self, secret: &Secret, weak: bool) -> Option<Fingerprint> {
        let digest = match &self.mac {
            Some(mac) => mac.clone().chain_update(KEY_DOMAIN).chain_update(secret.expose()).finalize().into_bytes(),
            None if weak => return None,
            None => Sha256::new().chain_update(KEY_DOMAIN).chain_update(secret.expose()).finalize(),
        };
        Some(Fingerprint::from_hex(hex(&digest)))
    }
}

impl fmt::Debug for Fingerprinter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Fingerprinter").field("scheme", &self.scheme()).finish_non_exhaustive()
    }
}

/// What a finding's id is made of, besides the kind of its subject.
#[derive(Clone, Copy, Debug)]
pub(super) enum SubjectId<'a> {
    /// A key with a fingerprint.
    Key(&'a Fingerprint),
    /// A key without one: where it stands, the setting it is assigned to, and the how many-th such key it is, from 1.
    WeakKey { path: &'a str, setting: &'a str, ordinal: u64 },
    /// An endpoint: its host, with port if not the scheme's own.
    Endpoint(&'a str),
    /// A setting that holds several keys.
    Setting { path: &'a str, setting: &'a str },
    /// A place that passes traffic on: where it stands, and the upstream's host.
    Server { path: &'a str, upstream: &'a str },
    /// A project of the own account: its id.
    Account(&'a str),
}

/// A finding's id: 16 hex digits that depend on its subject alone, so that they survive a change of rule or place.
pub(super) fn finding_id(subject: SubjectId<'_>) -> String {
    let hash = Sha256::new().chain_update(FINDING_DOMAIN);
    let hash = match subject {
        SubjectId::Key(fingerprint) => hash.chain_update(b"key\0").chain_update(fingerprint.as_str()),
        SubjectId::WeakKey { path, setting, ordinal } => {
            let hash = hash.chain_update(b"key\0").chain_update(path).chain_update(b"\0").chain_update(setting);
            if ordinal == 1 { hash } else { hash.chain_update(format!("\0{ordinal}")) }
        }
        SubjectId::Endpoint(host) => hash.chain_update(b"endpoint\0").chain_update(host),
        SubjectId::Setting { path, setting } => {
            hash.chain_update(b"setting\0").chain_update(path).chain_update(b"\0").chain_update(setting)
        }
        SubjectId::Account(project) => hash.chain_update(b"account\0").chain_update(project),
        SubjectId::Server { path, upstream } => {
            hash.chain_update(b"service\0").chain_update(path).chain_update(b"\0").chain_update(upstream)
        }
    };
    hex(&hash.finalize()[..8])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
