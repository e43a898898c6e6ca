//! What holds for everything that is found, whatever the file.

use keyscan::model::{Blob, Matches, Place};

/// The most places whose lines and columns are counted anew.
const COUNTED: usize = 40;

/// Panics where a match stands outside of its blob, at the wrong place for people, or out of order.
pub fn matches(blob: &Blob<'_>, matches: &Matches, depth: usize) {
    let keys = matches.keys.iter().map(|key| &key.place);
    let endpoints = matches.endpoints.iter().map(|endpoint| &endpoint.place);
    let servers = matches.servers.iter().map(|server| &server.place);
    let masked = matches.masked.iter().map(|masked| &masked.place);
    places(blob, "keys", keys);
    places(blob, "endpoints", endpoints);
    places(blob, "servers", servers);
    places(blob, "masked", masked);
    for list in &matches.lists {
        assert!(blob.offset <= list.start && list.start < list.end, "a list ends before it begins");
        assert!(list.end <= blob.offset + blob.bytes.len() as u64, "a list ends behind its file");
    }
    for key in &matches.keys {
        assert!(undone(&key.encoding) <= depth, "more encodings are undone than allowed");
        let (secret, shown) = (key.secret.expose(), key.redacted.as_str().as_bytes());
        assert!(!secret.is_empty(), "a key without a value");
        assert!(secret.len() < 16 || shown.len() < secret.len() + 3, "a redacted key is shown whole");
        let part = secret.windows(9).skip(13);
        assert!(!part.clone().any(|part| shown.windows(9).any(|shown| shown == part)), "a redacted key shows too much");
    }
    for endpoint in &matches.endpoints {
        assert!(undone(&endpoint.encoding) <= depth, "more encodings are undone than allowed");
        assert!(!endpoint.host.is_empty(), "an endpoint without a host");
        assert!(!endpoint.host.bytes().any(|byte| byte.is_ascii_uppercase()), "a host in capitals");
    }
}

/// How many encodings are undone in a text, whatever its characters are written in.
fn undone(encodings: &[String]) -> usize {
    encodings.len() - usize::from(encodings.first().is_some_and(|first| first.starts_with("utf-")))
}

fn places<'p>(blob: &Blob<'_>, what: &str, places: impl Iterator<Item = &'p Place>) {
    let mut before = 0;
    for (index, place) in places.enumerate() {
        let (start, end) = (place.span.start, place.span.end);
        assert!(before <= start, "{what} are not in order");
        before = start;
        assert!(blob.offset <= start && start < end, "{what}: {start}..{end} is no range");
        assert!(end <= blob.offset + blob.bytes.len() as u64, "{what}: {start}..{end} is behind the end");
        let (start, end) = ((start - blob.offset) as usize, (end - blob.offset) as usize);
        assert!(blob.core.contains(&start), "{what}: {start} belongs to a neighbour");
        let position = &place.position;
        assert!(position.line >= 1 && position.column >= 1 && position.column_utf16 >= 1, "{what}: {position:?}");
        // What is written in two bytes for each character is counted otherwise.
        if index < COUNTED && blob.offset == 0 && !blob.bytes.contains(&0) {
            let (line, column) = count(&blob.bytes[..start]);
            assert_eq!((position.line, position.column), (line, column), "{what}: {start}");
            let (line, column) = count(&blob.bytes[..end]);
            assert_eq!((position.end_line, position.end_column), (line, column), "{what}: {end}");
        }
    }
}

/// Line and column behind some bytes: lines end with LF, every byte that does not continue a character counts, a mark at the
/// beginning of the file does not.
fn count(bytes: &[u8]) -> (u64, u64) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let line = bytes.iter().filter(|byte| **byte == b'\n').count();
    let last = bytes.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let column = last.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
    (line as u64 + 1, column as u64 + 1)
}

/// Panics where two readings of the same bytes differ.
pub fn same(one: &Matches, other: &Matches) {
    assert_eq!(format!("{one:?}"), format!("{other:?}"), "two readings differ");
    let values = |matches: &Matches| matches.keys.iter().map(|key| key.secret.expose().to_vec()).collect::<Vec<_>>();
    assert!(values(one) == values(other), "two readings find other values");
}
