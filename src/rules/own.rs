//! Users' own rule files: what they add to the rules of the release, and what is asked of them besides the form.
//!
//! Ids are unique over all files and the release; nobody wants a rule that silently means another one. Hosts, settings
//! and images are facts: what an own file says about one goes before what the release says, so that a new release breaks
//! no file. Between own files there is no order: two that say something about the same host are refused.

use std::collections::HashMap;

use super::check::{BUILTIN, Known};
use super::hosts::Hosts;
use super::load::{self, Fault, Places, Problem, RuleError};
use super::names::normalise;
use super::schema::{CatalogueKind, RuleFile, Text};
use super::{body, builtin, is_shared, sample, sha256};
use crate::model::RuleId;

/// The most key formats of own files: each keeps a compiled expression in memory.
const MOST_KEYS: usize = 200;
/// The most settings of own files: all their names are searched for together.
const MOST_SETTINGS: usize = 1000;

/// The longest name of a setting, in bytes.
const LONGEST_NAME: usize = 100;
/// Whoever has made so many mistakes has made one mistake many times.
const MOST_ERRORS: usize = 100;

/// What users' own files add.
#[derive(Clone, Debug, Default)]
pub(super) struct Own {
    /// All entries, in an order that does not depend on that of the files.
    pub(super) rules: RuleFile,
    /// Names and texts.
    pub(super) files: Vec<(String, String)>,
    pub(super) hosts: Hosts,
    /// Normalised names, with the most telling entry of each.
    pub(super) settings: HashMap<String, usize>,
    /// SHA-256 over the release's digest and those of the files.
    pub(super) digest: String,
}

impl Own {
    /// Reads files, each a name and a text.
    pub(super) fn read(files: &[(&str, &str)]) -> Result<Self, Vec<RuleError>> {
        let strip = |text: &str| text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
        let files: Vec<(String, String)> = files.iter().map(|(name, text)| ((*name).to_owned(), strip(text))).collect();
        let mut errors: Vec<(usize, RuleError)> = Vec::new();
        let mut parsed: Vec<(usize, RuleFile)> = Vec::new();
        for (number, (name, text)) in files.iter().enumerate() {
            match load::parse(name, text) {
                Ok(file) => parsed.push((number, file)),
                Err(error) => errors.push((number, error)),
            }
        }
        let mut known = Known::default();
        known.add_ids(BUILTIN, &builtin_file());
        let mut faults: Vec<(usize, Fault)> = Vec::new();
        for (number, file) in &parsed {
            let taken = known.add_ids(*number, file).into_iter().chain(known.add_names(*number, file));
            faults.extend(taken.map(|fault| (*number, fault)));
        }
        let rules: Vec<&str> = RuleId::ALL.iter().map(|rule| rule.as_str()).collect();
        // A reference into a file that was not understood would be named, too, and mend nothing.
        if errors.is_empty() {
            for (number, file) in &parsed {
                let wrong = known.check(file, &rules).into_iter().chain(not_for_users(file)).chain(keys(file));
                let wrong = wrong.chain(long_names(file));
                faults.extend(wrong.map(|fault| (*number, fault)));
            }
            faults.extend(too_many(&parsed));
        }
        faults.truncate(MOST_ERRORS);
        if !faults.is_empty() {
            let places: Vec<_> = files.iter().map(|(name, text)| Places::new(name, text)).collect();
            errors.extend(faults.into_iter().map(|(number, fault)| (number, load::locate(&places, number, fault))));
        }
        if errors.is_empty() {
            return Ok(Self::of(files, parsed.into_iter().map(|(_, file)| file).collect()));
        }
        errors.sort_by_key(|(number, error)| (*number, error.line, error.column));
        errors.dedup();
        Err(errors.into_iter().map(|(_, error)| error).collect())
    }

    /// Takes files that have been checked.
    fn of(files: Vec<(String, String)>, mut parsed: Vec<RuleFile>) -> Self {
        let mut hashes: Vec<String> =
            files.iter().map(|(_, text)| sha256(&[text.replace("\r\n", "\n").as_bytes()])).collect();
        hashes.sort_unstable();
        let digest = sha256(&[builtin::DIGEST.as_bytes(), b"\0", hashes.concat().as_bytes()]);

        // Ids are unique, so the first ones tell files apart in which the order of entries means something.
        parsed.sort_by(|one, other| ids(one).cmp(ids(other)));
        let mut own = Self { files, digest, ..Self::default() };
        for file in parsed {
            own.add(file);
        }
        let mut shared: Vec<&str> = own.rules.shared_suffixes.iter().map(AsRef::as_ref).collect();
        let platforms = own.rules.endpoint.iter().filter(|endpoint| endpoint.kind == CatalogueKind::PlatformProxy);
        shared.extend(platforms.flat_map(|one| one.hosts.iter().filter_map(|host| host.strip_prefix("*."))));
        for (number, endpoint) in own.rules.endpoint.iter().enumerate() {
            own.hosts.add(number, endpoint, |suffix| is_shared(suffix) || shared.contains(&suffix));
        }
        for (number, setting) in own.rules.setting.iter().enumerate() {
            let best = own.settings.entry(normalise(&setting.name)).or_insert(number);
            if setting.class > own.rules.setting[*best].class {
                *best = number;
            }
        }
        own
    }

