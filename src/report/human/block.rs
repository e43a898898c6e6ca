//! One finding as a block: what it is, who receives it, where it stands, what to do.

use std::io;

use crate::model::{Confidence, EndpointKind, Finding, RelatedRole, RuleId, SignalId, Subject};
use crate::report::allow::Allow;
use crate::report::places::in_use;
use crate::report::words;
use crate::rules::Rules;

use super::page::{Look, Page};

/// How many places of a finding are shown.
const MAX_PLACES: usize = 10;
/// How many lines that set the endpoint are shown.
const MAX_SET_AT: usize = 3;

/// The signals that say who holds a key.
const SHARED: [SignalId; 4] = [
    SignalId::SharedByRepositories,
    SignalId::SharedByServices,
    SignalId::SharedByEnvironments,
    SignalId::SharedByPeople,
];

/// Writes the block of a finding, with the endpoint findings that it covers.
pub(super) fn write(
    page: &mut Page<'_>,
    finding: &Finding,
    folded: &[&Finding],
    rules: &Rules,
    verbose: bool,
) -> io::Result<()> {
    let (title, remark) = match finding.confidence {
        Confidence::High => (finding.rule.as_str().to_owned(), ""),
        Confidence::Medium => (finding.rule.as_str().to_owned(), "medium confidence"),
        Confidence::Low => (format!("possible {}", finding.rule.as_str()), "low confidence"),
    };
    page.heading(finding.severity, &title, remark)?;
    page.under(Look::Plain, &finding.message)?;

    let receivers = words::receivers(finding);
    match &finding.subject {
        Subject::Key(key) => {
            page.row("key", (Look::Strong, key.redacted.as_str()), &words::key(key, rules))?;
            for (endpoint, evidence) in &receivers {
                let tail = format!("{}, {}", words::endpoint(endpoint), words::evidence(*evidence));
                page.row("sent to", (Look::Strong, &endpoint.host), &tail)?;
            }
            set_at(page, finding, verbose)?;
        }
        Subject::Endpoint(endpoint) => {
            page.row("host", (Look::Strong, &endpoint.host), &words::endpoint(endpoint))?;
        }
        Subject::Server(endpoint) => {
            let label = if endpoint.kind == EndpointKind::SelfHosted { "runs" } else { "upstream" };
            page.row(label, (Look::Strong, &endpoint.host), &words::endpoint(endpoint))?;
        }
        Subject::Setting(name) => {
            let name = if name.is_empty() { "(without a name)" } else { name };
            page.row("setting", (Look::Strong, name), "")?;
        }
    }
    places(page, finding, receivers.len() > 1, verbose)?;
    also(page, finding, folded)?;
    if verbose {
        details(page, finding)?;
    }
    advice(page, finding, verbose)?;
    allow(page, finding)
}

/// The lines that set the endpoint of a key.
fn set_at(page: &mut Page<'_>, finding: &Finding, verbose: bool) -> io::Result<()> {
    let endpoints: Vec<_> = finding.related.iter().filter(|place| place.role == RelatedRole::Endpoint).collect();
    let shown = if verbose { endpoints.len() } else { MAX_SET_AT.min(endpoints.len()) };
    for (index, place) in endpoints[..shown].iter().enumerate() {
        let label = if index == 0 { "set at" } else { "" };
        page.row(label, (Look::Plain, &words::place(&place.shown, &place.position)), "")?;
    }
    more(page, endpoints.len() - shown)
}

