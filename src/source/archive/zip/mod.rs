//! Zip archives: `.zip`, `.jar`, `.whl`, `.apk`, `.docx` and all the others that are one under another name.
//!
//! Members are taken from the directory at the end, in its order; two of one name are two members. What that directory does
//! not speak of is walked from front to back, see [`walk`], and so is all of an archive that has none because it broke off.

mod records;
mod walk;

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use flate2::Crc;
use zip::read::Config;
use zip::unstable::read::ZipIterable;

use super::kind::Method;
use super::open::Unpacking;
use super::stream::{Taken, Unpacker};
use super::unused::{SHORTEST, Unused};
use super::work::{Meter, Most, Stop, UNMEASURED};
use super::{Bound, MemberPath, Seekable, Trouble, window};
use records::{Bytes, Packing};

/// What a directory lists.
struct Listed {
    /// Whether there was anything.
    read: bool,
    /// Where headers and contents of members stand, in order.
    used: Vec<Range<u64>>,
    /// Where the archive begins.
    from: u64,
    /// Whether it breaks the rules of the format.
    broken: bool,
    /// Whether no limit left something out.
    whole: bool,
}

/// A member while it is read.
struct Packed<'p> {
    packing: Packing,
    /// Where its content stands.
    start: u64,
    size: u64,
    /// Whether the archive ends inside of it.
    cut: bool,
    /// Bytes that it has unpacked, where its stream does not tell.
    length: Option<u64>,
    /// The sum of what it unpacks to.
    sum: Option<u32>,
    path: &'p MemberPath,
}

impl Unpacking<'_, '_> {
    /// Reads the members of an archive. False where it is none.
    pub(super) fn zip(&mut self, archive: &mut dyn Seekable, length: u64, path: &MemberPath, depth: u32) -> bool {
        let mut archive = archive;
        match ZipIterable::try_new(&mut archive, Config::default()) {
            Ok(zip) => {
                let mut unused = Unused::of(path);
                let listed = self.listed(zip, length, path, depth, &mut unused);
                if listed.broken && !listed.read {
                    return self.cut(&mut archive, length, path, depth);
                }
                self.unlisted(&mut archive, &listed, length, path, depth, unused);
                listed.read
            }
            Err(_) => self.cut(&mut archive, length, path, depth),
        }
    }

    /// Reads the members of an archive behind a program or script, and what stands in front of them. False where there is
    /// no archive.
    pub(super) fn appended(&mut self, archive: &mut dyn Seekable, length: u64) -> bool {
        let mut archive = archive;
        let path = MemberPath::default();
        let Ok(zip) = ZipIterable::try_new(&mut archive, Config::default()) else { return false };
        let mut unused = Unused::of(&path);
        let mut listed = self.listed(zip, length, &path, 1, &mut unused);
        listed.from = listed.used.first().map_or(length, |first| first.start);
        self.unlisted(&mut archive, &listed, length, &path, 1, unused);
        if listed.read && archive.seek(SeekFrom::Start(0)).is_ok() {
            self.leaf(&mut archive.take(listed.from), &path);
        }
        listed.read
    }

    /// Reads the members that the directory lists.
    fn listed<R: Read + Seek>(
        &mut self,
        mut zip: ZipIterable<R>,
        length: u64,
        path: &MemberPath,
        depth: u32,
        unused: &mut Unused,
    ) -> Listed {
        // Members that share bytes would let a small archive cost more work than a large one.
        let mut packed = length;
        let mut encrypted = false;
        let mut listed = Listed { read: false, used: Vec::new(), from: 0, broken: false, whole: false };
        let Ok(files) = zip.files() else { return listed };
        listed.whole = loop {
            let Some(entry) = files.next() else { break true };
            let Ok(entry) = entry else {
                listed.broken = true;
                break true;
            };
            let member = path.member(entry.name_raw());
            let size = entry.compressed_size();
            if !self.count(&member) {
                break false;
            }
            if size > packed && size <= length {
                self.trouble(&member, Trouble::Limit(Bound::Ratio));
                break false;
            }
            packed = packed.saturating_sub(size);
            let header = entry.header_start();
            let Some((start, extra)) = content_start(files.reader_mut(), header).ok().filter(|_| size <= length) else {
                self.trouble(&member, Trouble::Damaged);
                continue;
            };
            self.keep(unused, &extra);
            listed.uses(header..start.saturating_add(size));
            if entry.encrypted() {
                encrypted = true;
            } else {
                listed.read = true;
                let packed = Packed {
                    packing: Packing::of(method(&entry)),
                    start,
                    size,
                    cut: false,
                    length: Some(entry.size()),
                    sum: Some(entry.crc32()),
                    path: &member,
                };
                self.content(files.reader_mut(), &packed, depth);
            }
            if self.is_over() {
                break false;
            }
        };
        if encrypted {
            self.trouble(path, Trouble::Encrypted);
        }
        listed.read |= encrypted;
        if listed.broken && listed.read {
            self.trouble(path, Trouble::Cut);
        }
        listed.sort();
        listed
    }

