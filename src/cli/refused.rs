//! Paths on the command line that nothing can be read from: devices, sockets, pipes. One that lies in a tree is a note;
//! one that somebody named was meant to be scanned, and was not.

use std::fs;

use keyscan::scan::Input;

use super::error::harmless;

/// What to do about it.
pub(super) const HINT: &str =
    "hand over what it holds on standard input: keyscan - < PATH; everything else that was named has been scanned";

/// Which of the named paths were not read, in a sentence without its full stop.
pub(super) fn sentence(input: &Input) -> Option<String> {
    let Input::Tree(options) = input else { return None };
    // Links on the command line are followed. What cannot be looked at is listed as unreadable.
    let is_special = |kind: fs::FileType| !kind.is_file() && !kind.is_dir();
    let special =
        options.paths.iter().filter(|path| fs::metadata(path).is_ok_and(|found| is_special(found.file_type())));
    let mut names: Vec<String> = special.map(|path| harmless(&path.to_string_lossy())).collect();
    names.dedup();
    let first = names.first()?;
    let more = match names.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    Some(format!("not scanned, because it is a device, a socket or a pipe: {first}{more}"))
}
