//! The few facts of a repository's configuration that are needed to read it. Nothing else of it is looked at, nothing is
//! included from elsewhere, and a line that is no setting is passed over, where git itself would give up.

use std::collections::BTreeMap;
use std::fs;
use std::iter::Peekable;
use std::path::Path;
use std::str::Chars;

use gix_hash::Kind;

use super::objects::is_real_folder;
use super::references::References;
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
    /// Whether the references are kept in another way than as files.
    pub(super) no_ref_files: bool,
    /// Names and addresses of the remotes, in the order of the file.
    pub(super) remotes: Vec<(String, String)>,
    /// Whether each work tree has settings of its own.
    pub(super) per_tree: bool,
    /// Where git is told to look for hooks, as it is written. Nothing that scans obeys it.
    pub(super) hooks_path: Option<String>,
}

impl Settings {
    /// Reads the configuration of a git directory. Which hash the repository uses is believed as far as what is there
    /// does not say otherwise: a configuration that is lost must not hide a whole history.
    pub(super) fn of(common_dir: &Path) -> Self {
        let mut settings = Self::said(common_dir);
        let (said, other) = if settings.sha256 { (Kind::Sha256, Kind::Sha1) } else { (Kind::Sha1, Kind::Sha256) };
        if !has_ids(common_dir, said) && has_ids(common_dir, other) {
            settings.sha256 = !settings.sha256;
        }
        settings
    }

    /// What the configuration of a git directory says, be it true or not.
    pub(super) fn said(common_dir: &Path) -> Self {
        Self::of_file(&common_dir.join("config"))
    }

    /// What a single file of settings says; nothing where there is none.
    pub(super) fn of_file(file: &Path) -> Self {
        let bytes = read_small(file, LARGEST).unwrap_or_default();
        Self::read(&String::from_utf8_lossy(&bytes))
    }

    fn read(text: &str) -> Self {
        let mut settings = Self::default();
        let mut partial = false;
        let mut promisors = BTreeMap::new();
        each_setting(text, &mut |setting| {
            let value = setting.value.unwrap_or_default();
            let no = setting.value.is_some_and(|value| NO.iter().any(|no| value.eq_ignore_ascii_case(no)));
            match (setting.section, setting.of, setting.name) {
                ("extensions", None, "objectformat") => settings.sha256 = value.eq_ignore_ascii_case("sha256"),
                ("extensions", None, "refstorage") => settings.no_ref_files = !value.eq_ignore_ascii_case("files"),
                ("extensions", None, "partialclone") => partial = true,
                ("extensions", None, "worktreeconfig") => settings.per_tree = !no,
                ("core", None, "hookspath") => settings.hooks_path = Some(value.to_owned()),
                ("remote", Some(remote), "promisor") => {
                    promisors.insert(remote.to_owned(), !no);
                }
                ("remote", Some(remote), "url") if !value.is_empty() => {
                    settings.remotes.push((remote.to_owned(), value.to_owned()));
                }
                _ => {}
            }
        });
        settings.partial = partial || promisors.into_values().any(|is_one| is_one);
        settings
    }

    /// How the repository's ids are made.
    pub(super) const fn hash(&self) -> Kind {
        if self.sha256 { Kind::Sha256 } else { Kind::Sha1 }
    }
}

/// What git takes for "no". Without a value a setting is a "yes".
const NO: &[&str] = &["", "false", "no", "off", "0"];

/// Whether a repository has ids of a kind: in the names of packs and loose objects, or where references point to.
fn has_ids(common_dir: &Path, kind: Kind) -> bool {
    let objects = common_dir.join("objects");
    let pack =
        |name: &str| name.strip_prefix("pack-").and_then(|name| name.split('.').next()).is_some_and(is_hex(kind, 0));
    has_name(&objects.join("pack"), &pack)
        || has_name(&objects, &|name| name.len() == 2 && has_name(&objects.join(name), &is_hex(kind, 2)))
        || References::open(common_dir, common_dir).lasting().into_values().any(|id| id.kind() == kind)
}

