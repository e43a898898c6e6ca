//! Any text of the escapes' own characters: read to its end, without a panic.

use super::{keys, new};
use crate::support::library::{detect, values};
use crate::support::prng::SplitMix64;

#[test]
fn long_runs_of_one_sign_are_read() {
    let detector = new();
    let key = &keys(0xa0)[0];
    for sign in [
        "\\", "%", "&#", "=", "\x1b", "&", "\\u", "%25", "&amp;", "=\n", "\x1b[", "\u{200b}", "<b>", "a<b>", "\\x41",
        "%41", "&#65;", "\\75 ", "\x1b]",
    ] {
        let mut text = sign.repeat(200_000 / sign.len());
        text.push_str(&format!("\nkey: {key}\n"));
        let matches = detect(&detector, "a.txt", text.as_bytes());
        assert_eq!(values(&matches), [key.as_str()], "{sign:?}");
    }
}

#[test]
fn random_text_of_escapes_does_no_harm() {
    let detector = new();
    const PARTS: [&str; 48] = [
        "\\",
        "\\u",
        "\\x",
        "\\U",
        "{",
        "}",
        "0",
        "7",
        "2d",
        "2D",
        "002d",
        "d83d",
        "\\ud83d",
        "\\N{",
        "HYPHEN-MINUS",
        "%",
        "%u",
        "%25",
        "&",
        "#",
        "x",
        ";",
        "&amp;",
        "&shy;",
        "=",
        "=\n",
        "=\r\n",
        "\x1b",
        "[",
        "m",
        "]8;;",
        "(B",
        "^[[",
        "sk",
        "sk-",
        "sk-proj-",
        "://",
        "https",
        "é",
        "\u{200b}",
        "\u{2011}",
        "ｓ",
        "<",
        "span",
        ">",
        "`u{",
        " ",
        "\n",
    ];
    for seed in 0..400 {
        let mut random = SplitMix64::new(seed);
        let mut text: Vec<u8> = b"quoted-printable {\\rtf1 "[seed as usize % 2 * 17..].to_vec();
        for _ in 0..400 {
            let part = PARTS[random.next() as usize % PARTS.len()].as_bytes();
            // Characters that are cut, too.
            let end = if random.next().is_multiple_of(16) { part.len() - 1 } else { part.len() };
            text.extend_from_slice(&part[..end]);
        }
        let matches = detect(&detector, "a.html", &text);
        assert!(detector.passes(&text) || matches.keys.is_empty());
        for key in &matches.keys {
            assert!(key.place.span.end <= text.len() as u64 && key.place.span.start < key.place.span.end);
        }
    }
}

#[test]
fn a_key_is_found_wherever_a_long_token_is_cut() {
    let detector = new();
    let key = &keys(0xa1)[1];
    let text: String = key.chars().map(|char| format!("\\x{:02x}", char as u32)).collect();
    for before in [60 * 256 - 80, 60 * 256 - 40, 64 * 256 - 100, 64 * 256 - 36, 64 * 256] {
        let text = format!("x = \"{}\\x3a{text}\"\n", "\\x2e".repeat(before));
        assert_eq!(values(&detect(&detector, "a.js", text.as_bytes())), [key.as_str()], "{before}");
    }
}
