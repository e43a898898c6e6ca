//! One character as an encoding writes it, and the tokens that such characters stand in.

use super::super::bytes::{is_key_byte, run_before};
use super::{Builder, Stretch};

/// The longest token that is decoded as one.
const LONGEST: usize = 64 * 1024;

/// From here on a token ends where nothing is cut by it.
const LONG: usize = 60 * 1024;

/// The shortest run of characters that may be a key. An escape in it counts as the characters that it is written with, as
/// another encoding may be inside this one.
const SHORTEST_KEY: usize = 20;

/// What is written for a character, and what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    text: [u8; 4],
    length: usize,
    /// How many bytes it is written with.
    pub(super) source: usize,
}

impl Unit {
    /// `source` bytes that say a byte.
    pub(super) const fn byte(byte: u8, source: usize) -> Self {
        Self { text: [byte, 0, 0, 0], length: 1, source }
    }

    /// `source` bytes that say a character.
    pub(super) fn char(char: char, source: usize) -> Self {
        let mut text = [0; 4];
        let length = char.encode_utf8(&mut text).len();
        Self { text, length, source }
    }

    /// `source` bytes that say nothing.
    pub(super) const fn nothing(source: usize) -> Self {
        Self { text: [0; 4], length: 0, source }
    }

    /// The same, said by `source` bytes.
    pub(super) const fn by(self, source: usize) -> Self {
        Self { source, ..self }
    }

    /// What it says.
    pub(super) fn text(&self) -> &[u8] {
        &self.text[..self.length]
    }

    /// Whether it can be a part of a key or an address, or joins two parts. `next` is what stands behind it: what says the
    /// sign that an encoding begins with counts where one does.
    fn tells(&self, next: &[u8]) -> bool {
        match *self.text() {
            [] => true,
            [b'\\'] => matches!(next.first(), Some(b'u' | b'x' | b'U' | b'N' | b'0'..=b'7' | b'\\' | b'/')),
            [b'&'] => next.first() == Some(&b'#') || super::html::is_name(next),
            [byte] => is_key_byte(byte) || matches!(byte, b'.' | b':' | b'/' | b'@' | b'%' | b'+' | b'=' | b'#' | b'{'),
            // What looks like a hyphen, and letters of another width.
            _ => super::invisible::unit(self.text(), 0).is_some(),
        }
    }
}

/// The tokens around what `unit` reads at the places `at`, where undoing it may show a key or an address. A token goes on
/// until a byte that ends one.
pub(super) fn tokens(
    bytes: &[u8],
    at: impl Iterator<Item = usize>,
    ends: impl Fn(u8) -> bool,
    unit: impl Fn(&[u8], usize) -> Option<Unit>,
) -> Vec<Stretch> {
    let mut stretches = Vec::new();
    let mut done = 0;
    for at in at {
        if at < done || unit(bytes, at).is_none() {
            continue;
        }
        let start = at - run_before(bytes, at, (at - done).min(LONG), |byte| !ends(byte));
        let mut token = Token::new(start);
        done = token.read(bytes, start, &ends, &unit);
        stretches.extend(token.finish());
    }
    stretches
}

/// A token, and where in its text something decoded stands that tells.
struct Token {
    builder: Builder,
    told: Vec<usize>,
}

impl Token {
    fn new(start: usize) -> Self {
        Self { builder: Builder::new(start), told: Vec::new() }
    }

    /// Reads the token that begins at `start`; returns the offset behind it.
    fn read(
        &mut self,
        bytes: &[u8],
        start: usize,
        ends: impl Fn(u8) -> bool,
        unit: impl Fn(&[u8], usize) -> Option<Unit>,
    ) -> usize {
        let mut at = start;
        let mut copied = start;
        while at < bytes.len() && at - start < LONGEST {
            if let Some(unit) = unit(bytes, at) {
                self.builder.copy(&bytes[copied..at]);
                if unit.tells(&bytes[at + unit.source..]) {
                    self.told.push(self.builder.text().len());
                }
                self.builder.say(unit.text(), unit.source);
                at += unit.source;
                copied = at;
                if at - start >= LONG && !unit.text().iter().all(|&byte| goes_on(byte)) {
                    break;
                }
            } else if ends(bytes[at]) || at - start >= LONG && !goes_on(bytes[at]) {
                break;
            } else {
                at += 1;
            }
        }
        self.builder.copy(&bytes[copied..at]);
        at
    }

    /// The token, if what was decoded may be a part of a key or an address.
    fn finish(self) -> Option<Stretch> {
        let text = self.builder.text();
        let mut seen = 0;
        let mut tells = false;
        for &at in &self.told {
            if at < seen {
                continue;
            }
            let run = run_around(text, at, seen, is_part_of_address);
            seen = run.end;
            if is_worth_it(&text[run]) {
                tells = true;
                break;
            }
        }
        if tells { self.builder.finish() } else { None }
    }
}

/// Whether a run of what keys and addresses consist of may be one.
fn is_worth_it(run: &[u8]) -> bool {
    let mut parts = run.split(|&byte| !is_part_of_key(byte));
    parts.any(|part| part.len() >= SHORTEST_KEY && part.iter().any(u8::is_ascii_digit))
        || run.len() > b"http://a.bc".len() && super::super::bytes::contains_ignore_case(run, b"http")
}

/// The run of bytes of a class around `at`, not in front of `floor`.
fn run_around(text: &[u8], at: usize, floor: usize, class: impl Fn(u8) -> bool) -> std::ops::Range<usize> {
    let start = at - run_before(text, at, at - floor, &class);
    let length = text[at..].iter().take_while(|&&byte| class(byte)).count();
    // What was decoded may end a run: then nothing begins behind it.
    start..(at + length).max(at + 1).min(text.len())
}

/// Whether a byte can stand in a key, or in one that is encoded again.
const fn is_part_of_key(byte: u8) -> bool {
    is_key_byte(byte) || matches!(byte, b'\\' | b'%' | b'&' | b'#' | b';' | b'=' | b'{' | b'}' | 0x80..)
}

/// Whether a byte can stand in an address, or in one that is encoded again.
const fn is_part_of_address(byte: u8) -> bool {
    is_part_of_key(byte) || goes_on(byte)
}

/// Whether a byte can stand in a key or an address.
const fn goes_on(byte: u8) -> bool {
    is_key_byte(byte) || matches!(byte, b'.' | b':' | b'/' | b'@' | b'+' | b'~')
}
