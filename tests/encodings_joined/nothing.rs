//! What stands beside each other and does not belong together.

use super::{filled, found, legacy, long_prefix, marked, told};

#[test]
fn lists_of_keys_are_lists_of_keys() {
    for make in [marked, long_prefix, legacy] {
        let keys = [make(0x700), make(0x701), make(0x702)];
        for (path, template) in [
            ("a.js", "const OPENAI_API_KEYS = [\"¤\", \"¤\", '¤'];\n"),
            ("b.js", "const OPENAI_API_KEYS = [\"¤\",\"¤\",\"¤\"].join(\",\");\n"),
            ("c.js", "const OPENAI_API_KEYS = [\"¤\",\"¤\",\"¤\"].join(\"\");\n"),
            ("a.py", "OPENAI_API_KEYS = (\"¤\", \"¤\", \"¤\")\n"),
            ("b.py", "OPENAI_API_KEYS = [\n    \"¤\"\n    \"¤\"\n    \"¤\"\n]\n"),
            ("a.sh", "OPENAI_API_KEYS=(\"¤\" \"¤\" \"¤\")\n"),
            ("b.sh", "OPENAI_API_KEYS=¤,¤,¤\n"),
            ("a.go", "var OpenAIKeys = []string{\"¤\", \"¤\", \"¤\"}\n"),
            ("a.json", "{\"openai_api_keys\": [\"¤\", \"¤\", \"¤\"]}\n"),
            ("c.py", "f(\"¤\", \"¤\", \"¤\") # openai\n"),
            ("d.py", "openai_keys = \"¤\" + \",\" + \"¤\" + \",\" + \"¤\"\n"),
            ("a.csv", "openai_api_key\n\"¤\"\n\"¤\"\n\"¤\"\n"),
        ] {
            let (text, _) = filled(template, &[&keys[0], &keys[1], &keys[2]]);
            let told = told(&found(path, &text).keys);
            assert!(!told.iter().any(|told| told.contains("joined") || told.contains("wrapped")), "{text}{told:?}");
            // As written they are all there, wherever the text is no value of its own.
            let whole = |key: &String| told.iter().any(|told| told.starts_with(key.as_str()));
            assert!(keys.iter().all(whole), "{text}{told:?}");
        }
    }
}

#[test]
fn pieces_with_something_between_them_are_none() {
    let key = long_prefix(0x710);
    for (path, template) in [
        ("a.js", "f(\"¤\", \"¤\");\n"),
        ("b.js", "f(\"¤\" - \"¤\");\n"),
        ("c.js", "f(\"¤\" == \"¤\");\n"),
        ("d.js", "f(\"¤\" ? \"¤\" : x);\n"),
        ("e.js", "f(\"¤\" + x + \"¤\");\n"),
        ("f.js", "f(\"¤\"); g(\"¤\");\n"),
        ("g.js", "const a = {\"¤\": \"¤\"};\n"),
        ("h.js", "const a = [\"¤\", \"¤\"];\n"),
        ("i.js", "const a = [\"¤\", \"¤\"].join(\"-\");\n"),
        ("j.js", "const a = [\"¤\", \"¤\"].join();\n"),
        ("k.js", "const a = `¤${x}¤`;\n"),
        ("l.js", "const a = \"¤\" + \" \" + \"¤\";\n"),
        ("m.js", "const a = \"¤ \" + \"¤\";\n"),
        ("a.py", "a = \"-\".join([\"¤\", \"¤\"])\n"),
        ("b.py", "a = \"%s-%s\" % (\"¤\", \"¤\")\n"),
        ("c.py", "a = \"{1}{0}\".format(\"¤\", \"¤\")\n"),
        ("d.py", "a = \"¤\", \"¤\"\n"),
        ("e.py", "a = \"¤\" if x else \"¤\"\n"),
        ("a.go", "log.Println(\"¤\", \"¤\")\n"),
        ("a.php", "<?php echo implode(',', ['¤', '¤']);\n"),
        ("a.yaml", "a: \"¤\"\nb: \"¤\"\n"),
        ("b.yaml", "- \"¤\"\n- \"¤\"\n"),
        ("a.toml", "a = [\"¤\", \"¤\"]\n"),
        ("a.txt", "\"¤\" and \"¤\"\n"),
    ] {
        let (text, _) = filled(template, &[&key[..33], &key[33..]]);
        let found = told(&found(path, &text).keys);
        assert!(!found.iter().any(|told| told.contains("joined")), "{text}{found:?}");
    }
}

#[test]
fn what_stands_behind_each_other_has_to_be_whole_beyond_doubt() {
    let (plain, long) = (legacy(0x720), long_prefix(0x721));
    for (path, template) in
        [("a.sh", "f \"¤\" \"¤\"\n"), ("b.sh", "K=\"¤\"\"¤\"\n"), ("a.py", "K = (\"¤\"\n    \"¤\")\n")]
    {
        for (key, end) in [(&plain, plain.len()), (&long, long.len() - 1), (&long, 60)] {
            let (text, _) = filled(template, &[&key[..20], &key[20..end]]);
            let found = told(&found(path, &text).keys);
            assert!(!found.iter().any(|told| told.contains("joined")), "{text}{found:?}");
        }
    }
}

#[test]
fn ordinary_code_passes_as_before() {
    let detector = crate::support::library::detector();
    for text in [
        "a = \"task-\" + name + \"-\" + id;\n",
        "const c = \"sk-\" + \"circle\";\n<div class=\"sk-\" + \"fading-circle\">",
        "const prefixes = [\"sk-\", \"pk-\", \"rk-\"];\n",
        "if (key.startsWith(\"sk-\")) {\n  return 1234567890;\n}\n",
        "the disk-\nusage of sk-\ncircles is 5\n",
        "ks-tool, ks- and so on\n",
    ] {
        assert!(!detector.passes(text.as_bytes()), "{text}");
        assert_eq!(told(&found("a.js", text).keys), [] as [&str; 0], "{text}");
    }
}
