//! A zip archive from front to back: members that no directory lists, and what belongs to none.
//!
//! It is read wherever a header stands that can be true. A member whose length stands behind it is as long as its stream, or
//! as far as it is to the next record. Each byte is read for one purpose only, so the work is in proportion to their number.

use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use super::records::{Bytes, Local, Packing, Record};
use super::{MemberPath, Packed, Trouble, Unpacking};
use crate::source::archive::Seekable;
use crate::source::archive::kind::Kind;
use crate::source::archive::unused::Unused;

impl Unpacking<'_, '_> {
    /// Reads what stands between two places.
    pub(super) fn walk(
        &mut self,
        bytes: &mut Bytes<&mut dyn Seekable>,
        range: Range<u64>,
        path: &MemberPath,
        depth: u32,
        unused: &mut Unused,
    ) {
        let mut encrypted = false;
        // From where on nothing has been read, and where to look for the next record.
        let (mut from, mut at) = (range.start, range.start);
        while !self.is_over() {
            let Some(found) = bytes.find(at, range.end) else { break };
            let Some(record) = bytes.record(found, range.end) else {
                at = found + 4;
                continue;
            };
            self.between(bytes, from..found, depth, unused);
            at = match record {
                Record::Other(end, texts) => {
                    texts.iter().for_each(|text| self.keep(unused, text));
                    end
                }
                Record::Local(local) => {
                    encrypted |= local.encrypted;
                    self.keep(unused, &local.extra);
                    let Some(end) = self.local(bytes, &local, range.end, path, depth) else { break };
                    end
                }
            };
            from = at;
        }
        if !self.is_over() {
            self.between(bytes, from..range.end, depth, unused);
        }
        if encrypted {
            self.trouble(path, Trouble::Encrypted);
        }
    }

    /// Reads a member; says where it ends, and nothing where it is one too many.
    fn local(
        &mut self,
        bytes: &mut Bytes<&mut dyn Seekable>,
        local: &Local,
        end: u64,
        path: &MemberPath,
        depth: u32,
    ) -> Option<u64> {
        let room = end - local.start;
        let size = match local.packed {
            Some(packed) => packed.min(room),
            // A stream tells its own length, if it is known and has one.
            None if matches!(local.packing, Packing::Stream(_)) && !local.encrypted => room,
            None => bytes.find(local.start, end).map_or(room, |next| next - local.start),
        };
        let member = path.member(&local.name);
        if !self.count(&member) {
            return None;
        }
        let mut taken = size;
        if !local.encrypted {
            let cut = local.packed.is_some_and(|packed| packed > room);
            let (length, sum) = local.unpacked.filter(|_| !cut).unzip();
            let packed = Packed { packing: local.packing, start: local.start, size, cut, length, sum, path: &member };
            taken = self.content(bytes.archive(), &packed, depth);
        }
        Some(local.start + if local.packed.is_some() { size } else { taken })
    }

    /// Reads what belongs to no record.
    fn between(&mut self, bytes: &mut Bytes<&mut dyn Seekable>, range: Range<u64>, depth: u32, unused: &mut Unused) {
        let archive = bytes.archive();
        if range.start < range.end && archive.seek(SeekFrom::Start(range.start)).is_ok() {
            self.stretch(unused, &mut archive.take(range.end - range.start), Some(Kind::Zip), depth);
        }
    }
}
