//! Archives, any bytes or put together from the input: never more than the limits, the same twice, and everything under the
//! name of the archive.

use std::io::{Cursor, Write};
use std::sync::Mutex;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use keyscan::detect::redact_text;
use keyscan::model::{Blob, Limits};
use keyscan::source;

use super::check;
use super::input::{Input, detector};

/// Names that streams are called by.
pub const NAMES: [&str; 16] = [
    "a.zip", "a.tar", "a.tar.gz", "a.tgz", "a.gz", "a.bz2", "a.xz", "a.zst", "a.tar.xz", "a.jar", "a.whl", "a.docx",
    "a.db", "a.pyc", "a.bin", "a",
];

/// Limits that a small input can reach.
const LIMITS: Limits = Limits {
    member_size: 64 * 1024,
    archive_size: 256 * 1024,
    archive_ratio: 20,
    archive_members: 100,
    archive_depth: 3,
    decode_depth: 3,
    decode_size: 64 * 1024 * 1024,
};

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let name = input.pick(&NAMES);
    let bytes = match input.byte() % 5 {
        0 | 1 => input.0.to_vec(),
        2 => zip(&mut input, 0),
        3 => tar(&mut input),
        _ => gzip(&tar(&mut input)),
    };
    let once = read(name, &bytes);
    assert_eq!(once, read(name, &bytes), "two readings differ");
}

/// What is handed on of a stream: paths, lengths and sums of the blobs, and what is skipped.
fn read(name: &str, bytes: &[u8]) -> Vec<String> {
    let seen = Mutex::new((0_u64, Vec::new()));
    let sink = |blob: &Blob<'_>| {
        let mut seen = seen.lock().unwrap();
        let core = &blob.bytes[blob.core.clone()];
        seen.0 += core.len() as u64;
        let path = &blob.origin.path.text;
        assert!(path.starts_with(name), "a blob under another name");
        let sum = core.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
        seen.1.push(format!("{path} {} {sum}", core.len()));
        if blob.bytes.len() < 1 << 16 && detector().passes(blob.bytes) {
            check::matches(blob, &detector().detect(blob), 3);
        }
    };
    let outcome = source::stdin(Cursor::new(bytes), Some(name), None, LIMITS, &|_| true, &redact_text, &sink);
    let (total, mut seen) = seen.into_inner().unwrap();
    assert!(total <= LIMITS.archive_size + bytes.len() as u64, "{total} bytes are handed on");
    assert!(outcome.skipped.len() <= 10_000, "too much is listed");
    seen.extend(outcome.skipped.iter().map(|skipped| format!("{skipped:?}")));
    seen
}

/// A zip archive of records: name, flags, content. Archives may lie in it.
fn zip(input: &mut Input<'_>, depth: u32) -> Vec<u8> {
    let (mut zip, mut directory, mut count) = (Vec::new(), Vec::new(), 0_u16);
    while !input.0.is_empty() && count < 40 {
        let flags = input.byte();
        let length = usize::from(input.byte() % 64);
        let name = input.take(length).to_vec();
        let content = match flags >> 6 {
            3 if depth < 4 => zip_of_rest(input, depth),
            2 => gzip(&super::input::expand(input.record())),
            _ => super::input::expand(input.record()),
        };
        let packed = if flags & 1 == 0 { content.clone() } else { deflate(&content) };
        // What the directory says may be wrong.
        let lie = u32::from(flags >> 1 & 3);
        let mut sizes = (0x1000_u32 * lie).to_le_bytes().to_vec();
        sizes.extend_from_slice(&((packed.len() as u32) + (lie == 3) as u32).to_le_bytes());
        sizes.extend_from_slice(&((content.len() as u32) ^ lie).to_le_bytes());
        let method = u16::from(flags & 1) * 8;
        let bits = u16::from(flags >> 3 & 1) | u16::from(flags >> 4 & 1) << 3;
        let mut common = Vec::new();
        for number in [20, bits, method, 0, 0] {
            common.extend_from_slice(&u16::to_le_bytes(number));
        }
        common.extend_from_slice(&sizes);
        common.extend_from_slice(&(name.len() as u16).to_le_bytes());
        common.extend_from_slice(&0_u16.to_le_bytes());
        directory.extend_from_slice(b"PK\x01\x02\x14\x00");
        directory.extend_from_slice(&common);
        directory.extend_from_slice(&[0; 10]);
        let at = if flags & 32 == 0 { zip.len() } else { 0 };
        directory.extend_from_slice(&(at as u32).to_le_bytes());
        directory.extend_from_slice(&name);
        zip.extend_from_slice(b"PK\x03\x04");
        zip.extend_from_slice(&common);
        zip.extend_from_slice(&name);
        zip.extend_from_slice(&packed);
        count += 1;
    }
    let start = zip.len() as u32;
    zip.extend_from_slice(&directory);
    zip.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    for number in [count, count] {
        zip.extend_from_slice(&number.to_le_bytes());
    }
    zip.extend_from_slice(&(directory.len() as u32).to_le_bytes());
    zip.extend_from_slice(&start.to_le_bytes());
    zip.extend_from_slice(&[0, 0]);
    zip
}

fn zip_of_rest(input: &mut Input<'_>, depth: u32) -> Vec<u8> {
    let mut inner = Input(input.record());
    zip(&mut inner, depth + 1)
}

/// A tar archive of records: kind, name, content.
fn tar(input: &mut Input<'_>) -> Vec<u8> {
    let mut tar = Vec::new();
    while !input.0.is_empty() && tar.len() < 1 << 20 {
        let kind = input.pick(b"00000025LKxg1S7");
        let lie = input.byte();
        let length = usize::from(input.byte() % 100);
        let name = input.take(length).to_vec();
        let content = super::input::expand(input.record());
        let mut header = [0_u8; 512];
        header[..name.len()].copy_from_slice(&name);
        header[100..108].copy_from_slice(b"0000644\0");
        let size = content.len() + usize::from(lie >> 6) * 300;
        header[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
        header[156] = kind;
        header[257..265].copy_from_slice(b"ustar\x0000");
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum::<u32>() + u32::from(lie & 15 == 15);
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        tar.extend_from_slice(&header);
        tar.extend_from_slice(&content);
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    tar.resize(tar.len() + 1024, 0);
    tar
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}
