//! Templates of keys, so that no file of the project holds a complete one.
//!
//! `{n}` stands for n letters and digits, `{n:hex}`, `{n:HEX}`, `{n:lower}`, `{n:digit}`, `{n:url}` (base64url) and
//! `{n:b64}` for other alphabets, `{n:oneapi}` for the hex digits of a version-4 UUID in one-api's alternating case,
//! `{uuid}` for a UUID, `{}` for nothing.

use super::prng::SplitMix64;

pub const ALNUM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
pub const URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
pub const B64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
pub const HEX: &[u8] = b"0123456789abcdef";
pub const UPPER_HEX: &[u8] = b"0123456789ABCDEF";
pub const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
pub const DIGIT: &[u8] = b"0123456789";

/// The marker of OpenAI's keys, in two halves.
pub const MARKER: &str = concat!("T3Blbk", "FJ");

/// A key of the template's shape; the same for the same seed.
///
/// # Panics
/// When the template holds a placeholder that the language does not have.
pub fn expand(template: &str, seed: u64) -> String {
    // The template takes part, so that two formats with the same seed do not share their characters.
    let start = template.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(5)
    });
    let mut random = SplitMix64::new(start);
    let mut text = String::with_capacity(template.len() + 160);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        text.push_str(&rest[..open]);
        let close = rest[open..].find('}').map_or_else(|| panic!("no closing brace in {template}"), |at| open + at);
        text.push_str(&placeholder(&rest[open + 1..close], &mut random));
        rest = &rest[close + 1..];
    }
    text.push_str(rest);
    text
}

fn placeholder(word: &str, random: &mut SplitMix64) -> String {
    match word {
        "" => return String::new(),
        "uuid" => {
            let hex = random.uuid_hex();
            return format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]);
        }
        _ => {}
    }
    let (count, alphabet) = word.split_once(':').unwrap_or((word, ""));
    let count: usize = count.parse().unwrap_or_else(|_| panic!("unknown placeholder {{{word}}}"));
    match alphabet {
        "" => random.string(ALNUM, count),
        "hex" => random.string(HEX, count),
        "HEX" => random.string(UPPER_HEX, count),
        "lower" => random.string(LOWER, count),
        "digit" => random.string(DIGIT, count),
        "b64" => random.string(B64, count),
        "url" => url(random, count),
        "oneapi" => one_api(&random.uuid_hex(), count),
        _ => panic!("unknown placeholder {{{word}}}"),
    }
}

/// base64url that neither begins nor ends with punctuation more often than chance, and holds `-` and `_` from 40
/// characters on, because real halves nearly always do.
fn url(random: &mut SplitMix64, count: usize) -> String {
    loop {
        let text = random.string(URL, count);
        if count < 40 || (text.contains('-') && text.contains('_')) {
            return text;
        }
    }
}

/// Letters at even places upper case, at odd places lower.
fn one_api(hex: &str, count: usize) -> String {
    assert!(count <= 32, "a UUID has 32 hex digits");
    hex.char_indices()
        .take(count)
        .map(|(index, digit)| if index % 2 == 0 { digit.to_ascii_uppercase() } else { digit })
        .collect()
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
