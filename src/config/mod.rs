//! `.keyscan.toml`: what the team allows, and how its runs should go.
//!
//! ```text
//! read (path → bytes) ─ text (bytes → tree) ─ values (tree → values, by the table in fields) ─ contradictions ─▶ Config
//! ```
//!
//! The file is read by hand over the parsed tree and not by a derive, because every mistake has to be named with its
//! place and in our own words: the library's texts quote the line, and a line of a config file may hold a key. For the
//! same reason no error repeats a name or a value from the file. A mistake is never skipped over: a policy that is not
//! understood might allow what its author forbids.
//!
//! [`Config::parse`] works on bytes alone, so that they may come from anywhere, such as a commit that is trusted.

mod baseline;
mod contradictions;
mod fault;
mod fields;
mod nearest;
mod read;
mod resolved;
mod schema;
mod size;
mod text;
mod values;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::assess::{EndpointPolicy, OwnKeys, PathPatterns, Policy, RuleSelection};
use crate::model::{Confidence, Environment, Fingerprint, Limit, RuleId, Severity};
use crate::report::Format;

pub use fault::{ConfigError, Fault, Mistake};
pub use read::{beside, read_beside};
pub use resolved::{Resolved, Shown, Source};
pub use schema::schema;
pub use size::{parse_size, size_text};

use fields::{NEVER, OFF};
use values::{Entry, Given, Value};

pub use baseline::{BASELINE_NAME, Baseline, BaselineError, BaselineFault, Change, Sight};

/// Name of the file that is found by itself.
pub const FILE_NAME: &str = ".keyscan.toml";

/// A config file that was read. What it does not give is empty or none.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// `[endpoints]`.
    pub endpoints: EndpointPolicy,
    /// `[endpoints.production]` and the like.
    pub by_environment: BTreeMap<Environment, EndpointPolicy>,
    /// `[keys]` `own`, `organizations`, `projects`.
    pub own: OwnKeys,
    /// `[keys]` `stores`.
    pub stores: PathPatterns,
    /// `[paths]`, in the order of the file.
    pub paths: Vec<(Environment, PathPatterns)>,
    /// `[rules]` `files`: relative to the file, with `/`, without `..`.
    pub rule_files: Vec<String>,
    /// `[rules]` `only` and `except`, and what `[severity]` turns off.
    pub rules: RuleSelection,
    /// `[severity]`.
    pub severities: BTreeMap<RuleId, Severity>,
    /// `[suppress]` `require-reason`.
    pub require_reason: Option<bool>,
    /// `[suppress]` `baseline`, relative to the file as `rule_files` are.
    pub baseline: Option<String>,
    /// `[gate]` `fail-on`.
    pub fail_on: Option<FailOn>,
    /// `[gate]` `fail-on-confidence`.
    pub fail_on_confidence: Option<Confidence>,
    /// `[gate]` `allow-incomplete`.
    pub allow_incomplete: Option<bool>,
    /// `[output]` `format`.
    pub format: Option<Format>,
    /// `[output]` `min-severity`.
    pub min_severity: Option<Severity>,
    /// `[limits]` `max-file-size`.
    pub max_file_size: Option<u64>,
    /// The rest of `[limits]`.
    pub limits: BTreeMap<Limit, u64>,
    /// Every field that is given, for people.
    resolved: Vec<Resolved>,
    /// The files that it names, with line and column.
    named: Vec<(String, (usize, usize))>,
}

/// The lowest severity that fails a run; `None` is `never`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailOn(pub Option<Severity>);

