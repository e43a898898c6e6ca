//! Calls that put the members of a list together, with nothing or a hyphen in between.

use super::joint::{LONGEST, blank, is_quote};
use crate::detect::bytes::{run_after, run_before};

/// Ends of the names of calls that put their arguments together.
const CALLS: [&[u8]; 6] = [b"concat", b"concat!", b"concatenate", b"paste0", b"strcat", b"str_c"];

/// Ends of the names of calls that put a list together with a separator, which is their first argument.
const JOINS: [&[u8]; 2] = [b"join", b"implode"];

/// Separators as they are written, and what they say: keys have hyphens.
const SEPARATORS: [(&[u8], &[u8]); 6] =
    [(b"\"\"", b""), (b"''", b""), (b"string.Empty", b""), (b"String.Empty", b""), (b"\"-\"", b"-"), (b"'-'", b"-")];

/// A call that puts a list together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// Where it begins.
    pub(super) start: usize,
    /// What it puts between the members.
    pub(super) between: &'static [u8],
}

/// The separator that a text ends with, and what stands in front of it.
fn separator(text: &[u8]) -> Option<(&[u8], &'static [u8])> {
    SEPARATORS.iter().find_map(|(written, said)| Some((text.strip_suffix(*written)?, *said)))
}

/// The call that puts together what begins at `open`, with its quote: `concat!(`, `"".join([`, `implode('', [`,
/// `!Join ['', [`, `-join (`.
pub(super) fn begins(bytes: &[u8], open: usize) -> Option<Call> {
    /// Brackets and words between a call and its first literal: `strings.Join([]string{`.
    const STEPS: usize = 4;
    let floor = open.saturating_sub(LONGEST / 2);
    let mut text = bytes[floor..open].trim_ascii_end();
    for _ in 0..STEPS {
        let (last, rest) = text.split_last()?;
        match last {
            b'(' | b'[' | b'{' => {
                let (word, before) = split_word(rest.trim_ascii_end());
                let lower = word.to_ascii_lowercase();
                if CALLS.iter().any(|call| lower.ends_with(call)) {
                    return Some(Call { start: floor + before.len(), between: b"" });
                }
                if lower.ends_with(b".join") {
                    // The word begins behind the literal that it is a method of.
                    let (literal, between) =
                        separator(before).filter(|(_, _)| before.ends_with(b"'") || before.ends_with(b"\""))?;
                    return Some(Call { start: floor + literal.len(), between });
                }
                if lower == b"join"
                    && let Some(operator) = before.strip_suffix(b"-")
                {
                    // What stands in front is the list, and this the separator.
                    let alone = matches!(operator.trim_ascii_end().last(), None | Some(b'=' | b'(' | b',' | b';'));
                    return alone.then_some(Call { start: floor + operator.len(), between: b"" });
                }
                // `new[] {`, `[]string{`, `List.of(`.
                text = before.trim_ascii_end();
                if let Some(new) = text.strip_suffix(b"new") {
                    text = new.trim_ascii_end();
                }
            }
            b',' => {
                let (list, between) = separator(rest.trim_ascii_end())?;
                let list = list.trim_ascii_end();
                let list = list.strip_suffix(b"(").or_else(|| list.strip_suffix(b"[")).unwrap_or(list).trim_ascii_end();
                // `{"Fn::Join": ["", [`
                let member = list.strip_suffix(b"\":");
                let (word, before) = split_word(member.unwrap_or(list));
                let before = if member.is_some() { before.strip_suffix(b"\"")?.trim_ascii_end() } else { before };
                let start = floor + before.strip_suffix(b"{").unwrap_or(before).len();
                let lower = word.to_ascii_lowercase();
                return JOINS.iter().any(|join| lower.ends_with(join)).then_some(Call { start, between });
            }
            _ => return None,
        }
    }
    None
}

/// Where the call begins whose first argument is the slice that `open` is in, as Go has them: `strings.Join([]string{`.
pub(super) fn call_of_slice(bytes: &[u8], open: usize) -> Option<usize> {
    let floor = open.saturating_sub(LONGEST / 2);
    let before = bytes[floor..open].trim_ascii_end().strip_suffix(b"[]string{")?.strip_suffix(b"(")?;
    Some(floor + split_word(before).1.len())
}

