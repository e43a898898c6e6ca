//! Source code cut into tokens: one pass, nothing nested, and whatever is wrong in it ends with its line.

use std::ops::Range;

use memchr::memchr;

use super::super::format::Language;
use super::comments;
use super::jsx::Markup;
use super::strings::{self, Literal};
use super::token::{Kind, Token, sign};

/// After so many texts without their end none is looked for any more.
const MOST_ENDLESS: usize = 16;

/// Adds the tokens of a stretch of the file.
pub(super) fn lex(language: Language, bytes: &[u8], stretch: Range<usize>, tokens: &mut Vec<Token>) {
    let bytes = &bytes[..stretch.end];
    let dialect = language;
    let language = dialect.lexed_as();
    let at = stretch.start;
    let budget = 8 * stretch.len();
    let mut lexer = Lexer {
        language,
        dialect,
        bytes,
        at,
        tokens,
        newline: true,
        skip_to: 0,
        endless: 0,
        elements: Vec::new(),
        budget,
    };
    while lexer.at < bytes.len() {
        lexer.step();
    }
}

pub(super) struct Lexer<'a> {
    language: Language,
    /// The language itself, where it is read in the tokens of another.
    pub(super) dialect: Language,
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) tokens: &'a mut Vec<Token>,
    pub(super) newline: bool,
    /// Where to go on behind this line, if a text lies between.
    skip_to: usize,
    endless: usize,
    /// The elements that are open, and the code in them.
    pub(super) elements: Vec<Markup>,
    /// How many bytes may still be looked at for the end of an element.
    pub(super) budget: usize,
}

