//! A key is found once, as it is and where it stands, wherever that is: at every offset, across every edge at which bytes
//! are cut while they are read, in every encoding, at the beginning and at the end.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use std::sync::Mutex;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use keyscan::detect::redact_text;
use keyscan::model::{Blob, KeyMatch, Limits, Matches};
use keyscan::rules::sample::{B64, URL};
use keyscan::source::{self, Mode, Options, Progress};

use crate::support::formats::base64;
use crate::support::library::{detect, detector};
use crate::support::prng::SplitMix64;
use crate::support::{expand, modern};

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// A way to write a key: its name, the file that it stands in, what is around it, and the writing itself. What is found stands
/// from the first byte of the writing to its last.
struct Writing {
    words: &'static [&'static str],
    path: &'static str,
    around: (&'static str, &'static str),
    write: fn(&str) -> String,
}

const WRITINGS: [Writing; 19] = [
    writing(&[], ".env", ("KEY=", ""), |key| key.to_owned()),
    writing(&[], "a.py", ("k = \"", "\""), |key| key.to_owned()),
    writing(&["base64"], "a.yaml", ("  k: ", ""), |key| base64(key.as_bytes(), B64)),
    writing(&["base64"], "a.txt", ("k ", " x"), |key| base64(key.as_bytes(), URL)),
    writing(&["base64"], "a.json", ("\"k\": \"", "\","), |key| base64(format!("u:{key}").as_bytes(), B64)),
    writing(&["base64", "base64"], "a.yaml", ("  k: ", ""), |key| base64(base64(key.as_bytes(), B64).as_bytes(), B64)),
    writing(&["escape"], "a.json", ("\"k\": \"", "\","), |key| each(key, |byte| format!("\\u{byte:04x}"))),
    writing(&["escape"], "a.py", ("k = \"", "\""), |key| each(key, |byte| format!("\\x{byte:02x}"))),
    writing(&["escape"], "a.js", ("k = \"", "\""), |key| key.replace('-', "\\u002d")),
    writing(&["percent"], "a.txt", ("k=", "&x"), |key| each(key, |byte| format!("%{byte:02X}"))),
    writing(&["percent"], "a.txt", ("?k=", "&x"), |key| key.replace('-', "%2D")),
    writing(&["html"], "a.html", ("<b>", "</b>"), |key| key.replace('-', "&#45;")),
    writing(&["html"], "a.xml", ("<k>", "</k>"), |key| each(key, |byte| format!("&#x{byte:x};"))),
    writing(&["quoted-printable"], "a.eml", ("Content-Transfer-Encoding: quoted-printable\n\nk: ", ""), |key| {
        key.replace('-', "=2D")
    }),
    writing(&["ansi"], "a.log", ("k ", " x"), |key| format!("{}\u{1b}[31m{}", &key[..40], &key[40..])),
    writing(&["joined"], "a.py", ("k = \"", "\""), |key| format!("{}\" + \"{}", &key[..40], &key[40..])),
    writing(&["continued"], "a.sh", ("K=", ""), |key| format!("{}\\\n{}", &key[..40], &key[40..])),
    writing(&["reversed"], "a.js", ("k = \"", "\""), |key| key.chars().rev().collect()),
    writing(&["wrapped"], "a.txt", ("k:\n", "\n"), |key| format!("{}\n{}\n{}", &key[..64], &key[64..128], &key[128..])),
];

const fn writing(
    words: &'static [&'static str],
    path: &'static str,
    around: (&'static str, &'static str),
    write: fn(&str) -> String,
) -> Writing {
    Writing { words, path, around, write }
}

fn each(key: &str, write: impl Fn(u8) -> String) -> String {
    key.bytes().map(write).collect()
}

/// A place by which a match is told: offset, line, column, and those behind its end.
type Found = (u64, (u64, u64), (u64, u64));

/// The keys of a blob; panics where one is another than the one that was planted.
fn found(matches: &Matches, key: &str, what: &str) -> Vec<(Found, Vec<String>)> {
    let one = |found: &KeyMatch| {
        assert!(found.secret.expose() == key.as_bytes(), "{what}: another key, at {:?}", found.place.span);
        let place = found.place.position;
        let begin = (place.line, place.column);
        ((found.place.span.start, begin, (place.end_line, place.end_column)), found.encoding.clone())
    };
    matches.keys.iter().map(one).collect()
}

