//! Which hook git runs before a commit, and who looks after it.

use std::path::{Path, PathBuf};

use keyscan::source::Checkout;

use super::super::args::from_environment;
use super::write::Place;
use super::{shown, text_of, texts};

/// Where lefthook reads its settings.
const LEFTHOOK: [&str; 5] =
    ["lefthook.yml", "lefthook.yaml", ".lefthook.yml", ".lefthook.yaml", ".config/lefthook.yml"];

/// Where a hook belongs.
pub(super) enum Hook {
    /// In a file.
    File(Place),
    /// In the settings of a program that looks after hooks: what to do there.
    Lines(String),
    /// Where keyscan does not write: why, and what to do.
    Elsewhere(String),
    /// Nowhere: there is no git.
    None,
}

/// Finds the place of the hook that git runs before a commit.
pub(super) fn find(top: &Path, checkout: Option<&Checkout>) -> Hook {
    let Some(checkout) = checkout else { return Hook::None };
    if let Some(text) = managed(top) {
        return Hook::Lines(text);
    }
    // A link instead of `.git` would carry the hook into another repository.
    if top.join(".git").symlink_metadata().is_ok_and(|kind| kind.is_symlink()) {
        return Hook::Elsewhere(format!("{} is a symbolic link: no hook was written", shown(&top.join(".git"))));
    }
    let Some(path) = &checkout.hooks_path else {
        return Hook::File(Place::below(&checkout.common_dir, "hooks/pre-commit"));
    };
    let hooks = match (path.strip_prefix("~/"), home()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => top.join(path),
    };
    let file = hooks.join("pre-commit");
    let inside = [top, &checkout.common_dir].into_iter().find_map(|base| {
        let below = file.strip_prefix(base).ok()?;
        let plain = below.components().all(|part| !matches!(part, std::path::Component::ParentDir));
        (plain && !path.is_empty()).then(|| Place::below(base, below))
    });
    match inside {
        Some(place) => Hook::File(place),
        None if hooks.exists() && !hooks.is_dir() => {
            Hook::Elsewhere("git's setting core.hooksPath turns all hooks off: no hook was written".to_owned())
        }
        None => {
            let why = "git's setting core.hooksPath leads out of this repository: no hook was written.";
            Hook::Elsewhere(format!("{why}{}", texts::add_to(&shown(&file), "", texts::SCRIPT_LINE)))
        }
    }
}

/// What to add where a program looks after the hooks: a file written beside it would be overwritten, or never run.
fn managed(top: &Path) -> Option<String> {
    let is_there = |name: &&str| top.join(name).symlink_metadata().is_ok();
    let husky = || Some(".husky/pre-commit").filter(|_| is_there(&".husky"));
    let (file, place, lines) = if is_there(&texts::PRE_COMMIT) {
        (texts::PRE_COMMIT, ", below repos", texts::PRE_COMMIT_LINES)
    } else if let Some(file) = LEFTHOOK.into_iter().find(is_there) {
        (file, "", texts::LEFTHOOK_LINES)
    } else {
        (husky()?, "", texts::SCRIPT_LINE)
    };
    let runs = text_of(&top.join(file)).is_some_and(|text| text.contains("keyscan"));
    Some(if runs { format!("{file} names keyscan already") } else { texts::add_to(file, place, lines) })
}

/// Whether a hook was written by keyscan.
pub(super) fn is_ours(text: &str) -> bool {
    text.lines().any(|line| line.starts_with(texts::OURS))
}

/// The files of settings that hold for all of a user's repositories, the weaker first. A user's own files are often
/// links into a folder that they keep in git, so these are followed.
pub(super) fn settings_above() -> Vec<PathBuf> {
    let mut files = Vec::new();
    if from_environment("GIT_CONFIG_NOSYSTEM").is_none() {
        files.push(from_environment("GIT_CONFIG_SYSTEM").map_or_else(|| "/etc/gitconfig".into(), PathBuf::from));
    }
    if let Some(global) = from_environment("GIT_CONFIG_GLOBAL") {
        files.push(global.into());
    } else if let Some(home) = home() {
        let folder = from_environment("XDG_CONFIG_HOME").map_or_else(|| home.join(".config"), PathBuf::from);
        files.extend([folder.join("git/config"), home.join(".gitconfig")]);
    }
    files.iter().filter_map(|file| file.canonicalize().ok()).collect()
}

/// The user's folder, as git itself finds it.
fn home() -> Option<PathBuf> {
    from_environment("HOME").or_else(|| from_environment("USERPROFILE")).map(PathBuf::from)
}
