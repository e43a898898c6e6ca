//! One finding: what it is, who receives it, where it stands, what to do.

use std::fmt::Write as _;

use crate::model::{Confidence, EndpointFacts, EndpointKind, Finding, Occurrence, Subject};
use crate::report::words;
use crate::rules::Rules;

use super::escape::{code, text};

/// How many places of a finding are shown.
const MAX_PLACES: usize = 10;
/// How many receivers of a key are shown.
const MAX_RECEIVERS: usize = 3;

/// The block of a finding, with an empty line in front.
pub(super) fn block(finding: &Finding, names: &[String], rules: &Rules, verbose: bool) -> String {
    let remark = match finding.confidence {
        Confidence::High => "",
        Confidence::Medium => " (medium confidence)",
        Confidence::Low => " (possible: low confidence)",
    };
    let (severity, rule) = (finding.severity.as_str(), finding.rule.as_str());
    let mut block = format!("\n### {severity}: {rule}{remark}\n\n{}\n\n", text(&finding.message));
    let mut item = |label: &str, value: &str| {
        writeln!(block, "- **{label}:** {value}").expect("a String takes everything");
    };
    match &finding.subject {
        Subject::Key(key) => {
            item("Key", &format!("{} ({})", code(key.redacted.as_str()), text(&words::key(key, rules))));
            let receivers = words::receivers(finding);
            let limit = if verbose { receivers.len() } else { MAX_RECEIVERS };
            for (endpoint, evidence) in receivers.iter().take(limit) {
                let what = format!("{}, {}", words::endpoint(endpoint), words::evidence(*evidence));
                item("Sent to", &format!("{} ({})", code(&endpoint.host), text(&what)));
            }
            if receivers.len() > limit {
                item("Sent to", &format!("{} more", words::grouped((receivers.len() - limit) as u64)));
            }
        }
        Subject::Endpoint(endpoint) => item("Host", &host(endpoint)),
        Subject::Server(endpoint) => {
            item(if endpoint.kind == EndpointKind::SelfHosted { "Runs" } else { "Upstream" }, &host(endpoint));
        }
        Subject::Setting(name) => item("Setting", &code(name)),
        Subject::Account(project) => item("Project", &code(&project.name)),
    }
    let signals: Vec<String> = finding
        .signals
        .iter()
        .map(|signal| match signal.detail.as_str() {
            "" => signal.id.as_str().to_owned(),
            detail => format!("{} ({})", signal.id.as_str(), text(detail)),
        })
        .collect();
    if !signals.is_empty() {
        item("Also", &signals.join(", "));
    }
    let advice = if verbose { finding.advice.len() } else { 1 };
    for (index, advice) in finding.advice.iter().take(advice).enumerate() {
        item(if index == 0 { "Do now" } else { "Then" }, &text(advice));
    }
    if verbose {
        item("Finding", &code(&finding.id));
    }
    places(&mut block, finding, names, verbose);
    block
}

fn host(endpoint: &EndpointFacts) -> String {
    format!("{} ({})", code(&endpoint.host), text(&words::endpoint(endpoint)))
}

fn places(block: &mut String, finding: &Finding, names: &[String], verbose: bool) {
    let several = names.len() > 1;
    let repository = |place: &Occurrence| match names.get(place.root) {
        Some(name) if several => format!(" {} |", code(name)),
        _ => String::new(),
    };
    let repository_column = if several { ("| Repository ", "|---") } else { ("", "") };
    writeln!(
        block,
        "\n{}| Place | Setting | What is known |\n{}|---|---|---|",
        repository_column.0, repository_column.1
    )
    .expect("a String takes everything");
    let all = finding.occurrences.len();
    let limit = if verbose { all } else { MAX_PLACES };
    let told = finding.receiver.as_ref().map(|receiver| &receiver.endpoint.host);
    for place in finding.occurrences.iter().take(limit) {
        let setting = place.setting.as_deref().map(code).unwrap_or_default();
        let mut facts = words::circumstances(place);
        if let Some(receiver) = place.receiver.as_ref().filter(|receiver| Some(&receiver.endpoint.host) != told) {
            facts.push(format!("to {}", receiver.endpoint.host));
        }
        if place.severity < finding.severity {
            facts.push(format!("{} here", place.severity.as_str()));
        }
        let position = words::place(&place.path.text, &place.position);
        writeln!(block, "|{} {} | {setting} | {} |", repository(place), code(&position), text(&facts.join(", ")))
            .expect("a String takes everything");
    }
    if all > limit {
        let more = words::count((all - limit) as u64, "more place");
        writeln!(block, "\n… and {more} (all in `--format json`)").expect("a String takes everything");
    }
}
