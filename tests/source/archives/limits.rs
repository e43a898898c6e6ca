//! Each limit ends what it says, and what lies behind it is listed.

use super::*;

/// By the words of the report.
#[test]
fn each_limit_is_named() {
    use keyscan::model::Limit;
    let bomb = packed(&[("in.tar.gz", &stream("gz", &tarred(&[("zeros", &vec![0; 2_000_000]), ("b", NEEDLE)])))]);
    let read = |limits: Limits| {
        let tree = folder(&[]);
        fs::write(tree.path().join("a.zip"), &bomb).unwrap();
        let (_, outcome) = try_scan(&Options { limits, ..at(tree.path()) }, gate).unwrap();
        let skipped: Vec<_> =
            outcome.skipped.iter().map(|skipped| (skipped.path.text.clone(), skipped.reason.limit())).collect();
        skipped
    };
    let inner = |limit| vec![("a.zip!in.tar.gz".to_owned(), Some(limit))];
    assert_eq!(read(Limits::default()), inner(Limit::ArchiveRatio));
    let wide = limited(|limits| limits.archive_ratio = 5000);
    assert_eq!(read(wide), []);
    assert_eq!(read(Limits { archive_size: 1_000_000, ..wide }), inner(Limit::ArchiveSize));
    assert_eq!(read(Limits { archive_depth: 1, ..wide }), inner(Limit::ArchiveDepth));
    let member = |name: &str, limit| vec![(format!("a.zip!in.tar.gz!{name}"), Some(limit))];
    assert_eq!(read(Limits { member_size: 1_000_000, ..wide }), member("zeros", Limit::MemberSize));
    assert_eq!(read(Limits { archive_members: 2, ..wide }), member("b", Limit::ArchiveMembers));
}

#[test]
fn members_end_at_their_size() {
    let long = [&noise(3000)[..], NEEDLE].concat();
    let limits = |size| limited(|limits| limits.member_size = size);
    for (name, archive, member) in [
        ("a.zip", packed(&[("long", &long), ("b", NEEDLE)]), "a.zip!long"),
        ("a.tar", tarred(&[("long", &long), ("b", NEEDLE)]), "a.tar!long"),
        ("a.tgz", stream("gz", &tarred(&[("long", &long), ("b", NEEDLE)])), "a.tgz!long"),
    ] {
        let other = format!("{name}!b");
        assert_eq!(read_within(limits(3012), name, &archive), (vec![other.clone(), member.to_owned()], none()));
        assert_eq!(read_within(limits(3011), name, &archive), (vec![other], limit(member)), "{name}");
    }
    assert_eq!(read_within(limits(3011), "long.gz", &stream("gz", &long)), (vec![], limit("long.gz!long")));
    // What is read from front to back may be longer; a zip archive has to be held.
    let tar = tarred(&[("c", &tarred(&[("long", &noise(3000)), ("b", NEEDLE)]))]);
    assert_eq!(read_within(limits(3000), "a.tar", &tar), (vec!["a.tar!c!b".to_owned()], none()));
    let zip = tarred(&[("c.zip", &written(CompressionMethod::Stored, &[("b", NEEDLE), ("long", &noise(3000))]))]);
    let (blobs, skipped) = read_within(limits(3000), "a.tar", &zip);
    assert_eq!(blobs, ["a.tar!c.zip!b"], "as far as it goes");
    assert!(skipped.contains(&("a.tar!c.zip".to_owned(), SkipReason::Limit)), "{skipped:?}");
}

#[test]
fn archives_end_at_their_size() {
    let filler = noise(3000);
    let members = [("long", &filler[..]), ("b", NEEDLE), ("c", NEEDLE)];
    let limits = |size| limited(|limits| limits.archive_size = size);
    let zip = packed(&members);
    let all = vec!["a.zip!b".to_owned(), "a.zip!c".to_owned()];
    assert_eq!(read_within(limits(3024), "a.zip", &zip), (all.clone(), none()));
    assert_eq!(read_within(limits(3023), "a.zip", &zip), (all[..1].to_vec(), limit("a.zip!c")));
    assert_eq!(read_within(limits(2999), "a.zip", &zip), (vec![], limit("a.zip!long")));
    let tar = tarred(&members);
    for (name, archive) in [("a.tar", tar.clone()), ("a.tar.xz", stream("xz", &tar))] {
        assert_eq!(read_within(limits(tar.len() as u64), name, &archive).1, none(), "{name}");
        let wanted = (vec![format!("{name}!b")], limit(name));
        assert_eq!(read_within(limits(5000), name, &archive), wanted, "{name}");
    }
    // What is nested counts.
    let nested = packed(&[("in.zip", &zip), ("d", NEEDLE)]);
    let (blobs, skipped) = read_within(limits(zip.len() as u64 + 3000), "a.zip", &nested);
    assert_eq!((blobs, skipped), (vec![], limit("a.zip!in.zip!b")));
}

