//! URLs in raw bytes: found by what stands between scheme and host, read without decoding the text around them.

use super::bytes::run_before;
use super::host::names_official;
use super::spelling;

/// How the characters between scheme and host are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slashes {
    /// `://`
    Plain,
    /// `:\/\/`, as JSON and PHP may write it.
    Escaped,
    /// `%3A%2F%2F`, inside a query.
    Percent,
    /// `:/$()/`, because `//` begins a comment in Xcode's settings.
    Split,
}

impl Slashes {
    /// The literals that each form is searched by, with the form.
    pub(super) const LITERALS: [(&'static [u8], Self); 5] = [
        (b":/$()/", Self::Split),
        (b"://", Self::Plain),
        (br":\/\/", Self::Escaped),
        (b"%3A%2F%2F", Self::Percent),
        (b"%3a%2f%2f", Self::Percent),
    ];
}

/// A URL's parts as offsets into the bytes it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Url {
    /// Offset of the scheme.
    pub(super) start: usize,
    /// Offset behind the URL, query included.
    pub(super) end: usize,
    /// Lower-case scheme.
    pub(super) scheme: String,
    /// Lower-case host without trailing dot; IPv6 in brackets.
    pub(super) host: String,
    /// Port, where one is written.
    pub(super) port: Option<u16>,
    /// Whether user info stands in front of the host.
    pub(super) user_info: bool,
    /// Whether that names an official host.
    pub(super) imitates: bool,
    /// Path with its slashes unescaped, without query and fragment; `/…` or empty.
    pub(super) path: String,
}

/// The longest host name of the domain name system, and room for user info.
const LONGEST_AUTHORITY: usize = 512;
const LONGEST_PATH: usize = 1024;

/// Whether a byte ends a URL in any of the texts it is found in.
fn ends_url(byte: u8) -> bool {
    byte <= b' '
        || byte >= 0x7f
        || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'|' | b'^' | b'{' | b'}' | b'\\' | b',' | b';' | b'*')
}

/// Whether a byte can stand in an authority.
pub(super) fn goes_on(byte: u8) -> bool {
    (!ends_url(byte) || byte >= 0x80) && !matches!(byte, b'/' | b'?' | b'#' | b'(' | b')')
}

/// The host bytes at `at`, for a quick look-up before anything is built: `[A-Za-z0-9.-]`.
pub(super) fn host_at(bytes: &[u8], at: usize) -> &[u8] {
    let rest = &bytes[at.min(bytes.len())..bytes.len().min(at + 254)];
    let length = rest.iter().take_while(|&&byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-').count();
    &rest[..length]
}

/// Reads the URL whose `://` stands at `colon`.
pub(super) fn read(bytes: &[u8], colon: usize, slashes: Slashes) -> Option<Url> {
    let separator =
        Slashes::LITERALS.iter().find(|(literal, form)| *form == slashes && bytes[colon..].starts_with(literal))?.0;
    // `.properties` files escape the colon.
    let scheme_end = colon - usize::from(bytes[..colon].ends_with(b"\\"));
    let scheme_length = run_before(bytes, scheme_end, 8, |byte| byte.is_ascii_alphanumeric() || byte == b'+');
    let scheme = scheme_in(&bytes[scheme_end - scheme_length..scheme_end])?;
    let start = scheme_end - scheme.len();
    let authority_start = colon + separator.len();
    let authority_length =
        bytes[authority_start..].iter().take(LONGEST_AUTHORITY).take_while(|&&byte| goes_on(byte)).count();
    let mut authority = &bytes[authority_start..authority_start + authority_length];
    if spelling::is_odd(authority, &bytes[authority_start + authority_length..])
        && let Some(spelt) = spelling::read(bytes, start, authority_start, slashes)
    {
        let (port, after_port) = port(bytes, spelt.end);
        let (path, end) = path(bytes, after_port, slashes);
        let (user_info, imitates) = (spelt.user_info, spelt.imitates);
        return Some(Url { start, end, scheme: scheme.to_owned(), host: spelt.host, port, user_info, imitates, path });
    }
    if slashes == Slashes::Percent {
        let end = memchr::memchr(b'%', authority).unwrap_or(authority.len());
        authority = &authority[..end];
    }
    // Text of another script around a URL is no user name, though an address for mail may stand in it.
    let plain = authority.iter().take_while(|byte| byte.is_ascii()).count();
    let user_info = memchr::memrchr(b'@', &authority[..plain]);
    let host_start = authority_start + user_info.map_or(0, |at| at + 1);
    let user = authority[..user_info.unwrap_or(0)].split(|&byte| byte == b':').next().unwrap_or_default();
    let imitates = names_official(&String::from_utf8_lossy(user).to_ascii_lowercase());
    let (host, after_host) = host(bytes, host_start, authority_start + authority.len(), slashes)?;
    let (port, after_port) = port(bytes, after_host);
    let (path, end) = path(bytes, after_port, slashes);
    Some(Url { start, end, scheme: scheme.to_owned(), host, port, user_info: user_info.is_some(), imitates, path })
}

/// The web schemes that `run` may end with; the text in front may be glued to it.
fn scheme_in(run: &[u8]) -> Option<&'static str> {
    ["https", "http", "wss", "ws"].into_iter().find(|scheme| {
        run.len() >= scheme.len() && run[run.len() - scheme.len()..].eq_ignore_ascii_case(scheme.as_bytes())
    })
}

