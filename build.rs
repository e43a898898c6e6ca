//! Checks `rules/*.toml` and lays them out as constant data, so that the program parses nothing at start-up.
//!
//! Examples, counter-examples and sources are for people and tests: the files themselves are embedded as texts for them.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::path::{Path, PathBuf};
use std::{env, fs};

use sha2::{Digest, Sha256};

// Parts of the library, which uses all of them.
#[allow(dead_code, unreachable_pub)]
#[path = "src/rules/check.rs"]
mod check;
#[allow(dead_code, unreachable_pub)]
#[path = "src/rules/load.rs"]
mod load;
#[allow(dead_code, unreachable_pub)]
#[path = "src/rules/names.rs"]
mod names;
#[allow(dead_code, unreachable_pub)]
#[path = "src/model/rule.rs"]
mod rule;
#[allow(dead_code, unreachable_pub)]
#[path = "src/rules/schema/mod.rs"]
mod schema;
#[allow(dead_code, unreachable_pub)]
#[path = "src/rules/table.rs"]
mod table;

use names::{HostForm, normalise, registrable};
use schema::{CatalogueKind, Certainty, Endpoint, Issuer, KeyFormat, RuleFile, RuleText, Setting, Software, Text};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/rules");
    println!("cargo::rerun-if-changed=src/model/rule.rs");
    match read(Path::new("rules")) {
        Ok((all, files, digest)) => {
            let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
            fs::write(PathBuf::from(out).join("rules.rs"), generate(&all, &files, &digest))
                .expect("OUT_DIR can be written");
        }
        Err(error) => {
            println!("cargo::error={error}");
            std::process::exit(1);
        }
    }
}

/// Reads and checks every rule file in the order of their names.
fn read(folder: &Path) -> Result<(RuleFile, Vec<String>, String), String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("rules/: {error}"))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();

    let mut texts = Vec::new();
    let mut files = Vec::new();
    let mut known = check::Known::default();
    let mut hasher = Sha256::new();
    for path in paths {
        let name = path.display().to_string().replace('\\', "/");
        let text = fs::read_to_string(&path).map_err(|error| format!("{name}: {error}"))?.replace("\r\n", "\n");
        hasher.update(text.as_bytes());
        files.push(load::parse(&name, &text).map_err(|error| error.to_string())?);
        texts.push((name, text));
    }
    let first = |number: usize, faults: Vec<load::Fault>| match faults.into_iter().next() {
        Some(fault) => {
            let places: Vec<_> = texts.iter().map(|(name, text)| load::Places::new(name, text)).collect();
            Err(load::locate(&places, number, fault).to_string())
        }
        None => Ok(()),
    };
    for (number, file) in files.iter().enumerate() {
        first(number, known.add_ids(number, file))?;
        first(number, known.add_names(number, file))?;
        first(number, known.add_values(number, file))?;
    }
    let ids: Vec<&str> = rule::RuleId::ALL.iter().map(|rule| rule.as_str()).collect();
    let mut all = RuleFile::default();
    for (number, file) in files.into_iter().enumerate() {
        first(number, known.check(&file, &ids))?;
        merge(&mut all, file);
    }
    if let Some(id) = ids.iter().find(|id| all.rule.iter().all(|text| text.id != **id)) {
        return Err(format!("rules/: the rule `{id}` has no text"));
    }
    let mut signals = rule::SignalId::ALL.iter().map(|signal| signal.as_str()).filter(|id| !ids.contains(id));
    if let Some(id) = signals.find(|id| all.signal.iter().all(|text| text.id != **id)) {
        return Err(format!("rules/: the signal `{id}` has no text"));
    }
    let hex = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((all, texts.into_iter().map(|(name, _)| name).collect(), hex))
}

fn merge(all: &mut RuleFile, file: RuleFile) {
    all.catalogue = all.catalogue.take().or(file.catalogue);
    all.shared_suffixes.to_mut().extend_from_slice(&file.shared_suffixes);
    all.key.extend(file.key);
    all.issuer.extend(file.issuer);
    all.endpoint.extend(file.endpoint);
    all.setting.extend(file.setting);
    all.software.extend(file.software);
    all.rule.extend(file.rule);
    all.signal.extend(file.signal);
    all.topic.extend(file.topic);
    match (&mut all.placeholder, file.placeholder) {
        (Some(all), Some(more)) => {
            all.values.to_mut().extend_from_slice(&more.values);
            all.words.to_mut().extend_from_slice(&more.words);
            all.published.to_mut().extend_from_slice(&more.published);
        }
        (all, more) => *all = all.take().or(more),
    }
}

