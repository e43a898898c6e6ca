//! Archives of `ar`: packages of Debian, libraries.

use super::*;

fn member(name: &str, content: &[u8]) -> Vec<u8> {
    let header = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 100_644, content.len());
    let room: &[u8] = if content.len() % 2 == 1 { b"\n" } else { b"" };
    [header.as_bytes(), content, room].concat()
}

fn archive(members: &[Vec<u8>]) -> Vec<u8> {
    [b"!<arch>\n".to_vec(), members.concat()].concat()
}

#[test]
fn members_are_read_and_opened() {
    let data = stream("xz", &tarred(&[("etc/app/.env", NEEDLE)]));
    let package = [member("debian-binary", b"2.0\n"), member("data.tar.xz", &data)];
    assert_eq!(read("a.deb", &archive(&package)), (vec!["a.deb!data.tar.xz!etc/app/.env".to_owned()], none()));
    let table = b"a-long-name-of-an-object.o/\nanother-long-name.o/\n";
    let library = [
        member("/", &[0; 4]),
        member("//", table),
        member("/28", NEEDLE),
        member("short.o/", NEEDLE),
        member("odd", b"x"),
    ];
    let wanted = ["another-long-name.o", "short.o"].map(|name| format!("a.a!{name}")).to_vec();
    assert_eq!(read("a.a", &archive(&library)), (wanted, none()));
    let bsd = [member("#1/20", &[&b"a-long-name.o\0\0\0\0\0\0\0"[..], NEEDLE].concat())];
    assert_eq!(read("b.a", &archive(&bsd)), (vec!["b.a!a-long-name.o".to_owned()], none()));
    let nested = packed(&[("a.deb", &archive(&package))]);
    assert_eq!(read("a.zip", &nested).0, ["a.zip!a.deb!data.tar.xz!etc/app/.env"]);
}

#[test]
fn what_is_no_archive_or_breaks_off_is_read_as_far_as_it_goes() {
    let text = [&b"!<arch>\n is how an archive begins, and this is none: "[..], NEEDLE, &[b'x'; 100]].concat();
    let (blobs, skipped) = read("a.txt", &text);
    assert_eq!(blobs.iter().filter(|path| *path == "a.txt").count(), 1, "{blobs:?}");
    assert_eq!(skipped, [("a.txt".to_owned(), SkipReason::Unopened)]);
    let cut = [archive(&[member("a", NEEDLE)]), member("b", &[b'x'; 500])[..200].to_vec()].concat();
    assert_eq!(read("a.a", &cut), (vec!["a.a!a".to_owned()], vec![("a.a".to_owned(), SkipReason::Unopened)]));
    let huge =
        [archive(&[member("a", NEEDLE)]), b"b                                               99999999999`\n".to_vec()];
    assert_eq!(read("a.a", &huge.concat()).0, ["a.a!a"]);
    let behind =
        [archive(&[member("a", b"x")]), b"nothing that is a header, but needle-12345 is in it".to_vec()].concat();
    assert_eq!(read("a.a", &behind).0, ["a.a!(unused)"]);
}
