//! What the form of a rule file does not say: ids are unique, references resolve, values are written as they are compared.
//!
//! The build script holds the built-in files to it, the library the users' own.

use std::collections::BTreeSet;

use super::load::{Fault, Problem, harmless, nearest};
use super::names::{HostForm, normalise};
use super::schema::{
    Anchor, CatalogueKind, Endpoint, Issuer, KeyFormat, Placeholders, Proves, RuleFile, RuleText, Setting, Software,
    Text,
};

/// The ids and hosts that are taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    keys: BTreeSet<String>,
    issuers: BTreeSet<String>,
    endpoints: BTreeSet<String>,
    hosts: BTreeSet<String>,
    settings: BTreeSet<String>,
    software: BTreeSet<String>,
    images: BTreeSet<String>,
    rules: BTreeSet<String>,
    placeholders: BTreeSet<String>,
}

impl Known {
    /// Takes a file's ids, names and hosts.
    ///
    /// # Errors
    ///
    /// The first that is taken already.
    pub(super) fn add(&mut self, file: &RuleFile) -> Result<(), Fault> {
        for (index, key) in file.key.iter().enumerate() {
            take(&mut self.keys, &key.id).map_err(|id| repeated("key", index, "id", "key", id))?;
        }
        for (index, issuer) in file.issuer.iter().enumerate() {
            take(&mut self.issuers, &issuer.id).map_err(|id| repeated("issuer", index, "id", "issuer", id))?;
        }
        for (index, endpoint) in file.endpoint.iter().enumerate() {
            take(&mut self.endpoints, &endpoint.id).map_err(|id| repeated("endpoint", index, "id", "endpoint", id))?;
            for host in endpoint.hosts.iter() {
                take(&mut self.hosts, host).map_err(|id| repeated("endpoint", index, "hosts", "host", id))?;
            }
        }
        for (index, setting) in file.setting.iter().enumerate() {
            take(&mut self.settings, &setting.name).map_err(|id| repeated("setting", index, "name", "setting", id))?;
        }
        for (index, software) in file.software.iter().enumerate() {
            take(&mut self.software, &software.id).map_err(|id| repeated("software", index, "id", "software", id))?;
            for image in software.images.iter() {
                take(&mut self.images, image).map_err(|id| repeated("software", index, "images", "image", id))?;
            }
        }
        for (index, rule) in file.rule.iter().enumerate() {
            take(&mut self.rules, &rule.id).map_err(|id| repeated("rule", index, "id", "rule", id))?;
        }
        for value in file.placeholder.iter().flat_map(|placeholder| placeholder.values.iter()) {
            take(&mut self.placeholders, value)
                .map_err(|id| repeated("placeholder", 0, "values", "placeholder", id))?;
        }
        Ok(())
    }

    /// Checks a file whose ids, and those of every file it may refer to, are taken.
    ///
    /// # Errors
    ///
    /// The first entry that breaks a rule.
    pub(super) fn check(&self, file: &RuleFile, rule_ids: &[&str]) -> Result<(), Fault> {
        let shared = |suffix: &Text| matches!(HostForm::parse(&format!("x.{suffix}")), Some(HostForm::Exact(_)));
        if !file.shared_suffixes.iter().all(shared) {
            let problem = Problem::Invalid { field: "shared-suffixes", must: "must be lower-case domain suffixes" };
            return Err(Fault { table: "shared-suffixes", index: 0, field: None, problem });
        }
        each("key", &file.key, |key| self.key(key))?;
        each("issuer", &file.issuer, |issuer| self.issuer(issuer))?;
        each("endpoint", &file.endpoint, endpoint)?;
        each("setting", &file.setting, setting)?;
        each("software", &file.software, software)?;
        each("rule", &file.rule, |text| rule(text, rule_ids))?;
        each("placeholder", file.placeholder.as_slice(), placeholder)
    }

    fn key(&self, key: &KeyFormat) -> Checked {
        id_form(&key.id)?;
        key.issuer.iter().try_for_each(|id| refers(&self.issuers, "issuer", "issuer", id))?;
        key.candidates.iter().try_for_each(|id| refers(&self.issuers, "candidates", "issuer", id))?;
        demand(
            key.issuer.is_some() == (key.proves != Proves::Nothing),
            "issuer",
            "must be there unless `proves` is \"nothing\", and only then not",
        )?;
        demand(
            key.candidates.is_empty() || key.proves == Proves::Nothing,
            "candidates",
            "are for `proves = \"nothing\"`",
        )?;
        match key.anchor {
            Anchor::Marker => demand(key.prefix.starts_with("sk-"), "prefix", "must begin with `sk-` before a marker")?,
            Anchor::Prefix => {
                demand(key.prefix.len() >= 2, "prefix", "must be two bytes or more")?;
                demand(!key.body.is_empty(), "body", "must be there behind a prefix")?;
            }
            Anchor::Infix => {
                demand(key.prefix.len() >= 4, "prefix", "must be four bytes or more where it stands inside the key")?;
                demand(!key.body.is_empty(), "body", "must describe the whole key around the literal")?;
            }
            Anchor::Setting => {
                demand(key.prefix.is_empty(), "prefix", "must be empty where a setting is the anchor")?;
                demand(!key.body.is_empty(), "body", "must be there where a setting is the anchor")?;
                demand(!key.settings.is_empty(), "settings", "must be there where a setting is the anchor")?;
            }
        }
        demand(key.settings.iter().all(|word| is_normalised(word)), "settings", NORMALISED)?;
        demand(key.sample.contains('{'), "sample", "must be a template, never a complete key")?;
        demand(key.examples.iter().any(|text| text.contains("<key>")), "examples", "must show `<key>` somewhere")?;
        demand(!key.non_examples.is_empty(), "non-examples", "must not be empty")
    }