fn host(bytes: &[u8], start: usize, end: usize, slashes: Slashes) -> Option<(String, usize)> {
    let text = &bytes[start..end];
    if text.first() == Some(&b'[') {
        let close = memchr::memchr(b']', text)? + 1;
        return Some((str::from_utf8(&text[..close]).ok()?.to_ascii_lowercase(), start + close));
    }
    let length = name_length(text);
    let name = str::from_utf8(&text[..length]).ok()?;
    // A sentence's full stop, or the root's dot: neither is a part of the name.
    let name = name.trim_end_matches(['.', '-']);
    // The longest label of the domain name system is 63; the last one has letters alone, or is the end of an IP number.
    let top = name.rsplit('.').next().unwrap_or_default();
    let topped = !name.contains('.')
        || top.starts_with("xn--")
        || top.bytes().all(|byte| byte.is_ascii_alphabetic())
        || top.bytes().all(|byte| byte.is_ascii_digit());
    let sound = name.starts_with(char::is_alphanumeric)
        && !name.contains("..")
        && topped
        && name.split('.').all(|label| label.len() <= 63);
    // A template goes on where the name stops: `api.$DOMAIN`, `%s.host`.
    let template = match bytes.get(start + length) {
        Some(b'%') => slashes != Slashes::Percent,
        next => matches!(next, Some(b'$' | b'{' | b'<' | b'*')),
    };
    (sound && !template).then(|| (name.to_lowercase(), start + length))
}

/// Length of a host name. Letters of other scripts belong to it where they begin a label and a top-level domain in ASCII
/// follows: behind a whole name they are the text around it.
fn name_length(text: &[u8]) -> usize {
    let ascii = |text: &[u8]| {
        text.iter().take_while(|&&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')).count()
    };
    let plain = ascii(text);
    let begins_label = plain == 0 || text[plain - 1] == b'.';
    if !begins_label || text.get(plain).is_none_or(u8::is_ascii) {
        return plain;
    }
    let Ok(rest) = str::from_utf8(text) else { return plain };
    let end = rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '-' | '_')).unwrap_or(rest.len());
    let named = rest[..end].trim_end_matches('.');
    let top = named.rsplit('.').next().unwrap_or_default();
    let topped = named.contains('.') && top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_alphabetic());
    if topped { end } else { plain }
}

/// Reads `:port` at `at`; returns the offset behind it.
pub(super) fn port(bytes: &[u8], at: usize) -> (Option<u16>, usize) {
    if bytes.get(at) != Some(&b':') {
        return (None, at);
    }
    let digits = bytes[at + 1..].iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
    let end = at + 1 + digits;
    match str::from_utf8(&bytes[at + 1..end]).unwrap_or_default().parse() {
        Ok(port) => (Some(port), end),
        Err(_) => (None, at),
    }
}

