//! Keys as chats, documents and web pages hand them on: with characters that are not seen and hyphens that do not break.

use super::{Case, keys, new, nothing_decoded};

#[test]
fn unseen_characters_are_left_out() {
    let detector = new();
    for unseen in ["\u{200b}", "\u{200c}", "\u{200d}", "\u{2060}", "\u{feff}", "\u{ad}"] {
        for key in keys(0x2000) {
            for at in [3, 9, 25, key.len() / 2, key.len() - 2] {
                let text = format!("{}{unseen}{}", &key[..at], &key[at..]);
                Case {
                    path: "a.md",
                    before: "der Schlüssel ",
                    written: &text,
                    behind: " x\n",
                    key: &key,
                    encoding: &["invisible"],
                }
                .found(&detector);
            }
        }
    }
}

#[test]
fn hyphens_of_typesetters_are_hyphens() {
    let detector = new();
    for hyphen in ["\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2212}", "\u{fe63}", "\u{ff0d}"] {
        for key in keys(0x2010) {
            for text in [key.replace('-', hyphen), key.replacen('-', hyphen, 1)] {
                Case {
                    path: "a.txt",
                    before: "密钥：",
                    written: &text,
                    behind: "，请勿分享\n",
                    key: &key,
                    encoding: &["invisible"],
                }
                .found(&detector);
            }
        }
    }
}

#[test]
fn letters_of_full_width_are_letters() {
    let detector = new();
    let wide = |text: &str| -> String { text.chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap()).collect() };
    for key in keys(0x2020) {
        let text = format!("{}{}{}", &key[..30], wide(&key[30..34]), &key[34..]);
        Case { path: "a.txt", before: "key ", written: &text, behind: "\n", key: &key, encoding: &["invisible"] }
            .found(&detector);
    }
}

#[test]
fn dashes_of_sentences_stay() {
    let detector = new();
    for text in [
        "see https://api.openai.com/v1–compatible–servers–of–2024 and others",
        "task–runner–with–a–long–name–2024 \u{feff}",
        "disk\u{2011}usage\u{2011}of\u{2011}the\u{2011}year\u{2011}2024",
    ] {
        nothing_decoded(&detector, "a.md", text);
    }
}
