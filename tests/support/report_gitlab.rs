//! GitLab's report against the rules of its schema.

use std::collections::BTreeSet;

use keyscan::model::*;
use keyscan::report::{Format, Options};
use serde_json::{Value, json};

use super::{hostile, render, render_with, sample, samples};

fn schema() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(include_str!("../report/schemas/gitlab-secret-detection.json")).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

fn document(report: &Report) -> Value {
    serde_json::from_str(&render(report, Format::Gitlab)).unwrap()
}

fn vulnerabilities(document: &Value) -> &[Value] {
    document["vulnerabilities"].as_array().unwrap()
}

#[test]
fn reports_are_valid() {
    let schema = schema();
    let others = [("hostile", hostile::report()), ("one", hostile::many(1)), ("many", hostile::many(5000))];
    for (name, report) in samples().into_iter().chain(others) {
        let document = document(&report);
        let errors: Vec<String> =
            schema.iter_errors(&document).take(5).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

#[test]
fn the_schema_refuses_what_gitlab_refuses() {
    let schema = schema();
    let good = document(&sample::report());
    for (pointer, value) in [
        ("/version", json!("15")),
        ("/scan/start_time", json!("2026-01-31T16:47:55Z")),
        ("/scan/type", json!("sast")),
        ("/scan/messages/0/value", json!("")),
        ("/scan/analyzer/vendor", json!("keyscan")),
        ("/vulnerabilities/0/id", json!("no-uuid")),
        ("/vulnerabilities/0/name", json!("x".repeat(256))),
        ("/vulnerabilities/0/severity", json!("critical")),
        ("/vulnerabilities/0/identifiers", json!([])),
        ("/vulnerabilities/0/location/commit", json!({})),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        assert!(!schema.is_valid(&bad), "{pointer}");
    }
}

#[test]
fn reports_look_like_this() {
    let mut report = sample::report();
    report.findings.retain(|finding| finding.occurrences.len() < 3);
    report.findings.truncate(1);
    insta::assert_snapshot!(render(&report, Format::Gitlab));
}

#[test]
fn a_vulnerability_for_every_place_above_the_minimum() {
    for (name, report) in samples() {
        let document = document(&report);
        let places: Vec<(&Finding, &Occurrence)> = report
            .findings
            .iter()
            .flat_map(|finding| finding.occurrences.iter().map(move |place| (finding, place)))
            .filter(|(_, place)| place.severity >= Severity::Low)
            .collect();
        let vulnerabilities = vulnerabilities(&document);
        assert_eq!(vulnerabilities.len(), places.len(), "{name}");
        for (vulnerability, (finding, place)) in vulnerabilities.iter().zip(places) {
            let severity = vulnerability["severity"].as_str().unwrap().to_lowercase();
            assert_eq!(severity, place.severity.as_str());
            assert_eq!(vulnerability["location"]["file"], place.path.text, "a path is written as it is");
            assert_eq!(vulnerability["location"]["start_line"], place.position.line);
            assert_eq!(vulnerability["identifiers"][0]["value"], finding.rule.as_str());
            assert!(vulnerability["identifiers"][1]["name"].as_str().unwrap().starts_with("CWE-"));
            // GitLab groups by name, so nothing of the one finding may stand in it.
            let of_rule = keyscan::rules::Rules::builtin().text(finding.rule).title.to_string();
            assert_eq!(vulnerability["name"], of_rule);
            assert!(vulnerability.get("raw_source_code_extract").is_none());
        }
    }
}

#[test]
fn ids_are_unique_and_stay() {
    for report in [sample::report(), sample::several_roots(), hostile::report(), hostile::many(5000)] {
        let ids = |report: &Report| -> Vec<String> {
            let document = document(report);
            vulnerabilities(&document).iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
        };
        let first = ids(&report);
        assert_eq!(first.iter().collect::<BTreeSet<_>>().len(), first.len());
        // Moved lines and other severities make no new vulnerability.
        let mut later = report.clone();
        for place in later.findings.iter_mut().flat_map(|finding| &mut finding.occurrences) {
            place.position.line += 7;
            place.severity = place.severity.raised();
        }
        later.min_severity = Severity::Info;
        let later: BTreeSet<String> = ids(&later).into_iter().collect();
        assert!(first.iter().all(|id| later.contains(id)));
    }
}

#[test]
fn the_commit_is_that_of_the_place_else_of_the_root_else_none() {
    let old = sample::place("a", 1, 1).author("A. N. Other");
    let finding = |spot| sample::setting("x").at(spot).done("Some keys.");
    let report = sample::with_findings(sample::clean(), vec![finding(old), finding(sample::place("b", 1, 1))]);
    let commit =
        |report: &Report, index: usize| document(report)["vulnerabilities"][index]["location"]["commit"].clone();
    assert_eq!(commit(&report, 0), json!({"author": "A. N. Other", "sha": "5".repeat(40)}));
    assert_eq!(commit(&report, 1), json!({"sha": "0".repeat(40)}));
    let mut known = report;
    known.scan.roots[0].commit = Some("c".repeat(40));
    assert_eq!(commit(&known, 1), json!({"sha": "c".repeat(40)}));
}

#[test]
fn times_are_the_callers() {
    let time = |seconds: i64| {
        let options = Options { time: seconds, ..Options::default() };
        let document: Value = serde_json::from_str(&render_with(&sample::clean(), Format::Gitlab, options)).unwrap();
        assert_eq!(document["scan"]["start_time"], document["scan"]["end_time"]);
        document["scan"]["start_time"].as_str().unwrap().to_owned()
    };
    assert_eq!(time(0), "1970-01-01T00:00:00");
    assert_eq!(time(1_769_878_075), "2026-01-31T16:47:55");
    for outside in [i64::MIN, i64::MAX, -99_999_999_999, 999_999_999_999] {
        assert_eq!(time(outside), "1970-01-01T00:00:00", "{outside}");
    }
}

#[test]
fn what_was_not_read_is_said() {
    let document = document(&sample::report());
    assert_eq!(document["scan"]["status"], "failure");
    let messages = document["scan"]["messages"].as_array().unwrap();
    let of = |level: &str| messages.iter().filter(|message| message["level"] == level).count();
    assert_eq!((of("warn"), of("info")), (2, 2), "files by name, what has no content by reason");
    assert_eq!(self::document(&sample::clean())["scan"]["status"], "success");

    let mut many = sample::report();
    many.scan.skipped = vec![many.scan.skipped[0].clone(); 1500];
    let messages = self::document(&many)["scan"]["messages"].as_array().unwrap().clone();
    assert_eq!(messages.len(), 1001);
    assert_eq!(messages[1000]["value"], "500 more files were not scanned.");
}
