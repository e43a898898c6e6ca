//! Stretches of a text that begin with a word: what a bracket holds, and what stands between two words.

use std::ops::Range;

use memchr::memmem;

/// How many bytes of one bracket are looked at.
const LONGEST: usize = 16 << 20;

/// Where something begins and where it ends, in the order of the bytes.
#[derive(Default)]
pub(super) struct Turns(Vec<(usize, bool)>);

impl Turns {
    pub(super) fn new(bytes: &[u8], begin: &[&[u8]], end: &[&[u8]]) -> Self {
        let all = begin.iter().map(|word| (*word, true)).chain(end.iter().map(|word| (*word, false)));
        let mut turns: Vec<(usize, bool)> =
            all.flat_map(|(word, begins)| memmem::find_iter(bytes, word).map(move |at| (at, begins))).collect();
        turns.sort_unstable();
        Self(turns)
    }

    /// Where the last beginning in front of `at` stands, with no end between.
    pub(super) fn open_at(&self, at: usize) -> Option<usize> {
        let behind = self.0.partition_point(|(turn, _)| *turn < at);
        let (start, begins) = self.0[behind.checked_sub(1)?];
        begins.then_some(start)
    }
}

/// What the brackets behind a word hold: `"outputs": [ … ]`, `extra: { … }`. One within another counts as part of it.
#[derive(Default)]
pub(super) struct Held(Vec<Range<usize>>);

impl Held {
    /// `word` stands as it is in JSON, in quotes, or as a name of JavaScript.
    pub(super) fn new(bytes: &[u8], word: &str) -> Self {
        let mut held: Vec<Range<usize>> = Vec::new();
        for at in memmem::find_iter(bytes, word.as_bytes()) {
            let inside = held.last().is_some_and(|last| at < last.end);
            let named = at.checked_sub(1).is_none_or(|before| !is_name(bytes[before]) && bytes[before] != b'.');
            if inside || !named {
                continue;
            }
            let rest = &bytes[at + word.len()..];
            let quoted =
                at > 0 && rest.first().is_some_and(|next| matches!(next, b'"' | b'\'') && bytes[at - 1] == *next);
            let rest = rest[usize::from(quoted)..].trim_ascii_start();
            let Some(rest) = rest.strip_prefix(b":").or_else(|| rest.strip_prefix(b"=")) else { continue };
            let rest = rest.trim_ascii_start();
            if matches!(rest.first(), Some(b'[' | b'{')) {
                let start = bytes.len() - rest.len();
                // One that does not close holds nothing, for where it ends is not known, nor what lies behind it.
                let Some(length) = length(rest) else { break };
                held.push(start..start + length);
            }
        }
        Self(held)
    }

    pub(super) fn holds(&self, at: usize) -> bool {
        let next = self.0.partition_point(|range| range.start <= at);
        next.checked_sub(1).is_some_and(|last| at < self.0[last].end)
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'-')
}

/// How long the bracket at the beginning of a text is, where it closes.
fn length(text: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut bytes = text.iter().take(LONGEST).enumerate();
    while let Some((at, byte)) = bytes.next() {
        match (quote, byte) {
            (Some(_), b'\\') => {
                bytes.next();
            }
            (Some(open), byte) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'' | b'`') => quote = Some(byte),
            (None, b'[' | b'{') => depth += 1,
            (None, b']' | b'}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(text: &str, word: &str) -> bool {
        Held::new(text.as_bytes(), word).holds(text.find("KEY").unwrap())
    }

    #[test]
    fn brackets_hold() {
        for (text, word) in [
            (r#"{"extra": {"a": "KEY"}}"#, "extra"),
            ("x = { extra: { b: { c: 1 }, a: 'KEY' } }", "extra"),
            (r#"{"outputs":[{"text":["a ] b","KEY"]}]}"#, "outputs"),
            (r#"{"outputs":[{"outputs":[1],"text":"KEY"}]}"#, "outputs"),
            (r#"{"extra": "x", "extra": {"a": "KEY"}}"#, "extra"),
        ] {
            assert!(held(text, word), "{text}");
        }
        for (text, word) in [
            (r#"{"extra": {"a": "}"}, "b": "KEY"}"#, "extra"),
            (r#"{"outputs":[],"b":"KEY"}"#, "outputs"),
            (r#"{"source":["\"outputs\": [KEY"]}"#, "outputs"),
            (r#"{"my-extra": {"a": "KEY"}}"#, "extra"),
            (r#"{"extra": {"a": "KEY""#, "extra"),
            (r#"{"extras": {"a": "KEY"}}"#, "extra"),
            ("KEY", "extra"),
        ] {
            assert!(!held(text, word), "{text}");
        }
    }

    #[test]
    fn turns() {
        let text = b"a <x b </x c";
        let turns = Turns::new(text, &[b"<x"], &[b"</x"]);
        assert_eq!((turns.open_at(1), turns.open_at(5), turns.open_at(11)), (None, Some(2), None));
    }
}
