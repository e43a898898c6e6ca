//! What was read, what was found, and what was not read: how far the page can be trusted.

use std::io::{self, Write};

use crate::model::{PolicyFacts, ScanFacts, Severity, SkipEffect, Summary};
use crate::report::{online, words};

use super::escape::Esc;
use super::findings::subject;
use super::view::{self, View};

/// How many things that were not read, not obeyed or let pass are listed.
const MAX_LISTED: usize = 500;

/// The roots, in a line.
pub(super) fn scope(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let scan = &view.report.scan;
    for (at, root) in scan.roots.iter().enumerate() {
        let name = view.repository(at).unwrap_or(&root.name);
        write!(out, "{}<b>{}</b>", if at == 0 { "" } else { ", " }, Esc(name))?;
        if let Some(commit) = &root.commit {
            write!(out, " at <code>{}</code>", Esc(&commit.chars().take(10).collect::<String>()))?;
        }
    }
    Ok(())
}

/// The counts, and loudly what should have been read and was not.
pub(super) fn verdict(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let report = view.report;
    let unread = report.scan.skipped.iter().filter(|skip| skip.reason.effect() == SkipEffect::Incomplete).count();
    if unread > 0 {
        let were = if unread == 1 { "was" } else { "were" };
        let files = words::count(unread as u64, "file");
        write!(
            out,
            "<p class=alarm role=alert><b>Incomplete:</b> {files} {were} not scanned to the end and may hold "
        )?;
        out.write_all(b"keys. <a href=\"#read\">Which</a></p>\n")?;
    }
    let counts = counts(&report.summary);
    if view.findings.is_empty() {
        let minimum = report.min_severity.as_str();
        let none = counts.iter().all(|(_, number)| *number == 0);
        let what = if none { String::new() } else { format!(" of severity {minimum} or above") };
        let calm = if unread == 0 { " calm" } else { "" };
        writeln!(out, "<p class=\"nothing{calm}\">Nothing{what} found: {} read.</p>", amount(&report.scan))?;
    } else {
        out.write_all(b"<ul class=counts>")?;
        for (severity, number) in counts.iter().rev().filter(|(severity, _)| *severity >= report.min_severity) {
            let (word, none) = (severity.as_str(), if *number == 0 { " none" } else { "" });
            write!(out, "<li class=\"{word}{none}\"><b>{}</b> {word}</li>", words::grouped(*number))?;
        }
        out.write_all(b"</ul>\n")?;
    }
    Ok(())
}

/// What was read and what was left out.
pub(super) fn read(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (report, scan) = (view.report, &view.report.scan);
    write!(out, "<dl><dt>Mode<dd>{}<dt>Read<dd>{}", scan.mode, amount(scan))?;
    write!(out, "<dt>Suppressed<dd>{}", words::count(scan.suppressed, "place"))?;
    write!(out, "<dt>Excluded<dd>{}", words::count(scan.excluded, "file"))?;
    let below: Vec<String> = counts(&report.summary)
        .iter()
        .filter(|(severity, number)| *severity < report.min_severity && *number > 0)
        .map(|(severity, number)| format!("{} {}", words::grouped(*number), severity.as_str()))
        .collect();
    if !below.is_empty() {
        write!(
            out,
            "<dt>Not shown<dd>{}, below the minimum severity {}",
            below.join(", "),
            report.min_severity.as_str()
        )?;
    }
    policy(&scan.policy, out)?;
    write!(out, "<dt>Fingerprints<dd>{}", scan.fingerprint_scheme)?;
    if let Some(check) = &scan.fingerprint_check {
        write!(out, ", check <code>{}</code>", Esc(check))?;
    }
    for (at, line) in online::lines(report).iter().enumerate() {
        write!(out, "{}{}", if at == 0 { "<dt>Asked<dd>" } else { "<br>" }, Esc(line))?;
    }
    write!(out, "<dt>Catalogue<dd>{}", Esc(&report.tool.catalogue))?;
    writeln!(out, "<dt>Rules<dd><code>{}</code></dl>", Esc(&report.tool.rules_digest))?;
    skipped(view, out)?;
    set_aside(view, out)
}

/// By what the findings were judged.
fn policy(policy: &PolicyFacts, out: &mut dyn Write) -> io::Result<()> {
    let facts = [("Policy", &policy.config), ("Baseline", &policy.baseline), ("Trusted commit", &policy.trusted)];
    for (label, fact) in facts {
        if let Some(fact) = fact {
            write!(out, "<dt>{label}<dd><code>{}</code>", Esc(fact))?;
        }
    }
    Ok(())
}

