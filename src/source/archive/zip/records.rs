//! The records of a zip archive as they stand in its bytes, for what no directory lists.

use std::io::{Read, Seek, SeekFrom};

use crate::source::archive::kind::Method;
use crate::source::open::fill;

/// Bytes that are held while a record is looked for.
const HELD: usize = 64 * 1024;

/// Longest name of a member; the format itself allows more, and no file system does.
const LONGEST_NAME: usize = 4096;

/// How a member is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    /// Not at all.
    Stored,
    /// As a stream.
    Stream(Method),
    /// In a way that is not known.
    Unknown,
}

impl Packing {
    pub(super) const fn of(method: u16) -> Self {
        match method {
            0 => Self::Stored,
            8 => Self::Stream(Method::Deflate),
            12 => Self::Stream(Method::Bzip2),
            14 => Self::Stream(Method::ZipLzma),
            20 | 93 => Self::Stream(Method::Zstd),
            95 => Self::Stream(Method::Xz),
            _ => Self::Unknown,
        }
    }

    /// Whether a program is known that packs so.
    const fn is_known(method: u16) -> bool {
        matches!(method, 0..=14 | 18..=20 | 93..=99)
    }
}

/// The header in front of a member.
#[derive(Debug)]
pub(super) struct Local {
    pub(super) packing: Packing,
    pub(super) encrypted: bool,
    /// Bytes that its content takes, where they stand in front of it.
    pub(super) packed: Option<u64>,
    /// Bytes that its content has unpacked, and their sum. Nothing where they stand behind it.
    pub(super) unpacked: Option<(u64, u32)>,
    pub(super) name: Vec<u8>,
    pub(super) extra: Vec<u8>,
    /// Where its content begins.
    pub(super) start: u64,
}

/// A record.
#[derive(Debug)]
pub(super) enum Record {
    /// A member begins here.
    Local(Local),
    /// Something that has no content: where it ends, and the texts in it.
    Other(u64, [Vec<u8>; 2]),
}

/// An archive's bytes, at any place.
pub(super) struct Bytes<R> {
    archive: R,
    held: Vec<u8>,
    at: u64,
}

impl<R: Read + Seek> Bytes<R> {
    pub(super) fn new(archive: R) -> Self {
        Self { archive, held: Vec::new(), at: 0 }
    }

    /// What the bytes are read from.
    pub(super) fn archive(&mut self) -> &mut R {
        &mut self.archive
    }

    /// Those from `at` on: `length` of them, and where it costs nothing more; fewer at the end.
    fn get(&mut self, at: u64, length: usize) -> &[u8] {
        let held = |bytes: &Self| at >= bytes.at && at + length as u64 <= bytes.at + bytes.held.len() as u64;
        if !held(self) {
            self.held.resize(HELD.max(length), 0);
            self.at = at;
            let count = self.archive.seek(SeekFrom::Start(at)).ok();
            let count = count.and_then(|_| fill(&mut self.archive, &mut self.held).ok()).unwrap_or(0);
            self.held.truncate(count);
        }
        let start = usize::try_from(at - self.at).unwrap_or(usize::MAX).min(self.held.len());
        &self.held[start..]
    }

    fn exactly(&mut self, at: u64, length: usize, end: u64) -> Option<&[u8]> {
        (at.checked_add(length as u64)? <= end).then_some(())?;
        self.get(at, length).get(..length)
    }

    /// Where the next record that can be one begins, between two places.
    pub(super) fn find(&mut self, mut at: u64, end: u64) -> Option<u64> {
        while at + 4 <= end {
            let bytes = self.get(at, 4);
            let room = usize::try_from(end - at).unwrap_or(usize::MAX).min(bytes.len());
            if room < 4 {
                return None;
            }
            let is_record = |place: &usize| {
                matches!(bytes.get(place + 2..place + 4), Some([3, 4] | [1, 2] | [5, 6] | [6, 6] | [6, 7] | [7, 8]))
            };
            if let Some(place) = memchr::memmem::find_iter(&bytes[..room], b"PK").find(is_record) {
                return Some(at + place as u64);
            }
            at += room as u64 - 3;
        }
        None
    }

