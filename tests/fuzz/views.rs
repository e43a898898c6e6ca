//! A key behind encodings, chosen by the input, among text that no key is made of: found as it is, or not at all.

use keyscan::model::Confidence;
use keyscan::rules::sample;

use super::check;
use super::detect::PATHS;
use super::input::{Input, MARKED, detector, keys, sixty_four, whole};

/// What stands in front of an encoded text, and behind it.
pub const AROUND: [(&str, &str); 14] = [
    ("", "\n"),
    ("OPENAI_API_KEY=", "\n"),
    ("k = \"", "\"\n"),
    ("{\"apiKey\": \"", "\"}\n"),
    ("  key: |\n    ", "\n"),
    ("<a href=\"?k=", "&b=c\">\n"),
    ("const k = atob('", "');\n"),
    ("x = [", "]\n"),
    ("echo ", " | base64 -d\n"),
    ("k = (\"", "\"\n  \"\")\n"),
    ("\u{1b}[32m", "\u{1b}[0m\n"),
    ("Authorization: Basic ", "\r\n"),
    ("é\u{feff}: `", "` + `a`\n"),
    ("> ", " <br/>\n"),
];

/// An encoding; the byte chooses between its forms.
type Encode = fn(&str, u8) -> String;

/// All of them. A view that nobody undoes is a text like any other.
pub const ENCODINGS: [Encode; 18] = [
    |text, form| {
        sixty_four(text.as_bytes(), if form & 1 == 0 { sample::B64 } else { sample::URL })
            + ["", "=", "=="][usize::from(form / 2 % 3)]
    },
    |text, form| sixty_four([&b"ab:"[..usize::from(form % 4)], text.as_bytes()].concat().as_slice(), sample::B64),
    |text, form| each(text, form, |byte| format!("%{byte:02X}")),
    |text, form| each(text, form, |byte| format!("%{byte:02x}")),
    |text, form| each(text, form, |byte| format!("&#{byte};")),
    |text, form| each(text, form, |byte| format!("&#x{byte:x};")),
    |text, form| each(text, form, |byte| format!("\\u{byte:04x}")),
    |text, form| each(text, form, |byte| format!("\\x{byte:02x}")),
    |text, form| each(text, form, |byte| format!("\\{byte:03o}")),
    |text, form| each(text, form, |byte| format!("={byte:02X}")),
    |text, _| each(text, 0, |byte| format!("{byte:02x}")),
    |text, _| text.chars().rev().collect(),
    |text, form| {
        text.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(if form & 1 == 0 { "," } else { ", " })
    },
    |text, form| pieces(text, form, ["\n", "\r\n", "\n    ", "=\n"]),
    |text, form| pieces(text, form, ["\" + \"", "' + '", "\" \"", "\"\n    \""]),
    |text, form| pieces(text, form, ["\\\n", "\\\n    ", "` + `", "\", \""]),
    |text, form| pieces(text, form, ["\u{1b}[0m", "\u{1b}[1;31m", "\u{1b}[K", "\u{200b}"]),
    |text, _| text.chars().flat_map(|char| [char, '\0']).collect(),
];

/// Writes all bytes so, or every few, or those that are no letters and digits.
fn each(text: &str, form: u8, write: fn(u8) -> String) -> String {
    let wanted = |at: usize, byte: u8| match form % 8 {
        0 => true,
        1 => !byte.is_ascii_alphanumeric(),
        step => at.is_multiple_of(usize::from(step)),
    };
    // A backslash that stands in a text for itself is always written as an escape, or nobody could tell.
    let escapes = write(b'a').starts_with('\\');
    let one = |(at, byte): (usize, u8)| match byte {
        _ if wanted(at, byte) => write(byte),
        b'\\' if escapes => "\\\\".to_owned(),
        _ => char::from(byte).to_string(),
    };
    text.bytes().map(|byte| if byte.is_ascii() { byte } else { b'?' }).enumerate().map(one).collect()
}

/// Breaks a text into pieces.
fn pieces(text: &str, form: u8, joints: [&str; 4]) -> String {
    let length = [20, 40, 64, 76][usize::from(form >> 2) % 4];
    let all: Vec<char> = text.chars().collect();
    let pieces: Vec<String> = all.chunks(length).map(|piece| piece.iter().collect()).collect();
    pieces.join(joints[usize::from(form) % 4])
}

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let path = input.pick(&PATHS);
    let mut text = String::new();
    // Two keys beside each other: no half of one goes with a half of the other.
    for _ in 0..=usize::from(input.byte() % 2) {
        let mut encoded = keys()[usize::from(input.byte()) % MARKED].clone();
        for _ in 0..=usize::from(input.byte() % 3) {
            encoded = input.pick(&ENCODINGS)(&encoded, input.byte());
        }
        let (lead, tail) = input.pick(&AROUND);
        text += &format!("{lead}{encoded}{tail}");
    }
    let blob = whole(path, text.as_bytes());
    let found = detector().detect(&blob);
    check::matches(&blob, &found, 3);
    for key in &found.keys {
        let sure = key.confidence == Confidence::High && !key.weak;
        let planted = keys()[..MARKED].iter().any(|planted| planted.as_bytes() == key.secret.expose());
        assert!(!sure || planted, "a key ({}, {:?}) that is not there", key.format, key.encoding);
    }
}
