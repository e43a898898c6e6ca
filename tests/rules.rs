//! Rules as data: every entry holds what its examples say, and a file that is wrong is refused with its place.

use std::collections::HashSet;
use std::path::Path;

use keyscan::detect::Detector;
use keyscan::model::{EndpointKind, RuleId};
use keyscan::rules::schema::{CatalogueKind, Certainty, Endpoint, SettingRole, Software, SoftwareKind};
use keyscan::rules::{HostMatch, Problem, RuleError, Rules, compile, normalise};

use crate::support::catalogue::{endpoints, key_formats, placeholder_values, rule_files};
use crate::support::expand;
use crate::support::library::{detect, values};
use crate::support::template::MARKER;

/// A host that an entry's host or pattern has to match.
fn filled(host: &str) -> String {
    match host.strip_prefix("*.") {
        Some(suffix) => format!("some-name.{suffix}"),
        None => host.replace('*', "some-name"),
    }
}

/// Collects what went wrong, so that one run shows all of it.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn unless(&mut self, holds: bool, text: impl FnOnce() -> String) {
        if !holds {
            self.0.push(text());
        }
    }

    fn none(self) {
        assert!(self.0.is_empty(), "{} faults:\n{}", self.0.len(), self.0.join("\n"));
    }
}

#[test]
fn every_host_leads_to_its_entry() {
    let (rules, entries) = (Rules::builtin(), endpoints());
    assert!(entries.len() >= 694, "{} entries", entries.len());
    assert!(entries.iter().map(|entry| entry.hosts.len()).sum::<usize>() >= 1036);
    for entry in &entries {
        for host in entry.hosts.iter() {
            let hit = rules.host(filled(host).as_bytes()).unwrap_or_else(|| panic!("{host} is not found"));
            assert_eq!(hit.entry.id, entry.id, "{host}");
            let how = if host.starts_with("*.") { HostMatch::Suffix } else { HostMatch::Exact };
            assert_eq!(hit.how, how, "{host}");
        }
    }
}

#[test]
fn hosts_match_on_label_boundaries() {
    let rules = Rules::builtin();
    for host in [
        "api.openai.com.evil.example",
        "xapi.openai.com",
        "api-openai.com",
        "openai.com",
        "com",
        "",
        ".",
        "workers.dev",
        ".workers.dev",
        "myworkers.dev",
        "-aiplatform.googleapis.com",
        "a.b-aiplatform.googleapis.com",
        "bedrock-mantle..api.aws",
        "bedrock-mantle.a.b.api.aws",
    ] {
        assert!(rules.host(host.as_bytes()).is_none(), "{host}");
    }
    let id = |host: &str| rules.host(host.as_bytes()).map(|hit| hit.entry.id.to_string());
    assert_eq!(id("us.api.openai.com").as_deref(), Some("openai-regional"));
    assert_eq!(id("jp.api.openai.com").as_deref(), Some("openai-regional"));
    assert_eq!(id("mtls.api.openai.com").as_deref(), Some("openai-mtls"));
    assert_eq!(id("bedrock-mantle.ap-south-1.api.aws").as_deref(), Some("aws-bedrock-mantle"));
    assert_eq!(id("europe-west4-aiplatform.googleapis.com").as_deref(), Some("google-vertex"));
    assert_eq!(id("closeai.deno.dev").as_deref(), Some("closeai-deno"));
    assert_eq!(id("other.deno.dev").as_deref(), Some("pp-deno-dev"));
    assert_eq!(id("a.b.workers.dev").as_deref(), Some("pp-workers-dev"));
}

#[test]
fn a_relay_owns_its_domain_but_no_shared_one() {
    let rules = Rules::builtin();
    let id = |host: &str| rules.relay_domain(host.as_bytes()).map(|entry| entry.id.to_string());
    assert_eq!(id("new-node.api2d.net").as_deref(), Some("api2d"));
    assert_eq!(id("new-node.azapi.com.cn").as_deref(), Some("azapi"));
    for host in ["a.com.cn", "a.eu.org", "b.qzz.io", "c.pp.ua", "d.dpdns.org", "e.workers.dev", "f.zeabur.app", "g.com"]
    {
        assert_eq!(id(host), None, "{host}");
    }
    for entry in endpoints() {
        let is_relay = entry.kind == CatalogueKind::Relay;
        for host in entry.hosts.iter().filter(|_| !is_relay) {
            assert_eq!(id(&format!("new-node.{}", filled(host))), None, "{host} is no relay's");
        }
    }
}

