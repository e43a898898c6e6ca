//! `-vv`: what was looked at and is no finding, on standard error, so that it goes with every format.

use keyscan::model::DroppedAt;

use super::error::harmless;

/// How many are printed.
const MOST: usize = 10_000;

/// The candidates, one a line.
pub(super) fn text(dropped: &[DroppedAt]) -> String {
    if dropped.is_empty() {
        return "dropped: no candidate".to_owned();
    }
    let shown = dropped.iter().take(MOST).map(|at| {
        let place = &at.dropped.position;
        let line = format!("dropped: {}:{}:{}  ", at.shown, place.line, place.column);
        harmless(&format!("{line}{}  {}", at.dropped.shown, at.dropped.reason.as_str()))
    });
    let mut lines: Vec<String> = shown.collect();
    if dropped.len() > MOST {
        lines.push(format!("dropped: … and {} more", dropped.len() - MOST));
    }
    lines.join("\n")
}
