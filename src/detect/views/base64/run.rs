//! Runs of base64 that are worth decoding, and how far they go.

use std::ops::Range;

use super::super::super::bytes::{run_after, run_before};
use super::super::super::names::Named;
use super::super::{Builder, Lead, Seen, Stretch};
use super::{Form, SHORTEST, begins_run, decode, is_digit};

/// The longest run that is decoded.
pub(super) const LONGEST: usize = 64 * 1024;

/// How much of a blob is decoded.
const MOST_DECODED: usize = 1024 * 1024;

/// The shortest line of a run that goes on in the next line.
const SHORTEST_LINE: usize = 60;

/// The runs that are worth decoding, in the order of the bytes: those around leads, the values of settings, and every
/// value of a Secret.
pub(in crate::detect::views) fn stretches(seen: &Seen<'_>) -> Vec<Stretch> {
    let leads = seen.leads.iter().filter_map(|&(at, lead)| match lead {
        Lead::Base64(form) => Some((at, form)),
        Lead::Of(_) => None,
    });
    runs(seen.bytes, &leads.collect::<Vec<_>>(), seen.named)
}

fn runs(bytes: &[u8], leads: &[(usize, Form)], named: &[Named]) -> Vec<Stretch> {
    let mut starts: Vec<(usize, Option<Form>)> = leads.iter().map(|&(at, form)| (at, Some(form))).collect();
    starts.extend(named.iter().filter_map(|name| Some((name.value.clone()?.start, None))));
    starts.extend(values_of_secrets(bytes).into_iter().map(|at| (at, None)));
    starts.sort_unstable_by_key(|(at, _)| *at);

    let mut runs: Vec<Stretch> = Vec::new();
    let (mut read_to, mut decoded) = (0, 0);
    for (at, form) in starts {
        if at < read_to {
            continue;
        }
        let Some(range) = around(bytes, at, form, read_to) else { continue };
        if form.is_some() {
            read_to = range.end;
        }
        if range.len() > LONGEST || range.len() < SHORTEST || decoded + range.len() > MOST_DECODED {
            continue;
        }
        decoded += range.len();
        if let Some(run) = run(bytes, &range) {
            read_to = range.end;
            runs.push(run);
        }
    }
    runs
}

/// A run, decoded. What stands around its text is blank and left out.
fn run(bytes: &[u8], range: &Range<usize>) -> Option<Stretch> {
    let is_blank = |byte: &u8| byte.is_ascii_whitespace();
    let written: Vec<u8> = bytes[range.clone()].iter().copied().filter(|byte| !is_blank(byte)).collect();
    let text = decode(&written)?;
    let mut run = Builder::new(range.start).opaque();
    let mut rest = text.as_slice();
    let mut at = range.start;
    while at < range.end {
        // Lines hold whole groups.
        let line = run_after(bytes, at, range.end - at, |byte| !is_blank(&byte));
        let count = rest.len().min(line / 4 * 3 + line % 4);
        // Nobody counts characters in base64: what a line says stands where the line stands.
        run.say(&rest[..count], line);
        rest = &rest[count..];
        let blank = run_after(bytes, at + line, range.end - at - line, |byte| is_blank(&byte));
        run.skip(blank);
        at += line + blank;
    }
    run.finish()
}

/// The run at a hit, or the value at the beginning of one that is nothing but a run.
fn around(bytes: &[u8], at: usize, form: Option<Form>, floor: usize) -> Option<Range<usize>> {
    let start = match form {
        Some(Form::Inside(phase)) => {
            let start = before(bytes, at, floor);
            let digits = bytes[start..at].iter().filter(|byte| !byte.is_ascii_whitespace()).count();
            // What stands in front without a gap is no part of the run.
            start + (digits + 4 - phase) % 4
        }
        Some(Form::Key | Form::Address) | None => at,
    };
    let end = behind(bytes, start);
    let other = |at: Option<&u8>| at.is_some_and(|&byte| is_digit(byte) || matches!(byte, b'.' | b'=' | b'@' | b':'));
    let whole = form.is_some() || begins_run(bytes, start) && !other(bytes.get(end));
    (whole && start < end).then_some(start..end)
}

/// Where the run that holds `at` begins, on this line or one above, at most a little more than [`LONGEST`] in front.
fn before(bytes: &[u8], at: usize, floor: usize) -> usize {
    let floor = floor.max(at.saturating_sub(LONGEST + 1));
    let mut start = at - run_before(bytes, at, at - floor, is_digit);
    loop {
        let indent = run_before(bytes, start, start - floor, |byte| matches!(byte, b' ' | b'\t'));
        let line = start - indent;
        let breaks = match &bytes[floor..line] {
            [.., b'\r', b'\n'] => 2,
            [.., b'\n'] => 1,
            _ => break,
        };
        let length = run_before(bytes, line - breaks, line - breaks - floor, is_digit);
        if length < SHORTEST_LINE || !length.is_multiple_of(4) {
            break;
        }
        start = line - breaks - length;
    }
    // The letter of an escape in front: `\nc2st…` inside a string.
    let escaped = start > floor && bytes[start - 1] == b'\\' && matches!(bytes[start], b'n' | b't' | b'r');
    start + usize::from(escaped)
}