/// The word that a text ends with, and what stands in front of it.
fn split_word(text: &[u8]) -> (&[u8], &[u8]) {
    let class = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'!' | b'[' | b']');
    let length = run_before(text, text.len(), 64, class);
    let (before, word) = text.split_at(text.len() - length);
    (word, before)
}

/// What is put between the members of the list whose last piece ends at `end`, where a call behind it does that:
/// `].join("")`, `] -join ''`, `}, "")`.
pub(super) fn ends(bytes: &[u8], end: usize) -> Option<&'static [u8]> {
    const HYPHENS: [&[u8]; 5] = [b".join(\"-\")", b".join('-')", b".joinToString(\"-\")", b"-join'-'", b",\"-\")"];
    const CLOSED: [&[u8]; 16] = [
        b".join(\"\")",
        b".join('')",
        b".join(``)",
        b".Join(\"\")",
        b".joinToString(\"\")",
        b".mkString",
        b".joined()",
        b".joined(separator:\"\")",
        b".concat()",
        b"|>Enum.join",
        b"|>String.concat\"\"",
        b"-join''",
        b"-join\"\"",
        b"|join('')",
        b"|join(\"\")",
        b",\"\")",
    ];
    let bytes = &bytes[..bytes.len().min(end + LONGEST)];
    let mut at = end + run_after(bytes, end, 3, is_quote);
    at = blank(bytes, at);
    at = blank(bytes, at + usize::from(bytes.get(at) == Some(&b',')));
    let closed = run_after(bytes, at, 4, |byte| matches!(byte, b']' | b')' | b'}'));
    if closed == 0 {
        return None;
    }
    let rest = &bytes[at + closed..];
    let squeezed: Vec<u8> = rest.iter().filter(|byte| !byte.is_ascii_whitespace()).take(32).copied().collect();
    // Without an argument `join` puts together with nothing, but where it is called it takes a comma.
    let bare = squeezed.strip_prefix(b".join").is_some_and(|rest| {
        !rest.first().is_some_and(|&byte| byte == b'(' || byte.is_ascii_alphanumeric() || byte == b'_')
    });
    if bare || CLOSED.iter().any(|closed| squeezed.starts_with(closed)) {
        return Some(b"");
    }
    HYPHENS.iter().any(|closed| squeezed.starts_with(closed)).then_some(b"-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_put_together_in_front_or_behind() {
        for text in [
            "K = concat!(@",
            "K = CONCAT(@",
            "K = \"\".join([@",
            "K = ''.join((@",
            "K = implode('', [@",
            "K = implode(\"\", array(@",
            "K = string.Join(\"\", new[] { @",
            "K = String.join(\"\", List.of(@",
            "K = join('', @",
            "K = paste0(@",
            "K = !Join ['', [@",
            "K = {\"Fn::Join\": [\"\", [@",
            "K = \"-\".join([@",
            "K = String.join(\"-\", @",
            "K = implode('-', [@",
        ] {
            let call = Call { start: 4, between: if text.contains('-') { b"-" } else { b"" } };
            assert_eq!(begins(text.as_bytes(), text.find('@').unwrap()), Some(call), "{text}");
        }
        for text in [
            "K = [@",
            "f(@",
            "\", \".join([@",
            "implode(',', [@",
            "f(\"\", @",
            "keys = {@",
            "String.join(\",\", @",
            "x.push(@",
            "K = $a -join (@",
            "K: ['', [@",
        ] {
            assert_eq!(begins(text.as_bytes(), text.find('@').unwrap()), None, "{text}");
        }
        for text in
            ["@\"].join(\"\")", "@', ] -join ''", "@\"}, \"\")", "@'].join\n", "@\") .mkString", "@\" ] |> Enum.join()"]
        {
            assert_eq!(ends(&text.as_bytes()[1..], 0), Some(&b""[..]), "{text}");
        }
        assert_eq!(ends(b"\"].join(\"-\")", 0), Some(&b"-"[..]));
        let unary = b"K = -join (@";
        assert_eq!(begins(unary, unary.len() - 1), Some(Call { start: 4, between: b"" }));
        for text in ["@\"]", "@\"].join(\",\")", "@\"].join()", "@\"] -join ','", "@\"]}", "@\"].joined_by(x)"] {
            assert_eq!(ends(&text.as_bytes()[1..], 0), None, "{text}");
        }
    }
}
