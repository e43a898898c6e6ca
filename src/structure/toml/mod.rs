//! TOML, from the events of its parser.
//!
//! *Why not its documents*: they cost up to a hundred times the text, forget tables that stand open, and are lost for
//! one name that is given twice. The events tell all names and values with their places.

use std::collections::HashMap;
use std::ops::Range;

use toml_parser::decoder::Encoding;
use toml_parser::parser::{Event, EventKind, RecursionGuard, parse_document};
use toml_parser::{ParseError, Source};

use crate::model::{ScopeId, ScopeKind, Used};

use super::arguments::{Argument, argument};
use super::lines::references;
use super::quoted::{self, Escapes};
use super::tree::Tree;
use super::{Unread, names, utf8};

/// Larger files are left to the textual reading.
const LARGEST: usize = 4 << 20;

/// How deep lists and inline tables nest; those deeper inside are passed over.
const DEEPEST: u32 = 80;

/// Reads a TOML text into `scope`.
pub(super) fn read(bytes: &[u8], scope: ScopeId, tree: &mut Tree) -> Result<(), Unread> {
    if bytes.len() > LARGEST {
        return Err(Unread::TooLarge);
    }
    let text = utf8::text(bytes);
    let source = Source::new(&text);
    let tokens = source.lex().into_vec();
    let mut events: Vec<Event> = Vec::new();
    let mut error: Option<ParseError> = None;
    parse_document(&tokens, &mut RecursionGuard::new(&mut events, DEEPEST), &mut error);
    let whole = |event: &Event| {
        event.kind() != EventKind::Scalar || is_whole(&text[event.span().start()..event.span().end()], event.encoding())
    };
    if error.is_some() || !events.iter().all(whole) {
        return Err(Unread::Broken);
    }
    let mut reader = Reader {
        bytes: text.as_bytes(),
        source,
        tree,
        top: scope,
        table: scope,
        newest: HashMap::new(),
        path: Vec::new(),
        header: None,
        open: Vec::new(),
    };
    for event in &events {
        reader.event(event);
    }
    reader.tree.close(reader.table, text.len());
    Ok(())
}

struct Reader<'t> {
    bytes: &'t [u8],
    source: Source<'t>,
    tree: &'t mut Tree,
    /// The scope of the text.
    top: ScopeId,
    /// That of the table being read.
    table: ScopeId,
    /// Of each array of tables the last one.
    newest: HashMap<ScopeId, ScopeId>,
    /// The parts of the name being read.
    path: Vec<String>,
    /// Where the header being read begins.
    header: Option<usize>,
    /// Inline tables and arrays.
    open: Vec<Open>,
}

enum Open {
    Table(ScopeId),
    Array { scope: ScopeId, outer: ScopeId, name: String, count: usize, flag: Option<String> },
}

