//! Lines that a character at their end continues.

use super::{assert_found, cuts, filled, found, legacy, long_prefix, marked, told};

const FORMS: [(&str, &str, &str); 18] = [
    ("a.sh", "export OPENAI_API_KEY=¤\\\n¤\\\n¤\n", "OPENAI_API_KEY"),
    ("b.sh", "export OPENAI_API_KEY=\"¤\\\n¤\"\n", "OPENAI_API_KEY"),
    ("c.sh", "export OPENAI_API_KEY=¤\\\r\n¤\r\n", "OPENAI_API_KEY"),
    ("Dockerfile", "FROM scratch\nENV OPENAI_API_KEY=¤\\\n¤\\\n¤ \\\n    A=b\n", "OPENAI_API_KEY"),
    ("a.h", "#define OPENAI_API_KEY \"¤\\\n¤\"\n", "OPENAI_API_KEY"),
    ("Makefile", "OPENAI_API_KEY := ¤\\\n¤\n", "OPENAI_API_KEY"),
    ("a.properties", "openai.api.key=¤\\\n    ¤\\\n\t¤\n", "openai.api.key"),
    ("a.ini", "[openai]\napi_key = ¤\\\n¤\n", "api_key"),
    ("a.py", "OPENAI_API_KEY = \"¤\\\n¤\"\n", "OPENAI_API_KEY"),
    ("a.js", "const OPENAI_API_KEY = '¤\\\n¤\\\n¤';\n", "OPENAI_API_KEY"),
    ("a.bat", "set OPENAI_API_KEY=¤^\r\n¤\r\n", "OPENAI_API_KEY"),
    ("a.ps1", "$env:OPENAI_API_KEY = \"¤`\n¤\"\n", "OPENAI_API_KEY"),
    ("a.rs", "let openai_api_key = \"¤\\\n    ¤\\\n    ¤\";\n", "openai_api_key"),
    ("b.rs", "const OPENAI_API_KEY: &str = \"¤\\\n                              ¤\";\n", "OPENAI_API_KEY"),
    ("a.hs", "openaiApiKey = \"¤\\\n  \\¤\\\n  \\¤\"\n", "openaiApiKey"),
    ("a.patch", "--- a\n+++ b\n@@ -1 +1,3 @@\n+OPENAI_API_KEY=¤\\\n+¤\\\n+¤\n", "OPENAI_API_KEY"),
    ("b.patch", "@@ -1 +1,3 @@\n+OPENAI_API_KEY = \"¤\\\n+  ¤\"\n", "OPENAI_API_KEY"),
    ("a.yaml", "openai_api_key: \"¤\\\n  ¤\\\n  ¤\"\n", "openai_api_key"),
];

#[test]
fn continued_lines_are_one() {
    for (index, (path, template, setting)) in FORMS.into_iter().enumerate() {
        let seed = 0x300 + index as u64;
        for key in [marked(seed), long_prefix(seed), legacy(seed)] {
            for first in [3, 9, 21] {
                assert_found(path, template, &key, &cuts(template, &key, first), setting, "continued");
            }
        }
    }
}

#[test]
fn indentation_that_a_language_keeps_is_kept() {
    let key = long_prefix(0x320);
    for (path, template) in [
        ("a.sh", "export K=\"¤\\\n    ¤\"\n"),
        ("a.js", "const k = '¤\\\n  ¤';\n"),
        ("b.sh", "f \"¤ \\\n¤\"\n"),
        ("c.sh", "f ¤ \\\n  ¤\n"),
        ("d.sh", "f ¤\\\\\n¤\n"),
        ("a.patch", "-K=¤\\\n+¤\n"),
        ("b.patch", " K=¤\\\n+¤\n"),
    ] {
        let (text, _) = filled(template, &[&key[..31], &key[31..]]);
        let told = told(&found(path, &text).keys);
        assert!(!told.iter().any(|told| told.contains("continued")), "{path}: {told:?}");
    }
}

#[test]
fn whole_keys_in_continued_lines_stay_what_they_are() {
    let (one, two) = (marked(0x330), long_prefix(0x331));
    let text = format!("run \\\n  --key {one} \\\n  --other {two}\\\n\nA={two}\\\nB={one}\n");
    let told = told(&found("a.sh", &text).keys);
    let values: Vec<&str> = told.iter().map(|told| told.split(' ').next().unwrap()).collect();
    assert_eq!(values[..2], [one.as_str(), two.as_str()], "{told:?}");
    assert!(values[2..].iter().all(|value| [one.as_str(), two.as_str()].contains(value)), "{told:?}");
}
