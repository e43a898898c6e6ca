//! What runs in pipelines: the files are well-formed, and their scripts start the programs that they should, with the very
//! arguments. The programs are stand-ins that write down how they were called.

mod files;
#[cfg(unix)]
mod install;
#[cfg(unix)]
mod scan;

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::yaml;

/// A file of this repository.
fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The documents of a YAML file of this repository.
fn documents(path: &str) -> Vec<Value> {
    yaml::documents(&read(path))
}

/// The workflow that `keyscan init` writes.
const WORKFLOW: &str = "src/cli/init/files/github.yml";
/// The job that `keyscan init` shows.
const JOB: &str = "src/cli/init/files/gitlab.yml";
/// The component for GitLab.
const COMPONENT: &str = "templates/keyscan.yml";

#[cfg(unix)]
mod stand_in {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use std::process::{Command, Stdio};

    use crate::support::Tree;

    /// A place to run scripts in, with programs that only write down their arguments.
    pub struct Stage {
        pub tree: Tree,
    }

    /// What a script left behind.
    #[derive(Debug)]
    pub struct Done {
        pub code: i32,
        pub said: String,
        /// One call a line: the program and its arguments, each in `<>`.
        pub calls: Vec<String>,
    }

    impl Stage {
        pub fn new() -> Self {
            Self { tree: Tree::new() }
        }

        /// A program that writes down how it is called and then runs `rest`.
        pub fn program(&self, name: &str, rest: &str) -> &Self {
            let head = format!("printf '{name}' >>\"$CALLS\"\nprintf ' <%s>' \"$@\" >>\"$CALLS\"\necho >>\"$CALLS\"\n");
            self.tree.write(&format!("bin/{name}"), format!("#!/bin/sh\n{head}{rest}\n"));
            let runs = fs::Permissions::from_mode(0o755);
            fs::set_permissions(self.tree.at(&format!("bin/{name}")), runs).unwrap();
            self
        }

        /// Runs a script in the folder `work`, with nothing but these variables.
        pub fn run(&self, shell: &[&str], variables: &[(&str, &str)]) -> Done {
            for folder in ["work", "temp"] {
                fs::create_dir_all(self.tree.at(folder)).unwrap();
            }
            let calls = self.tree.at("calls");
            let _ = fs::remove_file(&calls);
            let path = format!("{}:/usr/bin:/bin", self.tree.at("bin").display());
            let output = Command::new(shell[0])
                .args(&shell[1..])
                .current_dir(self.tree.at("work"))
                .env_clear()
                .env("PATH", path)
                .env("CALLS", &calls)
                .env("RUNNER_TEMP", self.tree.at("temp"))
                .env("GITHUB_OUTPUT", self.tree.at("temp/output"))
                .env("GITHUB_PATH", self.tree.at("temp/path"))
                .envs(variables.iter().copied())
                .stdin(Stdio::null())
                .output()
                .unwrap();
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let calls = fs::read_to_string(&calls).unwrap_or_default();
            let here = self.tree.path().display().to_string();
            Done {
                code: output.status.code().unwrap_or(-1),
                said: format!("{}{}", text(&output.stdout), text(&output.stderr)),
                calls: calls.lines().map(|call| call.replace(&here, "")).collect(),
            }
        }

        /// What a file says, with the stage's own folder left out; empty where there is none.
        pub fn said(&self, path: &str) -> String {
            let text = fs::read_to_string(self.tree.at(path)).unwrap_or_default();
            text.replace(&self.tree.path().display().to_string(), "")
        }
    }

    /// A script of this repository.
    pub fn script(path: &str) -> String {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(path).display().to_string()
    }

    /// Whether there is a bash; a line that says so if not.
    pub fn has_bash() -> bool {
        let found = Command::new("bash").arg("--version").output().is_ok();
        if !found {
            println!("skipped: no bash here");
        }
        found
    }
}
