//! A case: small files with places for keys, and who receives each key.
//!
//! ```text
//! # what makes it special
//! --- .env
//! OPENAI_API_KEY={{K1}}
//! === K1 -> none
//! ```
//!
//! `--- path` begins a file; behind the path `crlf`, `bom` or `utf16` say how it is written. `{{K1}}` is a project key,
//! `{{K1:format}}` one of another format (an id of the rules, `legacy`, `azure`), `{{K1:base64}}` the project key encoded.
//! `=== K1 -> host evidence|evidence` is wanted of every place of the key, several such lines of its places in their
//! order; `none` and `possible` are wanted where nothing receives it. `=== finding rule subject severity` wants a finding.

use std::path::Path;

use crate::support::formats::base64;
use crate::support::{expand, modern};
use keyscan::rules::sample::B64;

/// A case.
pub struct Case {
    pub name: String,
    pub files: Vec<File>,
    pub wants: Vec<(String, Want)>,
    pub findings: Vec<Wanted>,
}

/// A file of a case.
pub struct File {
    pub path: String,
    pub bytes: Vec<u8>,
    pub places: Vec<Place>,
}

/// Where a key stands: line and columns, from 1, the last exclusive.
#[derive(Clone)]
pub struct Place {
    pub key: String,
    pub secret: String,
    pub issuer: Option<String>,
    pub line: u64,
    pub columns: (u64, u64),
    pub encoded: bool,
}

/// Who is to receive a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    None,
    Possible,
    Host(String, Vec<String>),
}

/// A finding that is to be there.
pub struct Wanted {
    pub rule: String,
    pub subject: String,
    pub severity: String,
}

impl Case {
    /// The case in a file.
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("a case can be read");
        let name = path.with_extension("");
        let name = name.iter().rev().take(2).map(|part| part.to_string_lossy().into_owned()).collect::<Vec<_>>();
        let mut case = Self {
            name: format!("{}/{}", name[1], name[0]),
            files: Vec::new(),
            wants: Vec::new(),
            findings: Vec::new(),
        };
        let mut sources: Vec<(String, String)> = Vec::new();
        for line in text.lines() {
            if let Some(want) = line.strip_prefix("=== ") {
                case.want(want);
            } else if let Some(header) = line.strip_prefix("--- ") {
                sources.push((header.to_owned(), String::new()));
            } else if let Some((_, source)) = sources.last_mut() {
                source.push_str(line);
                source.push('\n');
            } else {
                assert!(line.starts_with("# "), "{}: what makes it special comes first", case.name);
            }
        }
        case.files = sources.iter().map(|(header, source)| File::of(header, source)).collect();
        case
    }

    fn want(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["finding", rule, subject, severity] => self.findings.push(Wanted {
                rule: rule.to_owned(),
                subject: subject.to_owned(),
                severity: severity.to_owned(),
            }),
            [key, "->", host, ref evidence @ ..] if evidence.len() < 2 => {
                let want = match host {
                    "none" => Want::None,
                    "possible" => Want::Possible,
                    host => Want::Host(
                        host.to_owned(),
                        evidence.iter().flat_map(|words| words.split('|')).map(str::to_owned).collect(),
                    ),
                };
                self.wants.push((key.to_owned(), want));
            }
            _ => panic!("{}: not understood: {line}", self.name),
        }
    }

    /// What is wanted of each place, in the order of the files.
    pub fn expected(&self) -> Vec<(&File, &Place, &Want)> {
        let mut expected = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for file in &self.files {
            for place in &file.places {
                let wants: Vec<&Want> =
                    self.wants.iter().filter(|(key, _)| *key == place.key).map(|(_, want)| want).collect();
                let nth = seen.iter().filter(|key| **key == place.key).count();
                seen.push(&place.key);
                let want = if wants.len() == 1 { wants.first() } else { wants.get(nth) };
                let want = want.unwrap_or_else(|| panic!("{}: nothing said of {}", self.name, place.key));
                expected.push((file, place, *want));
            }
        }
        for (key, _) in &self.wants {
            assert!(seen.contains(&key.as_str()), "{}: {key} stands nowhere", self.name);
        }
        expected
    }

    /// The value of a key.
    pub fn secret(&self, key: &str) -> Option<&str> {
        let mut places = self.files.iter().flat_map(|file| &file.places);
        places.find(|place| place.key == key).map(|place| place.secret.as_str())
    }

    /// Whether keys of one file are received by different hosts.
    pub fn is_mixed(&self) -> bool {
        let expected = self.expected();
        self.files.iter().any(|file| {
            let mut wants = expected.iter().filter(|(other, ..)| other.path == file.path).map(|(_, _, want)| *want);
            let first = wants.next();
            wants.any(|want| Some(want) != first)
        })
    }
}

