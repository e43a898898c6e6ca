//! An organisation of thirty repositories, with twelve keys that are shared in known ways and many that are not: every group
//! is found, none is invented, and the order in which the roots are named does not show.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::support::{Tree, findings, fingerprint, keyscan, modern, occurrences};

/// Runs git away from the user's and the machine's settings; false where there is no git.
fn git(folder: &Path, arguments: &[&str]) -> bool {
    git_as("Ann", folder, arguments)
}

fn git_as(person: &str, folder: &Path, arguments: &[&str]) -> bool {
    let mut command = Command::new("git");
    command.current_dir(folder).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", folder);
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), person);
        command.env(format!("GIT_{who}_EMAIL"), format!("{person}@example.com"));
        command.env(format!("GIT_{who}_DATE"), "2026-01-02T03:04:05Z");
    }
    let Ok(output) = command.args(arguments).output() else { return false };
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    true
}

fn key(number: u64) -> String {
    modern("sk-proj-", 74, 9000 + number)
}

fn env(key: &str) -> String {
    format!("OPENAI_API_KEY={key}\n")
}

/// A repository of its own, with all its files in one commit. False where there is no git.
fn repository(tree: &Tree, name: &str, files: &[(&str, String)]) -> bool {
    tree.write(&format!("{name}/README"), format!("{name}\n"));
    tree.write(&format!("{name}/.gitignore"), ".env\n.env.*\n!.env.example\n");
    for (path, content) in files {
        tree.write(&format!("{name}/{path}"), content);
    }
    let folder = tree.at(name);
    git(&folder, &["init", "-q", "-b", "main"])
        && git(&folder, &["add", "-A"])
        && git(&folder, &["commit", "-qm", name])
}

fn workload(name: &str, key: &str) -> String {
    let container = |part: &str| {
        format!(
            "        - name: {name}-{part}\n          env:\n            - name: OPENAI_API_KEY\n              value: {key}\n"
        )
    };
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  replicas: 3\n  template:\n    spec:\n      containers:\n{}{}",
        container("main"),
        container("side")
    )
}

fn secret(key: &str) -> String {
    let value = BASE64_STANDARD.encode(key);
    format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: llm\ndata:\n  OPENAI_API_KEY: {value}\n")
}

const SHARED: usize = 12;

/// What is to be said of the shared keys, by number: the kind and who holds it.
fn expected() -> [Vec<(&'static str, &'static str)>; SHARED] {
    const REPOSITORIES: &str = "shared-by-repositories";
    const SERVICES: &str = "shared-by-services";
    const ENVIRONMENTS: &str = "shared-by-environments";
    const PEOPLE: &str = "shared-by-people";
    [
        vec![(REPOSITORIES, "3 repositories: r00, r01, r02")],
        vec![(REPOSITORIES, "2 repositories: r03, r04")],
        vec![(SERVICES, "2 services: billing, reports")],
        vec![(SERVICES, "2 services: web, worker")],
        vec![(SERVICES, "2 services: api, jobs")],
        vec![(ENVIRONMENTS, "2 environments: development, production")],
        vec![(ENVIRONMENTS, "3 environments: development, production, staging")],
        vec![(PEOPLE, "2 people: alice, bob")],
        vec![(REPOSITORIES, "2 repositories: r10, r11")],
        vec![(SERVICES, "2 services: configs/mail, configs/shop")],
        vec![(REPOSITORIES, "11 repositories: r12, r13, r14, r15, r16, r17, r18, r19 and 3 more")],
        vec![
            (REPOSITORIES, "3 repositories: r23, r24, r29"),
            (ENVIRONMENTS, "2 environments: development, production"),
            (PEOPLE, "2 people: alice, bob"),
        ],
    ]
}

