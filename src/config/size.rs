//! Sizes as people write them, on the command line and in the policy file: `64M`.

const UNITS: [(u32, &str); 5] = [(40, "T"), (30, "G"), (20, "M"), (10, "K"), (0, "")];

/// Bytes: digits, then nothing or one of `K`, `M`, `G`, `T` (powers of 1024), with or without `B` or `iB`.
///
/// # Errors
/// What is wrong with the text, without it.
pub fn parse_size(text: &str) -> Result<u64, &'static str> {
    const WRONG: &str = "not a size: digits and K, M, G or T, such as 10M";
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let unit = unit.to_ascii_uppercase();
    let unit = unit.strip_suffix("IB").or_else(|| unit.strip_suffix('B')).unwrap_or(&unit);
    let (shift, _) = UNITS.into_iter().find(|(_, letter)| *letter == unit).ok_or(WRONG)?;
    if number.is_empty() {
        return Err(WRONG);
    }
    let number: u64 = number.parse().map_err(|_| "too large")?;
    number.checked_shl(shift).filter(|bytes| bytes >> shift == number).ok_or("too large")
}

/// The shortest text that means so many bytes exactly.
#[must_use]
pub fn size_text(bytes: u64) -> String {
    let whole = UNITS.into_iter().find(|(shift, _)| bytes != 0 && bytes.trailing_zeros() >= *shift);
    let (shift, letter) = whole.unwrap_or((0, ""));
    format!("{}{letter}", bytes >> shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_powers_of_1024() {
        assert_eq!(parse_size("10M"), Ok(10 << 20));
        assert_eq!(parse_size("1G"), Ok(1 << 30));
        assert_eq!(parse_size("4KiB"), Ok(4096));
        assert_eq!(parse_size("4kb"), Ok(4096));
        assert_eq!(parse_size("7"), Ok(7));
        assert_eq!(parse_size("7B"), Ok(7));
        for wrong in ["", "M", "1.5M", "-1", "10X", "99999999999T", "1BB", "1 M", "99999999999999999999999"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_size_is_written_as_it_is_read() {
        for (bytes, text) in [(0, "0"), (7, "7"), (1024, "1K"), (64 << 20, "64M"), (3 << 39, "1536G"), (1025, "1025")] {
            assert_eq!(size_text(bytes), text);
            assert_eq!(parse_size(text), Ok(bytes));
        }
    }
}
