//! What a repository calls by name: `HEAD`, branches, tags, the stash, and the logs of where they pointed before.
//!
//! Read from the files themselves, because a reference may be a pipe or a link to anywhere: such a one is none.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use gix_hash::ObjectId;

use super::objects::is_real_folder;
use super::settings::Settings;
use crate::source::open::read_small;

/// Largest loose reference that is read, in bytes.
const LOOSE: u64 = 4096;

/// Largest list of packed references, and largest log, that are read, in bytes.
const LIST: u64 = 256 * 1024 * 1024;

/// Folder of references that are no files.
pub(super) const REFTABLE: &str = "reftable";

/// Names that lead to names that lead to names: git gives up behind five, too.
const DEPTH: usize = 5;

/// Deepest folder of references.
const FOLDERS: usize = 64;

/// The references of a repository, or of one of its linked work trees.
#[derive(Clone, Debug)]
pub(in crate::source) struct References {
    git_dir: PathBuf,
    common_dir: PathBuf,
    packed: BTreeMap<Vec<u8>, ObjectId>,
    unread: bool,
}

/// What a loose reference says.
enum Target {
    Id(ObjectId),
    Name(Vec<u8>),
}

impl References {
    /// Reads the packed references; loose ones are looked at when they are asked for.
    pub(in crate::source) fn open(git_dir: &Path, common_dir: &Path) -> Self {
        let unread = is_real_folder(&common_dir.join(REFTABLE)) || Settings::said(common_dir).no_ref_files;
        let text = read_small(&common_dir.join("packed-refs"), LIST).unwrap_or_default();
        let lines = text.split(|&byte| byte == b'\n').filter(|line| !line.starts_with(b"#") && !line.starts_with(b"^"));
        let packed = lines.filter_map(|line| {
            let space = line.iter().position(|&byte| byte == b' ')?;
            Some((line[space + 1..].trim_ascii_end().to_vec(), ObjectId::from_hex(&line[..space]).ok()?))
        });
        let packed = if unread { BTreeMap::new() } else { packed.collect() };
        Self { git_dir: git_dir.to_path_buf(), common_dir: common_dir.to_path_buf(), packed, unread }
    }

    /// Whether the repository keeps its references in a format that is not read here, a reftable. Then none is found,
    /// and nothing follows from that: not that there is no commit yet, and not that no branch leads to one.
    pub(in crate::source) const fn unread(&self) -> bool {
        self.unread
    }

    /// What `HEAD` points to; `None` before the first commit.
    pub(in crate::source) fn head(&self) -> Option<ObjectId> {
        self.find(b"HEAD")
    }

    /// What a full name (`HEAD`, `refs/heads/main`) points to.
    pub(in crate::source) fn find(&self, name: &[u8]) -> Option<ObjectId> {
        let mut name = name.to_vec();
        for _ in 0..DEPTH {
            match self.loose(&name) {
                Some(Target::Id(id)) => return Some(id),
                Some(Target::Name(next)) => name = next,
                None => return self.packed.get(&name).copied(),
            }
        }
        None
    }

    /// The full name of the branch that is checked out, if one is.
    pub(in crate::source) fn branch(&self) -> Option<String> {
        match self.loose(b"HEAD")? {
            Target::Name(name) => String::from_utf8(name).ok(),
            Target::Id(_) => None,
        }
    }

