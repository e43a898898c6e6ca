//! Annotations for GitHub Actions, read back as the runner reads them.

use keyscan::model::*;
use keyscan::report::Format;

use super::{hostile, render, sample, samples};

/// One command as the runner takes a line apart: name, properties, data.
struct Command {
    name: String,
    properties: Vec<(String, String)>,
    data: String,
}

/// What the runner does with a line: `::name key=value,key=value::data`, or with `##[` anywhere a command of old.
fn obeyed(line: &str) -> Option<Command> {
    assert!(!line.contains("##["), "an old command: {line}");
    assert!(!line.contains("##vso["), "a command of Azure: {line}");
    let (head, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let undone = |text: &str| {
        let pairs = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")];
        pairs.iter().fold(text.to_owned(), |text, (escape, character)| text.replace(escape, character))
    };
    let properties = properties.split(',').filter_map(|pair| pair.split_once('='));
    Some(Command {
        name: name.to_owned(),
        properties: properties.map(|(key, value)| (key.to_owned(), undone(value))).collect(),
        data: data.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%"),
    })
}

fn commands(report: &Report) -> Vec<Command> {
    let text = render(report, Format::Github);
    let mut lines = text.lines();
    let log = lines.next().unwrap();
    assert!(log.starts_with("keyscan: ") && obeyed(log).is_none(), "{log}");
    lines.map(|line| obeyed(line).unwrap_or_else(|| panic!("no command: {line}"))).collect()
}

impl Command {
    fn get(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

#[test]
fn annotations_look_like_this() {
    let mut report = sample::report();
    report.findings.retain(|finding| finding.occurrences.len() < 3);
    report.findings.truncate(4);
    insta::assert_snapshot!(render(&report, Format::Github));
    insta::assert_snapshot!(render(&sample::clean(), Format::Github), @"keyscan: 0 places to tell of, 12 files (3.3 KiB) read");
}

#[test]
fn every_place_above_the_minimum_is_annotated() {
    for (name, report) in samples() {
        let commands = commands(&report);
        let places = report.findings.iter().flat_map(|finding| &finding.occurrences);
        let places: Vec<_> = places.filter(|place| place.severity >= Severity::Low).collect();
        let annotated: Vec<_> = commands.iter().filter(|command| command.get("file").is_some()).collect();
        assert_eq!(annotated.len(), places.len(), "{name}");
        for place in places {
            let line = place.position.line.to_string();
            let level = match place.severity {
                Severity::Critical | Severity::High => "error",
                Severity::Medium => "warning",
                Severity::Low | Severity::Info => "notice",
            };
            let found = annotated.iter().any(|command| {
                command.name == level
                    && command.get("line") == Some(&line)
                    && command.get("col") == Some(&place.position.column.to_string())
                    && command.get("endColumn") == Some(&place.position.end_column.to_string())
            });
            assert!(found, "{name} {}:{line} {level}", place.path.text);
        }
        // Errors, warnings, notices; critical places before those of high severity.
        let order = |command: &&Command| {
            let level = ["error", "warning", "notice"].iter().position(|level| *level == command.name).unwrap();
            (level, command.get("title").is_some_and(|title| title.contains("(high)")))
        };
        assert!(annotated.iter().map(order).is_sorted(), "{name}");
    }
}

#[test]
fn paths_are_those_of_the_tree() {
    let report = sample::with_findings(
        sample::clean(),
        vec![sample::setting("x").at(sample::place("a, b: 100%/c\nd.env", 1, 1)).done("Some keys.")],
    );
    assert_eq!(commands(&report)[0].get("file"), Some("a, b: 100%/c\nd.env"));
}

#[test]
fn a_stretch_of_several_lines_has_no_columns() {
    let mut report =
        sample::with_findings(sample::clean(), vec![sample::setting("x").at(sample::place("a", 2, 5)).done("K.")]);
    report.findings[0].occurrences[0].position.end_line = 4;
    let command = &commands(&report)[0];
    assert_eq!((command.get("line"), command.get("endLine")), (Some("2"), Some("4")));
    assert_eq!((command.get("col"), command.get("endColumn")), (None, None));
}

/// What GitHub drops is counted, in a notice that it does not drop.
#[test]
fn what_is_not_shown_is_counted_where_it_can_be_seen() {
    for number in [0, 1, 10, 11, 20, 40, 41, 5000] {
        for incomplete in [false, true] {
            let mut report = hostile::many(number);
            if incomplete {
                report.scan.skipped = sample::report().scan.skipped;
            }
            let commands = commands(&report);
            let mut seen = 0;
            let mut told = None;
            for level in ["error", "warning", "notice"] {
                for command in commands.iter().filter(|command| command.name == level).take(10) {
                    match command.data.split_once(" more annotation") {
                        Some((count, _)) => told = Some(count.replace(',', "").parse::<usize>().unwrap()),
                        None => seen += 1,
                    }
                }
            }
            let all = number + usize::from(incomplete);
            assert_eq!(told.unwrap_or(0), all - seen, "{number} {incomplete}");
            assert_eq!(told.is_some(), all != seen, "{number} {incomplete}");
            assert_eq!(commands.len(), all + usize::from(told.is_some()));
        }
    }
}

#[test]
fn what_was_not_read_is_the_first_warning() {
    let commands = commands(&sample::report());
    let warning = commands.iter().find(|command| command.name == "warning").unwrap();
    assert_eq!(warning.get("file"), None);
    assert!(warning.data.starts_with("2 files were not scanned to the end"), "{}", warning.data);
    assert!(warning.data.contains("secrets/prod.env: it could not be opened"), "{}", warning.data);
    assert!(!warning.data.contains("link2"), "what has no content is not missed");
}

#[test]
fn names_are_no_commands() {
    let report = hostile::report();
    let places: usize = report.findings.iter().map(|finding| finding.occurrences.len()).sum();
    let commands = commands(&report);
    // One per place, one for what was not read, one that counts.
    assert_eq!(commands.len(), places + 2);
    for command in commands {
        assert!(["error", "warning", "notice"].contains(&command.name.as_str()), "{}", command.name);
        let known = ["file", "line", "endLine", "col", "endColumn", "title"];
        assert!(command.properties.iter().all(|(name, _)| known.contains(&name.as_str())));
        assert!(command.get("title").is_some_and(|title| title.starts_with("keyscan")));
    }
}
