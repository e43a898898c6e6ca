//! The tree that every reader fills: scopes inside scopes, and the values that stand in them.
//!
//! A scope is found in two ways. In a format of names and values each value knows its scope, which may lie elsewhere in
//! the file: `[a.b]` of TOML, a dotted name. In code a scope is a stretch of bytes, and what stands in it belongs to it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::model::{Environment, Scope, ScopeId, ScopeKind, Use, Used};

use super::answer::Structure;
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
pub(super) struct Value {
    /// Its bytes.
    pub(super) span: Range<usize>,
    /// Where it stands.
    pub(super) scope: ScopeId,
    /// What it is assigned to.
    pub(super) name: String,
    /// The position in a list.
    pub(super) index: Option<usize>,
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
        let file = Scope {
            parent: None,
            kind: ScopeKind::File,
            name: String::new(),
            unit: true,
            environment: None,
            start: None,
        };
        Self {
            scopes: vec![file],
            spans: std::iter::once(0..length).collect(),
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
        self.scopes.push(Scope { parent: Some(parent), kind, name, unit, environment: None, start: None });
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

    /// Moves a value, by its position in [`Self::value_names`], to a scope in which it is called as the one it stood in.
    pub(super) fn move_value(&mut self, value: usize, scope: ScopeId, holder: ScopeId) {
        self.values[value].name = self.scopes[holder].name.clone();
        self.values[value].scope = scope;
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
    pub(crate) fn finish(self) -> Option<Structure> {
        let Self { scopes, spans, values, uses, full, .. } = self;
        (!full).then(|| Structure::new(scopes, spans, values, uses))
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

fn short(name: &str) -> String {
    let end = (0..=name.len().min(LONGEST_NAME)).rev().find(|&end| name.is_char_boundary(end)).unwrap_or(0);
    name[..end].to_owned()
}

/// The words of a text that are written like environment variables and taken in it: `OPENAI_API_KEY` in `${OPENAI_API_KEY}`.
///
/// What stands in front of `=` is set, not taken. In a text of several words a plain word is only spoken of, unless it
/// is the argument of an option: `docker run -e OPENAI_API_KEY`.
fn constants(text: &[u8]) -> impl Iterator<Item = &str> {
    let words = text.split(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'));
    let taken = words.filter(|word| is_constant(word)).filter(|word| {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        is_taken(&text[..start], &text[start + word.len()..])
    });
    taken.filter_map(|word| str::from_utf8(word).ok())
}

/// Whether a word is taken by the looks of what stands in front of it and behind it.
fn is_taken(before: &[u8], behind: &[u8]) -> bool {
    let sets = behind.starts_with(b"=") && !behind.starts_with(b"==");
    if sets {
        // `--key=$KEY=` and its like are no assignments.
        return before.ends_with(b"$");
    }
    let last = before.trim_ascii_end();
    if last.len() == before.len() {
        return !before.is_empty() || !behind.first().is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b':'));
    }
    let word = last.iter().rev().take_while(|byte| !byte.is_ascii_whitespace()).count();
    let option = word > 1 && last[last.len() - word] == b'-';
    option
        || last.last().is_some_and(|byte| matches!(byte, b'{' | b'(' | b'[' | b',' | b'+' | b'|' | b'?' | b':' | b'='))
}

/// Whether a word is written like an environment variable: capitals, with a break in it.
pub(super) fn is_constant(word: &[u8]) -> bool {
    (4..=80).contains(&word.len())
        && word.contains(&b'_')
        && word.first().is_some_and(u8::is_ascii_uppercase)
        && word.iter().all(|&byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}
