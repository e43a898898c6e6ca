//! Writes objects and packs byte by byte: thousands at once, and such as git would never write.

use std::fs;

use gix_hash::{Kind, ObjectId, hasher};

use super::forge::{Repo, raw};

/// How a pack begins; the last four bytes are the number of its entries.
const HEADER: &[u8] = b"PACK\0\0\0\x02\0\0\0\0";

/// What stands in a pack.
pub enum Entry {
    /// A whole object: its type, its bytes.
    Whole(&'static str, Vec<u8>),
    /// A difference to the entry that begins so many bytes before.
    Before(u64, Vec<u8>),
    /// A difference to the object of this id.
    Of(String, Vec<u8>),
}

/// A pack in the making.
#[derive(Default)]
pub struct Pack {
    bytes: Vec<u8>,
    index: Vec<(Vec<u8>, u32)>,
}

impl Pack {
    /// Adds an object. Returns its id.
    pub fn add(&mut self, kind: &'static str, content: impl Into<Vec<u8>>) -> String {
        let content = content.into();
        let id = id_of(kind, &content);
        self.claim(&id, Entry::Whole(kind, content));
        id
    }

    /// Adds an entry under an id that nobody checks. Returns where it begins.
    pub fn claim(&mut self, id: &str, entry: Entry) -> u64 {
        let start = self.next();
        self.bytes.resize(HEADER.len().max(self.bytes.len()), 0);
        self.index.push((raw(id), u32::try_from(start).expect("the pack is small")));
        let (number, base, content) = match entry {
            Entry::Whole(kind, content) => {
                let kinds = ["commit", "tree", "blob", "tag"];
                (1 + kinds.iter().position(|known| *known == kind).expect("a type of git"), Vec::new(), content)
            }
            Entry::Before(distance, content) => (6, distance_bytes(distance), content),
            Entry::Of(id, content) => (7, raw(&id), content),
        };
        let mut size = content.len();
        let mut byte = (number << 4) | (size & 15);
        size >>= 4;
        while size > 0 {
            self.bytes.push(u8::try_from(byte | 0x80).expect("seven bits and one"));
            byte = size & 0x7f;
            size >>= 7;
        }
        self.bytes.push(u8::try_from(byte).expect("seven bits"));
        self.bytes.extend(base);
        self.bytes.extend(zlib(&content));
        start
    }

    /// Where the next entry begins.
    pub fn next(&self) -> u64 {
        self.bytes.len().max(HEADER.len()) as u64
    }

    /// Writes the pack and its index.
    pub fn write(mut self, repo: &Repo<'_>) {
        let count = u32::try_from(self.index.len()).expect("the pack is small");
        self.bytes[..HEADER.len()].copy_from_slice(HEADER);
        self.bytes[8..12].copy_from_slice(&count.to_be_bytes());
        let trailer = sha1(&self.bytes);
        self.bytes.extend_from_slice(&trailer);
        self.index.sort();
        let mut index = b"\xfftOc\0\0\0\x02".to_vec();
        for first in 0..=255_u8 {
            let below = self.index.iter().filter(|(id, _)| id[0] <= first).count();
            index.extend_from_slice(&u32::try_from(below).expect("the pack is small").to_be_bytes());
        }
        self.index.iter().for_each(|(id, _)| index.extend_from_slice(id));
        index.resize(index.len() + 4 * self.index.len(), 0);
        self.index.iter().for_each(|(_, start)| index.extend_from_slice(&start.to_be_bytes()));
        index.extend_from_slice(&trailer);
        let end = sha1(&index);
        index.extend_from_slice(&end);
        let name = format!(".git/objects/pack/pack-{}", ObjectId::from_bytes_or_panic(&trailer));
        repo.write(&format!("{name}.pack"), self.bytes);
        repo.write(&format!("{name}.idx"), index);
    }
}

/// A difference: the sizes that it claims, then its instructions.
pub fn delta(base: u64, result: u64, instructions: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for mut size in [base, result] {
        while size >= 0x80 {
            bytes.push(u8::try_from(size & 0x7f).expect("seven bits") | 0x80);
            size >>= 7;
        }
        bytes.push(u8::try_from(size).expect("seven bits"));
    }
    bytes.extend_from_slice(instructions);
    bytes
}

/// The instruction that copies bytes of the base, at most 16 MiB less one.
pub fn copy(from: u32, length: u32) -> Vec<u8> {
    let ([a, b, c, d], [x, y, z, _]) = (from.to_le_bytes(), length.to_le_bytes());
    vec![0xff, a, b, c, d, x, y, z]
}

/// The instructions that insert bytes.
pub fn insert(bytes: &[u8]) -> Vec<u8> {
    let one = |piece: &[u8]| [&[u8::try_from(piece.len()).expect("the pieces are small")], piece].concat();
    bytes.chunks(127).flat_map(one).collect()
}

fn distance_bytes(mut distance: u64) -> Vec<u8> {
    let mut bytes = vec![u8::try_from(distance & 0x7f).expect("seven bits")];
    distance >>= 7;
    while distance > 0 {
        distance -= 1;
        bytes.push(u8::try_from(distance & 0x7f).expect("seven bits") | 0x80);
        distance >>= 7;
    }
    bytes.reverse();
    bytes
}

fn sha1(bytes: &[u8]) -> Vec<u8> {
    let mut hash = hasher(Kind::Sha1);
    hash.update(bytes);
    hash.try_finalize().expect("no collision").as_bytes().to_vec()
}

/// The id of an object.
pub fn id_of(kind: &str, content: &[u8]) -> String {
    let whole = [format!("{kind} {}\0", content.len()).as_bytes(), content].concat();
    ObjectId::from_bytes_or_panic(&sha1(&whole)).to_string()
}

/// Zlib's format without compression.
pub fn zlib(content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x78, 0x01];
    stored(&mut bytes, content, true);
    bytes.extend_from_slice(&adler(1, content).to_be_bytes());
    bytes
}

