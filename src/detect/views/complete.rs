//! Whether a token that was put together is a whole key, by its lengths alone.

use std::sync::OnceLock;

use crate::rules::Rules;
use crate::rules::schema::Anchor;

use super::super::marker::MARKER;

/// The shortest half around the marker.
const SHORTEST_HALF: usize = 20;

/// Shorter prefixes begin words, and their keys are no proof that lines belong together.
const SHORTEST_PREFIX: usize = 4;

/// The beginning of all keys with the marker.
const BEGINNING: &[u8] = b"sk-";

/// Length of the key that `token`, which begins with a prefix, is: the whole of it.
pub(super) fn is_whole(token: &[u8]) -> bool {
    match memchr::memmem::find(token, MARKER) {
        Some(at) => has_equal_halves(token, at),
        None => has_length(token),
    }
}

/// Whether a token is told by more than the three letters that any word may end with.
pub(super) fn is_unmistakable(token: &[u8]) -> bool {
    memchr::memmem::find(token, MARKER).is_some() || has_length(token)
}

/// Whether both sides of the marker at `at` are equally long, without a prefix of no or one word.
fn has_equal_halves(token: &[u8], at: usize) -> bool {
    let right = token.len() - at - MARKER.len();
    let Some(prefix) = at.checked_sub(right).filter(|_| right >= SHORTEST_HALF) else { return false };
    let Some(family) = token[..prefix].strip_prefix(BEGINNING) else { return false };
    match family.split_last() {
        None => true,
        Some((b'-', name)) => {
            // An account has a name of any words, and plain halves.
            let plain = || token[prefix..].iter().all(u8::is_ascii_alphanumeric);
            name.iter().all(u8::is_ascii_alphabetic) || right == SHORTEST_HALF && plain()
        }
        Some(_) => false,
    }
}

/// Whether a token without the marker is as long as the keys with its prefix are.
fn has_length(token: &[u8]) -> bool {
    prefix(token).is_some()
}

/// Length of the prefix of a token that is as long as the keys with it are.
pub(super) fn prefix(token: &[u8]) -> Option<usize> {
    static FORMATS: OnceLock<Vec<(&[u8], &[usize])>> = OnceLock::new();
    let formats = FORMATS.get_or_init(|| {
        let told = Rules::builtin_keys()
            .filter(|format| format.anchor == Anchor::Prefix && format.prefix.len() >= SHORTEST_PREFIX);
        told.map(|format| (format.prefix.as_bytes(), &*format.typical)).collect()
    });
    let fits = |(prefix, lengths): &&(&[u8], &[usize])| {
        token.strip_prefix(*prefix).is_some_and(|body| lengths.contains(&body.len()))
    };
    formats.iter().find(fits).map(|(prefix, _)| prefix.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_whole_by_its_halves_or_its_length() {
        let marker = str::from_utf8(MARKER).unwrap();
        let half = |length: usize| "aB3_dE6-gH".repeat(10)[..length].to_owned();
        let plain = "aB3dE6gHi9".repeat(2);
        for token in [
            format!("sk-proj-{0}{marker}{0}", half(74)),
            format!("sk-{plain}{marker}{plain}"),
            format!("sk-my-own-name-{plain}{marker}{plain}"),
            format!("sk-or-v1-{}", "0123456789abcdef".repeat(4)),
        ] {
            assert!(is_whole(token.as_bytes()) && is_unmistakable(token.as_bytes()), "{token}");
            assert!(!is_whole(&token.as_bytes()[..token.len() - 1]), "{token}");
            assert!(!is_whole(format!("{token}x").as_bytes()), "{token}");
        }
        assert!(!is_unmistakable(format!("sk-{}", plain.repeat(3)).as_bytes()));
    }
}
