//! What a file is by its first bytes; its name is never asked.

use super::{ar, mail, sqlite, tar};

/// Bytes of the beginning that tell every kind.
pub(crate) const HEAD: usize = 512;

/// Bytes of the end that tell a zip archive behind something else: its last record, with the longest comment.
pub(crate) const TAIL: usize = RECORD + u16::MAX as usize;

/// The last record of a zip archive, without a comment.
const RECORD: usize = 22;

/// What begins a zip archive, and an extension of Chrome, which has a signature in front of one.
const ZIP: [&[u8]; 2] = [b"PK\x03\x04", b"Cr24"];

/// Kinds of archives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A zip archive.
    Zip,
    /// A zip archive behind a program or script that unpacks or runs it.
    Appended,
    /// A tar archive.
    Tar,
    /// An SQLite database.
    Sqlite,
    /// A mail, or several.
    Mail,
    /// An archive of `ar`.
    Ar,
    /// One packed stream, which may hold a tar archive.
    Packed(Method),
}

/// Ways to pack a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// As zip archives have it: without any header.
    Deflate,
    Gzip,
    Bzip2,
    Xz,
    Lzma,
    /// As zip archives have it: with a header of its own.
    ZipLzma,
    Zstd,
}

impl Kind {
    /// What a file is that begins so. A few comparisons for a file that is no archive.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        if ZIP.iter().any(|magic| head.starts_with(magic)) {
            return Some(Self::Zip);
        }
        if sqlite::is_database(head) {
            return Some(Self::Sqlite);
        }
        if head.starts_with(ar::MAGIC) {
            return Some(Self::Ar);
        }
        match Method::of(head) {
            Some(method) => Some(Self::Packed(method)),
            None if mail::is_mail(head) => Some(Self::Mail),
            None => tar::is_tar(head).then_some(Self::Tar),
        }
    }

    /// The same of all bytes of a file.
    pub(crate) fn of_all(bytes: &[u8]) -> Option<Self> {
        let tail = |most: usize| &bytes[bytes.len().saturating_sub(most)..];
        let is_appended = || ends_zip(tail(RECORD)) || (may_be_appended(bytes) && ends_zip(tail(TAIL)));
        Self::of(bytes).or_else(|| is_appended().then_some(Self::Appended))
    }
}

/// Whether a zip archive may follow behind bytes that begin so: a script or a program.
pub(crate) fn may_be_appended(head: &[u8]) -> bool {
    [&b"#!"[..], b"MZ", b"\x7fELF"].iter().any(|magic| head.starts_with(magic))
}

/// Whether the last bytes of a file are the end of a zip archive that has members.
pub(crate) fn ends_zip(tail: &[u8]) -> bool {
    let is_last = |at: usize| {
        tail.get(at..at + RECORD).is_some_and(|record| {
            let comment = usize::from(u16::from_le_bytes([record[20], record[21]]));
            record[10..12] != [0, 0] && at + RECORD + comment == tail.len()
        })
    };
    memchr::memmem::rfind_iter(tail, b"PK\x05\x06").any(is_last)
}

