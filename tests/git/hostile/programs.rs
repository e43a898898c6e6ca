//! Repositories whose settings name programs, places and addresses: none of them is run, opened or asked, in any mode.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::git::forge::Repo;
use crate::git::scene::{Scene, scene, within};

/// Every mode, with its arguments.
const MODES: &[&[&str]] = &[
    &[],
    &["--history"],
    &["--history", "--follow-alternates"],
    &["--staged"],
    &["--range", "HEAD~1..HEAD"],
    &["--since", "HEAD~1"],
];

/// Names that a program could look for; each is a trap in the folder that is the whole `PATH`.
const PROGRAMS: &[&str] = &[
    "git",
    "sh",
    "bash",
    "ssh",
    "less",
    "more",
    "pager",
    "vi",
    "editor",
    "gpg",
    "gpg2",
    "diff",
    "cat",
    "curl",
    "git-lfs",
    "git-upload-pack",
    "git-remote-https",
    "git-remote-ext",
    "git-credential-store",
    "evil",
    "env",
    "true",
    "uname",
    "id",
];

const HOOKS: &[&str] = &[
    "pre-commit",
    "post-checkout",
    "post-index-change",
    "fsmonitor-watchman",
    "reference-transaction",
    "pre-auto-gc",
    "post-commit",
    "post-merge",
    "post-rewrite",
    "sendemail-validate",
    "pre-push",
    "update",
    "pre-receive",
    "proc-receive",
];

/// The trap, the folder of marks that it leaves, the folder that must not be looked at.
struct Traps {
    program: PathBuf,
    bin: PathBuf,
    marks: PathBuf,
    secrets: PathBuf,
}

impl Traps {
    fn new(out: &Path) -> Self {
        let [bin, marks, secrets] = ["bin", "marks", "secrets"].map(|name| out.join(name));
        for folder in [&bin, &marks, &secrets] {
            fs::create_dir(folder).expect("folders can be made");
        }
        let traps = Self { program: bin.join("evil"), bin, marks, secrets };
        for name in PROGRAMS {
            traps.set(&traps.bin.join(name));
        }
        traps
    }

    /// Makes a program that leaves a mark.
    fn set(&self, path: &Path) {
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folders can be made");
        fs::write(path, format!("#!/bin/sh\n: > {}/$$\n", self.marks.display())).expect("a file can be written");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a program can be made");
    }

    fn sprung(&self) -> bool {
        fs::read_dir(&self.marks).expect("the folder is there").next().is_some()
    }
}

/// A repository in which everything that can name a program does.
fn booby_trapped<'f>(scene: &'f Scene, traps: &Traps) -> Repo<'f> {
    let repo = scene.repo();
    let submodule = "[submodule \"s\"]\n\tpath = s\n\turl = ext::sh -c evil\n\tupdate = !evil\n";
    for (path, text) in [
        (".gitattributes", "*.bin filter=evil diff=evil merge=evil\n* diff=evil\n"),
        (".gitmodules", submodule),
        ("data.bin", "old data\n"),
        (".lfsconfig", "[lfs]\n\turl = https://127.0.0.1:1/\n"),
    ] {
        repo.write(path, text);
    }
    repo.commit("harmless");
    repo.write("data.bin", "new data\n");
    repo.commit("harmless too");
    repo.write("staged.txt", "staged\n");
    repo.git(&["add", "-A"]);

    let evil = traps.program.display();
    let secrets = traps.secrets.display();
    fs::write(traps.secrets.join("config"), format!("[http]\n\textraHeader = {}\n", scene.key)).expect("written");
    fs::write(traps.secrets.join("app.env"), scene.line()).expect("a file can be written");
    let settings = format!(
        "[core]\n\trepositoryformatversion = 0\n\tfsmonitor = {evil}\n\thooksPath = {}\n\tsshCommand = {evil}\n\tpager = {evil}\n\
         \teditor = {evil}\n\taskPass = {evil}\n\tgitProxy = {evil}\n\talternateRefsCommand = {evil}\n\tworktree = {secrets}\n\
         \tattributesFile = {secrets}/app.env\n\texcludesFile = {secrets}/app.env\n\tsplitIndex = true\n\tuntrackedCache = true\n\
         [diff]\n\texternal = {evil}\n[diff \"evil\"]\n\tcommand = {evil}\n\ttextconv = {evil}\n\tcachetextconv = true\n\
         [filter \"evil\"]\n\tclean = {evil}\n\tsmudge = {evil}\n\tprocess = {evil}\n\trequired = true\n\
         [merge \"evil\"]\n\tdriver = {evil}\n[credential]\n\thelper = !{evil}\n[gpg]\n\tprogram = {evil}\n\
         [gpg \"ssh\"]\n\tprogram = {evil}\n\tallowedSignersFile = {secrets}/app.env\n[mailmap]\n\tfile = {secrets}/app.env\n\
         [include]\n\tpath = {secrets}/config\n[includeIf \"gitdir:**\"]\n\tpath = {secrets}/config\n\
         [alias]\n\tstatus = !{evil}\n\tlog = !{evil}\n[protocol]\n\tallow = always\n[protocol \"ext\"]\n\tallow = always\n\
         [remote \"origin\"]\n\turl = ext::{evil}\n\tuploadpack = {evil}\n\treceivepack = {evil}\n\tvcs = evil\n\tpromisor = true\n\
         \tpartialclonefilter = blob:none\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n\
         [url \"https://127.0.0.1:1/\"]\n\tinsteadOf = https://git.example/\n[uploadpack]\n\tpackObjectsHook = {evil}\n\
         [sequence]\n\teditor = {evil}\n[pager]\n\tlog = {evil}\n[interactive]\n\tdiffFilter = {evil}\n[trailer \"x\"]\n\tcommand = {evil}\n\
         [extensions]\n\tpartialClone = origin\n[submodule \"s\"]\n\turl = ext::{evil}\n\tupdate = !{evil}\n\
         [http]\n\tproxy = http://127.0.0.1:1/\n\tcookieFile = {secrets}/app.env\n\tsslCert = {secrets}/app.env\n",
        traps.bin.display()
    );
    repo.write(".git/config", settings);
    repo.write(".git/objects/info/alternates", format!("{secrets}\n"));
    repo.write(".git/info/attributes", "* filter=evil diff=evil\n");
    for hook in HOOKS {
        traps.set(&repo.at(".git/hooks").join(hook));
        traps.set(&traps.bin.join(hook));
    }
    repo
}

