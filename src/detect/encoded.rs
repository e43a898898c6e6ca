//! Keys in a list that a setting holds in base64, as some hosts ask for where a value must be one word.

use crate::model::{Blob, KeyMatch, Matches};

use super::layout::Layout;
use super::marker::MARKER;
use super::names::Named;
use super::redact::redact_text;
use super::{Detector, MOST_MATCHES, assemble};

/// The longest value that is decoded.
const LONGEST: usize = 16 * 1024;

/// A shorter value holds no two keys.
const SHORTEST: usize = 100;

/// How many values of a blob are decoded.
const MOST_VALUES: usize = 64;

impl Detector<'_> {
    /// Adds the keys inside the encoded values of settings, each at the place of the whole value.
    pub(super) fn add_encoded(&self, blob: &Blob<'_>, named: &[Named], matches: &mut Matches) {
        let values = named.iter().filter_map(|name| Some((name, value(blob.bytes, name)?))).take(MOST_VALUES);
        let before = matches.keys.len();
        for (name, (range, decoded)) in values {
            let several = memchr::memmem::find_iter(&decoded, MARKER).take(2).count() == 2;
            if !several || !blob.core.contains(&range.start) {
                continue;
            }
            let inner = Blob::whole(blob.origin.clone(), &decoded);
            let inner = self.read(&inner, &Layout::unknown(&inner)).0;
            let place = assemble::place(blob, range);
            matches.lists.extend(Some(place.span).filter(|_| !inner.lists.is_empty()));
            matches.keys.extend(inner.keys.into_iter().map(|key| KeyMatch {
                place: place.clone(),
                setting: Some(redact_text(&name.text)),
                encoding: vec!["base64".to_owned()],
                ..key
            }));
        }
        if matches.keys.len() > before {
            matches.keys.truncate(MOST_MATCHES);
            matches.keys.sort_by_key(|key| key.place.span);
            matches.lists.sort_unstable();
        }
    }
}

/// The encoded value of a setting, as far as its alphabet goes, with what it says.
fn value(bytes: &[u8], name: &Named) -> Option<(std::ops::Range<usize>, Vec<u8>)> {
    let range = name.value.clone()?;
    let rest = &bytes[range.start..];
    let length = rest.iter().take(LONGEST + 1).take_while(|&&byte| sextet(byte).is_some() || byte == b'=').count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return None;
    }
    Some((range.start..range.start + length, decode(&rest[..length])?))
}

/// Decodes standard base64, padded or not.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    let mut decoded = Vec::with_capacity(text.len() / 4 * 3 + 3);
    for chunk in text.chunks(4) {
        let mut word = 0u32;
        for &byte in chunk {
            word = word << 6 | u32::from(sextet(byte)?);
        }
        word <<= 6 * (4 - chunk.len());
        let [_, whole @ ..] = word.to_be_bytes();
        decoded.extend_from_slice(&whole[..chunk.len().checked_sub(1)?]);
    }
    Some(decoded)
}

const fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_base64_is_decoded() {
        for (text, wanted) in
            [("", &b""[..]), ("YQ==", b"a"), ("YQ", b"a"), ("YWI=", b"ab"), ("YWJj", b"abc"), ("+/8=", b"\xfb\xff")]
        {
            assert_eq!(decode(text.as_bytes()).as_deref(), Some(wanted), "{text}");
        }
        assert_eq!(decode(b"YQ=a"), None);
        assert_eq!(decode(b"a-_b"), None);
    }
}
