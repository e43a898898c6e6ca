//! Archives as blobs: what is in them is read, however they are packed, and hostile ones cost little.

mod ar;
mod hostile;
mod images;
mod limits;
mod nested;
mod stream;
mod tar;
mod zip;

use std::io::{Cursor, Write};

use ::zip::write::SimpleFileOptions;
use ::zip::{CompressionMethod, ZipWriter};
use keyscan::model::Limits;

use super::*;

/// A sound archive, packed.
fn packed(members: &[(&str, &[u8])]) -> Vec<u8> {
    written(CompressionMethod::Deflated, members)
}

fn written(method: CompressionMethod, members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, content) in members {
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// An archive of members as they are, whatever they are called and say of themselves.
#[derive(Default)]
struct Raw {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

impl Raw {
    fn member(mut self, name: &[u8], content: &[u8]) -> Self {
        let at = self.bytes.len();
        let header = header(name, content, 0);
        self.bytes.extend([&b"PK\x03\x04"[..], &header, name, content].concat());
        self.listed(name, content, at, 0)
    }

    /// Lists a member again, at any place and with any flags.
    fn listed(mut self, name: &[u8], content: &[u8], at: usize, flags: u16) -> Self {
        self.directory.extend(b"PK\x01\x02\x14\x00");
        self.directory.extend(header(name, content, flags));
        self.directory.extend([0; 10]);
        self.directory.extend((at as u32).to_le_bytes());
        self.directory.extend(name);
        self.count += 1;
        self
    }

    fn finish(mut self) -> Vec<u8> {
        let at = self.bytes.len() as u32;
        self.bytes.extend(&self.directory);
        self.bytes.extend(b"PK\x05\x06\x00\x00\x00\x00");
        self.bytes.extend([self.count.to_le_bytes(), self.count.to_le_bytes()].concat());
        self.bytes.extend([(self.directory.len() as u32).to_le_bytes(), at.to_le_bytes()].concat());
        self.bytes.extend([0, 0]);
        self.bytes
    }
}

/// What the headers of a stored member share: from the version needed to the lengths of its name and extra field.
fn header(name: &[u8], content: &[u8], flags: u16) -> Vec<u8> {
    let mut header = vec![20, 0];
    header.extend(flags.to_le_bytes());
    header.extend([0, 0, 0, 0, 0x21, 0]);
    header.extend(crc32(content).to_le_bytes());
    header.extend((content.len() as u32).to_le_bytes());
    header.extend((content.len() as u32).to_le_bytes());
    header.extend((name.len() as u16).to_le_bytes());
    header.extend([0, 0]);
    header
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

/// What a scan with the needle's gate says of one archive, which was asked for by its folder alone.
fn read(name: &str, archive: &[u8]) -> (Vec<String>, Vec<(String, SkipReason)>) {
    let tree = folder(&[]);
    fs::write(tree.path().join(name), archive).unwrap();
    of(&at(tree.path()))
}

fn of(options: &Options) -> (Vec<String>, Vec<(String, SkipReason)>) {
    let (blobs, outcome) = try_scan(options, gate).unwrap();
    let any_limit = |reason: SkipReason| if reason.limit().is_some() { SkipReason::Limit } else { reason };
    let skipped =
        outcome.skipped.iter().map(|skipped| (skipped.path.text.clone(), any_limit(skipped.reason))).collect();
    (blobs.into_iter().map(|blob| blob.path).collect(), skipped)
}

fn none() -> Vec<(String, SkipReason)> {
    Vec::new()
}

/// Ways to pack a stream, by the end of the name.
const METHODS: [&str; 5] = ["gz", "bz2", "xz", "lzma", "zst"];

/// A stream packed in one of them.
fn stream(method: &str, content: &[u8]) -> Vec<u8> {
    use lzma_rust2::{LzmaOptions, LzmaWriter, XzOptions, XzWriter};
    fn write(mut writer: impl Write, content: &[u8]) {
        writer.write_all(content).unwrap();
        writer.flush().unwrap();
    }
    let mut packed = Vec::new();
    match method {
        "gz" => write(flate2::write::GzEncoder::new(&mut packed, flate2::Compression::default()), content),
        "bz2" => write(bzip2::write::BzEncoder::new(&mut packed, bzip2::Compression::default()), content),
        "xz" => {
            let mut writer = XzWriter::new(&mut packed, XzOptions::with_preset(1)).unwrap();
            writer.write_all(content).unwrap();
            writer.finish().unwrap();
        }
        "lzma" => {
            let mut writer = LzmaWriter::new_use_header(&mut packed, &LzmaOptions::with_preset(1), None).unwrap();
            writer.write_all(content).unwrap();
            writer.finish().unwrap();
        }
        "zst" => packed = ruzstd::encoding::compress_to_vec(content, ruzstd::encoding::CompressionLevel::Fastest),
        _ => unreachable!("{method}"),
    }
    packed
}

/// A sound tar archive.
fn tarred(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = ::tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append_data(&mut header, name, *content).unwrap();
    }
    tar.into_inner().unwrap()
}

/// Bytes that hardly pack, the same for the same length.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

/// What limits there are, one of them changed.
fn limited(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

/// What a scan within limits says of one archive.
fn read_within(limits: Limits, name: &str, archive: &[u8]) -> (Vec<String>, Vec<(String, SkipReason)>) {
    let tree = folder(&[]);
    fs::write(tree.path().join(name), archive).unwrap();
    of(&Options { limits, ..at(tree.path()) })
}

fn limit(path: &str) -> Vec<(String, SkipReason)> {
    vec![(path.to_owned(), SkipReason::Limit)]
}
