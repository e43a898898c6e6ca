//! What stands around a value: the call it is an argument of, and whether LLM settings and keys are near.
//!
//! A light reading, the same for every language: brackets are counted backwards over a bounded stretch. Formats with a
//! grammar of their own will bring real scopes; this stays the fallback for what does not parse.

use super::bytes::run_before;
use super::name::is_name_byte;
use super::setting::{About, Vocabulary};

/// How far back an open bracket is looked for.
const REACH: usize = 1200;

/// How many open brackets are followed outwards.
const MOST_BRACKETS: usize = 4;

/// How near, in bytes, an LLM setting has to stand to lend its meaning to a neutral one.
pub(super) const NEAR: usize = 500;

/// Whether the value at `at` is an argument, or a property of an argument, of a call on an LLM client: `OpenAI(…)`,
/// `createOpenAI({…})`, `OpenAIClient.builder()….baseUrl(…)`.
pub(super) fn in_llm_call(vocabulary: &Vocabulary<'_>, bytes: &[u8], at: usize) -> bool {
    let floor = at.saturating_sub(REACH);
    let mut depth = 0i32;
    let mut found = 0;
    for index in (floor..at).rev() {
        match bytes[index] {
            b')' | b']' | b'}' => depth += 1,
            b'(' | b'[' | b'{' if depth > 0 => depth -= 1,
            b'(' => {
                let length =
                    run_before(bytes, index, 100, |byte| is_name_byte(byte) || matches!(byte, b':' | b'>' | b'<'));
                let callee = String::from_utf8_lossy(&bytes[index - length..index]);
                if !callee.is_empty() && vocabulary.classify(&callee).about == About::Llm {
                    return true;
                }
                found += 1;
            }
            b'[' | b'{' => found += 1,
            // Two blank lines, or the end of a statement at this depth: another scope.
            b';' if depth == 0 => return false,
            b'\n' if depth == 0 && bytes[..index].ends_with(b"\n\n") => return false,
            _ => {}
        }
        if found >= MOST_BRACKETS {
            return false;
        }
    }
    false
}

/// Whether the value at `at` is an argument of a call, or of a property's object in one, that is no LLM client's:
/// `axios.create({baseURL: …})` beside an LLM client is somebody else's.
pub(super) fn in_other_call(vocabulary: &Vocabulary<'_>, bytes: &[u8], at: usize) -> bool {
    let mut depth = 0i32;
    for index in (at.saturating_sub(400)..at).rev() {
        match bytes[index] {
            b')' | b']' | b'}' => depth += 1,
            b'(' | b'[' | b'{' if depth > 0 => depth -= 1,
            b'(' => {
                let length = run_before(bytes, index, 100, |byte| is_name_byte(byte) || byte == b':');
                let callee = String::from_utf8_lossy(&bytes[index - length..index]);
                let facts = vocabulary.classify(&callee);
                return !callee.is_empty() && facts.about == About::Other;
            }
            b';' if depth == 0 => return false,
            _ => {}
        }
    }
    false
}

/// Offsets in a blob at which something LLM-like stands, sorted.
#[derive(Debug, Default)]
pub(super) struct Evidence(Vec<usize>);

impl Evidence {
    pub(super) fn new(mut offsets: Vec<usize>) -> Self {
        offsets.sort_unstable();
        offsets.dedup();
        Self(offsets)
    }

    /// Whether evidence stands within `reach` bytes before, or half as much behind.
    pub(super) fn near(&self, at: usize, reach: usize) -> bool {
        let first = self.0.partition_point(|&offset| offset < at.saturating_sub(reach));
        self.0.get(first).is_some_and(|&offset| offset <= at + reach / 2)
    }

    /// The evidence within `reach` bytes before, or half as much behind.
    pub(super) fn around(&self, at: usize, reach: usize) -> impl Iterator<Item = usize> {
        let first = self.0.partition_point(|&offset| offset < at.saturating_sub(reach));
        self.0[first..].iter().copied().take_while(move |&offset| offset <= at + reach / 2)
    }

    /// Whether one of two offsets stands within `reach` bytes before the other, or half as much behind.
    pub(super) fn is_near(offset: usize, at: usize, reach: usize) -> bool {
        offset >= at.saturating_sub(reach) && offset <= at + reach / 2
    }

    /// All of it.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().copied()
    }

    /// Whether there is any at all.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
