//! Quoted-printable in mails, saved pages and contacts.

use super::{Case, keys, new, nothing_decoded};
use crate::support::library::{detect, values};

const HEADER: &str = "Subject: x\nContent-Transfer-Encoding: quoted-printable\n\n";

/// A text as mails have it, with lines of at most 76.
fn quoted(text: &str, end: &str) -> String {
    let mut lines = vec![String::new()];
    for char in text.chars() {
        let unit = if char == '=' { "=3D".to_owned() } else { char.to_string() };
        if lines.last().unwrap().len() + unit.len() > 75 {
            lines.last_mut().unwrap().push('=');
            lines.push(String::new());
        }
        lines.last_mut().unwrap().push_str(&unit);
    }
    lines.join(end)
}

#[test]
fn broken_lines_are_joined() {
    let detector = new();
    for end in ["\n", "\r\n"] {
        for key in keys(0x9e00) {
            for indent in (0..70).step_by(3) {
                let before = format!("{}OPENAI=", "x ".repeat(indent / 2));
                let text = quoted(&format!("{before}{key}"), end);
                let start = text.find("sk").unwrap();
                let encoding: &[&str] = if text[start..].contains('=') { &["quoted-printable"] } else { &[] };
                let before = format!("{HEADER}{}", &text[..start]);
                Case { path: "a.eml", before: &before, written: &text[start..], behind: "\n", key: &key, encoding }
                    .found(&detector);
            }
        }
    }
}

#[test]
fn hyphens_may_be_encoded_and_the_name_is_read() {
    let detector = new();
    for key in keys(0x9e10) {
        let text = key.replace('-', "=2D").replace('_', "=5F");
        let before = format!("{HEADER}OPENAI_API_KEY=3D");
        Case {
            path: "a.eml",
            before: &before,
            written: &text,
            behind: "\n",
            key: &key,
            encoding: &["quoted-printable"],
        }
        .under(&detector, "OPENAI_API_KEY");
    }
}

#[test]
fn lines_that_are_broken_so_say_what_a_header_says() {
    let detector = new();
    for key in keys(0x9e20) {
        let line = format!("{}=\n", "words ".repeat(13).split_at(75).0);
        let text = format!("{line}{line}{} {}", "y".repeat(50), key);
        let broken = format!("{}=\n{}", &text[..2 * 77 + 75], &text[2 * 77 + 75..]);
        assert_eq!(values(&detect(&detector, "a.patch", broken.as_bytes())), [key.as_str()]);
    }
}

#[test]
fn code_is_not_quoted_printable() {
    let detector = new();
    for text in ["a=2Dsk-b=3Dc sk=2Dproj", "url=https://api.openai.com/v1?a=20b=\nc", "x=\n\ny=\n\nz=\n"] {
        nothing_decoded(&detector, "a.txt", text);
    }
}

#[test]
fn the_receiver_behind_an_encoded_equals_sign_is_read() {
    let detector = new();
    for (name, host) in [("OPENAI_BASE_URL", "llm.unseen.dev"), ("OPENAI_API_BASE", "api.nekoapi.com")] {
        let body = format!("A=3Db\n{name}=3Dhttps://{host}/v1\nC=3Dd\n");
        let hosts = |text: &str| -> Vec<String> {
            let endpoints = detect(&detector, "a.eml", text.as_bytes()).endpoints;
            endpoints.into_iter().map(|endpoint| endpoint.host).collect()
        };
        assert_eq!(hosts(&format!("{HEADER}{body}")), [host]);
        assert_eq!(
            hosts(&format!("{HEADER}{}", body.replace(name, "HOMEPAGE").replace(host, "www.unseen.dev"))),
            [""; 0]
        );
    }
}
