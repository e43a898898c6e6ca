//! Whether a key is part of a URL: what stands in one is kept by servers, proxies, browsers and logs.

use memchr::memmem;

/// How far in front of a key the beginning of its URL is looked for.
const URL_REACH: usize = 2048;

/// How far behind a key the end of a URL's user info is looked for.
const USER_INFO_REACH: usize = 256;

/// What stands in front of a host, as it is, in JSON, and in another URL.
const HOST_FORMS: [&[u8]; 3] = [b"://", br":\/\/", b"%3A%2F%2F"];

/// The part of a URL that a key is: its user name or password, a part of its path, or a value of its query or fragment.
pub(super) fn part(bytes: &[u8], start: usize, end: usize) -> Option<&'static str> {
    let reach = unjoined(&bytes[start.saturating_sub(URL_REACH)..start]);
    let stop = reach.iter().rposition(|byte| byte.is_ascii_whitespace() || matches!(byte, b'<' | b'>' | b'`'));
    let from = stop.map_or(0, |at| at + 1);
    let run = &reach[from..];
    // Settings in a link may hold a URL of their own, so that the nearest is not always the one.
    let part =
        |form: &&[u8]| memmem::find_iter(run, form).find_map(|at| part_behind(&run[at + form.len()..], &bytes[end..]));
    HOST_FORMS.iter().find_map(part).or_else(|| relative(reach, from))
}

/// What stands in front of a key without the quotes of `'https://host/?key=' + '<key>'`, where they are one text.
fn unjoined(reach: &[u8]) -> &[u8] {
    let Some((quote, rest)) = reach.split_last().filter(|(quote, _)| matches!(quote, b'"' | b'\'')) else {
        return reach;
    };
    let Some((b'+' | b'.', rest)) = rest.trim_ascii_end().split_last() else { return reach };
    rest.trim_ascii_end().strip_suffix(&[*quote]).filter(|text| text.ends_with(b"=")).unwrap_or(reach)
}

/// The same of a URL without a host: `'/models?key=<key>'` in quotes, or behind the method in the first line of a request.
fn relative(reach: &[u8], from: usize) -> Option<&'static str> {
    let run = &reach[from..];
    let quote = run.iter().rposition(|byte| matches!(byte, b'"' | b'\''));
    let path = &run[quote.map_or(0, |at| at + 1)..];
    let request = || {
        let before = reach[..from].trim_ascii_end();
        let first = before.iter().rposition(|byte| !byte.is_ascii_uppercase()).map_or(0, |at| at + 1);
        [&b"GET"[..], b"POST", b"PUT", b"PATCH", b"DELETE", b"HEAD"].contains(&&before[first..])
    };
    let begins = path.starts_with(b"/") && (quote.is_some() || request());
    (begins && !ends_within(path) && path.contains(&b'?') && leads_value(path)).then_some("in the query")
}

/// The same, from what stands between `://` and the key, and what stands behind the key.
fn part_behind(between: &[u8], behind: &[u8]) -> Option<&'static str> {
    let stop = end_of_url(between).unwrap_or(between.len());
    let plain = &between[..stop];
    let host = plain.iter().take_while(|&&byte| !matches!(byte, b'/' | b'?' | b'#' | b'\\')).count();
    let part = plain.iter().rposition(|byte| matches!(byte, b'?' | b'#'));
    let part =
        part.filter(|&at| at >= host).map(|at| if plain[at] == b'?' { "in the query" } else { "in the fragment" });
    if stop < between.len() {
        // `https://host/#/?settings={"key":"…"}`: web clients take their settings from such links.
        let opens = between[stop] == b'{' && plain.ends_with(b"=");
        return part.filter(|_| opens).map(|_| "in settings that a link carries");
    }
    if part.is_some() {
        return part.filter(|_| leads_value(plain));
    }
    let next_is_name = |at: usize| behind.get(at).is_some_and(u8::is_ascii_alphanumeric);
    if host < plain.len() {
        // `https://host/<key>/v1`
        let inside = plain.ends_with(b"/") && behind.first() == Some(&b'/') && next_is_name(1);
        return (host > 0 && inside).then_some("in the path");
    }
    if !(plain.is_empty() || plain.ends_with(b":")) {
        return None;
    }
    // `https://<key>@host`, `https://name:<key>@host`, `https://<key>:x@host`.
    let reach = &behind[..behind.len().min(USER_INFO_REACH)];
    let close = reach.iter().position(|&byte| byte == b'@' || byte == b'/' || ends_url(byte))?;
    (behind[close] == b'@' && next_is_name(close + 1)).then_some("as its user name or password")
}

/// Whether a query ends with what a value follows.
fn leads_value(query: &[u8]) -> bool {
    [&b"="[..], b"%3D", b"%3d", b"%22", b"%20", b"+"].iter().any(|lead| query.ends_with(lead))
}

fn ends_within(text: &[u8]) -> bool {
    end_of_url(text).is_some()
}

