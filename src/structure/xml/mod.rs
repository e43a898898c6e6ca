//! XML and property lists: elements are maps, several of one name are items, and settings are written in many ways.

mod parse;
mod walk;

use crate::model::ScopeId;

use super::tree::Tree;
use super::{Unread, utf8};

/// Larger files are left to the textual reading.
const LARGEST: usize = 16 << 20;

/// Reads an XML text into `scope`.
pub(super) fn read(bytes: &[u8], scope: ScopeId, tree: &mut Tree) -> Result<(), Unread> {
    if bytes.len() > LARGEST {
        return Err(Unread::TooLarge);
    }
    let text = utf8::text(bytes);
    let elements = parse::parse(&text)?;
    walk::Walk { text: &text, elements: &elements, tree }.run(scope);
    Ok(())
}

#[cfg(test)]
mod tests;
