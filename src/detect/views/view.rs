//! A text with what its stretches say in their places.

use std::ops::Range;
use std::rc::Rc;

use super::{Encoding, Stretch};
use crate::model::Blob;

/// How much around a stretch is read with it. Whatever judges a match looks no further.
const AROUND: usize = 16 * 1024;

/// A text, or of a long one what stands around its stretches, with what they say in their places.
pub(in crate::detect) struct View {
    bytes: Vec<u8>,
    parts: Vec<Part>,
    encoding: Encoding,
    /// The view that this is one of; none where it is one of the blob itself.
    outer: Option<Rc<View>>,
}

/// A part of a view.
struct Part {
    /// Offset in the view.
    start: usize,
    /// Offset of its first byte in the text that the view is one of.
    source: usize,
    /// What is decoded here; none where the text stands as it is.
    stretch: Option<Stretch>,
}

impl View {
    /// The view of a text in which `stretches`, at least one, are read in another way.
    pub(in crate::detect) fn new(
        text: &[u8],
        encoding: Encoding,
        stretches: Vec<Stretch>,
        outer: Option<Rc<Self>>,
    ) -> Self {
        let mut view = Self { bytes: Vec::new(), parts: Vec::with_capacity(2 * stretches.len() + 1), encoding, outer };
        let mut done = stretches.first().map_or(0, |first| first.range.start.saturating_sub(AROUND));
        for stretch in stretches {
            let Range { start, end } = stretch.range;
            if start - done > 2 * AROUND {
                view.copy(text, done..done + AROUND);
                view.bytes.push(b'\n');
                done = start - AROUND;
            }
            view.copy(text, done..start);
            view.parts.push(Part { start: view.bytes.len(), source: start, stretch: None });
            view.bytes.extend_from_slice(&stretch.text);
            if let Some(part) = view.parts.last_mut() {
                part.stretch = Some(stretch);
            }
            done = end;
        }
        view.copy(text, done..text.len().min(done + AROUND));
        view
    }

    fn copy(&mut self, text: &[u8], range: Range<usize>) {
        self.parts.push(Part { start: self.bytes.len(), source: range.start, stretch: None });
        self.bytes.extend_from_slice(&text[range]);
    }

    /// How many of a text's stretches a view of so many bytes has room for, and how many bytes that takes.
    pub(in crate::detect) fn fitting(stretches: &[Stretch], most: u64) -> (usize, u64) {
        let mut size = 0;
        let mut done = None;
        for (index, stretch) in stretches.iter().enumerate() {
            let gap = done.map_or(AROUND, |done| stretch.range.start - done);
            let with = size + (gap.min(2 * AROUND) + 1 + stretch.text.len()) as u64;
            if with + AROUND as u64 > most {
                return (index, size);
            }
            size = with;
            done = Some(stretch.range.end);
        }
        (stretches.len(), size + AROUND as u64)
    }

