//! E-mails, `.eml` and mbox: what is attached to them is a member, their text stays what it is.
//!
//! Text of a mail is read in place, encoded or not. Opened is what cannot be read there: attachments that are encoded, and
//! texts in charsets of wide characters. So that nothing is found twice, blanks stand in the text in place of what was
//! taken out.
//!
//! A box of mails is read message by message, twice: most files that begin like a mail have nothing attached, and are read
//! like any other file.

mod messages;

use std::io::SeekFrom;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use mailparse::{MailHeaderMap, ParsedMail, parse_headers, parse_mail};

use super::lines::Lines;
use super::open::Unpacking;
use super::{Bound, Kind, MemberPath, Seekable, Trouble};
use crate::source::words;
use messages::Messages;

/// Largest mail that is opened.
pub(super) const LARGEST: u64 = 32 * 1024 * 1024;

/// Bytes at the beginning of a file that [`is_mail`] looks at.
const LEAD: usize = 16;

/// Deepest nesting of mails that are attached as they are, whatever the limits say: each is parsed again.
const DEEPEST: u32 = 16;

/// Most parameters in several pieces that a mail may have: the cost of reading them is the square of their number.
const MOST_PIECES: usize = 1000;

/// Headers that a mail begins with.
const FIRST: [&str; 17] = [
    "received:",
    "return-path:",
    "delivered-to:",
    "from:",
    "to:",
    "cc:",
    "subject:",
    "date:",
    "message-id:",
    "mime-version:",
    "content-type:",
    "reply-to:",
    "sender:",
    "x-received:",
    "arc-seal:",
    "dkim-signature:",
    "authentication-r",
];

/// What a mail holds.
#[derive(Debug, Default)]
struct Mail {
    /// Its text, with blanks in place of the parts.
    text: Vec<u8>,
    /// Names and contents.
    parts: Vec<(Vec<u8>, Vec<u8>)>,
    /// Whether something encoded lies in more mails than are opened.
    deep: bool,
    /// Whether what is looked at lies between boundaries.
    in_parts: bool,
}

impl Unpacking<'_, '_> {
    /// Hands on the text of mails and reads what is attached to them. False where nothing is, so that the file's own bytes are
    /// their text.
    pub(super) fn mail(&mut self, file: &mut dyn Seekable, path: &MemberPath, depth: u32) -> bool {
        let mut attached = false;
        let mut file = file;
        if file.rewind().is_err() {
            return false;
        }
        // Once to see whether it is worth it.
        let levels = self.work.limits.archive_depth.min(DEEPEST).saturating_sub(depth);
        let (mut deep, mut large) = (false, false);
        let mut messages = Messages::of(&mut file);
        while let Some(message) = messages.next() {
            large |= !message.whole && is_encoded(message.bytes) && is_with_parts(message.bytes);
            if !message.whole || self.is_over() {
                continue;
            }
            large |= is_too_much(message.bytes) && memchr::memmem::find(message.bytes, b"base64").is_some();
            if let Some(mail) = open(message.bytes, None, levels) {
                attached |= !mail.parts.is_empty();
                deep |= mail.deep;
            }
            // The rest is seen when it is read.
            if attached {
                break;
            }
        }
        if !attached {
            self.left(path, deep, large);
            return false;
        }
        drop(messages);
        if file.seek(SeekFrom::Start(0)).is_err() {
            return false;
        }
        (deep, large) = (false, false);
        let mut text = Lines::of(path.clone());
        let mut messages = Messages::of(&mut file);
        let mut number = 0;
        while let Some(message) = messages.next() {
            number += 1;
            let prefix = message.in_box.then_some(number);
            large |= !message.whole && is_encoded(message.bytes);
            large |= message.whole && is_too_much(message.bytes) && is_encoded(message.bytes);
            match open(message.bytes, prefix, levels).filter(|_| message.whole) {
                Some(mail) => {
                    deep |= mail.deep;
                    text.bytes.extend(mail.text);
                    for (name, content) in mail.parts {
                        let part = path.member(&name);
                        if !self.count(&part) {
                            break;
                        }
                        self.member(&mut &content[..], Some(content.len() as u64), &part, depth);
                    }
                }
                None => text.bytes.extend(message.bytes),
            }
            text.hand_on(false, self.visit);
        }
        text.hand_on(true, self.visit);
        self.left(path, deep, large);
        true
    }