impl File {
    fn of(header: &str, source: &str) -> Self {
        let mut words = header.split_whitespace();
        let path = words.next().expect("a file has a path").to_owned();
        let mut text = String::new();
        let mut places = Vec::new();
        let (mut line, mut column) = (1, 1);
        let mut rest = source;
        while !rest.is_empty() {
            if let Some((word, behind)) = rest.strip_prefix("{{K").and_then(|rest| rest.split_once("}}")) {
                let place = Place::new(&format!("K{word}"), line, column);
                column = place.columns.1;
                text.push_str(&place.shown());
                places.push(place);
                rest = behind;
                continue;
            }
            let char = rest.chars().next().expect("not empty");
            text.push(char);
            (line, column) = if char == '\n' { (line + 1, 1) } else { (line, column + 1) };
            rest = &rest[char.len_utf8()..];
        }
        let mut bytes = text.into_bytes();
        for word in words {
            bytes = match word {
                "crlf" => String::from_utf8_lossy(&bytes).replace('\n', "\r\n").into_bytes(),
                "bom" => [b"\xef\xbb\xbf", bytes.as_slice()].concat(),
                "utf16" => std::iter::once(0xfeff)
                    .chain(String::from_utf8_lossy(&bytes).encode_utf16())
                    .flat_map(u16::to_le_bytes)
                    .collect(),
                _ => panic!("{path}: no such way to write a file: {word}"),
            };
        }
        Self { path, bytes, places }
    }
}

impl Place {
    fn new(word: &str, line: u64, column: u64) -> Self {
        let (key, format) = word.split_once(':').unwrap_or((word, ""));
        let seed: u64 = key[1..].parse().expect("a number behind K");
        let (secret, issuer) = secret(format, seed);
        let mut place =
            Self { key: key.to_owned(), secret, issuer, line, columns: (column, column), encoded: format == "base64" };
        place.columns.1 = column + place.shown().chars().count() as u64;
        place
    }

    fn shown(&self) -> String {
        if !self.encoded {
            return self.secret.clone();
        }
        let text = base64(self.secret.as_bytes(), B64);
        let padding = (4 - text.len() % 4) % 4;
        text + &"=".repeat(padding)
    }
}

/// A key and who issued it, where that is certain.
fn secret(format: &str, seed: u64) -> (String, Option<String>) {
    let openai = Some("openai".to_owned());
    match format {
        "" | "base64" => (modern("sk-proj-", 74, seed), openai),
        "legacy" => (expand("sk-{20}T3{}BlbkFJ{20}", seed), openai),
        "azure" => (expand("{32:hex}", seed), None),
        id => {
            let id = if id == "anthropic" { "anthropic-api" } else { id };
            let rules = include_str!("../../rules/keys.toml");
            let entries = rules.split("[[key]]").skip(1);
            let field = |entry: &str, name: &str| {
                let line = entry.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_prefix('='))?;
                Some(line.trim().trim_matches(['"', '\'']).to_owned())
            };
            let entry = entries.into_iter().find(|entry| field(entry, "id").as_deref() == Some(id));
            let entry = entry.unwrap_or_else(|| panic!("no key format {id}"));
            (expand(&field(entry, "sample").expect("a format has a sample"), seed), field(entry, "issuer"))
        }
    }
}
