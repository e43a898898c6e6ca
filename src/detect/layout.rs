//! What the structure of a blob says of a place in it: the name of a value, what that name means under the names around
//! it, and what belongs to the same unit. Built when first asked; where none is known the textual reading stands alone.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use crate::model::{Blob, Scope, ScopeId, ScopeKind, Used};
use crate::structure::{self, Structure, Unread};

use super::assignment::name_before;
use super::name::{LONGEST_NAME, is_constant, is_holder, last_part, looks_like_key};
use super::products::is_other_product;
use super::reference::is_reference;
use super::scope::{Evidence, in_llm_call, in_other_call};
use super::setting::{About, NameFacts, Vocabulary};
use super::text::FileKind;

/// How many names around a setting say what it is about.
const LEVELS: usize = 3;

/// How far apart, in bytes, the parts of one map or call may stand.
const FAR: usize = 2500;

/// How many scopes around a value are looked at for a call.
const MOST_SCOPES: usize = 6;

/// How many uses of one name are looked at.
const MOST_CALLS: usize = 50;

/// A blob and, once somebody asks, what it is made of.
pub(super) struct Layout<'b> {
    blob: &'b Blob<'b>,
    /// Whether the file only ever holds settings.
    config: bool,
    read: OnceCell<Result<Option<Structure>, Unread>>,
    /// The scopes of which a value names the variable that holds a key.
    referring: OnceCell<HashSet<ScopeId>>,
    /// The names that calls take together with a key, with the calls.
    taken: OnceCell<HashMap<String, Vec<ScopeId>>>,
}

impl<'b> Layout<'b> {
    pub(super) fn new(blob: &'b Blob<'b>) -> Self {
        let config = FileKind::of(&blob.origin.path.text, blob.binary).config;
        Self { blob, config, read: OnceCell::new(), referring: OnceCell::new(), taken: OnceCell::new() }
    }

    /// The layout of a text that was encoded in a blob: its own format is not known.
    pub(super) fn unknown(blob: &'b Blob<'b>) -> Self {
        Self { blob, config: false, read: OnceCell::from(Ok(None)), referring: OnceCell::new(), taken: OnceCell::new() }
    }

    /// The structure; none for a window of a file that is cut anywhere, and where no reader fits.
    pub(super) fn structure(&self) -> Option<&Structure> {
        let blob = self.blob;
        let whole = blob.core == (0..blob.bytes.len());
        let read = || if whole { structure::read(&blob.origin.path.text, blob.bytes) } else { Ok(None) };
        self.read.get_or_init(read).as_ref().ok().and_then(Option::as_ref)
    }

    /// Whether the file breaks the rules of its format, as far as it was asked.
    pub(super) fn is_broken(&self) -> bool {
        matches!(self.read.get(), Some(Err(Unread::Broken)))
    }

