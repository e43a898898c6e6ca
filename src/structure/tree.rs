//! The tree that every reader fills: scopes inside scopes, and the values that stand in them.
//!
//! A scope is found in two ways. In a format of names and values each value knows its scope, which may lie elsewhere in
//! the file: `[a.b]` of TOML, a dotted name. In code a scope is a stretch of bytes, and what stands in it belongs to it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::model::{Environment, Home, Scope, ScopeId, ScopeKind, Scopes, Use, Used};

use super::mapped::Mapped;

/// How deep scopes nest; what lies deeper belongs to the last one.
const DEEPEST: usize = 200;

/// Most scopes, values and uses of a file. Behind them the file counts as not understood.
const MOST: usize = 400_000;

/// The longest name that is kept, in bytes.
const LONGEST_NAME: usize = 160;

/// Longer values are not searched for the names of variables.
const LONGEST_REFERENCE: usize = 2000;

/// A value in a file.
#[derive(Clone, Debug)]
struct Value {
    span: Range<usize>,
    scope: ScopeId,
    name: String,
    index: Option<usize>,
}

/// The scope that a reader of files starts in.
pub(crate) const FILE: ScopeId = 0;

/// The tree while it is made.
pub(crate) struct Tree {
    scopes: Vec<Scope>,
    /// Of each scope the bytes, empty where it has none of its own.
    spans: Vec<Range<usize>>,
    depths: Vec<usize>,
    values: Vec<Value>,
    uses: Vec<Use>,
    /// Scopes that are known by their names: parent and name.
    named: HashMap<(ScopeId, String), ScopeId>,
    /// Scopes of which a reader said whether they stand for themselves.
    decided: HashSet<ScopeId>,
    /// How the bytes being read lie in the file, innermost last.
    mapped: Vec<Mapped>,
    full: bool,
}

impl Tree {
    /// The tree of a file of `length` bytes, with nothing but the file.
    pub(crate) fn new(length: usize) -> Self {
        let file = Scope { parent: None, kind: ScopeKind::File, name: String::new(), unit: true, environment: None };
        Self {
            scopes: vec![file],
            spans: vec![0..length],
            depths: vec![0],
            values: Vec::new(),
            uses: Vec::new(),
            named: HashMap::new(),
            decided: HashSet::new(),
            mapped: Vec::new(),
            full: false,
        }
    }

    /// Adds a scope. `span` is where its bytes lie, as far as they are known yet.
    pub(crate) fn open(&mut self, parent: ScopeId, kind: ScopeKind, name: &str, span: Range<usize>) -> ScopeId {
        if self.depths[parent] >= DEEPEST {
            return parent;
        }
        if self.is_full() {
            return parent;
        }
        let id = self.scopes.len();
        let unit = matches!(kind, ScopeKind::Item | ScopeKind::Service);
        let name = short(name);
        self.scopes.push(Scope { parent: Some(parent), kind, name, unit, environment: None });
        self.spans.push(self.in_file(span));
        self.depths.push(self.depths[parent] + 1);
        id
    }

    /// Says where a scope ends.
    pub(crate) fn close(&mut self, scope: ScopeId, end: usize) {
        let end = self.in_file(end..end).end;
        if scope != FILE {
            self.spans[scope].end = self.spans[scope].end.max(end);
        }
    }

    /// Says where the bytes of a scope lie that was known by its name alone.
    pub(crate) fn place(&mut self, scope: ScopeId, span: Range<usize>) {
        if scope != FILE && self.spans[scope].is_empty() {
            self.spans[scope] = self.in_file(span);
        }
    }

    /// The map of this name in a scope, which may have been added before: for names that come in parts.
    pub(crate) fn child(&mut self, parent: ScopeId, name: &str) -> ScopeId {
        let key = (parent, short(name));
        if let Some(&known) = self.named.get(&key) {
            return known;
        }
        let id = self.open(parent, ScopeKind::Map, name, 0..0);
        self.named.insert(key, id);
        id
    }

