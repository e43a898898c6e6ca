//! Keys that nothing but what stands around them tells: no prefix, no marker, often no telling name.

use std::ops::Range;

use crate::model::{Confidence, Proof};
use crate::rules::schema::{KeyFormat, SettingRole};

use super::bytes::{is_key_byte, run_after, run_before};
use super::format::{Format, Token};
use super::judge;
use super::keys::{ENDPOINT_NEAR, FoundBy, Judging, Key, describes_key, names_format};
use super::names::Named;
use super::reference::{is_masked, is_reference};
use super::scope::Evidence;
use super::setting::{About, NameFacts};

/// Id of a key whose format no rule knows.
pub(super) const UNKNOWN: &str = "unknown";

/// Shorter values of unknown format are no keys.
const SHORTEST_UNKNOWN: usize = 24;

/// Lengths of keys without a prefix.
const SHORTEST_BARE: usize = 32;
const LONGEST_BARE: usize = 128;

/// How near, in bytes, a parent or a constructor has to stand in front of a key to say whose it is.
const NAME_NEAR: usize = 300;

impl<'r> Judging<'_, 'r> {
    /// The key of no known format that an LLM setting holds beside a relay, a proxy or a host in no catalogue: whoever
    /// receives it gave it out. `strangers` says where such endpoints are configured.
    pub(super) fn given_by_stranger(&self, named: &Named, strangers: &Evidence) -> Option<Key<'r>> {
        let range = named.value.clone()?;
        let value = &self.bytes[range.clone()];
        const OTHER_KEYS: [&str; 9] =
            ["cache", "session", "encrypt", "public", "tenant", "dedupe", "signing", "max", "idempot"];
        let llm_key = named.facts.about == About::Llm
            && named.facts.role == Some(SettingRole::Key)
            && !OTHER_KEYS.iter().any(|word| named.facts.normalised.contains(word));
        let shaped = (SHORTEST_UNKNOWN..=LONGEST_BARE).contains(&value.len())
            && value.iter().all(|&byte| is_key_byte(byte))
            && value.iter().any(u8::is_ascii_digit);
        let random = || {
            if value.iter().all(u8::is_ascii_hexdigit) { judge::hex(value) } else { judge::random(value, self.words) }
        };
        let made_up = || is_masked(value, false) || is_reference(value) || self.is_placeholder(value);
        (llm_key && shaped && strangers.near(range.start, ENDPOINT_NEAR) && !made_up() && random()).then(|| Key {
            start: range.start,
            end: range.end,
            prefix: 0,
            format: UNKNOWN,
            issuer: None,
            proof: Proof::None,
            confidence: Confidence::Low,
            setting: Some(named.text.clone()),
            weak: false,
            found_by: FoundBy::Setting,
            signals: Vec::new(),
        })
    }

    /// The key around a literal that stands inside it, at `at`.
    pub(super) fn around_infix(&self, at: usize, formats: &[Format<'r>]) -> Option<Key<'r>> {
        let range = self.run_around(at);
        self.without_name(range, formats, |_| true)
    }

    /// Keys without a prefix near what is known of their issuer, in whatever words: the value of a `key`, an argument of
    /// the client's constructor, a credential's. `near` holds ranges of bytes, sorted.
    pub(super) fn in_scope(&self, near: &[Range<usize>], formats: &[Format<'r>]) -> Vec<Key<'r>> {
        let mut keys = Vec::new();
        for range in near {
            let mut at = range.start;
            while at < range.end {
                let run = self.run_around(at);
                at = run.end.max(at) + 1;
                if (SHORTEST_BARE..=LONGEST_BARE).contains(&run.len()) {
                    keys.extend(self.without_name(run, formats, |facts| {
                        facts.is_some_and(|facts| facts.about != About::Other && facts.role == Some(SettingRole::Key))
                            || facts.is_some_and(|facts| facts.normalised.ends_with("keycredential"))
                    }));
                }
            }
        }
        keys
    }

    /// The run of letters, digits and dots around `at`.
    fn run_around(&self, at: usize) -> Range<usize> {
        let class = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.';
        let start = at - run_before(self.bytes, at, LONGEST_BARE, class);
        let end = at + run_after(self.bytes, at, LONGEST_BARE, class);
        start..end
    }

    fn without_name(
        &self,
        range: Range<usize>,
        formats: &[Format<'r>],
        named_well: impl Fn(Option<&NameFacts>) -> bool,
    ) -> Option<Key<'r>> {
        let value = &self.bytes[range.clone()];
        if !formats.iter().any(|format| format.fits(value)) {
            return None;
        }
        let name = self.layout.name_at(self.vocabulary, range.start);
        let facts = name.as_deref().map(|name| self.layout.facts_at(self.vocabulary, range.start, name));
        // An argument without a name, or with the client's own in front; one that is named otherwise is something else.
        let positional = name
            .as_deref()
            .map(|name| self.vocabulary.classify(name))
            .is_none_or(|own| own.about == About::Llm && matches!(own.role, None | Some(SettingRole::Key)));
        // Where the value's own structure is no proof, the words around it have to agree.
        let spoken = !named_well(None) && name.as_deref().is_some_and(|name| is_spoken(self.bytes, range.start, name));
        let called = || positional && self.layout.in_llm_call(self.vocabulary, range.start);
        if spoken || facts.as_ref().is_some_and(describes_key) || (!named_well(facts.as_ref()) && !called()) {
            return None;
        }
        let format = formats.iter().find(|format| {
            format.fits(value)
                && (self.has_context(format.entry, range.start, facts.as_ref())
                    || self.named_near(format.entry, range.start))
        })?;
        let token = Token { start: range.start, end: range.end };
        self.judged(format.entry, &token, name, facts.as_ref()).ok()
    }

    /// Whether a name that tells the format, or its issuer, stands shortly in front of `at`: a parent, a constructor.
    fn named_near(&self, format: &'r KeyFormat, at: usize) -> bool {
        let first = self.named.partition_point(|name| name.span.start + NAME_NEAR < at);
        self.named[first..].iter().take_while(|name| name.span.start < at).any(|name| {
            let issuers = || self.candidates(format).flat_map(|issuer| issuer.words.iter());
            names_format(format, &name.facts) || issuers().any(|word| name.facts.normalised.contains(word.as_ref()))
        })
    }
}

/// Whether a name is the second word of a phrase, `cache key=…`: a key to something else.
fn is_spoken(bytes: &[u8], at: usize, name: &str) -> bool {
    const KEYWORDS: [&[u8]; 19] = [
        b"new", b"return", b"await", b"export", b"set", b"env", b"const", b"let", b"var", b"val", b"final", b"static",
        b"string", b"str", b"char", b"auto", b"public", b"private", b"local",
    ];
    let floor = at.saturating_sub(80);
    let Some(found) = memchr::memmem::rfind(&bytes[floor..at], name.as_bytes()) else { return false };
    let before = &bytes[..floor + found];
    let Some(phrase) = before.strip_suffix(b" ") else { return false };
    let length = run_before(phrase, phrase.len(), 24, |byte| byte.is_ascii_alphabetic());
    let word = phrase[phrase.len() - length..].to_ascii_lowercase();
    !word.is_empty() && !KEYWORDS.contains(&word.as_slice())
}
