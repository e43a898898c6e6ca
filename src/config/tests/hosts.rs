//! Host patterns: what they mean, and which are refused.

use crate::assess::{HostPattern, HostPatternError};

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
fn a_pattern_covers_what_it_means_and_no_more() {
    for (wide, narrow, covers) in [
        ("a.example", "a.example", true),
        ("a.example", "a.example:8443", true),
        ("a.example:8443", "a.example", false),
        ("a.example:8443", "a.example:8443", true),
        ("*.corp.example", "a.corp.example", true),
        ("*.corp.example", "*.corp.example", true),
        ("*.corp.example", "*.eu.corp.example", true),
        ("*.eu.corp.example", "*.corp.example", false),
        ("*.corp.example", "corp.example", false),
        ("*.corp.example", "evilcorp.example", false),
        ("a.corp.example", "*.corp.example", false),
    ] {
        let parse = |pattern| HostPattern::parse(pattern).unwrap();
        assert_eq!(parse(wide).covers(&parse(narrow)), covers, "{wide} {narrow}");
    }
}
