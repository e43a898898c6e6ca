//! What the bytes around a literal of the prefilter are worth: whether they are a reason to look again. In place, without
//! allocation.

use std::borrow::Cow;

use crate::rules::Rules;

use super::bytes::{contains_ignore_case, is_key_byte, measured, run_after, run_before, starts_token};
use super::marker::MARKER;
use super::name::is_name_byte;
use super::setting::LLM_WORDS;
use super::spelling;
use super::url::{Slashes, goes_on, host_at};
use super::views::{HEAD, Lead, encoded_host, encoded_key, key_goes_on};

/// A body shorter than this is no reason to look again.
const SHORTEST_BODY: usize = 16;

/// Whether a token that could be a key starts at `at`, written as it is or with escapes.
pub(super) fn begins_key(bytes: &[u8], at: usize) -> bool {
    let mut room = [0; HEAD];
    begins_plain_key(bytes, at)
        || starts_token(bytes, at) && encoded_key(bytes, at, &mut room).is_some_and(|token| begins_plain_key(token, 0))
}

fn begins_plain_key(bytes: &[u8], at: usize) -> bool {
    let run = run_after(bytes, at, 200, |byte| is_key_byte(byte) || byte == b'.');
    let token = &bytes[at..at + run];
    // What was decoded may be shorter than any prefix.
    if run < 3 {
        return false;
    }
    // Behind a letter only the long prefixes count, and their keys are long: `sk-proj-`, `sk-ant-api03-`.
    let long = run >= 40 && token[3..].iter().any(u8::is_ascii_digit) && token[3..run.min(20)].contains(&b'-');
    let said = || measured(bytes, at).is_some_and(|length| (SHORTEST_BODY..=run).contains(&length));
    if !long && !starts_token(bytes, at) && !said() {
        return false;
    }
    let telling = token.iter().any(u8::is_ascii_digit)
        || token[3..].iter().any(u8::is_ascii_uppercase) && token[3..].iter().any(u8::is_ascii_lowercase)
        || token[3..].split(|&byte| byte == b'-' || byte == b'_').any(|part| part.len() >= 24);
    run >= SHORTEST_BODY && telling || key_goes_on(bytes, at, at + run)
}

/// The path that OpenAI-compatible clients call; rare in code that has nothing to do with models.
pub(super) const CALL_PATH: &[u8] = b"chat/completions";

/// In front of a host that a userscript asks leave to talk to, of the host of a request as it is sent, and of the host
/// that a connection is opened to.
pub(super) const HOST_LEADS: [&[u8]; 6] =
    [b"@connect", b"Host:", b"HTTPSConnection(", b"hostname:", b"hostname =", b".host ="];

/// In front of a container image, in manifests, Dockerfiles and commands.
pub(super) const IMAGE_LEADS: [&[u8]; 5] = [b"image:", b"image\":", b"image =", b"FROM ", b"docker run"];

/// Whether the word at `at` stands in OpenAI's own host without a scheme, as proxies are told it.
pub(super) fn is_api_host(bytes: &[u8], at: usize) -> bool {
    bytes[..at].ends_with(b"api.") && bytes[at..].starts_with(b"openai.com")
}

/// The host behind a lead at `at`, with its offset.
pub(super) fn led_host(bytes: &[u8], at: usize, lead: usize) -> (usize, &[u8]) {
    let behind = at + HOST_LEADS[lead].len();
    let start = behind + run_after(bytes, behind, 40, |byte| matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b'`'));
    let host = host_at(bytes, start);
    // What goes on in another spelling is another host, and none that the catalogue knows.
    let other =
        spelt(bytes, start, start, Slashes::Plain).is_some_and(|spelt| !spelt.as_bytes().eq_ignore_ascii_case(host));
    (start, if other { b"" } else { host })
}

/// Whether a host, in any case, is in the catalogue. Allocates nothing.
pub(super) fn is_known(rules: &Rules, host: &[u8]) -> bool {
    let mut folded = [0u8; 254];
    let folded = &mut folded[..host.len()];
    folded.copy_from_slice(host);
    folded.make_ascii_lowercase();
    rules.host(folded).is_some() || rules.relay_domain(folded).is_some() || contains_ignore_case(folded, b"openai")
}

/// What an address is worth.
pub(super) enum Address {
    /// It is a reason to look again.
    Telling,
    /// It is one if something near it is about models.
    Neutral,
    /// It is none.
    Nothing,
}

/// What the address whose `://` stands at `at` is worth.
pub(super) fn address(rules: &Rules, bytes: &[u8], at: usize, form: Slashes) -> Address {
    if is_known(rules, &host_behind(bytes, at, form)) {
        return Address::Telling;
    }
    // A host that goes on in references or behind a colour.
    let mut room = [0; HEAD];
    if form == Slashes::Plain
        && let Some(host) = encoded_host(bytes, at + b"://".len(), &mut room)
        && is_known(rules, host_at(host, 0))
    {
        return Address::Telling;
    }
    name_in_front(bytes, at - run_before(bytes, at, 8, |byte| byte.is_ascii_alphanumeric()))
}

