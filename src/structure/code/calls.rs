//! Calls and assignments.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::ops::Range;

use crate::model::{ScopeId, ScopeKind};

use super::super::format::Language;
use super::frame::{Announced, Chain, Ending, Frame, Header, Role, Target};
use super::names;
use super::reader::Reader;
use super::token::{Kind, sign};

/// How far out a variable is looked for.
const FARTHEST: usize = 64;

/// How many arguments are compared with each other.
const MOST_COMPARED: usize = 64;

impl<'a> Reader<'a, '_> {
    /// A name with brackets behind it at `open`: a call, or the head of a function.
    pub(super) fn call(&mut self, first: usize, last: usize, open: usize) -> usize {
        let Some(close) = self.partner(open) else { return open + 1 };
        if self.declares(first, close) {
            let name = Some(self.tokens[last].span());
            let start = self.tokens[first].start as usize;
            self.top().entry.header = Some(Header { what: Announced::Function, name, start, scope: None });
            return open;
        }
        let header = self.top().entry.header.as_ref();
        if header.is_some_and(|header| header.what == Announced::Function && header.scope.is_none()) {
            return open;
        }
        let name = self.written(first, last);
        let chained = self.top().entry.chain.is_some();
        let part = chained || matches!(self.sign_at(first.wrapping_sub(1)), Some(b'.' | sign::SAFE));
        if names::is_lookup(&name) {
            // What is looked up counts as standing here.
            self.use_path_of_lookup(first, last);
            let next = self.push_plain(Role::Lookup, open, close);
            return next;
        }
        if self.language == Language::Php && name == "array" {
            return self.open_literal(open, close, Role::List);
        }
        if self.language == Language::Python && name == "dict" && !chained {
            return self.open_literal(open, close, Role::Map);
        }
        if self.language == Language::Rust && self.sign_at(first.wrapping_sub(1)) == Some(sign::DOTS) {
            // `..base.clone()`
            self.use_path(first, first);
        }
        if self.constructs(first, last, close) {
            self.assign_path(last, last, open);
        }
        let end = self.tokens[close].end as usize;
        let scope = self.open_call(first, last, &name, end);
        let single = close == open + 2 && self.kind_at(open + 1) == Some(Kind::Text);
        let top = self.top();
        let assigned = top.entry.name.clone().or_else(|| top.name.clone().filter(|_| !top.is_body()));
        if single && !part && top.is_body() && assigned.is_some() {
            // A string that is only wrapped stands for itself no more than a string does.
            if let Some(chain) = &mut top.entry.chain {
                chain.unit = false;
            }
        }
        let argument = !top.is_body();
        let mut frame = Frame::new(Role::Call, Ending::Bracket(close as u32), scope);
        if single {
            let setter = chained || self.path_is_method(first, last);
            let called = Some(self.bare(last)).filter(|_| setter || argument);
            frame.name = if setter { called } else { assigned.or(called) };
        }
        frame.named = names::is_setter(&name);
        let field = self.top().class && matches!(name.as_str(), "Field" | "field");
        if (names::declares(&name) || field) && self.top().is_body() {
            // A name and its value: an assignment in other words.
            if let Some(chain) = &mut self.top().entry.chain {
                chain.unit = false;
            }
        }
        self.push(frame, open)
    }

    /// Whether a variable is declared with what its object is made of: `Type name(…);` of C++.
    fn constructs(&mut self, first: usize, last: usize, close: usize) -> bool {
        let typed = self.kind_at(first.wrapping_sub(1)) == Some(Kind::Word)
            && !names::is_keyword(self.text_of(first - 1))
            && first == last;
        let ends = self.sign_at(close + 1) == Some(b';');
        self.language == Language::C && typed && ends && self.top().is_body() && self.top().entry.name.is_none()
    }

    fn path_is_method(&self, first: usize, last: usize) -> bool {
        let lower = self.text_of(last).first().is_some_and(u8::is_ascii_lowercase);
        last > first && lower && self.sign_at(last - 1) != Some(sign::PATH)
    }

    /// Opens the scope of a call: a chain of its own, or one more call of the chain.
    pub(super) fn open_call(&mut self, first: usize, last: usize, name: &str, end: usize) -> ScopeId {
        let start = self.tokens[first].start as usize;
        if let Some(chain) = self.top().entry.chain {
            let name = self.string(self.tokens[last].span());
            return self.tree.open(chain.scope, ScopeKind::Call, &name, start..end);
        }
        let receiver = self.receiver(first, last);
        let parent = receiver.unwrap_or_else(|| self.target());
        let scope = self.tree.open(parent, ScopeKind::Call, name, start..end);
        let top = self.top();
        let assigned = match &top.entry.target {
            Some(Target::Variable(body, name)) if receiver.is_none() => Some((*body, name.clone())),
            _ => None,
        };
        let listed = top.role == Role::List;
        let inside = top.inside;
        // `"text".method()`, `getenv("X").or("text")`
        let behind_text = matches!(self.sign_at(first.wrapping_sub(1)), Some(b'.' | sign::SAFE | sign::PATH))
            && matches!(self.kind_at(first.wrapping_sub(2)), Some(Kind::Text | Kind::Sign(b')')));
        let unit = (!inside || listed) && receiver.is_none() && !behind_text;
        let top = self.top();
        top.entry.chain = Some(Chain { scope, unit, busy: false, receiver });
        if let Some((body, name)) = assigned {
            self.variables.insert((body, &self.bytes[name]), Some(scope));
        }
        if self.top().inside && !self.top().is_body() && !listed {
            self.compare(name, scope);
        }
        scope
    }

    /// Arguments that call the same function stand for themselves each.
    fn compare(&mut self, name: &str, scope: ScopeId) {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        let hash = hasher.finish();
        let top = self.top();
        if top.calls.len() >= MOST_COMPARED {
            return;
        }
        let twins: Vec<ScopeId> =
            top.calls.iter().filter(|(known, _)| *known == hash).map(|(_, scope)| *scope).collect();
        top.calls.push((hash, scope));
        if !twins.is_empty() {
            if let Some(chain) = &mut top.entry.chain {
                chain.unit = true;
            }
            for twin in twins {
                self.tree.set_unit(twin, true);
            }
        }
    }

    /// What a variable is made of, if the call at the beginning of a statement is one of its methods.
    fn receiver(&mut self, first: usize, last: usize) -> Option<ScopeId> {
        if !self.top().is_body() || self.top().entry.target.is_some() || self.top().entry.start != first {
            return None;
        }
        let parts = self.parts(first, last);
        if self.text_of(last).ends_with(b"setopt")
            && self.kind_at(last + 2) == Some(Kind::Word)
            && self.sign_at(last + 3) == Some(b',')
        {
            // The handle comes first: `curl_setopt($handle, …)`.
            let handle = self.bare(last + 2);
            let here = self.top().scope;
            let body = self.body_of(&handle).unwrap_or(here);
            let name = self.string(handle);
            return Some(self.tree.child(body, &name));
        }
        let own = matches!(self.bytes.get(parts.first()?.clone())?, b"self" | b"this");
        let owner = if own && parts.len() > 2 {
            &parts[1]
        } else if parts.len() > 1 && !own {
            &parts[0]
        } else {
            return None;
        };
        let body = self.body_of(owner)?;
        if let Some(call) = self.variables[&(body, &self.bytes[owner.clone()])] {
            self.tree.set_unit(call, false);
        }
        let name = self.string(owner.clone());
        Some(self.tree.child(body, &name))
    }

    /// The body in which a variable was first assigned to.
    pub(super) fn body_of(&self, name: &Range<usize>) -> Option<ScopeId> {
        let name = &self.bytes[name.clone()];
        let around = self.frames.iter().rev().take(FARTHEST).chain(self.frames.first());
        around
            .filter(|frame| frame.is_body())
            .map(|frame| frame.scope)
            .find(|&body| self.variables.contains_key(&(body, name)))
    }

    /// The body of the class around, for fields.
    fn class_scope(&self) -> Option<ScopeId> {
        self.frames.iter().rev().take(FARTHEST).find(|frame| frame.class).map(|frame| frame.scope)
    }

    /// Whether a name with brackets is the head of a function, although no keyword says so.
    fn declares(&mut self, first: usize, close: usize) -> bool {
        use Language::{C, CSharp, Dart, Java, JavaScript};
        if !matches!(self.language, C | CSharp | Dart | Java | JavaScript) {
            return false;
        }
        let top = self.top();
        let (class, map) = (top.class, top.role == Role::Map);
        if top.entry.header.is_some()
            || top.entry.chain.is_some()
            || !(top.is_body() || map)
            || top.inside && top.is_body()
        {
            return false;
        }
        let before = first.checked_sub(1);
        let typed = match before.and_then(|before| self.kind_at(before)) {
            Some(Kind::Word) => {
                let word = before.map_or(&b""[..], |before| self.text_of(before));
                !matches!(word, b"new" | b"return" | b"await" | b"throw" | b"else" | b"in" | b"yield" | b"case")
            }
            Some(Kind::Sign(b'>' | b']' | b'*' | b'&' | b'?')) => true,
            _ => false,
        };
        let alone = self.top().entry.start == first
            || before.is_some_and(|before| matches!(self.sign_at(before), Some(b')' | b'}' | b';')));
        match self.kind_at(close + 1) {
            Some(Kind::Sign(b'{')) => typed || alone,
            Some(Kind::Sign(b':')) => match self.language {
                JavaScript => class || (map && (alone || typed)),
                C => typed || alone,
                _ => false,
            },
            Some(Kind::Sign(sign::FAT)) => typed && self.language != JavaScript,
            Some(Kind::Word) => {
                typed
                    && matches!(
                        self.text_of(close + 1),
                        b"throws" | b"const" | b"override" | b"noexcept" | b"async" | b"where"
                    )
            }
            _ => false,
        }
    }

    /// `name = …` and `a.b = …` at the beginning of a statement.
    pub(super) fn assign_path(&mut self, first: usize, last: usize, equals: usize) {
        // `name: type = value`, `name, error = value`
        let top = self.top();
        let (first, last) = top.entry.declared.or(top.entry.first).unwrap_or((first, last));
        if top.entry.header.as_ref().is_some_and(|header| header.what == Announced::Class) {
            top.entry.header = None;
        }
        let parts = self.parts(first, last);
        let field = self.text_of(first).starts_with(b"@");
        self.assign(&parts, field, equals);
    }

    /// An assignment to a name in parts; `equals` is the mark.
    pub(super) fn assign(&mut self, parts: &[Range<usize>], field: bool, equals: usize) {
        if self.top().entry.name.is_some() || parts.is_empty() {
            return;
        }
        let text = |part: &Range<usize>| &self.bytes[part.clone()];
        let own = field || (parts.len() > 1 && matches!(text(&parts[0]), b"self" | b"this"));
        let mut parts = if own && !field { &parts[1..] } else { parts };
        let environment = parts.len() > 1
            && (matches!(text(&parts[0]), b"module" | b"exports")
                || parts[..parts.len() - 1]
                    .iter()
                    .any(|part| matches!(text(part), b"environ" | b"env" | b"ENV" | b"_ENV")));
        if environment {
            parts = &parts[parts.len() - 1..];
        }
        let here = self.top().scope;
        let home = if own { self.class_scope().unwrap_or(here) } else { here };
        let (name, owners) = parts.split_last().expect("checked above");
        if let Some((owner, between)) = owners.split_first() {
            let body = self.body_of(owner).unwrap_or(home);
            let owner_name = self.string(owner.clone());
            let mut scope = self.tree.child(body, &owner_name);
            let call = self.variables.entry((body, &self.bytes[owner.clone()])).or_insert(None);
            if let Some(call) = *call {
                // What is made by a call and then changed is one thing.
                self.tree.set_unit(call, false);
                self.tree.set_unit(scope, true);
                if let Some(chain) = &mut self.top().entry.chain {
                    chain.unit &= chain.scope != call;
                }
            }
            for part in between {
                let part = self.string(part.clone());
                scope = self.tree.child(scope, &part);
            }
            let literal = matches!(self.sign_at(equals + 1), Some(b'{' | b'['));
            let single = self.kind_at(equals + 1) == Some(Kind::Text)
                && (self.sign_at(equals + 2) != Some(b'+')
                    || self.tokens.get(equals + 2).is_some_and(|next| next.newline));
            if !literal && !single {
                let start = self.tokens[equals].end as usize;
                let part = self.string(name.clone());
                scope = self.tree.open(scope, ScopeKind::Map, &part, start..start);
                self.top().entry.ends = Some(scope);
            }
            let entry = &mut self.top().entry;
            entry.values = Some(scope);
            entry.target = Some(Target::Scope(scope));
        } else {
            self.variables.entry((home, &self.bytes[name.clone()])).or_insert(None);
            let entry = &mut self.top().entry;
            entry.values = Some(home);
            entry.target = Some(Target::Variable(home, name.clone()));
        }
        self.top().entry.name = Some(name.clone());
    }

    /// Whether the head of a function stands in front that may be followed by its value: `fun name() = value`.
    pub(super) fn is_function_of_value(&mut self) -> bool {
        let kotlin = self.language == Language::Kotlin;
        let header = self.top().entry.header.as_ref();
        kotlin && header.is_some_and(|header| header.what == Announced::Function)
    }

    /// What follows is the value of the function whose head stands in front.
    fn open_value_of_function(&mut self) {
        let Some(header) = self.top().entry.header.take() else { return };
        let scope = self.section(&header);
        self.mark_busy();
        let entry = &mut self.top().entry;
        entry.values = Some(scope);
        entry.target = Some(Target::Scope(scope));
        entry.ends = Some(scope);
    }

    /// The mark of an assignment: names that were not followed by it at once.
    pub(super) fn equals(&mut self, at: usize) {
        if !self.top().is_body() {
            return;
        }
        if self.opens_offside(at) {
            return self.open_indented(at);
        }
        if self.is_function_of_value() && self.sign_at(at + 1) != Some(b'{') {
            return self.open_value_of_function();
        }
        let top = self.top();
        let before = top.entry.declared.or(top.entry.first);
        if let Some((first, last)) = before
            && top.entry.name.is_none()
        {
            self.assign_path(first, last, at);
        }
    }
}
