//! Archives that somebody made to do harm: each comes to an end, says what was not read, and costs no more than its limits.

use super::*;

/// A packed stream that unpacks to itself for ever, in the common form: here as one that holds itself to a great depth.
#[test]
fn streams_in_streams_end_at_the_depth() {
    let mut archive = NEEDLE.to_vec();
    for _ in 0..200 {
        archive = stream("gz", &archive);
    }
    let (blobs, skipped) = read("a.gz", &archive);
    assert_eq!((blobs.len(), skipped), (0, limit("a.gz!a!content!content!content!content")));
    let deep = limited(|limits| limits.archive_depth = u32::MAX);
    let (blobs, skipped) = read_within(deep, "a.gz", &archive);
    assert_eq!((blobs.len(), skipped.len()), (0, 1), "the stack bounds it, too");
}

#[test]
fn bombs_in_bombs_cost_what_the_file_is_worth() {
    let mut bomb = vec![0; 1024 * 1024];
    for _ in 0..4 {
        let names: Vec<String> = (0..16).map(|number| number.to_string()).collect();
        bomb = packed(&names.iter().map(|name| (name.as_str(), &bomb[..])).collect::<Vec<_>>());
    }
    // 16 to the fourth times 1 MiB.
    let (blobs, skipped) = read("a.zip", &bomb);
    assert!(blobs.is_empty() && !skipped.is_empty());
    assert!(skipped.iter().all(|(_, reason)| *reason == SkipReason::Limit), "{skipped:?}");
}

#[test]
fn windows_are_bounded_whatever_a_header_asks_for() {
    // xz: the dictionary of a block, in a header with its own sum.
    let mut xz = stream("xz", NEEDLE);
    let property = xz.iter().position(|byte| *byte == 0x21).unwrap() + 2;
    xz[property] = 40; // 4 GiB.
    let end = 12 + (usize::from(xz[12]) + 1) * 4;
    let sum = crc32(&xz[12..end - 4]).to_le_bytes();
    xz[end - 4..end].copy_from_slice(&sum);
    assert_eq!(read("a.xz", &xz), (vec![], limit("a.xz")));
    // lzma: in front of everything.
    let mut lzma = stream("lzma", NEEDLE);
    lzma[1..5].copy_from_slice(&0x8000_0000_u32.to_le_bytes());
    assert_eq!(read("a.lzma", &lzma), (vec![], limit("a.lzma")));
    // zstd: a window of 2 TiB, and a single segment of 2^60 bytes.
    let window = [&[0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xff][..], &[0x61, 0, 0], NEEDLE].concat();
    assert_eq!(read("a.zst", &window).1, limit("a.zst"));
    let segment = [&[0x28, 0xb5, 0x2f, 0xfd, 0xe0][..], &(1_u64 << 60).to_le_bytes(), &[0x61, 0, 0], NEEDLE].concat();
    assert_eq!(read("a.zst", &segment).1, limit("a.zst"));
}

#[test]
fn very_many_troubles_are_listed_once() {
    let mut archive = Raw::default();
    for number in 0..300 {
        let name = format!("{number:03}.gz");
        archive = archive.member(name.as_bytes(), &stream("gz", NEEDLE)[..20]);
    }
    let (_, skipped) = read("a.zip", &archive.finish());
    assert_eq!(skipped.len(), 101);
    assert!(skipped.contains(&("a.zip".to_owned(), SkipReason::Unopened)));
}

/// Two thousand damaged archives of each kind, on one thread and on several: an end, and the same one.
#[test]
fn any_bytes_come_to_an_end() {
    let inner = tarred(&[("b.txt", NEEDLE), ("c", &noise(900))]);
    let members: [(&str, &[u8]); 3] =
        [("a.txt", NEEDLE), ("in.tar.gz", &stream("gz", &inner)), ("in.zip", &packed(&[("b.txt", NEEDLE)]))];
    let tar = tarred(&members);
    let mut kinds = vec![("zip".to_owned(), packed(&members)), ("tar".to_owned(), tar.clone())];
    kinds.extend(METHODS.map(|method| (format!("tar.{method}"), stream(method, &tar))));
    let mut state = 7_u64;
    let mut next = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % bound
    };
    for (kind, archive) in kinds {
        let tree = folder(&[]);
        for number in 0..2000 {
            let mut broken = archive.clone();
            for _ in 0..=next(4) {
                // Headers stand in front.
                let at = if next(2) == 0 { next(broken.len()) } else { next(broken.len().min(64)) };
                match next(3) {
                    0 => broken[at] = next(256) as u8,
                    1 => broken[at] ^= 1 << next(8),
                    _ => {
                        let from = next(broken.len());
                        let length = next(32).min(broken.len() - from.max(at));
                        broken.copy_within(from..from + length, at);
                    }
                }
            }
            broken.truncate(broken.len() - next(broken.len()) * usize::from(number % 3 == 0));
            fs::write(tree.path().join(format!("{number}.{kind}")), broken).unwrap();
        }
        let one = of(&Options { threads: 1, ..at(tree.path()) });
        assert!(one.1.len() > 400, "{kind}: most damage is noticed");
        assert_eq!(one, of(&Options { threads: 4, ..at(tree.path()) }), "{kind}");
    }
}
