//! What was read and what was not: the part that says how far "nothing found" can be trusted.

use std::collections::BTreeMap;
use std::io;

use crate::model::{LeftOut, PolicyFacts, Report, SetAsideKind, Severity, SkipEffect, SkipReason, Summary};
use crate::report::online;
use crate::report::words::{bytes, count, grouped, reason, set_aside_kind};

use super::fold::Shown;
use super::page::{Look, Page};
use super::suppressed;

/// Severities with the number of their findings, worst first.
type Counts = Vec<(Severity, u64)>;

/// How much of a commit's id is shown.
const SHORT: usize = 10;
/// How many unread files are named.
const MAX_SKIPPED: usize = 20;

/// Writes the counts: findings, files, what was left out and why.
pub(super) fn write(page: &mut Page<'_>, report: &Report, told: &Shown<'_>, verbose: bool) -> io::Result<()> {
    let scan = &report.scan;
    let (shown, hidden) = counts(&report.summary, report.min_severity);
    let total: u64 = shown.iter().map(|(_, number)| number).sum();
    let mut read = count(scan.files, "file");
    if scan.commits > 0 {
        read = format!("{read} and {}", count(scan.commits, "commit"));
    }
    let read = format!("{read} ({})", bytes(scan.bytes));
    if total == 0 {
        let what = if hidden.is_empty() { "Nothing found".to_owned() } else { nothing_above(report.min_severity) };
        page.text(Look::Strong, &format!("{what}: {read} read."))?;
    } else {
        let folded = told_elsewhere(told.folded, total, "told in a key's block above");
        let listed = told_elsewhere(told.only_listed, total, "only listed or mentioned");
        let text = format!("{}: {}.{folded}{listed}", count(total, "finding"), list(&shown));
        page.text(Look::Strong, &text)?;
        page.text(Look::Plain, &format!("Read {read}."))?;
    }

    if verbose {
        page.text(Look::Faint, &format!("Policy: {}.", policy(&scan.policy)))?;
    }
    let mut left_out = Vec::new();
    if scan.suppressed > 0 {
        left_out.push(suppressed::counted(report));
    }
    if verbose {
        left_out.extend(by_rule(&scan.left_out));
    } else if scan.excluded > 0 {
        left_out.push(format!("{} excluded", count(scan.excluded, "file")));
    }
    left_out.extend(notes(report));
    if !left_out.is_empty() {
        page.text(Look::Faint, &format!("Left out: {}.", left_out.join(", ")))?;
    }
    online::lines(report).iter().try_for_each(|line| page.text(Look::Plain, line))?;
    set_aside(page, report, verbose)?;
    if !hidden.is_empty() {
        let lowest = hidden[hidden.len() - 1].0.as_str();
        let facts = hidden.iter().map(|&(severity, number)| match severity {
            Severity::Info => count(number, "info fact"),
            _ => format!("{} {}", grouped(number), severity.as_str()),
        });
        let facts: Vec<String> = facts.collect();
        page.text(Look::Faint, &format!("Not shown: {} (--min-severity {lowest}).", facts.join(", ")))?;
    }
    if verbose {
        for skipped in scan.skipped.iter().filter(|skipped| skipped.reason.effect() == SkipEffect::Note) {
            page.item((Look::Faint, &skipped.shown), reason(skipped.reason))?;
        }
    }
    Ok(())
}

/// What was left out, by what asked for it.
fn by_rule(left_out: &LeftOut) -> impl Iterator<Item = String> {
    let LeftOut { ignore_files, globs, reports, not_included, ignored_files, ignored_folders } = *left_out;
    let rules = [
        (ignore_files, "file", "by .keyscanignore"),
        (globs, "file", "by --exclude"),
        (reports, "report", "of keyscan"),
        (not_included, "file", "not named by --include"),
        (ignored_files, "file", "that git ignores"),
        (ignored_folders, "folder", "that git ignores"),
    ];
    rules
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, noun, by)| format!("{} {by}", count(number, noun)))
}

/// By what the findings were judged.
fn policy(policy: &PolicyFacts) -> String {
    let mut parts = vec![policy.config.as_deref().unwrap_or("no policy file").to_owned()];
    parts.push(policy.baseline.as_ref().map_or_else(|| "no baseline".to_owned(), |file| format!("baseline {file}")));
    parts.extend(policy.trusted.as_ref().map(|commit| format!("all taken from commit {commit}")));
    parts.join(", ")
}

