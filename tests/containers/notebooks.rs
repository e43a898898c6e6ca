//! Notebooks: a place says which cell, and which output of it.

use super::*;
use crate::support::modern;
use serde_json::json;

fn key(seed: u64) -> String {
    modern("sk-proj-", 74, seed)
}

fn parts(report: &Value, key: &str) -> Vec<String> {
    let wanted = fingerprint(key);
    let of_key = findings(report).iter().filter(|finding| finding["key"]["fingerprint"] == wanted.as_str());
    of_key.flat_map(occurrences).filter_map(|place| text(&place["part"])).collect()
}

fn cell(kind: &str, source: &[&str], outputs: &Value) -> Value {
    json!({"cell_type": kind, "metadata": {}, "execution_count": 1, "source": source, "outputs": outputs})
}

#[test]
fn a_place_says_which_cell_it_is_in() {
    let stream = |text: String| json!({"output_type": "stream", "name": "stdout", "text": ["a\n", text]});
    let cells = json!([
        cell("markdown", &["# Keys\n", &format!("mine is {}", key(1))], &json!([])),
        cell("code", &[&format!("client = OpenAI(api_key=\"{}\")\n", key(2)), "print(client)"], &json!([])),
        cell(
            "code",
            &["print(x)"],
            &json!([
                stream("nothing\n".to_owned()),
                stream(format!("OPENAI_API_KEY=\u{1b}[32m{}\u{1b}[0m\n", key(3))),
                {"output_type": "error", "ename": "E", "evalue": "", "traceback": [format!("key {} is wrong", key(4))]},
            ])
        ),
    ]);
    let notebook = json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5});
    for text in [serde_json::to_string(&notebook).unwrap(), serde_json::to_string_pretty(&notebook).unwrap()] {
        let report = scan("a.ipynb", text);
        let wanted = ["cell 1, source", "cell 2, source", "cell 3, output 2", "cell 3, output 3"];
        for (seed, wanted) in (1..).zip(wanted) {
            assert_eq!(parts(&report, &key(seed)), [wanted]);
        }
    }
}

#[test]
fn people_are_told_the_cell() {
    let notebook = json!({"cells": [cell("code", &[&format!("k = '{}'", key(1))], &json!([]))]});
    let tree = Tree::one("a.ipynb", notebook.to_string());
    let text = crate::support::keyscan(tree.path(), &["--exit-zero", "."]).text();
    assert!(text.contains("cell 1, source"), "{text}");
}

#[test]
fn sheets_of_old_notebooks_are_counted_through() {
    let old = json!({"worksheets": [{"cells": [
        {"cell_type": "code", "input": ["x = 1"], "outputs": []},
        {"cell_type": "code", "input": [format!("k = '{}'", key(1))], "outputs": []},
    ]}]});
    assert_eq!(parts(&scan("a.ipynb", old.to_string()), &key(1)), ["cell 2, source"]);
}

#[test]
fn other_files_and_broken_notebooks_have_no_parts() {
    let code = format!("k = '{}'", key(1));
    let notebook = json!({"cells": [cell("code", &[&code], &json!([]))]}).to_string();
    for (path, content) in
        [("a.json", notebook.as_str()), ("a.ipynb", &notebook[..notebook.len() - 4]), ("a.ipynb", &code)]
    {
        let report = scan(path, content);
        assert_eq!(places(&report, &key(1)).len(), 1, "{path}");
        assert_eq!(parts(&report, &key(1)), Vec::<String>::new(), "{path}");
    }
}
