//! Keys that a hard wrap broke.

use super::{cut, filled, found, legacy, long_prefix, marked, told};

/// What stands in front of a key, between two of its lines, and behind it.
const FORMS: [(&str, &str, &str, &str, &str); 17] = [
    ("a.txt", "the key:\n", "\n", "\n", "-"),
    ("b.txt", "OPENAI_API_KEY=", "\n", " and so on\n", "OPENAI_API_KEY"),
    ("c.txt", "OPENAI_API_KEY=", "\r\n", "\r\n", "OPENAI_API_KEY"),
    ("d.txt", "    OPENAI_API_KEY: ", "\n    ", ".\n", "OPENAI_API_KEY"),
    ("e.txt", "OPENAI_API_KEY: ", " \n", "\n", "OPENAI_API_KEY"),
    ("a.eml", "> OPENAI_API_KEY=", "\n> ", "\n> bye\n", "OPENAI_API_KEY"),
    ("b.eml", ">> OPENAI_API_KEY=", "\n>> ", "\n", "OPENAI_API_KEY"),
    ("a.py", "# OPENAI_API_KEY=", "\n# ", "\n", "OPENAI_API_KEY"),
    ("a.js", "// OPENAI_API_KEY=", "\n// ", "\n", "OPENAI_API_KEY"),
    ("b.js", "/**\n * OPENAI_API_KEY=", "\n * ", "\n */\n", "OPENAI_API_KEY"),
    ("a.patch", "+OPENAI_API_KEY=", "\n+", "\n", "OPENAI_API_KEY"),
    ("a.yaml", "openai_api_key: >-\n  ", "\n  ", "\nb: c\n", "openai_api_key"),
    ("b.yaml", "openai_api_key: >\n  ", "\n  ", "\n", "openai_api_key"),
    ("c.yaml", "openai_api_key: ", "\n  ", "\n", "openai_api_key"),
    ("d.yaml", "openai_api_key: \"", "\n  ", "\"\n", "openai_api_key"),
    ("a.plist", "<key>OPENAI_API_KEY</key>\n<string>", "\n", "</string>\n", "OPENAI_API_KEY"),
    ("a.xml", "<openai_api_key>\n    ", "\n    ", "\n</openai_api_key>\n", "-"),
];

fn assert_wrapped(form: usize, key: &str, cuts: &[usize]) {
    let (path, lead, joint, tail, setting) = FORMS[form];
    let pieces = cut(key, cuts);
    let template = format!("{lead}{}{tail}", vec!["¤"; pieces.len()].join(joint));
    let (text, place) = filled(&template, &pieces);
    let told = told(&found(path, &text).keys);
    let wanted = format!("{key} {place} {setting} wrapped");
    // Where the text alone tells no name, either will do.
    let nameless = || told.len() == 1 && told[0].starts_with(&format!("{key} {place} "));
    assert!(told == [wanted.clone()] || setting == "-" && nameless(), "{path}: {text}\n{told:?}\n{wanted}");
}

#[test]
fn whole_keys_are_unwrapped_at_every_width() {
    for (form, (_, lead, ..)) in FORMS.into_iter().enumerate() {
        let lead = lead.rsplit('\n').next().unwrap().len();
        let seed = 0x400 + form as u64;
        for width in [64, 72, 76, 78, 80] {
            for key in [marked(seed), long_prefix(seed)] {
                let first = width - lead.min(width - 10);
                let cuts: Vec<usize> = (0..4).map(|line| first + line * width).filter(|&at| at < key.len()).collect();
                if !cuts.is_empty() {
                    assert_wrapped(form, &key, &cuts);
                }
            }
        }
    }
}

#[test]
fn a_wrap_may_cut_the_prefix_or_the_marker() {
    let key = marked(0x440);
    for at in (1..key.len()).step_by(3).chain(1..12).chain(80..92) {
        assert_wrapped(1, &key, &[at]);
    }
    let key = long_prefix(0x441);
    for at in 3..key.len() {
        assert_wrapped(1, &key, &[at]);
    }
}

#[test]
fn lines_that_make_no_whole_key_stay_apart() {
    let (key, other) = (marked(0x450), marked(0x451));
    let plain = legacy(0x452);
    let long = long_prefix(0x453);
    for text in [
        // Something is missing, or too much.
        format!("K={}\n{}\n", &key[..100], &key[101..]),
        format!("K={}\n{}x\n", &long[..40], &long[40..]),
        format!("K={}\n\n{}\n", &key[..100], &key[100..]),
        format!("K={}\nand {}\n", &key[..100], &key[100..]),
        format!("K={},\n{}\n", &key[..100], &key[100..]),
        format!("K=\"{}\"\n\"{}\n", &long[..40], &long[40..]),
        // Only the shape of the whole would tell.
        format!("K={}\n{}\n", &plain[..30], &plain[30..]),
        // Five lines.
        format!("K={}\n{}\n{}\n{}\n{}\n", &long[..20], &long[20..30], &long[30..40], &long[40..50], &long[50..]),
        format!("{key}\n{other}\n{long}\n"),
        format!("- {key}\n- {other}\n"),
        format!("{long}\nabcdef0123456789\n{long}\n"),
    ] {
        let told = told(&found("a.txt", &text).keys);
        assert!(!told.iter().any(|told| told.contains("wrapped")), "{text}{told:?}");
    }
}

#[test]
fn words_behind_a_whole_key_are_no_part_of_it() {
    let key = marked(0x460);
    let text = format!("K={}\n{}\nRegards\n", &key[..70], &key[70..]);
    let told = told(&found("a.txt", &text).keys);
    assert_eq!(told, [format!("{key} 1:3-2:{} K wrapped", key.len() - 70 + 1)]);
}
