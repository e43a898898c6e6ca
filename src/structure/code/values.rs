//! Strings and names that stand for values.

use std::ops::Range;

use super::super::embedded;
use super::super::format::Language;
use super::frame::Role;
use super::names;
use super::reader::Reader;
use super::token::{Kind, sign};

impl Reader<'_, '_> {
    /// Takes the string at `at`, and says which token is next.
    pub(super) fn text(&mut self, at: usize) -> usize {
        let token = self.tokens[at];
        let content = token.content();
        let bytes = self.bytes;
        let next = self.sign_at(at + 1);
        let unnamed = self.top().entry.name.is_none();
        if !self.top().is_body() && unnamed && !self.top().entry.choice {
            let arrow =
                self.language == Language::Kotlin && (next == Some(sign::THIN) || self.text_of(at + 1) == b"to");
            if arrow || matches!(next, Some(b':' | sign::FAT)) {
                self.name_text(at);
                return at + 2;
            }
        }
        let name = self.top().entry.name.clone().or_else(|| self.top().name.clone().filter(|_| !self.top().is_body()));
        let role = self.top().role;
        let scope = self.top().entry.values.unwrap_or(self.top().scope);
        match (role, name) {
            (Role::Lookup, name) => {
                if self.top().index == 0 && unnamed && self.top().entry.start == at {
                    self.use_text(&bytes[content.clone()]);
                } else if let Some(name) = name {
                    let name = self.string(name);
                    self.tree.value(bytes, scope, &name, content.clone());
                }
            }
            (Role::List, _) if unnamed => {
                let index = self.top().index;
                let name = self.tree.scopes()[scope].name.clone();
                self.tree.element(bytes, scope, &name, index, content.clone());
            }
            (_, Some(name)) => {
                let name = self.string(name);
                if !embedded::read_settings(&name, bytes, content.clone(), scope, self.tree) {
                    self.tree.value(bytes, scope, &name, content.clone());
                }
            }
            (Role::Call, None)
                if self.top().named
                    && self.top().index == 0
                    && next == Some(b',')
                    && is_name(&bytes[content.clone()]) =>
            {
                self.top().name = Some(content.clone());
            }
            (Role::Call | Role::Map | Role::Group, None) => {
                let text = &bytes[content.clone()];
                if text.len() <= 80
                    && !text.is_empty()
                    && text.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_')
                {
                    self.use_text(text);
                }
            }
            _ => {}
        }
        if role == Role::Map && unnamed && matches!(next, Some(b',' | b'}')) {
            let index = self.top().index;
            let name = self.tree.scopes()[scope].name.clone();
            self.tree.element(bytes, scope, &name, index, token.content());
        }
        if token.marked && content.len() <= 4000 {
            let mut found: Vec<&str> = Vec::new();
            names::interpolated(self.language, &bytes[content], |path| found.push(path));
            for path in found {
                self.use_written(path);
            }
        }
        at + 1
    }

    /// A string that names what follows: `"key": value`.
    fn name_text(&mut self, at: usize) {
        self.name_entry(at);
        self.top().entry.name = Some(self.tokens[at].content());
    }

    /// A name in a string: `a.b`, `this->a`.
    fn use_written(&mut self, path: &str) {
        let mut parts = path.split(['.', '>', '-', '$', '@']).filter(|part| !part.is_empty());
        let first = parts.next().unwrap_or_default();
        let last = parts.next_back();
        let name = last.unwrap_or(first);
        if !names::is_keyword(name.as_bytes()) && !name.starts_with(|char: char| char.is_ascii_digit()) {
            self.use_name(name);
        }
    }

    fn use_text(&mut self, text: &[u8]) {
        if is_name(text)
            && let Ok(text) = str::from_utf8(text)
        {
            self.use_name(text);
        }
    }

    /// A name that stands for a value.
    pub(super) fn use_path(&mut self, first: usize, last: usize) {
        let top = self.top();
        if !(top.uses || top.entry.target.is_some()) {
            return;
        }
        // What belongs to the result of a call is no name of its own.
        if matches!(self.sign_at(first.wrapping_sub(1)), Some(b'.' | sign::SAFE)) {
            return;
        }
        let parts = self.parts(first, last);
        let Some(name) = parts.last() else { return };
        let name = self.string(name.clone());
        if names::is_keyword(name.as_bytes()) {
            return;
        }
        if let [owner, _] = &parts[..] {
            let owner = self.string(owner.clone());
            if !matches!(owner.as_str(), "self" | "this" | "cls") {
                self.use_name(&format!("{owner}.{name}"));
            }
            // Of a class of this file, nothing else is meant.
            if self.classes.contains(owner.as_bytes()) {
                return;
            }
        }
        self.use_name(&name);
    }

    /// `settings.key.get("x")`: nothing is used but what is looked up; `env.KEY.fetch()` uses `KEY`.
    pub(super) fn use_path_of_lookup(&mut self, first: usize, last: usize) {
        let parts = self.parts(first, last);
        for part in parts {
            let name = self.string(part);
            if name.len() > 3
                && name.contains('_')
                && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit())
            {
                self.use_name(&name);
            }
        }
    }

    /// A name with `[` behind it: an assignment to a part, a variable of the environment, or an index.
    pub(super) fn indexed(&mut self, first: usize, last: usize, open: usize) -> usize {
        let Some(close) = self.partner(open) else { return open + 1 };
        if self.language == Language::Go && self.text_of(first) == b"map" {
            return open;
        }
        let single = close == open + 2 && !self.tokens[open].newline;
        let key = match self.kind_at(open + 1) {
            Some(Kind::Text) if single => self.tokens[open + 1].content(),
            Some(Kind::Word) if single && (self.tokens[open + 1].marked || self.dialect == Language::Perl) => {
                self.tokens[open + 1].span()
            }
            _ => {
                self.use_path(first, last);
                return open;
            }
        };
        let mut parts = self.parts(first, last);
        parts.push(key.clone());
        // `name["a"]["b"] = …`
        let mut end = close;
        while let Some(next) = self.index_behind(end + 1).filter(|_| parts.len() < MOST_PARTS) {
            parts.push(next);
            end += 3;
        }
        if self.top().is_body() && self.sign_at(end + 1) == Some(b'=') && self.top().entry.name.is_none() {
            let field = self.text_of(first).starts_with(b"@");
            self.assign(&parts, field, end + 1);
            return end + 1;
        }
        self.use_text(&self.bytes[key]);
        close + 1
    }

    /// The text in the index that begins at `open`.
    fn index_behind(&self, open: usize) -> Option<Range<usize>> {
        let perl = self.dialect == Language::Perl && self.sign_at(open) == Some(b'{');
        let index = (perl || self.sign_at(open) == Some(b'[')) && self.partner(open) == Some(open + 2);
        match self.kind_at(open + 1) {
            Some(Kind::Text) if index => Some(self.tokens[open + 1].content()),
            Some(Kind::Word) if index && perl => Some(self.tokens[open + 1].span()),
            _ => None,
        }
    }
}

/// More parts are not expected in a name.
const MOST_PARTS: usize = 20;

/// Whether a text may be a name.
fn is_name(text: &[u8]) -> bool {
    (2..=80).contains(&text.len())
        && text.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
        && !text.iter().all(u8::is_ascii_digit)
}
