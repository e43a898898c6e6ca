//! No key in any output: whatever holds it, whatever the format, in whatever disguise.

use std::path::Path;

use keyscan::report::Format;

use crate::support::formats::{base64, base64url};
use crate::support::{Run, Tree, expand, keyscan, keyscan_with, modern};
use keyscan::rules::sample::{ALNUM, B64, LOWER};

/// The keys to look for; made before anything is scanned.
pub struct Planted(pub Vec<String>);

impl Planted {
    /// Kinds of keys that are told by their own shape, wherever they stand.
    fn new(seed: u64) -> Self {
        Self(vec![
            modern("sk-proj-", 74, seed),
            modern("sk-svcacct-", 58, seed),
            expand("sk-{20}T3{}BlbkFJ{20}", seed),
            modern("sk-admin-", 58, seed),
            expand("sk-or-v1-{64:hex}", seed),
            expand("sk-ant-api03-{93:url}AA", seed),
            expand("gsk_{52}", seed),
            expand("sk-{48}", seed),
            expand("sk-{16}{32:oneapi}", seed),
        ])
    }

    /// Panics where a text holds a key or a form of it. `what` tells the run; the lines are shown without the key.
    pub fn absent(&self, what: &str, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        // Escapes and line breaks could take a key apart and leave it readable.
        let flat: String = text.chars().filter(|character| !matches!(character, '\n' | '\r' | '\\' | '"')).collect();
        for (index, key) in self.0.iter().enumerate() {
            for (form, needle) in forms(key) {
                let leaks = text.contains(&needle) || flat.contains(&needle);
                assert!(!leaks, "{what}: key {index} is there, {form}\n{}", self.lines(&text, &needle));
            }
        }
    }

    /// The first lines that hold a text, cut down and with every key masked.
    fn lines(&self, text: &str, needle: &str) -> String {
        let masked = |line: &str| {
            let at = line.find(needle).map_or(0, |at| line[..at].chars().count());
            let mut shown: String = line.chars().skip(at.saturating_sub(100)).take(240).collect();
            for key in &self.0 {
                for start in (0..key.len() - 5).filter(|start| key.is_char_boundary(*start)) {
                    shown = shown.replace(&key[start..start + 5], "*****");
                }
            }
            shown
        };
        text.lines().filter(|line| line.contains(needle)).take(4).map(masked).collect::<Vec<_>>().join("\n")
    }

    fn run(&self, what: &str, run: &Run) {
        self.absent(&format!("{what}, stdout"), &run.stdout);
        self.absent(&format!("{what}, stderr"), &run.stderr);
    }
}

/// What must not appear: the key, any nine characters of its middle, and its encoded forms.
fn forms(key: &str) -> Vec<(&'static str, String)> {
    let mut forms = vec![("plain", key.to_owned()), ("reversed", key.chars().rev().collect())];
    let body_start = key.len().min(13);
    let middle: Vec<char> = key[body_start..].chars().collect();
    // A redacted key ends with its last four characters, so windows of nine that begin in the body hold unshown ones.
    forms.extend(middle.windows(9).map(|window| ("in part", window.iter().collect())));
    for shift in 0..3_usize {
        let shifted = [&b"aa"[..shift], key.as_bytes()].concat();
        for encoded in [base64(&shifted, B64), base64url(&shifted)] {
            // The first and last characters also carry bits of the neighbours.
            forms.push(("base64", encoded[4..encoded.len() - 4].to_owned()));
        }
    }
    forms.push(("percent", key.bytes().map(|byte| format!("%{byte:02X}")).collect()));
    forms.push(("percent", key.bytes().map(|byte| format!("%{byte:02x}")).collect()));
    forms.push(("hex", key.bytes().map(|byte| format!("{byte:02x}")).collect()));
    forms.push(("percent", key.replace('-', "%2D")));
    forms
}

#[test]
fn the_forms_are_what_they_say() {
    assert_eq!(base64(b"OpenAI", B64), concat!("T3Blbk", "FJ"));
    assert_eq!(base64(b"ab", B64), "YWI");
    let key = expand("sk-{48}", 1);
    let planted = Planted(vec![key.clone()]);
    let caught = |text: String| std::panic::catch_unwind(|| planted.absent("", text.as_bytes())).is_err();
    assert!(caught(format!("x {key} y")) && caught(base64(format!("a:{key}b").as_bytes(), B64)));
    assert!(caught(key.chars().rev().collect()) && caught(key[20..40].to_owned()));
    assert!(!caught(format!("{}…{}", &key[..7], &key[key.len() - 4..])));
    assert!(ALNUM.len() == 62 && LOWER.len() == 26);
}

