//! Tar archives: of every age, and of people who want them read wrongly.

use super::*;

/// A header as its fields say, with the right sum.
fn header(name: &[u8], kind: u8, size: &[u8]) -> [u8; 512] {
    let mut block = [0; 512];
    block[..name.len()].copy_from_slice(name);
    block[100..108].copy_from_slice(b"0000644\0");
    block[124..124 + size.len()].copy_from_slice(size);
    block[156] = kind;
    summed(block)
}

fn summed(mut block: [u8; 512]) -> [u8; 512] {
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    block
}

/// A member as its header and content are, filled up to whole blocks.
fn member(name: &[u8], kind: u8, content: &[u8]) -> Vec<u8> {
    let size = format!("{:011o}", content.len());
    let mut bytes = [&header(name, kind, size.as_bytes())[..], content].concat();
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

fn record(key: &str, value: &str) -> String {
    let rest = key.len() + value.len() + 3;
    let length = (rest + 1..).find(|length| length.to_string().len() + rest == *length).unwrap();
    format!("{length} {key}={value}\n")
}

const END: [u8; 1024] = [0; 1024];

fn paths(archive: &[u8]) -> (Vec<String>, Vec<(String, SkipReason)>) {
    let (blobs, skipped) = read("a.tar", archive);
    (blobs.into_iter().map(|path| path.strip_prefix("a.tar!").unwrap_or(&path).to_owned()).collect(), skipped)
}

#[test]
fn of_every_age() {
    let long = format!("{}/x.env", "folder/".repeat(30));
    let wanted = (vec!["app/.env".to_owned()], none());
    assert_eq!(paths(&[member(b"app/.env", b'0', NEEDLE), END.to_vec()].concat()), wanted, "v7");
    assert_eq!(paths(&member(b"app/.env", 0, NEEDLE)), wanted, "older, without an end");
    let mut ustar = header(b".env", b'0', b"00000000014");
    ustar[257..265].copy_from_slice(b"ustar\x0000");
    ustar[345..348].copy_from_slice(b"app");
    assert_eq!(paths(&[&summed(ustar)[..], NEEDLE, &[0; 500]].concat()), wanted, "ustar");
    assert_eq!(paths(&tarred(&[(&long, NEEDLE)])).0, [long.replace("//", "/")], "GNU");
    let pax = record("mtime", "1.5") + &record("path", &long) + &record("size", "12");
    let lie = header(b"short", b'0', b"00000000001");
    let all = [&member(b"PaxHeaders/x", b'x', pax.as_bytes())[..], &lie, NEEDLE, &[0; 500], &END].concat();
    assert_eq!(paths(&all), (vec![long.replace("//", "/")], none()), "pax");
    let mut binary = header(b"app/.env", b'0', b"");
    binary[124] = 0x80;
    binary[135] = 12;
    assert_eq!(paths(&[&summed(binary)[..], NEEDLE, &[0; 500]].concat()), wanted, "binary size");
}

#[test]
fn places_are_those_in_the_member() {
    let tree = folder(&[]);
    let archive = tarred(&[("a.txt", b"one\ntwo needle-12345"), ("empty", b"")]);
    fs::write(tree.path().join("a.tgz"), stream("gz", &archive)).unwrap();
    let (blobs, outcome) = try_scan(&at(tree.path()), gate).unwrap();
    assert_eq!((blobs.len(), blobs[0].path.as_str(), &blobs[0].needles[..]), (1, "a.tgz!a.txt", &[(8, 2, 5, 5)][..]));
    assert_eq!((outcome.files, outcome.skipped), (1, vec![]));
}

#[test]
fn links_and_devices_are_passed_by() {
    let mut archive = Vec::new();
    for (kind, name) in b"1234567".iter().zip(["hard", "soft", "char", "block", "folder", "pipe", "file"]) {
        let mut block = header(name.as_bytes(), *kind, b"00000000000");
        block[157..168].copy_from_slice(b"/etc/passwd");
        archive.extend(summed(block));
    }
    // A link takes no room, whatever size it claims.
    archive.extend(header(b"link", b'1', b"00000777777"));
    archive.extend(member(b"folder", b'5', &[b'x'; 700]));
    archive.extend(member(b"a.txt", b'0', NEEDLE));
    archive.extend(END);
    assert_eq!(paths(&archive), (vec!["a.txt".to_owned()], none()));
}

#[test]
fn of_sparse_files_what_is_stored_is_read() {
    // GNU: the map goes on behind the header. It claims 4 GiB.
    let mut old = header(b"old", b'S', b"00000000014");
    old[257..265].copy_from_slice(b"ustar  \0");
    old[482] = 1;
    old[483..495].copy_from_slice(b"40000000000\0");
    let (mut more, last) = ([0; 512], [0; 512]);
    more[504] = 1;
    let old = [&summed(old)[..], &more, &last, NEEDLE, &[0; 500]].concat();
    // pax: the map stands in front of the content.
    let pax = record("GNU.sparse.name", "new") + &record("GNU.sparse.realsize", "4294967296");
    let new = [member(b"x", b'x', pax.as_bytes()), member(b"GNUSparseFile.0/new", b'0', b"1\n0\n12\nneedle-12345")];
    let archive = [&old[..], &new.concat(), &member(b"a.txt", b'0', NEEDLE), &END].concat();
    let wanted = ["a.txt", "new", "old"].map(str::to_owned).to_vec();
    assert_eq!(paths(&archive), (wanted, none()));
}

#[test]
fn archives_behind_an_archive_are_read() {
    let one = [member(b"a.txt", b'0', NEEDLE), END.to_vec()].concat();
    let all = [&one[..], &[0; 10 * 512], &one, &member(b"b.txt", b'0', NEEDLE)].concat();
    assert_eq!(paths(&all), (["a.txt", "a.txt", "b.txt"].map(str::to_owned).to_vec(), none()));
    let garbage = [&one[..], &[7; 2048]].concat();
    assert_eq!(paths(&garbage), (vec!["a.txt".to_owned()], none()));
}

#[test]
fn what_belongs_to_no_member_is_read() {
    let line = b"whatever, whatever needle-12345 whatever";
    let one = [member(b"a.txt", b'0', b"nothing"), END.to_vec()].concat();
    let unused = (vec!["(unused)".to_owned()], none());
    assert_eq!(paths(&[&one[..], line].concat()), unused, "behind the end");
    let long = [&one[..], &noise(100_000), line].concat();
    assert_eq!(paths(&long), unused, "far behind the end");
    let zip = [&one[..], &packed(&[("b.txt", NEEDLE)])].concat();
    assert_eq!(paths(&zip), (vec!["(unused)!b.txt".to_owned()], none()), "an archive behind the end");
    let mut room = one.clone();
    room[600..640].copy_from_slice(&line[..40]);
    assert_eq!(paths(&room), unused, "behind a content");
    let pax = record("comment", str::from_utf8(line).unwrap()) + &record("path", "b.txt");
    for kind in [b'x', b'g'] {
        assert_eq!(paths(&[&member(b"pax", kind, pax.as_bytes())[..], &one].concat()), unused, "a record");
    }
    assert_eq!(paths(&[&member(b"long", b'K', line)[..], &one].concat()), unused, "a long target");
    let mut link = header(b"link", b'2', b"00000000000");
    link[157..157 + line.len()].copy_from_slice(line);
    assert_eq!(paths(&[&summed(link)[..], &one].concat()), unused, "a target");
    // Against all rules: what can have no content has some.
    for kind in *b"23456" {
        let odd = [member(b"odd", kind, NEEDLE), one.clone()].concat();
        assert_eq!(paths(&odd), (vec!["odd".to_owned()], none()), "{}", char::from(kind));
    }
    let behind = [&header(b"link", b'1', b"00000000050")[..], line, &[0; 472], &one].concat();
    let damaged = vec![("a.tar".to_owned(), SkipReason::Unopened)];
    assert_eq!(paths(&behind), (vec!["(unused)".to_owned()], damaged), "it has no content, so this is damage");
    // What is named in ordinary archives is no member.
    let long = format!("{}/x.txt", "folder/".repeat(30));
    assert_eq!(paths(&tarred(&[(&long, b"nothing"), ("b", &[b'x'; 513])])), (vec![], none()));
}

#[test]
fn what_is_behind_a_damaged_header_is_read_and_the_archive_listed() {
    let mut hidden = member(b"hidden", b'0', b"nothing");
    hidden[3] ^= 1;
    let archive = [&member(b"a.txt", b'0', NEEDLE)[..], &hidden, &member(b"b.txt", b'0', NEEDLE), &END].concat();
    let tree = folder(&[]);
    let file = tree.path().join("a.tar");
    fs::write(&file, archive).unwrap();
    let wanted = ["a.tar!a.txt", "a.tar!b.txt"].map(str::to_owned).to_vec();
    assert_eq!(of(&at(&file)), (wanted, vec![("a.tar".to_owned(), SkipReason::Damaged)]));
}

#[test]
fn sizes_that_are_not_true_end_with_the_archive() {
    let huge = |bytes: [u8; 12]| {
        let mut block = header(b"a.txt", b'0', b"");
        block[124..136].copy_from_slice(&bytes);
        [&summed(block)[..], NEEDLE, &[0; 500]].concat()
    };
    let unopened = vec![("a.tar".to_owned(), SkipReason::Unopened)];
    for size in [[0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0], [0xbf; 12], *b"77777777777\0", *b"777777777777"] {
        assert_eq!(paths(&huge(size)), (vec!["a.txt".to_owned()], unopened.clone()), "{size:?}");
    }
    // Less than nothing: no header, so no archive.
    assert_eq!(paths(&huge([0xff; 12])).0, ["a.tar"]);
    // Names and records that claim gigabytes.
    for kind in [b'L', b'x', b'K', b'g'] {
        let claim = [&header(b"x", kind, b"77777777777")[..], &[b'9'; 5000]].concat();
        let archive = [member(b"a.txt", b'0', NEEDLE), claim].concat();
        assert_eq!(paths(&archive), (vec!["a.txt".to_owned()], unopened.clone()), "{}", char::from(kind));
    }
    for pax in ["999999999 path=x\n", "18446744073709551616 size=1\n", "22 size=1844674407370\n", "1 \n", " =\n"] {
        let archive = [member(b"x", b'x', pax.as_bytes()), member(b"a.txt", b'0', NEEDLE), END.to_vec()].concat();
        let (blobs, _) = paths(&archive);
        assert_eq!(blobs, ["a.txt"], "{pax}");
    }
}

#[test]
fn names_lead_nowhere() {
    for (name, wanted) in [
        (&b"../../etc/passwd"[..], "%2E%2E/%2E%2E/etc/passwd"),
        (b"/etc/passwd", "etc/passwd"),
        (b"./a.txt", "a.txt"),
        (b"c:\\x", "c%3A/x"),
        (b"in.tar!a", "in.tar%21a"),
        (b"caf\xe9", "caf%E9"),
        (b"/", "content"),
    ] {
        assert_eq!(paths(&[member(name, b'0', NEEDLE), END.to_vec()].concat()), (vec![wanted.to_owned()], none()));
    }
    let (blobs, _) = read("50%!.tar", &tarred(&[("a.txt", NEEDLE)]));
    assert_eq!(blobs, ["50%25%21.tar!a.txt"], "a path is written in one way from end to end");
}
