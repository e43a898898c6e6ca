//! Opening files in a tree that somebody else filled: never through a link, never waiting for a pipe.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// What stands at a path.
pub(super) enum Opened {
    /// A regular file.
    Regular(File, Metadata),
    /// A symbolic link, not followed.
    Symlink,
    /// A directory, device, socket or pipe.
    Special,
}

/// Opens a regular file for reading, and says what it is if it is anything else.
pub(super) fn open(path: &Path) -> io::Result<Opened> {
    let mut options = OpenOptions::new();
    options.read(true);
    if !flags::guard(&mut options) {
        let kind = path.symlink_metadata()?.file_type();
        if kind.is_symlink() {
            return Ok(Opened::Symlink);
        } else if !kind.is_file() {
            return Ok(Opened::Special);
        }
    }
    let file = match options.open(path) {
        Ok(file) => file,
        Err(error) => {
            // A link gives ELOOP here and a socket ENXIO: asking again is rare and says it on every system.
            let kind = path.symlink_metadata()?.file_type();
            return match kind {
                _ if kind.is_symlink() => Ok(Opened::Symlink),
                _ if !kind.is_file() => Ok(Opened::Special),
                _ => Err(error),
            };
        }
    };
    let metadata = file.metadata()?;
    Ok(if metadata.is_file() { Opened::Regular(file, metadata) } else { Opened::Special })
}

/// Reads a small regular file whole; `None` where there is none, or it is larger than `limit`.
pub(super) fn read_small(path: &Path, limit: u64) -> Option<Vec<u8>> {
    match open(path) {
        Ok(Opened::Regular(file, metadata)) if metadata.len() <= limit => {
            let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).ok()?);
            file.take(limit).read_to_end(&mut bytes).ok()?;
            Some(bytes)
        }
        _ => None,
    }
}

/// Whether everybody on the machine can read a file: it and all folders above it let others through. Where the system
/// has other rules, nothing is known.
pub(super) fn is_world_readable(path: &Path) -> bool {
    flags::mode(path).is_some_and(|mode| mode & 0o004 != 0)
        && path.ancestors().skip(1).all(|folder| flags::mode(folder).is_some_and(|mode| mode & 0o001 != 0))
}

/// Reads until `buffer` is full or the input ends; says how much it was.
pub(super) fn fill(mut reader: impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Like [`fill`], from a position in the file and without moving its cursor, so that threads can share it.
pub(super) fn fill_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    struct At<'a>(&'a File, u64);
    impl Read for At<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = flags::read_at(self.0, buffer, self.1)?;
            self.1 += count as u64;
            Ok(count)
        }
    }
    fill(At(file, offset), buffer)
}

#[cfg(unix)]
mod flags {
    use std::fs::{File, OpenOptions};
    use std::io;
    use std::os::unix::fs::{FileExt, OpenOptionsExt, PermissionsExt};
    use std::path::Path;

    // `O_NOFOLLOW | O_NONBLOCK`, as the systems' own headers number them (Linux: asm-generic/fcntl.h and the
    // architectures that differ from it). Elsewhere the file is looked at before it is opened.
    #[cfg(all(
        any(target_os = "linux", target_os = "android"),
        any(target_arch = "x86", target_arch = "x86_64", target_arch = "riscv64", target_arch = "s390x")
    ))]
    const GUARD: i32 = 0o400_000 | 0o4_000;
    #[cfg(all(
        any(target_os = "linux", target_os = "android"),
        any(target_arch = "arm", target_arch = "aarch64", target_arch = "powerpc64")
    ))]
    const GUARD: i32 = 0o100_000 | 0o4_000;
    #[cfg(any(target_os = "macos", target_os = "ios", target_os = "freebsd", target_os = "openbsd"))]
    const GUARD: i32 = 0x0100 | 0x0004;
    #[cfg(not(any(
        all(
            any(target_os = "linux", target_os = "android"),
            any(
                target_arch = "x86",
                target_arch = "x86_64",
                target_arch = "riscv64",
                target_arch = "s390x",
                target_arch = "arm",
                target_arch = "aarch64",
                target_arch = "powerpc64"
            )
        ),
        any(target_os = "macos", target_os = "ios", target_os = "freebsd", target_os = "openbsd")
    )))]
    const GUARD: i32 = 0;

    /// Asks the system not to follow a link and not to wait; whether it knows how.
    pub(super) fn guard(options: &mut OpenOptions) -> bool {
        options.custom_flags(GUARD);
        GUARD != 0
    }

    pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        file.read_at(buffer, offset)
    }

    /// The permissions of a file or folder.
    pub(super) fn mode(path: &Path) -> Option<u32> {
        path.symlink_metadata().ok().map(|metadata| metadata.permissions().mode())
    }
}

