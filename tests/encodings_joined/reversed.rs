//! Keys and addresses backwards.

use super::{found, legacy, long_prefix, marked, told};
use crate::support::library::detector;

fn backwards(text: &str) -> String {
    text.chars().rev().collect()
}

#[test]
fn whole_keys_are_read_backwards() {
    for (path, lead, tail, setting) in [
        ("a.js", "const OPENAI_API_KEY = \"", "\".split(\"\").reverse().join(\"\");\n", "OPENAI_API_KEY"),
        ("a.py", "OPENAI_API_KEY = '", "'[::-1]\n", "OPENAI_API_KEY"),
        ("a.php", "<?php $openai_api_key = strrev(\"", "\");\n", "strrev"),
        ("a.rb", "openai_api_key = \"", "\".reverse\n", "openai_api_key"),
        ("a.sh", "OPENAI_API_KEY=$(echo ", " | rev)\n", "echo"),
        ("a.txt", "é ", "\n", "-"),
    ] {
        for key in [marked(0x500), long_prefix(0x501), legacy(0x502)] {
            let text = format!("{lead}{}{tail}", backwards(&key));
            let column = lead.chars().count() + 1;
            let told = told(&found(path, &text).keys);
            let place = format!("{key} 1:{column}-1:{} ", column + key.len());
            let named =
                ["echo", "strrev"].contains(&setting) || told[0].ends_with(&format!("{place}{setting} reversed"));
            assert!(told.len() == 1 && told[0].starts_with(&place) && named, "{text}{told:?}");
        }
        for key in [marked(0x503), long_prefix(0x504)] {
            let text = format!("x = \"{}\"", backwards(&key));
            assert!(detector().passes(text.as_bytes()), "{text}");
        }
    }
}

#[test]
fn addresses_are_read_backwards() {
    let relay = "https://api.nekoapi.com/v1";
    for (path, text) in [
        ("a.py", format!("OPENAI_BASE_URL = '{}'[::-1]\n", backwards(relay))),
        ("a.js", format!("const url = \"{}\".split('').reverse().join('');\n", backwards(relay))),
    ] {
        let found = found(path, &text);
        let hosts: Vec<(&str, &[String])> =
            found.endpoints.iter().map(|endpoint| (endpoint.host.as_str(), endpoint.encoding.as_slice())).collect();
        assert_eq!(hosts, [("api.nekoapi.com", &["reversed".to_owned()][..])], "{text}");
        assert!(detector().passes(text.as_bytes()), "{text}");
    }
}

#[test]
fn parts_of_keys_and_words_backwards_are_nothing() {
    let (key, long) = (marked(0x510), long_prefix(0x511));
    for text in [
        backwards(&key)[1..].to_owned(),
        backwards(&long)[1..].to_owned(),
        backwards(&long)[..40].to_owned(),
        format!("{}-more", backwards(&long)),
        "tool-kit-for-all-the-disks-and-desks-ks".to_owned(),
        backwards("sk-this-is-no-key-but-a-name-of-a-class"),
    ] {
        let told = told(&found("a.js", &format!("const OPENAI_API_KEY = \"{text}\";\n")).keys);
        assert!(!told.iter().any(|told| told.contains("reversed")), "{text} {told:?}");
    }
}
