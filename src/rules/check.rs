//! What the form of a rule file does not say: ids are unique, references resolve, values are written as they are compared.
//!
//! The build script holds the built-in files to it, the library the users' own.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::load::{Fault, Problem, harmless, nearest};
use super::names::{HostForm, normalise};
use super::schema::{
    Anchor, Answer, CatalogueKind, Check, Endpoint, Issuer, KeyFormat, Placeholders, Proves, RuleFile, RuleText,
    Setting, Software, Tell, Text,
};

/// The ids, hosts and names that are taken, and where.
#[derive(Clone, Debug, Default)]
pub(super) struct Known(BTreeMap<(&'static str, String), Owner>);

/// Where something was taken: the entry of a file, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    /// Number of the file; [`BUILTIN`] for the rules of the release.
    pub(super) file: usize,
    /// The table, and which of its entries.
    pub(super) entry: (&'static str, usize),
    /// The field.
    pub(super) field: &'static str,
}

/// The number of the rules of the release, among the files of users.
#[allow(dead_code, reason = "the build script has no rules but its files")]
pub(super) const BUILTIN: usize = usize::MAX;

impl Known {
    /// Takes the ids of a file. Returns those that are taken already.
    pub(super) fn add_ids(&mut self, from: usize, file: &RuleFile) -> Vec<Fault> {
        let keys = file.key.iter().map(|key| &key.id).enumerate().map(|(at, id)| ("key", at, id));
        let issuers = file.issuer.iter().map(|issuer| &issuer.id).enumerate().map(|(at, id)| ("issuer", at, id));
        let endpoints = file.endpoint.iter().map(|one| &one.id).enumerate().map(|(at, id)| ("endpoint", at, id));
        let software = file.software.iter().map(|one| &one.id).enumerate().map(|(at, id)| ("software", at, id));
        let rules = file.rule.iter().map(|rule| &rule.id).enumerate().map(|(at, id)| ("rule", at, id));
        let signals = file.signal.iter().map(|note| &note.id).enumerate().map(|(at, id)| ("signal", at, id));
        let topics = file.topic.iter().map(|note| &note.id).enumerate().map(|(at, id)| ("topic", at, id));
        let checks = file.check.iter().map(|check| &check.id).enumerate().map(|(at, id)| ("check", at, id));
        let all = keys.chain(issuers).chain(endpoints).chain(software).chain(rules).chain(signals).chain(topics);
        let tells = file.tell.iter().map(|tell| &tell.id).enumerate().map(|(at, id)| ("tell", at, id));
        let all = all.chain(checks).chain(tells);
        all.filter_map(|(table, at, id)| {
            let owner = Owner { file: from, entry: (table, at), field: "id" };
            self.take(owner, table, id)
        })
        .collect()
    }

    /// Takes the hosts, settings and images of a file. Returns those that are taken already.
    pub(super) fn add_names(&mut self, from: usize, file: &RuleFile) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut take = |table, at, field, what, name| {
            faults.extend(self.take(Owner { file: from, entry: (table, at), field }, what, name));
        };
        for (at, endpoint) in file.endpoint.iter().enumerate() {
            endpoint.hosts.iter().for_each(|host| take("endpoint", at, "hosts", "host", host));
        }
        for (at, setting) in file.setting.iter().enumerate() {
            take("setting", at, "name", "setting", &setting.name);
        }
        for (at, software) in file.software.iter().enumerate() {
            software.images.iter().for_each(|image| take("software", at, "images", "image", image));
        }
        faults
    }

    /// Takes the placeholders of a file. Returns those that are taken already.
    #[allow(dead_code, reason = "for the build script: users may repeat them")]
    pub(super) fn add_values(&mut self, from: usize, file: &RuleFile) -> Vec<Fault> {
        let owner = Owner { file: from, entry: ("placeholder", 0), field: "values" };
        let values = file.placeholder.iter().flat_map(|placeholder| placeholder.values.iter());
        values.filter_map(|value| self.take(owner, "placeholder", value)).collect()
    }

    fn take(&mut self, owner: Owner, what: &'static str, id: &Text) -> Option<Fault> {
        match self.0.entry((what, id.to_string())) {
            Entry::Vacant(free) => {
                free.insert(owner);
                None
            }
            Entry::Occupied(taken) => Some(Fault {
                table: owner.entry.0,
                index: owner.entry.1,
                field: Some(owner.field),
                item: None,
                problem: Problem::Repeated { what, id: harmless(id), first: None },
                owner: Some(*taken.get()),
            }),
        }
    }

    /// Checks a file whose ids, and those of every file it may refer to, are taken. Returns what is wrong with each entry.
    pub(super) fn check(&self, file: &RuleFile, rule_ids: &[&str]) -> Vec<Fault> {
        let shared = |suffix: &Text| matches!(HostForm::parse(&format!("x.{suffix}")), Some(HostForm::Exact(_)));
        let mut faults = Vec::new();
        if !file.shared_suffixes.iter().all(shared) {
            let problem = Problem::Invalid { field: "shared-suffixes", must: "must be lower-case domain suffixes" };
            faults.push(Fault::of_table("shared-suffixes", problem));
        }
        faults.extend(each("key", &file.key, |key| self.key(key)));
        faults.extend(each("issuer", &file.issuer, |issuer| self.issuer(issuer)));
        faults.extend(each("endpoint", &file.endpoint, endpoint));
        faults.extend(each("setting", &file.setting, setting));
        faults.extend(each("software", &file.software, software));
        faults.extend(each("rule", &file.rule, |text| rule(text, rule_ids)));
        faults.extend(each("placeholder", file.placeholder.as_slice(), placeholder));
        faults.extend(each("check", &file.check, |check| self.request(check)));
        faults.extend(each("answer", &file.answer, answer));
        faults.extend(each("tell", &file.tell, |tell| self.tell(tell)));
        faults
    }

    fn key(&self, key: &KeyFormat) -> Checked {
        id_form(&key.id)?;
        key.issuer.iter().try_for_each(|id| self.refers("issuer", "issuer", id))?;
        key.candidates.iter().try_for_each(|id| self.refers("candidates", "issuer", id))?;
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
        issuer.endpoints.iter().try_for_each(|id| self.refers("endpoints", "endpoint", id))?;
        demand(issuer.words.iter().all(|word| is_normalised(word)), "words", NORMALISED)?;
        demand(!issuer.advice.is_empty(), "advice", "must not be empty")
    }

    fn request(&self, check: &Check) -> Checked {
        id_form(&check.id)?;
        self.refers("issuer", "issuer", &check.issuer)?;
        check.formats.iter().try_for_each(|id| self.refers("formats", "key", id))?;
        let host = check.url.strip_prefix("https://").and_then(|rest| rest.split_once('/')).map(|(host, _)| host);
        let fixed = host.is_some_and(|host| matches!(HostForm::parse(host), Some(HostForm::Exact(_))));
        demand(fixed, "url", "must be https, with a host that is written out")?;
        demand(!check.sources.is_empty(), "sources", "must not be empty")
    }

    fn tell(&self, tell: &Tell) -> Checked {
        id_form(&tell.id)?;
        tell.software.iter().try_for_each(|id| self.refers("software", "software", id))?;
        tell.server.iter().try_for_each(|id| self.refers("server", "endpoint", id))?;
        demand(tell.software.is_some() != tell.server.is_some(), "software", "must be there, or else `server`")?;
        let plain = |path: &Text| {
            let byte = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.');
            path.starts_with('/') && path.bytes().all(byte)
        };
        demand(tell.path.as_ref().is_none_or(plain), "path", "must begin with `/` and be plain letters")?;
        let lower = |name: &Text| **name == name.to_lowercase();
        demand(tell.header.iter().chain(&tell.version_header).all(lower), "header", "must be lower case")?;
        let says = tell.header.is_some() || tell.body.is_some();
        let says = says || !(tell.fields.is_empty() && tell.values.is_empty() && tell.texts.is_empty());
        demand(says, "header", "or another thing that an answer has must be there")?;
        demand(!tell.sources.is_empty(), "sources", "must not be empty")
    }

    fn refers(&self, field: &'static str, what: &'static str, id: &Text) -> Checked {
        if self.0.contains_key(&(what, id.to_string())) {
            return Ok(());
        }
        let ids = self.0.keys().filter(|(kind, _)| *kind == what).map(|(_, id)| id.as_str());
        let nearest = nearest(id, ids).map(str::to_owned);
        Err((field, Problem::UnknownReference { what, id: harmless(id), nearest }))
    }
}

/// Nothing, or the field to blame and what is wrong with it.
type Checked = Result<(), (&'static str, Problem)>;

const NORMALISED: &str = "must be lower-case letters and digits only";

fn each<T>(table: &'static str, entries: &[T], check: impl Fn(&T) -> Checked) -> Vec<Fault> {
    let faults = entries.iter().enumerate().filter_map(|(index, entry)| {
        let (field, problem) = check(entry).err()?;
        Some(Fault { table, index, field: Some(field), item: None, problem, owner: None })
    });
    faults.collect()
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
    demand(is_severity(&text.severity), "severity", "must be info, low, medium, high or critical")?;
    let row = |row: &Text| row.split_once(": ").is_some_and(|(severity, _)| is_severity(severity));
    demand(text.severities.iter().all(row), "severities", "must each be a severity, a colon and when it holds")?;
    demand(!text.advice.is_empty(), "advice", "must not be empty")
}

fn answer(answer: &Answer) -> Checked {
    demand((200..500).contains(&answer.status), "status", "must be one that says something of the key")?;
    let lower = |text: &Text| !text.is_empty() && **text == text.to_lowercase();
    demand(answer.texts.iter().all(lower), "texts", "must be lower case and not empty")?;
    id_form(&answer.reason).map_err(|(_, problem)| ("reason", problem))
}

fn is_severity(word: &str) -> bool {
    matches!(word, "info" | "low" | "medium" | "high" | "critical")
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
