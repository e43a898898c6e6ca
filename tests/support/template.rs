//! Templates of keys, so that no file of the project holds a complete one; `keyscan::rules::sample` tells their language.

use super::prng::SplitMix64;

/// The marker of OpenAI's keys, in two halves.
pub const MARKER: &str = concat!("T3Blbk", "FJ");

/// A key of the template's shape; the same for the same seed.
///
/// # Panics
/// When the template holds a placeholder that the language does not have.
pub fn expand(template: &str, seed: u64) -> String {
    keyscan::rules::sample::expand(template, seed).unwrap_or_else(|| panic!("no template: {template}"))
}

/// A current OpenAI key whose last two characters are as issued keys have them.
pub fn modern(prefix: &str, half: usize, seed: u64) -> String {
    let mut key = expand(&format!("{prefix}{{{half}:url}}T3{{}}BlbkFJ{{{}:url}}", half - 2), seed);
    key.push(SplitMix64::new(seed ^ 0x7a11).pick(b"AEIMQUYcgkosw048"));
    key.push('A');
    key
}

#[test]
fn templates_expand_to_their_alphabets() {
    use keyscan::rules::sample::{ALNUM, URL};

    let key = expand("sk-proj-{74:url}T3{}BlbkFJ{74}", 1);
    assert_eq!(key.len(), 8 + 74 + 8 + 74);
    assert!(key[82..].starts_with(MARKER) && key.contains('_'));
    assert_eq!(key, expand("sk-proj-{74:url}T3{}BlbkFJ{74}", 1));
    assert_ne!(key, expand("sk-proj-{74:url}T3{}BlbkFJ{74}", 2));
    let all = expand("{4000}", 3);
    assert!(ALNUM.iter().all(|&byte| all.contains(char::from(byte))));
    let all = expand("{4000:url}", 3);
    assert!(URL.iter().all(|&byte| all.contains(char::from(byte))));
    let body = expand("{16}{32:oneapi}", 4);
    let hex = &body.as_bytes()[16..];
    assert!(hex[12] == b'4' && b"89AB".contains(&hex[16]));
    assert!(
        hex.iter()
            .enumerate()
            .all(|(at, byte)| !byte.is_ascii_alphabetic() || byte.is_ascii_uppercase() == (at % 2 == 0))
    );
    assert_eq!(expand("{uuid}", 5).len(), 36);
    let tail = modern("sk-proj-", 74, 6);
    assert!(tail.len() == 164 && tail.ends_with('A'));
}
