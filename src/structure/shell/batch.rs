//! Batch.
use crate::model::ScopeId;
use crate::structure::tree::Tree;
pub(super) fn read(_bytes: &[u8], _scope: ScopeId, _tree: &mut Tree) {}
