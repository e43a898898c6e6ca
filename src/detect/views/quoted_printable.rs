//! Quoted-printable, as mails, saved pages and contacts are written: `=2D`, and lines that `=` breaks.
//!
//! `=2D` stands in code, too. So a text is only read so if a header says that it is, or where several lines end as only
//! this encoding breaks them.

use super::super::bytes::{contains_ignore_case, run_before};
use super::percent::hex;
use super::unit::{Unit, tokens};
use super::{Seen, Stretch, head};

/// Literals of the prefilter: the end of the prefix in front of a hyphen.
pub(super) const LITERALS: &[&[u8]] = &[b"sk="];

/// Whether the literal at `at` is where it has to be.
pub(super) fn is_at(bytes: &[u8], at: usize) -> bool {
    unit(bytes, at + 2).is_some() && head::begins(bytes, at).is_some()
}

/// So many lines that are broken say what a header says.
const BROKEN_LINES: usize = 2;

/// The stretches that are worth decoding.
pub(super) fn stretches(seen: &Seen<'_>) -> Vec<Stretch> {
    let bytes = seen.bytes;
    let encoded = memchr::memchr_iter(b'=', bytes).any(|at| unit(bytes, at).is_some());
    if !encoded || !is_quoted_printable(bytes) {
        return Vec::new();
    }
    let ends = |byte| byte <= b' ' || matches!(byte, b'"' | b'\'' | b'<' | b'>');
    tokens(bytes, memchr::memchr_iter(b'=', bytes), ends, unit)
}

/// Whether a header says so, or lines end so.
fn is_quoted_printable(bytes: &[u8]) -> bool {
    if contains_ignore_case(bytes, b"quoted-printable") {
        return true;
    }
    // Lines are at most 76 long and broken no earlier than they have to be, with an escape that is not cut.
    let breaks = memchr::memmem::find_iter(bytes, b"=\n").chain(memchr::memmem::find_iter(bytes, b"=\r\n"));
    let broken = breaks.filter(|&at| (71..76).contains(&run_before(bytes, at, 80, |byte| byte != b'\n')));
    broken.take(BROKEN_LINES).count() == BROKEN_LINES
}

/// What the encoded byte at `at` says; a broken line goes on.
pub(super) fn unit(bytes: &[u8], at: usize) -> Option<Unit> {
    match bytes[at..] {
        [b'=', b'\n', ..] => Some(Unit::nothing(2)),
        [b'=', b'\r', b'\n', ..] => Some(Unit::nothing(3)),
        [b'=', a, b, ..] => hex(a, b).map(|byte| Unit::byte(byte, 3)),
        _ => None,
    }
}