#[test]
fn examples_of_key_formats_hold() {
    let (rules, mut faults) = (Rules::builtin(), Faults::default());
    let detector = Detector::new(&rules);
    for format in key_formats() {
        compile(&format).unwrap_or_else(|_| panic!("the body of {} does not compile", format.id));
        for seed in 0..8 {
            let key = expand(&format.sample, seed);
            for example in format.examples.iter() {
                let text = example.replace("<key>", &key);
                let matches = detect(&detector, "settings.env", text.as_bytes());
                let right = matches.keys.iter().any(|found| {
                    found.secret.expose() == key.as_bytes()
                        && found.format == *format.id
                        && (format.issuer.is_none() || found.issuer.as_deref() == format.issuer.as_deref())
                });
                faults.unless(right, || {
                    let found: Vec<_> =
                        matches.keys.iter().map(|found| (&found.format, found.redacted.as_str())).collect();
                    format!("{} (seed {seed}): not in {example:?}; found {found:?}", format.id)
                });
            }
            for example in format.non_examples.iter() {
                let text = example.replace("<key>", &key);
                let matches = detect(&detector, "settings.env", text.as_bytes());
                let wrong = matches.keys.iter().any(|found| found.format == *format.id);
                faults.unless(!wrong, || format!("{}: found in {example:?}", format.id));
            }
        }
    }
    faults.none();
}

/// Whether the detector finds an address that belongs to `entry`.
fn finds(detector: &Detector, entry: &Endpoint, text: &str) -> bool {
    let matches = detect(detector, "settings.env", text.as_bytes());
    let of_entry = |found: &&keyscan::model::EndpointMatch| found.entry.as_deref() == Some(&entry.id);
    matches.endpoints.iter().filter(of_entry).any(|found| found.kind != EndpointKind::Unknown)
}

#[test]
fn examples_of_endpoints_hold() {
    let (rules, mut faults) = (Rules::builtin(), Faults::default());
    let detector = Detector::new(&rules);
    // Software has no hosts: what its examples show is walked below.
    for entry in endpoints().iter().filter(|entry| entry.kind != CatalogueKind::SelfHosted) {
        for example in entry.examples.iter() {
            faults.unless(finds(&detector, entry, example), || format!("{}: not in {example:?}", entry.id));
        }
        for example in entry.non_examples.iter() {
            faults.unless(!finds(&detector, entry, example), || format!("{}: found in {example:?}", entry.id));
        }
    }
    faults.none();
}

#[test]
fn examples_of_software_show_its_images_or_ports() {
    let mut faults = Faults::default();
    for entry in endpoints().iter().filter(|entry| entry.kind == CatalogueKind::SelfHosted) {
        let shown = |text: &str| {
            let image = |image: &str| {
                text.match_indices(image).any(|(at, _)| {
                    let behind = &text[at + image.len()..];
                    text[..at].ends_with([' ', '/', '"'])
                        && (behind.is_empty() || behind.starts_with([':', '@', '"', ' ']))
                })
            };
            // A default port says something on the own machine alone.
            let port = |port: &u16| {
                ["localhost", "127.0.0.1"].iter().any(|host| {
                    let local = format!("{host}:{port}");
                    text.match_indices(&local)
                        .any(|(at, _)| !text[at + local.len()..].starts_with(|next: char| next.is_ascii_digit()))
                })
            };
            entry.images.iter().any(|name| image(name)) || entry.ports.iter().any(port)
        };
        for example in entry.examples.iter() {
            faults.unless(shown(example), || format!("{}: not in {example:?}", entry.id));
        }
        for example in entry.non_examples.iter() {
            faults.unless(!shown(example), || format!("{}: found in {example:?}", entry.id));
        }
    }
    faults.none();
}

#[test]
fn examples_of_images_hold() {
    let (rules, mut faults) = (Rules::builtin(), Faults::default());
    let detector = Detector::new(&rules);
    let entries: Vec<Software> = rule_files().into_iter().flat_map(|file| file.software).collect();
    assert!(entries.len() >= 30);
    for entry in &entries {
        let found = |text: &str| {
            let file = if text.starts_with("FROM") { "Dockerfile" } else { "compose.yaml" };
            let matches = detect(&detector, file, text.as_bytes());
            assert_eq!(detector.passes(text.as_bytes()), rules.software().any(|known| shows(text, known)), "{text}");
            matches.servers.iter().any(|server| server.service.as_deref() == Some(&*entry.name))
        };
        for example in entry.examples.iter() {
            let wanted = entry.kind != SoftwareKind::FrontEnd;
            faults.unless(found(example) == wanted, || format!("{}: {example:?}", entry.id));
        }
        for example in entry.non_examples.iter() {
            faults.unless(!found(example), || format!("{}: found in {example:?}", entry.id));
        }
    }
    faults.none();
}

