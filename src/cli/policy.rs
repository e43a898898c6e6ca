//! Which policy is in force: what was typed, and the files that the scanned repository brings along.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Result;
use keyscan::assess::Policy;
use keyscan::config::{self, Config};
use keyscan::model::{PolicyFacts, SetAsideKind};
use keyscan::{scan, source};

use super::args::{ScanArgs, from_environment};
use super::error::{harmless, hinted};
use super::trust::{self, Found};

/// The policy in force, where it comes from, a line that says so, and which of the tree's own files matter.
pub(super) fn resolve(
    args: &ScanArgs,
    input: &scan::Input,
) -> Result<(Policy, PolicyFacts, String, Vec<source::PolicyFile>)> {
    let file = file(args, input)?;
    let (config, note) = match &file {
        Some(file) => {
            let config = file.config()?;
            let note = format!("policy: {} (endpoints allowed: {})", file.name().display(), config.allow.len());
            (config, harmless(&note))
        }
        None => (Config::default(), "policy: none".to_owned()),
    };
    let mut policy = Policy { environment: args.environment, ..config.policy() };
    policy.rules.only.extend(&args.only);
    policy.rules.except.extend(&args.except);
    let facts = PolicyFacts {
        config: file.as_ref().map(|file| file.name().display().to_string()),
        trusted: trust::commit_id(input.trust()),
        ..PolicyFacts::default()
    };
    let watched = trust::watched(file.iter().map(|file| (file, SetAsideKind::Config)));
    Ok((policy, facts, note, watched))
}

/// The config file in force.
fn file(args: &ScanArgs, input: &scan::Input) -> Result<Option<Found>> {
    let variable = || from_environment("KEYSCAN_CONFIG").map(PathBuf::from);
    match args.config.clone().or_else(variable) {
        _ if args.no_config => Ok(None),
        Some(file) => trust::named(input, &file).map(Some),
        None if input.trust().is_tree() => Ok(own_config(input)?.map(Found::Disk)),
        None => trust::own(input, config::FILE_NAME),
    }
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
