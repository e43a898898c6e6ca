//! JSON and JSONL against the published schema.

use keyscan::model::*;
use keyscan::report::Format;
use serde_json::{Value, json};

use super::{render, sample, samples};

fn schema() -> Value {
    serde_json::from_str(include_str!("../../schema/report.schema.json")).unwrap()
}

fn records() -> jsonschema::Validator {
    let schema = schema();
    let records = json!({"$schema": schema["$schema"], "$ref": "#/$defs/record", "$defs": schema["$defs"]});
    jsonschema::validator_for(&records).unwrap()
}

fn assert_valid(validator: &jsonschema::Validator, value: &Value) {
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

fn document(report: &Report) -> Value {
    serde_json::from_str(&render(report, Format::Json)).unwrap()
}

fn stream(report: &Report) -> Vec<Value> {
    render(report, Format::Jsonl).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn documents_and_records_are_valid() {
    let documents = jsonschema::validator_for(&schema()).unwrap();
    let records = records();
    for (_, report) in samples() {
        assert_valid(&documents, &document(&report));
        stream(&report).iter().for_each(|record| assert_valid(&records, record));
    }
}

#[test]
fn the_schema_refuses_what_it_does_not_know() {
    let documents = jsonschema::validator_for(&schema()).unwrap();
    let good = document(&sample::report());
    let change = |pointer: &str, value: Value| {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        assert!(!documents.is_valid(&bad), "{pointer}");
    };
    change("/schema_version", json!(2));
    change("/findings/0/severity", json!("fatal"));
    change("/findings/0/occurrences", json!([]));
    change("/findings/0/occurrences/0/line", json!(0));
    change("/findings/0/signals/0/id", json!("hunch"));
    change("/findings/0/key/fingerprint", json!("AB"));
    let mut bad = good.clone();
    bad["findings"][0]["more"] = json!(1);
    assert!(!documents.is_valid(&bad));
    let mut bad = good.clone();
    bad["findings"][0].as_object_mut().unwrap().remove("endpoint");
    assert!(!documents.is_valid(&bad), "absent facts are explicit nulls");
}

/// Every variant of an enum: a new one does not compile until it is named here.
macro_rules! words {
    ($type:ident: $($variant:ident)* $(; $like:pat)?) => {{
        let words = [$($type::$variant),*].map(|value| match value {
            $($type::$variant => value.as_str(),)*
            $($like => unreachable!("its word is that of another variant"),)?
        });
        words.map(str::to_owned).to_vec()
    }};
}

#[test]
fn the_lists_of_the_schema_are_those_of_the_model() {
    let lists = [
        ("severity", Severity::ALL.map(|severity| severity.as_str().to_owned()).to_vec()),
        ("confidence", words!(Confidence: High Medium Low)),
        ("rule", RuleId::ALL.iter().map(|rule| rule.as_str().to_owned()).collect()),
        ("signal_id", SignalId::ALL.iter().map(|signal| signal.as_str().to_owned()).collect()),
        ("risk", words!(Risk: Throttled Abused DataLeak)),
        ("endpoint_kind", words!(EndpointKind: Official Provider Aggregator Gateway Relay Proxy SelfHosted Unknown)),
        ("endpoint_role", words!(Role: Configured Listed Mentioned)),
        ("evidence", words!(Evidence: SameCall SameItem SameMap SameService SameSection SameFile SameProject Default)),
        ("exposure", words!(Exposure: Tracked Untracked Ignored OutsideGit Staged History GitMetadata Stdin)),
        ("environment", words!(Environment: Production Staging Development Test Example Documentation)),
        ("related_role", words!(RelatedRole: Endpoint SameKey PoolMember)),
        (
            "skip_reason",
            words!(SkipReason: Unreadable TooLarge Limit Changed SpecialFile Symlink LfsPointer Submodule Unparsed
                DamagedObject MissingObject ShallowHistory Encrypted Damaged Unsupported
                NotOpened NotDecoded Unopened; SkipReason::Beyond(_)),
        ),
        (
            "limit",
            words!(Limit: MemberSize ArchiveSize ArchiveRatio ArchiveMembers ArchiveDepth DecodedSize DecodeDepth
                Matches Findings),
        ),
        ("skip_effect", words!(SkipEffect: Incomplete Note)),
    ];
    let schema = schema();
    for (name, mut words) in lists {
        let mut listed: Vec<String> = serde_json::from_value(schema["$defs"][name]["enum"].clone()).unwrap();
        listed.sort();
        words.sort();
        assert_eq!(listed, words, "{name}");
    }
}

#[test]
fn fields_stand_in_the_order_of_the_design() {
    let text = render(&sample::report(), Format::Json);
    let mut at = 0;
    for field in [
        "schema_version",
        "tool",
        "name",
        "version",
        "catalogue",
        "rules_digest",
        "scan",
        "mode",
        "roots",
        "path",
        "name",
        "commit",
        "root_commit",
        "shallow",
        "complete",
        "files",
        "bytes",
        "blobs",
        "commits",
        "excluded",
        "suppressed",
        "skipped",
        "path",
        "reason",
        "effect",
        "fingerprint_scheme",
        "fingerprint_check",
        "summary",
        "critical",
        "high",
        "medium",
        "low",
        "info",
        "findings",
        "id",
        "rule",
        "severity",
        "confidence",
        "message",
        "advice",
        "risks",
        "key",
        "issuer",
        "format",
        "fingerprint",
        "redacted",
        "length",
        "endpoint",
        "host",
        "url",
        "kind",
        "service",
        "signals",
        "id",
        "detail",
        "occurrences",
        "repository",
        "path",
        "line",
        "column",
        "end_line",
        "end_column",
        "severity",
        "setting",
        "role",
        "service",
        "environment",
        "exposure",
        "endpoint",
        "host",
        "kind",
        "evidence",
        "commit",
        "author",
        "encoding",
        "related",
        "path",
        "line",
        "column",
        "role",
    ] {
        let found = text[at..].find(&format!("\"{field}\": "));
        at += found.unwrap_or_else(|| panic!("{field} behind byte {at}"));
    }
}

#[test]
fn facts_are_written_as_they_are() {
    let document = document(&sample::report());
    assert_eq!(document["scan"]["complete"], false);
    assert_eq!(document["summary"], json!({"critical": 2, "high": 2, "medium": 2, "low": 26, "info": 2}));
    let findings = document["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 32, "info is below the minimum");
    let key = &findings[0];
    assert_eq!(key["endpoint"]["host"], "api.relay.example");
    assert_eq!(key["occurrences"][0]["repository"], Value::Null);
    // Columns are code points; UTF-16 is SARIF's.
    assert_eq!((&key["occurrences"][3]["column"], &key["occurrences"][3]["end_column"]), (&json!(30), &json!(194)));
    assert!(key["occurrences"][0].get("path_encoding").is_none());
    assert_eq!(findings[1]["endpoint"], Value::Null);
    let endpoint = &findings[2];
    assert!(endpoint.get("key").is_none());
    assert_eq!(endpoint["occurrences"][0]["role"], "configured");
    let weak = &findings[4];
    assert_eq!((&weak["key"]["fingerprint"], &weak["key"]["length"]), (&Value::Null, &Value::Null));
    assert_eq!(weak["occurrences"][0]["path_encoding"], "percent");
    assert_eq!(findings[5]["occurrences"][0]["path"], sample::NASTY_PATH, "escaped, and nothing lost");
}

#[test]
fn roots_are_told_apart() {
    let document = document(&sample::several_roots());
    let names: Vec<&Value> = document["scan"]["roots"].as_array().unwrap().iter().map(|root| &root["name"]).collect();
    assert_eq!(names, ["app", "app#2", "app#3"]);
    let key = &document["findings"][0];
    assert_eq!(key["occurrences"][0]["repository"], "app");
    assert_eq!(key["occurrences"].as_array().unwrap().last().unwrap()["repository"], "app#3");
    assert_eq!(key["related"].as_array().unwrap().last().unwrap()["repository"], "app#3");
    assert_eq!(document["scan"]["skipped"][0]["repository"], "app#2");
}

#[test]
fn a_stream_ends_with_its_summary() {
    let report = sample::several_roots();
    let (records, document) = (stream(&report), document(&report));
    let kinds: Vec<&str> = records.iter().map(|record| record["type"].as_str().unwrap()).collect();
    assert_eq!(kinds[..32], ["finding"; 32]);
    assert_eq!(kinds[32..], ["target_done", "target_done", "target_done", "summary"]);
    assert!(records.iter().all(|record| record["schema_version"] == 1));
    // The same facts as in the document.
    for (record, finding) in records.iter().zip(document["findings"].as_array().unwrap()) {
        let mut record = record.clone();
        record.as_object_mut().unwrap().retain(|field, _| field != "schema_version" && field != "type");
        assert_eq!(&record, finding);
    }
    assert_eq!(records[35]["scan"], document["scan"]);
    assert_eq!([&records[32]["complete"], &records[33]["complete"], &records[34]["complete"]], [false, false, true]);
}

#[test]
fn a_minimum_hides_findings_and_no_counts() {
    let mut report = sample::report();
    report.min_severity = Severity::High;
    let document = document(&report);
    assert_eq!(document["findings"].as_array().unwrap().len(), 4);
    assert_eq!(document["summary"]["low"], 26);
    // A shown finding keeps its milder places.
    assert_eq!(document["findings"][3]["occurrences"][1]["severity"], "info");
}
