//! Rules as data: key formats, issuers, endpoints, settings, placeholders and the texts of the rules.
//!
//! `rules/*.toml` are checked and laid out by the build script, so the built-in rules cost nothing at start-up. Users'
//! own files have the same schema; they add to the built-in rules and never replace one.

mod body;
mod builtin;
mod check;
mod hosts;
mod load;
mod names;
pub mod schema;
mod table;

use std::collections::HashMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::model::RuleId;

pub use body::compile;
pub use hosts::{HostHit, HostMatch};
pub use load::{Problem, RuleError};
pub use names::normalise;
use schema::{Endpoint, Issuer, KeyFormat, Placeholders, RuleFile, RuleText, Setting, Software};

/// The built-in rules, and those of users' own files.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    extra: Option<Box<Extra>>,
}

/// What users' own files add.
#[derive(Clone, Debug, Default)]
struct Extra {
    rules: RuleFile,
    hosts: hosts::Hosts,
    settings: HashMap<String, usize>,
    values: Vec<Placeholders>,
    digest: String,
}

impl Rules {
    /// The rules of this release. Does no work.
    #[must_use]
    pub const fn builtin() -> Self {
        Self { extra: None }
    }

    /// Adds a user's own rule file.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with it, with its place; nothing is added then.
    pub fn extend(&mut self, name: &str, text: &str) -> Result<(), RuleError> {
        let file = load::parse(name, text)?;
        let located = |fault| load::locate(name, text, fault);
        if file.catalogue.is_some() {
            let problem =
                Problem::Invalid { field: "catalogue", must: "must not stand in a file that adds to the catalogue" };
            return Err(located(load::Fault { table: "catalogue", index: 0, field: None, problem }));
        }
        let mut known = check::Known::default();
        let no_repeats = "the rules that are there already hold no id twice";
        known.add(&builtin_file()).expect(no_repeats);
        if let Some(extra) = &self.extra {
            known.add(&extra.rules).expect(no_repeats);
        }
        known.add(&file).map_err(located)?;
        let ids: Vec<&str> = RuleId::ALL.iter().map(|rule| rule.as_str()).collect();
        known.check(&file, &ids).map_err(located)?;
        body::check(&file).map_err(located)?;

        let digest = sha256(&[self.digest().as_bytes(), b"\0", text.as_bytes()]);
        let extra = self.extra.get_or_insert_default();
        extra.digest = digest;
        extra.add(file);
        Ok(())
    }

    /// Every key format, in the order in which they are tried.
    pub fn keys(&self) -> impl Iterator<Item = &KeyFormat> {
        builtin::KEYS.iter().chain(self.extra.iter().flat_map(|extra| &extra.rules.key))
    }

    /// The key format with this id.
    #[must_use]
    pub fn key(&self, id: &str) -> Option<&KeyFormat> {
        self.keys().find(|key| key.id == id)
    }

    /// Everybody who issues keys.
    pub fn issuers(&self) -> impl Iterator<Item = &Issuer> {
        builtin::ISSUERS.iter().chain(self.extra.iter().flat_map(|extra| &extra.rules.issuer))
    }

    /// The issuer with this id.
    #[must_use]
    pub fn issuer(&self, id: &str) -> Option<&Issuer> {
        self.issuers().find(|issuer| issuer.id == id)
    }

    /// Whose own endpoint a catalogue entry is.
    #[must_use]
    pub fn issuer_of_endpoint(&self, endpoint_id: &str) -> Option<&Issuer> {
        self.issuers().find(|issuer| issuer.endpoints.iter().any(|id| id == endpoint_id))
    }

