//! Foreign texts in Markdown: nothing in them may become markup, a link, a mention or a reference.
//!
//! What is a name (a path, a host, a key) stands in a code span, where nothing has a meaning but the backtick that ends
//! it and the bar that ends a table's cell; both are shown as `\u{…}`. Sentences are escaped character by character. GitHub and
//! GitLab look for mentions and references only after they have taken escapes away, so these are broken up by a space of
//! no width, as an entity.

use crate::report::sanitize::sanitize;

/// Longest name that is shown whole, in characters.
const MAX_CODE: usize = 240;
/// Longest sentence that is shown whole, in characters.
const MAX_TEXT: usize = 2000;

/// A name as a code span. Long ones lose their middle; an empty one is `-`.
pub(super) fn code(name: &str) -> String {
    if name.is_empty() {
        return "-".to_owned();
    }
    let name = sanitize(name).replace('`', "\\u{60}").replace('|', "\\u{7c}");
    format!("`{}`", shortened(&name, MAX_CODE))
}

/// A sentence in which nothing has a meaning but pairs of backticks, as our own advice has them.
pub(in crate::report) fn text(sentence: &str) -> String {
    let sentence = shortened(sentence, MAX_TEXT);
    let mut parts: Vec<&str> = sentence.split('`').collect();
    // A backtick without its twin is one like any other character.
    let alone = if parts.len().is_multiple_of(2) { parts.pop() } else { None };
    let mut escaped = String::with_capacity(sentence.len() + 16);
    for (index, part) in parts.iter().enumerate() {
        match (index % 2 == 1, part.is_empty()) {
            (true, false) => escaped.push_str(&code(part)),
            // Two spans must not touch: their backticks would join.
            (false, true) if index > 0 && index + 1 < parts.len() => escaped.push(' '),
            _ => escaped.push_str(&plain(part)),
        }
    }
    if let Some(alone) = alone {
        escaped.push_str("\\`");
        escaped.push_str(&plain(alone));
    }
    escaped
}

/// A sentence in which nothing has a meaning.
fn plain(sentence: &str) -> String {
    let sentence = sanitize(sentence);
    let mut escaped = String::with_capacity(sentence.len() + 16);
    let mut characters = sentence.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '$' => {
                escaped.push('\\');
                escaped.push(character);
            }
            // In a table's cell a bar counts before anything else does, and so may the backslash in front of it.
            '|' => escaped.push_str("&#124;"),
            '&' => escaped.push_str("&amp;"),
            _ => escaped.push(character),
        }
        let next = characters.peek().copied();
        let refers = match character {
            // Mentions, issues, merge requests, milestones, epics and what else GitLab has.
            '@' | '#' | '!' | '$' | '%' | '&' | '~' | '^' | '*' => {
                next.is_some_and(|next| next.is_alphanumeric() || matches!(next, '"' | '#' | '['))
            }
            // Addresses that become links by themselves.
            ':' => next == Some('/'),
            'w' | 'W' => next == Some('.') && ends_with_www(&escaped),
            _ => false,
        };
        if refers {
            escaped.push_str("&#8203;");
        }
    }
    escaped
}

fn ends_with_www(text: &str) -> bool {
    text.len().checked_sub(3).and_then(|start| text.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case("www"))
}

/// The text without its middle, where it is too long; the end of a path says most.
fn shortened(text: &str, length: usize) -> std::borrow::Cow<'_, str> {
    let characters = text.chars().count();
    if characters <= length {
        return text.into();
    }
    let kept_in_front = length / 3;
    let front: String = text.chars().take(kept_in_front).collect();
    let end: String = text.chars().skip(characters - (length - kept_in_front - 1)).collect();
    format!("{front}…{end}").into()
}

#[cfg(test)]
mod tests {
    use super::{MAX_CODE, code, text};

    #[test]
    fn names_cannot_leave_their_span() {
        assert_eq!(code("src/a b/<i>*_[x](y)@me #1.py"), "`src/a b/<i>*_[x](y)@me #1.py`");
        assert_eq!(code("a`b|c\n- d"), "`a\\u{60}b\\u{7c}c\\u{a}- d`");
        assert_eq!(code("a\\|b``"), "`a\\\\u{7c}b\\u{60}\\u{60}`");
        assert_eq!(code("##[add-mask]x"), "`#\\u{23}[add-mask]x`");
        assert_eq!(code(""), "-");
        let long = code(&format!("{}é/end.env:1:1", "x".repeat(10_000)));
        assert_eq!(long.chars().count(), MAX_CODE + 2);
        assert!(long.starts_with("`xxx") && long.contains('…') && long.ends_with("é/end.env:1:1`"));
    }

    #[test]
    fn sentences_are_plain() {
        let plain = "Requests go to api.example.com:8443, a relay (2 places).";
        assert_eq!(text(plain), plain);
        assert_eq!(text("*a* _b_ [c](d) <b> ~f~ \\"), "\\*&#8203;a\\* \\_b\\_ \\[c\\](d) \\<b\\> \\~&#8203;f\\~ \\\\");
        assert_eq!(text("keep `.e_v` in *`.git`"), "keep `.e_v` in \\*`.git`");
        assert_eq!(text("`a``b` c_`"), "`a` `b` c\\_\\`");
        assert_eq!(text("a|b\\|c & d\ne"), "a&#124;b\\\\&#124;c &amp; d\\\\u{a}e");
        assert_eq!(
            text("@me o/r#12 !3 %4 &5 $6 ~7 ^8"),
            "@&#8203;me o/r#&#8203;12 !&#8203;3 %&#8203;4 &amp;&#8203;5 \\$&#8203;6 \\~&#8203;7 ^&#8203;8"
        );
        assert_eq!(text("https://x.example WWW.x.example"), "https:&#8203;//x.example WWW&#8203;.x.example");
        assert_eq!(text("##[x] a#"), "#\\\\u{23}\\[x\\] a#");
    }
}
