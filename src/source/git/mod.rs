//! Git repositories, read from their files by libraries and never by running git. Nothing that a repository's
//! configuration says is obeyed.

mod alternates;
mod authors;
mod commit;
mod history;
mod identity;
mod objects;
mod references;
mod repositories;
mod settings;
mod trees;
mod work_tree;

pub(super) use history::read as history;
pub use identity::identify;
pub use repositories::Located;
pub(super) use repositories::Repositories;
pub(super) use work_tree::WorkTree;