/// Whether a text shows an image of this software.
fn shows(text: &str, software: &Software) -> bool {
    software.images.iter().any(|image| {
        text.find(&**image).is_some_and(|at| {
            let behind = &text[at + image.len()..];
            text[..at].ends_with([' ', '/']) && (behind.is_empty() || behind.starts_with(':'))
        })
    })
}

/// Settings whose key is found under another name than theirs, or under none: constructors that only wrap a value, names
/// that stand in quotes of their own in front of it.
const NAME_ONLY: &[&str] = &[":key", "ApiKeyCredential", "AzureOpenAI:ApiKey", "AzureOpenAI:Endpoint", "OpenAI:ApiKey"];

#[test]
fn examples_of_settings_hold() {
    let (rules, mut faults) = (Rules::builtin(), Faults::default());
    let detector = Detector::new(&rules);
    let key = expand("sk-proj-{74:url}T3{}BlbkFJ{74:url}", 1);
    let host = "aihubmix.com";
    for setting in rule_files().iter().flat_map(|file| &file.setting) {
        let known = rules.setting(&normalise(&setting.name));
        assert!(known.is_some_and(|known| known.class >= setting.class), "{}", setting.name);
        if NAME_ONLY.contains(&&*setting.name) {
            continue;
        }
        let value = match setting.role {
            SettingRole::Key | SettingRole::Both => key.clone(),
            SettingRole::BaseUrl => format!("https://{host}/v1"),
            SettingRole::Host => host.to_owned(),
            SettingRole::Proxy => "http://127.0.0.1:7890".to_owned(),
            SettingRole::Organization => "org-Ab3dEf6hIj9lMn2pQr5tUv8x".to_owned(),
            SettingRole::Project => "proj_Ab3dEf6hIj9lMn2pQr5tUv8x".to_owned(),
        };
        for (example, found) in setting
            .examples
            .iter()
            .map(|text| (text, true))
            .chain(setting.non_examples.iter().map(|text| (text, false)))
        {
            let matches = detect(&detector, "settings.env", example.replace("<value>", &value).as_bytes());
            let named = |name: &Option<String>| name.as_deref().is_some_and(|name| is_part_of(name, &setting.name));
            let right = match setting.role {
                SettingRole::Key => matches.keys.iter().any(|key| named(&key.setting)) == found,
                SettingRole::Both => values(&matches) == [key.as_str()],
                SettingRole::BaseUrl | SettingRole::Host => {
                    matches.endpoints.iter().any(|endpoint| endpoint.host == host && named(&endpoint.setting)) == found
                }
                SettingRole::Proxy => matches.endpoints.is_empty(),
                SettingRole::Organization | SettingRole::Project => {
                    matches.accounts.iter().any(|account| account.id == value) == found
                }
            };
            faults.unless(right, || format!("{} ({:?}): {example:?}", setting.name, setting.role));
        }
    }
    faults.none();
}

/// Whether a name as found is the setting's, or a last part of it: a reader of single lines sees no more.
fn is_part_of(found: &str, setting: &str) -> bool {
    let last = normalise(found.rsplit(['.', ':']).next().unwrap_or(found));
    !last.is_empty() && normalise(setting).contains(&last) || normalise(found).ends_with(&normalise(setting))
}

#[test]
fn placeholders_words_and_texts_are_complete() {
    let rules = Rules::builtin();
    let values = placeholder_values();
    assert!(values.len() >= 600);
    assert!(values.iter().all(|value| rules.is_placeholder(value)));
    assert!(!rules.is_placeholder(&expand("sk-{48}", 1).to_lowercase()));
    assert!(rules.words().count() >= 400 && rules.words().any(|word| word == "placeholder"));
    let published: Vec<_> = rule_files().into_iter().filter_map(|file| file.placeholder).collect();
    assert!(published.iter().any(|table| table.published.iter().all(|hash| rules.is_published(hash))));
    assert!(!rules.is_published(&"0".repeat(64)));
    for &rule in RuleId::ALL {
        let text = rules.text(rule);
        assert_eq!(text.id, rule.as_str());
        assert!(!text.why.contains('\n') && text.summary.ends_with('.'), "{}", rule.as_str());
    }
}