/// The Rust source that `src/rules/builtin.rs` includes.
fn generate(all: &RuleFile, files: &[String], digest: &str) -> String {
    let mut out = Source::default();
    out.array("KEYS", "KeyFormat", &all.key, key);
    out.array("ISSUERS", "Issuer", &all.issuer, issuer);
    out.array("ENDPOINTS", "Endpoint", &all.endpoint, endpoint);
    out.array("SETTINGS", "Setting", &all.setting, setting);
    out.array("SOFTWARE", "Software", &all.software, software);
    out.array("RULES", "RuleText", &all.rule, rule_text);
    hosts(&mut out, &all.endpoint);
    domains(&mut out, all);

    let mut settings: BTreeMap<String, usize> = BTreeMap::new();
    for (number, entry) in all.setting.iter().enumerate() {
        let best = settings.entry(normalise(&entry.name)).or_insert(number);
        if entry.class > all.setting[*best].class {
            *best = number;
        }
    }
    out.table("SETTING_NAMES", "SETTING_ENTRIES", settings);

    let placeholder = all.placeholder.as_ref();
    let list = |pick: fn(&schema::Placeholders) -> &[Text]| -> Vec<String> {
        placeholder.map(|placeholder| pick(placeholder).iter().map(ToString::to_string).collect()).unwrap_or_default()
    };
    out.names("PLACEHOLDERS", &list(|placeholder| &placeholder.values));
    out.strings("WORDS", &list(|placeholder| &placeholder.words));
    out.strings("PUBLISHED", &list(|placeholder| &placeholder.published));
    let catalogue = all.catalogue.as_deref().unwrap_or_default();
    out.line(&format!("pub(super) static CATALOGUE: &str = {catalogue:?};"));
    out.line(&format!("pub(super) static DIGEST: &str = {digest:?};"));
    out.line(&format!("pub(super) static FILES: [(&str, &str); {}] = [", files.len()));
    for name in files {
        let path = format!("concat!(env!(\"CARGO_MANIFEST_DIR\"), {:?})", format!("/{name}"));
        out.line(&format!("    ({name:?}, include_str!({path})),"));
    }
    out.line("];");
    out.code
}

/// The tables that lead from a host to its entry.
fn hosts(out: &mut Source, endpoints: &[Endpoint]) {
    let mut names = BTreeMap::new();
    let mut tails: BTreeMap<&str, (Option<usize>, Vec<String>)> = BTreeMap::new();
    for (number, endpoint) in endpoints.iter().enumerate() {
        for host in endpoint.hosts.iter() {
            match HostForm::parse(host).expect("hosts have been checked") {
                HostForm::Exact(name) => _ = names.insert(name.to_owned(), number),
                HostForm::Suffix(suffix) => tails.entry(suffix).or_default().0 = Some(number),
                HostForm::Pattern(pattern) => {
                    tails.entry(pattern.tail).or_default().1.push(format!("({pattern:?}, {number})"));
                }
            }
        }
    }
    out.table("HOSTS", "HOST_ENTRIES", names);
    let suffixes: Vec<String> = tails.keys().map(ToString::to_string).collect();
    out.names("TAILS", &suffixes);
    let entries: Vec<_> = tails.into_values().collect();
    out.array("TAIL_ENTRIES", "Tail", &entries, |(suffix, patterns), _| {
        format!("Tail {{ suffix: {suffix:?}, patterns: &[{}] }}", patterns.join(", "))
    });
}

