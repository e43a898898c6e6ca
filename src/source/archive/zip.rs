//! Zip archives: `.zip`, `.jar`, `.whl`, `.apk`, `.docx` and all the others that are one under another name.
//!
//! Members are taken from the directory at the end, in its order; two of one name are two members. Where there is no such
//! directory the archive broke off: then they are read from the front, as far as they go.

use std::io::{self, Read, Seek, SeekFrom};

use zip::read::{Config, ZipFileEntry, read_zipfile_from_stream};
use zip::unstable::read::ZipIterable;
use zip::{CompressionMethod, ZipReadOptions};

use super::kind::Method;
use super::open::Unpacking;
use super::stream::{Taken, Unpacker};
use super::work::{Meter, Most, Stop, UNMEASURED};
use super::{Bound, MemberPath, Seekable, Trouble, window};

/// Ways to pack a member that are left to [`super::stream`]: the library has them, too, with no bound on memory.
const PACKED: [(CompressionMethod, Method); 3] = [
    (CompressionMethod::BZIP2, Method::Bzip2),
    (CompressionMethod::ZSTD, Method::Zstd),
    (CompressionMethod::XZ, Method::Xz),
];

impl Unpacking<'_, '_> {
    /// Reads the members of an archive. False where it is none.
    pub(super) fn zip(&mut self, archive: &mut dyn Seekable, length: u64, path: &MemberPath, depth: u32) -> bool {
        let mut archive = archive;
        match ZipIterable::try_new(&mut archive, Config::default()) {
            Ok(zip) => self.listed(zip, length, path, depth).0,
            Err(_) => archive.seek(SeekFrom::Start(0)).is_ok() && self.unlisted(&mut archive, length, path, depth),
        }
    }

    /// Reads the members of an archive behind a program or script, and what stands in front of them. False where there is
    /// no archive.
    pub(super) fn appended(&mut self, archive: &mut dyn Seekable, length: u64) -> bool {
        let mut archive = archive;
        let path = MemberPath::default();
        let Ok(zip) = ZipIterable::try_new(&mut archive, Config::default()) else { return false };
        let (read, front) = self.listed(zip, length, &path, 1);
        if read && archive.seek(SeekFrom::Start(0)).is_ok() {
            self.leaf(&mut archive.take(front), &path);
        }
        read
    }

    /// Reads the members that the directory lists; says where the first of them begins.
    fn listed<R: Read + Seek>(
        &mut self,
        mut zip: ZipIterable<R>,
        length: u64,
        path: &MemberPath,
        depth: u32,
    ) -> (bool, u64) {
        // Members that share bytes would let a small archive cost more work than a large one.
        let mut packed = length;
        let (mut read, mut encrypted, mut front) = (false, false, length);
        let Ok(files) = zip.files() else { return (false, front) };
        while let Some(entry) = files.next() {
            let Ok(entry) = entry else {
                self.trouble(path, if read { Trouble::Cut } else { Trouble::Damaged });
                break;
            };
            let member = path.member(entry.name_raw());
            let size = entry.compressed_size();
            if !self.count(&member) {
                break;
            }
            if size > packed && size <= length {
                self.trouble(&member, Trouble::Limit(Bound::Ratio));
                break;
            }
            front = front.min(entry.header_start());
            packed = packed.saturating_sub(size);
            if size > length {
                self.trouble(&member, Trouble::Damaged);
            } else if entry.is_dir() {
                read = true;
            } else if entry.encrypted() {
                encrypted = true;
            } else if self.entry(entry, files.reader_mut(), &member, depth) {
                read = true;
            } else {
                self.trouble(&member, Trouble::Damaged);
            }
            if self.is_over() {
                break;
            }
        }
        if encrypted {
            self.trouble(path, Trouble::Encrypted);
        }
        (read || encrypted, front)
    }

    /// Reads a member that the directory lists. False where there is none.
    fn entry(
        &mut self,
        entry: ZipFileEntry<'_>,
        archive: &mut (impl Read + Seek),
        path: &MemberPath,
        depth: u32,
    ) -> bool {
        let size = entry.compressed_size();
        if let Some((_, method)) = PACKED.iter().find(|(packed, _)| *packed == entry.compression()) {
            let Ok(start) = content_start(archive, entry.header_start()) else { return false };
            if archive.seek(SeekFrom::Start(start)).is_err() {
                return false;
            }
            self.packed_member(*method, &mut archive.take(size), size, path, depth);
            return true;
        }
        match entry.with_reader(archive, ZipReadOptions::new()) {
            Ok(mut file) => {
                self.unpacked(&mut file, size, path, depth);
                true
            }
            Err(_) => false,
        }
    }

    /// Reads a member that is packed as a stream of its own.
    fn packed_member(&mut self, method: Method, source: &mut dyn Read, size: u64, path: &MemberPath, depth: u32) {
        let work = self.work;
        let window = window(method).min(work.memory());
        let Some(_held) = work.hold(window) else { return self.trouble(path, Trouble::Limit(Bound::Memory)) };
        let taken = Taken::default();
        self.unpacked(&mut Unpacker::new(work, method, window, source, &taken), size, path, depth);
    }

    /// Reads the members one behind the other, as far as they go.
    fn unlisted(&mut self, archive: &mut impl Read, length: u64, path: &MemberPath, depth: u32) -> bool {
        let mut read = false;
        while !self.is_over() {
            let Ok(Some(mut file)) = read_zipfile_from_stream(archive) else { break };
            let member = path.member(file.name_raw());
            let size = file.compressed_size().min(length);
            if !self.count(&member) {
                break;
            }
            if file.is_dir() {
                continue;
            }
            read = true;
            self.unpacked(&mut file, size, &member, depth);
        }
        if !self.work.is_broken() {
            self.trouble(path, if read { Trouble::Cut } else { Trouble::Damaged });
        }
        read
    }

    /// Reads a member of `size` packed bytes.
    fn unpacked(&mut self, file: &mut dyn Read, size: u64, path: &MemberPath, depth: u32) {
        let most = size.saturating_mul(self.work.limits.archive_ratio).max(UNMEASURED);
        let mut content = Meter::counting(file, self.work, Most::Bytes(most));
        self.member(&mut content, None, path, depth);
        match content.stop() {
            Some(Stop::Limit(bound)) => self.trouble(path, Trouble::Limit(bound)),
            Some(Stop::Failed(_)) => self.trouble(path, Trouble::Damaged),
            None => {}
        }
    }
}

/// Where the content of a member begins: behind its own header, whose name and extra field may have other lengths than in
/// the directory.
fn content_start(archive: &mut (impl Read + Seek), header: u64) -> io::Result<u64> {
    let mut fields = [0; 30];
    archive.seek(SeekFrom::Start(header))?;
    archive.read_exact(&mut fields)?;
    let length = |at: usize| u64::from(u16::from_le_bytes([fields[at], fields[at + 1]]));
    Ok(header.saturating_add(30 + length(26) + length(28)))
}
