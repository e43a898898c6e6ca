//! Sorts the literals of the prefilter into the buckets of the packed search, so that text rarely looks like one of a bucket:
//! `cargo run --release --example buckets FOLDER…` prints `src/detect/buckets.rs` for text like that in the folders.
//!
//! The search compares the low and the high halves of a few bytes with those of a whole bucket, so what counts is which
//! literals share one. Pairs are exchanged as long as that makes bytes that look like a bucket, but are none of it, rarer.
#![allow(clippy::print_stdout)]

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use keyscan::detect::Detector;
use keyscan::rules::Rules;

/// How many of the most frequent groups of bytes are looked at.
const GROUPS: usize = 40_000;
/// Bytes that are read, and the largest file.
const MOST: usize = 100_000_000;
const LARGEST: u64 = 500_000;
/// Every so many files is read, so that all folders have their share.
const EVERY: usize = 9;

type Counted = Vec<([u8; 4], u64)>;

fn main() {
    let mut text = Vec::new();
    let mut seen = 0;
    for folder in std::env::args().skip(1) {
        read(Path::new(&folder), &mut text, &mut seen);
    }
    let mut counts: HashMap<[u8; 4], u64> = HashMap::new();
    for four in text.windows(4).step_by(5) {
        *counts.entry([four[0], four[1], four[2], four[3]]).or_default() += 1;
    }
    let mut counted: Counted = counts.into_iter().collect();
    counted.sort_by_key(|(four, count)| (std::cmp::Reverse(*count), *four));
    counted.truncate(GROUPS);

    let rules = Rules::builtin();
    let detector = Detector::new(&rules);
    let (mut short, mut long): (Vec<&[u8]>, Vec<&[u8]>) = detector.literals().partition(|literal| literal.len() == 3);
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

/// The literals in buckets of equal size, as they share them best.
fn sorted<'l>(literals: &mut Vec<&'l [u8]>, number: usize, bytes: usize, counted: &Counted) -> Vec<Vec<&'l [u8]>> {
    literals.sort_unstable();
    let mut buckets: Vec<Vec<&[u8]>> = vec![Vec::new(); number];
    for (index, literal) in literals.iter().enumerate() {
        buckets[index * number / literals.len()].push(literal);
    }
    let mut costs: Vec<u64> = buckets.iter().map(|bucket| cost(bucket, bytes, counted)).collect();
    loop {
        let before: u64 = costs.iter().sum();
        for one in 0..number {
            for other in one + 1..number {
                for left in 0..buckets[one].len() {
                    for right in 0..buckets[other].len() {
                        exchange(&mut buckets, (one, left), (other, right));
                        let now = [one, other].map(|bucket| cost(&buckets[bucket], bytes, counted));
                        if now[0] + now[1] < costs[one] + costs[other] {
                            (costs[one], costs[other]) = (now[0], now[1]);
                        } else {
                            exchange(&mut buckets, (one, left), (other, right));
                        }
                    }
                }
            }
        }
        if costs.iter().sum::<u64>() == before {
            return buckets;
        }
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
    let is_like = |four: &[u8; 4]| four.iter().zip(&like).all(|(byte, like)| like[usize::from(*byte)]);
    let often: u64 = counted.iter().filter(|(four, _)| is_like(four)).map(|(_, count)| count).sum();
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
