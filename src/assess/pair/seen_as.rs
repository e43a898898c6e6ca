//! What keys and endpoints are called as seen from a scope, and what other files may see of them.

use crate::model::{ScopeId, ScopeKind};

use super::ask::Left;
use super::field::{FILE, Field};
use super::homes::Standing;

/// What other files of a project may ask of this one.
impl Field<'_> {
    /// The endpoints that keys of other files may go to, and what they are called as seen from the file.
    pub(super) fn open_endpoints(&self) -> Vec<(usize, String)> {
        let names = Names { field: self, scope: FILE };
        let level = &self.levels[FILE];
        let mut open: Vec<usize> = level.endpoints.iter().chain(&level.inherited).copied().collect();
        open.sort_unstable();
        open.dedup();
        open.into_iter().map(|index| (index, names.endpoint(index))).collect()
    }

    /// Whether a scope is all that there is in the file: an object that others take, such as a Secret.
    fn is_alone(&self, scope: ScopeId) -> bool {
        let inside = |other: ScopeId| {
            std::iter::successors(Some(other), |&other| self.scopes[other].parent).any(|other| other == scope)
        };
        self.scopes[scope].parent == Some(FILE) && (1..self.scopes.len()).all(inside)
    }

    /// What a key is called as seen from the file, if what other files set may hold for it.
    pub(super) fn open_key(&self, key: usize) -> Option<String> {
        let mut homes = self.keys[key].homes().iter();
        let open = homes.any(|home| {
            let mut above = std::iter::successors(Some(home.scope), |&scope| self.scopes.get(scope)?.parent);
            above.all(|scope| scope == FILE || self.is_alone(scope) || self.left(scope) != Left::Unit)
        });
        open.then(|| Names { field: self, scope: FILE }.key(key))
    }
}

/// What keys and endpoints are called, as seen from a scope: with the names of the scopes between.
pub(super) struct Names<'f, 'm> {
    pub(super) field: &'f Field<'m>,
    pub(super) scope: ScopeId,
}

impl Names<'_, '_> {
    pub(super) fn key(&self, index: usize) -> String {
        self.name(&self.field.keys[index], self.field.matches.keys[index].setting.as_deref())
    }

    pub(super) fn endpoint(&self, index: usize) -> String {
        self.name(&self.field.endpoints[index], self.field.matches.endpoints[index].setting.as_deref())
    }

    fn name(&self, standing: &Standing, setting: Option<&str>) -> String {
        let setting = setting.unwrap_or_default();
        let scopes = &self.field.scopes;
        let mut best: Option<String> = None;
        for home in standing.all() {
            let mut names: Vec<&str> = Vec::new();
            let mut at = home.scope;
            while at > self.scope {
                names.push(&scopes[at].name);
                at = scopes[at].parent.unwrap_or_default();
            }
            if at != self.scope {
                continue;
            }
            // As an argument a value is what the call takes it for, whatever the constant is called.
            let setting = if home.by_name && self.field.is_argument(home.scope) { "" } else { setting };
            names.reverse();
            names.push(setting);
            names.retain(|name| !name.is_empty());
            let name = names.join(".");
            if best.as_ref().is_none_or(|best| name.len() < best.len()) {
                best = Some(name);
            }
        }
        best.unwrap_or_else(|| setting.to_owned())
    }
}

impl Field<'_> {
    /// Whether a scope is a call or an object that is given to one.
    fn is_argument(&self, scope: ScopeId) -> bool {
        let mut above = std::iter::successors(Some(scope), |&scope| self.scopes[scope].parent);
        let first = above.find(|&scope| !matches!(self.scopes[scope].kind, ScopeKind::Map | ScopeKind::List));
        first.is_some_and(|scope| self.scopes[scope].kind == ScopeKind::Call)
    }
}
