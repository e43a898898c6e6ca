//! Files beside the scanned ones: lists, keys and globs that the command line names, and reports that it writes.

use std::fs;

use super::{RELAY, paths, refused};
use crate::support::formats::independent;
use crate::support::layouts::LAYOUTS;
use crate::support::{Tree, expand, findings, keyscan, keyscan_with};

/// The formats for programs.
const FORMATS: [&str; 6] = ["json", "jsonl", "sarif", "gitlab", "junit", "html"];

#[test]
fn a_list_of_files_is_read_and_nothing_else() {
    let tree = Tree::one("a b.env", RELAY);
    tree.write("c.env", RELAY);
    tree.write("d.env", RELAY);
    tree.write("list", "a b.env\nc.env\n");
    tree.write("list0", "a b.env\0c.env\0");
    let expected = ["a b.env", "c.env"];
    assert_eq!(paths(&keyscan(tree.path(), &["-f", "json", "--files-from", "list"]).json()), expected);
    assert_eq!(paths(&keyscan(tree.path(), &["-f", "json", "-0", "--files-from", "list0"]).json()), expected);
    let run = keyscan_with(tree.path(), &["-f", "json", "--files-from", "-"], b"c.env\n");
    assert_eq!(paths(&run.json()), ["c.env"]);
    // A hook that has nothing to check is satisfied; it does not fall back to the whole folder.
    assert_eq!(keyscan_with(tree.path(), &["--files-from", "-"], b"").code, 0);
    refused(&keyscan_with(tree.path(), &["--files-from", "-"], b"gone.env\n"), "gone.env");
}

#[test]
fn globs_choose_files() {
    let tree = Tree::one("app/a.env", RELAY);
    tree.write("vendor/b.env", RELAY);
    let run = keyscan(tree.path(), &["-f", "json", "--exclude", "vendor/"]);
    assert_eq!(paths(&run.json()), ["app/a.env"]);
    assert_eq!(run.json()["scan"]["excluded"], 1);
    assert_eq!(paths(&keyscan(tree.path(), &["-f", "json", "--include", "vendor/**"]).json()), ["vendor/b.env"]);
}

#[test]
fn one_run_writes_several_reports() {
    let tree = Tree::one("a.env", RELAY);
    let run = keyscan(tree.path(), &["-f", "human", "-f", "json=out.json", "-f", "sarif=out.sarif"]);
    assert_eq!(run.code, 1, "{}", run.errors());
    assert!(run.text().contains("api.chatanywhere.tech"));
    let json: serde_json::Value = serde_json::from_slice(&fs::read(tree.at("out.json")).unwrap()).unwrap();
    assert_eq!(json["schema_version"], 1);
    assert!(fs::read_to_string(tree.at("out.sarif")).unwrap().contains("2.1.0"));
    assert_eq!(fs::read_dir(tree.path()).unwrap().count(), 3, "no temporary file is left");
}

#[test]
fn a_report_in_the_scanned_folder_is_not_scanned() {
    let tree = Tree::one("a.env", RELAY);
    let first = keyscan(tree.path(), &["-f", "json", "-o", "out.json"]);
    assert_eq!((first.code, first.text().as_str()), (1, ""), "{}", first.errors());
    let one = fs::read(tree.at("out.json")).unwrap();
    assert_eq!(keyscan(tree.path(), &["-f", "json", "-o", "./out.json", "."]).code, 1);
    let two = fs::read(tree.at("out.json")).unwrap();
    let facts = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap()["findings"].clone();
    assert_eq!(facts(&one), facts(&two));
    assert!(!String::from_utf8(two).unwrap().contains("out.json"));
}

