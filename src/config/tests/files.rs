//! Which files are read, and what errors say of them.

use std::fs;

use crate::config::{ConfigError, FILE_NAME, find, load, read_beside};

#[test]
fn only_the_named_folder_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    fs::write(folder.path().join(FILE_NAME), "").unwrap();
    assert_eq!(find(&inner), None);
    assert_eq!(find(folder.path()), Some(folder.path().join(FILE_NAME)));
}

#[test]
fn errors_name_path_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x\u{1b}.toml");
    fs::write(&path, "[endpoints]\n  allowed = []\n").unwrap();
    let text = load(&path).unwrap_err().to_string();
    assert!(text.ends_with("x\\u{1b}.toml:2:3: unknown field in [endpoints]; did you mean `allow`?"), "{text}");
    fs::write(&path, b"[endpoints]\n# \xff\n").unwrap();
    let text = load(&path).unwrap_err().to_string();
    assert!(text.ends_with(":2:3: the file is not UTF-8 text from here on"), "{text}");
}

#[test]
fn only_small_regular_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    assert!(matches!(load(&path), Err(ConfigError::Unreadable { .. })));
    assert!(matches!(load(folder.path()), Err(ConfigError::NotAFile { .. })));
    fs::write(&path, " ".repeat(1024 * 1024)).unwrap();
    assert!(load(&path).is_ok());
    fs::write(&path, " ".repeat(1024 * 1024 + 1)).unwrap();
    assert!(matches!(load(&path), Err(ConfigError::TooLarge { .. })));
}

#[cfg(unix)]
#[test]
fn a_link_out_of_its_folder_is_refused() {
    let outside = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    fs::write(outside.path().join("a.toml"), "").unwrap();
    std::os::unix::fs::symlink(outside.path().join("a.toml"), &path).unwrap();
    assert_eq!(find(folder.path()), Some(path.clone()));
    assert!(matches!(load(&path), Err(ConfigError::NotAFile { .. })));
    fs::remove_file(&path).unwrap();
    fs::write(folder.path().join("real.toml"), "").unwrap();
    std::os::unix::fs::symlink("real.toml", &path).unwrap();
    assert!(load(&path).is_ok());
}

#[test]
fn files_named_by_a_config_stay_in_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("inner").join(FILE_NAME);
    fs::create_dir_all(folder.path().join("inner/rules")).unwrap();
    fs::write(folder.path().join("inner/rules/own.toml"), "a").unwrap();
    fs::write(folder.path().join("outside.toml"), "b").unwrap();
    assert_eq!(read_beside(&config, "rules/own.toml", "file").unwrap(), b"a");
    assert!(matches!(read_beside(&config, "rules", "file"), Err(ConfigError::NotAFile { .. })));
    assert!(matches!(read_beside(&config, "gone.toml", "file"), Err(ConfigError::Unreadable { .. })));
    let absolute = folder.path().join("inner/rules/own.toml");
    for outside in ["../outside.toml", "rules/../../outside.toml", absolute.to_str().unwrap()] {
        assert!(matches!(read_beside(&config, outside, "file"), Err(ConfigError::NotAFile { .. })), "{outside}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../../outside.toml", folder.path().join("inner/rules/link.toml")).unwrap();
        std::os::unix::fs::symlink("..", folder.path().join("inner/up")).unwrap();
        for link in ["rules/link.toml", "up/outside.toml"] {
            assert!(matches!(read_beside(&config, link, "file"), Err(ConfigError::NotAFile { .. })), "{link}");
        }
    }
}
