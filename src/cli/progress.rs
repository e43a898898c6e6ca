//! The progress bar: on standard error, for people only, and only when they have to wait.

use std::env;
use std::io::{self, IsTerminal};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use indicatif::{HumanBytes, HumanCount, ProgressBar};
use keyscan::source::Progress;

/// A scan that takes less needs no bar.
const PATIENCE: Duration = Duration::from_secs(1);
const REFRESH: Duration = Duration::from_millis(200);

/// Whether somebody is there to see a bar.
pub(super) fn wanted(quiet: bool, no_progress: bool) -> bool {
    !quiet && !no_progress && io::stderr().is_terminal() && env::var_os("CI").is_none()
}

/// Runs `work`, with a bar beside it once it has taken a second.
pub(super) fn watch<T>(show: bool, progress: &Progress, work: impl FnOnce() -> T) -> T {
    if !show {
        return work();
    }
    thread::scope(|scope| {
        // Dropped when the work ends, however it ends: that is what wakes and stops the other thread.
        let (working, finished) = mpsc::channel::<()>();
        scope.spawn(move || draw(progress, &finished));
        let result = work();
        drop(working);
        result
    })
}

fn draw(progress: &Progress, finished: &mpsc::Receiver<()>) {
    let waiting = |time| finished.recv_timeout(time) == Err(RecvTimeoutError::Timeout);
    if !waiting(PATIENCE) {
        return;
    }
    let bar = ProgressBar::new_spinner();
    while waiting(REFRESH) {
        let (files, bytes) = (progress.files.load(Ordering::Relaxed), progress.bytes.load(Ordering::Relaxed));
        bar.set_message(format!("{} files, {} read", HumanCount(files), HumanBytes(bytes)));
        bar.tick();
    }
    bar.finish_and_clear();
}
