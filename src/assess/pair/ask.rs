//! The way of a key outwards through the scopes around it, until one holds an endpoint that goes with it.

use std::collections::{HashMap, HashSet};

use crate::model::{EndpointKind, EndpointMatch, Evidence, KeyMatch, ScopeId, ScopeKind};

use super::field::{FILE, Field};
use super::nearest::Spot;
use super::rows::{Candidate, Rows, Verdict};
use super::seen_as::Names;
use super::setting::Family;
use super::{Choice, EndpointRef, Pair, Pairing};

/// A key on its way outwards.
#[derive(Clone, Copy, Debug)]
struct Asking {
    key: usize,
    /// Where it stands, which of its homes.
    home: usize,
    left: Left,
    /// Whether it has left a part of the file that has a name of its own: it is not what others inherit.
    apart: bool,
}

/// What a key has left behind on its way outwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Left {
    /// No unit.
    Nothing,
    /// The call that uses it: what is set for all calls of the file may hold for this one.
    Call,
    /// An element of a list, and nothing but the list.
    Element,
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

/// What keys that ask alike see of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Seen<'a> {
    /// Whether endpoints of units further inside are among it.
    inherits: bool,
    /// The position in a list, and the setting that holds the list.
    list: Option<(usize, Option<&'a str>)>,
}

