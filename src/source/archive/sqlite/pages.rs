//! The pages of a database: each is read for one purpose only, so that whatever refers to it twice is found out.

use std::io::{Read, Seek, SeekFrom};

/// How every database begins.
pub(super) const MAGIC: &[u8] = b"SQLite format 3\0";

/// Bytes of the header in front of the first page's own.
pub(super) const HEADER: usize = 100;

/// Most pages that are told apart, at a bit for each. Larger databases are read by their bytes.
const MOST_PAGES: u64 = 1 << 28;

/// How a database writes texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// A database whose pages can be asked for by their numbers.
pub(super) struct Pages<R> {
    file: R,
    /// Bytes of a page.
    size: usize,
    /// Those of them that hold content.
    usable: usize,
    count: u32,
    length: u64,
    text: Text,
    taken: Vec<u64>,
}

impl<R: Read + Seek> Pages<R> {
    /// None where the header says what no database has.
    pub(super) fn open(mut file: R, length: u64) -> Option<Self> {
        let mut header = [0; HEADER];
        file.seek(SeekFrom::Start(0)).ok()?;
        file.read_exact(&mut header).ok()?;
        let size = match u16::from_be_bytes([header[16], header[17]]) {
            1 => 1 << 16,
            size if size >= 512 && size.is_power_of_two() => usize::from(size),
            _ => return None,
        };
        let usable = size - usize::from(header[20]);
        let text = match header[59] {
            0 | 1 => Text::Utf8,
            2 => Text::Utf16Le,
            3 => Text::Utf16Be,
            _ => return None,
        };
        let pages = length / size as u64;
        let sound = header.starts_with(MAGIC) && header[21..24] == [64, 32, 32] && usable >= 480;
        if !sound || pages == 0 || pages > MOST_PAGES {
            return None;
        }
        let count = u32::try_from(pages).ok()?;
        let taken = vec![0; pages.div_ceil(64) as usize];
        Some(Self { file, size, usable, count, length, text, taken })
    }

    /// Bytes of a page that hold content.
    pub(super) fn usable(&self) -> usize {
        self.usable
    }

    /// How texts are written.
    pub(super) fn text(&self) -> Text {
        self.text
    }

    /// Reads a page, the first one numbered 1. False where there is none, it has been read before or cannot be.
    pub(super) fn take(&mut self, number: u32, page: &mut Vec<u8>) -> bool {
        if number == 0 || number > self.count {
            return false;
        }
        let (word, bit) = ((number - 1) as usize / 64, 1 << ((number - 1) % 64));
        if self.taken[word] & bit != 0 {
            return false;
        }
        self.taken[word] |= bit;
        page.resize(self.size, 0);
        let at = u64::from(number - 1) * self.size as u64;
        self.file.seek(SeekFrom::Start(at)).is_ok() && self.file.read_exact(page).is_ok()
    }

    /// The first page from `number` on that nobody has asked for.
    pub(super) fn untaken(&self, number: u32) -> Option<u32> {
        let mut index = number.checked_sub(1)?;
        while index < self.count {
            let free = !self.taken[index as usize / 64] >> (index % 64);
            if free != 0 {
                return Some(index + 1 + free.trailing_zeros()).filter(|number| *number <= self.count);
            }
            index = (index / 64 + 1) * 64;
        }
        None
    }

    /// Reads what stands behind the last whole page.
    pub(super) fn tail(&mut self, tail: &mut Vec<u8>) -> bool {
        let at = u64::from(self.count) * self.size as u64;
        tail.resize((self.length - at) as usize, 0);
        self.file.seek(SeekFrom::Start(at)).is_ok() && self.file.read_exact(tail).is_ok()
    }
}
