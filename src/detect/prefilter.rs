//! Does a blob have to be looked at again? Nearly all bytes hold nothing, so this is where the time goes.
//!
//! Level 1 is one pass of a packed (SIMD) search over a few dozen literals. `://` is in more than a third of all source
//! files, so a hit alone says little: level 2 looks at the bytes around it, in place and without allocation. A key's
//! prefix needs a body, a host has to be in the catalogue, any other address a telling name in front of it.

use std::cmp::Reverse;
use std::collections::HashMap;

use aho_corasick::packed::{self, Searcher};
use aho_corasick::{AhoCorasick, MatchKind};

use crate::rules::Rules;
use crate::rules::schema::{Anchor, KeyFormat};

use super::buckets;
use super::forward::led_image;
use super::marker::MARKER;
use super::own::{self, OwnPass};
use super::url::Slashes;
use super::views::Lead;
use super::worth::{
    Address, CALL_PATH, HOST_LEADS, IMAGE_LEADS, address, begins_key, encoded, is_api_host, is_client, is_known,
    led_host, names_a_part,
};

/// What a literal stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    /// The marker of OpenAI's keys.
    Marker,
    /// The beginning of one or more key formats' prefixes.
    Prefix,
    /// A literal that stands inside a key.
    Infix,
    /// The characters between scheme and host.
    Slashes(Slashes),
    /// What stands in front of a host without a scheme; the index into [`HOST_LEADS`].
    HostLead(usize),
    /// The path of a model call: the host in front may stand in a place of its own.
    CallPath,
    /// What stands in front of a container image.
    ImageLead,
    /// A word that names OpenAI, or a vendor whose keys have no prefix.
    Word,
    /// A part of a key or an address in an encoding.
    Encoded(Lead),
    /// The prefix of a user's own key format, with its length.
    OwnPrefix(usize),
    /// A name that users' own rules add.
    OwnName,
}

/// Prefixes shorter than this would make the whole search several times slower: the packed search looks at the first
/// bytes of every literal, as many as the shortest has.
pub(super) const SHORTEST_LITERAL: usize = 3;

/// Prefixes in which too many words of code end: `start_`, `map-`, `break-`. Their keys are looked for once the
/// blob passed for another reason, such as one of the words that their settings have.
const COMMON_PREFIXES: [&str; 3] = ["rt_", "ap-", "ak-"];

/// Prefixes that begin with so many bytes in common are searched for by these: the search has room for few literals.
const LONG_ALIKE: usize = 5;

/// The packed search of some literals, or the general one where the processor does not allow it.
enum Search {
    Packed(Searcher),
    General(AhoCorasick),
}

impl Search {
    fn new(entries: &[Entry]) -> Self {
        let literals = || entries.iter().map(|entry| &entry.literal);
        let packed = packed::Config::new().heuristic_pattern_limits(false).builder().extend(literals()).build();
        packed.map_or_else(
            || {
                let general = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(literals());
                Self::General(general.expect("a few dozen short literals are no automaton too large"))
            },
            Self::Packed,
        )
    }
}

/// More literals than this no packed search takes. Beyond 64 it has to be told that they are rare enough, which those of
/// encodings are: they begin with four bytes that hardly ever stand in text.
#[cfg(test)]
const MOST_LITERALS: usize = 127;

/// A literal that is searched for.
struct Entry {
    literal: Vec<u8>,
    kind: Literal,
    /// What stands in front of it, in any case, and belongs to it: it is left out of the search because many other words
    /// of code begin so.
    front: Vec<u8>,
}

impl Entry {
    fn new(literal: impl Into<Vec<u8>>, kind: Literal) -> Self {
        Self { literal: literal.into(), kind, front: Vec::new() }
    }

    /// Without so many bytes in front.
    fn cut(whole: &[u8], cut: usize, kind: Literal) -> Self {
        let (front, literal) = whole.split_at(cut);
        Self { literal: literal.to_vec(), kind, front: front.to_ascii_lowercase() }
    }

    /// Where the whole begins whose literal stands at `at`.
    fn start(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let start = at.checked_sub(self.front.len())?;
        bytes[start..at].eq_ignore_ascii_case(&self.front).then_some(start)
    }
}