#[cfg(windows)]
mod flags {
    use std::fs::{File, OpenOptions};
    use std::io;
    use std::os::windows::fs::FileExt;
    use std::path::Path;

    pub(super) fn guard(_options: &mut OpenOptions) -> bool {
        false
    }

    pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        file.seek_read(buffer, offset)
    }

    pub(super) fn mode(_path: &Path) -> Option<u32> {
        None
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn only_regular_files_are_opened() {
        let tree = tempfile::tempdir().unwrap();
        let at = |name: &str| tree.path().join(name);
        std::fs::write(at("file"), "text").unwrap();
        symlink(at("file"), at("link")).unwrap();
        symlink(at("nowhere"), at("dangling")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        assert!(matches!(open(&at("file")).unwrap(), Opened::Regular(_, metadata) if metadata.len() == 4));
        assert!(matches!(open(&at("link")).unwrap(), Opened::Symlink));
        assert!(matches!(open(&at("dangling")).unwrap(), Opened::Symlink));
        assert!(matches!(open(&at("socket")).unwrap(), Opened::Special));
        assert!(matches!(open(tree.path()).unwrap(), Opened::Special));
        assert!(matches!(open(Path::new("/dev/null")).unwrap(), Opened::Special));
        assert!(open(&at("absent")).is_err());
        assert_eq!(read_small(&at("file"), 4).unwrap(), b"text");
        assert!(read_small(&at("file"), 3).is_none());
        assert!(read_small(&at("link"), 9).is_none());
    }

    #[test]
    fn every_folder_above_has_to_let_others_through() {
        use std::os::unix::fs::PermissionsExt;
        let tree = tempfile::tempdir().unwrap();
        let (folder, file) = (tree.path().join("a"), tree.path().join("a/file"));
        let allow = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(&file, "text").unwrap();
        // Whoever runs the tests may keep all temporary files to themselves.
        let reachable = tree.path().ancestors().skip(1).all(|above| flags::mode(above).unwrap() & 1 != 0);
        for (top, inner, own, wanted) in [
            (0o755, 0o755, 0o644, reachable),
            (0o711, 0o711, 0o604, reachable),
            (0o700, 0o755, 0o644, false),
            (0o755, 0o750, 0o644, false),
            (0o755, 0o755, 0o640, false),
            (0o777, 0o777, 0o660, false),
        ] {
            allow(tree.path(), top);
            allow(&folder, inner);
            allow(&file, own);
            assert_eq!(is_world_readable(&file), wanted, "{top:o} {inner:o} {own:o}");
        }
        assert!(!is_world_readable(&tree.path().join("absent")));
    }

    #[test]
    fn positional_reads_stop_at_the_end() {
        let tree = tempfile::tempdir().unwrap();
        let path = tree.path().join("file");
        std::fs::write(&path, "0123456789").unwrap();
        let file = File::open(path).unwrap();
        let mut buffer = [0; 4];
        assert_eq!(fill_at(&file, &mut buffer, 3).unwrap(), 4);
        assert_eq!(&buffer, b"3456");
        assert_eq!(fill_at(&file, &mut buffer, 8).unwrap(), 2);
        assert_eq!(fill_at(&file, &mut buffer, 11).unwrap(), 0);
    }
}