#[test]
fn entries_without_a_source_are_not_sure() {
    for entry in endpoints() {
        let sourced = entry.sources.iter().any(|source| source.contains(": ") || source.starts_with("https://"));
        let own = !matches!(entry.kind, CatalogueKind::Relay | CatalogueKind::Aggregator | CatalogueKind::Gateway);
        assert!(sourced || own || entry.confidence == Certainty::Low, "{}", entry.id);
    }
}

#[test]
fn no_rule_file_holds_a_key() {
    let rules = Rules::builtin();
    let detector = Detector::new(&rules);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    for entry in folder.read_dir().expect("there are rules") {
        let path = entry.expect("the folder can be read").path();
        let bytes = std::fs::read(&path).expect("a rule file can be read");
        assert!(memchr::memmem::find(&bytes, MARKER.as_bytes()).is_none(), "{}", path.display());
        let matches = detect(&detector, "rules/file.toml", &bytes);
        let lines: Vec<_> = matches.keys.iter().map(|key| key.place.position.line).collect();
        assert!(lines.is_empty(), "{}: keys in lines {lines:?}", path.display());
    }
}

const ISSUER: &str = "[[issuer]]\nid = \"acme\"\nname = \"Acme\"\nkind = \"relay\"\nadvice = [\"Abandon it.\"]\n";
const ENDPOINT: &str = "[[endpoint]]\nid = \"acme\"\nname = \"Acme\"\nkind = \"relay\"\nconfidence = \"high\"\n\
    hosts = [\"api.acme-relay.test\"]\nexamples = [\"u=https://api.acme-relay.test\"]\nnon-examples = [\"u=x\"]\n";

fn refused(text: &str) -> RuleError {
    Rules::builtin().extend("own.toml", text).expect_err("the file is wrong")
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let error = refused(&format!("{ISSUER}prefics = \"sk-\"\nwords = []\n"));
    assert_eq!((error.line, error.column), (6, 1));
    assert_eq!(error.to_string(), "own.toml:6:1: unknown field `prefics`");
    let error = refused(&ENDPOINT.replace("hosts", "\nhost"));
    assert_eq!(error.to_string(), "own.toml:7:1: unknown field `host` (did you mean `hosts`?)");
    let error = refused(&ENDPOINT.replace("\"relay\"", "\"relai\""));
    assert!(error.to_string().starts_with("own.toml:4:8: unknown word (did you mean `relay`?); known are: official,"));
    let error = refused("a = \n");
    assert_eq!((error.line, error.problem), (1, Problem::Syntax));
    let error = refused("[[issuer]]\nid = \"acme\"\n");
    assert_eq!(error.to_string(), "own.toml:1:1: the field `name` is missing");
    let error = refused(&ISSUER.replace("\"Acme\"", "7"));
    assert_eq!((error.line, error.column, error.problem), (3, 8, Problem::WrongType));
    let error = refused(&format!("# ü\n{}", ENDPOINT.replace("api.acme", "API.acme")));
    assert_eq!((error.line, error.column), (7, 9));
    assert!(error.to_string().contains("`hosts` must be lower-case hosts"));
    let error = refused(&format!("{ISSUER}endpoints = [\"opena\"]\n"));
    assert_eq!(error.to_string(), "own.toml:6:13: no endpoint has this id `opena` (did you mean `openai`?)");
    let error = refused("catalogue = \"2030-01-01\"\n");
    assert!(error.to_string().contains("`catalogue` must"));
}

#[test]
fn errors_show_no_value() {
    let key = expand("sk-proj-{74:url}T3{}BlbkFJ{74:url}", 3);
    for text in [
        format!("{key} = 1\n"),
        format!("[[issuer]]\nid = {key}\n"),
        format!("{ISSUER}words = \"{key}\"\n"),
        format!("{ISSUER}\"{key}\" = 1\n"),
        ISSUER.replace("\"relay\"", &format!("\"{key}\"")),
        ISSUER.replace("\"acme\"", &format!("\"{key}\"")),
        format!("{ISSUER}endpoints = [\"{key}\"]\n"),
        format!("{ISSUER}{ISSUER}").replace("acme", &key),
        ENDPOINT.replace("api.acme-relay.test", &key),
    ] {
        let error = refused(&text);
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(&key[8..24]) && !shown.contains(&key[key.len() - 16..]), "an error shows a key");
    }
}

