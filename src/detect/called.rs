//! Names whose values code calls on an LLM's path: `curl "$HOST/v1/chat/completions"`, `f"{base}/chat/completions"`,
//! `base + "/v1/embeddings"`. What they are called says nothing, what is done with them does.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::api::CALLS;
use super::bytes::run_before;
use super::name::{is_name_byte, last_part};

/// How many calls of a blob are looked at.
const MOST_CALLS: usize = 200;

/// The longest name, and the longest path in front of the call's own.
const LONGEST: usize = 100;

/// Shorter names are used for anything.
const SHORTEST: usize = 3;

/// The names that a blob calls, looked for once somebody asks: few blobs have an address that is not told otherwise.
pub(super) struct Called<'b> {
    bytes: &'b [u8],
    names: OnceCell<HashMap<String, Vec<usize>>>,
}

impl<'b> Called<'b> {
    pub(super) const fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, names: OnceCell::new() }
    }

    /// Where the value of a setting is called.
    pub(super) fn get(&self, name: &str) -> Option<&Vec<usize>> {
        self.names.get_or_init(|| names(self.bytes)).get(&normalised(name))
    }
}

/// The names, as [`normalised`] writes them, and where they are called.
fn names(bytes: &[u8]) -> HashMap<String, Vec<usize>> {
    let mut names: HashMap<String, Vec<usize>> = HashMap::new();
    for at in CALLS.iter().flat_map(|call| memchr::memmem::find_iter(bytes, call).take(MOST_CALLS)) {
        if let Some(name) = name_in_front(bytes, at).map(normalised).filter(|name| name.len() >= SHORTEST) {
            names.entry(name).or_default().push(at);
        }
    }
    names
}

/// A name as it is compared: its last part, `host` of `self.host`.
fn normalised(name: &str) -> String {
    crate::rules::normalise(str::from_utf8(last_part(name.as_bytes())).unwrap_or(name))
}

/// The name in front of the path that goes through `at`.
fn name_in_front(bytes: &[u8], at: usize) -> Option<&str> {
    let run = run_before(bytes, at, LONGEST, |byte| is_name_byte(byte) || byte == b'/');
    let text = &bytes[at - run..at];
    let start = at - run;
    let first = text.split(|byte| *byte == b'/').next().unwrap_or_default();
    let name = if let Some(name) = first.strip_prefix(b"$") {
        name
    } else if !first.is_empty() {
        // A host, or a path without a beginning.
        return None;
    } else {
        let before = bytes[..start].trim_ascii_end();
        match before.split_last()? {
            (b'}', rest) => name_at_end(rest)?,
            (b'"' | b'\'' | b'`', rest) => {
                let rest = rest.trim_ascii_end();
                let glue =
                    rest.strip_suffix(b"+").or_else(|| rest.strip_suffix(b".")).or_else(|| rest.strip_suffix(b","));
                name_at_end(glue?.trim_ascii_end())?
            }
            _ => return None,
        }
    };
    str::from_utf8(name).ok().filter(|name| name.bytes().any(|byte| byte.is_ascii_alphabetic()))
}

fn name_at_end(text: &[u8]) -> Option<&[u8]> {
    let length = run_before(text, text.len(), LONGEST, is_name_byte);
    Some(&text[text.len() - length..]).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_front_of_the_path() {
        for text in [
            "curl \"$HOST/v1/chat/completions\"",
            "curl ${HOST}/v1/chat/completions",
            "f\"{self.host}/chat/completions\"",
            "`${host}/v1/embeddings`",
            "fetch(host + '/v1/chat/completions')",
            "$host . \"/chat/completions\"",
        ] {
            assert_eq!(names(text.as_bytes()).keys().collect::<Vec<_>>(), ["host"], "{text}");
        }
        for text in ["https://a.example/v1/chat/completions", "\"/v1/chat/completions\"", "${n}/chat/completions"] {
            assert!(names(text.as_bytes()).is_empty(), "{text}");
        }
    }
}
