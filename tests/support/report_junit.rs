//! JUnit's XML, read back, against what Ant's and Jenkins' schemas ask for.

use std::collections::BTreeMap;

use keyscan::model::*;
use keyscan::report::Format;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{hostile, render, sample, samples};

/// An element with what is in it.
#[derive(Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
    inner: Vec<Element>,
}

fn start(event: &BytesStart<'_>) -> Element {
    let attributes = event.attributes().map(|attribute| {
        let attribute = attribute.unwrap();
        let name = attribute.key.as_ref().to_owned();
        (name, attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0).unwrap().into_owned())
    });
    Element { name: event.name().as_ref().to_owned(), attributes: attributes.collect(), ..Element::default() }
}

/// The root element of a document in which no character stands that XML 1.0 forbids.
fn parse(text: &str) -> Element {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..);
    assert!(text.chars().all(allowed));
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().unwrap() {
            Event::Start(event) => open.push(start(&event)),
            Event::Empty(event) => open.last_mut().unwrap().inner.push(start(&event)),
            Event::End(_) => {
                let closed = open.pop().unwrap();
                open.last_mut().unwrap().inner.push(closed);
            }
            Event::Text(event) => open.last_mut().unwrap().text.push_str(&event),
            Event::GeneralRef(event) => {
                let resolved = event.resolve_char_ref().unwrap().map(String::from);
                let named = quick_xml::escape::resolve_predefined_entity(&event).map(str::to_owned);
                open.last_mut().unwrap().text.push_str(&resolved.or(named).unwrap());
            }
            Event::Decl(_) => {}
            Event::Eof => break,
            other => panic!("unexpected: {other:?}"),
        }
    }
    assert_eq!(open.len(), 1);
    open.pop().unwrap().inner.pop().unwrap()
}

/// Asserts what both schemas ask of names, order and attributes, and that the numbers are those of the elements.
fn assert_valid(root: &Element) {
    assert_eq!((root.name.as_str(), root.attributes.len()), ("testsuites", 0));
    for (index, suite) in root.inner.iter().enumerate() {
        assert_eq!(suite.name, "testsuite");
        let expected =
            ["errors", "failures", "hostname", "id", "name", "package", "skipped", "tests", "time", "timestamp"];
        assert!(suite.attributes.keys().eq(expected), "{:?}", suite.attributes);
        let number = |name: &str| suite.attributes[name].parse::<usize>().unwrap();
        assert_eq!(number("id"), index);
        let order: Vec<&str> = suite.inner.iter().map(|inner| inner.name.as_str()).collect();
        let cases = order.len() - 3;
        assert_eq!((order[0], &order[cases + 1..]), ("properties", &["system-out", "system-err"][..]));
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for case in &suite.inner[1..=cases] {
            assert_eq!(case.name, "testcase");
            assert!(case.attributes.keys().eq(["classname", "name", "time"]), "{:?}", case.attributes);
            assert!(case.attributes.values().all(|value| !value.is_empty()));
            assert!(case.inner.len() <= 1);
            for result in &case.inner {
                assert!(["failure", "error", "skipped"].contains(&result.name.as_str()));
                assert!(result.attributes.keys().eq(["message", "type"]), "{:?}", result.attributes);
                *counts.entry(&result.name).or_default() += 1;
            }
        }
        let count = |name: &str| counts.get(name).copied().unwrap_or(0);
        assert_eq!(number("tests"), cases);
        assert_eq!(
            (number("failures"), number("errors"), number("skipped")),
            (count("failure"), count("error"), count("skipped"))
        );
    }
}

fn document(report: &Report) -> Element {
    let root = parse(&render(report, Format::Junit));
    assert_valid(&root);
    root
}

/// Every test, with its result if it has one.
fn cases(root: &Element) -> Vec<(&Element, Option<&Element>)> {
    let all = root.inner.iter().flat_map(|suite| &suite.inner).filter(|inner| inner.name == "testcase");
    all.map(|case| (case, case.inner.first())).collect()
}

#[test]
fn documents_look_like_this() {
    let mut report = sample::report();
    report.findings.retain(|finding| finding.occurrences.len() < 3);
    report.findings.truncate(2);
    insta::assert_snapshot!(render(&report, Format::Junit));
}

#[test]
fn a_failure_for_every_place_above_the_minimum() {
    for (name, report) in samples() {
        let root = document(&report);
        let cases = cases(&root);
        let failures: Vec<_> = cases.iter().filter(|(_, result)| result.is_some_and(|r| r.name == "failure")).collect();
        let places = report.findings.iter().flat_map(|finding| &finding.occurrences);
        let places: Vec<_> = places.filter(|place| place.severity >= Severity::Low).collect();
        assert_eq!(failures.len(), places.len(), "{name}");
        for place in places.iter().filter(|place| place.path.text.is_ascii() && report.scan.roots.len() == 1) {
            let at = format!("{}:{}:{}", place.path.text, place.position.line, place.position.column);
            let found = failures.iter().any(|(case, result)| {
                case.attributes["classname"] == place.path.text
                    && case.attributes["name"].ends_with(&format!(" {at}"))
                    && result.unwrap().attributes["type"] == place.severity.as_str()
                    && result.unwrap().text.contains(&at)
            });
            assert!(found, "{at}");
        }
    }
}

#[test]
fn one_suite_per_rule() {
    let report = sample::report();
    let root = document(&report);
    let names: Vec<&str> = root.inner.iter().map(|suite| suite.attributes["name"].as_str()).collect();
    let mut unique = names.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), names.len(), "{names:?}");
    assert!(names.contains(&"keyscan.key-to-third-party") && names.contains(&"keyscan.relay-endpoint"), "{names:?}");
    for suite in &root.inner {
        let rule = suite.attributes["name"].strip_prefix("keyscan.").unwrap();
        for case in suite.inner.iter().filter(|inner| inner.name == "testcase" && rule != "not-read") {
            assert!(case.attributes["name"].starts_with(&format!("{rule} ")), "{rule}: {:?}", case.attributes);
        }
    }
}

#[test]
fn a_clean_run_has_a_test_that_passed() {
    let root = document(&sample::clean());
    let cases = cases(&root);
    assert_eq!(cases.len(), 1);
    assert!(cases[0].1.is_none());
}

#[test]
fn what_was_not_read_is_an_error_or_skipped() {
    let results = |report: &Report| {
        let root = document(report);
        let cases = cases(&root);
        let of = |name: &str| cases.iter().filter(|(_, result)| result.is_some_and(|r| r.name == name)).count();
        (of("error"), of("skipped"))
    };
    assert_eq!(results(&sample::report()), (2, 3));
    let mut many = sample::report();
    many.scan.skipped = [vec![many.scan.skipped[0].clone(); 1500], vec![many.scan.skipped[2].clone(); 1001]].concat();
    assert_eq!(results(&many), (1001, 1001));
}

#[test]
fn any_names_and_any_number_of_findings() {
    let hostile = hostile::report();
    let places: usize = hostile.findings.iter().map(|finding| finding.occurrences.len()).sum();
    let root = document(&hostile);
    assert_eq!(cases(&root).iter().filter(|(_, result)| result.is_some_and(|r| r.name == "failure")).count(), places);
    for number in [0, 1, 5000] {
        let root = document(&hostile::many(number));
        assert_eq!(cases(&root).len(), number.max(1));
    }
}
