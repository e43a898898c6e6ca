//! What can be seen from where: the keys and endpoints of a file in its scopes.
//!
//! A scope that is a *unit* is closed: what is in it is not seen from outside. So is any other scope that holds both a key
//! and an endpoint, because these two belong to each other. A key sees what its own scope holds, then what the scope
//! around that holds, and so on; outside its own unit only names that say so make a pair. Where a key stands outside of
//! units, endpoints of units that have no key of their own are seen, too: they inherit it.
//!
//! A value is where it is *used*. A constant that a call takes stands in that call, a merged map in every map that
//! merges it; the place of its definition counts only where no use is known.

use std::collections::HashSet;

use crate::model::{Matches, Scope, ScopeId, ScopeKind, Used};

use super::homes::{Homes, Stand, Standing};
use super::{receives, receives_its_own};

/// The keys and endpoints of a file in its scopes.
pub(super) struct Field<'m> {
    pub(super) matches: &'m Matches,
    pub(super) scopes: Vec<&'m Scope>,
    pub(super) keys: Vec<Standing>,
    pub(super) endpoints: Vec<Standing>,
    pub(super) levels: Vec<Level>,
}

/// What is seen in a scope.
#[derive(Clone, Debug, Default)]
pub(super) struct Level {
    /// Indices of keys.
    pub(super) keys: Vec<usize>,
    /// Indices of endpoints.
    pub(super) endpoints: Vec<usize>,
    /// Endpoints of units further inside that have no key of their own.
    pub(super) inherited: Vec<usize>,
    /// Whether a call in it takes a key and no endpoint, so that those of the scope are that call's.
    asked: bool,
    /// Whether it takes a key by a name.
    refers: bool,
}

/// The scope of the file itself.
pub(super) const FILE: ScopeId = 0;

impl<'m> Field<'m> {
    /// Puts every match where it belongs.
    pub(super) fn new(matches: &'m Matches) -> Self {
        let scopes: Vec<&Scope> = matches.scopes.scopes.iter().collect();
        let homes = Homes::new(matches);
        let keys = homes.of_keys();
        let endpoints = homes.of_endpoints();
        let mut field = Self { matches, levels: vec![Level::default(); scopes.len().max(1)], scopes, keys, endpoints };
        field.place();
        field
    }

    /// Puts keys and endpoints into the scopes from which they are seen, innermost scopes first.
    fn place(&mut self) {
        // What a scope sets itself hides what it merges.
        let own = |standing: &Standing, setting: &'m Option<String>| {
            standing.all().find(|stand| !stand.merged && !stand.by_name).map(|stand| (stand.scope, setting.as_deref()))
        };
        let (keys, endpoints) = (&self.matches.keys, &self.matches.endpoints);
        let own_keys: HashSet<_> = self.keys.iter().zip(keys).filter_map(|(one, key)| own(one, &key.setting)).collect();
        let own_endpoints: HashSet<_> =
            self.endpoints.iter().zip(endpoints).filter_map(|(one, endpoint)| own(one, &endpoint.setting)).collect();
        let hidden = |home: &Stand, setting: &'m Option<String>, own: &HashSet<(ScopeId, Option<&'m str>)>| {
            home.merged && own.contains(&(home.scope, setting.as_deref()))
        };
        for (index, standing) in self.keys.iter().enumerate() {
            for home in standing.homes().iter().filter(|home| !hidden(home, &keys[index].setting, &own_keys)) {
                self.levels[home.scope].keys.push(index);
            }
        }
        // An element of a list is the receiver of the keys in that element.
        let receiving = |index: &usize| receives(&endpoints[*index]) || receives_its_own(&endpoints[*index]);
        for (index, standing) in self.endpoints.iter().enumerate().filter(|(index, _)| receiving(index)) {
            let in_use = receives(&endpoints[index]);
            let homes = standing.homes().iter().filter(|home| in_use || home.scope != FILE);
            for home in homes.filter(|home| !hidden(home, &endpoints[index].setting, &own_endpoints)) {
                self.levels[home.scope].endpoints.push(index);
            }
        }
        for scope in self.asks_for_key() {
            self.levels[scope].refers = true;
        }
        for scope in (0..self.levels.len()).rev() {
            let level = &mut self.levels[scope];
            for indices in [&mut level.keys, &mut level.endpoints, &mut level.inherited] {
                indices.sort_unstable();
                indices.dedup();
            }
            let closed = self.is_closed(scope);
            let Some(parent) = self.scopes.get(scope).and_then(|scope| scope.parent) else { continue };
            let Level { keys, mut endpoints, inherited, asked, refers } = self.levels[scope].clone();
            let bare = endpoints.is_empty() && inherited.is_empty();
            let call = self.scopes[scope].kind == ScopeKind::Call;
            self.levels[parent].asked |= bare && (asked || closed && call && !keys.is_empty());
            if self.scopes[scope].unit || parent == FILE {
                endpoints.retain(|&index| receives(&self.matches.endpoints[index]));
            }
            let outer = &mut self.levels[parent];
            if !closed {
                outer.keys.extend(keys);
                outer.endpoints.extend(endpoints);
                outer.inherited.extend(inherited);
            } else if keys.is_empty() && !asked && !refers {
                outer.inherited.extend(endpoints);
                outer.inherited.extend(inherited);
            }
        }
    }

    /// The scopes that take a key by a name that is set nowhere in this file, up to the unit around them: they have a key
    /// of their own.
    fn asks_for_key(&self) -> HashSet<ScopeId> {
        let mut asking = HashSet::new();
        for one in &self.matches.scopes.uses {
            let name = match &one.used {
                Used::Name(name) => name,
                // Whatever it is called.
                Used::Setting(_) | Used::Key => "key",
                _ => continue,
            };
            let name = crate::rules::normalise(name);
            if !["key", "keys", "token", "secret"].iter().any(|end| name.ends_with(end)) {
                continue;
            }
            let mut scope = Some(one.scope);
            while let Some(at) = scope {
                asking.insert(at);
                scope = if self.scopes[at].unit { None } else { self.scopes[at].parent };
            }
        }
        asking
    }

    /// Whether what a scope holds is not seen from outside.
    pub(super) fn is_closed(&self, scope: ScopeId) -> bool {
        let level = &self.levels[scope];
        let unit = self.scopes.get(scope).is_none_or(|scope| scope.unit);
        let holds_key = level.asked || level.refers || !level.keys.is_empty();
        unit || (holds_key && !(level.endpoints.is_empty() && level.inherited.is_empty()))
    }
}
