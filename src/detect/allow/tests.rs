use super::*;

/// The comment that covers the last `@`.
fn at(text: &str) -> Option<Allow> {
    let at = text.rfind('@').unwrap();
    Allows::new(text.as_bytes()).covering(&(at..at + 1))
}

/// Whether all rules are let pass there.
fn passes(text: &str) -> bool {
    at(text).is_some_and(|allow| allow.scope == AllowScope::All)
}

fn why_not(text: &str) -> Option<NoEffect> {
    match at(text)?.scope {
        AllowScope::Nothing(why) => Some(why),
        _ => None,
    }
}

#[test]
fn a_comment_covers_its_own_line_or_the_next() {
    assert_eq!(at("K=@ # keyscan:allow ours").map(|allow| allow.reason), Some("ours".to_owned()));
    assert!(passes("# keyscan:allow-next-line\nK=@"));
    let scope = at("K=@ // keyscan:allow[exposed-key, relay-endpoint] x").map(|allow| allow.scope);
    assert_eq!(scope, Some(AllowScope::Rules(vec![RuleId::ExposedKey, RuleId::RelayEndpoint])));
    for text in [
        "# keyscan:allow\nK=@",
        "K=@\n# keyscan:allow",
        "K=@\r# keyscan:allow\r",
        "# keyscan:allow-next-line\n\nK=@",
        "# keyscan:allow-next-line\r\n\r\nK=@",
        "K=@\n# keyscan:allow-next-line",
        "K=@ # keyscan:allow-next-line",
        "K=@ # keyscan:allowed",
        "K=@ # keyscan:allow_all",
        "K=@ # keyscan:allow-next-lines",
        "K=@ # notkeyscan:allow",
        "K=@ # gitleaks:allow",
        "K=@ # pragma: allowlist secret",
    ] {
        assert_eq!(at(text), None, "{text}");
    }
}

#[test]
fn lines_end_as_they_do_anywhere() {
    for text in
        ["# keyscan:allow-next-line x\r\nK=@\r\n", "# keyscan:allow-next-line\rK=@\r", "a\nK=@ # keyscan:allow\n"]
    {
        assert!(passes(text), "{text:?}");
    }
    assert!(passes("\u{feff}# keyscan:allow-next-line\nK=@"));
}

