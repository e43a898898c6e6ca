//! What a setting's name says about which key and endpoint belong together.
//!
//! `OPENAI_API_KEY` and `OPENAI_BASE_URL` are two settings of one family, `OPENAI_API_KEY` and `ANTHROPIC_BASE_URL` are
//! not. A family is the name without the words that only say what the value is. What remains beside a number or a word
//! such as `backup` is the family; the number or word is its *qualifier*.
//!
//! *Why the vendor is kept apart*: most names are chosen by whoever wrote the program (`cfg.BaseURL`, `TEAM_OPENAI_KEY`,
//! `gateway`), and that two of them differ says little. Only names of vendors exclude each other.

use std::collections::HashMap;

use crate::rules::Rules;
use crate::rules::schema::{CatalogueKind, IssuerKind};

/// Words that say what a value is, or where settings are kept, and not whose it is.
const ROLE_WORDS: &[&str] = &[
    "access",
    "addr",
    "address",
    "api",
    "apibase",
    "apibaseurl",
    "apiendpoint",
    "apihost",
    "apikey",
    "apikeys",
    "apisecret",
    "apitoken",
    "apiuri",
    "apiurl",
    "arg",
    "args",
    "auth",
    "authentication",
    "authkey",
    "authorization",
    "authtoken",
    "base",
    "basepath",
    "baseuri",
    "baseurl",
    "bearer",
    "client",
    "config",
    "configuration",
    "credential",
    "credentials",
    "data",
    "default",
    "domain",
    "endpoint",
    "endpoints",
    "env",
    "environment",
    "field",
    "get",
    "getenv",
    "header",
    "headers",
    "host",
    "hostname",
    "http",
    "https",
    "id",
    "key",
    "keys",
    "list",
    "my",
    "options",
    "opts",
    "our",
    "param",
    "params",
    "password",
    "path",
    "private",
    "process",
    "properties",
    "proxy",
    "proxyurl",
    "reverse",
    "reverseproxy",
    "reverseproxyurl",
    "secret",
    "secretkey",
    "secrets",
    "self",
    "server",
    "serverurl",
    "set",
    "settings",
    "site",
    "string",
    "target",
    "this",
    "token",
    "tokens",
    "upstream",
    "uri",
    "url",
    "urls",
    "v1",
    "value",
    "values",
    "var",
    "variables",
    "vars",
    "with",
    "x",
];

/// Role words that are also found glued to a family in one lower-case word (`openaiapikey`), longest first.
const GLUED: &[&str] =
    &["apibaseurl", "apitoken", "apibase", "baseurl", "apihost", "endpoint", "apikey", "apiurl", "secret", "token"];

/// Prefixes that build tools ask for before they hand a variable to browser code.
const BUILD_PREFIXES: &[&[&str]] = &[
    &["next", "public"],
    &["nuxt", "public"],
    &["react", "app"],
    &["vue", "app"],
    &["expo", "public"],
    &["vite"],
    &["gatsby"],
];

/// Families that many programs use for whatever model they talk to: equal names belong together, and so may any other.
const SOFT: &[&str] =
    &["ai", "chat", "completion", "completions", "custom", "llm", "llms", "model", "models", "provider"];

/// Families of settings for one use of models, which says nothing about keys of other names.
const PURPOSES: &[&str] = &[
    "asr",
    "audio",
    "embed",
    "embedder",
    "embedding",
    "embeddings",
    "image",
    "images",
    "moderation",
    "rerank",
    "reranker",
    "speech",
    "stt",
    "tts",
    "vision",
    "whisper",
];

/// Qualifiers in words that tell where or how a set of settings is used: a lone key without one may well belong to it.
const STAGES: &[&str] =
    &["dev", "development", "main", "prd", "primary", "prod", "production", "stage", "staging", "test"];

/// Qualifiers in words of a further set of the same settings, which comes with a key of its own.
const SPARES: &[&str] = &["alt", "backup", "fallback", "secondary"];

