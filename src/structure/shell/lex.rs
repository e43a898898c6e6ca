//! Words and operators of POSIX shells: quotes, substitutions, continuations and here-documents.
//!
//! A word keeps its place and its quotes, nothing is expanded. What does not close is taken as it stands, so that an
//! apostrophe at the wrong place does not swallow the file.

use std::ops::Range;

/// A word as it stands, quotes included.
#[derive(Clone, Debug, Default)]
pub(super) struct Word {
    /// Where it stands.
    pub(super) span: Range<usize>,
    /// The commands that are put in its place: what stands inside `$(…)`.
    pub(super) commands: Vec<Range<usize>>,
    /// Whether a list in parentheses follows: `NAME=(`.
    pub(super) array: bool,
}

/// A here-document.
#[derive(Clone, Debug)]
pub(super) struct Here {
    /// Its lines, without the one that ends it.
    pub(super) body: Range<usize>,
    /// Whether variables in it are replaced.
    pub(super) expands: bool,
}

/// What a script is made of.
#[derive(Clone, Debug)]
pub(super) enum Token {
    /// A word.
    Word(Word),
    /// The end of a command: a line end, `;`, `&`, `&&`, `||`.
    End,
    /// `|`.
    Pipe,
    /// `(`.
    Open,
    /// `)`.
    Close,
    /// `;;` and its relatives.
    ArmEnd,
    /// The next word is a file: written, or read.
    Redirect { writes: bool },
    /// A here-document.
    Here(Here),
}

/// Here-documents that end nowhere are searched for only so often, or many of them would take quadratic time.
const MOST_UNENDED: usize = 16;

/// Reads the tokens of a part of a text.
pub(super) struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where the here-documents of this line end.
    behind_here: Option<usize>,
    unended: usize,
    /// Quotes that closed nowhere: from then on they are plain characters.
    lone: Vec<u8>,
}

impl<'a> Lexer<'a> {
    /// A reader of `bytes[range]`, whose places count from the start of `bytes`.
    pub(super) fn new(bytes: &'a [u8], range: Range<usize>) -> Self {
        let bytes = &bytes[..range.end];
        let at = if range.start == 0 && bytes.starts_with("\u{feff}".as_bytes()) { 3 } else { range.start };
        Self { bytes, at, behind_here: None, unended: 0, lone: Vec::new() }
    }

