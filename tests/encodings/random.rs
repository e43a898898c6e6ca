//! Any bytes, and any piece of an encoded key, are read without an end that is none.

use super::{DETECTOR, detect, keys};
use crate::support::formats::base64;
use crate::support::prng::SplitMix64;
use keyscan::rules::sample::B64;

#[test]
fn any_bytes_are_read() {
    let key = &keys(0x81)[0];
    let list = key.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(", ");
    let hex = key.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>();
    let twice = base64(base64(key.as_bytes(), B64).as_bytes(), B64);
    let dump = hex.chunks(16).enumerate().map(|(at, line)| format!("{:08x}  {}  |", at * 16, line.join(" ")));
    let pieces = [
        base64(key.as_bytes(), B64),
        twice,
        hex.concat(),
        hex.join(" "),
        format!("0x{}", hex.join(", 0x")),
        dump.collect::<Vec<_>>().join("\n"),
        list,
        key.chars().map(|character| format!("{character}\0")).collect(),
        "H4sIAAAAAAAAA8tIzcnJBwCGphA2BQAAAA".to_owned(),
        "\n  ".to_owned(),
        "\\n".to_owned(),
        "\u{feff}OPENAI_API_KEY=".to_owned(),
        "kind: Secret\ndata:\n  a: ".to_owned(),
    ];
    let mut random = SplitMix64::new(0x82);
    for _ in 0..1500 {
        let mut bytes = Vec::new();
        for _ in 0..=random.next() % 6 {
            let piece = pieces[(random.next() % pieces.len() as u64) as usize].as_bytes();
            let start = (random.next() % piece.len() as u64) as usize;
            let start = if random.next().is_multiple_of(2) { 0 } else { start };
            let end = start + (random.next() % (piece.len() - start) as u64) as usize;
            bytes.extend_from_slice(&piece[start..=end]);
            if random.next().is_multiple_of(3) {
                bytes.extend((0..random.next() % 9).map(|_| random.next() as u8));
            }
        }
        let matches = detect(&DETECTOR, "a.txt", &bytes);
        for found in &matches.keys {
            assert!(found.place.span.end as usize <= bytes.len());
        }
        let _ = DETECTOR.passes(&bytes);
        let _ = DETECTOR.may_hold(&bytes);
    }
}
