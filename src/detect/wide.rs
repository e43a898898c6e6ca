//! Whole texts in UTF-16 and UTF-32, as registries, shells and editors of Windows write them: read as the UTF-8 that they
//! say, so that lines, columns, structure and comments are those of the text.
//!
//! A byte order mark is asked first, then the NULs of the beginning. A file that begins so and has plain text in it as well,
//! because a shell added lines to it in another encoding, is none of these: it is read as it is, and what it holds in
//! UTF-16 is a view of it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::model::{Blob, LineDigest, Matches, Span, Start};

use super::prefilter::Literal;
use super::{Detector, allow, worth};

/// How much of the beginning tells.
const BEGINNING: usize = 4096;

/// Fewer characters tell nothing.
const SHORTEST: usize = 8;

/// So many bytes of UTF-8 lie between two places of which both offsets are kept.
const STEP: usize = 4096;

/// How many bytes a unit has, and in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Form {
    width: usize,
    big: bool,
}

impl Form {
    /// By the marks they begin with, the longer ones first: one begins with another.
    const MARKS: [(&'static [u8], Self); 4] = [
        (b"\xff\xfe\0\0", Self { width: 4, big: false }),
        (b"\0\0\xfe\xff", Self { width: 4, big: true }),
        (b"\xff\xfe", Self { width: 2, big: false }),
        (b"\xfe\xff", Self { width: 2, big: true }),
    ];

    fn units(self, bytes: &[u8]) -> impl Iterator<Item = u32> {
        bytes.chunks_exact(self.width).map(move |unit| {
            let add = |value: u32, byte: &u8| value << 8 | u32::from(*byte);
            if self.big { unit.iter().fold(0, add) } else { unit.iter().rev().fold(0, add) }
        })
    }

    /// Whether bytes are text in this form: nearly all of it of our alphabet where no mark says that it is text.
    fn fits(self, bytes: &[u8], marked: bool) -> bool {
        let (mut all, mut plain, mut other) = (0, 0, 0);
        for unit in self.units(&bytes[..bytes.len().min(BEGINNING)]) {
            all += 1;
            match unit {
                9 | 10 | 13 | 0x1b | 0x20..=0x7e | 0xa0..=0x24f => plain += 1,
                0..=31 | 0x7f..=0x9f | 0x0011_0000.. => other += 1,
                _ => {}
            }
        }
        if marked { other * 50 <= all } else { all >= SHORTEST && plain * 10 >= all * 7 && other * 100 <= all }
    }
}

/// A text with the UTF-8 that it says.
pub(super) struct Wide<'b> {
    source: &'b [u8],
    form: Form,
    /// Where the first character stands.
    first: usize,
    text: Vec<u8>,
    /// Offsets in the text and in the source, in order, of one character in each [`STEP`].
    steps: Vec<(usize, usize)>,
}

impl<'b> Wide<'b> {
    /// The text of bytes that begin `offset` bytes behind the beginning of their file; none where they are anything else.
    pub(super) fn of(bytes: &'b [u8], offset: u64) -> Option<Self> {
        let beginning = &bytes[..bytes.len().min(BEGINNING)];
        let mark = Form::MARKS
            .iter()
            .find(|(mark, form)| offset == 0 && beginning.starts_with(mark) && form.fits(&bytes[mark.len()..], true));
        if let Some((mark, form)) = mark {
            return Some(Self::read(bytes, *form, mark.len()));
        }
        memchr::memchr(0, beginning)?;
        let forms = Form::MARKS.iter().map(|(_, form)| *form);
        forms.into_iter().find_map(|form| {
            let first = (form.width - (offset % form.width as u64) as usize) % form.width;
            form.fits(bytes.get(first..)?, false).then(|| Self::read(bytes, form, first))
        })
    }

    fn read(source: &'b [u8], form: Form, first: usize) -> Self {
        let wide = Self { source, form, first, text: Vec::new(), steps: Vec::new() };
        let (mut text, mut steps) = (Vec::with_capacity(source.len() / form.width), Vec::new());
        let mut next = 0;
        wide.each(first, |at, character| {
            if text.len() >= next {
                steps.push((text.len(), at));
                next = text.len() + STEP;
            }
            text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            true
        });
        Self { text, steps, ..wide }
    }

