//! SARIF against its schema and against what its consumers need.

use std::collections::{BTreeMap, BTreeSet};

use keyscan::model::*;
use keyscan::report::{Format, sanitize};
use serde_json::Value;

use super::{render, sample, samples};

fn run(report: &Report) -> Value {
    let mut log: Value = serde_json::from_str(&render(report, Format::Sarif)).unwrap();
    assert_eq!(log["runs"].as_array().unwrap().len(), 1);
    log["runs"][0].take()
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Every value under a field of this name, wherever it stands.
fn every<'a>(value: &'a Value, field: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| every(item, field, found)),
        Value::Object(fields) => fields.iter().for_each(|(name, inner)| {
            if name == field {
                found.push(inner);
            }
            every(inner, field, found);
        }),
        _ => {}
    }
}

#[test]
fn logs_are_valid() {
    let Ok(schema) = std::fs::read("../shared/sarif/sarif-schema-2.1.0.json") else {
        println!("skipped: ../shared/sarif is not here");
        return;
    };
    let schema: Value = serde_json::from_slice(&schema).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    for (name, report) in samples() {
        let log: Value = serde_json::from_str(&render(&report, Format::Sarif)).unwrap();
        let errors: Vec<String> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
    assert!(!validator.is_valid(&serde_json::json!({"version": "2.1.0", "runs": 1})));
}

/// The schema's own `uri-reference` is checked by few validators, so here it is spelt out.
#[test]
fn uris_are_relative_references() {
    for (name, report) in samples() {
        let run = run(&report);
        let mut locations = Vec::new();
        every(&run, "artifactLocation", &mut locations);
        assert!(!locations.is_empty() || name == "clean");
        for location in locations {
            let uri = location["uri"].as_str().unwrap();
            assert!(!uri.is_empty() && !uri.starts_with('/') && !uri.contains("//"), "{uri}");
            assert!(uri.split('/').all(|segment| segment != "." && segment != ".."), "{uri}");
            let mut bytes = uri.bytes();
            while let Some(byte) = bytes.next() {
                match byte {
                    b'%' => assert!(bytes.by_ref().take(2).filter(u8::is_ascii_hexdigit).count() == 2, "{uri}"),
                    b'/' | b'-' | b'.' | b'_' | b'~' => {}
                    _ => assert!(byte.is_ascii_alphanumeric() || b"!$&'()*+,;=@".contains(&byte), "{uri}"),
                }
            }
            assert!(run["originalUriBaseIds"].get(location["uriBaseId"].as_str().unwrap()).is_some());
        }
    }
}

#[test]
fn every_place_above_the_minimum_is_a_result() {
    for (_, report) in samples() {
        let run = run(&report);
        let places: Vec<(&Finding, &Occurrence)> = report
            .findings
            .iter()
            .flat_map(|finding| finding.occurrences.iter().map(move |place| (finding, place)))
            .filter(|(_, place)| place.severity >= Severity::Low)
            .collect();
        let results = list(&run, "/results");
        assert_eq!(results.len(), places.len());
        for (result, (finding, place)) in results.iter().zip(places) {
            assert_eq!(result["properties"]["severity"], place.severity.as_str());
            assert_eq!(result["properties"]["findingId"], finding.id);
            let region = &result["locations"][0]["physicalLocation"]["region"];
            assert_eq!(region["startLine"], place.position.line);
            assert_eq!(region["startColumn"], place.position.column_utf16);
            assert_eq!(region["endColumn"], place.position.end_column_utf16);
            assert!(region.get("snippet").is_none());
            assert_eq!(
                result["partialFingerprints"]["primaryLocationLineHash"].as_str(),
                place.line_hash.as_deref(),
                "left out where it is null"
            );
        }
    }
}

#[test]
fn a_descriptor_per_rule_and_severity() {
    let run = run(&sample::report());
    let descriptors = list(&run, "/tool/driver/rules");
    let ids: Vec<&str> = descriptors.iter().map(|descriptor| descriptor["id"].as_str().unwrap()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "unique");
    for (id, level, score) in [
        ("key-to-third-party", "error", "9.5"),
        ("key-to-third-party-high", "error", "8.0"),
        ("relay-endpoint", "error", "8.0"),
        ("relay-endpoint-low", "note", "2.5"),
    ] {
        let at = ids.iter().position(|&known| known == id).unwrap_or_else(|| panic!("{id} in {ids:?}"));
        assert_eq!(descriptors[at]["defaultConfiguration"]["level"], level);
        assert_eq!(descriptors[at]["properties"]["security-severity"], score);
        assert_eq!(descriptors[at]["properties"]["tags"][0], "security");
    }
    for descriptor in descriptors {
        let weakness = descriptor["relationships"][0]["target"]["id"].as_str().unwrap();
        let tag = format!("external/cwe/cwe-{}", weakness.strip_prefix("CWE-").unwrap());
        assert_eq!(descriptor["properties"]["tags"][1], tag);
        let taxon = descriptor["relationships"][0]["target"]["index"].as_u64().unwrap();
        assert_eq!(run["taxonomies"][0]["taxa"][taxon as usize]["id"], weakness);
        for pointer in ["/shortDescription/text", "/fullDescription/text", "/help/text", "/help/markdown"] {
            let length = descriptor.pointer(pointer).unwrap().as_str().unwrap().chars().count();
            assert!((1..=1024).contains(&length), "{pointer} of {}", descriptor["id"]);
        }
    }
    for result in list(&run, "/results") {
        let descriptor = &descriptors[result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(descriptor["id"], result["ruleId"]);
        assert_eq!(descriptor["defaultConfiguration"]["level"], result["level"]);
    }
}

/// What a consumer makes of a message's template and arguments: doubled braces become one, `{n}` the n-th argument.
fn fill(template: &str, arguments: &[Value]) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        if rest[at..].starts_with("{{") || rest[at..].starts_with("}}") {
            text.push_str(&rest[at..=at]);
            rest = &rest[at + 2..];
        } else {
            let end = at + rest[at..].find('}').unwrap();
            text.push_str(arguments[rest[at + 1..end].parse::<usize>().unwrap()].as_str().unwrap());
            rest = &rest[end + 1..];
        }
    }
    text + rest
}

