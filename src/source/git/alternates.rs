//! Folders that a repository borrows objects from.

use std::path::{Path, PathBuf};

use super::objects::Problem;
use super::work_tree::path_in;
use crate::model::SkipReason;
use crate::source::open::read_small;

/// Largest list of folders that is read, in bytes.
const LIST: u64 = 64 * 1024;

/// Most folders that are used together. Git itself follows a chain of five.
const MOST: usize = 64;

/// A folder of objects and those it borrows from, its own first, each once. A folder that `follow` refuses is noted as a
/// problem, for what it holds is missing then.
pub(super) fn folders(own: &Path, follow: &dyn Fn(&Path) -> bool, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let mut folders = vec![own.canonicalize().unwrap_or_else(|_| own.to_path_buf())];
    let mut next = 0;
    while let Some(folder) = folders.get(next).cloned() {
        next += 1;
        let list = folder.join("info/alternates");
        let Some(text) = read_small(&list, LIST) else { continue };
        for line in text.split(|&byte| byte == b'\n').filter(|line| !line.starts_with(b"#")) {
            let Some(path) = path_in(line) else { continue };
            match folder.join(path).canonicalize() {
                Ok(path) if folders.contains(&path) => {}
                Ok(path) if path.is_dir() && follow(&path) && folders.len() < MOST => folders.push(path),
                _ => problems.push((list.clone(), SkipReason::MissingObject)),
            }
        }
    }
    folders
}
