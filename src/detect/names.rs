//! Names of LLM settings in a blob, with the values they hold. For values that nothing but their name tells: hosts
//! without a scheme, and keys without a prefix.

use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use crate::rules::Rules;

use super::bytes::{run_after, run_before};
use super::name::is_name_byte;
use super::own::OwnNames;
use super::setting::{LLM_WORDS, NameFacts, Vocabulary};
use super::value::value_after;

/// How names of neutral settings begin or end, as written.
const NEUTRAL: [&str; 20] = [
    "api_base",
    "apibase",
    "api-base",
    "base_url",
    "baseurl",
    "base-url",
    "api_host",
    "apihost",
    "api-host",
    "base_uri",
    "uri_base",
    "endpoint",
    "api_key",
    "apikey",
    "api-key",
    "authorization",
    "host",
    "glm",
    "baseuri",
    "basepath",
];

/// Spellings of LLM words with punctuation inside.
const SPELLINGS: [&str; 4] = ["open_ai", "open-ai", "one_api", "new_api"];

/// Finds names by the words in them.
pub(super) struct NameSearch {
    words: AhoCorasick,
    /// Of users' own rules.
    own: Option<OwnNames>,
}

/// A name in a blob.
pub(super) struct Named {
    /// As written.
    pub(super) text: String,
    /// Where.
    pub(super) span: Range<usize>,
    /// What it says.
    pub(super) facts: NameFacts,
    /// The value it holds, where one can be read.
    pub(super) value: Option<Range<usize>>,
}

impl NameSearch {
    pub(super) fn new(rules: &Rules) -> Self {
        let issuers = rules.issuers().flat_map(|issuer| issuer.words.iter().map(AsRef::as_ref));
        let words: Vec<&str> = LLM_WORDS.into_iter().chain(NEUTRAL).chain(SPELLINGS).chain(issuers).collect();
        // A dense automaton: every config-named file goes through here, and its size is bounded by the rules.
        let search = AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(words);
        Self { words: search.expect("a few dozen short words are no automaton too large"), own: OwnNames::new(rules) }
    }

    /// Every name with an LLM word or a neutral setting's word in it, once.
    pub(super) fn find(&self, vocabulary: &Vocabulary<'_>, bytes: &[u8]) -> Vec<Named> {
        let mut found: Vec<Named> = Vec::new();
        // The same few names come again and again.
        let mut facts_of: HashMap<&str, NameFacts> = HashMap::new();
        let mut read_to = 0;
        let mut read = |(start, end): (usize, usize)| {
            if start < read_to {
                return;
            }
            let span = name_around(bytes, start, end);
            read_to = span.end;
            let Ok(text) = str::from_utf8(&bytes[span.clone()]) else { return };
            let text = text.trim_matches(['-', '.', '$', '@']);
            let facts = facts_of.entry(text).or_insert_with(|| vocabulary.classify(text)).clone();
            let value = value_after(bytes, span.end);
            found.push(Named { text: text.to_owned(), span, facts, value });
        };
        let words = self.words.find_iter(bytes).map(|hit| (hit.start(), hit.end()));
        match &self.own {
            None => words.for_each(read),
            Some(own) => {
                let mut hits: Vec<_> = words.collect();
                own.any(bytes, |start, end| {
                    hits.push((start, end));
                    false
                });
                hits.sort_unstable();
                hits.into_iter().for_each(&mut read);
            }
        }
        found
    }
}

/// The whole name around a word: `spring.ai.openai.base-url`, `OpenAI:Endpoint`, `OPENAI__ENDPOINT`.
fn name_around(bytes: &[u8], start: usize, end: usize) -> Range<usize> {
    let class = |byte: u8| is_name_byte(byte) && byte != b'@';
    let mut from = start - run_before(bytes, start, 96, class);
    let mut to = end + run_after(bytes, end, 96, class);
    // A section's name in front: `OpenAI:Endpoint` is one name, `openai: endpoint` and `key: value` are not.
    while bytes.get(to) == Some(&b':') && bytes.get(to + 1).is_some_and(u8::is_ascii_uppercase) && to - from < 96 {
        to += 1 + run_after(bytes, to + 1, 96, class);
    }
    // The letter of an escape in front: `\nOPENAI_BASE_URL=` inside a string.
    if from > 0 && bytes[from - 1] == b'\\' && matches!(bytes[from], b'n' | b't' | b'r') {
        from += 1;
    }
    // A file name or a host is no setting.
    while from < to && matches!(bytes[from], b'-' | b'.') {
        from += 1;
    }
    from..to
}
