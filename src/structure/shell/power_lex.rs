//! Words and signs of PowerShell.

use std::ops::Range;

/// What a script is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A word without quotes around it: `-Uri`, `$env:NAME`, `$a["b"].c`, `[Environment]::Method`.
    Word(Range<usize>),
    /// A text, without its quotes; whether variables in it are replaced.
    Text(Range<usize>, bool),
    /// The lines between `@"` and `"@`.
    Lines(Range<usize>, bool),
    /// `=`, `,`, `(`, `)`, `{`, `}`, and `@` for `@{`, `#` for `@(`.
    Sign(u8),
    /// The end of a statement or of one command of a pipe.
    End,
}

/// Reads tokens.
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    pub(super) at: usize,
    /// Whether what is read stands in a table, where a name ends at `=`.
    pub(super) in_table: bool,
    /// Signs whose other half was searched for in vain.
    lone: Vec<&'static str>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: if bytes.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 },
            in_table: false,
            lone: Vec::new(),
        }
    }

    /// Where `needle` stands from `from` on. What was not found once is not searched for again.
    fn find(&mut self, from: usize, needle: &'static str) -> Option<usize> {
        if self.lone.contains(&needle) {
            return None;
        }
        let found = self.bytes.get(from..).and_then(|rest| memchr::memmem::find(rest, needle.as_bytes()));
        if found.is_none() {
            self.lone.push(needle);
        }
        found.map(|found| from + found)
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Option<Token> {
        loop {
            let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
            let (first, second) = (rest[0], rest.get(1).copied().unwrap_or(0));
            let third = rest.get(2).copied().unwrap_or(0);
            let (length, token) = match (first, second) {
                (b'`', b'\n') => (2, None),
                (b'`', b'\r') => (3, None),
                (b'\n' | b';' | b'|', _) => (1, Some(Token::End)),
                (b'&', b'&') => (2, Some(Token::End)),
                (b'&', _) => (1, None),
                (b'#', _) => (memchr::memchr(b'\n', rest).unwrap_or(rest.len()), None),
                (b'<', b'#') => (self.find(self.at + 2, "#>").map_or(2, |end| end + 2 - self.at), None),
                (b'@', b'"' | b'\'') if matches!(third, b'\n' | b'\r') => {
                    let end = self.find(self.at + 2, if second == b'"' { "\n\"@" } else { "\n'@" });
                    match end {
                        Some(end) => {
                            let start = self.at + 2 + usize::from(third == b'\r') + 1;
                            (end + 3 - self.at, Some(Token::Lines(start.min(end)..end, second == b'"')))
                        }
                        None => (2, None),
                    }
                }
                (b'"' | b'\'', _) => match self.closing(self.at + 1, first) {
                    Some(end) => (end + 1 - self.at, Some(Token::Text(self.at + 1..end, first == b'"'))),
                    None => (1, None),
                },
                (b'@', b'{') => (2, Some(Token::Sign(b'@'))),
                (b'@', b'(') => (2, Some(Token::Sign(b'#'))),
                (b'=' | b',' | b'(' | b')' | b'{' | b'}', _) => (1, Some(Token::Sign(first))),
                (b'+', b'=') => (2, Some(Token::Sign(b'='))),
                _ if first.is_ascii_whitespace() => (1, None),
                _ => {
                    let end = self.word_end(self.at);
                    (end - self.at, Some(Token::Word(self.at..end)))
                }
            };
            self.at += length;
            if token.is_some() {
                return token;
            }
        }
    }

    /// Where a text in quotes ends: doubled quotes are part of it, and in double quotes what stands behind a grave accent.
    fn closing(&mut self, start: usize, quote: u8) -> Option<usize> {
        let name = if quote == b'"' { "\"" } else { "'" };
        if self.lone.contains(&name) {
            return None;
        }
        let mut at = start;
        while at < self.bytes.len() {
            match self.bytes[at] {
                b'`' if quote == b'"' => at += 1,
                byte if byte == quote && self.bytes.get(at + 1) == Some(&quote) => at += 1,
                byte if byte == quote => return Some(at),
                _ => {}
            }
            at += 1;
        }
        self.lone.push(name);
        None
    }

    fn word_end(&self, start: usize) -> usize {
        let mut at = start + 1;
        let mut brackets = usize::from(self.bytes[start] == b'[');
        let limit = self.bytes.len().min(start + 8192);
        while at < limit {
            match self.bytes[at] {
                b'\n' => break,
                b'{' if self.bytes[at - 1] == b'$' => {
                    // `${env:NAME}`
                    let rest = &self.bytes[at..limit.min(at + 160)];
                    at += rest.iter().position(|byte| matches!(byte, b'}' | b'\n')).unwrap_or(0);
                }
                b'[' => brackets += 1,
                b']' => brackets = brackets.saturating_sub(1),
                // `NAME=value` as other programs take it.
                b'=' if !self.in_table && self.bytes[start] != b'$' => {}
                b'"' | b'\'' if brackets > 0 => {}
                byte if brackets == 0
                    && (byte.is_ascii_whitespace()
                        || matches!(byte, b'=' | b';' | b'|' | b',' | b'(' | b')' | b'{' | b'}' | b'"' | b'\'')) =>
                {
                    break;
                }
                _ => {}
            }
            at += 1;
        }
        // A cut must not fall into a character.
        while at < self.bytes.len() && self.bytes[at] & 0xc0 == 0x80 {
            at += 1;
        }
        at
    }
}
