//! Databases: rows are lines of a member for each table, with their columns as names; what no table holds is read as well.

use super::*;
use crate::support::modern;
use crate::support::prng::SplitMix64;
use crate::support::sqlite::{Cell, Database, varint};

const CHANNELS: &str = "(`id` integer PRIMARY KEY AUTOINCREMENT,`type` integer,`key` text,`name` text,`base_url` text)";

fn key(seed: u64) -> String {
    modern("sk-proj-", 74, seed)
}

fn channel(kind: i64, key: &str, name: &str, address: &str) -> Vec<Cell> {
    vec![Cell::Null, Cell::Int(kind), key.into(), name.into(), address.into()]
}

/// A row of one text.
fn note(text: &str) -> Vec<Cell> {
    vec![text.into()]
}

#[test]
fn rows_are_lines_and_columns_are_names() {
    let (relay, host) = (relay(), "api.openai.com");
    let rows = [
        channel(1, "none", "first", ""),
        channel(8, &key(1), "resold", &format!("https://{relay}")),
        channel(1, &format!("{}\n{}", key(2), key(3)), "own, two of them", &format!("https://{host}")),
    ];
    let options = [vec!["Theme".into(), "dark".into()], vec!["OpenAIApiKey".into(), key(4).as_str().into()]];
    for (size, utf16) in [(512, false), (4096, false), (65536, false), (1024, true)] {
        let database = Database::new(size, utf16).table("channels", CHANNELS, &rows).table(
            "options",
            "(`key` text, `value` text, PRIMARY KEY (`key`)) WITHOUT ROWID",
            &options,
        );
        let report = scan("data/one-api.db", database.finish());
        assert_eq!(skipped(&report), [], "{size}");
        assert_eq!(keys(&report), 4, "{size}");
        let channels = "data/one-api.db!channels";
        assert_eq!(places(&report, &key(1)), [place(channels, 2, Some("key"), Some(&relay))]);
        assert_eq!(places(&report, &key(2)), [place(channels, 3, Some("key"), Some(host))]);
        assert_eq!(places(&report, &key(3)), [place(channels, 3, Some("key"), Some(host))]);
        let option = &places(&report, &key(4))[0];
        assert_eq!((option.path.as_str(), option.line), ("data/one-api.db!options", 2));
        assert_eq!(option.setting.as_deref(), Some("OpenAIApiKey"));
    }
}

#[test]
fn long_rows_and_many_of_them_are_read_to_the_end() {
    let words = "lorem ipsum ".repeat(9000);
    let long = format!("{words}\nOPENAI_API_KEY={}\n", key(1));
    let blob = [&[0, 0xff, 7][..], key(2).as_bytes(), &[0, 1]].concat();
    let mut rows = vec![note(&long), vec![Cell::Blob(blob)]];
    // More than one block of rows, the keys far behind.
    rows.extend((0..3000).map(|row| note(&format!("row {row} {}", &words[..700]))));
    rows.push(note(&format!("OPENAI_API_KEY={}", key(3))));
    let report = scan("app.sqlite3", Database::new(8192, false).table("notes", "(body TEXT)", &rows).finish());
    assert_eq!(skipped(&report), []);
    let line = |seed: u64| places(&report, &key(seed)).iter().map(|place| place.line).collect::<Vec<_>>();
    assert_eq!((line(1), line(2), line(3)), (vec![1], vec![2], vec![3003]));
}

#[test]
fn what_was_deleted_is_still_found() {
    let database = Database::new(4096, false).table("notes", "(body TEXT)", &[note("a"), note("b")]);
    let mut page = vec![13, 0, 0, 0, 0, 0x10, 0, 0];
    page.resize(700, 0);
    // A row that nothing points to any more, its first bytes overwritten, with an address glued in front.
    page.extend([&b"\0\0\0\x80"[..], b"https://api.openai.com", key(1).as_bytes(), b"gpt-4o"].concat());
    let root = database.pages() + 1;
    let database = database.page(&page).entry("table", "emptied", root, "CREATE TABLE emptied(a)");
    let database = database.page(&[b"\0\0\0\0", format!("OPENAI_API_KEY={}", key(2)).as_bytes()].concat());
    let report = scan("x.db", [database.finish(), format!("tail {}", key(3)).into_bytes()].concat());
    assert_eq!(skipped(&report), []);
    for seed in 1..=3 {
        let places = places(&report, &key(seed));
        assert_eq!(places.iter().map(|place| place.path.as_str()).collect::<Vec<_>>(), ["x.db!(unused)"], "{seed}");
    }
}

