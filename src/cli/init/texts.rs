//! What `keyscan init` writes and says.

/// The policy file, with everything in it commented out.
pub(super) const CONFIG: &str = include_str!("files/keyscan.toml");
/// The git hook.
pub(super) const HOOK: &str = include_str!("files/pre-commit.sh");
/// The line by which a hook is known as one of ours, whatever version wrote it.
pub(super) const OURS: &str = "# Written by `keyscan init`";
/// Where a repository names the hooks that pre-commit runs.
pub(super) const PRE_COMMIT: &str = ".pre-commit-config.yaml";
/// The lines for it, below `repos:`.
pub(super) const PRE_COMMIT_LINES: &str = include_str!("files/pre-commit-config.yaml");
/// The lines for lefthook.
pub(super) const LEFTHOOK_LINES: &str = include_str!("files/lefthook.yml");
/// The line for every hook that is a script.
pub(super) const SCRIPT_LINE: &str = "keyscan --staged || exit $?\n";
/// What to do when something was written.
pub(super) const NEXT: &str = "
Next: run `keyscan`. Mend or allow what it finds, or let it wait: `keyscan --write-baseline`.
Then commit what was written outside `.git`.";

/// The workflow for GitHub. It installs the version that wrote it.
pub(super) fn github() -> String {
    this_version(include_str!("files/github.yml"))
}

/// The job for GitLab.
pub(super) fn gitlab() -> String {
    this_version(include_str!("files/gitlab.yml"))
}

fn this_version(template: &str) -> String {
    template.replace("{version}", env!("CARGO_PKG_VERSION"))
}

/// Lines for a file that is somebody else's.
pub(super) fn add_to(file: &str, place: &str, lines: &str) -> String {
    format!("\nAdd to {file}{place}:\n\n{}", lines.trim_end())
}

/// What to do about a hook of somebody else's.
pub(super) fn foreign_hook(file: &str, runs_keyscan: bool) -> String {
    if runs_keyscan {
        return format!("{file} names keyscan already and was left as it is");
    }
    let lines = add_to(file, ", above whatever ends the script", SCRIPT_LINE);
    format!("{file} is not keyscan's and was left as it is.{lines}")
}
