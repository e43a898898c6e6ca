//! The files themselves: what other programs read of them stands where they look for it.

use serde_json::Value;

use super::{COMPONENT, JOB, WORKFLOW, documents, read};

#[test]
fn the_hooks_read_the_index_and_take_no_file_names() {
    let hooks = &documents(".pre-commit-hooks.yaml")[0];
    let mut ids = Vec::new();
    for hook in hooks.as_array().unwrap() {
        let id = hook["id"].as_str().unwrap();
        ids.push(id);
        let whole = id.contains("tree");
        assert_eq!(hook["entry"], if whole { "keyscan" } else { "keyscan --staged" });
        assert_eq!(hook["language"], if id.ends_with("system") { "system" } else { "rust" });
        // File names would be dealt out to several runs, none of which sees what the others see.
        assert_eq!((&hook["pass_filenames"], &hook["require_serial"]), (&"false".into(), &"true".into()));
        assert_eq!(hook["always_run"], "true");
        let stages: Vec<&str> =
            hook["stages"].as_array().unwrap().iter().map(|stage| stage.as_str().unwrap()).collect();
        assert_eq!(stages, if whole { vec!["manual"] } else { vec!["pre-commit", "pre-merge-commit"] });
    }
    assert_eq!(ids, ["keyscan", "keyscan-system", "keyscan-tree", "keyscan-tree-system"]);
}

/// All texts below a value, with the names that lead to them.
fn texts(value: &Value, name: &str, visit: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::String(text) => visit(name, text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, name, visit)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| texts(value, name, visit)),
        _ => {}
    }
}

#[test]
fn no_script_of_a_pipeline_holds_what_a_stranger_wrote() {
    for path in ["action.yml", WORKFLOW] {
        let mut scripts = 0;
        texts(&documents(path)[0], "", &mut |name, text| match name {
            "run" => {
                scripts += 1;
                assert!(!text.contains("${{"), "{path}: {text}");
            }
            "uses" => {
                let revision = text.rsplit('@').next().unwrap();
                assert!(revision.len() == 40 && revision.bytes().all(|b| b.is_ascii_hexdigit()), "{path}: {text}");
            }
            _ => {}
        });
        assert_eq!(scripts, 2, "{path}");
        // Behind each revision stands the release that it is.
        for line in read(path).lines().filter(|line| line.contains("uses:")) {
            assert!(line.contains(" # v"), "{line}");
        }
    }
}

#[test]
fn the_action_has_its_inputs_and_outputs() {
    let action = &documents("action.yml")[0];
    let names = |part: &str| action[part].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names("outputs"), ["exit-code", "findings", "sarif"]);
    let inputs = names("inputs");
    for name in ["version", "paths", "args", "fail-on", "config", "sarif", "baseline"] {
        assert!(inputs.iter().any(|input| input == name), "{name}");
    }
    assert_eq!(action["runs"]["using"], "composite");
    let steps = action["runs"]["steps"].as_array().unwrap();
    let upload = steps.last().unwrap();
    assert!(upload["if"].as_str().unwrap().starts_with("always()"), "a failed scan is reported, too");
    // Every input gets to a script, or to the upload.
    let text = serde_json::to_string(steps).unwrap();
    for input in inputs {
        assert!(text.contains(&format!("inputs.{input}")), "{input}");
    }
}

#[test]
fn the_workflow_asks_for_little() {
    let workflow = &documents(WORKFLOW)[0];
    assert!(workflow["on"].as_object().unwrap().keys().all(|event| event != "pull_request_target"));
    assert_eq!(workflow["permissions"], Value::Object(serde_json::Map::new()));
    let job = &workflow["jobs"]["keyscan"];
    let granted: Vec<_> = job["permissions"].as_object().unwrap().iter().collect();
    assert_eq!(granted.len(), 2, "{granted:?}");
    assert_eq!(job["permissions"]["contents"], "read");
    assert_eq!(job["steps"][0]["with"]["fetch-depth"], "0");
    assert_eq!(job["steps"][0]["with"]["persist-credentials"], "false");
}

#[test]
fn gitlab_gets_its_report_whatever_the_scan_says() {
    let component = documents(COMPONENT);
    assert_eq!(component.len(), 2, "inputs, then jobs");
    assert_eq!(component[0]["spec"]["inputs"]["version"]["default"], env!("CARGO_PKG_VERSION"));
    for job in [&component[1]["keyscan"], &documents(JOB)[0]["keyscan"]] {
        assert_eq!(job["artifacts"]["when"], "always");
        assert_eq!(job["artifacts"]["reports"]["secret_detection"], "gl-secret-detection-report.json");
        assert_eq!(job["variables"]["GIT_DEPTH"], "0");
    }
    // Every input is used, and what is used is an input.
    let jobs = component[1].to_string();
    let inputs = component[0]["spec"]["inputs"].as_object().unwrap();
    for name in inputs.keys() {
        assert!(jobs.contains(&format!("$[[ inputs.{name} ]]")), "{name}");
    }
    assert_eq!(jobs.matches("$[[").count(), inputs.len());
}

#[test]
fn the_image_holds_one_program_and_no_root() {
    let lines = read("Dockerfile");
    let last = lines.rsplit("\nFROM ").next().unwrap();
    assert!(last.starts_with("scratch"), "{last}");
    assert!(last.contains("\nUSER 65532:65532\n") && last.contains("\nENTRYPOINT [\"/usr/local/bin/keyscan\"]"));
}
