//! What the name of a setting says: does it hold a key or an address, and is it about an LLM at all?
//!
//! The catalogue knows the names that software documents. Everything else is read by its words, so that
//! `ACME_CHATBOT_OPENAI_ENDPOINT` needs no entry: a word that names an LLM product, then one that names a part.

mod words;

use std::ops::Range;

use aho_corasick::AhoCorasick;

use crate::rules::schema::{SettingClass, SettingRole};
use crate::rules::{Rules, normalise};

use super::products::is_other_product;
pub(super) use words::LLM_WORDS;
use words::{ADDRESS_WORDS, FILLER, KEY_WORDS, READING_WORDS};

/// What a name says.
#[derive(Clone, Debug)]
pub(super) struct NameFacts {
    /// What it holds; none where the name does not tell.
    pub(super) role: Option<SettingRole>,
    /// How much it says by itself.
    pub(super) about: About,
    /// Whether the name is an API's address and not just any: `base_url`, but not `url`.
    pub(super) api_address: bool,
    /// The name, lower case, letters and digits only.
    pub(super) normalised: String,
}

/// Whether a name is about an LLM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// It says so: `OPENAI_BASE_URL`.
    Llm,
    /// It may be: `base_url`, `apiKey`, `KEY`.
    Anything,
    /// It names something else: `STRIPE_SECRET`.
    Other,
}

/// Reads names.
pub(super) struct Vocabulary<'r> {
    rules: &'r Rules,
    /// Words that name a product: [`LLM_WORDS`], then the words of issuers that answer model calls. Those whose keys are
    /// for watching calls only have no endpoint of their own in the catalogue.
    products: AhoCorasick,
}

impl<'r> Vocabulary<'r> {
    pub(super) fn new(rules: &'r Rules) -> Self {
        let issuers = rules.issuers().filter(|issuer| !issuer.endpoints.is_empty());
        let words = issuers.flat_map(|issuer| issuer.words.iter().map(AsRef::as_ref));
        let products = AhoCorasick::new(LLM_WORDS.into_iter().chain(words));
        Self { rules, products: products.expect("a few hundred short words are no automaton too large") }
    }

    /// Reads a name as written.
    pub(super) fn classify(&self, name: &str) -> NameFacts {
        let normalised = normalise(name);
        let stem = normalised.trim_end_matches(|last: char| last.is_ascii_digit());
        let products: Vec<Range<usize>> = self
            .products
            .find_overlapping_iter(stem)
            .filter(|found| is_product(LLM_WORDS.get(found.pattern().as_usize()).copied(), stem, found.range()))
            .map(|found| found.range())
            .collect();
        let reading = READING_WORDS.iter().any(|word| stem.contains(word));
        let last = last_component(name);
        let known = [normalised.as_str(), stem, &last].into_iter().find_map(|name| self.rules.setting(name));
        // Those hold neither a key nor an address.
        let known = known.filter(|known| !matches!(known.role, SettingRole::Organization | SettingRole::Project));
        let role = match known {
            Some(setting) if !reading || setting.role == SettingRole::Key => Some(setting.role),
            _ => role_of(stem, &products).filter(|_| !reading),
        };
        let about = match known.map(|setting| setting.class) {
            Some(SettingClass::Specific) => About::Llm,
            _ if !products.is_empty() => About::Llm,
            Some(_) => About::Anything,
            None if is_neutral(stem) => About::Anything,
            None => About::Other,
        };
        NameFacts { role, about, api_address: is_api_address(stem), normalised }
    }
}

impl Vocabulary<'_> {
    /// What a neutral name says under the names around it, nearest first: the first of them that names a product tells.
    pub(super) fn under<'n>(&self, facts: NameFacts, around: impl Iterator<Item = &'n str>) -> NameFacts {
        for name in around {
            let stem = normalise(name);
            let named = self.classify(name).about == About::Llm;
            if named || is_other_product(name) {
                let about = if named { About::Llm } else { About::Other };
                return NameFacts { about, normalised: stem + &facts.normalised, ..facts };
            }
        }
        facts
    }
}

/// What a name says besides the part that it holds, where that is a name of its own: `OCO` of `OCO_API_KEY` and
/// `OCO_API_URL`. `address` asks for names of addresses, else those of keys are meant.
pub(super) fn family(name: &str, address: bool) -> Option<String> {
    let normalised = normalise(name);
    let mut rest = normalised.trim_end_matches(|last: char| last.is_ascii_digit());
    let (part, other) =
        if address { (&ADDRESS_WORDS[..], &KEY_WORDS[..]) } else { (&KEY_WORDS[..], &ADDRESS_WORDS[..]) };
    let longest = |rest: &str, words: &[&str]| {
        words.iter().filter(|word| rest.ends_with(**word)).map(|word| word.len()).max().unwrap_or(0)
    };
    let held = longest(rest, part);
    if held == 0 || longest(rest, other) > held || READING_WORDS.iter().any(|word| rest.contains(word)) {
        return None;
    }
    rest = &rest[..rest.len() - held];
    while let Some(shorter) = rest.strip_suffix("api").or_else(|| rest.strip_suffix("base")) {
        rest = shorter;
    }
    // Whatever a bundler shows to its pages.
    let own = ["nextpublic", "vite", "reactapp", "nuxtpublic", "expopublic", "public"]
        .iter()
        .find_map(|prefix| rest.strip_prefix(prefix))
        .unwrap_or(rest);
    (own == "azure" || !is_neutral(own)).then(|| rest.to_owned())
}

