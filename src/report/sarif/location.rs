//! Where a result stands, and which other places belong to it.

use std::collections::HashSet;

use crate::model::{BlobPath, Finding, Position, RelatedRole, ScanFacts, Subject};

use super::model::{ArtifactLocation, Location, Message, PhysicalLocation, Region};

/// How many related places one result names. Every place of a key is a result of its own, so that naming all the
/// others in each of them would grow with the square of their number.
const MAX_RELATED: usize = 10;

/// The base that all URIs of a root are relative to: the work tree that holds it, else the root.
///
/// Several roots get a base each, and the URIs get no prefix: roots are often folders of one repository, and then only
/// the bare path is one that GitHub, which looks at no base, can show.
pub(super) fn uri_base_id(scan: &ScanFacts, root: usize) -> String {
    if scan.roots.len() > 1 { format!("SRCROOT_{}", root + 1) } else { "SRCROOT".to_owned() }
}

/// A path as a relative reference of RFC 3986.
///
/// Encoded is whatever may not stand in a segment, and the colon, behind which a first segment would be a scheme.
pub(super) fn uri(path: &BlobPath) -> String {
    let mut uri = String::with_capacity(path.text.len() + 16);
    // Two slashes at the beginning would name a server.
    for byte in path.text.trim_start_matches('/').bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' => uri.push(char::from(byte)),
            b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' | b'@' => {
                uri.push(char::from(byte));
            }
            // The path is percent-encoded as far as its own `%` and its bytes that are not UTF-8 go.
            b'%' if path.percent => uri.push('%'),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// A place in a file, or, without a position, the file.
pub(super) fn location(scan: &ScanFacts, root: usize, path: &BlobPath, position: Option<&Position>) -> Location {
    Location {
        id: None,
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri: uri(path), uri_base_id: uri_base_id(scan, root) },
            region: position.map(|position| Region {
                start_line: position.line,
                start_column: position.column_utf16,
                end_line: position.end_line,
                end_column: position.end_column_utf16,
            }),
        },
        message: None,
    }
}

/// The other places that belong to one occurrence, nearest first: the endpoint it is paired with, the other places of
/// the same subject, then what else the finding names. Numbered from 1, for the links in the result's message.
pub(super) fn related(scan: &ScanFacts, finding: &Finding, occurrence: usize) -> Vec<Location> {
    let here = &finding.occurrences[occurrence];
    let paired = here.receiver.is_some();
    let is_here = |root: usize, path: &BlobPath| root == here.root && *path == here.path;
    let endpoints = |near: bool| {
        finding.related.iter().filter(move |place| {
            paired && place.role == RelatedRole::Endpoint && is_here(place.root, &place.path) == near
        })
    };
    // An endpoint in another file is this place's receiver only where its own file holds none.
    let near = endpoints(true).count() > 0;
    let endpoints = endpoints(near).map(|place| (place.root, &place.path, &place.position, "The endpoint of the key."));
    let same = match finding.subject {
        Subject::Key(_) => "The same key.",
        Subject::Endpoint(_) => "The same endpoint.",
        Subject::Server(_) => "The same server.",
        Subject::Setting(_) => "The same setting.",
        Subject::Account(_) => "The same project.",
    };
    let others = finding.occurrences.iter().map(|place| (place.root, &place.path, &place.position, same));
    let rest = finding.related.iter().filter_map(|place| {
        let says = match place.role {
            RelatedRole::Endpoint => return None,
            RelatedRole::SameKey => "The same key.",
            RelatedRole::PoolMember => "A member of the same pool.",
        };
        Some((place.root, &place.path, &place.position, says))
    });

    let mut seen = HashSet::from([(here.root, &here.path, here.position)]);
    endpoints
        .chain(others)
        .chain(rest)
        .filter(|&(root, path, position, _)| seen.insert((root, path, *position)))
        .take(MAX_RELATED)
        .enumerate()
        .map(|(index, (root, path, position, says))| Location {
            id: Some(index + 1),
            message: Some(Message { text: says.to_owned(), id: None, arguments: Vec::new() }),
            ..location(scan, root, path, Some(position))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::uri;
    use crate::model::BlobPath;

    #[test]
    fn uris_are_relative_references() {
        let plain = |text: &str| uri(&BlobPath { text: text.to_owned(), percent: false });
        assert_eq!(plain("src/app.py"), "src/app.py");
        assert_eq!(plain("sub dir/ünï 100%#?[a].y\nml"), "sub%20dir/%C3%BCn%C3%AF%20100%25%23%3F%5Ba%5D.y%0Aml");
        assert_eq!(plain("c:x/{0}'.zip!a.env"), "c%3Ax/%7B0%7D'.zip!a.env");
        assert_eq!(plain("//host/a"), "host/a");
        assert_eq!(plain("a\\b"), "a%5Cb");
        assert_eq!(uri(&BlobPath { text: "a%FF%25 é".to_owned(), percent: true }), "a%FF%25%20%C3%A9");
    }
}
