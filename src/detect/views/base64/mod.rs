//! Base64, as Kubernetes' Secrets, registries' logins, data URLs and hosts that take one word for a value hold it.
//!
//! A [`Run`] of base64 is worth decoding where a literal says that a key or an address is in it ([`Form`]), or where it is
//! the value of a setting that holds such things. Of a run that is not text as a whole, such as a file of another kind or one
//! that something is glued to, the text around the literal is read.

mod form;
mod packed;
mod run;

use super::super::bytes::{contains_ignore_case, is_key_byte, run_after};
use super::super::marker::MARKER;
use super::super::names::Named;
use super::{HEAD, Lead, Seen, Stretch};
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

pub(in crate::detect) use form::Form;
use form::Says;
use run::{Run, Said, is_value};
pub(super) use run::{joint, joint_before};

/// A shorter run holds no key, and hardly an address that is worth encoding.
const SHORTEST: usize = 24;

/// The longest value that is decoded as a whole, in digits.
const LONGEST: usize = 64 * 1024;

/// The longest run that is unpacked.
const LONGEST_PACKED: usize = 24 * 1024 * 1024;

/// The most that is unpacked of one text.
const MOST_UNPACKED: usize = 48 * 1024 * 1024;

/// The shortest body of a key.
const SHORTEST_BODY: usize = 16;

/// The beginning of what the run says in which a literal stands at `at`.
pub(super) fn head<'b>(form: Form, bytes: &[u8], at: usize, room: &'b mut [u8; HEAD]) -> &'b [u8] {
    let length = form.head(bytes, at, room);
    &room[..length]
}

/// The runs that are worth decoding, in the order of the bytes: those around leads, the values of settings, and every
/// value of a Secret.
pub(super) fn stretches(seen: &Seen<'_>) -> Vec<Stretch> {
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
    starts.extend(begins_of_zlib(bytes).map(|at| (at, Some(Form::PACKED))));
    starts.sort_unstable_by_key(|(at, form)| (*at, form.is_some()));
    starts.dedup();

    let mut found: Vec<Stretch> = Vec::new();
    // Runs are walked once, however many leads they have.
    let mut current: Option<Run<'_>> = None;
    let mut read_to = 0;
    let mut room = MOST_UNPACKED;
    for (at, form) in starts {
        if at < read_to || !bytes.get(at).copied().is_some_and(is_digit) {
            continue;
        }
        let index = current.as_ref().and_then(|run| run.index_of(at));
        let run = match (index, form) {
            (Some(_), Some(_)) => current.take(),
            // A value begins a run.
            (_, None) => (run_after(bytes, at, SHORTEST, is_digit) == SHORTEST).then(|| Run::around(bytes, at, at)),
            (None, Some(_)) => Some(Run::around(bytes, at, read_to)),
        };
        let Some(run) = run else { continue };
        let stretch = match form {
            Some(form) => run.index_of(at).and_then(|index| decoded(&run, index, form, read_to, &mut room)),
            None => is_value(bytes, &run, at).then(|| value(&run, &mut room)).flatten(),
        };
        if let Some(stretch) = stretch {
            debug_assert!(read_to <= stretch.range.start, "a run is read twice");
            read_to = stretch.range.end;
            found.push(stretch);
        }
        current = Some(run);
    }
    found
}

/// What a run says around a lead, which stands behind so many of its digits, from `floor` on.
fn decoded(run: &Run<'_>, index: usize, form: Form, floor: usize, room: &mut usize) -> Option<Stretch> {
    let group = index.checked_sub(form.phase).filter(|group| run.place_of(*group) >= floor)?;
    let said = match form.says {
        Says::Packed => return unpacked(run, index, room),
        Says::PackedTwice if run.len() > LONGEST_PACKED => return run.packed(index, b"", true),
        Says::PackedTwice => Some(run.all(group)),
        Says::Wide => Some(run.around_group(group, form.bytes_in_front(), floor, |byte| byte == 0 || is_text(byte))),
        Says::Plain | Says::Base64(_) | Says::Address => {
            Some(run.around_group(group, form.bytes_in_front(), floor, is_text))
        }
    };
    let worth = |said: &Said| match form.says {
        Says::Wide => memchr::memmem::find(&said.text, b"s\0k\0-\0").is_some(),
        Says::Base64(_) | Says::PackedTwice => said.text.len() >= SHORTEST,
        Says::Plain | Says::Address | Says::Packed => tells(&said.text),
    };
    said.filter(worth).and_then(|said| run.stretch(&said))
}

