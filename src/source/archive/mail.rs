//! E-mails, `.eml` and mbox: what is attached to them is a member, their text stays what it is.
//!
//! Text of a mail is read in place, encoded or not. Opened is what cannot be read there: attachments that are encoded, and
//! texts in charsets of wide characters. So that nothing is found twice, blanks stand in the text in place of what was
//! taken out.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use mailparse::{MailHeaderMap, ParsedMail, parse_headers, parse_mail};

use super::Kind;

/// Largest file of mails that is opened.
pub(super) const LARGEST: u64 = 32 * 1024 * 1024;

/// Bytes at the beginning of a file that [`is_mail`] looks at.
const LEAD: usize = 16;

/// How deep mails that are attached as they are lie in each other.
const DEEPEST: usize = 4;

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

/// What a file of mails holds.
#[derive(Debug, Default)]
pub(super) struct Mail {
    /// Its text, with blanks in place of the parts.
    pub(super) text: Vec<u8>,
    /// Names and contents.
    pub(super) parts: Vec<(Vec<u8>, Vec<u8>)>,
}

/// Whether a file that begins so may be a mail or several.
pub(super) fn is_mail(head: &[u8]) -> bool {
    let head = &head[..head.len().min(LEAD)];
    let begins = |name: &str| head.len() >= name.len() && head[..name.len()].eq_ignore_ascii_case(name.as_bytes());
    head.starts_with(b"From ") || FIRST.iter().any(|name| begins(name))
}

/// Whether a mail is too much to be taken apart: too long, or of so many lines, headers and pieces that the parser would need
/// many times its size. Only where something in it is encoded that is lost by it.
pub(super) fn is_too_much(bytes: &[u8]) -> bool {
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

/// Takes a file of mails apart. None where it is none, or has no part that is worth it.
pub(super) fn open(bytes: &[u8]) -> Option<Mail> {
    if !is_mail(bytes) || is_too_much(bytes) {
        return None;
    }
    let mut mail = Mail { text: bytes.to_vec(), parts: Vec::new() };
    if bytes.starts_with(b"From ") {
        for (index, (start, end)) in messages(bytes).into_iter().enumerate() {
            let headers = start + memchr::memchr(b'\n', &bytes[start..end]).map_or(end - start, |at| at + 1);
            mail.message(&bytes[headers..end], headers, &format!("message {}/", index + 1), DEEPEST);
        }
    } else {
        mail.message(bytes, 0, "", DEEPEST);
    }
    (!mail.parts.is_empty()).then_some(mail)
}

/// The messages of an mbox, each with its first line.
fn messages(bytes: &[u8]) -> Vec<(usize, usize)> {
    let starts = memchr::memmem::find_iter(bytes, b"\nFrom ").map(|at| at + 1);
    // A line of the text that begins so is escaped, or has no empty line in front.
    let starts = starts.filter(|&at| bytes[..at].ends_with(b"\n\n") || bytes[..at].ends_with(b"\n\r\n"));
    let starts: Vec<usize> = std::iter::once(0).chain(starts).collect();
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    starts.iter().copied().zip(ends).collect()
}

impl Mail {
    /// Takes a message apart that stands at `at` in the file.
    fn message(&mut self, bytes: &[u8], at: usize, prefix: &str, depth: usize) {
        let Ok((headers, _)) = parse_headers(bytes) else { return };
        let has = |name: &str| headers.get_first_header(name).is_some();
        let known = ["From", "Received", "Message-ID", "Date", "Subject"].into_iter().any(has);
        if !known || !(has("MIME-Version") || has("Content-Type")) {
            return;
        }
        if let Ok(parsed) = parse_mail(bytes) {
            let mut number = 0;
            self.part(&parsed, (bytes, at), prefix, &mut number, depth);
        }
    }

    /// Takes out a part, or those of it, where that is worth it. Depth is bounded by the parser.
    fn part(&mut self, part: &ParsedMail<'_>, whole: (&[u8], usize), prefix: &str, number: &mut usize, depth: usize) {
        if !part.subparts.is_empty() {
            for inner in &part.subparts {
                self.part(inner, whole, prefix, number, depth);
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
            if depth > 0 {
                let body = &bytes[start - at..end - at];
                self.message(body, start, &format!("{prefix}part {number}/"), depth - 1);
            }
            return;
        }
        let wide = ["utf-16", "utf-32", "utf-7", "ucs-"];
        let charset = part.ctype.charset.to_ascii_lowercase();
        let wide = kind.starts_with("text/") && wide.iter().any(|name| charset.starts_with(name));
        let disposition = part.get_content_disposition();
        let name = disposition.params.get("filename").or_else(|| part.ctype.params.get("name"));
        let content = match part.get_body_raw() {
            Ok(_) if wide => part.get_body().ok().map(String::into_bytes),
            Ok(content) => Some(content),
            Err(_) => unpadded(&part.raw_bytes[headers..]),
        };
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