#[cfg(unix)]
#[test]
fn a_report_never_goes_through_a_link_in_the_tree() {
    let outside = Tree::one("victim", "keep me");
    let tree = Tree::one("a.env", RELAY);
    std::os::unix::fs::symlink(outside.at("victim"), tree.at("out.json")).unwrap();
    std::os::unix::fs::symlink(outside.path(), tree.at("reports")).unwrap();
    refused(&keyscan(tree.path(), &["-o", "out.json"]), "symbolic link");
    refused(&keyscan(tree.path(), &["-f", "json=reports/victim"]), "symbolic link");
    assert_eq!(fs::read_to_string(outside.at("victim")).unwrap(), "keep me");
}

#[cfg(unix)]
#[test]
fn a_device_is_written_and_not_replaced() {
    let tree = Tree::one("a.env", RELAY);
    assert_eq!(keyscan(tree.path(), &["-o", "/dev/null"]).code, 1);
    let kind = fs::metadata("/dev/null").unwrap().file_type();
    assert!(std::os::unix::fs::FileTypeExt::is_char_device(&kind));
}

#[test]
fn a_fingerprint_key_changes_fingerprints_and_is_told() {
    let tree = Tree::one("app/.env", format!("OPENAI_API_KEY={}\n", expand("sk-proj-{74}T3{}BlbkFJ{74}", 1)));
    let secret = Tree::one("key", [7u8; 32]);
    let key = secret.at("key");
    let scan = |args: &[&str]| {
        let report = keyscan(tree.path(), &[&["-f", "json", "--min-severity", "info"], args].concat()).json();
        (findings(&report)[0]["key"]["fingerprint"].clone(), report["scan"].clone())
    };
    let (plain, facts) = scan(&[]);
    assert_eq!(facts["fingerprint_scheme"], "sha256");
    assert!(facts["fingerprint_check"].is_null());
    let (keyed, facts) = scan(&["--fingerprint-key", key.to_str().unwrap()]);
    assert_eq!(facts["fingerprint_scheme"], "hmac-sha256");
    assert_eq!(facts["fingerprint_check"].as_str().map(str::len), Some(16));
    assert_ne!(plain, keyed);
}

#[test]
fn a_glob_that_is_none_is_refused() {
    let tree = Tree::one("a.env", RELAY);
    for wrong in ["[", "a[.py", "{a", "a\\", "", "# a comment"] {
        for flag in ["--exclude", "--include"] {
            refused(&keyscan(tree.path(), &[flag, "*.md", flag, wrong]), &format!("not a valid glob: '{wrong}'"));
        }
    }
}

