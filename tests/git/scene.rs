//! A scene: a script that plants one key in a repository, and what keyscan must say of it.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::no_leak::Planted;
use crate::support::{Run, modern};

pub use super::expect::{Expect, Place};
use super::forge::{Forge, Repo};

/// How long a run may take before it counts as hanging. Far beyond what any needs, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(100);

/// Where the script of a scene works, and what it plants.
pub struct Scene {
    pub forge: Forge,
    pub key: String,
}

impl Scene {
    /// A key as a setting has it.
    pub fn line(&self) -> String {
        format!("OPENAI_API_KEY={}\n", self.key)
    }

    /// A repository with one harmless commit.
    pub fn repo(&self) -> Repo<'_> {
        let repo = self.forge.repo("app");
        repo.save("start.txt", "hello\n");
        repo
    }

    /// A place in a file of a commit. Git confirms that the key is there, and in none of the commit's parents.
    pub fn history(&self, repo: &Repo<'_>, path: &str, commit: &str) -> Place {
        let holds = |commit: &str| {
            let output = repo.try_git(&["cat-file", "blob", &format!("{commit}:{path}")], b"");
            String::from_utf8_lossy(&output.stdout).contains(&self.key)
        };
        assert!(holds(commit), "the script is wrong: {commit} has no key at {path}");
        let parents = repo.git(&["rev-parse", &format!("{commit}^@")]);
        assert!(!parents.lines().any(holds), "the script is wrong: a parent of {commit} holds the key already");
        Place::new("history").path(path).commit(commit)
    }

    /// Runs keyscan with JSON on standard output and every other format in a file of its own.
    pub fn run(&self, root: &Path, args: &[&str]) -> Run {
        let out = self.forge.out();
        let file = |name: &str| out.join(format!("report.{name}"));
        let mut formats = vec!["-fjson".to_owned()];
        formats.extend(["human", "jsonl", "sarif"].map(|name| format!("-f{name}={}", file(name).display())));
        let args: Vec<&str> = formats
            .iter()
            .map(String::as_str)
            .chain(["-v", "--min-severity", "info"])
            .collect::<Vec<_>>()
            .into_iter()
            .chain(args.iter().copied())
            .collect();
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyscan"));
        command.args(&args).current_dir(root).env_clear();
        let run = within(command, &out);
        let planted = Planted(vec![self.key.clone()]);
        planted.absent("stdout", &run.stdout);
        planted.absent("stderr", &run.stderr);
        for name in ["human", "jsonl", "sarif"] {
            planted.absent(name, &std::fs::read(file(name)).unwrap_or_default());
        }
        run
    }
}

/// Runs a command that has to end by itself.
pub fn within(mut command: Command, out: &Path) -> Run {
    let [stdout, stderr] = ["stdout", "stderr"].map(|name| out.join(name));
    let create = |path: &Path| File::create(path).expect("a file can be made");
    command.stdin(Stdio::null()).stdout(create(&stdout)).stderr(create(&stderr));
    let mut child = command.spawn().expect("the binary starts");
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            break status;
        }
        if start.elapsed() > PATIENCE {
            child.kill().expect("a child can be ended");
            child.wait().expect("a child can be waited for");
            panic!("keyscan hangs");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let read = |path: &Path| std::fs::read(path).expect("the output is there");
    let run = Run { code: status.code().unwrap_or(-1), stdout: read(&stdout), stderr: read(&stderr) };
    assert!(!run.errors().contains("panicked"), "a panic");
    run
}

/// Plays one scene. The name gives the key its seed.
pub fn play(name: &str, script: fn(&Scene) -> Expect) {
    let Some(scene) = scene(name) else { return };
    script(&scene).check(&scene);
}

/// Plays a scene of a repository that means harm: the other modes have to end as well, and show no key.
pub fn play_everywhere(name: &str, script: fn(&Scene) -> Expect) {
    let Some(scene) = scene(name) else { return };
    let expect = script(&scene);
    expect.check(&scene);
    let others: [&[&str]; 5] =
        [&[], &["--staged"], &["--range", "HEAD~1..HEAD"], &["--since", "refs/heads/odd"], &["--since", "2026-01-01"]];
    for mode in others {
        let run = scene.run(&expect.root, mode);
        assert!((0..=3).contains(&run.code), "{mode:?} exits {}", run.code);
    }
}

/// A stage with a key of its own. None where there is no git program.
pub fn scene(name: &str) -> Option<Scene> {
    let seed = name.bytes().fold(4_u64, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)));
    Some(Scene { forge: Forge::new()?, key: modern("sk-proj-", 74, seed) })
}

/// Makes a test of each scene; with `everywhere` in front of all, the other modes have to end as well.
macro_rules! scenes {
    (everywhere $($(#[$meta:meta])* fn $name:ident($scene:ident) $body:block)*) => {
        $(#[test] $(#[$meta])* fn $name() {
            fn script($scene: &$crate::git::scene::Scene) -> $crate::git::scene::Expect $body
            $crate::git::scene::play_everywhere(stringify!($name), script);
        })*
    };
    ($($(#[$meta:meta])* fn $name:ident($scene:ident) $body:block)*) => {
        $(#[test] $(#[$meta])* fn $name() {
            fn script($scene: &$crate::git::scene::Scene) -> $crate::git::scene::Expect $body
            $crate::git::scene::play(stringify!($name), script);
        })*
    };
}
pub(super) use scenes;