/// How many bytes of a lead are not searched for: `host`, `imag` and `open` begin what is too frequent.
fn common(lead: &[u8]) -> usize {
    if lead.starts_with(b"host") || lead == b"image =" {
        3
    } else if lead.starts_with(b"image") {
        2
    } else {
        0
    }
}

/// Literals of one kind of length, with what they stand for.
struct Pass {
    search: Search,
    entries: Vec<Entry>,
}

/// The prefilter of a rule set.
///
/// The packed search looks at the first bytes of every literal, as many as the shortest has, and sorts the literals into
/// a few buckets. Two passes over bytes that are in the cache anyway, one for the literals of three bytes and one for the
/// longer ones, take two thirds of the time of one pass for all.
pub(super) struct Prefilter {
    passes: [Pass; 2],
    /// Of users' own rules, where they add something to search for.
    own: Option<OwnPass>,
}

impl Prefilter {
    pub(super) fn new(rules: &Rules) -> Self {
        let mut entries = Self::of_keys_and_addresses();
        let hosts = HOST_LEADS.iter().enumerate();
        entries.extend(hosts.map(|(index, lead)| Entry::cut(lead, common(lead), Literal::HostLead(index))));
        entries.extend(IMAGE_LEADS.map(|lead| Entry::cut(lead, common(lead), Literal::ImageLead)));
        entries.push(Entry::new(CALL_PATH, Literal::CallPath));
        let mut words: Vec<Vec<u8>> = words(rules);
        // Most spellings of a word differ in its first letter: one literal for two of them.
        words.sort_by_key(|word| (word[1..].to_vec(), word[0].to_ascii_lowercase()));
        words.dedup_by(|one, other| one[1..] == other[1..] && one[0].eq_ignore_ascii_case(&other[0]));
        entries.extend(words.iter().map(|word| Entry::cut(word, 1, Literal::Word)));
        Self::of(entries, rules)
    }

    /// With what tells keys and addresses alone, for [`super::sieve`]: the fewer literals, the faster the search. Words are
    /// told by what stands behind their first letter.
    pub(super) fn for_versions(rules: &Rules) -> Self {
        let mut entries = Self::of_keys_and_addresses();
        let mut ends: Vec<Vec<u8>> = words(rules).into_iter().map(|word| word[1..].to_vec()).collect();
        ends.sort_unstable();
        ends.dedup();
        entries.extend(ends.into_iter().map(|end| Entry::new(end, Literal::Word)));
        Self::of(entries, rules)
    }

    fn of_keys_and_addresses() -> Vec<Entry> {
        let mut entries = vec![Entry::new(MARKER, Literal::Marker)];
        entries.extend(Slashes::LITERALS.iter().map(|(text, form)| Entry::new(*text, Literal::Slashes(*form))));
        entries.extend(prefixes(Rules::builtin_keys()).into_iter().map(|prefix| Entry::new(prefix, Literal::Prefix)));
        let infixes = Rules::builtin_keys().filter(|format| format.anchor == Anchor::Infix);
        entries.extend(infixes.map(|format| Entry::new(format.prefix.as_bytes(), Literal::Infix)));
        entries.extend(Lead::literals().map(|(text, lead)| Entry::new(text, Literal::Encoded(lead))));
        entries
    }

