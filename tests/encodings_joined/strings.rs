//! Code and letters inside of strings of JSON: source maps, notebooks, requests in a log.

use super::{cut, found, legacy, long_prefix, marked, told};

/// A text as the inside of a string of JSON.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t")
}

/// What puts two pieces together in code, with a quote on either side.
const JOINTS: [&str; 6] = ["\" + \"", "\"+\"", "\" +\n    \"", "\"\n  + \"", "' + \"", "\".concat(\""];

/// Files around a code.
fn files(code: &str) -> Vec<(&'static str, String)> {
    let source = escaped(code);
    let lines: Vec<String> = code.split_inclusive('\n').map(|line| format!("\"{}\"", escaped(line))).collect();
    vec![
        ("a.json", format!("{{\"src\": \"{source}\"}}\n")),
        (
            "a.js.map",
            format!("{{\"version\":3,\"sources\":[\"a\"],\"sourcesContent\":[\"{source}\"],\"mappings\":\"A\"}}"),
        ),
        (
            "a.ipynb",
            format!(
                "{{\"cells\": [{{\"cell_type\": \"code\",\n   \"source\": [\n    {}\n   ]}}], \"nbformat\": 4}}\n",
                lines.join(",\n    ")
            ),
        ),
        (
            "rpc.log",
            format!("> {{\"method\":\"write\",\"params\":\"{{\\\"text\\\": \\\"{}\\\"}}\"}}\n", escaped(&source)),
        ),
        ("a.jsonl", format!("{{\"id\": 1}}\n{{\"text\": \"{source}\"}}\n{{\"id\": 2}}\n")),
        ("b.json", format!("{{\"src\": \"{} {source} {}\"}}\n", "a\\n".repeat(30_000), "\\\"b".repeat(30_000))),
    ]
}

fn values(path: &str, text: &str) -> Vec<String> {
    let keys = found(path, text).keys;
    keys.iter().map(|key| String::from_utf8_lossy(key.secret.expose()).into_owned()).collect()
}

#[test]
fn code_in_strings_is_put_together() {
    for (index, joint) in JOINTS.into_iter().enumerate() {
        let seed = 0x900 + index as u64;
        for key in [marked(seed), long_prefix(seed)] {
            for at in [9, 40, key.len() - 20] {
                let [one, two] = cut(&key, &[at])[..] else { unreachable!() };
                let code = format!("// now\nconst apiKey = \"{one}{joint}{two}\";\nrun(apiKey);\n");
                for (path, text) in files(&code.replace("\"sk", if joint.starts_with('\'') { "'sk" } else { "\"sk" })) {
                    assert_eq!(values(path, &text), [key.as_str()], "{joint} {at} {path}: {text:.900}");
                }
            }
        }
    }
}

#[test]
fn literals_side_by_side_in_notebooks_are_one() {
    let key = long_prefix(0x920);
    let code = format!("key = (\"{}\"\n       \"{}\")\n", &key[..40], &key[40..]);
    let (path, text) = files(&code).remove(2);
    assert_eq!(values(path, &text), [key.as_str()], "{text}");
    let told = told(&found(path, &text).keys);
    assert!(told[0].ends_with(" escape,joined"), "{told:?}");
}

#[test]
fn keys_that_are_wrapped_or_continued_in_strings_are_whole() {
    for (seed, key) in [marked(0x930), long_prefix(0x931)].into_iter().enumerate() {
        for (at, code) in [(60, "the key:\n¤\n¤\n"), (40, "export OPENAI_API_KEY=¤\\\n¤\necho\n")] {
            let code = code.replacen('¤', &key[..at], 1).replacen('¤', &key[at..], 1);
            for (path, text) in files(&code).into_iter().filter(|(path, _)| *path != "a.ipynb") {
                assert_eq!(values(path, &text), [key.as_str()], "{seed} {path}: {text:.900}");
            }
        }
    }
}

#[test]
fn what_stands_beside_a_piece_in_a_string_is_no_part_of_it() {
    let (key, other, plain) = (long_prefix(0x940), long_prefix(0x941), legacy(0x942));
    let hash = &other[9..];
    for code in [
        format!("const a = [\"{}\", \"{}\"];\n", &key[..40], &key[40..]),
        format!("const a = [\"sk-or-v1-\", \"{hash}\"];\n"),
        format!("const a = {{\"sk-or-v1-\": \"{hash}\"}};\n"),
        format!("Keys begin with sk-or-v1-\n{hash}  file.tar.gz\n"),
        format!("- prefix: sk-or-v1-\n- hash: {hash}\n"),
        format!("f(\"sk-or-v1-\"); g(\"{hash}\");\n"),
        format!("a,sk-or-v1-\n{hash},b\n"),
        format!("\"{}\"; \"{}\"\n", &plain[..30], &plain[30..]),
        format!("K={}\n{}\n", &plain[..30], &plain[30..]),
    ] {
        for (path, text) in files(&code) {
            let told = told(&found(path, &text).keys);
            let put = told.iter().any(|told| told.contains("joined") || told.contains("wrapped"));
            assert!(!put, "{path}: {text:.900} {told:?}");
        }
    }
    // Lines of a list are no lines of a text.
    let text = format!("[\n  \"sk-or-v1-\",\n  \"{hash}\"\n]\n");
    assert_eq!(values("a.json", &text), [] as [&str; 0]);
    let keys = format!("{{\"log\": \"{key}\\n{other}\\n\"}}\n");
    assert_eq!(values("a.json", &keys), [key.as_str(), other.as_str()]);
}