    /// Every known endpoint.
    pub fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        builtin::ENDPOINTS.iter().chain(self.extra.iter().flat_map(|extra| &extra.rules.endpoint))
    }

    /// The endpoint with this id.
    #[must_use]
    pub fn endpoint(&self, id: &str) -> Option<&Endpoint> {
        self.endpoints().find(|endpoint| endpoint.id == id)
    }

    /// The entry of a host: lower case, without port and trailing dot. Its own name wins over one with an open label,
    /// that over the longest `*.suffix`. Allocates nothing.
    #[must_use]
    pub fn host(&self, host: &[u8]) -> Option<HostHit<'_>> {
        let builtin = hosts::builtin(host);
        let Some(extra) = &self.extra else {
            return builtin.map(|found| HostHit { entry: &builtin::ENDPOINTS[found.entry], how: found.how() });
        };
        let own = str::from_utf8(host).ok().and_then(|host| extra.hosts.find(host));
        let (found, is_own) = hosts::Found::better(builtin, own)?;
        let endpoints = if is_own { &extra.rules.endpoint[..] } else { &builtin::ENDPOINTS[..] };
        Some(HostHit { entry: &endpoints[found.entry], how: found.how() })
    }

    /// The high-confidence relay that owns the registrable domain of a host that has no entry; never through a suffix
    /// under which strangers own the next label.
    #[must_use]
    pub fn relay_domain(&self, host: &[u8]) -> Option<&Endpoint> {
        if let Some(entry) = hosts::builtin_relay(host) {
            return Some(&builtin::ENDPOINTS[entry]);
        }
        let extra = self.extra.as_ref()?;
        let entry = extra.hosts.relay(str::from_utf8(host).ok()?)?;
        Some(&extra.rules.endpoint[entry])
    }

    /// The setting of this normalised name (see [`normalise`]); where several spellings are known, the most telling.
    #[must_use]
    pub fn setting(&self, normalised: &str) -> Option<&Setting> {
        if let Some(name) = builtin::SETTING_NAMES.get(normalised.as_bytes()) {
            return Some(&builtin::SETTINGS[usize::from(builtin::SETTING_ENTRIES[name])]);
        }
        let extra = self.extra.as_ref()?;
        extra.settings.get(normalised).map(|&entry| &extra.rules.setting[entry])
    }

    /// Every known setting.
    pub fn settings(&self) -> impl Iterator<Item = &Setting> {
        builtin::SETTINGS.iter().chain(self.extra.iter().flat_map(|extra| &extra.rules.setting))
    }

    /// Software that passes LLM traffic on, and front ends that are taken for it.
    pub fn software(&self) -> impl Iterator<Item = &Software> {
        builtin::SOFTWARE.iter().chain(self.extra.iter().flat_map(|extra| &extra.rules.software))
    }

    /// The software of a container image without its tag; whatever stands in front of its path is a registry.
    #[must_use]
    pub fn software_of_image(&self, image: &[u8]) -> Option<&Software> {
        let ends_with = |known: &str| {
            let start = image.len().checked_sub(known.len());
            start.is_some_and(|start| {
                // `${IMAGE:-owner/name}` is a name of its own, too.
                let whole = start == 0 || image[start - 1] == b'/' || image[..start].ends_with(b":-");
                whole && image[start..].eq_ignore_ascii_case(known.as_bytes())
            })
        };
        self.software().find(|software| software.images.iter().any(|known| ends_with(known)))
    }

    /// Whether a whole value, in lower case, is a known placeholder.
    #[must_use]
    pub fn is_placeholder(&self, lower_case_value: &str) -> bool {
        builtin::PLACEHOLDERS.get(lower_case_value.as_bytes()).is_some()
            || self.added().any(|added| added.values.iter().any(|value| value == lower_case_value))
    }

    /// Words that no random body holds.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let own = self.added().flat_map(|added| added.words.iter().map(|word| &**word));
        builtin::WORDS.iter().copied().chain(own)
    }

    /// Whether a value with this SHA-256, in lower-case hex, stands in a public test suite.
    #[must_use]
    pub fn is_published(&self, sha256_hex: &str) -> bool {
        builtin::PUBLISHED.contains(&sha256_hex)
            || self.added().any(|added| added.published.iter().any(|hash| hash == sha256_hex))
    }

    /// The text of a rule.
    #[must_use]
    pub fn text(&self, rule: RuleId) -> &RuleText {
        let text = builtin::RULES.iter().find(|text| text.id == rule.as_str());
        text.expect("the build script refuses rules without a text")
    }

    /// Date of the endpoint catalogue, `YYYY-MM-DD`.
    #[must_use]
    pub fn catalogue(&self) -> &str {
        builtin::CATALOGUE
    }

    /// SHA-256 over all rule files in lower-case hex: equal digests, equal rules.
    #[must_use]
    pub fn digest(&self) -> String {
        self.extra.as_ref().map_or_else(|| builtin::DIGEST.to_owned(), |extra| extra.digest.clone())
    }

    /// The placeholders of users' own files.
    fn added(&self) -> impl Iterator<Item = &Placeholders> {
        self.extra.iter().flat_map(|extra| &extra.values)
    }
}

impl Extra {
    /// Takes a file that has been checked.
    fn add(&mut self, file: RuleFile) {
        let all = &mut self.rules;
        all.shared_suffixes.to_mut().extend_from_slice(&file.shared_suffixes);
        for endpoint in file.endpoint {
            let own = &all.shared_suffixes;
            let is_shared = |suffix: &str| is_shared(suffix) || own.iter().any(|shared| shared == suffix);
            self.hosts.add(all.endpoint.len(), &endpoint, is_shared);
            all.endpoint.push(endpoint);
        }
        for setting in file.setting {
            self.settings.entry(normalise(&setting.name)).or_insert(all.setting.len());
            all.setting.push(setting);
        }
        all.software.extend(file.software);
        all.key.extend(file.key);
        all.issuer.extend(file.issuer);
        self.values.extend(file.placeholder);
    }
}

/// Whether strangers own the labels in front of a suffix.
fn is_shared(suffix: &str) -> bool {
    builtin::SHARED.get(suffix.as_bytes()).is_some()
}

/// The built-in rules in the shape of a file, as far as a user's file may not repeat or may refer to them.
fn builtin_file() -> RuleFile {
    RuleFile {
        key: builtin::KEYS.to_vec(),
        issuer: builtin::ISSUERS.to_vec(),
        endpoint: builtin::ENDPOINTS.to_vec(),
        setting: builtin::SETTINGS.to_vec(),
        software: builtin::SOFTWARE.to_vec(),
        rule: builtin::RULES.to_vec(),
        ..RuleFile::default()
    }
}

fn sha256(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a String cannot fail");
        hex
    })
}