/// Where lines begin.
struct Lines<'a>(&'a str, Vec<usize>);

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let behind = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
        Self(text, [0].into_iter().chain(behind).collect())
    }

    /// Line and column of an offset, counted the plain way.
    fn place(&self, at: usize) -> (u64, u64) {
        let line = self.1.partition_point(|begin| *begin <= at);
        (line as u64, self.0[self.1[line - 1]..at].chars().count() as u64 + 1)
    }

    fn found(&self, at: usize, length: usize) -> Found {
        (at as u64, self.place(at), self.place(at + length))
    }
}

/// So many bytes of lines, with characters of every length in them; the last line is ended if there is room.
fn filler(length: usize, end: &str) -> String {
    const WORDS: [&str; 6] = ["plain words", "é", "漢字", "𝄞", "x", "a longer line about nothing at all"];
    let mut random = SplitMix64::new(length as u64);
    let mut text = String::with_capacity(length);
    while text.len() + 48 < length {
        text += WORDS[usize::from(random.pick(b"012345") as u8 - b'0')];
        text += if random.pick(b"0001") == '1' { end } else { " " };
    }
    let ended = if length >= end.len() { end } else { "" };
    text += &"-".repeat(length - text.len() - ended.len());
    text + ended
}

/// What stands in place of a writing, with what is around it.
fn written(writing: &Writing, key: &str) -> (String, usize, usize) {
    let (lead, tail) = writing.around;
    let text = (writing.write)(key);
    (format!("{lead}{text}{tail}"), lead.len(), text.len())
}

#[test]
fn a_key_at_every_offset() {
    let detector = detector();
    let key = modern("sk-proj-", 74, 0x0ff);
    for writing in &WRITINGS {
        let (text, lead, length) = written(writing, &key);
        let near = [16 * KIB, 64 * KIB].map(|edge| edge - 2..edge + 2);
        for offset in (0..36).chain(near.into_iter().flatten()) {
            for (end, behind) in [("\n", 0), ("\n", 100), ("\r\n", 2), ("\r\n", 70 * KIB)] {
                if behind > KIB && !offset.is_multiple_of(16) {
                    continue;
                }
                let whole = format!(
                    "{}{text}{}{}",
                    filler(offset, end),
                    if behind > 0 { end } else { "" },
                    filler(behind, end)
                );
                let at = whole.len().min(offset) + lead;
                let what = format!("{:?} in {} at {offset} of {}", writing.words, writing.path, whole.len());
                let matches = detect(&detector, writing.path, whole.as_bytes());
                let words = writing.words.iter().map(|word| (*word).to_owned()).collect();
                let wanted = (Lines::of(&whole).found(at, length), words);
                assert_eq!(found(&matches, &key, &what), [wanted], "{what}");
                assert!(detector.passes(whole.as_bytes()) && detector.may_hold(whole.as_bytes()), "{what}");
            }
        }
    }
}

/// Where the bytes of a large file come from.
#[derive(Clone, Copy, Debug)]
enum Reading {
    File,
    Stream,
    Member,
    Object,
}

/// What is found in a file that is read so.
fn read(reading: Reading, bytes: &[u8], key: &str) -> Vec<(Found, Vec<String>)> {
    let detector = detector();
    let all = Mutex::new(Vec::new());
    let sink = |blob: &Blob<'_>| all.lock().unwrap().extend(found(&detector.detect(blob), key, "large"));
    let gate = |bytes: &[u8]| detector.passes(bytes);
    let probe = |bytes: &[u8]| detector.may_hold(bytes);
    let tree = |folder: &Path, mode: Mode| {
        let options = Options { mode, paths: vec![folder.to_owned()], threads: 2, ..Options::default() };
        source::tree(&options, &gate, &probe, &redact_text, &sink, &Progress::default()).unwrap();
    };
    let folder = tempfile::tempdir().unwrap();
    match reading {
        Reading::File => {
            fs::write(folder.path().join("a.txt"), bytes).unwrap();
            tree(folder.path(), Mode::Tree);
        }
        Reading::Stream => {
            drop(source::stdin(bytes, Some("a.txt"), None, Limits::default(), &gate, &redact_text, &sink))
        }
        Reading::Member => {
            let zip = zip(bytes);
            drop(source::stdin(Cursor::new(zip), Some("a.zip"), None, Limits::default(), &gate, &redact_text, &sink));
        }
        Reading::Object => {
            repository(folder.path(), bytes);
            tree(folder.path(), Mode::History);
        }
    }
    let mut all = all.into_inner().unwrap();
    all.sort();
    all
}

