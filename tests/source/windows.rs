//! Files longer than one piece, and streams: no cut loses or moves anything.

use super::*;

#[test]
fn no_needle_is_lost_at_the_edge_of_a_piece() {
    const PIECE: usize = 64 * 1024;
    let tree = tempfile::tempdir().unwrap();
    let path = tree.path().join("file.bin");
    for length in [PIECE - 3, PIECE, PIECE + 7, 3 * PIECE + 100] {
        for edge in [PIECE, 2 * PIECE, length] {
            for place in edge.saturating_sub(14)..=edge + 2 {
                if place + NEEDLE.len() > length {
                    continue;
                }
                let mut bytes = vec![b'.'; length];
                bytes[place..place + NEEDLE.len()].copy_from_slice(NEEDLE);
                fs::write(&path, &bytes).unwrap();
                let (blobs, _) = try_scan(&Options { threads: 1, ..at(tree.path()) }, gate).unwrap();
                assert_eq!(blobs.len(), 1, "{length} {place}");
                assert_eq!(blobs[0].needles[0].0, place as u64);
                assert_eq!(blobs[0].core, (0, length as u64));
            }
        }
    }
}

/// Text with characters of all lengths, one long line among short ones, and needles where windows are cut.
fn large_text(length: usize, needles: &[usize]) -> Vec<u8> {
    let line = "aé漢𝄞 x\n".repeat(50) + &"長い行🦀".repeat(40_000) + "\n";
    let mut bytes: Vec<u8> = line.bytes().cycle().take(length).collect();
    for &place in needles {
        // No half character in front of a needle or behind it, so that every way of counting agrees.
        let mut begin = place;
        while bytes[begin] & 0xC0 == 0x80 {
            begin -= 1;
        }
        let mut end = place + NEEDLE.len();
        while end < bytes.len() && bytes[end] & 0xC0 == 0x80 {
            end += 1;
        }
        bytes[begin..end].fill(b'-');
        bytes[place..place + NEEDLE.len()].copy_from_slice(NEEDLE);
    }
    let mut end = bytes.len();
    while std::str::from_utf8(&bytes[..end]).is_err() {
        end -= 1;
    }
    bytes.truncate(end);
    bytes
}

/// Line and columns of every needle, counted the plain way.
fn positions(bytes: &[u8]) -> Vec<(u64, u64, u64, u64)> {
    let text = std::str::from_utf8(bytes).unwrap();
    let mut found = Vec::new();
    let mut before = 0;
    for (number, line) in text.split('\n').enumerate() {
        for at in memchr::memmem::find_iter(line.as_bytes(), NEEDLE) {
            let head = &line[..at];
            let columns = (head.chars().count() as u64 + 1, head.encode_utf16().count() as u64 + 1);
            found.push(((before + at) as u64, number as u64 + 1, columns.0, columns.1));
        }
        before += line.len() + 1;
    }
    found
}

#[test]
fn windows_of_a_large_file_keep_every_needle_and_its_place() {
    const PIECE: usize = 64 * 1024;
    let length = 21 * 1024 * 1024 + 12_345;
    let mut places: Vec<usize> =
        vec![0, 100, 5 * PIECE - 6, 9 * PIECE, 64 * PIECE - 11, 67 * PIECE + 1, 320 * PIECE - 7, length - 40];
    places.extend((100..230).map(|piece| piece * PIECE + 77)); // More neighbours than one window may have.
    places.extend([240 * PIECE - 12, 244 * PIECE - 1, 248 * PIECE - 11, 252 * PIECE]);
    let bytes = large_text(length, &places);
    let tree = tempfile::tempdir().unwrap();
    fs::write(tree.path().join("large.log"), &bytes).unwrap();
    let expected = positions(&bytes);
    assert_eq!(expected.len(), places.len());

    let (blobs, outcome) = try_scan(&at(tree.path()), gate).unwrap();
    let found: Vec<_> = blobs.iter().flat_map(|blob| blob.needles.clone()).collect();
    assert_eq!(found, expected);
    assert_eq!((outcome.files, outcome.bytes), (1, bytes.len() as u64));
    assert!(blobs.len() > 5);
    for blob in &blobs {
        assert!(blob.core.1 - blob.core.0 <= 4 * 1024 * 1024);
        assert!(blob.offset == 0 || blob.core.0 - blob.offset >= PIECE as u64, "{blob:?}");
    }
    for threads in [1, 5] {
        assert_eq!(try_scan(&Options { threads, ..at(tree.path()) }, gate).unwrap().0, blobs);
    }
    assert!(try_scan(&at(tree.path()), |_| false).unwrap().0.is_empty());
}

#[test]
fn standard_input_is_a_file_without_a_place() {
    let read = |bytes: &[u8], name: Option<&str>, limit: Option<u64>| {
        let blobs = Mutex::new(Vec::new());
        let sink = |blob: &Blob<'_>| blobs.lock().unwrap().push(seen(blob));
        let outcome =
            stdin(bytes, name, limit, keyscan::model::Limits::default(), &gate, &|text: &str| text.to_owned(), &sink);
        assert_eq!(outcome.blobs, blobs.lock().unwrap().len() as u64);
        (blobs.into_inner().unwrap(), outcome)
    };
    let (blobs, outcome) = read(b"a\xff\0\nx needle-12345", None, None);
    assert_eq!((blobs[0].path.as_str(), blobs[0].exposure), ("-", Exposure::Stdin));
    assert_eq!(blobs[0].needles, [(6, 2, 3, 3)]);
    assert_eq!((outcome.files, outcome.bytes), (1, 18));
    assert!(read(b"nothing", Some("a.rs"), None).0.is_empty());
    assert_eq!(names(&read(b"nothing", Some("./deploy/.env"), None).0), ["deploy/.env"]);
    assert!(read(b"", Some(".env"), None).0.is_empty());
    let (blobs, outcome) = read(b"needle-12345 and more", None, Some(15));
    assert_eq!((blobs.len(), skipped(&outcome)), (1, vec![("-", SkipReason::TooLarge)]));

    let core = 4 * 1024 * 1024;
    let places: Vec<usize> =
        [core - 12, 2 * core - 5, 3 * core, 4 * core - 11, 4 * core + 1, 17 * 1024 * 1024].to_vec();
    let bytes = large_text(17 * 1024 * 1024 + 99, &places);
    let (blobs, outcome) = read(&bytes, None, None);
    let found: Vec<_> = blobs.iter().flat_map(|blob| blob.needles.clone()).collect();
    assert_eq!(found, positions(&bytes));
    assert_eq!(outcome.bytes, bytes.len() as u64);
}

#[test]
fn a_file_that_changes_meanwhile_is_listed() {
    for length in [200 * 1024, 17 * 1024 * 1024] {
        let tree = tempfile::tempdir().unwrap();
        let path = tree.path().join("file.log");
        fs::write(&path, vec![b'.'; length]).unwrap();
        let shrink = |_: &[u8]| {
            fs::write(&path, "short").unwrap();
            true
        };
        let outcome =
            keyscan::source::tree(&at(tree.path()), &shrink, &shrink, &str::to_owned, &|_| (), &Progress::default())
                .unwrap();
        assert_eq!(skipped(&outcome), [("file.log", SkipReason::Changed)]);
    }
}