impl Method {
    /// How a stream is packed that begins so.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let follows = |at: usize, magic: &[u8]| head.get(at..at + magic.len()) == Some(magic);
        match head.first()? {
            // Flags above the fifth bit are reserved.
            0x1f => {
                (follows(1, &[0x8b, 8]) && head.get(3).is_some_and(|flags| flags & 0xe0 == 0)).then_some(Self::Gzip)
            }
            b'B' => {
                let block = follows(4, b"\x31\x41\x59\x26\x53\x59") || follows(4, b"\x17\x72\x45\x38\x50\x90");
                (follows(1, b"Zh") && matches!(head.get(3), Some(b'1'..=b'9')) && block).then_some(Self::Bzip2)
            }
            0xfd => follows(1, b"7zXZ\0").then_some(Self::Xz),
            0x28 => follows(1, &[0xb5, 0x2f, 0xfd]).then_some(Self::Zstd),
            0x50..=0x5f if follows(1, &[0x2a, 0x4d, 0x18]) => Some(Self::Zstd),
            _ => is_lzma(head).then_some(Self::Lzma),
        }
    }

    /// Whether no other stream can follow, as nothing tells where one begins.
    pub(super) const fn is_single(self) -> bool {
        matches!(self, Self::Deflate | Self::Lzma | Self::ZipLzma)
    }

    /// Ends of names that a packed file has besides those of what is in it, and what stands there once it is unpacked.
    const fn suffixes(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Deflate | Self::ZipLzma => &[],
            Self::Gzip => &[(".gz", ""), (".gzip", ""), (".tgz", ".tar"), (".svgz", ".svg")],
            Self::Bzip2 => &[(".bz2", ""), (".bz", ""), (".tbz2", ".tar"), (".tbz", ".tar")],
            Self::Xz => &[(".xz", ""), (".txz", ".tar")],
            Self::Lzma => &[(".lzma", ""), (".tlz", ".tar")],
            Self::Zstd => &[(".zst", ""), (".zstd", ""), (".tzst", ".tar")],
        }
    }

    /// What the content of a packed file of this name is called: `x.log` of `x.log.gz`. The name that a header may hold
    /// is anybody's word.
    pub(super) fn content_name(self, name: &[u8]) -> Vec<u8> {
        let name = name.rsplit(|byte| matches!(byte, b'/' | b'\\')).next().unwrap_or_default();
        for (suffix, instead) in self.suffixes() {
            let Some(cut) = name.len().checked_sub(suffix.len()).filter(|cut| *cut > 0) else { continue };
            if name[cut..].eq_ignore_ascii_case(suffix.as_bytes()) {
                return [&name[..cut], instead.as_bytes()].concat();
            }
        }
        super::path::NAMELESS.to_vec()
    }
}

/// The old format has no magic number. Most of its programs write the same properties, and a length that is not known or is
/// not absurd; with other properties the length has to be unknown, or anything would be an archive. The first packed byte is
/// zero.
fn is_lzma(head: &[u8]) -> bool {
    let Some((head, _)) = head.split_first_chunk::<14>() else { return false };
    let window = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
    let length = u64::from_le_bytes([head[5], head[6], head[7], head[8], head[9], head[10], head[11], head[12]]);
    let (literals, positions) = (head[0] % 9 + head[0] / 9 % 5, head[0] / 45);
    let usual = head[0] == 0x5d && length < 1 << 38;
    let sound = literals <= 4 && positions <= 4 && window >= 4096 && window % 4096 == 0;
    sound && head[13] == 0 && (usual || length == u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_no_archives() {
        for text in [&b""[..], b"P", b"PK", b"BZhello, world and more", b"(2 + 3)", b"]\0\0", b"Praise", b"\x1f\x8b"] {
            assert_eq!(Kind::of(text), None, "{text:?}");
        }
        assert_eq!(Kind::of(&[b'a'; HEAD]), None);
        assert_eq!(Kind::of(&[0; HEAD]), None);
        assert_eq!(Kind::of(&[b'7'; HEAD]), None);
    }

    #[test]
    fn content_is_called_what_the_file_was() {
        let name = |method: Method, name: &str| String::from_utf8(method.content_name(name.as_bytes())).unwrap();
        assert_eq!(name(Method::Gzip, "logs/x.log.gz"), "x.log");
        assert_eq!(name(Method::Gzip, ".env.GZ"), ".env");
        assert_eq!(name(Method::Gzip, "x.tgz"), "x.tar");
        assert_eq!(name(Method::Xz, "x.log.gz"), "content");
        assert_eq!(name(Method::Gzip, ".gz"), "content");
        assert_eq!(name(Method::Zstd, "sha256"), "content");
    }
}
