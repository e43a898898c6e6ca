//! Which scopes stand for themselves, decided by how the tree looks once it is complete.
//!
//! Elements of a list and services always do, readers say so where they know. Here the rest: of several maps side by
//! side, are they records of one kind (two providers, each with its key and its address), or parts of one thing (`auth`
//! and `server` of one client)? Records have a name in common, or stand in a collection whose name says so.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::model::{ScopeId, ScopeKind};

use super::tree::{FILE, Tree};

/// Names of maps whose members are records, normalised.
const COLLECTIONS: [&str; 33] = [
    "accounts",
    "apps",
    "channels",
    "clients",
    "connections",
    "deployments",
    "endpoints",
    "env",
    "environments",
    "functions",
    "jobs",
    "mcp",
    "mcpservers",
    "modelproviders",
    "models",
    "profiles",
    "programs",
    "provider",
    "providers",
    "projects",
    "relays",
    "releases",
    "secrets",
    "sections",
    "servers",
    "services",
    "sites",
    "stages",
    "targets",
    "tenants",
    "upstreams",
    "users",
    "workflows",
];

/// Names that things of any kind have, so that to share them says nothing: what describes them, what holds their value.
const COMMON: [&str; 16] = [
    "comment",
    "default",
    "description",
    "enabled",
    "id",
    "kind",
    "label",
    "name",
    "noecho",
    "options",
    "required",
    "sensitive",
    "title",
    "type",
    "value",
    "version",
];

/// Marks the scopes that stand for themselves. In code (`code`) only maps are compared, by their values: functions that
/// call the same thing are no records.
pub(super) fn settle(tree: &mut Tree, code: bool) {
    let mut members: BTreeMap<ScopeId, Vec<ScopeId>> = BTreeMap::new();
    for (id, scope) in tree.scopes().iter().enumerate() {
        let kind = scope.kind == ScopeKind::Map || (scope.kind == ScopeKind::Section && !code);
        let record = kind && !scope.name.is_empty();
        if let Some(parent) = scope.parent.filter(|_| record) {
            members.entry(parent).or_default().push(id);
        }
    }
    members.retain(|parent, members| {
        members.len() > 1 || (*parent != FILE && is_collection(&tree.scopes()[*parent].name))
    });
    let names = names_inside(tree, code);
    let mut units: Vec<ScopeId> = Vec::new();
    for (parent, members) in members {
        if is_collection(&tree.scopes()[parent].name) {
            // `env` holds environments where its members are maps of maps; a map of variables has no maps inside.
            units.extend(members);
            continue;
        }
        let mut seen: HashMap<&str, Vec<ScopeId>> = HashMap::new();
        for &member in &members {
            for name in names.get(&member).into_iter().flatten() {
                seen.entry(name).or_default().push(member);
            }
        }
        let alike: HashSet<ScopeId> = seen.into_values().filter(|members| members.len() > 1).flatten().collect();
        units.extend(alike);
    }
    for unit in units {
        tree.settle_unit(unit);
    }
}

fn is_collection(name: &str) -> bool {
    COLLECTIONS.contains(&crate::rules::normalise(name).as_str())
}

/// The telling names of the values and, unless it is code, the maps that stand right in each scope.
fn names_inside(tree: &Tree, code: bool) -> HashMap<ScopeId, HashSet<String>> {
    let mut names: HashMap<ScopeId, HashSet<String>> = HashMap::new();
    let scopes = tree.scopes();
    let children = scopes.iter().filter(|_| !code).filter_map(|scope| Some((scope.parent?, scope.name.as_str())));
    for (scope, name) in tree.value_names().chain(children) {
        let name = crate::rules::normalise(name);
        if !name.is_empty() && !COMMON.contains(&name.as_str()) {
            names.entry(scope).or_default().insert(name);
        }
    }
    names
}
