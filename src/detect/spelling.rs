//! Hosts that are written in another way than clients read them: dots and letters of other widths, invisible characters,
//! escapes, and user info that looks like the host.
//!
//! What a URL parser makes of an authority is the host. Prose sets limits to that: the full stop of a Chinese sentence
//! stands right behind a URL more often than it is a dot in one.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::api::is_host_name;
use super::host::names_official;
use super::url::Slashes;

/// As far as an authority is followed, in bytes.
const LONGEST: usize = 512;
/// The longest host of the domain name system.
const LONGEST_HOST: usize = 253;

/// A host behind `://` as a client reads it.
pub(super) struct Spelt {
    /// Lower case, without trailing dot.
    pub(super) host: String,
    /// Offset behind the host.
    pub(super) end: usize,
    /// Whether user info stands in front.
    pub(super) user_info: bool,
    /// Whether what stands in front names an official host.
    pub(super) imitates: bool,
}

/// How a character of an authority is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// As it is read, or by an escape.
    Plain,
    /// A dot of another script, which ends sentences too.
    Stop,
    /// A letter of another script, or a sign that no name has.
    Foreign,
}

/// A character as a client reads it.
struct Unit {
    read: char,
    form: Form,
    end: usize,
}

/// Whether an authority, without what ends it in any text, may have to be read by its spelling. Nearly none has.
pub(super) fn is_odd(authority: &[u8], behind: &[u8]) -> bool {
    let goes_on = match behind.first() {
        Some(b'\\') => !matches!(behind.get(1), None | Some(b'/' | b'"' | b'\'' | b' ')),
        Some(b'\t' | b'\n' | b'\r') => {
            let next = behind.iter().position(|byte| !matches!(byte, b'\t' | b'\n' | b'\r'));
            next.is_some_and(|next| next <= 2 && matches!(behind[next], b'.' | b'@'))
        }
        _ => false,
    };
    goes_on || authority.iter().any(|byte| !byte.is_ascii() || matches!(byte, b'%' | b'!' | b'~' | b'+' | b'='))
}

/// Reads the host of the URL that begins at `start` with the authority at `authority`; nothing where it is what a plain
/// reading says, or where what follows a plain host is the text around it.
pub(super) fn read(bytes: &[u8], start: usize, authority: usize, slashes: Slashes) -> Option<Spelt> {
    let before = &bytes[..start];
    let quoted = before.ends_with(b"\"") || before.ends_with(b"'") || before.ends_with(b"`");
    // The URL is all that stands there: a string, or the value of a name.
    let whole = quoted || [&b"="[..], b"= ", b": ", b":", b">"].iter().any(|lead| before.ends_with(lead));
    let units = units(bytes, authority, quoted, whole);
    let at = units.iter().rposition(|unit| unit.read == '@');
    let host = &units[at.map_or(0, |at| at + 1)..];
    let host = &host[..host.iter().take_while(|unit| is_name(unit)).count()];
    let ends = |host: &[Unit]| host.last().is_some_and(|last| is_end(&bytes[last.end..], whole));
    // Letters of other scripts glued to a name are the text around it, unless the whole value says otherwise.
    let host = if whole && ends(host) { host } else { &host[..sentence(host)] };
    let firm = ends(host);
    let user = &units[..at.unwrap_or(0)];
    if user.iter().any(|unit| unit.form != Form::Plain) && !(whole && firm) {
        return None;
    }
    let mut name: String = host.iter().map(|unit| unit.read).collect::<String>().nfkc().collect();
    let last = host.last()?.end;
    // A template goes on where the name stops.
    let template = match bytes.get(last) {
        Some(b'%') => slashes != Slashes::Percent,
        Some(b'<') => bytes.get(last + 1) != Some(&b'/'),
        next => matches!(next, Some(b'$' | b'{' | b'*')),
    };
    if template {
        return None;
    }
    let rooted = bytes.get(last).is_some_and(|&next| matches!(next, b'/' | b':'));
    let named = host.iter().rposition(|unit| !matches!(unit.read, '.' | '-')).map(|index| host[index].end)?;
    name.truncate(name.trim_end_matches(['.', '-']).len());
    let end = if rooted { last } else { named };
    let top = name.rsplit('.').next().unwrap_or_default();
    let ascii = top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_alphabetic());
    let open = bytes[end..].starts_with(b"/") || bytes[end..].starts_with(b":");
    let abroad = !top.is_ascii() && whole && open;
    let number = name.parse::<std::net::Ipv4Addr>().is_ok();
    let known = name.rsplit_once('.').is_some_and(|(_, top)| is_host_name(&format!("a.{top}")));
    let plausible = (ascii || number || abroad || top.starts_with("xn--")) && (firm || known || number);
    let sound = name.starts_with(char::is_alphanumeric)
        && name.contains('.')
        && !name.contains("..")
        && name.len() <= LONGEST_HOST
        && name.split('.').all(|label| label.chars().count() <= 63);
    if !(plausible && sound) || is_sentence_end(host, bytes, firm) {
        return None;
    }
    let user: String = user.iter().map(|unit| unit.read).take_while(|&read| !matches!(read, ':' | '\\')).collect();
    Some(Spelt { host: name, end, user_info: at.is_some(), imitates: names_official(&user) })
}