    /// Reads the content of a member; says how many packed bytes it took.
    fn content(&mut self, archive: &mut (impl Read + Seek), member: &Packed<'_>, depth: u32) -> u64 {
        if member.size == 0 {
            return 0;
        }
        if archive.seek(SeekFrom::Start(member.start)).is_err() {
            self.trouble(member.path, Trouble::Damaged);
            return 0;
        }
        let mut source = archive.take(member.size).chain(End { cut: member.cut });
        let taken = Taken::default();
        match member.packing {
            Packing::Stored => {
                self.unpacked(&mut source, member, depth);
                return member.size;
            }
            Packing::Unknown => self.trouble(member.path, Trouble::Unknown),
            Packing::Stream(method) => {
                let work = self.work;
                let window = window(method).min(work.memory());
                // The smallest are not counted: no thread has to wait for another one's.
                let held = (window > UNMEASURED).then(|| work.hold(window));
                if matches!(held, Some(None)) {
                    self.trouble(member.path, Trouble::Limit(Bound::Memory));
                } else {
                    let stream = Unpacker::new(work, method, window, &mut source, &taken);
                    // Nothing else tells where such a stream ends.
                    let most = member.length.filter(|_| method == Method::ZipLzma).unwrap_or(u64::MAX);
                    self.unpacked(&mut stream.take(most), member, depth);
                }
            }
        }
        taken.bytes.get()
    }

    /// Reads what a member unpacks to.
    fn unpacked(&mut self, stream: &mut dyn Read, member: &Packed<'_>, depth: u32) {
        let most = member.size.saturating_mul(self.work.limits.archive_ratio).max(UNMEASURED);
        let mut summed = Summed { stream, sum: Crc::new(), ended: false };
        let mut content = Meter::counting(&mut summed, self.work, Most::Bytes(most));
        self.member(&mut content, None, member.path, depth);
        let stop = content.stop();
        let wrong = summed.ended && member.sum.is_some_and(|sum| sum != summed.sum.sum());
        match stop {
            Some(Stop::Limit(bound)) => self.trouble(member.path, Trouble::Limit(bound)),
            Some(Stop::Failed(_)) => self.trouble(member.path, Trouble::Damaged),
            None if wrong && !self.work.is_broken() => self.trouble(member.path, Trouble::Damaged),
            None => {}
        }
    }

    /// Reads what a directory does not speak of.
    fn unlisted(
        &mut self,
        archive: &mut dyn Seekable,
        listed: &Listed,
        length: u64,
        path: &MemberPath,
        depth: u32,
        mut unused: Unused,
    ) {
        if !listed.whole {
            return self.finish(&mut unused);
        }
        let mut bytes = Bytes::new(archive);
        let mut at = listed.from;
        for used in listed.used.iter().cloned().chain(std::iter::once(length..length)) {
            if at + SHORTEST as u64 <= used.start {
                self.walk(&mut bytes, at..used.start, path, depth, &mut unused);
            }
            at = at.max(used.end);
        }
        self.finish(&mut unused);
    }

    /// Reads an archive that has no directory, as far as it goes.
    fn cut(&mut self, archive: &mut dyn Seekable, length: u64, path: &MemberPath, depth: u32) -> bool {
        let mut bytes = Bytes::new(archive);
        let read = bytes.has_member(length);
        if read {
            let mut unused = Unused::of(path);
            self.walk(&mut bytes, 0..length, path, depth, &mut unused);
            self.finish(&mut unused);
        }
        if !self.work.is_broken() {
            self.trouble(path, if read { Trouble::Cut } else { Trouble::Damaged });
        }
        read
    }
}

impl Listed {
    /// Notes where a member stands. Those of most archives follow each other, and leave one place.
    fn uses(&mut self, place: Range<u64>) {
        match self.used.last_mut().filter(|last| follows(last, &place)) {
            Some(last) => last.end = last.end.max(place.end),
            None => self.used.push(place),
        }
    }

    /// Puts the places in order.
    fn sort(&mut self) {
        let mut places = std::mem::take(&mut self.used);
        places.sort_unstable_by_key(|place| place.start);
        places.into_iter().for_each(|place| self.uses(place));
    }
}

/// Whether there is nothing worth a look between two places.
fn follows(last: &Range<u64>, place: &Range<u64>) -> bool {
    last.start <= place.start && place.start < last.end.saturating_add(SHORTEST as u64)
}

/// What is read, with the sum of it.
struct Summed<'r> {
    stream: &'r mut dyn Read,
    sum: Crc,
    ended: bool,
}

impl Read for Summed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        self.sum.update(&buffer[..count]);
        self.ended |= count == 0 && !buffer.is_empty();
        Ok(count)
    }
}

/// The end of a member's bytes.
struct End {
    /// Whether there should be more.
    cut: bool,
}

impl Read for End {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        if self.cut { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(0) }
    }
}

/// How the directory says that a member is packed.
fn method(entry: &zip::read::ZipFileEntry<'_>) -> u16 {
    use zip::CompressionMethod as Zip;
    match entry.compression() {
        Zip::Stored => 0,
        Zip::Deflated => 8,
        Zip::BZIP2 => 12,
        Zip::LZMA => 14,
        Zip::ZSTD => 93,
        Zip::XZ => 95,
        _ => u16::MAX,
    }
}

/// Where the content of a member begins, and what stands in front of it: its own header, whose name and extra field may
/// have other lengths than in the directory. Nothing of an extra field that is too short for anything.
fn content_start(archive: &mut (impl Read + Seek), header: u64) -> io::Result<(u64, Vec<u8>)> {
    let mut fields = [0; 30];
    archive.seek(SeekFrom::Start(header))?;
    archive.read_exact(&mut fields)?;
    if !fields.starts_with(b"PK\x03\x04") {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let length = |at: usize| u16::from_le_bytes([fields[at], fields[at + 1]]);
    let (name, extra) = (u64::from(length(26)), usize::from(length(28)));
    let mut bytes = Vec::new();
    if extra >= SHORTEST {
        bytes.resize(extra, 0);
        archive.seek(SeekFrom::Start(header.saturating_add(30 + name)))?;
        archive.read_exact(&mut bytes)?;
    }
    Ok((header.saturating_add(30 + name + extra as u64), bytes))
}
