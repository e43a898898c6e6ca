//! What can be seen from where: the keys and endpoints of a file in its scopes.
//!
//! A scope that is a *unit* is closed: what is in it is not seen from outside. So is any other scope that holds both a key
//! and an endpoint, because these two belong to each other. A key sees what its own scope holds, then what the scope
//! around that holds, and so on; outside its own unit only names that say so make a pair. Where a key stands outside of
//! units, endpoints of units that have no key of their own are seen, too: they inherit it.
//!
//! A value is where it is *used*. A constant that a call takes stands in that call, a merged map in every map that
//! merges it; the place of its definition counts only where no use is known.

use std::collections::{HashMap, HashSet};

use crate::model::{EndpointKind, EndpointMatch, Evidence, KeyMatch, Matches, Scope, ScopeId, ScopeKind, Used};

use super::homes::{Homes, Stand, Standing};
use super::nearest::Spot;
use super::rows::{Candidate, Rows, Verdict};
use super::setting::Family;
use super::{Choice, EndpointRef, Pair, Pairing, receives, receives_its_own};

/// The keys and endpoints of a file in its scopes.
pub(super) struct Field<'m> {
    matches: &'m Matches,
    scopes: Vec<&'m Scope>,
    keys: Vec<Standing>,
    endpoints: Vec<Standing>,
    levels: Vec<Level>,
}

/// What is seen in a scope.
#[derive(Clone, Debug, Default)]
struct Level {
    /// Indices of keys.
    keys: Vec<usize>,
    /// Indices of endpoints.
    endpoints: Vec<usize>,
    /// Endpoints of units further inside that have no key of their own.
    inherited: Vec<usize>,
    /// Keys that ask here, with what they have left on the way.
    asking: Vec<Asking>,
}

/// A key on its way outwards.
#[derive(Clone, Copy, Debug)]
struct Asking {
    key: usize,
    /// Where it stands, which of its homes.
    home: usize,
    left: Left,
}

/// What a key has left behind on its way outwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Left {
    /// No unit.
    Nothing,
    /// The call that uses it: what is set for all calls of the file may hold for this one.
    Call,
    /// Another unit: only names make pairs outside of it.
    Unit,
}

