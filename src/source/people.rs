//! Whose file it is, as its place tells: a person's home folder, or the folder in which a person's tools keep their
//! settings.
//!
//! Naming somebody who does not have the key would be a false accusation, so what is not sure is nobody's. The accounts
//! that systems and images bring along are no people. `/root` is one: whoever runs the machine works there. What a
//! repository hands out to all who clone it is nobody's own file, whosever home the clone lies in; what is ignored or not
//! yet tracked in that clone is.

use std::path::{Component, Path};

use super::accounts;

/// Where a file lies.
pub(super) struct Place<'p> {
    /// The file, without links.
    pub(super) path: &'p Path,
    /// Where the paths of its root begin.
    pub(super) base: &'p Path,
    /// The top of the work tree that it lies in.
    pub(super) work_tree: Option<&'p Path>,
    /// Whether everybody who has the repository has it.
    pub(super) handed_out: bool,
    /// The package that it lies in, as a path from `base`.
    pub(super) package: Option<&'p str>,
}

/// Names of the folders that hold home folders.
const HOMES: [&str; 2] = ["home", "Users"];

/// Words in the names of folders under which whole file systems are mounted or copied, in the singular.
const COPIES: &[&str] = &[
    "archive", "backup", "bak", "disk", "dump", "export", "image", "media", "mnt", "mount", "restore", "rootf",
    "snapshot", "usr", "var", "volume",
];

/// What stands in home folders alone: settings of shells and of tools that log their user in.
const OWN: &[&str] = &[
    ".bash_history",
    ".bash_profile",
    ".bashrc",
    ".codex",
    ".netrc",
    ".openai",
    ".profile",
    ".ssh",
    ".zprofile",
    ".zsh_history",
    ".zshenv",
    ".zshrc",
];

/// What stands in home folders and in projects.
const OWN_OR_PROJECT: &[&str] =
    &[".aider.conf.yml", ".aws", ".claude", ".claude.json", ".config", ".continue", ".cursor", ".gemini", ".npmrc"];

/// The person whose file it is.
pub(super) fn holder(place: &Place<'_>) -> Option<String> {
    let names: Vec<&str> = place.path.components().filter_map(name_of).collect();
    let depth = |path: &Path| path.components().filter_map(name_of).count();
    // The file's own name is no folder.
    let folders = names.split_last()?.1;
    let top = place.work_tree.map(depth);
    let base = depth(place.base);
    let package = place.package.map(|package| base + package.split('/').filter(|name| *name != ".").count());
    let in_package = |at: usize| package.is_some_and(|package| package <= at);
    let home = (0..folders.len()).rev().find_map(|at| {
        home_at(&names, at, at == base && !in_package(at), top.is_some_and(|top| top <= at)).map(|name| (at, name))
    });
    if let Some((at, name)) = home {
        let above_work_tree = top.is_some_and(|top| at < top);
        let person = accounts::is_person(name);
        return (person && !(above_work_tree && place.handed_out)).then(|| name.to_owned());
    }
    if top.is_some() {
        return None;
    }
    let settings = (0..names.len())
        .find(|&at| OWN.contains(&names[at]) || (!in_package(at) && OWN_OR_PROJECT.contains(&names[at])));
    let name = names[settings?.checked_sub(1)?];
    (!name.is_empty() && accounts::is_person(name)).then(|| name.to_owned())
}

/// The owner of the home folder in the folder at an index. `of_root` says whether that stands at the top of what is scanned.
fn home_at<'n>(names: &[&'n str], at: usize, of_root: bool, in_work_tree: bool) -> Option<&'n str> {
    if at == 0 && names[0] == "root" {
        return Some("root");
    }
    // Its owner's folder, and something in it.
    let (owner, below) = (*names.get(at + 1)?, *names.get(at + 2)?);
    if !HOMES.contains(&names[at]) || owner.is_empty() || owner.starts_with('.') {
        return None;
    }
    let copied = |above: &str| {
        let above = above.to_ascii_lowercase();
        above.split(|char: char| !char.is_ascii_alphabetic()).any(|word| COPIES.contains(&word.trim_end_matches('s')))
    };
    // `home` is a word of pages and smart houses, too: elsewhere something has to say that this is a copied file system.
    let sure = at == 0
        || OWN.contains(&below)
        || OWN_OR_PROJECT.contains(&below)
        || (!in_work_tree && (of_root || copied(names[at - 1])));
    sure.then_some(owner)
}