/// Names of vendors that the rules do not list, because they prove no issuer: word, id of the issuer.
const VENDORS: &[(&str, &str)] =
    &[("openai", "openai"), ("oai", "openai"), ("chatgpt", "openai"), ("azure", "azure-openai")];

/// Programs that serve models by themselves and take no vendor's key.
const RUNTIMES: &[&str] = &["llamacpp", "lmstudio", "localai", "ollama", "vllm", "xinference"];

/// Whether a vendor is a program that serves models by itself.
pub(super) fn is_runtime(vendor: &str) -> bool {
    RUNTIMES.contains(&vendor)
}

/// The names of issuers, ready to be looked up.
pub(super) struct Names<'r> {
    /// What a whole family may be called, to the issuer's id: such families are the same.
    families: HashMap<&'r str, &'r str>,
    /// Words, or several words written together, that name a vendor wherever they stand in a name.
    vendors: HashMap<&'r str, &'r str>,
}

impl<'r> Names<'r> {
    /// Collects them.
    pub(super) fn new(rules: &'r Rules) -> Self {
        let gateways: Vec<&str> = rules
            .endpoints()
            .filter(|endpoint| endpoint.kind == CatalogueKind::Gateway)
            .map(|endpoint| endpoint.id.as_ref())
            .collect();
        let mut names = Self { families: HashMap::new(), vendors: VENDORS.iter().copied().collect() };
        names.vendors.extend(RUNTIMES.iter().map(|&runtime| (runtime, runtime)));
        for issuer in rules.issuers() {
            // A gateway, a relay or its software is given the keys of others, so its name excludes none.
            let passes_on = issuer.endpoints.iter().any(|id| gateways.contains(&id.as_ref()));
            let vendor = issuer.kind == IssuerKind::Vendor && !passes_on;
            for word in &*issuer.words {
                names.families.entry(word).or_insert(&issuer.id);
                // Azure's settings say `azure` or `azure_openai` for the same keys.
                if let Some(short) = word.strip_suffix("openai").filter(|short| !short.is_empty()) {
                    names.families.entry(short).or_insert(&issuer.id);
                }
                if vendor {
                    names.vendors.entry(word).or_insert(&issuer.id);
                }
            }
        }
        names
    }

    /// The vendor that a name's words name: by the longest run of words that is one's name, of several the first.
    fn vendor(&self, words: &[String]) -> Option<&'r str> {
        let mut found: Option<(usize, &'r str)> = None;
        for start in 0..words.len() {
            let mut run = String::new();
            for (count, word) in words[start..].iter().take(LONGEST_RUN).enumerate() {
                run.push_str(word);
                let bare = if count == 0 { unglued(word) } else { &run };
                let hit =
                    [run.as_str(), bare].into_iter().find_map(|name| Some((name.len(), *self.vendors.get(name)?)));
                found = hit.filter(|(length, _)| found.is_none_or(|(longest, _)| *length > longest)).or(found);
            }
        }
        found.map(|(_, vendor)| vendor)
    }
}

/// Most words that a vendor's name is written in.
const LONGEST_RUN: usize = 4;

/// The family of a setting.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Family<'r> {
    /// Empty for neutral names such as `apiKey` and `base_url`.
    pub name: String,
    /// `1` in `OPENAI_API_KEY_1`, `backup` in `BACKUP_OPENAI_KEY`; empty for most.
    pub qualifier: String,
    /// Id of the vendor that the name names.
    pub vendor: Option<&'r str>,
    /// Whether it goes with every other family: neutral names, and names that no one vendor has.
    pub open: bool,
}