impl Config {
    /// Reads the bytes of a config file. `path` is what errors call it; nothing is opened.
    ///
    /// # Errors
    /// Everything in it that is not understood.
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, ConfigError> {
        let faulty = |mut faults: text::Faults| {
            faults.sort_by_key(|(at, _)| *at);
            let more = faults.len().saturating_sub(fault::MOST_TOLD);
            let told = faults.into_iter().take(fault::MOST_TOLD);
            let mistakes = told.map(|(at, fault)| {
                let (line, column) = text::position(bytes, at);
                Mistake { line, column, fault }
            });
            ConfigError::Faulty { path: path.to_owned(), mistakes: mistakes.collect(), more }
        };
        let whole = text::decode(bytes).map_err(|fault| faulty(vec![fault]))?;
        let body = whole.strip_prefix('\u{feff}').unwrap_or(whole);
        let shift = whole.len() - body.len();
        let place = |at: usize| text::position(bytes, at + shift);
        let line = |at: usize| place(at).0;

        let text::Read { root, mut faults, sure } = text::read(body);
        let (given, wrong) = values::read(root.get_ref());
        faults.extend(wrong.into_iter().chain(contradictions::find(&given, &line)).filter(|(at, _)| *at < sure));
        let config = Self::of(&given, &place, &mut faults);
        if faults.is_empty() && config.rules.wants_nothing(true, true) {
            faults.extend(given.iter().rfind(|given| selects(given)).map(|given| (given.at, Fault::NothingLeft)));
        }
        if faults.is_empty() {
            Ok(config)
        } else {
            Err(faulty(faults.into_iter().map(|(at, fault)| (at + shift, fault)).collect()))
        }
    }

    /// The policy that the file states.
    #[must_use]
    pub fn policy(&self) -> Policy {
        Policy {
            endpoints: self.endpoints.clone(),
            by_environment: self.by_environment.clone(),
            paths: self.paths.clone(),
            own: self.own.clone(),
            stores: self.stores.clone(),
            severities: self.severities.clone(),
            rules: self.rules.clone(),
            require_reason: self.require_reason.unwrap_or(false),
            ..Policy::default()
        }
    }

    /// The fields that the file gives, in its order.
    #[must_use]
    pub fn given(&self) -> &[Resolved] {
        &self.resolved
    }

    /// Line and column at which it names a file.
    #[must_use]
    pub fn place_of(&self, file: &str) -> Option<(usize, usize)> {
        self.named.iter().find(|(name, _)| name == file).map(|(_, place)| *place)
    }

    fn of(given: &[Given], place: &dyn Fn(usize) -> (usize, usize), faults: &mut text::Faults) -> Self {
        let mut config = Self::default();
        for one in given {
            config.take(one, faults);
            config.resolved.push(Resolved::given(one, place(one.at).0));
            if let ["rules", "files"] | ["suppress", "baseline"] = one.path[..] {
                config.named.extend(one.entries().iter().map(|entry| (entry.text.clone(), place(entry.at))));
            }
        }
        config
    }

    /// Takes a field whose values have been checked one by one.
    fn take(&mut self, given: &Given, faults: &mut text::Faults) {
        let entries = given.entries();
        let texts = || entries.iter().map(|entry| entry.text.clone());
        let word = entries.first().map_or("", |entry| entry.text.as_str());
        let flag = matches!(given.value, Value::Flag(true));
        match given.path[..] {
            ["endpoints", field] => set_hosts(&mut self.endpoints, field, entries),
            ["endpoints", environment, field] => {
                let environment = environment_of(environment);
                set_hosts(self.by_environment.entry(environment).or_default(), field, entries);
            }
            ["keys", "own"] => self.own.fingerprints = texts().map(Fingerprint::from_hex).collect(),
            ["keys", "organizations"] => self.own.organizations = texts().collect(),
            ["keys", "projects"] => self.own.projects = texts().collect(),
            ["keys", "stores"] => self.stores = patterns(given, faults),
            ["paths", environment] => self.paths.push((environment_of(environment), patterns(given, faults))),
            ["rules", "files"] => self.rule_files = texts().collect(),
            ["rules", "only"] => self.rules.only = rules_of(entries).collect(),
            ["rules", "except"] => self.rules.except.extend(rules_of(entries)),
            ["severity", rule] => {
                let rule = RuleId::from_word(rule).expect("the table of fields has rules alone");
                match severity_of(word) {
                    Some(severity) => drop(self.severities.insert(rule, severity)),
                    None => drop(word == OFF && self.rules.except.insert(rule)),
                }
            }
            ["suppress", "require-reason"] => self.require_reason = Some(flag),
            ["suppress", "baseline"] => self.baseline = Some(word.to_owned()),
            ["gate", "fail-on"] if word == NEVER => self.fail_on = Some(FailOn(None)),
            ["gate", "fail-on"] => self.fail_on = Some(FailOn(severity_of(word))),
            ["gate", "fail-on-confidence"] => self.fail_on_confidence = confidence_of(word),
            ["gate", "allow-incomplete"] => self.allow_incomplete = Some(flag),
            ["output", "format"] => self.format = Format::from_word(word),
            ["output", "min-severity"] => self.min_severity = severity_of(word),
            ["limits", "max-file-size"] => self.max_file_size = parse_size(word).ok(),
            ["limits", field] => {
                let limit = Limit::SETTABLE.into_iter().find(|limit| limit.as_str() == field);
                let limit = limit.expect("the table of fields has limits that can be set alone");
                self.limits.extend(parse_size(word).ok().map(|value| (limit, value)));
            }
            _ => unreachable!("every field of the table is taken, as a test asserts"),
        }
    }
}

