//! Texts of office documents: a word that stands in several runs of a paragraph is put together.
//!
//! Programs cut a text wherever its look, its language or a save changes: `<w:t>sk-pro</w:t></w:r><w:r><w:t>j-…</w:t>`. People
//! see one word. Where a run ends within a word and the next one of the paragraph goes on with it, the word is written at
//! its beginning, and blanks in place of the rest: everything else stays in its place. Nothing is put together across
//! paragraphs, cells, tabs and breaks of lines, nor where another text stands between.

use std::ops::Range;

/// Elements that a paragraph is, by the program.
const PARAGRAPHS: [&[u8]; 6] = [b"w:p", b"a:p", b"si", b"is", b"text:p", b"text:h"];

/// Elements that a text stands in.
const TEXTS: [&[u8]; 3] = [b"w:t", b"a:t", b"t"];

/// Elements that part what stands in front of them from what stands behind.
const PARTS: [&[u8]; 13] = [
    b"w:tab",
    b"w:br",
    b"w:cr",
    b"w:delText",
    b"w:instrText",
    b"w:noBreakHyphen",
    b"a:br",
    b"a:fld",
    b"rPh",
    b"text:tab",
    b"text:line-break",
    b"text:s",
    b"office:annotation",
];

/// Whether a member of this name may be the text of a document.
pub(super) fn is_text(name: &[u8], bytes: &[u8]) -> bool {
    let has = |tag: &[u8]| memchr::memmem::find(bytes, tag).is_some();
    name.ends_with(b".xml")
        && bytes.iter().take(64).any(|byte| *byte == b'<')
        && [&b"</w:t>"[..], b"</a:t>", b"</t>", b"</text:span>"].into_iter().any(has)
}

/// Puts words together.
pub(super) fn join(bytes: &mut [u8]) {
    for word in words(bytes) {
        put_together(bytes, &word);
    }
}

/// The words in several runs, each as the places of these.
fn words(bytes: &[u8]) -> Vec<Vec<Range<usize>>> {
    // In this family all that stands in a paragraph is its text.
    let mixed = memchr::memmem::find(bytes, b"</text:p>").is_some();
    let mut found = Vec::new();
    let mut word: Vec<Range<usize>> = Vec::new();
    let mut paragraphs = 0_usize;
    let (mut at, mut is_text) = (0, false);
    while let Some(open) = memchr::memchr(b'<', &bytes[at..]).map(|open| at + open) {
        let text = at..open;
        if is_text && !text.is_empty() {
            let goes_on = word.last().is_some_and(|last| goes_on(bytes, last, &text));
            if !goes_on && word.len() > 1 {
                found.push(std::mem::take(&mut word));
            }
            if !goes_on {
                word.clear();
            }
            word.push(text);
        } else if !bytes[text].trim_ascii().is_empty() {
            // Another text stands between.
            end(&mut word, &mut found);
        }
        let Some(close) = memchr::memchr(b'>', &bytes[open..]).map(|close| open + close) else { break };
        let tag = &bytes[open + 1..close];
        let (ends, tag) = tag.strip_prefix(b"/").map_or((false, tag), |tag| (true, tag));
        let name = tag.split(|byte| byte.is_ascii_whitespace() || *byte == b'/').next().unwrap_or_default();
        let empty = tag.ends_with(b"/");
        let is_paragraph = PARAGRAPHS.contains(&name);
        if is_paragraph || PARTS.contains(&name) {
            end(&mut word, &mut found);
        }
        if is_paragraph && !empty {
            paragraphs = if ends { paragraphs.saturating_sub(1) } else { paragraphs + 1 };
        }
        is_text = paragraphs > 0 && (mixed || (TEXTS.contains(&name) && !ends && !empty));
        at = close + 1;
    }
    end(&mut word, &mut found);
    found
}

/// Ends a word.
fn end(word: &mut Vec<Range<usize>>, found: &mut Vec<Vec<Range<usize>>>) {
    let word = std::mem::take(word);
    if word.len() > 1 {
        found.push(word);
    }
}

/// Whether a run goes on with the word that the one before ends in. What stands between is markup that leads nowhere.
fn goes_on(bytes: &[u8], last: &Range<usize>, next: &Range<usize>) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=".contains(&byte);
    let between = &bytes[last.end..next.start];
    is_word(bytes[last.end - 1]) && is_word(bytes[next.start]) && memchr::memmem::find(between, b"://").is_none()
}

/// Writes a word at its beginning, and blanks where the rest of it stood.
fn put_together(bytes: &mut [u8], word: &[Range<usize>]) {
    let (Some(first), Some(last)) = (word.first(), word.last()) else { return };
    let all = first.start..last.end;
    let mut text: Vec<u8> = Vec::with_capacity(all.len());
    word.iter().for_each(|run| text.extend_from_slice(&bytes[run.clone()]));
    // Lines stay what they are.
    for (before, after) in word.iter().zip(&word[1..]) {
        let between = &bytes[before.end..after.start];
        text.extend(between.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { *byte } else { b' ' }));
    }
    bytes[all].copy_from_slice(&text);
}
