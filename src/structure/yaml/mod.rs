//! YAML: one document or several, maps, lists, anchors, templates of YAML.
//!
//! ```text
//! text (templates blanked) ─ nodes (an arena) ─ walk (scopes, values, uses) ◀─ shapes (what the file is for)
//! ```
//!
//! *Why apart*: what a map of YAML means depends on the program it is for (a compose service, a container, a job), and that
//! is told by its content rather than by its name.

mod items;
mod lists;
mod nodes;
mod scalars;
mod shapes;
mod text;
mod uses;
mod walk;

use crate::model::ScopeId;

use super::Unread;
use super::tree::Tree;

/// Larger files are not read.
const LARGEST: usize = 4 << 20;

/// Reads the documents of `bytes` into `scope`.
pub(super) fn read(bytes: &[u8], scope: ScopeId, tree: &mut Tree) -> Result<(), Unread> {
    if bytes.len() > LARGEST {
        return Err(Unread::TooLarge);
    }
    let nodes = nodes::Nodes::parse(bytes)?;
    walk::walk(&nodes, scope, tree);
    Ok(())
}

#[cfg(test)]
mod tests;
