//! Keys with OpenAI's marker: found with the exact value, whatever stands before or behind them.

use keyscan::model::{Confidence, SignalId};

use crate::support::library::{detect, detector, values};
use crate::support::template::MARKER;
use crate::support::{Tree, expand, findings, fingerprint, modern, occurrences, place, report};

/// A shape: its name, and what makes a key of it from a seed.
type Shape = (&'static str, Box<dyn Fn(u64) -> String>);

/// The marker shapes that issued keys are known to have.
fn shapes() -> Vec<Shape> {
    let templates = [
        ("legacy", "sk-{20}T3{}BlbkFJ{20}"),
        ("project 20", "sk-proj-{20}T3{}BlbkFJ{20}"),
        ("none 20", "sk-None-{20}T3{}BlbkFJ{20}"),
        ("named, short", "sk-ci-{20}T3{}BlbkFJ{20}"),
        ("named, long", "sk-nightly-report-builder-for-eu-customers-2-{20}T3{}BlbkFJ{20}"),
        ("named by default", "sk-service-account-name-{20}T3{}BlbkFJ{20}"),
    ];
    let moderns = [
        ("project 58", "sk-proj-", 58),
        ("project 74", "sk-proj-", 74),
        ("service account 46", "sk-svcacct-", 46),
        ("service account 58", "sk-svcacct-", 58),
        ("service account 74", "sk-svcacct-", 74),
        ("admin 58", "sk-admin-", 58),
        ("admin 74", "sk-admin-", 74),
        ("none 58", "sk-None-", 58),
        ("none 74", "sk-None-", 74),
        ("generic 42", "sk-", 42),
        ("service 20", "sk-service-", 20),
    ];
    let mut shapes: Vec<Shape> = Vec::new();
    for (name, template) in templates {
        shapes.push((name, Box::new(move |seed| expand(template, seed))));
    }
    for (name, prefix, half) in moderns {
        // Halves of 20 characters hold letters and digits only.
        if half == 20 {
            shapes.push((name, Box::new(move |seed| expand(&format!("{prefix}{{20}}T3{{}}BlbkFJ{{20}}"), seed))));
        } else {
            shapes.push((name, Box::new(move |seed| modern(prefix, half, seed))));
        }
    }
    shapes
}

const TRAILING: &[&str] = &[
    ",",
    ")",
    "]",
    "}",
    "<",
    "|",
    ":",
    "/",
    ".",
    "!",
    "#",
    "@",
    "=",
    "+",
    "*",
    "$",
    "，",
    "\u{1b}[0m",
    " ",
    "\t",
    "\r\n",
    "\n",
    "\"",
    "'",
    "`",
    ";",
    "\\n",
    "\\\"",
    "&",
    "%22",
    "&quot;",
    ">",
    "?",
    "\u{0}",
    "。",
    "\u{a0}",
    "…",
];

const LEADING: &[&str] = &[
    "_",
    "a",
    "Z",
    "7",
    "\\n",
    "\\t",
    "\\\"",
    "%22",
    "%3D",
    "&quot;",
    "&#34;",
    "\"",
    "'",
    "=",
    ":",
    "/",
    "(",
    "：",
    "-",
    "@",
    ",",
    ">",
    "\u{1b}[32m",
    "\u{0}",
    "“",
    "[",
    "{",
    "|",
    "\u{feff}",
];

const POOLS: &[&str] = &[",", ";", "|", " ", "\n", ", ", "\",\""];

#[test]
fn every_marker_shape_with_everything_before_and_behind() {
    let detector = detector();
    let mut wrong = Vec::new();
    let mut seed = 0x3a71_0000;
    assert_eq!(shapes().len(), 17);
    for (name, make) in shapes() {
        let mut check = |what: &str, keys: Vec<String>, text: String| {
            let found = values(&detect(&detector, "notes.log", text.as_bytes()));
            if found != keys {
                let lengths: Vec<usize> = found.iter().map(String::len).collect();
                wrong.push(format!(
                    "{name:20} {what:?}: {} keys of lengths {lengths:?} for {}",
                    found.len(),
                    keys.len()
                ));
            }
        };
        let mut key = || {
            seed += 1;
            make(seed)
        };
        let bare = key();
        check("bare", vec![bare.clone()], bare);
        for trailing in TRAILING {
            let key = key();
            check(trailing, vec![key.clone()], format!("value {key}{trailing}then more"));
            check(trailing, vec![key.clone()], format!("value {key}{trailing}"));
        }
        for leading in LEADING {
            let key = key();
            check(leading, vec![key.clone()], format!("value{leading}{key} more"));
            check(leading, vec![key.clone()], format!("{leading}{key}"));
        }
        for pool in POOLS {
            let keys = vec![key(), key(), key()];
            check(pool, keys.clone(), format!("OPENAI_API_KEY=\"{}\"\n", keys.join(pool)));
            check(pool, keys.clone(), keys.join(pool));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn text_glued_behind_is_cut_off() {
    let detector = detector();
    let mut wrong = Vec::new();
    for (index, (name, make)) in shapes().into_iter().enumerate() {
        for (at, glued) in ["-suffix", "_1", "-12", "-backup-2024", "x", "_old_key"].into_iter().enumerate() {
            let key = make(0x91_0000 + (index * 10 + at) as u64);
            let matches = detect(&detector, "conf.txt", format!("k={key}{glued}\n").as_bytes());
            if values(&matches) != [key.clone()] {
                let lengths: Vec<usize> = values(&matches).iter().map(String::len).collect();
                wrong.push(format!("{name:20} {glued}: lengths {lengths:?} for {}", key.len()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_cut_key_is_found_as_far_as_it_goes_and_is_called_damaged() {
    let detector = detector();
    for (index, (prefix, left, right)) in
        [("sk-proj-", 74, 40), ("sk-proj-", 58, 30), ("sk-svcacct-", 74, 58), ("sk-admin-", 58, 20)]
            .into_iter()
            .enumerate()
    {
        let key = expand(&format!("{prefix}{{{left}:url}}T3{{}}BlbkFJ{{{right}}}"), 0xc07 + index as u64);
        let matches = detect(&detector, "a.env", format!("OPENAI_API_KEY={key}\n").as_bytes());
        assert!(values(&matches) == [key], "{prefix} {left} {right}: {} keys", values(&matches).len());
        let found = &matches.keys[0];
        assert!(found.confidence < Confidence::High, "{prefix} {left} {right}");
        assert!(found.signals.iter().any(|signal| signal.id == SignalId::Damaged), "{prefix} {left} {right}");
        assert_eq!(found.issuer.as_deref(), Some("openai"));
    }
}

/// DESIGN 3: a marker without a parsable key is of low confidence and severity.
#[test]
fn a_marker_alone_is_low() {
    let tree = Tree::new();
    tree.write("a.txt", format!("{}{MARKER}{}\n", expand("{30}", 1), expand("{30}", 2)));
    tree.write("b.txt", format!("the marker {MARKER} stands in the middle\n"));
    let report = report(tree.path());
    for finding in findings(&report) {
        assert!(["low", "info"].contains(&finding["severity"].as_str().unwrap()), "{finding:#}");
        assert_eq!(finding["confidence"], "low", "{finding:#}");
    }
}

#[test]
fn a_key_at_every_offset_around_a_buffer_edge() {
    let tree = Tree::new();
    let mut planted = Vec::new();
    for offset in 65_536 - 180..65_536 + 12 {
        let key = modern("sk-proj-", 74, 0x0ff5_e700 + offset as u64);
        let mut text = "lorem ipsum dolor\n".repeat(offset / 18 + 1);
        text.truncate(offset);
        text.push_str(&key);
        // Half of them end with the key, without a newline.
        if offset % 2 == 0 {
            text.push_str("\"\ntail\n");
        }
        planted.push((format!("f{offset}.txt"), fingerprint(&key), place(&text, &key)));
        tree.write(&format!("f{offset}.txt"), text);
    }
    assert_planted(&tree, &planted);
}

/// One file larger than any sensible buffer, with a key every few thousand bytes, so that some stand across each edge.
#[test]
fn keys_all_over_a_large_file() {
    let tree = Tree::new();
    let mut text = String::new();
    let mut keys = Vec::new();
    for index in 0..4_000_u64 {
        let filler = 5_000 + (index * 7_919 % 509) as usize;
        text.push_str(&"größe und länge, ohne ende ".repeat(filler / 30));
        if index % 3 == 0 {
            text.push('\n');
        }
        let key = modern("sk-svcacct-", 74, 0xb16_0000 + index);
        text.push_str(&key);
        text.push(' ');
        keys.push(key);
    }
    let mut planted = Vec::new();
    let (mut line, mut column, mut rest) = (1, 1, text.as_str());
    for key in &keys {
        let start = rest.find(key.as_str()).unwrap();
        let before = &rest[..start];
        line += before.matches('\n').count() as u64;
        let since = before.rfind('\n').map_or(before, |at| &before[at + 1..]);
        column = since.chars().count() as u64 + if since.len() == before.len() { column } else { 1 };
        planted.push(("big.txt".to_owned(), fingerprint(key), (line, column, column + key.len() as u64)));
        column += key.len() as u64;
        rest = &rest[start + key.len()..];
    }
    tree.write("big.txt", &text);
    assert_planted(&tree, &planted);
}

#[test]
fn crlf_bom_one_long_line_and_no_newline_at_the_end() {
    let tree = Tree::new();
    let mut planted = Vec::new();
    let mut plant = |path: &str, before: &str, after: &str, seed: u64| {
        let key = modern("sk-proj-", 74, seed);
        let text = format!("{before}{key}{after}");
        let (line, column, end) = place(&text, &key);
        tree.write(path, &text);
        planted.push((path.to_owned(), fingerprint(&key), (line, column, end)));
    };
    plant("crlf.env", "A=1\r\nB=2\r\nOPENAI_API_KEY=", "\r\nC=3\r\n", 1);
    plant("bom.env", "\u{feff}A=1\nOPENAI_API_KEY=", "\n", 2);
    plant("end.txt", "the key is ", "", 3);
    let bundle = "function(e,t,n){return e&&t?n(t):null},".repeat(200_000 / 40);
    plant("bundle.min.js", &format!("{bundle}a=\""), &format!("\",{bundle}"), 4);
    plant("wide.txt", "日本語🔑é ", " 日本語", 5);
    plant("zero.bin", "\u{0}\u{1}\u{0}key\u{0}", "\u{0}\u{0}\u{2}", 6);
    assert_planted(&tree, &planted);
}

#[test]
fn a_key_in_a_file_name_is_not_shown() {
    let name_key = modern("sk-proj-", 58, 71);
    let key = modern("sk-proj-", 58, 72);
    let tree = Tree::one(&format!("backup-{name_key}/{name_key}.env"), format!("OPENAI_API_KEY={key}\n"));
    let report = report(tree.path());
    let found = findings(&report).iter().find(|finding| finding["key"]["fingerprint"] == fingerprint(&key).as_str());
    let path = occurrences(found.expect("the key in the file is found"))[0]["path"].as_str().unwrap().to_owned();
    assert!(path == "backup-[key]/[key].env", "a path of {} bytes", path.len());
    assert!(!report.to_string().contains(&name_key));
}

/// Each key is one finding with one occurrence at its place.
fn assert_planted(tree: &Tree, planted: &[(String, String, (u64, u64, u64))]) {
    let report = report(tree.path());
    let mut wrong = Vec::new();
    let by_print: std::collections::HashMap<&str, &serde_json::Value> = findings(&report)
        .iter()
        .filter_map(|finding| Some((finding["key"]["fingerprint"].as_str()?, finding)))
        .collect();
    for (path, print, place) in planted {
        let Some(finding) = by_print.get(print.as_str()) else {
            wrong.push(format!("{path} {place:?}: not found"));
            continue;
        };
        let at = &occurrences(finding)[0];
        let number = |name: &str| at[name].as_u64().unwrap();
        let got = (number("line"), number("column"), number("end_column"));
        if at["path"] != path.as_str() || got != *place || occurrences(finding).len() != 1 {
            wrong.push(format!("{path} {place:?}: got {} {got:?}", at["path"]));
        }
    }
    if findings(&report).len() != planted.len() {
        wrong.push(format!("{} findings for {} keys", findings(&report).len(), planted.len()));
    }
    let first: Vec<String> = wrong.iter().take(20).cloned().collect();
    assert!(wrong.is_empty(), "{} wrong of {}\n{}", wrong.len(), planted.len(), first.join("\n"));
}
