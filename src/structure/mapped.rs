//! Texts that stand in a file in another form: the lines of a block without their indentation, the content of a string
//! without its escapes. Positions in them lead back to the file.

use std::ops::Range;

/// A text and where its pieces lie in the text around it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mapped {
    /// The text itself.
    pub(crate) text: Vec<u8>,
    /// Where pieces begin: offset in `text`, offset outside. Inside a piece both count alike.
    pieces: Vec<(usize, usize)>,
    /// Where the last piece ends outside.
    end: usize,
}

impl Mapped {
    /// Adds bytes that lie outside as they are, from offset `outer` on.
    pub(crate) fn push(&mut self, bytes: &[u8], outer: usize) {
        self.piece(outer);
        self.text.extend_from_slice(bytes);
        self.end = outer + bytes.len();
    }

    /// Adds bytes that stand for `outer`, such as the character that an escape means.
    pub(crate) fn push_for(&mut self, bytes: &[u8], outer: Range<usize>) {
        self.piece(outer.start);
        self.text.extend_from_slice(bytes);
        self.end = outer.end;
    }

    fn piece(&mut self, outer: usize) {
        let inner = self.text.len();
        let follows = self.pieces.last().is_some_and(|&(start, at)| inner - start == outer.wrapping_sub(at));
        if !follows {
            self.pieces.push((inner, outer));
        }
    }

    /// A range of the text, outside.
    pub(crate) fn outer(&self, inner: Range<usize>) -> Range<usize> {
        let start = self.outer_offset(inner.start);
        // The end is that of the last byte, so that no escape behind it is taken along.
        let end = if inner.end > inner.start { self.outer_offset(inner.end - 1) + 1 } else { start };
        start..end.max(start)
    }

    fn outer_offset(&self, inner: usize) -> usize {
        let behind = self.pieces.partition_point(|&(start, _)| start <= inner);
        let Some(&(start, outer)) = behind.checked_sub(1).and_then(|index| self.pieces.get(index)) else { return 0 };
        let next = self.pieces.get(behind).map_or(self.end, |&(_, outer)| outer);
        // A piece may stand for fewer or more bytes outside than it has.
        let at = outer + (inner - start);
        if next > outer { at.min(next) } else { at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_lead_back_through_indentation_and_escapes() {
        let outside = b"  ab\n  c\\nd";
        let mut text = Mapped::default();
        text.push(b"ab\n", 2);
        text.push(b"c", 7);
        text.push_for(b"\n", 8..10);
        text.push(b"d", 10);
        assert_eq!(text.text, b"ab\nc\nd");
        assert_eq!(text.outer(0..2), 2..4);
        assert_eq!(&outside[text.outer(3..4)], b"c");
        assert_eq!(&outside[text.outer(5..6)], b"d");
        assert_eq!(text.outer(3..6), 7..11);
    }
}
