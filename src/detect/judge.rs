//! Is this body the work of a random generator, or of a person?
//!
//! Entropy does not tell the two apart: the alphabet in order has more of it than most keys. What people write has
//! traces instead: words, runs, sequences, repetition, letters and digits counted up in turn. Each test below looks
//! for one trace; its limit is set so that a random body passes all of them but for a few cases in ten thousand.

use aho_corasick::{AhoCorasick, MatchKind};

/// The traces of a body that the tests below look at, counted in one place.
struct Traces {
    /// Number of different bytes, case-folded for hexadecimal digits only.
    distinct: usize,
    /// Longest run of one byte.
    equal_run: usize,
    /// Longest run that counts up or down the alphabet, the digits or a keyboard row.
    sequence_run: usize,
    /// Share of letters (digits) that follow their predecessor among the letters (digits): `abc123def456`.
    interleave: f64,
    /// Best share of bytes that repeat the byte a fixed distance before.
    period: f64,
}

impl Traces {
    fn of(body: &[u8]) -> Self {
        let mut seen = [false; 256];
        body.iter().for_each(|&byte| seen[byte as usize] = true);
        Self {
            distinct: seen.iter().filter(|&&seen| seen).count(),
            equal_run: longest_run(body, |before, now| before == now),
            sequence_run: longest_sequence(body),
            interleave: interleave(body),
            period: period(body),
        }
    }
}

/// Whether one half around the marker is random.
pub(super) fn marker_half(half: &[u8]) -> bool {
    let traces = Traces::of(half);
    // 9 of 20, 21 of 46: a straight line between, level behind.
    let needed = 9 + (half.len().min(46).saturating_sub(20) * 12) / 26;
    traces.distinct >= needed.min(half.len().saturating_sub(4).max(6))
        && traces.equal_run < 6
        && traces.sequence_run < 7
        && traces.interleave < 0.5
        && traces.period < 0.5
}

/// Whether a body of hexadecimal digits is random.
pub(super) fn hex(body: &[u8]) -> bool {
    let traces = Traces::of(&body.to_ascii_lowercase());
    traces.distinct >= 8
        && traces.equal_run < 8
        && traces.sequence_run < 9
        && traces.period < 0.6
        && traces.interleave <= 0.5
}

/// Finds words in bodies.
pub(super) struct Words {
    search: AhoCorasick,
    lengths: Vec<usize>,
}

impl Words {
    /// Takes lower-case words of four or more letters.
    pub(super) fn new<'w>(words: impl Iterator<Item = &'w str>) -> Self {
        // The longest word at a place, because long words are the stronger trace.
        let words: Vec<&str> = words.collect();
        let search = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(&words)
            .expect("a few hundred short words are no automaton too large");
        Self { search, lengths: words.iter().map(|word| word.len()).collect() }
    }

    /// Whether `body` holds a word: five letters or more anywhere, four only as a segment between `-` and `_`.
    ///
    /// Chance puts a five-letter word into one random body of 48 in a thousand if every mix of cases counts, so
    /// only `word`, `Word` and `WORD` do; in a body of lower case alone five letters are not enough.
    fn found_in(&self, body: &[u8]) -> bool {
        let only_lower = body.iter().all(u8::is_ascii_lowercase);
        self.search.find_iter(body).any(|found| {
            let text = &body[found.range()];
            let one_case = text[1..].iter().all(u8::is_ascii_lowercase) || text.iter().all(u8::is_ascii_uppercase);
            let segment = (found.start() == 0 || !body[found.start() - 1].is_ascii_alphanumeric())
                && (found.end() == body.len() || !body[found.end()].is_ascii_alphanumeric());
            let least = if only_lower && body.len() >= 32 { 6 } else { 5 };
            one_case && (segment || self.lengths[found.pattern()] >= least)
        })
    }
}

/// Whether a body without marker is random.
pub(super) fn random(body: &[u8], words: &Words) -> bool {
    let traces = Traces::of(body);
    let lower_only = body.iter().all(u8::is_ascii_lowercase);
    let least_distinct = if lower_only || body.len() < 30 { 13.min(body.len() * 2 / 3) } else { 20 };
    let uppers = body.iter().filter(|byte| byte.is_ascii_uppercase()).count();
    let letters = body.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let both_cases = uppers > 0 && uppers < letters;
    // Without a digit the cases have to be mixed as chance mixes them: words joined with capitals have few of those.
    let classes =
        both_cases && (body.iter().any(u8::is_ascii_digit) || (letters / 4..=letters * 3 / 4).contains(&uppers));
    // Lower case, digits and nothing else is a fair alphabet of its own, if both occur often enough.
    let lower_and_digits = body.iter().filter(|byte| byte.is_ascii_digit()).count() * 8 >= body.len()
        && !body.iter().any(u8::is_ascii_uppercase);
    let slug_segments = body
        .split(|&byte| byte == b'-' || byte == b'_')
        .filter(|segment| segment.len() >= 2 && segment.iter().all(u8::is_ascii_lowercase))
        .count();
    // A generator that uses `-` and `_` uses both cases as well; names of models and packages do not.
    let joined_words = body.iter().any(|byte| !byte.is_ascii_alphanumeric())
        && !lower_and_digits
        && !(body.iter().any(u8::is_ascii_lowercase) && body.iter().any(u8::is_ascii_uppercase));
    traces.distinct >= least_distinct
        && !joined_words
        && traces.equal_run < 6
        && traces.sequence_run < 7
        && traces.interleave < 0.5
        && traces.period < 0.5
        && (body.len() < 40 || lower_only || lower_and_digits || classes)
        && (slug_segments < 3)
        && !words.found_in(body)
}