    /// Whether a member begins anywhere.
    pub(super) fn has_member(&mut self, end: u64) -> bool {
        let mut at = 0;
        while let Some(found) = self.find(at, end) {
            if self.local(found, end).is_some() {
                return true;
            }
            at = found + 4;
        }
        false
    }

    /// The record at a place; nothing where there is none.
    pub(super) fn record(&mut self, at: u64, end: u64) -> Option<Record> {
        match self.exactly(at, 4, end)? {
            b"PK\x03\x04" => self.local(at, end).map(Record::Local),
            b"PK\x01\x02" => {
                let fields = self.exactly(at, 46, end)?;
                let length = |at: usize| usize::from(u16::from_le_bytes([fields[at], fields[at + 1]]));
                let (name, extra, comment) = (length(28), length(30), length(32));
                let texts = self.exactly(at + 46, name + extra + comment, end)?;
                let texts = [texts[name..name + extra].to_vec(), texts[name + extra..].to_vec()];
                Some(Record::Other(at + 46 + (name + extra + comment) as u64, texts))
            }
            b"PK\x05\x06" => {
                let fields = self.exactly(at, 22, end)?;
                let length = usize::from(u16::from_le_bytes([fields[20], fields[21]]));
                // Its comment is a text like all that follows.
                self.exactly(at + 22, length, end)?;
                Some(Record::Other(at + 22, Default::default()))
            }
            b"PK\x06\x06" => self.exactly(at, 56, end).map(|_| Record::Other(at + 56, Default::default())),
            b"PK\x06\x07" => self.exactly(at, 20, end).map(|_| Record::Other(at + 20, Default::default())),
            b"PK\x07\x08" => self.exactly(at, 16, end).map(|_| Record::Other(at + 16, Default::default())),
            _ => None,
        }
    }

    /// The header of a member, as one that can be true.
    pub(super) fn local(&mut self, at: u64, end: u64) -> Option<Local> {
        let fields: [u8; 30] = *self.exactly(at, 30, end)?.first_chunk()?;
        let short = |at: usize| u16::from_le_bytes([fields[at], fields[at + 1]]);
        let long = |at: usize| u32::from_le_bytes([fields[at], fields[at + 1], fields[at + 2], fields[at + 3]]);
        let (flags, method) = (short(6), short(8));
        let (name, extra) = (usize::from(short(26)), usize::from(short(28)));
        if !fields.starts_with(b"PK\x03\x04") || fields[4] > 99 || name > LONGEST_NAME || !Packing::is_known(method) {
            return None;
        }
        let texts = self.exactly(at + 30, name + extra, end)?;
        let (name, extra) = (texts[..name].to_vec(), texts[name..].to_vec());
        let behind = flags & 8 != 0;
        let (mut packed, mut unpacked) = (u64::from(long(18)), u64::from(long(22)));
        if let Some(large) = large(&extra) {
            let mut sizes = large.chunks_exact(8).map(|size| u64::from_le_bytes(size.try_into().unwrap_or_default()));
            for field in [&mut unpacked, &mut packed] {
                if *field == u64::from(u32::MAX) {
                    *field = sizes.next()?;
                }
            }
        }
        Some(Local {
            packing: Packing::of(method),
            encrypted: flags & 1 != 0,
            packed: (!behind || packed > 0).then_some(packed),
            unpacked: (!behind).then_some((unpacked, long(14))),
            start: at + 30 + (name.len() + extra.len()) as u64,
            name,
            extra,
        })
    }
}

/// Sizes of more than 4 GiB.
fn large(mut extra: &[u8]) -> Option<&[u8]> {
    while let [kind @ .., a, b] = extra.get(..4)? {
        let length = usize::from(u16::from_le_bytes([*a, *b]));
        let field = extra.get(4..4 + length)?;
        if kind == [1, 0] {
            return Some(field);
        }
        extra = &extra[4 + length..];
    }
    None
}
