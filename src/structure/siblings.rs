//! What maps side by side have to do with each other: the one that all others take their defaults from, and two that
//! hold the keys and the addresses of the same things.

use std::collections::{BTreeMap, HashMap};

use crate::model::{Environment, ScopeId, ScopeKind, Used};

use super::tree::{FILE, Tree};

/// Names of maps that hold what the environments beside them have in common.
const DEFAULTS: [&str; 6] = ["all", "base", "common", "default", "defaults", "shared"];

/// The map of a chart that all charts in it see.
const GLOBAL: &str = "global";

/// Ends of names of maps that hold keys by what they are for.
const KEYS: [&str; 4] = ["credentials", "keys", "secrets", "tokens"];

/// Ends of names of maps that hold addresses by what they are for.
const ADDRESSES: [&str; 5] = ["bases", "endpoints", "hosts", "uris", "urls"];

/// Most members of two maps that are brought together.
const MOST_MEMBERS: usize = 1000;

/// Says what maps side by side take from each other, once all are known and before it is decided which stand for
/// themselves. In code (`code`) fewer words name environments.
pub(super) fn relate(tree: &mut Tree, code: bool) {
    let mut members: BTreeMap<ScopeId, Vec<ScopeId>> = BTreeMap::new();
    for (id, scope) in tree.scopes().iter().enumerate() {
        let named = matches!(scope.kind, ScopeKind::Map | ScopeKind::Section) && !scope.name.is_empty();
        if let Some(parent) = scope.parent.filter(|_| named) {
            members.entry(parent).or_default().push(id);
        }
    }
    members.retain(|_, members| members.len() > 1);
    for (&parent, members) in &members {
        share(parent, members, code, tree);
    }
    transpose(&members, tree);
}

/// Lets members take what the one of defaults holds.
fn share(parent: ScopeId, members: &[ScopeId], code: bool, tree: &mut Tree) {
    // Beside `production` a word such as `test` names an environment, too.
    if members.iter().any(|&member| tree.scopes()[member].environment.is_some()) {
        for &member in members.iter().filter(|_| !code) {
            let scope = &tree.scopes()[member];
            let word = Environment::of_word(&scope.name.to_ascii_lowercase());
            if let Some(word) = word.filter(|_| scope.environment.is_none()) {
                tree.set_environment(member, word);
            }
        }
    }
    let scopes = tree.scopes();
    let environments: Vec<ScopeId> =
        members.iter().copied().filter(|&member| scopes[member].environment.is_some()).collect();
    let is = |member: ScopeId, name: &str| scopes[member].name.eq_ignore_ascii_case(name);
    let defaults = members.iter().copied().find(|&member| DEFAULTS.iter().any(|name| is(member, name)));
    let global = members.iter().copied().find(|&member| parent == FILE && is(member, GLOBAL));
    let mut uses: Vec<(ScopeId, ScopeId)> = Vec::new();
    if let Some(defaults) = defaults {
        uses.extend(environments.into_iter().map(|taker| (taker, defaults)));
    }
    if let Some(global) = global {
        uses.extend(members.iter().map(|&taker| (taker, global)));
    }
    for (taker, taken) in uses.into_iter().filter(|(taker, taken)| taker != taken) {
        tree.uses(taker, Used::Scope(taken));
    }
}

/// Brings `keys: {a: K}` and `urls: {a: U}` together as `a: {keys: K, urls: U}`.
fn transpose(members: &BTreeMap<ScopeId, Vec<ScopeId>>, tree: &mut Tree) {
    let scopes = tree.scopes();
    let ends = |member: ScopeId, ends: &[&str]| {
        let name = crate::rules::normalise(&scopes[member].name);
        ends.iter().any(|end| name.ends_with(end))
    };
    let mut pairs: HashMap<ScopeId, ScopeId> = HashMap::new();
    for (&parent, members) in members {
        let of = |words: &[&str]| members.iter().copied().filter(|&member| ends(member, words)).collect::<Vec<_>>();
        let (keys, addresses) = (of(&KEYS), of(&ADDRESSES));
        if let ([keys], [addresses]) = (keys.as_slice(), addresses.as_slice()) {
            pairs.insert(*keys, parent);
            pairs.insert(*addresses, parent);
        }
    }
    if pairs.is_empty() {
        return;
    }
    // Of each pair the names, and the values that have them.
    let mut named: BTreeMap<(ScopeId, String), Vec<(ScopeId, usize)>> = BTreeMap::new();
    for (value, (scope, name)) in tree.value_names().enumerate() {
        if let Some(&parent) = pairs.get(&scope) {
            named.entry((parent, name.to_owned())).or_default().push((scope, value));
        }
    }
    for ((parent, name), values) in named.into_iter().take(MOST_MEMBERS) {
        if let [(one, _), (other, _)] = values.as_slice()
            && one != other
        {
            let item = tree.open(parent, ScopeKind::Item, &name, 0..0);
            for (holder, value) in values.into_iter().filter(|_| item != parent) {
                tree.move_value(value, item, holder);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    fn outline(path: &str, text: &str) -> String {
        super::super::read(path, text.as_bytes()).unwrap().unwrap().outline(text.as_bytes())
    }

    #[test]
    fn environments_take_the_defaults_beside_them() {
        let text = "[default]\nurl = 'U'\n[production]\nkey = 'K1'\n[development]\nkey = 'K2'\n";
        let wanted = "file\n  section default\n    url = U\n  section production (unit) @production merges default\n    key = K1\n  section development (unit) @development merges default\n    key = K2\n";
        assert_eq!(outline("settings.toml", text), wanted);
        // Without environments it is a record as any other.
        assert!(!outline("a.toml", "[default]\nurl = 'U'\n[b]\nkey = 'K2'\n").contains("merges"));
    }

    #[test]
    fn charts_take_what_is_global() {
        let text = "global:\n  llm:\n    url: U\nworker:\n  llm:\n    key: K1\n";
        let wanted = "file\n  map global (unit)\n    map llm\n      url = U\n  map worker (unit) merges global\n    map llm\n      key = K1\n";
        assert_eq!(outline("values.yaml", text), wanted);
    }

    #[test]
    fn keys_and_addresses_of_the_same_things_meet() {
        let text = r#"{"apiKeys": {"a": "K1", "b": "K2"}, "baseUrls": {"a": "U1", "b": "U2"}}"#;
        let wanted = "file\n  map apiKeys\n  map baseUrls\n  item a (unit)\n    apiKeys = K1\n    baseUrls = U1\n  item b (unit)\n    apiKeys = K2\n    baseUrls = U2\n";
        assert_eq!(outline("config.json", text), wanted);
    }
}
