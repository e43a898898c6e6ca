//! The tokens of HCL.

use std::ops::Range;

use crate::structure::lines::{end_of_line, start};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or a path of names: `var.x`.
    Word,
    /// A string; its span is without the quotes.
    Text,
    /// A text of several lines, without the lines that begin and end it.
    Heredoc,
    /// The end of a line.
    Newline,
    /// Any other sign.
    Sign(u8),
}

/// The longest mark of a text of several lines.
const LONGEST_MARK: usize = 120;

/// A piece of the text.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
}

/// Takes a text apart, from its beginning to its end.
pub(super) struct Lexer<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Lexer<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: start(bytes) }
    }

    fn text(&mut self) -> Token {
        let from = self.at + 1;
        let end = end_of_string(self.bytes, from);
        self.at = (end + usize::from(self.bytes.get(end) == Some(&b'"'))).max(from);
        Token { kind: Kind::Text, span: from..end }
    }

    /// `<<EOF` or `<<-EOF`, up to a line that holds nothing else.
    fn heredoc(&mut self) -> Option<Token> {
        let bytes = self.bytes;
        // A mark is short: a row of signs must not be looked through again from each of them.
        let limit = bytes.len().min(self.at + LONGEST_MARK);
        let line = end_of_line(&bytes[..limit], self.at);
        if line == limit && limit < bytes.len() {
            return None;
        }
        let mark = bytes[self.at + 2..line].trim_ascii_end();
        let mark = mark.strip_prefix(b"-").unwrap_or(mark);
        if mark.is_empty() || !mark.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') {
            return None;
        }
        let from = (line + 1).min(bytes.len());
        let mut at = from;
        while at < bytes.len() {
            let end = end_of_line(bytes, at);
            if bytes[at..end].trim_ascii() == mark {
                // The line end behind the mark ends the attribute.
                self.at = end;
                return Some(Token { kind: Kind::Heredoc, span: from..at.saturating_sub(1).max(from) });
            }
            at = end + 1;
        }
        self.at = bytes.len();
        Some(Token { kind: Kind::Heredoc, span: from..bytes.len() })
    }

    fn comment(&mut self) -> bool {
        let bytes = self.bytes;
        match bytes[self.at..] {
            [b'#', ..] | [b'/', b'/', ..] => self.at = end_of_line(bytes, self.at),
            [b'/', b'*', ..] => {
                let end = memchr::memmem::find(&bytes[self.at + 2..], b"*/");
                self.at = end.map_or(bytes.len(), |end| self.at + 2 + end + 2);
            }
            _ => return false,
        }
        true
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            let from = self.at;
            let byte = *self.bytes.get(from)?;
            if byte == b'"' {
                return Some(self.text());
            }
            if matches!(byte, b' ' | b'\t' | b'\r') {
                self.at += 1;
                continue;
            }
            if self.comment() {
                continue;
            }
            if self.bytes[from..].starts_with(b"<<")
                && let Some(token) = self.heredoc()
            {
                return Some(token);
            }
            if byte == b'\n' {
                self.at += 1;
                return Some(Token { kind: Kind::Newline, span: from..self.at });
            }
            if in_word(byte) {
                self.at += self.bytes[from..].iter().take_while(|byte| in_word(**byte)).count();
                return Some(Token { kind: Kind::Word, span: from..self.at });
            }
            // Comparisons assign nothing.
            let signs: [&[u8]; 5] = [b"==", b"!=", b"<=", b">=", b"=>"];
            let double = signs.iter().any(|sign| self.bytes[from..].starts_with(sign));
            self.at += if double { 2 } else { 1 };
            let sign = if double { b'~' } else { byte };
            return Some(Token { kind: Kind::Sign(sign), span: from..self.at });
        }
    }
}

fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || byte >= 0x80
}

/// Where a string ends that begins at `from`: its quote, or the end of the line. Strings in templates in it do not end it.
fn end_of_string(bytes: &[u8], from: usize) -> usize {
    // How many braces are open in each template, the outermost first.
    let mut templates: Vec<usize> = Vec::new();
    // Whether a string is open, in the text itself and in each template.
    let mut in_string = true;
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'\n' => break,
            b'\\' if in_string => at += 1,
            b'$' | b'%' if in_string && bytes.get(at + 1) == Some(&b'{') => {
                if bytes[from..at].last() == Some(&bytes[at]) {
                    // `$${` is no template.
                } else {
                    templates.push(0);
                    in_string = false;
                    at += 1;
                }
            }
            b'"' if in_string => match templates.last() {
                None => return at,
                Some(_) => in_string = false,
            },
            b'"' => in_string = true,
            b'{' if !in_string => {
                if let Some(open) = templates.last_mut() {
                    *open += 1;
                }
            }
            b'}' if !in_string => match templates.last_mut() {
                Some(0) | None => {
                    templates.pop();
                    in_string = true;
                }
                Some(open) => *open -= 1,
            },
            _ => {}
        }
        at += 1;
    }
    let end = at.min(bytes.len());
    // Not closed: perhaps by a quote that a template has swallowed.
    memchr::memrchr(b'"', &bytes[from..end]).map_or(end, |quote| from + quote)
}