/// Whether a word found in a stem names a product there. A few LLM words are parts of other words, too.
fn is_product(llm_word: Option<&str>, stem: &str, range: Range<usize>) -> bool {
    let rest = &stem[range.end..];
    match llm_word {
        Some("oai") => range.start == 0,
        // Only at the start, or in front of a part's name.
        Some("gpt" | "llm") => {
            range.start == 0
                || rest.is_empty()
                || rest.starts_with(|next: char| next.is_ascii_digit())
                || ADDRESS_WORDS.iter().chain(&KEY_WORDS).any(|part| rest.starts_with(part))
                || rest.starts_with("api")
        }
        _ => true,
    }
}

fn role_of(stem: &str, products: &[Range<usize>]) -> Option<SettingRole> {
    let ends_with = |words: &[&str]| words.iter().filter(|word| stem.ends_with(**word)).map(|word| word.len()).max();
    match (ends_with(&KEY_WORDS), ends_with(&ADDRESS_WORDS)) {
        (Some(key), address) if key >= address.unwrap_or(0) => Some(SettingRole::Key),
        (_, Some(_)) if names_api(stem, products) => Some(SettingRole::BaseUrl),
        _ => None,
    }
}

/// Whether an address is that of the API itself and not of a page beside it: between the word for the product and the
/// word for the address stand only fillers, `OPENAI_API_BASE_URL` but not `CLAUDE_AUTHORIZE_URL`.
fn names_api(stem: &str, products: &[Range<usize>]) -> bool {
    let mut rest = stem;
    while !rest.is_empty() {
        if products.iter().any(|product| product.end == rest.len()) {
            return true;
        }
        let known =
            ADDRESS_WORDS.iter().chain(&FILLER).filter(|word| rest.ends_with(**word)).max_by_key(|word| word.len());
        let Some(word) = known else { return false };
        rest = &rest[..rest.len() - word.len()];
    }
    true
}

/// Names of an API's address that need no product in front of them.
fn is_api_address(stem: &str) -> bool {
    const NAMES: [&str; 15] = [
        "baseurl",
        "apibase",
        "apibaseurl",
        "apihost",
        "endpoint",
        "baseuri",
        "uribase",
        "basepath",
        "apiurl",
        "apiendpoint",
        "azureendpoint",
        "apiserver",
        "basedomain",
        "withbaseurl",
        "proxyurl",
    ];
    NAMES.iter().any(|name| stem.ends_with(name))
}

/// Whether nothing is left of a name once the words for its part and its fillers are gone.
fn is_neutral(stem: &str) -> bool {
    let mut rest = stem;
    'words: while !rest.is_empty() {
        for word in ADDRESS_WORDS.iter().chain(&KEY_WORDS).chain(&FILLER) {
            if let Some(shorter) = rest.strip_suffix(word) {
                rest = shorter;
                continue 'words;
            }
        }
        return false;
    }
    true
}

/// The last part of a dotted or bracketed name, normalised: `litellm_params.api_base` is an `apibase`.
fn last_component(name: &str) -> String {
    normalise(name.rsplit(['.', ':', '>', '[', '/']).find(|part| !part.trim_matches(']').is_empty()).unwrap_or(name))
}

/// Whether a value of a forward proxy is meant: it carries other traffic and does not see the key.
pub(super) fn is_forward_proxy(port: Option<u16>, path: &str) -> bool {
    let bare = path.is_empty() || path == "/";
    bare && matches!(port, Some(1080 | 3128 | 7890 | 7891 | 7897 | 8080 | 8118 | 8888 | 10808 | 10809 | 20171))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_what_is_left_of_a_name() {
        for (name, address) in [("OCO_API_KEY", false), ("OCO_API_URL", true), ("oco.base-url", true)] {
            assert_eq!(family(name, address).as_deref(), Some("oco"), "{name}");
        }
        for (name, address) in [
            ("API_KEY", false),
            ("BASE_URL", true),
            ("NEXT_PUBLIC_API_URL", true),
            ("OCO_API_KEY", true),
            ("OCO", true),
        ] {
            assert_eq!(family(name, address), None, "{name}");
        }
    }

    #[test]
    fn names_are_read_by_their_words() {
        let rules = Rules::builtin();
        let vocabulary = Vocabulary::new(&rules);
        for name in [
            "OPENAI_BASE_URL",
            "ACME_CHATBOT_OPENAI_ENDPOINT",
            "spring.ai.openai.base-url",
            "LLM_API_URL",
            "gptApiHost",
            "OpenAI:Endpoint",
        ] {
            let facts = vocabulary.classify(name);
            assert_eq!(facts.about, About::Llm, "{name}");
            assert!(matches!(facts.role, Some(SettingRole::BaseUrl | SettingRole::Host)), "{name}");
        }
        for name in ["OPENAI_API_KEY", "openAIKey2", "AZURE_OPENAI_KEY", "LLM_TOKEN"] {
            let facts = vocabulary.classify(name);
            assert_eq!((facts.about, facts.role), (About::Llm, Some(SettingRole::Key)), "{name}");
        }
        for name in ["base_url", "apiKey", "API_KEY", "endpoint", "key"] {
            assert_eq!(vocabulary.classify(name).about, About::Anything, "{name}");
        }
        for name in ["STRIPE_WEBHOOK_SECRET", "GITHUB_TOKEN", "fillment", "DATABASE_URL", "egptian_url"] {
            assert_eq!(vocabulary.classify(name).about, About::Other, "{name}");
        }
        assert_eq!(vocabulary.classify("OPENAI_DOCS_URL").role, None);
    }
}
