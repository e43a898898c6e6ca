//! Programs and data files: strings without quotes, with bytes in front of them that say how long they are, or glued to each
//! other. The key comes out exact, and what is glued to a host is no accusation.

use super::*;
use crate::support::{expand, modern};

/// What a compiler or a serializer puts in front of a string, by the string's length.
type Front = fn(usize) -> Vec<u8>;

/// A length as protocol buffers and others write it, seven bits at a time.
fn varint(length: usize) -> Vec<u8> {
    if length < 128 { vec![length as u8] } else { vec![(length & 0x7f | 0x80) as u8, (length >> 7) as u8] }
}

/// The ways in which strings stand in such files: name, what is in front, what is behind.
const FORMS: [(&str, Front, &[u8]); 10] = [
    ("a.pyc", |length| [b"\xda\x03key\xfa", &[length as u8][..]].concat(), b"z\x16https://api.openai.com)\x02"),
    ("b.pyc", |length| [b"N)\x01z", &[length as u8][..]].concat(), b"N)\x03\xda\x0eOPENAI_API_KEY"),
    ("a.bplist", |length| [b"\x5f\x10", &[length as u8][..]].concat(), b"_\x10\x16https://api.openai.comSend"),
    ("a.pb", |length| [b"\x0a\x06openai\x7a".to_vec(), varint(length)].concat(), b"z\x16https://api.openai.com"),
    ("a.msgpack", |length| [b"\xa7api_key\xd9", &[length as u8][..]].concat(), b"\xa3url\xb6https://api.openai.com"),
    ("A.class", |length| [b"\x01\0\x0eOPENAI_API_KEY\x01\0", &[length as u8][..]].concat(), b"\x01\0\x04Code"),
    ("a.ldb", |length| [b"\0\x01apiKey".to_vec(), varint(length + 2), b"\"".to_vec()].concat(), b"\"\0"),
    ("a.png", |_| b"\x89PNG\r\n\x1a\n\0\0\0\x40tEXtComment\0".to_vec(), b"\x12qwe\0\0\0\0IEND"),
    ("core.1", |_| b"HOME=/root\0OPENAI_API_KEY=".to_vec(), b"\0PATH=/bin\0"),
    ("program", |_| b"\x7fELF\x02\x01 failed to read ".to_vec(), b"called `Option::unwrap()`"),
];

fn keys_of_each_form() -> Vec<(&'static str, String)> {
    vec![
        ("project", modern("sk-proj-", 74, 1)),
        ("legacy", expand("sk-{20}T3{}BlbkFJ{20}", 2)),
        ("one-api", expand("sk-{16}{32:oneapi}", 3)),
        ("openrouter", expand("sk-or-v1-{64:hex}", 4)),
        ("anthropic", expand("sk-ant-api03-{93:url}AA", 5)),
        ("groq", expand("gsk_{52}", 6)),
    ]
}

#[test]
fn keys_are_exact_whatever_is_glued_to_them() {
    for (what, key) in keys_of_each_form() {
        for (path, front, behind) in FORMS {
            let content = [&b"\0\0\0\0"[..], &front(key.len()), key.as_bytes(), behind, &[0; 8]].concat();
            let report = scan(path, content);
            assert_eq!(places(&report, &key).len(), 1, "{what} in {path}");
            assert_eq!(keys(&report), 1, "{what} in {path}");
        }
    }
}

#[test]
fn strings_of_programs_that_are_glued_to_each_other_are_told_apart() {
    // Without a prefix of its own a key cannot be told from the end of a word in front of it.
    for (what, key) in keys_of_each_form() {
        for (front, behind) in [
            ("goroutine stack exceeds", "https://api.openai.com/v1cannot"),
            ("src/main.rs", "Bearer \0https://api.openai.com"),
        ] {
            let content =
                [b"\x7fELF\x02\x01\0\0", front.as_bytes(), key.as_bytes(), behind.as_bytes(), &[0; 8]].concat();
            let report = scan("bin/app", content);
            assert_eq!(places(&report, &key).len(), 1, "{what} behind {front}");
            assert_eq!(keys(&report), 1, "{what} behind {front}");
        }
    }
}

#[test]
fn keys_without_a_prefix_of_their_own_are_cut_to_their_length() {
    let key = expand("sk-{48}", 7);
    let report = scan("bin/app", [b"\0\0OPENAI_API_KEY\0", key.as_bytes(), b"called\0"].concat());
    assert_eq!(places(&report, &key).len(), 1);
    // In a text the same letters are a part of the word.
    let report = scan("notes.txt", format!("OPENAI_API_KEY {key}called"));
    assert_eq!(places(&report, &key).len(), 0);
}

#[test]
fn an_address_ends_where_its_length_says() {
    let (relay, key) = (relay(), modern("sk-proj-", 74, 8));
    let address = format!("https://{relay}");
    let content = [
        &b"\xe3\0\0\0\0N)\x02\xfa\xa4"[..],
        key.as_bytes(),
        b"\xfa",
        &[address.len() as u8],
        address.as_bytes(),
        b"z\x03abc\0",
    ]
    .concat();
    let report = scan("app.pyc", content);
    let hosts: Vec<&str> =
        findings(&report).iter().filter_map(|finding| finding["endpoint"]["host"].as_str()).collect();
    assert!(hosts.contains(&relay.as_str()), "{hosts:?}");
}

#[test]
fn strings_of_a_program_accuse_nobody() {
    let hosts: String =
        crate::support::catalogue::known_relays().iter().map(|host| format!("https://{host}")).collect();
    let content = [b"\x7fELF\x02\x01\0\0https://api.openai.comSend", hosts.as_bytes(), &[0; 8]].concat();
    for finding in findings(&scan("bin/app", content)) {
        assert_eq!(finding["severity"], "info", "{finding}");
    }
}