/// What a packed file says whose beginning is the digit at `index`.
fn unpacked(run: &Run<'_>, index: usize, room: &mut usize) -> Option<Stretch> {
    if run.len() > LONGEST_PACKED {
        return run.packed(index, b"", true);
    }
    let packed::Unpacked { text, cut } = packed::unpack(&run.all(index).text, *room)?;
    *room -= text.len();
    match tells(&text) {
        true => run.packed(index, &text, cut),
        // What was not unpacked may.
        false if cut => run.packed(index, b"", true),
        false => None,
    }
}

/// What a value says that is nothing but a run: text, or something packed.
fn value(run: &Run<'_>, room: &mut usize) -> Option<Stretch> {
    if run.len() < SHORTEST || run.len() > LONGEST_PACKED {
        return None;
    }
    let said = run.all(0);
    if run.len() <= LONGEST && (is_all_text(&said.text) || is_wide(&said.text)) {
        return run.stretch(&said);
    }
    // A word on the next line may belong to something else.
    let line = || run.first_line().filter(|line| line.len() >= SHORTEST && is_all_text(&line.all(0).text));
    unpacked(run, 0, room).or_else(|| line().and_then(|line| line.stretch(&line.all(0))))
}

/// Whether a text may hold a key or an address, or names a setting.
fn tells(text: &[u8]) -> bool {
    let body = |at: usize| run_after(text, at + 3, SHORTEST_BODY, is_key_byte) == SHORTEST_BODY;
    memchr::memmem::find_iter(text, b"sk-").any(body)
        || memchr::memmem::find(text, MARKER).is_some()
        || memchr::memmem::find(text, b"://").is_some()
        || contains_ignore_case(text, b"openai")
        || [&b"c2st"[..], b"NrL", b"zay"].iter().any(|literal| memchr::memmem::find(text, literal).is_some())
}

/// Whether a byte stands in text; of other characters than those of ASCII any.
const fn is_text(byte: u8) -> bool {
    !byte.is_ascii_control() || matches!(byte, b'\t' | b'\n' | b'\r' | 0x1b)
}

fn is_all_text(text: &[u8]) -> bool {
    text.iter().all(|&byte| is_text(byte)) && str::from_utf8(text).is_ok()
}

/// Where something that zlib packed may begin, in quotes or behind an equals sign: its first bytes are too common for the
/// prefilter, so they are looked for in what passed for another reason.
fn begins_of_zlib(bytes: &[u8]) -> impl Iterator<Item = usize> {
    const LEVELS: [&[u8]; 3] = [b"eJ", b"eN", b"eA"];
    let all = LEVELS.into_iter().flat_map(move |level| memchr::memmem::find_iter(bytes, level));
    all.filter(move |&at| {
        at > 0
            && matches!(bytes[at - 1], b'"' | b'\'' | b'`' | b'=')
            && run_after(bytes, at, SHORTEST, is_digit) == SHORTEST
            && is_zlib(&bytes[at..at + 4])
    })
}

/// Whether four digits say the two bytes that begin what zlib packed.
fn is_zlib(digits: &[u8]) -> bool {
    let bits = digits.iter().fold(0, |bits, &digit| bits << 6 | u32::from(value_of(digit).unwrap_or(0)));
    bits >> 16 == 0x78 && (bits >> 8).is_multiple_of(31)
}

