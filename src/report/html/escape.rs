//! Text that comes from strangers, made harmless for a page.

use std::fmt::{self, Display, Formatter, Write};

use crate::report::sanitize::sanitize;

/// A text as it may stand between tags and between the quotes of an attribute: what a reader cannot see is shown, what a
/// browser obeys is taken apart.
pub(super) struct Esc<'a>(pub(super) &'a str);

impl Display for Esc<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let text = sanitize(self.0);
        let mut rest: &str = &text;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
            formatter.write_str(&rest[..at])?;
            formatter.write_str(match rest.as_bytes()[at] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                _ => "&#39;",
            })?;
            rest = &rest[at + 1..];
        }
        formatter.write_str(rest)
    }
}

/// A text of the rules, in which what stands between backticks is code.
pub(super) struct Prose<'a>(pub(super) &'a str);

impl Display for Prose<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let mut parts = self.0.split('`').peekable();
        let mut code = false;
        while let Some(part) = parts.next() {
            // A backtick without a partner is a character like any other.
            match (code, parts.peek().is_some()) {
                (true, true) => write!(formatter, "<code>{}</code>", Esc(part))?,
                (true, false) => write!(formatter, "`{}", Esc(part))?,
                (false, _) => Esc(part).fmt(formatter)?,
            }
            code = !code;
        }
        Ok(())
    }
}

/// A text cut in the middle to a number of columns, wide characters counted as two.
pub(super) fn cut(text: &str, columns: usize) -> String {
    let text = sanitize(text);
    let wide = |character: char| if character >= '\u{1100}' { 2 } else { 1 };
    let all: usize = text.chars().map(wide).sum();
    if all <= columns {
        return text.into_owned();
    }
    // The end of a path or host tells more than its beginning.
    let head = (columns - 1) / 3;
    let tail = columns - 1 - head;
    let mut short = String::new();
    let mut used = 0;
    for character in text.chars() {
        used += wide(character);
        if used > head {
            break;
        }
        short.push(character);
    }
    let mut end = text.len();
    used = 0;
    for (at, character) in text.char_indices().rev() {
        used += wide(character);
        if used > tail {
            break;
        }
        end = at;
    }
    short.write_char('…').expect("a string takes every character");
    short.push_str(&text[end..]);
    short
}

#[cfg(test)]
mod tests {
    use super::{Esc, Prose, cut};

    #[test]
    fn nothing_is_left_that_a_browser_obeys() {
        assert_eq!(
            Esc("a</script><b x='\"'>&amp;").to_string(),
            "a&lt;/script&gt;&lt;b x=&#39;&quot;&#39;&gt;&amp;amp;"
        );
        assert_eq!(Esc("a\n\u{202e}\u{0}{{x}}").to_string(), "a\\u{a}\\u{202e}\\u{0}{{x}}");
    }

    #[test]
    fn backticks_make_code() {
        assert_eq!(Prose("in `a<b` or `c`.").to_string(), "in <code>a&lt;b</code> or <code>c</code>.");
        assert_eq!(Prose("one ` alone").to_string(), "one ` alone");
        assert_eq!(Prose("`a`").to_string(), "<code>a</code>");
    }

    #[test]
    fn long_texts_lose_their_middle() {
        assert_eq!(cut("abcdefghij", 10), "abcdefghij");
        assert_eq!(cut("abcdefghijk", 10), "abc…fghijk");
        assert_eq!(cut("日本語日本語", 7), "日…本語");
        assert_eq!(cut("a\u{202e}b", 40), "a\\u{202e}b");
    }
}