    /// Calls `each` with every character from `start` on, and where it stands, until that returns false.
    fn each(&self, start: usize, mut each: impl FnMut(usize, char) -> bool) {
        let mut units = self.form.units(&self.source[start..]).peekable();
        let mut at = start;
        while let Some(unit) = units.next() {
            let mut length = self.form.width;
            let mut character = char::from_u32(unit);
            if self.form.width == 2
                && (0xd800..0xdc00).contains(&unit)
                && let Some(low) = units.next_if(|low| (0xdc00..0xe000).contains(low))
            {
                character = char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
                length = 4;
            }
            if !each(at, character.unwrap_or(char::REPLACEMENT_CHARACTER)) {
                return;
            }
            at += length;
        }
    }

    /// The UTF-8.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Where a text begins whose bytes have been counted one by one, as if they were characters.
    const fn start(&self, counted: Start) -> Start {
        let width = self.form.width as u64;
        let (column, column_utf16) = ((counted.column - 1) / width + 1, (counted.column_utf16 - 1) / width + 1);
        Start { column, column_utf16, ..counted }
    }

    /// The word used in reports.
    const fn word(&self) -> &'static str {
        if self.form.width == 2 { "utf-16" } else { "utf-32" }
    }

    /// Where the character stands that begins at an offset of the text, or behind the last one.
    fn source_of(&self, text: usize) -> usize {
        let step = self.steps.partition_point(|&(known, _)| known <= text);
        let (mut known, start) = step.checked_sub(1).map_or((0, self.first), |step| self.steps[step]);
        let mut found = self.source.len();
        self.each(start, |at, character| {
            found = at;
            let here = known >= text;
            known += character.len_utf8();
            !here
        });
        if known >= text && text < self.text.len() { found } else { self.source.len() }
    }

    /// Where the first character stands whose source is not before an offset.
    fn text_of(&self, source: usize) -> usize {
        let step = self.steps.partition_point(|&(_, at)| at <= source);
        let Some(&(mut text, start)) = step.checked_sub(1).map(|step| &self.steps[step]) else { return 0 };
        self.each(start, |at, character| {
            let before = at < source;
            text += if before { character.len_utf8() } else { 0 };
            before
        });
        text
    }
}

/// The text that bytes say, whatever they are encoded in.
fn said(bytes: &[u8]) -> Cow<'_, [u8]> {
    Wide::of(bytes, 0).map_or(Cow::Borrowed(bytes), |wide| Cow::Owned(wide.text))
}

/// The lines on which the comments of a text that allow something stand, and what those comments cover.
///
/// Whoever trusts one version of a file and reads another holds a comment against these: a comment counts if the same
/// words stood there on the same line, with the same value.
#[must_use]
pub fn allowed_lines(bytes: &[u8]) -> BTreeSet<LineDigest> {
    allow::allowed_lines(&said(bytes))
}