fn places(page: &mut Page<'_>, finding: &Finding, tell_receiver: bool, verbose: bool) -> io::Result<()> {
    let places = in_use(finding);
    let all = places.len();
    let shown = if verbose { all } else { MAX_PLACES.min(all) };
    for (index, place) in places[..shown].iter().enumerate() {
        let label = match (index, all) {
            (0, 1) => "place",
            (0, _) => "places",
            _ => "",
        };
        let mut facts = words::facts(place);
        if let Some(receiver) = place.receiver.as_ref().filter(|_| tell_receiver) {
            facts.push(format!("to {}", receiver.endpoint.host));
        }
        if place.severity < finding.severity {
            facts.push(format!("{} here", place.severity.as_str()));
        }
        page.row(label, (Look::Plain, &words::place(&place.shown, &place.position)), &facts.join(", "))?;
    }
    more(page, all - shown)?;
    match (finding.occurrences.len() - all) as u64 {
        0 => Ok(()),
        1 => page.row("", (Look::Faint, "only named at 1 place more"), ""),
        many => page.row("", (Look::Faint, &format!("only named at {} places more", words::grouped(many))), ""),
    }
}

fn more(page: &mut Page<'_>, left: usize) -> io::Result<()> {
    if left == 0 {
        return Ok(());
    }
    page.row("", (Look::Faint, &format!("… and {} more", words::grouped(left as u64))), "(all in --format json)")
}

/// Other facts: signals, and the endpoint findings that this block covers.
fn also(page: &mut Page<'_>, finding: &Finding, folded: &[&Finding]) -> io::Result<()> {
    // Who holds a shared key the sentence says.
    let told = |id: SignalId| finding.rule == RuleId::SharedKey && SHARED.contains(&id);
    let signals = finding.signals.iter().filter(|signal| !told(signal.id)).map(|signal| {
        let id = signal.id.as_str();
        if signal.detail.is_empty() { id.to_owned() } else { format!("{id} ({})", signal.detail) }
    });
    let folded = folded.iter().filter_map(|finding| match &finding.subject {
        Subject::Endpoint(endpoint) => Some(format!("{} ({})", finding.rule.as_str(), endpoint.host)),
        Subject::Key(_) | Subject::Server(_) | Subject::Setting(_) => None,
    });
    let mut facts: Vec<String> = Vec::new();
    for fact in signals.chain(folded) {
        if !facts.contains(&fact) {
            facts.push(fact);
        }
    }
    if facts.is_empty() { Ok(()) } else { page.row("also", (Look::Plain, ""), &facts.join(", ")) }
}

/// What only those ask for who follow a finding up.
fn details(page: &mut Page<'_>, finding: &Finding) -> io::Result<()> {
    if let Subject::Endpoint(endpoint) | Subject::Server(endpoint) = &finding.subject {
        page.row("url", (Look::Plain, &endpoint.url), "")?;
    }
    if !finding.risks.is_empty() {
        let risks: Vec<&str> = finding.risks.iter().map(|risk| risk.as_str()).collect();
        page.row("risks", (Look::Plain, ""), &risks.join(", "))?;
    }
    let fingerprint = match &finding.subject {
        Subject::Key(key) => key.fingerprint.as_ref(),
        Subject::Endpoint(_) | Subject::Server(_) | Subject::Setting(_) => None,
    };
    let fingerprint = fingerprint.map_or_else(String::new, |print| format!("fingerprint {print}"));
    page.row("id", (Look::Plain, &finding.id), &fingerprint)
}

fn advice(page: &mut Page<'_>, finding: &Finding, verbose: bool) -> io::Result<()> {
    let shown = if verbose { finding.advice.len() } else { finding.advice.len().min(1) };
    for (index, advice) in finding.advice[..shown].iter().enumerate() {
        page.row(if index == 0 { "do now" } else { "then" }, (Look::Plain, ""), advice)?;
    }
    Ok(())
}

/// The exact lines that let the finding pass.
fn allow(page: &mut Page<'_>, finding: &Finding) -> io::Result<()> {
    let allow = Allow::of(finding);
    if let Some((comment, which)) = &allow.comment {
        page.row("allow", (Look::Plain, comment), which)?;
    }
    if let Some(line) = &allow.config {
        page.row("or", (Look::Plain, "[endpoints]"), "in .keyscan.toml")?;
        page.row("", (Look::Plain, line), "")?;
    }
    Ok(())
}
