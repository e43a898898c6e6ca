//! A forged repository: objects, packs, indexes, references and settings that the input puts together, with right ids where
//! a scan would not get past them otherwise. Nothing stops a scan, and two scans say the same.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use gix_hash::{Kind, ObjectId, hasher};
use keyscan::detect::redact_text;
use keyscan::model::Blob;
use keyscan::source::{self, GitVariables, Mode, Options, Progress};

use super::input::{Input, expand};
use super::leak;
use super::report::tree;

/// Files of a repository that are written as they are.
pub const FILES: [&str; 20] = [
    "HEAD",
    "config",
    "packed-refs",
    "index",
    "refs/heads/main",
    "refs/tags/v1",
    "refs/stash",
    "refs/notes/commits",
    "logs/HEAD",
    "logs/refs/stash",
    "shallow",
    "objects/info/alternates",
    "info/exclude",
    "objects/info/commit-graph",
    "FETCH_HEAD",
    "config.worktree",
    "commondir",
    "modules/a/HEAD",
    "worktrees/a/gitdir",
    "objects/info/packs",
];

/// Files of the work tree that git gives a meaning.
pub const WORK: [&str; 6] = [".gitmodules", ".gitignore", ".keyscanignore", ".mailmap", ".env", "sub/.git"];

const KINDS: [&str; 4] = ["commit", "tree", "blob", "tag"];

pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let mode = match input.byte() % 6 {
        0 | 1 => Mode::History,
        2 => Mode::Tree,
        3 => Mode::Staged,
        4 => Mode::Range(String::from_utf8_lossy(&expand(input.record())).into_owned()),
        _ => Mode::Since(String::from_utf8_lossy(&expand(input.record())).into_owned()),
    };
    let folder = tree();
    forge(folder.path(), &mut input);
    let once = read(folder.path(), &mode, 1);
    assert_eq!(once, read(folder.path(), &mode, 2), "two scans differ");
}

/// What a scan hands on and says, sorted.
fn read(folder: &Path, mode: &Mode, threads: usize) -> Vec<String> {
    let seen = Mutex::new(Vec::new());
    let sink = |blob: &Blob<'_>| {
        let sum = blob.bytes.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
        let at = &blob.origin.provenance;
        seen.lock().unwrap().push(format!("{:?} {:?} {at:?} {sum}", blob.origin.path, blob.offset));
    };
    let options = Options {
        mode: mode.clone(),
        git: GitVariables::default(),
        paths: vec![folder.to_owned()],
        threads,
        ..Options::default()
    };
    let progress = Progress::default();
    let outcome = source::tree(&options, &|_| true, &|_| true, &redact_text, &sink, &progress);
    let mut seen = seen.into_inner().unwrap();
    seen.sort();
    match outcome {
        Ok(outcome) => {
            let said = format!("{:?} {:?} {}", outcome.skipped, outcome.set_aside, outcome.commits);
            leak::absent("what a scan of a repository skips", said.as_bytes());
            seen.push(said);
        }
        Err(error) => {
            let told = error.to_string();
            leak::absent("an error", told.as_bytes());
            seen.push(told);
        }
    }
    seen
}

/// Writes a repository.
fn forge(folder: &Path, input: &mut Input<'_>) {
    let git = folder.join(".git");
    let mut ids: Vec<ObjectId> = Vec::new();
    let mut packed: Vec<(ObjectId, usize, Vec<u8>)> = Vec::new();
    for (path, bytes) in
        [("HEAD", "ref: refs/heads/main\n"), ("config", "[core]\n\trepositoryformatversion = 0\n\tbare = false\n")]
    {
        write(&git.join(path), bytes.as_bytes());
    }
    fs::create_dir_all(git.join("objects/pack")).unwrap();
    fs::create_dir_all(git.join("refs")).unwrap();
    for _ in 0..60 {
        if input.0.is_empty() {
            break;
        }
        let kind = input.byte();
        match kind >> 5 {
            0 => {
                let path = input.pick(&FILES);
                write(&git.join(path), &with_ids(input.record(), &ids));
            }
            1 => {
                let path = input.pick(&WORK);
                write(&folder.join(path), &with_ids(input.record(), &ids));
            }
            // An object, alone, or for the next pack.
            2..=4 => {
                let content = with_ids(input.record(), &ids);
                let name = KINDS[usize::from(kind & 3)];
                let whole = [format!("{name} {}\0", content.len()).as_bytes(), &content].concat();
                let id = hash(&whole);
                ids.push(id);
                if kind >> 5 == 4 {
                    packed.push((id, usize::from(kind & 3) + 1, content));
                } else {
                    let mut bytes = deflate(&whole);
                    if kind & 16 != 0 {
                        bytes.truncate(usize::from(input.byte()));
                    }
                    write(&git.join(loose(&id)), &bytes);
                }
            }
            // Any bytes as an object.
            5 => write(&git.join(loose(&hash(&[kind]))), input.record()),
            // Any bytes unpacked as an object.
            6 => write(&git.join(loose(&hash(&[kind]))), &deflate(&expand(input.record()))),
            _ => write_pack(&git, &std::mem::take(&mut packed), input),
        }
    }
    if let Some(last) = ids.last().filter(|_| !git.join("refs/heads/main").exists()) {
        write(&git.join("refs/heads/main"), format!("{last}\n").as_bytes());
    }
}