    fn add(&mut self, file: RuleFile) {
        let all = &mut self.rules;
        all.shared_suffixes.to_mut().extend_from_slice(&file.shared_suffixes);
        all.key.extend(file.key);
        all.issuer.extend(file.issuer);
        all.endpoint.extend(file.endpoint);
        all.setting.extend(file.setting);
        all.software.extend(file.software);
        match (&mut all.placeholder, file.placeholder) {
            (Some(all), Some(more)) => {
                all.values.to_mut().extend_from_slice(&more.values);
                all.words.to_mut().extend_from_slice(&more.words);
                all.published.to_mut().extend_from_slice(&more.published);
            }
            (all, more) => *all = all.take().or(more),
        }
    }
}

/// What names the entries of a file, in its order.
fn ids(file: &RuleFile) -> impl Iterator<Item = &str> {
    let ids = file.key.iter().map(|key| &key.id).chain(file.issuer.iter().map(|issuer| &issuer.id));
    let ids = ids.chain(file.endpoint.iter().map(|endpoint| &endpoint.id));
    let ids = ids.chain(file.setting.iter().map(|setting| &setting.name));
    ids.chain(file.software.iter().map(|software| &software.id)).map(AsRef::as_ref)
}

/// Tables that only the release has: what rules there are is code.
fn not_for_users(file: &RuleFile) -> impl Iterator<Item = Fault> {
    let tables = [
        ("catalogue", file.catalogue.is_some()),
        ("rule", !file.rule.is_empty()),
        ("signal", !file.signal.is_empty()),
        ("topic", !file.topic.is_empty()),
        // Where keys are sent is for the release alone to say.
        ("check", !file.check.is_empty()),
        ("answer", !file.answer.is_empty()),
        // And so is what strangers' hosts are asked for.
        ("tell", !file.tell.is_empty()),
    ];
    tables.into_iter().filter(|(_, there)| *there).map(|(field, _)| {
        let must = "must not stand in a file that adds to the rules";
        Fault::of_table(field, Problem::Invalid { field, must })
    })
}

/// What is wrong with the bodies and samples of key formats.
fn keys(file: &RuleFile) -> impl Iterator<Item = Fault> {
    file.key.iter().enumerate().flat_map(|(index, key)| {
        let fault = |field, must| Fault {
            table: "key",
            index,
            field: Some(field),
            item: None,
            problem: Problem::Invalid { field, must },
            owner: None,
        };
        let body = body::check(key).err().map(|must| fault("body", must));
        let must = "must be made of the placeholders in the manual of rule files, with 4,096 characters at most";
        let sample = sample::expand(&key.sample, 0).is_none().then(|| fault("sample", must));
        body.into_iter().chain(sample)
    })
}

/// Names that are too long for the search.
fn long_names(file: &RuleFile) -> impl Iterator<Item = Fault> {
    let settings = file.setting.iter().enumerate().filter(|(_, setting)| setting.name.len() > LONGEST_NAME);
    let settings = settings.map(|(index, _)| ("setting", index, "name"));
    let too_long = |words: &[Text]| words.iter().any(|word| word.len() > LONGEST_NAME);
    let keys = file.key.iter().enumerate().filter(move |(_, key)| too_long(&key.settings));
    let issuers = file.issuer.iter().enumerate().filter(move |(_, issuer)| too_long(&issuer.words));
    let keys = keys.map(|(index, _)| ("key", index, "settings"));
    let all = settings.chain(keys).chain(issuers.map(|(index, _)| ("issuer", index, "words")));
    all.map(|(table, index, field)| {
        let problem = Problem::Invalid { field, must: "must be 100 bytes or less" };
        Fault { index, field: Some(field), ..Fault::of_table(table, problem) }
    })
}

fn too_many(files: &[(usize, RuleFile)]) -> impl Iterator<Item = (usize, Fault)> {
    let keys = first_beyond(files, MOST_KEYS, |file| file.key.len());
    let settings = first_beyond(files, MOST_SETTINGS, |file| file.setting.len());
    let fault = |table, must| {
        move |(number, index)| {
            let problem = Problem::Invalid { field: table, must };
            (number, Fault { index, ..Fault::of_table(table, problem) })
        }
    };
    let keys = keys.map(fault("key", "must be 200 at most in all files"));
    keys.into_iter().chain(settings.map(fault("setting", "must be 1,000 at most in all files")))
}

/// The file, and which of its entries, that is one too many.
fn first_beyond(
    files: &[(usize, RuleFile)],
    most: usize,
    count: impl Fn(&RuleFile) -> usize,
) -> Option<(usize, usize)> {
    let mut left = most;
    files.iter().find_map(|(number, file)| {
        let index = left;
        left = left.checked_sub(count(file)).unwrap_or(usize::MAX);
        (left == usize::MAX).then_some((*number, index))
    })
}

/// The built-in rules in the shape of a file, as far as a user's file may not repeat or may refer to them.
fn builtin_file() -> RuleFile {
    RuleFile {
        key: builtin::KEYS.to_vec(),
        issuer: builtin::ISSUERS.to_vec(),
        endpoint: builtin::ENDPOINTS.to_vec(),
        software: builtin::SOFTWARE.to_vec(),
        rule: builtin::RULES.to_vec(),
        ..RuleFile::default()
    }
}
