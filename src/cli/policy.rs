//! Which policy is in force: what was typed, and the files that the scanned repository brings along.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Error, Result};
use keyscan::assess::{Policy, RuleSelection};
use keyscan::config::{self, Config, Shown};
use keyscan::model::{PolicyFacts, SetAsideKind};
use keyscan::rules::Rules;
use keyscan::{scan, source};

use super::args::{ScanArgs, from_environment};
use super::baseline::from_here;
use super::error::{harmless, hinted, listed, reasons};
use super::trust::{self, Found};

/// The policy in force.
#[derive(Debug)]
pub(super) struct InForce {
    /// What it allows, flags included.
    pub(super) policy: Policy,
    /// The config file, flags not included.
    pub(super) config: Config,
    /// The rules of the release, and those that the config names.
    pub(super) rules: Rules,
    /// Where it comes from, for reports.
    pub(super) facts: PolicyFacts,
    /// The same in a line for people.
    pub(super) note: String,
    /// The files that it was read from.
    pub(super) files: Vec<(Found, SetAsideKind)>,
}

/// A file of rules.
struct RuleFile {
    /// What people call it.
    shown: String,
    bytes: Vec<u8>,
}

/// Reads the policy.
pub(super) fn resolve(args: &ScanArgs, input: &scan::Input) -> Result<InForce> {
    let file = file(args, input)?;
    let mut files: Vec<_> = file.iter().map(|file| (file.clone(), SetAsideKind::Config)).collect();
    let (config, rules) = match &file {
        Some(file) => {
            let config = file.config()?;
            let rules = rules(&config, &|name| {
                let shown = file.sibling(name).name().display().to_string();
                Ok(RuleFile {
                    shown,
                    bytes: file
                        .beside(name, "file of rules")
                        .map_err(|error| unusable(&place(file, &config, name), &error))?,
                })
            })?;
            files.extend(config.rule_files.iter().map(|name| (file.sibling(name), SetAsideKind::Rules)));
            (config, rules)
        }
        None => (Config::default(), Rules::builtin()),
    };
    let mut policy = Policy { environment: args.environment, ..config.policy() };
    select(&mut policy.rules, args);
    if policy.rules.wants_nothing(args.verify, args.own_account) {
        let hint = "leave a rule out of --except, or name another one with --only; foreign-key needs --verify and --own-account, no-spend-limit \
                    --own-account";
        return Err(hinted("no rule is left to look at, and nothing would ever be reported", hint));
    }
    let name = file.map(|file| file.name());
    let note = note(name.as_deref(), &config) + &trust::note(input.trust());
    // What a repository brings along has the same name on every machine.
    let is_own = args.config.is_none() && variable().is_none() && input.trust().is_tree();
    let config_name =
        |name: PathBuf| if is_own { config::FILE_NAME.to_owned() } else { harmless(&name.display().to_string()) };
    let facts = PolicyFacts {
        config: name.map(config_name),
        trusted: trust::commit_id(input.trust()),
        ..PolicyFacts::default()
    };
    Ok(InForce { policy, config, rules, facts, note, files })
}

/// The config file that the environment names.
fn variable() -> Option<PathBuf> {
    from_environment("KEYSCAN_CONFIG").map(PathBuf::from)
}

/// The config file in force.
fn file(args: &ScanArgs, input: &scan::Input) -> Result<Option<Found>> {
    match args.config.clone().or_else(variable) {
        _ if args.no_config => Ok(None),
        Some(file) => trust::named(input, &file).map(Some),
        None if input.trust().is_tree() => Ok(own_config(input)?.map(|path| Found::Disk(from_here(&path)))),
        None => trust::own(input, config::FILE_NAME),
    }
}

/// The rules of the release, and those of the files that a config names. `read` reads such a file, by its name in the config.
fn rules(config: &Config, read: &dyn Fn(&str) -> Result<RuleFile>) -> Result<Rules> {
    let mut files = Vec::with_capacity(config.rule_files.len());
    for name in &config.rule_files {
        let RuleFile { shown, bytes } = read(name)?;
        let text = String::from_utf8(bytes).map_err(|_| listed(vec![format!("{shown}: not UTF-8 text")]))?;
        files.push((shown, text));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(shown, text)| (shown.as_str(), text.as_str())).collect();
    Rules::with_extra(&files).map_err(|errors| listed(errors.iter().map(ToString::to_string).collect()))
}

/// The baseline that the config in force names, and where it does so.
pub(super) fn baseline(config: &Config, files: &[(Found, SetAsideKind)]) -> Option<(Found, String)> {
    let (file, _) = files.iter().find(|(_, kind)| *kind == SetAsideKind::Config)?;
    config.baseline.as_deref().map(|name| (file.sibling(name), place(file, config, name)))
}

/// Where a config names a file.
fn place(file: &Found, config: &Config, name: &str) -> String {
    let (line, column) = config.place_of(name).unwrap_or((1, 1));
    format!("{}:{line}:{column}", file.name().display())
}

/// A file that a config names and that cannot be read.
pub(super) fn unusable(place: &str, error: &Error) -> Error {
    hinted(format!("{place}: {}", reasons(error)), "correct the path; it begins at the folder of the policy file")
}

/// What was typed goes before what the file says: rules that are asked for are looked at, and no others.
fn select(rules: &mut RuleSelection, args: &ScanArgs) {
    if !args.only.is_empty() {
        rules.only = args.only.iter().copied().collect();
        rules.except.retain(|rule| !rules.only.contains(rule));
    }
    rules.except.extend(&args.except);
}

/// Which file is in force and what it gives, in one line.
fn note(file: Option<&Path>, config: &Config) -> String {
    let Some(file) = file else { return "policy: none".to_owned() };
    let fields: Vec<String> = config
        .given()
        .iter()
        .map(|field| match &field.value {
            Some(Shown::List(texts)) => format!("{}: {}", field.name, texts.len()),
            Some(Shown::Text(text)) => format!("{}: {text}", field.name),
            Some(Shown::Number(number)) => format!("{}: {number}", field.name),
            Some(Shown::Flag(flag)) => format!("{}: {flag}", field.name),
            None => field.name.clone(),
        })
        .collect();
    let fields = if fields.is_empty() { "empty".to_owned() } else { fields.join(", ") };
    harmless(&format!("policy: {} ({fields})", file.display()))
}

/// The config file that the scanned folders bring along. What one repository allows must not hold for another, so
/// roots that differ in it are refused.
fn own_config(input: &scan::Input) -> Result<Option<PathBuf>> {
    let roots = match input {
        scan::Input::Tree(tree) => super::resolve::roots(tree),
        scan::Input::Stdin { .. } => vec![PathBuf::from(".")],
    };
    let tops: BTreeSet<_> = roots.iter().filter_map(|root| source::top_of(root)).collect();
    let found: BTreeSet<_> = tops.iter().map(|top| config::find(top)).collect();
    if found.len() > 1 {
        let files: Vec<_> = found.iter().flatten().map(|file| file.display().to_string()).collect();
        let message = format!("the paths belong to different policies: {}", files.join(", "));
        return Err(hinted(message, "name one with --config for all of them, or give --no-config"));
    }
    Ok(found.into_iter().next().flatten())
}
