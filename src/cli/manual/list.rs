//! `keyscan rules list`.

use std::collections::BTreeMap;
use std::io;

use anyhow::Result;
use keyscan::model::RuleId;
use keyscan::rules::Rules;
use keyscan::rules::schema::RuleFile;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::super::command::{Kind, ListFormat};
use super::super::exit::Exit;
use super::super::output::Target;
use super::page::Page;

/// The rules, key formats and issuers, and how many of the rest.
pub(super) fn everything(rules: &Rules) -> Result<Exit> {
    Target::Stdout.write(|out| {
        let mut page = Page::new(out);
        page.line("Rules (keyscan explain RULE tells more)")?;
        lines(&mut page, rules, Kind::Rules)?;
        page.heading("Key formats")?;
        lines(&mut page, rules, Kind::Keys)?;
        page.heading("Issuers")?;
        lines(&mut page, rules, Kind::Issuers)?;
        page.heading(&format!("Endpoints, catalogue of {} (keyscan rules list endpoints)", rules.catalogue()))?;
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for endpoint in rules.endpoints() {
            *counts.entry(word(endpoint.kind)).or_default() += 1;
        }
        counts.iter().try_for_each(|(kind, count)| page.line(&format!("  {count:5} {kind}")))?;
        page.heading(&format!("{} settings of LLM clients", rules.settings().count()))?;
        page.line(&format!("Digest of all rules: {}", rules.digest()))
    })?;
    Ok(Exit::Clean)
}

/// One kind of entries, or all of them.
pub(super) fn list(rules: &Rules, what: Option<Kind>, format: ListFormat) -> Result<Exit> {
    match (format, what) {
        (ListFormat::Human, None) => return everything(rules),
        (ListFormat::Human, Some(kind)) => {
            Target::Stdout.write(|out| lines(&mut Page::new(out), rules, kind))?;
        }
        (ListFormat::Json, _) => {
            let document = document(rules, what);
            Target::Stdout.write(|out| {
                serde_json::to_writer_pretty(&mut *out, &document)?;
                writeln!(out)
            })?;
        }
    }
    Ok(Exit::Clean)
}

/// A line for each entry of a kind.
fn lines(page: &mut Page<'_>, rules: &Rules, kind: Kind) -> io::Result<()> {
    match kind {
        Kind::Rules => RuleId::ALL.iter().try_for_each(|rule| {
            let text = rules.text(*rule);
            page.line(&format!("  {:22} {:9} {}", rule.as_str(), text.severity, text.title))
        }),
        Kind::Keys => rules.keys().try_for_each(|key| {
            let issuer = key.issuer.as_deref().unwrap_or("-");
            page.line(&format!("  {:34} {issuer:22} {}", key.id, key.name))
        }),
        Kind::Issuers => rules
            .issuers()
            .try_for_each(|issuer| page.line(&format!("  {:22} {:9} {}", issuer.id, word(issuer.kind), issuer.name))),
        Kind::Endpoints => rules.endpoints().try_for_each(|endpoint| {
            let dead = if endpoint.dead { "  (switched off)" } else { "" };
            let (kind, sure) = (word(endpoint.kind), word(endpoint.confidence));
            page.line(&format!("  {:32} {kind:15} {sure:7} {}{dead}", endpoint.id, endpoint.hosts.join(" ")))
        }),
        Kind::Settings => rules.settings().try_for_each(|setting| {
            let (role, class) = (word(setting.role), word(setting.class));
            page.line(&format!("  {:44} {role:9} {class:9} {}", setting.name, setting.products.join(", ")))
        }),
        Kind::Software => rules.software().try_for_each(|software| {
            page.line(&format!("  {:22} {:10} {}", software.id, word(software.kind), software.images.join(" ")))
        }),
    }
}

/// Every entry in full, as its file says it.
fn document(rules: &Rules, what: Option<Kind>) -> Value {
    let files: Vec<RuleFile> = rules.sources().map(|source| source.rules).collect();
    let mut document = Map::new();
    document.insert("schema_version".to_owned(), json!(1));
    document.insert("catalogue".to_owned(), json!(rules.catalogue()));
    document.insert("rules_digest".to_owned(), json!(rules.digest()));
    let mut add = |kind: Kind, name: &str, entries: Vec<Value>| {
        if what.is_none_or(|what| what == kind) {
            document.insert(name.to_owned(), Value::Array(entries));
        }
    };
    add(Kind::Rules, "rules", values(files.iter().flat_map(|file| &file.rule)));
    add(Kind::Keys, "keys", values(files.iter().flat_map(|file| &file.key)));
    add(Kind::Issuers, "issuers", values(files.iter().flat_map(|file| &file.issuer)));
    add(Kind::Endpoints, "endpoints", values(files.iter().flat_map(|file| &file.endpoint)));
    add(Kind::Settings, "settings", values(files.iter().flat_map(|file| &file.setting)));
    add(Kind::Software, "software", values(files.iter().flat_map(|file| &file.software)));
    Value::Object(document)
}

fn values<'e, T: Serialize + 'e>(entries: impl Iterator<Item = &'e T>) -> Vec<Value> {
    entries.map(|entry| serde_json::to_value(entry).expect("entries are texts, numbers and lists")).collect()
}

/// The word that rule files have for a value.
pub(super) fn word(value: impl Serialize) -> String {
    let value = serde_json::to_value(value).expect("the words of rule files are texts");
    value.as_str().unwrap_or_default().to_owned()
}