/// Targets of the links in a message: `](n)` behind an unescaped `]`.
fn links(text: &str) -> Vec<u64> {
    let parts: Vec<&str> = text.split("](").collect();
    let ends = parts.windows(2).filter(|pair| !pair[0].ends_with('\\'));
    ends.filter_map(|pair| pair[1].split_once(')')?.0.parse().ok()).collect()
}

#[test]
fn messages_say_the_same_twice() {
    for (_, report) in samples() {
        let run = run(&report);
        for result in list(&run, "/results") {
            let descriptor = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
            let message = &result["message"];
            let template = descriptor["messageStrings"][message["id"].as_str().unwrap()]["text"].as_str().unwrap();
            let text = message["text"].as_str().unwrap();
            assert_eq!(fill(template, list(message, "/arguments")), fill(text, &[]));
            assert_eq!(sanitize(text), text);
            assert!(text.ends_with('.'), "{text}");
            // Every related place is linked, and nothing from the scanned tree is a link.
            let related: Vec<u64> =
                list(result, "/relatedLocations").iter().map(|place| place["id"].as_u64().unwrap()).collect();
            assert_eq!(links(text), related, "{text}");
        }
        for notification in list(&run, "/invocations/0/toolExecutionNotifications") {
            let text = notification["message"]["text"].as_str().unwrap();
            assert_eq!(sanitize(text), text);
        }
    }
}