/// How much was read.
fn amount(scan: &ScanFacts) -> String {
    let files = words::count(scan.files, "file");
    let commits =
        if scan.commits > 0 { format!(" and {}", words::count(scan.commits, "commit")) } else { String::new() };
    format!("{files}{commits} ({})", words::bytes(scan.bytes))
}

fn skipped(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let skipped = &view.report.scan.skipped;
    if skipped.is_empty() {
        return writeln!(out, "<p>Everything else was read.</p>");
    }
    out.write_all(b"<h3>Not read</h3>\n<div class=scroll><table class=plain><thead><tr>")?;
    out.write_all(b"<th scope=col>Path<th scope=col>Why<th scope=col>What it means<tbody>\n")?;
    // What may hold keys stands in front.
    let incomplete = skipped.iter().filter(|skip| skip.reason.effect() == SkipEffect::Incomplete);
    let notes = skipped.iter().filter(|skip| skip.reason.effect() == SkipEffect::Note);
    for skip in incomplete.chain(notes).take(MAX_LISTED) {
        out.write_all(b"<tr><th scope=row>")?;
        repository(view, skip.root, out)?;
        let meaning = match skip.reason.effect() {
            SkipEffect::Incomplete => "<b>the scan is incomplete</b>",
            SkipEffect::Note => "nothing was missed that could have been read",
        };
        writeln!(out, "{}<td>{}<td>{meaning}", Esc(&skip.path.text), words::reason(skip.reason))?;
    }
    out.write_all(b"</table></div>\n")?;
    more(skipped.len(), out)
}

/// What of the scanned tree would have let findings pass, and was not obeyed.
fn set_aside(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let all = &view.report.scan.policy.set_aside;
    if all.is_empty() {
        return Ok(());
    }
    out.write_all(b"<h3>Not obeyed</h3>\n<div class=scroll><table class=plain><thead><tr>")?;
    out.write_all(b"<th scope=col>Path<th scope=col>What<th scope=col>How many<tbody>\n")?;
    for aside in all.iter().take(MAX_LISTED) {
        out.write_all(b"<tr><th scope=row>")?;
        repository(view, aside.root, out)?;
        let count = words::grouped(aside.count);
        writeln!(out, "{}<td>{}<td>{count}", Esc(&aside.path.text), aside.kind.as_str())?;
    }
    out.write_all(b"</table></div>\n")?;
    more(all.len(), out)
}

/// Every place that something lets pass, and why, where that was asked for.
pub(super) fn suppressed(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let findings = view.report.suppressed.iter().filter(|finding| finding.severity >= view.report.min_severity);
    let places = findings.flat_map(|finding| finding.occurrences.iter().map(move |place| (finding, place)));
    let mut all = 0;
    for (finding, place) in places {
        all += 1;
        if all > MAX_LISTED {
            continue;
        }
        let severity = place.severity.as_str();
        write!(out, "<tr><td><b class={severity}>{severity}</b><th scope=row>{}", Esc(subject(finding)))?;
        write!(out, "<small>{}</small><td>", finding.rule.as_str())?;
        repository(view, place.root, out)?;
        write!(out, "{}:{}:{}<td>", Esc(view::path(place)), place.position.line, place.position.column)?;
        if let Some(by) = &place.suppression {
            write!(out, "{}<td>{}", by.kind.as_str(), Esc(&by.reason))?;
        }
        out.write_all(b"\n")?;
    }
    out.write_all(b"</table>\n")?;
    more(all, out)
}

/// Whether there is nothing to show of what is suppressed.
pub(super) fn hides_suppressed(view: &View<'_>) -> bool {
    !view.report.show_suppressed || view.report.suppressed.is_empty()
}

/// The name of a root, where there are several.
fn repository(view: &View<'_>, root: usize, out: &mut dyn Write) -> io::Result<()> {
    match view.repository(root) {
        Some(name) => write!(out, "<b>{}</b> ", Esc(name)),
        None => Ok(()),
    }
}

/// What a cut list leaves out.
fn more(all: usize, out: &mut dyn Write) -> io::Result<()> {
    if all <= MAX_LISTED {
        return Ok(());
    }
    let left = words::grouped((all - MAX_LISTED) as u64);
    writeln!(out, "<p class=faint>… and {left} more (all in --format json)</p>")
}

/// Findings of each severity, mildest first.
fn counts(summary: &Summary) -> [(Severity, u64); 5] {
    let Summary { critical, high, medium, low, info } = *summary;
    [
        (Severity::Info, info),
        (Severity::Low, low),
        (Severity::Medium, medium),
        (Severity::High, high),
        (Severity::Critical, critical),
    ]
}