/// The config file of a tree: `.keyscan.toml` directly in `top` (the top of the git work tree, else the root itself),
/// never above it.
#[must_use]
pub fn find(top: &Path) -> Option<PathBuf> {
    let path = top.join(FILE_NAME);
    // Whatever has the name is the config: `load` says what is wrong with it, where silence would drop a policy.
    path.symlink_metadata().is_ok().then_some(path)
}

/// Reads a config file.
///
/// # Errors
/// If it is no regular file of at most 1 MiB, or anything in it is not understood.
pub fn load(path: &Path) -> Result<Config, ConfigError> {
    Config::parse(path, &read::config(path)?)
}

fn set_hosts(policy: &mut EndpointPolicy, field: &str, entries: &[Entry]) {
    let hosts = entries.iter().filter_map(|entry| entry.host.clone()).collect();
    match field {
        "allow" => policy.allow = hosts,
        "deny" => policy.deny = hosts,
        _ => policy.only = hosts,
    }
}

/// The patterns of a field. Each can be used alone; all together may be too much.
fn patterns(given: &Given, faults: &mut text::Faults) -> PathPatterns {
    let texts: Vec<&str> = given.entries().iter().map(|entry| entry.text.as_str()).collect();
    PathPatterns::new(&texts).unwrap_or_else(|(_, error)| {
        faults.push((given.at, Fault::BadPath { field: given.name(), error }));
        PathPatterns::default()
    })
}

/// Whether a field says which rules are looked at.
fn selects(given: &Given) -> bool {
    match given.path[..] {
        ["rules", field] => matches!(field, "only" | "except"),
        ["severity", _] => given.entries().iter().any(|entry| entry.text == OFF),
        _ => false,
    }
}

fn rules_of(entries: &[Entry]) -> impl Iterator<Item = RuleId> {
    entries.iter().filter_map(|entry| RuleId::from_word(&entry.text))
}

fn environment_of(word: &str) -> Environment {
    let found = Environment::ALL.into_iter().find(|environment| environment.as_str() == word);
    found.expect("the table of fields has environments alone")
}

fn severity_of(word: &str) -> Option<Severity> {
    Severity::ALL.into_iter().find(|severity| severity.as_str() == word)
}

fn confidence_of(word: &str) -> Option<Confidence> {
    [Confidence::High, Confidence::Medium, Confidence::Low].into_iter().find(|confidence| confidence.as_str() == word)
}

/// A path for an error text: without characters that steer a terminal.
fn plain(path: &Path) -> String {
    let mut text = String::new();
    for char in path.to_string_lossy().chars() {
        let harmless = matches!(char, '\'' | '"' | '\\') || char.escape_debug().len() == 1;
        if harmless { text.push(char) } else { text.extend(char.escape_debug()) }
    }
    text
}

#[cfg(test)]
mod tests;
