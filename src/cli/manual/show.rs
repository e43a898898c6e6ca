//! `keyscan rules show`: one entry as its file says it.

use std::io;

use anyhow::Result;
use keyscan::rules::schema::Setting;
use keyscan::rules::{RuleSource, Rules, normalise};
use serde::Serialize;
use serde_json::Value;

use super::super::exit::Exit;
use super::super::output::Target;
use super::page::Page;
use super::unknown;

/// Fields in the order in which people want to know them; others come behind.
const ORDER: [&str; 33] = [
    "id",
    "name",
    "title",
    "kind",
    "role",
    "class",
    "confidence",
    "severity",
    "dead",
    "hosts",
    "path",
    "summary",
    "text",
    "why",
    "risks",
    "severities",
    "moves",
    "allow",
    "issuer",
    "candidates",
    "proves",
    "anchor",
    "prefix",
    "body",
    "typical",
    "judge",
    "needs",
    "settings",
    "words",
    "endpoints",
    "advice",
    "products",
    "images",
];

/// An entry that was asked for.
struct Entry {
    table: &'static str,
    file: String,
    line: usize,
    /// Why it is shown, where that is not its name.
    note: Option<String>,
    fields: Value,
}

/// Shows every entry of this id or name, or the one of a host.
pub(super) fn show(rules: &Rules, asked: &str) -> Result<Exit> {
    let sources: Vec<RuleSource<'_>> = rules.sources().collect();
    let mut found = named(&sources, asked);
    found.extend(of_host(rules, &sources, asked));
    if found.is_empty() {
        let names: Vec<String> = sources.iter().flat_map(names).collect();
        return Err(unknown("entry", asked, names.iter().map(String::as_str), "keyscan rules list"));
    }
    Target::Stdout.write(|out| {
        let mut page = Page::new(out);
        for (number, entry) in found.iter().enumerate() {
            if number > 0 {
                page.line("")?;
            }
            write(&mut page, entry)?;
        }
        Ok(())
    })?;
    Ok(Exit::Clean)
}

fn write(page: &mut Page<'_>, entry: &Entry) -> io::Result<()> {
    page.line(&format!("{}  ({}:{})", entry.table, entry.file, entry.line))?;
    if let Some(note) = &entry.note {
        page.paragraph("  ", note)?;
    }
    let Value::Object(fields) = &entry.fields else { return Ok(()) };
    let ordered = ORDER.iter().filter_map(|name| fields.get_key_value(*name));
    let rest = fields.iter().filter(|(name, _)| !ORDER.contains(&name.as_str()));
    for (name, value) in ordered.chain(rest) {
        let start = format!("  {name:14} ");
        match value {
            Value::Null | Value::Bool(false) => {}
            Value::Bool(true) => page.paragraph(&start, "yes")?,
            Value::String(text) if text.is_empty() => {}
            // Expressions and templates are not wrapped: their blanks count.
            Value::String(text) if matches!(name.as_str(), "body" | "sample") => {
                page.line(&format!("{start}{text}"))?
            }
            Value::String(text) => page.paragraph(&start, text)?,
            Value::Array(items) => {
                let short = items.iter().all(|item| item.as_str().is_none_or(|text| !text.contains([' ', '\n'])));
                let texts = items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned));
                let texts: Vec<String> = texts.collect();
                if short && !texts.is_empty() {
                    page.paragraph(&start, &texts.join("  "))?;
                } else {
                    let starts = std::iter::once(start.as_str()).chain(std::iter::repeat("                 "));
                    let lines = texts.iter().flat_map(|text| text.lines());
                    // Examples are there to be copied.
                    let wrapped = !name.ends_with("examples");
                    starts.zip(lines).try_for_each(|(start, line)| match wrapped {
                        true => page.paragraph(start, line),
                        false => page.line(&format!("{start}{line}")),
                    })?;
                }
            }
            other => page.paragraph(&start, &other.to_string())?,
        }
    }
    Ok(())
}

/// The entries with this id or name, in the order of the files.
fn named(sources: &[RuleSource<'_>], asked: &str) -> Vec<Entry> {
    let lower = asked.to_ascii_lowercase();
    // Names are compared without case and punctuation; whoever writes one in full means that one.
    let settings = || sources.iter().flat_map(|source| &source.rules.setting);
    let exact = settings().any(|setting| setting.name == asked);
    let name = normalise(asked);
    let is_named = |setting: &Setting| match exact {
        true => setting.name == asked,
        false => !name.is_empty() && normalise(&setting.name) == name,
    };
    let mut found = Vec::new();
    for source in sources {
        let (file, places) = (&source.rules, source.places());
        let mut add = |table, index, fields| {
            let (line, _) = places.position(table, index, None, None);
            found.push(Entry { table, file: source.name.to_string(), line, note: None, fields });
        };
        macro_rules! by_id {
            ($table:literal, $list:expr) => {
                for (index, entry) in $list.iter().enumerate().filter(|(_, entry)| *entry.id == *lower) {
                    add($table, index, fields(entry));
                }
            };
        }
        by_id!("rule", file.rule);
        by_id!("signal", file.signal);
        by_id!("key", file.key);
        by_id!("issuer", file.issuer);
        by_id!("endpoint", file.endpoint);
        by_id!("software", file.software);
        let settings = file.setting.iter().enumerate();
        for (index, entry) in settings.filter(|(_, entry)| is_named(entry)) {
            add("setting", index, fields(entry));
        }
    }
    found
}

/// The endpoint that a host, or the host of an address, belongs to.
fn of_host(rules: &Rules, sources: &[RuleSource<'_>], asked: &str) -> Option<Entry> {
    let lower = asked.to_ascii_lowercase();
    let authority = lower.split_once("://").map_or(lower.as_str(), |(_, behind)| behind);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = authority.split(':').next().unwrap_or_default().trim_end_matches('.');
    if !host.contains('.') {
        return None;
    }
    let (id, note) = match rules.host(host.as_bytes()) {
        Some(hit) => (&hit.entry.id, format!("{host} belongs to this entry.")),
        None => {
            let relay = rules.relay_domain(host.as_bytes())?;
            (
                &relay.id,
                format!(
                    "{host} has no entry; its domain belongs to this relay, which is taken with medium confidence."
                ),
            )
        }
    };
    named(sources, id)
        .into_iter()
        .find(|entry| entry.table == "endpoint")
        .map(|entry| Entry { note: Some(note), ..entry })
}

/// Ids and names, to find the nearest.
fn names(source: &RuleSource<'_>) -> Vec<String> {
    let file = &source.rules;
    let ids = file.rule.iter().map(|entry| &entry.id).chain(file.signal.iter().map(|entry| &entry.id));
    let ids = ids.chain(file.key.iter().map(|entry| &entry.id)).chain(file.issuer.iter().map(|entry| &entry.id));
    let ids = ids.chain(file.endpoint.iter().flat_map(|entry| std::iter::once(&entry.id).chain(entry.hosts.iter())));
    let ids = ids.chain(file.software.iter().map(|entry| &entry.id));
    ids.chain(file.setting.iter().map(|entry| &entry.name)).map(ToString::to_string).collect()
}

fn fields(entry: &impl Serialize) -> Value {
    serde_json::to_value(entry).expect("entries are texts, numbers and lists")
}
