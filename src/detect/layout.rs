//! What the structure of a blob says of a place in it: the name of a value, what that name means under the names around
//! it, and what belongs to the same unit. Built when first asked; where none is known the textual reading stands alone.

use std::cell::OnceCell;

use crate::model::{Blob, ScopeId, ScopeKind};
use crate::structure::{self, Structure, Unread};

use super::assignment::name_before;
use super::name::is_holder;
use super::scope::{Evidence, in_llm_call, in_other_call};
use super::setting::{About, NameFacts, Vocabulary};

/// How many names around a setting say what it is about.
const LEVELS: usize = 3;

/// How far apart, in bytes, the parts of one map or call may stand.
const FAR: usize = 2500;

/// How many scopes around a value are looked at for a call.
const MOST_SCOPES: usize = 6;

/// A blob and, once somebody asks, what it is made of.
pub(super) struct Layout<'b> {
    blob: &'b Blob<'b>,
    read: OnceCell<Result<Option<Structure>, Unread>>,
}

impl<'b> Layout<'b> {
    pub(super) fn new(blob: &'b Blob<'b>) -> Self {
        Self { blob, read: OnceCell::new() }
    }

    /// The layout of a text that was encoded in a blob: its own format is not known.
    pub(super) fn unknown(blob: &'b Blob<'b>) -> Self {
        Self { blob, read: OnceCell::from(Ok(None)) }
    }

    /// The structure; none for a window of a file, and where no reader fits.
    pub(super) fn structure(&self) -> Option<&Structure> {
        let blob = self.blob;
        let whole = blob.offset == 0 && blob.core == (0..blob.bytes.len());
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
        let Some(value) = spot.value.filter(|_| !spot.name.is_empty() && !is_holder(spot.name.as_bytes())) else {
            return textual;
        };
        let Some(text) = textual else { return Some(spot.name.to_owned()) };
        // Inside a longer text the words right in front say more: an option of a command, a setting in a string.
        let begins = self.blob.bytes[value.start..at].iter().all(|byte| !byte.is_ascii_alphanumeric());
        let written = crate::rules::normalise(&text).ends_with(&crate::rules::normalise(spot.name));
        // The text tells a client where the structure only tells what the client calls its part.
        let telling = vocabulary.classify(&text).about == About::Llm;
        if !begins || written || telling { Some(text) } else { Some(spot.name.to_owned()) }
    }

    /// What a name says at `at`: where it is neutral by itself, the names around it tell.
    pub(super) fn facts_at(&self, vocabulary: &Vocabulary<'_>, at: usize, name: &str) -> NameFacts {
        let facts = vocabulary.classify(name);
        if facts.about != About::Anything {
            return facts;
        }
        let Some(structure) = self.structure() else { return facts };
        let scope = structure.find(at).home.scope;
        let around = structure.around(scope).map(|(_, scope)| scope).filter(|scope| !scope.name.is_empty());
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
            match common(structure, home, structure.find(other).home.scope) {
                None => false,
                Some(ScopeKind::File | ScopeKind::Section | ScopeKind::List) => near,
                Some(_) => true,
            }
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

/// What two scopes have in common, innermost; nothing where one of them stands for itself below that.
fn common(structure: &Structure, one: ScopeId, other: ScopeId) -> Option<ScopeKind> {
    let ids = |scope| structure.around(scope).map(|(id, _)| id);
    let shared = ids(one).find(|&id| ids(other).any(|other| other == id))?;
    let stands_apart = |from| structure.around(from).take_while(|(id, _)| *id != shared).any(|(_, scope)| scope.unit);
    if stands_apart(one) || stands_apart(other) {
        return None;
    }
    structure.around(shared).next().map(|(_, scope)| scope.kind)
}
