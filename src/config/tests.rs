//! The config file: what is read, and how mistakes are named.

use std::fs;

use super::*;
use crate::assess::Verdict;

fn fault(text: &str) -> (usize, usize, Fault) {
    let (at, fault) = parse(text).unwrap_err();
    let (line, column) = position(text.as_bytes(), at);
    (line, column, fault)
}

fn text_of(text: &str) -> String {
    fault(text).2.to_string()
}

#[test]
fn allowed_hosts_are_read() {
    let config =
        parse("# ours\n[endpoints]\nallow = [\"llm.corp.example\", \"*.corp.example\", \"gw.example:8443\"]\n")
            .unwrap();
    assert_eq!(config.allow.len(), 3);
    let policy = config.policy();
    let allows = |host: &str, url: &str| policy.verdict(host, url, None) == Verdict::Allowed;
    assert!(allows("llm.corp.example", "https://llm.corp.example/v1"));
    assert!(allows("gw.example:8443", "https://gw.example:8443/v1"));
    assert!(!allows("gw.example", "https://gw.example/v1"));
    assert_eq!(policy.environment, None);
    assert_eq!(parse("").unwrap(), Config::default());
    assert_eq!(parse("\u{feff}[endpoints]\n").unwrap(), Config::default());
}

#[test]
fn unknown_fields_are_refused_with_place_and_nearest_name() {
    let (line, column, found) = fault("\n  endpoint = 1\n");
    assert_eq!((line, column), (2, 3));
    assert_eq!(found.to_string(), "unknown field at the top; did you mean `endpoints`?");
    let (line, column, found) = fault("[endpoints]\nallow = []\nalow = [\"a.example\"]\n");
    assert_eq!((line, column), (3, 1));
    assert_eq!(found.to_string(), "unknown field in [endpoints]; did you mean `allow`?");
    assert_eq!(text_of("[endpoints]\nforbid = []"), "unknown field in [endpoints]; there is `allow`");
    assert_eq!(text_of("[Endpoints]\n"), "unknown field at the top; did you mean `endpoints`?");
}

#[test]
fn wrong_types_are_named_with_place() {
    assert_eq!(text_of("endpoints = 1"), "`endpoints` must be a table");
    assert_eq!(text_of("[endpoints]\nallow = \"a.example\""), "`endpoints.allow` must be a list of texts");
    let (line, column, found) = fault("[endpoints]\nallow = [\n  \"é.example\",\n  \"a.example\", 3 ]");
    assert_eq!(found, Fault::BadPattern(HostPatternError::Name));
    assert_eq!((line, column), (3, 3));
    let (line, column, found) = fault("[endpoints]\nallow = [ 'a.example', # é\n 'b.example', 3 ]");
    assert_eq!((line, column), (3, 15));
    assert!(matches!(found, Fault::WrongType { .. }));
}

#[test]
fn broken_toml_is_named_without_its_text() {
    let (line, _, found) = fault("[endpoints]\nallow = [\"secret-value\n");
    assert_eq!((line, found), (2, Fault::Syntax));
    let twice = "[endpoints]\nallow = []\nallow = [\"secret-value.example\"]\n";
    assert_eq!(fault(twice).2, Fault::Syntax);
    for broken in ["secret-value", "secret-value = 1", "[endpoints]\nallow = [\"secret-value@x\"]", twice] {
        assert!(!text_of(broken).contains("secret"), "{broken}");
    }
}

#[test]
fn patterns_that_allow_by_accident_are_refused() {
    for wide in ["*", "*.", "*.com", "*.dev.", "*.co.uk", "*.com.cn"] {
        assert_eq!(HostPattern::parse(wide), Err(HostPatternError::TooWide), "{wide}");
    }
    for star in ["a.*.example", "**.example", "api*.example", "*.*.example"] {
        assert_eq!(HostPattern::parse(star), Err(HostPatternError::Star), "{star}");
    }
    for url in ["https://a.example", "a.example/v1", "user@a.example", "a.example?x", "a.example#x", "//a.example"] {
        assert_eq!(HostPattern::parse(url), Err(HostPatternError::NotHostAlone), "{url}");
    }
    for port in ["a.example:", "a.example:0", "a.example:65536", "a.example:https", "a.example:+80", "[::1]:x"] {
        assert_eq!(HostPattern::parse(port), Err(HostPatternError::Port), "{port}");
    }
    for name in [
        "a..example",
        "-a.example",
        "a b.example",
        "ä.example",
        ".example",
        "1.2.3",
        "*.10.0.0.1",
        "[::1",
        "::1",
        "a:b:c",
    ] {
        assert_eq!(HostPattern::parse(name), Err(HostPatternError::Name), "{name}");
    }
    assert_eq!(HostPattern::parse(""), Err(HostPatternError::Empty));
    for platform in ["*.workers.dev", "*.vercel.app"] {
        assert_eq!(fault(&format!("[endpoints]\nallow = [\"{platform}\"]")).2, Fault::SharedPlatform, "{platform}");
    }
    assert!(parse("[endpoints]\nallow = [\"ours.workers.dev\", \"*.ours.workers.dev\"]").is_ok());
}