/// Keyscan with the traps as its whole `PATH`, and every variable that names a program naming a trap.
fn keyscan(traps: &Traps, repo: &Repo<'_>, mode: &[&str], before: &[&str]) -> Command {
    let binary = env!("CARGO_BIN_EXE_keyscan");
    let mut words = before.iter().copied().chain([binary, "--no-progress", "-fjson", "--min-severity", "info"]);
    let mut command = Command::new(words.next().expect("there is a program"));
    command
        .args(words)
        .args(mode)
        .current_dir(&repo.top)
        .env_clear()
        .env("PATH", &traps.bin)
        .env("HOME", &traps.secrets);
    for name in [
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_PAGER",
        "PAGER",
        "EDITOR",
        "GIT_EDITOR",
        "GIT_EXTERNAL_DIFF",
        "GIT_ASKPASS",
        "SHELL",
    ] {
        command.env(name, &traps.program);
    }
    command
}

#[test]
fn the_traps_work() {
    // Git itself falls into them, so a keyscan that asked git would too.
    let Some(scene) = scene("the traps work") else { return };
    let traps = Traps::new(&scene.forge.out());
    let repo = booby_trapped(&scene, &traps);
    repo.try_git(&["-c", "core.worktree=.", "-c", "extensions.partialClone=", "diff"], b"");
    assert!(traps.sprung());
}

#[test]
fn no_program_runs_and_nothing_outside_is_read() {
    let Some(scene) = scene("no program runs") else { return };
    let traps = Traps::new(&scene.forge.out());
    let repo = booby_trapped(&scene, &traps);
    for mode in MODES {
        let run = within(keyscan(&traps, &repo, mode, &[]), &scene.forge.out());
        assert!([0, 1, 3].contains(&run.code), "{mode:?} exits {}: {}", run.code, run.errors());
        assert!(!traps.sprung(), "{mode:?} ran a program");
        let fingerprint = crate::support::fingerprint(&scene.key);
        assert!(!run.text().contains(&fingerprint), "{mode:?} read what is outside");
    }
}

#[test]
fn no_process_starts_no_socket_opens_nothing_is_written() {
    let Some(scene) = scene("no process starts") else { return };
    let traps = Traps::new(&scene.forge.out());
    let repo = booby_trapped(&scene, &traps);
    let trace = scene.forge.out().join("trace");
    let tracer = ["/usr/bin/strace", "-f", "-qq", "-e", "trace=%process,%network,%file", "-o"];
    let works = Command::new(tracer[0]).args(["-o", "/dev/null", "/bin/true"]).status();
    if !works.is_ok_and(|status| status.success()) {
        println!("skipped: system calls cannot be traced here");
        return;
    }
    let top = repo.top.display().to_string();
    for mode in MODES {
        let before: Vec<&str> = tracer.iter().copied().chain([trace.to_str().expect("the path is plain")]).collect();
        let run = within(keyscan(&traps, &repo, mode, &before), &scene.forge.out());
        assert!([0, 1, 3].contains(&run.code), "{mode:?} exits {}: {}", run.code, run.errors());
        let calls = fs::read_to_string(&trace).expect("there is a trace");
        let count = |name: &str| calls.lines().filter(|line| line.contains(name)).count();
        assert_eq!(count("execve"), 1, "{mode:?} started a program");
        assert_eq!(count("fork(") + count("socket(") + count("connect("), 0, "{mode:?} forked or opened a socket");
        // To see where a path leads is not to read it, and what one asks for is followed.
        let secrets = traps.secrets.display().to_string();
        let opened = |line: &&str| line.contains("open") && line.contains(&secrets);
        let outside: Vec<_> = calls.lines().filter(opened).collect();
        assert!(mode.contains(&"--follow-alternates") || outside.is_empty(), "{mode:?} reads outside: {outside:?}");
        let written = |line: &&str| {
            line.contains(&top) && (line.contains("O_WRONLY") || line.contains("O_RDWR") || line.contains("O_CREAT"))
        };
        let written: Vec<_> = calls.lines().filter(written).collect();
        assert!(written.is_empty(), "{mode:?} writes: {written:?}");
    }
}
