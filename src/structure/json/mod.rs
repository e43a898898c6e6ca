//! JSON with all that programs accept in it: comments, commas behind the last value, single quotes, bare names; several
//! values one behind the other (JSON lines); the placeholders of templates.
//!
//! *Why a reader of our own*: `jsonc-parser` reads comments and JSON5, but gives up a whole capture for one half of a
//! surrogate pair, knows neither several values in a text nor `{{ placeholders }}`, recurses, and keeps strings without
//! telling where their escapes were. Settings inside of strings need just that.

mod notebook;
mod parse;
mod records;
mod walk;

use crate::model::ScopeId;

use super::Unread;
use super::tree::Tree;

pub use notebook::parts as notebook_parts;
pub(super) use notebook::read as read_notebook;

/// Larger files are left to the textual reading.
const LARGEST: usize = 16 << 20;

/// Reads a JSON text into `scope`.
pub(super) fn read(bytes: &[u8], scope: ScopeId, tree: &mut Tree) -> Result<(), Unread> {
    if bytes.len() > LARGEST {
        return Err(Unread::TooLarge);
    }
    let nodes = match parse::parse(bytes, 0..bytes.len()) {
        Err(Unread::Broken) => lines(bytes).ok_or(Unread::Broken)?,
        other => other?,
    };
    walk::Walk { bytes, nodes: &nodes, tree }.run(scope);
    Ok(())
}

/// The values of JSON lines, of which some are broken or cut off.
fn lines(bytes: &[u8]) -> Option<Vec<parse::Node>> {
    let mut all: Vec<parse::Node> = Vec::new();
    let mut good = 0;
    let mut start = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let range = start..start + line.len();
        start = range.end;
        if line.trim_ascii().is_empty() {
            continue;
        }
        match parse::parse(bytes, range) {
            Ok(nodes) => {
                good += usize::from(!nodes.is_empty());
                parse::append(&mut all, nodes)?;
            }
            // A text over many lines that is broken somewhere is broken from its first line on.
            Err(_) if good == 0 => return None,
            Err(_) => {}
        }
    }
    (good > 1).then_some(all)
}

#[cfg(test)]
mod tests;
