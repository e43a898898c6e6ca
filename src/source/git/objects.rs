//! The objects of a repository: packed and loose, its own and those it borrows.
//!
//! *Why not through a library's repository type*: that would read the configuration, which is a stranger's, and follow
//! borrowed objects to any place of the machine. Packs are decoded by the library; which files are opened is decided here.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::ZlibDecoder;
use gix_hash::{ObjectId, oid};
use gix_object::Kind;
use gix_pack::cache::lru::MemoryCappedHashmap;

use super::alternates;
use crate::model::SkipReason;
use crate::source::open::{Opened, open};

/// Largest object that is held in memory, in bytes. From 512 MiB on git itself keeps files out of its deltas.
pub(in crate::source) const LARGEST: usize = 512 * 1024 * 1024;

/// Bytes of decoded objects that one reader keeps, because the next version is a change to them.
const CACHE: usize = 32 * 1024 * 1024;

/// Longest header of a loose object: kind, size, NUL.
const HEADER: usize = 64;

/// Why an object cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::source) enum ReadError {
    /// It is not here.
    Missing,
    /// It cannot be decoded.
    Damaged,
    /// It is larger than [`LARGEST`].
    TooLarge,
}

impl From<ReadError> for SkipReason {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Missing => Self::MissingObject,
            ReadError::Damaged => Self::DamagedObject,
            ReadError::TooLarge => Self::Limit,
        }
    }
}

/// All objects of a repository.
pub(in crate::source) struct Objects {
    hash: gix_hash::Kind,
    stores: Vec<Store>,
}

/// One folder of objects.
pub(in crate::source) struct Store {
    /// The folder, `objects` of a git directory.
    pub(in crate::source) folder: PathBuf,
    /// Its packs, by name.
    pub(in crate::source) packs: Vec<gix_pack::Bundle>,
}

/// Something of a repository that could not be used.
pub(in crate::source) type Problem = (PathBuf, SkipReason);

impl Objects {
    /// Opens the objects of a repository. Of the folders it borrows objects from only those are used that `follow` lets
    /// through.
    pub(in crate::source) fn open(
        common_dir: &Path,
        hash: gix_hash::Kind,
        follow: &dyn Fn(&Path) -> bool,
    ) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let own = common_dir.join("objects");
        if !is_real_folder(&own) {
            return (Self { hash, stores: Vec::new() }, vec![(own, SkipReason::Unreadable)]);
        }
        let folders = alternates::folders(&own, follow, &mut problems);
        let stores = folders.into_iter().map(|folder| Store::open(folder, hash, &mut problems)).collect();
        (Self { hash, stores }, problems)
    }

    /// Adds the objects of one more folder; says what of them cannot be used.
    pub(in crate::source) fn add(&mut self, folder: PathBuf) -> Vec<Problem> {
        let mut problems = Vec::new();
        self.stores.push(Store::open(folder, self.hash, &mut problems));
        problems
    }

    /// How its ids are made.
    pub(in crate::source) const fn hash(&self) -> gix_hash::Kind {
        self.hash
    }

    /// Its folders, its own first.
    pub(in crate::source) fn stores(&self) -> &[Store] {
        &self.stores
    }

    /// Whether an object is here, readable or not.
    pub(in crate::source) fn contains(&self, id: &oid) -> bool {
        self.stores.iter().any(|store| {
            store.packs.iter().any(|pack| pack.index.lookup(id).is_some()) || store.loose_path(id).is_file()
        })
    }

    /// A reader of single objects, for one thread.
    pub(in crate::source) fn reader(&self) -> Reader<'_> {
        self.reader_with(Tools::default())
    }

    /// A reader that goes on with what another one of the same objects had.
    pub(in crate::source) const fn reader_with(&self, tools: Tools) -> Reader<'_> {
        Reader { objects: self, tools }
    }

    /// The ids that begin with these hex digits (at least four), sorted, each once.
    pub(in crate::source) fn beginning_with(&self, prefix: gix_hash::Prefix) -> Vec<ObjectId> {
        let mut found = Vec::new();
        for store in &self.stores {
            for pack in &store.packs {
                let mut entries = 0..0;
                if pack.index.lookup_prefix(prefix, Some(&mut entries)).is_some() {
                    found.extend(entries.map(|entry| pack.index.oid_at_index(entry).to_owned()));
                }
            }
            let hex = prefix.as_oid().to_hex_with_len(2).to_string();
            let loose = loose_of(&store.folder, &hex, self.hash).into_iter();
            found.extend(loose.filter(|id| prefix.cmp_oid(id).is_eq()));
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl Store {
    fn open(folder: PathBuf, hash: gix_hash::Kind, problems: &mut Vec<Problem>) -> Self {
        let listed = fs::read_dir(folder.join("pack")).into_iter().filter(|_| is_real_folder(&folder.join("pack")));
        let mut indexes: Vec<PathBuf> = listed
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "idx" || extension == "pack"))
            .map(|path| path.with_extension("idx"))
            .collect();
        indexes.sort_unstable();
        indexes.dedup();
        let mut packs = Vec::with_capacity(indexes.len());
        for index in indexes {
            // The library opens by name: what is no regular file is not given to it.
            let regular = |path: &Path| path.symlink_metadata().is_ok_and(|kind| kind.is_file());
            let both = regular(&index) && regular(&index.with_extension("pack"));
            match both.then(|| gix_pack::Bundle::at(&index, hash).ok()).flatten() {
                Some(gix_pack::Bundle { pack, index }) => {
                    let pack = pack.with_alloc_limit_bytes(Some(LARGEST));
                    packs.push(gix_pack::Bundle { pack, index });
                }
                None => problems.push((index.with_extension("pack"), SkipReason::DamagedObject)),
            }
        }
        Self { folder, packs }
    }

    /// The ids of its loose objects, sorted.
    pub(in crate::source) fn loose(&self, hash: gix_hash::Kind) -> Vec<ObjectId> {
        (0..=255_u8).flat_map(|first| loose_of(&self.folder, &format!("{first:02x}"), hash)).collect()
    }

    /// Where a loose object lies.
    pub(in crate::source) fn loose_path(&self, id: &oid) -> PathBuf {
        let hex = id.to_hex().to_string();
        self.folder.join(&hex[..2]).join(&hex[2..])
    }
}

