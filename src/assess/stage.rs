//! Whether a path names the stage at which a key is used, sure enough to say that it is used at two of them.
//!
//! That a key is worth more in production is said of every file with such a word in its path. That production and
//! development share it is an accusation, so words that name code do not count: `packages/dev-tools`, `src/local`.

use super::environment::{Decided, decided};

/// Extensions of source code, whose folders are called after what the code does.
const CODE: &[&str] = &[
    "c", "cc", "cjs", "clj", "cpp", "cs", "dart", "erl", "ex", "exs", "go", "h", "html", "java", "js", "jsx", "kt",
    "lua", "mjs", "php", "py", "rb", "rs", "scala", "svelte", "swift", "ts", "tsx", "vue",
];

/// Folders that part settings by stage, code or not.
const STAGED: &[&str] = &[
    "conf",
    "config",
    "configs",
    "configuration",
    "deploy",
    "deployment",
    "deployments",
    "env",
    "environment",
    "environments",
    "envs",
    "infra",
    "k8s",
    "overlays",
    "secrets",
    "settings",
    "stages",
];

/// Words in names of files of code that hold settings.
const SETTINGS: &[&str] = &[
    "conf",
    "config",
    "configuration",
    "credentials",
    "env",
    "environment",
    "secret",
    "secrets",
    "setting",
    "settings",
];

/// What is called after a stage and none: `dev-tools`, `local_storage`, `stage-manager`.
const NO_STAGES: &[&str] = &[
    "container",
    "dependencies",
    "deps",
    "docs",
    "kit",
    "manager",
    "mode",
    "portal",
    "requirements",
    "scripts",
    "server",
    "storage",
    "tool",
    "tooling",
    "tools",
    "util",
    "utils",
];

/// Whether the path of a file names the stage that it is for.
pub(super) fn is_told(path: &str) -> bool {
    let Some((_, decided)) = decided(path) else { return false };
    let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let code = extension.is_some_and(|extension| CODE.contains(&extension.as_str()));
    let name = match decided {
        Decided::File(name) | Decided::Folder { name, .. } => name.to_ascii_lowercase(),
    };
    let words = || name.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty());
    if words().any(|word| NO_STAGES.contains(&word)) {
        return false;
    }
    match decided {
        _ if !code => true,
        Decided::File(_) => {
            let in_staged = path.rsplit('/').nth(1).is_some_and(|folder| STAGED.contains(&folder));
            // The extension is a word, too.
            (in_staged && words().count() == 2) || words().any(|word| SETTINGS.contains(&word))
        }
        Decided::Folder { parent, .. } => words().count() == 1 && STAGED.contains(&parent),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_name_their_stage_and_code_does_not() {
        for path in [
            ".env.production",
            "prod.env",
            "deploy/prod/values.yaml",
            "dev/app.yaml",
            "infra/live/main.tf",
            "app/settings/local.py",
            "src/local_settings.py",
            "config/environments/production.rb",
            "settings_live.py",
            "config.prod.ts",
            "config/prod/keys.js",
            "eu-prod/values.yaml",
            "prod/Dockerfile",
            "src/environments/environment.prod.ts",
        ] {
            assert!(is_told(path), "{path}");
        }
        for path in [
            "src/local/a.ts",
            "packages/dev-tools/a.ts",
            "packages/dev-tools/config.json",
            "src/stages/staging-area/a.ts",
            "src/live/chat.js",
            "src/local.ts",
            "dev/run.py",
            "src/local-storage/x.json",
            "app.env",
            "requirements-dev.yml",
        ] {
            assert!(!is_told(path), "{path}");
        }
    }
}
