//! Packed streams: gzip, bzip2, xz, lzma, zstd.

use super::*;

#[test]
fn a_packed_file_has_one_member() {
    let text = [&b"one\n"[..], &noise(70_000), b"\n two ", NEEDLE].concat();
    for method in METHODS {
        let packed = stream(method, &text);
        for (name, member) in [(format!("x.log.{method}"), "x.log"), ("blob".to_owned(), "content")] {
            let (blobs, skipped) = read(&name, &packed);
            assert_eq!((blobs, skipped), (vec![format!("{name}!{member}")], none()), "{method}");
        }
    }
    assert_eq!(read("x.gz", &stream("gz", b"nothing")), (vec![], none()));
    assert_eq!(read(".env.gz", &stream("gz", b"A=1")), (vec![".env.gz!.env".to_owned()], none()), "by its name alone");
    assert_eq!(read("x.gz", &stream("gz", b"")), (vec![], none()));
}

#[test]
fn streams_behind_each_other_are_one() {
    for method in ["gz", "bz2", "xz", "zst"] {
        let parts: Vec<u8> = [&b"needle-"[..], b"", b"12345", &noise(9999)].map(|part| stream(method, part)).concat();
        let name = format!("a.{method}");
        assert_eq!(read(&name, &parts), (vec![format!("{name}!a")], none()), "{method}");
        let padded = [&parts[..], &[0; 512], &parts[..], &[0; 512]].concat();
        assert_eq!(read(&name, &padded), (vec![format!("{name}!a")], none()), "{method}, with zeros");
    }
}

#[test]
fn what_follows_behind_a_stream_is_read() {
    for method in METHODS {
        let (packed, name) = (stream(method, b"nothing"), format!("a.{method}"));
        let behind = |bytes: &[u8]| read(&name, &[&packed[..], bytes].concat());
        let unused = (vec![format!("{name}!(unused)")], none());
        assert_eq!(behind(b"\nwhatever, whatever needle-12345\n"), unused, "{method}: a line");
        assert_eq!(behind(&[&noise(200_000)[..], NEEDLE].concat()), unused, "{method}: more than is held");
        let archive = packed_in_zip();
        assert_eq!(behind(&archive), (vec![format!("{name}!(unused)!a.txt")], none()), "{method}: an archive");
        assert_eq!(behind(&[0; 5000]), (vec![], none()), "{method}: nothing was ever written there");
        assert_eq!(behind(b"garbage"), (vec![], none()), "{method}: shorter than any key");
    }
}

fn packed_in_zip() -> Vec<u8> {
    packed(&[("a.txt", NEEDLE)])
}

#[test]
fn streams_of_lzma_with_any_properties_are_known() {
    use lzma_rust2::{LzmaOptions, LzmaWriter};
    for (lc, lp, pb, window) in [(3, 0, 2, 5 << 20), (1, 2, 0, 1 << 16), (0, 0, 4, 3 << 20), (3, 0, 2, 1 << 20)] {
        let mut options = LzmaOptions::with_preset(1);
        (options.lc, options.lp, options.pb, options.dict_size) = (lc, lp, pb, window);
        let mut packed = Vec::new();
        let mut writer = LzmaWriter::new_use_header(&mut packed, &options, None).unwrap();
        writer.write_all(NEEDLE).unwrap();
        writer.finish().unwrap();
        assert_eq!(read("a.lzma", &packed), (vec!["a.lzma!a".to_owned()], none()), "{lc} {lp} {pb} {window}");
    }
    // Numbers of another format are none.
    let mut numbers = vec![93, 0, 16, 0, 0, 7];
    numbers.extend([1; 500]);
    assert_eq!(read("numbers.bin", &numbers), (vec![], none()));
}

#[test]
fn texts_beside_what_is_packed_are_read() {
    let text = b"a comment that nobody sees, with needle-12345";
    let mut packed = Vec::new();
    let builder = flate2::GzBuilder::new().comment(&text[..]).filename("nothing");
    builder.write(&mut packed, flate2::Compression::default()).write_all(b"nothing").unwrap();
    assert_eq!(read("a.gz", &packed), (vec!["a.gz!(unused)".to_owned()], none()));
    let frame = |length: u32, text: &[u8]| [&[0x50, 0x2a, 0x4d, 0x18][..], &length.to_le_bytes(), text].concat();
    let all = [frame(text.len() as u32, text), stream("zst", b"nothing")].concat();
    assert_eq!(read("a.zst", &all), (vec!["a.zst!(unused)".to_owned()], none()));
    // More of it than is kept is listed.
    let long = [noise(2_000_000), NEEDLE.to_vec()].concat();
    let all = [frame(long.len() as u32, &long), stream("zst", b"nothing")].concat();
    assert_eq!(read("a.zst", &all), (vec![], limit("a.zst")));
}

