//! Which policy is in force: what was typed, and the files that the scanned repository brings along.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Result;
use keyscan::assess::Policy;
use keyscan::config::{self, Config};
use keyscan::model::PolicyFacts;
use keyscan::{scan, source};

use super::args::{ScanArgs, from_environment};
use super::error::{harmless, hinted};

/// The policy in force, where it comes from, and a line that says so.
pub(super) fn resolve(args: &ScanArgs, input: &scan::Input) -> Result<(Policy, PolicyFacts, String)> {
    let file = match &args.config {
        _ if args.no_config => None,
        Some(file) => Some(file.clone()),
        None => match from_environment("KEYSCAN_CONFIG") {
            Some(file) => Some(PathBuf::from(file)),
            None => own_config(input)?,
        },
    };
    let (config, note) = match &file {
        Some(file) => {
            let config = config::load(file)?;
            let note = format!("policy: {} (endpoints allowed: {})", file.display(), config.allow.len());
            (config, harmless(&note))
        }
        None => (Config::default(), "policy: none".to_owned()),
    };
    let mut policy = Policy { environment: args.environment, ..config.policy() };
    policy.rules.only.extend(&args.only);
    policy.rules.except.extend(&args.except);
    let facts = PolicyFacts { config: file.map(|file| file.display().to_string()), ..PolicyFacts::default() };
    Ok((policy, facts, note))
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
