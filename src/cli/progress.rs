//! The progress bar: on standard error, for people only, and only when they have to wait.

use std::env;
use std::io::{self, IsTerminal};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use indicatif::{HumanBytes, HumanCount, ProgressBar};
use keyscan::source::Progress;

use super::args::from_environment;

/// A scan that takes less needs no bar.
const PATIENCE: Duration = Duration::from_secs(1);
const REFRESH: Duration = Duration::from_millis(200);

/// The bar on the screen, for whoever has to clear it.
static BAR: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Whether somebody is there to see a bar.
pub(super) fn wanted(quiet: bool, no_progress: bool) -> bool {
    let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    !quiet && !no_progress && io::stderr().is_terminal() && !dumb && from_environment("CI").is_none()
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

/// Takes the bar off the screen, if there is one.
pub(super) fn clear() {
    if let Some(bar) = BAR.lock().unwrap_or_else(PoisonError::into_inner).take() {
        bar.finish_and_clear();
    }
}

fn draw(progress: &Progress, finished: &mpsc::Receiver<()>) {
    let waiting = |time| finished.recv_timeout(time) == Err(RecvTimeoutError::Timeout);
    if !waiting(PATIENCE) {
        return;
    }
    let bar = ProgressBar::new_spinner();
    *BAR.lock().unwrap_or_else(PoisonError::into_inner) = Some(bar.clone());
    while waiting(REFRESH) {
        let (files, bytes) = (progress.files.load(Ordering::Relaxed), progress.bytes.load(Ordering::Relaxed));
        bar.set_message(format!("{} files, {} read", HumanCount(files), HumanBytes(bytes)));
        bar.tick();
    }
    clear();
}
