//! Values in base64, as Kubernetes' Secrets, registries' logins and hosts that take one word for a value hold them.
//!
//! A [`Run`] of base64 is worth decoding where a literal says that a key or an address is in it ([`Form`]), or where it is
//! the value of a setting that holds such things.

mod run;

use super::super::bytes::{is_key_byte, run_after, run_before, starts_token};

pub(super) use run::stretches;

use super::HEAD;
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// A shorter run holds no key, and hardly an address that is worth encoding.
const SHORTEST: usize = 24;

/// What a literal in base64 stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::detect) enum Form {
    /// Telling text anywhere in a run. The literal holds its middle, whose characters are the same whatever stands around
    /// it, and stands so many characters behind the beginning of a group of four.
    Inside(usize),
    /// The beginning of a key, at the beginning of a run.
    Key,
    /// The beginning of an address, at the beginning of a run.
    Address,
}

impl Form {
    /// The literals, each at least four bytes long: three alignments of the marker, then `sk-` and `http`. Those of more
    /// words would be more than the packed search takes.
    pub(super) const LITERALS: [(&'static [u8], Self); 5] = [
        (b"VDNCbGJrRk", Self::Inside(0)),
        (b"QzQmxia0ZK", Self::Inside(2)),
        (b"UM0JsYmtGS", Self::Inside(3)),
        (b"c2st", Self::Key),
        (b"aHR0c", Self::Address),
    ];

    /// Whether the literal at `at` is where it has to be, in a run of some length.
    pub(super) fn is_at(self, bytes: &[u8], at: usize) -> bool {
        let behind = run_after(bytes, at, SHORTEST, is_digit);
        match self {
            Self::Inside(_) => behind + run_before(bytes, at, SHORTEST, is_digit) >= SHORTEST,
            Self::Key => behind == SHORTEST && begins_run(bytes, at),
            // `https://`, `http://`.
            Self::Address => {
                let rest = &bytes[at..];
                let slashes = rest.starts_with(b"aHR0cHM6Ly") || rest.starts_with(b"aHR0cDovL");
                slashes && behind == SHORTEST && begins_run(bytes, at)
            }
        }
    }
}

/// The beginning of what the run at `at` says, decoded in place into `room`.
pub(super) fn head<'b>(bytes: &[u8], at: usize, room: &'b mut [u8; HEAD]) -> &'b [u8] {
    let length = run_after(bytes, at, HEAD / 3 * 4, is_digit);
    let text = &bytes[at..at + length / 4 * 4];
    let decoded = engine(text).and_then(|engine| engine.decode_slice(text, room).ok()).unwrap_or(0);
    &room[..decoded]
}

/// Whether a byte is one of either alphabet's digits.
const fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// Whether a value, and with it a run, begins at `at`: nothing of the alphabet stands in front but the end of an escape.
fn begins_run(bytes: &[u8], at: usize) -> bool {
    starts_token(bytes, at) && !(at > 0 && matches!(bytes[at - 1], b'+' | b'/'))
}

const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, CONFIG);

/// The decoder of the alphabet that a text is written in; none where the two are mixed.
fn engine(text: &[u8]) -> Option<&'static GeneralPurpose> {
    let standard = text.iter().any(|byte| matches!(byte, b'+' | b'/'));
    let url_safe = text.iter().any(|byte| matches!(byte, b'-' | b'_'));
    match (standard, url_safe) {
        (true, true) => None,
        (_, false) => Some(&STANDARD),
        (false, true) => Some(&URL_SAFE),
    }
}

/// What a text in base64 says, where that is text itself.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let decoded = engine(text)?.decode(text).ok()?;
    let control = |byte: &u8| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x1b);
    (!decoded.iter().any(control) && str::from_utf8(&decoded).is_ok()).then_some(decoded)
}

/// Length of the run at `at`, with its padding; 0 where it is too short to hold anything.
pub(in crate::detect) fn run_length(bytes: &[u8], at: usize) -> usize {
    let digits = run_after(bytes, at, bytes.len(), is_digit);
    let padding = run_after(bytes, at + digits, 2, |byte| byte == b'=');
    if digits < SHORTEST { 0 } else { digits + padding }
}

/// Whether two groups of four, wherever they begin, say six bytes of a key: each key has as many, chance and paths hardly
/// ever. Allocates nothing: every path is asked.
fn may_hold_key(run: &[u8]) -> bool {
    let value = |digit: u8| match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' | b'-' => 62,
        _ => 63,
    };
    // Only with these the first byte is one of a key.
    let begins = |group: &[u8]| matches!(group[0], b'L'..=b'Z' | b'a'..=b'e');
    let says = |group: &[u8]| {
        let bits = group.iter().fold(0, |bits, &digit| bits << 6 | u32::from(value(digit)));
        bits.to_be_bytes()[1..].iter().all(|&byte| is_key_byte(byte) || byte == b'.')
    };
    run.windows(8).any(|both| {
        let (one, other) = both.split_at(4);
        begins(one) && begins(other) && says(one) && says(other)
    })
}

/// What a run that may hold a key says in either alphabet, where text that stands in front without a gap may have moved
/// its groups of four.
pub(in crate::detect) fn readings(run: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let run = if may_hold_key(run) { run } else { &[] };
    let digits = run.iter().filter(|&&byte| byte != b'=').map(|byte| match byte {
        b'-' => b'+',
        b'_' => b'/',
        _ => *byte,
    });
    let digits: Vec<u8> = digits.collect();
    (0..4).filter_map(move |shift| {
        let digits = digits.get(shift..)?;
        STANDARD.decode(&digits[..digits.len() - usize::from(digits.len() % 4 == 1)]).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Unpadded.
    fn encode(text: &[u8]) -> String {
        STANDARD.encode(text).trim_end_matches('=').to_owned()
    }

    #[test]
    fn literals_are_the_same_whatever_stands_around_them() {
        let marker = concat!("T3Blbk", "FJ");
        for (shift, (literal, form)) in Form::LITERALS[..3].iter().enumerate() {
            for (before, behind) in [("aaa", "zz"), ("~~~", "~~"), ("\0\0\0", "\0\0")] {
                let encoded = encode(format!("{}{marker}{behind}", &before[..shift]).as_bytes());
                let at = memchr::memmem::find(encoded.as_bytes(), literal);
                assert_eq!(at.map(|at| Form::Inside(at % 4)), Some(*form), "{shift} {encoded}");
            }
        }
        for (text, form) in [("sk-", Form::Key), ("https://", Form::Address), ("http://", Form::Address)] {
            for behind in ["a host or a key", "~~~~~~~~~~~~~~~", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"] {
                let encoded = encode(format!("{text}{behind}").as_bytes());
                let literal = Form::LITERALS.iter().find(|(_, other)| *other == form).unwrap().0;
                assert!(encoded.as_bytes().starts_with(literal) && form.is_at(encoded.as_bytes(), 0), "{text}");
            }
        }
    }

    #[test]
    fn either_alphabet_is_decoded_padded_or_not() {
        for (text, wanted) in [
            ("", Some("")),
            ("YQ==", Some("a")),
            ("YQ", Some("a")),
            ("YWI=", Some("ab")),
            ("YWJj", Some("abc")),
            ("Pz8/", Some("???")),
            ("Pz8_", Some("???")),
            ("YR", Some("a")),
            ("Pz8_Pz8/", None),
            ("YQ=a", None),
            ("Y", None),
            ("/+8=", None),
            ("AGE=", None),
        ] {
            assert_eq!(decode(text.as_bytes()).as_deref(), wanted.map(str::as_bytes), "{text}");
        }
    }
}
