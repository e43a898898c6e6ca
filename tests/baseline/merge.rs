//! Branches that write their baselines apart, merged by the real git.

use std::process::Command;

use super::key;
use crate::support::{Tree, keyscan};

struct Repo(Tree);

impl Repo {
    /// A repository with a committed baseline for `count` keys. `None`, with a line that says so, without git.
    fn new(count: u64) -> Option<Self> {
        let repo = Self(Tree::new());
        if Command::new("git").arg("--version").output().is_err() {
            println!("skipped: no git program here");
            return None;
        }
        repo.git(&["init", "-q", "-b", "main"]);
        repo.0.write("readme", "x\n");
        (0..count).for_each(|seed| repo.add(seed));
        repo.commit();
        Some(repo)
    }

    fn git(&self, args: &[&str]) -> bool {
        let mut git = Command::new("git");
        git.args(args).current_dir(self.0.path()).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", self.0.path());
        for role in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{role}_NAME"), "a").env(format!("GIT_{role}_EMAIL"), "a@example.com");
            git.env(format!("GIT_{role}_DATE"), "1600000000 +0000");
        }
        git.output().is_ok_and(|done| done.status.success())
    }

    fn add(&self, seed: u64) {
        self.0.write(&format!("s{seed}/.env"), format!("OPENAI_API_KEY={}\n", key(seed)));
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        let run = keyscan(self.0.path(), &["--write-baseline", "-f", "json", "-o", "/dev/null"]);
        assert_eq!(run.code, 0, "{}", run.errors());
        self.git(&["add", "-A"]);
        assert!(self.git(&["commit", "-q", "-m", "x"]));
    }

    /// Merges two branches that each do something, and says whether git could; back on main afterwards.
    fn merged(&self, left: impl Fn(&Self), right: impl Fn(&Self)) -> bool {
        for (branch, change) in [("left", &left as &dyn Fn(&Self)), ("right", &right)] {
            self.git(&["checkout", "-q", "-B", branch, "main"]);
            change(self);
            self.commit();
        }
        let merged = self.git(&["merge", "-q", "-m", "x", "left"]);
        let run = keyscan(self.0.path(), &["-f", "json"]);
        // Either it is whole and lets all of both sides wait, or it is no baseline at all.
        assert_eq!(run.code, if merged { 0 } else { 2 }, "{}", run.errors());
        self.git(&["reset", "-q", "--hard"]);
        self.git(&["checkout", "-q", "-f", "main"]);
        self.git(&["clean", "-fdq"]);
        merged
    }
}

#[test]
#[cfg(unix)]
fn branches_that_touch_different_entries_merge() {
    for count in [0, 12] {
        let Some(repo) = Repo::new(count) else { return };
        let merged = (0..8).filter(|at| repo.merged(|repo| repo.add(100 + at), |repo| repo.add(200 + at))).count();
        // Two in sixteen or so fall between the same two lines.
        assert!(merged >= 6, "{merged} of 8 onto {count}");
        let gone = |repo: &Repo, seed: u64| std::fs::remove_dir_all(repo.0.at(&format!("s{seed}"))).unwrap();
        if count > 0 {
            let merged = (0..4).filter(|&at| repo.merged(|repo| gone(repo, at), |repo| repo.add(300 + at))).count();
            assert!(merged >= 3, "{merged} of 4 onto {count}");
            assert!(repo.merged(|repo| gone(repo, 1), |repo| gone(repo, 1)));
        }
        assert!(repo.merged(|repo| repo.add(400), |repo| repo.add(400)));
    }
}
