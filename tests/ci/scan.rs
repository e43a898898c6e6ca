//! The scripts that scan: which arguments keyscan gets, and what becomes of its exit code.

use std::fs;

use super::stand_in::{Done, Stage, has_bash, script};
use super::{COMPONENT, JOB, WORKFLOW, documents};

/// Commits, as pipelines name them.
const BASE: &str = "1111111111111111111111111111111111111111";
const HEAD: &str = "2222222222222222222222222222222222222222";

/// A keyscan that writes the reports it is asked for and ends with `$EXIT`.
const REPORTS: &str = r#"
for word in "$@"; do
    case $word in
        jsonl=*) printf '{"schema_version":1,"type":"finding"}\n{"schema_version":1,"type":"finding"}\n{"type":"summary"}\n' >"${word#*=}" ;;
        sarif=* | gitlab=*) echo report >"${word#*=}" ;;
    esac
done
exit "$EXIT""#;

/// Runs the scan of the action with some inputs; the others are not given.
fn action(stage: &Stage, given: &[(&str, &str)]) -> Done {
    let names = ["PATHS", "ARGS", "FAIL_ON", "CONFIG", "SARIF", "BASELINE", "BASE", "HEAD", "EXIT"];
    let of = |name: &str| given.iter().find(|(given, _)| *given == name).map_or("", |(_, value)| *value);
    let variables: Vec<(&str, &str)> = names.iter().map(|name| (*name, of(name))).collect();
    stage.run(&["bash", &script("ci/scan.sh")], &variables)
}

#[test]
fn the_action_scans_once_with_what_it_was_given() {
    if !has_bash() {
        return;
    }
    let stage = Stage::new();
    stage.program("keyscan", REPORTS);
    let head = "keyscan <--no-progress> <--format> <github> <--format> <jsonl=/temp/keyscan.jsonl>";
    let done = action(&stage, &[("EXIT", "0")]);
    assert_eq!((done.code, done.calls), (0, vec![format!("{head} <-->")]), "{}", done.said);
    assert_eq!(stage.said("temp/output"), "exit-code=0\nfindings=2\n");

    let pull_request = [("SARIF", "out.sarif"), ("BASE", BASE), ("HEAD", HEAD), ("EXIT", "1")];
    let done = action(&stage, &pull_request);
    let call = format!("{head} <--format> <sarif=out.sarif> <--range> <{BASE}..{HEAD}> <--trust> <{BASE}> <-->");
    assert_eq!((done.code, done.calls), (1, vec![call]), "{}", done.said);

    let odd = [
        ("PATHS", "a b\n\n-c\n$(touch x)\n"),
        ("ARGS", " --only  leaked-key\t--exclude\n*.md $HOME "),
        ("FAIL_ON", "medium; touch x"),
        ("CONFIG", "team's.toml"),
        ("BASELINE", "b.json"),
        ("EXIT", "3"),
    ];
    let done = action(&stage, &odd);
    let call = format!(
        "{head} <--fail-on> <medium; touch x> <--config> <team's.toml> <--baseline> <b.json> <--only> <leaked-key> <--exclude> <*.md> <$HOME> <--> <a b> <-c> <$(touch x)>"
    );
    assert_eq!((done.code, done.calls), (3, vec![call]), "{}", done.said);
    assert!(!stage.tree.at("work/x").exists());
}

#[test]
fn the_action_hands_on_only_a_report_of_its_own() {
    if !has_bash() {
        return;
    }
    let stage = Stage::new();
    stage.program("keyscan", REPORTS);
    let given = [("SARIF", "out.sarif"), ("EXIT", "1")];
    action(&stage, &given);
    assert_eq!(stage.said("temp/output"), "exit-code=1\nfindings=2\nsarif=out.sarif\n");

    // Wrong usage: there is no report, and one that the checkout brought along is none.
    stage.program("keyscan", "exit 2");
    fs::remove_file(stage.tree.at("temp/output")).unwrap();
    stage.tree.write("work/out.sarif", "forged");
    let done = action(&stage, &given);
    assert_eq!(done.code, 2);
    assert!(done.said.starts_with("::error title=keyscan::Nothing was scanned"), "{}", done.said);
    assert_eq!(stage.said("temp/output"), "exit-code=2\nfindings=\n");
}