/// The organisation, with the names of its roots; none where there is no git.
fn organisation() -> Option<(Tree, Vec<String>)> {
    let tree = Tree::new();
    let mut files: BTreeMap<usize, Vec<(&str, String)>> = BTreeMap::new();
    for repository in [0, 1, 2] {
        files
            .entry(repository)
            .or_default()
            .push(("src/client.py", format!("client = OpenAI(api_key=\"{}\")\n", key(0))));
    }
    files.insert(3, vec![("settings.toml", format!("[openai]\napi_key = \"{}\"\n", key(1)))]);
    files.insert(4, vec![("k8s/secret.yaml", secret(&key(1))), ("k8s/.env", env(&key(1)))]);
    files.insert(
        5,
        vec![
            ("billing/package.json", "{}\n".to_owned()),
            ("billing/.env", env(&key(2))),
            ("billing/.env.example", env(&key(2))),
            ("reports/package.json", "{}\n".to_owned()),
            ("reports/.env", env(&key(2))),
        ],
    );
    let service = |name: &str| format!("  {name}:\n    image: x\n    environment:\n      OPENAI_API_KEY: {}\n", key(3));
    files.insert(
        6,
        vec![
            ("docker-compose.yml", format!("services:\n{}{}", service("web"), service("worker"))),
            (".env", env(&key(3))),
        ],
    );
    let workloads = format!("{}---\n{}---\n{}", workload("api", &key(4)), workload("jobs", &key(4)), secret(&key(4)));
    files.insert(7, vec![("k8s/all.yaml", workloads)]);
    let values = format!("openai:\n  apiKey: {}\n", key(5));
    files.insert(8, vec![("deploy/prod/values.yaml", values.clone()), ("deploy/dev/values.yaml", values)]);
    let stages = [".env.production", ".env.staging", ".env.development", ".env"];
    files.insert(9, stages.iter().map(|&stage| (stage, env(&key(6)))).collect());
    files.insert(
        10,
        vec![("app.py", format!("KEY = \"{}\"\n", key(8))), ("own.py", format!("KEY = \"{}\"\n", key(100)))],
    );
    files.insert(11, vec![("app.py", format!("KEY = \"{}\"\n", key(8)))]);
    for repository in 12..23 {
        files.insert(repository, vec![("config.yaml", format!("openai_api_key: {}\n", key(10)))]);
    }
    files.insert(23, vec![("prod/app.yaml", format!("openai_api_key: {}\n", key(11)))]);
    files.insert(24, vec![("dev/app.yaml", format!("openai_api_key: {}\n", key(11)))]);
    // What looks like sharing and is none: templates, twins, tests, documentation, containers and jobs.
    files.insert(
        25,
        vec![
            (".env", env(&key(101))),
            (".env.bak", env(&key(101))),
            (".env.example", env(&key(101))),
            ("tests/test_client.py", format!("KEY = \"{}\"\n", key(101))),
            ("docs/setup.md", format!("    export OPENAI_API_KEY={}\n", key(101))),
        ],
    );
    files.insert(26, vec![("tests/fixtures/a.json", format!("{{\"openai_api_key\":\"{}\"}}\n", key(101)))]);
    let twins = format!("OPENAI_API_KEY={}\nOPENAI_KEY_B64={}\n", key(102), BASE64_STANDARD.encode(key(102)));
    files.insert(27, vec![("app.env", twins)]);
    let job = |name: &str| format!("  {name}:\n    runs-on: x\n    env:\n      OPENAI_API_KEY: {}\n", key(103));
    files.insert(
        28,
        vec![
            ("k8s/app.yaml", workload("app", &key(103))),
            (".github/workflows/ci.yml", format!("on: push\njobs:\n{}{}", job("build"), job("lint"))),
        ],
    );
    let shown = key(104);
    let refused = format!(
        "401 Incorrect API key provided: {}*****{}. See https://platform.openai.com/api-keys\n",
        &shown[..12],
        &shown[shown.len() - 4..]
    );
    files.insert(29, vec![("app.py", format!("KEY = \"{shown}\"\n")), ("server.log", refused.clone())]);

    let mut roots = Vec::new();
    for number in 0..30 {
        let mut files = files.remove(&number).unwrap_or_default();
        files.push(("own.toml", format!("[openai]\napi_key = \"{}\"\n", key(200 + number as u64))));
        // A gateway's own key, which anybody could have thought of.
        files.push(("gateway.env", "OPENAI_API_KEY=sk-1234\nOPENAI_BASE_URL=http://litellm:4000\n".to_owned()));
        let name = format!("r{number:02}");
        if !repository(&tree, &name, &files) {
            println!("skipped: no git program here");
            return None;
        }
        roots.push(name);
    }

    // A clone, a fork that has gone on, and a work tree of one repository.
    git(tree.path(), &["clone", "-q", "r10", "clones/r10"]);
    git(tree.path(), &["clone", "-q", "r10", "fork"]);
    tree.write("fork/more.py", format!("KEY = \"{}\"\n", key(105)));
    git(&tree.at("fork"), &["add", "-A"]);
    git(&tree.at("fork"), &["commit", "-qm", "more"]);
    git(&tree.at("r10"), &["worktree", "add", "-q", "-b", "side", "../linked"]);
    roots.extend(["clones", "fork", "linked"].map(str::to_owned));

    // People: settings of their own, and clones of one repository with an ignored file in each.
    for person in ["alice", "bob"] {
        tree.write(&format!("homes/home/{person}/.zshrc"), format!("export OPENAI_API_KEY={}\n", key(7)));
        git(tree.path(), &["clone", "-q", "r29", &format!("homes/home/{person}/r29")]);
        tree.write(&format!("homes/home/{person}/r29/.env"), env(&key(11)));
    }
    tree.write("homes/home/alice/.config/tool.json", format!("{{\"openai_api_key\":\"{}\"}}\n", key(106)));
    tree.write("homes/home/ubuntu/.profile", format!("export OPENAI_API_KEY={}\n", key(106)));
    for service in ["shop", "mail"] {
        tree.write(&format!("configs/{service}/Dockerfile"), "FROM x\n");
        tree.write(&format!("configs/{service}/app.env"), env(&key(9)));
    }
    tree.write("configs/shop/refused.log", refused);
    roots.extend(["homes", "configs"].map(str::to_owned));
    Some((tree, roots))
}

