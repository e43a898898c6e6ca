//! A stretch of text that can be read in another way, and which of its bytes say what.

use std::ops::Range;

/// A stretch of bytes that says something else once an encoding is undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::detect) struct Stretch {
    /// Where it stands.
    pub(in crate::detect) range: Range<usize>,
    /// What it says.
    pub(in crate::detect) text: Vec<u8>,
    /// Which bytes of the range say which of the text: both are covered without a gap, in order.
    pub(super) pieces: Vec<Piece>,
    /// Whether what is found in the range as it is written means nothing.
    pub(super) opaque: bool,
    /// Whether what is found in it counts only if it is a complete key.
    pub(super) strict: bool,
    /// Whether it says more than its text, behind a bound.
    pub(in crate::detect) cut: bool,
    /// Where pieces of it stand elsewhere in the text. Once it is a key, what they are by themselves is none.
    pub(super) elsewhere: Vec<Range<usize>>,
}

/// A piece of a stretch. It goes from the end of the piece before to its own ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Offset behind it in the text.
    pub(super) text_end: usize,
    /// Offset behind it in the bytes that are decoded, from the beginning of the stretch.
    pub(super) source_end: usize,
    /// So many bytes of text …
    pub(super) unit: usize,
    /// … come from so many bytes; only the last unit of a piece may be shorter.
    pub(super) from: usize,
    /// Whether the bytes say what is written.
    pub(super) verbatim: bool,
}

/// Puts a stretch together, from its first byte to its last.
pub(in crate::detect) struct Builder {
    start: usize,
    source: usize,
    text: Vec<u8>,
    pieces: Vec<Piece>,
    opaque: bool,
    strict: bool,
    cut: bool,
    elsewhere: Vec<Range<usize>>,
}

impl Builder {
    /// A stretch that begins at `start`.
    pub(in crate::detect) const fn new(start: usize) -> Self {
        Self {
            start,
            source: 0,
            text: Vec::new(),
            pieces: Vec::new(),
            opaque: false,
            strict: false,
            cut: false,
            elsewhere: Vec::new(),
        }
    }

    /// Nothing that stands in the stretch as it is written is looked at: all of it is one encoded value.
    pub(in crate::detect) const fn opaque(mut self) -> Self {
        self.opaque = true;
        self
    }

    /// A piece of the stretch stands elsewhere in the text.
    pub(in crate::detect) fn elsewhere(&mut self, range: Range<usize>) {
        self.elsewhere.push(range);
    }

    /// Only complete keys count here, with equal halves around the marker or of the exact length of their format: that the
    /// pieces belong together is no more than likely.
    pub(in crate::detect) const fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// It says more than it is made to say here.
    pub(in crate::detect) const fn cut(mut self) -> Self {
        self.cut = true;
        self
    }

    /// The next bytes stand for themselves.
    pub(in crate::detect) fn copy(&mut self, bytes: &[u8]) {
        self.push(bytes, bytes.len(), 1, 1, true);
    }

    /// The next `source` bytes say `text` together; an empty text leaves them out.
    pub(in crate::detect) fn say(&mut self, text: &[u8], source: usize) {
        self.push(text, source, text.len().max(1), source.max(1), false);
    }

    /// The next `source` bytes say `text`, each `from` bytes say `unit` of it.
    pub(in crate::detect) fn groups(&mut self, text: &[u8], source: usize, unit: usize, from: usize) {
        self.push(text, source, unit, from, false);
    }

    /// Leaves the next `source` bytes out.
    pub(in crate::detect) fn skip(&mut self, source: usize) {
        self.say(&[], source);
    }

    /// How many bytes have been decoded.
    pub(in crate::detect) const fn read(&self) -> usize {
        self.source
    }

    /// What has been said so far.
    pub(in crate::detect) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The whole; none if every byte stands for itself.
    pub(in crate::detect) fn finish(mut self) -> Option<Stretch> {
        // A text may hold hundreds of thousands of stretches of one piece.
        self.text.shrink_to_fit();
        self.pieces.shrink_to_fit();
        self.pieces.iter().any(|piece| !piece.verbatim).then(|| Stretch {
            range: self.start..self.start + self.source,
            text: self.text,
            pieces: self.pieces,
            opaque: self.opaque,
            strict: self.strict,
            cut: self.cut,
            elsewhere: self.elsewhere,
        })
    }