/// Whether a folder is one itself, and no link to one.
pub(super) fn is_real_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|kind| kind.is_dir())
}

/// The loose objects whose ids begin with two hex digits, sorted.
fn loose_of(folder: &Path, first: &str, hash: gix_hash::Kind) -> Vec<ObjectId> {
    let folder = folder.join(first);
    let names = fs::read_dir(&folder).into_iter().filter(|_| is_real_folder(&folder)).flatten().flatten();
    let hex = names.filter_map(|entry| Some(format!("{first}{}", entry.file_name().to_str()?)));
    let ids = hex.filter_map(|hex| ObjectId::from_hex(hex.as_bytes()).ok());
    let mut ids: Vec<ObjectId> = ids.filter(|id| id.kind() == hash).collect();
    ids.sort_unstable();
    ids
}

/// Reads single objects.
pub(in crate::source) struct Reader<'a> {
    objects: &'a Objects,
    tools: Tools,
}

/// What a reader needs and need not be made anew for each.
pub(in crate::source) struct Tools {
    inflate: gix_zlib::Inflate,
    cache: MemoryCappedHashmap,
}

impl Default for Tools {
    fn default() -> Self {
        Self { inflate: gix_zlib::Inflate::default(), cache: MemoryCappedHashmap::new(CACHE) }
    }
}

impl Reader<'_> {
    /// What it needed, for the next one.
    pub(in crate::source) fn into_tools(self) -> Tools {
        self.tools
    }

    /// Reads an object into a buffer, and says what it is.
    pub(in crate::source) fn read(&mut self, id: &oid, buffer: &mut Vec<u8>) -> Result<Kind, ReadError> {
        // An object may be there several times: one good copy is enough.
        let mut failed = ReadError::Missing;
        for store in &self.objects.stores {
            for pack in &store.packs {
                match pack.find(id, buffer, &mut self.tools.inflate, &mut self.tools.cache) {
                    Ok(Some((object, _))) => return Ok(object.kind),
                    Ok(None) => {}
                    Err(_) => failed = ReadError::Damaged,
                }
            }
            let path = store.loose_path(id);
            if path.parent().is_some_and(|folder| !is_real_folder(folder)) {
                continue;
            }
            match read_loose(&path, buffer) {
                Ok(kind) => return Ok(kind),
                Err(ReadError::Missing) => {}
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }
}

/// Reads a loose object, of which the whole path is known.
pub(in crate::source) fn read_loose(path: &Path, buffer: &mut Vec<u8>) -> Result<Kind, ReadError> {
    let file = match open(path) {
        Ok(Opened::Regular(file, _)) => file,
        Ok(Opened::Symlink | Opened::Special) => return Err(ReadError::Damaged),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(ReadError::Missing),
        Err(_) => return Err(ReadError::Damaged),
    };
    let mut content = ZlibDecoder::new(file);
    buffer.clear();
    let damaged = |_| ReadError::Damaged;
    (&mut content).take(HEADER as u64).read_to_end(buffer).map_err(damaged)?;
    let (kind, size, header) = gix_object::decode::loose_header(buffer).map_err(|_| ReadError::Damaged)?;
    let size = usize::try_from(size).map_err(|_| ReadError::TooLarge)?;
    if size > LARGEST {
        return Err(ReadError::TooLarge);
    }
    buffer.drain(..header);
    // One byte more than promised tells an object that is longer than it says.
    let rest = (size + 1).saturating_sub(buffer.len()) as u64;
    content.take(rest).read_to_end(buffer).map_err(damaged)?;
    if buffer.len() == size { Ok(kind) } else { Err(ReadError::Damaged) }
}

/// Why an object of a pack cannot be read.
pub(in crate::source) fn why(pack: &gix_pack::Bundle, id: &oid) -> ReadError {
    let size = pack.index.lookup(id).and_then(|entry| {
        let entry = pack.pack.entry(pack.index.pack_offset_at_index(entry)).ok()?;
        let resolve = |id: &oid| {
            let entry = pack.index.lookup(id).map(|entry| pack.pack.entry(pack.index.pack_offset_at_index(entry)));
            Ok(entry.transpose()?.map(gix_pack::data::decode::header::ResolvedBase::InPack))
        };
        pack.pack.decode_header(entry, &mut gix_zlib::Inflate::default(), &resolve).ok()
    });
    match size {
        Some(header) if header.object_size > LARGEST as u64 => ReadError::TooLarge,
        _ => ReadError::Damaged,
    }
}
