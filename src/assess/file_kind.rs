//! Whether a file outside git is a config file, where a key is stored, or anything else, where it lies about.

/// Extensions of files that hold settings.
const CONFIG_EXTENSIONS: &[&str] = &[
    "cfg",
    "cnf",
    "conf",
    "config",
    "credentials",
    "env",
    "ini",
    "json",
    "json5",
    "jsonc",
    "plist",
    "properties",
    "reg",
    "rc",
    "settings",
    "tfstate",
    "tfvars",
    "toml",
    "xcconfig",
    "xml",
    "yaml",
    "yml",
];

/// Names of files without a telling extension that hold settings.
const CONFIG_NAMES: &[&str] = &["config", "credentials", "environment", "env", "secrets", "settings"];

/// Extensions of data files in which programs keep their settings.
const STORE_EXTENSIONS: &[&str] = &["db", "keychain", "keystore", "sqlite", "sqlite3", "vscdb"];

/// Whether a file is made to hold settings: `.env*`, dotfiles such as `.netrc` and `.zshrc`, `*.yaml`, `settings.*` and
/// the like. Everything else counts as source, documentation or a notebook: a key there was pasted, not stored.
pub(super) fn is_config(path: &str) -> bool {
    // The tables of a database are members of it.
    let is_store = |file: &str| STORE_EXTENSIONS.iter().any(|store| file.ends_with(&format!(".{store}")));
    if path.rsplit('!').skip(1).any(|file| is_store(&file.to_ascii_lowercase())) {
        return true;
    }
    let name = path.rsplit(['/', '!']).next().unwrap_or_default().to_ascii_lowercase();
    if name == ".env" || name.starts_with(".env.") || name == ".envrc" {
        return true;
    }
    match name.rsplit_once('.') {
        // A dotfile: `.netrc`, but not a shell's history, which is a log.
        Some(("", dotted)) => !dotted.ends_with("history"),
        Some((_, extension)) => CONFIG_EXTENSIONS.contains(&extension) || STORE_EXTENSIONS.contains(&extension),
        None => CONFIG_NAMES.contains(&name.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_told_from_everything_else() {
        for config in [
            ".env",
            "a/.env.production",
            ".envrc",
            "prod.env",
            "config.yaml",
            "a/b.json",
            "settings.toml",
            ".netrc",
            ".zshrc",
            "etc/app.conf",
            "credentials",
            ".aws/credentials",
            "terraform.tfvars",
            "state.vscdb",
            "x.zip!conf/app.ini",
            "x.zip!one-api.db!channels",
        ] {
            assert!(is_config(config), "{config}");
        }
        for other in [
            "main.py",
            "a.ipynb",
            "README.md",
            "notes.txt",
            "Dockerfile",
            "Makefile",
            "app.log",
            ".bash_history",
            "dump.sql",
            "page.html",
            "run.sh",
            "-",
            "",
        ] {
            assert!(!is_config(other), "{other}");
        }
    }
}
