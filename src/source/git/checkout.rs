//! What a command has to know that writes beside a repository, such as one that sets up a hook. Scans do not ask for it.

use std::path::{Path, PathBuf};

use super::identity::address;
use super::settings::Settings;
use super::work_tree::{WorkTree, git_dirs};

/// A work tree, and what its settings say about the things around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    /// The top of the work tree, without links.
    pub top: PathBuf,
    /// The git directory that all work trees of the repository share, without links.
    pub common_dir: PathBuf,
    /// `core.hooksPath` as it is written, if it is set.
    pub hooks_path: Option<String>,
    /// The hosts of its remotes.
    pub hosts: Vec<String>,
}

/// The work tree that a folder lies in, if it lies in one.
///
/// `above` are the settings of the user and the machine, the weaker first; what they include from elsewhere is not read.
#[must_use]
pub fn checkout(folder: &Path, above: &[PathBuf]) -> Option<Checkout> {
    let folder = folder.canonicalize().ok()?;
    let top = WorkTree::top_of(&folder)?.to_path_buf();
    let (git_dir, common) = git_dirs(&top)?;
    let common_dir = common.canonicalize().ok()?;
    let own = Settings::said(&common_dir);
    let of_tree = git_dir.join("config.worktree");
    let of_tree = if own.per_tree { Settings::of_file(&of_tree) } else { Settings::default() };
    let addresses = own.remotes.iter().filter_map(|(_, url)| address(url, &top));
    let host = |address: String| Some(address.strip_prefix("remote:")?.split('/').next()?.to_owned());
    let hosts = addresses.filter_map(host).collect();
    let weaker = above.iter().rev().map(|file| Settings::of_file(file));
    let hooks_path = [of_tree, own].into_iter().chain(weaker).find_map(|settings| settings.hooks_path);
    Some(Checkout { top, common_dir, hooks_path, hosts })
}
