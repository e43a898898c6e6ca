//! One row per place, for spreadsheets and scripts: RFC 4180, UTF-8 without a byte order mark.
//!
//! A spreadsheet takes a cell that begins like a formula for one and works it out; names in a scanned tree could say
//! anything there. Such cells get an apostrophe in front, which makes them text. What was not read has no row.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::{ErrorKind, Terminator, WriterBuilder};

use crate::model::{Fingerprint, Report, Subject};

use super::lines::{Line, lines};
use super::names::unique_names;
use super::sanitize::sanitize;

/// The first row.
const HEADER: [&str; 23] = [
    "severity",
    "confidence",
    "rule",
    "repository",
    "path",
    "line",
    "column",
    "end_line",
    "end_column",
    "key",
    "issuer",
    "fingerprint",
    "setting",
    "endpoint_host",
    "endpoint_kind",
    "evidence",
    "exposure",
    "environment",
    "service",
    "commit",
    "author",
    "message",
    "finding_id",
];

/// Writes the header and the rows.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    rows.write_record(HEADER).map_err(own)?;
    let names = unique_names(&report.scan.roots);
    for line in lines(report, &names) {
        rows.write_record(row(&line).iter().map(|cell| cell.as_bytes())).map_err(own)?;
    }
    rows.flush()
}

fn row<'a>(line: &Line<'a>) -> [Cow<'a, str>; HEADER.len()] {
    let Line { finding, place, .. } = *line;
    let text = |text: &'a str| harmless(sanitize(text));
    let optional = |value: Option<&'a str>| value.map_or(Cow::Borrowed(""), text);
    let number = |number: u64| Cow::Owned(number.to_string());
    let key = line.key();
    let endpoint = line.endpoint();
    let setting = match &finding.subject {
        Subject::Setting(name) => Some(name.as_str()),
        Subject::Key(_) | Subject::Endpoint(_) | Subject::Server(_) | Subject::Account(_) => place.setting.as_deref(),
    };
    [
        place.severity.as_str().into(),
        finding.confidence.as_str().into(),
        finding.rule.as_str().into(),
        optional(line.repository),
        text(&place.path.text),
        number(place.position.line),
        number(place.position.column),
        number(place.position.end_line),
        number(place.position.end_column),
        optional(key.map(|key| key.redacted.as_str())),
        optional(key.and_then(|key| key.issuer.as_deref())),
        optional(key.and_then(|key| key.fingerprint.as_ref()).map(Fingerprint::as_str)),
        optional(setting),
        optional(endpoint.map(|(endpoint, _)| endpoint.host.as_str())),
        optional(endpoint.map(|(endpoint, _)| endpoint.kind.as_str())),
        optional(endpoint.and_then(|(_, evidence)| evidence).map(|evidence| evidence.as_str())),
        place.exposure.as_str().into(),
        optional(place.environment.map(|environment| environment.as_str())),
        optional(place.service.as_deref()),
        optional(place.commit.as_deref()),
        optional(place.author.as_deref()),
        text(line.message()),
        text(&finding.id),
    ]
}

/// The cell with an apostrophe where a formula would begin: in front, and behind a semicolon, at which spreadsheets of many
/// countries begin a new cell. Quotes and spaces on the way are skipped as a spreadsheet might.
fn harmless(cell: Cow<'_, str>) -> Cow<'_, str> {
    let begins_formula = |text: &str| {
        let text = text.trim_start_matches(|c: char| matches!(c, '"' | '\'') || c.is_whitespace());
        // Full-width forms are taken for their ASCII twins in East Asian versions.
        text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
    };
    let controls = cell.starts_with(['\t', '\r', '\n']);
    if !controls && !cell.split(';').any(begins_formula) {
        return cell;
    }
    let parts = cell.split(';').enumerate().map(|(index, part)| {
        let guard = if begins_formula(part) || controls && index == 0 { "'" } else { "" };
        format!("{guard}{part}")
    });
    Cow::Owned(parts.collect::<Vec<_>>().join(";"))
}

/// The writer's own error. Rows are all of one length, so the library has none to add.
fn own(error: csv::Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::Io(error) => error,
        _ => io::ErrorKind::InvalidData.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn formulas_become_text() {
        let guarded = |cell: &str| harmless(cell.into()).into_owned();
        for cell in ["", "src/app.py", "a=b", "a-b+c@d", "a;b", "sk-…", "naïve 日本", "1"] {
            assert_eq!(guarded(cell), cell);
        }
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\rx", "\nx", "\"=1", "'\" =1", " -x", "＝1"] {
            assert_eq!(guarded(cell), format!("'{cell}"));
        }
        assert_eq!(guarded("a;=cmd;b; @x"), "a;'=cmd;b;' @x");
        assert_eq!(guarded("=a;b"), "'=a;b");
    }
}