#[test]
fn frames_of_zstd_that_are_to_be_skipped_are() {
    let skip = [&[0x53, 0x2a, 0x4d, 0x18, 5, 0, 0, 0][..], b"aside"].concat();
    let all = [&skip[..], &stream("zst", b"needle-"), &skip, &skip, &stream("zst", b"12345"), &skip].concat();
    assert_eq!(read("a.zst", &all), (vec!["a.zst!a".to_owned()], none()));
    assert_eq!(read("a.zst", &skip), (vec![], none()));
    let (_, skipped) = read("a.zst", &[&stream("zst", b"a")[..], &skip[..10]].concat());
    assert_eq!(skipped, [("a.zst".to_owned(), SkipReason::Unopened)]);
}

#[test]
fn a_stream_that_breaks_off_is_read_as_far_as_it_goes() {
    let text = [NEEDLE, &noise(3_000_000)].concat();
    for method in METHODS {
        let packed = stream(method, &text);
        let name = format!("a.{method}");
        let tree = folder(&[]);
        let file = tree.path().join(&name);
        fs::write(&file, &packed[..packed.len() - 9]).unwrap();
        let wanted = (vec![format!("{name}!a")], vec![(name.clone(), SkipReason::Unopened)]);
        assert_eq!(of(&at(&file)), wanted, "{method}: nothing is left to be read");
        if method == "zst" {
            continue; // What does not pack stands there as it is, and nothing tells that it has changed.
        }
        let mut damaged = packed.clone();
        for byte in &mut damaged[packed.len() * 9 / 10..][..2000] {
            *byte ^= 0x5a;
        }
        fs::write(&file, damaged).unwrap();
        let (blobs, skipped) = of(&at(&file));
        assert_eq!((blobs, skipped.len()), (wanted.0, 1), "{method}");
        assert_eq!(skipped[0].0, name);
    }
}

#[test]
fn what_only_begins_like_a_stream_is_read_as_it_is() {
    let text = [&[0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 0, 3, 0xff, 0xff, 7, 7][..], NEEDLE].concat();
    assert_eq!(read("notes", &text), (vec!["notes".to_owned()], vec![("notes".to_owned(), SkipReason::Unopened)]));
}

#[test]
fn long_content_is_cut_into_windows() {
    let mut text: Vec<u8> = noise(20_000_000).into_iter().map(|byte| b'a' + byte % 16).collect();
    let far = 19_000_000;
    for at in [100, far] {
        text[at..at + NEEDLE.len()].copy_from_slice(NEEDLE);
    }
    let tree = folder(&[]);
    fs::write(tree.path().join("long.txt.gz"), stream("gz", &text)).unwrap();
    fs::write(tree.path().join("long.tar"), tarred(&[("long.txt", &text)])).unwrap();
    let (blobs, outcome) = try_scan(&at(tree.path()), gate).unwrap();
    for path in ["long.txt.gz!long.txt", "long.tar!long.txt"] {
        let mut offsets: Vec<u64> =
            blobs.iter().filter(|blob| blob.path == path).flat_map(|blob| &blob.needles).map(|at| at.0).collect();
        offsets.sort_unstable();
        assert_eq!(offsets, [100, far as u64], "{path}");
    }
    assert_eq!(outcome.skipped, []);
}

#[test]
fn standard_input_is_read_from_front_to_back() {
    let long = [&noise(18_000_000)[..], NEEDLE].concat();
    let short = [(".env", NEEDLE), ("b", &b"nothing"[..])];
    for (name, archive, member) in [
        ("x.log.gz", stream("gz", NEEDLE), "x.log"),
        ("x.tar", tarred(&short), ".env"),
        ("x.tar.gz", stream("gz", &tarred(&short)), ".env"),
        ("x.zip", packed(&short), ".env"),
        ("x.log.gz", stream("gz", &long), "x.log"),
        ("x.tar", tarred(&[("a", &long), ("b", b"")]), "a"),
        ("x.zip", written(CompressionMethod::Stored, &[("a", &long)]), "a"),
    ] {
        let blobs = Mutex::new(Vec::new());
        let sink = |blob: &Blob<'_>| blobs.lock().unwrap().push(blob.origin.path.text.clone());
        let redact = |text: &str| text.to_owned();
        let outcome = stdin(&archive[..], Some(name), None, Limits::default(), &gate, &redact, &sink);
        assert_eq!(blobs.into_inner().unwrap(), [format!("{name}!{member}")]);
        assert_eq!((outcome.skipped, outcome.bytes), (vec![], archive.len() as u64), "{name}");
    }
}
