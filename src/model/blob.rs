//! Bytes with an origin: what `source` yields and `detect` reads.

use std::ops::Range;

use super::Origin;

/// Where a window of bytes begins in its file, all 1-based: line, and column in both units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// Line of the window's first byte.
    pub line: u64,
    /// Column of the window's first byte, in Unicode code points.
    pub column: u64,
    /// Column of the window's first byte, in UTF-16 code units.
    pub column_utf16: u64,
}

impl Start {
    /// The beginning of a file.
    pub const FILE: Self = Self { line: 1, column: 1, column_utf16: 1 };
}

/// A file, or one window of a file too large to be held whole.
#[derive(Clone, Debug)]
pub struct Blob<'a> {
    /// Where the bytes come from.
    pub origin: Origin,
    /// The bytes, with a margin on either side of `core` where the file goes on.
    pub bytes: &'a [u8],
    /// Offset of the first byte in the file.
    pub offset: u64,
    /// The part of `bytes` that this window answers for: matches that start elsewhere belong to a neighbour.
    pub core: Range<usize>,
    /// Where the first byte stands for people.
    pub start: Start,
    /// Whether the file, whichever part of it this is, holds bytes that no text has.
    pub binary: bool,
}

/// How much of a file's beginning tells whether it is text.
pub const HEAD: usize = 8192;

impl<'a> Blob<'a> {
    /// A whole file.
    #[must_use]
    pub fn whole(origin: Origin, bytes: &'a [u8]) -> Self {
        Self { origin, bytes, offset: 0, core: 0..bytes.len(), start: Start::FILE, binary: Self::is_binary(bytes) }
    }

    /// Whether a file that begins with these bytes is no text: a NUL stands among the first [`HEAD`].
    #[must_use]
    pub fn is_binary(head: &[u8]) -> bool {
        memchr::memchr(0, &head[..head.len().min(HEAD)]).is_some()
    }
}
