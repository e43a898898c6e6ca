//! Ctrl-C, and the system's request to end: nothing half-written is left behind, neither in a folder nor on the screen.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Mutex, PoisonError};

use super::progress;

/// What shells expect of a program that was interrupted.
const EXIT_CODE: i32 = 130;

/// The file that is being written and does not have its name yet. One is written at a time.
static UNFINISHED: Mutex<Option<PathBuf>> = Mutex::new(None);

/// From now on an interruption cleans up first. Where the caller has chosen to ignore one of the signals, as for jobs in the
/// background or under `nohup`, all of them are left as they are.
pub(super) fn watch() {
    // Without a handler the system ends the program, as it would any other.
    let _ = ctrlc::try_set_handler(|| {
        // Held to the end, so that no file is made any more.
        let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
        remove(&mut unfinished);
        progress::clear();
        process::exit(EXIT_CODE);
    });
}

/// Makes a file that goes away if the program is interrupted before [`finished`].
pub(super) fn create(path: &Path) -> io::Result<File> {
    let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
    // `create_new` follows no link and overwrites nothing.
    let file = OpenOptions::new().write(true).create_new(true).open(path)?;
    *unfinished = Some(path.to_owned());
    Ok(file)
}

/// The file has its name, or is gone.
pub(super) fn finished() {
    *UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

fn remove(unfinished: &mut Option<PathBuf>) {
    if let Some(path) = unfinished.take() {
        // Nobody is left to tell if it cannot be removed.
        let _ = fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_unfinished_is_removed() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        create(&one)?;
        finished();
        create(&two)?;
        remove(&mut UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner));
        assert!(one.exists() && !two.exists());
        assert!(create(&one).is_err(), "nothing is overwritten");
        Ok(())
    }
}