/// A zip archive with one member, packed.
fn zip(bytes: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("a.txt", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(bytes).unwrap();
    zip.finish().unwrap().into_inner()
}

/// A repository whose one object is a blob that nothing refers to.
fn repository(folder: &Path, bytes: &[u8]) {
    let git = folder.join(".git");
    fs::create_dir_all(git.join("refs")).unwrap();
    fs::create_dir_all(git.join("objects/12")).unwrap();
    fs::write(git.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    fs::write(git.join("config"), "[core]\n\trepositoryformatversion = 0\n\tbare = false\n").unwrap();
    let whole = [format!("blob {}\0", bytes.len()).as_bytes(), bytes].concat();
    let mut hash = gix_hash::hasher(gix_hash::Kind::Sha1);
    hash.update(&whole);
    let id = hash.try_finalize().unwrap().to_string();
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&whole).unwrap();
    let path = git.join(format!("objects/{}/{}", &id[..2], &id[2..]));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, packed.finish().unwrap()).unwrap();
}

/// Keys across the edges of pieces and windows, each in another writing and shifted against the edge by other bytes.
fn large(length: usize, key: &str, run: usize) -> (String, Vec<(Found, Vec<String>)>) {
    let mut text = filler(length, "\n");
    let mut planted = Vec::new();
    let edges = (1..length / (64 * KIB)).filter(|piece| piece.is_multiple_of(8) || piece % 64 == 63);
    for (count, piece) in edges.enumerate() {
        let writing = &WRITINGS[(count + run) % WRITINGS.len()];
        let (written, lead, size) = written(writing, key);
        let edge = piece * 64 * KIB;
        // From all of it in front of the edge to all of it behind.
        let shift = (count * 37 + run * 11) % (written.len() + 3);
        let mut start = edge + 1 - shift;
        let mut end = start + written.len() + 1;
        while !text.is_char_boundary(start - 1) {
            start -= 1;
        }
        while !text.is_char_boundary(end) {
            end += 1;
        }
        let rest = end - start - written.len();
        text.replace_range(start - 1..end, &format!("\n{written}\n{}", "-".repeat(rest - 1)));
        let words = writing.words.iter().map(|word| (*word).to_owned()).collect();
        planted.push((start + lead, size, words));
    }
    let lines = Lines::of(&text);
    let wanted = planted.into_iter().map(|(at, size, words)| (lines.found(at, size), words)).collect();
    (text, wanted)
}

#[test]
fn a_key_across_every_edge() {
    let key = modern("sk-proj-", 74, 0x0fe);
    let readings = [Reading::File, Reading::Stream, Reading::Member, Reading::Object];
    // A file is held whole up to 16 MiB; what is longer is read in windows.
    for (run, length) in [MIB + 5, 16 * MIB, 16 * MIB + 1, 21 * MIB + 12_345].into_iter().enumerate() {
        let (text, wanted) = large(length, &key, run);
        for reading in readings {
            let got = read(reading, text.as_bytes(), &key);
            let lost: Vec<_> = wanted.iter().filter(|one| !got.contains(one)).collect();
            let other: Vec<_> = got.iter().filter(|one| !wanted.contains(one)).collect();
            assert!(lost.is_empty() && other.is_empty(), "{reading:?} of {length}: lost {lost:?}, instead {other:?}");
        }
    }
}

#[test]
fn a_key_at_both_ends() {
    let detector = detector();
    for template in
        ["sk-proj-{74:url}T3{}BlbkFJ{73:url}A", "sk-{20}T3{}BlbkFJ{20}", "sk-or-v1-{64:hex}", "sk-ant-api03-{93:url}AA"]
    {
        let key = expand(template, 0x0fd);
        for (before, behind) in [("", ""), ("\u{feff}", ""), ("", "\n"), ("\u{feff}", "\r\n"), ("\r\n", "\r")] {
            let whole = format!("{before}{key}{behind}");
            let matches = detect(&detector, "a.txt", whole.as_bytes());
            let line = if before.contains('\n') { 2 } else { 1 };
            let wanted = (before.len() as u64, (line, 1), (line, 1 + key.len() as u64));
            assert_eq!(found(&matches, &key, template), [(wanted, Vec::new())], "{template} {before:?} {behind:?}");
        }
    }
}