    /// The name that the value at `at` is assigned to, as written.
    pub(super) fn name_at(&self, vocabulary: &Vocabulary<'_>, at: usize) -> Option<String> {
        let textual = name_before(self.blob.bytes, at);
        let Some(structure) = self.structure() else { return textual };
        let spot = structure.find(at);
        // A name with a key in it is none.
        let sound = |_: &_| spot.name.len() <= LONGEST_NAME && !looks_like_key(spot.name.as_bytes());
        let Some(value) = spot.value.filter(sound) else { return textual };
        // The address that another one stands for is no name.
        let name = match is_holder(spot.name.as_bytes()) || spot.name.contains("://") {
            // `"OpenAIBaseUrl": {"Default": …}`, unless the name stands beside it as a value of its own.
            true if spot.name.contains("://") || textual.as_deref().is_none_or(|text| is_holder(text.as_bytes())) => {
                structure.around(spot.home.scope).next().map_or("", |(_, scope)| scope.name.as_str())
            }
            true => "",
            false => spot.name,
        };
        if name.is_empty() || is_scheme(name) {
            return textual;
        }
        let Some(text) = textual.filter(|text| !is_scheme(text)) else {
            let own = !self.is_argument(value.start) || vocabulary.classify(name).role.is_some();
            return own.then(|| name.to_owned());
        };
        // Inside a longer text the words right in front say more: an option of a command, a setting in a string.
        let before = &self.blob.bytes[value.start..at];
        let element = before.iter().rposition(|byte| matches!(byte, b',' | b';' | b'|')).map_or(0, |comma| comma + 1);
        let begins = before[element..].iter().all(|byte| !byte.is_ascii_alphanumeric());
        let written = crate::rules::normalise(&text).ends_with(&crate::rules::normalise(name));
        // An element of a list that is one value: the list's name is its own, whatever the element in front looks like.
        if element > 0 && begins && vocabulary.classify(name).role.is_some() {
            return Some(name.to_owned());
        }
        // The text tells a client where the structure only tells what the client calls its part, and what is called where
        // the structure tells to what the result is assigned.
        let telling = vocabulary.classify(&text).about == About::Llm;
        let called = self.is_argument(value.start) && vocabulary.classify(name).role.is_none();
        // `api_url: ${OPENAI_API_URL:https://…}`: a default holds for the setting that it stands in.
        if memchr::memmem::find(before, format!("${{{text}").as_bytes()).is_some() {
            return Some(name.to_owned());
        }
        if !begins || written || telling || called { Some(text) } else { Some(name.to_owned()) }
    }

    /// Whether a name for the value at `at` is known at `other`, too: the scope of the value lies around both.
    pub(super) fn is_seen(&self, at: usize, other: usize) -> bool {
        self.structure().is_none_or(|structure| {
            let home = structure.find(at).home.scope;
            structure.around(structure.find(other).home.scope).any(|(id, _)| id == home)
        })
    }

    /// Whether a structure is known that has no value at `at`.
    pub(super) fn has_no_value(&self, at: usize) -> bool {
        self.structure().is_some_and(|structure| structure.find(at).value.is_none())
    }

