//! What the words right around an address say of it: a list of hosts, a message, a comparison, a link.

use super::bytes::{contains_ignore_case, line_end, line_start, run_before};

/// How much of a line in front of an address is looked at.
const SHORT_REACH: usize = 400;

/// Whether the line of `at` is a list of hosts that something may talk to, or not: no client is configured by it.
pub(super) fn on_host_list(bytes: &[u8], at: usize) -> bool {
    const WORDS: [&[u8]; 14] = [
        b"connect-src",
        b"content-security-policy",
        b"@connect",
        b"@match",
        b"@include",
        b"host_permissions",
        b"allowlist",
        b"whitelist",
        b"blocklist",
        b"blacklist",
        b"allowed_hosts",
        b"allowedhosts",
        b"allow_origin",
        b"domain-suffix",
    ];
    let start = line_start(bytes, at).max(at.saturating_sub(2 * SHORT_REACH));
    let line = &bytes[start..line_end(bytes, at).min(at + SHORT_REACH)];
    WORDS.iter().any(|word| contains_ignore_case(line, word))
}

/// Whether a setting's name says that it holds hosts to let through or to keep out.
pub(super) fn names_host_list(name: &str) -> bool {
    const WORDS: [&str; 10] =
        ["allow", "deny", "denied", "block", "banned", "forbid", "reject", "whitelist", "blacklist", "trusted"];
    let name = crate::rules::normalise(name);
    WORDS.iter().any(|word| name.contains(word))
}

/// Whether a setting's name says that its value is shown to people.
pub(super) fn names_message(name: &str) -> bool {
    const NAMES: [&str; 10] =
        ["placeholder", "help", "hint", "description", "msgid", "msgstr", "message", "tooltip", "example", "helpbase"];
    NAMES.contains(&crate::rules::normalise(name).as_str())
}

/// Whether the address at `at` stands among the words of a message: `"do not use https://… "`. A command in a string is
/// none, nor is an assignment.
pub(super) fn in_message(bytes: &[u8], at: usize, end: usize) -> bool {
    let start = line_start(bytes, at).max(at.saturating_sub(200));
    let line = &bytes[start..at];
    let Some(quote) = line.iter().rposition(|byte| matches!(byte, b'"' | b'\'' | b'`')) else { return false };
    let words = &line[quote + 1..];
    // As far as the string goes on behind it.
    let line = &bytes[end.min(bytes.len())..line_end(bytes, end).min(end + 200)];
    let behind = memchr::memchr(bytes[start + quote], line).map_or(&[][..], |end| &line[..end]);
    let command = [&b"curl"[..], b"wget", b"--", b" -x", b"http ", b"export ", b" -h ", b" -d "]
        .iter()
        .any(|word| contains_ignore_case(words, word) || contains_ignore_case(behind, word));
    let assigned = words.trim_ascii_end().ends_with(b"=") || words.trim_ascii_end().ends_with(b":");
    let count = |text: &[u8]| {
        let words = text.split(|byte| *byte == b' ').map(|word| {
            let end = word.iter().rposition(|byte| !matches!(byte, b'?' | b'!' | b',' | b'.' | b':' | b')'));
            end.map_or(&[][..], |last| &word[..=last])
        });
        words.filter(|word| word.len() >= 2 && word.iter().all(u8::is_ascii_alphabetic)).count()
    };
    let (spoken, goes_on) = (count(words), if behind.starts_with(b" ") { count(behind) } else { 0 });
    let example = contains_ignore_case(words, b"e.g.") || contains_ignore_case(words, b"for example");
    let sentence = spoken >= 2 || (spoken >= 1 && spoken + goes_on >= 3);
    (sentence || example) && words.ends_with(b" ") && !command && !assigned
}

/// Whether the value at `at..end` is only compared with another: `url.startsWith("…")`, `host == "…"`, `isRelay("…")`,
/// `"…" in url`, `case "…":`.
pub(super) fn is_compared(bytes: &[u8], at: usize, end: usize, name: Option<&str>) -> bool {
    const CALLS: [&str; 22] = [
        "startswith",
        "endswith",
        "includes",
        "contains",
        "equals",
        "match",
        "matches",
        "test",
        "indexof",
        "hasprefix",
        "hassuffix",
        "expect",
        "tobe",
        "assertequal",
        "tocontain",
        "eq",
        "search",
        "strpos",
        "strcontains",
        "pregmatch",
        "replace",
        "sub",
    ];
    let start = line_start(bytes, at).max(at.saturating_sub(160));
    let line = &bytes[start..at];
    let unquoted = |text: &'_ [u8]| -> usize {
        text.iter()
            .rev()
            .take_while(|byte| {
                matches!(byte, b'"' | b'\'' | b'`' | b'*' | b'#')
                    || byte.is_ascii_alphabetic() && text.ends_with(b"r\"")
            })
            .count()
    };
    let before = line[..line.len() - unquoted(line)].trim_ascii_end();
    let behind = &bytes[end.min(bytes.len())..bytes.len().min(end + 24)];
    let quotes = behind.iter().take_while(|byte| matches!(byte, b'"' | b'\'' | b'`' | b'*')).count();
    let behind = behind[quotes..].trim_ascii_start();
    let callee = name
        .map(str::as_bytes)
        .filter(|_| before.ends_with(b"("))
        .or_else(|| open_call(before))
        .and_then(|name| name.rsplit(|byte| matches!(byte, b'.' | b':' | b'>')).next())
        .and_then(|name| str::from_utf8(name).ok());
    let question = callee.is_some_and(|callee| {
        let predicate = ["is", "has"].iter().any(|word| {
            callee
                .strip_prefix(word)
                .is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_uppercase() || next == '_'))
        });
        predicate || CALLS.contains(&crate::rules::normalise(callee).as_str())
    });
    let operator = |text: &[u8]| {
        text.ends_with(b"==") || text.ends_with(b"!=") || text.ends_with(b" in") || text.ends_with(b" in (")
    };
    let arm = [&b"case"[..], b"when", b"assert"].iter().any(|word| before.trim_ascii() == *word);
    question
        || operator(before)
        || arm
        || [&b"=="[..], b"!=", b"in ", b"not in "].iter().any(|word| behind.starts_with(word))
}

/// The name in front of the last open bracket of a line.
fn open_call(line: &[u8]) -> Option<&[u8]> {
    let mut depth = 0usize;
    for (index, byte) in line.iter().enumerate().rev() {
        match byte {
            b')' => depth += 1,
            b'(' if depth > 0 => depth -= 1,
            b'(' => {
                let word = run_before(line, index, 60, |byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':')
                });
                return Some(&line[index - word..index]).filter(|name| !name.is_empty());
            }
            _ => {}
        }
    }
    None
}

/// Whether the value at `at` is a link for people: the target of `href`, a Markdown link, a page of a manifest.
pub(super) fn is_link(bytes: &[u8], at: usize, name: Option<&str>) -> bool {
    const NAMES: [&str; 16] = [
        "href",
        "src",
        "homepage",
        "website",
        "link",
        "links",
        "docs",
        "documentation",
        "repository",
        "bugs",
        "funding",
        "websiteurl",
        "apikeyurl",
        "helpurl",
        "see",
        "cite",
    ];
    let before = &bytes[at.saturating_sub(2)..at];
    let markdown = before.ends_with(b"](") || before.ends_with(b"<");
    let named = name.is_some_and(|name| {
        let name = crate::rules::normalise(name);
        NAMES.contains(&name.as_str())
            || ["docsurl", "doclink", "website", "homepage", "logourl", "iconurl"].iter().any(|end| name.ends_with(end))
    });
    markdown || named
}
