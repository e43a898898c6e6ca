//! A tree that is complete and can be asked: what stands at an offset, and what is needed of it for some matches.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::model::{Home, Scope, ScopeId, Scopes, Use, Used};

use super::tree::{FILE, Value, is_constant};

/// Most uses that are kept with the matches of a file.
const MOST_USES: usize = 2000;

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
    /// Sorts what a reader found.
    pub(super) fn new(
        scopes: Vec<Scope>,
        spans: Vec<Range<usize>>,
        mut values: Vec<Value>,
        mut uses: Vec<Use>,
    ) -> Self {
        values.sort_by_key(|value| (value.span.start, Reverse(value.span.end)));
        uses.sort();
        uses.dedup();
        let mut by_start: Vec<ScopeId> = (0..scopes.len()).filter(|&id| !spans[id].is_empty()).collect();
        by_start.sort_by_key(|&id| (spans[id].start, Reverse(spans[id].end), id));
        let mut around = vec![FILE; by_start.len()];
        let mut open: Vec<usize> = Vec::new();
        for (index, &id) in by_start.iter().enumerate() {
            while open.last().is_some_and(|&last| spans[by_start[last]].end <= spans[id].start) {
                open.pop();
            }
            around[index] = open.last().copied().unwrap_or(0);
            open.push(index);
        }
        Self { scopes, spans, values, uses, by_start, around }
    }

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

    /// What the scopes take from elsewhere.
    #[must_use]
    pub fn uses(&self) -> &[Use] {
        &self.uses
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
                    || name.rsplit_once('.').is_some_and(|(map, last)| labels.contains(map) && names.contains(last))
                    || labels.contains(name.as_str())
                    || is_constant(name.as_bytes())
                    || (wanted.contains(&one.scope) && has_two_words(name))
            }
            Used::Scope(scope) => wanted.contains(scope) || wanted.contains(&one.scope),
            Used::Key => wanted.contains(&one.scope),
            Used::File(_) | Used::Object(_) | Used::Member { .. } | Used::Setting(_) => true,
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
            let span = &self.spans[id];
            let start = (!span.is_empty()).then_some(span.start as u64);
            Scope { parent: scope.parent.map(|parent| new_id[&parent]), start, ..scope.clone() }
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
        use crate::model::ScopeKind;
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
                Used::Key => write!(text, " takes a key").unwrap(),
                Used::Setting(name) => write!(text, " asks for {name}").unwrap(),
                Used::Scope(other) => write!(text, " merges {}", self.path(*other).join(".")).unwrap(),
                Used::File(path) => write!(text, " reads {path}").unwrap(),
                Used::Object(name) => write!(text, " takes {name}").unwrap(),
                Used::Member { object, setting } => write!(text, " takes {setting} of {object}").unwrap(),
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

/// Whether a name is made of several words, so that it is hardly used for two things: `chat_api_key`, `relayUrl`.
fn has_two_words(name: &str) -> bool {
    let bytes = name.as_bytes();
    let hump = bytes.windows(2).any(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase());
    bytes.len() > 5 && (hump || bytes[1..].contains(&b'_'))
}
