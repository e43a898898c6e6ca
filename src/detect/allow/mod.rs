//! Inline comments that let a place pass: `keyscan:allow[rule,…] reason` on the line itself,
//! `keyscan:allow-next-line[rule,…] reason` on the line above. They never cover more than that one line.
//!
//! A value that goes over several lines may have its comment behind its first or its last line, or above the first. A line
//! that no person wrote, because it is longer than [`LONGEST_LINE`], cannot be allowed: it might be a whole file.

mod comment;

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use memchr::{memchr2, memmem, memrchr2};
use sha2::{Digest, Sha256};

use crate::model::{Allow, AllowScope, LineDigest, NoEffect, RuleId};

use super::redact::redact_text;
use comment::Line;

const WORD: &[u8] = b"keyscan:allow";
const NEXT_LINE: &[u8] = b"-next-line";

/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 200;
/// How much of a reason is read, in characters.
const READ_OF_REASON: usize = 4096;
/// The longest line that a comment covers, in bytes: a long value still fits, a file that was made one line does not.
const LONGEST_LINE: usize = 4096;

/// The lines on which the comments of a text that allow something stand, and what those comments cover.
pub(super) fn allowed_lines(bytes: &[u8]) -> BTreeSet<LineDigest> {
    let mut allows = Allows::new(bytes);
    let mut digests = BTreeSet::new();
    let mut behind = 0;
    for word in allows.words.clone() {
        let (line, whole) = line_around(bytes, word);
        // A line is looked at once, however many words it has.
        if word < behind || !whole {
            continue;
        }
        behind = line.end;
        let said = allows.said(&line).clone();
        if said.here.is_some_and(|said| said.counts()) {
            digests.insert(digest(bytes, &line, None));
        }
        if said.next.is_some_and(|said| said.counts())
            && let Some((covered, true)) = below(bytes, line.end)
        {
            digests.insert(digest(bytes, &covered, Some(&line)));
        }
    }
    digests
}

/// The inline comments of a blob. Most have none, and then no line is looked at.
pub(super) struct Allows<'b> {
    bytes: &'b [u8],
    /// Where the word stands, sorted.
    words: Vec<usize>,
    /// Whether the lines are those of a notebook: code inside the strings of a list.
    notebook: bool,
    /// What was read already, by the start of the line.
    lines: HashMap<usize, Said>,
}

/// What the comments of one line say.
#[derive(Clone, Default)]
struct Said {
    /// Of this line.
    here: Option<Directive>,
    /// Of the next one.
    next: Option<Directive>,
}

/// One comment.
#[derive(Clone)]
struct Directive {
    scope: AllowScope,
    reason: String,
}

impl Directive {
    /// Whether it allows anything.
    fn counts(&self) -> bool {
        !matches!(self.scope, AllowScope::Nothing(_))
    }
}

impl<'b> Allows<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        let words: Vec<usize> = memmem::find_iter(bytes, WORD).collect();
        let notebook = !words.is_empty() && memmem::find(bytes, b"\"cell_type\"").is_some();
        Self { bytes, words, notebook, lines: HashMap::new() }
    }

    /// The comment that covers what stands in `range`; if none does, the one that was probably meant to.
    pub(super) fn covering(&mut self, range: &Range<usize>) -> Option<Allow> {
        if self.words.is_empty() {
            return None;
        }
        let (first, whole) = line_around(self.bytes, range.start);
        if !whole {
            let scope = AllowScope::Nothing(NoEffect::LongLine);
            return self.holds_word(&first).then(|| Allow { scope, reason: String::new(), lines: None });
        }
        let last = range.end.checked_sub(1).filter(|&last| last >= first.end);
        let last = last.map(|last| line_around(self.bytes, last)).filter(|(_, whole)| *whole).map(|(last, _)| last);
        let above = above(self.bytes, first.start);

        let mut candidates = Vec::new();
        let one_line = last.is_none() && range.end <= first.end;
        candidates.push((self.said(&first).here.clone(), one_line.then(|| digest(self.bytes, &first, None))));
        if let Some(last) = &last {
            candidates.push((self.said(last).here.clone(), None));
        }
        if let Some(above) = &above {
            let lines = one_line.then(|| digest(self.bytes, &first, Some(above)));
            candidates.push((self.said(above).next.clone(), lines));
        }
        let said: Vec<_> = candidates.into_iter().filter_map(|(said, lines)| Some((said?, lines))).collect();
        let (said, lines) = said.iter().find(|(said, _)| said.counts()).or(said.first())?.clone();
        Some(Allow { scope: said.scope, reason: said.reason, lines })
    }

    /// What stands on a line, read once.
    fn said(&mut self, line: &Range<usize>) -> &Said {
        if !self.lines.contains_key(&line.start) {
            let said = if self.holds_word(line) { self.read(&self.bytes[line.clone()]) } else { Said::default() };
            self.lines.insert(line.start, said);
        }
        &self.lines[&line.start]
    }

    fn holds_word(&self, line: &Range<usize>) -> bool {
        let first = self.words.partition_point(|&word| word < line.start);
        self.words.get(first).is_some_and(|&word| word < line.end)
    }

    fn read(&self, line: &[u8]) -> Said {
        let code = if self.notebook { code_of_notebook(line) } else { None };
        let line = Line::new(code.as_deref().unwrap_or(line));
        let mut said = Said::default();
        for word in memmem::find_iter(line.bytes(), WORD) {
            let comment = line.comment_before(word);
            // Inside a longer word it is another one.
            if comment.is_none() && word.checked_sub(1).is_some_and(|before| is_word_byte(line.bytes()[before])) {
                continue;
            }
            let rest = &line.bytes()[word + WORD.len()..];
            let (place, rest) = match rest.strip_prefix(NEXT_LINE) {
                Some(rest) => (&mut said.next, rest),
                None => (&mut said.here, rest),
            };
            // The word goes on: another one.
            if rest.first().copied().is_some_and(is_word_byte) {
                continue;
            }
            let directive = match comment {
                Some(comment) => directive(comment.text(rest)),
                None => Directive { scope: AllowScope::Nothing(NoEffect::NotAComment), reason: String::new() },
            };
            if place.as_ref().is_none_or(|other| !other.counts() && directive.counts()) {
                *place = Some(directive);
            }
        }
        said
    }
}

