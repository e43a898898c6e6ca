//! Workflow commands of GitHub Actions: an annotation for each place.
//!
//! A step shows the first ten errors, warnings and notices each, in the order in which they are printed, and drops the
//! rest without a word. So the worst come first, and one notice says how many are not shown; where notices alone fill
//! their ten, it stands in front of the last of them that can be seen.
//!
//! A line that begins with `::` is obeyed, and older runners obey `##[` anywhere in a line: what comes from the scanned
//! tree can begin neither.

use std::io::{self, Write};

use crate::model::{Report, Severity, SkipEffect};

use super::lines::{Line, lines};
use super::names::unique_names;
use super::sanitize::sanitize;
use super::words;

/// How many annotations of one level a step shows.
const SHOWN: u64 = 10;
/// How many unread files are named.
const MAX_NAMED: usize = 3;

/// The levels of annotations, worst first.
const LEVELS: [(&str, &[Severity]); 3] = [
    ("error", &[Severity::Critical, Severity::High]),
    ("warning", &[Severity::Medium]),
    ("notice", &[Severity::Low, Severity::Info]),
];

/// Writes one command per place.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let names = unique_names(&report.scan.roots);
    let unread = unread(report);
    let hidden = hidden(report, &names, unread.is_some());
    // No command, but what somebody looks for who reads the log.
    let scan = &report.scan;
    let places = words::count(lines(report, &names).count() as u64, "place");
    writeln!(
        out,
        "keyscan: {places} to tell of, {} ({}) read",
        words::count(scan.files, "file"),
        words::bytes(scan.bytes)
    )?;
    let mut told = hidden == 0;
    for (level, severities) in LEVELS {
        if level == "warning"
            && let Some(unread) = &unread
        {
            writeln!(out, "::warning title=keyscan%3A incomplete::{}", data(unread))?;
        }
        let mut printed = 0;
        for &severity in severities {
            for line in lines(report, &names).filter(|line| line.severity() == severity) {
                printed += 1;
                if level == "notice" && printed == SHOWN && !told {
                    tell(hidden, out)?;
                    told = true;
                }
                annotate(level, &line, out)?;
            }
        }
    }
    if told { Ok(()) } else { tell(hidden, out) }
}

/// How many annotations the step will not show.
fn hidden(report: &Report, names: &[String], incomplete: bool) -> u64 {
    let mut counts = [0, u64::from(incomplete), 0];
    for line in lines(report, names) {
        let level = LEVELS.iter().position(|(_, severities)| severities.contains(&line.severity()));
        counts[level.expect("every severity has its level")] += 1;
    }
    if counts.iter().all(|&count| count <= SHOWN) {
        return 0;
    }
    // The notice that tells it is one of the notices.
    let [errors, warnings, notices] = counts;
    errors.saturating_sub(SHOWN) + warnings.saturating_sub(SHOWN) + notices.saturating_sub(SHOWN - 1)
}

fn tell(hidden: u64, out: &mut dyn Write) -> io::Result<()> {
    let more = words::count(hidden, "more annotation");
    let why = "GitHub shows ten of a kind for each step; the log of this step has all.";
    writeln!(out, "::notice title=keyscan::{more} not shown: {why}")
}

fn annotate(level: &str, line: &Line<'_>, out: &mut dyn Write) -> io::Result<()> {
    let position = &line.place.position;
    write!(
        out,
        "::{level} file={},line={},endLine={}",
        property(&line.place.path.text),
        position.line,
        position.end_line
    )?;
    // GitHub refuses columns of a stretch of several lines.
    if position.line == position.end_line {
        write!(out, ",col={},endColumn={}", position.column, position.end_column)?;
    }
    let title = line.title();
    let mut text = vec![sanitize(line.message()).into_owned(), sanitize(&line.facts()).into_owned()];
    text.extend(line.repository.map(|name| format!("In {}.", sanitize(name))));
    text.extend(line.finding.advice.first().map(|advice| format!("Do now: {}", sanitize(advice))));
    writeln!(out, ",title={}::{}", property(&format!("keyscan: {title}")), data(&text.join("\n")))
}

/// What should have been read and was not.
fn unread(report: &Report) -> Option<String> {
    let unread: Vec<_> =
        report.scan.skipped.iter().filter(|skipped| skipped.reason.effect() == SkipEffect::Incomplete).collect();
    if unread.is_empty() {
        return None;
    }
    let were = if unread.len() == 1 { "was" } else { "were" };
    let files = words::count(unread.len() as u64, "file");
    let mut text = format!("{files} {were} not scanned to the end and may hold keys.");
    for skipped in unread.iter().take(MAX_NAMED) {
        text.push_str(&format!("\n{}: {}", sanitize(&skipped.path.text), words::explain(skipped.reason)));
    }
    if unread.len() > MAX_NAMED {
        text.push_str(&format!("\nand {} more", words::grouped((unread.len() - MAX_NAMED) as u64)));
    }
    Some(text)
}

/// The text of a command, as the toolkit escapes it. Hidden characters are shown, line ends keep their escapes.
fn data(text: &str) -> String {
    let escaped = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    sanitize(&escaped).into_owned()
}

/// The value of a property, in which colons and commas have a meaning too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    /// Pairs made with the toolkit's own functions.
    #[test]
    fn escapes_are_those_of_the_toolkit() {
        for (text, as_data, as_property) in [
            ("a b", "a b", "a b"),
            ("100%\r\nx", "100%25%0D%0Ax", "100%25%0D%0Ax"),
            ("%0A", "%250A", "%250A"),
            ("a:b,c::d", "a:b,c::d", "a%3Ab%2Cc%3A%3Ad"),
            ("\n::stop-commands::x", "%0A::stop-commands::x", "%0A%3A%3Astop-commands%3A%3Ax"),
            ("naïve 日本 😀", "naïve 日本 😀", "naïve 日本 😀"),
        ] {
            assert_eq!(data(text), as_data);
            assert_eq!(property(text), as_property);
        }
    }

    #[test]
    fn what_the_toolkit_lets_through_is_shown() {
        assert_eq!(data("\u{1b}[31m\u{202e}\u{9b}"), "\\u{1b}[31m\\u{202e}\\u{9b}");
        assert_eq!(data("a ##[add-mask]b ###"), "a #\\u{23}[add-mask]b ###");
        assert!(!data("##vso[task.complete]").contains("##"));
    }
}
