//! Keys: candidates from the prefilter's hits, judged by shape, randomness and what stands around them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::model::{Confidence, DropReason, Proof, SignalId};
use crate::rules::Rules;
use crate::rules::schema::{Anchor, Issuer, Judge, KeyFormat, Needs, Proves, SettingRole};

use super::bytes::{begins_data, is_key_byte, starts_token};
use super::format::{Format, Token, Unquoted, shown_prefix};
use super::host::certainty;
use super::judge::{self, Words};
use super::layout::Layout;
use super::marker::{self, MARKER};
use super::names::Named;
use super::reference::{is_masked, is_reference};
use super::scope::{Evidence, NEAR};
use super::setting::{About, NameFacts, Vocabulary};

/// Id of the format of a marker around which no key can be parsed.
pub(super) const FRAGMENT: &str = "openai-fragment";

/// How near, in bytes, an endpoint has to stand to say whose key it is.
pub(super) const ENDPOINT_NEAR: usize = 1500;

/// Shorter bodies are hashed by nobody: they can be guessed.
const SHORTEST_HASHED: usize = 16;

/// A key, before it becomes a match.
pub(super) struct Key<'r> {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Length of the family prefix that is always shown.
    pub(super) prefix: usize,
    /// Id of the format.
    pub(super) format: &'r str,
    pub(super) issuer: Option<&'r str>,
    pub(super) proof: Proof,
    pub(super) confidence: Confidence,
    pub(super) setting: Option<String>,
    pub(super) weak: bool,
    /// What it was found by, surest first: where two readings overlap, the surer one stands.
    pub(super) found_by: FoundBy,
    pub(super) signals: Vec<(SignalId, String)>,
}

/// What a key was found by, surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FoundBy {
    /// The marker, with a key around it.
    Marker,
    /// A prefix.
    Prefix,
    /// The name of its setting.
    Setting,
    /// The marker, with no key around it.
    Fragment,
}

/// Everything that a candidate is judged by.
pub(super) struct Judging<'c, 'r> {
    pub(super) rules: &'r Rules,
    pub(super) vocabulary: &'c Vocabulary<'r>,
    pub(super) words: &'c Words,
    pub(super) bytes: &'c [u8],
    /// Whether it is a program or a data file, in which nothing parts strings.
    pub(super) binary: bool,
    /// What the structure says.
    pub(super) layout: &'c Layout<'c>,
    /// Where LLM settings and endpoints stand.
    pub(super) llm: &'c Evidence,
    /// Names of LLM settings and clients, in the order of the bytes.
    pub(super) named: &'c [Named],
    /// Offsets and catalogue ids of the endpoints in the blob.
    pub(super) endpoints: &'c [(usize, &'r str)],
}

