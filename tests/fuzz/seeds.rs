//! What the fuzzer begins with: the cases of other tests, and what no test has as a file. Each is an input like any other,
//! so it is run here. `KEYSCAN_FUZZ_SEEDS` names a folder that they are written to.

use std::fs;
use std::path::Path;

use super::input::record;
use super::{TARGETS, archive, detect, git, views};

/// Longest seed, in bytes: short inputs are tried faster.
const LONGEST: usize = 4096;

/// Configs that are right, and one of each kind of rule.
const CONFIGS: [&str; 2] = [
    "[endpoints]\nallow = [\"llm.acme-intern.net\", \"*.acme.io\"]\ndeny = [\"api.ohmygpt.com\"]\n[endpoints.production]\nonly = [\"api.openai.com\"]\n[keys]\nstores = [\"secrets/**\"]\n[paths]\nproduction = [\"deploy/**\"]\n[rules]\nexcept = [\"gateway-endpoint\"]\n[severity]\nshared-key = \"high\"\n[suppress]\nrequire-reason = true\n[gate]\nfail-on = \"medium\"\n[output]\nformat = \"json\"\n",
    "[keys]\nown = [\"{{K1}}\"]\norganizations = [\"org-abc\"]\n[gate]\nfail-on = \"never\"\nallow-incomplete = true\n",
];
const RULES: [&str; 2] = [
    "[[endpoint]]\nid = \"acme\"\nname = \"Acme\"\nkind = \"relay\"\nhosts = [\"llm.acme-intern.net\"]\nconfidence = \"high\"\nsources = [\"https://acme.io/docs\"]\nexamples = [\"OPENAI_BASE_URL=https://llm.acme-intern.net/v1\"]\nnon_examples = [\"see https://acme.io\"]\n",
    "[[setting]]\nname = \"ACME_KEY\"\nholds = \"key\"\nrole = \"key\"\nclass = \"specific\"\nproducts = [\"acme\"]\nsource = \"https://acme.io\"\n[[key]]\nid = \"acme-key\"\nname = \"Acme key\"\nissuer = \"acme\"\nanchor = \"prefix\"\nprefix = \"acme-\"\nbody = \"[A-Za-z0-9]{32}\"\nproves = \"structure\"\n",
];
const BASELINES: [&str; 2] = [
    "{\n  \"version\": 1,\n  \"fingerprint_scheme\": \"sha256\",\n  \"entries\": [\n    {\"id\": \"0123456789abcdef\", \"rule\": \"exposed-key\", \"severity\": \"high\", \"path\": \"a/.env\", \"reason\": \"seen {{K1}}\", \"expires\": \"2026-12-31\"},\n\n    null\n  ]\n}\n",
    "{\"version\": 1, \"fingerprint_scheme\": \"hmac-sha256\", \"fingerprint_check\": \"0123456789abcdef\", \"entries\": [null]}",
];

/// The files of the cases of pairing: path and text, with keys as `{{K1}}`.
pub fn files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pairing/cases")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let case = fs::read_to_string(path).unwrap();
            for file in case.split("\n--- ").skip(1) {
                let (head, text) = file.split_once('\n').unwrap_or((file, ""));
                let text = text.split("\n=== ").next().unwrap_or_default();
                let path = head.split(' ').next().unwrap_or_default();
                files.push((path.to_owned(), format!("{text}\n")));
            }
        }
    }
    files.sort();
    files
}

/// The first byte by which a target takes a file like this one for what it is.
fn like(path: &str) -> u8 {
    let name = path.rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit_once('.').map(|(_, ending)| format!(".{ending}"));
    let same = |known: &&str| **known == *name || ending.as_ref().is_some_and(|ending| known.ends_with(ending));
    detect::PATHS.iter().position(same).unwrap_or_default() as u8
}