fn scan(tree: &Tree, roots: &[String], format: &str) -> Vec<u8> {
    let mut arguments = vec!["--format", format, "--min-severity", "info", "--exit-zero"];
    arguments.extend(roots.iter().map(String::as_str));
    let run = keyscan(tree.path(), &arguments);
    assert_eq!(run.code, 0, "{}", run.errors());
    run.stdout
}

fn of_key<'r>(report: &'r Value, key: &str) -> &'r Value {
    let print = fingerprint(key);
    let found = findings(report).iter().find(|finding| finding["key"]["fingerprint"] == print.as_str());
    found.expect("the key is found")
}

fn kinds(finding: &Value) -> Vec<(&str, &str)> {
    let signals = finding["signals"].as_array().unwrap().iter();
    let signals = signals.map(|signal| (signal["id"].as_str().unwrap(), signal["detail"].as_str().unwrap()));
    signals.filter(|(id, _)| id.starts_with("shared-by-")).collect()
}

fn detail<'f>(finding: &'f Value, id: &str) -> Option<&'f str> {
    let mut signals = finding["signals"].as_array().unwrap().iter();
    signals.find(|signal| signal["id"] == id).and_then(|signal| signal["detail"].as_str())
}

#[test]
fn every_shared_key_of_an_organisation_is_found_and_none_is_invented() {
    let Some((tree, mut roots)) = organisation() else { return };
    let first = scan(&tree, &roots, "json");
    let report: Value = serde_json::from_slice(&first).unwrap();
    for (number, wanted) in expected().iter().enumerate() {
        let found = of_key(&report, &key(number as u64));
        let mut said = kinds(found);
        said.sort_by_key(|(id, _)| wanted.iter().position(|(other, _)| other == id));
        assert_eq!(&said, wanted, "key {number}");
        assert!(found["rule"] == "shared-key" || detail(found, "shared-key").is_some(), "key {number}: {found}");
    }
    let shared: Vec<String> = (0..SHARED as u64).map(|number| fingerprint(&key(number))).collect();
    let mut others = 0;
    for finding in findings(&report) {
        if finding["key"]["fingerprint"].as_str().is_none_or(|print| !shared.iter().any(|known| known == print)) {
            assert_eq!((kinds(finding), detail(finding, "shared-key")), (Vec::new(), None), "{finding}");
            assert_ne!(finding["rule"], "shared-key");
            others += 1;
        }
    }
    assert!(others > 36, "only {others} findings besides");

    // A key and its twins meet in one finding.
    let encoded = |number| {
        let places = occurrences(of_key(&report, &key(number)));
        places.iter().map(|place| place["encoding"].as_array().unwrap().len()).collect::<Vec<_>>()
    };
    assert_eq!(encoded(1), [0, 0, 1]);
    assert_eq!(encoded(102), [0, 1]);
    assert_eq!(detail(of_key(&report, &key(104)), "masked-form"), Some("configs/shop/refused.log:1 and 3 more"));

    let formats = ["json", "human", "sarif", "jsonl"];
    let reference = formats.map(|format| scan(&tree, &roots, format));
    for turn in [1, 7, 19] {
        roots.rotate_left(turn);
        roots.reverse();
        for (format, reference) in formats.iter().zip(&reference) {
            assert!(scan(&tree, &roots, format) == *reference, "{format}: the order of the roots shows");
        }
    }
}