impl<'r> Judging<'_, 'r> {
    /// The key around the marker at `at`.
    pub(super) fn around_marker(&self, at: usize, families: &[&'r KeyFormat]) -> Result<Key<'r>, DropReason> {
        let found = marker::read(self.bytes, at, families)?;
        let value = &self.bytes[found.start..found.end];
        if is_masked(value, true) {
            return Err(DropReason::Masked);
        }
        if self.is_placeholder(value) {
            return Err(DropReason::Placeholder);
        }
        let mut signals = Vec::new();
        if found.damaged {
            signals.push((SignalId::Damaged, "the halves around the marker differ".to_owned()));
        }
        if found.format.is_some_and(|format| format.admin) {
            signals.push((SignalId::AdminKey, "manages an organisation".to_owned()));
        }
        let issuer = found.format.and_then(|format| format.issuer.as_deref());
        Ok(Key {
            start: found.start,
            end: found.end,
            prefix: found.prefix,
            format: found.format.map_or(FRAGMENT, |format| format.id.as_ref()),
            issuer,
            proof: if issuer.is_some() { Proof::Structure } else { Proof::None },
            confidence: found.confidence,
            setting: None,
            weak: false,
            found_by: if found.format.is_some() { FoundBy::Marker } else { FoundBy::Fragment },
            signals,
        })
    }

    /// The key whose prefix stands at `at`; formats are tried in order.
    pub(super) fn at_prefix(&self, at: usize, formats: &[Format<'r>]) -> Result<Key<'r>, DropReason> {
        let mut furthest = DropReason::Shape;
        // Those of one prefix together, the longest first.
        let families = formats.chunk_by(|one, other| one.entry.prefix == other.entry.prefix);
        let fitting = families.filter(|family| self.bytes[at..].starts_with(family[0].entry.prefix.as_bytes()));
        let ways: &[Unquoted] = match self.binary {
            true => &Unquoted::ALL,
            false if begins_data(self.bytes, at) => &[Unquoted::Measured, Unquoted::Any],
            false => &[Unquoted::Any],
        };
        let readings =
            fitting.flat_map(|family| ways.iter().flat_map(move |&how| family.iter().map(move |format| (format, how))));
        for (format, how) in readings {
            let Some(token) = format.read_unquoted(self.bytes, at, how) else { continue };
            let name = self.layout.name_at(self.vocabulary, token.start);
            let facts = name.as_deref().map(|name| self.layout.facts_at(self.vocabulary, token.start, name));
            if !self.has_context(format.entry, token.start, facts.as_ref()) {
                furthest = DropReason::NeedsContext;
                continue;
            }
            // A token of this shape that is made up is no key of another shape either.
            return self.judged(format.entry, &token, name, facts.as_ref());
        }
        if furthest == DropReason::Shape && !starts_token(self.bytes, at) {
            Err(DropReason::PartOfWord)
        } else {
            Err(furthest)
        }
    }

    /// The key that a setting holds without any prefix.
    pub(super) fn of_setting(&self, named: &Named, formats: &[Format<'r>]) -> Option<Key<'r>> {
        let range = named.value.clone()?;
        let value = &self.bytes[range.clone()];
        if describes_key(&named.facts) {
            return None;
        }
        let holds_keys = matches!(named.facts.role, Some(SettingRole::Key | SettingRole::Both));
        let mut fitting = formats
            .iter()
            .filter(|format| format.fits(value) && (holds_keys || names_format(format.entry, &named.facts)))
            .peekable();
        fitting.peek()?;
        let facts = self.layout.facts_at(self.vocabulary, range.start, &named.text);
        let format = fitting.find(|format| self.has_context(format.entry, range.start, Some(&facts)))?;
        let token = Token { start: range.start, end: range.end };
        self.judged(format.entry, &token, Some(named.text.clone()), Some(&facts)).ok()
    }

    pub(super) fn judged(
        &self,
        format: &'r KeyFormat,
        token: &Token,
        name: Option<String>,
        facts: Option<&NameFacts>,
    ) -> Result<Key<'r>, DropReason> {
        let value = &self.bytes[token.start..token.end];
        let prefix = shown_prefix(format);
        let body = value.get(prefix..).ok_or(DropReason::Shape)?;
        let marked = memchr::memmem::find(value, MARKER).is_some();
        if is_masked(value, marked) {
            return Err(DropReason::Masked);
        }
        if is_reference(value) {
            return Err(DropReason::Reference);
        }
        if self.is_placeholder(value) {
            return Err(DropReason::Placeholder);
        }
        if !self.is_random(format, body) {
            return Err(DropReason::NotRandom);
        }
        let mut signals = Vec::new();
        let (issuer, proof) = self.issuer(format, facts, &mut signals);
        let typical = format.typical.is_empty() || format.typical.contains(&body.len());
        let confidence = match certainty(format.confidence) {
            sure if typical => sure,
            Confidence::High => Confidence::Medium,
            _ => Confidence::Low,
        };
        if format.admin {
            signals.push((SignalId::AdminKey, "manages an account".to_owned()));
        }
        Ok(Key {
            start: token.start,
            end: token.end,
            prefix,
            format: &format.id,
            issuer,
            proof,
            confidence,
            setting: name,
            weak: body.len() < SHORTEST_HASHED,
            found_by: if format.anchor != Anchor::Prefix { FoundBy::Setting } else { FoundBy::Prefix },
            signals,
        })
    }

    /// Who issued a key of this format, and how that is known.
    fn issuer(
        &self,
        format: &'r KeyFormat,
        facts: Option<&NameFacts>,
        signals: &mut Vec<(SignalId, String)>,
    ) -> (Option<&'r str>, Proof) {
        let proven = format.issuer.as_deref();
        match format.proves {
            Proves::Issuer if format.anchor == Anchor::Setting => (proven, Proof::Setting),
            Proves::Issuer => (proven, Proof::Structure),
            Proves::Software => (proven, Proof::RelaySoftware),
            Proves::Relay => (proven, Proof::NamedRelay),
            Proves::Nothing => {
                let named = facts.and_then(|facts| {
                    let candidates = || format.candidates.iter().filter_map(|id| self.rules.issuer(id));
                    candidates().find(|issuer| issuer.words.iter().any(|word| facts.normalised.contains(word.as_ref())))
                });
                if let Some(named) = named {
                    let name = facts.map_or_else(String::new, |facts| facts.normalised.clone());
                    signals.push((
                        SignalId::IssuerFromSetting,
                        format!("{} by the name of the setting ({name})", named.name),
                    ));
                    return (Some(named.id.as_ref()), Proof::Setting);
                }
                let names: Vec<&str> = self.candidates(format).map(|issuer| issuer.name.as_ref()).collect();
                if !names.is_empty() {
                    signals.push((SignalId::PossibleIssuer, names.join(", ")));
                }
                (None, Proof::None)
            }
        }
    }

    pub(super) fn candidates(&self, format: &'r KeyFormat) -> impl Iterator<Item = &'r Issuer> {
        format.candidates.iter().chain(format.issuer.iter()).filter_map(|id| self.rules.issuer(id))
    }

    /// Whether enough stands around a candidate for what its format asks.
    pub(super) fn has_context(&self, format: &'r KeyFormat, at: usize, facts: Option<&NameFacts>) -> bool {
        let other = facts.is_some_and(|facts| facts.about == About::Other);
        let own = facts.is_some_and(|facts| {
            names_format(format, facts)
                || self
                    .candidates(format)
                    .any(|issuer| issuer.words.iter().any(|word| facts.normalised.contains(word.as_ref())))
        });
        let endpoint = !other
            && self.endpoints.iter().any(|(offset, id)| {
                offset.abs_diff(at) <= ENDPOINT_NEAR
                    && self.candidates(format).any(|issuer| issuer.endpoints.iter().any(|endpoint| endpoint == id))
            });
        match format.needs {
            Needs::Nothing => true,
            Needs::Context => {
                own || endpoint
                    || facts.is_some_and(|facts| facts.about == About::Llm)
                    || (!other && self.layout.lends(self.llm, at, NEAR))
            }
            Needs::Issuer => own || endpoint,
        }
    }

    fn is_random(&self, format: &KeyFormat, body: &[u8]) -> bool {
        match format.judge {
            Judge::Structure => true,
            Judge::Hex => {
                let digits: Vec<u8> = body.iter().copied().filter(u8::is_ascii_hexdigit).collect();
                judge::hex(&digits)
            }
            Judge::Marker => {
                let at = memchr::memmem::find(&body.to_ascii_lowercase(), &MARKER.to_ascii_lowercase());
                at.is_none_or(|at| judge::marker_half(&body[..at]) && judge::marker_half(&body[at + MARKER.len()..]))
            }
            // Some relays' keys are hexadecimal digits behind their prefix.
            Judge::Random if body.len() >= 32 && body.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) => {
                format.proves == Proves::Relay && judge::hex(body)
            }
            Judge::Random if body.len() < 20 => judge::short(body, self.words),
            Judge::Random => judge::random(body, self.words),
        }
    }

    pub(super) fn is_placeholder(&self, value: &[u8]) -> bool {
        str::from_utf8(value).is_ok_and(|value| self.rules.is_placeholder(&value.to_ascii_lowercase()))
    }
}

/// Keys in the order of the bytes; where two readings overlap, the surer and longer one.
pub(super) fn without_overlaps(mut keys: Vec<Key<'_>>) -> Vec<Key<'_>> {
    keys.sort_by(|a, b| {
        let rank = |key: &Key<'_>| (key.found_by, Reverse(key.confidence), Reverse(key.end - key.start), key.start);
        rank(a).cmp(&rank(b))
    });
    let mut taken = BTreeMap::<usize, usize>::new();
    keys.retain(|key| {
        let before = taken.range(..key.end).next_back();
        let free = before.is_none_or(|(_, &end)| end <= key.start);
        if free {
            taken.insert(key.start, key.end);
        }
        free
    });
    keys.sort_by_key(|key| key.start);
    keys
}

/// Whether a name is that of something about a key, and not of the key: `OPENAI_API_KEY_HASH`.
pub(super) fn describes_key(facts: &NameFacts) -> bool {
    const ENDS: [&str; 16] = [
        "id",
        "name",
        "hash",
        "md5",
        "sha",
        "sha1",
        "sha256",
        "fingerprint",
        "file",
        "path",
        "arn",
        "version",
        "vault",
        "prefix",
        "expiry",
        "digest",
    ];
    let name = facts.normalised.as_str();
    let tail = ENDS.iter().find_map(|end| name.strip_suffix(end));
    tail.is_some_and(|rest| ["key", "secret", "token", "lookup", "keyvault"].iter().any(|word| rest.ends_with(word)))
}

/// Whether a name holds one of the format's own words.
pub(super) fn names_format(format: &KeyFormat, facts: &NameFacts) -> bool {
    format.settings.iter().any(|word| facts.normalised.contains(word.as_ref()))
}

impl Judging<'_, '_> {
    /// Gives each key the name of its setting. The members of a pool share the name in front of the first.
    pub(super) fn name_keys(&self, keys: &mut [Key<'_>]) {
        let mut previous: Option<(usize, Option<String>)> = None;
        for key in keys {
            let pooled = previous.as_ref().is_some_and(|(end, _)| {
                let between = self.bytes.get(*end..key.start).unwrap_or_default();
                // A line break between two keys of a list may come with indentation, quotes and a dash.
                !between.is_empty()
                    && between.len() <= 40
                    && between.iter().all(|&byte| !is_key_byte(byte) && byte != b'=' && byte != b':' || byte == b'-')
            });
            if key.setting.is_none() {
                key.setting = match &previous {
                    Some((_, name)) if pooled && name.is_some() => name.clone(),
                    _ => self.layout.name_at(self.vocabulary, key.start),
                };
            }
            previous = Some((key.end, key.setting.clone()));
        }
    }
}
