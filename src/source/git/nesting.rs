//! A look at an index before the library reads it. The trees and the untracked folders that an index remembers are nested
//! in one another, and the library follows them by recursion: deep enough, they would end the program.

use gix_utils::decode::leb64_from_read;

/// Deepest nesting that is let through. A path of so many folders is longer than systems allow.
const DEEPEST: usize = 2048;

/// Lengths of the ids that an index may hold.
const IDS: [usize; 2] = [20, 32];

/// Bytes of what is known of two files and some flags, in front of the untracked folders.
const STATS: usize = 36 + 36 + 4;

/// Whether an index could hold something that is nested too deeply. The entries in front of it are not read, so what stands
/// in a name may look like it, too: only somebody who means harm writes that.
pub(super) fn is_too_deep(index: &[u8]) -> bool {
    let trees = |bytes: &[u8], id| nests_too_deep(bytes, |bytes| tree(bytes, id));
    let untracked = |bytes: &[u8], id| folders(bytes, id).is_some_and(|bytes| nests_too_deep(bytes, folder));
    IDS.into_iter().any(|id| {
        extensions(index, b"TREE").any(|bytes| trees(bytes, id))
            || extensions(index, b"UNTR").any(|bytes| untracked(bytes, id))
    })
}

/// What stands behind a signature, as far as the length says that follows it.
fn extensions<'b>(index: &'b [u8], signature: &[u8; 4]) -> impl Iterator<Item = &'b [u8]> {
    let finder = memchr::memmem::Finder::new(signature).into_owned();
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + finder.find(&index[from..])? + 4;
        from = at;
        let Some((length, rest)) = index[at..].split_first_chunk::<4>() else { return Some(&[][..]) };
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        Some(&rest[..length.min(rest.len())])
    })
}

/// Follows folders, each of which `next` takes from the front with the number of those in it, which come behind it.
fn nests_too_deep<'b>(mut bytes: &'b [u8], next: impl Fn(&'b [u8]) -> Option<(u64, &'b [u8])>) -> bool {
    // How many are still to come at each depth.
    let mut open: Vec<u64> = vec![1];
    while let Some(left) = open.last_mut() {
        if *left == 0 {
            open.pop();
            continue;
        }
        *left -= 1;
        let Some((inner, rest)) = next(bytes) else { return false };
        bytes = rest;
        open.push(inner);
        if open.len() > DEEPEST {
            return true;
        }
    }
    false
}

/// A remembered tree: a name, NUL, a number of entries, a space, a number of trees, a line end and, where the number of
/// entries is none below zero, an id.
fn tree(bytes: &[u8], id: usize) -> Option<(u64, &[u8])> {
    let bytes = behind(bytes, 0)?.1;
    let (entries, bytes) = behind(bytes, b' ')?;
    let (trees, bytes) = behind(bytes, b'\n')?;
    let trees = std::str::from_utf8(trees).ok()?.parse().ok()?;
    let id = if entries.starts_with(b"-") { 0 } else { id };
    Some((trees, bytes.get(id..)?))
}

/// An untracked folder: the number of files, the number of folders, a name, and the names of the files, each up to a NUL.
fn folder(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (files, bytes) = number(bytes)?;
    let (folders, bytes) = number(bytes)?;
    let mut bytes = behind(bytes, 0)?.1;
    for _ in 0..files {
        bytes = behind(bytes, 0)?.1;
    }
    Some((folders, bytes))
}

/// The untracked folders behind what is said of all of them.
fn folders(bytes: &[u8], id: usize) -> Option<&[u8]> {
    let (length, bytes) = number(bytes)?;
    let bytes = bytes.get(usize::try_from(length).ok()?..)?.get(STATS + 2 * id..)?;
    number(behind(bytes, 0)?.1).map(|(_, bytes)| bytes)
}

fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (number, length) = leb64_from_read(bytes).ok()?;
    Some((number, &bytes[length..]))
}

/// What stands in front of a byte, and what behind it.
fn behind(bytes: &[u8], end: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(end, bytes)?;
    Some((&bytes[..at], &bytes[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(signature: &[u8], extension: &[u8]) -> Vec<u8> {
        let length = u32::try_from(extension.len()).unwrap().to_be_bytes();
        [b"DIRC a name with TREE and UNTR in it", signature, &length, extension, &[0; 20]].concat()
    }

    #[test]
    fn the_nesting_of_trees_is_counted_and_their_number_is_not() {
        let chain = |depth: usize| index(b"TREE", &[b"\0-1 1\n".repeat(depth), b"\0-1 0\n".to_vec()].concat());
        assert!(!is_too_deep(&chain(1000)));
        assert!(is_too_deep(&chain(5000)));
        for id in IDS {
            let valid = |depth: usize| [b"d\x003 1\n".as_slice(), &vec![7; id]].concat().repeat(depth);
            assert!(!is_too_deep(&index(b"TREE", &valid(1000))));
            assert!(is_too_deep(&index(b"TREE", &valid(5000))));
        }
        let wide = [b"\0-1 5000\n".to_vec(), b"\0-1 0\n".repeat(5000)].concat();
        assert!(!is_too_deep(&index(b"TREE", &wide)));
        for broken in [&b"TREE"[..], b"TREE\0\0\0\x09", b"TREE\xff\xff\xff\xff\0\0 1", b"UNTR\0\0\0\x09\0x y\n"] {
            assert!(!is_too_deep(broken));
        }
    }

    #[test]
    fn the_nesting_of_untracked_folders_is_counted() {
        for id in IDS {
            let head = [b"\x03abc".as_slice(), &vec![1; STATS + 2 * id], b".gitignore\0\x05"].concat();
            let chain = |depth: usize| index(b"UNTR", &[head.clone(), b"\x01\x01d\0file\0".repeat(depth)].concat());
            assert!(!is_too_deep(&chain(1000)));
            assert!(is_too_deep(&chain(5000)));
        }
    }
}
