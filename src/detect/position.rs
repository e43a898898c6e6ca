//! Offsets to lines and columns, in one pass over the bytes between the first and the last match.

use crate::model::{Blob, Position};

/// A place that moves forward through a blob.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
    column: u64,
    column_utf16: u64,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(blob: &Blob<'a>) -> Self {
        Self {
            bytes: blob.bytes,
            at: 0,
            line: blob.start.line,
            column: blob.start.column,
            column_utf16: blob.start.column_utf16,
        }
    }

    /// Lines and columns of a range. Ranges are asked for in the order of their starts, and may overlap.
    pub(super) fn position(&mut self, start: usize, end: usize) -> Position {
        self.advance(start);
        let (line, column, column_utf16) = (self.line, self.column, self.column_utf16);
        let mut behind = Cursor { ..*self };
        behind.advance(end);
        Position {
            line,
            column,
            end_line: behind.line,
            end_column: behind.column,
            column_utf16,
            end_column_utf16: behind.column_utf16,
        }
    }

    fn advance(&mut self, to: usize) {
        let text = &self.bytes[self.at..to];
        let newlines = memchr::memchr_iter(b'\n', text).count() as u64;
        let tail = match memchr::memrchr(b'\n', text) {
            Some(newline) => {
                self.line += newlines;
                (self.column, self.column_utf16) = (1, 1);
                &text[newline + 1..]
            }
            None => text,
        };
        // A byte order mark is no character of its line.
        let tail =
            if self.at == 0 && newlines == 0 { tail.strip_prefix(b"\xef\xbb\xbf").unwrap_or(tail) } else { tail };
        for &byte in tail {
            // Every byte that does not continue a character starts one; four-byte characters are two UTF-16 units.
            self.column += u64::from(byte & 0xc0 != 0x80);
            self.column_utf16 += u64::from(byte & 0xc0 != 0x80) + u64::from(byte >= 0xf0);
        }
        self.at = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BlobPath, Exposure, Origin};

    #[test]
    fn columns_count_characters_and_utf16_units() {
        let origin = Origin::new(0, BlobPath { text: "a".into(), percent: false }, Exposure::Stdin);
        let text = "\u{feff}a\r\nü😀=KEY x KEY\n".as_bytes();
        let blob = Blob::whole(origin, text);
        let mut cursor = Cursor::new(&blob);
        assert_eq!(cursor.position(3, 4).column, 1);
        let at = text.windows(3).position(|window| window == b"KEY").unwrap();
        let first = cursor.position(at, at + 3);
        assert_eq!((first.line, first.column, first.end_column), (2, 4, 7));
        assert_eq!((first.column_utf16, first.end_column_utf16), (5, 8));
        let second = cursor.position(at + 6, at + 9);
        assert_eq!((second.line, second.column), (2, 10));
    }
}