    /// Where the next token is looked for.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Option<Token> {
        self.skip_blanks();
        if self.at >= self.bytes.len() {
            return None;
        }
        let (first, second, third) = (self.peek(0), self.peek(1), self.peek(2));
        let (length, token) = match (first, second) {
            (b'\n', _) => {
                self.at = self.behind_here.take().unwrap_or(0).max(self.at + 1);
                return Some(Token::End);
            }
            (b';', b';' | b'&') => (if third == b'&' { 3 } else { 2 }, Token::ArmEnd),
            (b'&', b'>') => (2, Token::Redirect { writes: true }),
            (b'&', b'&') | (b'|', b'|') => (2, Token::End),
            (b';' | b'&', _) => (1, Token::End),
            (b'|', b'&') => (2, Token::Pipe),
            (b'|', _) => (1, Token::Pipe),
            (b'(', b'(') => {
                // Arithmetic.
                self.skip(self.at + 1, b')', None);
                return Some(Token::End);
            }
            (b'(', _) => (1, Token::Open),
            (b')', _) => (1, Token::Close),
            (b'<' | b'>', b'(') => return Some(Token::Word(self.word())),
            (b'<', b'<') if third == b'<' => (3, Token::Redirect { writes: false }),
            (b'<', b'<') => match self.here(self.at + 2) {
                Some((next, here)) => {
                    self.at = next;
                    return Some(Token::Here(here));
                }
                None => (2, Token::Redirect { writes: false }),
            },
            (b'>', b'>' | b'|') => (2, Token::Redirect { writes: true }),
            // `2>&1`: the word behind is no file, but it is none that matters either.
            (b'<' | b'>', b'&') => (2, Token::Redirect { writes: false }),
            (b'<' | b'>', _) => (1, Token::Redirect { writes: first == b'>' }),
            _ => return Some(Token::Word(self.word())),
        };
        self.at += length;
        if let Token::Redirect { .. } = token {
            self.at += usize::from(self.peek(0) == b'>');
        }
        Some(token)
    }

    fn skip_blanks(&mut self) {
        let mut continued = false;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\r' | 0x0b | 0x0c => self.at += 1,
                b'\\' => match self.continuation() {
                    Some(next) => {
                        self.at = next;
                        continued = true;
                    }
                    None => return,
                },
                b'#' => {
                    let rest = &self.bytes[self.at..];
                    self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                    // Between the lines of a command people, and images, put comments.
                    self.at += usize::from(continued && self.at < self.bytes.len());
                }
                b'0'..=b'9' => {
                    // The number of a stream in front of a redirection.
                    let digits = self.bytes[self.at..].iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
                    if !matches!(self.peek(digits), b'<' | b'>') {
                        return;
                    }
                    self.at += digits;
                }
                _ => return,
            }
        }
    }

    /// Behind the line end that a backslash takes away; blanks and a comment may stand behind it by mistake.
    fn continuation(&self) -> Option<usize> {
        let rest = &self.bytes[self.at + 1..];
        let blanks = rest.iter().take(400).take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        let line = match rest.get(blanks)? {
            b'\n' => blanks,
            b'#' if blanks > 0 => blanks + memchr::memchr(b'\n', &rest[blanks..])?,
            _ => return None,
        };
        Some(self.at + 1 + line + 1)
    }

    fn word(&mut self) -> Word {
        let start = self.at;
        let mut commands = Vec::new();
        let mut array = false;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b';' | b'&' | b'|' | b')' => break,
                b'<' | b'>' if self.peek(1) == b'(' => self.skip(self.at + 2, b')', Some(&mut commands)),
                b'<' | b'>' => break,
                b'\\' => self.at += 2,
                b'\'' => {
                    let escapes = self.at > start && self.bytes[self.at - 1] == b'$';
                    self.skip(self.at + 1, if escapes { b'$' } else { b'\'' }, None);
                }
                b'"' => self.skip(self.at + 1, b'"', Some(&mut commands)),
                b'`' => self.skip(self.at + 1, b'`', Some(&mut commands)),
                b'$' if self.peek(1) == b'(' => self.skip(self.at + 2, b')', Some(&mut commands)),
                b'$' if self.peek(1) == b'{' => self.skip(self.at + 2, b'}', Some(&mut commands)),
                b'(' => match self.bytes[start..self.at].last() {
                    Some(b'=') => {
                        array = true;
                        break;
                    }
                    Some(b'@' | b'!' | b'?' | b'*' | b'+') => self.skip(self.at + 1, b')', None),
                    _ => break,
                },
                _ => self.at += 1,
            }
        }
        self.at = self.at.min(self.bytes.len());
        let word = Word { span: start..self.at, commands, array };
        self.at += usize::from(array);
        word
    }

    /// Goes behind what closes with `closer`; behind its first character where it closes nowhere.
    fn skip(&mut self, inside: usize, closer: u8, commands: Option<&mut Vec<Range<usize>>>) {
        let found = if self.lone.contains(&closer) {
            None
        } else if matches!(closer, b')' | b'`') {
            let found = self.balanced(inside, closer, &mut Vec::new());
            // What begins with one more parenthesis is arithmetic.
            if let (Some(end), Some(commands)) = (found.filter(|_| self.bytes.get(inside) != Some(&b'(')), commands) {
                commands.push(inside..end - 1);
            }
            found
        } else {
            let mut inner = Vec::new();
            let found = self.balanced(inside, closer, &mut inner);
            if let Some(commands) = commands {
                commands.append(&mut inner);
            }
            found
        };
        if found.is_none() && !self.lone.contains(&closer) {
            self.lone.push(closer);
        }
        self.at = found.unwrap_or(inside);
    }

    /// Behind what closes with `closer`, with everything that nests in it; `$'…'` has the closer `$`.
    fn balanced(&mut self, mut at: usize, closer: u8, commands: &mut Vec<Range<usize>>) -> Option<usize> {
        let mut open = vec![closer];
        // The outermost commands inside quotes: how deep they stand, where they begin.
        let mut command: Option<(usize, usize)> = None;
        while let (Some(&byte), Some(&top)) = (self.bytes.get(at), open.last()) {
            let next = self.bytes.get(at + 1).copied().unwrap_or(0);
            if byte == b'\\' && top != b'\'' {
                at += 2;
                continue;
            }
            let closes = byte == top || (top == b'$' && byte == b'\'');
            if closes {
                open.pop();
                if let Some((_, start)) = command.filter(|(depth, _)| *depth == open.len()) {
                    if self.bytes.get(start) != Some(&b'(') {
                        commands.push(start..at);
                    }
                    command = None;
                }
                at += 1;
                if open.is_empty() {
                    return Some(at);
                }
                continue;
            }
            let mut length = 1;
            let opens = match (top, byte, next) {
                (b'\'' | b'$' | b'`', ..) => None,
                (_, b'$', b'(') => Some((b')', 2)),
                (_, b'$', b'{') => Some((b'}', 2)),
                (_, b'`', _) => Some((b'`', 1)),
                (b')' | b'}', b'"', _) => Some((b'"', 1)),
                (b')', b'(', _) => Some((b')', 1)),
                (b')', b'\'', _) => Some((b'\'', 1)),
                (b')', b'#', _) if at.checked_sub(1).is_some_and(|at| self.bytes[at].is_ascii_whitespace()) => {
                    length = memchr::memchr(b'\n', &self.bytes[at..])?;
                    None
                }
                (b')', b'<', b'<') => {
                    if let Some((_, here)) = self.here(at + 2) {
                        length = here.body.end.saturating_sub(at).max(2);
                        self.behind_here = None;
                    } else {
                        length = 2;
                    }
                    None
                }
                _ => None,
            };
            if let Some((closer, opener)) = opens {
                length = opener;
                if command.is_none() && matches!(closer, b')' | b'`') && opener + usize::from(byte == b'`') == 2 {
                    command = Some((open.len(), at + opener));
                }
                open.push(closer);
            }
            at += length;
        }
        None
    }

    /// The here-document whose operator ends at `at`, and where the line goes on.
    fn here(&mut self, mut at: usize) -> Option<(usize, Here)> {
        let line = &self.bytes[at..];
        let dash = usize::from(line.first() == Some(&b'-'));
        at += dash;
        at += self.bytes[at..].iter().take(8).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let quote = self.bytes.get(at).copied().filter(|byte| matches!(byte, b'\'' | b'"' | b'\\'));
        at += usize::from(quote.is_some());
        let letters = self.bytes[at..].iter().take(64);
        let length =
            letters.take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')).count();
        let word = &self.bytes[at..at + length];
        if word.is_empty() || word[0].is_ascii_digit() || self.unended >= MOST_UNENDED {
            return None;
        }
        let next = at + length + usize::from(matches!(quote, Some(b'\'' | b'"')));
        let start = match self.behind_here {
            Some(behind) if behind >= at => behind,
            _ => match memchr::memchr(b'\n', &self.bytes[at..]) {
                Some(found) => at + found + 1,
                None => self.bytes.len(),
            },
        };
        let mut line = start;
        while line < self.bytes.len() {
            let end = memchr::memchr(b'\n', &self.bytes[line..]).map_or(self.bytes.len(), |found| line + found);
            let text = &self.bytes[line..end];
            // Those that are indented by mistake are taken too: other readers of scripts are as kind.
            if text.trim_ascii() == word {
                self.behind_here = Some((end + 1).min(self.bytes.len()));
                return Some((next.min(self.bytes.len()), Here { body: start..line, expands: quote.is_none() }));
            }
            line = end + 1;
        }
        self.unended += 1;
        None
    }
}

/// The span without the quotes around it.
pub(in crate::structure) fn bare(bytes: &[u8], span: Range<usize>) -> Range<usize> {
    let text = &bytes[span.clone()];
    let dollar = usize::from(text.len() > 2 && text[0] == b'$' && matches!(text[1], b'\'' | b'"'));
    match (text.get(dollar), text.last()) {
        (Some(&first @ (b'"' | b'\'')), Some(&last)) if first == last && text.len() >= dollar + 2 => {
            span.start + dollar + 1..span.end - 1
        }
        _ => span,
    }
}
