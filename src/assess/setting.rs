//! What a setting's name says about which key and endpoint belong together.
//!
//! `OPENAI_API_KEY` and `OPENAI_BASE_URL` are two settings of one family, `OPENAI_API_KEY` and `ANTHROPIC_BASE_URL` are
//! not. A family is the name without the words that only say what the value is. What remains beside a number or a word
//! such as `backup` is the family; the number or word is its *qualifier*.

use crate::rules::Rules;

/// Words that say what a value is, or where settings are kept, and not whose it is.
const ROLE_WORDS: &[&str] = &[
    "access",
    "address",
    "addr",
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
    "args",
    "arg",
    "auth",
    "authkey",
    "authtoken",
    "authorization",
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
    "default",
    "domain",
    "endpoint",
    "endpoints",
    "env",
    "environment",
    "header",
    "headers",
    "host",
    "hostname",
    "http",
    "https",
    "id",
    "key",
    "keys",
    "options",
    "opts",
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
    "settings",
    "site",
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
    "vars",
    "variables",
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

/// Qualifiers in words: one of several sets of the same settings.
const QUALIFIERS: &[&str] = &[
    "alt",
    "backup",
    "dev",
    "development",
    "fallback",
    "main",
    "primary",
    "prd",
    "prod",
    "production",
    "secondary",
    "stage",
    "staging",
    "test",
];

/// The family of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Family {
    /// Empty for neutral names such as `apiKey` and `base_url`.
    name: String,
    /// `1` in `OPENAI_API_KEY_1`, `backup` in `BACKUP_OPENAI_KEY`; empty for most.
    qualifier: String,
}

/// How well the families of a key's and an endpoint's setting agree, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kinship {
    /// Same family, same qualifier.
    Same,
    /// Same family; the endpoint has no qualifier and so serves every key of the family.
    Shared,
    /// One of the two names says nothing about its family.
    Neutral,
}

impl Family {
    /// The family of a setting; without a setting, the neutral one. Families that name the same issuer are the same.
    pub(super) fn of(setting: Option<&str>, rules: &Rules) -> Self {
        let mut words = words(setting.unwrap_or_default());
        for prefix in BUILD_PREFIXES {
            if words.len() > prefix.len() && words.iter().zip(*prefix).all(|(word, wanted)| word == wanted) {
                words.drain(..prefix.len());
                break;
            }
        }
        let mut name = String::new();
        let mut qualifier = String::new();
        for word in words {
            let stem = word.trim_end_matches(|last: char| last.is_ascii_digit());
            if stem.is_empty() || QUALIFIERS.contains(&word.as_str()) {
                qualifier.push_str(&word);
            } else if stem.len() < word.len() && ROLE_WORDS.contains(&stem) && word != "v1" {
                qualifier.push_str(&word[stem.len()..]);
            } else if !ROLE_WORDS.contains(&word.as_str()) {
                let own = GLUED.iter().find_map(|glued| word.strip_suffix(glued)).unwrap_or(&word);
                name.push_str(own);
            }
        }
        // Azure's settings say `azure` or `azure_openai` for the same keys.
        let names = |word: &str| word == name || word.strip_suffix("openai") == Some(name.as_str());
        let issuer = rules.issuers().find(|issuer| !name.is_empty() && issuer.words.iter().any(|word| names(word)));
        if let Some(issuer) = issuer {
            name = issuer.id.to_string();
        }
        Self { name, qualifier }
    }

    /// How a key's family agrees with an endpoint's; `None` if the two cannot belong together.
    pub(super) fn kinship(&self, endpoint: &Self) -> Option<Kinship> {
        // A numbered key may use the one unnumbered URL; a numbered URL never serves another number's key.
        let qualified = if self.qualifier == endpoint.qualifier {
            Kinship::Same
        } else if endpoint.qualifier.is_empty() {
            Kinship::Shared
        } else {
            return None;
        };
        if self.name == endpoint.name && !self.name.is_empty() {
            Some(qualified)
        } else if self.is_open() || endpoint.is_open() {
            Some(Kinship::Neutral)
        } else {
            None
        }
    }

    /// Whether it goes with every other family.
    fn is_open(&self) -> bool {
        self.name.is_empty() || SOFT.contains(&self.name.as_str())
    }
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