/// A value that is a host as a client reads it; itself where it is none, or no other way of writing one.
pub(super) fn mapped(value: &str) -> Cow<'_, str> {
    let mut units = Vec::new();
    if value.is_ascii() || !value.chars().all(|read| push(&mut units, read, 0)) {
        return Cow::Borrowed(value);
    }
    Cow::Owned(units.iter().map(|unit| unit.read).collect())
}

/// Whether a character can stand in a host.
fn is_name(unit: &Unit) -> bool {
    let sign = unit.form == Form::Foreign && matches!(unit.read, '!' | '~' | '+' | '=');
    unit.read.is_alphanumeric() || is_combining_mark(unit.read) || matches!(unit.read, '.' | '-' | '_') || sign
}

/// Whether a URL's host ends for sure in front of `rest`: a path, a port, a quote; the line where it is a whole value.
fn is_end(rest: &[u8], whole: bool) -> bool {
    match rest.first() {
        None | Some(b'\n' | b'\r') => whole,
        Some(b'/' | b'?' | b'#' | b'"' | b'\'' | b'`') => true,
        Some(b'<') => whole,
        Some(b':') => rest.get(1).is_some_and(u8::is_ascii_digit),
        Some(b'\\') => matches!(rest.get(1), Some(b'/' | b'"' | b'\'')),
        Some(b'%') => {
            let code = rest.get(1..3).unwrap_or_default().to_ascii_uppercase();
            [b"2F", b"3A", b"22", b"27", b"3F"].iter().any(|end| code == end.as_slice())
        }
        _ => false,
    }
}

/// Length of a host in the middle of a text: letters of other scripts belong to it where they begin a label behind an
/// ordinary dot, not behind a sentence's and not behind a name.
fn sentence(host: &[Unit]) -> usize {
    let mut inside = true;
    for (index, unit) in host.iter().enumerate() {
        let begins = index == 0 || host[index - 1].read == '.';
        let stop = index > 0 && host[index - 1].form == Form::Stop;
        if begins {
            inside = unit.form == Form::Foreign && !stop;
        }
        if unit.form == Form::Foreign && !inside {
            return index;
        }
    }
    host.len()
}

/// Whether a dot of another script ends a sentence behind a whole host: `https://a.dev。Use it`.
fn is_sentence_end(host: &[Unit], bytes: &[u8], firm: bool) -> bool {
    let Some(stop) = host.iter().position(|unit| unit.form == Form::Stop) else { return false };
    let (first, tail) = (&host[..stop], &host[stop + 1..]);
    let is_host = first.iter().any(|unit| unit.read == '.');
    let one = !tail.iter().any(|unit| unit.read == '.');
    // A domain's last label is written small; a sentence begins with a capital.
    let begins = host[stop].end;
    let capital = bytes.get(begins).is_some_and(u8::is_ascii_uppercase);
    one && (capital || is_host && !firm)
}

/// The characters of an authority, up to what can stand in none.
fn units(bytes: &[u8], authority: usize, quoted: bool, whole: bool) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let limit = bytes.len().min(authority + LONGEST);
    let mut at = authority;
    while at < limit {
        let rest = &bytes[at..limit];
        let next = |index: usize| rest.get(index).copied().unwrap_or(b' ');
        let (read, end) = match rest[0] {
            b'%' => match percent(rest) {
                Some((read, length)) => (read, at + length),
                None => break,
            },
            // Parsers drop them.
            b'\t' | b'\n' | b'\r' if rest[0] == b'\t' || quoted => {
                let blank = rest.iter().take_while(|byte| matches!(byte, b'\t' | b'\n' | b'\r')).count();
                if !matches!(next(blank), b'.' | b'@') {
                    break;
                }
                at += blank;
                continue;
            }
            b'\\' => match next(1) {
                b'n' | b'r' | b't' if matches!(next(2), b'.' | b'@') || whole && leads_to_host(&rest[2..]) => {
                    at += 2;
                    continue;
                }
                // The line goes on.
                b'\n' => {
                    at += 2;
                    continue;
                }
                b'\r' if next(2) == b'\n' => {
                    at += 3;
                    continue;
                }
                _ => match escaped(rest) {
                    Some((read, length)) => (read, at + length),
                    None => {
                        let length = if next(1) == b'\\' { 2 } else { 1 };
                        let plain = !matches!(next(1), b'n' | b'r' | b't');
                        if !(plain && leads_to_host(&rest[length..])) {
                            break;
                        }
                        units.push(Unit { read: '\\', form: Form::Plain, end: at + length });
                        at += length;
                        continue;
                    }
                },
            },
            byte if byte.is_ascii() => (char::from(byte), at + 1),
            _ => match first_char(rest) {
                Some(read) => (read, at + read.len_utf8()),
                None => break,
            },
        };
        at = end;
        if !push(&mut units, read, end) {
            break;
        }
    }
    units
}

