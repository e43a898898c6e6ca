//! What may be shown of a key, and what must be taken out of any other text.

use std::sync::{PoisonError, RwLock};

use crate::model::Redacted;
use crate::rules::Rules;
use crate::rules::schema::Anchor;

use super::bytes::{is_key_byte, run_after, run_before, starts_token};
use super::marker::MARKER;
use super::prefilter::SHORTEST_LITERAL;
use super::views::{readings, run_length, spelt};

/// Bodies shorter than this show their last two characters alone.
const SHORT_BODY: usize = 24;

/// Stands for a key in paths, URLs, reasons and settings.
const TAKEN_OUT: &str = "[key]";

/// The shown form of a key: its family prefix, the first four of its body, `…`, its last four.
///
/// `weak` keys, which are short or not random, show their prefix only. Never more than ten characters of the body.
pub(super) fn redact(key: &[u8], prefix: usize, weak: bool) -> Redacted {
    let (prefix, body) = key.split_at(prefix.min(key.len()));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let shown = if weak {
        format!("{}…", text(prefix))
    } else if body.len() < SHORT_BODY {
        format!("{}…{}", text(prefix), text(&body[body.len().saturating_sub(2)..]))
    } else {
        format!("{}{}…{}", text(prefix), text(&body[..4]), text(&body[body.len() - 4..]))
    };
    Redacted::from_redacted(shown)
}

/// Prefixes behind which a long run of key characters is taken out of any text, whatever it is.
const PREFIXES: [&str; 22] = [
    "sk-", "sk_", "gsk_", "xai-", "hf_", "r8_", "pplx-", "AIza", "sess-", "whsec_", "lsv2_", "fk-", "pk-", "sb-",
    "ak-", "ap-", "cr_", "ek_", "rt_", "eyJ", "nvapi-", "fk",
];

/// The prefixes of users' own key formats that any detector of this process was built for. What one of them finds must not
/// be shown in a path or an error, where nobody has the rules at hand; to take out too much elsewhere does no harm.
static OWN_PREFIXES: RwLock<Vec<String>> = RwLock::new(Vec::new());

/// Takes the prefixes of own formats out of texts from now on, too.
pub(super) fn learn(rules: &Rules) {
    let formats = rules.own().into_iter().flat_map(|own| &own.key);
    let prefixes = formats.filter(|format| format.anchor == Anchor::Prefix && format.prefix.len() >= SHORTEST_LITERAL);
    for prefix in prefixes.map(|format| format.prefix.as_ref()) {
        let mut known = OWN_PREFIXES.write().unwrap_or_else(PoisonError::into_inner);
        if !known.iter().any(|other| other == prefix) {
            known.push(prefix.to_owned());
        }
    }
}

/// Takes every text that looks like a key out of another text, also where it is written in base64. It errs on the side
/// of taking out too much.
#[must_use]
pub fn redact_text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut done = 0;
    let own = OWN_PREFIXES.read().unwrap_or_else(PoisonError::into_inner);
    let bytes = text.as_bytes();
    let mut taken = keys_in(bytes, &own, true);
    let hidden = hidden_keys(bytes, &own);
    if !hidden.is_empty() {
        taken.extend(hidden);
        taken = united(taken);
    }
    for (start, end) in taken {
        // Decoded text may begin inside of a character.
        let start = (0..=start).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        let end = (end..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
        if start >= done {
            shown.push_str(&text[done..start]);
            shown.push_str(TAKEN_OUT);
            done = end;
        }
    }
    shown.push_str(&text[done..]);
    shown
}

