//! Where in a file there is code: all of it, or what stands in the marks of PHP, ERB and HTML.

use std::ops::Range;

use memchr::memmem;

use super::super::format::Language;

/// The stretches of code in a file, in order.
pub(super) fn of(language: Language, bytes: &[u8]) -> Vec<Range<usize>> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let start = bytes.len() - text.len();
    let markup = text.trim_ascii_start().first() == Some(&b'<');
    match language {
        Language::Php if memmem::find(bytes, b"<?").is_some() => between(bytes, b"<?", b"?>"),
        Language::Ruby if markup => between(bytes, b"<%", b"%>"),
        Language::JavaScript if text.starts_with(b"---") => {
            let end = memmem::find(&text[3..], b"\n---").map_or(bytes.len(), |end| start + 3 + end);
            std::iter::once(start + 3..end).collect()
        }
        _ => std::iter::once(start..bytes.len()).collect(),
    }
}

/// Whether a file is made of elements, with code in some of them.
pub(super) fn is_markup(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    text.starts_with(b"<")
}

fn between(bytes: &[u8], open: &[u8], close: &[u8]) -> Vec<Range<usize>> {
    let mut stretches = Vec::new();
    let mut at = 0;
    while let Some(found) = memmem::find(&bytes[at..], open) {
        let mut start = at + found + open.len();
        match open {
            b"<?" => {
                start +=
                    if bytes[start..].starts_with(b"php") { 3 } else { usize::from(bytes.get(start) == Some(&b'=')) }
            }
            _ => start += usize::from(matches!(bytes.get(start), Some(b'=' | b'-' | b'#'))),
        }
        let end = memmem::find(&bytes[start..], close).map_or(bytes.len(), |end| start + end);
        stretches.push(start..end);
        at = end;
        if at >= bytes.len() {
            break;
        }
    }
    stretches
}
