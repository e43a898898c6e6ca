//! Where on a line a comment begins, in whatever language.
//!
//! Lines of many languages stand in one file (shell in YAML, code in Markdown), so the name of a file says little about
//! them. What can be told from a line alone is told: a comment that allows something begins with the word, directly behind
//! the sign that opens it, and neither the middle of a URL nor the inside of a string is a comment.

use std::ops::Range;

use memchr::{memchr3, memmem};

/// What opens a comment.
struct Opener {
    sign: &'static [u8],
    /// What closes it before the line ends.
    close: Option<&'static [u8]>,
    stands: Stands,
}

/// Where a sign opens a comment and is nothing else.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// Behind white space, a bracket, the end of a string or of a statement.
    Free,
    /// Behind white space only: elsewhere it is an operator, or the beginning of a string.
    Apart,
    /// Where nothing else stands before it on its line.
    First,
}

const fn to_line_end(sign: &'static [u8], stands: Stands) -> Opener {
    Opener { sign, close: None, stands }
}

const fn closed(sign: &'static [u8], close: &'static [u8]) -> Opener {
    Opener { sign, close: Some(close), stands: Stands::Free }
}

/// Longer signs stand before those that they begin with.
const OPENERS: &[Opener] = &[
    closed(b"<!--", b"-->"),
    closed(b"--[[", b"]]"),
    closed(b"--[=", b"]="),
    closed(b"{{!", b"}}"),
    closed(b"/*", b"*/"),
    closed(b"(*", b"*)"),
    closed(b"{#", b"#}"),
    closed(b"{-", b"-}"),
    closed(b"<#", b"#>"),
    closed(b"<%", b"%>"),
    closed(b"@*", b"*@"),
    closed(b"#|", b"|#"),
    closed(b"#=", b"=#"),
    closed(b"#[", b"]#"),
    closed(b"/+", b"+/"),
    closed(b"%{", b"%}"),
    to_line_end(b"//", Stands::Free),
    to_line_end(b"--", Stands::Free),
    to_line_end(b"::", Stands::First),
    to_line_end(b"..", Stands::First),
    to_line_end(b"#", Stands::Free),
    to_line_end(b";", Stands::Apart),
    to_line_end(b"%", Stands::Apart),
    to_line_end(b"!", Stands::Apart),
    to_line_end(b"'", Stands::Apart),
    to_line_end(b"\"", Stands::Apart),
    // A line in the middle of a block comment.
    Opener { sign: b"*", close: Some(b"*/"), stands: Stands::First },
];

/// Words that open a comment.
const WORDS: &[&str] = &["rem", "@rem", "dnl", "=begin"];

/// The longest sign with its decoration (`/****`) that is looked at.
const LONGEST_SIGN: usize = 16;

/// A comment that begins right before a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Comment {
    /// What opens it, where that is a sign.
    pub sign: &'static [u8],
    /// What closes it before the line ends.
    pub close: Option<&'static [u8]>,
}

/// A line, and where its strings are.
pub(super) struct Line<'l> {
    bytes: &'l [u8],
    strings: Vec<Range<usize>>,
}

impl<'l> Line<'l> {
    pub(super) fn new(bytes: &'l [u8]) -> Self {
        Self { bytes, strings: strings(bytes) }
    }

