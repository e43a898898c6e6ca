//! The table of findings: a row for what it is, and a second one to unfold with its places and what to do.
//!
//! End tags that HTML lets one leave out are left out: a page of thousands of findings has to open fast.

use std::collections::BTreeSet;
use std::io::{self, Write};

use crate::model::{Confidence, EndpointFacts, Finding, Occurrence, RelatedRole, Subject, shortened_id};
use crate::report::allow::Allow;
use crate::report::words;

use super::escape::Esc;
use super::guides::Guides;
use super::view::{self, View};

/// How many places of a finding are listed.
const MAX_PLACES: usize = 100;
/// How many receivers a row names.
const MAX_RECEIVERS: usize = 4;

/// What a finding is about, in a few characters.
pub(super) fn subject(finding: &Finding) -> &str {
    match &finding.subject {
        Subject::Key(key) => key.redacted.as_str(),
        Subject::Endpoint(endpoint) | Subject::Server(endpoint) => &endpoint.host,
        Subject::Setting(name) if name.is_empty() => "(without a name)",
        Subject::Setting(name) => name,
        Subject::Account(project) if project.name.is_empty() => "(without a name)",
        Subject::Account(project) => &project.name,
    }
}

/// Writes the rows of every finding.
pub(super) fn write(view: &View<'_>, guides: &Guides<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (index, finding) in view.findings.iter().enumerate() {
        let severity = finding.severity.as_str();
        let rule = finding.rule.as_str();
        writeln!(out, "<tbody id=f{index} data-p=\"{}\">", combinations(finding))?;
        write!(out, "<tr><td><b class={severity}>{severity}</b>")?;
        write!(out, "<th scope=row>{}", Esc(subject(finding)))?;
        about(finding, view, out)?;
        write!(out, "<td>{}<small><a href=#r-{rule}>{rule}</a>", Esc(&finding.message))?;
        if finding.confidence < Confidence::High {
            write!(out, ", {} confidence", finding.confidence.as_str())?;
        }
        out.write_all(b"</small><td>")?;
        sent_to(finding, view, out)?;
        writeln!(out, "<td>{}", words::grouped(finding.occurrences.len() as u64))?;
        out.write_all(b"<tr><td colspan=5><details><summary>Places and what to do</summary>")?;
        details(index, finding, view, guides, out)?;
        out.write_all(b"</details></tbody>\n")?;
    }
    Ok(())
}

/// What filters look at: environment, exposure and root of each place.
fn combinations(finding: &Finding) -> String {
    let all: BTreeSet<String> = finding
        .occurrences
        .iter()
        .map(|place| {
            let environment = place.environment.map_or("none", |environment| environment.as_str());
            format!("{environment}.{}.{}", place.exposure.as_str(), place.root)
        })
        .collect();
    all.into_iter().collect::<Vec<_>>().join(" ")
}

/// The line under the name.
fn about(finding: &Finding, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let about = match &finding.subject {
        Subject::Key(key) => words::key(key, view.rules),
        Subject::Endpoint(endpoint) => words::endpoint(endpoint),
        Subject::Server(endpoint) => format!("stands behind a server: {}", words::endpoint(endpoint)),
        Subject::Setting(_) => "setting with several keys".to_owned(),
        Subject::Account(project) => format!("project of the own account, {}", shortened_id(&project.id)),
    };
    write!(out, "<small>{}</small>", Esc(&about))
}

/// Who receives the keys, each with its kind.
fn sent_to(finding: &Finding, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    if let Subject::Endpoint(endpoint) | Subject::Server(endpoint) = &finding.subject {
        return kind(endpoint, view, out);
    }
    let receivers = words::receivers(finding);
    for (at, (endpoint, _)) in receivers.iter().take(MAX_RECEIVERS).enumerate() {
        write!(out, "{}{} ", if at == 0 { "" } else { "<br>" }, Esc(&endpoint.host))?;
        kind(endpoint, view, out)?;
    }
    match receivers.len() {
        all if all > MAX_RECEIVERS => {
            write!(out, "<small>and {} more</small>", words::grouped((all - MAX_RECEIVERS) as u64))
        }
        _ => Ok(()),
    }
}

/// The kind of an endpoint, which leads to its row. The host itself is never a link.
fn kind(endpoint: &EndpointFacts, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let kind = endpoint.kind.as_str();
    let index = view.endpoint(&endpoint.host).expect("every endpoint of a shown place has a row");
    write!(out, "<a class={kind} href=#e{index}>{kind}</a>")
}

