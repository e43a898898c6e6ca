//! `keyscan probe`: asks the endpoints that are named on the command line, and scans nothing.

use std::collections::BTreeSet;
use std::io::{self, Write};

use anyhow::Result;
use keyscan::detect::redact_text;
use keyscan::model::{ProbeFacts, ProbeReason};
use keyscan::online::{self, Options};
use keyscan::report::sanitize;
use keyscan::rules::Rules;
use serde::Serialize;

use super::command::{ListFormat, ProbeArgs};
use super::error::hinted;
use super::exit::Exit;
use super::output::Target;
use super::{hints, online as asking};

/// Version of the document's shape.
const SCHEMA_VERSION: u32 = 1;

/// The longest address that is repeated, in characters.
const LONGEST_SHOWN: usize = 200;

/// Asks, and says what was learnt in the order of the arguments.
pub(super) fn run(args: &ProbeArgs) -> Result<Exit> {
    let options = Options {
        probe: true,
        probe_private: args.probe_private,
        proxy: asking::proxy(args.online_proxy.as_deref())?,
        announce: asking::announce,
        ..Options::default()
    };
    let urls: BTreeSet<String> = args.urls.iter().cloned().collect();
    let asked = online::ask(&options, &[], &urls, &Rules::builtin(), redact_text);
    let told = asked.map_err(|error| hinted(error.to_string(), hints::of_online(error)))?.endpoints;
    let mut seen = BTreeSet::new();
    let once = args.urls.iter().filter(|url| seen.insert(*url));
    let probes: Vec<(&str, &ProbeFacts)> = once.filter_map(|url| Some((url.as_str(), told.get(url)?))).collect();
    Target::Stdout.write(|out| match args.format {
        ListFormat::Human => probes.iter().try_for_each(|probe| line(probe, out)),
        ListFormat::Json => document(&probes, out),
    })?;
    Ok(exit(&probes))
}

/// Wrong or refused addresses first: no answer makes them right.
fn exit(probes: &[(&str, &ProbeFacts)]) -> Exit {
    let refused = [ProbeReason::BadUrl, ProbeReason::Private, ProbeReason::Forbidden];
    if probes.iter().any(|(_, facts)| refused.contains(&facts.reason)) {
        Exit::Failed
    } else if probes.iter().all(|(_, facts)| facts.tells()) {
        Exit::Clean
    } else {
        Exit::Incomplete
    }
}

/// An address as it may be shown: without the user's name and password, without a key, and not without an end. Of what is no address nobody
/// knows where a password ends.
fn shown(url: &str, facts: &ProbeFacts) -> String {
    let (scheme, rest) = url.split_once("://").map_or((None, url), |(scheme, rest)| (Some(scheme), rest));
    let plain = |scheme: &&str| scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let scheme = scheme.filter(plain).map(|scheme| format!("{scheme}://")).unwrap_or_default();
    let end = match facts.reason {
        ProbeReason::BadUrl => rest.len(),
        _ => rest.find(['/', '?', '#']).unwrap_or(rest.len()),
    };
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit('@').next().unwrap_or_default();
    let whole = format!("{scheme}{host}{path}");
    let whole = redact_text(whole.split(['?', '#']).next().unwrap_or_default());
    match whole.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => format!("{}…", &whole[..end]),
        None => whole,
    }
}

fn line((url, facts): &(&str, &ProbeFacts), out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}: {}", sanitize(&shown(url, facts)), facts.text())
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    probes: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    url: String,
    software: Option<&'a str>,
    name: Option<&'a str>,
    version: Option<&'a str>,
    kind: Option<&'static str>,
    reason: &'static str,
}

impl<'a> Entry<'a> {
    fn new(url: &str, facts: &'a ProbeFacts) -> Self {
        let software = facts.software.as_ref();
        Self {
            url: sanitize(&shown(url, facts)).into_owned(),
            software: software.map(|software| software.id.as_str()),
            name: software.map(|software| software.name.as_str()),
            version: software.and_then(|software| software.version.as_deref()),
            kind: software.map(|software| software.class.as_str()),
            reason: facts.reason.as_str(),
        }
    }
}

fn document(probes: &[(&str, &ProbeFacts)], out: &mut dyn Write) -> io::Result<()> {
    let probes = probes.iter().map(|(url, facts)| Entry::new(url, facts)).collect();
    serde_json::to_writer_pretty(&mut *out, &Document { schema_version: SCHEMA_VERSION, probes })?;
    writeln!(out)
}