/// Where keys stand in a text that are written in another way than plainly or in base64: in escapes, percent or references,
/// in hexadecimal digits, backwards. Most texts have nothing of that, and are not decoded.
fn hidden_keys(bytes: &[u8], own: &[String]) -> Vec<(usize, usize)> {
    /// Digits of the shortest key that is taken out.
    const SHORTEST_HEX: usize = 30;
    let mut found = Vec::new();
    let escaped = |byte: &u8| matches!(byte, b'%' | b'&' | b'\\' | b'=' | b'`' | b'<' | 0x1b | 0xc2..);
    if bytes.iter().any(escaped)
        && let Some((text, places)) = spelt(bytes)
    {
        let keys = keys_in(&text, own, true).into_iter();
        found.extend(keys.map(|(start, end)| (places[start], places[end])));
    }
    if memchr::memmem::find(bytes, b"-ks").is_some() || memchr::memmem::find(bytes, &backwards(MARKER)).is_some() {
        let keys = keys_in(&backwards(bytes), own, true).into_iter();
        found.extend(keys.map(|(start, end)| (bytes.len() - end, bytes.len() - start)));
    }
    let mut at = 0;
    while at < bytes.len() {
        let run = run_after(bytes, at, bytes.len(), |byte| byte.is_ascii_hexdigit());
        if run >= SHORTEST_HEX {
            let digits = &bytes[at..at + run];
            let holds = |phase: usize| {
                let text: Vec<u8> = digits[phase..].chunks_exact(2).map(hex_byte).collect();
                memchr::memmem::find(&text, b"sk-").is_some() && !keys_in(&text, own, true).is_empty()
                    || memchr::memmem::find(&text, MARKER).is_some()
                    || memchr::memmem::find(&text, b"c2st").is_some()
            };
            if holds(0) || holds(1) {
                found.push((at, at + run));
            }
        }
        at += run.max(1);
    }
    found
}

fn hex_byte(digits: &[u8]) -> u8 {
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()).unwrap_or(0);
    digits.iter().fold(0, |byte, &digit| byte << 4 | value(digit))
}

fn backwards(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().rev().copied().collect()
}

/// Ranges in order, those that meet as one.
fn united(mut ranges: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    ranges.sort_unstable();
    let mut united: Vec<(usize, usize)> = Vec::new();
    for (start, end) in ranges {
        match united.last_mut() {
            Some((_, last)) if start <= *last => *last = end.max(*last),
            _ => united.push((start, end)),
        }
    }
    united
}

/// Where keys stand in a text, in order; on request those in base64, too.
fn keys_in(bytes: &[u8], own: &[String], also_encoded: bool) -> Vec<(usize, usize)> {
    let mut taken: Vec<(usize, usize)> = Vec::new();
    let mut take = |mut start: usize, mut end: usize| {
        // A key's run reaches back over what was taken before it.
        while let Some(&(from, to)) = taken.last()
            && start <= to
        {
            (start, end) = (start.min(from), end.max(to));
            taken.pop();
        }
        taken.push((start, end));
    };
    let (mut at, mut decoded_to) = (0, 0);
    while at < bytes.len() {
        let rest = &bytes[at..];
        if also_encoded && at >= decoded_to {
            let length = run_length(bytes, at);
            if readings(&rest[..length]).any(|text| !keys_in(&text, own, false).is_empty()) {
                take(at, at + length);
                at += length;
                continue;
            }
            decoded_to = at + length;
        }
        if rest.starts_with(MARKER) {
            let end = at + run_after(bytes, at, bytes.len(), is_key_byte);
            take(at - run_before(bytes, at, bytes.len(), is_key_byte), end);
            at = end;
            continue;
        }
        let mut prefixes = PREFIXES.iter().copied().chain(own.iter().map(String::as_str));
        if let Some(prefix) =
            prefixes.find(|prefix| prefix.as_bytes()[0] == rest[0] && rest.starts_with(prefix.as_bytes()))
        {
            let behind = at + prefix.len();
            let run = prefix.len() + run_after(bytes, behind, bytes.len(), |byte| is_key_byte(byte) || byte == b'.');
            let run = without_extension(&rest[..run]).max(prefix.len());
            let body = &bytes[at + prefix.len()..at + run];
            // Inside a word a prefix is most often chance; a long body with digits behind it is not.
            let word = at > 0 && bytes[at - 1].is_ascii_alphanumeric() && !starts_token(bytes, at);
            let digits = body.iter().filter(|byte| byte.is_ascii_digit()).count();
            if body.len() >= 12 && digits > 0 && (!word || body.len() >= 24 && digits >= 3) {
                take(at, at + run);
                at += run;
                continue;
            }
        }
        let mut run = run_after(bytes, at, bytes.len(), |byte| byte.is_ascii_alphanumeric());
        // A marker inside of the word is the next to look at.
        if let Some(marker) = memchr::memmem::find(&bytes[at..at + run], MARKER) {
            run = marker;
        }
        if run >= 32 && looks_random(&bytes[at..at + run]) {
            take(at, at + run);
        }
        // A prefix may begin in the middle of a word, `xsk-`, and goes on behind it.
        let inside = |prefix: &&str| {
            let head = prefix.bytes().take_while(u8::is_ascii_alphanumeric).count();
            (head < prefix.len() && head < run && bytes[at + run - head..].starts_with(prefix.as_bytes()))
                .then_some(head)
        };
        let glued = PREFIXES.iter().filter_map(inside).max();
        at += run.max(1) - glued.unwrap_or(0);
    }
    taken
}

