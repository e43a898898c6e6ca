//! How the action gets its keyscan: from an archive that it knows, else from source, and from nowhere else.

use std::fs;
use std::path::Path;
use std::process::Command;

use sha2::{Digest, Sha256};

use super::stand_in::{Done, Stage, has_bash, script};

/// A cargo that puts a program where it is told to.
const CARGO: &str = r#"
while [ "$1" != --root ]; do shift; done
mkdir -p "$2/bin"
printf '#!/bin/sh\necho built\n' >"$2/bin/keyscan"
chmod +x "$2/bin/keyscan""#;

/// A curl that hands out the archive that lies beside it.
const CURL: &str = r#"
while [ "$1" != --output ]; do shift; done
cp "${0%/*}/archive" "$2""#;

/// A checkout of the action, with the digests of releases; on a machine that has releases.
fn stage(digests: &str) -> Option<Stage> {
    if !has_bash() {
        return None;
    }
    let stage = Stage::new();
    stage.program("cargo", CARGO).program("curl", CURL);
    stage.program("uname", "case $1 in -s) echo Linux ;; -m) echo x86_64 ;; esac");
    stage
        .tree
        .write("action/Cargo.toml", "[package]\nname = \"keyscan\"\nversion = \"1.2.3\"\n[dependencies]\nx = 1\n");
    stage.tree.write("action/ci/releases.sha256", digests);
    Some(stage)
}

fn install(stage: &Stage, version: &str, repository: &str) -> Done {
    let action = stage.tree.at("action").display().to_string();
    let variables = [
        ("VERSION", version),
        ("GITHUB_ACTION_PATH", &action),
        ("ACTION_REPOSITORY", repository),
        ("GITHUB_SERVER_URL", "https://github.example.com"),
    ];
    let mut done = stage.run(&["bash", &script("ci/install.sh")], &variables);
    done.calls.retain(|call| !call.starts_with("uname"));
    done
}

/// An archive with a program in it; says what its digest is.
fn archive(stage: &Stage) -> String {
    stage.tree.write("release/keyscan", "#!/bin/sh\necho released\n");
    let program = stage.tree.at("release/keyscan");
    fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let archive = stage.tree.at("bin/archive");
    let mut tar = Command::new("tar");
    tar.arg("-czf").arg(&archive).arg("-C").arg(stage.tree.at("release")).arg("keyscan");
    assert!(tar.status().unwrap().success());
    Sha256::digest(fs::read(archive).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn without_a_release_it_is_built_from_the_revision_of_the_action() {
    for (version, repository) in [("", ""), ("", "team/keyscan"), ("1.2.3", ""), ("v1.2.3", "team/keyscan")] {
        let Some(stage) = stage("# none\n") else { return };
        let done = install(&stage, version, repository);
        let call = "cargo <install> <--locked> <--quiet> <--path> </action> <--root> </temp/keyscan-1.2.3>";
        assert_eq!((done.code, done.calls.as_slice()), (0, &[call.to_owned()][..]), "{}", done.said);
        assert_eq!(done.said, "built\n");
        assert_eq!(stage.said("temp/path"), "/temp/keyscan-1.2.3/bin\n");
    }
}

#[test]
fn another_version_is_built_from_its_tag() {
    let Some(stage) = stage("") else { return };
    let done = install(&stage, "1.0.0", "team/keyscan");
    let call = "cargo <install> <--locked> <--quiet> <--git> <https://github.example.com/team/keyscan> <--tag> <v1.0.0> <--root> </temp/keyscan-1.0.0> <keyscan>";
    assert_eq!((done.code, done.calls.as_slice()), (0, &[call.to_owned()][..]), "{}", done.said);
    let done = install(&stage, "1.0.0", "");
    assert_eq!((done.code, done.calls.len()), (2, 0), "{}", done.said);
    assert!(done.said.starts_with("::error "), "{}", done.said);
}

#[test]
fn an_archive_is_used_only_if_it_is_the_one_that_the_revision_names() {
    let Some(stage) = stage("") else { return };
    let digest = archive(&stage);
    let name = "keyscan-1.2.3-x86_64-unknown-linux-musl.tar.gz";
    let url = format!("https://github.example.com/team/keyscan/releases/download/v1.2.3/{name}");
    stage.tree.write("action/ci/releases.sha256", format!("# digests\n{digest}  {name}\n"));
    let done = install(&stage, "", "team/keyscan");
    assert_eq!((done.code, done.said.as_str()), (0, "released\n"), "{:?}", done.calls);
    assert_eq!(done.calls.len(), 1);
    assert!(done.calls[0].starts_with("curl <--proto> <=https>") && done.calls[0].ends_with(&format!("<{url}>")));

    stage.tree.write("action/ci/releases.sha256", format!("{}  {name}\n", "0".repeat(64)));
    fs::remove_dir_all(stage.tree.at("temp")).unwrap();
    let done = install(&stage, "", "team/keyscan");
    assert_eq!(done.code, 2, "{}", done.said);
    assert!(done.said.contains("it was not used") && !done.said.contains("released"), "{}", done.said);
    assert_eq!(stage.said("temp/path"), "", "nothing is on the path");

    // An archive that is gone is no reason to take something else.
    stage.program("curl", "exit 22");
    let done = install(&stage, "", "team/keyscan");
    assert_eq!((done.code, done.calls.len()), (22, 1), "{}", done.said);
}

#[test]
fn a_version_is_no_place_for_commands() {
    for version in ["1.0; touch x", "../../x", "$(touch x)", "1.0\n2.0"] {
        let Some(stage) = stage("") else { return };
        let done = install(&stage, version, "team/keyscan");
        assert_eq!((done.code, done.calls.len()), (2, 0), "{version}: {}", done.said);
        assert!(!done.said.contains("touch"), "{}", done.said);
    }
}

#[test]
fn the_version_is_the_one_of_this_package() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let line = manifest.lines().find(|line| line.starts_with("version = \"")).unwrap();
    assert_eq!(line, format!("version = \"{}\"", env!("CARGO_PKG_VERSION")), "the form that ci/install.sh reads");
}