#[test]
fn the_workflow_that_init_writes_scans_like_the_action() {
    if !has_bash() {
        return;
    }
    let workflow = &documents(WORKFLOW)[0];
    let steps = workflow["jobs"]["keyscan"]["steps"].as_array().unwrap();
    let scan = steps.iter().find(|step| step["id"] == "scan").unwrap();
    let run = scan["run"].as_str().unwrap();
    let stage = Stage::new();
    stage.program("keyscan", REPORTS);
    // As GitHub starts a step that names no shell.
    let shell = ["bash", "-e", "-c", run];
    let head = "keyscan <--format> <github> <--format> <sarif=/temp/keyscan.sarif>";
    let done = stage.run(&shell, &[("BASE", ""), ("HEAD", ""), ("EXIT", "0")]);
    assert_eq!((done.code, done.calls), (0, vec![head.to_owned()]), "{}", done.said);
    let done = stage.run(&shell, &[("BASE", BASE), ("HEAD", HEAD), ("EXIT", "1")]);
    let call = format!("{head} <--range> <{BASE}..{HEAD}> <--trust> <{BASE}>");
    assert_eq!((done.code, done.calls), (1, vec![call]), "{}", done.said);
    assert_eq!(stage.said("temp/output"), "sarif=/temp/keyscan.sarif\n".repeat(2));
    // Both get the commits from the event, through the environment.
    for name in ["BASE", "HEAD"] {
        let value = scan["env"][name].as_str().unwrap();
        let side = name.to_lowercase();
        assert_eq!(value, format!("${{{{ github.event.pull_request.{side}.sha }}}}"));
        let action = &documents("action.yml")[0]["runs"]["steps"][1]["env"][name];
        assert!(action.as_str().unwrap().contains(&format!("github.event.pull_request.{side}.sha")), "{action}");
    }
}

#[test]
fn gitlab_scans_a_merge_request_by_the_policy_of_its_target() {
    let component = documents(COMPONENT);
    let job = &documents(JOB)[0];
    for (script, is_component) in [(&component[1]["keyscan"]["script"], true), (&job["keyscan"]["script"], false)] {
        let lines: Vec<&str> = script.as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
        // As GitLab runs them: one after the other, until one fails.
        let text = lines.join("\n");
        let shell = ["sh", "-e", "-c", text.as_str()];
        let stage = Stage::new();
        stage.program("keyscan", REPORTS);
        let run = |more: &[(&str, &str)]| {
            let usual = [("CI_COMMIT_SHA", HEAD), ("KEYSCAN_VERSION", "0.1.0"), ("KEYSCAN_FAIL_ON", "high")];
            let done = stage.run(&shell, &[&usual, more].concat());
            assert_eq!(done.calls.len(), 1, "{}", done.said);
            (done.code, done.calls[0].clone())
        };
        let head = "keyscan <--format> <human> <--format> <gitlab=gl-secret-detection-report.json>";
        let head = if is_component { format!("{head} <--fail-on> <high>") } else { head.to_owned() };
        let end = if is_component { " <-->" } else { "" };
        assert_eq!(run(&[("EXIT", "0")]), (0, format!("{head}{end}")));
        let range = |base: &str| format!("{head} <--range> <{base}..{HEAD}> <--trust> <{base}>{end}");
        let merge_request = [("CI_MERGE_REQUEST_DIFF_BASE_SHA", BASE), ("EXIT", "1")];
        assert_eq!(run(&merge_request), (1, range(BASE)));
        // Where GitLab merges first, the target's own newest commit is known.
        let target = ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "3333");
        assert_eq!(run(&[&merge_request[..], &[target]].concat()), (1, range("3333")));
        if is_component {
            let words = [("KEYSCAN_ARGS", "--only *"), ("KEYSCAN_PATHS", "a b"), ("EXIT", "3")];
            assert_eq!(run(&words), (3, format!("{head} <--only> <*> <--> <a> <b>")));
        }
    }
}