/// The tables of shared suffixes, and of the domains that belong to a high-confidence relay as a whole.
fn domains(out: &mut Source, all: &RuleFile) {
    let platform = |endpoint: &&Endpoint| endpoint.kind == CatalogueKind::PlatformProxy;
    let platforms: Vec<&str> = all
        .endpoint
        .iter()
        .filter(platform)
        .flat_map(|endpoint| endpoint.hosts.iter().filter_map(|host| host.strip_prefix("*.")))
        .collect();
    let mut shared: Vec<String> = all.shared_suffixes.iter().map(ToString::to_string).collect();
    shared.extend(platforms.iter().map(ToString::to_string));
    shared.sort();
    shared.dedup();
    out.names("SHARED", &shared);

    let domain_of = |host: &'_ str| -> Option<String> {
        let host = host.strip_prefix("*.").unwrap_or(host);
        let under_platform = platforms.iter().any(|platform| host.ends_with(&format!(".{platform}")));
        if under_platform || host.contains('*') {
            return None;
        }
        registrable(host, |suffix| shared.iter().any(|shared| shared == suffix)).map(str::to_owned)
    };
    let mut owned: BTreeMap<String, usize> = BTreeMap::new();
    let mut others: Vec<String> = Vec::new();
    for (number, endpoint) in all.endpoint.iter().enumerate() {
        let sure = endpoint.kind == CatalogueKind::Relay && endpoint.confidence == Certainty::High;
        for domain in endpoint.hosts.iter().filter_map(|host| domain_of(host)) {
            if sure {
                owned.entry(domain).or_insert(number);
            } else if endpoint.kind != CatalogueKind::Relay {
                others.push(domain);
            }
        }
    }
    owned.retain(|domain, _| !others.contains(domain));
    out.table("DOMAINS", "DOMAIN_ENTRIES", owned);
}

/// Rust source in the making.
#[derive(Default)]
struct Source {
    code: String,
    lists: BTreeMap<Vec<String>, usize>,
}

impl Source {
    fn line(&mut self, text: &str) {
        self.code.push_str(text);
        self.code.push('\n');
    }

    /// A text that needs no allocation.
    fn text(text: &str) -> String {
        format!("B({text:?})")
    }

    /// A list of texts; equal lists share one static.
    fn list(&mut self, texts: &[Text]) -> String {
        if texts.is_empty() {
            return "B(&[])".to_owned();
        }
        let key: Vec<String> = texts.iter().map(ToString::to_string).collect();
        let fresh = self.lists.len();
        let number = *self.lists.entry(key).or_insert(fresh);
        if number == fresh {
            let items: Vec<String> = texts.iter().map(|text| Self::text(text)).collect();
            self.line(&format!("static L{number}: [Text; {}] = [{}];", items.len(), items.join(", ")));
        }
        format!("B(&L{number})")
    }

    fn array<T>(&mut self, name: &str, kind: &str, items: &[T], emit: impl Fn(&T, &mut Self) -> String) {
        let items: Vec<String> = items.iter().map(|item| emit(item, self)).collect();
        self.line(&format!("pub(super) static {name}: [{kind}; {}] = [", items.len()));
        items.iter().for_each(|item| self.line(&format!("    {item},")));
        self.line("];");
    }

    fn strings(&mut self, name: &str, items: &[String]) {
        self.line(&format!("pub(super) static {name}: [&str; {}] = {items:?};", items.len()));
    }

    /// A hash table of names that lead to their own number.
    fn names(&mut self, name: &str, names: &[String]) {
        let slots = table::slots(names);
        let text = format!("pub(super) static {name}: Table = Table {{ slots: &{slots:?}, names: &{names:?} }};");
        self.line(&text);
    }

    /// A hash table of names, and the numbers of the entries that they lead to.
    fn table(&mut self, table: &str, entries: &str, map: BTreeMap<String, usize>) {
        let names: Vec<String> = map.keys().cloned().collect();
        self.names(table, &names);
        let numbers: Vec<usize> = map.into_values().collect();
        self.line(&format!("pub(super) static {entries}: [u16; {}] = {numbers:?};", numbers.len()));
    }
}

/// Writes `Kind { field: value, … }`.
fn record(kind: &str, fields: &[(&str, String)]) -> String {
    let mut text = format!("{kind} {{ ");
    for (name, value) in fields {
        write!(text, "{name}: {value}, ").expect("writing to a String cannot fail");
    }
    text + "}"
}

/// The path of an enum's value, which derives its `Debug` name from the source.
fn word(kind: &str, value: impl Debug) -> String {
    format!("{kind}::{value:?}")
}

fn optional(text: Option<&Text>) -> String {
    text.map_or_else(|| "None".to_owned(), |text| format!("Some({})", Source::text(text)))
}

