//! Where a member lies in an archive, as text that leads nowhere else.
//!
//! A report's path may be joined to a folder by whoever reads it. So nothing of a name is kept that could lead out of
//! that folder: the slashes in front go, `..` and the colon of a drive are written `%2E%2E` and `%3A`. A `!` in a name is
//! written `%21`, because `!` parts an archive from its members. A path with any of these is in the percent encoding, as a
//! whole.

use crate::source::paths;

/// What a member is called that has no name.
pub(super) const NAMELESS: &[u8] = b"content";

/// Longest name of a member that is kept, in bytes.
const LONGEST: usize = 4096;

/// The path of a member inside an archive, one name for each archive on the way; none for the archive itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MemberPath {
    names: Vec<Vec<u8>>,
    begin: Begin,
}

/// Where a block of a member begins that comes in several: bytes and lines in front of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Begin {
    pub(crate) bytes: u64,
    pub(crate) lines: u64,
}

impl MemberPath {
    /// Whether this is the archive itself.
    pub(crate) const fn is_archive(&self) -> bool {
        self.names.is_empty()
    }

    /// What the file itself is called.
    pub(crate) fn file_name(&self) -> &[u8] {
        self.names.last().and_then(|name| name.rsplit(|byte| *byte == b'/').next()).unwrap_or_default()
    }

    /// A member of this archive under the name that the archive has for it. Programs on Windows write backslashes.
    pub(super) fn member(&self, name: &[u8]) -> Self {
        let mut clean = Vec::with_capacity(name.len().min(LONGEST));
        for part in name.split(|byte| matches!(byte, b'/' | b'\\')).filter(|part| !part.is_empty() && *part != b".") {
            if !clean.is_empty() {
                clean.push(b'/');
            }
            clean.extend(part);
        }
        clean.truncate(LONGEST);
        if clean.is_empty() {
            clean.extend(NAMELESS);
        }
        let mut names = self.names.clone();
        names.push(clean);
        Self { names, begin: Begin::default() }
    }

    /// Where the content begins that comes with this path.
    pub(crate) const fn begin(&self) -> Begin {
        self.begin
    }

    /// The member from behind a block of whole lines on.
    pub(super) fn advance(&mut self, block: &[u8]) {
        self.begin.bytes += block.len() as u64;
        self.begin.lines += memchr::memchr_iter(b'\n', block).count() as u64;
    }

    /// Whether it can only be written in the percent encoding.
    pub(crate) fn is_escaped(&self) -> bool {
        self.names.iter().any(|name| {
            let leads_out = |part: &[u8]| part == b"..";
            has_drive(name)
                || name.contains(&b'!')
                || name.split(|byte| *byte == b'/').any(leads_out)
                || std::str::from_utf8(name).is_err()
        })
    }

    /// The path as text.
    pub(crate) fn text(&self, percent: bool) -> String {
        let write = |name: &Vec<u8>| match percent {
            true => encoded(name),
            false => paths::text_of(name).0,
        };
        self.names.iter().map(write).collect::<Vec<_>>().join("!")
    }
}

/// Whether a name begins with the letter of a drive.
fn has_drive(name: &[u8]) -> bool {
    matches!(name, [letter, b':', ..] if letter.is_ascii_alphabetic())
}

fn encoded(name: &[u8]) -> String {
    let text = paths::percent_encode(name).replace('!', "%21");
    let text = if has_drive(name) { text.replacen(':', "%3A", 1) } else { text };
    let parts: Vec<&str> = text.split('/').map(|part| if part == ".." { "%2E%2E" } else { part }).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere() {
        for (name, wanted) in [
            (&b"a/b.txt"[..], "a/b.txt"),
            (b"/etc//./passwd", "etc/passwd"),
            (b"../a..b/..", "%2E%2E/a..b/%2E%2E"),
            (b"C:\\x\\..\\y", "C%3A/x/%2E%2E/y"),
            (b"\\\\host\\share", "host/share"),
            (b"wow!/100%", "wow%21/100%25"),
            (b"100%", "100%"),
            (b"", "content"),
            (b"./", "content"),
        ] {
            let path = MemberPath::default().member(name);
            assert_eq!(path.text(path.is_escaped()), wanted);
        }
        let nested = MemberPath::default().member(b"in.tar").member(b"c/.env");
        assert_eq!((nested.text(false).as_str(), nested.file_name()), ("in.tar!c/.env", &b".env"[..]));
    }
}
