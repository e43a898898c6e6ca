//! Examples of endpoints, settings and software.

use crate::detect::Detector;
use crate::model::{EndpointKind, EndpointMatch};
use crate::rules::sample::expand;
use crate::rules::schema::{
    CatalogueKind, Certainty, Endpoint, Setting, SettingClass, SettingRole, Software, SoftwareKind,
};
use crate::rules::{Rules, normalise};

use super::{Entry, List, PASSED_BY, Walk, detect, found_as_said};

/// What `<value>` stands for in examples of settings that hold a key.
const KEY: &str = "sk-proj-{74:url}T3{}BlbkFJ{74:url}";

/// How the ids of accounts end that `<value>` stands for in examples of settings that hold one.
const ACCOUNT: &str = "Ab3dEf6hIj9lMn2pQr5tUv8x";

impl Walk<'_> {
    pub(super) fn endpoint(&mut self, index: usize, endpoint: &Endpoint) {
        let entry = Entry { table: "endpoint", index, id: &endpoint.id };
        self.texts(entry, [&endpoint.examples, &endpoint.non_examples], |detector, list, text| {
            if endpoint.kind == CatalogueKind::SelfHosted {
                return found_as_said(list, shows_software(endpoint, text), "an image or port of this software");
            }
            let matches = detect(detector, "settings.env", text);
            let of_entry = |found: &&EndpointMatch| found.entry.as_deref() == Some(&endpoint.id);
            let found = matches.endpoints.iter().filter(of_entry).any(|found| found.kind != EndpointKind::Unknown);
            let passed_by =
                || (list == List::Examples && !detector.passes(text.as_bytes())).then(|| PASSED_BY.to_owned());
            found_as_said(list, found, "the endpoint").or_else(passed_by)
        });
    }

    pub(super) fn setting(&mut self, index: usize, setting: &Setting, rules: &Rules) {
        let entry = Entry { table: "setting", index, id: &setting.name };
        let relay = a_relay(rules);
        let key = expand(KEY, 1).expect("it is a template");
        let value = match setting.role {
            SettingRole::Key | SettingRole::Both => key.clone(),
            SettingRole::BaseUrl => format!("https://{relay}/v1"),
            SettingRole::Host => relay.to_owned(),
            SettingRole::Proxy => "http://127.0.0.1:7890".to_owned(),
            SettingRole::Organization => format!("org-{ACCOUNT}"),
            SettingRole::Project => format!("proj_{ACCOUNT}"),
        };
        let known = rules.setting(&normalise(&setting.name)).is_some_and(|known| known.class >= setting.class);
        self.texts(entry, [&setting.examples, &setting.non_examples], |detector, list, text| {
            if !known {
                return Some("another entry of this name says less, and is the one in force".to_owned());
            }
            holds(detector, setting, list, &text.replace("<value>", &value), relay, &key)
        });
    }

    pub(super) fn software(&mut self, index: usize, software: &Software) {
        let entry = Entry { table: "software", index, id: &software.id };
        self.texts(entry, [&software.examples, &software.non_examples], |detector, list, text| {
            let file = if text.starts_with("FROM") { "Dockerfile" } else { "compose.yaml" };
            let matches = detect(detector, file, text);
            let found = matches.servers.iter().any(|server| server.service.as_deref() == Some(&*software.name));
            if software.kind == SoftwareKind::FrontEnd {
                return found.then(|| "a front end is taken for a server".to_owned());
            }
            let passed_by =
                || (list == List::Examples && !detector.passes(text.as_bytes())).then(|| PASSED_BY.to_owned());
            found_as_said(list, found, "the software").or_else(passed_by)
        });
    }
}

/// Whether a setting with this value is found in a text, or is not, as its list says.
fn holds(detector: &Detector<'_>, setting: &Setting, list: List, text: &str, relay: &str, key: &str) -> Option<String> {
    let matches = detect(detector, "settings.env", text);
    let named = |name: &Option<String>| name.as_deref().is_some_and(|name| is_part_of(name, &setting.name));
    let found = match setting.role {
        SettingRole::Key => matches.keys.iter().any(|key| named(&key.setting)),
        // The value may stand anywhere in headers; that it is found at all is what matters.
        SettingRole::Both => {
            let mut keys = matches.keys.iter().filter(|found| !found.weak);
            let whole = keys.next().is_some_and(|found| found.secret.expose() == key.as_bytes());
            return (!whole || keys.next().is_some()).then(|| "the key is not found in this text".to_owned());
        }
        SettingRole::BaseUrl | SettingRole::Host => {
            let of_setting = |one: &&EndpointMatch| one.host == relay && named(&one.setting);
            matches.endpoints.iter().any(|one| of_setting(&one))
        }
        SettingRole::Proxy => {
            return (!matches.endpoints.is_empty()).then(|| "a forward proxy is taken for an endpoint".to_owned());
        }
        // An account says something beside a key alone, so no scan stops for it.
        SettingRole::Organization | SettingRole::Project => {
            let found = matches.accounts.iter().any(|account| account.id.ends_with(ACCOUNT));
            return found_as_said(list, found, "the account");
        }
    };
    let of_itself = list == List::Examples && setting.class == SettingClass::Specific;
    let passed_by = || (of_itself && !detector.passes(text.as_bytes())).then(|| PASSED_BY.to_owned());
    found_as_said(list, found, "the setting").or_else(passed_by)
}

/// Whether a name as found is the setting's, or a last part of it: a reader of single lines sees no more.
fn is_part_of(found: &str, setting: &str) -> bool {
    let last = normalise(found.rsplit(['.', ':']).next().unwrap_or(found));
    !last.is_empty() && normalise(setting).contains(&last) || normalise(found).ends_with(&normalise(setting))
}

/// A host that is found under any name.
fn a_relay(rules: &Rules) -> &str {
    let sure = |endpoint: &&Endpoint| endpoint.kind == CatalogueKind::Relay && endpoint.confidence == Certainty::High;
    let hosts = rules.endpoints().filter(sure).flat_map(|endpoint| endpoint.hosts.iter());
    hosts.map(AsRef::as_ref).find(|host: &&str| !host.contains('*')).expect("the catalogue has relays")
}

/// Whether a text shows software without hosts: one of its images, or one of its ports on the own machine, where alone a
/// port says something.
fn shows_software(endpoint: &Endpoint, text: &str) -> bool {
    let image = |image: &str| {
        text.match_indices(image).any(|(at, _)| {
            let behind = &text[at + image.len()..];
            text[..at].ends_with([' ', '/', '"']) && (behind.is_empty() || behind.starts_with([':', '@', '"', ' ']))
        })
    };
    let port = |port: &u16| {
        ["localhost", "127.0.0.1"].iter().any(|host| {
            let local = format!("{host}:{port}");
            text.match_indices(&local)
                .any(|(at, _)| !text[at + local.len()..].starts_with(|next: char| next.is_ascii_digit()))
        })
    };
    endpoint.images.iter().any(|name| image(name)) || endpoint.ports.iter().any(port)
}
