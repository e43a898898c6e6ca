//! Zip archives: however they are written and whatever they are called.

use super::*;

#[test]
fn members_are_blobs_under_any_name_of_the_archive() {
    let archive = packed(&[("conf/.env", b"A=1"), ("a.txt", NEEDLE), ("b.txt", b"nothing")]);
    for name in ["backup.zip", "app.jar", "a-1.0-py3-none-any.whl", "app.apk", "letter.docx", "x.vsix", "x.nupkg", "x"]
    {
        let (blobs, skipped) = read(name, &archive);
        assert_eq!(blobs, [format!("{name}!a.txt"), format!("{name}!conf/.env")], "the second by its name alone");
        assert_eq!(skipped, none());
    }
}

#[test]
fn an_extension_of_chrome_is_an_archive_behind_its_signature() {
    let mut signed = b"Cr24\x03\0\0\0\x10\0\0\0signature-signat".to_vec();
    signed.extend(packed(&[("background.js", NEEDLE)]));
    assert_eq!(read("a.crx", &signed), (vec!["a.crx!background.js".to_owned()], none()));
    let (blobs, _) = read("a.crx", b"Cr24 needle-12345");
    assert_eq!(blobs, ["a.crx"], "what only begins so is read as it is");
}

#[test]
fn places_and_origins_are_those_of_the_file() {
    let tree = folder(&[("app/package.json", "{}")]);
    fs::write(tree.path().join("app/backup.zip"), packed(&[("a.txt", b"one\ntwo needle-12345")])).unwrap();
    let (blobs, outcome) = try_scan(&at(tree.path()), gate).unwrap();
    let member = blobs.iter().find(|blob| blob.path == "app/backup.zip!a.txt").unwrap();
    assert_eq!(member.needles, [(8, 2, 5, 5)]);
    assert_eq!((member.exposure, member.service.as_deref()), (Exposure::OutsideGit, Some("app")));
    assert!(member.shown.ends_with("app/backup.zip!a.txt"), "{}", member.shown);
    assert_eq!(outcome.files, 2);
}