fn details(
    index: usize,
    finding: &Finding,
    view: &View<'_>,
    guides: &Guides<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    places(finding, view, out)?;
    out.write_all(b"<dl>")?;
    also(finding, view, out)?;
    // The steps stand once on the page. The script puts a copy of them here.
    write!(out, "<dt>To do<dd><a href=#g{}>{} steps</a>", guides.of(index), finding.advice.len())?;
    // Here every endpoint has an entry of its own.
    let allow = Allow::of(finding, &[]);
    for (comment, which) in &allow.comments {
        write!(out, "<dt>Allow<dd><code>{}</code> {}", Esc(comment), Esc(which))?;
    }
    if let Some(config) = &allow.config {
        write!(out, "<dt>Or<dd><code>{}</code> in <code>.keyscan.toml</code>", Esc(&config.line))?;
        if let Some((comment, which)) = &config.and {
            write!(out, " with <code>{}</code> {}", Esc(comment), Esc(which))?;
        }
    }
    write!(out, "<dt>Id<dd><code>{}</code>", Esc(&finding.id))?;
    if let Subject::Key(key) = &finding.subject
        && let Some(print) = &key.fingerprint
    {
        write!(out, "<dt>Fingerprint<dd><code>{}</code>", Esc(print.as_str()))?;
    }
    out.write_all(b"</dl>")
}

/// A row for each place.
fn places(finding: &Finding, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let keyed = matches!(finding.subject, Subject::Key(_));
    out.write_all(b"<table><tr><th>Place<th>Known of it<th>")?;
    out.write_all(if keyed { b"Sent to" } else { b"Role" })?;
    for place in finding.occurrences.iter().take(MAX_PLACES) {
        out.write_all(b"<tr><td>")?;
        if let Some(name) = view.repository(place.root) {
            write!(out, "<b>{}</b> ", Esc(name))?;
        }
        let position = &place.position;
        write!(out, "{}:{}:{}", Esc(view::path(place)), position.line, position.column)?;
        let mut facts = words::facts(place);
        if place.severity < finding.severity {
            facts.push(format!("{} here", place.severity.as_str()));
        }
        write!(out, "<td>{}<td>", Esc(&facts.join(", ")))?;
        goes_to(place, out)?;
    }
    out.write_all(b"</table>")?;
    match finding.occurrences.len() {
        all if all > MAX_PLACES => {
            let left = words::grouped((all - MAX_PLACES) as u64);
            write!(out, "<p class=faint>… and {left} more (all in --format json)</p>")
        }
        _ => Ok(()),
    }
}

fn goes_to(place: &Occurrence, out: &mut dyn Write) -> io::Result<()> {
    match &place.receiver {
        Some(to) => write!(out, "<code>{}</code>, {}", Esc(&to.endpoint.host), words::evidence(to.evidence)),
        None => out.write_all(place.role.map_or("", |role| role.as_str()).as_bytes()),
    }
}

/// Signals, the address, and the places that belong to it.
fn also(finding: &Finding, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    if let Subject::Endpoint(endpoint) | Subject::Server(endpoint) = &finding.subject {
        write!(out, "<dt>Address<dd><code>{}</code>", Esc(&endpoint.url))?;
    }
    if !finding.signals.is_empty() {
        out.write_all(b"<dt>Also<dd>")?;
        for (at, signal) in finding.signals.iter().enumerate() {
            write!(out, "{}{}", if at == 0 { "" } else { ", " }, signal.id.as_str())?;
            if !signal.detail.is_empty() {
                write!(out, " ({})", Esc(&signal.detail))?;
            }
        }
    }
    for (role, label) in
        [(RelatedRole::Endpoint, "Set at"), (RelatedRole::SameKey, "Same key"), (RelatedRole::PoolMember, "Pool")]
    {
        let all: Vec<_> = finding.related.iter().filter(|place| place.role == role).collect();
        for (at, place) in all.iter().take(MAX_RECEIVERS).enumerate() {
            write!(out, "{}<code>", if at == 0 { format!("<dt>{label}<dd>") } else { ", ".to_owned() })?;
            if let Some(name) = view.repository(place.root) {
                write!(out, "<b>{}</b> ", Esc(name))?;
            }
            write!(out, "{}:{}:{}</code>", Esc(&place.path.text), place.position.line, place.position.column)?;
        }
        if all.len() > MAX_RECEIVERS {
            write!(out, " and {} more", words::grouped((all.len() - MAX_RECEIVERS) as u64))?;
        }
    }
    Ok(())
}
