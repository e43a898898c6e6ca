//! A small generator with a fixed seed: the same keys on every machine and in every run.

/// Steele, Lea and Flood's SplitMix64.
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// A generator that starts at `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; the bias is far below what a test could see.
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
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
        let mut digits: Vec<char> = self.string(super::template::HEX, 32).chars().collect();
        digits[12] = '4';
        digits[16] = self.pick(b"89ab");
        digits.into_iter().collect()
    }
}
