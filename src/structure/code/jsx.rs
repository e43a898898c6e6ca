//! Elements of JSX: `<Chat apiKey="…" />` is read as a call `Chat(apiKey="…")`, its children as a list in it. What stands
//! between tags is prose, no code.

use memchr::{memchr, memchr2, memmem};

use super::super::format::Language;
use super::lexer::Lexer;
use super::strings::Literal;
use super::token::{Kind, Token};

/// What of an element the lexer is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Markup {
    /// The opening tag.
    Tag,
    /// What is between the tags; whether they have a name.
    Children(bool),
    /// Code in braces, and how many braces are open in it.
    Code(usize),
}

/// Longer tags are not expected.
const LONGEST_TAG: usize = 8000;

impl Lexer<'_> {
    /// Takes what belongs to an element; false where there is code.
    pub(super) fn markup(&mut self, byte: u8) -> bool {
        match self.elements.last_mut() {
            Some(Markup::Tag) => self.tag(byte),
            Some(Markup::Children(named)) => {
                let named = *named;
                self.children(byte, named);
            }
            Some(Markup::Code(braces)) if byte == b'{' => {
                *braces += 1;
                return false;
            }
            Some(Markup::Code(0)) if byte == b'}' => {
                self.elements.pop();
                self.mark(b')', 1);
                self.mark(b',', 0);
            }
            Some(Markup::Code(braces)) if byte == b'}' => {
                *braces -= 1;
                return false;
            }
            _ => return byte == b'<' && self.begins_element() && self.open_element(),
        }
        true
    }

    /// Adds a mark that stands for the next `length` bytes.
    fn mark(&mut self, sign: u8, length: usize) {
        let newline = std::mem::take(&mut self.newline);
        let (start, end) = (self.at as u32, (self.at + length) as u32);
        self.tokens.push(Token { kind: Kind::Sign(sign), newline, marked: false, lead: 0, tail: 0, start, end });
        self.at += length;
    }

    /// Whether `<` begins an element: one that is closed, unlike a type.
    fn begins_element(&mut self) -> bool {
        if self.dialect != Language::JavaScript || self.behind_value() {
            return false;
        }
        let rest = &self.bytes[self.at + 1..];
        let length = name_length(rest);
        if length == 0 && rest.first() != Some(&b'>')
            || length > 0 && !matches!(rest.get(length), Some(b' ' | b'\t' | b'\r' | b'\n' | b'/' | b'>'))
        {
            return false;
        }
        let tag = &rest[length..rest.len().min(length + LONGEST_TAG.min(self.budget))];
        let end = tag_end(tag);
        self.budget -= end.unwrap_or(tag.len());
        if end.is_some_and(|end| end > 0 && tag[end - 1] == b'/') {
            return true;
        }
        // What has been looked at in vain is not looked at without end.
        let rest = &rest[..rest.len().min(self.budget)];
        let close = [b"</", &rest[..length.min(rest.len())]].concat();
        let found = memmem::find(rest, &close);
        self.budget -= found.unwrap_or(rest.len());
        found.is_some()
    }

    fn open_element(&mut self) -> bool {
        let start = self.at + 1;
        let length = name_length(&self.bytes[start..]);
        if length == 0 {
            self.mark(b'[', 2);
            self.elements.push(Markup::Children(false));
            return true;
        }
        self.push(Kind::Word, start, start + length);
        self.at = start + length;
        self.mark(b'(', 0);
        self.elements.push(Markup::Tag);
        true
    }

    fn tag(&mut self, byte: u8) {
        match byte {
            b'/' if self.peek(1) == b'>' => {
                self.elements.pop();
                self.mark(b')', 2);
                self.separate();
            }
            b'>' => {
                self.elements.pop();
                self.elements.push(Markup::Children(true));
                self.mark(b',', 0);
                self.mark(b'[', 1);
            }
            b'{' => {
                self.mark(b'(', 1);
                self.elements.push(Markup::Code(0));
            }
            b'=' => self.mark(b'=', 1),
            b'"' | b'\'' => {
                let start = self.at + 1;
                let end = memchr(byte, &self.bytes[start..]).map_or(self.bytes.len(), |end| start + end);
                self.take(Literal { lead: 1, content_end: end, end: (end + 1).min(self.bytes.len()), marked: false });
                self.mark(b',', 0);
            }
            _ if byte.is_ascii_alphabetic() || byte == b'_' => {
                self.mark(b',', 0);
                let length = name_length(&self.bytes[self.at..]).max(1);
                self.push(Kind::Word, self.at, self.at + length);
                self.at += length;
            }
            _ => self.at += 1,
        }
    }

    /// Keeps elements beside each other apart.
    fn separate(&mut self) {
        if matches!(self.elements.last(), Some(Markup::Children(_))) {
            self.mark(b',', 0);
        }
    }

    fn children(&mut self, byte: u8, named: bool) {
        match byte {
            b'{' => {
                self.mark(b'(', 1);
                self.elements.push(Markup::Code(0));
            }
            b'<' if self.peek(1) == b'/' => {
                self.elements.pop();
                self.mark(b']', 2);
                let rest = &self.bytes[self.at..];
                self.at += memchr(b'>', &rest[..rest.len().min(LONGEST_TAG)]).unwrap_or(0);
                if named {
                    let length = usize::from(self.at < self.bytes.len());
                    self.mark(b')', length);
                } else {
                    self.at += 1;
                }
                self.separate();
            }
            b'<' if self.peek(1).is_ascii_alphabetic() || self.peek(1) == b'>' => {
                self.open_element();
            }
            _ => {
                let rest = &self.bytes[self.at + 1..];
                self.at += 1 + memchr2(b'<', b'{', rest).unwrap_or(rest.len());
            }
        }
    }
}

/// How long the name is that a text begins with.
fn name_length(text: &[u8]) -> usize {
    if !text.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_') {
        return 0;
    }
    text.iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | b'$'))
        .take(100)
        .count()
}

/// Where the opening tag ends whose attributes these are.
fn tag_end(text: &[u8]) -> Option<usize> {
    let (mut quote, mut braces) = (None, 0_usize);
    for (at, &byte) in text.iter().enumerate() {
        match (byte, quote) {
            (_, Some(open)) => quote = Some(open).filter(|open| *open != byte),
            (b'"' | b'\'' | b'`', None) => quote = Some(byte),
            (b'{', None) => braces += 1,
            (b'}', None) => braces = braces.saturating_sub(1),
            (b'>', None) if braces == 0 => return Some(at),
            (b';', None) if braces == 0 => return None,
            _ => {}
        }
    }
    None
}
