//! Arguments of commands in lists of texts: `["--api-key", "V", "--base-url=U", "-e", "NAME=V"]`.

use std::ops::Range;

/// What an argument says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Argument {
    /// A value and what it is called.
    Named(String, Range<usize>),
    /// The name of what follows.
    Flag(String),
    /// A command with its arguments.
    Command(Range<usize>),
    /// Anything else.
    Plain,
}

/// Reads the argument at `span`; `flag` is the one in front of it, if that waits for a value.
pub(super) fn argument(bytes: &[u8], span: Range<usize>, flag: Option<&str>) -> Argument {
    let text = String::from_utf8_lossy(&bytes[span.clone()]);
    if text.len() != span.len() {
        return Argument::Plain;
    }
    let behind = |length: usize| span.start + length..span.end;
    if let Some(name) = text.strip_prefix('-') {
        let name = name.trim_start_matches('-');
        let dashes = text.len() - name.len();
        return match name.split_once('=') {
            Some((name, _)) if is_name(name) => Argument::Named(name.to_owned(), behind(dashes + name.len() + 1)),
            // Of short flags only a few have a value behind them.
            None if is_name(name) && (dashes > 1 || matches!(name, "e" | "H" | "c" | "lc" | "ec" | "ic")) => {
                Argument::Flag(name.to_owned())
            }
            _ => Argument::Plain,
        };
    }
    match flag {
        Some("c" | "lc" | "ec" | "ic") => Argument::Command(span),
        Some("H" | "header" | "headers") => match text.split_once(':') {
            Some((name, value)) if is_name(name) => {
                let blanks = value.len() - value.trim_start().len();
                Argument::Named(name.to_owned(), behind(name.len() + 1 + blanks))
            }
            _ => Argument::Plain,
        },
        Some("e" | "env" | "set" | "var" | "build-arg") | None => match text.split_once('=') {
            // `abc==` is no name but the end of something encoded.
            Some((name, value)) if is_name(name) && !value.trim_start_matches('=').is_empty() => {
                Argument::Named(name.to_owned(), behind(name.len() + 1))
            }
            _ => flag.map_or(Argument::Plain, |flag| Argument::Named(flag.to_owned(), span)),
        },
        Some(flag) => Argument::Named(flag.to_owned(), span),
    }
}

fn is_name(name: &str) -> bool {
    name.len() <= 80
        && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_values_by_their_flags() {
        let table = [
            (None, "--base-url=U", Some(("base-url", "U"))),
            (Some("api-key"), "V", Some(("api-key", "V"))),
            (Some("e"), "NAME=V", Some(("NAME", "V"))),
            (None, "NAME=V", Some(("NAME", "V"))),
            (Some("header"), "Authorization: Bearer V", Some(("Authorization", "Bearer V"))),
            (None, "https://a.example/?b=c", None),
            (Some("y"), "-x", None),
            (None, "abc==", None),
        ];
        for (flag, text, wanted) in table {
            let found = match argument(text.as_bytes(), 0..text.len(), flag) {
                Argument::Named(name, span) => Some((name, &text[span])),
                _ => None,
            };
            assert_eq!(found.as_ref().map(|(name, value)| (name.as_str(), *value)), wanted, "{text}");
        }
        assert_eq!(argument(b"--api-key", 0..9, None), Argument::Flag("api-key".to_owned()));
    }
}
