//! Whole lines of a member, gathered and handed on in blocks that know where they begin.

use super::{MemberPath, Visitor, WHOLE};

/// Bytes that are handed on together. A line is never cut, as long as it is not longer than [`WHOLE`].
const BLOCK: usize = 1024 * 1024;

/// What is gathered.
pub(super) struct Lines {
    path: MemberPath,
    pub(super) bytes: Vec<u8>,
}

impl Lines {
    pub(super) const fn of(path: MemberPath) -> Self {
        Self { path, bytes: Vec::new() }
    }

    /// Hands on what there is, where it is enough or the last.
    pub(super) fn hand_on(&mut self, last: bool, visit: &mut dyn Visitor) {
        if self.bytes.is_empty() || (self.bytes.len() < BLOCK && !last) {
            return;
        }
        let mut rest = &self.bytes[..];
        while !rest.is_empty() {
            let mut length = rest.len();
            if length > WHOLE {
                length = memchr::memrchr(b'\n', &rest[..WHOLE]).map_or(WHOLE, |end| end + 1);
            }
            let (block, behind) = rest.split_at(length);
            visit.whole(&self.path, block);
            self.path.advance(block);
            rest = behind;
        }
        self.bytes.clear();
    }
}