    /// Lists what was left closed.
    fn left(&mut self, path: &MemberPath, deep: bool, large: bool) {
        if deep {
            self.trouble(path, Trouble::Limit(Bound::Depth));
        }
        if large {
            self.trouble(path, Trouble::Limit(Bound::Memory));
        }
    }
}

/// Whether something in a mail may be encoded, so that it is lost where the mail is not opened.
fn is_encoded(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"base64").is_some() || memchr::memmem::find(bytes, b"BASE64").is_some()
}

/// Whether a file begins with the headers of a mail that has parts, and not only with a word that a mail begins with.
fn is_with_parts(bytes: &[u8]) -> bool {
    /// Most bytes of headers.
    const HEADERS: usize = 64 * 1024;
    let head = &bytes[lead(bytes)..];
    let head = &head[..head.len().min(HEADERS)];
    let end = memchr::memmem::find(head, b"\n\n").or_else(|| memchr::memmem::find(head, b"\r\n\r\n"));
    let headers = head[..end.unwrap_or(head.len())].to_ascii_lowercase();
    is_mail(bytes) && memchr::memmem::find(&headers, b"\ncontent-type:").is_some()
}

/// What may stand in front of a mail: the mark of an encoding, and empty lines.
fn lead(bytes: &[u8]) -> usize {
    let mark = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    mark + bytes[mark..].iter().take(2 * LEAD).take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
}

/// Whether a file that begins so may be a mail or several.
pub(super) fn is_mail(head: &[u8]) -> bool {
    let head = &head[lead(head)..];
    let head = &head[..head.len().min(LEAD)];
    let begins = |name: &str| head.len() >= name.len() && head[..name.len()].eq_ignore_ascii_case(name.as_bytes());
    head.starts_with(b"From ") || FIRST.iter().any(|name| begins(name))
}

/// Whether a mail is too much to be taken apart: too long, or of so many lines, headers and pieces that the parser would need
/// many times its size. Only where something in it is encoded that is lost by it.
fn is_too_much(bytes: &[u8]) -> bool {
    /// The parser keeps every part and every header.
    const MOST_PARTS: usize = 10_000;
    const MOST_HEADERS: usize = 100_000;
    let parts = || memchr::memmem::find_iter(bytes, b"\n--").take(MOST_PARTS + 1).count();
    let headers = || memchr::memmem::find_iter(bytes, b": ").take(MOST_HEADERS + 1).count();
    let colons = || memchr::memchr_iter(b':', bytes).take(2 * MOST_HEADERS + 1).count();
    is_mail(bytes)
        && (bytes.len() as u64 > LARGEST
            || parts() > MOST_PARTS
            || headers() > MOST_HEADERS
            || colons() > 2 * MOST_HEADERS
            || pieces(bytes) > MOST_PIECES)
}

fn pieces(bytes: &[u8]) -> usize {
    memchr::memmem::find_iter(bytes, b"*=").chain(memchr::memmem::find_iter(bytes, b"*0")).count()
}

/// Takes a mail apart; of a box, with the number and the line in front. None where it is none, or has no part that is worth it
/// and no mail that lies too deep.
fn open(bytes: &[u8], number: Option<u64>, levels: u32) -> Option<Mail> {
    if !is_mail(bytes) || is_too_much(bytes) {
        return None;
    }
    let mut mail = Mail { text: bytes.to_vec(), parts: Vec::new(), deep: false, in_parts: false };
    let mut headers = lead(bytes);
    if bytes[headers..].starts_with(b"From ") {
        headers += memchr::memchr(b'\n', &bytes[headers..]).map_or(bytes.len() - headers, |at| at + 1);
    }
    let prefix = number.map_or_else(String::new, |number| format!("message {number}/"));
    mail.message(&bytes[headers..], headers, &prefix, levels);
    (!mail.parts.is_empty() || mail.deep).then_some(mail)
}

