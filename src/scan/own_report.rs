//! Tells keyscan's own reports, left in a tree by an earlier run, and its policy files from files that use what they name.
//!
//! A report names every relay that was found, so a later scan would find them all again. It is told by its first bytes,
//! which are cheap to look at and which anybody can imitate; so this never leaves out what a report itself does not
//! write: a host behind a setting of an LLM client. Keys are looked for as in any other file. A report holds no whole key,
//! so a file that does is none, and keeps its endpoints too.

use std::path::Path;

use crate::config::{self, Config};
use crate::model::{Blob, EndpointMatch, RuleId};
use crate::rules::{Rules, normalise};

/// How much of the beginning is looked at, in bytes.
const HEAD: usize = 4096;
/// How a JSON report begins.
const JSON: &str = r#","tool":{"name":"keyscan","#;
/// How a record of a JSONL report begins that can hold a host.
const RECORD: &str = r#","type":"finding","id":""#;
/// The driver of a SARIF log.
const DRIVER: &str = r#""tool":{"driver":{"name":"keyscan","#;
/// How a report for GitLab begins, behind its version.
const ANALYZER: &str = r#"","scan":{"analyzer":{"id":"keyscan","name":"keyscan","#;
/// How a JUnit report begins, without spaces.
const SUITES: &str = r#"<?xmlversion="1.0"encoding="UTF-8"?><testsuites><testsuiteid="0"name="keyscan"#;
/// How a page for the browser begins.
const PAGE: &str = "<!doctypehtml><htmllang=en><head><metacharset=utf-8><metaname=generatorcontent=\"keyscan\">";
/// Digits of a finding's id.
const ID: usize = 16;
/// Names of a report's own fields and elements, which are settings of LLM clients too.
const FIELDS: [&str; 4] = ["code", "endpoint", "host", "url"];

/// Whether a blob is a policy file. The hosts in it are those that the team allows or forbids, and nobody's settings:
/// whatever is understood as a policy is understood as nothing else.
pub(super) fn is_policy(blob: &Blob<'_>) -> bool {
    let path = &blob.origin.path.text;
    let whole = blob.offset == 0 && blob.core == (0..blob.bytes.len());
    let named = path.rsplit('/').next().is_some_and(|name| name.ends_with(&config::FILE_NAME[1..]));
    named && whole && Config::parse(Path::new(path), blob.bytes).is_ok()
}

/// Whether a blob begins like a report in one of the formats for programs, as keyscan or a JSON printer lays it out, or
/// like a page for the browser.
pub(super) fn begins(blob: &Blob<'_>) -> bool {
    if blob.offset > 0 || !(blob.bytes.starts_with(b"{") || blob.bytes.starts_with(b"<")) {
        return false;
    }
    let head = &blob.bytes[..blob.bytes.len().min(HEAD)];
    let head: Vec<u8> = head.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let head = String::from_utf8_lossy(&head);
    if head.starts_with(PAGE) {
        return true;
    }
    match head.strip_prefix(r#"{"schema_version":"#) {
        Some(rest) => {
            let rest = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
            rest.starts_with(JSON) || rest.strip_prefix(RECORD).is_some_and(is_record)
        }
        None => {
            let behind_version = head.strip_prefix(r#"{"version":"15."#);
            let behind_version =
                behind_version.map(|rest| rest.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit()));
            head.contains(r#""version":"2.1.0""#) && head.contains(DRIVER)
                || behind_version.is_some_and(|rest| rest.starts_with(ANALYZER))
                || head.starts_with(SUITES)
        }
    }
}

/// Whether the rest of a record goes on with a finding's id and a rule.
fn is_record(rest: &str) -> bool {
    let Some((id, rest)) = rest.split_at_checked(ID) else { return false };
    let rule = rest.strip_prefix(r#"","rule":""#).and_then(|rest| rest.split('"').next());
    id.bytes().all(|digit| digit.is_ascii_hexdigit()) && rule.is_some_and(|rule| RuleId::from_word(rule).is_some())
}

/// Whether a report can have written an endpoint: no setting of an LLM client holds it. Whatever else stands in front of
/// a host in a report comes from its messages.
pub(super) fn writes(endpoint: &EndpointMatch, rules: &Rules) -> bool {
    let setting = endpoint.setting.as_deref().map(normalise);
    setting.is_none_or(|name| FIELDS.contains(&name.as_str()) || rules.setting(&name).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BlobPath, Exposure, Origin};

    fn begins_as(text: &str) -> bool {
        let path = BlobPath { text: "a".to_owned(), percent: false };
        let origin = Origin::new(0, path, Exposure::OutsideGit);
        begins(&Blob::whole(origin, text.as_bytes()))
    }

    #[test]
    fn only_what_begins_like_a_report_is_one() {
        assert!(begins_as("{\n \"schema_version\": 12,\n \"tool\": {\"name\": \"keyscan\", \"version\": \"0\"}}"));
        let record = r#"{"schema_version":1,"type":"finding","id":"0123456789abcdef","rule":"relay-endpoint","x":0}"#;
        assert!(begins_as(record));
        let log = r#"{"$schema":"x","version":"2.1.0","runs":[{"tool":{"driver":{"name":"keyscan","rules":[]}}}]}"#;
        assert!(begins_as(log));
        let gitlab = r#"{"version":"15.0.7","scan":{"analyzer":{"id":"keyscan","name":"keyscan","version":"0"}}}"#;
        assert!(begins_as(gitlab));
        let junit =
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n <testsuite id=\"0\" name=\"keyscan.x\"/>";
        assert!(begins_as(junit));

        for other in [
            "",
            "{",
            "{\"schema_version\":1}",
            "{\"schema_version\":1,\"tool\":{\"name\":\"another\",\"version\":\"0\"}}",
            "# {\"schema_version\":1,\"tool\":{\"name\":\"keyscan\",\"version\":\"0\"}}",
            &record.replace("relay-endpoint", "no-such-rule"),
            &record.replace("0123", "wxyz"),
            &record[..50],
            &log.replace("keyscan", "another"),
            &gitlab.replace("15.0.7", "14.0.7"),
            &gitlab.replacen("keyscan", "another", 1),
            &junit.replace("keyscan", "another"),
            &junit[5..],
            &log.replace("{\"$schema\"", &format!("{{{}\"$schema\"", "\"x\":0,".repeat(HEAD / 6))),
        ] {
            assert!(!begins_as(other), "{other}");
        }
    }
}