/// An archive as [`archive::run`] puts one together.
fn archives() -> Vec<Vec<u8>> {
    let env = record(b"OPENAI_API_KEY={{K1}}\nOPENAI_BASE_URL=https://api.ohmygpt.com/v1\n");
    let mut all = Vec::new();
    for name in 0..archive::NAMES.len() as u8 {
        for flags in [0, 1, 0x81, 0x18] {
            let member = [&[flags, 9], &b"conf/.env"[..], &env].concat();
            all.push([&[name, 2], &member[..], &member].concat());
            // In itself.
            let inner = record(&member);
            all.push([&[name, 2, 0xc0, 5], &b"a.zip"[..], &inner, &member].concat());
        }
        for (way, kind) in [(3, 0), (4, 0), (4, 8), (3, 10)] {
            let member = [&[kind, 0, 9], &b"conf/.env"[..], &env].concat();
            all.push([&[name, way], &member[..], &member].concat());
        }
        all.push([&[name, 0], &b"PK\x03\x04\x14\0\0\0\x08\0"[..]].concat());
    }
    all
}

/// A repository as [`git::run`] forges one.
fn repositories() -> Vec<Vec<u8>> {
    let object = |kind: u8, content: &str| [&[kind][..], &record(content.as_bytes())].concat();
    let file = |path: &str, content: &str| {
        let at = git::FILES.iter().position(|known| *known == path).unwrap() as u8;
        [&[0, at][..], &record(content.as_bytes())].concat()
    };
    let work = |at: u8, content: &str| [&[0x20, at][..], &record(content.as_bytes())].concat();
    let who = "Ada <ada@acme.io> 1767312000 +0000";
    let commit = |tree: u8, parent: &str| {
        format!("tree {{{{O{tree}}}}}\n{parent}author {who}\ncommitter {who}\n\nkey {{{{K1}}}}\n")
    };
    let mut all = Vec::new();
    for (base, pack) in [(0x40, &[][..]), (0x80, &[0xe0, 0, 0, 0, 0, 0, 0][..]), (0x80, &[0xe0, 0, 1, 3, 0, 5, 0][..])]
    {
        for mode in 0..6_u8 {
            let mut bytes = vec![mode];
            if mode >= 4 {
                bytes.extend(record(if mode == 4 { b"HEAD~1..HEAD" } else { b"HEAD~1" }));
            }
            bytes.extend(object(base | 2, "OPENAI_API_KEY={{K1}}\n"));
            bytes.extend(object(base | 1, "100644 .env\0{{B0}}"));
            bytes.extend(object(base, &commit(1, "")));
            bytes.extend(object(base | 2, "k = 1\nOPENAI_API_KEY={{K2}}\n"));
            bytes.extend(object(base | 1, "100644 a.py\0{{B3}}40000 sub\0{{B1}}160000 mod\0{{B2}}120000 link\0{{B0}}"));
            bytes.extend(object(base, &commit(4, "parent {{O2}}\n")));
            bytes.extend(pack);
            bytes.extend(file("refs/heads/main", "{{O5}}\n"));
            bytes.extend(file("logs/HEAD", &format!("{{{{O2}}}} {{{{O5}}}} {who}\tcommit: {{{{K1}}}}\n")));
            bytes.extend(file(
                "packed-refs",
                "# pack-refs with: peeled fully-peeled sorted\n{{O2}} refs/tags/v1\n^{{O2}}\n",
            ));
            bytes.extend(file("config", "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = https://x:{{K1}}@acme.io/a.git\n[includeIf \"gitdir:x\"]\n\tpath = y\n"));
            bytes.extend(file("index", "DIRC\0\0\0\x02\0\0\0\x01"));
            bytes.extend(work(0, "[submodule \"a\"]\n\tpath = mod\n\turl = ../a\n"));
            bytes.extend(work(4, "OPENAI_API_KEY={{K1}}\n"));
            all.push(bytes);
        }
    }
    all
}

