//! What the prefilter searches for besides, where users' own rules add key formats or settings: a pass of its own, so that
//! the built-in search stays as it is and costs nothing more where there are none.

use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::dfa::DFA;
use aho_corasick::{AhoCorasick, Anchored};

use crate::rules::schema::{Anchor, KeyFormat, RuleFile, SettingClass};
use crate::rules::{Rules, normalise};

use super::bytes::{run_after, starts_token};
use super::format::UNMISTAKABLE_PREFIX;
use super::prefilter::{Literal, SHORTEST_LITERAL};

/// Shorter words stand in too many names.
const SHORTEST_WORD: usize = 4;
/// Behind a prefix of an own format at least so many bytes have to stand that can be a key's.
const SHORTEST_BODY: usize = 8;

/// The literals of users' own rules.
pub(super) struct OwnPass {
    /// Prefixes, and literals inside keys.
    literals: Option<(AhoCorasick, Vec<Literal>)>,
    names: Option<OwnNames>,
}

impl OwnPass {
    /// Nothing where users added no rules that something has to be searched for.
    pub(super) fn new(rules: &Rules) -> Option<Self> {
        let own = rules.own()?;
        let entries: Vec<(&str, Literal)> = own.key.iter().filter_map(literal).collect();
        let search = AhoCorasick::new(entries.iter().map(|(literal, _)| *literal));
        let search = search.expect("two hundred short literals are no automaton too large");
        let kinds = entries.iter().map(|(_, kind)| *kind).collect();
        let literals = Some((search, kinds)).filter(|_| !entries.is_empty());
        let names = OwnNames::new(rules);
        (literals.is_some() || names.is_some()).then_some(Self { literals, names })
    }

    /// Calls `hit` with each literal until it returns true.
    pub(super) fn any(&self, bytes: &[u8], mut hit: impl FnMut(usize, Literal) -> bool) -> bool {
        let literal = self.literals.as_ref().is_some_and(|(search, kinds)| {
            let mut found = search.find_overlapping_iter(bytes);
            found.any(|found| hit(found.start(), kinds[found.pattern().as_usize()]))
        });
        literal || self.names.as_ref().is_some_and(|names| names.any(bytes, |at, _| hit(at, Literal::OwnName)))
    }
}

/// What a format is searched by.
fn literal(format: &KeyFormat) -> Option<(&str, Literal)> {
    match format.anchor {
        Anchor::Infix => Some((&format.prefix, Literal::Infix)),
        Anchor::Prefix if format.prefix.len() >= SHORTEST_LITERAL => {
            Some((&format.prefix, Literal::OwnPrefix(format.prefix.len())))
        }
        Anchor::Prefix | Anchor::Marker | Anchor::Setting => None,
    }
}

/// Whether a key may stand behind the prefix at `at`. The alphabet is the user's, so only blanks and quotes end it.
pub(super) fn begins_key(bytes: &[u8], at: usize, prefix: usize) -> bool {
    let part = |byte: u8| byte > b' ' && !matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\');
    (prefix >= UNMISTAKABLE_PREFIX || starts_token(bytes, at))
        && run_after(bytes, at + prefix, SHORTEST_BODY, part) == SHORTEST_BODY
}

/// The names that users' own rules add, in any spelling: `ACME_LLM_URL` is `acme.llm-url` and `acmeLlmUrl`, too.
pub(super) struct OwnNames {
    /// Searches for the names without case and punctuation.
    search: DFA,
    start: StateID,
}

impl OwnNames {
    /// The names that say something by themselves, and the words that tell keys without a literal.
    pub(super) fn new(rules: &Rules) -> Option<Self> {
        let own = rules.own()?;
        let mut words = words(own, rules);
        words.retain(|word| word.len() >= SHORTEST_WORD);
        words.sort_unstable();
        words.dedup();
        if words.is_empty() {
            return None;
        }
        let search = DFA::new(&words).expect("a thousand names, of bounded length, are no automaton too large");
        let start = search.start_state(Anchored::No).expect("a search may begin anywhere");
        Some(Self { search, start })
    }

    /// Calls `hit` with start and end of each such name until it returns true. Between two letters one mark may stand.
    pub(super) fn any(&self, bytes: &[u8], mut hit: impl FnMut(usize, usize) -> bool) -> bool {
        let (mut state, mut marks) = (self.start, 0);
        for (at, &byte) in bytes.iter().enumerate() {
            if matches!(byte, b'-' | b'_' | b'.') {
                marks += 1;
                if marks > 1 {
                    state = self.start;
                }
                continue;
            }
            marks = 0;
            state = self.search.next_state(Anchored::No, state, byte.to_ascii_lowercase());
            if self.search.is_special(state) && self.search.is_match(state) {
                let length = self.search.pattern_len(self.search.match_pattern(state, 0));
                if hit(start_of(bytes, at + 1, length), at + 1) {
                    return true;
                }
            }
        }
        false
    }
}

/// Where a name of so many letters and digits begins that ends at `end`.
fn start_of(bytes: &[u8], end: usize, length: usize) -> usize {
    let letters = bytes[..end].iter().enumerate().rev().filter(|(_, byte)| byte.is_ascii_alphanumeric());
    letters.map(|(at, _)| at).nth(length - 1).unwrap_or(0)
}

/// Normalised words.
fn words(own: &RuleFile, rules: &Rules) -> Vec<String> {
    let specific = own.setting.iter().filter(|setting| setting.class == SettingClass::Specific);
    let without_literal = own.key.iter().filter(|format| match format.anchor {
        Anchor::Setting => true,
        Anchor::Prefix => format.prefix.len() < SHORTEST_LITERAL,
        Anchor::Marker | Anchor::Infix => false,
    });
    let told_by = without_literal.flat_map(|format| {
        let issuers = format.issuer.iter().chain(format.candidates.iter()).filter_map(|id| rules.issuer(id));
        format.settings.iter().chain(issuers.flat_map(|issuer| issuer.words.iter()))
    });
    specific.map(|setting| &setting.name).chain(told_by).map(|name| normalise(name)).collect()
}
