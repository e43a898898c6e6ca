//! Commits and tags, and their order. They are read leniently: a header that git would refuse still names the tree that has to be read.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use gix_hash::ObjectId;
use gix_object::Kind;

use super::objects::{ReadError, Reader};

/// Longest chain of tags that is followed.
const TAGS: usize = 64;

/// Most parents of a commit that are looked at. Git's own merges take a few dozen.
const MOST_PARENTS: usize = 16 * 1024;

/// What of a commit tells where it stands in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) struct Commit {
    /// Its id.
    pub(in crate::source) id: ObjectId,
    /// The root of its files.
    pub(in crate::source) tree: ObjectId,
    /// The commits before it.
    pub(in crate::source) parents: Vec<ObjectId>,
    /// When it was committed, in seconds since 1970.
    pub(in crate::source) time: i64,
}

/// A person as a commit or a tag names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) struct Person<'a> {
    /// The name.
    pub(in crate::source) name: &'a [u8],
    /// The address, without its brackets.
    pub(in crate::source) email: &'a [u8],
    /// Seconds since 1970.
    pub(in crate::source) time: i64,
}

impl Commit {
    /// Reads a commit; `None` where it names no tree.
    pub(in crate::source) fn read(id: ObjectId, bytes: &[u8]) -> Option<Self> {
        let id_of =
            |value: &[u8]| ObjectId::from_hex(value.trim_ascii()).ok().filter(|other| other.kind() == id.kind());
        let mut tree = None;
        let mut parents = Vec::new();
        let mut time = 0;
        for (name, value) in headers(bytes) {
            match name {
                b"tree" if tree.is_none() => tree = id_of(value),
                b"parent" if parents.len() < MOST_PARENTS => {
                    parents.extend(id_of(value).filter(|parent| parents.last() != Some(parent)));
                }
                b"committer" => time = person(value).time,
                _ => {}
            }
        }
        Some(Self { id, tree: tree?, parents, time })
    }
}

/// Who wrote a commit or a tag.
pub(in crate::source) fn author(bytes: &[u8]) -> Option<Person<'_>> {
    let mut headers = headers(bytes);
    headers.find(|(name, _)| matches!(*name, b"author" | b"tagger")).map(|(_, value)| person(value))
}

/// What a tag points to.
pub(in crate::source) fn target(bytes: &[u8]) -> Option<ObjectId> {
    headers(bytes)
        .find(|(name, _)| *name == b"object")
        .and_then(|(_, value)| ObjectId::from_hex(value.trim_ascii()).ok())
}

/// The headers, and what somebody wrote behind them.
pub(in crate::source) fn parts(bytes: &[u8]) -> (&[u8], &[u8]) {
    let ends = [&b"\n\n"[..], b"\r\n\r\n"].map(|end| memchr::memmem::find(bytes, end).map(|at| (at, at + end.len())));
    match ends.into_iter().flatten().min() {
        Some((head, message)) => (&bytes[..head], &bytes[message..]),
        None => (bytes, &[]),
    }
}

/// What is looked at of a commit or a tag: its message, or all of it where the headers hold something, too (the name or
/// the address of a person, the text of a merged tag).
pub(in crate::source) fn text<'b>(bytes: &'b [u8], holds: &dyn Fn(&[u8]) -> bool) -> &'b [u8] {
    let (head, message) = parts(bytes);
    if holds(head) { bytes } else { message }
}

/// The headers: names and values. Lines that go on with a value are passed over.
fn headers(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let lines = bytes.split(|&byte| byte == b'\n').take_while(|line| !line.is_empty());
    lines.filter_map(|line| {
        let space = line.iter().position(|&byte| byte == b' ').filter(|&space| space > 0)?;
        Some((&line[..space], &line[space + 1..]))
    })
}