/// Reads the path behind `at`; returns it unescaped, with the offset behind the whole URL.
pub(super) fn path(bytes: &[u8], at: usize, slashes: Slashes) -> (String, usize) {
    let mut path = Vec::new();
    let mut end = at;
    let mut in_path = true;
    let mut depth = 0usize;
    while end < bytes.len().min(at + LONGEST_PATH) {
        let rest = &bytes[end..];
        let (byte, width) = match slashes {
            Slashes::Escaped if rest.starts_with(br"\/") => (b'/', 2),
            Slashes::Percent if rest.starts_with(b"%2F") || rest.starts_with(b"%2f") => (b'/', 3),
            Slashes::Percent if rest[0] == b'&' || rest[0] == b'%' => break,
            // A quote, where the text around the URL is encoded.
            _ if rest.starts_with(b"%22") => break,
            _ => (rest[0], 1),
        };
        // Markdown and calls put a URL in brackets; a bracket that was not opened inside it ends it.
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' if depth == 0 => break,
            b')' | b']' => depth -= 1,
            byte if ends_url(byte) => break,
            b'?' | b'#' => in_path = false,
            _ => {}
        }
        if path.is_empty() && byte != b'/' && in_path {
            break;
        }
        if in_path {
            path.push(byte);
        }
        end += width;
    }
    // The punctuation of the sentence around it.
    while end > at && matches!(bytes[end - 1], b'.' | b':' | b'!' | b'?') {
        end -= 1;
        if in_path {
            path.pop();
        }
    }
    (String::from_utf8(path).unwrap_or_default(), end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<(String, Option<u16>, String, bool, String)> {
        let bytes = text.as_bytes();
        Slashes::LITERALS.iter().find_map(|(literal, form)| {
            let at = memchr::memmem::find(bytes, literal)?;
            let url = read(bytes, at, *form)?;
            let whole = text[url.start..url.end].to_owned();
            Some((url.host, url.port, url.path, url.user_info, whole))
        })
    }

    #[test]
    fn parts_are_read_in_any_text() {
        let cases = [
            ("x=https://API.Host.dev./v1,", "api.host.dev", None, "/v1", "https://API.Host.dev./v1"),
            (r#""https:\/\/api.host.dev\/v1""#, "api.host.dev", None, "/v1", r"https:\/\/api.host.dev\/v1"),
            ("u=https%3A%2F%2Fapi.host.dev%2Fv1&x", "api.host.dev", None, "/v1", "https%3A%2F%2Fapi.host.dev%2Fv1"),
            (r"u=https\://h.dev/v1", "h.dev", None, "/v1", r"https\://h.dev/v1"),
            ("U = https:/$()/h.dev/v1", "h.dev", None, "/v1", "https:/$()/h.dev/v1"),
            ("(http://h.dev:8080/a?b=c#d)", "h.dev", Some(8080), "/a", "http://h.dev:8080/a?b=c#d"),
            ("[t](https://h.dev/a(b)).", "h.dev", None, "/a(b)", "https://h.dev/a(b)"),
            ("See https://h.dev/v1.", "h.dev", None, "/v1", "https://h.dev/v1"),
            ("b=https://中转.Host.top/v1", "中转.host.top", None, "/v1", "https://中转.Host.top/v1"),
            ("https://h.dev，a@b.c", "h.dev", None, "", "https://h.dev"),
            ("见https://h.dev获取", "h.dev", None, "", "https://h.dev"),
            ("wss://[::1]:9/x", "[::1]", Some(9), "/x", "wss://[::1]:9/x"),
            ("地址https://h.dev/v1，", "h.dev", None, "/v1", "https://h.dev/v1"),
        ];
        for (text, host, port, path, whole) in cases {
            assert_eq!(parse(text), Some((host.into(), port, path.into(), false, whole.into())), "{text}");
        }
        assert!(parse("https://user:pw@h.dev/").is_some_and(|url| url.3 && url.0 == "h.dev"));
        for text in ["postgres://h.dev/db", "https://$HOST/v1", "https://{x}.h.dev", "https:///v1", "https://a.$X/v1"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
