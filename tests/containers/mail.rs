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

/// A mail that was passed on so many times, with what was attached to the first.
fn forwarded(times: usize, attachment: &str) -> String {
    (0..times).fold(mail(&[(&attached("in.py"), wrapped(attachment.as_bytes()))]), |inner, level| {
        let boundary = format!("=-{level}");
        format!(
            "{HEAD}Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n\
             Content-Type: message/rfc822\r\n\r\n{inner}\r\n--{boundary}--\r\n"
        )
    })
}

#[test]
fn mails_that_were_passed_on_are_opened_as_deep_as_the_limit_says() {
    let text = format!("api_key = \"{}\"\n", key(1));
    for times in 0..12 {
        let tree = Tree::one("a.eml", forwarded(times, &text));
        let scan = |args: &[&str]| crate::support::keyscan(tree.path(), &[&["-f", "json"], args].concat());
        let found = |args: &[&str]| places(&scan(args).json(), &key(1)).len();
        assert_eq!(found(&["--max-archive-depth", "16"]), 1, "{times}");
        let run = scan(&[]);
        let skipped = &run.json()["scan"]["skipped"];
        if times < 5 {
            assert_eq!((run.code, found(&[]), skipped.as_array().unwrap().len()), (1, 1, 0), "{times}");
        } else {
            assert_eq!(skipped[0]["limit"], "max-archive-depth", "{times}");
        }
    }
    // A mail without anything in it that is encoded loses nothing.
    let plain = forwarded(9, "x").replace("base64", "7bit");
    assert_eq!(skipped(&scan("a.eml", plain)), []);
}

#[test]
fn what_stands_in_front_of_a_mail_does_not_hide_it() {
    for front in ["\u{feff}", "\n", "\r\n\r\n", "\u{feff}\n\n"] {
        let report = scan("a.eml", format!("{front}{}", sample()));
        assert_eq!(places(&report, &key(2)).len(), 1, "{front:?}");
        let line = sample().lines().position(|line| line.ends_with(&key(4))).unwrap() + 1 + front.matches('\n').count();
        assert_eq!(places(&report, &key(4)), [place("a.eml", line as u64, Some("OPENAI_API_KEY"), None)]);
        assert_eq!(keys(&report), 4);
    }
}

#[test]
fn boxes_of_any_size_are_read_message_by_message() {
    let words = format!("{}\n", "lorem ipsum ".repeat(6)).repeat(30_000);
    let message = |body: &str| format!("From a@b Mon\n{HEAD}\n{body}\n\n");
    let mut text = String::new();
    for _ in 0..20 {
        text.push_str(&message(&words));
    }
    assert!(text.len() > 40 << 20);
    let plain = text.lines().count() as u64;
    write!(text, "From c@d Mon\n{}\n\n", sample()).unwrap();
    text.push_str(&message(&format!("OPENAI_API_KEY={}", key(5))));
    let report = scan("in.mbox", &text);
    assert_eq!(places(&report, &key(2))[0].path, "in.mbox!message 21/report.zip!conf/a.env");
    let line = text.lines().position(|line| line.ends_with(&key(4))).unwrap() as u64 + 1;
    assert!(line > plain);
    assert_eq!(places(&report, &key(4)), [place("in.mbox", line, Some("OPENAI_API_KEY"), None)]);
    assert_eq!(places(&report, &key(5)).len(), 1);
    assert_eq!((keys(&report), skipped(&report)), (5, vec![]));

    // A single mail that is too large is listed where something in it is encoded, and only there.
    let large = format!("{HEAD}Content-Type: text/plain\r\n\r\n{}", words.repeat(16));
    assert!(large.len() > 32 << 20);
    assert_eq!(skipped(&scan("a.eml", &large)), []);
    let encoded = large.replacen("text/plain", "text/plain\r\nContent-Transfer-Encoding: base64", 1);
    let report = crate::support::keyscan(Tree::one("a.eml", encoded).path(), &["-f", "json"]).json();
    assert_eq!(skipped(&report), [("a.eml".to_owned(), "limit".to_owned())]);
    assert_eq!(skipped(&scan("a.txt", large.replacen("MIME-Version", "base64", 1).replace("Content-Type", "x"))), []);
}

#[test]
fn a_mail_that_breaks_off_gives_no_cut_key() {
    let body = wrapped(format!("one\nOPENAI_API_KEY={}\nafter\n", key(1)).as_bytes());
    let whole = mail(&[(&attached("a.env"), body.clone())]);
    assert_eq!(keys(&scan("a.eml", &whole)), 1);
    let start = whole.find(&body).unwrap();
    for cut in [100, 120, 160, 201] {
        let report = scan("a.eml", &whole[..start + cut]);
        assert_eq!(places(&report, &key(1)), [], "{cut}");
        let attached = findings(&report).iter().flat_map(occurrences).filter(|place| place["path"] != "a.eml");
        assert_eq!(attached.count(), 0, "{cut}");
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
