//! The values of a JSON text in the order they stand in, each with where its last part ends. No recursion, no copies.

use std::ops::Range;

use super::super::Unread;

/// Deeper texts are not read.
const DEEPEST: usize = 512;

/// Most values of a text.
const MOST: usize = 1_000_000;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    /// In quotes.
    Text,
    /// Without: numbers, `true`, the placeholder of a template.
    Word,
}

/// A value.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Where the content lies; that of a text without its quotes, of an object with its braces.
    start: u32,
    end: u32,
    /// Where the name lies, without quotes; empty for elements.
    name_start: u32,
    name_end: u32,
    /// The position in the array around it.
    pub(super) index: u32,
    /// Index of the first value behind it that is no part of it.
    pub(super) next: u32,
}

impl Node {
    /// Where the content lies.
    pub(super) fn span(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Where the name lies.
    pub(super) fn name(&self) -> Range<usize> {
        self.name_start as usize..self.name_end as usize
    }
}

/// Reads all values of `bytes` that lie in `range`.
pub(super) fn parse(bytes: &[u8], range: Range<usize>) -> Result<Vec<Node>, Unread> {
    let mut parser = Parser { bytes: &bytes[..range.end], at: range.start, nodes: Vec::new(), open: Vec::new() };
    parser.run()?;
    Ok(parser.nodes)
}

/// Adds the values of another range; none where they become too many.
pub(super) fn append(all: &mut Vec<Node>, nodes: Vec<Node>) -> Option<()> {
    let before = u32::try_from(all.len()).ok()?;
    all.extend(nodes.into_iter().map(|node| Node { next: node.next + before, ..node }));
    (all.len() <= MOST).then_some(())
}

struct Parser<'b> {
    bytes: &'b [u8],
    at: usize,
    nodes: Vec<Node>,
    /// Objects and arrays that are not closed yet, and how many elements they have.
    open: Vec<(usize, u32)>,
}

impl Parser<'_> {
    fn run(&mut self) -> Result<(), Unread> {
        loop {
            self.skip(true)?;
            let Some(byte) = self.peek(0) else {
                return if self.open.is_empty() { Ok(()) } else { Err(Unread::Broken) };
            };
            let around = self.open.last().map(|&(node, _)| self.nodes[node].kind);
            match (byte, around) {
                (b'}', Some(Kind::Object)) | (b']', Some(Kind::Array)) => {
                    self.at += 1;
                    self.close();
                }
                (_, Some(Kind::Object)) => {
                    let name = self.name()?;
                    self.skip(false)?;
                    self.value(name)?;
                }
                (_, Some(_)) => self.value(0..0)?,
                // Outside of everything stand objects, arrays and texts, one or several. A file of words is no JSON.
                (b'{' | b'[' | b'"', None) => self.value(0..0)?,
                _ => return Err(Unread::Broken),
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// Passes over blanks and comments, and between values over commas and the tags of templates.
    fn skip(&mut self, between: bool) -> Result<(), Unread> {
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some(b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c), _) => self.at += 1,
                (Some(b','), _) if between => self.at += 1,
                (Some(b'/'), Some(b'/')) => self.skip_line(),
                (Some(b'#'), _) if between => self.skip_line(),
                (Some(b'/'), Some(b'*')) => self.skip_behind(b"*/")?,
                (Some(b'{'), Some(b'%')) => self.skip_behind(b"%}")?,
                (Some(0xef), Some(0xbb)) if self.peek(2) == Some(0xbf) => self.at += 3,
                (Some(0xc2), Some(0xa0)) => self.at += 2,
                // `{{- if … }}` where a name stands; a value may be a placeholder.
                (Some(b'{'), Some(b'{')) if between && self.in_object() => self.skip_behind(b"}}")?,
                _ => return Ok(()),
            }
        }
    }

    fn in_object(&self) -> bool {
        self.open.last().is_some_and(|&(node, _)| self.nodes[node].kind == Kind::Object)
    }

    fn skip_line(&mut self) {
        self.at = memchr::memchr(b'\n', &self.bytes[self.at..]).map_or(self.bytes.len(), |found| self.at + found + 1);
    }

    fn skip_behind(&mut self, end: &[u8]) -> Result<(), Unread> {
        let found = memchr::memmem::find(&self.bytes[self.at..], end).ok_or(Unread::Broken)?;
        self.at += found + end.len();
        Ok(())
    }

    /// Reads a name and the colon behind it.
    fn name(&mut self) -> Result<Range<usize>, Unread> {
        let name = match self.peek(0) {
            Some(quote @ (b'"' | b'\'')) => self.quoted(quote)?,
            _ => self.word(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'-' | b'.') || byte >= 128
            })?,
        };
        self.skip(false)?;
        if self.peek(0) != Some(b':') {
            return Err(Unread::Broken);
        }
        self.at += 1;
        Ok(name)
    }

    fn value(&mut self, name: Range<usize>) -> Result<(), Unread> {
        let start = self.at;
        let (kind, span) = match (self.peek(0).ok_or(Unread::Broken)?, self.peek(1)) {
            (quote @ (b'"' | b'\''), _) => (Kind::Text, self.quoted(quote)?),
            (b'{', Some(b'{')) => {
                self.skip_behind(b"}}")?;
                (Kind::Word, start..self.at)
            }
            (b'$', Some(b'{')) => {
                self.skip_behind(b"}")?;
                (Kind::Word, start..self.at)
            }
            (b'{', _) => (Kind::Object, start..start + 1),
            (b'[', _) => (Kind::Array, start..start + 1),
            _ => (
                Kind::Word,
                self.word(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'+' | b'-' | b'.'))?,
            ),
        };
        let mut index = 0;
        if let Some((node, count)) = self.open.last_mut()
            && self.nodes[*node].kind == Kind::Array
        {
            index = *count;
            *count += 1;
            // Long lists of numbers are of no use.
            if kind == Kind::Word && self.bytes[start].is_ascii_digit() | (self.bytes[start] == b'-') {
                return Ok(());
            }
        }
        let id = self.nodes.len();
        if id >= MOST || self.open.len() >= DEEPEST {
            return Err(Unread::TooLarge);
        }
        let short = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.nodes.push(Node {
            kind,
            start: short(span.start),
            end: short(span.end),
            name_start: short(name.start),
            name_end: short(name.end),
            index,
            next: short(id + 1),
        });
        if matches!(kind, Kind::Object | Kind::Array) {
            self.at = start + 1;
            self.open.push((id, 0));
        }
        Ok(())
    }

    fn close(&mut self) {
        let next = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        if let Some((node, _)) = self.open.pop() {
            self.nodes[node].end = u32::try_from(self.at).unwrap_or(u32::MAX);
            self.nodes[node].next = next;
        }
    }

    /// Reads what stands between quotes.
    fn quoted(&mut self, quote: u8) -> Result<Range<usize>, Unread> {
        let start = self.at + 1;
        let mut at = start;
        loop {
            let rest = self.bytes.get(at..).ok_or(Unread::Broken)?;
            at += memchr::memchr2(quote, b'\\', rest).ok_or(Unread::Broken)?;
            if self.bytes[at] == quote {
                self.at = at + 1;
                return Ok(start..at);
            }
            at += 2;
        }
    }

    fn word(&mut self, accepts: impl Fn(u8) -> bool) -> Result<Range<usize>, Unread> {
        let length = self.bytes[self.at..].iter().take_while(|&&byte| accepts(byte)).count();
        self.at += length;
        if length == 0 { Err(Unread::Broken) } else { Ok(self.at - length..self.at) }
    }
}
