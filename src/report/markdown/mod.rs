//! Markdown for a comment on a pull request or the summary of a run: counts, then one block per finding, worst first.
//!
//! Comments and summaries have limits, so what does not fit is left out, finding by finding from the end, and counted.
//! With `verbose` everything is written, for a file that somebody reads.

mod block;
mod escape;

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::model::{Report, SetAside, Severity, SkipEffect, SkipReason, Skipped, Summary};
use crate::rules::Rules;

use self::escape::code;
use super::names::unique_names;
use super::{Options, online, words};

pub(super) use self::escape::text;

/// How much is written, in bytes: GitHub takes comments of 65,536 characters, and somebody may put a line in front.
const MAX_BYTES: usize = 64_000;
/// How many unread files are named.
const MAX_NAMED: usize = 10;
/// How many places are named that something lets pass.
const MAX_LET_PASS: usize = 50;

/// Writes the counts, the findings, and what was read.
pub(super) fn write(report: &Report, rules: &Rules, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let verbose = options.verbose > 0;
    let shown = report.findings.iter().filter(|finding| finding.severity >= report.min_severity);
    let all = shown.clone().count();
    let head = head(report, all);
    let foot = foot(report);
    out.write_all(head.as_bytes())?;

    let names = unique_names(&report.scan.roots);
    let left_out = |number: usize| {
        let findings = words::count(number as u64, "more finding");
        format!("\n**{findings} left out here.** `keyscan --format json` has all.\n")
    };
    // However many are left out in the end, the line that says so has its room.
    let mut room = MAX_BYTES.saturating_sub(head.len() + foot.len() + left_out(all).len());
    for (index, finding) in shown.enumerate() {
        let block = block::block(finding, &names, rules, verbose);
        if !verbose && block.len() > room {
            out.write_all(left_out(all - index).as_bytes())?;
            break;
        }
        room = room.saturating_sub(block.len());
        out.write_all(block.as_bytes())?;
    }
    out.write_all(foot.as_bytes())
}

/// The title, the counts of what is shown, and loudly what should have been read and was not.
fn head(report: &Report, shown: usize) -> String {
    let title = if shown == 0 { "nothing found".to_owned() } else { words::count(shown as u64, "finding") };
    let Summary { critical, high, medium, low, info } = report.summary;
    let counts = [
        (Severity::Critical, critical),
        (Severity::High, high),
        (Severity::Medium, medium),
        (Severity::Low, low),
        (Severity::Info, info),
    ];
    let counts = counts.iter().filter(|(severity, _)| *severity >= report.min_severity);
    let (mut names, mut rule, mut numbers) = (String::new(), String::new(), String::new());
    for (severity, number) in counts {
        names.push_str(&format!("| {} ", severity.as_str()));
        rule.push_str("|---:");
        numbers.push_str(&format!("| {} ", words::grouped(*number)));
    }
    let mut head = format!("## keyscan: {title}\n\n{names}|\n{rule}|\n{numbers}|\n");

    let unread: Vec<&Skipped> =
        report.scan.skipped.iter().filter(|skipped| skipped.reason.effect() == SkipEffect::Incomplete).collect();
    if !unread.is_empty() {
        let were = if unread.len() == 1 { "was" } else { "were" };
        let files = words::count(unread.len() as u64, "file");
        head.push_str(&format!("\n**Incomplete:** {files} {were} not scanned to the end and may hold keys.\n\n"));
        for skipped in unread.iter().take(MAX_NAMED) {
            head.push_str(&format!("- {}: {}\n", code(&skipped.path.text), words::explain(skipped.reason)));
        }
        if unread.len() > MAX_NAMED {
            head.push_str(&format!("- and {} more\n", words::grouped((unread.len() - MAX_NAMED) as u64)));
        }
    }
    head.push_str(&set_aside(&report.scan.policy.set_aside));
    head
}

/// What of the scanned tree was not obeyed: whoever reviews a change has to know that it tried.
fn set_aside(all: &[SetAside]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut text = "\n**Set aside,** because the scanned tree is not trusted:\n\n".to_owned();
    for one in all.iter().take(MAX_NAMED) {
        let what = words::count(one.count, words::set_aside_kind(one.kind));
        text.push_str(&format!("- {}: {what}\n", code(&one.path.text)));
    }
    if all.len() > MAX_NAMED {
        text.push_str(&format!("- and {} more\n", words::grouped((all.len() - MAX_NAMED) as u64)));
    }
    text
}

/// The places that something lets pass, where that is asked for.
fn let_pass(report: &Report) -> String {
    if !report.show_suppressed || report.suppressed.is_empty() {
        return String::new();
    }
    let mut text = "\n### Let pass\n\n".to_owned();
    let places = || report.suppressed.iter().flat_map(|one| one.occurrences.iter().map(move |place| (one, place)));
    for (finding, place) in places().take(MAX_LET_PASS) {
        let Some(by) = &place.suppression else { continue };
        let at = code(&words::place(&place.path.text, &place.position));
        let reason = if by.reason.is_empty() { String::new() } else { format!(": {}", escape::text(&by.reason)) };
        let by = words::let_pass_by(by.kind);
        text.push_str(&format!("- {at} {}, {}, {by}{reason}\n", finding.rule.as_str(), place.severity.as_str()));
    }
    if let more @ 1.. = places().count().saturating_sub(MAX_LET_PASS) {
        text.push_str(&format!("- and {} more\n", words::grouped(more as u64)));
    }
    text
}

/// What was read, and what was left out on purpose.
fn foot(report: &Report) -> String {
    let scan = &report.scan;
    let mut read = words::count(scan.files, "file");
    if scan.commits > 0 {
        read = format!("{read} and {}", words::count(scan.commits, "commit"));
    }
    let mut parts = vec![format!("Read {read} ({}).", words::bytes(scan.bytes))];
    let left_out = [(scan.suppressed, "place", "suppressed"), (scan.excluded, "file", "excluded")];
    let left_out: Vec<String> = left_out
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, noun, why)| format!("{} {why}", words::count(number, noun)))
        .collect();
    if !left_out.is_empty() {
        parts.push(format!("Left out: {}.", left_out.join(", ")));
    }
    let mut notes: BTreeMap<SkipReason, u64> = BTreeMap::new();
    for skipped in scan.skipped.iter().filter(|skipped| skipped.reason.effect() == SkipEffect::Note) {
        *notes.entry(skipped.reason).or_default() += 1;
    }
    if !notes.is_empty() {
        let notes =
            notes.iter().map(|(&reason, &count)| format!("{} ({})", words::explain(reason), words::grouped(count)));
        parts.push(format!("Not read, or only as text: {}.", notes.collect::<Vec<_>>().join("; ")));
    }
    let hidden = report.findings.iter().filter(|finding| finding.severity < report.min_severity).count();
    if hidden > 0 {
        let findings = words::count(hidden as u64, "finding");
        parts.push(format!("Not shown: {findings} below {}.", report.min_severity.as_str()));
    }
    parts.extend(online::lines(report).iter().map(|line| escape::text(line)));
    format!("{}\n---\n\n{}\n", let_pass(report), parts.join(" "))
}