/// Adds what a client makes of a character; false where it can stand in no authority.
fn push(units: &mut Vec<Unit>, read: char, end: usize) -> bool {
    if read.is_ascii() {
        let form = match read {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' | '@' | ':' | '$' | '&' => Form::Plain,
            '!' | '~' | '+' | '=' => Form::Foreign,
            _ => return false,
        };
        units.push(Unit { read: read.to_ascii_lowercase(), form, end });
        return true;
    }
    if is_ignored(read) {
        if let Some(last) = units.last_mut() {
            last.end = end;
        }
        return true;
    }
    if matches!(read, '\u{3002}' | '\u{ff0e}' | '\u{ff61}' | '\u{2024}') {
        units.push(Unit { read: '.', form: Form::Stop, end });
        return true;
    }
    let mapped: Vec<char> = std::iter::once(read).nfkc().flat_map(char::to_lowercase).collect();
    let letter = |&c: &char| c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '-' | '_' | '@');
    if !mapped.iter().all(letter) {
        return false;
    }
    units.extend(mapped.into_iter().map(|read| {
        let form = if read.is_ascii() { Form::Plain } else { Form::Foreign };
        Unit { read, form, end }
    }));
    true
}

/// Characters that are not seen and that a host loses on its way to the resolver.
const fn is_ignored(read: char) -> bool {
    matches!(
        read,
        '\u{ad}' | '\u{34f}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0100}'..='\u{e01ef}'
    )
}

/// The character that begins `bytes`.
fn first_char(bytes: &[u8]) -> Option<char> {
    bytes[..bytes.len().min(4)].utf8_chunks().next()?.valid().chars().next()
}

/// The character of `%2e` or `%E3%80%82`, with its length.
fn percent(text: &[u8]) -> Option<(char, usize)> {
    let byte = |index: usize| {
        let code = text.get(index * 3..index * 3 + 3)?;
        if code[0] == b'%' { hex(&code[1..]).and_then(|code| u8::try_from(code).ok()) } else { None }
    };
    let decoded: Vec<u8> = (0..4).map_while(byte).collect();
    let read = first_char(&decoded)?;
    Some((read, read.len_utf8() * 3))
}

/// The character of a string's escape, with its length: `\x2e`, `\u3002`, `\u{3002}`, `\U00003002`.
fn escaped(text: &[u8]) -> Option<(char, usize)> {
    let digits = |at: usize, count: usize| text.get(at..at + count).and_then(hex);
    let unit = |at: usize| if text.get(at..at + 2)? == br"\u" { digits(at + 2, 4) } else { None };
    match text.get(1)? {
        b'x' => Some((char::from_u32(digits(2, 2)?)?, 4)),
        b'U' => Some((char::from_u32(digits(2, 8)?)?, 10)),
        b'u' if text.get(2) == Some(&b'{') => {
            let close = memchr::memchr(b'}', &text[..text.len().min(11)])?;
            Some((char::from_u32(hex(&text[3..close])?)?, close + 1))
        }
        b'u' => match unit(0)? {
            high @ 0xd800..0xdc00 => {
                let low = unit(6).filter(|low| (0xdc00..0xe000).contains(low))?;
                Some((char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))?, 12))
            }
            code => Some((char::from_u32(code)?, 6)),
        },
        _ => None,
    }
}

fn hex(digits: &[u8]) -> Option<u32> {
    let all = !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit);
    if all { u32::from_str_radix(str::from_utf8(digits).ok()?, 16).ok() } else { None }
}

/// Whether the rest of user info stands there, and a host behind it.
fn leads_to_host(text: &[u8]) -> bool {
    let user = |byte: u8| byte.is_ascii_alphanumeric() || b"._~!$&+=:%-".contains(&byte);
    let length = text.iter().take(128).take_while(|&&byte| user(byte)).count();
    text.get(length) == Some(&b'@')
        && text.get(length + 1).is_some_and(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii())
}
