//! Generated trees in a folder that goes away.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A folder of generated files.
pub struct Tree(TempDir);

impl Tree {
    /// An empty folder in no git work tree.
    pub fn new() -> Self {
        Self(TempDir::with_prefix("ks-").expect("a temporary folder can be made"))
    }

    /// One file.
    pub fn one(path: &str, content: impl AsRef<[u8]>) -> Self {
        let tree = Self::new();
        tree.write(path, content);
        tree
    }

    /// Writes a file, with the folders it needs.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let file = self.at(path);
        std::fs::create_dir_all(file.parent().expect("a file has a folder")).expect("folders can be made");
        std::fs::write(file, content).expect("a file can be written");
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// A path in the folder.
    pub fn at(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }

    /// Makes every file tracked. False, with a line that says so, where there is no git program.
    pub fn track(&self) -> bool {
        let git = |args: &[&str]| {
            Command::new("git")
                .args(args)
                .current_dir(self.path())
                .env("GIT_CONFIG_GLOBAL", "/dev/null")
                .env("GIT_CONFIG_NOSYSTEM", "1")
                .output()
        };
        match git(&["init", "-q"]).and_then(|_| git(&["add", "-A", "-f"])) {
            Ok(output) => output.status.success(),
            Err(_) => {
                println!("skipped: no git program here");
                false
            }
        }
    }
}

/// Line, column and column behind the end, 1-based, columns in code points, of a text that stands in `content` once.
pub fn place(content: &str, text: &str) -> (u64, u64, u64) {
    let start = content.find(text).expect("the text stands in the content");
    assert_eq!(content.matches(text).count(), 1, "the text stands there once");
    let line_start = content[..start].rfind('\n').map_or(0, |at| at + 1);
    let line = content[..start].matches('\n').count() as u64 + 1;
    let column = content[line_start..start].chars().count() as u64 + 1;
    (line, column, column + text.chars().count() as u64)
}