impl Field<'_> {
    /// The receiver of each key; `endpoint` says which endpoint of the run an index means.
    pub(super) fn choices(self, pairing: &Pairing<'_>, endpoint: impl Fn(usize) -> EndpointRef) -> Vec<Choice> {
        let mut found: Vec<Vec<Found>> = self.keys.iter().map(|_| Vec::new()).collect();
        let mut possible: Vec<Option<String>> = vec![None; self.keys.len()];
        let mut waiting: Vec<Vec<Asking>> = vec![Vec::new(); self.levels.len()];
        for (key, standing) in self.keys.iter().enumerate() {
            for (home, place) in standing.all().enumerate() {
                let left = if standing.is_moved(home) { Left::Call } else { Left::Nothing };
                waiting[place.scope].push(Asking { key, home, left, apart: false });
            }
        }
        for scope in (0..self.levels.len()).rev() {
            let asking = std::mem::take(&mut waiting[scope]);
            if asking.is_empty() {
                continue;
            }
            let verdicts = self.ask(scope, &asking, pairing);
            let mut unanswered = Vec::new();
            for (mut asking, (verdict, only)) in asking.into_iter().zip(verdicts) {
                match verdict {
                    Verdict::Goes { endpoint: index, same_line, by_name } => {
                        let Some(index) = self.of_branches(asking.key, index, scope) else { continue };
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
                asking.left = self.leave(asking.left, scope);
                asking.apart |= self.is_part(scope);
                unanswered.push(asking);
            }
            if let Some(parent) = self.scopes.get(scope).and_then(|scope| scope.parent) {
                waiting[parent].extend(unanswered);
            }
        }
        let choices = found.into_iter().zip(possible).map(|(found, possible)| match self.best(found) {
            Some(pair) => Choice::Pair(pair),
            None => possible.map_or(Choice::None, Choice::Possible),
        });
        choices.collect()
    }

    /// Whether an endpoint stands in a part of its file with a name that the key's part does not have.
    fn is_in_other_part(&self, key: usize, endpoint: usize) -> bool {
        let part = |written: ScopeId| {
            let above = std::iter::successors(Some(written), |&scope| self.scopes.get(scope)?.parent);
            let mut parts = above.filter(|&scope| scope != FILE && self.is_part(scope));
            parts.next().map(|scope| crate::rules::normalise(&self.scopes[scope].name))
        };
        let endpoint = part(self.endpoints[endpoint].written());
        endpoint.is_some() && endpoint != part(self.keys[key].written())
    }

    /// Whether a scope is a part of its file with a name of its own, and not where the settings for all parts stand.
    fn is_part(&self, scope: ScopeId) -> bool {
        const SHARED: [&str; 14] = [
            "auth",
            "common",
            "config",
            "credentials",
            "default",
            "defaults",
            "env",
            "environment",
            "global",
            "globals",
            "secrets",
            "settings",
            "variables",
            "vars",
        ];
        self.scopes.get(scope).is_some_and(|scope| {
            let named = matches!(scope.kind, ScopeKind::Map | ScopeKind::Section) && !scope.name.is_empty();
            named && !SHARED.contains(&scope.name.to_ascii_lowercase().as_str())
        })
    }

    /// What a key has left behind once it leaves a scope, too.
    fn leave(&self, left: Left, scope: ScopeId) -> Left {
        match (left, self.scopes.get(scope).map(|scope| scope.kind)) {
            (Left::Nothing, Some(ScopeKind::Item)) => Left::Element,
            (Left::Element, Some(ScopeKind::List)) => Left::Element,
            (Left::Element, _) => Left::Unit,
            (left, _) => left.max(self.left(scope)),
        }
    }

    /// What a key leaves behind with a scope.
    pub(super) fn left(&self, scope: ScopeId) -> Left {
        match self.scopes.get(scope).map(|scope| scope.kind) {
            _ if !self.is_closed(scope) => Left::Nothing,
            Some(ScopeKind::Call) => Left::Call,
            _ => Left::Unit,
        }
    }

    /// The one of several pairs that counts: one where the key is used before one where it is only defined. A key that
    /// goes to several hosts is judged by the worst.
    fn best(&self, found: Vec<Found>) -> Option<Pair> {
        let rank = |found: &Found| (found.fallback, self.badness(found.index), found.pair.evidence, found.index);
        found.into_iter().min_by_key(rank).map(|found| found.pair)
    }

    /// How bad it is for a key to go to an endpoint, worst first.
    fn badness(&self, endpoint: usize) -> u8 {
        match self.matches.endpoints[endpoint].kind {
            EndpointKind::Relay => 0,
            EndpointKind::Proxy | EndpointKind::Unknown => 1,
            EndpointKind::Aggregator | EndpointKind::Provider => 2,
            EndpointKind::Gateway => 3,
            EndpointKind::Official | EndpointKind::SelfHosted => 4,
        }
    }

    /// Of the values that one variable has in several branches the one of the key's own branch, else the worst. None if all
    /// are set in branches that the key's is none of.
    fn of_branches(&self, key: usize, chosen: usize, scope: ScopeId) -> Option<usize> {
        let setting = &self.matches.endpoints[chosen].setting;
        let taken = |index: usize| self.endpoints[index].homes().iter().any(|home| home.by_name && home.scope == scope);
        if setting.is_none() || !taken(chosen) || self.endpoints[chosen].index.is_some() {
            return Some(chosen);
        }
        let branch = self.keys[key].written();
        let values = self.levels[scope].endpoints.iter().copied();
        let values = values.filter(|&index| &self.matches.endpoints[index].setting == setting && taken(index));
        let values: Vec<usize> = values
            .filter(|&index| {
                let other = self.endpoints[index].written();
                !(self.is_branch(branch) && self.is_branch(other)) || branch == other
            })
            .collect();
        let own = |index: usize| self.is_branch(branch) && self.endpoints[index].written() == branch;
        values.into_iter().min_by_key(|&index| (!own(index), self.badness(index), index))
    }

    /// Whether a scope is an arm of an `if` or a `switch`.
    fn is_branch(&self, scope: ScopeId) -> bool {
        self.scopes.get(scope).is_some_and(|one| one.kind == ScopeKind::Section && one.name.is_empty() && !one.unit)
    }

    /// The verdict for each key that asks in a scope, and whether all that it sees there is one host.
    fn ask(&self, scope: ScopeId, asking: &[Asking], pairing: &Pairing<'_>) -> Vec<(Verdict, bool)> {
        let level = &self.levels[scope];
        if level.endpoints.is_empty() && level.inherited.is_empty() {
            return vec![(Verdict::Nowhere, false); asking.len()];
        }
        let names = Names { field: self, scope };
        let near = in_order(level.endpoints.iter());
        let all = in_order(level.endpoints.iter().chain(&level.inherited));
        let keys = level.keys.iter().chain(asking.iter().map(|one| &one.key));
        let key_names: HashMap<usize, String> = keys.map(|&key| (key, names.key(key))).collect();
        let names: HashMap<usize, String> = all.iter().map(|&index| (index, names.endpoint(index))).collect();
        let mut families: HashMap<&str, Family<'_>> = HashMap::new();
        for name in key_names.values().chain(names.values()) {
            families.entry(name).or_insert_with(|| Family::of(name, &pairing.names));
        }
        let family = |name: &str| &families[name];

        let around = Around::new(key_names.iter().map(|(&key, name)| (&self.matches.keys[key], family(name))));
        let candidate =
            |index: usize| around.candidate(index, &self.matches.endpoints[index], family(&names[&index]), pairing);
        let one_host = [&near, &all].map(|endpoints| self.has_one_host(endpoints));
        // A unit inside a unit takes over what that one sets: a job's steps, the keys of a provider.
        let enclosed = scope != FILE
            && std::iter::successors(Some(scope), |&scope| self.scopes[scope].parent)
                .any(|scope| scope != FILE && self.scopes[scope].unit);
        // The first and the last of the keys that stand here themselves.
        let standing = || asking.iter().filter(|one| one.left == Left::Nothing).map(|one| one.key);
        let direct = standing().min().zip(standing().max());
        let mut rows: HashMap<Seen<'_>, Rows<'_>> = HashMap::new();
        let verdicts = asking.iter().map(|one| {
            let inherits = one.left == Left::Nothing;
            let endpoints = if inherits { &all } else { &near };
            let position = self.position(one.key, endpoints);
            let list = position.map(|position| (position, self.matches.keys[one.key].setting.as_deref()));
            let rows = rows.entry(Seen { inherits, list }).or_insert_with(|| {
                let fits = |endpoint: &&usize| position.is_none_or(|position| self.fits(one.key, **endpoint, position));
                Rows::new(endpoints.iter().filter(fits).map(|&endpoint| candidate(endpoint)))
            });
            let verdict = rows.choose(&self.matches.keys[one.key], family(&key_names[&one.key]));
            let others = || direct.is_some_and(|(first, last)| first != one.key || last != one.key);
            let owns = |endpoint: usize| self.endpoints[endpoint].homes().iter().any(|home| home.scope == scope);
            let inherited = |endpoint: usize| near.binary_search(&endpoint).is_err();
            let verdict = match (&verdict, one.left) {
                (Verdict::Goes { endpoint, .. }, _) if one.apart && inherited(*endpoint) => Verdict::Nowhere,
                // Two parts of a file with names of their own.
                (Verdict::Goes { by_name: false, endpoint, .. }, _)
                    if one.apart && scope == FILE && self.is_in_other_part(one.key, *endpoint) =>
                {
                    Verdict::Nowhere
                }
                // The parts of an object, in a list, take over what the object itself sets.
                (Verdict::Goes { by_name: false, endpoint, .. }, Left::Element) if owns(*endpoint) => verdict,
                (Verdict::Goes { by_name: false, .. }, Left::Element) if !(one_host[0] && enclosed) => Verdict::Nowhere,
                (Verdict::Goes { by_name: false, .. }, Left::Call) if others() => Verdict::Nowhere,
                (Verdict::Goes { by_name: false, .. }, Left::Unit) if !(one_host[0] && enclosed) => Verdict::Nowhere,
                (Verdict::Goes { by_name: false, .. }, Left::Call) if !one_host[0] => Verdict::Nowhere,
                _ => verdict,
            };
            (verdict, one_host[usize::from(inherits)])
        });
        verdicts.collect()
    }

    fn has_one_host(&self, endpoints: &[usize]) -> bool {
        let host = |index: usize| &self.matches.endpoints[index].host;
        endpoints.windows(2).all(|two| host(two[0]) == host(two[1]))
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

/// Indices in order, each once.
fn in_order<'i>(indices: impl Iterator<Item = &'i usize>) -> Vec<usize> {
    let mut indices: Vec<usize> = indices.copied().collect();
    indices.sort_unstable();
    indices.dedup();
    indices
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
