//! Rows, read back by a reader of their own.

use keyscan::model::*;
use keyscan::report::Format;

use super::{hostile, render, sample, samples};

fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn column(header: &[String], name: &str) -> usize {
    header.iter().position(|column| column == name).unwrap()
}

#[test]
fn rows_look_like_this() {
    let mut report = sample::several_roots();
    report.findings.retain(|finding| finding.occurrences.len() < 3);
    report.findings.truncate(3);
    insta::assert_snapshot!(render(&report, Format::Csv).replace("\r\n", "⏎\n"));
}

#[test]
fn a_row_for_every_place_above_the_minimum() {
    for (name, report) in samples() {
        let text = render(&report, Format::Csv);
        assert!(!text.starts_with('\u{feff}') && text.ends_with("\r\n"), "{name}");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{name}");
        let rows = rows(&text);
        let header = &rows[0];
        let places: Vec<(&Finding, &Occurrence)> = report
            .findings
            .iter()
            .flat_map(|finding| finding.occurrences.iter().map(move |place| (finding, place)))
            .filter(|(_, place)| place.severity >= Severity::Low)
            .collect();
        assert_eq!(rows.len() - 1, places.len(), "{name}");
        for (row, (finding, place)) in rows[1..].iter().zip(places) {
            let cell = |name: &str| row[column(header, name)].as_str();
            assert_eq!(cell("severity"), place.severity.as_str());
            assert_eq!(cell("finding_id"), finding.id);
            assert_eq!(cell("line"), place.position.line.to_string());
            assert_eq!(cell("end_column"), place.position.end_column.to_string());
            assert_eq!(cell("setting"), place.setting.as_deref().unwrap_or_default());
            assert_eq!(cell("author"), place.author.as_deref().unwrap_or_default());
            assert_eq!(cell("repository").is_empty(), report.scan.roots.len() == 1);
            let host = match &finding.subject {
                Subject::Key(_) => place.receiver.as_ref().map(|receiver| receiver.endpoint.host.as_str()),
                Subject::Endpoint(endpoint) | Subject::Server(endpoint) => Some(endpoint.host.as_str()),
                Subject::Setting(_) | Subject::Account(_) => None,
            };
            assert_eq!(cell("endpoint_host"), host.unwrap_or_default());
        }
    }
}

/// A spreadsheet trims, takes quotes away, and in many countries begins a cell behind a semicolon.
#[test]
fn no_cell_is_a_formula() {
    let report = hostile::report();
    let rows = rows(&render(&report, Format::Csv));
    assert!(rows.iter().all(|row| row.len() == rows[0].len()));
    let mut guarded = 0;
    for cell in rows.iter().skip(1).flatten() {
        for part in cell.split(';') {
            let first = part.trim_start_matches(|c: char| c == '"' || c.is_whitespace()).chars().next();
            assert!(!first.is_some_and(|first| "=+-@\t\r".contains(first)), "{cell:?}");
            guarded += usize::from(first == Some('\''));
        }
    }
    assert!(guarded > 20, "{guarded}");
}

#[test]
fn any_number_of_findings() {
    for number in [0, 1, 5000] {
        let rows = rows(&render(&hostile::many(number), Format::Csv));
        assert_eq!(rows.len(), number + 1);
        assert_eq!(rows[0].len(), 23);
    }
}