impl<'r> Family<'r> {
    /// The family of a setting; an empty name has the neutral one. Families that name the same issuer are the same.
    pub(super) fn of(setting: &str, names: &Names<'r>) -> Self {
        let parts: Vec<Vec<String>> = setting
            .split(['.', ':', '>'])
            .flat_map(|part| part.split("__"))
            .map(words)
            .filter(|words| !words.is_empty())
            .collect();
        let last = parts.last().map(Vec::as_slice).unwrap_or_default();
        let all: Vec<String> = parts.concat();
        let whole = own_words(without_prefix(&all));
        let own = own_words(without_prefix(last)).words;
        // `cfg` in `cfg.BaseURL` is the name of a variable: equal ones belong together, but different ones tell nothing.
        let by_receiver = own.is_empty();
        let vendor = names.vendor(last).or_else(|| names.vendor(&all));
        let own = if by_receiver { whole.words } else { own };
        let soft = own.iter().all(|word| SOFT.contains(&word.as_str()));
        let mut name = own.concat();
        if let Some(issuer) = names.families.get(name.as_str()) {
            name = (*issuer).to_owned();
        }
        Self { name, qualifier: whole.qualifier, vendor, open: soft || (by_receiver && vendor.is_none()) }
    }

    /// Whether a key of this family, in another file than an endpoint of the other, goes there by the names alone.
    pub(super) fn names(&self, endpoint: &Self) -> bool {
        let qualified = endpoint.qualifier.is_empty() || endpoint.qualifier == self.qualifier;
        let same = !self.name.is_empty() && self.name == endpoint.name;
        let vendor = self.vendor.is_some() && self.vendor == endpoint.vendor;
        let plain = |family: &Self| family.vendor == Some(family.name.as_str());
        qualified && (same || (vendor && (plain(self) || plain(endpoint))))
    }

    /// Whether it is a set of settings for one use of models, apart from those for all others.
    pub(super) fn is_for_one_use(&self) -> bool {
        PURPOSES.contains(&self.name.as_str())
    }

    /// The use of models that the end of its name speaks of: `embedding` of `RAG_EMBEDDING_API_KEY`.
    pub(super) fn use_of_models(&self) -> Option<&'static str> {
        PURPOSES.iter().copied().filter(|purpose| self.name.ends_with(purpose)).max_by_key(|purpose| purpose.len())
    }

    /// Whether its qualifier says where it is used, so that a key without one may go with it.
    pub(super) fn is_stage(&self) -> bool {
        STAGES.contains(&self.qualifier.as_str())
    }
}

/// What is left of a name's words, and its qualifier.
#[derive(Default)]
struct Own {
    words: Vec<String>,
    qualifier: String,
}

fn own_words(words: &[String]) -> Own {
    let mut own = Own::default();
    for word in words {
        let stem = word.trim_end_matches(|last: char| last.is_ascii_digit());
        if stem.is_empty() || STAGES.contains(&word.as_str()) || SPARES.contains(&word.as_str()) {
            own.qualifier.push_str(word);
        } else if stem.len() < word.len() && ROLE_WORDS.contains(&stem) && word != "v1" {
            own.qualifier.push_str(&word[stem.len()..]);
        } else if !ROLE_WORDS.contains(&word.as_str()) {
            own.words.push(unglued(word).to_owned());
        }
    }
    own
}

/// A word without the role that is glued to it.
fn unglued(word: &str) -> &str {
    GLUED.iter().find_map(|glued| word.strip_suffix(glued)).unwrap_or(word)
}

fn without_prefix(words: &[String]) -> &[String] {
    let has =
        |prefix: &&&[&str]| words.len() > prefix.len() && words.iter().zip(**prefix).all(|(word, part)| word == part);
    BUILD_PREFIXES.iter().find(has).map_or(words, |prefix| &words[prefix.len()..])
}

/// The words of a name in lower case: parted by anything that is no letter or digit, and by a change of case.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = name.chars().collect();
    for (at, &char) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| chars[at]);
        let after = chars.get(at + 1);
        let hump = char.is_uppercase()
            && (before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit())
                || (before.is_some_and(char::is_uppercase) && after.is_some_and(|after| after.is_lowercase())));
        if (hump || !char.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if char.is_alphanumeric() {
            word.extend(char.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}
