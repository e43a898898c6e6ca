//! E-mails: what is attached is a member, what stands in the text is found there, and nothing twice.

use std::fmt::Write;
use std::io::{Cursor, Write as _};

use super::*;
use crate::support::formats::base64;
use crate::support::modern;
use crate::support::prng::SplitMix64;
use keyscan::rules::sample::B64;

const HEAD: &str = "From: a@example.com\r\nTo: b@example.com\r\nSubject: =?utf-8?B?aGk=?=\r\nMIME-Version: 1.0\r\n";

fn key(seed: u64) -> String {
    modern("sk-proj-", 74, seed)
}

/// A mail of parts, each with its headers and its body.
fn mail(parts: &[(&str, String)]) -> String {
    let mut mail = format!("{HEAD}Content-Type: multipart/mixed; boundary=\"=-b\"\r\n\r\nA mail.\r\n");
    for (headers, body) in parts {
        write!(mail, "--=-b\r\n{headers}\r\n\r\n{body}\r\n").unwrap();
    }
    mail + "--=-b--\r\n"
}

/// Base64 in lines as mails have it.
fn wrapped(bytes: &[u8]) -> String {
    let text = base64(bytes, B64);
    let text = format!("{text}{}", "=".repeat(text.len().next_multiple_of(4) - text.len()));
    text.as_bytes().chunks(76).map(|line| str::from_utf8(line).unwrap()).collect::<Vec<_>>().join("\r\n")
}

fn zip(name: &str, content: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(content.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

fn attached(name: &str) -> String {
    format!(
        "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"{name}\""
    )
}

/// A mail with a key in its text, one in an attached archive and one in an attached text.
fn sample() -> String {
    let relay = relay();
    let archive = zip("conf/a.env", &format!("OPENAI_API_KEY={}\nOPENAI_BASE_URL=https://{relay}/v1\n", key(2)));
    mail(&[
        ("Content-Type: text/plain; charset=utf-8", format!("Hi,\r\nOPENAI_API_KEY={}", key(1))),
        (&attached("report.zip"), wrapped(&archive).trim_end_matches('=').to_owned()),
        (&attached("../notes.txt"), wrapped(format!("one\nOPENAI_API_KEY={}\n", key(3)).as_bytes())),
        ("Content-Type: text/plain; name=here.txt", format!("OPENAI_API_KEY={}", key(4))),
    ])
}

#[test]
fn attachments_are_members_and_the_text_stays_in_its_place() {
    let report = scan("mail.eml", sample());
    let setting = Some("OPENAI_API_KEY");
    let line = |seed| sample().lines().position(|line| line.ends_with(&key(seed))).unwrap() as u64 + 1;
    assert_eq!(places(&report, &key(1)), [place("mail.eml", line(1), setting, None)]);
    assert_eq!(places(&report, &key(2)), [place("mail.eml!report.zip!conf/a.env", 1, setting, Some(&relay()))]);
    let notes = places(&report, &key(3));
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].path.starts_with("mail.eml!") && notes[0].path.ends_with("notes.txt") && notes[0].line == 2);
    assert_eq!(places(&report, &key(4)), [place("mail.eml", line(4), setting, None)]);
    assert_eq!((keys(&report), skipped(&report)), (4, vec![]));
}

#[test]
fn mails_in_mails_in_boxes_and_in_archives_are_opened() {
    let inner = mail(&[(&attached("in.py"), wrapped(format!("api_key = \"{}\"\n", key(1)).as_bytes()))]);
    let outer = mail(&[("Content-Type: message/rfc822", inner.clone())]).replace("=-b", "=-o");
    let outer = outer.replacen(&inner.replace("=-b", "=-o"), &inner, 1);
    let packed = mail(&[(&attached("old.eml"), wrapped(inner.as_bytes()))]);
    for (path, content, wanted) in [
        ("a.eml", outer.clone().into_bytes(), "a.eml!part 1/in.py"),
        ("a.eml", packed.into_bytes(), "a.eml!old.eml!in.py"),
        (
            "in.mbox",
            format!("From a@b Mon\n{HEAD}\nhi\n\nFrom c@d Mon\n{inner}").into_bytes(),
            "in.mbox!message 2/in.py",
        ),
        ("m.zip", zip("m/a.eml", &inner), "m.zip!m/a.eml!in.py"),
    ] {
        let report = scan(path, content);
        assert_eq!(places(&report, &key(1)), [place(wanted, 1, Some("api_key"), None)], "{path}");
        assert_eq!(keys(&report), 1);
    }
}

#[test]
fn texts_in_wide_characters_are_decoded() {
    let text = format!("ключ: OPENAI_API_KEY={}\n", key(1));
    let wide: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    let head = "Content-Type: text/plain; charset=utf-16\r\nContent-Transfer-Encoding: base64";
    let report = scan("a.eml", mail(&[(head, wrapped(&wide))]));
    assert_eq!(places(&report, &key(1)), [place("a.eml!part 1", 1, Some("OPENAI_API_KEY"), None)]);
}

#[test]
fn what_only_begins_like_a_mail_is_read_as_it_is() {
    for text in ["From: the docs\n\n", "Subject: keys\n", "From here on\n\n", "Received: 1\nMIME-Version: 1.0\n\n"] {
        let report = scan("a.txt", format!("{text}OPENAI_API_KEY={}\n", key(1)));
        assert_eq!(places(&report, &key(1)).len(), 1, "{text}");
        assert_eq!(skipped(&report), []);
    }
}

#[test]
fn hostile_mails_are_read_all_the_same() {
    let deep = (0..300).fold(String::new(), |mail, level| {
        format!("{mail}Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n")
    });
    let pieces: String = (0..20_000).map(|number| format!(" a{number}*0*=x;\r\n")).collect();
    for hostile in [
        format!("{HEAD}{deep}"),
        format!("{HEAD}Content-Type: text/plain;\r\n{pieces} b=c\r\n\r\n"),
        format!("{HEAD}Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n{}", "--\r\n".repeat(50_000)),
        format!("{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{}", "--b\r\nContent-Type:".repeat(20_000)),
    ] {
        let report = scan("a.eml", format!("{hostile}\r\nOPENAI_API_KEY={}\r\n", key(1)));
        assert_eq!(places(&report, &key(1)).len(), 1);
    }
}

#[test]
fn mutations_never_break_the_parser() {
    let sound = format!("From a@b Mon\n{}\n\nFrom a@b Mon\n{}", sample(), mail(&[("Content-Type: a", sample())]));
    let tree = Tree::new();
    let mut random = SplitMix64::new(8);
    let odd: [&[u8]; 8] = [b"--=-b", b"\r\n\r\n", b"\nFrom ", b"*0*=", b"=?x?B?", b"\"", b"\0\xff", b"message/rfc822"];
    for number in 0..2000 {
        let mut bytes = sound.clone().into_bytes();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len());
            let end = (at + random.below(12)).min(bytes.len());
            bytes.splice(at..end, odd[random.below(odd.len())].iter().copied());
        }
        tree.write(&format!("{}/{number}.eml", number % 40), bytes);
    }
    assert_eq!(files_of(&tree), 2000);
}