#[test]
fn every_comment_syntax_is_one() {
    for comment in [
        "# WORD why",
        "#WORD why",
        "## WORD why",
        "// WORD why",
        "//WORD why",
        "/// WORD why",
        "/* WORD why */",
        "/*WORD why*/",
        "/** WORD why **/",
        "-- WORD why",
        "--WORD why",
        "--[[ WORD why ]]",
        "--[==[ WORD why ]==]",
        "; WORD why",
        ";; WORD why",
        "% WORD why",
        "' WORD why",
        "REM WORD why",
        "rem WORD why",
        "@rem WORD why",
        ":: WORD why",
        "<!-- WORD why -->",
        "<!--WORD why-->",
        "{# WORD why #}",
        "{{/* WORD why */}}",
        "{{- /* WORD why */ -}}",
        "{{! WORD why }}",
        "{{!-- WORD why --}}",
        "(* WORD why *)",
        "{- WORD why -}",
        "\" WORD why",
        "! WORD why",
        "=begin WORD why",
        "dnl WORD why",
        "* WORD why */",
        "* WORD why",
        "{/* WORD why */}",
        "<# WORD why #>",
        "<%# WORD why %>",
        "<%-- WORD why --%>",
        "@* WORD why *@",
        "#| WORD why |#",
        "#= WORD why =#",
        "#[ WORD why ]#",
        "%{ WORD why %}",
        ".. WORD why",
        "WORD why",
        "# WORD: why",
        "// WORD -- why",
        "# WORD why # noqa: E501",
        "// WORD why // nolint",
        "# noqa # WORD why",
        "/* eslint-disable -- WORD why */",
    ] {
        let text = format!("{}\nK=@", comment.replace("WORD", "keyscan:allow-next-line"));
        let allow = at(&text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((allow.scope, allow.reason.as_str()), (AllowScope::All, "why"), "{text}");
    }
    for line in [
        "k = '@'  # WORD why",
        "k: @ # WORD why",
        "k=\"@\"#WORD why",
        "k = \"@\"; // WORD why",
        "k(\"@\" /* WORD why */);",
        "k = '@' -- WORD why",
        "k = @ ; WORD why",
        "\\k{@} % WORD why",
        "k = \"@\" ' WORD why",
        "k = '@' ! WORD why",
        "set K=@ & REM WORD why",
        "<k>@</k><!-- WORD why -->",
        "<k v=\"@\" {/* WORD why */} />",
        "let k = '@' \" WORD why",
        "$k = '@' <# WORD why #>",
        "K=it's-@ # WORD it's ours: why",
        "k: &'a str = \"@\"; // WORD why",
        "| @ | <!-- WORD why --> |",
        "curl -H \"X: @\" https://host/v1 # WORD why",
        "k = \"\"\"@\"\"\"  # WORD why",
        "k = \"a # b @\" # WORD why",
    ] {
        let text = line.replace("WORD", "keyscan:allow");
        let allow = at(&text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(allow.scope, AllowScope::All, "{text}");
        assert!(allow.reason.ends_with("why"), "{text}: {}", allow.reason);
    }
}

#[test]
fn what_is_no_comment_allows_nothing_and_says_so() {
    for text in [
        "\"keyscan:allow\" K=@",
        "{\"//\": \"keyscan:allow\", \"key\": \"@\"}",
        "{\"note\": \"# keyscan:allow\", \"key\": \"@\"}",
        "k = '@ # keyscan:allow'",
        "echo '// keyscan:allow' @",
        "https://h/?q=keyscan:allow&k=@",
        "https://h/#keyscan:allow@",
        "https://keyscan:allow@h/",
        "write keyscan:allow behind it: @",
        "run --flag keyscan:allow @",
        "a * keyscan:allow @",
        "@ # later keyscan:allow",
    ] {
        assert_eq!(why_not(text), Some(NoEffect::NotAComment), "{text}");
    }
}

#[test]
fn a_misspelt_rule_allows_nothing_and_says_so() {
    for list in ["[no-such-rule]", "[exposed-key,no-such]", "[]", "[exposed-key", " [TEAM-12] why", "[exposed-key,]"] {
        assert_eq!(why_not(&format!("K=@ # keyscan:allow{list}")), Some(NoEffect::UnknownRule), "{list}");
    }
    // A comment that counts goes before one that does not.
    assert!(passes("# keyscan:allow-next-line why\nK=@ # keyscan:allow[none]"));
}

#[test]
fn a_long_line_has_no_comment() {
    let filler = "x".repeat(LONGEST_LINE);
    for text in [
        format!("{filler}K=@ # keyscan:allow"),
        format!("K=@ {filler} # keyscan:allow\n"),
        format!("K=@ # keyscan:allow {filler}{filler}"),
    ] {
        assert!(!passes(&text));
    }
    assert_eq!(why_not(&format!("{filler}K=@ # keyscan:allow")), Some(NoEffect::LongLine));
    assert!(passes(&format!("{filler}\nK=@ # keyscan:allow")));
    assert!(passes(&format!("K=@ # keyscan:allow\n{filler}")));
    let many = "# keyscan:allow ".repeat(100_000);
    assert_eq!(
        Allows::new(many.as_bytes()).covering(&(0..1)).map(|allow| allow.scope),
        Some(AllowScope::Nothing(NoEffect::LongLine))
    );
}

#[test]
fn a_value_of_several_lines_is_covered_from_its_first_or_last_line() {
    let covered = |text: &str| {
        let start = text.find('@').unwrap();
        let end = text.rfind('@').unwrap() + 1;
        Allows::new(text.as_bytes()).covering(&(start..end)).filter(|allow| allow.scope == AllowScope::All)
    };
    for text in ["K=@ # keyscan:allow\nb\n@", "K=@\nb\n@ # keyscan:allow", "# keyscan:allow-next-line\nK=@\nb\n@"] {
        // Part of what it covers stands on lines that the digest would not know.
        assert_eq!(covered(text).map(|allow| allow.lines), Some(None), "{text}");
    }
    assert_eq!(covered("K=@\nb # keyscan:allow\n@"), None);
    assert_eq!(covered("K=@\nb # keyscan:allow-next-line\n@"), None);
}

#[test]
fn a_notebook_has_its_code_in_strings() {
    let cell = |line: &str| format!("{{\"cells\": [{{\"cell_type\": \"code\", \"source\": [\n{line}\n]}}]}}");
    assert!(passes(&cell(r#"    "key = \"@\"  # keyscan:allow ours\n","#)));
    assert!(passes(&cell("    \"# keyscan:allow-next-line\\n\",\n    \"key = '@'\"")));
    assert!(!passes(&cell(r##"    "print(\"# keyscan:allow @\")\n""##)));
    assert!(!passes(&cell(r#"    "a", "key = '@'  # keyscan:allow""#)));
}

#[test]
fn digests_tell_lines_apart_and_not_how_they_end() {
    let lines = |text: &str| at(text).and_then(|allow| allow.lines);
    let first = lines("a\nK=@ # keyscan:allow x\n");
    assert!(first.is_some());
    assert_eq!(first, lines("K=@ # keyscan:allow x\r\nb"));
    assert_ne!(first, lines("K=@@ # keyscan:allow x"));
    let above = lines("# keyscan:allow-next-line x\nK=@");
    assert_eq!(above, lines("b\r\n# keyscan:allow-next-line x\r\nK=@\r\n"));
    assert_ne!(above, lines("# keyscan:allow-next-line x\nK=@2"));
    for text in ["a\nK=@ # keyscan:allow x\n", "# keyscan:allow-next-line x\nK=@", "K=@ // keyscan:allow[exposed-key]"]
    {
        assert!(allowed_lines(text.as_bytes()).contains(&lines(text).unwrap()), "{text}");
    }
    for text in ["K=@ # keyscan:allow[none]", "\"keyscan:allow\" @", "# keyscan:allow-next-line", "", "K=@"] {
        assert!(allowed_lines(text.as_bytes()).is_empty(), "{text}");
    }
}

#[test]
fn no_bytes_make_it_panic() {
    for text in [
        &b"keyscan:allow"[..],
        b"\xff\xfe# keyscan:allow[\xff]",
        b"'\\keyscan:allow\\",
        b"\r\r\n\rkeyscan:allow-next-line\r",
    ] {
        let _ = allowed_lines(text);
        for at in 0..text.len() {
            let _ = Allows::new(text).covering(&(at..text.len()));
        }
    }
}