/// Keys in every place of a tree that reaches a report.
fn plant(planted: &Planted) -> Tree {
    let tree = Tree::new();
    for (index, key) in planted.0.iter().enumerate() {
        let folder = format!("p{index}");
        let write = |file: &str, text: String| tree.write(&format!("{folder}/{file}"), text);
        write(".env", format!("# old: {key}\nOPENAI_API_KEY={key}\nOPENAI_BASE_URL=https://api.ohmygpt.com/v1\n"));
        write("pool.env", format!("OPENAI_API_KEYS={key},{key}\nKEY_{key}=1\n{key}={key}\n"));
        write(
            "names.json",
            format!("{{\"{key}\": \"{key}\", \"apiKey {key}\": \"https://{key}@api.ohmygpt.com/v1\"}}\n"),
        );
        write(
            "url.py",
            format!(
                "client = OpenAI(base_url=\"https://api.ohmygpt.com/{key}/v1?key={key}#{key}\", api_key=\"{key}\")\n"
            ),
        );
        write("userinfo.env", format!("OPENAI_BASE_URL=https://user:{key}@aihubmix.com/v1\n"));
        write(
            "host.env",
            format!(
                "OPENAI_BASE_URL=https://{key}.acme-intern.net/v1\nOPENAI_API_BASE=https://llm.acme.net/proxy/{key}/\n"
            ),
        );
        write("query.txt", format!("GET https://api.aihubmix.com/v1/models?api_key={key}&x=1 200\n"));
        write("allow.py", format!("k = \"{key}\"  # keyscan:allow[exposed-key] it was {key} before\n"));
        write("allow_bad.py", format!("# keyscan:allow-next-line[{key}] {key}\nk = \"{key}\"\n"));
        write("notes.md", format!("The key {key} and `{key}`, [link](https://api.ohmygpt.com/{key}).\n"));
        write("form.html", format!("<a href=\"https://api.ohmygpt.com/?k={}\">{key}</a>\n", key.replace('-', "%2D")));
        write(
            &format!("file-{key}.env"),
            format!("OPENAI_API_KEY={key}\nOPENAI_BASE_URL=https://aihubmix.com/{key}\n"),
        );
        write(&format!("{key}/{key}.txt"), format!("key {key}, https://api.ohmygpt.com/v1\n"));
        write("near.txt", format!("a={key} b={key} c={key}x {key}{key}\n"));
        let (encoded, for_urls) = (base64(key.as_bytes(), B64), base64url(format!("x {key}").as_bytes()));
        let env =
            base64(format!("OPENAI_API_KEY={key}\nOPENAI_BASE_URL=https://api.ohmygpt.com/{key}\n").as_bytes(), B64);
        write(
            "secret.yaml",
            format!(
                "kind: Secret\ndata:\n  api-key: {encoded}\n  .env: {env}\n  {for_urls}: {encoded} # keyscan:allow[key-pool] {encoded}\n"
            ),
        );
        write(
            &format!("{for_urls}/b-{for_urls}.py"),
            format!(
                "c = OpenAI(base_url=\"https://api.ohmygpt.com/{for_urls}/v1?k={encoded}\", api_key=\"{encoded}\")\n"
            ),
        );
        write("basic.http", format!("GET https://api.ohmygpt.com/v1\nAuthorization: Basic {for_urls}\n"));
        // What services, workloads, jobs and anchors are called.
        write(
            "compose.yaml",
            format!(
                "x-env: &{key}\n  OPENAI_API_KEY: {key}\nservices:\n  {key}:\n    image: a\n    environment:\n      OPENAI_API_KEY: {key}\n  x{key}:\n    environment: *{key}\n"
            ),
        );
        write(
            "deployment.yaml",
            format!(
                "kind: Deployment\nmetadata:\n  name: {key}\nspec:\n  template:\n    spec:\n      containers:\n      - name: {key}\n        env:\n        - name: OPENAI_API_KEY\n          value: {key}\n"
            ),
        );
        write(
            ".github/workflows/ci.yml",
            format!("jobs:\n  {key}:\n    env:\n      OPENAI_API_KEY: {key}\n    steps:\n    - run: echo\n"),
        );
        write("long.min.js", format!("{}k=\"{key}\"{}", "var a=1;".repeat(3000), ";b(2)".repeat(3000)));
    }
    let azure = expand("{32:hex}", 1);
    tree.write("azure.env", format!("AZURE_OPENAI_API_KEY={azure}\n"));
    tree
}

/// Every file under a folder, except those that the test itself wrote.
fn written(folder: &Path, before: &[std::path::PathBuf]) -> Vec<std::path::PathBuf> {
    files(folder).into_iter().filter(|path| !before.contains(path)).collect()
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in folder.read_dir().into_iter().flatten().flatten() {
        if entry.path().is_dir() { files.extend(self::files(&entry.path())) } else { files.push(entry.path()) }
    }
    files
}