#[test]
fn a_file_that_is_too_large_is_no_fingerprint_key() {
    let tree = Tree::one("large.key", vec![7u8; (1 << 20) + 1]);
    let run = |file: &str| keyscan(tree.path(), &["--fingerprint-key", file, "--no-config"]);
    refused(&run("large.key"), "large.key: larger than 1 MiB");
    refused(&run("."), ".: not a regular file");
    tree.write("a.key", vec![7u8; 1 << 20]);
    assert_eq!(run("a.key").code, 0);
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_are_not_read_without_end() {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    let tree = Tree::one("a.env", RELAY);
    let pipe = Command::new("mkfifo").arg(tree.at("pipe")).status().is_ok_and(|status| status.success());
    if pipe {
        refused(&keyscan(tree.path(), &["--fingerprint-key", "pipe"]), "pipe: not a regular file");
        // A list may come from a pipe: that is what a shell makes of `<(…)`.
        let writer = {
            let pipe = tree.at("pipe");
            std::thread::spawn(move || fs::write(pipe, "a.env\n"))
        };
        assert_eq!(paths(&keyscan(tree.path(), &["-f", "json", "--files-from", "pipe"]).json()), ["a.env"]);
        writer.join().unwrap().unwrap();
    } else {
        println!("skipped: no mkfifo");
    }
    symlink("/dev/zero", tree.at("link")).unwrap();
    for device in ["/dev/zero", "link"] {
        for flag in ["--fingerprint-key", "--files-from"] {
            refused(&keyscan(tree.path(), &[flag, device]), &format!("{device}: not a regular file"));
        }
    }
}

/// A tree with keys of every format, and their reports in another.
fn reports() -> Tree {
    let scanned = Tree::one("relay.env", RELAY);
    for (index, format) in independent().iter().enumerate() {
        let key = format.key(index as u64);
        if let Some((file, content)) = LAYOUTS.iter().find_map(|layout| Some((layout.file, layout.fill(format, &key)?)))
        {
            scanned.write(&format!("{index}/{file}"), content);
        }
    }
    let tree = Tree::new();
    for format in FORMATS {
        let run = keyscan(scanned.path(), &["-f", format, "--min-severity", "info"]);
        assert_eq!(run.code, 1, "{}", run.errors());
        assert!(run.text().matches("api.chatanywhere.tech").count() > 1);
        tree.write(&format!("report.{format}"), run.stdout);
    }
    tree
}

fn everything(tree: &Tree) -> serde_json::Value {
    keyscan(tree.path(), &["-f", "json", "--min-severity", "info"]).json()
}

#[test]
fn a_report_of_an_earlier_run_is_left_out() {
    let tree = reports();
    let report = everything(&tree);
    assert_eq!(findings(&report), [] as [serde_json::Value; 0]);
    assert_eq!(report["scan"]["excluded"], FORMATS.len());
    let human = keyscan(tree.path(), &[]);
    assert_eq!((human.code, human.text().contains("6 files excluded")), (0, true), "{}", human.text());

    // However a JSON printer lays it out, and from standard input too.
    let document = fs::read_to_string(tree.at("report.json")).unwrap();
    let compact = document.lines().map(str::trim_start).collect::<String>();
    for input in [document, compact] {
        let report = keyscan_with(tree.path(), &["-f", "json", "-"], input.as_bytes()).json();
        assert_eq!((findings(&report).len(), &report["scan"]["excluded"]), (0, &1.into()));
    }
}

#[test]
fn a_large_report_is_left_out_too() {
    let tree = Tree::new();
    let text = fs::read_to_string(reports().at("report.jsonl")).unwrap();
    // Beyond 16 MiB a file is read in windows, and only one of them sees how it begins.
    tree.write("large.jsonl", text.repeat((17 << 20) / text.len() + 1));
    let report = everything(&tree);
    let endpoints = findings(&report).iter().filter(|finding| finding["endpoint"]["host"].is_string()).count();
    assert_eq!((endpoints, &report["scan"]["excluded"]), (0, &1.into()));
}

#[test]
fn the_head_of_a_report_hides_no_key_and_no_setting() {
    let key = expand("sk-proj-{74}T3{}BlbkFJ{74}", 9);
    let reports = reports();
    for format in FORMATS {
        let head = fs::read_to_string(reports.at(&format!("report.{format}"))).unwrap();
        let tree =
            Tree::one("report.json", format!("{head}\n{{\"OPENAI_BASE_URL\": \"https://api.ohmygpt.com/v1\"}}\n"));
        let report = everything(&tree);
        let hosts: Vec<_> = findings(&report).iter().map(|finding| finding["endpoint"]["host"].as_str()).collect();
        assert_eq!(hosts, [Some("api.ohmygpt.com")], "{format}: only what a report writes is left out");
        assert_eq!(report["scan"]["excluded"], 1);

        // A report holds no whole key: with one in it, it is a file like any other.
        tree.write("report.json", format!("{head}\n{{\"api_key\": \"{key}\"}}\n"));
        let report = everything(&tree);
        assert!(findings(&report).iter().any(|finding| finding["key"]["issuer"] == "openai"), "{format}");
        let relay = |finding: &&serde_json::Value| finding["endpoint"]["host"] == "api.chatanywhere.tech";
        assert!(findings(&report).iter().any(|finding| relay(&finding)), "{format}");
        assert_eq!(report["scan"]["excluded"], 0);
    }
}