    /// What a reference, by its full name, pointed to so many changes ago.
    pub(in crate::source) fn log_entry(&self, name: &str, ago: usize) -> Option<ObjectId> {
        let path = Path::new("logs").join(path_of(name.as_bytes())?);
        let mut folders = [&self.git_dir, &self.common_dir].into_iter();
        let text = folders.find_map(|folder| read_small(&folder.join(&path), LIST))?;
        let lines: Vec<&[u8]> = text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).collect();
        let id = |line: usize, word: usize| {
            ObjectId::from_hex(lines.get(line)?.split(|&byte| byte == b' ').nth(word)?).ok().filter(|id| !id.is_null())
        };
        // A line has the id before and the one after; before the first line is a state, too.
        if ago == lines.len() { id(0, 0) } else { id(lines.len().checked_sub(ago + 1)?, 1) }
    }

    /// All names of the repository and its work trees: the lasting and the passing ones.
    pub(in crate::source) fn all(&self) -> BTreeMap<Vec<u8>, ObjectId> {
        let mut all = self.lasting();
        all.extend(self.passing());
        all
    }

    /// The references below `refs/` and the `HEAD` of each work tree, by full name. Clones get the most
    /// of them, and git keeps what they name.
    pub(in crate::source) fn lasting(&self) -> BTreeMap<Vec<u8>, ObjectId> {
        let mut files = Vec::new();
        for folder in self.folders() {
            collect(&folder.join("refs"), b"refs", 0, &mut files);
            files.push((b"HEAD".to_vec(), folder.join("HEAD")));
        }
        let mut all = self.resolve(files);
        // What is packed may be an old state of what lies in a file.
        for (name, id) in &self.packed {
            all.entry(name.clone()).or_insert(*id);
        }
        all
    }

    /// The names beside `HEAD` that commands leave behind, such as `ORIG_HEAD` and `FETCH_HEAD`: no clone gets them, the
    /// next command overwrites them, and what they name may be gone.
    pub(in crate::source) fn passing(&self) -> BTreeMap<Vec<u8>, ObjectId> {
        let mut files = Vec::new();
        for folder in self.folders() {
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let name = entry.file_name();
                if name.as_encoded_bytes().ends_with(b"_HEAD") {
                    files.push((name.as_encoded_bytes().to_vec(), entry.path()));
                }
            }
        }
        // Files of one folder come in any order.
        files.sort_unstable();
        self.resolve(files)
    }

    /// What the files of references point to.
    fn resolve(&self, files: Vec<(Vec<u8>, PathBuf)>) -> BTreeMap<Vec<u8>, ObjectId> {
        let mut known = BTreeMap::new();
        if self.unread {
            return known;
        }
        for (name, path) in files {
            let id = match target(&path) {
                Some(Target::Id(id)) => Some(id),
                Some(Target::Name(next)) => self.find(&next),
                None => None,
            };
            if let Some(id) = id {
                // Each work tree has a `HEAD` of its own: under one name only one of them would be seen.
                let name = if known.get(&name).is_some_and(|known| *known != id) {
                    [name.as_slice(), b"@", path.as_os_str().as_encoded_bytes()].concat()
                } else {
                    name
                };
                known.insert(name, id);
            }
        }
        known
    }

    /// Every id that a log of a reference names, sorted, each once.
    pub(in crate::source) fn logged(&self) -> Vec<ObjectId> {
        let mut logs = Vec::new();
        for folder in self.folders() {
            collect(&folder.join("logs"), b"logs", 0, &mut logs);
        }
        let mut ids = Vec::new();
        for (_, path) in logs {
            let text = read_small(&path, LIST).unwrap_or_default();
            for line in text.split(|&byte| byte == b'\n') {
                let words = line.splitn(3, |&byte| byte == b' ').take(2);
                ids.extend(words.filter_map(|word| ObjectId::from_hex(word).ok()).filter(|id| !id.is_null()));
            }
        }
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The git directories that hold references: the common one, this work tree's, and those of linked work trees.
    pub(in crate::source) fn folders(&self) -> Vec<PathBuf> {
        let linked = self.common_dir.join("worktrees");
        let linked = fs::read_dir(&linked).into_iter().filter(|_| is_real_folder(&linked)).flatten().flatten();
        let mut folders: Vec<PathBuf> = linked
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .map(|entry| entry.path())
            .collect();
        folders.sort_unstable();
        folders.insert(0, self.common_dir.clone());
        if !folders.contains(&self.git_dir) {
            folders.push(self.git_dir.clone());
        }
        folders
    }

    fn loose(&self, name: &[u8]) -> Option<Target> {
        if self.unread {
            return None;
        }
        let path = path_of(name)?;
        target(&self.git_dir.join(&path)).or_else(|| target(&self.common_dir.join(&path)))
    }
}

fn target(path: &Path) -> Option<Target> {
    // In old days a name that leads to a name was a link. Where it leads on the disk does not matter: it is not opened.
    if let Ok(link) = fs::read_link(path) {
        let name = link.as_os_str().as_encoded_bytes();
        return (name.starts_with(b"refs/") && path_of(name).is_some()).then(|| Target::Name(name.to_vec()));
    }
    let text = read_small(path, LOOSE)?;
    let text = text.trim_ascii();
    match text.strip_prefix(b"ref:") {
        Some(name) => Some(Target::Name(name.trim_ascii().to_vec())),
        None => ObjectId::from_hex(text.split(u8::is_ascii_whitespace).next()?).ok().map(Target::Id),
    }
}

/// A name as a path below the git directory; `None` for one that would lead out of it.
fn path_of(name: &[u8]) -> Option<PathBuf> {
    let parts = name.split(|&byte| byte == b'/');
    let safe = parts.clone().all(|part| !part.is_empty() && part != b"." && part != b".." && !part.contains(&0));
    if !safe {
        return None;
    }
    super::work_tree::path_in(name).filter(|path| path.is_relative())
}

/// The files and links below a folder with their names, whatever they are.
fn collect(folder: &Path, name: &[u8], depth: usize, found: &mut Vec<(Vec<u8>, PathBuf)>) {
    if !is_real_folder(folder) {
        return;
    }
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let inner = [name, b"/", entry.file_name().as_encoded_bytes()].concat();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth < FOLDERS => collect(&entry.path(), &inner, depth + 1, found),
            Ok(kind) if kind.is_file() || kind.is_symlink() => found.push((inner, entry.path())),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lasting_names_are_told_from_passing_ones() {
        let folder = tempfile::tempdir().unwrap();
        let id = |digit: &str| ObjectId::from_hex(digit.repeat(40).as_bytes()).unwrap();
        let write = |name: &str, content: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        };
        for (name, digit) in [
            ("refs/heads/main", "1"),
            ("ORIG_HEAD", "2"),
            ("worktrees/w/HEAD", "3"),
            ("worktrees/w/MERGE_HEAD", "4"),
            ("worktrees/w/refs/bisect/bad", "5"),
        ] {
            write(name, &format!("{}\n", id(digit)));
        }
        write("HEAD", "ref: refs/heads/main\n");
        write("packed-refs", &format!("{} refs/heads/main\n{} refs/tags/v1\n", id("6"), id("7")));
        let found = |names: BTreeMap<Vec<u8>, ObjectId>| {
            let mut ids: Vec<ObjectId> = names.into_values().collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        let references = References::open(folder.path(), folder.path());
        assert_eq!(found(references.lasting()), ["1", "3", "5", "7"].map(id));
        assert_eq!(found(references.passing()), ["2", "4"].map(id));
        assert_eq!(references.all().len(), references.lasting().len() + references.passing().len());
        assert!(!references.unread());

        write("reftable/tables.list", "");
        let references = References::open(folder.path(), folder.path());
        assert!(references.unread() && references.all().is_empty() && references.head().is_none());
    }
}
