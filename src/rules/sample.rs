//! Templates of keys, so that no file holds a complete one: rule files and tests hold templates, expanded from a seed.
//!
//! `{n}` stands for n letters and digits, `{n:hex}`, `{n:HEX}`, `{n:lower}`, `{n:digit}`, `{n:url}` (base64url) and
//! `{n:b64}` for other alphabets, `{n:oneapi}` for the hex digits of a version-4 UUID in one-api's alternating case,
//! `{uuid}` for a UUID, `{}` for nothing.

/// Letters and digits.
pub const ALNUM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// base64url.
pub const URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// base64.
pub const B64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// Hexadecimal digits.
pub const HEX: &[u8] = b"0123456789abcdef";
/// The same in upper case.
pub const UPPER_HEX: &[u8] = b"0123456789ABCDEF";
/// Small letters.
pub const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
/// Digits.
pub const DIGIT: &[u8] = b"0123456789";

/// The longest text that a template makes, in bytes.
const LONGEST: usize = 4096;

/// A key of the template's shape; the same for the same seed. Nothing where a brace is not closed, a placeholder does not
/// exist or the text would be longer than 4,096 bytes.
#[must_use]
pub fn expand(template: &str, seed: u64) -> Option<String> {
    // The template takes part, so that two formats with the same seed do not share their characters.
    let start = template.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(5)
    });
    let mut random = SplitMix64::new(start);
    let mut text = String::with_capacity(template.len() + 160);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        text.push_str(&rest[..open]);
        let close = open + rest[open..].find('}')?;
        text.push_str(&placeholder(&rest[open + 1..close], &mut random)?);
        rest = &rest[close + 1..];
        if text.len() > LONGEST {
            return None;
        }
    }
    text.push_str(rest);
    (text.len() <= LONGEST).then_some(text)
}

fn placeholder(word: &str, random: &mut SplitMix64) -> Option<String> {
    match word {
        "" => return Some(String::new()),
        "uuid" => {
            let hex = random.uuid_hex();
            return Some(format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]));
        }
        _ => {}
    }
    let (count, alphabet) = word.split_once(':').unwrap_or((word, ""));
    let count: usize = count.parse().ok().filter(|count| *count <= LONGEST)?;
    Some(match alphabet {
        "" => random.string(ALNUM, count),
        "hex" => random.string(HEX, count),
        "HEX" => random.string(UPPER_HEX, count),
        "lower" => random.string(LOWER, count),
        "digit" => random.string(DIGIT, count),
        "b64" => random.string(B64, count),
        "url" => url(random, count),
        "oneapi" if count <= 32 => one_api(&random.uuid_hex(), count),
        _ => return None,
    })
}

/// base64url that holds `-` and `_` from 40 characters on, because real halves nearly always do.
fn url(random: &mut SplitMix64, count: usize) -> String {
    loop {
        let text = random.string(URL, count);
        if count < 40 || (text.contains('-') && text.contains('_')) {
            return text;
        }
    }
}

/// Letters at even places upper case, at odd places lower.
fn one_api(hex: &str, count: usize) -> String {
    hex.char_indices()
        .take(count)
        .map(|(index, digit)| if index % 2 == 0 { digit.to_ascii_uppercase() } else { digit })
        .collect()
}

/// A small generator with a fixed seed, Steele, Lea and Flood's SplitMix64: the same keys on every machine.
#[derive(Clone, Debug)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// A generator that starts at `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    #[allow(clippy::should_implement_trait, reason = "it never ends")]
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; the bias is far below what anybody could see.
    pub const fn below(&mut self, bound: usize) -> usize {
        ((self.next() as u128 * bound as u128) >> 64) as usize
    }

    /// One byte of `alphabet`.
    pub fn pick(&mut self, alphabet: &[u8]) -> char {
        char::from(alphabet[self.below(alphabet.len())])
    }

    /// `count` characters of `alphabet`.
    pub fn string(&mut self, alphabet: &[u8], count: usize) -> String {
        (0..count).map(|_| self.pick(alphabet)).collect()
    }

    /// The 32 hex digits of a version-4 UUID.
    pub fn uuid_hex(&mut self) -> String {
        let mut digits: Vec<char> = self.string(HEX, 32).chars().collect();
        digits[12] = '4';
        digits[16] = self.pick(b"89ab");
        digits.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_template_expands_to_nothing() {
        for wrong in [
            "{",
            "a{3",
            "{x}",
            "{3:nothing}",
            "{33:oneapi}",
            "{5000}",
            "{-1}",
            "{4000}{4000}",
            "{99999999999999999999}",
        ] {
            assert_eq!(expand(wrong, 1), None, "{wrong}");
        }
        assert_eq!(expand("a}{}b", 1).as_deref(), Some("a}b"));
    }
}
