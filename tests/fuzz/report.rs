//! A small tree with keys in paths and contents: no report shows one in any form, each is what its format says, and no
//! character steers a terminal or turns a line around.

use std::path::{Component, Path, PathBuf};
use std::{fs, io};

use keyscan::assess::{Fingerprinter, Policy};
use keyscan::model::{PolicyFacts, Report, Severity};
use keyscan::report::{self, Format};
use keyscan::{scan, source};
use quick_xml::Reader;
use quick_xml::events::Event;
use tempfile::TempDir;

use super::input::{Input, RULES, expand};
use super::leak;

/// How many files a tree has at most.
const FILES: usize = 6;

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let flags = input.byte();
    let folder = tree();
    for _ in 0..FILES {
        if input.0.is_empty() {
            break;
        }
        let length = usize::from(input.byte() % 100);
        let path = expand(input.take(length));
        let content = expand(input.record());
        let Some(path) = inside(&String::from_utf8_lossy(&path)) else { continue };
        let path = folder.path().join(path);
        if path.parent().is_some_and(|parent| fs::create_dir_all(parent).is_ok()) {
            let _ = fs::write(path, content);
        }
    }
    let report = scan(folder.path(), flags);
    let options = report::Options {
        color: false,
        verbose: flags >> 1 & 1,
        width: Some(usize::from(flags >> 3) + 20),
        ..report::Options::default()
    };
    for format in Format::ALL {
        let mut out = Vec::new();
        report::write(&report, &RULES, *format, &options, &mut out).unwrap();
        let what = format.as_str();
        leak::absent(what, &out);
        let text = str::from_utf8(&out).unwrap_or_else(|_| panic!("{what}: not UTF-8"));
        is_plain(what, text);
        is_well_formed(*format, text).unwrap_or_else(|error| panic!("{what}: {error}"));
    }
}

/// A folder in memory where the system has such, so that the disk is spared.
pub fn tree() -> TempDir {
    let shared = Path::new("/dev/shm");
    let made =
        if shared.is_dir() { TempDir::with_prefix_in("ks-fuzz-", shared) } else { Err(io::Error::other("none")) };
    made.or_else(|_| TempDir::with_prefix("ks-fuzz-")).unwrap()
}

/// A path of the input that stays inside of a folder and that the system takes.
fn inside(path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    let fine = |part: Component<'_>| match part {
        Component::Normal(name) => name.len() < 255 && !name.as_encoded_bytes().contains(&0) && name != ".git",
        _ => false,
    };
    (path.components().count() > 0 && path.components().all(fine)).then(|| path.to_owned())
}

fn scan(folder: &Path, flags: u8) -> Report {
    let source = source::Options {
        paths: vec![folder.to_owned()],
        threads: 1,
        assume_committed: flags >> 2 & 1 == 1,
        ..source::Options::default()
    };
    let options = scan::Options {
        input: scan::Input::Tree(Box::new(source)),
        policy: Policy::default(),
        fingerprinter: Fingerprinter::plain(),
        policy_facts: PolicyFacts::default(),
        min_severity: Severity::Info,
        show_suppressed: flags & 1 == 1,
        online: keyscan::online::Options::default(),
    };
    scan::run(&options, &RULES, &source::Progress::default()).unwrap()
}

/// Line breaks and tabs aside, nothing that a reader does not see.
fn is_plain(what: &str, text: &str) {
    let unseen = |char: char| match char {
        '\n' | '\r' | '\t' => false,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        _ => char.is_control(),
    };
    if let Some(char) = text.chars().find(|char| unseen(*char)) {
        panic!("{what}: holds {}", char.escape_unicode());
    }
}

fn is_well_formed(format: Format, text: &str) -> Result<(), String> {
    match format {
        Format::Json | Format::Sarif | Format::Gitlab => {
            serde_json::from_str::<serde_json::Value>(text).map(drop).map_err(|error| error.to_string())
        }
        Format::Jsonl => {
            let last = text.lines().last().ok_or("no records")?;
            let each = text.lines().map(serde_json::from_str::<serde_json::Value>);
            each.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
            last.contains("\"summary\"").then_some(()).ok_or_else(|| "the summary is not last".to_owned())
        }
        Format::Csv => {
            let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(text.as_bytes());
            reader.records().try_for_each(|row| row.map(drop)).map_err(|error| error.to_string())
        }
        Format::Junit => {
            let mut reader = Reader::from_str(text);
            reader.config_mut().check_end_names = true;
            loop {
                match reader.read_event() {
                    Ok(Event::Eof) => return Ok(()),
                    Ok(_) => {}
                    Err(error) => return Err(error.to_string()),
                }
            }
        }
        Format::Github => {
            let command = |line: &str| line.starts_with("::") || !line.contains("::");
            text.lines().all(command).then_some(()).ok_or_else(|| "a line that is no command".to_owned())
        }
        Format::Human | Format::Markdown | Format::Html => Ok(()),
    }
}
