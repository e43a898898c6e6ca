//! A hash table that the build script fills and that costs nothing at start-up: FNV-1a, open addressing, linear probing.
//!
//! Bytes are hashed from the last to the first, so that one pass over a host gives the hash of each of its suffixes.

/// Marks a slot without an entry.
pub(super) const EMPTY: u16 = u16::MAX;

/// Hash of no bytes.
pub(super) const START: u32 = 0x811c_9dc5;

/// Takes one more byte, further to the left, into a hash.
#[must_use]
pub(super) const fn step(hash: u32, byte: u8) -> u32 {
    (hash ^ byte as u32).wrapping_mul(0x0100_0193)
}

/// Hash of a whole name.
#[must_use]
pub(super) fn hash(name: &[u8]) -> u32 {
    name.iter().rev().fold(START, |hash, &byte| step(hash, byte))
}

/// First slot of a hash in a table of `slots` slots, a power of two. The upper bits are the better ones of FNV.
const fn slot(hash: u32, slots: usize) -> usize {
    (hash ^ (hash >> 15)) as usize & (slots - 1)
}

/// Names in the order of their entries, and the slots that lead to them.
#[derive(Debug)]
pub(super) struct Table {
    /// Each the number of a name, or [`EMPTY`]; a power of two of them, at least one of them empty.
    pub(super) slots: &'static [u16],
    /// The names.
    pub(super) names: &'static [&'static str],
}

impl Table {
    /// The number of a name whose hash is known.
    #[must_use]
    pub(super) fn get_hashed(&self, hash: u32, name: &[u8]) -> Option<usize> {
        let mut at = slot(hash, self.slots.len());
        loop {
            let entry = self.slots[at];
            if entry == EMPTY {
                return None;
            }
            if self.names[usize::from(entry)].as_bytes() == name {
                return Some(usize::from(entry));
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// The number of a name.
    #[must_use]
    pub(super) fn get(&self, name: &[u8]) -> Option<usize> {
        self.get_hashed(hash(name), name)
    }
}

/// The slots for distinct names, at most a quarter of them in use.
///
/// # Panics
///
/// With more names than a `u16` counts.
#[must_use]
#[allow(dead_code, reason = "the build script fills the tables with it")]
pub(super) fn slots(names: &[String]) -> Vec<u16> {
    let mut slots = vec![EMPTY; (names.len().max(1) * 4).next_power_of_two()];
    for (number, name) in names.iter().enumerate() {
        let mut at = slot(hash(name.as_bytes()), slots.len());
        while slots[at] != EMPTY {
            at = (at + 1) & (slots.len() - 1);
        }
        let number = u16::try_from(number).ok().filter(|&number| number != EMPTY);
        slots[at] = number.expect("fewer names than a u16 counts");
    }
    slots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_finds_its_names_and_no_others() {
        static NAMES: [&str; 4] = ["", "a", "ab", "ba"];
        let slots = slots(&NAMES.map(str::to_owned));
        let table = Table { slots: Box::leak(slots.into_boxed_slice()), names: &NAMES };
        for (number, name) in NAMES.iter().enumerate() {
            assert_eq!(table.get(name.as_bytes()), Some(number));
        }
        assert_eq!(table.get(b"b"), None);
        assert_eq!(step(step(START, b'b'), b'a'), hash(b"ab"), "bytes are taken from the right");
    }
}
