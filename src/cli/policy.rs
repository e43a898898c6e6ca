//! Which policy is in force: what was typed, and the files that the scanned repository brings along.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;
use keyscan::assess::{Policy, RuleSelection};
use keyscan::config::{self, Config, Shown};
use keyscan::model::PolicyFacts;
use keyscan::rules::Rules;
use keyscan::{scan, source};

use super::args::{ScanArgs, from_environment};
use super::error::{harmless, hinted, listed};

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
    let (config, rules) = match &file {
        Some(file) => {
            let config = config::load(file)?;
            let rules = rules(&config, &|name| {
                let shown = config::beside(file, name).display().to_string();
                Ok(RuleFile { shown, bytes: config::read_beside(file, name, "file of rules")? })
            })?;
            (config, rules)
        }
        None => (Config::default(), Rules::builtin()),
    };
    let mut policy = Policy { environment: args.environment, ..config.policy() };
    select(&mut policy.rules, args);
    let note = note(file.as_deref(), &config);
    let facts = PolicyFacts { config: file.map(|file| file.display().to_string()), ..PolicyFacts::default() };
    Ok(InForce { policy, config, rules, facts, note })
}

/// The config file in force.
fn file(args: &ScanArgs, input: &scan::Input) -> Result<Option<PathBuf>> {
    match &args.config {
        _ if args.no_config => Ok(None),
        Some(file) => Ok(Some(file.clone())),
        None => match from_environment("KEYSCAN_CONFIG") {
            Some(file) => Ok(Some(PathBuf::from(file))),
            None => own_config(input),
        },
    }
}

/// The rules of the release, and those of the files that a config names. `read` reads such a file, by its name in the config.
fn rules(config: &Config, read: &dyn Fn(&str) -> Result<RuleFile>) -> Result<Rules> {
    let mut rules = Rules::builtin();
    for name in &config.rule_files {
        let RuleFile { shown, bytes } = read(name)?;
        let text = String::from_utf8(bytes).map_err(|_| listed(vec![format!("{shown}: not UTF-8 text")]))?;
        rules.extend(&shown, &text).map_err(|error| listed(vec![error.to_string()]))?;
    }
    Ok(rules)
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