/// Whether a text is an id of a kind without its first digits.
fn is_hex(kind: Kind, without: usize) -> impl Fn(&str) -> bool {
    move |text| text.len() + without == kind.len_in_hex() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a folder, which is no link, has an entry of a certain name.
fn has_name(folder: &Path, is_wanted: &dyn Fn(&str) -> bool) -> bool {
    let entries = fs::read_dir(folder).into_iter().filter(|_| is_real_folder(folder)).flatten().flatten();
    entries.into_iter().any(|entry| entry.file_name().to_str().is_some_and(is_wanted))
}

/// A setting: `section.of.name = value`.
struct Setting<'a> {
    /// In lower case.
    section: &'a str,
    /// What the section is about, the name of a remote for instance.
    of: Option<&'a str>,
    /// In lower case.
    name: &'a str,
    value: Option<&'a str>,
}

/// Calls `visit` with each setting of a configuration, read by git's rules.
fn each_setting(text: &str, visit: &mut dyn FnMut(&Setting<'_>)) {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut line = Line(text.chars().peekable());
    let mut section = None;
    while let Some(first) = line.0.next() {
        match first {
            '[' => {
                section = line.section();
                if section.is_none() {
                    line.skip();
                }
            }
            _ if first.is_ascii_whitespace() => {}
            _ if first.is_ascii_alphabetic() => match (line.setting(first), &section) {
                (Some((name, value)), Some((section, of))) => {
                    visit(&Setting { section, of: of.as_deref(), name: &name, value: value.as_deref() });
                }
                (Some(_), None) => {}
                (None, _) => line.skip(),
            },
            _ => line.skip(),
        }
    }
}

/// The rest of a configuration. None of the functions passes the end of the line, but by a backslash before it.
struct Line<'t>(Peekable<Chars<'t>>);