    fn of(entries: Vec<Entry>, rules: &Rules) -> Self {
        let (short, long): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|entry| entry.literal.len() == SHORTEST_LITERAL);
        let passes = [short, long].map(|entries| {
            let entries = in_buckets(entries);
            Pass { search: Search::new(&entries), entries }
        });
        Self { passes, own: OwnPass::new(rules) }
    }

    /// The literals of level 1, for benchmarks that search the same.
    pub(super) fn literals(&self) -> impl Iterator<Item = &[u8]> {
        self.passes.iter().flat_map(|pass| pass.entries.iter().map(|entry| entry.literal.as_slice()))
    }

    /// Calls `hit` with the offset and meaning of each literal in `bytes` until it returns true. The hits of a pass come
    /// in the order of the bytes, one pass after the other.
    pub(super) fn any(&self, bytes: &[u8], mut hit: impl FnMut(usize, Literal) -> bool) -> bool {
        let builtin = self.passes.iter().any(|pass| {
            let mut found = |at: usize, entry: usize| {
                let entry = &pass.entries[entry];
                entry.start(bytes, at).is_some_and(|start| hit(start, entry.kind))
            };
            match &pass.search {
                Search::Packed(search) => {
                    search.find_iter(bytes).any(|place| found(place.start(), place.pattern().as_usize()))
                }
                Search::General(search) => {
                    search.find_iter(bytes).any(|place| found(place.start(), place.pattern().as_usize()))
                }
            }
        });
        builtin || self.own.as_ref().is_some_and(|own| own.any(bytes, hit))
    }

    /// Whether `bytes`, a whole blob or a chunk of one, have to be looked at again.
    pub(super) fn passes(&self, rules: &Rules, bytes: &[u8]) -> bool {
        let (mut llm_word, mut neutral_address) = (false, false);
        self.any(bytes, |at, literal| {
            match literal {
                Literal::Marker | Literal::Infix | Literal::CallPath | Literal::OwnName => return true,
                Literal::Prefix => return begins_key(bytes, at),
                Literal::OwnPrefix(length) => return own::begins_key(bytes, at, length),
                Literal::ImageLead => return led_image(rules, bytes, at).is_some(),
                Literal::HostLead(lead) => return is_known(rules, led_host(bytes, at, lead).1),
                Literal::Slashes(form) => match address(rules, bytes, at, form) {
                    Address::Telling => return true,
                    Address::Neutral => neutral_address = true,
                    Address::Nothing => {}
                },
                Literal::Encoded(lead) => match encoded(rules, bytes, at, lead) {
                    Address::Telling => return true,
                    Address::Neutral => neutral_address = true,
                    Address::Nothing => {}
                },
                Literal::Word => {
                    llm_word = true;
                    if names_a_part(bytes, at) || is_client(bytes, at) || is_api_host(bytes, at) {
                        return true;
                    }
                }
            }
            llm_word && neutral_address
        })
    }
}

/// The most literals for which the packed search takes few buckets, and its faster form.
const FEW: usize = 32;

/// The literals in the order in which the search, which deals them out one by one, puts those into a bucket that
/// [`buckets`] says; literals that it does not know go where there is room.
fn in_buckets(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by(|one, other| one.literal.cmp(&other.literal));
    let sorted: &[&[&[u8]]] = if entries.len() > FEW { &buckets::LONG } else { &buckets::SHORT };
    let bucket_of: HashMap<&[u8], usize> = sorted
        .iter()
        .enumerate()
        .flat_map(|(index, bucket)| bucket.iter().map(move |literal| (*literal, index)))
        .collect();
    let mut buckets: Vec<Vec<Entry>> = sorted.iter().map(|_| Vec::new()).collect();
    let mut unknown = Vec::new();
    for entry in entries {
        match bucket_of.get(entry.literal.as_slice()) {
            Some(&bucket) => buckets[bucket].push(entry),
            None => unknown.push(entry),
        }
    }
    // Each round of dealing is whole but the last: no bucket has two more than another.
    for entry in unknown {
        if let Some(bucket) = buckets.iter_mut().min_by_key(|bucket| bucket.len()) {
            bucket.push(entry);
        }
    }
    loop {
        buckets.sort_by_key(|bucket| Reverse(bucket.len()));
        let [first, .., last] = buckets.as_mut_slice() else { break };
        if first.len() <= last.len() + 1 {
            break;
        }
        last.extend(first.pop());
    }
    let rounds = buckets.first().map_or(0, Vec::len);
    let mut buckets: Vec<_> = buckets.into_iter().map(Vec::into_iter).collect();
    (0..rounds).flat_map(|_| buckets.iter_mut().filter_map(Iterator::next).collect::<Vec<_>>()).collect()
}

/// Whether a prefix is among the literals, or one that begins with one of them is.
pub(super) fn searches_for(prefix: &str) -> bool {
    prefix.len() >= SHORTEST_LITERAL && !COMMON_PREFIXES.contains(&prefix)
}

