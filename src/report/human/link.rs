//! Links of places: `file://HOST/absolute/path`, for terminals that follow OSC 8.

use std::fmt::Write as _;
use std::path::Path;

use crate::model::{Exposure, Occurrence};

/// Where the files are that places name. Who has this gets links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    /// The host, as it stands in URLs: a terminal may show the files of another machine.
    host: String,
    /// The folder that paths for people are relative to, as it stands in URLs.
    folder: String,
}

impl Links {
    /// Links to the files of a machine, seen from an absolute working directory.
    #[must_use]
    pub fn new(host: &str, working_directory: &Path) -> Self {
        let host = escaped(host.as_bytes(), b"-._~:");
        Self { host, folder: path(working_directory.as_os_str().as_encoded_bytes()) }
    }

    /// The URL of a path for people; `percent` says that raw bytes in it are `%XX` already. None where it is not the whole
    /// path: with a key taken out of it, or inside of an archive.
    pub(super) fn url(&self, shown: &str, percent: bool) -> Option<String> {
        if shown.contains("[key]") || shown.contains('!') {
            return None;
        }
        let Self { host, folder } = self;
        let below = if percent { escaped(shown.as_bytes(), b"-._~/%") } else { path(shown.as_bytes()) };
        Some(if Path::new(shown).is_absolute() {
            let slash = if below.starts_with('/') { "" } else { "/" };
            format!("file://{host}{slash}{below}")
        } else {
            let slash = if folder.starts_with('/') { "" } else { "/" };
            format!("file://{host}{slash}{}/{below}", folder.trim_end_matches('/'))
        })
    }
}

/// Whether a place stands in a file that is there to be opened.
pub(super) fn is_file(place: &Occurrence) -> bool {
    match place.exposure {
        Exposure::Tracked | Exposure::Untracked | Exposure::Ignored | Exposure::OutsideGit | Exposure::Staged => true,
        Exposure::History | Exposure::GitMetadata | Exposure::Stdin => false,
    }
}

/// A path as it stands in a URL.
fn path(bytes: &[u8]) -> String {
    if cfg!(windows) {
        let slashes: Vec<u8> = bytes.iter().map(|&byte| if byte == b'\\' { b'/' } else { byte }).collect();
        return escaped(&slashes, b"-._~/:");
    }
    escaped(bytes, b"-._~/")
}

/// Bytes percent-encoded, except letters, digits and `kept` signs.
fn escaped(bytes: &[u8], kept: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 16);
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(all(test, unix))]
mod tests {
    use super::Links;
    use std::path::Path;

    #[test]
    fn paths_become_urls() {
        let links = Links::new("build-7.example", Path::new("/home/ü x"));
        let url = |shown: &str| links.url(shown, false).unwrap();
        assert_eq!(url("a/.env"), "file://build-7.example/home/%C3%BC%20x/a/.env");
        assert_eq!(url("/etc/a b"), "file://build-7.example/etc/a%20b");
        assert_eq!(url("a\u{1b}\\%;\n"), "file://build-7.example/home/%C3%BC%20x/a%1B%5C%25%3B%0A");
        assert_eq!(links.url("b/%FF%25", true).unwrap(), "file://build-7.example/home/%C3%BC%20x/b/%FF%25");
        assert_eq!(links.url("a/[key].env", false), None);
        assert_eq!(links.url("a.zip!b.env", false), None);
        assert_eq!(Links::new("", Path::new("/")).url("a", false).unwrap(), "file:///a");
    }

    #[test]
    fn a_host_ends_no_link() {
        let links = Links::new("a\u{7}\u{1b}/b", Path::new("/"));
        assert_eq!(links.url("c", false).unwrap(), "file://a%07%1B%2Fb/c");
    }
}
