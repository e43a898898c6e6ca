//! An input taken apart: a few bytes that choose, then text.

use std::sync::OnceLock;

use keyscan::detect::Detector;
use keyscan::model::{Blob, BlobPath, Exposure, Matches, Origin};
use keyscan::rules::{Rules, sample};

/// Shapes of keys. The first three are told by the marker in them, wherever they stand.
const TEMPLATES: [&str; 7] = [
    "sk-proj-{74:url}T3{}BlbkFJ{73:url}A",
    "sk-svcacct-{58:url}T3{}BlbkFJ{57:url}A",
    "sk-{20}T3{}BlbkFJ{20}",
    "sk-or-v1-{64:hex}",
    "sk-ant-api03-{93:url}AA",
    "gsk_{52}",
    "sk-{48}",
];

/// How many keys hold the marker.
pub const MARKED: usize = 3;

/// The keys, the same in every run.
pub fn keys() -> &'static [String] {
    static KEYS: OnceLock<Vec<String>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let keys = TEMPLATES.iter().enumerate().map(|(at, template)| sample::expand(template, 0xf0 + at as u64));
        keys.map(Option::unwrap).collect()
    })
}

/// The rules that ship with keyscan.
pub static RULES: Rules = Rules::builtin();

/// A detector with them, for all inputs of a run.
pub fn detector() -> &'static Detector<'static> {
    static DETECTOR: OnceLock<Detector<'static>> = OnceLock::new();
    DETECTOR.get_or_init(|| Detector::new(&RULES))
}

/// A whole file of which nothing is known but its path.
pub fn whole<'b>(path: &str, bytes: &'b [u8]) -> Blob<'b> {
    let path = BlobPath { text: path.to_owned(), percent: false };
    Blob::whole(Origin::new(0, path, Exposure::OutsideGit), bytes)
}

/// What stands in such a file.
pub fn detect(path: &str, bytes: &[u8]) -> Matches {
    detector().detect(&whole(path, bytes))
}

/// Puts a key in the place of each `{{K1}}`, and one in base64 in that of `{{K1:base64}}`.
pub fn expand(text: &[u8]) -> Vec<u8> {
    let mut expanded = Vec::with_capacity(text.len() + 200);
    let mut rest = text;
    while let Some(at) = find(rest, b"{{K") {
        expanded.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let number = rest.get(3).filter(|byte| byte.is_ascii_digit()).map(|byte| usize::from(byte - b'0'));
        let (length, encoded) = match &rest[rest.len().min(4)..] {
            [b'}', b'}', ..] => (6, false),
            behind if behind.starts_with(b":base64}}") => (13, true),
            _ => (0, false),
        };
        match number {
            Some(number) if length > 0 => {
                let key = &keys()[number % keys().len()];
                if encoded {
                    expanded.extend_from_slice(sixty_four(key.as_bytes(), sample::B64).as_bytes());
                } else {
                    expanded.extend_from_slice(key.as_bytes());
                }
                rest = &rest[length..];
            }
            _ => {
                expanded.extend_from_slice(&rest[..3]);
                rest = &rest[3..];
            }
        }
    }
    expanded.extend_from_slice(rest);
    expanded
}

/// Base64 without padding.
pub fn sixty_four(bytes: &[u8], alphabet: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..=group.len() {
            text.push(char::from(alphabet[(bits >> (18 - 6 * place) & 63) as usize]));
        }
    }
    text
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

/// Bytes of an input, from front to back; where there are none left, zeros.
pub struct Input<'a>(pub &'a [u8]);

impl<'a> Input<'a> {
    pub fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    /// One of several.
    pub fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::from(self.byte()) % all.len()]
    }

    /// So many bytes, or what is left.
    pub fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// Bytes with their length in front, in two bytes.
    pub fn record(&mut self) -> &'a [u8] {
        let length = usize::from(self.byte()) << 8 | usize::from(self.byte());
        self.take(length)
    }

    /// The rest as text with keys in it.
    pub fn text(&mut self) -> Vec<u8> {
        expand(std::mem::take(&mut self.0))
    }
}

/// The bytes of a record, as [`Input::record`] reads it.
#[cfg(test)]
pub fn record(bytes: &[u8]) -> Vec<u8> {
    let bytes = &bytes[..bytes.len().min(0xffff)];
    let mut record = vec![(bytes.len() >> 8) as u8, bytes.len() as u8];
    record.extend_from_slice(bytes);
    record
}