    /// The map that a name in parts leads to.
    pub(crate) fn descend<'n>(&mut self, parent: ScopeId, names: impl IntoIterator<Item = &'n str>) -> ScopeId {
        names.into_iter().fold(parent, |scope, name| self.child(scope, name))
    }

    /// Makes a scope that is already there known by its name, so that [`Self::child`] finds it.
    pub(crate) fn name_child(&mut self, parent: ScopeId, child: ScopeId) {
        let name = self.scopes[child].name.clone();
        self.named.entry((parent, name)).or_insert(child);
    }

    /// The map of this name in a scope that names in parts have led to and whose own bytes lie at `span`.
    pub(crate) fn found_again(&mut self, parent: ScopeId, name: &str, span: &Range<usize>) -> Option<ScopeId> {
        let known = self.named.get(&(parent, short(name))).copied().filter(|&known| self.spans[known].is_empty())?;
        self.place(known, span.clone());
        Some(known)
    }

    /// Says what a scope is, once more is known than where it was opened.
    pub(crate) fn set_kind(&mut self, scope: ScopeId, kind: ScopeKind) {
        if scope != FILE {
            self.scopes[scope].kind = kind;
        }
    }

    /// Gives a scope its name, once it is known.
    pub(crate) fn set_name(&mut self, scope: ScopeId, name: &str) {
        self.scopes[scope].name = short(name);
    }

    /// Says that a scope stands for itself, or that it does not, for good.
    pub(crate) fn set_unit(&mut self, scope: ScopeId, unit: bool) {
        self.scopes[scope].unit = unit;
        self.decided.insert(scope);
    }

    /// Says that a scope stands for itself by how the tree looks, unless its reader knew better.
    pub(super) fn settle_unit(&mut self, scope: ScopeId) {
        self.scopes[scope].unit |= !self.decided.contains(&scope);
    }

    /// Says where a scope is used.
    pub(crate) fn set_environment(&mut self, scope: ScopeId, environment: Environment) {
        self.scopes[scope].environment = Some(environment);
    }

    /// Adds a value. `bytes` are those that `span` counts in; the names of variables in the value are uses.
    pub(crate) fn value(&mut self, bytes: &[u8], scope: ScopeId, name: &str, span: Range<usize>) {
        self.add(bytes, scope, name, span, None);
    }

    /// Adds a value that is one of a list; `index` is from 0.
    pub(crate) fn element(&mut self, bytes: &[u8], scope: ScopeId, name: &str, index: usize, span: Range<usize>) {
        self.add(bytes, scope, name, span, Some(index));
    }

    fn add(&mut self, bytes: &[u8], scope: ScopeId, name: &str, span: Range<usize>, index: Option<usize>) {
        if self.is_full() {
            return;
        }
        if let Some(text) = bytes.get(span.clone()).filter(|text| text.len() <= LONGEST_REFERENCE) {
            for constant in constants(text) {
                self.uses(scope, Used::Name(constant.to_owned()));
            }
            if let Some(setting) = super::names::named_setting(name, text) {
                self.uses(scope, Used::Setting(setting.to_owned()));
            }
        }
        let span = self.in_file(span);
        self.values.push(Value { span, scope, name: short(name), index });
    }

    /// Says that a scope takes something from elsewhere.
    pub(crate) fn uses(&mut self, scope: ScopeId, used: Used) {
        if !self.is_full() {
            self.uses.push(Use { scope, used });
        }
    }

    /// Reads a text that lies in the file in another form: the lines of a block, the content of a string. While `read`
    /// runs, every span counts in that text.
    pub(crate) fn within<R>(&mut self, text: &Mapped, read: impl FnOnce(&mut Self) -> R) -> R {
        self.mapped.push(text.clone());
        let result = read(self);
        self.mapped.pop();
        result
    }

    /// How many embedded texts lie around what is being read.
    pub(crate) fn embedded(&self) -> usize {
        self.mapped.len()
    }

    fn in_file(&self, span: Range<usize>) -> Range<usize> {
        self.mapped.iter().rev().fold(span, |span, text| text.outer(span))
    }

    fn is_full(&mut self) -> bool {
        self.full |= self.scopes.len() >= MOST || self.values.len() >= MOST || self.uses.len() >= 2 * MOST;
        self.full
    }

    /// Ready to be asked; nothing where the file has more parts than are kept.
    pub(crate) fn finish(mut self) -> Option<Structure> {
        if self.full {
            return None;
        }
        self.values.sort_by(|a, b| (a.span.start, b.span.end).cmp(&(b.span.start, a.span.end)));
        let mut by_start: Vec<ScopeId> = (0..self.scopes.len()).filter(|&id| !self.spans[id].is_empty()).collect();
        by_start.sort_by_key(|&id| (self.spans[id].start, std::cmp::Reverse(self.spans[id].end), id));
        let mut around = vec![FILE; by_start.len()];
        let mut open: Vec<usize> = Vec::new();
        for (index, &id) in by_start.iter().enumerate() {
            while open.last().is_some_and(|&last| self.spans[by_start[last]].end <= self.spans[id].start) {
                open.pop();
            }
            around[index] = open.last().copied().unwrap_or(0);
            open.push(index);
        }
        self.uses.sort();
        self.uses.dedup();
        let Self { scopes, spans, values, uses, .. } = self;
        Some(Structure { scopes, spans, values, uses, by_start, around })
    }

    /// The scopes so far, for what is decided once all are known.
    pub(super) fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// The scope and the name of each value so far.
    pub(super) fn value_names(&self) -> impl Iterator<Item = (ScopeId, &str)> {
        self.values.iter().map(|value| (value.scope, value.name.as_str()))
    }
}