/// The length of a run without a file's ending: dots are parts of some tokens, `.env` is not.
fn without_extension(run: &[u8]) -> usize {
    let dot = memchr::memrchr(b'.', run).unwrap_or(run.len());
    if run.len() - dot <= 6 { dot } else { run.len() }
}

/// A long run with digits, and with letters of either case or of the first six alone.
fn looks_random(run: &[u8]) -> bool {
    let digits = run.iter().filter(|byte| byte.is_ascii_digit()).count();
    digits >= 4 && digits < run.len() && !run.iter().all(u8::is_ascii_hexdigit) || run.len() == 32 && digits >= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_of_a_key_is_shown() {
        let key = format!("sk-proj-aB3d{}x9QA", "z".repeat(60));
        assert_eq!(redact(key.as_bytes(), 8, false).as_str(), "sk-proj-aB3d…x9QA");
        assert_eq!(redact(b"sk-0123456789abcdefXY", 3, false).as_str(), "sk-…XY");
        assert_eq!(redact(b"sk-1234", 3, true).as_str(), "sk-…");
    }

    #[test]
    fn keys_in_base64_are_taken_out() {
        use base64::Engine;
        let key = format!("sk-proj-{}-{}", "qLtVbxLwXgmRkuJdYhsNcPf", "3GsUa9Te");
        for shift in 0..3 {
            let plain = format!("{}{key}", &"\"\"\""[..shift]);
            for encoded in
                [base64::prelude::BASE64_STANDARD.encode(&plain), base64::prelude::BASE64_URL_SAFE.encode(&plain)]
            {
                assert_eq!(redact_text(&format!("v1/{encoded}.x")), "[key].x", "{shift}");
                assert_eq!(redact_text(&format!("q={encoded}")), "q=[key]", "{shift}");
            }
        }
        let text = "registry/some-organisation/some-long-name_of-an-image";
        assert_eq!(redact_text(text), text);
    }

    #[test]
    fn keys_are_taken_out_of_other_texts() {
        let body = "q8ZtVb2LwX0mRk5JdYh7NcPf3GsUa9Te";
        let text = format!("a/sk-{body}/b-{}{}{}.env", &body[..20], concat!("T3Blbk", "FJ"), &body[..20]);
        // Bodies may hold dashes: what stands before one ahead of the marker may be the key's.
        assert_eq!(redact_text(&text), "a/[key]/[key].env");
        assert_eq!(redact_text(&format!("file-sk-proj-{body}-{body}.env")), "file-[key].env");
        assert_eq!(redact_text(&format!("oldsk-{body}/x")), "old[key]/x");
        assert_eq!(redact_text(&format!("a/ba{}tplx/b", concat!("T3Blbk", "FJ"))), "a/[key]/b");
        assert_eq!(
            redact_text("src/task-runner-with-a-long-name/disk-usage.rs"),
            "src/task-runner-with-a-long-name/disk-usage.rs"
        );
        assert_eq!(redact_text("ünï/ключ.txt"), "ünï/ключ.txt");
    }
}
