//! Inline comments that let a place pass: `keyscan:allow[rule,…] reason` on the line itself,
//! `keyscan:allow-next-line[rule,…] reason` on the line above. They never cover more than that one line.

use crate::model::{Allow, AllowScope, RuleId};

use super::bytes::{line_end, line_start};
use super::redact::redact_text;

const WORD: &[u8] = b"keyscan:allow";
const NEXT_LINE: &[u8] = b"-next-line";

/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 200;

/// The inline comments of a blob. Most have none, and then no line is looked at.
pub(super) struct Allows<'b> {
    bytes: &'b [u8],
    /// Where the word stands, sorted.
    words: Vec<usize>,
}

impl<'b> Allows<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        // Inside a longer word, a string or a query it is no comment's.
        let stands_alone = |at: &usize| {
            at.checked_sub(1).map(|index| bytes[index]).is_none_or(|before| {
                before.is_ascii_whitespace()
                    || matches!(before, b'#' | b'/' | b'*' | b'-' | b';' | b'!' | b'%' | b'(' | b'{')
            })
        };
        Self { bytes, words: memchr::memmem::find_iter(bytes, WORD).filter(stands_alone).collect() }
    }

    /// The comment that covers the line of offset `at`.
    pub(super) fn covering(&self, at: usize) -> Option<Allow> {
        if self.words.is_empty() {
            return None;
        }
        let start = line_start(self.bytes, at);
        self.within(start, line_end(self.bytes, at), false).or_else(|| {
            // Where a long line is cut, the line above is out of reach.
            let above_end = start.checked_sub(1).filter(|&end| self.bytes[end] == b'\n')?;
            self.within(line_start(self.bytes, above_end), above_end, true)
        })
    }

    fn within(&self, start: usize, end: usize, for_next: bool) -> Option<Allow> {
        let first = self.words.partition_point(|&word| word < start);
        self.words[first..].iter().take_while(|&&word| word < end).find_map(|&word| {
            let rest = &self.bytes[(word + WORD.len()).min(end)..end];
            match (rest.strip_prefix(NEXT_LINE), for_next) {
                (Some(rest), true) => parse(rest),
                (None, false) => parse(rest),
                _ => None,
            }
        })
    }
}

fn parse(rest: &[u8]) -> Option<Allow> {
    let (scope, rest) = match rest.strip_prefix(b"[") {
        Some(list) => {
            let close = memchr::memchr(b']', list)?;
            let names = str::from_utf8(&list[..close]).ok()?;
            // A misspelt rule allows nothing: better a finding too many than one that nobody meant to hide.
            let rules: Option<Vec<RuleId>> = names.split(',').map(|name| RuleId::from_word(name.trim())).collect();
            (AllowScope::Rules(rules?), &list[close + 1..])
        }
        // The word goes on: another one.
        None if rest.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-' || *byte == b'_') => {
            return None;
        }
        None => (AllowScope::All, rest),
    };
    let reason = String::from_utf8_lossy(rest);
    let mut reason = reason.trim();
    // The end of the comment is no part of the reason.
    while let Some(shorter) = ["*/", "-->", "#}", "%>", "--}}"].iter().find_map(|close| reason.strip_suffix(close)) {
        reason = shorter.trim_end();
    }
    let reason: String = reason.chars().take(LONGEST_REASON).collect();
    Some(Allow { scope, reason: redact_text(&reason) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<Allow> {
        Allows::new(text.as_bytes()).covering(text.find('@').unwrap())
    }

    #[test]
    fn a_comment_covers_its_own_line_or_the_next() {
        assert_eq!(at("K=@ # keyscan:allow ours").map(|allow| allow.reason), Some("ours".to_owned()));
        assert_eq!(at("# keyscan:allow-next-line\nK=@").map(|allow| allow.scope), Some(AllowScope::All));
        let scope = at("K=@ // keyscan:allow[exposed-key, relay-endpoint] x").map(|allow| allow.scope);
        assert_eq!(scope, Some(AllowScope::Rules(vec![RuleId::ExposedKey, RuleId::RelayEndpoint])));
        for text in [
            "# keyscan:allow\nK=@",
            "K=@\n# keyscan:allow",
            "# keyscan:allow-next-line\n\nK=@",
            "K=@ # keyscan:allow[no-such-rule]",
            "K=@ # keyscan:allowed",
            "K=@ # notkeyscan:allow",
            "\"keyscan:allow\" K=@",
            "https://h/?q=keyscan:allow&k=@",
        ] {
            assert_eq!(at(text), None, "{text}");
        }
    }
}