/// A pack of some objects with its index; a few bytes of either may be changed.
fn write_pack(git: &Path, objects: &[(ObjectId, usize, Vec<u8>)], input: &mut Input<'_>) {
    let mut pack = b"PACK\0\0\0\x02".to_vec();
    pack.extend_from_slice(&(objects.len() as u32).to_be_bytes());
    let mut index: Vec<(ObjectId, usize)> = Vec::new();
    for (at, (id, kind, content)) in objects.iter().enumerate() {
        // Some are given as what follows a base: any bytes may be its instructions.
        let delta = input.byte();
        let (kind, base) = if delta & 1 == 1 && at > 0 {
            let base = &objects[usize::from(delta >> 2) % objects.len()];
            (if delta & 2 == 0 { 7 } else { 6 }, Some(base.0))
        } else {
            (*kind, None)
        };
        index.push((*id, pack.len()));
        let mut size = content.len();
        let mut byte = (kind << 4 | size & 15) as u8;
        size >>= 4;
        while size > 0 {
            pack.push(byte | 0x80);
            byte = (size & 0x7f) as u8;
            size >>= 7;
        }
        pack.push(byte);
        match (kind, base) {
            (7, Some(base)) => pack.extend_from_slice(base.as_slice()),
            (6, _) => pack.push(input.byte()),
            _ => {}
        }
        pack.extend_from_slice(&deflate(content));
    }
    for _ in 0..input.byte() % 4 {
        let at = usize::from(input.byte()) << 8 | usize::from(input.byte());
        let length = pack.len();
        pack[at % length] = input.byte();
    }
    let trailer = hash(&pack);
    pack.extend_from_slice(trailer.as_slice());
    index.sort();
    let mut table = b"\xfftOc\0\0\0\x02".to_vec();
    for first in 0..=255_u8 {
        let below = index.iter().filter(|(id, _)| id.as_slice()[0] <= first).count();
        table.extend_from_slice(&(below as u32).to_be_bytes());
    }
    index.iter().for_each(|(id, _)| table.extend_from_slice(id.as_slice()));
    table.resize(table.len() + 4 * index.len(), 0);
    index.iter().for_each(|(_, start)| table.extend_from_slice(&(*start as u32).to_be_bytes()));
    for _ in 0..input.byte() % 4 {
        let at = usize::from(input.byte()) << 8 | usize::from(input.byte());
        let length = table.len();
        table[at % length] = input.byte();
    }
    table.extend_from_slice(trailer.as_slice());
    let end = hash(&table);
    table.extend_from_slice(end.as_slice());
    write(&git.join(format!("objects/pack/pack-{trailer}.pack")), &pack);
    write(&git.join(format!("objects/pack/pack-{trailer}.idx")), &table);
}

/// Puts ids in the place of `{{O1}}`, their bytes in that of `{{B1}}`, and keys in theirs.
fn with_ids(text: &[u8], ids: &[ObjectId]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, behind)) = rest.split_first() {
        if let [b'{', b'{', form @ (b'O' | b'B'), number @ b'0'..=b'9', b'}', b'}', behind @ ..] = rest {
            let id = ids.get(usize::from(number - b'0')).copied().unwrap_or(ObjectId::null(Kind::Sha1));
            match form {
                b'O' => bytes.extend_from_slice(id.to_string().as_bytes()),
                _ => bytes.extend_from_slice(id.as_slice()),
            }
            rest = behind;
        } else {
            bytes.push(first);
            rest = behind;
        }
    }
    expand(&bytes)
}

fn loose(id: &ObjectId) -> String {
    let id = id.to_string();
    format!("objects/{}/{}", &id[..2], &id[2..])
}

fn hash(bytes: &[u8]) -> ObjectId {
    let mut hash = hasher(Kind::Sha1);
    hash.update(bytes);
    // Bytes that are an attack on the hash have any id.
    hash.try_finalize().unwrap_or(ObjectId::null(Kind::Sha1))
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// Writes a file; where a folder or a file stands in its way it is left out.
fn write(path: &Path, bytes: &[u8]) {
    let parent = path.parent().unwrap();
    if fs::create_dir_all(parent).is_ok() {
        let _ = fs::write(path, bytes);
    }
}