    /// The view as a blob of the same origin.
    pub(in crate::detect) fn blob(&self, blob: &Blob<'_>) -> Blob<'_> {
        Blob { binary: blob.binary, ..Blob::whole(blob.origin.clone(), &self.bytes) }
    }

    /// What it says.
    pub(in crate::detect) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether a range of the view holds anything that is not written so in the text.
    pub(in crate::detect) fn is_decoded(&self, range: &Range<usize>) -> bool {
        self.holds_decoded(range, |_| true)
    }

    /// Whether a range may say something together: programs join literals and undo escapes before an encoding of whole texts,
    /// so what such an encoding says, further out, goes on in nothing that stands beside it.
    pub(in crate::detect) fn is_of_one_piece(&self, range: &Range<usize>) -> bool {
        self.outer.as_ref().is_none_or(|outer| {
            let place = self.place_of(range.clone());
            let packed = matches!(outer.encoding, Encoding::Base64 | Encoding::Hex);
            let last = place.end.saturating_sub(1).max(place.start);
            (!packed || outer.part_at(place.start) == outer.part_at(last)) && outer.is_of_one_piece(&place)
        })
    }

    /// Whether a range of the view holds anything decoded of a stretch, here or in what this is a view of, in which only
    /// complete keys count.
    pub(in crate::detect) fn is_strict(&self, range: &Range<usize>) -> bool {
        let outer = self.outer.as_ref();
        self.holds_decoded(range, |stretch| stretch.strict)
            || outer.is_some_and(|outer| outer.is_strict(&self.place_of(range.clone())))
    }

    fn holds_decoded(&self, range: &Range<usize>, of: impl Fn(&Stretch) -> bool) -> bool {
        let first = self.part_at(range.start);
        let touched = self.parts[first..].iter().take_while(|part| part.start < range.end);
        touched.into_iter().any(|part| {
            let inside = range.start.saturating_sub(part.start)..range.end - part.start;
            part.stretch.as_ref().filter(|stretch| of(stretch)).is_some_and(|stretch| {
                let inside = inside.start..inside.end.min(stretch.text.len());
                inside.start < inside.end && stretch.is_decoded(&inside)
            })
        })
    }

    /// The bytes of the blob that say a range of the view.
    pub(in crate::detect) fn source_of(&self, range: Range<usize>) -> Range<usize> {
        let place = self.place_of(range);
        match &self.outer {
            Some(outer) => outer.source_of(place),
            None => place,
        }
    }

    /// The bytes that say a range of the view, in the text that it is a view of.
    fn place_of(&self, range: Range<usize>) -> Range<usize> {
        let first = &self.parts[self.part_at(range.start)];
        let last = &self.parts[self.part_at(range.end.saturating_sub(1).max(range.start))];
        let place = |part: &Part, at: Range<usize>| match &part.stretch {
            Some(stretch) => {
                let most = stretch.text.len();
                let inside = stretch.source_of((at.start - part.start).min(most)..(at.end - part.start).min(most));
                part.source + inside.start..part.source + inside.end
            }
            None => part.source + at.start - part.start..part.source + at.end - part.start,
        };
        let start = place(first, range.start..range.end.max(range.start)).start;
        let end = place(last, range.start.max(last.start)..range.end.max(last.start)).end.max(start);
        start..end
    }

    /// The encodings that are undone, outermost first.
    pub(in crate::detect) fn encodings(&self) -> Vec<Encoding> {
        let mut encodings = self.outer.as_ref().map(|outer| outer.encodings()).unwrap_or_default();
        encodings.push(self.encoding);
        encodings
    }

    /// The ranges of the blob in which what is written means nothing by itself.
    pub(in crate::detect) fn opaque(&self) -> impl Iterator<Item = Range<usize>> {
        let stretches = self.parts.iter().filter_map(|part| part.stretch.as_ref());
        stretches.filter(|stretch| stretch.opaque).map(|stretch| stretch.range.clone())
    }

    /// Where the pieces stand elsewhere in the text that a place of the view is put together of.
    pub(in crate::detect) fn elsewhere(&self, at: usize) -> &[Range<usize>] {
        self.parts[self.part_at(at)].stretch.as_ref().map_or(&[], |stretch| &stretch.elsewhere)
    }

    fn part_at(&self, at: usize) -> usize {
        self.parts.partition_point(|part| part.start <= at).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Builder;
    use super::*;

    fn percent(text: &[u8], at: usize) -> Stretch {
        let mut builder = Builder::new(at);
        builder.say(&[u8::from_str_radix(str::from_utf8(&text[at + 1..at + 3]).unwrap(), 16).unwrap()], 3);
        builder.finish().unwrap()
    }

    #[test]
    fn places_go_back_through_every_view() {
        let text = b"x=%2541&y=%42;".to_vec();
        let outer = View::new(&text, Encoding::Base64, vec![percent(&text, 2), percent(&text, 10)], None);
        assert_eq!(outer.bytes(), b"x=%41&y=B;");
        assert_eq!(outer.source_of(0..2), 0..2);
        assert_eq!(outer.source_of(2..3), 2..5);
        assert_eq!(outer.source_of(3..9), 5..13);
        assert_eq!(outer.source_of(8..10), 10..14);
        assert!(outer.is_decoded(&(0..3)) && !outer.is_decoded(&(3..8)) && outer.is_decoded(&(3..9)));
        assert!(!outer.is_decoded(&(9..10)) && !outer.is_decoded(&(0..2)));
        let outer = Rc::new(outer);
        let inner =
            View::new(outer.bytes(), Encoding::Base64, vec![percent(outer.bytes(), 2)], Some(Rc::clone(&outer)));
        assert_eq!(inner.bytes(), b"x=A&y=B;");
        assert_eq!(inner.source_of(2..3), 2..7);
        assert_eq!(inner.source_of(6..7), 10..13);
        assert_eq!(inner.encodings().len(), 2);
    }

    #[test]
    fn far_stretches_leave_out_what_is_between() {
        let mut text = vec![b' '; 10 * AROUND];
        let ends = [100, text.len() - 100];
        for at in ends {
            text[at..at + 3].copy_from_slice(b"%41");
        }
        let stretches = ends.map(|at| percent(&text, at)).to_vec();
        let (all, size) = View::fitting(&stretches, u64::MAX);
        assert_eq!(View::fitting(&stretches, size), (2, size));
        assert_eq!(View::fitting(&stretches, size - 1).0, 1);
        assert_eq!(View::fitting(&stretches, 100).0, 0);
        let view = View::new(&text, Encoding::Base64, stretches, None);
        assert!(all == 2 && view.bytes().len() < 4 * AROUND && view.bytes().len() as u64 <= size);
        let found: Vec<usize> = memchr::memchr_iter(b'A', view.bytes()).collect();
        assert_eq!(found.iter().map(|&at| view.source_of(at..at + 1)).collect::<Vec<_>>(), ends.map(|at| at..at + 3));
    }
}
