//! In which scopes a key or an endpoint stands: where it is written, and wherever it is used.

use std::collections::{BTreeSet, HashMap};

use crate::model::{Home, Matches, Place, Scope, ScopeId, ScopeKind, Used, scope_name};

/// Most scopes that one match is followed into.
const MOST_HOMES: usize = 64;

/// A scope that a match stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stand {
    /// Which.
    pub scope: ScopeId,
    /// Whether it is taken there by the name of the constant that holds it.
    pub by_name: bool,
    /// Whether it comes with everything in another scope: a setting of the same name in this one hides it.
    pub merged: bool,
}

/// Where a match stands.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    /// Where it is used, then where it is written.
    stands: Vec<Stand>,
    /// Whether it counts where it is written though it is used elsewhere: the setting of a unit.
    stays: bool,
    /// The position among the values of a list.
    pub index: Option<usize>,
}

impl Standing {
    /// The scopes in which it counts: where it is used, or where it is written if no use is known.
    pub(super) fn homes(&self) -> &[Stand] {
        if self.is_moved(self.stands.len() - 1) { &self.stands[..self.stands.len() - 1] } else { &self.stands }
    }

    /// Where it is written.
    pub(super) fn written(&self) -> ScopeId {
        self.stands.last().map_or(0, |stand| stand.scope)
    }

    /// All of them, the one where it is written last.
    pub(super) fn all(&self) -> impl Iterator<Item = Stand> {
        self.stands.iter().copied()
    }

    /// Whether the stand at this position is one where it is written only, and used elsewhere.
    pub(super) fn is_moved(&self, stand: usize) -> bool {
        !self.stays && self.stands.len() > 1 && stand + 1 == self.stands.len()
    }
}

/// A key or an endpoint by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Which {
    Key(usize),
    Endpoint(usize),
}

/// What scopes of a file take from elsewhere, resolved.
pub(super) struct Homes<'m> {
    matches: &'m Matches,
    scopes: &'m [Scope],
    /// The scopes that take everything in a scope.
    takers: HashMap<ScopeId, Vec<ScopeId>>,
    /// The scopes that take a match by name.
    users: HashMap<Which, Vec<ScopeId>>,
}

impl<'m> Homes<'m> {
    /// Resolves what the scopes use.
    pub(super) fn new(matches: &'m Matches) -> Self {
        let mut homes = Self { matches, scopes: &matches.scopes.scopes, takers: HashMap::new(), users: HashMap::new() };
        let mut called: HashMap<&str, Vec<ScopeId>> = HashMap::new();
        for (id, scope) in homes.scopes.iter().enumerate().filter(|(_, scope)| !scope.name.is_empty()) {
            called.entry(&scope.name).or_default().push(id);
        }
        let defined = definitions(matches);
        for one in &matches.scopes.uses {
            match &one.used {
                Used::Scope(taken) => homes.takers.entry(*taken).or_default().push(one.scope),
                Used::Object(name) => {
                    for &object in called.get(name.as_str()).into_iter().flatten() {
                        if homes.is_other_object(object, one.scope) {
                            homes.takers.entry(object).or_default().push(one.scope);
                        }
                    }
                }
                Used::Member { object, setting } => {
                    let objects = called.get(object.as_str()).into_iter().flatten().copied();
                    let objects: Vec<ScopeId> =
                        objects.filter(|&object| homes.is_other_object(object, one.scope)).collect();
                    for (which, scope) in defined.get(setting.as_str()).into_iter().flatten() {
                        if objects.iter().any(|&object| homes.is_around(object, *scope)) {
                            homes.users.entry(*which).or_default().push(one.scope);
                        }
                    }
                }
                Used::Name(name) | Used::Setting(name) => {
                    for which in homes.meant(name, one.scope, &defined) {
                        homes.users.entry(which).or_default().push(one.scope);
                    }
                    for &object in called.get(name.as_str()).into_iter().flatten() {
                        if homes.is_object(object) && homes.is_in_reach(object, one.scope) {
                            homes.takers.entry(object).or_default().push(one.scope);
                        }
                    }
                }
                Used::File(_) | Used::Key => {}
            }
        }
        homes
    }