/// Where the run at `start` ends, with its padding, on this line or one below.
fn behind(bytes: &[u8], start: usize) -> usize {
    let mut end = start;
    let mut longest = LONGEST;
    loop {
        let length = run_after(bytes, end, longest + 1, is_digit);
        end += length;
        let rest = &bytes[end..];
        let breaks = if rest.starts_with(b"\r\n") { 2 } else { usize::from(rest.starts_with(b"\n")) };
        if breaks == 0 || length < SHORTEST_LINE || !length.is_multiple_of(4) || end - start > LONGEST {
            break;
        }
        let line = end + breaks;
        let next = line + run_after(bytes, line, 256, |byte| matches!(byte, b' ' | b'\t'));
        let digits = run_after(bytes, next, length + 1, is_digit);
        let padding = run_after(bytes, next + digits, 2, |byte| byte == b'=');
        let ends = matches!(bytes.get(next + digits + padding), None | Some(b'\n' | b'\r' | b'"' | b'\''));
        if digits == 0 || digits > length || !ends {
            break;
        }
        longest = length;
        end = next;
    }
    end + run_after(bytes, end, 2, |byte| byte == b'=')
}

/// Where the values of Kubernetes' Secrets begin, whatever their names.
fn values_of_secrets(bytes: &[u8]) -> Vec<usize> {
    const LEADS: [&[u8]; 3] = [b"kind: ", b"\"kind\": \"", b"\"kind\":\""];
    let mut words = memchr::memmem::find_iter(bytes, b"Secret");
    if !words.any(|at| LEADS.iter().any(|lead| bytes[..at].ends_with(lead))) {
        return Vec::new();
    }
    let colons = memchr::memchr_iter(b':', bytes);
    let values = colons.map(|colon| {
        colon
            + 1
            + run_after(bytes, colon + 1, 64, |byte| matches!(byte, b' ' | b'"' | b'\'' | b'|' | b'>' | b'-' | b'\n'))
    });
    values.filter(|&at| run_after(bytes, at, SHORTEST, is_digit) == SHORTEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, hits: &[(usize, Form)]) -> Vec<(String, String)> {
        let run = |run: Stretch| (text[run.range].to_owned(), String::from_utf8(run.text).unwrap());
        runs(text.as_bytes(), hits, &[]).into_iter().map(run).collect()
    }

    #[test]
    fn a_run_goes_as_far_as_its_alphabet_and_padding() {
        let encoded = "aGVsbG8gd29ybGQsIGhlbGxvIHdvcmxkIQ==";
        for (before, behind) in [("", ""), ("K: ", "\n"), ("\"", "\""), ("a\\n", "\\n"), ("x,", ",y")] {
            let text = format!("{before}{encoded}{behind}");
            let hit = (before.len() + 8, Form::Inside(0));
            let wanted = (encoded.to_owned(), "hello world, hello world!".to_owned());
            assert_eq!(found(&text, &[hit, hit]), [wanted], "{text}");
        }
        // Glued to something that moves the groups.
        assert_eq!(found(&format!("a{encoded}"), &[(9, Form::Inside(0))]).len(), 1);
        assert_eq!(found(&encoded[..20], &[(8, Form::Inside(0))]), []);
    }

    #[test]
    fn a_run_goes_on_in_the_next_line() {
        let line = "aGVsbG8gd29ybGQs".repeat(4);
        let text = format!("data:\n  a: |\n    {line}\n    {line}\r\n    aGVsbG8=\n  b: x\n");
        for at in [text.find("aGVs").unwrap(), text.rfind("bG8=").unwrap() + 2, text.rfind("d29y").unwrap()] {
            let start = if at == text.find("aGVs").unwrap() { Form::Key } else { Form::Inside(at_phase(&text, at)) };
            let found = found(&text, &[(at, start)]);
            assert_eq!(found[0].1, format!("{}hello", "hello world,".repeat(8)), "{at}");
        }
    }

    /// How far a place is behind the beginning of its group; indentation and lines are no parts of groups here.
    fn at_phase(text: &str, at: usize) -> usize {
        let start = text.find("aGVs").unwrap();
        text[start..at].bytes().filter(|byte| !byte.is_ascii_whitespace()).count() % 4
    }

    #[test]
    fn long_runs_are_left_alone() {
        let text = "YWFh".repeat(LONGEST / 4 + 1);
        let hits: Vec<(usize, Form)> = (0..text.len()).step_by(4).map(|at| (at, Form::Inside(0))).collect();
        assert_eq!(found(&text, &hits), []);
        let text = "YWFh".repeat(LONGEST / 4);
        assert_eq!(found(&text, &hits).len(), 1);
    }
}
