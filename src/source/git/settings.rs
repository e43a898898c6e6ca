//! The few facts of a repository's configuration that are needed to read it. Nothing else of it is looked at, nothing is
//! included from elsewhere, and a line that is no setting is passed over.

use std::path::Path;

use crate::source::open::read_small;

/// Largest configuration that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// What a configuration says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Settings {
    /// Whether the ids are SHA-256.
    pub(super) sha256: bool,
    /// Whether objects may be missing, because the clone left them out.
    pub(super) partial: bool,
    /// Names and addresses of the remotes, in the order of the file.
    pub(super) remotes: Vec<(String, String)>,
}

impl Settings {
    /// Reads the configuration of a git directory.
    pub(super) fn of(common_dir: &Path) -> Self {
        let bytes = read_small(&common_dir.join("config"), LARGEST).unwrap_or_default();
        Self::read(&String::from_utf8_lossy(&bytes))
    }

    fn read(text: &str) -> Self {
        let mut settings = Self::default();
        let (mut section, mut name_of_section) = (String::new(), String::new());
        for line in text.lines().map(str::trim) {
            if let Some(head) = line.strip_prefix('[') {
                let head = head.split(']').next().unwrap_or_default();
                section = head.split([' ', '\t', '"']).next().unwrap_or_default().to_ascii_lowercase();
                name_of_section = head.split('"').nth(1).unwrap_or_default().to_owned();
                continue;
            }
            let Some((name, value)) = line.split_once('=') else { continue };
            let value = value.trim().trim_matches('"');
            match (section.as_str(), name.trim().to_ascii_lowercase().as_str()) {
                ("extensions", "objectformat") => settings.sha256 = value.eq_ignore_ascii_case("sha256"),
                ("extensions", "partialclone") | ("remote", "promisor") => settings.partial = true,
                ("remote", "url") => settings.remotes.push((name_of_section.clone(), value.to_owned())),
                _ => {}
            }
        }
        settings
    }

    /// How the repository's ids are made.
    pub(super) const fn hash(&self) -> gix_hash::Kind {
        if self.sha256 { gix_hash::Kind::Sha256 } else { gix_hash::Kind::Sha1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_from_any_text() {
        let text = "[core]\n\tbare = false\n[extensions]\n objectFormat = SHA256\n[remote \"origin\"]\n\turl = \
                    \"https://host/a.git\"\n[include]\n path = /etc/passwd\n[[[\n=\n[Remote \"b\"] \nURL=git@host:b\n";
        let settings = Settings::read(text);
        assert!(settings.sha256 && !settings.partial);
        let remotes: Vec<_> = settings.remotes.iter().map(|(name, url)| (name.as_str(), url.as_str())).collect();
        assert_eq!(remotes, [("origin", "https://host/a.git"), ("b", "git@host:b")]);
        assert_eq!(settings.hash(), gix_hash::Kind::Sha256);
        assert!(Settings::read("[remote \"o\"]\npromisor = true").partial);
        assert_eq!(Settings::read("\u{0}\u{ff}["), Settings::default());
    }
}