    /// Where each key stands.
    pub(super) fn of_keys(&self) -> Vec<Standing> {
        let keys = self.matches.keys.iter().enumerate();
        keys.map(|(index, key)| self.standing(Which::Key(index), key.place.home)).collect()
    }

    /// Where each endpoint stands.
    pub(super) fn of_endpoints(&self) -> Vec<Standing> {
        let endpoints = self.matches.endpoints.iter().enumerate();
        endpoints.map(|(index, endpoint)| self.standing(Which::Endpoint(index), endpoint.place.home)).collect()
    }

    fn standing(&self, which: Which, home: Option<Home>) -> Standing {
        let Home { scope, index } = home.unwrap_or(Home { scope: 0, index: None });
        let written = Stand { scope, by_name: false, merged: false };
        if self.scopes.is_empty() {
            return Standing { stands: vec![written], stays: true, index };
        }
        let mut used: BTreeSet<Stand> = BTreeSet::new();
        let mut open = vec![written];
        open.extend(self.users.get(&which).into_iter().flatten().map(|&scope| Stand {
            scope,
            by_name: true,
            merged: false,
        }));
        let mut at = 0;
        while at < open.len() && used.len() < MOST_HOMES {
            let stand = open[at];
            if at > 0 && !used.insert(stand) {
                at += 1;
                continue;
            }
            // Everything in a scope is taken along, but nothing out of a unit in it.
            let mut around = Some(stand.scope);
            while let Some(scope) = around {
                let takers = self.takers.get(&scope).into_iter().flatten();
                open.extend(takers.filter(|&&taker| taker != stand.scope).map(|&scope| Stand {
                    scope,
                    by_name: false,
                    merged: true,
                }));
                around = if self.scopes[scope].unit { None } else { self.scopes[scope].parent };
            }
            at += 1;
        }
        used.remove(&written);
        let mut stands: Vec<Stand> = used.into_iter().collect();
        stands.push(written);
        Standing { stands, stays: self.unit_around(scope) != 0, index }
    }

    /// The matches that a name means in a scope: those defined in the nearest scope around it, else the only ones of the
    /// name.
    fn meant(&self, name: &str, user: ScopeId, defined: &HashMap<&str, Vec<(Which, ScopeId)>>) -> Vec<Which> {
        let (object, last) = name.rsplit_once('.').map_or((None, name), |(object, last)| (Some(object), last));
        let Some(all) = defined.get(last) else { return Vec::new() };
        let outside = all.iter().filter(|(_, scope)| !self.is_around(user, *scope));
        // What a unit sets is known in that unit alone, unless it is asked for by the unit's name.
        let fits = |scope: ScopeId| match object {
            Some(object) => object == self.scopes[scope].name,
            None => self.is_around(self.unit_around(scope), user),
        };
        // Branches set what holds behind them.
        let outside = outside.filter(|(_, scope)| fits(*scope));
        let fitting: Vec<(Which, ScopeId)> =
            outside.map(|(which, scope)| (*which, self.around_branches(*scope, user))).collect();
        let visible = fitting.iter().map(|(_, scope)| *scope).filter(|&scope| self.is_around(scope, user));
        let nearest = match visible.max() {
            Some(nearest) => nearest,
            None => {
                let first = fitting.first().map(|(_, scope)| *scope);
                let Some(only) = first.filter(|first| fitting.iter().all(|(_, scope)| scope == first)) else {
                    return Vec::new();
                };
                only
            }
        };
        let meant = fitting.into_iter().filter(|(_, scope)| *scope == nearest).map(|(which, _)| which).collect();
        self.in_force(meant, nearest, user)
    }

    /// The innermost unit that a scope is or lies in.
    fn unit_around(&self, scope: ScopeId) -> ScopeId {
        let mut above = std::iter::successors(Some(scope), |&scope| self.scopes[scope].parent);
        above.find(|&scope| self.scopes[scope].unit).unwrap_or_default()
    }

