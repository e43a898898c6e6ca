//! A finer prefilter, for the history of a repository: of a file that was changed a thousand times, a thousand versions
//! pass the coarse one for a word that none of them means.
//!
//! It looks at what stands around each literal and lets through what may be a key, or the address of somebody who
//! resells, forwards or is unknown. Addresses of vendors and names without a value are no reason to read a version again.

use std::ops::Range;

use crate::rules::schema::CatalogueKind;

use super::bytes::{is_key_byte, run_after, run_before};
use super::prefilter::{Literal, Prefilter};
use super::worth::{self, Address};
use super::{Deep, Detector, own};

/// How far behind a word that names a vendor, and how far around its host, a key without a prefix may stand, in bytes.
const NEAR: usize = 4096;

/// The shortest key without a prefix, in bytes, and the fewest digits in it.
const SHORTEST: usize = 20;
const DIGITS: usize = 2;

impl Detector<'_> {
    /// Whether a whole blob may hold a key, or an endpoint in use that is no mere fact. Stricter than [`Self::passes`],
    /// and meant for what nobody will look at for its name.
    #[must_use]
    pub fn may_hold(&self, bytes: &[u8]) -> bool {
        let mut sieve = Sieve { detector: self, bytes, word: false, address: false, clear: 0..0 };
        let literals = self.sieve.get_or_init(|| Prefilter::for_versions(self.rules));
        literals.any(bytes, |at, literal| sieve.lets_through(at, literal))
    }
}

/// What was seen of a blob.
struct Sieve<'a, 'r> {
    detector: &'a Detector<'r>,
    bytes: &'a [u8],
    /// A word that names a vendor.
    word: bool,
    /// An address behind a neutral name.
    address: bool,
    /// Where no token is that may be a key.
    clear: Range<usize>,
}

impl Sieve<'_, '_> {
    fn lets_through(&mut self, at: usize, literal: Literal) -> bool {
        let (rules, bytes) = (self.detector.rules, self.bytes);
        match literal {
            Literal::Marker | Literal::Infix | Literal::OwnName => return true,
            Literal::OwnPrefix(length) => return own::begins_key(bytes, at, length),
            Literal::Prefix => return worth::begins_key(bytes, at),
            Literal::Encoded(lead) => match worth::encoded(rules, bytes, at, lead) {
                Address::Telling => return true,
                Address::Neutral => self.address = true,
                Address::Nothing => {}
            },
            Literal::Slashes(form) => {
                let host = worth::host_behind(bytes, at, form);
                if self.is_telling(at, &host) {
                    return true;
                }
                let known = self.detector.rules.host(&folded(&host)[..host.len()]);
                if known.is_none_or(|known| known.entry.kind == CatalogueKind::PlatformProxy) {
                    let start = at - run_before(bytes, at, 8, |byte| byte.is_ascii_alphanumeric());
                    match worth::name_in_front(bytes, start) {
                        Address::Telling => return true,
                        Address::Neutral => self.address = true,
                        Address::Nothing => {}
                    }
                }
            }
            Literal::ImageLead | Literal::HostLead(_) | Literal::CallPath => {}
            Literal::Word => {
                self.word = true;
                if self.has_token(at, at + NEAR) {
                    return true;
                }
            }
        }
        self.word && self.address
    }

    /// Whether a host at `at` is somebody's who resells or forwards, or one that keys without a prefix are made for and that
    /// may have one near.
    fn is_telling(&mut self, at: usize, host: &[u8]) -> bool {
        let folded = folded(host);
        let host = &folded[..host.len()];
        let Detector { rules, deep, .. } = self.detector;
        match rules.host(host) {
            Some(known) => {
                let deep = deep.get_or_init(|| Deep::new(rules));
                matches!(known.entry.kind, CatalogueKind::Relay | CatalogueKind::Gateway)
                    || (deep.bare_issuers.contains(known.entry.id.as_ref())
                        && self.has_token(at.saturating_sub(NEAR), at + NEAR))
            }
            None => rules.relay_domain(host).is_some(),
        }
    }

    /// Whether a token that may be a key without a prefix begins between two places.
    fn has_token(&mut self, start: usize, end: usize) -> bool {
        let end = end.min(self.bytes.len());
        // Words and hosts stand close together: what was looked at for one is known for the next.
        let mut next = start;
        if self.clear.contains(&start) {
            next = self.clear.end;
        } else {
            self.clear.start = start;
        }
        while next < end {
            let length = run_after(self.bytes, next, NEAR, is_key_byte);
            if length >= SHORTEST {
                let digits = self.bytes[next..next + length].iter().filter(|byte| byte.is_ascii_digit()).count();
                if digits >= DIGITS {
                    return true;
                }
            }
            next += length + 1;
        }
        self.clear.end = next.max(self.clear.start);
        false
    }
}

/// A host in lower case.
fn folded(host: &[u8]) -> [u8; 254] {
    let mut folded = [0; 254];
    folded[..host.len()].copy_from_slice(host);
    folded.make_ascii_lowercase();
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rules;

    #[test]
    fn a_version_is_read_again_for_a_key_or_a_strangers_address_alone() {
        let rules = Rules::builtin();
        let detector = Detector::new(&rules);
        let hex = "0123456789abcdef".repeat(2);
        let (stranger, relay) = ("llm.unseen.dev", ["api.chatanywhere", "tech"].join("."));
        for text in [
            format!("AZURE_OPENAI_API_KEY={hex}"),
            format!("key: {hex}\nendpoint: https://team.openai.azure.com"),
            format!("OPENAI_BASE_URL=https://{stranger}/v1"),
            format!("url = https://{relay}"),
            format!("from openai import OpenAI\nbase_url = 'https://{stranger}'"),
        ] {
            assert!(detector.may_hold(text.as_bytes()), "{text}");
        }
        for text in [
            "client = OpenAI(api_key=os.environ[\"OPENAI_API_KEY\"], base_url=\"https://api.openai.com/v1\")",
            "OPENAI_API_KEY=${OPENAI_API_KEY}\n# https://github.com/openai/openai-python",
            "see https://learn.microsoft.com/azure and https://team.openai.azure.com",
        ] {
            assert!(detector.passes(text.as_bytes()) && !detector.may_hold(text.as_bytes()), "{text}");
        }
    }
}