/// Whether a short body, between 16 and 19 bytes, is at least no word and no pattern.
pub(super) fn short(body: &[u8], words: &Words) -> bool {
    let traces = Traces::of(body);
    traces.distinct >= 9
        && traces.equal_run < 4
        && traces.sequence_run < 5
        && traces.interleave < 0.5
        && traces.period < 0.5
        && body.iter().any(u8::is_ascii_digit)
        && !words.found_in(body)
}

fn longest_run(body: &[u8], continues: impl Fn(u8, u8) -> bool) -> usize {
    let mut longest = usize::from(!body.is_empty());
    let mut current = longest;
    for pair in body.windows(2) {
        current = if continues(pair[0], pair[1]) { current + 1 } else { 1 };
        longest = longest.max(current);
    }
    longest
}

/// Rows in which people count: the alphabet, the digits with `0` behind `9`, hexadecimal digits, keyboard rows.
const ROWS: [&[u8]; 6] =
    [b"abcdefghijklmnopqrstuvwxyz", b"01234567890", b"0123456789abcdef", b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];

/// For each row the successor of every byte, or 0.
const SUCCESSORS: [[u8; 256]; 6] = {
    let mut table = [[0; 256]; 6];
    let mut row = 0;
    while row < ROWS.len() {
        let mut index = 0;
        while index + 1 < ROWS[row].len() {
            table[row][ROWS[row][index] as usize] = ROWS[row][index + 1];
            index += 1;
        }
        row += 1;
    }
    table
};

fn longest_sequence(body: &[u8]) -> usize {
    let folded = body.to_ascii_lowercase();
    SUCCESSORS
        .iter()
        .flat_map(|next| {
            [
                longest_run(&folded, |before, now| next[before as usize] == now),
                longest_run(&folded, |before, now| next[now as usize] == before),
            ]
        })
        .max()
        .unwrap_or(0)
}

fn interleave(body: &[u8]) -> f64 {
    let count = |class: fn(&u8) -> bool| {
        let members: Vec<u8> = body.iter().filter(|byte| class(byte)).map(u8::to_ascii_lowercase).collect();
        let steps = members.windows(2).filter(|pair| pair[1] == pair[0] + 1 || (pair[0] == b'9' && pair[1] == b'0'));
        (steps.count(), members.len().saturating_sub(1))
    };
    // Both classes together: either alone may be a handful, of which chance counts up half.
    let (letters, digits) = (count(u8::is_ascii_alphabetic), count(u8::is_ascii_digit));
    ratio(letters.0 + digits.0, (letters.1 + digits.1).max(1))
}

fn period(body: &[u8]) -> f64 {
    (1..=body.len() / 2)
        .map(|distance| {
            let repeats = body.iter().zip(&body[distance..]).filter(|(before, now)| before == now);
            ratio(repeats.count(), body.len() - distance)
        })
        .fold(0.0, f64::max)
}

#[allow(clippy::cast_precision_loss, reason = "bodies have a few hundred bytes")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        Words::new(["test", "placeholder", "spinner", "openai", "container"].into_iter())
    }

    #[test]
    fn people_are_told_from_generators() {
        for body in [
            "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKL",
            "aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789aBcDeFgHiJkL",
            "abc123def456ghi789jkl012mno345pqr678stu901vwx234",
            "qwertyuiopasdfghjklzxcvbnmqwertyuiopasdfghjklzxc",
            "openai-api-key-placeholder-for-local-development",
            "123123123123123123123123123123123123123123123123",
            "spinner-fading-circle-8a-wrapper",
            "test1234567890abcdef",
            "kogptv2-kormath-causal",
        ] {
            assert!(!random(body.as_bytes(), &words()), "{body}");
        }
        for body in
            ["deadbeefdeadbeefdeadbeefdeadbeef", "0123456789abcdef0123456789abcdef", "00000000000000000000000000000000"]
        {
            assert!(!hex(body.as_bytes()), "{body}");
        }
        assert!(hex(b"3f9a1c07be42d85510aa6ef2794cd13b"));
        assert!(random(b"q8ZtVb2LwX0mRk5JdYh7NcPf3GsUa9Te", &words()));
    }

    #[test]
    fn sequences_run_both_ways_and_along_the_keyboard() {
        assert_eq!(longest_sequence(b"xxcba8"), 3);
        assert_eq!(longest_sequence(b"7890"), 4);
        assert_eq!(longest_sequence(b"POIUYT"), 6);
        assert_eq!(longest_sequence(b"9abc"), 4);
    }
}
