//! What a file is made of: scopes inside scopes, and where its values stand. Syntax only, nothing about keys or vendors.
//!
//! ```text
//! read ─ format (by name) ─ one reader for each format ─▶ tree ─ units ─▶ Structure
//! ```
//!
//! A reader fills a [`tree::Tree`]: it opens scopes, adds values with their names and places, and says what a scope takes
//! from elsewhere (a merged map, a file of settings, a variable). [`units`] then says which scopes stand for themselves,
//! so that nothing of one is taken for part of another: two services, two entries of a list of providers.
//!
//! *Why apart from `detect`*: what a file looks like has nothing to do with what is looked for in it, and readers of
//! hostile input are best tested alone. A reader never fails for good: what it cannot read is left to the textual reading.

mod code;
mod dotenv;
mod format;
mod mapped;
mod tree;
mod units;

use format::Format;
use tree::{FILE, Tree};

pub use tree::Structure;

/// Why a file was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It breaks the rules of its format.
    Broken,
    /// It is larger, or has more parts, than the reader of its format takes on.
    TooLarge,
}

/// Reads the structure of a file: none where its format is not known.
///
/// # Errors
/// When it cannot be read as its name says.
pub fn read(path: &str, bytes: &[u8]) -> Result<Option<Structure>, Unread> {
    let Some(format) = Format::of(path, bytes) else { return Ok(None) };
    let mut tree = Tree::new(bytes.len());
    if !read_as(format, bytes, &mut tree)? {
        return Ok(None);
    }
    units::settle(&mut tree);
    tree.finish().map(Some).ok_or(Unread::TooLarge)
}

/// Fills the tree; false where there is no reader.
fn read_as(format: Format, bytes: &[u8], tree: &mut Tree) -> Result<bool, Unread> {
    match format {
        Format::Dotenv => dotenv::read(bytes, FILE, tree),
        Format::Code(language) => code::read(language, bytes, FILE, tree)?,
        _ => return Ok(false),
    }
    Ok(true)
}
