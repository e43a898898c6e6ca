//! Characters that a terminal obeys, or that make a reader see something else than what is there.

use std::borrow::Cow;

/// Whether a character must not reach a reader as it is: controls (C0, DEL, C1), line separators, characters that turn
/// the direction of text, and characters without width.
///
/// Left alone are variation selectors behind emoji and combining marks: they change how a neighbour looks, but they
/// are ordinary in file names of many languages.
fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{0}'..='\u{1F}' | '\u{7F}'..='\u{9F}'
        // Direction: Arabic letter mark, marks, embeddings and overrides, isolates.
        | '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
        // Line and paragraph separator.
        | '\u{2028}' | '\u{2029}'
        // No width: soft hyphen, grapheme joiner, Hangul fillers, Khmer inherent vowels, Mongolian selectors, spaces
        // and joiners of no width, invisible operators, deprecated controls, byte order mark.
        | '\u{AD}' | '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{2065}' | '\u{206A}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}'
        | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
        // Tags and supplementary variation selectors, which can spell whole hidden texts; musical format controls.
        | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Where the first hidden character stands. Nearly all texts are printable ASCII, which one look over the bytes tells.
pub(super) fn find_hidden(text: &str) -> Option<usize> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) { None } else { text.find(is_hidden) }
}

/// The text with each hidden character written as `\u{…}`, so that one line stays one line and nothing is obeyed.
#[must_use]
pub fn sanitize(text: &str) -> Cow<'_, str> {
    let Some(first) = find_hidden(text) else { return Cow::Borrowed(text) };
    let mut clean = String::with_capacity(text.len() + 16);
    clean.push_str(&text[..first]);
    for character in text[first..].chars() {
        if is_hidden(character) {
            clean.extend(character.escape_unicode());
        } else {
            clean.push(character);
        }
    }
    Cow::Owned(clean)
}

#[cfg(test)]
mod tests {
    use super::sanitize;
    use std::borrow::Cow;

    #[test]
    fn ordinary_text_is_not_touched() {
        for text in ["", "src/naïve 日本語 😀\u{FE0F} [a](1) {0}.py", "C:\\x"] {
            assert!(matches!(sanitize(text), Cow::Borrowed(same) if same == text), "{text:?}");
        }
    }

    #[test]
    fn hidden_characters_are_shown() {
        assert_eq!(sanitize("a\x1b[31mb\n"), "a\\u{1b}[31mb\\u{a}");
        assert_eq!(sanitize("\u{9B}2J\u{7F}"), "\\u{9b}2J\\u{7f}");
        assert_eq!(sanitize("exe\u{202E}gpj\u{200B}.\u{FEFF}"), "exe\\u{202e}gpj\\u{200b}.\\u{feff}");
        assert_eq!(sanitize("\u{E0041}\u{2028}\u{85}"), "\\u{e0041}\\u{2028}\\u{85}");
    }
}
