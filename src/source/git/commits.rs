//! Commits out of the objects of a repository.

use gix_hash::ObjectId;
use gix_object::Kind;

use super::commit::{self, Commit};
use super::objects::{ReadError, Reader};

/// Longest chain of tags that is followed.
const TAGS: usize = 64;

/// Reads a commit; its bytes are left in `buffer`.
pub(super) fn read(reader: &mut Reader<'_>, id: ObjectId, buffer: &mut Vec<u8>) -> Result<Commit, ReadError> {
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
            Kind::Tag => at = commit::target(&buffer).ok_or(ReadError::Damaged)?,
            kind => return Ok((at, kind)),
        }
    }
    Err(ReadError::Damaged)
}