    /// Whether the value at `at` is an argument without a name.
    fn is_argument(&self, at: usize) -> bool {
        let before = &self.blob.bytes[at.saturating_sub(12)..at];
        let open =
            before.iter().rev().find(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'"' | b'\'' | b'`' | b'@'));
        open.is_some_and(|byte| matches!(byte, b'(' | b','))
    }

    /// What a name says at `at`: where it is neutral by itself, the names around it tell.
    pub(super) fn facts_at(&self, vocabulary: &Vocabulary<'_>, at: usize, name: &str) -> NameFacts {
        let facts = vocabulary.classify(name);
        if facts.about != About::Anything {
            return facts;
        }
        let Some(structure) = self.structure() else { return facts };
        let scope = structure.find(at).home.scope;
        // What a function or a class is called says little of an address in it; what calls it is told elsewhere.
        let tells = |scope: &&Scope| match scope.kind {
            ScopeKind::Section => self.config,
            ScopeKind::Call => false,
            _ => !scope.name.is_empty(),
        };
        let around = structure.around(scope).map(|(_, scope)| scope).filter(tells);
        vocabulary.under(facts, around.take(LEVELS).map(|scope| scope.name.as_str()))
    }

    /// Whether something of `evidence` belongs to the value at `at`: in the same map or call, or near it in the same unit.
    pub(super) fn lends(&self, evidence: &Evidence, at: usize, reach: usize) -> bool {
        if !evidence.near(at, reach.max(FAR)) {
            return false;
        }
        let Some(structure) = self.structure() else { return evidence.near(at, reach) };
        let home = structure.find(at).home.scope;
        evidence.around(at, reach.max(FAR)).any(|other| {
            let near = Evidence::is_near(other, at, reach);
            let shared = shared(structure, home, structure.find(other).home.scope);
            shared.is_some_and(|(_, scope)| match scope.kind {
                ScopeKind::File | ScopeKind::Section | ScopeKind::List => near,
                _ => true,
            })
        })
    }

    /// Whether a key of `keys` is held by the same thing as the value at `at`: the map or the call that either stands in
    /// itself, or a record around both.
    pub(super) fn holds_with(&self, keys: &Evidence, at: usize) -> bool {
        if !evidence_near(keys, at) {
            return false;
        }
        let Some(structure) = self.structure() else { return false };
        let home = structure.find(at).home.scope;
        keys.around(at, FAR).any(|key| {
            let key = structure.find(key).home.scope;
            shared(structure, home, key).is_some_and(|(id, scope)| {
                !matches!(scope.kind, ScopeKind::File | ScopeKind::Section | ScopeKind::List)
                    && (id == home || id == key || scope.unit)
            })
        })
    }

    /// Whether a key of `keys` stands right beside the value at `at`: in the same call, map or row.
    pub(super) fn shares(&self, keys: &Evidence, at: usize) -> bool {
        if !evidence_near(keys, at) {
            return false;
        }
        let Some(structure) = self.structure() else { return false };
        let home = structure.find(at).home.scope;
        let Some((_, scope)) = structure.around(home).next() else { return false };
        !matches!(scope.kind, ScopeKind::File | ScopeKind::Section)
            && keys.around(at, FAR).any(|key| {
                let key = structure.find(key).home.scope;
                shared(structure, home, key).is_some_and(|(id, _)| id == home)
            })
    }

    /// Whether the value at `at` has a name that a call takes together with a key of `keys`.
    pub(super) fn is_taken_with(&self, keys: &Evidence, at: usize, written: Option<&str>) -> bool {
        let Some(structure) = self.structure().filter(|_| !keys.is_empty()) else { return false };
        let spot = structure.find(at);
        let name = if spot.name.is_empty() { written.unwrap_or_default() } else { spot.name };
        let taken = self.taken.get_or_init(|| taken_with(structure, keys));
        let calls = taken.get(last_name(name)).into_iter().flatten().take(MOST_CALLS);
        calls.into_iter().any(|&call| structure.around(call).any(|(id, _)| id == spot.home.scope))
    }

    /// Whether a setting beside the value at `at`, in the same map, names the variable that holds its key.
    pub(super) fn refers_to_key(&self, at: usize) -> bool {
        let Some(structure) = self.structure() else { return false };
        let refer = || {
            let bytes = self.blob.bytes;
            let of_key = structure.values().filter(|(span, _, name)| {
                let name = crate::rules::normalise(name);
                let value = &bytes[span.clone()];
                (name.contains("key") || name.contains("token")) && (is_reference(value) || is_constant(value))
            });
            of_key.map(|(_, scope, _)| scope).filter(|scope| *scope != 0).collect()
        };
        self.referring.get_or_init(refer).contains(&structure.find(at).home.scope)
    }

    /// The scopes around the value at `at`, innermost first; none where no structure is known.
    pub(super) fn scopes_at(&self, at: usize) -> Vec<ScopeId> {
        let structure = self.structure();
        structure.map_or_else(Vec::new, |structure| {
            structure.around(structure.find(at).home.scope).map(|(id, _)| id).collect()
        })
    }

    /// Whether the value at `at` is an argument, or a property of an argument, of a call on an LLM client.
    pub(super) fn in_llm_call(&self, vocabulary: &Vocabulary<'_>, at: usize) -> bool {
        let called = |name: &str| vocabulary.classify(name).about == About::Llm;
        in_llm_call(vocabulary, self.blob.bytes, at) || self.calls(at).any(called)
    }

    /// Whether the value at `at` is an argument of a call that is no LLM client's.
    pub(super) fn in_other_call(&self, vocabulary: &Vocabulary<'_>, at: usize) -> bool {
        in_other_call(vocabulary, self.blob.bytes, at) && !self.in_llm_call(vocabulary, at)
    }

    /// The names of the calls around the value at `at`, innermost first.
    fn calls(&self, at: usize) -> impl Iterator<Item = &str> {
        let structure = self.structure();
        structure.into_iter().flat_map(move |structure| {
            let scopes = structure.around(structure.find(at).home.scope).map(|(_, scope)| scope).take(MOST_SCOPES);
            let inside = scopes.take_while(|scope| !matches!(scope.kind, ScopeKind::Section | ScopeKind::Service));
            inside.filter(|scope| scope.kind == ScopeKind::Call).map(|scope| scope.name.as_str())
        })
    }
}

