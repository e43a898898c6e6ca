//! From a tree to values: each field's name, type and text is checked by the table of fields.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Fault;
use super::fields::{self, Field, Item, Kind};
use super::nearest::nearest;
use super::size::{parse_size, size_text};
use super::text::Faults;
use crate::assess::{HostPattern, PathPatternError, PathPatterns};
use crate::model::{Environment, Limit};
use crate::rules::Rules;
use crate::rules::schema::CatalogueKind;

/// A field that the file gives.
#[derive(Debug)]
pub(super) struct Given {
    /// Its name in parts: `endpoints`, `production`, `only`.
    pub(super) path: Vec<&'static str>,
    /// Offset of its name.
    pub(super) at: usize,
    /// What it says.
    pub(super) value: Value,
}

/// What a field says.
#[derive(Debug)]
pub(super) enum Value {
    Flag(bool),
    One(Entry),
    List(Vec<Entry>),
}

/// A text that the field can hold.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Offset of the text.
    pub(super) at: usize,
    /// What the text stands for.
    pub(super) item: Item,
    /// The text, in lower case where case means nothing.
    pub(super) text: String,
    /// Of a host its pattern.
    pub(super) host: Option<HostPattern>,
}

impl Given {
    /// The name in full.
    pub(super) fn name(&self) -> String {
        self.path.join(".")
    }

    /// The texts of the field.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Flag(_) => &[],
            Value::One(entry) => std::slice::from_ref(entry),
            Value::List(entries) => entries,
        }
    }
}

/// Reads a whole tree: what is given, in the order of the file, and what is wrong.
pub(super) fn read(root: &DeTable<'_>) -> (Vec<Given>, Faults) {
    let mut reader = Reader { rules: Rules::builtin(), path: Vec::new(), given: Vec::new(), faults: Vec::new() };
    reader.table(fields::ROOT, root);
    reader.given.sort_by_key(|given| given.at);
    (reader.given, reader.faults)
}

struct Reader {
    rules: Rules,
    /// The names of the tables around.
    path: Vec<&'static str>,
    given: Vec<Given>,
    faults: Faults,
}

impl Reader {
    fn table(&mut self, fields: &'static [Field], table: &DeTable<'_>) {
        for (name, value) in table {
            let known = fields.iter().find_map(|field| {
                let word = field.names.all().into_iter().find(|word| *word == name.get_ref().as_ref())?;
                Some((word, field))
            });
            match known {
                None => {
                    let fault = self.unknown(name.get_ref(), fields);
                    self.faults.push((name.span().start, fault));
                }
                Some((word, field)) => {
                    self.path.push(word);
                    self.field(field, name.span().start, value);
                    self.path.pop();
                }
            }
        }
    }

    fn field(&mut self, field: &'static Field, at: usize, value: &Spanned<DeValue<'_>>) {
        let here = value.span().start;
        let value = match (field.kind, value.get_ref()) {
            (Kind::Table(inner), DeValue::Table(table)) => return self.table(inner, table),
            (Kind::Flag, DeValue::Boolean(flag)) => Some(Value::Flag(*flag)),
            (Kind::One(item), DeValue::String(text)) if !item.is_number() => {
                self.entry(item, here, text).map(Value::One)
            }
            (Kind::One(item), DeValue::Integer(number)) if item.is_number() || item == Item::Size => {
                // Whatever is no such number is out of every range, too.
                let number = u64::from_str_radix(number.as_str(), number.radix());
                let text = number.map_or_else(|_| "-".to_owned(), |number| number.to_string());
                self.entry(item, here, &text).map(Value::One)
            }
            (Kind::List(item), DeValue::Array(items)) => {
                if items.is_empty() && field.default.shown().is_none() {
                    let problem =
                        "an empty list could mean nothing or everything; name something, or leave the field out";
                    self.faults.push((here, Fault::BadValue { field: self.name(), problem }));
                }
                let most = item.most();
                if items.len() > most {
                    self.faults.push((here, Fault::TooMany { field: self.name(), most }));
                }
                let mut entries = Vec::new();
                for one in items.iter().take(most) {
                    entries.extend(match one.get_ref() {
                        DeValue::String(text) => self.entry(item, one.span().start, text),
                        _ => self.wrong_type(field.kind, one.span().start),
                    });
                }
                Some(Value::List(entries))
            }
            _ => self.wrong_type(field.kind, here),
        };
        if let Some(value) = value {
            self.given.push(Given { path: self.path.clone(), at, value });
        }
    }