#[test]
fn values_that_are_no_text_are_read_as_what_they_are() {
    use std::io::Write;

    let line = |seed: u64| format!("OPENAI_API_KEY={}\n", key(seed));
    let wide = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(line(3).as_bytes()).unwrap();
    let binary = [&[0, 0xff, 7][..], key(4).as_bytes(), &[0, 1]].concat();
    let blobs = [
        wide(&line(1), u16::to_le_bytes),
        wide(&line(2), u16::to_be_bytes),
        gz.finish().unwrap(),
        binary,
        vec![0; 5000],
    ];
    let rows: Vec<Vec<Cell>> = blobs.map(|blob| vec![Cell::Int(1), Cell::Blob(blob)]).to_vec();
    let report = scan("x.db", Database::new(1024, false).table("notes", "(id INT, body BLOB)", &rows).finish());
    assert_eq!((keys(&report), skipped(&report)), (4, vec![]));
    let paths = |seed: u64| places(&report, &key(seed)).into_iter().map(|place| place.path).collect::<Vec<_>>();
    assert_eq!(paths(1), ["x.db!notes!row 1 body"]);
    assert_eq!(paths(2), ["x.db!notes!row 2 body"]);
    assert_eq!(paths(3), ["x.db!notes!row 3 body!content"]);
    assert_eq!(paths(4), ["x.db!notes"], "a text among other bytes stays in its row");
    assert_eq!(places(&report, &key(4))[0].line, 4);
}

#[test]
fn limits_hold_for_databases() {
    let rows = |seed: u64| vec![note(&format!("OPENAI_API_KEY={}", key(seed)))];
    let long = format!("{}\nOPENAI_API_KEY={}\n", "lorem ipsum ".repeat(5000), key(3));
    let database = Database::new(1024, false).table("a", "(body)", &rows(1)).table("b", "(body)", &rows(2));
    let tree = Tree::one("x.db", database.table("c", "(body)", &[note(&long)]).finish());
    let scan = |args: &[&str]| crate::support::keyscan(tree.path(), &[&["-f", "json"], args].concat()).json();
    let limits = |report: &Value| {
        let skipped = report["scan"]["skipped"].as_array().unwrap();
        skipped.iter().map(|one| text(&one["limit"]).unwrap_or_default()).collect::<Vec<_>>()
    };
    let all = scan(&[]);
    assert_eq!((keys(&all), limits(&all).len()), (3, 0));
    let one = scan(&["--max-archive-members", "1"]);
    assert_eq!(places(&one, &key(1)).len(), 1);
    assert_eq!(places(&one, &key(2)), []);
    assert_eq!(limits(&one), ["max-archive-members"]);
    let short = scan(&["--max-member-size", "2000"]);
    assert_eq!((places(&short, &key(1)).len(), limits(&short)), (1, vec!["max-member-size".to_owned()]));
    assert_eq!(places(&short, &key(3)).iter().map(|place| place.path.as_str()).collect::<Vec<_>>(), ["x.db!(unused)"]);
}

