//! What something lets pass: how much by what, and on request every place.

use std::collections::BTreeMap;
use std::io;

use crate::model::{Report, SuppressionKind};

use super::page::{Look, Page};
use crate::report::words;

/// How many places are named unless everything is.
const MAX_PLACES: usize = 50;

/// Whether there is anything to list.
pub(super) fn is_shown(report: &Report) -> bool {
    report.show_suppressed && !report.suppressed.is_empty()
}

/// Lists the places, with what lets each of them pass and why.
pub(super) fn write(page: &mut Page<'_>, report: &Report, verbose: bool) -> io::Result<()> {
    page.text(Look::Strong, &format!("Let pass: {}.", words::count(report.scan.suppressed, "place")))?;
    let places =
        || report.suppressed.iter().flat_map(|finding| finding.occurrences.iter().map(move |at| (finding, at)));
    let limit = if verbose { usize::MAX } else { MAX_PLACES };
    for (finding, place) in places().take(limit) {
        let by = match &place.suppression {
            Some(by) if by.reason.is_empty() => words::let_pass_by(by.kind).to_owned(),
            Some(by) => format!("{}: {}", words::let_pass_by(by.kind), by.reason),
            None => continue,
        };
        let tail = format!("{}, {}, {by}", finding.rule.as_str(), place.severity.as_str());
        page.item((Look::Plain, &words::place(&place.shown, &place.position)), &tail)?;
    }
    match places().count().saturating_sub(limit) {
        0 => Ok(()),
        more => page.item((Look::Faint, &format!("… and {} more", words::grouped(more as u64))), "(all with -v)"),
    }
}

/// `3 places suppressed (2 by the baseline, 1 by an inline comment)`.
pub(super) fn counted(report: &Report) -> String {
    let mut kinds: BTreeMap<SuppressionKind, u64> = BTreeMap::new();
    for place in report.suppressed.iter().flat_map(|finding| &finding.occurrences) {
        if let Some(by) = &place.suppression {
            *kinds.entry(by.kind).or_default() += 1;
        }
    }
    let total = format!("{} suppressed", words::count(report.scan.suppressed, "place"));
    let kinds: Vec<String> = kinds
        .iter()
        .map(|(kind, number)| format!("{} {}", words::grouped(*number), words::let_pass_by(*kind)))
        .collect();
    if kinds.is_empty() { total } else { format!("{total} ({})", kinds.join(", ")) }
}
