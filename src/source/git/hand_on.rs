//! From the bytes of an object to blobs: what the prefilter wants to see again is handed on, as of a file.

use super::places::Place;
use crate::model::{Origin, SkipReason};
use crate::source::archive::Kind;
use crate::source::context::Context;
use crate::source::read::{LFS_HEAD, LFS_LENGTH, SETTINGS};
use crate::source::{names, packed};

/// Looks at a file that a repository holds. Its name tells whether it holds settings.
pub(super) fn file(context: &Context<'_>, place: &Place, key: &[u8], bytes: &[u8], origins: &dyn Fn() -> Vec<Origin>) {
    let length = bytes.len() as u64;
    if context.options.max_file_size.is_some_and(|limit| length > limit) {
        return context.skip(place.root, &place.path(key), SkipReason::TooLarge);
    }
    if bytes.len() < LFS_LENGTH && bytes.starts_with(LFS_HEAD) {
        context.skip(place.root, &place.path(key), SkipReason::LfsPointer);
    }
    context.count(1, length);
    let name = key.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let by_name = length <= SETTINGS && names::is_settings(name);
    text(context, bytes, by_name, origins);
}

/// Looks at any text: `always`, or when the prefilter asks for it.
pub(super) fn text(context: &Context<'_>, bytes: &[u8], always: bool, origins: &dyn Fn() -> Vec<Origin>) {
    if bytes.is_empty() {
        return;
    }
    if always || Kind::of_all(bytes).is_some() || (context.gate)(bytes) {
        for origin in origins() {
            packed::emit_blob(context, origin, bytes);
        }
    }
}
