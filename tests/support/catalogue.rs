//! The rule files as they lie in the repository.

use std::path::Path;

use keyscan::rules::schema::{CatalogueKind, Certainty, Endpoint, KeyFormat, RuleFile};

/// Every rule file, in the order of their names.
pub fn rule_files() -> Vec<RuleFile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut paths: Vec<_> = folder.read_dir().expect("there are rules").map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let parse = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).expect("a rule file can be read");
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    paths.iter().map(parse).collect()
}

/// Every key format.
pub fn key_formats() -> Vec<KeyFormat> {
    rule_files().into_iter().flat_map(|file| file.key).collect()
}

/// Every placeholder that is a whole value.
pub fn placeholder_values() -> Vec<String> {
    let tables = rule_files().into_iter().filter_map(|file| file.placeholder);
    tables.flat_map(|table| table.values.iter().map(|value| value.to_string()).collect::<Vec<_>>()).collect()
}

/// Every catalogued endpoint.
pub fn endpoints() -> Vec<Endpoint> {
    rule_files().into_iter().flat_map(|file| file.endpoint).collect()
}

/// Hosts of relays that several sources name, one for each relay.
pub fn known_relays() -> Vec<String> {
    relays(|endpoint| endpoint.confidence == Certainty::High && !endpoint.dead)
}

/// Hosts of all relays, one for each.
pub fn all_relays() -> Vec<String> {
    relays(|_| true)
}

fn relays(wanted: impl Fn(&Endpoint) -> bool) -> Vec<String> {
    endpoints()
        .iter()
        .filter(|endpoint| {
            endpoint.kind == CatalogueKind::Relay
                && endpoint.path.as_deref().is_none_or(|path| path == "/v1")
                && wanted(endpoint)
        })
        .filter_map(|endpoint| endpoint.hosts.iter().find(|host| !host.contains('*')))
        .map(|host| host.to_string())
        .collect()
}
