//! Bytes as text for libraries that take nothing else.

use std::borrow::Cow;

/// The bytes as text of the same length: what is no UTF-8 becomes question marks, so that positions hold.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    #[test]
    fn positions_hold() {
        assert_eq!(super::text(b"a\xff\xc3\xa4\xe2\x82b"), "a?\u{e4}??b");
        assert_eq!(super::text("ä".as_bytes()), "ä");
    }
}
