//! Rules as data: key formats, issuers, endpoints, settings, placeholders and the texts of the rules.
//!
//! `rules/*.toml` are checked and laid out by the build script, so the built-in rules cost nothing at start-up. Users'
//! own files have the same schema and add to them: ids stay unique, and what an own file says about a host, a setting or
//! an image goes before what the release says.

mod body;
mod builtin;
mod check;
mod hosts;
mod load;
mod names;
mod own;
pub mod sample;
pub mod schema;
mod table;

use std::borrow::Cow;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::model::RuleId;

pub use body::compile;
pub use hosts::{HostHit, HostMatch};
pub use load::{Places, Problem, RuleError, nearest};
pub use names::normalise;
use own::Own;
use schema::{Answer, Check, Endpoint, Issuer, KeyFormat, Placeholders, RuleFile, RuleText, Setting, Software, Tell};

/// The file of the requests that tell whether a key works.
const CHECKS: &str = "checks.toml";
/// The file of what software gives itself away by.
const TELLS: &str = "tells.toml";

/// The built-in rules, and those of users' own files.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    own: Option<Box<Own>>,
}

/// A rule file with all that it says, examples and sources too, which the program does not need to look things up.
#[derive(Clone, Debug)]
pub struct RuleSource<'r> {
    /// The file's name.
    pub name: Cow<'r, str>,
    /// Its text.
    pub text: Cow<'r, str>,
    /// What it says.
    pub rules: RuleFile,
}

impl RuleSource<'_> {
    /// Where its entries stand.
    #[must_use]
    pub fn places(&self) -> Places<'_> {
        Places::new(&self.name, &self.text)
    }
}

impl Rules {
    /// The rules of this release. Does no work.
    #[must_use]
    pub const fn builtin() -> Self {
        Self { own: None }
    }

    /// The rules of this release with those of users' own files, each a name for errors and a text. The order of the files
    /// does not matter.
    ///
    /// # Errors
    ///
    /// What is wrong with them, in the order given, with its places; a hundred mistakes at most.
    pub fn with_extra(files: &[(&str, &str)]) -> Result<Self, Vec<RuleError>> {
        let own = if files.is_empty() { None } else { Some(Box::new(Own::read(files)?)) };
        Ok(Self { own })
    }

    /// What users' own files add, if there are any.
    #[must_use]
    pub fn own(&self) -> Option<&RuleFile> {
        self.own.as_ref().map(|own| &own.rules)
    }

    /// The files that these rules come from, users' own first. Parses them: for people's questions, not for a scan.
    pub fn sources(&self) -> impl Iterator<Item = RuleSource<'_>> {
        let own = self.own.iter().flat_map(|own| &own.files).map(|(name, text)| (name.as_str(), text.as_str()));
        own.chain(builtin::FILES.iter().copied()).map(|(name, text)| {
            let rules = load::parse(name, text).expect("every file was parsed before its rules came to be");
            RuleSource { name: name.into(), text: text.into(), rules }
        })
    }

    /// The requests that tell whether a key works, and what the answers mean: those of the release, whatever users' own
    /// files say. Parses their file: for a run that asks.
    #[must_use]
    pub fn checks(&self) -> (Vec<Check>, Vec<Answer>) {
        let (mut checks, mut answers) = (Vec::new(), Vec::new());
        for (name, text) in builtin::FILES.iter().filter(|(name, _)| name.ends_with(CHECKS)) {
            let rules = load::parse(name, text).expect("the build script has parsed the file");
            checks.extend(rules.check);
            answers.extend(rules.answer);
        }
        (checks, answers)
    }

    /// What software gives itself away by, in the order in which it is looked at: what the release says, whatever users' own
    /// files say. Parses its file: for a run that asks.
    #[must_use]
    pub fn tells(&self) -> Vec<Tell> {
        let files = builtin::FILES.iter().filter(|(name, _)| name.ends_with(TELLS));
        files
            .flat_map(|(name, text)| load::parse(name, text).expect("the build script has parsed the file").tell)
            .collect()
    }

    /// The key formats of the release, in the order in which they are tried.
    pub(crate) fn builtin_keys() -> impl Iterator<Item = &'static KeyFormat> {
        builtin::KEYS.iter()
    }

    /// Every key format, in the order in which they are tried.
    pub fn keys(&self) -> impl Iterator<Item = &KeyFormat> {
        self.own().into_iter().flat_map(|own| &own.key).chain(&builtin::KEYS)
    }

    /// The key format with this id.
    #[must_use]
    pub fn key(&self, id: &str) -> Option<&KeyFormat> {
        self.keys().find(|key| key.id == id)
    }

    /// Everybody who issues keys.
    pub fn issuers(&self) -> impl Iterator<Item = &Issuer> {
        self.own().into_iter().flat_map(|own| &own.issuer).chain(&builtin::ISSUERS)
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
        self.own().into_iter().flat_map(|own| &own.endpoint).chain(&builtin::ENDPOINTS)
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
        let Some(own) = &self.own else {
            return builtin.map(|found| HostHit { entry: &builtin::ENDPOINTS[found.entry], how: found.how() });
        };
        let extra = str::from_utf8(host).ok().and_then(|host| own.hosts.find(host));
        let (found, is_builtin) = hosts::Found::better(extra, builtin)?;
        let endpoints = if is_builtin { &builtin::ENDPOINTS[..] } else { &own.rules.endpoint[..] };
        Some(HostHit { entry: &endpoints[found.entry], how: found.how() })
    }

    /// The high-confidence relay that owns the registrable domain of a host that has no entry; never through a suffix
    /// under which strangers own the next label.
    #[must_use]
    pub fn relay_domain(&self, host: &[u8]) -> Option<&Endpoint> {
        if let Some(own) = &self.own
            && let Some(owner) = str::from_utf8(host).ok().and_then(|host| own.hosts.owner(host))
        {
            return owner.map(|entry| &own.rules.endpoint[entry]);
        }
        hosts::builtin_relay(host).map(|entry| &builtin::ENDPOINTS[entry])
    }

    /// The setting of this normalised name (see [`normalise`]); where several spellings are known, the most telling.
    #[must_use]
    pub fn setting(&self, normalised: &str) -> Option<&Setting> {
        if let Some(own) = &self.own
            && let Some(&entry) = own.settings.get(normalised)
        {
            return Some(&own.rules.setting[entry]);
        }
        let name = builtin::SETTING_NAMES.get(normalised.as_bytes())?;
        Some(&builtin::SETTINGS[usize::from(builtin::SETTING_ENTRIES[name])])
    }

    /// Every known setting.
    pub fn settings(&self) -> impl Iterator<Item = &Setting> {
        self.own().into_iter().flat_map(|own| &own.setting).chain(&builtin::SETTINGS)
    }

    /// Software that passes LLM traffic on, and front ends that are taken for it.
    pub fn software(&self) -> impl Iterator<Item = &Software> {
        self.own().into_iter().flat_map(|own| &own.software).chain(&builtin::SOFTWARE)
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
        self.own.as_ref().map_or_else(|| builtin::DIGEST.to_owned(), |own| own.digest.clone())
    }

    /// The placeholders of users' own files.
    fn added(&self) -> impl Iterator<Item = &Placeholders> {
        self.own().into_iter().flat_map(|own| &own.placeholder)
    }
}

/// Whether strangers own the labels in front of a suffix.
fn is_shared(suffix: &str) -> bool {
    builtin::SHARED.get(suffix.as_bytes()).is_some()
}

fn sha256(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a String cannot fail");
        hex
    })
}