#[test]
fn archives_of_every_size_are_opened() {
    let filler =
        |length: usize| (0..length).map(|at| (at as u32).wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
    for length in [0, 64 * 1024 - 300, 64 * 1024, 300 * 1024, 17 * 1024 * 1024] {
        let filler: Vec<u8> = filler(length);
        let archive = written(CompressionMethod::Stored, &[("filler", &filler), ("a.txt", NEEDLE)]);
        // `config.zip` is looked at for its name, too.
        for name in ["a.zip", "config.zip"] {
            assert_eq!(read(name, &archive), (vec![format!("{name}!a.txt")], none()), "{name} of {length} bytes");
        }
    }
}

#[test]
fn names_are_text_and_nothing_else() {
    let names: [(&[u8], &str); 11] = [
        (b"../../etc/passwd", "a.zip!%2E%2E/%2E%2E/etc/passwd"),
        (b"/etc/passwd", "a.zip!etc/passwd"),
        (b"//x/./y", "a.zip!x/y"),
        (b"C:\\x\\..\\y", "a.zip!C%3A/x/%2E%2E/y"),
        (b"b.zip!c.txt", "a.zip!b.zip%21c.txt"),
        (b"100%", "a.zip!100%"),
        (b"conf\\prod\\x", "a.zip!conf/prod/x"),
        (b"a\x1b[31m\x07", "a.zip!a\u{1b}[31m\u{7}"),
        (b"caf\xe9%", "a.zip!caf%E9%25"),
        (b"secret.txt", "a.zip![key].txt"),
        (b"", "a.zip!content"),
    ];
    for (name, wanted) in names {
        let tree = folder(&[]);
        fs::write(tree.path().join("a.zip"), Raw::default().member(name, NEEDLE).finish()).unwrap();
        let (blobs, outcome) = try_scan(&at(tree.path()), gate).unwrap();
        assert_eq!(names_of(&blobs), [wanted]);
        assert_eq!(outcome.skipped, []);
        assert_eq!(fs::read_dir(tree.path()).unwrap().count(), 1, "nothing was written");
    }
}

fn names_of(blobs: &[Seen]) -> Vec<&str> {
    blobs.iter().map(|blob| blob.path.as_str()).collect()
}

#[test]
fn of_members_with_one_name_all_are_read() {
    let archive = Raw::default().member(b"a.txt", NEEDLE).member(b"a.txt", b"harmless").member(b"a.txt", NEEDLE);
    assert_eq!(read("a.zip", &archive.finish()), (vec!["a.zip!a.txt".to_owned(); 2], none()));
}

#[test]
fn bombs_stop_at_the_limits() {
    // A member that unpacks to a thousand times its size: its beginning is looked at.
    let zeros = vec![0; 4 * 1024 * 1024];
    let bomb = packed(&[("zeros", &zeros), ("a.txt", NEEDLE)]);
    assert_eq!(read("a.zip", &bomb), (vec!["a.zip!a.txt".to_owned()], limit("a.zip!zeros")));
    // Up to 1 MiB nothing is measured.
    assert_eq!(read("a.zip", &packed(&[("zeros", &zeros[..1024 * 1024]), ("a.txt", NEEDLE)])).1, none());

    // Members that share their bytes.
    let content = NEEDLE.repeat(100);
    let mut shared = Raw::default().member(b"a.txt", &content);
    for _ in 0..100 {
        shared = shared.listed(b"a.txt", &content, 0, 0);
    }
    let (blobs, skipped) = read("a.zip", &shared.finish());
    assert_eq!((blobs.len() > 1, blobs.len() < 20, skipped), (true, true, limit("a.zip!a.txt")), "{}", blobs.len());
}

#[test]
fn an_archive_that_holds_itself_comes_to_an_end() {
    // Nested archives of the greatest depth, each with two of the next.
    let mut archive = packed(&[("a.txt", NEEDLE)]);
    for _ in 0..8 {
        archive = packed(&[("1.zip", &archive), ("2.zip", &archive)]);
    }
    let (blobs, skipped) = read("a.zip", &archive);
    assert_eq!((blobs.len(), skipped.len()), (0, 32), "{skipped:?}");
}

#[test]
fn what_cannot_be_unpacked_is_listed() {
    let sound = || Raw::default().member(b"a.txt", NEEDLE);
    let encrypted = sound().listed(b"b.txt", NEEDLE, 0, 1).finish();
    let mut damaged = sound().member(b"b.txt", b"0123456789").member(b"c.txt", NEEDLE).finish();
    let at_content = memchr::memmem::find(&damaged, b"0123456789").unwrap();
    damaged[at_content] = b'X';
    for (archive, blobs, path, reason) in [
        (&encrypted, vec!["a.txt"], "", SkipReason::Encrypted),
        (&damaged, vec!["a.txt", "c.txt"], "!b.txt", SkipReason::Damaged),
    ] {
        let tree = folder(&[]);
        let file = tree.path().join("a.zip");
        fs::write(&file, archive).unwrap();
        let wanted: Vec<String> = blobs.iter().map(|name| format!("a.zip!{name}")).collect();
        let listed = |reason| vec![(format!("a.zip{path}"), reason)];
        // Found on the way it is a note; asked for, or committed, something is missing.
        assert_eq!(of(&at(tree.path())), (wanted.clone(), listed(SkipReason::Unopened)));
        assert_eq!(of(&at(&file)), (wanted.clone(), listed(reason)));
        assert_eq!(of(&Options { assume_committed: true, ..at(tree.path()) }), (wanted, listed(reason)));
    }
    for incomplete in [SkipReason::Encrypted, SkipReason::Damaged] {
        assert_eq!(incomplete.effect().as_str(), "incomplete");
    }
    assert_eq!(SkipReason::Unopened.effect().as_str(), "note");
}

#[test]
fn a_cut_archive_is_read_as_far_as_it_goes() {
    let archive = packed(&[("a.txt", NEEDLE), ("b.txt", NEEDLE), ("c.txt", NEEDLE)]);
    let directory = memchr::memmem::find(&archive, b"PK\x01\x02").unwrap();
    let tree = folder(&[]);
    let file = tree.path().join("a.zip");
    fs::write(&file, &archive[..directory - 5]).unwrap();
    let (blobs, skipped) = of(&at(&file));
    assert!(blobs.starts_with(&["a.zip!a.txt".to_owned(), "a.zip!b.txt".to_owned()]), "{blobs:?}");
    assert!(skipped.contains(&("a.zip".to_owned(), SkipReason::Unopened)), "a note: {skipped:?}");
}

/// The archive without the first entry of its directory.
fn hidden(archive: &[u8]) -> Vec<u8> {
    let places: Vec<usize> = memchr::memmem::find_iter(archive, b"PK\x01\x02").collect();
    let end = memchr::memmem::rfind(archive, b"PK\x05\x06").unwrap();
    let mut hidden = [&archive[..places[0]], &archive[places[1]..]].concat();
    let end = end - (places[1] - places[0]);
    for at in [end + 8, end + 10] {
        hidden[at] -= 1;
    }
    let length = (end - places[0]) as u32;
    hidden[end + 12..end + 16].copy_from_slice(&length.to_le_bytes());
    hidden
}

#[test]
fn members_that_no_directory_lists_are_read() {
    use ::zip::write::StreamWriter;
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let archive = written(method, &[("a.txt", NEEDLE), ("b.txt", NEEDLE), ("c.txt", NEEDLE)]);
        let wanted = ["a", "b", "c"].map(|name| format!("a.zip!{name}.txt")).to_vec();
        assert_eq!(read("a.zip", &hidden(&archive)), (wanted.clone(), none()), "{method}");
        assert_eq!(read("a.zip", &hidden(&hidden(&archive))), (wanted.clone(), none()), "{method}");
        // Lengths and sums behind the contents.
        let mut zip = ZipWriter::new_stream(Vec::new());
        for name in ["a.txt", "b.txt", "c.txt"] {
            zip.start_file(name, SimpleFileOptions::default().compression_method(method)).unwrap();
            zip.write_all(NEEDLE).unwrap();
        }
        let streamed = StreamWriter::into_inner(zip.finish().unwrap());
        assert_eq!(read("a.zip", &streamed), (wanted.clone(), none()), "{method}");
        assert_eq!(read("a.zip", &hidden(&streamed)), (wanted.clone(), none()), "{method}, streamed");
        let cut = &streamed[..memchr::memmem::rfind(&streamed, b"PK\x03\x04").unwrap() + 4];
        let unopened = vec![("a.zip".to_owned(), SkipReason::Unopened)];
        assert_eq!(read("a.zip", cut), (wanted[..2].to_vec(), unopened), "{method}, streamed and cut");
    }
}