#[test]
fn no_format_shows_a_key() {
    let planted = Planted::new(0x1eaf);
    let tree = plant(&planted);
    let before = files(tree.path());
    let all: [&[&str]; 11] = [
        &["--format", "human"],
        &["--format", "human", "-v"],
        &["--format", "human", "-vv"],
        &["--format", "human", "-vv", "--color", "always"],
        &["--format", "json", "-vv"],
        &["--format", "jsonl", "-v"],
        &["--format", "sarif", "-vv"],
        &["-f", "github", "-f", "gitlab=gl.json", "-f", "junit=j.xml", "-f", "csv=r.csv", "-f", "markdown=r.md"],
        &[
            "-f",
            "csv",
            "-f",
            "gitlab=gl.json",
            "-f",
            "junit=j.xml",
            "-f",
            "github=gh.txt",
            "-f",
            "markdown=r.md",
            "-vv",
        ],
        &["--format", "json=report.json", "--format", "sarif=report.sarif", "--format", "human=report.txt"],
        &["--format", "jsonl", "-o", "report.jsonl", "-vv"],
    ];
    for args in all {
        let args = [args, &["--min-severity", "info", "."]].concat();
        let run = keyscan(tree.path(), &args);
        assert_eq!(run.code, 1, "{args:?}: {}", run.errors());
        planted.run(&format!("{args:?}"), &run);
        for path in written(tree.path(), &before) {
            planted.absent(&format!("{args:?}, {}", path.display()), &std::fs::read(&path).unwrap());
            assert!(!path.to_string_lossy().ends_with("json") || path.metadata().unwrap().len() > 1_000);
            std::fs::remove_file(path).unwrap();
        }
    }
}

#[test]
fn tracked_files_and_single_files_show_no_key() {
    let planted = Planted::new(0x2eaf);
    let tree = plant(&planted);
    let tracked = tree.track();
    for format in Format::ALL.iter().map(|format| format.as_str()) {
        planted.run(format, &keyscan(tree.path(), &["-f", format, "-vv", "--min-severity", "info"]));
        for key in &planted.0 {
            let path = format!("p0/../p0/file-{}.env", planted.0[0]);
            planted.run(format, &keyscan(tree.path(), &["-f", format, "-vv", &path, &format!("nowhere/{key}")]));
        }
    }
    assert!(tracked || !tree.at(".git").exists());
}

#[test]
fn arguments_with_keys_are_not_repeated() {
    let planted = Planted::new(0x3eaf);
    let tree = Tree::one("a.txt", "nothing\n");
    for key in &planted.0 {
        let glob = format!("**/{key}/[");
        let cases: [(&[&str], Option<i32>); 14] = [
            (&[key], Some(2)),
            (&["no/such/folder", key], Some(2)),
            (&["--config", key], Some(2)),
            (&["--baseline", key, "."], None),
            (&["--files-from", key], None),
            (&["--fail-on", key, "."], Some(2)),
            (&["--format", key, "."], Some(2)),
            (&["--environment", key, "."], Some(2)),
            (&["--threads", key, "."], Some(2)),
            (&["--max-file-size", key, "."], Some(2)),
            (&["--exclude", &glob, "."], None),
            (&["explain", key], Some(2)),
            (&["--fingerprint-key", key, "."], Some(2)),
            (&["-o", &format!("no/such/{key}.json"), "."], None),
        ];
        for (args, code) in cases {
            let run = keyscan(tree.path(), args);
            planted.run(&format!("{} …", args[0]), &run);
            assert!(
                code.is_none_or(|code| code == run.code),
                "{} …: exit {}",
                args[0].split('-').next_back().unwrap(),
                run.code
            );
        }
        let dashed = format!("--{key}");
        planted.run("unknown flag", &keyscan(tree.path(), &[&dashed]));
    }
}

#[test]
fn standard_input_and_its_name_show_no_key() {
    let planted = Planted::new(0x4eaf);
    let tree = Tree::new();
    for (index, key) in planted.0.iter().enumerate() {
        for format in Format::ALL.iter().map(|format| format.as_str()) {
            let name = format!("conf/{key}/app-{key}.env");
            let input = format!("OPENAI_API_KEY={key}\nOPENAI_BASE_URL=https://api.ohmygpt.com/{key}/v1\n");
            let run = keyscan_with(
                tree.path(),
                &["-f", format, "-vv", "--min-severity", "info", "--stdin-filename", &name, "-"],
                input.as_bytes(),
            );
            assert_eq!(run.code, 1, "key {index} {format}: {}", run.errors());
            planted.run(&format!("stdin {format}"), &run);
        }
    }
}

