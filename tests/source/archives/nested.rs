//! Archives in each other, and wherever archives are met.

use super::*;

/// An archive of a kind that holds one file.
fn one(kind: &str, name: &str, content: &[u8]) -> Vec<u8> {
    match kind {
        "zip" => packed(&[(name, content)]),
        "tar" => tarred(&[(name, content)]),
        method => match method.strip_prefix("tar.") {
            Some(method) => stream(method, &tarred(&[(name, content)])),
            None => stream(method, content),
        },
    }
}

fn kinds() -> Vec<String> {
    let tars = METHODS.iter().map(|method| format!("tar.{method}"));
    ["zip", "tar"].into_iter().chain(METHODS).map(str::to_owned).chain(tars).collect()
}

/// Whether an archive of this kind has one member that is called like the archive.
fn is_packed(kind: &str) -> bool {
    METHODS.contains(&kind)
}

#[test]
fn every_kind_in_every_other_three_deep() {
    let content = [&noise(600)[..], NEEDLE].concat();
    for outer in kinds() {
        for middle in kinds() {
            for inner in ["zip", "tar", "gz", "tar.zst"] {
                let (innermost, file) = (format!("a.{inner}"), "a.txt");
                let archive = one(inner, file, &content);
                let third = if is_packed(inner) { "a" } else { file };
                let in_middle = if is_packed(&middle) { innermost.clone() } else { "c/in.bin".to_owned() };
                let archive = one(&middle, &in_middle, &archive);
                let in_outer = if is_packed(&outer) { format!("{in_middle}.{middle}") } else { "d/m".to_owned() };
                let archive = one(&outer, &in_outer, &archive);
                // A tar archive in a packed file is one archive with it, and needs no name of its own.
                let names_of = |kind: &str, above: &str, inside: &str, next: &str| match kind {
                    _ if !is_packed(kind) => Some(inside.to_owned()),
                    _ if next == "tar" => None,
                    _ => Some(above.strip_suffix(&format!(".{kind}")).unwrap_or("content").to_owned()),
                };
                let top = format!("{in_outer}.{outer}");
                let first = names_of(&outer, &top, &in_outer, &middle);
                let above = first.clone().unwrap_or_else(|| top.clone());
                let second = names_of(&middle, &above, &in_middle, inner);
                let above = second.clone().unwrap_or(above);
                let third = if is_packed(inner) {
                    above.rsplit('/').next().unwrap().strip_suffix(".gz").unwrap_or("content").to_owned()
                } else {
                    third.to_owned()
                };
                let path: Vec<String> = [first, second, Some(third)].into_iter().flatten().collect();
                let top = top.replace('/', "-");
                let (blobs, skipped) = read(&top, &archive);
                assert_eq!((blobs.len(), &skipped[..]), (1, &[][..]), "{outer} {middle} {inner}: {blobs:?}");
                assert_eq!(blobs[0].split('!').count(), path.len() + 1, "{}: {path:?}", blobs[0]);
                assert_eq!(blobs[0].rsplit('!').next(), path.last().map(String::as_str), "{outer} {middle} {inner}");
            }
        }
    }
}

#[test]
fn paths_name_each_archive_on_the_way() {
    let env = tarred(&[("conf/.env", NEEDLE)]);
    let log = stream("gz", NEEDLE);
    for (name, archive, wanted) in [
        ("x.tar.gz", stream("gz", &env), "x.tar.gz!conf/.env"),
        ("x.tgz", stream("gz", &env), "x.tgz!conf/.env"),
        ("x.zip", packed(&[("in/y.tar.xz", &stream("xz", &env))]), "x.zip!in/y.tar.xz!conf/.env"),
        ("x.tar", tarred(&[("logs/x.log.gz", &log)]), "x.tar!logs/x.log.gz!x.log"),
        ("x.tar.bz2", stream("bz2", &tarred(&[("a.jar", &packed(&[("b", NEEDLE)]))])), "x.tar.bz2!a.jar!b"),
        ("x.zip.gz", stream("gz", &packed(&[("b", NEEDLE)])), "x.zip.gz!x.zip!b"),
        ("x.log.gz.gz", stream("gz", &log), "x.log.gz.gz!x.log.gz!x.log"),
        ("x.tar.gz.zst", stream("zst", &stream("gz", &env)), "x.tar.gz.zst!x.tar.gz!conf/.env"),
    ] {
        assert_eq!(read(name, &archive), (vec![wanted.to_owned()], none()));
    }
}

#[test]
fn archives_of_the_index_are_opened() {
    let tree = folder(&[]);
    let git = |args: &[&str]| {
        let mut git = std::process::Command::new("git");
        git.args(args).current_dir(tree.path()).env_clear().env("PATH", "/usr/bin:/bin");
        for name in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{name}_NAME"), "A").env(format!("GIT_{name}_EMAIL"), "a@x.example");
            git.env(format!("GIT_{name}_DATE"), "2026-01-01T00:00:00Z");
        }
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        git.output().is_ok_and(|output| output.status.success())
    };
    if !git(&["init", "-q"]) {
        return println!("skipped: no git program here");
    }
    let layer = stream("gz", &tarred(&[("app/.env", NEEDLE)]));
    fs::write(tree.path().join("image.tar"), tarred(&[("blobs/0a", &layer)])).unwrap();
    assert!(git(&["add", "-A"]));
    let read = |mode| {
        let (mut blobs, outcome) = try_scan(&Options { mode, ..at(tree.path()) }, gate).unwrap();
        blobs.retain(|blob| blob.exposure != Exposure::GitMetadata);
        assert_eq!(skipped(&outcome), []);
        names(&blobs).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let wanted = ["image.tar!blobs/0a!app/.env"];
    assert_eq!(read(keyscan::source::Mode::Staged), wanted);
    assert!(git(&["commit", "-qm", "one"]) && git(&["rm", "-q", "image.tar"]) && git(&["commit", "-qm", "two"]));
    assert_eq!(read(keyscan::source::Mode::History), wanted);
    assert_eq!(read(keyscan::source::Mode::Range("HEAD~1..HEAD".to_owned())), [""; 0]);
}