#[test]
fn archives_behind_each_other_are_read() {
    let archives: Vec<u8> = (0..8).flat_map(|number| packed(&[(&format!("{number}.txt"), NEEDLE)])).collect();
    let wanted: Vec<String> = (0..8).map(|number| format!("a.zip!{number}.txt")).collect();
    assert_eq!(read("a.zip", &archives), (wanted, none()));
}

#[test]
fn what_belongs_to_no_member_is_read() {
    let line = b"whatever, whatever needle-12345 whatever";
    let unused = (vec!["a.zip!(unused)".to_owned()], none());
    let sound = |name: &[u8]| Raw::default().member(name, b"nothing");
    let mut comment = sound(b"a.txt").finish();
    let length = comment.len();
    comment[length - 2] = line.len() as u8;
    assert_eq!(read("a.zip", &[&comment[..], line].concat()), unused, "the comment of an archive");
    assert_eq!(read("a.zip", &[&sound(b"a.txt").finish()[..], line].concat()), unused, "behind the end");
    let mut between = sound(b"a.txt");
    between.bytes.extend(line);
    assert_eq!(read("a.zip", &between.member(b"b.txt", b"nothing").finish()), unused, "between members");
    let folder = Raw::default().member(b"folder/", NEEDLE).finish();
    assert_eq!(read("a.zip", &folder), (vec!["a.zip!folder".to_owned()], none()), "a folder with content");
    // An extra field and a comment, each in the directory alone.
    for place in [30, 32] {
        let mut archive = sound(b"a.txt");
        archive.directory[place] = line.len() as u8 + 4;
        archive.directory.extend([&[0x75, 0x63, line.len() as u8, 0][..], line].concat());
        assert_eq!(read("a.zip", &archive.finish()), unused, "{place}");
    }
    let mut extra = Raw::default().member(b"", b"nothing");
    let mut bytes = extra.bytes.split_off(30);
    extra.bytes[28] = line.len() as u8;
    extra.bytes.extend(line);
    extra.bytes.append(&mut bytes);
    assert_eq!(read("a.zip", &extra.finish()), unused, "the extra field in front of a member");
    // What programs write there on their own is nothing.
    assert_eq!(read("a.zip", &packed(&[("needle-12345-and-more-of-it.txt", b"nothing")])), (vec![], none()));
}

