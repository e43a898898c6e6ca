//! Any bytes under any name: what is found stands where it is said to, twice the same, and only where the prefilter lets
//! the file pass; a file in windows holds what it holds whole.

use keyscan::model::{Blob, KeyMatch, Proof};
use keyscan::rules::schema::Anchor;

use super::check;
use super::input::{Input, RULES, detector, whole};

/// One path for each way to read a file.
pub const PATHS: [&str; 64] = [
    "a.txt",
    ".env",
    "a.yaml",
    "a.json",
    "a.toml",
    "a.ini",
    "a.properties",
    "main.tf",
    "a.xml",
    "nginx.conf",
    "haproxy.cfg",
    "Caddyfile",
    "Dockerfile",
    "crontab",
    "Makefile",
    "a.md",
    "a.sql",
    "a.csv",
    "a.http",
    "a.bru",
    "a.sh",
    "a.ps1",
    "a.bat",
    "a.py",
    "a.js",
    "a.ts",
    "a.tsx",
    "a.go",
    "a.java",
    "a.kt",
    "a.cs",
    "a.c",
    "a.rb",
    "a.php",
    "a.rs",
    "a.swift",
    "a.dart",
    "a.lua",
    "a.el",
    "a.pl",
    "a.r",
    "a.jl",
    "a.ex",
    "a.nim",
    "a.hs",
    "a.vb",
    "a.ipynb",
    "a.html",
    "a.vue",
    "a.log",
    "compose.yaml",
    "a.service",
    "a.reg",
    "a.bin",
    "a.har",
    "a.tfstate",
    "a.eml",
    "a.plist",
    "a.db",
    "a.pyc",
    "config",
    "a.groovy",
    "a.js.map",
    "settings.gradle",
];

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let path = input.pick(&PATHS);
    let cut = input.byte();
    let bytes = input.text();
    let blob = whole(path, &bytes);
    let found = detector().detect(&blob);
    check::matches(&blob, &found, 3);
    check::same(&found, &detector().detect(&blob));

    if let Some(key) = found.keys.iter().find(|key| is_searched_for(key)) {
        assert!(detector().passes(&bytes), "a key ({}) in a file that does not pass", key.format);
        assert!(detector().may_hold(&bytes), "a key ({}) in a file that is said to hold none", key.format);
    }

    // The same file as two windows, each with all of the bytes around its core. Keys that need a setting or a call beside
    // them are left out: the structure of a file, which tells these, is not known in a window.
    let middle = bytes.len() * usize::from(cut) / 256;
    let parts = [0..middle, middle..bytes.len()].map(|core| Blob { core, ..blob.clone() });
    let values = |keys: &[KeyMatch]| -> Vec<(u64, Vec<u8>)> {
        let told = keys.iter().filter(|key| is_searched_for(key));
        told.map(|key| (key.place.span.start, key.secret.expose().to_vec())).collect()
    };
    let mut in_parts = Vec::new();
    for part in &parts {
        let found = detector().detect(part);
        check::matches(part, &found, 3);
        in_parts.extend(values(&found.keys));
    }
    assert!(in_parts == values(&found.keys), "windows hold other keys than the whole");
}

/// Whether the prefilter knows what such a key looks like. Prefixes that are the ends of ordinary words are looked for in
/// files that pass for another reason, keys without a prefix in files that name their vendor.
fn is_searched_for(key: &KeyMatch) -> bool {
    let format = RULES.key(&key.format);
    let common = |prefix: &str| prefix.len() < 3 || ["rt_", "ap-", "ak-"].contains(&prefix);
    let told = format.is_some_and(|format| format.anchor != Anchor::Setting && !common(&format.prefix));
    told && !key.weak && matches!(key.proof, Proof::Structure | Proof::RelaySoftware | Proof::NamedRelay)
}