/// The shortest beginnings that cover all prefixes; of prefixes that only differ behind so many bytes, the common ones.
fn prefixes<'r>(formats: impl Iterator<Item = &'r KeyFormat>) -> Vec<Vec<u8>> {
    let mut all: Vec<&str> = formats
        .filter(|format| format.anchor == Anchor::Prefix && searches_for(&format.prefix))
        .map(|format| format.prefix.as_ref())
        .collect();
    all.sort_unstable();
    let mut shortest: Vec<&str> = Vec::new();
    for prefix in all {
        let alike = |last: &str| prefix.bytes().zip(last.bytes()).take_while(|(one, other)| one == other).count();
        match shortest.last_mut() {
            Some(last) if prefix.starts_with(*last) => {}
            Some(last) if alike(last) >= LONG_ALIKE => *last = &prefix[..alike(last)],
            _ => shortest.push(prefix),
        }
    }
    shortest.into_iter().map(|prefix| prefix.as_bytes().to_vec()).collect()
}

/// Spellings of the names under which most keys without a prefix are held.
const WORDS: [&str; 14] = [
    "OPENAI",
    "openai",
    "OpenAI",
    "openAI",
    "OpenAi",
    "openAi",
    "Openai",
    "OPEN_AI",
    "open_ai",
    "CHATGPT",
    "chatgpt",
    "ChatGPT",
    "Chatgpt",
    "AZURE_API",
];

/// Words of the settings that alone tell a format, or whose prefix is not searched for, in the spellings of code: `OPENAI`, `openai`, `Openai`, `OpenAI`.
fn words(rules: &Rules) -> Vec<Vec<u8>> {
    let mut words: Vec<String> = WORDS.map(str::to_owned).to_vec();
    let unsearched = Rules::builtin_keys().filter(|format| match format.anchor {
        Anchor::Setting => true,
        Anchor::Prefix => !searches_for(&format.prefix),
        Anchor::Marker | Anchor::Infix => false,
    });
    let told_by = unsearched.flat_map(|format| {
        let issuer = format.issuer.iter().filter_map(|id| rules.issuer(id)).flat_map(|issuer| issuer.words.iter());
        format.settings.iter().chain(issuer.filter(|_| format.anchor == Anchor::Prefix))
    });
    for word in told_by {
        // As written in names: squeezed words such as `azureapikey` stand nowhere.
        if word.len() < 4 || word.contains("openai") || word.contains("key") {
            continue;
        }
        let mut capital = word.to_string();
        capital[..1].make_ascii_uppercase();
        words.extend([word.to_string(), word.to_ascii_uppercase(), capital]);
    }
    words.sort_unstable();
    words.dedup();
    words.into_iter().map(String::into_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packed_search_is_in_use_and_no_literal_is_too_short() {
        let prefilter = Prefilter::new(&Rules::builtin());
        assert!(prefilter.literals().all(|literal| literal.len() >= SHORTEST_LITERAL));
        for pass in &prefilter.passes {
            assert!(pass.entries.len() <= MOST_LITERALS, "{}", pass.entries.len());
            assert!(cfg!(not(target_arch = "x86_64")) || matches!(pass.search, Search::Packed(_)));
        }
        assert!(prefilter.passes[0].entries.len() <= FEW, "the slower search");
    }

    #[test]
    fn ordinary_text_does_not_pass() {
        let rules = Rules::builtin();
        let prefilter = Prefilter::new(&rules);
        for text in [
            "task-runner https://crates.io/crates/serde sk-spinner-container import openai",
            "let url = \"https://github.com/a/b\"; // disk-usage",
            "<div class=\"sk-fading-circle sk-child\">",
        ] {
            assert!(!prefilter.passes(&rules, text.as_bytes()), "{text}");
        }
        let host = "llm.unseen.dev";
        for text in [
            "x https://api.openai.com/v1".to_owned(),
            format!("LLM_BASE_URL=https://{host}/v1"),
            format!("OPENAI_API_HOST={host}"),
            format!("import openai; base_url = \"https://{host}\""),
            "// @connect api.openai.com".to_owned(),
        ] {
            assert!(prefilter.passes(&rules, text.as_bytes()), "{text}");
        }
    }
}