#[test]
fn patterns_match_on_label_boundaries_case_and_port() {
    let table: &[(&str, &str, &str, bool)] = &[
        ("api.example", "api.example", "https://api.example/v1", true),
        ("API.Example.", "api.example", "https://api.example", true),
        ("api.example", "api.example:8443", "https://api.example:8443", true),
        ("api.example", "x.api.example", "https://x.api.example", false),
        ("api.example", "api.example.evil.example", "https://api.example.evil.example", false),
        ("*.corp.example", "a.corp.example", "https://a.corp.example", true),
        ("*.corp.example", "a.b.corp.example", "https://a.b.corp.example", true),
        ("*.corp.example", "corp.example", "https://corp.example", false),
        ("*.corp.example", "evilcorp.example", "https://evilcorp.example", false),
        ("*.corp.example", ".corp.example", "https://.corp.example", false),
        ("*.corp.example:444", "a.corp.example:444", "https://a.corp.example:444", true),
        ("*.corp.example:444", "a.corp.example", "https://a.corp.example", false),
        ("api.example:443", "api.example", "https://api.example", true),
        ("api.example:443", "api.example", "http://api.example", false),
        ("api.example:80", "api.example", "http://api.example", true),
        ("api.example:443", "api.example", "api.example", true),
        ("litellm:4000", "litellm:4000", "http://litellm:4000", true),
        ("litellm:4000", "litellm:4001", "http://litellm:4001", false),
        ("[::1]:8080", "[::1]:8080", "http://[::1]:8080", true),
        ("203.0.113.7", "203.0.113.7:81", "http://203.0.113.7:81", true),
        ("203.0.113.7", "203.0.113.77", "http://203.0.113.77", false),
    ];
    for (pattern, host, url, wanted) in table {
        let pattern = HostPattern::parse(pattern).unwrap();
        assert_eq!(pattern.matches(host, url), *wanted, "{pattern:?} {host}");
    }
}

#[test]
fn only_the_named_folder_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    fs::write(folder.path().join(FILE_NAME), "").unwrap();
    assert_eq!(find(&inner), None);
    assert_eq!(find(folder.path()), Some(folder.path().join(FILE_NAME)));
}

#[test]
fn errors_name_path_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x\u{1b}.toml");
    fs::write(&path, "[endpoints]\n  allowed = []\n").unwrap();
    let text = load(&path).unwrap_err().to_string();
    assert!(text.ends_with("x\\u{1b}.toml:2:3: unknown field in [endpoints]; did you mean `allow`?"), "{text}");
    fs::write(&path, b"[endpoints]\n# \xff\n").unwrap();
    let text = load(&path).unwrap_err().to_string();
    assert!(text.ends_with(":2:3: the file is not UTF-8 text from here on"), "{text}");
}

#[test]
fn only_small_regular_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    assert!(matches!(load(&path), Err(ConfigError::Unreadable { .. })));
    assert!(matches!(load(folder.path()), Err(ConfigError::NotAFile { .. })));
    fs::write(&path, " ".repeat(1024 * 1024)).unwrap();
    assert!(load(&path).is_ok());
    fs::write(&path, " ".repeat(1024 * 1024 + 1)).unwrap();
    assert!(matches!(load(&path), Err(ConfigError::TooLarge { .. })));
}

#[cfg(unix)]
#[test]
fn a_link_out_of_its_folder_is_refused() {
    let outside = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    fs::write(outside.path().join("a.toml"), "").unwrap();
    std::os::unix::fs::symlink(outside.path().join("a.toml"), &path).unwrap();
    assert_eq!(find(folder.path()), Some(path.clone()));
    assert!(matches!(load(&path), Err(ConfigError::NotAFile { .. })));
    fs::remove_file(&path).unwrap();
    fs::write(folder.path().join("real.toml"), "").unwrap();
    std::os::unix::fs::symlink("real.toml", &path).unwrap();
    assert!(load(&path).is_ok());
}
