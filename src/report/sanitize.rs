//! Characters that a terminal or a CI runner obeys, or that make a reader see something else than what is there.

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

/// Where the first character stands that must not be written as it is: a hidden one, or the second `#` of a command to
/// the runner of a pipeline (`##[error]`, `##vso[…]`), which GitHub and Azure obey wherever it stands in a line. Nearly all
/// texts are printable ASCII, which one look over the bytes tells.
pub(super) fn find_hidden(text: &str) -> Option<usize> {
    let plain = |byte: u8| matches!(byte, b' '..=b'~');
    if text.bytes().all(plain) && memchr::memmem::find(text.as_bytes(), b"##").is_none() {
        return None;
    }
    let bytes = text.as_bytes();
    let is_command = |at: usize| {
        at.checked_sub(1).is_some_and(|before| bytes[before] == b'#')
            && matches!(bytes.get(at + 1), Some(b'[' | b'a'..=b'z' | b'A'..=b'Z'))
    };
    let obeyed = |&(at, character): &(usize, char)| is_hidden(character) || (character == '#' && is_command(at));
    text.char_indices().find(obeyed).map(|(at, _)| at)
}

/// The text with each such character written as `\u{…}`, so that one line stays one line and nothing is obeyed.
#[must_use]
pub fn sanitize(text: &str) -> Cow<'_, str> {
    let Some(mut at) = find_hidden(text) else { return Cow::Borrowed(text) };
    let mut clean = String::with_capacity(text.len() + 16);
    let mut rest = text;
    loop {
        clean.push_str(&rest[..at]);
        let character = rest[at..].chars().next().expect("one was found there");
        clean.extend(character.escape_unicode());
        rest = &rest[at + character.len_utf8()..];
        match find_hidden(rest) {
            Some(next) => at = next,
            None => break,
        }
    }
    clean.push_str(rest);
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
    fn commands_to_runners_are_broken() {
        assert_eq!(sanitize("a##[error]b ##vso[x]"), "a#\\u{23}[error]b #\\u{23}vso[x]");
        assert_eq!(sanitize("###[group]\n"), "##\\u{23}[group]\\u{a}");
        assert!(matches!(sanitize("## Heading, ##, #[derive] #1"), Cow::Borrowed(_)));
    }

    #[test]
    fn hidden_characters_are_shown() {
        assert_eq!(sanitize("a\x1b[31mb\n"), "a\\u{1b}[31mb\\u{a}");
        assert_eq!(sanitize("\u{9B}2J\u{7F}"), "\\u{9b}2J\\u{7f}");
        assert_eq!(sanitize("exe\u{202E}gpj\u{200B}.\u{FEFF}"), "exe\\u{202e}gpj\\u{200b}.\\u{feff}");
        assert_eq!(sanitize("\u{E0041}\u{2028}\u{85}"), "\\u{e0041}\\u{2028}\\u{85}");
    }
}
