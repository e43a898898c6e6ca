//! Makes repositories with the real git, cut off from this machine's settings: no configuration but the
//! repository's own, names and dates that never change, nothing that runs by itself.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;

/// Who writes.
pub const AUTHOR: &str = "Ada Writer";
/// Who commits what the author wrote; must appear in no report.
const COMMITTER: &str = "Rob Committer";
/// When the first commit is made: 2026-01-02.
const START: u64 = 1_767_312_000;

/// A folder that holds the repositories of one test.
pub struct Forge {
    folder: TempDir,
    clock: AtomicU64,
}

impl Forge {
    /// An empty folder. None, with a line that says so, where there is no git program.
    pub fn new() -> Option<Self> {
        if Command::new("git").arg("--version").output().is_err() {
            println!("skipped: no git program here");
            return None;
        }
        let folder = TempDir::with_prefix("ks-git-").expect("a temporary folder can be made");
        for name in ["home", "out", "work"] {
            std::fs::create_dir(folder.path().join(name)).expect("folders can be made");
        }
        Some(Self { folder, clock: AtomicU64::new(START) })
    }

    /// Where repositories lie, and nothing else.
    pub fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// A folder beside the repositories: outside of whatever is scanned.
    pub fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    /// A new repository with a branch `main` and no commit.
    pub fn repo(&self, name: &str) -> Repo<'_> {
        self.repo_with(name, &[])
    }

    /// The same with arguments for `git init`.
    pub fn repo_with(&self, name: &str, args: &[&str]) -> Repo<'_> {
        let top = self.work().join(name);
        std::fs::create_dir_all(&top).expect("folders can be made");
        let repo = Repo { forge: self, top };
        repo.git(&[&["init", "-q", "-b", "main"], args].concat());
        repo
    }

    /// A work tree or bare repository that some command of git has made.
    pub fn open(&self, top: impl Into<PathBuf>) -> Repo<'_> {
        Repo { forge: self, top: top.into() }
    }

    /// Git, ready to run in a folder. Each call is one minute later than the one before.
    pub fn command(&self, folder: &Path) -> Command {
        let date = format!("@{} +0000", self.clock.fetch_add(60, Ordering::Relaxed));
        let mut git = Command::new("git");
        git.current_dir(folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path().join("home"))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .envs([("GIT_AUTHOR_NAME", AUTHOR), ("GIT_AUTHOR_EMAIL", "ada@corp.example")])
            .envs([("GIT_COMMITTER_NAME", COMMITTER), ("GIT_COMMITTER_EMAIL", "rob@corp.example")])
            .envs([("GIT_AUTHOR_DATE", &date), ("GIT_COMMITTER_DATE", &date)])
            .args(["-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "protocol.file.allow=always"])
            .args(["-c", "core.autocrlf=false"]);
        git
    }
}

/// One repository, or one of its work trees.
pub struct Repo<'f> {
    forge: &'f Forge,
    /// Its top folder.
    pub top: PathBuf,
}

impl Repo<'_> {
    /// What git prints, without the last line end.
    ///
    /// # Panics
    /// When git says no: the script is wrong then.
    pub fn git<A: AsRef<OsStr>>(&self, args: &[A]) -> String {
        self.git_fed(args, b"")
    }

    /// The same with bytes on standard input.
    pub fn git_fed<A: AsRef<OsStr>>(&self, args: &[A], input: &[u8]) -> String {
        let output = self.try_git(args, input);
        let names: Vec<_> = args.iter().map(AsRef::as_ref).collect();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {names:?}: {}", errors.chars().take(400).collect::<String>());
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// What git does, whether it succeeds or not.
    pub fn try_git<A: AsRef<OsStr>>(&self, args: &[A], input: &[u8]) -> Output {
        let mut git = self.forge.command(&self.top);
        git.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = git.spawn().expect("git starts");
        let mut stdin = child.stdin.take().expect("stdin is piped");
        let input = input.to_vec();
        // A git that stops reading is no mistake of the writer.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().expect("git ends");
        writer.join().expect("the writer ends");
        output
    }

    /// A path in the repository.
    pub fn at(&self, path: &str) -> PathBuf {
        self.top.join(path)
    }

    /// Writes a file, with the folders it needs.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let file = self.at(path);
        std::fs::create_dir_all(file.parent().expect("a file has a folder")).expect("folders can be made");
        std::fs::write(file, content).expect("a file can be written");
    }

    /// Commits everything in the work tree. Returns the commit's id.
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.id("HEAD")
    }

    /// Writes one file and commits it.
    pub fn save(&self, path: &str, content: impl AsRef<[u8]>) -> String {
        self.write(path, content);
        self.commit("work")
    }

    /// Deletes one file and commits that.
    pub fn remove(&self, path: &str) -> String {
        std::fs::remove_file(self.at(path)).expect("the file is there");
        self.commit("clean up")
    }

    /// The id that a revision names.
    pub fn id(&self, revision: &str) -> String {
        self.git(&["rev-parse", "--verify", revision])
    }

    /// Stores an object as it is, whatever git thinks of it.
    pub fn object(&self, kind: &str, content: impl AsRef<[u8]>) -> String {
        self.git_fed(&["hash-object", "-t", kind, "-w", "--literally", "--stdin"], content.as_ref())
    }

    /// Stores a tree with these entries, in this order, whatever git thinks of it.
    pub fn tree<N: AsRef<[u8]>>(&self, entries: &[(&str, N, &str)]) -> String {
        let mut content = Vec::new();
        for (mode, name, id) in entries {
            content.extend_from_slice(mode.as_bytes());
            content.push(b' ');
            content.extend_from_slice(name.as_ref());
            content.push(0);
            content.extend(raw(id));
        }
        self.object("tree", content)
    }

    /// Stores a commit of a tree.
    pub fn commit_of(&self, tree: &str, parents: &[&str]) -> String {
        let mut text = format!("tree {tree}\n");
        for parent in parents {
            let _ = writeln!(text, "parent {parent}");
        }
        let person = format!("<x@corp.example> {START} +0000");
        let _ = write!(text, "author {AUTHOR} {person}\ncommitter {COMMITTER} {person}\n\nwork\n");
        self.object("commit", text)
    }

    /// Where a loose object lies.
    pub fn loose(&self, id: &str) -> PathBuf {
        let objects = self.at(if self.at(".git").exists() { ".git/objects" } else { "objects" });
        objects.join(&id[..2]).join(&id[2..])
    }
}

/// An object's id as bytes.
pub fn raw(id: &str) -> Vec<u8> {
    (0..id.len()).step_by(2).map(|at| u8::from_str_radix(&id[at..at + 2], 16).expect("an id is hex")).collect()
}

#[test]
fn the_same_script_makes_the_same_commit() {
    let ids: Vec<_> = (0..2).filter_map(|_| Forge::new().map(|forge| forge.repo("a").save("b.txt", "c\n"))).collect();
    assert!(ids.windows(2).all(|pair| pair[0] == pair[1]));
}