#[test]
fn every_common_way_to_pack_a_member_is_known() {
    for (number, method) in [(14, "lzma"), (93, "zst"), (95, "xz"), (12, "bz2")] {
        let mut content = stream(method, NEEDLE);
        if method == "lzma" {
            // The properties behind a version and their length, and no length of the content.
            content = [&[9, 20, 5, 0][..], &content[..5], &content[13..]].concat();
        }
        let mut archive = Raw::default().member(b"a.txt", &content);
        let pack = |bytes: &mut Vec<u8>, at: usize| {
            bytes[at] = number;
            bytes[at + 6..at + 10].copy_from_slice(&crc32(NEEDLE).to_le_bytes());
            bytes[at + 14..at + 18].copy_from_slice(&(NEEDLE.len() as u32).to_le_bytes());
        };
        pack(&mut archive.bytes, 8);
        pack(&mut archive.directory, 10);
        assert_eq!(read("a.zip", &archive.finish()), (vec!["a.zip!a.txt".to_owned()], none()), "{method}");
    }
    // One that is not is no damage.
    let mut archive = Raw::default().member(b"a.txt", NEEDLE);
    (archive.bytes[8], archive.directory[10]) = (97, 97);
    let tree = folder(&[]);
    let file = tree.path().join("a.zip");
    fs::write(&file, archive.finish()).unwrap();
    assert_eq!(of(&at(&file)), (vec![], vec![("a.zip!a.txt".to_owned(), SkipReason::Unsupported)]));
}

#[test]
fn what_only_begins_like_an_archive_is_read_as_it_is() {
    let text = [b"PK\x03\x04 ", NEEDLE].concat();
    let (blobs, skipped) = read("notes.txt", &text);
    assert_eq!((blobs, skipped), (vec!["notes.txt".to_owned()], vec![("notes.txt".to_owned(), SkipReason::Unopened)]));
}

/// An archive that was committed and is gone, by the program: its members have the path, the commit and the exposure.
#[test]
fn archives_of_the_history_are_opened() {
    let tree = folder(&[]);
    let git = |args: &[&str]| {
        let mut git = std::process::Command::new("git");
        git.args(args).current_dir(tree.path()).env_clear();
        for name in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{name}_NAME"), "A").env(format!("GIT_{name}_EMAIL"), "a@x.example");
        }
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("PATH", "/usr/bin:/bin");
        git.output().is_ok_and(|output| output.status.success())
    };
    if !git(&["init", "-q"]) {
        return println!("skipped: no git program here");
    }
    let inner = packed(&[("conf/a.txt", NEEDLE)]);
    fs::write(tree.path().join("backup.zip"), packed(&[("in.zip", &inner), ("b.txt", b"nothing")])).unwrap();
    fs::write(tree.path().join("harmless.zip"), packed(&[("b.txt", b"nothing")])).unwrap();
    fs::write(tree.path().join("locked.zip"), Raw::default().listed(b"b.txt", NEEDLE, 0, 1).member(b"a", b"").finish())
        .unwrap();
    assert!(
        git(&["add", "-A"])
            && git(&["commit", "-qm", "one"])
            && git(&["rm", "-qr", "."])
            && git(&["commit", "-qm", "two"])
    );
    let history = Options { mode: keyscan::source::Mode::History, ..at(tree.path()) };
    let (mut blobs, outcome) = try_scan(&history, gate).unwrap();
    blobs.retain(|blob| blob.exposure != Exposure::GitMetadata);
    assert_eq!(exposures(&blobs), [("backup.zip!in.zip!conf/a.txt", Exposure::History)]);
    assert_eq!(blobs[0].needles.len(), 1);
    assert_eq!(skipped(&outcome), [("locked.zip", SkipReason::Unopened)]);
}

#[test]
fn long_members_are_cut_into_windows() {
    let mut text: Vec<u8> = (0..18_000_000_u32).map(|at| b'a' + (at.wrapping_mul(2_654_435_761) >> 28) as u8).collect();
    let far = 17_000_000;
    text[far..far + NEEDLE.len()].copy_from_slice(NEEDLE);
    let tree = folder(&[]);
    fs::write(tree.path().join("a.zip"), packed(&[("long.txt", &text)])).unwrap();
    let (blobs, outcome) = try_scan(&at(tree.path()), gate).unwrap();
    let needles: Vec<_> = blobs.iter().flat_map(|blob| blob.needles.clone()).collect();
    assert_eq!(needles, [(far as u64, 1, far as u64 + 1, far as u64 + 1)]);
    assert_eq!(outcome.skipped, []);
}