/// What stands at an offset of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot<'s> {
    /// The scope.
    pub home: Home,
    /// What the value is assigned to; empty where no value was read, or where it has no name.
    pub name: &'s str,
    /// The bytes of the value.
    pub value: Option<Range<usize>>,
}

/// What a file is made of.
#[derive(Debug)]
pub struct Structure {
    scopes: Vec<Scope>,
    spans: Vec<Range<usize>>,
    /// By where they begin, the longer first.
    values: Vec<Value>,
    uses: Vec<Use>,
    /// Scopes with bytes of their own by where they begin, the longer first.
    by_start: Vec<ScopeId>,
    /// Of each of these the index of the one whose bytes lie around its own, which need not be its parent.
    around: Vec<usize>,
}

impl Structure {
    /// What stands at offset `at`.
    #[must_use]
    pub fn find(&self, at: usize) -> Spot<'_> {
        let behind = self.values.partition_point(|value| value.span.start <= at);
        // Values seldom contain each other; those that do, such as a text and the settings in it, begin close together.
        let value = self.values[..behind].iter().rev().take(64).find(|value| value.span.contains(&at));
        match value {
            Some(Value { span, scope, name, index }) => {
                Spot { home: Home { scope: *scope, index: *index }, name, value: Some(span.clone()) }
            }
            None => Spot { home: Home { scope: self.scope_around(at), index: None }, name: "", value: None },
        }
    }

    /// The innermost scope whose bytes hold offset `at`.
    fn scope_around(&self, at: usize) -> ScopeId {
        let behind = self.by_start.partition_point(|&id| self.spans[id].start <= at);
        let mut index = behind.saturating_sub(1);
        while index > 0 && !self.spans[self.by_start[index]].contains(&at) {
            index = self.around[index];
        }
        self.by_start.get(index).copied().unwrap_or(FILE)
    }

    /// The names of the scopes around a scope and its own, outermost first, without those that have none.
    #[must_use]
    pub fn path(&self, scope: ScopeId) -> Vec<&str> {
        let mut names: Vec<&str> = self.above(scope).map(|id| self.scopes[id].name.as_str()).collect();
        names.retain(|name| !name.is_empty());
        names.reverse();
        names
    }

    /// A scope of [`Self::find`] and those around it, innermost first.
    pub fn around(&self, scope: ScopeId) -> impl Iterator<Item = (ScopeId, &Scope)> {
        self.above(scope).map(|id| (id, &self.scopes[id]))
    }

    /// The values by where they begin: place, scope and name.
    pub fn values(&self) -> impl Iterator<Item = (Range<usize>, ScopeId, &str)> {
        self.values.iter().map(|value| (value.span.clone(), value.scope, value.name.as_str()))
    }

    /// A scope and those around it, innermost first.
    fn above(&self, scope: ScopeId) -> impl Iterator<Item = ScopeId> {
        std::iter::successors(Some(scope), |&id| self.scopes[id].parent)
    }

    /// What is needed of the structure for some matches: `homes` are where they stand, `names` what they are assigned to.
    /// The homes are changed to what is kept.
    pub fn keep(&self, homes: &mut [Home], names: &HashSet<&str>) -> Scopes {
        let mut wanted: HashSet<ScopeId> = homes.iter().flat_map(|home| self.above(home.scope)).collect();
        wanted.insert(FILE);
        // A name is taken from a setting of a match, or from an object that is called so; names of environment variables
        // may be set in another file.
        let labels: HashSet<&str> = wanted.iter().map(|&id| self.scopes[id].name.as_str()).collect();
        let mut uses: Vec<&Use> = self.uses.iter().collect();
        uses.retain(|one| match &one.used {
            Used::Name(name) => {
                names.contains(name.as_str())
                    || labels.contains(name.as_str())
                    || is_constant(name.as_bytes())
                    || (wanted.contains(&one.scope) && has_two_words(name))
            }
            Used::Scope(scope) => wanted.contains(scope) || wanted.contains(&one.scope),
            Used::File(_) | Used::Object(_) | Used::Setting(_) => true,
        });
        uses.truncate(MOST_USES);
        for one in &uses {
            wanted.extend(self.above(one.scope));
            if let Used::Scope(scope) = one.used {
                wanted.extend(self.above(scope));
            }
        }
        let mut kept: Vec<ScopeId> = wanted.into_iter().collect();
        kept.sort_unstable();
        let new_id: HashMap<ScopeId, ScopeId> = kept.iter().enumerate().map(|(new, &old)| (old, new)).collect();
        let scopes = kept.iter().map(|&id| {
            let scope = &self.scopes[id];
            Scope { parent: scope.parent.map(|parent| new_id[&parent]), ..scope.clone() }
        });
        let scopes = scopes.collect();
        for home in homes {
            home.scope = new_id[&home.scope];
        }
        let uses = uses.into_iter().map(|one| Use {
            scope: new_id[&one.scope],
            used: match &one.used {
                Used::Scope(scope) => Used::Scope(new_id[scope]),
                other => other.clone(),
            },
        });
        Scopes { scopes, uses: uses.collect() }
    }

    /// The tree as text, one line for each scope and value, for tests of the readers.
    #[cfg(test)]
    pub(crate) fn outline(&self, bytes: &[u8]) -> String {
        let mut text = String::new();
        self.outline_of(FILE, 0, bytes, &mut text);
        text
    }

    #[cfg(test)]
    fn outline_of(&self, scope: ScopeId, depth: usize, bytes: &[u8], text: &mut String) {
        use std::fmt::Write;
        let Scope { kind, name, unit, environment, .. } = &self.scopes[scope];
        write!(text, "{}{}", "  ".repeat(depth), kind.as_str()).unwrap();
        if !name.is_empty() {
            write!(text, " {name}").unwrap();
        }
        if *unit && *kind != ScopeKind::File {
            text.push_str(" (unit)");
        }
        if let Some(environment) = environment {
            write!(text, " @{}", environment.as_str()).unwrap();
        }
        for one in self.uses.iter().filter(|one| one.scope == scope) {
            match &one.used {
                Used::Name(name) => write!(text, " uses {name}").unwrap(),
                Used::Setting(name) => write!(text, " asks for {name}").unwrap(),
                Used::Scope(other) => write!(text, " merges {}", self.path(*other).join(".")).unwrap(),
                Used::File(path) => write!(text, " reads {path}").unwrap(),
                Used::Object(name) => write!(text, " takes {name}").unwrap(),
            }
        }
        text.push('\n');
        for value in self.values.iter().filter(|value| value.scope == scope) {
            let index = value.index.map_or(String::new(), |index| format!("[{index}]"));
            let shown = String::from_utf8_lossy(&bytes[value.span.clone()]);
            writeln!(text, "{}{}{index} = {shown}", "  ".repeat(depth + 1), value.name).unwrap();
        }
        for child in (0..self.scopes.len()).filter(|&child| self.scopes[child].parent == Some(scope)) {
            self.outline_of(child, depth + 1, bytes, text);
        }
    }
}

/// Most uses that are kept with the matches of a file.
const MOST_USES: usize = 2000;

fn short(name: &str) -> String {
    let end = (0..=name.len().min(LONGEST_NAME)).rev().find(|&end| name.is_char_boundary(end)).unwrap_or(0);
    name[..end].to_owned()
}

/// The words of a text that are written like environment variables: `OPENAI_API_KEY` in `${OPENAI_API_KEY}`.
fn constants(text: &[u8]) -> impl Iterator<Item = &str> {
    let words = text.split(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'));
    words.filter(|word| is_constant(word)).filter_map(|word| str::from_utf8(word).ok())
}

/// Whether a name is made of several words, so that it is hardly used for two things: `chat_api_key`, `relayUrl`.
fn has_two_words(name: &str) -> bool {
    let bytes = name.as_bytes();
    let hump = bytes.windows(2).any(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase());
    bytes.len() > 5 && (hump || bytes[1..].contains(&b'_'))
}

/// Whether a word is written like an environment variable: capitals, with a break in it.
fn is_constant(word: &[u8]) -> bool {
    (4..=80).contains(&word.len())
        && word.contains(&b'_')
        && word.first().is_some_and(u8::is_ascii_uppercase)
        && word.iter().all(|&byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}