/// `Name <address> seconds zone`, each part of which may be missing.
fn person(value: &[u8]) -> Person<'_> {
    let open = memchr::memchr(b'<', value).unwrap_or(value.len());
    let close = memchr::memrchr(b'>', value).filter(|&close| close > open).unwrap_or(value.len());
    let digits = value.get(close + 1..).unwrap_or_default().trim_ascii_start();
    let digits = digits.split(|&byte| byte == b' ').next().unwrap_or_default();
    let time = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
    Person {
        name: value[..open].trim_ascii(),
        email: value.get(open + 1..close).unwrap_or_default().trim_ascii(),
        time: time.unwrap_or_default(),
    }
}

/// Reads a commit; its bytes are left in `buffer`.
pub(super) fn read_commit(reader: &mut Reader<'_>, id: ObjectId, buffer: &mut Vec<u8>) -> Result<Commit, ReadError> {
    match reader.read(&id, buffer)? {
        Kind::Commit => Commit::read(id, buffer).ok_or(ReadError::Damaged),
        Kind::Tree | Kind::Blob | Kind::Tag => Err(ReadError::Damaged),
    }
}

/// What a tag leads to, through other tags, and what that is: the object itself, where it is no tag.
pub(super) fn peel(reader: &mut Reader<'_>, id: ObjectId) -> Result<(ObjectId, Kind), ReadError> {
    let mut at = id;
    let mut buffer = Vec::new();
    for _ in 0..TAGS {
        match reader.read(&at, &mut buffer)? {
            Kind::Tag => at = target(&buffer).ok_or(ReadError::Damaged)?,
            kind => return Ok((at, kind)),
        }
    }
    Err(ReadError::Damaged)
}

/// Numbers in an order in which parents go before their children, and otherwise by rank. What its own ancestors lead back
/// to goes last: ids are not checked against what they stand for, so that there may be such.
pub(in crate::source) fn parents_first<K: Ord>(parents: &[Vec<usize>], rank: impl Fn(usize) -> K) -> Vec<usize> {
    let mut children = vec![Vec::new(); parents.len()];
    let mut waiting: Vec<usize> = parents.iter().map(Vec::len).collect();
    for (at, parents) in parents.iter().enumerate() {
        parents.iter().for_each(|&parent| children[parent].push(at));
    }
    let ranked = |at: usize| Reverse((rank(at), at));
    let mut ready: BinaryHeap<_> = (0..parents.len()).filter(|&at| waiting[at] == 0).map(ranked).collect();
    let mut order = Vec::with_capacity(parents.len());
    while let Some(Reverse((_, at))) = ready.pop() {
        order.push(at);
        for &child in &children[at] {
            waiting[child] -= 1;
            if waiting[child] == 0 {
                ready.push(ranked(child));
            }
        }
    }
    let mut left: Vec<usize> = (0..parents.len()).filter(|&at| waiting[at] > 0).collect();
    left.sort_by_key(|&at| (rank(at), at));
    order.extend(left);
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_read_whatever_stands_in_them() {
        let id = ObjectId::null(gix_hash::Kind::Sha1);
        let hex = "1".repeat(40);
        let text = format!(
            "tree {hex}\nparent {hex}\nparent nonsense\nauthor A <B> C <a@b> 12 +0100\ncommitter C <> -7 +0000\ngpgsig \
             -----BEGIN\n tree {hex}\n\nmessage\n\nmore"
        );
        let commit = Commit::read(id, text.as_bytes()).unwrap();
        assert_eq!((commit.parents.len(), commit.time), (1, -7));
        assert_eq!(author(text.as_bytes()).unwrap(), Person { name: b"A", email: b"B> C <a@b", time: 12 });
        assert_eq!(parts(text.as_bytes()).1, b"message\n\nmore");
        assert!(Commit::read(id, b"author x").is_none());
        assert!(Commit::read(id, b"").is_none());
        assert_eq!(parts(b"tree x"), (&b"tree x"[..], &b""[..]));
        assert_eq!(author(b"author >< 1").unwrap().name, b">");
        assert_eq!(target(format!("object {hex}\ntype commit\n").as_bytes()).unwrap().to_string(), hex);
    }
}