/// Says what of the scanned tree was not obeyed, and lists it where that is asked for.
fn set_aside(page: &mut Page<'_>, report: &Report, verbose: bool) -> io::Result<()> {
    let policy = &report.scan.policy;
    if policy.set_aside.is_empty() {
        return Ok(());
    }
    let mut counts: BTreeMap<SetAsideKind, u64> = BTreeMap::new();
    for aside in &policy.set_aside {
        *counts.entry(aside.kind).or_default() += aside.count;
    }
    let all: Vec<String> = counts.into_iter().map(|(kind, number)| count(number, set_aside_kind(kind))).collect();
    let why = match &policy.trusted {
        Some(commit) => format!("commit {} does not say so", commit.get(..SHORT).unwrap_or(commit)),
        None => "the scanned tree is not trusted".to_owned(),
    };
    page.text(Look::Strong, &format!("Set aside: {} ({why}).", all.join(", ")))?;
    for aside in policy.set_aside.iter().filter(|_| verbose) {
        page.item((Look::Plain, &aside.shown), &count(aside.count, set_aside_kind(aside.kind)))?;
    }
    Ok(())
}

/// Says loudly what should have been read and was not; `list` says whether to name the files.
pub(super) fn incomplete(page: &mut Page<'_>, report: &Report, list: bool) -> io::Result<()> {
    let unread: Vec<_> =
        report.scan.skipped.iter().filter(|skipped| skipped.reason.effect() == SkipEffect::Incomplete).collect();
    if unread.is_empty() {
        return Ok(());
    }
    page.blank()?;
    let files = count(unread.len() as u64, "file");
    let were = if unread.len() == 1 { "was" } else { "were" };
    page.text(Look::Alarm, &format!("INCOMPLETE: {files} {were} not scanned to the end and may hold keys."))?;
    if !list {
        return Ok(());
    }
    for skipped in unread.iter().take(MAX_SKIPPED) {
        page.item((Look::Plain, &skipped.shown), reason(skipped.reason))?;
    }
    if unread.len() > MAX_SKIPPED {
        let left = grouped((unread.len() - MAX_SKIPPED) as u64);
        page.item((Look::Faint, &format!("… and {left} more")), "(all in --format json)")?;
    }
    Ok(())
}

/// Findings of each severity that has some, worst first: those shown, and those below the minimum.
fn counts(summary: &Summary, minimum: Severity) -> (Counts, Counts) {
    let Summary { critical, high, medium, low, info } = *summary;
    let all = [
        (Severity::Critical, critical),
        (Severity::High, high),
        (Severity::Medium, medium),
        (Severity::Low, low),
        (Severity::Info, info),
    ];
    all.into_iter().filter(|&(_, number)| number > 0).partition(|&(severity, _)| severity >= minimum)
}

/// A sentence on findings that have no block of their own; empty where there are none.
fn told_elsewhere(number: usize, total: u64, how: &str) -> String {
    match number as u64 {
        0 => String::new(),
        1 if total == 1 => format!(" It is {how}."),
        all if all == total => format!(" All of them are {how}."),
        1 => format!(" One of them is {how}."),
        many => format!(" {} of them are {how}.", grouped(many)),
    }
}

fn list(counts: &[(Severity, u64)]) -> String {
    let parts: Vec<String> =
        counts.iter().map(|(severity, number)| format!("{} {}", grouped(*number), severity.as_str())).collect();
    parts.join(", ")
}

fn nothing_above(minimum: Severity) -> String {
    match minimum {
        Severity::Critical => "Nothing critical found".to_owned(),
        _ => format!("Nothing of severity {} or above found", minimum.as_str()),
    }
}

/// What could not have been read at all, counted by reason.
fn notes(report: &Report) -> Vec<String> {
    let mut counts: BTreeMap<SkipReason, u64> = BTreeMap::new();
    for skipped in &report.scan.skipped {
        if skipped.reason.effect() == SkipEffect::Note {
            *counts.entry(skipped.reason).or_default() += 1;
        }
    }
    counts.into_iter().map(|(skip, number)| count(number, reason(skip))).collect()
}
