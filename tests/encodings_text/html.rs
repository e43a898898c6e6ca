//! Character references of HTML and XML, and tags inside of a key.

use super::{Case, keys, new, nothing_decoded, written};
use crate::support::expand;
use crate::support::library::{detect, values};

/// How a character is written, and the encodings that are undone.
type Spelling = (fn(char) -> String, &'static [&'static str]);

#[test]
fn keys_are_found_in_every_kind_of_reference() {
    let detector = new();
    let spellings: [Spelling; 6] = [
        (|char| format!("&#{};", char as u32), &["html"]),
        (|char| format!("&#{:04};", char as u32), &["html"]),
        (|char| format!("&#x{:x};", char as u32), &["html"]),
        (|char| format!("&#X{:04X};", char as u32), &["html"]),
        (|char| format!("&amp;#{};", char as u32), &["html", "html"]),
        (|char| format!("&amp;#x{:x};", char as u32), &["html", "html"]),
    ];
    for (index, (write, encoding)) in spellings.into_iter().enumerate() {
        for (kind, key) in keys(0x4700 + index as u64).iter().enumerate() {
            let places: [fn(usize, char) -> bool; 4] =
                [|_, _| true, |_, char| char == '-', |at, _| at < 3, |at, _| at > 2 && at % 9 == 0];
            for places in places {
                let text = written(key, places, write);
                for (path, before, behind) in
                    [("a.html", "<html>\n<p>é ", "</p>\n"), ("a.xml", "<add key=\"openai\" value=\"", "\" />\n")]
                {
                    Case { path, before, written: &text, behind, key, encoding }.found(&detector);
                }
            }
            for at in (index % 3 + if kind == 0 { 0 } else { 2 }..key.len()).step_by(3) {
                let text = written(key, |place, _| place == at, write);
                Case { path: "a.html", before: "<p>", written: &text, behind: "</p>", key, encoding }.found(&detector);
            }
        }
    }
}

#[test]
fn names_of_references_are_read() {
    let detector = new();
    for key in keys(0x4710) {
        for (hyphen, low) in [("&dash;", "&lowbar;"), ("&hyphen;", "&UnderBar;"), ("&#8209;", "_"), ("&ndash;", "_")] {
            let text = key.replace('-', hyphen).replace('_', low);
            Case { path: "a.html", before: "<b>", written: &text, behind: "</b>", key: &key, encoding: &["html"] }
                .found(&detector);
        }
        for unseen in ["&shy;", "&#8203;", "&ZeroWidthSpace;", "&#xAD;"] {
            let text = format!("{}{unseen}{}", &key[..20], &key[20..]);
            Case {
                path: "a.html",
                before: "x=&quot;",
                written: &text,
                behind: "&quot;",
                key: &key,
                encoding: &["html"],
            }
            .found(&detector);
        }
        // The semicolon may be missing where no digit follows.
        let text = key.replacen("k-", "k&#45", 1);
        if !key.as_bytes()[3].is_ascii_digit() {
            Case { path: "a.html", before: "<b>", written: &text, behind: "</b>", key: &key, encoding: &["html"] }
                .found(&detector);
        }
    }
}

#[test]
fn tags_inside_of_a_key_are_left_out() {
    let detector = new();
    for key in keys(0x4720) {
        for at in [12, 20, key.len() / 2, key.len() - 4] {
            for tag in ["<wbr>", "<wbr/>", "</span><span class=\"s\">", "<b>", "<mark class='x'></mark>"] {
                let text = format!("{}{tag}{}", &key[..at], &key[at..]);
                Case {
                    path: "a.html",
                    before: "<code>",
                    written: &text,
                    behind: "</code>\n",
                    key: &key,
                    encoding: &["html"],
                }
                .found(&detector);
            }
        }
    }
}

#[test]
fn tags_between_values_stay() {
    let detector = new();
    let [one, two, _] = keys(0x4730);
    let short = expand("sk-{48}", 0x4731);
    for text in [
        format!("<span>{one}</span><span>{two}</span>\n"),
        format!("<td>{one}</td><td>{two}</td>\n"),
        format!("<li>{one}<br>{two}\n"),
    ] {
        let matches = detect(&detector, "a.html", text.as_bytes());
        assert_eq!(values(&matches), [one.as_str(), two.as_str()], "{text}");
        assert!(matches.keys.iter().all(|key| key.encoding.is_empty()), "{text}");
    }
    let text = format!("<span>{short}</span><span>abc</span>\n");
    assert_eq!(values(&detect(&detector, "a.html", text.as_bytes())), [short.as_str()]);
    for text in [
        "<a href=\"https://api.openai.com/v1?a=1&amp;b=2&amp;c=3\">x</a>",
        "<p>disk&nbsp;usage &ndash; task&#45;runner&#45;with&#45;a&#45;long&#45;name&#45;1</p>",
        "<b>sk-</b><i>spinner</i><span>sk-</span><span>container</span>",
    ] {
        nothing_decoded(&detector, "a.html", text);
    }
}
