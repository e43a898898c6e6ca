//! Values and lists that hold several keys.

use crate::model::{Blob, Span};

use super::keys::Key;

/// The longest stretch between two members: separators, line breaks, a comment.
const LONGEST_GAP: usize = 240;

/// Words by which the config of a gateway that keeps its keys in lists is told, all of a row at once.
const SCHEMAS: [&[&[u8]]; 7] = [
    &[b"model_list", b"litellm_params"],
    &[b"providers:", b"api_keys:", b"provider:"],
    &[b"auth-dir:", b"api-key"],
    &[b"\"channels\"", b"\"models\"", b"\"group\""],
    &[b"\"services\"", b"\"credentials\"", b"\"models\""],
    &[b"validation_endpoint", b"group_type"],
    &[b"key_pool:", b"upstreams:"],
];

/// Whether the blob is the config of a self-hosted gateway, by the words of its schema.
pub(super) fn is_gateway_config(bytes: &[u8]) -> bool {
    SCHEMAS.iter().any(|words| words.iter().all(|word| memchr::memmem::find(bytes, word).is_some()))
}

/// The stretches in which nothing but separators stands between one key and the next. `keys` are in the order of the
/// bytes.
pub(super) fn lists(blob: &Blob<'_>, keys: &[Key<'_>]) -> Vec<Span> {
    let mut lists: Vec<Span> = Vec::new();
    for pair in keys.windows(2) {
        let (left, right) = (&pair[0], &pair[1]);
        if left.end > right.start || !separates(&blob.bytes[left.end..right.start]) {
            continue;
        }
        let (start, end) = (blob.offset + left.start as u64, blob.offset + right.end as u64);
        match lists.last_mut() {
            Some(last) if last.end == blob.offset + left.end as u64 => last.end = end,
            _ => lists.push(Span { start, end }),
        }
    }
    lists
}

/// Whether a gap holds separators alone: punctuation, blanks, escapes, the dash of a list, comments at the end of a line.
fn separates(gap: &[u8]) -> bool {
    if gap.is_empty() || gap.len() > LONGEST_GAP {
        return false;
    }
    let mut at = 0;
    while at < gap.len() {
        let rest = &gap[at..];
        let comment = at > 0 && (rest.starts_with(b"#") || rest.starts_with(b"//"));
        at += match rest[0] {
            b'\\' if matches!(rest.get(1), Some(b'n' | b'r' | b't' | b'\\' | b'"' | b'\'' | b'\n' | b'\r')) => 2,
            b'%' if rest.starts_with(b"%2C") || rest.starts_with(b"%2c") || rest.starts_with(b"%0A") => 3,
            _ if comment => memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
            b',' | b';' | b'|' | b'"' | b'\'' | b'`' | b'+' | b'-' | b'[' | b']' => 1,
            byte if byte.is_ascii_whitespace() => 1,
            _ => return false,
        };
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_told_from_names() {
        for gap in [
            ",",
            ";",
            "|",
            " ",
            "\n",
            "\", \"",
            "\",\n    \"",
            "\n  - ",
            "\\n",
            "' # alice\n  - '",
            "%2C",
            "\" + \",\" + \"",
        ] {
            assert!(separates(gap.as_bytes()), "{gap:?}");
        }
        for gap in ["", "\nB=", "\nKEY: ", " and ", "\", base_url=\"", "#", " | x | "] {
            assert!(!separates(gap.as_bytes()), "{gap:?}");
        }
    }

    #[test]
    fn gateways_are_told_by_their_schema() {
        assert!(is_gateway_config(b"model_list:\n- model_name: a\n  litellm_params:\n    api_key: x\n"));
        assert!(!is_gateway_config(b"providers:\n  - name: a\n"));
    }
}
