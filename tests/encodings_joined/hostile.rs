//! Every place to cut at, and texts that are made to cost time.

use super::{assert_found, cut, filled, found, long_prefix, marked, told};
use crate::support::library::{detect, detector};
use crate::support::prng::SplitMix64;

/// Forms in which no place is left out.
const FORMS: [(&str, &str, &str, &str); 9] = [
    ("a.js", "const OPENAI_API_KEY = \"", "\" + \"", "\";\n"),
    ("b.js", "const OPENAI_API_KEY = [\"", "\", \"", "\"].join(\"\");\n"),
    ("a.py", "OPENAI_API_KEY = (\"", "\"\n    \"", "\")\n"),
    ("a.php", "<?php $openai_api_key = '", "' . '", "';\n"),
    ("a.rs", "const OPENAI_API_KEY: &str = concat!(\"", "\", \"", "\");\n"),
    ("b.py", "OPENAI_API_KEY = \"\".join([\"", "\", \"", "\"])\n"),
    ("a.sh", "export OPENAI_API_KEY=\"", "\"\"", "\"\n"),
    ("b.sh", "export OPENAI_API_KEY=", "\\\n", "\n"),
    ("c.js", "const OPENAI_API_KEY = '", "\\\n", "';\n"),
];

fn encoding(path: &str) -> &'static str {
    if matches!(path, "b.sh" | "c.js") { "continued" } else { "joined" }
}

fn name(lead: &str) -> &'static str {
    if lead.contains("openai") { "openai_api_key" } else { "OPENAI_API_KEY" }
}

#[test]
fn a_key_may_be_cut_anywhere() {
    for (index, (path, lead, joint, tail)) in FORMS.into_iter().enumerate() {
        for key in [marked(0x800 + index as u64), long_prefix(0x820 + index as u64)] {
            for at in 1..key.len() {
                let template = format!("{lead}¤{joint}¤{tail}");
                assert_found(path, &template, &key, &[at], name(lead), encoding(path));
            }
        }
    }
}

#[test]
fn a_key_may_be_cut_anywhere_twice() {
    let mut random = SplitMix64::new(7);
    for (index, (path, lead, joint, tail)) in FORMS.into_iter().enumerate() {
        for key in [marked(0x840 + index as u64), long_prefix(0x860 + index as u64)] {
            for _ in 0..60 {
                let one = 1 + random.next() as usize % (key.len() - 2);
                let two = one + 1 + random.next() as usize % (key.len() - one - 1);
                let template = format!("{lead}¤{joint}¤{joint}¤{tail}");
                assert_found(path, &template, &key, &[one, two], name(lead), encoding(path));
            }
        }
    }
}

#[test]
fn a_key_may_be_written_letter_by_letter() {
    let key = marked(0x880);
    let pieces = cut(&key, &(1..key.len()).collect::<Vec<_>>());
    for (path, lead, joint, tail) in FORMS {
        if path == "b.sh" || path == "c.js" {
            continue;
        }
        let template = format!("{lead}{}{tail}", vec!["¤"; pieces.len()].join(joint));
        let (text, place) = filled(&template, &pieces);
        assert_eq!(told(&found(path, &text).keys), [format!("{key} {place} {} joined", name(lead))], "{text}");
    }
}

#[test]
fn texts_that_go_on_for_ever_come_to_an_end() {
    // More than is put together at most.
    const SIZE: usize = 128 * 1024;
    let detector = detector();
    for unit in [
        "\"\" + ",
        "\"sk-\" + ",
        "\"sk-\", ",
        "\"sk-\" ",
        "\"sk-\"",
        "sk-\\\n",
        "sk-\n",
        "\\\n",
        "\"",
        "'\"",
        "`",
        "\"a\",",
        "\"https://\" + ",
        "://",
        "\"://\"",
        "sk-\"/*",
        "\"sk-\"//\n",
        "K=\"sk-\";",
        "A=\"sk-a\"\nA+",
        "${\"sk-",
        "\"}sk-",
        "-ks",
        "//:sptth",
        "api_key=\"\" + ",
        "sk-proj-\n",
        "concat(\"sk-\",",
        "\"%s\" % (\"sk-\"",
        "sk-a\"b",
        "{\"sk-",
        "api_key=a+",
    ] {
        let text = format!("OPENAI_API_KEY = {}", unit.repeat(SIZE / unit.len()));
        let found = detect(&detector, "a.py", text.as_bytes());
        assert_eq!(told(&found.keys), [] as [&str; 0], "{unit}");
    }
}

#[test]
fn any_text_of_joints_is_read() {
    const PARTS: [&str; 28] = [
        "\"",
        "'",
        "`",
        "+",
        ".",
        ",",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "${",
        "\\\n",
        "\n",
        " ",
        "sk-",
        "sk-or-v1-",
        "-ks",
        "://",
        "//:sptth",
        "=",
        "A",
        "$A",
        "%s",
        ".join(\"\")",
        "concat(",
        "é",
    ];
    let mut random = SplitMix64::new(11);
    let detector = detector();
    let half = marked(0x890);
    for _ in 0..3000 {
        let mut text = String::from("api_key=");
        for _ in 0..random.next() % 40 {
            text += PARTS[random.next() as usize % PARTS.len()];
            if random.below(7) == 0 {
                text += &half[random.next() as usize % 80..][..60];
            }
        }
        let found = detect(&detector, "a.js", text.as_bytes());
        assert!(found.keys.iter().all(|key| key.place.span.end <= text.len() as u64), "{text}");
    }
}
