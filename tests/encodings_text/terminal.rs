//! Colours and links of a terminal, raw and as source code and viewers write them.

use super::{Case, keys, new, nothing_decoded};

const ESCAPES: [&str; 9] = ["\x1b", "\\x1b", "\\x1B", "\\033", "\\u001b", "\\u001B", "\\e", "^[", "\u{241b}"];

#[test]
fn sequences_inside_of_a_key_are_left_out() {
    let detector = new();
    for (index, escape) in ESCAPES.into_iter().enumerate() {
        for key in keys(0xc010 + index as u64) {
            for at in [3, 7, 9, 20, key.len() / 2, key.len() - 3] {
                for sequence in ["[32m", "[01;31m", "[0K", "[38;5;214m", "[m"] {
                    let text = format!("{}{escape}{sequence}{}", &key[..at], &key[at..]);
                    Case {
                        path: "a.log",
                        before: "k: ",
                        written: &text,
                        behind: " x\n",
                        key: &key,
                        encoding: &["ansi"],
                    }
                    .found(&detector);
                }
            }
        }
    }
}

#[test]
fn what_a_search_marks_is_one_with_the_rest() {
    let detector = new();
    for key in keys(0xc030) {
        for (start, end) in [(0, 3), (0, 8), (3, 7), (0, 2), (10, 18)] {
            let marked = format!("{}\x1b[01;31m\x1b[K{}\x1b[m\x1b[K{}", &key[..start], &key[start..end], &key[end..]);
            let lead = if start == 0 { "\x1b[01;31m\x1b[K".len() } else { 0 };
            let before = format!("a.env:KEY={}", &marked[..lead]);
            let case = Case {
                path: "a.log",
                before: &before,
                written: &marked[lead..],
                behind: "\n",
                key: &key,
                encoding: &["ansi"],
            };
            case.found(&detector);
        }
    }
}

#[test]
fn keys_between_sequences_are_read_as_they_stand() {
    let detector = new();
    for (index, escape) in ESCAPES.into_iter().enumerate() {
        for key in keys(0xc040 + index as u64) {
            for sequence in ["[32m", "[1;31m", "[0K", "[m"] {
                let (before, behind) = (format!("KEY={escape}{sequence}"), format!("{escape}[0m\n"));
                Case { path: "a.log", before: &before, written: &key, behind: &behind, key: &key, encoding: &[] }
                    .found(&detector);
            }
        }
    }
    for key in keys(0xc060) {
        for before in ["\x1b]8;;https://example.com\x1b\\", "\x1b]8;;https://example.com\x07", "\x1b(B"] {
            Case { path: "a.log", before, written: &key, behind: "\x1b]8;;\x1b\\ x\n", key: &key, encoding: &[] }
                .found(&detector);
        }
    }
}

#[test]
fn ordinary_logs_have_nothing_to_undo() {
    let detector = new();
    for text in [
        "\x1b[32mGET\x1b[0m https://api.openai.com/v1/\x1b[1mmodels\x1b[0m 200\n",
        "echo -e \"\\e[31mtask-runner-of-2024-with-a-name\\e[0m\"\n",
    ] {
        let matches = crate::support::library::detect(&detector, "a.log", text.as_bytes());
        assert!(matches.keys.is_empty());
    }
    nothing_decoded(&detector, "a.sh", "printf '\\033[1;32m%s\\033[0m https://api.openai.com/v1\\n' ok\n");
}
