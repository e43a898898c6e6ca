//! One encoding in another.

use super::{Case, keys, new};
use crate::support::formats::base64;
use crate::support::library::{detect, values};
use keyscan::rules::sample::B64;

#[test]
fn encodings_are_undone_in_each_other() {
    let detector = new();
    for key in keys(0x7e00) {
        for (hyphen, encoding) in [
            ("\\u00252D", &["escape", "percent"][..]),
            ("\\u0026#45;", &["escape", "html"]),
            ("\\\\u002d", &["escape", "escape"]),
            ("\\\\\\\\u002d", &["escape", "escape", "escape"]),
            ("%5Cu002d", &["percent", "escape"]),
            ("%26%2345%3B", &["percent", "html"]),
            ("%252D", &["percent", "percent"]),
            ("%25252D", &["percent", "percent", "percent"]),
            ("&#37;2D", &["html", "percent"]),
            ("&#92;x2d", &["html", "escape"]),
            ("&amp;#45;", &["html", "html"]),
            ("&percnt;2D", &["html", "percent"]),
            ("=252D", &["quoted-printable", "percent"]),
            ("%E2%80%91", &["percent", "invisible"]),
            ("\\u2011", &["escape", "invisible"]),
        ] {
            let text = key.replacen('-', hyphen, 1);
            let before = "Content-Transfer-Encoding: quoted-printable\n\nx:\n  k: \"";
            Case { path: "a.txt", before, written: &text, behind: "\"\n", key: &key, encoding }.found(&detector);
        }
    }
}

#[test]
fn encodings_are_undone_inside_of_base64() {
    let detector = new();
    for key in keys(0x7e10) {
        for (hyphen, inner) in [("&#45;", "html"), ("\\u002d", "escape"), ("%2D", "percent")] {
            let text = base64(format!("OPENAI_API_KEY={}\n", key.replacen('-', hyphen, 1)).as_bytes(), B64);
            let matches = detect(&detector, "a.env", format!("OPENAI_KEY={text}\n").as_bytes());
            assert_eq!(values(&matches), [key.as_str()], "{inner}");
            assert_eq!(matches.keys[0].encoding, ["base64", inner]);
            assert_eq!(matches.keys[0].setting.as_deref(), Some("OPENAI_API_KEY"));
        }
    }
}