#[test]
fn databases_in_archives_are_opened() {
    use std::io::Write;

    let rows = [channel(8, &key(1), "a", &format!("https://{}", relay()))];
    let database = Database::new(1024, false).table("channels", CHANNELS, &rows).finish();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("data/one-api.db", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(&database).unwrap();
    let report = scan("backup.zip", zip.finish().unwrap().into_inner());
    assert_eq!(
        places(&report, &key(1)),
        [place("backup.zip!data/one-api.db!channels", 1, Some("key"), Some(&relay()))]
    );
}

/// A cell of a table with so much of a record, and where it goes on.
fn cell(length: u64, local: &[u8], overflow: u32) -> Vec<u8> {
    [varint(length), varint(1), local.to_vec(), overflow.to_be_bytes().to_vec()].concat()
}

/// A page with one cell at its end.
fn page_of(cell: &[u8], pointers: u16) -> Vec<u8> {
    let mut page = vec![13, 0, 0];
    page.extend(pointers.to_be_bytes());
    page.extend([0, 0, 0]);
    let at = (1024 - cell.len()) as u16;
    page.extend((0..pointers).flat_map(|_| at.to_be_bytes()));
    page.resize(usize::from(at), 0);
    page.extend(cell);
    page
}

#[test]
fn hostile_databases_are_read_as_far_as_they_go_and_listed() {
    let sound = || Database::new(1024, false).table("notes", "(body)", &[note(&format!("OPENAI_API_KEY={}", key(1)))]);
    let local = |length: u64| {
        let least = (1024 - 12) * 32 / 255 - 23;
        let fitting = least + (length - least) % 1020;
        if fitting <= 1024 - 35 { fitting as usize } else { least as usize }
    };
    let huge = |length: u64| vec![0x41; local(length)];
    let inner = |child: u32| [vec![5, 0, 0, 0, 0, 0, 0, 0], child.to_be_bytes().to_vec()].concat();
    let next = sound().pages() + 1;
    let table = |database: Database| database.entry("table", "odd", next, "CREATE TABLE odd(a)");
    let hostile: Vec<(&str, Database)> = vec![
        ("a page that is its own child", table(sound().page(&inner(next)))),
        ("two pages that are each other's", table(sound().page(&inner(next + 1)).page(&inner(next)))),
        ("a root that another table has", sound().entry("table", "twin", 2, "CREATE TABLE twin(a)")),
        ("a root that is not there", sound().entry("table", "far", u32::MAX, "CREATE TABLE far(a)")),
        ("a page of no tree", table(sound().page(b"what?"))),
        ("a row that goes on in itself", table(sound().page(&page_of(&cell(1 << 40, &huge(1 << 40), next), 1)))),
        ("a row of 2^63 bytes", table(sound().page(&page_of(&cell(1 << 63, &huge(1 << 63), 1), 1)))),
        ("a row of all bits", table(sound().page(&page_of(&cell(u64::MAX, &huge(u64::MAX), 0), 1)))),
        ("cells that are one and the same", table(sound().page(&page_of(&cell(5, b"\x02\x13abc", 0)[..7], 400)))),
        ("more cells than fit", table(sound().page(&[13, 0, 0, 0xff, 0xff, 0, 0, 0, 1, 2]))),
        ("a header behind the row", table(sound().page(&page_of(&cell(3, b"\xff\x7f\x01", 0), 1)))),
        ("a value behind the row", table(sound().page(&page_of(&cell(3, b"\x03\x8f\x7f", 0), 1)))),
    ];
    for (what, database) in hostile {
        let report = scan("x.db", database.finish());
        let places = places(&report, &key(1));
        assert!(places.contains(&place("x.db!notes", 1, Some("OPENAI_API_KEY"), None)), "{what}: {places:?}");
        assert!(places.iter().any(|place| place.path == "x.db"), "{what}: its own bytes are read as well");
        assert_eq!(skipped(&report), [("x.db".to_owned(), "unopened".to_owned())], "{what}");
    }
}

#[test]
fn what_only_begins_like_a_database_is_read_by_its_bytes() {
    let sound = Database::new(1024, false).table("notes", "(body)", &[note(&key(1))]).finish();
    let with = |at: usize, byte: u8| {
        let mut bytes = sound.clone();
        bytes[at] = byte;
        bytes
    };
    let cut = sound[..1500].to_vec();
    let text = format!("SQLite format 3\0 and OPENAI_API_KEY={}", key(1)).into_bytes();
    for (what, bytes) in [("size", with(17, 3)), ("text", with(59, 9)), ("fraction", with(21, 1)), ("text", text)] {
        let report = scan("x.db", &bytes);
        assert_eq!(places(&report, &key(1)).len(), 1, "{what}");
        assert_eq!(skipped(&report).len(), 1, "{what}");
    }
    assert_eq!(skipped(&scan("x.db", cut)).len(), 1);
    assert_eq!(skipped(&scan("x.db", &sound[..16])).len(), 1);
}

#[test]
fn mutations_never_break_the_reader() {
    let rows: Vec<Vec<Cell>> =
        (0..40).map(|row| channel(row, &format!("needle {row}"), &"x".repeat(row as usize * 60), "b")).collect();
    let sound = Database::new(512, false)
        .table("channels", CHANNELS, &rows)
        .table("options", "(k, v, PRIMARY KEY (k)) WITHOUT ROWID", &[vec!["a".into(), "b".into()]])
        .finish();
    let tree = Tree::new();
    let mut random = SplitMix64::new(6);
    for number in 0..2000 {
        let mut bytes = sound.clone();
        for _ in 0..=random.below(4) {
            // Heads of pages and of cells more often than texts.
            let page = random.below(bytes.len() / 512) * 512;
            let at = page + random.below(if number % 3 == 0 { 512 } else { 40 });
            bytes[at] = random.next() as u8;
        }
        if number % 50 == 0 {
            bytes.truncate(random.below(bytes.len()));
        }
        tree.write(&format!("{}/{number}.db", number % 40), bytes);
    }
    assert_eq!(files_of(&tree), 2000);
}
