//! What the name of a setting looks like, byte by byte, and what only looks like one.

use super::bytes::contains_ignore_case;

/// The longest name.
pub(super) const LONGEST_NAME: usize = 128;

/// Names that say only "the value stands here": the name proper stands beside them.
const HOLDERS: [&str; 9] =
    ["value", "string", "default", "defaultvalue", "content", "text", "stringvalue", "initialvalue", "val"];

/// Bytes of names, dotted paths and flags.
pub(super) const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$' | b'@')
}

pub(super) fn last_part(word: &[u8]) -> &[u8] {
    word.rsplit(|byte| matches!(byte, b'.' | b':' | b'>' | b'$')).next().unwrap_or(word)
}

pub(super) fn is_holder(word: &[u8]) -> bool {
    let short: Vec<u8> =
        last_part(word).iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    HOLDERS.iter().any(|holder| holder.as_bytes() == short)
}

/// Whether a word can be the name of a setting: a name with a part of `key`, `token`, `url` … in it, or written in capitals.
pub(super) fn is_setting_like(word: &[u8]) -> bool {
    let parts: [&[u8]; 9] = [b"key", b"token", b"secret", b"url", b"base", b"endpoint", b"host", b"api", b"auth"];
    !word.is_empty()
        && word.len() <= LONGEST_NAME
        && word.iter().all(|&byte| is_name_byte(byte) || matches!(byte, b':' | b'/'))
        && !looks_like_key(word)
        && parts.iter().any(|part| contains_ignore_case(word, part))
}

/// Whether a word is written like the name of an environment variable: `OPENAI_API_KEY`.
pub(super) fn is_constant(word: &[u8]) -> bool {
    word.len() > 3
        && word.contains(&b'_')
        && !looks_like_key(word)
        && word.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_')
}

/// Whether a word is more likely a key than a name: long, with digits among the letters.
pub(super) fn looks_like_key(word: &[u8]) -> bool {
    word.len() >= 20 && word.iter().filter(|byte| byte.is_ascii_digit()).count() >= 3
}
