//! The pieces that source code is made of.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or a keyword.
    Word,
    /// A number.
    Number,
    /// A string of whatever form.
    Text,
    /// A mark: its byte, or one of [`sign`] where it has several.
    Sign(u8),
}

/// Marks of several bytes. Assignments of any form (`:=`, `+=`, `||=`) are `=`.
pub(super) mod sign {
    /// `=>`
    pub(in super::super) const FAT: u8 = 1;
    /// `->`
    pub(in super::super) const THIN: u8 = 2;
    /// `::`
    pub(in super::super) const PATH: u8 = 3;
    /// `==`, `!=`, `<=` and the like.
    pub(in super::super) const COMPARE: u8 = 4;
    /// `?.`
    pub(in super::super) const SAFE: u8 = 5;
    /// `??`, `?:`, `||`, `&&`
    pub(in super::super) const EITHER: u8 = 6;
    /// `..`, `...`
    pub(in super::super) const DOTS: u8 = 7;
}

/// A piece of source code, without blanks and comments.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Whether a line ends in front of it.
    pub(super) newline: bool,
    /// Of a text: whether variables stand in it. Of a word: whether it is a symbol, `:name`.
    pub(super) marked: bool,
    /// Of a text, the length of its opening and its closing marks.
    pub(super) lead: u8,
    pub(super) tail: u8,
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Token {
    /// Its bytes.
    pub(super) fn span(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The bytes of a text between its quotes.
    pub(super) fn content(&self) -> Range<usize> {
        let Range { start, end } = self.span();
        let start = (start + usize::from(self.lead)).min(end);
        start..(end - usize::from(self.tail).min(end)).max(start)
    }
}