    fn issuer(&self, issuer: &Issuer) -> Checked {
        id_form(&issuer.id)?;
        issuer.endpoints.iter().try_for_each(|id| refers(&self.endpoints, "endpoints", "endpoint", id))?;
        demand(issuer.words.iter().all(|word| is_normalised(word)), "words", NORMALISED)?;
        demand(!issuer.advice.is_empty(), "advice", "must not be empty")
    }
}

/// Nothing, or the field to blame and what is wrong with it.
type Checked = Result<(), (&'static str, Problem)>;

const NORMALISED: &str = "must be lower-case letters and digits only";

fn each<T>(table: &'static str, entries: &[T], check: impl Fn(&T) -> Checked) -> Result<(), Fault> {
    entries.iter().enumerate().try_for_each(|(index, entry)| {
        check(entry).map_err(|(field, problem)| Fault { table, index, field: Some(field), problem })
    })
}

fn endpoint(endpoint: &Endpoint) -> Checked {
    id_form(&endpoint.id)?;
    let software = endpoint.kind == CatalogueKind::SelfHosted;
    demand(software == endpoint.hosts.is_empty(), "hosts", "must be there, except for self-hosted software")?;
    demand(
        endpoint.hosts.iter().all(|host| HostForm::parse(host).is_some()),
        "hosts",
        "must be lower-case hosts without scheme, port and path, with one `*` at most",
    )?;
    demand(endpoint.path.as_ref().is_none_or(|path| path.starts_with('/')), "path", "must begin with `/`")?;
    demand(!endpoint.examples.is_empty(), "examples", "must not be empty")?;
    demand(!endpoint.non_examples.is_empty(), "non-examples", "must not be empty")
}

fn setting(setting: &Setting) -> Checked {
    demand(!normalise(&setting.name).is_empty(), "name", "must hold a letter or digit")?;
    demand(!setting.products.is_empty(), "products", "must not be empty")?;
    demand(setting.examples.iter().any(|text| text.contains("<value>")), "examples", "must show `<value>` somewhere")?;
    demand(!setting.non_examples.is_empty(), "non-examples", "must not be empty")
}

fn software(software: &Software) -> Checked {
    id_form(&software.id)?;
    let form = |image: &Text| {
        let byte = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/');
        !image.is_empty() && image.bytes().all(byte) && image.split('/').all(|part| !part.is_empty())
    };
    demand(!software.images.is_empty(), "images", "must not be empty")?;
    demand(software.images.iter().all(form), "images", "must be lower-case paths without registry and tag")?;
    demand(!software.examples.is_empty(), "examples", "must not be empty")?;
    demand(!software.non_examples.is_empty(), "non-examples", "must not be empty")
}

fn rule(text: &RuleText, ids: &[&str]) -> Checked {
    if !ids.contains(&&*text.id) {
        let nearest = nearest(&text.id, ids.iter().copied()).map(str::to_owned);
        return Err(("id", Problem::UnknownReference { what: "rule", id: harmless(&text.id), nearest }));
    }
    demand(
        text.risks.iter().all(|risk| matches!(&**risk, "throttled" | "abused" | "data-leak")),
        "risks",
        "must be of throttled, abused, data-leak",
    )?;
    demand(
        matches!(&*text.severity, "info" | "low" | "medium" | "high" | "critical"),
        "severity",
        "must be info, low, medium, high or critical",
    )?;
    demand(!text.advice.is_empty(), "advice", "must not be empty")
}

fn placeholder(placeholder: &Placeholders) -> Checked {
    let lower = |words: &[Text]| words.iter().all(|word| **word == word.to_lowercase() && !word.is_empty());
    demand(lower(&placeholder.values), "values", "must be lower case and not empty")?;
    let word = |word: &Text| word.len() >= 4 && word.bytes().all(|b| b.is_ascii_lowercase());
    demand(placeholder.words.iter().all(word), "words", "must be four or more lower-case letters each")?;
    let hash = |hash: &Text| hash.len() == 64 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    demand(placeholder.published.iter().all(hash), "published", "must be 64 lower-case hex digits each")
}

fn demand(holds: bool, field: &'static str, must: &'static str) -> Checked {
    if holds { Ok(()) } else { Err((field, Problem::Invalid { field, must })) }
}

fn id_form(id: &str) -> Checked {
    let form = !id.is_empty() && id.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    demand(form, "id", "must be lower-case letters, digits and hyphens")
}

fn is_normalised(word: &str) -> bool {
    !word.is_empty() && normalise(word) == word
}

fn refers(ids: &BTreeSet<String>, field: &'static str, what: &'static str, id: &Text) -> Checked {
    if ids.contains(&**id) {
        return Ok(());
    }
    let nearest = nearest(id, ids.iter().map(String::as_str)).map(str::to_owned);
    Err((field, Problem::UnknownReference { what, id: harmless(id), nearest }))
}

fn take(taken: &mut BTreeSet<String>, id: &str) -> Result<(), String> {
    if taken.insert(id.to_owned()) { Ok(()) } else { Err(id.to_owned()) }
}

fn repeated(table: &'static str, index: usize, field: &'static str, what: &'static str, id: String) -> Fault {
    Fault { table, index, field: Some(field), problem: Problem::Repeated { what, id: harmless(&id) } }
}
