//! Inline comments that let a place pass: `keyscan:allow[rule,…] reason` on the line itself,
//! `keyscan:allow-next-line[rule,…] reason` on the line above. They never cover more than that one line.

use crate::model::{Allow, AllowScope, RuleId};

use super::bytes::{line_end, line_start};
use super::redact::redact_text;

const WORD: &[u8] = b"keyscan:allow";
const NEXT_LINE: &[u8] = b"-next-line";

/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 200;

/// The comment that covers the line of offset `at`.
pub(super) fn covering(bytes: &[u8], at: usize) -> Option<Allow> {
    let start = line_start(bytes, at);
    let own = &bytes[start..line_end(bytes, at)];
    on_line(own, false).or_else(|| {
        // Where a long line is cut, the line above is out of reach.
        let above_end = start.checked_sub(1).filter(|&end| bytes[end] == b'\n')?;
        on_line(&bytes[line_start(bytes, above_end)..above_end], true)
    })
}

fn on_line(line: &[u8], for_next: bool) -> Option<Allow> {
    memchr::memmem::find_iter(line, WORD).find_map(|at| {
        let rest = &line[at + WORD.len()..];
        match (rest.strip_prefix(NEXT_LINE), for_next) {
            (Some(rest), true) => parse(rest),
            (None, false) => parse(rest),
            _ => None,
        }
    })
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
        covering(text.as_bytes(), text.find('@').unwrap())
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
        ] {
            assert_eq!(at(text), None, "{text}");
        }
    }
}
