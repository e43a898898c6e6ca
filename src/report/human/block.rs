//! One finding as a block: what it is, who receives it, where it stands, what to do.

use std::io;

use crate::model::{
    Confidence, EndpointFacts, EndpointKind, Evidence, Finding, Occurrence, Related, RelatedRole, RuleId, SignalId,
    Subject, shortened_id,
};
use crate::report::allow::Allow;
use crate::report::places::in_use;
use crate::report::words;
use crate::rules::Rules;

use super::link::is_file;
use super::page::{Look, Page, Spot};

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

/// Writes the blocks of a report, one after the other. The lines to copy of the block above are not written again: forty
/// keys with the same fault would fill the screen with them.
pub(super) struct Blocks<'a> {
    rules: &'a Rules,
    verbose: bool,
    /// What would let the last block's finding pass.
    allow: Option<Allow>,
}

impl<'a> Blocks<'a> {
    pub(super) const fn new(rules: &'a Rules, verbose: bool) -> Self {
        Self { rules, verbose, allow: None }
    }

    /// Writes the block of a finding, with the endpoint findings that it covers.
    pub(super) fn write(&mut self, page: &mut Page<'_>, finding: &Finding, folded: &[&Finding]) -> io::Result<()> {
        let (title, remark) = match finding.confidence {
            Confidence::High => (finding.rule.as_str().to_owned(), ""),
            Confidence::Medium => (finding.rule.as_str().to_owned(), "medium confidence"),
            Confidence::Low => (format!("possible {}", finding.rule.as_str()), "low confidence"),
        };
        page.heading(finding.severity, &title, remark)?;
        page.under(Look::Plain, &finding.message)?;
        // How a host is reached, and that the policy forbids it, is told nowhere else in the block.
        let told_here = |one: &&&Finding| matches!(one.rule, RuleId::InsecureEndpoint | RuleId::DisallowedEndpoint);
        for one in folded.iter().filter(told_here) {
            page.under(Look::Plain, &one.message)?;
        }

        let receivers = words::receivers(finding);
        self.subject(page, finding, &receivers)?;
        places(page, finding, receivers.len() > 1, self.verbose)?;
        self.advice(page, finding)?;
        also(page, finding, folded)?;
        if self.verbose {
            details(page, finding)?;
        }
        self.allow(page, finding, folded)
    }

    /// What the finding is about, and where it goes.
    fn subject(
        &self,
        page: &mut Page<'_>,
        finding: &Finding,
        receivers: &[(&EndpointFacts, Evidence)],
    ) -> io::Result<()> {
        match &finding.subject {
            Subject::Key(key) => {
                let known = words::key(key, self.rules);
                // The sentence above names nearly every key in full already.
                let told = finding.message.contains(key.redacted.as_str()) && finding.message.contains(&known);
                if self.verbose || !told {
                    page.row("key", (Look::Strong, key.redacted.as_str()), &known)?;
                }
                for (endpoint, evidence) in receivers {
                    let tail = format!("{}, {}", words::endpoint(endpoint), words::evidence(*evidence));
                    page.row("sent to", (Look::Strong, &endpoint.host), &tail)?;
                }
                if let Some(assumed) = assumed_receiver(finding) {
                    let when = if receivers.is_empty() {
                        "assumed: no other endpoint is set"
                    } else {
                        "assumed where none is set"
                    };
                    page.row("sent to", (Look::Plain, assumed), when)?;
                }
                set_at(page, finding, self.verbose)
            }
            Subject::Endpoint(endpoint) => page.row("host", (Look::Strong, &endpoint.host), &words::endpoint(endpoint)),
            Subject::Server(endpoint) => {
                let label = if endpoint.kind == EndpointKind::SelfHosted { "runs" } else { "upstream" };
                page.row(label, (Look::Strong, &endpoint.host), &words::endpoint(endpoint))
            }
            Subject::Account(project) => page.row("project", (Look::Strong, &project.name), &shortened_id(&project.id)),
            Subject::Setting(name) => {
                let name = if name.is_empty() { "(without a name)" } else { name };
                page.row("setting", (Look::Strong, name), "")
            }
        }
    }

    fn advice(&self, page: &mut Page<'_>, finding: &Finding) -> io::Result<()> {
        let Some((first, then)) = finding.advice.split_first() else { return Ok(()) };
        if self.verbose {
            page.strong_row("do now", first)?;
            return then.iter().try_for_each(|advice| page.row("then", (Look::Plain, ""), advice));
        }
        page.strong_row("do now", &first_clause(first))
    }

