//! A file of mails, one message after the other, so that a box of any size is read with no more than a message in memory.

use std::io::Read;

use super::{LARGEST, lead};

/// Bytes that are read at once.
const PIECE: u64 = 1024 * 1024;

/// What begins a message of a box.
const FROM: &[u8] = b"\nFrom ";

/// The messages of a file; a file that is no box is one message.
pub(super) struct Messages<R> {
    source: R,
    held: Vec<u8>,
    /// Where what has not been handed on begins, and from where on no beginning of a message was looked for.
    at: usize,
    seen: usize,
    is_box: Option<bool>,
    ended: bool,
    /// Whether the beginning of a message has been handed on, and not its end.
    within: bool,
}

/// A message, or a part of one that is too long.
pub(super) struct Message<'h> {
    pub(super) bytes: &'h [u8],
    /// Whether it is one of several, with a line of its own in front.
    pub(super) in_box: bool,
    /// Whether it is all of it.
    pub(super) whole: bool,
}

impl<R: Read> Messages<R> {
    pub(super) const fn of(source: R) -> Self {
        Self { source, held: Vec::new(), at: 0, seen: 0, is_box: None, ended: false, within: false }
    }

    pub(super) fn next(&mut self) -> Option<Message<'_>> {
        let (length, ends) = loop {
            if let Some(length) = self.boundary() {
                break (length, true);
            }
            let rest = &self.held[self.at..];
            if self.ended {
                break (rest.len(), true);
            }
            if rest.len() as u64 >= LARGEST {
                // Whole lines, as long as there are any.
                let line = memchr::memrchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
                break (line, false);
            }
            if self.is_box.is_some() {
                self.seen = self.held.len().saturating_sub(FROM.len()).max(self.at);
            }
            self.seen = self.seen.saturating_sub(self.at);
            self.held.drain(..self.at);
            self.at = 0;
            let count = (&mut self.source).take(PIECE).read_to_end(&mut self.held);
            self.ended = count.unwrap_or(0) == 0;
        };
        if length == 0 {
            return None;
        }
        let whole = ends && !self.within;
        self.within = !ends;
        let bytes = &self.held[self.at..self.at + length];
        self.at += length;
        self.seen = self.seen.max(self.at);
        Some(Message { bytes, in_box: self.is_box == Some(true), whole })
    }

    /// Where the next message begins. A line of the text that begins so is escaped, or has no empty line in front.
    fn boundary(&mut self) -> Option<usize> {
        if self.is_box.is_none() && (self.held.len() > PIECE as usize / 2 || self.ended) {
            self.is_box = Some(self.held[lead(&self.held)..].starts_with(&FROM[1..]));
        }
        if self.is_box != Some(true) {
            return None;
        }
        let from = self.seen.max(self.at);
        let begins = memchr::memmem::find_iter(&self.held[from..], FROM).map(|at| from + at + 1);
        let empty = |at: &usize| self.held[self.at..*at].ends_with(b"\n\n") || self.held[..*at].ends_with(b"\n\r\n");
        begins.filter(|at| *at > self.at).find(empty).map(|at| at - self.at)
    }
}