    fn entry(&mut self, item: Item, at: usize, text: &str) -> Option<Entry> {
        match self.check(item, text) {
            Ok(host) => {
                let text = match item {
                    Item::Fingerprint => text.to_ascii_lowercase(),
                    Item::Size => parse_size(text).map_or_else(|_| text.to_owned(), size_text),
                    _ => text.to_owned(),
                };
                Some(Entry { at, item, text, host })
            }
            Err(fault) => {
                self.faults.push((at, fault));
                None
            }
        }
    }

    /// Whether the field can hold a text; of a host the pattern.
    fn check(&self, item: Item, text: &str) -> Result<Option<HostPattern>, Fault> {
        if let Some(known) = item.words() {
            return if known.contains(&text) { Ok(None) } else { Err(self.unknown_word(item, text, known)) };
        }
        let bad = |problem| Fault::BadValue { field: self.name(), problem };
        let checked = match item {
            Item::Host => return self.host(text).map(Some),
            Item::Place | Item::Path => return self.path_pattern(item, text).map(|()| None),
            Item::Fingerprint => fingerprint(text),
            Item::Organization => id(text, "org-", "an organization's id is `org-` and letters and digits"),
            Item::Project => id(text, "proj_", "a project's id is `proj_` and letters and digits"),
            Item::File => file(text),
            Item::Size => size(text),
            Item::Count => number(text, Limit::ArchiveMembers, "a number from 1 to 1000000000"),
            Item::Depth => number(text, Limit::ArchiveDepth, "a number from 0 (none) to 16"),
            Item::Rule | Item::Format | Item::Severity | Item::SeverityOrOff | Item::FailOn | Item::Confidence => {
                Ok(())
            }
        };
        checked.map(|()| None).map_err(bad)
    }

    fn host(&self, text: &str) -> Result<HostPattern, Fault> {
        let pattern = HostPattern::parse(text).map_err(|error| Fault::BadHost { field: self.name(), error })?;
        // To deny what strangers deploy is everybody's right.
        let allows = self.path.last() != Some(&"deny");
        if allows && pattern.is_suffix() && is_platform(pattern.name(), &self.rules) {
            let problem = "anybody can deploy under this suffix; name your own host";
            return Err(Fault::BadValue { field: self.name(), problem });
        }
        Ok(pattern)
    }

    fn path_pattern(&self, item: Item, text: &str) -> Result<(), Fault> {
        let bad = |error: PathPatternError| Fault::BadPath { field: self.name(), error };
        let pattern = PathPatterns::new(&[text]).map_err(|(_, error)| bad(error))?;
        // Only production makes nothing pass that did not pass before.
        let strict = item == Item::Path && self.path.last() == Some(&Environment::Production.as_str());
        if pattern.name_no_place() && !strict {
            let problem = "this pattern means every file; name a folder, or files of one kind";
            return Err(Fault::BadValue { field: self.name(), problem });
        }
        Ok(())
    }

    fn unknown(&self, name: &str, fields: &[Field]) -> Fault {
        let known: Vec<&'static str> = fields.iter().flat_map(|field| field.names.all()).collect();
        let near = nearest(name, &known);
        let place = if self.path.is_empty() { "at the top".to_owned() } else { format!("in [{}]", self.name()) };
        let elsewhere = || {
            let written = name.to_lowercase().replace('_', "-");
            let all = fields::all();
            let (table, _) =
                all.iter().find_map(|(field, _)| field.rsplit_once('.').filter(|(_, last)| *last == written))?;
            Some(table.to_owned())
        };
        let belongs = if near.is_none() { elsewhere() } else { None };
        Fault::UnknownField { place, nearest: near.map(str::to_owned), belongs, known }
    }