impl Lexer<'_> {
    fn step(&mut self) {
        use Language::{C, Java, Lisp, Rust};
        let byte = self.bytes[self.at];
        if self.markup(byte) {
            return;
        }
        if let Some(end) = comments::end(self.dialect, self.bytes, self.at, self.newline) {
            self.at = end;
            return;
        }
        match byte {
            b'\n' => {
                self.newline = true;
                self.at = (self.at + 1).max(self.skip_to);
            }
            b' ' | b'\t' | b'\r' | 0x0c => self.at += 1,
            b'\\' if self.peek(1) == b'\n' || (self.peek(1) == b'\r' && self.peek(2) == b'\n') => {
                self.at += if self.peek(1) == b'\n' { 2 } else { 3 };
            }
            b'\\' if self.language == Lisp => self.at += 2,
            b'"' | b'`' if byte == b'"' || !matches!(self.language, Lisp | C | Rust | Java) => self.text(0),
            b'\'' => match self.language {
                Rust => self.character(),
                Lisp => self.at += 1,
                // The sign of a type, or of one more value of this name.
                _ if self.dialect == Language::Ml => self.character(),
                _ => self.text(0),
            },
            b'?' if self.language == Lisp => self.at += if self.peek(1) == b'\\' { 3 } else { 2 },
            b'0'..=b'9' => self.number(),
            b'$' | b'@' | b'#' | b'<' | b'%' | b'[' | b'/' | b':' if self.special(byte) => {}
            _ if self.begins_word(byte) => self.word(),
            b'-' | b'+' | b'*' | b'=' | b'>' | b'/' | b'!' | b'&' if self.language == Lisp => self.word(),
            _ => self.sign(),
        }
    }

    pub(super) fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn begins_word(&self, byte: u8) -> bool {
        byte.is_ascii_alphabetic()
            || byte == b'_'
            || byte >= 0x80
            || (byte == b'$' && matches!(self.language, Language::Php | Language::JavaScript))
            || (byte == b'\\' && self.language == Language::Php)
            || (byte == b'@' && self.language == Language::Ruby)
            || (byte == b':' && self.language == Language::Lisp)
    }

    pub(super) fn push(&mut self, kind: Kind, start: usize, end: usize) {
        let (newline, marked) = (std::mem::take(&mut self.newline), false);
        // The reader takes no file of which a position would not fit.
        let (start, end) = (start as u32, end as u32);
        self.tokens.push(Token { kind, newline, marked, lead: 0, tail: 0, start, end });
    }

    fn word(&mut self) {
        let start = self.at;
        let lisp = self.language == Language::Lisp;
        let php = self.language == Language::Php;
        let goes_on = |byte: &u8| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'_' | 0x80..)
                || (*byte == b'$' && self.language == Language::JavaScript)
                || (*byte == b'\\' && php)
                || (lisp
                    && !byte.is_ascii_whitespace()
                    && !matches!(byte, b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'"' | b';' | b'\'' | b'`' | b','))
        };
        let length = self.bytes[start + 1..].iter().take_while(|byte| goes_on(byte)).count() + 1;
        let mut end = start + length;
        match self.bytes.get(end) {
            Some(b'"' | b'\'') if self.prefixes(start..end) => return self.text(length),
            Some(b'#') if self.language == Language::Rust && self.prefixes(start..end) => {
                let hashes = self.bytes[end..].iter().take_while(|byte| **byte == b'#').count();
                if self.bytes.get(end + hashes) == Some(&b'"') && hashes < 250 {
                    return self.text(length + hashes);
                }
            }
            Some(b'?' | b'!')
                if (self.language == Language::Ruby || self.dialect == Language::Elixir)
                    && !matches!(self.bytes.get(end + 1), Some(b'=' | b':')) =>
            {
                end += 1
            }
            _ => {}
        }
        self.push(Kind::Word, start, end);
        self.at = end;
    }

    /// Whether letters right in front of a quote belong to the string.
    fn prefixes(&self, letters: Range<usize>) -> bool {
        let letters = &self.bytes[letters];
        match self.dialect {
            Language::Perl | Language::Basic | Language::Ml => return false,
            Language::Julia => return letters == b"raw" || letters == b"b" || letters == b"r",
            _ => {}
        }
        let all =
            |known: &[u8]| letters.len() <= 3 && letters.iter().all(|byte| known.contains(&byte.to_ascii_lowercase()));
        match self.language {
            Language::Python => all(b"rbuft"),
            Language::Rust => matches!(letters, b"r" | b"b" | b"br" | b"c" | b"cr"),
            Language::C => matches!(letters, b"L" | b"u" | b"U" | b"u8" | b"R" | b"LR" | b"u8R"),
            Language::Dart => letters == b"r",
            Language::Kotlin => matches!(letters, b"s" | b"f" | b"raw"),
            Language::Php => letters == b"b",
            _ => false,
        }
    }

    fn number(&mut self) {
        let start = self.at;
        while self.at < self.bytes.len() {
            let byte = self.bytes[self.at];
            let inside = byte.is_ascii_alphanumeric()
                || byte == b'_'
                || (byte == b'.' && self.peek(1).is_ascii_digit())
                || (byte == b'\'' && self.language == Language::C && self.peek(1).is_ascii_digit());
            if !inside {
                break;
            }
            self.at += 1;
        }
        self.push(Kind::Number, start, self.at);
    }

    fn text(&mut self, prefix: usize) {
        if self.dialect == Language::Basic {
            return self.basic_text();
        }
        // A quote in a pattern of Perl costs a line, not the file.
        let language = if self.dialect == Language::Perl { Language::Python } else { self.language };
        let literal = strings::quoted(language, self.bytes, self.at, prefix);
        self.take(literal);
    }

    pub(super) fn take(&mut self, literal: Literal) {
        let Literal { lead, content_end, end, marked } = literal;
        self.push(Kind::Text, self.at, end);
        if let Some(token) = self.tokens.last_mut() {
            token.marked = marked;
            token.lead = u8::try_from(lead).unwrap_or(u8::MAX);
            token.tail = u8::try_from(end - content_end).unwrap_or(u8::MAX);
        }
        self.at = end.max(self.at + 1);
    }

    /// `'a'` of Rust, or the lifetime `'a`.
    fn character(&mut self) {
        let width = match self.peek(1) {
            b'\\' => return self.text(0),
            0xf0.. => 4,
            0xe0.. => 3,
            0xc0.. => 2,
            _ => 1,
        };
        if self.peek(1 + width) == b'\'' {
            return self.text(0);
        }
        self.at += 1;
        let name = self.bytes[self.at..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_');
        self.at += name.count();
    }

    /// Strings and names that begin with a mark.
    fn special(&mut self, byte: u8) -> bool {
        use Language::{C, CSharp, Java, JavaScript, Lua, Php, Ruby, Swift};
        let next = self.peek(1);
        let language = match (self.dialect, byte) {
            (Language::Elixir, b':') => Ruby,
            (Language::Perl, _) => return false,
            _ => self.language,
        };
        match (language, byte) {
            (CSharp, b'$' | b'@') => {
                let marks = self.bytes[self.at..].iter().take_while(|byte| matches!(byte, b'$' | b'@')).take(4).count();
                if self.peek(marks) != b'"' {
                    return false;
                }
                self.text(marks);
            }
            (C, b'@') if next == b'"' => self.text(1),
            (Swift, b'#') => {
                let marks = self.bytes[self.at..].iter().take_while(|byte| **byte == b'#').take(200).count();
                if self.peek(marks) != b'"' {
                    return false;
                }
                self.text(marks);
            }
            (Lua, b'[') if matches!(next, b'[' | b'=') => match strings::long_bracket(self.bytes, self.at) {
                Some(literal) => self.take(literal),
                None => return false,
            },
            (Php, b'<') if self.bytes[self.at..].starts_with(b"<<<") => return self.heredoc(3),
            (Ruby, b'<')
                if next == b'<' && (matches!(self.peek(2), b'~' | b'-') || self.peek(2).is_ascii_uppercase()) =>
            {
                return self.heredoc(2);
            }
            (Ruby, b'%')
                if !self.behind_value()
                    || (next.is_ascii_alphabetic() && self.at > 0 && self.bytes[self.at - 1] == b' ') =>
            {
                return self.percent();
            }
            (Ruby, b':') if next.is_ascii_alphabetic() || matches!(next, b'_' | b'"') => {
                let before = self.at.checked_sub(1).map_or(b' ', |at| self.bytes[at]);
                if before == b':' || before.is_ascii_alphanumeric() || matches!(before, b'_' | b'"' | b'\'' | b'?') {
                    return false;
                }
                self.at += 1;
                if next != b'"' {
                    self.word();
                    if let Some(token) = self.tokens.last_mut() {
                        token.marked = true;
                    }
                }
            }
            (JavaScript | Ruby | Java, b'/') if !self.behind_value() => match strings::pattern(self.bytes, self.at) {
                Some(end) => {
                    // A pattern is a value of which nothing is read.
                    self.push(Kind::Number, self.at, end);
                    self.at = end;
                }
                None => return false,
            },
            _ => return false,
        }
        true
    }

    /// Whether what stands in front is a value, so that a slash divides.
    pub(super) fn behind_value(&self) -> bool {
        self.tokens.last().is_some_and(|token| match token.kind {
            Kind::Word => {
                let word = &self.bytes[token.span()];
                !matches!(
                    word,
                    b"return"
                        | b"typeof"
                        | b"case"
                        | b"in"
                        | b"of"
                        | b"and"
                        | b"or"
                        | b"not"
                        | b"if"
                        | b"unless"
                        | b"when"
                        | b"puts"
                        | b"else"
                        | b"await"
                        | b"yield"
                )
            }
            Kind::Number | Kind::Text => true,
            Kind::Sign(sign) => matches!(sign, b')' | b']' | b'}'),
        })
    }

    fn heredoc(&mut self, marks: usize) -> bool {
        if self.endless > MOST_ENDLESS {
            return false;
        }
        let Some(found) = strings::heredoc(self.bytes, self.at, marks, self.skip_to) else {
            self.endless += 1;
            return false;
        };
        self.push(Kind::Text, found.content.start, found.content.end);
        if let Some(token) = self.tokens.last_mut() {
            token.marked = true;
        }
        if self.language == Language::Ruby {
            self.at = found.marks_end;
            self.skip_to = memchr(b'\n', &self.bytes[found.end..]).map_or(self.bytes.len(), |end| found.end + end + 1);
        } else {
            self.at = found.end.max(found.marks_end);
        }
        true
    }

    /// `%w[a b]`, `%q(text)` of Ruby.
    fn percent(&mut self) -> bool {
        let letter = usize::from(self.peek(1).is_ascii_alphabetic());
        let open = self.peek(1 + letter);
        let close = match open {
            b'(' => b')',
            b'[' => b']',
            b'{' => b'}',
            b'<' => b'>',
            b'|' | b'!' => open,
            _ => return false,
        };
        let start = self.at + 2 + letter;
        let end = closing_percent(self.bytes, start, close);
        self.take(Literal { lead: 2 + letter, content_end: end, end: (end + 1).min(self.bytes.len()), marked: true });
        true
    }

    fn sign(&mut self) {
        let (byte, next, third) = (self.bytes[self.at], self.peek(1), self.peek(2));
        let (kind, length) = match (byte, next) {
            _ if let Some(sign) = self.sign_of_dialect() => sign,
            (b'=', b'>') => (sign::FAT, 2),
            (b'-', b'>') => (sign::THIN, 2),
            (b':', b':') => (sign::PATH, 2),
            (b':', b'=') => (b'=', 2),
            (b'=' | b'!', b'=') => (sign::COMPARE, if third == b'=' { 3 } else { 2 }),
            (b'=', b'~') | (b'<' | b'>', b'=') | (b'~', b'=') => (sign::COMPARE, 2),
            (b'?', b'-') if third == b'>' => (sign::SAFE, 3),
            (b'?', b'.') => (sign::SAFE, 2),
            (b'?', b'?') | (b'|', b'|') | (b'&', b'&') if third == b'=' => (b'=', 3),
            (b'?', b'?' | b':') | (b'|', b'|') | (b'&', b'&') => {
                // `name?: type` of TypeScript is no choice.
                if next == b':' { (b'?', 1) } else { (sign::EITHER, 2) }
            }
            (b'.', b'.') => (sign::DOTS, if third == b'.' { 3 } else { 2 }),
            (b'+' | b'-' | b'*' | b'/' | b'%' | b'|' | b'&' | b'^' | b'.', b'=') => (b'=', 2),
            _ => (byte, 1),
        };
        self.push(Kind::Sign(kind), self.at, self.at + length);
        self.at += length;
    }
}

fn closing_percent(bytes: &[u8], start: usize, close: u8) -> usize {
    let end = memchr(close, bytes.get(start..).unwrap_or_default()).map(|end| start + end);
    end.unwrap_or(bytes.len())
}
