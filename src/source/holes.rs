//! Holes of sparse files: zeros that no disk holds and nobody has to read. A virtual disk of a terabyte may hold some
//! megabytes, and a file of four gigabytes of nothing is made in no time.

use std::fs::{File, Metadata};
use std::ops::Range;

/// Whether a file may have holes: it takes less room than it is long.
pub(super) fn may_have(metadata: &Metadata) -> bool {
    system::room(metadata).is_some_and(|room| room < metadata.len())
}

/// Whether a stretch of a file is one hole. Moves the file's cursor.
pub(super) fn covers(file: &File, stretch: Range<u64>) -> bool {
    system::data_from(file, stretch.start).is_some_and(|data| data >= stretch.end)
}

#[cfg(any(target_os = "linux", target_os = "android", target_os = "macos", target_os = "freebsd"))]
mod system {
    use std::fs::{File, Metadata};
    use std::os::unix::fs::MetadataExt;

    use rustix::fs::{SeekFrom, seek};
    use rustix::io::Errno;

    pub(super) fn room(metadata: &Metadata) -> Option<u64> {
        Some(metadata.blocks().saturating_mul(512))
    }

    /// Where the next bytes stand that a disk holds; the end of all files where there are none.
    pub(super) fn data_from(file: &File, offset: u64) -> Option<u64> {
        match seek(file, SeekFrom::Data(offset)) {
            Ok(data) => Some(data),
            Err(Errno::NXIO) => Some(u64::MAX),
            Err(_) => None,
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos", target_os = "freebsd")))]
mod system {
    use std::fs::{File, Metadata};

    pub(super) fn room(_metadata: &Metadata) -> Option<u64> {
        None
    }

    pub(super) fn data_from(_file: &File, _offset: u64) -> Option<u64> {
        None
    }
}
