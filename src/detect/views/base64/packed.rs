//! What is packed with gzip or zlib, unpacked in memory and within bounds.

use std::io::Read;

use flate2::read::{GzDecoder, ZlibDecoder};

/// How many times larger than its packed form a text may be.
const RATIO: usize = 200;

/// The longest text.
const LONGEST: usize = 16 * 1024 * 1024;

/// The longest text that may be larger by any factor.
const SMALL: usize = 64 * 1024;

/// What packed bytes say.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unpacked {
    pub(super) text: Vec<u8>,
    /// Whether it goes on behind a bound.
    pub(super) cut: bool,
}

/// What packed bytes say, as far as the bounds allow, there is `room` and they are sound; none where they are not packed.
pub(super) fn unpack(bytes: &[u8], room: usize) -> Option<Unpacked> {
    let &[first, second, ..] = bytes else { return None };
    let longest = bytes.len().saturating_mul(RATIO).clamp(SMALL, LONGEST).min(room);
    // One byte more tells whether there are more.
    let most = longest as u64 + 1;
    let mut text = Vec::new();
    // What stands in front of damage has been read.
    let _damaged = if (first, second) == (0x1f, 0x8b) {
        GzDecoder::new(bytes).take(most).read_to_end(&mut text)
    } else if first & 0x0f == 8 && u16::from_be_bytes([first, second]).is_multiple_of(31) {
        ZlibDecoder::new(bytes).take(most).read_to_end(&mut text)
    } else {
        return None;
    };
    let cut = text.len() > longest;
    text.truncate(longest);
    (cut || !text.is_empty()).then_some(Unpacked { text, cut })
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};
    use std::io::Write;

    #[test]
    fn what_is_packed_is_unpacked_within_bounds() {
        let text: Vec<u8> = (0..900_u32).flat_map(|number| number.to_string().into_bytes()).collect();
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(&text).unwrap();
        let mut gzip = gzip.finish().unwrap();
        let unpack = |bytes: &[u8]| super::unpack(bytes, usize::MAX);
        assert_eq!(unpack(&gzip), Some(Unpacked { text: text.clone(), cut: false }));
        let exact = super::unpack(&gzip, text.len()).unwrap();
        assert!(!exact.cut && exact.text == text);
        let short = super::unpack(&gzip, 100).unwrap();
        assert!(short.cut && short.text == text[..100]);
        assert_eq!(super::unpack(&gzip, 0), Some(Unpacked { text: Vec::new(), cut: true }));
        gzip.truncate(gzip.len() / 2);
        assert!(text.starts_with(&unpack(&gzip).unwrap().text));
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(&text).unwrap();
        assert_eq!(unpack(&zlib.finish().unwrap()).unwrap().text, text);
        let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
        bomb.write_all(&vec![b'a'; 50_000_000]).unwrap();
        let bomb = bomb.finish().unwrap();
        let unpacked = unpack(&bomb).unwrap();
        assert!(unpacked.cut && unpacked.text.len() <= bomb.len() * RATIO);
        for other in [&b""[..], b"x", b"\x1f\x8b", b"\x1f\x8bplain", b"plain text"] {
            assert_eq!(unpack(other), None);
        }
    }
}