#[test]
fn streams_end_at_the_ratio() {
    let zeros = vec![0; 4 * 1024 * 1024];
    let after = [&zeros[..], NEEDLE].concat();
    for method in METHODS {
        let name = format!("a.{method}");
        assert_eq!(read(&name, &stream(method, &after)), (vec![], limit(&name)), "{method}");
        let wide = limited(|limits| limits.archive_ratio = 1_000_000);
        assert_eq!(read_within(wide, &name, &stream(method, &after)), (vec![format!("{name}!a")], none()), "{method}");
        // Up to 1 MiB nothing is measured.
        let short = [&zeros[..1024 * 1024 - NEEDLE.len()], NEEDLE].concat();
        assert_eq!(read(&name, &stream(method, &short)), (vec![format!("{name}!a")], none()), "{method}");
        // A stream in a stream is measured against what is read of it, as nobody knows its length.
        let twice = stream("gz", &stream(method, &after));
        let (blobs, skipped) = read("b.gz", &twice);
        assert_eq!((blobs, skipped.len()), (vec![], 1), "{method}: {skipped:?}");
        // In a tar archive the next member is read all the same.
        let tar = tarred(&[(&name, &stream(method, &after)), ("b", NEEDLE)]);
        assert_eq!(read("a.tar", &tar), (vec!["a.tar!b".to_owned()], limit(&format!("a.tar!{name}"))), "{method}");
    }
}

#[test]
fn members_are_counted() {
    let names: Vec<String> = (0..20).map(|number| format!("{number:02}")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), NEEDLE)).collect();
    let limits = limited(|limits| limits.archive_members = 10);
    for (name, archive) in
        [("a.zip", packed(&members)), ("a.tar", tarred(&members)), ("a.tgz", stream("gz", &tarred(&members)))]
    {
        let (blobs, skipped) = read_within(limits, name, &archive);
        assert_eq!((blobs.len(), skipped), (10, limit(&format!("{name}!10"))));
    }
    // Those of nested archives with the others.
    let nested = packed(&[("in.tar", &tarred(&members[..8])), ("b", NEEDLE), ("c", NEEDLE)]);
    let (blobs, skipped) = read_within(limits, "a.zip", &nested);
    assert_eq!((blobs.len(), skipped), (9, limit("a.zip!c")));
}

#[test]
fn archives_are_opened_to_a_depth() {
    let limits = |depth| limited(|limits| limits.archive_depth = depth);
    for (name, inner) in [("zip", packed(&[("a.txt", NEEDLE)])), ("tgz", stream("gz", &tarred(&[("a.txt", NEEDLE)])))] {
        let mut archive = inner;
        let mut path = format!("a.{name}");
        for depth in 1..5 {
            let file = format!("a.{name}");
            assert_eq!(read_within(limits(depth), &file, &archive), (vec![format!("{path}!a.txt")], none()));
            let above = if depth == 1 { file.clone() } else { path.clone() };
            let left = if depth == 1 { vec![(above, SkipReason::NotOpened)] } else { limit(&above) };
            assert_eq!(read_within(limits(depth - 1), &file, &archive), (vec![], left), "{name} {depth}");
            archive = packed(&[("in", &archive)]);
            if depth == 1 {
                path = "a.zip".to_owned();
            }
            path.push_str("!in");
            if name == "tgz" {
                break;
            }
        }
    }
    // What is not opened is read as it is.
    let stored = written(CompressionMethod::Stored, &[("a.txt", NEEDLE)]);
    let closed = vec![("a.zip".to_owned(), SkipReason::NotOpened)];
    assert_eq!(read_within(limits(0), "a.zip", &stored), (vec!["a.zip".to_owned()], closed));
}