impl Mail {
    /// Takes a message apart that stands at `at` in the file.
    fn message(&mut self, bytes: &[u8], at: usize, prefix: &str, levels: u32) {
        let Ok((headers, _)) = parse_headers(bytes) else { return };
        let has = |name: &str| headers.get_first_header(name).is_some();
        let known = ["From", "Received", "Message-ID", "Date", "Subject"].into_iter().any(has);
        if !known || !(has("MIME-Version") || has("Content-Type")) {
            return;
        }
        if let Ok(parsed) = parse_mail(bytes) {
            let mut number = 0;
            self.part(&parsed, (bytes, at), prefix, &mut number, levels);
        }
    }

    /// Takes out a part, or those of it, where that is worth it. Depth is bounded by the parser.
    fn part(&mut self, part: &ParsedMail<'_>, whole: (&[u8], usize), prefix: &str, number: &mut usize, levels: u32) {
        if !part.subparts.is_empty() {
            self.in_parts = true;
            for inner in &part.subparts {
                self.part(inner, whole, prefix, number, levels);
            }
            return;
        }
        *number += 1;
        let encoding = part.headers.get_first_value("Content-Transfer-Encoding").unwrap_or_default();
        let encoded = ["base64", "quoted-printable"].contains(&encoding.trim().to_ascii_lowercase().as_str());
        let kind = part.ctype.mimetype.as_str();
        let (bytes, at) = whole;
        // The body is the end of the part, and both are slices of the message.
        let from = at + (part.raw_bytes.as_ptr().addr() - bytes.as_ptr().addr());
        let end = from + part.raw_bytes.len();
        let Ok((_, headers)) = parse_headers(part.raw_bytes) else { return };
        let start = from + headers;
        if kind == "message/rfc822" && !encoded {
            let body = &bytes[start - at..end - at];
            match levels.checked_sub(1) {
                Some(levels) => self.message(body, start, &format!("{prefix}part {number}/"), levels),
                None => self.deep |= is_encoded(body),
            }
            return;
        }
        let wide = ["utf-16", "utf-32", "utf-7", "ucs-"];
        let charset = part.ctype.charset.to_ascii_lowercase();
        let wide = kind.starts_with("text/") && wide.iter().any(|name| charset.starts_with(name));
        let disposition = part.get_content_disposition();
        let name = disposition.params.get("filename").or_else(|| part.ctype.params.get("name"));
        let (content, sound) = match part.get_body_raw() {
            Ok(_) if wide => (part.get_body().ok().map(String::into_bytes), true),
            Ok(content) => (Some(content), true),
            Err(_) => (unpadded(&part.raw_bytes[headers..]), false),
        };
        // Of parts that end with the mail, nothing tells whether there should be more.
        let cut = end - at == bytes.len() && (!sound || self.in_parts);
        let content = content.map(|mut content| {
            content.truncate(if cut { words::whole(&content) } else { content.len() });
            content
        });
        let Some(content) = content.filter(|content| !content.is_empty()) else { return };
        let attached = encoded && (name.is_some() || !kind.starts_with("text/"));
        if attached || wide || (name.is_some() && Kind::of(&content).is_some()) {
            let name = name.cloned().filter(|name| !name.is_empty()).unwrap_or_else(|| format!("part {number}"));
            self.parts.push((format!("{prefix}{name}").into_bytes(), content));
            for byte in &mut self.text[start..end] {
                if !matches!(byte, b'\n' | b'\r') {
                    *byte = b' ';
                }
            }
        }
    }
}

/// Base64 that breaks off or ends without its padding, as far as it goes.
fn unpadded(text: &[u8]) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let mut digits: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if digits.len() % 4 == 1 {
        digits.pop();
    }
    GeneralPurpose::new(&STANDARD, config).decode(digits).ok()
}
