//! Repositories made by the real git, away from everybody's settings, and keyscan in them as a hook would run it.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{Run, Tree, expand, findings, occurrences};

/// An OpenAI project key; another for each seed.
pub fn key(seed: u64) -> String {
    expand("sk-proj-{74}T3{}BlbkFJ{74}", 0x5743_0000 + seed)
}

/// When the first commits are made, in seconds: git takes smaller numbers for something else.
pub const DAWN: i64 = 1_600_000_000;

/// A line with such a key.
pub fn line(seed: u64) -> String {
    format!("OPENAI_API_KEY={}\n", key(seed))
}

/// What a program left behind.
#[derive(Debug)]
pub struct Done {
    pub ok: bool,
    pub text: String,
    pub errors: String,
}

/// A repository in a folder that goes away.
pub struct Repo {
    pub tree: Tree,
    /// Where commands run: the top, or another work tree.
    pub top: PathBuf,
    /// What git's environment has besides.
    pub variables: Vec<(&'static str, OsString)>,
}

impl Repo {
    /// An empty repository. `None`, with a line that says so, where there is no git program.
    pub fn new() -> Option<Self> {
        Self::with(&[])
    }

    /// An empty repository, made with options.
    pub fn with(options: &[&str]) -> Option<Self> {
        let tree = Tree::new();
        let top = tree.path().canonicalize().unwrap();
        let repo = Self { tree, top, variables: Vec::new() };
        if Command::new("git").arg("--version").output().is_err() {
            println!("skipped: no git program here");
            return None;
        }
        let done = repo.try_git(&[&["init", "-q", "-b", "main"], options].concat());
        if !done.ok {
            println!("skipped: this git cannot init with {options:?}");
            return None;
        }
        Some(repo)
    }

    /// Writes a file of the work tree.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let file = self.top.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
        self
    }

    /// Runs git, which must go well; says what it printed.
    pub fn git(&self, arguments: &[&str]) -> String {
        let done = self.try_git(arguments);
        assert!(done.ok, "git {arguments:?}: {}{}", done.text, done.errors);
        done.text
    }

    /// Runs git.
    pub fn try_git(&self, arguments: &[&str]) -> Done {
        self.git_at(arguments, 0)
    }

    /// Runs git at a time, in seconds since [`DAWN`].
    pub fn git_at(&self, arguments: &[&str], time: i64) -> Done {
        let date = format!("{} +0000", DAWN + time);
        let output = Command::new("git")
            .args(arguments)
            .current_dir(&self.top)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.tree.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "Ada Author")
            .env("GIT_AUTHOR_EMAIL", "ada@example.com")
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_NAME", "Carl Committer")
            .env("GIT_COMMITTER_EMAIL", "carl@example.com")
            .env("GIT_COMMITTER_DATE", &date)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap();
        Done {
            ok: output.status.success(),
            text: String::from_utf8_lossy(&output.stdout).into_owned(),
            errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Commits everything at a time, in seconds since [`DAWN`]; says which commit that is.
    pub fn commit_at(&self, message: &str, time: i64) -> String {
        self.git(&["add", "-A", "-f"]);
        let done = self.git_at(&["commit", "-q", "--no-verify", "--allow-empty", "-m", message], time);
        assert!(done.ok, "{}", done.errors);
        self.head()
    }

    /// Commits everything; says which commit that is.
    pub fn commit(&self, message: &str) -> String {
        self.commit_at(message, 0)
    }

    /// The commit that is checked out.
    pub fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// A repository, or a work tree, that lies somewhere else.
    pub fn at(self, top: impl AsRef<Path>) -> Self {
        let top = self.top.join(top);
        Self { top, ..self }
    }

    /// Makes git run keyscan before each commit, as people would.
    #[cfg(unix)]
    pub fn hook(&self) {
        use std::os::unix::fs::PermissionsExt;
        let hooks = self.top.join(".git/hooks");
        fs::create_dir_all(&hooks).unwrap();
        let script = format!("#!/bin/sh\nexec '{}' --staged --no-progress\n", env!("CARGO_BIN_EXE_keyscan"));
        fs::write(hooks.join("pre-commit"), script).unwrap();
        fs::set_permissions(hooks.join("pre-commit"), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs keyscan at the top.
    pub fn keyscan(&self, arguments: &[&str]) -> Run {
        self.keyscan_with(arguments, &[])
    }

    /// Runs keyscan at the top with variables of the environment.
    pub fn keyscan_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyscan"));
        let command = command.args(arguments).current_dir(&self.top).env_clear();
        let output = command.envs(variables.iter().copied()).output().unwrap();
        Run { code: output.status.code().unwrap_or(-1), stdout: output.stdout, stderr: output.stderr }
    }

    /// A report in JSON with every finding; the run must look and not fail.
    pub fn report(&self, arguments: &[&str]) -> Value {
        self.report_with(arguments, &[])
    }

    /// A report in JSON with every finding, with variables of the environment.
    pub fn report_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Value {
        let all = ["--format", "json", "--min-severity", "info", "--exit-zero"];
        let run = self.keyscan_with(&[&all, arguments].concat(), variables);
        assert_eq!(run.code, 0, "{arguments:?}: {}", run.errors());
        run.json()
    }
}

/// Where keys were found: path and exposure, sorted.
pub fn places(report: &Value) -> Vec<(String, String)> {
    let places = findings(report).iter().filter(|finding| !finding["key"].is_null()).flat_map(occurrences);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut places: Vec<_> = places.map(|place| (text(&place["path"]), text(&place["exposure"]))).collect();
    places.sort();
    places
}

/// The same as pairs of plain text.
pub fn plain(places: &[(String, String)]) -> Vec<(&str, &str)> {
    places.iter().map(|(path, exposure)| (path.as_str(), exposure.as_str())).collect()
}