    fn unknown_word(&self, item: Item, text: &str, known: Vec<&'static str>) -> Fault {
        if item == Item::Format && text.contains('=') {
            let problem = "a config writes no files; name the format alone";
            return Fault::BadValue { field: self.name(), problem };
        }
        let near = nearest(text, &known).map(str::to_owned);
        Fault::UnknownWord { field: self.name(), nearest: near, known }
    }

    fn wrong_type<T>(&mut self, kind: Kind, at: usize) -> Option<T> {
        let wanted = match kind {
            Kind::Table(_) => "a table",
            Kind::List(_) => "a list of texts, such as [\"a\", \"b\"]",
            Kind::One(Item::Size) => "a size: a number of bytes, or a text such as \"64M\"",
            Kind::One(item) if item.is_number() => "a number, without quotes",
            Kind::One(_) => "a text in quotes",
            Kind::Flag => "true or false, without quotes",
        };
        self.faults.push((at, Fault::WrongType { field: self.name(), wanted }));
        None
    }

    fn name(&self) -> String {
        self.path.join(".")
    }
}

/// Whether the catalogue knows a suffix as that of a platform where anyone can deploy.
fn is_platform(suffix: &str, rules: &Rules) -> bool {
    let platforms = rules.endpoints().filter(|entry| entry.kind == CatalogueKind::PlatformProxy);
    platforms.flat_map(|entry| entry.hosts.iter()).any(|host| {
        let platform = host.strip_prefix("*.").unwrap_or(host);
        platform == suffix || platform.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.'))
    })
}

fn fingerprint(text: &str) -> Result<(), &'static str> {
    let hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match text.len() {
        64 if hex => Ok(()),
        16 if hex => Err("this is as long as the id of a finding; a key's fingerprint has 64 hex digits"),
        _ if crate::detect::redact_text(text) != text => {
            Err("this looks like a key: take it out and write its fingerprint, which reports show")
        }
        _ => Err("a fingerprint has 64 hex digits, as reports show it"),
    }
}

fn size(text: &str) -> Result<(), &'static str> {
    parse_size(text).and_then(
        |bytes| {
            if Limit::ArchiveSize.range().contains(&bytes) { Ok(()) } else { Err("too large") }
        },
    )
}

/// Whether a number can be set for limits like this one.
fn number(text: &str, like: Limit, wanted: &'static str) -> Result<(), &'static str> {
    let number: Option<u64> = text.parse().ok();
    number.filter(|number| like.range().contains(number)).map(drop).ok_or(wanted)
}

fn id(text: &str, prefix: &str, problem: &'static str) -> Result<(), &'static str> {
    let body = text.strip_prefix(prefix).ok_or(problem)?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if (4..=64).contains(&body.len()) && body.bytes().all(allowed) { Ok(()) } else { Err(problem) }
}

fn file(text: &str) -> Result<(), &'static str> {
    if text.is_empty() || text.ends_with('/') {
        return Err("name a file");
    }
    // A colon is part of a drive, or names a stream of a file.
    if text.starts_with(['/', '~']) || text.contains(':') {
        return Err("a path here is relative to the config file");
    }
    if text.contains('\\') {
        return Err("write `/` between folders");
    }
    if text.split('/').any(|part| part == "..") {
        return Err("a path here must stay in the folder of the config file: `..` leaves it");
    }
    if text.chars().any(char::is_control) {
        return Err("a path here has no control characters");
    }
    if text.contains(['*', '?']) {
        return Err("name each file; patterns are not expanded here");
    }
    Ok(())
}
