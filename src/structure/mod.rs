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

mod answer;
mod arguments;
mod caddyfile;
mod code;
mod commands;
mod dockerfile;
mod dotenv;
mod embedded;
mod format;
mod haproxy;
mod hcl;
#[cfg(test)]
mod hostile;
mod ini;
mod json;
mod lines;
mod makefile;
mod mapped;
mod markdown;
mod names;
mod nginx;
mod properties;
mod quoted;
mod requests;
mod shell;
mod siblings;
mod sql;
mod table;
mod toml;
mod tree;
mod units;
mod utf8;
mod xml;
mod yaml;

use crate::model::ScopeId;

use format::Format;
use tree::{FILE, Tree};

pub use answer::{Spot, Structure};
pub use json::notebook_parts;

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
    if !read_as(format, bytes, FILE, &mut tree)? {
        return Ok(None);
    }
    let code = matches!(format, Format::Code(_));
    siblings::relate(&mut tree, code);
    units::settle(&mut tree, code);
    tree.finish().map(Some).ok_or(Unread::TooLarge)
}

/// Reads a text into a scope: a file into its tree, or a text embedded in it (a code block, a here-document), then inside
/// [`Tree::within`]. False where there is no reader.
fn read_as(format: Format, bytes: &[u8], scope: ScopeId, tree: &mut Tree) -> Result<bool, Unread> {
    // Texts hold texts: readers call each other through here, and only so deep.
    if tree.embedded() > DEEPEST_TEXT {
        return Ok(false);
    }
    match format {
        Format::Dotenv => dotenv::read(bytes, scope, tree),
        Format::Commands => commands::read(bytes, scope, tree)?,
        Format::Document => markdown::read(bytes, scope, tree)?,
        Format::Makefile => makefile::read(bytes, scope, tree)?,
        Format::Dockerfile => dockerfile::read(bytes, scope, tree)?,
        Format::Shell(kind) => shell::read(kind, bytes, scope, tree)?,
        Format::Sql => sql::read(bytes, scope, tree)?,
        Format::Table => table::read(bytes, scope, tree)?,
        Format::Nginx => nginx::read(bytes, scope, tree),
        Format::Caddyfile => caddyfile::read(bytes, scope, tree),
        Format::Requests => requests::read(bytes, scope, tree),
        Format::Bruno => requests::read_bruno(bytes, scope, tree),
        Format::Haproxy => haproxy::read(bytes, scope, tree),
        Format::Hcl => hcl::read(bytes, scope, tree),
        Format::Ini => ini::read(bytes, scope, tree),
        Format::Properties => properties::read(bytes, scope, tree),
        Format::Yaml => yaml::read(bytes, scope, tree)?,
        Format::Json => json::read(bytes, scope, tree)?,
        Format::Notebook => json::read_notebook(bytes, scope, tree)?,
        Format::Toml => toml::read(bytes, scope, tree)?,
        Format::Xml => xml::read(bytes, scope, tree)?,
        Format::Code(language) => code::read(language, bytes, scope, tree)?,
    }
    Ok(true)
}

/// How many texts may lie inside each other: a notebook, a script in it, the file that the script writes.
const DEEPEST_TEXT: usize = 6;
