//! The seeds, changed at random: what the fuzzer does, without its eyes, for where there is none. The changes are the same in
//! every run. `KEYSCAN_FUZZ_ROUNDS` is how many there are for each target, `KEYSCAN_FUZZ_TARGETS` names some of them, and
//! `KEYSCAN_FUZZ_START` begins elsewhere.

use std::path::Path;
use std::time::Instant;
use std::{env, fs};

use keyscan::rules::sample::SplitMix64;

use super::{TARGETS, seeds};

/// Rounds of each target where nobody asks for more.
const ROUNDS: u64 = 30;

/// Pieces that mean something to readers and decoders.
const PIECES: [&[u8]; 32] = [
    b"{{K1}}",
    b"{{K2}}",
    b"{{K3:base64}}",
    b"{{O1}}",
    b"\"",
    b"'",
    b"\\",
    b"\n",
    b"\r\n",
    b"%2D",
    b"\\u002d",
    b"&#45;",
    b"=\n",
    b"\x1b[0m",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\0",
    b"://",
    b"{",
    b"}",
    b"[",
    b"]",
    b"${",
    b"<<E\n",
    b"/*",
    b"# ",
    b"keyscan:allow[",
    b"\" + \"",
    b"openai",
    b"\xe2\x80\xae",
    b"\xff\xff",
    b"PK\x03\x04",
];

/// Numbers of a generator.
struct Random(SplitMix64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        let digits: u64 = (0..6).fold(0, |sum, _| sum << 8 | u64::from(self.0.pick(&BYTES) as u32));
        (digits % most.max(1) as u64) as usize
    }
}

const BYTES: [u8; 128] = {
    let mut all = [0; 128];
    let mut at = 0;
    while at < all.len() {
        all[at] = at as u8;
        at += 1;
    }
    all
};

/// An input made of one or two others.
fn changed(inputs: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut bytes = inputs[random.below(inputs.len())].clone();
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len() + 1);
        let end = (at + random.below(24)).min(bytes.len());
        match random.below(8) {
            0 if at < bytes.len() => bytes[at] = random.below(256) as u8,
            1 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            2 => drop(bytes.drain(at..end)),
            3 => bytes.truncate(at),
            4 => {
                let piece = bytes[at..end].repeat(1 + random.below(30));
                drop(bytes.splice(at..at, piece));
            }
            5 => {
                let other = &inputs[random.below(inputs.len())];
                let from = random.below(other.len());
                let until = (from + random.below(200)).min(other.len());
                drop(bytes.splice(at..end, other[from..until].iter().copied()));
            }
            6 => bytes.insert(at, random.below(256) as u8),
            _ => drop(bytes.splice(at..at, PIECES[random.below(PIECES.len())].iter().copied())),
        }
        bytes.truncate(16 * 1024);
    }
    bytes
}

#[test]
fn changed_seeds_hold_what_targets_promise() {
    let number = |name: &str, default| env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let rounds = number("KEYSCAN_FUZZ_ROUNDS", ROUNDS);
    let start = number("KEYSCAN_FUZZ_START", 0);
    let wanted = env::var("KEYSCAN_FUZZ_TARGETS").unwrap_or_default();
    let files = seeds::files();
    for (name, run) in TARGETS {
        if !wanted.is_empty() && !wanted.split(',').any(|target| target == name) {
            continue;
        }
        let inputs = seeds::seeds(name, &files);
        let begun = Instant::now();
        let mut failed = 0;
        for round in start..start + rounds {
            let input = changed(&inputs, &mut Random(SplitMix64::new(round)));
            if std::panic::catch_unwind(|| run(&input)).is_err() {
                failed += 1;
                let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}-{round}"));
                fs::write(&path, &input).unwrap();
                println!("{name}: {} breaks it", path.display());
            }
        }
        println!("{name}: {rounds} rounds, {failed} failures, {} s", begun.elapsed().as_secs());
        assert_eq!(failed, 0, "{name}");
    }
}