/// By the program: what is in one archive goes together, and with nothing outside of it.
#[test]
fn an_archive_is_a_project_of_its_own() {
    use crate::support::{expand, findings, keyscan, occurrences};
    let key = |seed| expand("sk-proj-{74}T3{}BlbkFJ{74}", seed);
    let (env, base) = (format!("OPENAI_API_KEY={}\n", key(1)), "OPENAI_BASE_URL=https://api.ohmygpt.com/v1\n");
    let config = format!("{{\"openai_api_key\": \"{}\"}}", key(2));
    let tree = folder(&[(".env", &format!("OPENAI_API_KEY={}\n", key(3)))]);
    fs::write(tree.path().join("a.zip"), packed(&[("c/.env", (env + base).as_bytes())])).unwrap();
    fs::write(tree.path().join("b.zip"), packed(&[("c/config.json", config.as_bytes())])).unwrap();
    let report = keyscan(tree.path(), &["--format", "json", "--min-severity", "info", "--exit-zero", "."]).json();
    let mut receivers: Vec<(String, Option<String>)> = Vec::new();
    for place in findings(&report).iter().filter(|one| one["key"].is_object()).flat_map(occurrences) {
        let host = place["endpoint"]["host"].as_str().map(str::to_owned);
        receivers.push((place["path"].as_str().unwrap().to_owned(), host));
    }
    receivers.sort();
    let relay = Some("api.ohmygpt.com".to_owned());
    let wanted = [(".env", None), ("a.zip!c/.env", relay), ("b.zip!c/config.json", None)];
    assert_eq!(receivers, wanted.map(|(path, host)| (path.to_owned(), host)));
}

#[test]
fn members_packed_in_other_ways_are_read() {
    for (number, method) in [(12_u16, "bz2"), (93, "zst"), (95, "xz")] {
        let content = [&noise(5000)[..], NEEDLE].concat();
        let packed = stream(method, &content);
        let mut archive = Raw::default().member(b"a.txt", &packed).finish();
        // Both headers say how it is packed.
        let directory = memchr::memmem::find(&archive, b"PK\x01\x02").unwrap();
        for at in [8, directory + 10] {
            archive[at..at + 2].copy_from_slice(&number.to_le_bytes());
            archive[at + 6..at + 10].copy_from_slice(&crc32(&content).to_le_bytes());
        }
        assert_eq!(read("a.zipx", &archive), (vec!["a.zipx!a.txt".to_owned()], none()), "{method}");
    }
}

#[test]
fn an_archive_with_a_comment_behind_a_script_is_found() {
    let mut archive = packed(&[("a.txt", NEEDLE)]);
    let length = archive.len();
    for (script, comment) in [("#!/bin/sh\nexit\n", "made by x"), ("MZ program\n", &"long ".repeat(13_000))] {
        archive[length - 2..].copy_from_slice(&(comment.len() as u16).to_le_bytes());
        for filler in ["", &"#\n".repeat(50_000)] {
            let tool = [script.as_bytes(), filler.as_bytes(), &archive, comment.as_bytes()].concat();
            assert_eq!(read("tool", &tool), (vec!["tool!a.txt".to_owned()], none()), "{}", tool.len());
            // The length of a comment is no other's.
            assert_eq!(read("tool", &[&tool[..], b"more"].concat()), (vec![], none()));
        }
    }
}

#[test]
fn an_archive_behind_a_script_is_read_with_the_script() {
    for length in [10, 100_000] {
        let script = [b"#!/usr/bin/env python3\n# needle-12345\n".to_vec(), vec![b' '; length]].concat();
        let stored = written(CompressionMethod::Stored, &[("__main__.py", NEEDLE), ("b", &noise(70_000))]);
        let deflated = packed(&[("__main__.py", NEEDLE), ("b", &noise(70_000))]);
        for archive in [stored, deflated] {
            let tool = [&script[..], &archive].concat();
            let wanted = vec!["tool.pyz".to_owned(), "tool.pyz!__main__.py".to_owned()];
            assert_eq!(read("tool.pyz", &tool), (wanted, none()), "{length}");
        }
    }
    let script = [&b"#!/bin/sh\n"[..], NEEDLE, b"PK\x05\x06", &[0; 6], &[1, 0], &[0; 10]].concat();
    assert_eq!(read("a", &script).0, ["a"], "what only ends so is read as it is");
}
