//! What tells repositories from one another, and clones of one repository from none.
//!
//! Clones, forks and work trees begin with the same commit. Where the history is cut off its first commit is nobody's, and
//! the address it was cloned from has to do. Finding the first commit means following the whole history, so it is
//! only done where a key was found.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::commit::Commit;
use super::repositories::Located;
use super::settings::Settings;
use crate::model::Repository;
use crate::source::{Redact, paths};

/// Says what tells repositories from one another, as far as `wanted` asks for it.
#[must_use]
pub fn identify(
    located: &[Located],
    wanted: &dyn Fn(usize) -> bool,
    follow_alternates: bool,
    redact: Redact<'_>,
) -> Vec<Repository> {
    let facts = |(index, located): (usize, &Located)| {
        let name = located.top.file_name().map_or_else(|| located.top.clone(), PathBuf::from);
        let name = redact(&paths::text(&name).0);
        if wanted(index) {
            let root_commit = root_commit(located, follow_alternates);
            Repository { name, identity: identity(located, root_commit.as_deref()), root_commit }
        } else {
            Repository { name, identity: Vec::new(), root_commit: None }
        }
    };
    located.iter().enumerate().map(facts).collect()
}

fn identity(located: &Located, root_commit: Option<&str>) -> Vec<String> {
    let mut identity: Vec<String> = root_commit.iter().map(|id| format!("commit:{id}")).collect();
    // Whatever history is cut off here and there: two that stand at the same commit are one repository.
    identity.extend(located.references().head().map(|id| format!("commit:{id}")));
    let remotes = Settings::of(&located.common_dir).remotes;
    let home = remotes.iter().filter(|(name, _)| {
        // Whatever else a repository pulls from or is deployed to, others may, too. What cannot show its first commit has
        // nothing better to tell of.
        name == "origin" || remotes.len() == 1 || root_commit.is_none()
    });
    identity.extend(home.filter_map(|(_, url)| address(url, &located.top)));
    identity.push(format!("path:{}", located.top.canonicalize().unwrap_or_else(|_| located.top.clone()).display()));
    identity.push(format!("path:{}", located.common_dir.display()));
    identity.sort_unstable();
    identity.dedup();
    identity
}

/// The first commit behind `HEAD`, along first parents. None where the history is cut off, or cannot be read to its end.
fn root_commit(located: &Located, follow_alternates: bool) -> Option<String> {
    if located.root_commit.is_some() {
        return located.root_commit.clone();
    }
    if located.common_dir.join("shallow").exists() {
        return None;
    }
    let (objects, _) = located.open(&|_| follow_alternates);
    let (mut reader, mut buffer) = (objects.reader(), Vec::new());
    let mut id = located.references().head()?;
    let mut seen = HashSet::new();
    while seen.insert(id) {
        if reader.read(&id, &mut buffer).ok()? != gix_object::Kind::Commit {
            return None;
        }
        match Commit::read(id, &buffer)?.parents.first() {
            Some(parent) => id = *parent,
            None => return Some(id.to_string()),
        }
    }
    None
}

/// Second names of hosts, behind which git is reached through a port that is open everywhere.
const ALIASES: [(&str, &str); 5] = [
    ("altssh.bitbucket.org", "bitbucket.org"),
    ("altssh.gitlab.com", "gitlab.com"),
    ("ssh.github.com", "github.com"),
    ("www.bitbucket.org", "bitbucket.org"),
    ("www.github.com", "github.com"),
];

