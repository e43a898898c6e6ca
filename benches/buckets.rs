//! Sorts the literals of the prefilter into the buckets of the packed search, so that text rarely looks like one of a bucket:
//! `cargo run --release --example buckets FOLDER…` prints `src/detect/buckets.rs` for text like that in the folders.
//!
//! The search compares the low and the high halves of a few bytes with those of a whole bucket, so what counts is which
//! literals share one: bytes that look like a bucket, but are none of it, are to be rare.
#![allow(clippy::print_stdout)]

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use keyscan::detect::Detector;
use keyscan::rules::Rules;

/// How many of the most frequent groups of bytes are looked at.
const GROUPS: usize = 1_000_000;
/// Exchanges that are tried.
const STEPS: u32 = 1_000_000;
/// Bytes that are read, and the largest file.
const MOST: usize = 100_000_000;
const LARGEST: u64 = 500_000;
/// Every so many files is read, so that all folders have their share.
const EVERY: usize = 11;

/// How often groups of four bytes stand in the text: the last two of each, sorted by the first two.
struct Counted {
    groups: Vec<([u8; 2], u64)>,
    /// Where the groups begin that start with these two bytes, and where the last ends.
    starts: Vec<usize>,
}

impl Counted {
    fn new(text: &[u8]) -> Self {
        let mut counts: HashMap<[u8; 4], u64> = HashMap::new();
        for four in text.windows(4).step_by(3) {
            *counts.entry([four[0], four[1], four[2], four[3]]).or_default() += 1;
        }
        let mut counted: Vec<([u8; 4], u64)> = counts.into_iter().collect();
        counted.sort_by_key(|(four, count)| (std::cmp::Reverse(*count), *four));
        counted.truncate(GROUPS);
        counted.sort_unstable();
        let starts_below =
            |two: usize| counted.partition_point(|(four, _)| usize::from(four[0]) << 8 | usize::from(four[1]) < two);
        let starts = (0..=1 << 16).map(starts_below).collect();
        Self { groups: counted.into_iter().map(|(four, count)| ([four[2], four[3]], count)).collect(), starts }
    }
}

fn main() {
    let mut text = Vec::new();
    let mut seen = 0;
    for folder in std::env::args().skip(1) {
        read(Path::new(&folder), &mut text, &mut seen);
    }
    let rules = Rules::builtin();
    let detector = Detector::new(&rules);
    let (mut short, mut long): (Vec<&[u8]>, Vec<&[u8]>) = detector.literals().partition(|literal| literal.len() == 3);
    let counted = Counted::new(&text);
    println!("//! Which literals of the prefilter share a bucket. Written by `benches/buckets.rs`; do not edit.\n");
    println!("/// Literals of three bytes.\npub(super) const SHORT: [&[&[u8]]; 8] = [");
    print(&sorted(&mut short, 8, 3, &counted));
    println!("];\n\n/// Longer ones.\npub(super) const LONG: [&[&[u8]]; 16] = [");
    print(&sorted(&mut long, 16, 4, &counted));
    println!("];");
}

fn read(path: &Path, text: &mut Vec<u8>, seen: &mut usize) {
    let mut entries: Vec<_> = fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for entry in entries {
        let Ok(metadata) = fs::symlink_metadata(&entry) else { continue };
        if metadata.is_dir() {
            read(&entry, text, seen);
        } else if metadata.is_file() && metadata.len() <= LARGEST && text.len() < MOST {
            *seen += 1;
            if seen.is_multiple_of(EVERY) {
                text.extend(fs::read(&entry).unwrap_or_default());
            }
        }
    }
}

/// The literals in buckets of equal size, as they share them best: pairs are exchanged by simulated annealing, which ends
/// with a tenth of the false alarms of exchanges that only ever better it.
fn sorted<'l>(literals: &mut Vec<&'l [u8]>, number: usize, bytes: usize, counted: &Counted) -> Vec<Vec<&'l [u8]>> {
    literals.sort_unstable();
    let mut buckets: Vec<Vec<&[u8]>> = vec![Vec::new(); number];
    for (index, literal) in literals.iter().enumerate() {
        buckets[index * number / literals.len()].push(literal);
    }
    let mut costs: Vec<u64> = buckets.iter().map(|bucket| cost(bucket, bytes, counted)).collect();
    let mut sum: u64 = costs.iter().sum();
    let mut best = (sum, buckets.clone());
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let hot = sum as f64 * 0.01;
    for step in 0..STEPS {
        let heat = hot * (1.0 - f64::from(step) / f64::from(STEPS)).powi(3) + 1.0;
        let (one, other) = (random.below(number), random.below(number));
        if one == other {
            continue;
        }
        let (left, right) = (random.below(buckets[one].len()), random.below(buckets[other].len()));
        exchange(&mut buckets, (one, left), (other, right));
        let now = [one, other].map(|bucket| cost(&buckets[bucket], bytes, counted));
        let (was, is) = (costs[one] + costs[other], now[0] + now[1]);
        let worse = is.saturating_sub(was) as f64;
        if is <= was || random.fraction() < (-worse / heat).exp() {
            (costs[one], costs[other]) = (now[0], now[1]);
            sum = sum + is - was;
            if sum < best.0 {
                best = (sum, buckets.clone());
            }
        } else {
            exchange(&mut buckets, (one, left), (other, right));
        }
    }
    best.1
}

/// The same numbers in each run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, number: usize) -> usize {
        usize::try_from(self.next() % number as u64).expect("below a usize")
    }

    fn fraction(&mut self) -> f64 {
        (self.next() % 1_000_000) as f64 / 1e6
    }
}

fn exchange(buckets: &mut [Vec<&[u8]>], (one, left): (usize, usize), (other, right): (usize, usize)) {
    let literal = buckets[one][left];
    buckets[one][left] = std::mem::replace(&mut buckets[other][right], literal);
}

/// How often text looks like a literal of the bucket, and how many have to be compared then.
fn cost(bucket: &[&[u8]], bytes: usize, counted: &Counted) -> u64 {
    let mut like = [[true; 256]; 4];
    for (at, like) in like.iter_mut().enumerate().take(bytes) {
        let (mut low, mut high) = ([false; 16], [false; 16]);
        for literal in bucket {
            low[usize::from(literal[at] & 15)] = true;
            high[usize::from(literal[at] >> 4)] = true;
        }
        for (byte, like) in like.iter_mut().enumerate() {
            *like = low[byte & 15] && high[byte >> 4];
        }
    }
    let mut often = 0;
    for first in (0..256).filter(|&first| like[0][first]) {
        for second in (0..256).filter(|&second| like[1][second]) {
            let group = first << 8 | second;
            for (behind, count) in &counted.groups[counted.starts[group]..counted.starts[group + 1]] {
                if like[2][usize::from(behind[0])] && like[3][usize::from(behind[1])] {
                    often += count;
                }
            }
        }
    }
    often * (bucket.len() as u64 + 3)
}

fn print(buckets: &[Vec<&[u8]>]) {
    for bucket in buckets {
        let mut bucket = bucket.clone();
        bucket.sort_unstable();
        // No scanner is to take this file for a find.
        let text = |literal: &&[u8]| {
            let (head, tail) = literal.split_at(2);
            match literal.len() {
                8.. => format!("concat!(\"{}\", \"{}\").as_bytes()", head.escape_ascii(), tail.escape_ascii()),
                _ => format!("b\"{}\"", literal.escape_ascii()),
            }
        };
        println!("    &[{}],", bucket.iter().map(text).collect::<Vec<_>>().join(", "));
    }
}