#[test]
fn repositories_of_one_name_are_told_apart_by_their_roots() {
    let tree = Tree::new();
    for (name, number) in [("one/app", 1), ("two/app", 2)] {
        let own = ("own.py", format!("N = {number}\n"));
        if !repository(&tree, name, &[("app.py", format!("KEY = \"{}\"\n", key(300))), own]) {
            println!("skipped: no git program here");
            return;
        }
    }
    let told = |roots: &[&str]| {
        let roots: Vec<String> = roots.iter().map(|&root| root.to_owned()).collect();
        let report: Value = serde_json::from_slice(&scan(&tree, &roots, "json")).unwrap();
        detail(of_key(&report, &key(300)), "shared-by-repositories").unwrap().to_owned()
    };
    assert_eq!(told(&["one/app", "two/app"]), "2 repositories: one/app, two/app");
    assert_eq!(told(&["two/app", "one"]), "2 repositories: one/app, two/app");
    assert_eq!(told(&["."]), "2 repositories: one/app, two/app");
}

/// Files besides those of the app, and the services that hold its key.
type Layout<'t> = (&'t [(&'t str, &'t str)], Option<&'t str>);

#[test]
fn a_package_is_one_service_with_what_deploys_it_and_what_was_built_of_it() {
    let compose = "services:\n  app:\n    build: ..\n    environment:\n      OPENAI_API_KEY: @@\n";
    let anchor =
        "x-env: &env\n  OPENAI_API_KEY: @@\nservices:\n  a:\n    environment: *env\n  b:\n    environment: *env\n";
    let env = "OPENAI_API_KEY=@@\n";
    let cases: [Layout<'_>; 9] = [
        (&[("docker/Dockerfile", "FROM x\nENV OPENAI_API_KEY=@@\n")], None),
        (&[("deploy/docker-compose.yml", compose)], None),
        (&[("chart/Chart.yaml", "name: x\n"), ("chart/values.yaml", "openai:\n  apiKey: @@\n")], None),
        (&[("dist/package.json", "{}"), ("dist/.env", env)], None),
        (&[("node_modules/y/package.json", "{}"), ("node_modules/y/config.json", "{\"openai_api_key\":\"@@\"}")], None),
        (&[("services/a/Dockerfile", "FROM x\n"), ("services/a/.env", env)], None),
        (&[("mail/package.json", "{}"), ("mail/.env", env)], Some("., mail")),
        (&[("nx.json", "{}"), ("apps/a/project.json", "{}"), ("apps/a/.env", env)], Some("., apps/a")),
        (&[("compose.yml", anchor)], Some("a, b")),
    ];
    for (number, (files, services)) in cases.into_iter().enumerate() {
        let tree = Tree::new();
        let key = key(600 + number as u64);
        for (path, content) in [("package.json", "{}"), (".env", env)].iter().chain(files) {
            tree.write(path, content.replace("@@", &key));
        }
        let report: Value = serde_json::from_slice(&scan(&tree, &[".".to_owned()], "json")).unwrap();
        let found = detail(of_key(&report, &key), "shared-by-services");
        assert_eq!(found, services.map(|names| format!("2 services: {names}")).as_deref(), "{files:?}");
    }
}