/// A pair that one of a key's homes suggests.
struct Found {
    /// Index of the endpoint in this file.
    index: usize,
    pair: Pair,
    /// Whether it was found where the key is defined though it is used elsewhere.
    fallback: bool,
}

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
        let asks_for_key = self.asks_for_key();
        for scope in (0..self.levels.len()).rev() {
            let level = &mut self.levels[scope];
            for indices in [&mut level.keys, &mut level.endpoints, &mut level.inherited] {
                indices.sort_unstable();
                indices.dedup();
            }
            let closed = self.is_closed(scope);
            let Some(parent) = self.scopes.get(scope).and_then(|scope| scope.parent) else { continue };
            let Level { keys, mut endpoints, inherited, .. } = self.levels[scope].clone();
            if self.scopes[scope].unit || parent == FILE {
                endpoints.retain(|&index| receives(&self.matches.endpoints[index]));
            }
            let outer = &mut self.levels[parent];
            if !closed {
                outer.keys.extend(keys);
                outer.endpoints.extend(endpoints);
                outer.inherited.extend(inherited);
            } else if keys.is_empty() && !asks_for_key.contains(&scope) {
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
                Used::Setting(_) => "key",
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
    fn is_closed(&self, scope: ScopeId) -> bool {
        let level = &self.levels[scope];
        let unit = self.scopes.get(scope).is_none_or(|scope| scope.unit);
        unit || (!level.keys.is_empty() && !level.endpoints.is_empty())
    }

    /// The receiver of each key; `endpoint` says which endpoint of the run an index means.
    pub(super) fn choices(mut self, pairing: &Pairing<'_>, endpoint: impl Fn(usize) -> EndpointRef) -> Vec<Choice> {
        let mut found: Vec<Vec<Found>> = self.keys.iter().map(|_| Vec::new()).collect();
        let mut possible: Vec<Option<String>> = vec![None; self.keys.len()];
        for (key, standing) in self.keys.iter().enumerate() {
            for (home, place) in standing.all().enumerate() {
                let left = if standing.is_moved(home) { Left::Call } else { Left::Nothing };
                self.levels[place.scope].asking.push(Asking { key, home, left });
            }
        }
        for scope in (0..self.levels.len()).rev() {
            let asking = std::mem::take(&mut self.levels[scope].asking);
            if asking.is_empty() {
                continue;
            }
            let verdicts = self.ask(scope, &asking, pairing);
            let mut unanswered = Vec::new();
            for (mut asking, verdict) in asking.into_iter().zip(verdicts) {
                match verdict {
                    Verdict::Goes { endpoint: index, same_line, by_name } => {
                        let only = self.has_one_host(self.seen(scope, asking));
                        let evidence = self.evidence(scope, same_line);
                        let pair = Pair { endpoint: endpoint(index), evidence, by_name, only };
                        let fallback = self.keys[asking.key].is_moved(asking.home);
                        found[asking.key].push(Found { index, pair, fallback });
                        continue;
                    }
                    Verdict::Possible(hosts) if asking.left == Left::Nothing => {
                        possible[asking.key].get_or_insert(hosts);
                    }
                    Verdict::Possible(_) | Verdict::Nowhere => {}
                }
                asking.left = asking.left.max(self.left(scope));
                unanswered.push(asking);
            }
            if let Some(parent) = self.scopes.get(scope).and_then(|scope| scope.parent) {
                self.levels[parent].asking.extend(unanswered);
            }
        }
        let choices = found.into_iter().zip(possible).map(|(found, possible)| match self.best(found) {
            Some(pair) => Choice::Pair(pair),
            None => possible.map_or(Choice::None, Choice::Possible),
        });
        choices.collect()
    }

    /// What a key leaves behind with a scope.
    fn left(&self, scope: ScopeId) -> Left {
        match self.scopes.get(scope).map(|scope| scope.kind) {
            _ if !self.is_closed(scope) => Left::Nothing,
            Some(ScopeKind::Call) => Left::Call,
            _ => Left::Unit,
        }
    }

    /// The one of several pairs that counts: one where the key is used before one where it is only defined. A key that
    /// goes to several hosts is judged by the worst.
    fn best(&self, found: Vec<Found>) -> Option<Pair> {
        let badness = |index: usize| match self.matches.endpoints[index].kind {
            EndpointKind::Relay => 0,
            EndpointKind::Proxy | EndpointKind::Unknown => 1,
            EndpointKind::Aggregator | EndpointKind::Provider => 2,
            EndpointKind::Gateway => 3,
            EndpointKind::Official | EndpointKind::SelfHosted => 4,
        };
        let rank = |found: &Found| (found.fallback, badness(found.index), found.pair.evidence, found.index);
        found.into_iter().min_by_key(rank).map(|found| found.pair)
    }

    /// The verdict for each key that asks in a scope.
    fn ask(&self, scope: ScopeId, asking: &[Asking], pairing: &Pairing<'_>) -> Vec<Verdict> {
        let level = &self.levels[scope];
        if level.endpoints.is_empty() && level.inherited.is_empty() {
            return vec![Verdict::Nowhere; asking.len()];
        }
        let names = Names { field: self, scope };
        let mut families: HashMap<String, Family<'_>> = HashMap::new();
        let mut add = |name: &str| {
            if !families.contains_key(name) {
                families.insert(name.to_owned(), Family::of(name, &pairing.names));
            }
        };
        let pool: Vec<usize> = level.endpoints.iter().chain(&level.inherited).copied().collect();
        let key_names: HashMap<usize, String> =
            level.keys.iter().chain(asking.iter().map(|one| &one.key)).map(|&key| (key, names.key(key))).collect();
        let pool_names: HashMap<usize, String> = pool.iter().map(|&index| (index, names.endpoint(index))).collect();
        key_names.values().chain(pool_names.values()).for_each(|name| add(name));

        let around = Around::new(key_names.iter().map(|(&key, name)| (&self.matches.keys[key], &families[name])));
        let candidate = |index: usize| {
            let endpoint = &self.matches.endpoints[index];
            around.candidate(index, endpoint, &families[&pool_names[&index]], pairing)
        };
        let mut lists: HashMap<(bool, Option<(usize, Option<&str>)>), Rows<'_>> = HashMap::new();
        let in_order = |mut indices: Vec<usize>| {
            indices.sort_unstable();
            indices.dedup();
            indices
        };
        let near = in_order(level.endpoints.clone());
        let all = in_order(pool);
        let orphan = self.has_one_host(near.iter().copied());
        let verdicts = asking.iter().map(|one| {
            let inherits = one.left == Left::Nothing;
            let seen = if inherits { &all } else { &near };
            let index = self.position(one.key, seen);
            let list = index.map(|index| (index, self.matches.keys[one.key].setting.as_deref()));
            let rows = lists.entry((inherits, list)).or_insert_with(|| {
                let fits = |endpoint: &&usize| index.is_none_or(|index| self.fits(one.key, **endpoint, index));
                Rows::new(seen.iter().filter(fits).map(|&endpoint| candidate(endpoint)))
            });
            let verdict = rows.choose(&self.matches.keys[one.key], &families[&key_names[&one.key]]);
            match (&verdict, one.left) {
                (Verdict::Goes { by_name: false, .. }, Left::Unit) => Verdict::Nowhere,
                (Verdict::Goes { by_name: false, .. }, Left::Call) if !orphan => Verdict::Nowhere,
                _ => verdict,
            }
        });
        verdicts.collect()
    }

    /// The endpoints that a key sees in a scope.
    fn seen(&self, scope: ScopeId, asking: Asking) -> impl Iterator<Item = usize> {
        let level = &self.levels[scope];
        let inherited: &[usize] = if asking.left == Left::Nothing { &level.inherited } else { &[] };
        level.endpoints.iter().chain(inherited).copied()
    }

    fn has_one_host(&self, endpoints: impl Iterator<Item = usize>) -> bool {
        let mut hosts = endpoints.map(|index| &self.matches.endpoints[index].host);
        let first = hosts.next();
        hosts.all(|host| Some(host) == first)
    }

    /// The position of a key in its list, where a list of endpoints goes with it.
    fn position(&self, key: usize, endpoints: &[usize]) -> Option<usize> {
        let index = self.keys[key].index?;
        endpoints.iter().any(|&endpoint| self.is_other_list(key, endpoint)).then_some(index)
    }

    /// Whether an endpoint goes with the key at a position of its list: it has the same position in another list, or
    /// stands in none.
    fn fits(&self, key: usize, endpoint: usize, index: usize) -> bool {
        match self.endpoints[endpoint].index {
            Some(at) => at == index && self.is_other_list(key, endpoint),
            None => true,
        }
    }

    /// Whether an endpoint stands in a list, and in another one than the key.
    fn is_other_list(&self, key: usize, endpoint: usize) -> bool {
        let other = self.matches.keys[key].setting != self.matches.endpoints[endpoint].setting;
        self.endpoints[endpoint].index.is_some() && other
    }

    /// What it says for a pair that a scope is the first to hold both.
    fn evidence(&self, scope: ScopeId, same_line: bool) -> Evidence {
        let Some(first) = self.scopes.get(scope) else {
            // Nothing is known of the file: one line is most often one call.
            return if same_line { Evidence::SameCall } else { Evidence::SameFile };
        };
        let above = std::iter::successors(Some(*first), |scope| scope.parent.map(|parent| self.scopes[parent]));
        let mut beyond = above.skip_while(|scope| matches!(scope.kind, ScopeKind::Map | ScopeKind::List));
        let grouped = matches!(first.kind, ScopeKind::Map | ScopeKind::List);
        match beyond.next().map(|scope| scope.kind) {
            Some(ScopeKind::Call) => Evidence::SameCall,
            Some(ScopeKind::Item) => Evidence::SameItem,
            Some(ScopeKind::Service) => Evidence::SameService,
            _ if grouped => Evidence::SameMap,
            Some(ScopeKind::Section) => Evidence::SameSection,
            _ => Evidence::SameFile,
        }
    }
}

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

/// The scope of the file itself.
const FILE: ScopeId = 0;

/// What keys and endpoints are called, as seen from a scope: with the names of the scopes between.
struct Names<'f, 'm> {
    field: &'f Field<'m>,
    scope: ScopeId,
}

impl Names<'_, '_> {
    fn key(&self, index: usize) -> String {
        self.name(&self.field.keys[index], self.field.matches.keys[index].setting.as_deref())
    }

    fn endpoint(&self, index: usize) -> String {
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

/// The keys around some endpoints, as far as they claim one for themselves.
struct Around<'a> {
    issuers: HashSet<&'a str>,
    named: HashSet<(&'a str, &'a str)>,
    vendors: HashSet<&'a str>,
}

impl<'a> Around<'a> {
    fn new(keys: impl Iterator<Item = (&'a KeyMatch, &'a Family<'a>)>) -> Self {
        let mut around = Self { issuers: HashSet::new(), named: HashSet::new(), vendors: HashSet::new() };
        for (key, family) in keys {
            around.issuers.extend(key.issuer.as_deref());
            around.named.insert((&family.name, &family.qualifier));
            around.vendors.extend(family.vendor);
        }
        around
    }

    fn candidate(
        &self,
        index: usize,
        endpoint: &'a EndpointMatch,
        family: &'a Family<'a>,
        pairing: &Pairing<'a>,
    ) -> Candidate<'a> {
        let issuer = endpoint.entry.as_deref().and_then(|entry| pairing.owners.get(entry).copied());
        // A gateway's own key travels beside the one that it passes on.
        let claims = endpoint.kind != EndpointKind::Gateway;
        let own_name = (family.name.as_str(), family.qualifier.as_str());
        Candidate {
            spot: Spot { index, place: &endpoint.place, host: &endpoint.host },
            family,
            issuer,
            claimed: claims && issuer.is_some_and(|issuer| self.issuers.contains(issuer)),
            named: !family.name.is_empty() && self.named.contains(&own_name),
            vendor_named: family.vendor.is_some_and(|vendor| self.vendors.contains(vendor)),
        }
    }
}
