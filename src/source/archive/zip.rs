//! Zip archives: `.zip`, `.jar`, `.whl`, `.apk`, `.docx` and all the others that are one under another name.
//!
//! Members are taken from the directory at the end, in its order; two of one name are two members. Where there is no such
//! directory the archive broke off: then they are read from the front, as far as they go.

use std::io::{Cursor, Read, Seek, SeekFrom};
use std::sync::{Mutex, MutexGuard, PoisonError};

use zip::ZipReadOptions;
use zip::read::{Config, read_zipfile_from_stream};
use zip::unstable::read::ZipIterable;

use super::{
    DEEPEST, HIGHEST_RATIO, LARGEST_ARCHIVE, LARGEST_MEMBER, MOST_MEMBERS, MOST_TROUBLES, MemberPath, Trouble,
    UNMEASURED, Visit, sqlite,
};

/// Bytes that are unpacked at once.
const PIECE: usize = 64 * 1024;

/// One thread at a time holds members of nested archives, so that memory does not grow with the number of threads.
static NESTED: Mutex<()> = Mutex::new(());

/// Whether a file that begins so is a zip archive; extensions of Chrome have a signature in front of theirs.
pub(super) fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"Cr24")
}

/// An archive while it is unpacked, with what is left of its limits.
pub(super) struct Unpacking<'v, 'f> {
    visit: &'v mut Visit<'f>,
    members: u64,
    bytes: u64,
    troubles: usize,
}

/// Whether the next member may be read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Go,
    Stop,
}

impl<'v, 'f> Unpacking<'v, 'f> {
    /// With all limits unspent.
    pub(super) fn new(visit: &'v mut Visit<'f>) -> Self {
        Self { visit, members: MOST_MEMBERS, bytes: LARGEST_ARCHIVE, troubles: 0 }
    }

    /// Reads the members of an archive. False where it is none.
    pub(super) fn archive(
        &mut self,
        mut archive: impl Read + Seek,
        length: u64,
        path: &MemberPath,
        depth: usize,
    ) -> bool {
        match ZipIterable::try_new(&mut archive, Config::default()) {
            Ok(zip) => self.listed(zip, length, path, depth),
            Err(_) => archive.seek(SeekFrom::Start(0)).is_ok() && self.unlisted(&mut archive, length, path, depth),
        }
    }

    /// Reads the members that the directory lists.
    fn listed<R: Read + Seek>(
        &mut self,
        mut zip: ZipIterable<R>,
        length: u64,
        path: &MemberPath,
        depth: usize,
    ) -> bool {
        // Members that share bytes would let a small archive cost more work than a large one.
        let mut packed = length;
        let (mut read, mut encrypted) = (false, false);
        let Ok(files) = zip.files() else { return false };
        while let Some(entry) = files.next() {
            let Ok(entry) = entry else {
                self.trouble(path, if read { Trouble::Cut } else { Trouble::Damaged });
                break;
            };
            let member = path.member(entry.name_raw());
            let size = entry.compressed_size();
            if self.members == 0 || (size > packed && size <= length) {
                self.trouble(&member, Trouble::Limit);
                break;
            }
            self.members -= 1;
            packed = packed.saturating_sub(size);
            if size > length {
                self.trouble(&member, Trouble::Damaged);
            } else if entry.is_dir() {
                read = true;
            } else if entry.encrypted() {
                encrypted = true;
            } else {
                match entry.with_reader(files.reader_mut(), ZipReadOptions::new()) {
                    Ok(file) => {
                        read = true;
                        if self.member(file, size, &member, depth) == Next::Stop {
                            break;
                        }
                    }
                    Err(_) => self.trouble(&member, Trouble::Damaged),
                }
            }
        }
        if encrypted {
            self.trouble(path, Trouble::Encrypted);
        }
        read || encrypted
    }

    /// Reads the members one behind the other, as far as they go.
    fn unlisted(&mut self, archive: &mut impl Read, length: u64, path: &MemberPath, depth: usize) -> bool {
        let mut read = false;
        while self.members > 0 {
            let Ok(Some(file)) = read_zipfile_from_stream(archive) else { break };
            self.members -= 1;
            let member = path.member(file.name_raw());
            let size = file.compressed_size().min(length);
            if file.is_dir() {
                continue;
            }
            read = true;
            if self.member(file, size, &member, depth) == Next::Stop {
                break;
            }
        }
        self.trouble(path, if read { Trouble::Cut } else { Trouble::Damaged });
        read
    }

    /// Unpacks a member of `size` packed bytes and hands it on.
    fn member(&mut self, file: impl Read, size: u64, path: &MemberPath, depth: usize) -> Next {
        let _alone: Option<MutexGuard<'_, ()>> =
            (depth == 2).then(|| NESTED.lock().unwrap_or_else(PoisonError::into_inner));
        let (bytes, trouble) = self.unpack(file, size);
        if !bytes.is_empty() && !self.nested(&bytes, path, depth) {
            (self.visit)(path, Ok(&bytes));
        }
        if let Some(trouble) = trouble {
            self.trouble(path, trouble);
        }
        if self.bytes == 0 { Next::Stop } else { Next::Go }
    }

    /// Whether a member is an archive that could be opened in its turn.
    fn nested(&mut self, bytes: &[u8], path: &MemberPath, depth: usize) -> bool {
        if sqlite::is_database(bytes) {
            return sqlite::tables(Cursor::new(bytes), bytes.len() as u64, path, self.visit);
        }
        if !is_zip(bytes) {
            return false;
        }
        if depth == DEEPEST {
            self.trouble(path, Trouble::Limit);
            return false;
        }
        self.archive(Cursor::new(bytes), bytes.len() as u64, path, depth + 1)
    }

    /// The content of a member, as far as it can be unpacked and the limits allow.
    fn unpack(&mut self, mut file: impl Read, size: u64) -> (Vec<u8>, Option<Trouble>) {
        let ratio = size.saturating_mul(HIGHEST_RATIO).max(UNMEASURED);
        let most = LARGEST_MEMBER.min(self.bytes).min(ratio);
        let mut bytes = Vec::new();
        let mut piece = vec![0; PIECE];
        let trouble = loop {
            match file.read(&mut piece) {
                Ok(0) => break None,
                Ok(count) => {
                    let room = usize::try_from(most).unwrap_or(usize::MAX) - bytes.len();
                    bytes.extend_from_slice(&piece[..count.min(room)]);
                    if count > room {
                        break Some(Trouble::Limit);
                    }
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => break Some(Trouble::Damaged),
            }
        };
        self.bytes -= bytes.len() as u64;
        (bytes, trouble)
    }

    /// Says that something was not read; of very many members only once more, of the archive.
    fn trouble(&mut self, path: &MemberPath, trouble: Trouble) {
        self.troubles += 1;
        match self.troubles {
            0..=MOST_TROUBLES => (self.visit)(path, Err(trouble)),
            number if number == MOST_TROUBLES + 1 => (self.visit)(&MemberPath::default(), Err(trouble)),
            _ => {}
        }
    }
}
