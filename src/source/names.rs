//! What a file's name alone says: settings that are read whatever else holds, and marks of a package.
//!
//! The lists are wide on purpose. A name too many costs a small file read twice; a name too few costs a key.

/// Longest name that is looked at: as long as common file systems have them, in bytes.
const LONGEST: usize = 255;

/// Names, or stems in front of `.`, `-` or `_`, of files that hold keys and base URLs.
const STEMS: &[&str] = &[
    "config",
    "configs",
    "configuration",
    "settings",
    "setting",
    "secrets",
    "secret",
    "credentials",
    "values",
    "application",
    "bootstrap",
    "local",
    "auth",
    "mcp",
    "litellm",
    "librechat",
    "serverless",
    "wrangler",
    "netlify",
    "vercel",
    "opencode",
    "terraform",
];

/// Last words of stems: `local_settings.py`, `app-config.ts`, `claude_desktop_config.json`.
const TAILS: &[&str] = &["config", "settings", "secrets", "credentials"];

/// Extensions of formats whose purpose is configuration.
const EXTENSIONS: &[&str] = &[
    "toml",
    "yaml",
    "yml",
    "ini",
    "properties",
    "conf",
    "cfg",
    "json",
    "jsonc",
    "json5",
    "env",
    "tfvars",
    "plist",
    "xcconfig",
    "service",
];

/// Files that set environment variables and have no extension.
const BARE: &[&str] = &[
    "dockerfile",
    "containerfile",
    "procfile",
    "crontab",
    ".bashrc",
    ".bash_profile",
    ".zshrc",
    ".zshenv",
    ".profile",
    ".npmrc",
    ".mcp.json",
    ".dev.vars",
];

/// Files that say how something is built into an image or run, besides those that [`is_deployment`] knows by pattern.
const DEPLOYMENTS: &[&str] = &["dockerfile", "containerfile", "chart.yaml"];

/// Files that mark a folder as a package, besides those that [`is_manifest`] knows by pattern.
const MANIFESTS: &[&str] = &[
    "package.json",
    "cargo.toml",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
    "pipfile",
    "environment.yml",
    "go.mod",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "gemfile",
    "composer.json",
    "package.swift",
    "pubspec.yaml",
    "mix.exs",
    "deno.json",
    "deno.jsonc",
    "build.sbt",
    "project.clj",
    "cmakelists.txt",
    "serverless.yml",
    "wrangler.toml",
    "fly.toml",
];

/// Whether git-ignored files of this name are read all the same, because keys and base URLs live there.
pub(super) fn is_config(name: &[u8]) -> bool {
    with_lower(name, |name| {
        let stem = name.trim_start_matches('.').split('.').next().unwrap_or_default();
        name.starts_with(".env")
            || name.ends_with(".env")
            || name.starts_with(".dev.vars")
            || name == ".mcp.json"
            || name.contains(".tfvars")
            || name.starts_with("docker-compose")
            || name.starts_with("compose")
            || (name.starts_with("appsettings") && name.ends_with(".json"))
            || STEMS.iter().any(|word| stem.strip_prefix(word).is_some_and(|rest| rest.is_empty() || joined(rest)))
            || TAILS.iter().any(|word| stem.strip_suffix(word).is_some_and(|rest| rest.ends_with(['_', '-'])))
    })
}

/// Whether files of this name are looked at whatever the prefilter says, as long as they are small: a host without
/// a scheme is seen in no other way.
pub(super) fn is_settings(name: &[u8]) -> bool {
    let by_name = with_lower(name, |name| {
        name.rsplit_once('.').is_some_and(|(_, extension)| EXTENSIONS.contains(&extension))
            || BARE.contains(&name)
            || name.starts_with("dockerfile.")
    });
    by_name || is_config(name)
}

/// Whether a file of this name makes its folder a package of source code.
pub(super) fn is_manifest(name: &[u8]) -> bool {
    with_lower(name, |name| MANIFESTS.contains(&name) || name.ends_with(".csproj") || name.ends_with(".fsproj"))
}

/// Whether a file of this name says how something is built into an image or run.
pub(super) fn is_deployment(name: &[u8]) -> bool {
    with_lower(name, |name| {
        DEPLOYMENTS.contains(&name)
            || name.starts_with("dockerfile.")
            || ((name.starts_with("docker-compose") || name.starts_with("compose"))
                && (name.ends_with(".yml") || name.ends_with(".yaml")))
    })
}

fn joined(rest: &str) -> bool {
    rest.starts_with(['-', '_'])
}

/// Runs a test on the lower-case name, without allocating. Names that are no text or too long fail every test.
fn with_lower(name: &[u8], test: impl FnOnce(&str) -> bool) -> bool {
    let mut lower = [0; LONGEST];
    let Some(lower) = lower.get_mut(..name.len()) else { return false };
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).is_ok_and(test)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn config_names() {
        for name in [
            ".env",
            ".env.local",
            ".ENV.production",
            "prod.env",
            ".envrc",
            "config.py",
            "config-prod.yaml",
            "Settings.json",
            "local_settings.py",
            "appsettings.Development.json",
            "prod.tfvars",
            "x.auto.tfvars.json",
            "docker-compose.override.yml",
            "compose.yaml",
            "secrets.toml",
            "values-live.yaml",
            "application-prod.properties",
            ".dev.vars",
            "claude_desktop_config.json",
        ] {
            assert!(is_config(name.as_bytes()), "{name}");
            assert!(is_settings(name.as_bytes()), "{name}");
        }
        for name in ["main.rs", "environment.rs", "configure.ac", "reconfig.log", "a.json", "", "\u{fc}.txt"] {
            assert!(!is_config(name.as_bytes()), "{name}");
        }
        assert!(!is_config(&[b'x'; 300]));
        assert!(!is_config(b".env\xff"));
    }

    #[test]
    fn settings_by_extension() {
        for name in ["a.json", "b.YAML", "Dockerfile", "dockerfile.prod", "x.service", ".zshrc"] {
            assert!(is_settings(name.as_bytes()), "{name}");
        }
        for name in ["json", "a.rs", "a.json.txt"] {
            assert!(!is_settings(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn manifests() {
        for name in ["package.json", "Cargo.toml", "App.csproj"] {
            assert!(is_manifest(name.as_bytes()) && !is_deployment(name.as_bytes()), "{name}");
        }
        for name in ["Dockerfile", "dockerfile.dev", "docker-compose.prod.yml", "Chart.yaml"] {
            assert!(is_deployment(name.as_bytes()) && !is_manifest(name.as_bytes()), "{name}");
        }
        for name in ["package-lock.json", "compose.rs", "values.yaml"] {
            assert!(!is_manifest(name.as_bytes()) && !is_deployment(name.as_bytes()), "{name}");
        }
    }
}