/// A remote's address without what differs between people who use it: scheme, user, port, `.git`, and the case of
/// letters, which no common server tells apart in the names of repositories.
pub(super) fn address(url: &str, top: &Path) -> Option<String> {
    let whole = url.trim().trim_end_matches('/');
    let url = whole.strip_suffix(".git").unwrap_or(whole).trim_end_matches('/');
    let suffix = &whole[url.len()..];
    let (host, path) = match url.split_once("://") {
        Some(("file", path)) => return local(Path::new(path.strip_prefix("localhost").unwrap_or(path)), suffix),
        Some((_, rest)) => rest.split_once('/')?,
        // `user@host:path`; a colon behind a slash belongs to a path.
        None => match url.split_once(':') {
            Some((host, path)) if !host.contains('/') && host.len() > 1 => (host, path),
            _ if url.is_empty() => return None,
            _ => return local(&top.join(url), suffix),
        },
    };
    let host = host.rsplit('@').next().unwrap_or(host);
    let host = host.split(':').next().unwrap_or(host).to_ascii_lowercase();
    let host = ALIASES.iter().find(|(alias, _)| *alias == host).map_or(host.as_str(), |(_, host)| host);
    let path: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
    // An owner without a repository is the address of none.
    let shortest = if matches!(host, "github.com" | "gitlab.com" | "bitbucket.org") { 2 } else { 1 };
    (path.len() >= shortest && !host.is_empty()).then(|| format!("remote:{host}/{}", path.join("/").to_lowercase()))
}

/// A repository on this machine: git finds it with the suffix of its name or without.
fn local(path: &Path, suffix: &str) -> Option<String> {
    let with = |suffix: &str| {
        let mut path = path.as_os_str().to_owned();
        path.push(suffix);
        Path::new(&path).canonicalize()
    };
    let real = with(suffix).or_else(|_| with("")).or_else(|_| with(".git")).unwrap_or_else(|_| path.to_path_buf());
    // `/dev/null` is where people send what must not be pushed.
    let nowhere = real.parent().is_none() || real.starts_with("/dev");
    (!nowhere).then(|| format!("path:{}", real.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_the_same_whoever_uses_it() {
        let of = |url: &str| address(url, Path::new("/nowhere/top"));
        for url in [
            "https://github.com/team/app.git",
            "https://user:secret@GitHub.com/team/app",
            "git@github.com:team/app.git",
            "ssh://git@github.com:22/team/app/",
            "git://github.com/team/app.git/",
            "https://github.com:443/Team/App.git",
            "ssh://git@ssh.github.com:443/team/app.git",
            "https://www.github.com//TEAM/app",
        ] {
            assert_eq!(of(url).as_deref(), Some("remote:github.com/team/app"), "{url}");
        }
        for url in ["https://github.com/team/app2", "https://gitlab.com/team/app", "https://git.example.com/team/app"] {
            assert_ne!(of(url).as_deref(), Some("remote:github.com/team/app"), "{url}");
        }
        // A local path is what it is.
        assert_eq!(of("/nowhere/A").as_deref(), Some("path:/nowhere/A"));
        assert_eq!(of("file:///nowhere/a.git").as_deref(), Some("path:/nowhere/a"));
        assert_eq!(of("/nowhere/a").as_deref(), Some("path:/nowhere/a"));
        assert_eq!(of("../a").as_deref(), Some("path:/nowhere/top/../a"));
        for nowhere in [
            "",
            "https://",
            "https://github.com/",
            "https://github.com/acme/",
            "git@github.com:",
            "file:///dev/null",
            "/",
        ] {
            assert_eq!(of(nowhere), None, "{nowhere}");
        }
    }

    #[test]
    fn repositories_of_this_machine_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        for name in ["foo.git", "foo.bar", "two", "two.git"] {
            std::fs::create_dir(top.join(name)).unwrap();
        }
        let of = |url: &str| address(url, &top).unwrap();
        let path = |name: &str| format!("path:{}", top.join(name).display());
        for (url, name) in [
            ("foo", "foo.git"),
            ("foo.git/", "foo.git"),
            ("./foo.bar.git", "foo.bar"),
            ("two", "two"),
            ("two.git", "two.git"),
        ] {
            assert_eq!(of(url), path(name), "{url}");
        }
        // Neither is there, and the one's name must not lead to the other.
        assert_eq!(of("foo.none.git"), path("foo.none"));
        assert_eq!(of("foo.none"), path("foo.none"));
    }
}