/// The words behind `keyscan:allow`.
fn directive(text: &[u8]) -> Directive {
    let (scope, reason) = match text.trim_ascii_start().strip_prefix(b"[") {
        Some(list) => match memchr::memchr(b']', list) {
            Some(close) => (named(&list[..close]), &list[close + 1..]),
            None => (None, list),
        },
        None => (Some(AllowScope::All), text),
    };
    // A misspelt rule allows nothing: better a finding too many than one that nobody meant to hide.
    let scope = scope.unwrap_or(AllowScope::Nothing(NoEffect::UnknownRule));
    let reason = String::from_utf8_lossy(reason);
    // `keyscan:allow: reason`, `keyscan:allow -- reason`
    let reason = reason.trim().trim_start_matches(['-', ':', ',', ';']).trim();
    // Signs alone say nothing.
    let reason = if reason.contains(char::is_alphanumeric) { reason } else { "" };
    // A key that is cut may look like none: keys are taken out first, and a word that goes on is left out.
    let read = match reason.char_indices().nth(READ_OF_REASON) {
        Some((end, _)) => reason[..end].rsplit_once(char::is_whitespace).map_or("", |(words, _)| words),
        None => reason,
    };
    Directive { scope, reason: redact_text(read).chars().take(LONGEST_REASON).collect() }
}

fn named(list: &[u8]) -> Option<AllowScope> {
    let names = str::from_utf8(list).ok()?;
    let rules: Option<Vec<RuleId>> = names.split(',').map(|name| RuleId::from_word(name.trim())).collect();
    rules.map(AllowScope::Rules)
}

/// A line of code in a notebook: one string of a list.
fn code_of_notebook(line: &[u8]) -> Option<Vec<u8>> {
    let line = line.trim_ascii();
    let quoted = line.strip_suffix(b",").unwrap_or(line).strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let mut code = Vec::with_capacity(quoted.len());
    let mut bytes = quoted.iter();
    while let Some(&byte) = bytes.next() {
        match byte {
            // Several strings on one line.
            b'"' => return None,
            b'\\' => match *bytes.next()? {
                b'n' | b'r' | b't' => code.push(b' '),
                escaped => code.push(escaped),
            },
            _ => code.push(byte),
        }
    }
    Some(code)
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// The line that holds offset `at`, without its line break, and whether it is whole: of longer ones only a part is seen.
fn line_around(bytes: &[u8], at: usize) -> (Range<usize>, bool) {
    let floor = at.saturating_sub(LONGEST_LINE);
    let ceiling = bytes.len().min(at + LONGEST_LINE);
    let start = memrchr2(b'\n', b'\r', &bytes[floor..at]).map(|found| floor + found + 1);
    let end = memchr2(b'\n', b'\r', &bytes[at..ceiling]).map(|found| at + found);
    let line = start.unwrap_or(floor)..end.unwrap_or(ceiling);
    let whole = (start.is_some() || floor == 0) && (end.is_some() || ceiling == bytes.len());
    let whole = whole && line.len() <= LONGEST_LINE;
    (line, whole)
}

/// The line above the one that starts at `start`.
fn above(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let before = &bytes[..start];
    let end = before.strip_suffix(b"\r\n").or(before.strip_suffix(b"\n")).or(before.strip_suffix(b"\r"))?.len();
    let (line, whole) = line_around(bytes, end);
    whole.then_some(line)
}

/// The line below the one that ends at `end`, and whether it is whole.
fn below(bytes: &[u8], end: usize) -> Option<(Range<usize>, bool)> {
    let rest = &bytes[end..];
    let below = rest.strip_prefix(b"\r\n").or(rest.strip_prefix(b"\n")).or(rest.strip_prefix(b"\r"))?;
    Some(line_around(bytes, bytes.len() - below.len()))
}

/// The digest of a line, or of the line with a comment and the one it covers, however lines end.
fn digest(bytes: &[u8], covered: &Range<usize>, comment: Option<&Range<usize>>) -> LineDigest {
    let mut hash = Sha256::new();
    if let Some(comment) = comment {
        hash.update(&bytes[comment.clone()]);
        hash.update(b"\n");
    }
    hash.update(&bytes[covered.clone()]);
    LineDigest(hash.finalize().into())
}

#[cfg(test)]
mod tests;
