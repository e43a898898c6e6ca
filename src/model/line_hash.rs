//! The hash by which GitHub code scanning recognises an alert whose line has moved.
//!
//! GitHub calls it `primaryLocationLineHash`: a hash over the text that begins at a line, a colon, and a counter that
//! tells lines with equal hashes apart. Its upload action computes the value where a checkout is at hand and other ways
//! of uploading do not, so a report that carries the same value keeps alerts stable either way. The definition followed
//! here is that of the action: UTF-16 code units without spaces and tabs, every line end as one LF, a polynomial hash
//! modulo 2^64 over [`WINDOW`] units, the file closed by 0xFFFF and zeros.
//!
//! Why here and not in `report`: it needs the bytes, which only `detect` sees.

use std::collections::HashMap;

/// How many code units, from the beginning of a line on, go into its hash.
const WINDOW: usize = 100;
/// Base of the polynomial.
const BASE: u64 = 37;
/// `BASE` to the power of [`WINDOW`]: the weight of the unit that falls out of the window.
const OLDEST: u64 = BASE.wrapping_pow(WINDOW as u32);
/// Stands behind the last unit of a file.
const END: u16 = 0xFFFF;

const TAB: u16 = b'\t' as u16;
const SPACE: u16 = b' ' as u16;
const LF: u16 = b'\n' as u16;
const CR: u16 = b'\r' as u16;

/// GitHub's `hash:counter` for some lines of a whole file, in the order of `lines`.
///
/// `lines` are 1-based and sorted; LF, CR LF and a lone CR each end a line, as GitHub counts them here. Bytes that are
/// not UTF-8 count as replacement characters, a byte order mark as a character. A line that the file does not have
/// gets an empty string. Linear in the file's length up to the last line asked for; keeps nothing of the other lines.
#[must_use]
pub fn line_hashes(bytes: &[u8], lines: &[u64]) -> Vec<String> {
    let mut wanted = lines.iter().copied().enumerate().peekable();
    let Some(&last) = lines.last() else { return Vec::new() };

    // First the hashes asked for, then how often each of them stands before its line: two passes need memory for the
    // lines asked for, one pass would need it for every line.
    let mut hashes = vec![None; lines.len()];
    for_each_line(bytes, last, |line, hash| {
        while let Some((index, _)) = wanted.next_if(|&(_, want)| want <= line) {
            hashes[index] = (lines[index] == line).then_some(hash);
        }
    });

    let mut counts: HashMap<u64, u64> = hashes.iter().flatten().map(|&hash| (hash, 0)).collect();
    let mut texts = vec![String::new(); lines.len()];
    let mut next = 0;
    for_each_line(bytes, last, |line, hash| {
        let Some(count) = counts.get_mut(&hash) else { return };
        *count += 1;
        while next < lines.len() && lines[next] <= line {
            if lines[next] == line {
                texts[next] = format!("{hash:x}:{count}");
            }
            next += 1;
        }
    });
    texts
}

/// Calls `found` with the number and the hash of each line up to `last`.
fn for_each_line(bytes: &[u8], last: u64, mut found: impl FnMut(u64, u64)) {
    let mut roller = Roller::new();
    for chunk in bytes.utf8_chunks() {
        let replaced = if chunk.invalid().is_empty() { "" } else { "\u{FFFD}" };
        for unit in chunk.valid().encode_utf16().chain(replaced.encode_utf16()) {
            if let Some((line, hash)) = roller.push_text(unit) {
                found(line, hash);
                if line >= last {
                    return;
                }
            }
        }
    }
    for unit in std::iter::once(END).chain([0; WINDOW]) {
        // The end mark may begin a line of its own; the zeros behind it never do.
        let ready = if unit == END { roller.push_text(unit) } else { roller.push(unit) };
        if let Some((line, hash)) = ready {
            found(line, hash);
        }
    }
}

/// The rolling hash, and which line begins at which unit of its window.
struct Roller {
    units: [u16; WINDOW],
    /// Number of the line that begins at a unit; 0 where none does.
    begins: [u64; WINDOW],
    /// The oldest unit, which the next one replaces.
    index: usize,
    hash: u64,
    line: u64,
    at_line_start: bool,
    after_cr: bool,
}