fn name_of<'p>(component: Component<'p>) -> Option<&'p str> {
    match component {
        // A name that is no text is nobody's that a report could name.
        Component::Normal(name) => Some(name.to_str().unwrap_or_default()),
        _ => None,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn of(path: &str, base: &str, work_tree: Option<&str>, handed_out: bool) -> Option<String> {
        let work_tree = work_tree.map(Path::new);
        holder(&Place { path: Path::new(path), base: Path::new(base), work_tree, handed_out, package: None })
    }

    #[test]
    fn home_folders_name_their_owners() {
        for (path, wanted) in [
            ("/home/alice/.env", Some("alice")),
            ("/home/alice/work/app/.env", Some("alice")),
            ("/Users/Bob/.zshrc", Some("Bob")),
            ("/root/.config/x.json", Some("root")),
            ("/var/home/alice/x.env", Some("alice")),
            ("/srv/nightly-backup/home/alice/x.env", Some("alice")),
            ("/scan/home/alice/x.env", Some("alice")),
            ("/scan/deep/down/home/alice/.netrc", Some("alice")),
            ("/home/alice/backup/home/bob/x.env", Some("bob")),
            ("/srv/backups/home/alice/x.env", Some("alice")),
            ("/srv/folder/home/pages/x.env", None),
            ("/home/ubuntu/x.env", None),
            ("/home/openwebui/x.env", None),
            ("/Users/Shared/x.env", None),
            ("/home/x.env", None),
            ("/scan/src/home/components/x.env", None),
            ("/scan/web/root/x.env", None),
            ("/scan/x.env", None),
        ] {
            assert_eq!(of(path, "/scan", None, false).as_deref(), wanted, "{path}");
        }
    }

    #[test]
    fn a_repository_is_not_what_the_owner_of_its_home_has_alone() {
        let clone = Some("/home/alice/app");
        assert_eq!(of("/home/alice/app/config.py", "/home/alice/app", clone, true), None);
        assert_eq!(of("/home/alice/app/.env", "/home/alice/app", clone, false).as_deref(), Some("alice"));
        // Home folders that a repository keeps are their owners', in whatever home it lies.
        let kept = "/home/alice/dotfiles/home/bob/.bashrc";
        assert_eq!(of(kept, "/home/alice/dotfiles", Some("/home/alice/dotfiles"), true).as_deref(), Some("bob"));
        assert_eq!(of("/w/app/home/pages/x.env", "/w/app", Some("/w/app"), true), None);
    }

    #[test]
    fn settings_of_a_persons_tools_name_the_folder_that_holds_them() {
        for (path, wanted) in [
            ("/srv/people/carol/.codex/auth.json", Some("carol")),
            ("/srv/people/carol/.bashrc", Some("carol")),
            ("/srv/people/carol/.config/tool/x.json", Some("carol")),
            ("/srv/people/app/.bashrc", None),
            ("/srv/people/carol/.env", None),
            ("/.bashrc", None),
        ] {
            assert_eq!(of(path, "/srv", None, false).as_deref(), wanted, "{path}");
        }
        assert_eq!(of("/srv/carol/.bashrc", "/srv", Some("/srv/carol"), true), None);
        let project = |name: &str| {
            let path = Path::new("/srv/shop").join(name);
            let place = Place {
                path: &path,
                base: Path::new("/srv"),
                work_tree: None,
                handed_out: false,
                package: Some("shop"),
            };
            holder(&place)
        };
        assert_eq!(project(".npmrc"), None);
        assert_eq!(project(".claude/settings.json"), None);
        assert_eq!(project(".netrc").as_deref(), Some("shop"));
    }
}