#[test]
fn messages_survive_any_path() {
    let run = run(&sample::report());
    let nasty = list(&run, "/results").iter().find(|result| result["ruleId"] == "unknown-endpoint").unwrap();
    let argument = nasty["message"]["arguments"].as_array().unwrap().last().unwrap();
    let shown = "sub dir/ünï 100%#?/it's {0} \\\\[a\\\\](1)\\u{a}\\u{1b}\\\\[31m\\u{202e}\\u{9b}\\u{200b}.yaml";
    assert_eq!(argument, &shown.replace("\\\\", "\\"));
    let uri = &nasty["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(
        uri,
        "sub%20dir/%C3%BCn%C3%AF%20100%25%23%3F/it's%20%7B0%7D%20%5Ba%5D(1)%0A%1B%5B31m%E2%80%AE%C2%9B%E2%80%8B.yaml"
    );
    let bytes = list(&run, "/results").iter().find(|result| result["ruleId"] == "relay-key-medium").unwrap();
    assert_eq!(bytes["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "bot/%FF.env");
}

#[test]
fn related_places_are_near_and_few() {
    let run = run(&sample::report());
    let results = list(&run, "/results");
    // The endpoint of the same file comes first, that of another service is none of this place.
    let related = list(&results[0], "/relatedLocations");
    assert_eq!(related.len(), 10);
    assert_eq!(related[0]["physicalLocation"]["artifactLocation"]["uri"], "services/a/.env");
    assert_eq!(related[0]["physicalLocation"]["region"]["startLine"], 4);
    assert_eq!(related[1]["physicalLocation"]["artifactLocation"]["uri"], "services/b/.env");
    assert_eq!(related[1]["physicalLocation"]["region"]["startLine"], 3);
    for result in results {
        let mut places = BTreeSet::from([result["locations"][0]["physicalLocation"].to_string()]);
        for place in list(result, "/relatedLocations") {
            assert!(places.insert(place["physicalLocation"].to_string()), "no place twice");
        }
    }
}

#[test]
fn identities_tell_results_apart_and_stay() {
    let identities = |report: &Report| -> Vec<String> {
        let run = run(report);
        let results = list(&run, "/results").iter();
        results.map(|result| result["fingerprints"]["keyscanResult/v1"].as_str().unwrap().to_owned()).collect()
    };
    let report = sample::report();
    let before = identities(&report);
    assert_eq!(before.iter().collect::<BTreeSet<_>>().len(), before.len(), "unique");
    let mut moved = report.clone();
    for place in moved.findings.iter_mut().flat_map(|finding| &mut finding.occurrences) {
        place.position.line += 7;
        place.position.end_line += 7;
    }
    assert_eq!(identities(&moved), before, "lines are no part of it");
    let several = identities(&sample::several_roots());
    assert_eq!(several.iter().collect::<BTreeSet<_>>().len(), several.len(), "roots are part of it");
}

#[test]
fn unread_files_are_notifications() {
    let run = run(&sample::report());
    let descriptors = list(&run, "/tool/driver/notifications");
    let mut levels = BTreeMap::new();
    for notification in list(&run, "/invocations/0/toolExecutionNotifications") {
        let descriptor = &descriptors[notification["descriptor"]["index"].as_u64().unwrap() as usize];
        assert_eq!(descriptor["id"], notification["descriptor"]["id"]);
        levels.insert(descriptor["id"].as_str().unwrap(), notification["level"].as_str().unwrap());
    }
    let expected = [
        ("skipped-submodule", "note"),
        ("skipped-symlink", "note"),
        ("skipped-too-large", "error"),
        ("skipped-unreadable", "error"),
    ];
    assert_eq!(levels, BTreeMap::from(expected));
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    assert!(list(&self::run(&sample::clean()), "/invocations/0/toolExecutionNotifications").is_empty());
}

#[test]
fn a_clean_run_has_an_empty_list() {
    let run = run(&sample::clean());
    assert_eq!(run["results"], serde_json::json!([]));
    assert_eq!(run["tool"]["driver"]["rules"], serde_json::json!([]));
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    assert_eq!(run["automationDetails"]["id"], "keyscan/tree/");
}

#[test]
fn the_worst_results_are_kept() {
    let pool = |severity: Severity, count: u64| {
        let start = sample::key(Some("openai"), "sample-project", "sk-proj-aB3d…x9QA", Some('a'))
            .rule(RuleId::ExposedKey, severity);
        (0..count)
            .fold(start, |build, line| build.at(sample::place("keys.txt", line + 1, 1).severity(severity)))
            .done("An OpenAI key stands in a file.")
    };
    // Within a finding, too, milder places give way to worse ones of a later finding.
    let mut mixed = pool(Severity::High, 3000);
    mixed.occurrences[0].severity = Severity::Low;
    let report = sample::with_findings(sample::clean(), vec![mixed, pool(Severity::Medium, 4000)]);
    let run = run(&report);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for result in list(&run, "/results") {
        *counts.entry(result["ruleId"].as_str().unwrap()).or_default() += 1;
    }
    assert_eq!(counts, BTreeMap::from([("exposed-key", 2999), ("exposed-key-medium", 2001)]));
    let notification = &run["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(notification["descriptor"]["id"], "results-cut");
    assert!(notification["message"]["text"].as_str().unwrap().starts_with("'2000' results"));
}

/// Microsoft's validator knows GitHub's rules. It needs no network and no runtime, but has to be installed (npm:
/// `@microsoft/sarif-multitool`); `SARIF_MULTITOOL` names its program.
#[test]
fn the_multitool_has_no_complaint() {
    let Some(tool) = std::env::var_os("SARIF_MULTITOOL") else {
        println!("skipped: SARIF_MULTITOOL names no program");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for (name, report) in samples() {
        let log = folder.path().join(format!("{name}.sarif"));
        std::fs::write(&log, render(&report, Format::Sarif)).unwrap();
        let output = std::process::Command::new(&tool)
            .args(["validate", "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning", "--log", "ForceOverwrite"])
            .arg("--output")
            .arg(folder.path().join("validation.sarif"))
            .arg(&log)
            .output()
            .unwrap();
        // It exits with 0 whatever it finds.
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains("Analysis completed successfully"), "{name}: {said}");
        // Where this is published is for `repository` in Cargo.toml to say; without it there is no address to give.
        let complaint = |line: &&str| {
            line.contains(" error ")
                || line.contains(" warning ")
                    && !(line.contains(" SARIF2005") && env!("CARGO_PKG_REPOSITORY").is_empty())
        };
        let complaints: Vec<&str> = said.lines().filter(complaint).collect();
        assert!(complaints.is_empty(), "{name}: {complaints:#?}");
    }
}