#[test]
fn repeated_ids_are_refused() {
    let error = refused(&format!("{ISSUER}{ISSUER}"));
    assert_eq!(error.to_string(), "own.toml:7:6: this issuer `acme` is there already");
    let error = refused(&ISSUER.replace("acme", "openai"));
    assert_eq!(error.to_string(), "own.toml:2:6: this issuer `openai` is there already");
    let error = refused(&ENDPOINT.replace("[\"api.acme-relay.test\"]", "[\"api.openai.com\"]"));
    assert_eq!(error.to_string(), "own.toml:6:9: this host `api.openai.com` is there already");
    let mut rules = Rules::builtin();
    rules.extend("a.toml", ISSUER).expect("the first file is right");
    assert!(rules.extend("b.toml", ISSUER).is_err(), "a second file repeats the first");
}

#[test]
fn users_files_add_and_change_the_digest() {
    let mut rules = Rules::builtin();
    let before = rules.digest();
    assert_eq!(before.len(), 64);
    rules.extend("own.toml", &format!("{ENDPOINT}{ISSUER}endpoints = [\"acme\"]\n")).expect("the file is right");
    assert_ne!(rules.digest(), before);
    assert_eq!(rules.host(b"api.acme-relay.test").map(|hit| hit.entry.id.to_string()).as_deref(), Some("acme"));
    assert_eq!(rules.relay_domain(b"new.acme-relay.test").map(|entry| entry.id.to_string()).as_deref(), Some("acme"));
    assert_eq!(rules.issuer_of_endpoint("acme").map(|issuer| issuer.id.to_string()).as_deref(), Some("acme"));
    assert_eq!(rules.host(b"api.openai.com").map(|hit| hit.entry.id.to_string()).as_deref(), Some("openai"));
    let wide = ENDPOINT.replace("acme", "wide").replace("api.wide-relay.test", "*.wide.test");
    rules.extend("wide.toml", &wide).expect("the file is right");
    assert_eq!(rules.host(b"a.b.wide.test").map(|hit| hit.how), Some(HostMatch::Suffix));
    assert!(rules.host(b"wide.test").is_none());
}

#[test]
fn ids_are_unique_in_all_files() {
    let files = rule_files();
    let mut seen = HashSet::new();
    for file in &files {
        let keys = file.key.iter().map(|entry| format!("key {}", entry.id));
        let issuers = file.issuer.iter().map(|entry| format!("issuer {}", entry.id));
        let endpoints = file.endpoint.iter().map(|entry| format!("endpoint {}", entry.id));
        let settings = file.setting.iter().map(|entry| format!("setting {}", entry.name));
        for id in keys.chain(issuers).chain(endpoints).chain(settings) {
            assert!(seen.insert(id.clone()), "{id} is there twice");
        }
    }
    let openai = files.iter().flat_map(|file| &file.issuer).find(|issuer| issuer.id == "openai");
    assert!(openai.is_some_and(|issuer| issuer.words.is_empty()), "OpenAI's name in a setting proves nothing");
    let formats = key_formats();
    assert!(["pk-lf-", "org-", "proj_"].iter().all(|id| formats.iter().all(|format| format.prefix != *id)));
}

/// The catalogue against the reference that it was made from, where that lies beside the repository.
#[test]
fn nothing_of_the_reference_is_lost() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference");
    let Ok(text) = std::fs::read_to_string(folder.join("endpoints.json")) else {
        println!("skipped: no reference here");
        return;
    };
    let rules = Rules::builtin();
    let entries: Vec<serde_json::Value> = serde_json::from_str(&text).expect("the reference is JSON");
    let mut hosts = 0;
    for entry in &entries {
        let id = entry["id"].as_str().expect("an entry has an id");
        assert!(rules.endpoint(id).is_some(), "{id} is missing");
        for host in entry["hosts"].as_array().expect("an entry has hosts") {
            let host = host.as_str().expect("a host is a text");
            let hit = rules.host(filled(host).as_bytes());
            assert_eq!(hit.map(|hit| hit.entry.id.to_string()).as_deref(), Some(id), "{host}");
            hosts += 1;
        }
    }
    assert_eq!((entries.len(), hosts), (694, 1036));
    let placeholders = std::fs::read_to_string(folder.join("placeholders.txt")).expect("the reference is whole");
    for value in placeholders.lines() {
        assert!(rules.is_placeholder(&value.to_lowercase()), "{value}");
    }
    let settings = std::fs::read_to_string(folder.join("settings.json")).expect("the reference is whole");
    let settings: Vec<serde_json::Value> = serde_json::from_str(&settings).expect("the reference is JSON");
    for setting in &settings {
        let name = setting["name"].as_str().expect("a setting has a name");
        assert!(rules.settings().any(|known| known.name == name), "{name}");
    }
}
