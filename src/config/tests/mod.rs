//! The config file: what is read, and how mistakes are named.

mod contradictions;
mod files;
mod hosts;
mod mistakes;

use std::path::Path;

use crate::assess::Verdict;
use crate::model::{Confidence, Environment, Limit, Limits, RuleId, Severity};

use super::fields;
use super::*;

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(Path::new("c.toml"), text.as_bytes())
}

/// Every mistake as a line without the path.
fn lines(text: &str) -> Vec<String> {
    let error = parse(text).unwrap_err();
    error.lines().into_iter().map(|line| line.strip_prefix("c.toml:").unwrap().to_owned()).collect()
}

/// The only mistake.
fn line(text: &str) -> String {
    let lines = lines(text);
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines[0].clone()
}

#[test]
fn every_field_of_the_table_is_taken() {
    let value = |field: &fields::Field| match field.kind {
        fields::Kind::Flag => "true".to_owned(),
        fields::Kind::One(fields::Item::Count | fields::Item::Depth) => "7".to_owned(),
        fields::Kind::One(item) => format!("\"{}\"", example(item)),
        fields::Kind::List(item) => format!("[\"{}\"]", example(item)),
        fields::Kind::Table(_) => unreachable!("only fields with values are listed"),
    };
    fn example(item: fields::Item) -> String {
        use fields::Item;
        match item {
            Item::Host => "a.example".to_owned(),
            Item::Fingerprint => "0123456789abcdef".repeat(4),
            Item::Organization => "org-abcd1234".to_owned(),
            Item::Project => "proj_abcd1234".to_owned(),
            Item::Place | Item::Path => "some/folder/".to_owned(),
            Item::File => "some/file.toml".to_owned(),
            Item::Size => "7M".to_owned(),
            other => other.words().expect("everything else has words")[0].to_owned(),
        }
    }
    let all = fields::all();
    assert!(all.len() > 40);
    for (name, field) in &all {
        let config = parse(&format!("{name} = {}\n", value(field))).unwrap();
        assert_eq!(config.given().len(), 1, "{name}");
        assert_eq!((config.given()[0].name.as_str(), config.given()[0].source), (name.as_str(), Source::File(1)));
    }
    assert_eq!(Resolved::defaults().len(), all.len());
}

#[test]
fn a_whole_file_is_read() {
    let text = r#"
endpoints.deny = ["old.corp.example"]
[endpoints.production]
only = ["api.openai.com"]
[endpoints.staging]
allow = ["gw.example:8443"]
[keys]
own = ["5BC03F0ED63215FDDC78BCD16F2B535F517FD5A029E46EBD12548199BABEEA53"]
organizations = ["org-abcd1234"]
projects = ["proj_abcd1234"]
stores = ["secrets/"]
[paths]
test = ["deploy/canary/"]
production = ["deploy/"]
[rules]
files = ["security/own.toml"]
except = ["gateway-endpoint"]
[severity]
exposed-key = "medium"
unknown-endpoint = "off"
[suppress]
require-reason = true
baseline = "security/baseline.json"
[gate]
fail-on = "never"
fail-on-confidence = "low"
allow-incomplete = true
[output]
format = ["json"]
min-severity = "info"
[limits]
max-file-size = "2G"
max-archive-size = 65536
max-archive-members = 20_000
max-archive-depth = 0
max-decode-depth = 0x10
"#;
    for text in [text.to_owned(), text.replace('\n', "\r\n"), format!("\u{feff}{text}")] {
        let config = parse(&text).unwrap();
        let policy = config.policy();
        let verdict = |host: &str, environment| policy.verdict(host, &format!("https://{host}"), environment);
        assert_eq!(verdict("old.corp.example", None), Verdict::Denied);
        assert_eq!(verdict("api.openai.com", Some(Environment::Production)), Verdict::Allowed);
        assert_eq!(verdict("a.example", Some(Environment::Production)), Verdict::NotListed);
        assert_eq!(verdict("gw.example:8443", Some(Environment::Staging)), Verdict::Allowed);
        assert_eq!(policy.own.fingerprints.first().unwrap().as_str().get(..4), Some("5bc0"));
        assert!(policy.own.organizations.contains("org-abcd1234") && policy.own.projects.contains("proj_abcd1234"));
        assert!(policy.stores.matches("secrets/a.env") && !policy.stores.matches("a.env"));
        // Of two that match the first line counts.
        assert_eq!(policy.environment_of("deploy/canary/a"), Some(Environment::Test));
        assert_eq!(policy.environment_of("deploy/a"), Some(Environment::Production));
        assert_eq!(config.rule_files, ["security/own.toml"]);
        assert!(!policy.rules.wants(RuleId::GatewayEndpoint) && !policy.rules.wants(RuleId::UnknownEndpoint));
        assert_eq!(policy.severity(RuleId::ExposedKey, Severity::High), Severity::Medium);
        assert!(policy.require_reason);
        assert_eq!(config.baseline.as_deref(), Some("security/baseline.json"));
        assert_eq!((config.fail_on, config.fail_on_confidence), (Some(FailOn(None)), Some(Confidence::Low)));
        assert_eq!(config.allow_incomplete, Some(true));
        assert_eq!((config.format, config.min_severity), (Some(Format::Json), Some(Severity::Info)));
        assert_eq!(policy.environment, None);
        assert_eq!(config.max_file_size, Some(2 << 30));
        let limits: Vec<(&str, u64)> = config.limits.iter().map(|(limit, value)| (limit.as_str(), *value)).collect();
        let wanted = [("max-archive-size", 65536), ("max-archive-members", 20_000), ("max-archive-depth", 0)];
        assert_eq!(limits, [&wanted[..], &[("max-decode-depth", 16)]].concat());
    }
}

#[test]
fn nothing_is_given_by_an_empty_file() {
    for empty in ["", "\u{feff}", "# nothing\n", "[endpoints]\n[keys]\n", "[endpoints.production]\nallow = []\n"] {
        let config = parse(empty).unwrap();
        assert!(config.endpoints.allow.is_empty() && config.fail_on.is_none() && config.stores.is_empty());
        assert_eq!(config.policy().verdict("a.example", "https://a.example", None), Verdict::Silent);
    }
}

#[test]
fn the_defaults_of_the_limits_are_those_in_force() {
    let defaults = Resolved::defaults();
    for limit in Limit::SETTABLE {
        let name = format!("limits.{}", limit.as_str());
        let value = Limits::default().get(limit).unwrap();
        let text = if limit.is_size() { Shown::Text(size_text(value)) } else { Shown::Number(value) };
        let field = defaults.iter().find(|field| field.name == name).unwrap();
        assert_eq!(field.value, Some(text), "{name}");
        assert!(limit.range().contains(&value), "{name}");
    }
}
