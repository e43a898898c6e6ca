//! Git repositories, read from their files by libraries and never by running git. Nothing that a repository's
//! configuration says is obeyed.

mod alternates;
mod authors;
mod checkout;
mod commit;
mod compare;
mod hand_on;
mod history;
mod identity;
mod index_changes;
mod introduced;
mod leave_out;
mod nesting;
mod objects;
mod places;
mod range;
mod references;
mod repositories;
mod revision;
mod settings;
mod staged;
mod trees;
mod trusted;
mod walk;
mod work_tree;

pub use checkout::{Checkout, checkout};
pub(super) use history::read as history;
pub use identity::identify;
pub(super) use range::{range, since};
pub use repositories::Located;
pub(super) use repositories::Repositories;
pub(super) use staged::read as staged;
pub(super) use trusted::Folder as TrustedFolder;
pub use trusted::{TrustError, Trusted};
pub(super) use work_tree::WorkTree;