    pub(super) fn bytes(&self) -> &'l [u8] {
        self.bytes
    }

    /// The comment whose first word stands at `at`.
    pub(super) fn comment_before(&self, at: usize) -> Option<Comment> {
        let head = self.bytes[..at].trim_ascii_end();
        let first = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        if first.is_empty() || self.is_word(head, at) {
            // Alone on its line: a line of a block comment, or of a text without comments.
            return Some(Comment { sign: b"", close: None });
        }
        let indent = head.len() - first.len();
        let marks = head.iter().rev().take(LONGEST_SIGN).take_while(|&&byte| is_mark(byte)).count();
        (head.len() - marks..head.len()).find_map(|start| {
            let opener = OPENERS.iter().find(|opener| {
                let behind = head[start..].strip_prefix(opener.sign);
                behind.is_some_and(|behind| behind.iter().all(|&byte| is_decoration(byte)))
            })?;
            let stands = match (opener.stands, start.checked_sub(1).map(|before| head[before])) {
                (_, _) if start == indent => true,
                (Stands::Free, Some(before)) => before.is_ascii_whitespace() || b"\"'`()[]{}<>,;&|!".contains(&before),
                (Stands::Apart, Some(before)) => before.is_ascii_whitespace(),
                _ => false,
            };
            let opens = stands && !self.strings.iter().any(|string| string.contains(&start));
            opens.then_some(Comment { sign: opener.sign, close: opener.close })
        })
    }

    /// Whether `head` ends with a word that opens a comment, where a statement may begin.
    fn is_word(&self, head: &[u8], at: usize) -> bool {
        let length = head.iter().rev().take_while(|&&byte| !byte.is_ascii_whitespace()).count();
        let (before, word) = head.split_at(head.len() - length);
        let begins = before.trim_ascii_end().last().is_none_or(|before| b"&|(:".contains(before));
        let known = WORDS.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()));
        known && begins && head.len() < at && !self.strings.iter().any(|string| string.contains(&before.len()))
    }
}

impl Comment {
    /// What the comment says, given the rest of its line.
    pub(super) fn text<'l>(&self, rest: &'l [u8]) -> &'l [u8] {
        let end = match self.close {
            Some(close) => memmem::find(rest, close),
            // Another comment behind it, for another tool.
            None if matches!(self.sign, b"#" | b"//" | b"--") => memmem::find_iter(rest, self.sign).find(|&at| {
                let apart = |at: Option<usize>| at.and_then(|at| rest.get(at)).is_some_and(u8::is_ascii_whitespace);
                apart(at.checked_sub(1)) && apart(Some(at + self.sign.len()))
            }),
            None => None,
        };
        let Some(end) = end else { return without_close(rest) };
        // `**/`, `--%>`
        let mut text = rest[..end].trim_ascii_end();
        while let [shorter @ .., b'*' | b'-' | b'#' | b'='] = text {
            text = shorter;
        }
        text
    }
}

/// A text without what closes the comment around it: one that began further in front.
fn without_close(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii_end();
    OPENERS.iter().filter_map(|opener| opener.close).find_map(|close| text.strip_suffix(close)).unwrap_or(text)
}

/// What a sign is made of.
fn is_mark(byte: u8) -> bool {
    is_decoration(byte) || b"'\"<{(@:.".contains(&byte)
}

/// What signs are made longer by: `///`, `/**`, `--[[`, `;;`.
fn is_decoration(byte: u8) -> bool {
    b"#/*-=!;%[|+".contains(&byte)
}

/// The strings of a line, quotes included. A quote that nothing closes on the line is none: an apostrophe, or the edge of
/// a string of several lines, of which one line cannot tell.
fn strings(line: &[u8]) -> Vec<Range<usize>> {
    let mut strings = Vec::new();
    let mut unclosed = [false; 256];
    let mut at = 0;
    while let Some(found) = memchr3(b'"', b'\'', b'`', &line[at..]) {
        let start = at + found;
        let quote = line[start];
        at = start + 1;
        if unclosed[usize::from(quote)] || start.checked_sub(1).is_some_and(|before| line[before] == b'\\') {
            continue;
        }
        match closing(line, at, quote) {
            Some(end) => {
                strings.push(start..end + 1);
                at = end + 1;
            }
            // Then nothing closes a later one either, so that the work stays linear.
            None => unclosed[usize::from(quote)] = true,
        }
    }
    strings
}

/// Where the string ends whose inside begins at `at`.
fn closing(line: &[u8], at: usize, quote: u8) -> Option<usize> {
    let mut at = at;
    loop {
        let byte = *line.get(at)?;
        // `it's` closes nothing.
        let apostrophe = quote == b'\'' && line.get(at + 1).is_some_and(u8::is_ascii_alphanumeric);
        if byte == quote && !apostrophe {
            return Some(at);
        }
        at += if byte == b'\\' { 2 } else { 1 };
    }
}