impl Line<'_> {
    /// The next character of this line.
    fn next(&mut self) -> Option<char> {
        self.0.next_if(|&next| next != '\n')
    }

    fn skip(&mut self) {
        while self.next().is_some() {}
    }

    /// A section and what it is about, behind the opening bracket: `remote "origin"]`, in old files `remote.origin]`.
    fn section(&mut self) -> Option<(String, Option<String>)> {
        let mut name = String::new();
        let mut next = self.next()?;
        while next.is_ascii_alphanumeric() || next == '-' || next == '.' {
            name.push(next.to_ascii_lowercase());
            next = self.next()?;
        }
        if next == ']' {
            return Some(match name.split_once('.') {
                Some((section, of)) => (section.to_owned(), Some(of.to_owned())),
                None => (name, None),
            });
        }
        while matches!(next, ' ' | '\t') {
            next = self.next()?;
        }
        if next != '"' {
            return None;
        }
        let mut of = String::new();
        loop {
            match self.next()? {
                '"' => break,
                '\\' => of.push(self.next()?),
                plain => of.push(plain),
            }
        }
        (self.next()? == ']').then_some((name, Some(of)))
    }

    /// A name, in lower case, and its value if it has one.
    fn setting(&mut self, first: char) -> Option<(String, Option<String>)> {
        let mut name = String::from(first.to_ascii_lowercase());
        while let Some(next) = self.0.next_if(|&next| next.is_ascii_alphanumeric() || next == '-') {
            name.push(next.to_ascii_lowercase());
        }
        while self.0.next_if(|next| matches!(next, ' ' | '\t' | '\r')).is_some() {}
        match self.next() {
            None => Some((name, None)),
            Some('=') => Some((name, Some(self.value()?))),
            Some(_) => None,
        }
    }

    /// A value to the end of the line, or of the lines. Quotes may begin and end anywhere in it.
    fn value(&mut self) -> Option<String> {
        let (mut value, mut is_quoted) = (String::new(), false);
        // How much is left when the blanks at the end are taken away.
        let mut end = 0;
        while let Some(next) = self.next() {
            match next {
                '#' | ';' if !is_quoted => {
                    self.skip();
                    continue;
                }
                _ if next.is_ascii_whitespace() && !is_quoted => {
                    if !value.is_empty() {
                        value.push(next);
                    }
                    continue;
                }
                '"' => is_quoted = !is_quoted,
                '\\' => match self.0.next() {
                    Some('\n') => {}
                    Some('n') => value.push('\n'),
                    Some('t') => value.push('\t'),
                    Some('b') => value.push('\u{8}'),
                    Some(escaped @ ('"' | '\\')) => value.push(escaped),
                    _ => return None,
                },
                _ => value.push(next),
            }
            end = value.len();
        }
        value.truncate(end);
        (!is_quoted).then_some(value)
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

    #[test]
    fn syntax_is_gits() {
        for text in [
            "[extensions] objectformat = sha256",
            "\u{feff}[extensions]\r\n\tobjectformat = sha256\r\n",
            "[extensions]\nobjectformat = sha256 ; a comment",
            "[extensions]\nobjectformat = sha256# \"a comment",
            "[EXTENSIONS] # objectformat = sha1\n ObjectFormat\t=sha\\\n256",
            "[extensions]objectformat=\"sha\"256\t",
            "[broken\n[extensions \"of\"]x\nobjectformat=sha1\n[extensions] objectformat = sha256\n1 = 2\nx = \"\nb = \\q",
        ] {
            assert_eq!(Settings::read(text), Settings { sha256: true, ..Settings::default() }, "{text}");
        }
        for text in [
            "[extensions] ; objectformat = sha256",
            "[extensions \"x\"] objectformat = sha256",
            "[core] objectformat = sha256",
            "[extensions] objectformat = sha256x",
            "[extensions] objectformat sha256",
            "[extensions\nobjectformat = sha256",
            "[extensions]\nobjectformat = \"sha256",
            "[extensions] objectformat = sha256\nobjectformat = sha1",
        ] {
            assert_eq!(Settings::read(text), Settings::default(), "{text}");
        }
    }

    #[test]
    fn values_are_gits() {
        let text = "[remote \"a \\\"]\\\\\"] url = https://a/\"#\"x;y\nurl=\nurl =  a  b \\t\\n \nurl=c\\\n  d\n[remote.b]\nurl = \" e \"";
        let addresses: Vec<String> = Settings::read(text).remotes.into_iter().map(|(_, address)| address).collect();
        assert_eq!(addresses, ["https://a/#x", "a  b \t\n", "c  d", " e "]);
        for (value, partial) in [
            ("", true),
            (" = true", true),
            (" = 1", true),
            (" = false", false),
            (" = No", false),
            (" =", false),
            (" = \"\" # x", false),
        ] {
            assert_eq!(Settings::read(&format!("[remote \"o\"]\npromisor{value}\n")).partial, partial, "{value}");
        }
        let of = |text| Settings::read(text).partial;
        assert!(!of("[remote \"o\"]\npromisor\n[remote \"o\"]\npromisor = off"));
        assert!(of("[remote \"o\"]\npromisor\n[remote \"p\"]\npromisor = off"));
        assert!(of("[extensions]\npartialClone = o"));
        let hooks = |text| Settings::read(text).hooks_path;
        assert_eq!(hooks("[core]\nhooksPath = .a\n[Core] hookspath=\"~/b c\" # x").as_deref(), Some("~/b c"));
        assert_eq!(hooks("[core]\n# hooksPath = .a\n[core \"x\"] hooksPath = .b"), None);
        assert!(Settings::read("[extensions] refStorage = reftable").no_ref_files);
        assert!(!Settings::read("[extensions] refStorage = Files").no_ref_files);
    }
}