    /// Of the values that a name is given one after the other those that hold in `user`: the last one in front of it, and
    /// what branches behind that one set. `holder` is the scope that they are set in.
    fn in_force(&self, mut meant: Vec<Which>, holder: ScopeId, user: ScopeId) -> Vec<Which> {
        let Some(start) = self.scopes[user].start.filter(|_| meant.len() > 1) else { return meant };
        let in_front = |&which: &Which| self.place(which).span.start < start;
        if !meant.iter().any(in_front) {
            return meant;
        }
        meant.retain(in_front);
        let for_all = |&&which: &&Which| self.place(which).home.is_none_or(|home| home.scope == holder);
        // Elements of a list are given together.
        let single = |&&which: &&Which| self.place(which).home.is_none_or(|home| home.index.is_none());
        let last = meant.iter().filter(for_all).filter(single).map(|&which| self.place(which).span.start).max();
        meant.retain(|&which| last.is_none_or(|last| self.place(which).span.start >= last));
        meant
    }

    fn place(&self, which: Which) -> &Place {
        match which {
            Which::Key(key) => &self.matches.keys[key].place,
            Which::Endpoint(endpoint) => &self.matches.endpoints[endpoint].place,
        }
    }

    /// The scope around the branches that a scope is: the arms of an `if`, which have no name. A branch around `user` is
    /// none to it.
    fn around_branches(&self, scope: ScopeId, user: ScopeId) -> ScopeId {
        let mut at = scope;
        while let Scope { kind: ScopeKind::Section, unit: false, parent: Some(parent), name, .. } = &self.scopes[at]
            && name.is_empty()
            && !self.is_around(at, user)
        {
            at = *parent;
        }
        at
    }

    /// Whether an object is another than the one that takes from it, and of the same environment as far as both say.
    fn is_other_object(&self, object: ScopeId, user: ScopeId) -> bool {
        let environment = |scope: ScopeId| {
            let mut above = std::iter::successors(Some(scope), |&scope| self.scopes[scope].parent);
            above.find_map(|scope| self.scopes[scope].environment)
        };
        let apart = environment(object).zip(environment(user)).is_some_and(|(object, user)| object != user);
        !apart && !self.is_around(object, user)
    }

    /// Whether one scope is another, or around it.
    fn is_around(&self, outer: ScopeId, inner: ScopeId) -> bool {
        let mut at = inner;
        while at > outer {
            let Some(parent) = self.scopes[at].parent else { return false };
            at = parent;
        }
        at == outer
    }

    /// Whether a name may mean all of a scope: a map or a function, but not a call by the name of what is called.
    fn is_object(&self, scope: ScopeId) -> bool {
        matches!(self.scopes[scope].kind, ScopeKind::Map | ScopeKind::List | ScopeKind::Section)
    }

    /// Whether an object can be named in a scope, and is not around it.
    fn is_in_reach(&self, object: ScopeId, user: ScopeId) -> bool {
        let holder = self.scopes[object].parent.unwrap_or_default();
        self.is_around(holder, user) && !self.is_around(object, user)
    }
}

/// The matches that a name may mean, by what they are assigned to.
fn definitions(matches: &Matches) -> HashMap<&str, Vec<(Which, ScopeId)>> {
    let scope = |home: Option<Home>| home.map_or(0, |home| home.scope);
    let keys = matches.keys.iter().enumerate();
    let keys = keys.map(|(index, key)| (Which::Key(index), key.setting.as_deref(), scope(key.place.home)));
    let endpoints = matches.endpoints.iter().enumerate();
    let endpoints =
        endpoints.map(|(index, one)| (Which::Endpoint(index), one.setting.as_deref(), scope(one.place.home)));
    let mut defined: HashMap<&str, Vec<(Which, ScopeId)>> = HashMap::new();
    for (which, setting, scope) in keys.chain(endpoints) {
        let Some(setting) = setting else { continue };
        let last = scope_name(setting);
        defined.entry(last).or_default().push((which, scope));
        if last != setting {
            defined.entry(setting).or_default().push((which, scope));
        }
    }
    defined
}