/// Whether all is text in UTF-16, each character with a NUL behind it.
fn is_wide(text: &[u8]) -> bool {
    text.len().is_multiple_of(2) && text.chunks_exact(2).all(|unit| unit[0] < 0x80 && is_text(unit[0]) && unit[1] == 0)
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

/// Whether a byte is one of either alphabet's digits.
const fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// The value of a digit of either alphabet.
const fn value_of(digit: u8) -> Option<u8> {
    Some(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);

/// Length of the run at `at`, with its padding; 0 where it is too short to hold anything.
pub(in crate::detect) fn run_length(bytes: &[u8], at: usize) -> usize {
    let digits = run_after(bytes, at, bytes.len(), is_digit);
    let padding = run_after(bytes, at + digits, 2, |byte| byte == b'=');
    if digits < SHORTEST { 0 } else { digits + padding }
}

/// Whether two groups of four, wherever they begin, say six bytes of a key: each key has as many, chance and paths hardly
/// ever. Allocates nothing: every path is asked.
fn may_hold_key(run: &[u8]) -> bool {
    // Only with these the first byte is one of a key.
    let begins = |group: &[u8]| matches!(group[0], b'L'..=b'Z' | b'a'..=b'e');
    let says = |group: &[u8]| {
        let bits = group.iter().fold(0, |bits, &digit| bits << 6 | u32::from(value_of(digit).unwrap_or(0)));
        bits.to_be_bytes()[1..].iter().all(|&byte| is_key_byte(byte) || byte == b'.')
    };
    run.windows(8).any(|both| {
        let (one, other) = both.split_at(4);
        begins(one) && begins(other) && says(one) && says(other)
    })
}

/// What a run that may hold a key says in either alphabet, where text that stands in front without a gap may have moved
/// its groups of four.
pub(in crate::detect) fn readings(run: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let run = if may_hold_key(run) { run } else { &[] };
    let digits = run.iter().filter(|&&byte| byte != b'=').map(|byte| match byte {
        b'-' => b'+',
        b'_' => b'/',
        _ => *byte,
    });
    let digits: Vec<u8> = digits.collect();
    (0..4).filter_map(move |shift| {
        let digits = digits.get(shift..)?;
        STANDARD.decode(&digits[..digits.len() - usize::from(digits.len() % 4 == 1)]).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Unpadded.
    pub(super) fn encode(text: &[u8]) -> String {
        STANDARD.encode(text).trim_end_matches('=').to_owned()
    }

    const TEXT: &str = "hello sk-0123456789abcdefghijklmnop, hello world!";

    /// What is found in a text by the literals in it.
    fn found(text: &str) -> Vec<(String, String)> {
        let mut leads: Vec<(usize, Form)> = Vec::new();
        for (literal, form) in Form::LITERALS {
            let at = memchr::memmem::find_iter(text.as_bytes(), literal);
            leads.extend(at.filter(|&at| form.is_at(text.as_bytes(), at)).map(|at| (at, form)));
        }
        leads.sort_by_key(|(at, _)| *at);
        let run = |run: Stretch| (text[run.range].to_owned(), String::from_utf8_lossy(&run.text).trim().to_owned());
        runs(text.as_bytes(), &leads, &[]).into_iter().map(run).collect()
    }

    #[test]
    fn a_run_goes_as_far_as_its_alphabet_and_padding() {
        let encoded = STANDARD.encode(TEXT);
        for (before, behind) in [("", ""), ("K: ", "\n"), ("\"", "\""), ("a\\n", "\\n"), ("x,", ",y"), ("a", " b c")] {
            let text = format!("{before}{encoded}{behind}");
            assert_eq!(found(&text), [(encoded.clone(), TEXT.to_owned())], "{text}");
        }
        assert_eq!(found(&encoded[..20]), []);
        assert_eq!(found(&encoded.replace('=', "%3D"))[0].0, encoded.replace('=', "%3D"));
    }

    #[test]
    fn lines_of_any_width_belong_together() {
        let text = format!("{TEXT} {}", TEXT.replace("sk-", "").repeat(4));
        let encoded = encode(text.as_bytes());
        for width in [24, 37, 50, 60, 64, 76, 77, 150] {
            let lines: Vec<&str> = encoded.as_bytes().chunks(width).map(|line| str::from_utf8(line).unwrap()).collect();
            for joint in ["\n", "\r\n", "\n    ", "\\n", "\\r\\n", "\\\n", "\\n\\\n", "\\\\n"] {
                for (before, behind) in [("", "\n"), ("  k: |\n    ", "\n  b: x\n"), ("\"", "\""), ("x = \"", "\" y")] {
                    let file = format!("{before}{}{behind}", lines.join(joint));
                    assert_eq!(found(&file), [(lines.join(joint), text.clone())], "{width} {file}");
                }
            }
        }
    }

    #[test]
    fn the_text_around_a_lead_is_read_from_other_bytes() {
        let noise: Vec<u8> = (0..300_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 21) as u8 & 0x9f).collect();
        for front in [0, 1, 2, 3, 1000, 250_001] {
            let bytes = [&noise[..front], b"\x01", TEXT.as_bytes(), b"\x02", &noise[..100_000]].concat();
            let encoded = encode(&bytes);
            let found = found(&encoded);
            let (range, text) = found.iter().find(|(_, text)| text.contains(TEXT)).unwrap();
            assert!(text.len() < TEXT.len() + 40 && range.len() < 150, "{front} {found:?}");
        }
    }

    #[test]
    fn packed_text_is_unpacked_whatever_is_around_it() {
        use std::io::Write;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(TEXT.as_bytes()).unwrap();
        let encoded = STANDARD.encode(gzip.finish().unwrap());
        let file = format!("release: {encoded}\n");
        assert_eq!(found(&file)[0].1, TEXT);
        let twice = format!("release: {}\n", STANDARD.encode(&encoded));
        assert_eq!(found(&twice)[0].1, encoded);
    }

    #[test]
    fn anything_else_is_no_text() {
        for text in [
            "c2st",
            "c2stAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "aHR0cHM6LyAAAAAAAAAAAAAAAAAAAAA",
            "zay2".repeat(40).as_str(),
        ] {
            assert_eq!(found(text), [], "{text}");
        }
        let hostile = "c2st".repeat(50_000);
        assert!(found(&hostile).len() < 9);
    }
}