#[test]
fn the_history_says_who_brought_a_key_in() {
    let tree = Tree::new();
    // Equal files are one object, of which the history tells the first path alone.
    let copy = |number, remark: &str| format!("# {remark}\nKEY = \"{}\"\n", key(number));
    let file = |number| copy(number, "first");
    if !repository(&tree, "one", &[("a.py", file(500)), ("gone.py", file(501)), ("same.py", file(502))]) {
        println!("skipped: no git program here");
        return;
    }
    repository(&tree, "two", &[("c.py", file(501)), ("copy.py", file(503))]);
    let commit = |person: &str, path: &str, content: String| {
        tree.write(&format!("one/{path}"), content);
        git_as(person, &tree.at("one"), &["add", "-A"]);
        git_as(person, &tree.at("one"), &["commit", "-qm", "more"]);
    };
    commit("Ben", "b.py", copy(500, "copy"));
    commit("Ben", "gone.py", "KEY = None\n".to_owned());
    // Another address of Ann's, and a line that somebody only moved.
    commit("annie", "again.py", copy(502, "again"));
    commit("Ben", "same.py", format!("\n\n{}", file(502)));
    commit("Ann", ".mailmap", "Ann <Ann@example.com> <annie@example.com>\n".to_owned());
    let run =
        keyscan(tree.path(), &["--history", "--format", "json", "--min-severity", "info", "--exit-zero", "one", "two"]);
    let report = run.json();
    let of = |number| of_key(&report, &key(number));
    assert_eq!(kinds(of(500)), [("shared-by-people", "2 people, as its commits tell: Ann, Ben")]);
    assert_eq!(of(500)["confidence"], "medium");
    assert_eq!(kinds(of(501)), [("shared-by-repositories", "2 repositories: one, two")]);
    assert_eq!(of(501)["rule"], "leaked-key");
    assert!(detail(of(501), "gone-from-tree").unwrap().starts_with("first in commit "));
    assert_eq!(kinds(of(502)), []);
    assert_eq!(occurrences(of(502)).len(), 2);
    assert_eq!(kinds(of(503)), []);
}

#[cfg(unix)]
#[test]
fn files_that_all_can_read_are_told_outside_git_alone() {
    use std::os::unix::fs::PermissionsExt;
    let tree = Tree::new();
    let open = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    tree.write("conf/app.env", env(&key(400)));
    tree.write("conf/closed.env", env(&key(401)));
    open(tree.path(), 0o755);
    open(&tree.at("conf"), 0o755);
    open(&tree.at("conf/app.env"), 0o644);
    open(&tree.at("conf/closed.env"), 0o640);
    let above = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 1 != 0;
    if !tree.path().ancestors().all(above) {
        println!("skipped: temporary files are nobody else's to read here");
        return;
    }
    let roots = [".".to_owned()];
    let severity = |number| {
        let report: Value = serde_json::from_slice(&scan(&tree, &roots, "json")).unwrap();
        let found = of_key(&report, &key(number));
        (found["severity"].as_str().unwrap().to_owned(), detail(found, "world-readable").is_some())
    };
    assert_eq!(severity(400), ("medium".to_owned(), true));
    assert_eq!(severity(401), ("low".to_owned(), false));
    if tree.track() {
        assert_eq!(severity(400), ("high".to_owned(), false));
    }
}