    fn push(&mut self, text: &[u8], source: usize, unit: usize, from: usize, verbatim: bool) {
        if source == 0 && text.is_empty() {
            return;
        }
        let (text_start, source_start) = (self.text.len(), self.source);
        self.text.extend_from_slice(text);
        self.source += source;
        let (text_end, source_end) = (self.text.len(), self.source);
        let before = self.pieces.len().checked_sub(2).map(|before| self.pieces[before]);
        let (text_begin, source_begin) = before.map_or((0, 0), |before| (before.text_end, before.source_end));
        // Whole units of one kind are one piece: of text that is encoded byte by byte each byte would be one.
        let is_whole = |last: &Piece| {
            let (text, source) = (text_start - text_begin, source_start - source_begin);
            text % last.unit == 0 && source % last.from == 0 && text / last.unit == source / last.from
        };
        match self.pieces.last_mut() {
            Some(last) if verbatim && last.verbatim => (last.text_end, last.source_end) = (text_end, source_end),
            Some(last) if !verbatim && !last.verbatim && (last.unit, last.from) == (unit, from) && is_whole(last) => {
                (last.text_end, last.source_end) = (text_end, source_end);
            }
            _ => self.pieces.push(Piece { text_end, source_end, unit, from, verbatim }),
        }
    }
}

impl Stretch {
    /// The bytes, counted from the beginning of the stretch, that say a range of its text.
    pub(super) fn source_of(&self, text: Range<usize>) -> Range<usize> {
        let first = self.pieces.partition_point(|piece| piece.text_end <= text.start);
        let last = self.pieces.partition_point(|piece| piece.text_end < text.end);
        let start = self.in_piece(first, text.start, false);
        start..self.in_piece(last, text.end, true).max(start)
    }

    /// Whether a range of the text holds anything that is not written so, or stands on both sides of what is left out.
    pub(super) fn is_decoded(&self, text: &Range<usize>) -> bool {
        let first = self.pieces.partition_point(|piece| piece.text_end <= text.start);
        let mut inside = self.pieces[first..].iter();
        let mut begin = first.checked_sub(1).map_or(0, |before| self.pieces[before].text_end);
        inside.any(|piece| {
            let touches = begin < text.end && (begin > text.start || piece.text_end > text.start);
            begin = piece.text_end;
            touches && !piece.verbatim
        })
    }

    /// Where a byte of the text comes from: where the unit begins that holds it, or where the unit ends behind it.
    fn in_piece(&self, index: usize, at: usize, behind: bool) -> usize {
        let Some(piece) = self.pieces.get(index) else { return self.range.len() };
        let before = index.checked_sub(1).map(|before| self.pieces[before]);
        let (text_start, source_start) = before.map_or((0, 0), |before| (before.text_end, before.source_end));
        let offset = at - text_start;
        let units = if behind { offset.div_ceil(piece.unit) } else { offset / piece.unit };
        (source_start + units * piece.from).min(piece.source_end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `ab%63d` and three bytes that are left out, then `ef` in base64 with its padding.
    fn stretch() -> Stretch {
        let mut builder = Builder::new(100);
        builder.copy(b"a");
        builder.copy(b"b");
        builder.say(b"c", 3);
        builder.copy(b"d");
        builder.skip(3);
        builder.copy(b"!");
        builder.groups(b"efgh", 8, 3, 4);
        builder.finish().unwrap()
    }

    #[test]
    fn places_are_those_of_the_bytes() {
        let stretch = stretch();
        assert_eq!((stretch.range.clone(), stretch.text.as_slice()), (100..118, &b"abcd!efgh"[..]));
        for (text, source, decoded) in [
            (0..1, 0..1, false),
            (0..2, 0..2, false),
            (1..3, 1..5, true),
            (2..3, 2..5, true),
            (3..4, 5..6, false),
            (3..5, 5..10, true),
            (4..5, 9..10, false),
            (5..8, 10..14, true),
            (6..9, 10..18, true),
            (8..9, 14..18, true),
            (0..9, 0..18, true),
        ] {
            assert_eq!(stretch.source_of(text.clone()), source, "{text:?}");
            assert_eq!(stretch.is_decoded(&text), decoded, "{text:?}");
        }
    }

    #[test]
    fn units_of_one_kind_are_one_piece() {
        let mut builder = Builder::new(0);
        for byte in b"abc" {
            builder.say(&[*byte], 3);
        }
        // Nothing goes on behind what is left out, or behind a unit that is shorter than it should be.
        builder.skip(3);
        builder.groups(b"de", 4, 3, 4);
        builder.groups(b"fgh", 4, 3, 4);
        let stretch = builder.finish().unwrap();
        assert_eq!(stretch.pieces.len(), 3);
        for (text, source) in [(0..1, 0..3), (1..3, 3..9), (0..3, 0..9), (3..5, 12..16), (5..8, 16..20), (2..6, 6..20)]
        {
            assert_eq!(stretch.source_of(text.clone()), source, "{text:?}");
        }
    }

    #[test]
    fn what_stands_for_itself_is_no_stretch() {
        let mut builder = Builder::new(0);
        builder.copy(b"abc");
        builder.copy(b"def");
        assert_eq!(builder.finish(), None);
        assert_eq!(Builder::new(0).finish(), None);
    }
}