impl Roller {
    const fn new() -> Self {
        Self {
            units: [0; WINDOW],
            begins: [0; WINDOW],
            index: 0,
            hash: 0,
            line: 0,
            at_line_start: true,
            after_cr: false,
        }
    }

    /// Takes one unit of the text, and returns the line whose window it completes.
    fn push_text(&mut self, unit: u16) -> Option<(u64, u64)> {
        let after_cr = std::mem::replace(&mut self.after_cr, unit == CR);
        if unit == SPACE || unit == TAB || (after_cr && unit == LF) {
            return None;
        }
        let unit = if unit == CR { LF } else { unit };
        let ready = self.ready();
        if std::mem::replace(&mut self.at_line_start, unit == LF) {
            self.line += 1;
            self.begins[self.index] = self.line;
        }
        self.roll(unit);
        ready
    }

    /// Takes one unit of the padding behind the text.
    fn push(&mut self, unit: u16) -> Option<(u64, u64)> {
        let ready = self.ready();
        self.roll(unit);
        ready
    }

    /// The line that began one whole window ago.
    fn ready(&mut self) -> Option<(u64, u64)> {
        let line = std::mem::take(&mut self.begins[self.index]);
        (line > 0).then_some((line, self.hash))
    }

    fn roll(&mut self, unit: u16) {
        let oldest = std::mem::replace(&mut self.units[self.index], unit);
        self.hash = self
            .hash
            .wrapping_mul(BASE)
            .wrapping_add(u64::from(unit))
            .wrapping_sub(OLDEST.wrapping_mul(u64::from(oldest)));
        self.index = (self.index + 1) % WINDOW;
    }
}

#[cfg(test)]
mod tests {
    use super::line_hashes;

    /// The definition, read naively: the first units of the kept text from a line's beginning, padded with zeros.
    fn naive(text: &str, line: usize) -> u64 {
        let joined = text.replace("\r\n", "\n").replace('\r', "\n").replace([' ', '\t'], "");
        let rest: String = joined.split_inclusive('\n').skip(line - 1).collect();
        let mut units: Vec<u16> = rest.encode_utf16().chain([0xFFFF]).collect();
        units.resize(100, 0);
        units.iter().fold(0, |hash: u64, &unit| hash.wrapping_mul(37).wrapping_add(u64::from(unit)))
    }

    #[test]
    fn agrees_with_the_definition() {
        let long = "é😀 = ".repeat(90);
        for text in ["", "a", "a\n", "\n\n\n", "a\r\nb\rc\n", "\tx = 1  \n y\n", &format!("{long}\n{long}\nend")] {
            let count = text.replace("\r\n", "\n").replace('\r', "\n").split('\n').count();
            let lines: Vec<u64> = (1..=count as u64).collect();
            for (line, hash) in line_hashes(text.as_bytes(), &lines).iter().enumerate() {
                assert_eq!(hash.split(':').next().unwrap(), format!("{:x}", naive(text, line + 1)), "{text:?} {line}");
            }
        }
    }

    #[test]
    fn counts_equal_lines_before_the_wanted_one() {
        let text = "same\n".repeat(200);
        let hashes = line_hashes(text.as_bytes(), &[1, 3, 150]);
        assert_eq!(hashes[0].split(':').next(), hashes[2].split(':').next());
        assert!(hashes[0].ends_with(":1") && hashes[1].ends_with(":3") && hashes[2].ends_with(":150"), "{hashes:?}");
    }

    #[test]
    fn takes_any_bytes_and_any_lines() {
        assert_eq!(line_hashes(b"a\n", &[]), Vec::<String>::new());
        assert_eq!(line_hashes(b"a\xFFb\n", &[1]), line_hashes("a\u{FFFD}b\n".as_bytes(), &[1]));
        assert_eq!(
            line_hashes(b"a\nb", &[1, 1, 2, 9]).iter().map(String::is_empty).collect::<Vec<_>>(),
            [false, false, false, true]
        );
        assert_eq!(line_hashes(b"a", &[0, 1])[0], "");
        assert_eq!(line_hashes(b"a", &[1]), ["53b5d4aabe50d64:1"]);
        assert_eq!(line_hashes(b"", &[1]), ["c129715d7a2bc9a3:1"]);
    }
}