const NONE: &str = "B(&[])";

fn key(key: &KeyFormat, out: &mut Source) -> String {
    record(
        "KeyFormat",
        &[
            ("id", Source::text(&key.id)),
            ("name", Source::text(&key.name)),
            ("issuer", optional(key.issuer.as_ref())),
            ("candidates", out.list(&key.candidates)),
            ("anchor", word("Anchor", key.anchor)),
            ("proves", word("Proves", key.proves)),
            ("prefix", Source::text(&key.prefix)),
            ("body", Source::text(&key.body)),
            ("typical", format!("B(&{:?})", key.typical)),
            ("judge", word("Judge", key.judge)),
            ("needs", word("Needs", key.needs)),
            ("settings", out.list(&key.settings)),
            ("confidence", word("Certainty", key.confidence)),
            ("admin", key.admin.to_string()),
            ("public", key.public.to_string()),
            ("sample", Source::text(&key.sample)),
            ("examples", NONE.to_owned()),
            ("non_examples", NONE.to_owned()),
            ("source", Source::text(&key.source)),
        ],
    )
}

fn issuer(issuer: &Issuer, out: &mut Source) -> String {
    record(
        "Issuer",
        &[
            ("id", Source::text(&issuer.id)),
            ("name", Source::text(&issuer.name)),
            ("kind", word("IssuerKind", issuer.kind)),
            ("words", out.list(&issuer.words)),
            ("endpoints", out.list(&issuer.endpoints)),
            ("advice", out.list(&issuer.advice)),
        ],
    )
}

fn endpoint(endpoint: &Endpoint, out: &mut Source) -> String {
    record(
        "Endpoint",
        &[
            ("id", Source::text(&endpoint.id)),
            ("name", Source::text(&endpoint.name)),
            ("kind", word("CatalogueKind", endpoint.kind)),
            ("confidence", word("Certainty", endpoint.confidence)),
            ("hosts", out.list(&endpoint.hosts)),
            ("path", optional(endpoint.path.as_ref())),
            ("dead", endpoint.dead.to_string()),
            ("ports", format!("B(&{:?})", endpoint.ports)),
            ("images", out.list(&endpoint.images)),
            ("bridge", endpoint.bridge.to_string()),
            ("sources", NONE.to_owned()),
            ("examples", NONE.to_owned()),
            ("non_examples", NONE.to_owned()),
        ],
    )
}

fn setting(setting: &Setting, out: &mut Source) -> String {
    record(
        "Setting",
        &[
            ("name", Source::text(&setting.name)),
            ("role", word("SettingRole", setting.role)),
            ("class", word("SettingClass", setting.class)),
            ("products", out.list(&setting.products)),
            ("examples", NONE.to_owned()),
            ("non_examples", NONE.to_owned()),
            ("sources", NONE.to_owned()),
        ],
    )
}

fn software(software: &Software, out: &mut Source) -> String {
    record(
        "Software",
        &[
            ("id", Source::text(&software.id)),
            ("name", Source::text(&software.name)),
            ("kind", word("SoftwareKind", software.kind)),
            ("images", out.list(&software.images)),
            ("ports", format!("B(&{:?})", software.ports)),
            ("sources", NONE.to_owned()),
            ("examples", NONE.to_owned()),
            ("non_examples", NONE.to_owned()),
        ],
    )
}

fn rule_text(text: &RuleText, out: &mut Source) -> String {
    record(
        "RuleText",
        &[
            ("id", Source::text(&text.id)),
            ("title", Source::text(&text.title)),
            ("summary", Source::text(&text.summary)),
            // Written over several lines in the file, one paragraph here.
            ("why", Source::text(&text.why.split_whitespace().collect::<Vec<_>>().join(" "))),
            ("risks", out.list(&text.risks)),
            ("advice", out.list(&text.advice)),
            ("severity", Source::text(&text.severity)),
            // For the manual alone, which reads the file.
            ("severities", NONE.to_owned()),
            ("moves", NONE.to_owned()),
            ("allow", Source::text("")),
            ("cwe", text.cwe.to_string()),
            ("examples", out.list(&text.examples)),
            ("non_examples", out.list(&text.non_examples)),
        ],
    )
}
