//! The literals that tell what is worth decoding.
//!
//! Three bytes are four digits, so a text is written in one of three ways, by how many bytes stand in front of it. Of each
//! way a literal holds the digits that are the same whatever stands around the text.

use super::super::super::bytes::{run_after, run_before, starts_token};
use super::super::HEAD;
use super::run::joint;
use super::{SHORTEST, is_digit, value_of};

/// What a literal in base64 stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::detect) struct Form {
    /// What the text is.
    pub(super) says: Says,
    /// How many digits of a group of four stand in front of the literal.
    pub(super) phase: usize,
}

/// What the text is that a literal begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// A key or the name of a setting, in text.
    Plain,
    /// A key in text that is UTF-16.
    Wide,
    /// An address, at the beginning of a run.
    Address,
    /// Base64 of a key or of settings, so many times.
    Base64(u32),
    /// Something packed, at the beginning of a run.
    Packed,
    /// Base64 of something packed, at the beginning of a run.
    PackedTwice,
}

const fn form(says: Says, phase: usize) -> Form {
    Form { says, phase }
}

impl Form {
    /// Something packed that begins here.
    pub(super) const PACKED: Self = form(Says::Packed, 0);

    /// The literals.
    pub(in crate::detect::views) const LITERALS: [(&'static [u8], Self); 21] = [
        // `sk-`
        (b"c2st", form(Says::Plain, 0)),
        (b"NrL", form(Says::Plain, 2)),
        (b"zay", form(Says::Plain, 3)),
        // The marker
        (b"VDNCbGJrRk", form(Says::Plain, 0)),
        (b"QzQmxia0ZK", form(Says::Plain, 2)),
        (b"UM0JsYmtGS", form(Says::Plain, 3)),
        // `OPENAI`
        (b"T1BFTkFJ", form(Says::Plain, 0)),
        (b"9QRU5BS", form(Says::Plain, 2)),
        (b"PUEVOQU", form(Says::Plain, 3)),
        // `sk-` in UTF-16
        (b"cwBrAC0A", form(Says::Wide, 0)),
        (b"MAawAt", form(Says::Wide, 2)),
        (b"zAGsALQ", form(Says::Wide, 3)),
        // `http`
        (b"aHR0c", form(Says::Address, 0)),
        // `c2st`, `T1BF`, `YzJz`
        (b"YzJzd", form(Says::Base64(2), 0)),
        (b"Myc3", form(Says::Base64(2), 2)),
        (b"jMnN0", form(Says::Base64(2), 3)),
        (b"VDFCR", form(Says::Base64(2), 0)),
        (b"WXpKe", form(Says::Base64(3), 0)),
        // `eyJ`, which is `{"`, at the beginning of a run
        (b"ZXlK", form(Says::Base64(2), 0)),
        // gzip's first bytes
        (b"H4sI", form(Says::Packed, 0)),
        (b"SDRzS", form(Says::PackedTwice, 0)),
    ];

    /// Whether the literal at `at` is where it has to be, in a run of some length.
    pub(in crate::detect) fn is_at(self, bytes: &[u8], at: usize) -> bool {
        let rest = &bytes[at..];
        let literal = match self.says {
            // The digit in front of `NrL` ends with the beginning of an `s`, the one behind `zay` begins with the end of `-`.
            Says::Plain if rest.starts_with(b"NrL") => at > 0 && matches!(bytes[at - 1], b'H' | b'X' | b'n' | b'3'),
            Says::Plain if rest.starts_with(b"zay") => matches!(rest.get(3), Some(b'0' | b'1')),
            // `https://`, `http://`
            Says::Address => rest.starts_with(b"aHR0cHM6Ly") || rest.starts_with(b"aHR0cDovL"),
            _ => true,
        };
        let at_beginning =
            matches!(self.says, Says::Address | Says::Packed | Says::PackedTwice) || rest.starts_with(b"ZXlK");
        literal && {
            let before = run_before(bytes, at, SHORTEST, is_digit);
            let behind = run_after(bytes, at, SHORTEST, is_digit);
            let long = before + behind >= SHORTEST && before >= self.phase;
            if at_beginning { behind == SHORTEST && begins_run(bytes, at) } else { long }
        }
    }

    /// Whether the literal tells enough, so that nothing has to be decoded.
    pub(in crate::detect) const fn is_certain(self) -> bool {
        matches!(self.says, Says::Packed | Says::PackedTwice)
    }

    /// How many bytes of the group, in which the literal stands, belong to what stands in front.
    pub(super) const fn bytes_in_front(self) -> usize {
        self.phase.saturating_sub(1)
    }

    /// The beginning of what the run says in which the literal stands at `at`, decoded in place into `room`.
    pub(in crate::detect) fn head(self, bytes: &[u8], at: usize, room: &mut [u8; HEAD]) -> usize {
        let mut length = decode_into(bytes, at.saturating_sub(self.phase), room);
        match self.says {
            Says::Wide => {
                let said = (self.bytes_in_front()..length).step_by(2);
                length = said.enumerate().map(|(to, from)| room[to] = room[from]).count();
            }
            Says::Base64(times) => {
                let mut front = self.bytes_in_front();
                for _ in 1..times {
                    let inner = *room;
                    length = decode_into(&inner[..length], front, room);
                    front = 0;
                }
            }
            Says::Plain | Says::Address | Says::Packed | Says::PackedTwice => {}
        }
        length
    }
}

/// Decodes the run at `at` in place; says how many bytes that were, whole groups of the room at most.
fn decode_into(bytes: &[u8], mut at: usize, room: &mut [u8; HEAD]) -> usize {
    let (mut bits, mut digits, mut length) = (0_u32, 0_usize, 0);
    while length < HEAD {
        match bytes.get(at).copied().and_then(value_of) {
            Some(value) => {
                (bits, digits, at) = (bits << 6 | u32::from(value), digits + 1, at + 1);
                if digits % 4 != 1 {
                    room[length] = (bits >> ((4 - digits % 4) % 4 * 2)) as u8;
                    length += 1;
                }
            }
            None => match joint(bytes, at) {
                0 => break,
                joint => at += joint,
            },
        }
    }
    length
}

/// Whether a value, and with it a run, begins at `at`: nothing of the alphabet stands in front but the end of an escape.
pub(super) fn begins_run(bytes: &[u8], at: usize) -> bool {
    starts_token(bytes, at) && !(at > 0 && matches!(bytes[at - 1], b'+' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::super::tests::encode;
    use super::*;

    /// Text, how it is written before it is base64, and how often base64 it is.
    fn texts() -> Vec<(Vec<u8>, usize)> {
        let wide = |text: &str| text.bytes().flat_map(|byte| [byte, 0]).collect::<Vec<u8>>();
        let twice = |text: &str| encode(text.as_bytes()).into_bytes();
        let key = "sk-or-v1-0123456789abcdef0123456789abcdef";
        let three = twice(&encode(key.as_bytes()));
        vec![
            (key.into(), 3),
            (key.replace("or-v1-", "").into(), 3),
            (format!("OPENAI_API_KEY={key}").into(), 3),
            (wide(key), 3),
            (b"https://host.example/path".into(), 1),
            (b"http://host.example/path/".into(), 1),
            (twice(key), 3),
            (twice("OPENAI_API_KEY=0123456789"), 1),
            (three, 1),
        ]
    }

    #[test]
    fn a_literal_stands_in_every_way_to_write_a_text() {
        for (text, ways) in texts() {
            for front in 0..ways {
                let bytes = [&b"\0\0\0\0\0\0"[..front], &text, b" ..."].concat();
                let encoded = encode(&bytes);
                let found = Form::LITERALS.iter().filter_map(|(literal, form)| {
                    let at = memchr::memmem::find(encoded.as_bytes(), literal)?;
                    let mut room = [0; HEAD];
                    let length = form.head(encoded.as_bytes(), at, &mut room);
                    let said = String::from_utf8_lossy(&room[..length]).into_owned();
                    (form.is_at(encoded.as_bytes(), at) && at % 4 == form.phase).then_some(said)
                });
                let said: Vec<String> = found.collect();
                let told =
                    |said: &String| ["sk-0", "sk-or-v1-0", "http", "OPENAI_"].iter().any(|word| said.contains(word));
                assert!(said.iter().any(told), "{front} {encoded} {said:?}");
            }
        }
    }
}