/// Zlib's format of a text and a letter many times over, a thousandth of the size.
pub fn zlib_bomb(start: &[u8], letter: u8, times: u64) -> Vec<u8> {
    let mut bytes = vec![0x78, 0x01];
    stored(&mut bytes, start, false);
    let runs = (times - 1) / 258;
    let mut bits = Bits { bytes, hold: 0, held: 0 };
    bits.put(1, 1);
    bits.put(1, 2);
    bits.literal(letter);
    for _ in 0..runs {
        // The longest match, one byte back.
        bits.huffman(0b1100_0101, 8);
        bits.huffman(0, 5);
    }
    let left = times - 1 - runs * 258;
    (0..left).for_each(|_| bits.literal(letter));
    bits.huffman(0, 7);
    bits.put(0, 7);
    let mut bytes = bits.bytes;
    let (low, high) = (u128::from(adler(1, start) & 0xffff), u128::from(adler(1, start) >> 16));
    let (n, value) = (u128::from(times), u128::from(letter));
    let high = (high + n * low + value * (n * (n + 1) / 2)) % 65521;
    let low = (low + n * value) % 65521;
    let sum = u32::try_from((high << 16) | low).expect("two halves of sixteen bits");
    bytes.extend_from_slice(&sum.to_be_bytes());
    bytes
}

fn stored(bytes: &mut Vec<u8>, content: &[u8], last: bool) {
    let pieces: Vec<&[u8]> = if content.is_empty() { vec![&[]] } else { content.chunks(0xffff).collect() };
    for (index, piece) in pieces.iter().enumerate() {
        bytes.push(u8::from(last && index + 1 == pieces.len()));
        let length = u16::try_from(piece.len()).expect("the pieces are small");
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&(!length).to_le_bytes());
        bytes.extend_from_slice(piece);
    }
}

fn adler(start: u32, content: &[u8]) -> u32 {
    let (mut low, mut high) = (start & 0xffff, start >> 16);
    for &byte in content {
        low = (low + u32::from(byte)) % 65521;
        high = (high + low) % 65521;
    }
    (high << 16) | low
}

struct Bits {
    bytes: Vec<u8>,
    hold: u32,
    held: u32,
}

impl Bits {
    /// Appends bits, the lowest first.
    fn put(&mut self, value: u32, count: u32) {
        self.hold |= value << self.held;
        self.held += count;
        while self.held >= 8 {
            self.bytes.push(self.hold.to_le_bytes()[0]);
            self.hold >>= 8;
            self.held -= 8;
        }
    }

    /// Appends a code, its highest bit first.
    fn huffman(&mut self, code: u32, count: u32) {
        (0..count).rev().for_each(|at| self.put((code >> at) & 1, 1));
    }

    /// Appends a letter below 144 in the fixed code.
    fn literal(&mut self, letter: u8) {
        self.huffman(0x30 + u32::from(letter), 8);
    }
}

/// Stores the bytes of a loose object under an id that nobody checks.
pub fn loose(repo: &Repo<'_>, id: &str, compressed: &[u8]) {
    let path = repo.loose(id);
    fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folders can be made");
    fs::write(path, compressed).expect("a file can be written");
}

#[test]
fn git_reads_what_is_written_here() {
    let Some(forge) = super::forge::Forge::new() else { return };
    let repo = forge.repo("app");
    let mut pack = Pack::default();
    let base: Vec<u8> = b"0123456789".repeat(20_000);
    let id = pack.add("blob", base.clone());
    let text = [&base[5..150_000], b"end"].concat();
    let patch = delta(base.len() as u64, text.len() as u64, &[copy(5, 149_995), insert(b"end")].concat());
    let ids = [id_of("blob", &text), id_of("blob", b"x")];
    let start = pack.claim(&ids[0], Entry::Of(id.clone(), patch));
    let patch = delta(text.len() as u64, 1, &insert(b"x"));
    pack.claim(&ids[1], Entry::Before(pack.next() - start, patch));
    pack.write(&repo);
    assert_eq!(repo.git(&["cat-file", "blob", &id]).as_bytes(), base);
    assert_eq!(repo.git(&["cat-file", "blob", &ids[0]]).as_bytes(), text);
    assert_eq!(repo.git(&["cat-file", "blob", &ids[1]]), "x");
    let id = id_of("blob", &[&b"x"[..], &b"a".repeat(100_000)].concat());
    loose(&repo, &id, &zlib_bomb(b"blob 100001\0x", b'a', 100_000));
    assert_eq!(repo.git(&["cat-file", "blob", &id]).len(), 100_001);
}