impl Reader<'_> {
    fn event(&mut self, event: &Event) {
        let span = event.span().start()..event.span().end();
        match event.kind() {
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                self.tree.close(self.table, span.start);
                self.header = Some(span.start);
                self.path.clear();
            }
            EventKind::StdTableClose => self.open_table(span.end, false),
            EventKind::ArrayTableClose => self.open_table(span.end, true),
            EventKind::SimpleKey => {
                let mut name = String::new();
                if let Some(raw) = self.source.get(event) {
                    raw.decode_key(&mut name, &mut ());
                }
                if self.header.is_some() || event.encoding().is_none() && !name.contains("__") {
                    self.path.push(name);
                } else {
                    self.path.extend(names::parts(&name).into_iter().map(str::to_owned));
                }
            }
            EventKind::Scalar => self.scalar(span, event.encoding()),
            EventKind::InlineTableOpen => {
                let (parent, name, index) = self.place();
                let scope = if index.is_some() {
                    self.tree.open(parent, ScopeKind::Item, "", span)
                } else {
                    let scope = self.tree.open(parent, ScopeKind::Map, &name, span);
                    self.settle(parent, scope);
                    scope
                };
                self.open.push(Open::Table(scope));
            }
            EventKind::ArrayOpen => {
                let (outer, name, _) = self.place();
                let scope = self.tree.open(outer, ScopeKind::List, &name, span);
                self.open.push(Open::Array { scope, outer, name, count: 0, flag: None });
            }
            EventKind::InlineTableClose | EventKind::ArrayClose => match self.open.pop() {
                Some(Open::Table(scope) | Open::Array { scope, .. }) => self.tree.close(scope, span.end),
                None => {}
            },
            _ => {}
        }
    }

    /// Opens the table whose header was read.
    fn open_table(&mut self, end: usize, array: bool) {
        let start = self.header.take().unwrap_or(end);
        let mut path = std::mem::take(&mut self.path);
        let Some(last) = path.pop() else { return };
        let mut parent = self.top;
        for name in &path {
            parent = self.named(parent, name);
        }
        if array {
            let list = self.tree.child(parent, &last);
            if list == parent {
                return;
            }
            self.tree.set_kind(list, ScopeKind::List);
            self.table = self.tree.open(list, ScopeKind::Item, "", start..end);
            self.newest.insert(list, self.table);
        } else {
            self.table = self.named(parent, &last);
            if self.table != parent {
                self.tree.set_kind(self.table, ScopeKind::Section);
                self.tree.place(self.table, start..end);
            }
        }
    }

    /// The table of this name; of an array of tables the last one.
    fn named(&mut self, parent: ScopeId, name: &str) -> ScopeId {
        let child = self.tree.child(parent, name);
        self.settle(parent, child);
        self.newest.get(&child).copied().unwrap_or(child)
    }

    /// Makes a scope that may be new known, and says where it is used if its name tells.
    fn settle(&mut self, parent: ScopeId, scope: ScopeId) {
        if scope == parent {
            return;
        }
        self.tree.name_child(parent, scope);
        let scopes = self.tree.scopes();
        if let Some(environment) = names::environment(&scopes[parent].name, &scopes[scope].name) {
            self.tree.set_environment(scope, environment);
        }
    }

    /// Where the value goes that begins now: the scope, its name and its position.
    fn place(&mut self) -> (ScopeId, String, Option<usize>) {
        let table = match self.open.last_mut() {
            Some(Open::Array { scope, name, count, .. }) => {
                *count += 1;
                return (*scope, name.clone(), Some(*count - 1));
            }
            Some(Open::Table(scope)) => *scope,
            None => self.table,
        };
        let mut path = std::mem::take(&mut self.path);
        let last = path.pop().unwrap_or_default();
        let scope = path.iter().fold(table, |scope, name| self.named(scope, name));
        (scope, last, None)
    }

    fn scalar(&mut self, span: Range<usize>, encoding: Option<Encoding>) {
        let span = self.content(span, encoding);
        let (scope, name, index) = self.place();
        let Some(index) = index else { return self.setting(scope, &name, span, encoding) };
        let Some(Open::Array { outer, flag, .. }) = self.open.last_mut() else { return };
        let outer = *outer;
        match argument(self.bytes, span.clone(), flag.take().as_deref()) {
            Argument::Named(name, span) => {
                quoted::setting(self.bytes, outer, &name, span, escapes(encoding), self.tree);
            }
            Argument::Command(span) => quoted::command(self.bytes, outer, &name, span, escapes(encoding), self.tree),
            Argument::Flag(waiting) => {
                *flag = Some(waiting);
                self.tree.element(self.bytes, scope, &name, index, span);
            }
            Argument::Plain => self.tree.element(self.bytes, scope, &name, index, span),
        }
    }

    fn setting(&mut self, scope: ScopeId, name: &str, span: Range<usize>, encoding: Option<Encoding>) {
        let value = &self.bytes[span.clone()];
        if encoding.is_none() {
            self.tree.value(self.bytes, scope, name, span);
            return;
        }
        if matches!(name, "name" | "id") && value.len() <= 80 {
            let item = &self.tree.scopes()[scope];
            if item.kind == ScopeKind::Item && item.name.is_empty() {
                self.tree.set_name(scope, &String::from_utf8_lossy(value));
            }
        }
        for (open, close) in [(&b"${"[..], b'}'), (b"{{", b'}')] {
            for name in references(value, open, close).take(20) {
                self.tree.uses(scope, Used::Name(name.to_owned()));
            }
        }
        quoted::setting(self.bytes, scope, name, span, escapes(encoding), self.tree);
    }

    /// What stands between the quotes.
    fn content(&self, span: Range<usize>, encoding: Option<Encoding>) -> Range<usize> {
        match encoding {
            None => span,
            Some(Encoding::BasicString | Encoding::LiteralString) => span.start + 1..span.end - 1,
            Some(Encoding::MlBasicString | Encoding::MlLiteralString) => {
                let start = span.start + 3;
                // A line break right behind the quotes is no part of the value.
                let text = &self.bytes[start..];
                let lead = if text.starts_with(b"\r\n") { 2 } else { usize::from(text.starts_with(b"\n")) };
                let end = span.end - 3;
                (start + lead).min(end)..end
            }
        }
    }
}

/// Whether a value is there, and ends as it begins. The parser leaves that to those who ask for what it means.
fn is_whole(value: &str, encoding: Option<Encoding>) -> bool {
    let quotes = match encoding {
        None => return !value.is_empty(),
        Some(Encoding::BasicString) => "\"",
        Some(Encoding::LiteralString) => "'",
        Some(Encoding::MlBasicString) => "\"\"\"",
        Some(Encoding::MlLiteralString) => "'''",
    };
    value.len() >= 2 * quotes.len() && value.starts_with(quotes) && value.ends_with(quotes)
}

fn escapes(encoding: Option<Encoding>) -> Escapes {
    match encoding {
        Some(Encoding::BasicString | Encoding::MlBasicString) => Escapes::Backslash,
        _ => Escapes::None,
    }
}

#[cfg(test)]
mod tests;
