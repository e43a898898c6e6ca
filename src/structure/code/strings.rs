//! Where strings end, in each of the forms that languages have for them.

use memchr::{memchr, memchr2, memchr3, memmem};

use super::super::format::Language;

/// A string: the length of its opening marks, where its content ends, where it ends itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Literal {
    pub(super) lead: usize,
    pub(super) content_end: usize,
    pub(super) end: usize,
    /// Whether variables may stand in it.
    pub(super) marked: bool,
}

/// The string that begins at `at`, where a quote stands behind `prefix` bytes of letters or marks (`f`, `r#`, `@`).
pub(super) fn quoted(language: Language, bytes: &[u8], at: usize, prefix: usize) -> Literal {
    use Language::{C, CSharp, Dart, Go, Java, JavaScript, Kotlin, Lisp, Php, Python, Ruby, Rust, Swift};
    let quote_at = at + prefix;
    let quote = bytes[quote_at];
    let letters = &bytes[at..quote_at];
    let has = |letter: u8| letters.iter().any(|byte| byte.eq_ignore_ascii_case(&letter));
    let marked = match language {
        Python => has(b'f') || has(b't'),
        JavaScript => quote == b'`',
        CSharp => has(b'$'),
        Java | Kotlin | Ruby | Php => quote != b'\'',
        Swift | Dart | Rust => true,
        _ => false,
    };
    let three = bytes.get(quote_at..quote_at + 3) == Some(&[quote; 3])
        && match language {
            Python | Dart => true,
            Java => true,
            Kotlin | Swift | CSharp => quote == b'"',
            _ => false,
        };
    let hashes = letters.iter().filter(|byte| **byte == b'#').count();
    let raw = match language {
        Python | Dart => has(b'r'),
        Rust => has(b'r'),
        CSharp => has(b'@'),
        Swift => hashes > 0,
        _ => false,
    };
    let start = quote_at + if three { 3 } else { 1 };
    let literal = |content_end: usize, close: usize| Literal {
        lead: start - at,
        content_end,
        end: (content_end + close).min(bytes.len()),
        marked,
    };
    if three {
        let close = if language == Python || !raw {
            closing_three(bytes, start, quote)
        } else {
            find(bytes, start, &[quote; 3])
        };
        return literal(close, 3 + hashes);
    }
    if hashes > 0 || (language == Rust && raw) {
        let mut close = vec![b'#'; hashes + 1];
        close[0] = quote;
        return literal(find(bytes, start, &close), close.len());
    }
    if language == JavaScript && quote == b'`' {
        return literal(template(bytes, start), 1);
    }
    if (language == Go && quote == b'`') || (language == CSharp && raw) {
        return literal(find(bytes, start, &[quote]), 1);
    }
    if language == C && has(b'R') && letters.contains(&b'R') {
        let open = memchr(b'(', &bytes[start..bytes.len().min(start + 18)]);
        if let Some(open) = open {
            let mut close = vec![b')'];
            close.extend_from_slice(&bytes[start..start + open]);
            close.push(b'"');
            let end = find(bytes, start + open + 1, &close);
            return Literal {
                lead: start + open + 1 - at,
                content_end: end,
                end: (end + close.len()).min(bytes.len()),
                marked,
            };
        }
    }
    let many_lines = matches!(language, Ruby | Php | Rust | Lisp);
    let end = closing(bytes, start, quote, many_lines);
    let closed = bytes.get(end) == Some(&quote);
    literal(end, usize::from(closed))
}

/// Where a quote closes: at the end of the line at the latest, unless the string may have several.
pub(super) fn closing(bytes: &[u8], start: usize, quote: u8, many_lines: bool) -> usize {
    let mut at = start.min(bytes.len());
    loop {
        let found =
            if many_lines { memchr2(quote, b'\\', &bytes[at..]) } else { memchr3(quote, b'\\', b'\n', &bytes[at..]) };
        let Some(found) = found.map(|found| at + found) else { return bytes.len() };
        if bytes[found] != b'\\' {
            return found;
        }
        // A line may go on behind a backslash.
        at = (found + 2).min(bytes.len());
    }
}

fn closing_three(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr2(quote, b'\\', rest)).map(|found| at + found) {
        if bytes[found] == b'\\' {
            at = found + 2;
        } else if bytes.get(found..found + 3) == Some(&[quote; 3]) {
            return found;
        } else {
            at = found + 1;
        }
    }
    bytes.len()
}

/// Where `close` stands first, else the end.
pub(super) fn find(bytes: &[u8], start: usize, close: &[u8]) -> usize {
    bytes.get(start..).and_then(|rest| memmem::find(rest, close)).map_or(bytes.len(), |found| start + found)
}

/// `[[ … ]]`, `[==[ … ]==]` of Lua.
pub(super) fn long_bracket(bytes: &[u8], at: usize) -> Option<Literal> {
    let rest = bytes.get(at..)?.strip_prefix(b"[")?;
    let level = rest.iter().take_while(|byte| **byte == b'=').take(200).count();
    (rest.get(level) == Some(&b'[')).then(|| {
        let mut close = vec![b'='; level + 2];
        close[0] = b']';
        close[level + 1] = b']';
        let content_end = find(bytes, at + level + 2, &close);
        Literal { lead: level + 2, content_end, end: (content_end + close.len()).min(bytes.len()), marked: false }
    })
}

