//! Paths as text, for reports and for people.

use std::ffi::OsString;
use std::path::Path;

/// A path with forward slashes, and whether raw bytes in it had to be written `%XX` (a literal `%` is then `%25`).
pub(super) fn text(path: &Path) -> (String, bool) {
    let (mut text, percent) = text_of(path.as_os_str().as_encoded_bytes());
    if cfg!(windows) {
        text = text.replace('\\', "/");
    }
    (text, percent)
}

/// The same of bytes that only ever become text.
pub(super) fn text_of(bytes: &[u8]) -> (String, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (percent_encode(bytes), true),
    }
}

/// The bytes that a path of a report stands for, keys in it apart.
pub(super) fn to_bytes(text: &str, percent: bool) -> Vec<u8> {
    if !percent {
        return text.as_bytes().to_vec();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = tail.get(..2).filter(|_| first == b'%').and_then(|digits| str::from_utf8(digits).ok());
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    bytes
}

/// The path of a folder in a tree as text; `.` is the top.
pub(super) fn folder_text(bytes: &[u8]) -> String {
    if bytes.is_empty() { ".".to_owned() } else { text_of(bytes).0 }
}

/// A path as git writes it in trees: bytes with forward slashes.
pub(super) fn from_bytes(bytes: &[u8]) -> OsString {
    #[cfg(unix)]
    return std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec());
    #[cfg(not(unix))]
    return String::from_utf8_lossy(bytes).into_owned().into();
}

/// Bytes as text, those that are no UTF-8 and `%` written `%XX`.
pub(super) fn percent_encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        text.push_str(&chunk.valid().replace('%', "%25"));
        for byte in chunk.invalid() {
            text.push('%');
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf8_stays() {
        assert_eq!(text(Path::new("a/100%/ü.txt")), ("a/100%/ü.txt".into(), false));
    }

    #[cfg(unix)]
    #[test]
    fn raw_bytes_and_percent_are_escaped() {
        use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
        let path = Path::new(OsStr::from_bytes(b"a/1%\xff\xc3\xbc\x80"));
        assert_eq!(text(path), ("a/1%25%FFü%80".into(), true));
        assert_eq!(to_bytes("a/1%25%FFü%80", true), b"a/1%\xff\xc3\xbc\x80");
        assert_eq!(to_bytes("a%FF", false), b"a%FF");
    }
}