    /// The exact lines that let the finding pass, with those that it covers.
    fn allow(&mut self, page: &mut Page<'_>, finding: &Finding, folded: &[&Finding]) -> io::Result<()> {
        let allow = Allow::of(finding, folded);
        if self.verbose || !self.allow.as_ref().is_some_and(|above| above.says_the_same(&allow)) {
            for (index, (comment, which)) in allow.comments.iter().enumerate() {
                page.row(if index == 0 { "allow" } else { "and" }, (Look::Plain, comment), which)?;
            }
            if let Some(config) = &allow.config {
                let label = if allow.comments.is_empty() { "allow" } else { "or" };
                page.row(label, (Look::Plain, "[endpoints]"), "in .keyscan.toml")?;
                page.row("", (Look::Plain, &config.line), "")?;
                if let Some((comment, which)) = &config.and {
                    page.row("with", (Look::Plain, comment), which)?;
                }
            }
        }
        self.allow = Some(allow);
        Ok(())
    }
}

/// The first step of an advice, without what only explains it: people read one line.
fn first_clause(advice: &str) -> String {
    match advice.split_once("; ") {
        Some((clause, _)) => format!("{clause}."),
        None => advice.to_owned(),
    }
}

/// Who receives a key where no endpoint is set.
fn assumed_receiver(finding: &Finding) -> Option<&str> {
    let assumed = finding.signals.iter().find(|signal| signal.id == SignalId::DefaultEndpoint)?;
    let name = assumed.detail.strip_suffix(" is assumed").unwrap_or(&assumed.detail);
    Some(if name.is_empty() { "the issuer's own API" } else { name })
}

/// The lines that set the endpoint of a key.
fn set_at(page: &mut Page<'_>, finding: &Finding, verbose: bool) -> io::Result<()> {
    let endpoints: Vec<_> = finding.related.iter().filter(|place| place.role == RelatedRole::Endpoint).collect();
    let shown = if verbose { endpoints.len() } else { MAX_SET_AT.min(endpoints.len()) };
    // What stands beside a key that only the history holds may be gone as well.
    let in_files = finding.occurrences.iter().any(is_file);
    for (index, place) in endpoints[..shown].iter().enumerate() {
        let label = if index == 0 { "set at" } else { "" };
        let Related { shown, position, path, .. } = place;
        page.place(label, Spot { shown, percent: path.percent, position, is_file: in_files }, "")?;
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
        let Occurrence { shown, position, path, .. } = place;
        let spot = Spot { shown, percent: path.percent, position, is_file: is_file(place) };
        page.place(label, spot, &facts.join(", "))?;
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
    let all_places = words::count(finding.occurrences.len() as u64, "place");
    let shared = |id: SignalId| SHARED.contains(&id);
    let is_shared = finding.signals.iter().any(|signal| signal.id == SignalId::SharedKey);
    let holders = finding.signals.iter().filter(|signal| shared(signal.id)).map(|signal| signal.detail.as_str());
    let holders = holders.filter(|detail| !detail.is_empty()).collect::<Vec<_>>().join("; ");
    let signals = finding.signals.iter().filter_map(|signal| {
        let detail = match signal.id {
            SignalId::DefaultEndpoint => return None,
            // Who holds a shared key the sentence says, or the signal of the rule.
            id if shared(id) && (finding.rule == RuleId::SharedKey || is_shared) => return None,
            SignalId::SharedKey if !holders.is_empty() => holders.as_str(),
            _ if signal.detail == all_places => "",
            _ => signal.detail.as_str(),
        };
        let id = signal.id.as_str();
        Some(if detail.is_empty() { id.to_owned() } else { format!("{id} ({detail})") })
    });
    let folded = folded.iter().filter_map(|finding| match &finding.subject {
        Subject::Endpoint(endpoint) => Some(format!("{} ({})", finding.rule.as_str(), endpoint.host)),
        Subject::Key(_) | Subject::Server(_) | Subject::Setting(_) | Subject::Account(_) => None,
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
        Subject::Endpoint(_) | Subject::Server(_) | Subject::Setting(_) | Subject::Account(_) => None,
    };
    let fingerprint = fingerprint.map_or_else(String::new, |print| format!("fingerprint {print}"));
    page.row("id", (Look::Plain, &finding.id), &fingerprint)
}