fn evidence_near(evidence: &Evidence, at: usize) -> bool {
    evidence.around(at, FAR).next().is_some()
}

/// The names that calls take together with a key, each with these calls.
fn taken_with(structure: &Structure, keys: &Evidence) -> HashMap<String, Vec<ScopeId>> {
    // The call that something is an argument of, through the maps and lists in between.
    let call_of = |scope: ScopeId| {
        let around = structure.around(scope).take(MOST_SCOPES);
        let mut inside = around.take_while(|(_, scope)| !matches!(scope.kind, ScopeKind::File | ScopeKind::Section));
        inside.find(|(_, scope)| scope.kind == ScopeKind::Call).filter(|(_, call)| !only_shows(&call.name))
    };
    let mut homes: HashMap<&str, Vec<ScopeId>> = HashMap::new();
    let mut calls: HashSet<ScopeId> = HashSet::new();
    for key in keys.iter() {
        let spot = structure.find(key);
        calls.extend(call_of(spot.home.scope).map(|(id, _)| id));
        if !spot.name.is_empty() {
            homes.entry(last_name(spot.name)).or_default().push(spot.home.scope);
        }
    }
    let named = || {
        structure.uses().iter().filter_map(|one| match &one.used {
            Used::Name(name) => Some((one.scope, name.as_str())),
            _ => None,
        })
    };
    for (scope, name) in named() {
        let seen = homes.get(name).into_iter().flatten().take(MOST_CALLS);
        if seen.into_iter().any(|home| structure.around(scope).any(|(id, _)| id == *home)) {
            calls.extend(call_of(scope).map(|(id, _)| id));
        }
    }
    let mut taken: HashMap<String, Vec<ScopeId>> = HashMap::new();
    for (scope, name) in named() {
        if let Some((call, _)) = call_of(scope).filter(|(id, _)| calls.contains(id)) {
            taken.entry(name.to_owned()).or_default().push(call);
        }
    }
    taken
}

/// The last part of a dotted name.
fn last_name(name: &str) -> &str {
    str::from_utf8(last_part(name.as_bytes())).ok().and_then(|last| last.rsplit('.').next()).unwrap_or(name)
}

/// Whether a call shows its arguments, or hands them to another product.
fn only_shows(name: &str) -> bool {
    const CALLS: [&str; 14] = [
        "print", "println", "printf", "log", "info", "debug", "warn", "error", "echo", "puts", "assert", "dump",
        "expect", "format",
    ];
    CALLS.contains(&crate::rules::normalise(last_name(name)).as_str()) || is_other_product(name)
}

fn is_scheme(name: &str) -> bool {
    matches!(name, "http" | "https" | "ws" | "wss")
}

/// The innermost scope around two others; nothing where one of them stands for itself below that.
fn shared(structure: &Structure, one: ScopeId, other: ScopeId) -> Option<(ScopeId, &Scope)> {
    let around: HashSet<ScopeId> = structure.around(other).map(|(id, _)| id).collect();
    let shared = structure.around(one).find(|(id, _)| around.contains(id))?;
    let stands_apart = |from| structure.around(from).take_while(|(id, _)| *id != shared.0).any(|(_, scope)| scope.unit);
    (!stands_apart(one) && !stands_apart(other)).then_some(shared)
}