/// Where a template of JavaScript ends, with templates in its expressions.
fn template(bytes: &[u8], start: usize) -> usize {
    // Of each template that is open, how many braces are open in the expression in it; none while in its text.
    let mut open: Vec<Option<usize>> = vec![None];
    let mut at = start;
    while at < bytes.len() {
        let Some(state) = open.last_mut() else { break };
        match (bytes[at], state) {
            (b'\\', _) => at += 1,
            (b'`', None) => {
                open.pop();
                if open.is_empty() {
                    return at;
                }
            }
            (b'$', state @ None) if bytes.get(at + 1) == Some(&b'{') => {
                *state = Some(0);
                at += 1;
            }
            (b'`', Some(_)) => open.push(None),
            (b'{', Some(braces)) => *braces += 1,
            (b'}', Some(0)) => *open.last_mut().unwrap_or(&mut None) = None,
            (b'}', Some(braces)) => *braces -= 1,
            (quote @ (b'"' | b'\''), Some(_)) => at = closing(bytes, at + 1, quote, false),
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// The pattern of a regular expression between slashes, which begins at `at`; none where no slash closes it in the line.
pub(super) fn pattern(bytes: &[u8], at: usize) -> Option<usize> {
    let line = &bytes[at..bytes.len().min(at + LONGEST_PATTERN)];
    let mut class = false;
    let mut index = 1;
    while index < line.len() {
        match line[index] {
            b'\n' => return None,
            b'\\' => index += 1,
            b'[' => class = true,
            b']' => class = false,
            b'/' if !class => {
                let flags = line[index + 1..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
                return Some(at + index + 1 + flags);
            }
            _ => {}
        }
        index += 1;
    }
    None
}

/// Longer patterns are not expected, so that a stray slash costs little.
const LONGEST_PATTERN: usize = 400;

/// A text up to a word in a line of its own: `<<<EOT` of PHP, `<<~EOT` of Ruby. `at` is where the marks begin.
pub(super) struct Heredoc {
    /// Where the marks and the word end.
    pub(super) marks_end: usize,
    /// The content, without the line of the word that ends it.
    pub(super) content: std::ops::Range<usize>,
    /// Where the word that ends it ends.
    pub(super) end: usize,
}

/// The text of several lines that begins at `at` with `marks`; `from` is where its content begins at the earliest.
pub(super) fn heredoc(bytes: &[u8], at: usize, marks: usize, from: usize) -> Option<Heredoc> {
    let mut word = at + marks;
    while matches!(bytes.get(word), Some(b' ' | b'~' | b'-')) && word < at + marks + 2 {
        word += 1;
    }
    let quote = bytes.get(word).copied().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'));
    word += usize::from(quote.is_some());
    let length =
        bytes[word..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').take(60).count();
    let name = &bytes[word..word + length];
    if !name.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_') {
        return None;
    }
    let marks_end = word + length + usize::from(quote.is_some());
    // Texts of one line stand one behind the other.
    let next_line = || memchr(b'\n', bytes.get(marks_end..)?).map(|end| marks_end + end + 1);
    let start = if from > marks_end { from } else { next_line()? };
    let mut line = start;
    while line < bytes.len() {
        let end = memchr(b'\n', &bytes[line..]).map_or(bytes.len(), |end| line + end);
        let text = bytes[line..end].trim_ascii_start();
        let ends = text.strip_prefix(name);
        if ends.is_some_and(|rest| !rest.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')) {
            let content_end = line.saturating_sub(1).max(start);
            return Some(Heredoc { marks_end, content: start..content_end, end: end - text.len() + name.len() });
        }
        line = end + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_end_where_their_language_says() {
        let table: &[(Language, &str, usize, &str)] = &[
            (Language::Python, r#""a\"b" c"#, 0, r#"a\"b"#),
            (Language::Python, "rb'''a\n'b''' c", 2, "a\n'b"),
            (Language::Python, "'open\nnext'", 0, "open"),
            (Language::JavaScript, "`a ${f(`b${'}'}`)} c` d", 0, "a ${f(`b${'}'}`)} c"),
            (Language::Rust, "r#\"a\"b\"# c", 2, "a\"b"),
            (Language::CSharp, "@\"a\\\" c", 1, "a\\"),
            (Language::Swift, "#\"a\"b\"# c", 1, "a\"b"),
            (Language::C, "R\"x(a)\")x\" c", 1, "a)\""),
            (Language::Go, "`a\\` c", 0, "a\\"),
            (Language::JavaScript, "`never ${ {", 0, "never ${ {"),
        ];
        for (language, text, prefix, wanted) in table {
            let literal = quoted(*language, text.as_bytes(), 0, *prefix);
            assert_eq!(&text[literal.lead..literal.content_end], *wanted, "{text}");
        }
    }
}