impl Detector<'_> {
    /// What a blob holds that is a text in UTF-16 or UTF-32; none where it is no such text.
    pub(super) fn detect_wide(&self, blob: &Blob<'_>) -> Option<Matches> {
        let wide = Wide::of(blob.bytes, blob.offset).filter(|_| !self.speaks_plainly(blob.bytes))?;
        let whole = blob.core == (0..blob.bytes.len());
        let end = if whole { wide.text.len() } else { wide.text_of(blob.core.end) };
        let text = Blob {
            core: wide.text_of(blob.core.start)..end,
            start: wide.start(blob.start),
            offset: blob.offset,
            binary: false,
            ..Blob::whole(blob.origin.clone(), wide.text())
        };
        let mut matches = self.detect_text(&text);
        let to_source = |at: u64| blob.offset + wide.source_of((at - blob.offset) as usize) as u64;
        let place = |span: &mut Span| *span = Span { start: to_source(span.start), end: to_source(span.end) };
        for key in &mut matches.keys {
            place(&mut key.place.span);
            // GitHub hashes lines of the bytes.
            key.place.line_hash = None;
            key.encoding.insert(0, wide.word().to_owned());
        }
        for endpoint in &mut matches.endpoints {
            place(&mut endpoint.place.span);
            endpoint.place.line_hash = None;
            endpoint.encoding.insert(0, wide.word().to_owned());
        }
        for server in &mut matches.servers {
            place(&mut server.place.span);
            server.place.line_hash = None;
        }
        matches.masked.iter_mut().for_each(|masked| place(&mut masked.place.span));
        matches.accounts.iter_mut().for_each(|account| place(&mut account.span));
        matches.lists.iter_mut().for_each(place);
        let starts = matches.scopes.scopes.iter_mut().filter_map(|scope| scope.start.as_mut());
        starts.for_each(|start| *start = to_source(*start));
        Some(matches)
    }

    /// Whether something stands in the bytes themselves that may be a key or an address.
    fn speaks_plainly(&self, bytes: &[u8]) -> bool {
        self.prefilter.any(bytes, |at, literal| match literal {
            Literal::Marker | Literal::OwnName => true,
            Literal::Prefix => worth::begins_key(bytes, at),
            Literal::Slashes(form) => !worth::host_behind(bytes, at, form).is_empty(),
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(text: &str, form: Form, mark: bool) -> Vec<u8> {
        let units: Vec<u32> = match form.width {
            2 => text.encode_utf16().map(u32::from).collect(),
            _ => text.chars().map(u32::from).collect(),
        };
        let marked = mark.then_some(0xfeff).into_iter().chain(units);
        let bytes = marked.flat_map(|unit| {
            let little = unit.to_le_bytes();
            let unit = little[..form.width].to_vec();
            if form.big { unit.into_iter().rev().collect() } else { unit }
        });
        bytes.collect()
    }

    #[test]
    fn every_form_is_read_with_and_without_a_mark() {
        let text = "# a comment that is long enough\r\nname = \"grün 😀 漢\"\n".repeat(300);
        for (_, form) in Form::MARKS {
            for mark in [true, false] {
                let bytes = encode(&text, form, mark);
                let wide = Wide::of(&bytes, 0).unwrap();
                assert_eq!((wide.text(), wide.form), (text.as_bytes(), form), "{mark}");
                for at in [0, 7, text.len() / 2, text.len() - 1, text.len()] {
                    let at = text.floor_char_boundary(at);
                    let source = wide.source_of(at);
                    assert_eq!(source, encode(&text[..at], form, mark).len(), "{at}");
                    assert_eq!(wide.text_of(source), at);
                }
                // From anywhere in the file.
                let wide = Wide::of(&bytes[5..], 5).unwrap();
                assert!(wide.form == form && text.as_bytes().ends_with(&wide.text()[4..]));
            }
        }
    }

    #[test]
    fn other_bytes_are_none() {
        let elf = [b"\x7fELF\x02\x01\x01\0".as_slice(), &[0; 200], b"sk-live"].concat();
        let table: Vec<u8> = (0..2000_u32).flat_map(|value| (value * 77).to_le_bytes()).collect();
        for bytes in
            [b"".as_slice(), b"plain", b"a\0b\0", b"\xff\xfe", &elf, &table, &[0; 900], b"plain text\0plain text"]
        {
            assert!(Wide::of(bytes, 0).is_none_or(|wide| wide.text().is_empty()), "{:?}", &bytes[..bytes.len().min(9)]);
        }
    }

    #[test]
    fn what_is_broken_is_replaced() {
        let bytes = encode("broken text", Form { width: 2, big: false }, true);
        let broken = [&bytes, b"\x00\xd8a\0\x00\xdcb".as_slice()].concat();
        let wide = Wide::of(&broken, 0).unwrap();
        assert_eq!(wide.text(), "broken text\u{fffd}a\u{fffd}".as_bytes());
        assert_eq!(wide.source_of(wide.text().len()), broken.len());
    }
}