/// Trees as [`super::report::run`] scans them.
fn trees(files: &[(String, String)]) -> Vec<Vec<u8>> {
    let one = |path: &str, text: &str| [&[path.len() as u8][..], path.as_bytes(), &record(text.as_bytes())].concat();
    let mut all: Vec<Vec<u8>> = files
        .chunks(3)
        .enumerate()
        .map(|(at, files)| {
            let files = files.iter().filter(|(path, text)| path.len() < 100 && text.len() < 1500);
            [vec![at as u8], files.flat_map(|(path, text)| one(path, text)).collect()].concat()
        })
        .collect();
    for path in
        ["{{K1}}/.env", "a\u{202e}b/{{K2:base64}}.py", "a\n\u{1b}[31m.env", "b,\"c\"/<x>&.yaml", "::error::.env"]
    {
        let text = "k = \"{{K1}}\" # keyscan:allow[exposed-key] {{K1}} \u{202e}\u{1b}[0m\nOPENAI_BASE_URL=https://u:{{K2}}@api.ohmygpt.com/{{K3}}\n";
        all.push([vec![1], one(path, text), one(".env", text)].concat());
    }
    all
}

/// The seeds of a target.
pub fn seeds(target: &str, files: &[(String, String)]) -> Vec<Vec<u8>> {
    let texts = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    let typed =
        |rest: &[u8]| files.iter().map(|(path, text)| [&[like(path)], rest, text.as_bytes()].concat()).collect();
    let mut seeds: Vec<Vec<u8>> = match target {
        "allow" => {
            let words = [" why not", "[exposed-key] {{K1}}", "[a,b]", "", ": {{K1:base64}}", "-next-line[key-pool]\n"];
            let all = (0..detect::PATHS.len() as u8).zip((0..8).cycle());
            all.flat_map(|(path, lead)| words.map(|word| [&[path, lead, lead / 2], word.as_bytes()].concat())).collect()
        }
        "archive" => archives(),
        "baseline" => texts(&BASELINES),
        "config" => texts(&CONFIGS),
        "detect" => typed(&[128]),
        "git" => repositories(),
        "redact" => files.iter().map(|(_, text)| text.as_bytes().to_vec()).collect(),
        "report" => trees(files),
        "rules" => texts(&RULES),
        "structure" => typed(&[]),
        _ => {
            let each = (0..views::ENCODINGS.len() as u8).flat_map(|one| (0..8).map(move |form| (one, form)));
            let around = (0..views::AROUND.len() as u8).cycle();
            let paths = (0..detect::PATHS.len() as u8).cycle();
            each.zip(around)
                .zip(paths)
                .flat_map(|(((one, form), around), path)| {
                    [
                        vec![path, 0, 0, 0, one, form, around],
                        vec![path, 1, 0, 1, one, form, one, 0, around, 1, 0, one, form, around],
                    ]
                })
                .collect()
        }
    };
    seeds.retain(|seed| seed.len() <= LONGEST);
    seeds
}

#[test]
fn seeds_hold_what_targets_promise() {
    let files = files();
    assert!(files.len() > 300, "the cases have moved");
    let folder = std::env::var_os("KEYSCAN_FUZZ_SEEDS");
    for (name, run) in TARGETS {
        let seeds = seeds(name, &files);
        assert!(!seeds.is_empty(), "{name} has no seeds");
        if let Some(folder) = &folder {
            let folder = Path::new(folder).join(name);
            fs::create_dir_all(&folder).unwrap();
            for (at, seed) in seeds.iter().enumerate() {
                fs::write(folder.join(format!("seed-{at:04}")), seed).unwrap();
            }
            continue;
        }
        // Some of each are enough here: what they promise is tested on all of them elsewhere.
        for (at, seed) in seeds.iter().enumerate().step_by(seeds.len() / 40 + 1) {
            let outcome = std::panic::catch_unwind(|| run(seed));
            assert!(outcome.is_ok(), "{name}: seed {at}");
        }
    }
}