/// The host behind the `://` at `at`, at most 254 bytes of it. Nothing is allocated unless it is oddly spelt.
pub(super) fn host_behind(bytes: &[u8], at: usize, form: Slashes) -> Cow<'_, [u8]> {
    let length =
        Slashes::LITERALS.iter().find(|(_, candidate)| *candidate == form).map_or(3, |(literal, _)| literal.len());
    let start = at + length;
    let mut host = host_at(bytes, start);
    // User info in front of the host is rare, and a reason to look in any case.
    if bytes.get(start + host.len()) == Some(&b'@') {
        host = host_at(bytes, start + host.len() + 1);
    }
    let next = bytes.get(start + host.len()).copied().unwrap_or(b' ');
    let ends = next == b'"' || next == b'/' || next == b' ' || next == b'\'' || next == b')' || next == b'<';
    if !ends && let Some(spelt) = spelt(bytes, at, start, form) {
        return Cow::Owned(spelt.into_bytes());
    }
    Cow::Borrowed(host.strip_suffix(b".").unwrap_or(host))
}

/// The host whose authority begins at `start`, where its spelling is odd.
fn spelt(bytes: &[u8], at: usize, start: usize, form: Slashes) -> Option<String> {
    let rest = &bytes[start..bytes.len().min(start + 512)];
    let length = rest.iter().take_while(|&&byte| goes_on(byte)).count();
    let scheme = run_before(bytes, at, 8, |byte| byte.is_ascii_alphanumeric());
    spelling::is_odd(&rest[..length], &rest[length..])
        .then(|| spelling::read(bytes, at - scheme, start, form))
        .flatten()
        .map(|spelt| spelt.host)
}

/// What the encoded text is worth in which a lead stands at `at`.
pub(super) fn encoded(rules: &Rules, bytes: &[u8], at: usize, lead: Lead) -> Address {
    if !lead.is_at(bytes, at) {
        return Address::Nothing;
    }
    if lead.is_certain() {
        return Address::Telling;
    }
    let mut room = [0; HEAD];
    let head = lead.head(bytes, at, &mut room);
    let key = memchr::memmem::find_iter(head, b"sk-").any(|at| begins_key(head, at))
        || memchr::memmem::find(head, MARKER).is_some();
    let named = || {
        let letters = memchr::memchr2_iter(b'O', b'o', head);
        let words = letters.filter(|&at| head[at..].get(..6).is_some_and(|word| word.eq_ignore_ascii_case(b"openai")));
        words.into_iter().any(|at| names_a_part(head, at))
    };
    if key || named() {
        return Address::Telling;
    }
    match memchr::memmem::find(head, b"://").map(|slashes| host_behind(head, slashes, Slashes::Plain)) {
        Some(host) if is_known(rules, &host) => Address::Telling,
        Some(_) => name_in_front(bytes, at),
        None => Address::Nothing,
    }
}

/// Whether a name stands in front of an address, which begins at `before`, that makes it worth a look.
pub(super) fn name_in_front(bytes: &[u8], before: usize) -> Address {
    let between = run_before(bytes, before, 24, |byte| {
        matches!(byte, b'"' | b'\'' | b'`' | b' ' | b'=' | b':' | b'(' | b'>' | b'\\' | b'\t' | b',')
    });
    let name_end = before - between;
    let name = &bytes[name_end - run_before(bytes, name_end, 64, is_name_byte)..name_end];
    const PARTS: [&[u8]; 6] = [b"base", b"endpoint", b"host", b"api", b"proxy", b"url"];
    if between == 0 || !PARTS.iter().any(|part| contains_ignore_case(name, part)) {
        return Address::Nothing;
    }
    let squeezed: Vec<u8> =
        name.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    if LLM_WORDS.iter().any(|word| memchr::memmem::find(&squeezed, word.as_bytes()).is_some()) {
        Address::Telling
    } else {
        Address::Neutral
    }
}

/// Whether the word at `at` is a part of a setting's name: `OPENAI_API_KEY`, `openai.base_url`, `azureOpenAIEndpoint`.
pub(super) fn names_a_part(bytes: &[u8], at: usize) -> bool {
    let length = run_after(bytes, at, 64, is_name_byte);
    const PARTS: [&[u8]; 8] = [b"key", b"base", b"url", b"host", b"endpoint", b"token", b"secret", b"azure"];
    PARTS.iter().any(|part| contains_ignore_case(&bytes[at..at + length], part))
}

/// Whether the word at `at` is code that builds or configures a client: `OpenAI(`, `OpenAI.Configuration`, `OpenAI::factory`.
pub(super) fn is_client(bytes: &[u8], at: usize) -> bool {
    let length = run_after(bytes, at, 64, |byte| byte.is_ascii_alphanumeric());
    bytes[at].is_ascii_uppercase()
        && bytes[at + 1].is_ascii_lowercase()
        && (matches!(bytes.get(at + length), Some(b'(' | b'.' | b':' | b'{' | b'['))
            || bytes[bytes.len().min(at + length)..].starts_with(b" {"))
}