#[test]
fn broken_configuration_shows_no_key() {
    let planted = Planted::new(0x5eaf);
    for key in &planted.0 {
        let configs = [
            format!("allow = \"{key}\n"),
            format!("{key} = 1\n"),
            format!("[{key}]\nx = 1\n"),
            format!("unknown_field = \"{key}\"\n"),
            format!("[[allow]]\nhost = \"{key}\"\nreason = \"{key}\"\n"),
            format!("[[allow]]\nhosts = [\"https://{key}@x\", {key}]\n"),
            format!("= {key}\n"),
            format!("exclude = [\"{key}/[\"]\n# {key}\n"),
        ];
        for config in &configs {
            let tree = Tree::one(".keyscan.toml", config);
            tree.write("a.env", format!("OPENAI_API_KEY={key}\n"));
            for args in [&["-v", "."][..], &["-vv", "-f", "json", "."], &["-c", ".keyscan.toml", "-f", "sarif", "."]] {
                planted.run(&format!("config {:?} {args:?}", config.replace(key, "KEY")), &keyscan(tree.path(), args));
            }
            tree.write("ignored/.keyscan-baseline.json", format!("{{\"{key}\": \"{key}\""));
            planted.run("baseline", &keyscan(tree.path(), &["--baseline", "ignored/.keyscan-baseline.json", "."]));
        }
        let tree = Tree::one(".keyscanignore", format!("{key}/[\n{key}\n"));
        tree.write("a.env", format!("OPENAI_API_KEY={key}\n"));
        planted.run("ignore file", &keyscan(tree.path(), &["-vv", "."]));
    }
}

#[test]
fn a_baseline_and_what_it_lets_wait_show_no_key() {
    let planted = Planted::new(0x7eaf);
    let tree = Tree::new();
    for (index, key) in planted.0.iter().enumerate() {
        tree.write(&format!("{index}/{key}.env"), format!("OPENAI_API_KEY={key}\nOPENAI_API_BASE=https://h/{key}\n"));
        tree.write(&format!("{index}/b.py"), format!("api_key = \"{key}\"  # keyscan:allow it was {key}, {key}\n"));
    }
    let write = || {
        let run = keyscan(tree.path(), &["--assume-committed", "--write-baseline", "-v", "."]);
        assert_eq!(run.code, 0);
        planted.run("--write-baseline", &run);
        std::fs::read_to_string(tree.at(".keyscan-baseline.json")).unwrap()
    };
    let written = write();
    assert!(written.lines().count() > planted.0.len());
    planted.absent("baseline", written.as_bytes());
    // A reason that somebody has put a key into is shown, and written again, without it.
    let reason = format!("\"}},\n    {{\"reason\": \"{0} {0}\", \"id\"", planted.0[0]);
    std::fs::write(tree.at(".keyscan-baseline.json"), written.replace("\"},\n    {\"id\"", &reason)).unwrap();
    for format in ["human", "json", "jsonl", "sarif"] {
        let run = keyscan(tree.path(), &["--assume-committed", "--show-suppressed", "-v", "-f", format, "."]);
        // The file of the baseline holds a key now, and that is new.
        assert_eq!(run.code, 1, "{format}");
        planted.run(&format!("--show-suppressed {format}"), &run);
    }
    planted.absent("baseline again", write().as_bytes());
}

#[cfg(unix)]
#[test]
fn names_that_cannot_be_read_show_no_key() {
    use std::os::unix::ffi::OsStringExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    let planted = Planted::new(0x6eaf);
    let tree = Tree::new();
    for (index, key) in planted.0.iter().enumerate() {
        let locked = format!("l{index}/{key}.env");
        tree.write(&locked, "OPENAI_BASE_URL=https://api.ohmygpt.com\n");
        std::fs::set_permissions(tree.at(&locked), std::fs::Permissions::from_mode(0o000)).unwrap();
        symlink("/nowhere", tree.at(&format!("l{index}/link-{key}"))).unwrap();
        symlink(tree.path(), tree.at(&format!("l{index}/loop-{key}"))).unwrap();
        let raw = std::ffi::OsString::from_vec([key.as_bytes(), b"-\xff\xfe.env"].concat());
        std::fs::write(tree.path().join(raw), format!("OPENAI_API_KEY={key}\n")).unwrap();
    }
    for format in Format::ALL.iter().map(|format| format.as_str()) {
        planted.run(format, &keyscan(tree.path(), &["-f", format, "-vv", "--min-severity", "info", "."]));
    }
}