/// Where a URL ends in a text that begins within it.
fn end_of_url(text: &[u8]) -> Option<usize> {
    let mut open = [0_usize; 2];
    for (at, &byte) in text.iter().enumerate() {
        let ends = match byte {
            // `&` as HTML has it.
            b';' => ![&b"&amp"[..], b"&#38", b"&#x26"].iter().any(|form| text[..at].ends_with(form)),
            // `\n` and `\t` of an escaped text, against `\/` and `\u0026` of a URL that is escaped itself, and what a
            // shell escapes.
            b'\\' => {
                let next = text.get(at + 1).copied().unwrap_or_default();
                !(matches!(next, b'/' | b'?' | b'&' | b'=' | b'#') || text[at + 1..].starts_with(b"u00"))
            }
            b'(' | b'[' => {
                open[usize::from(byte == b'[')] += 1;
                false
            }
            // What closes without having been opened in the URL was opened around it: `[text](https://host)`.
            b')' | b']' => match &mut open[usize::from(byte == b']')] {
                0 => true,
                open => {
                    *open -= 1;
                    false
                }
            },
            byte => ends_url(byte),
        };
        if ends {
            return Some(at);
        }
    }
    None
}

/// Whether a byte ends a URL in any of the texts it is found in.
fn ends_url(byte: u8) -> bool {
    byte <= b' ' || byte >= 0x7f || matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'|' | b'^' | b'{' | b'}' | b',' | b';')
}

#[cfg(test)]
mod tests {

    fn part(text: &str) -> Option<&'static str> {
        let start = text.find("KEY").unwrap();
        super::part(text.as_bytes(), start, start + 3)
    }

    #[test]
    fn parts_of_urls() {
        for (text, wanted) in [
            ("curl https://h.dev/v1?key=KEY", "in the query"),
            ("GET https://h.dev/v1?a=b&api_key=KEY&c=d HTTP/1.1", "in the query"),
            (r#""https:\/\/h.dev\/v1?key=KEY""#, "in the query"),
            ("u=https%3A%2F%2Fh.dev%2F?key=KEY", "in the query"),
            ("https://h.dev/#/login?token=KEY", "in the query"),
            ("https://h.dev/#token=KEY", "in the fragment"),
            (r#"https://h.dev/#/?settings={"key":"KEY","url":"https://r.dev"}"#, "in settings that a link carries"),
            (r#"https://h.dev/#/?settings={"url":"https://r.dev","key":"KEY"}"#, "in settings that a link carries"),
            ("https://h.dev/#/?settings=%7B%22key%22%3A%22KEY%22%7D", "in the query"),
            (r#""https:\/\/h.dev\/v1?a=1\u0026key=KEY""#, "in the query"),
            ("https://h.dev/v1?a=1&amp;key=KEY", "in the query"),
            ("https://h.dev/v1?f(x)=1&key=KEY", "in the query"),
            (r"curl https://h.dev/v1\?a\=1\&key=KEY", "in the query"),
            ("u = 'https://h.dev/v1?key=' + 'KEY'", "in the query"),
            (r#"$u = "https://h.dev/v1?key=" . "KEY";"#, "in the query"),
            ("fetch('/proxy?key=KEY')", "in the query"),
            ("fetch('//h.dev/v1?key=KEY')", "in the query"),
            (r#""GET /v1?key=KEY HTTP/1.1""#, "in the query"),
            ("https://h.dev/KEY/v1", "in the path"),
            ("https://KEY@h.dev/v1", "as its user name or password"),
            ("git clone https://oauth:KEY@h.dev/a.git", "as its user name or password"),
            ("url = https://KEY:x@h.dev/a.git", "as its user name or password"),
        ] {
            assert_eq!(part(text), Some(wanted), "{text}");
        }
    }

    #[test]
    fn beside_a_url_is_not_in_it() {
        for text in [
            "https://h.dev/v1 KEY",
            "https://h.dev/v1,KEY",
            "https://h.dev/v1|KEY",
            r#"{"url":"https://h.dev/v1?x=1","key":"KEY"}"#,
            r#"f("https://h.dev/v1","KEY")"#,
            "https://h.dev/v1#KEY",
            "https://h.dev:KEY",
            "https://h.dev/KEY",
            "curl 'https://h.dev/?a=b' -H 'Authorization: Bearer KEY'",
            "<a href='https://h.dev/?a=b'>KEY</a>",
            "https://h.dev/?q=1\nkey=KEY",
            r"https://h.dev/?q=1\nkey=KEY",
            r"https://h.dev/?q=1\r\nkey=KEY",
            r"https://h.dev/?q=1\tkey=KEY",
            "[x](https://h.dev/?q=1)key=KEY",
            "[https://h.dev/?q=1]key=KEY",
            "https://h.dev/?q=1;key=KEY",
            "u = 'https://h.dev/v1?key=' + key; k = 'KEY'",
            "f('https://h.dev/v1', 'KEY')",
            "a /v1?key=KEY",
            "/KEY/v1",
            "file:///KEY/v1",
            "key=KEY",
            "a?key=KEY",
            "KEY",
        ] {
            assert_eq!(part(text), None, "{text}");
        }
    }
}
