//! Lines that can never have an effect are mistakes; lines that only look alike are none.

use super::*;

#[test]
fn what_is_allowed_and_denied_is_never_allowed() {
    for (text, place, by) in [
        ("endpoints.allow = ['a.example']\nendpoints.deny = ['a.example']\n", "1:20", "`endpoints.deny` in line 2"),
        ("endpoints.allow = ['a.b.example']\nendpoints.deny = ['*.b.example']\n", "1:20", "`endpoints.deny` in line 2"),
        ("endpoints.deny = ['a.example']\nendpoints.test.only = ['a.example']\n", "2:24", "`endpoints.deny` in line 1"),
        (
            "endpoints.test.deny = ['a.example']\nendpoints.test.allow = ['a.example:80']\n",
            "2:25",
            "`endpoints.test.deny` in line 1",
        ),
    ] {
        let line = line(text);
        assert_eq!(line, format!("{place}: this can never hold: {by} denies it, whatever else allows it"));
    }
    for fine in [
        "endpoints.allow = ['*.b.example']\nendpoints.deny = ['a.b.example']\n",
        "endpoints.allow = ['a.example']\nendpoints.production.deny = ['a.example']\n",
        "endpoints.allow = ['a.example']\nendpoints.deny = ['a.example:80']\n",
    ] {
        assert!(parse(fine).is_ok(), "{fine}");
    }
}

#[test]
fn what_is_allowed_where_only_others_are_is_never_allowed() {
    assert_eq!(
        line("[endpoints]\nonly = ['a.example']\nallow = ['a.example', 'b.example']\n"),
        "3:23: this can never hold: `endpoints.only` in line 2 lets no other host pass; put this one there"
    );
    // An environment's own list adds to what may be used there.
    assert!(parse("endpoints.only = ['a.example']\nendpoints.test.allow = ['b.example']\n").is_ok());
    assert!(parse("endpoints.allow = ['a.example']\nendpoints.test.only = ['b.example']\n").is_ok());
}

#[test]
fn rules_are_on_or_off() {
    for (text, says) in [
        (
            "rules.only = ['shared-key']\nrules.except = ['shared-key']\n",
            "2:17: this can never hold: `rules.only` in line 1 asks",
        ),
        (
            "rules.except = ['shared-key']\nseverity.shared-key = 'low'\n",
            "2:10: this can never hold: `rules.except` in line 1 turns",
        ),
        (
            "rules.only = ['shared-key']\nseverity.relay-key = 'low'\n",
            "2:10: this can never hold: `rules.only` in line 1 does not",
        ),
        (
            "rules.only = ['shared-key']\nseverity.shared-key = 'off'\n",
            "2:10: this can never hold: `rules.only` in line 1 asks",
        ),
    ] {
        let line = line(text);
        assert!(line.starts_with(says), "{line}");
    }
    assert!(parse("rules.except = ['shared-key']\nseverity.shared-key = 'off'\n").is_ok());
    assert!(parse("rules.only = ['shared-key']\nseverity.relay-key = 'off'\n").is_ok());
}

#[test]
fn a_list_of_the_only_ones_names_some() {
    for field in ["endpoints.only", "endpoints.production.only", "rules.only"] {
        assert!(line(&format!("{field} = []")).contains("an empty list could mean nothing or everything"), "{field}");
    }
    // A list whose entries are wrong is not empty.
    assert_eq!(lines("endpoints.only = ['a/b']").len(), 1);
}

#[test]
fn nothing_is_said_twice() {
    assert!(
        line("rules.files = ['a.toml', 'a.toml']").starts_with("1:26: bad value in `rules.files`: this file is named")
    );
    assert!(
        line("output.format = ['json', 'human']").starts_with("1:26: bad value in `output.format`: only one report")
    );
    assert!(
        line("[paths]\ntest = ['a/']\nproduction = ['b/', 'a/']\n")
            .starts_with("3:21: this can never hold: `paths.test` in line 2 means the same paths and comes first")
    );
}
