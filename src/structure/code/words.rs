//! Names: of what is called, assigned to, used; and keywords.

use std::ops::Range;

use crate::model::{ScopeKind, Used};

use super::super::format::Language;
use super::frame::{Announced, Ending, Frame, Header, Role};
use super::names;
use super::reader::Reader;
use super::token::{Kind, sign};

/// The most tokens between `<` and `>` of a call with types.
const LONGEST_TYPES: usize = 32;

impl Reader<'_, '_> {
    /// Takes the word at `at`, and says which token is next.
    pub(super) fn word(&mut self, at: usize) -> usize {
        use Language::{JavaScript, Lua, Python, Ruby};
        let word = self.text_of(at);
        self.path = (at, at);
        let block = match self.dialect {
            Ruby | Lua => self.block_word(at),
            Language::Elixir | Language::Julia | Language::Basic => self.block_word_of_dialect(at),
            Language::Ml | Language::Nim => self.offside_word(at),
            _ => None,
        };
        if let Some(next) = block {
            return next;
        }
        let next = self.sign_at(at + 1);
        let assigned = matches!(next, Some(b':' | b'=' | sign::FAT | b',' | b')'))
            && !(next == Some(b':') && self.language == Python && self.top().is_body());
        let member = matches!(self.sign_at(at.wrapping_sub(1)), Some(b'.' | sign::SAFE | sign::THIN | sign::PATH))
            || (matches!(next, Some(b'.' | sign::PATH)) && word != b"case");
        if !member && !self.tokens[at].marked {
            if matches!(word, b"case" | b"default") && self.is_case(at) {
                return at + 1;
            }
            if !assigned
                && let Some(what) = names::announced(self.language, word)
                && let Some(next) = self.announce(at, what)
            {
                return next;
            }
            if word == b"lambda" || (word == b"define" && self.sign_at(at.wrapping_sub(1)) == Some(b'#')) {
                self.top().entry.choice |= word == b"lambda";
                return if word == b"define" { self.define(at) } else { at + 1 };
            }
            let callable = next == Some(b'(') && !names::is_no_call(self.language, word);
            let property = assigned && !self.top().is_body();
            if names::is_keyword(word) && !callable && !property {
                let typed = matches!(next, Some(b'=' | b':')) && self.language != JavaScript;
                if !typed {
                    return at + 1;
                }
            }
        }
        let last = self.path_end(at);
        self.path = (at, last);
        if self.language == Ruby && self.text_of(last + 1) == b"do" && !self.top().arms && self.top().is_body() {
            let name = self.written(at, last);
            self.open_call(at, last, &name, self.tokens[last].end as usize);
            return last + 1;
        }
        if self.language == Language::Dart
            && self.sign_at(at.wrapping_sub(1)) == Some(sign::DOTS)
            && self.sign_at(last + 1) == Some(b'=')
        {
            // `..name = value` belongs to the object in front.
            let name = self.bare(last);
            let entry = &mut self.top().entry;
            entry.name = Some(name);
            entry.values = entry.chain.map(|chain| chain.scope).or(entry.values);
            return last + 2;
        }
        self.named_thing(at, last)
    }

    /// Decides by what follows a name.
    fn named_thing(&mut self, first: usize, last: usize) -> usize {
        let mut behind = self.behind_types(last + 1);
        if self.language == Language::Rust
            && self.sign_at(behind) == Some(b'!')
            && matches!(self.sign_at(behind + 1), Some(b'(' | b'[' | b'{'))
        {
            behind += 1;
            if self.sign_at(behind) != Some(b'[') {
                return self.call(first, last, behind);
            }
        }
        let body = self.top().is_body();
        match self.sign_at(behind) {
            Some(b'(')
                if !self.tokens[behind].newline
                    || self.language == Language::C
                    || self.language == Language::CSharp =>
            {
                return self.call(first, last, behind);
            }
            // The type of a function that is its value.
            Some(b'=') if body && self.is_function_of_value() => {}
            Some(b'=') if body => self.assign_path(first, last, behind),
            Some(b'=') => self.name_entry(last),
            Some(b':') if body => {
                if self.top().entry.name.is_none() && !self.top().entry.case && self.top().entry.header.is_none() {
                    self.top().entry.declared = Some((first, last));
                }
            }
            Some(b':') if !self.top().entry.choice => {
                if self.language == Language::C && self.top().role == Role::Call {
                    self.top().entry.name = None;
                }
                self.name_entry(last);
            }
            Some(sign::FAT) if matches!(self.language, Language::Ruby | Language::Php) && !body => {
                self.name_entry(last)
            }
            Some(b'[') => return self.indexed(first, last, behind),
            Some(b'{') if self.dialect == Language::Perl => return self.indexed(first, last, behind),
            Some(sign::THIN) if self.dialect == Language::Perl && self.sign_at(behind + 1) == Some(b'{') => {
                return self.indexed(first, last, behind + 1);
            }
            Some(b'{') => return behind.max(last + 1),
            Some(b',') if body && self.top().entry.name.is_none() && self.top().entry.first.is_none() => {
                self.top().entry.first = Some((first, last));
            }
            _ => {
                if body && self.top().entry.start == first && self.is_command(last) {
                    return self.command(first, last);
                }
                self.use_path(first, last);
            }
        }
        last + 1
    }

    /// The last token of the name in parts that begins at `first`.
    pub(super) fn path_end(&self, first: usize) -> usize {
        let mut last = first;
        loop {
            let arrow = matches!(self.language, Language::Php | Language::C);
            let mut mark = last + 1;
            if self.sign_at(mark) == Some(b'!') && self.sign_at(mark + 1) == Some(b'.') {
                mark += 1;
            }
            let joins = match self.sign_at(mark) {
                Some(b'.' | sign::SAFE | sign::PATH) => true,
                Some(sign::THIN) => arrow,
                _ => false,
            };
            if !joins || self.kind_at(mark + 1) != Some(Kind::Word) {
                return last;
            }
            last = mark + 1;
        }
    }

    /// The token behind `<…>`, if a call or a literal follows there.
    fn behind_types(&self, at: usize) -> usize {
        let at = if self.sign_at(at) == Some(sign::PATH) { at + 1 } else { at };
        if self.sign_at(at) != Some(b'<') {
            return at;
        }
        let mut depth = 0;
        for index in at..at + LONGEST_TYPES {
            match self.kind_at(index) {
                Some(Kind::Sign(b'<')) => depth += 1,
                Some(Kind::Sign(b'>')) => {
                    depth -= 1;
                    if depth == 0 {
                        let opens = matches!(self.sign_at(index + 1), Some(b'(' | b'{'));
                        return if opens { index + 1 } else { at };
                    }
                }
                Some(Kind::Word | Kind::Sign(b',' | b'.' | b'?' | b'[' | b']' | b'&' | sign::PATH)) => {}
                _ => return at,
            }
        }
        at
    }

    /// A name as it is written, without blanks.
    pub(super) fn written(&self, first: usize, last: usize) -> String {
        let tokens = &self.tokens[first..=last.min(first + 30)];
        let mut text = String::new();
        for token in tokens.iter().filter(|token| token.kind != Kind::Sign(b'!')) {
            text.push_str(&String::from_utf8_lossy(&self.bytes[token.span()]));
        }
        text.trim_start_matches(['$', '@', '\\']).to_owned()
    }

    /// The words of a name in parts.
    pub(super) fn parts(&self, first: usize, last: usize) -> Vec<Range<usize>> {
        let words = (first..=last).filter(|&index| self.kind_at(index) == Some(Kind::Word)).take(20);
        words.map(|index| self.bare(index)).collect()
    }

    /// The bytes of a word without the mark of a variable.
    pub(super) fn bare(&self, at: usize) -> Range<usize> {
        let span = self.tokens[at].span();
        let marks = self.bytes[span.clone()].iter().take_while(|byte| matches!(byte, b'$' | b'@')).count();
        if marks == span.len() { span } else { span.start + marks..span.end }
    }

    /// Names what the entry assigns to, unless it has a name.
    pub(super) fn name_entry(&mut self, at: usize) {
        let name = self.bare(at);
        // `api_key=load()`: it has a key, wherever that comes from. A bare name may be one of this file's.
        let called = self.kind_at(at + 2) == Some(Kind::Word)
            && matches!(self.sign_at(at + 3), Some(b'(' | b'.' | b'[' | sign::SAFE | sign::PATH));
        if called && names::is_key(&self.bytes[name.clone()]) && !self.top().is_body() {
            let scope = self.top().scope;
            self.tree.uses(scope, Used::Key);
        }
        let top = self.top();
        if top.entry.name.is_none() {
            top.entry.name = Some(name);
            if top.role == Role::List && top.ending != Ending::Statement {
                top.role = Role::Map;
                let scope = top.scope;
                let list = self.tree.scopes()[scope].kind == ScopeKind::List;
                if list {
                    self.tree.set_kind(scope, ScopeKind::Map);
                }
            }
        }
    }

    /// Takes the head of a function, a class, a loop.
    fn announce(&mut self, at: usize, what: Announced) -> Option<usize> {
        use Language::{Go, Python, Ruby, Rust};
        let start = self.tokens[at].start as usize;
        if matches!(self.language, Ruby) {
            return None;
        }
        let first = self.top().entry.start == at || (at > 0 && self.text_of(at - 1) == b"async");
        if self.language == Python && !(self.top().is_body() && first) {
            return None;
        }
        let mut next = at + 1;
        while self.sign_at(next) == Some(b'*') || self.sign_at(next) == Some(b'&') {
            next += 1;
        }
        if self.language == Go && what == Announced::Function && self.sign_at(next) == Some(b'(') {
            let close = self.partner(next)?;
            if self.kind_at(close + 1) == Some(Kind::Word) && self.sign_at(close + 2) == Some(b'(') {
                next = close + 1;
            }
        }
        let named = self.kind_at(next) == Some(Kind::Word);
        let mut name = None;
        match what {
            Announced::Function | Announced::Class if named => {
                let last = self.path_end(next);
                name = Some(self.tokens[last].span());
                next = last + 1;
            }
            Announced::Class if self.sign_at(next) != Some(b'{') && self.language != Rust => return None,
            Announced::Function | Announced::Class => name = self.top().entry.name.clone(),
            Announced::Control | Announced::Choice => {}
        }
        if what == Announced::Function
            && self.text_of(at) != b"function"
            && self.text_of(at) != b"fn"
            && self.text_of(at) != b"func"
            && name.is_none()
        {
            name = Some(self.tokens[at].span());
        }
        let kept = self
            .top()
            .entry
            .header
            .as_ref()
            .is_some_and(|known| matches!(known.what, Announced::Function | Announced::Class));
        if !kept {
            self.top().entry.header = Some(Header { what, name, start, scope: None });
        }
        Some(next)
    }

    /// Whether `case` or `default` begins an arm here; the arm before it ends.
    fn is_case(&mut self, at: usize) -> bool {
        if matches!(self.language, Language::Python | Language::Ruby | Language::Lua | Language::Rust)
            || self.top().class
        {
            return false;
        }
        let before = at.checked_sub(1).and_then(|before| self.kind_at(before));
        let begins = self.top().entry.start == at
            || self.tokens[at].newline
            || matches!(before, Some(Kind::Sign(b';' | b'{' | b'}')));
        let arm = self.text_of(at) == b"case" || matches!(self.sign_at(at + 1), Some(b':' | sign::THIN | sign::FAT));
        if !begins || !arm || !self.top().is_body() {
            return false;
        }
        if self.top().ending == Ending::Case {
            self.pop(at);
        }
        self.end_entry(at);
        self.top().entry.case = true;
        true
    }

    /// `#define NAME "value"`.
    fn define(&mut self, at: usize) -> usize {
        if self.kind_at(at + 1) == Some(Kind::Word)
            && self.kind_at(at + 2) == Some(Kind::Text)
            && !self.tokens[at + 2].newline
        {
            let name = self.string(self.tokens[at + 1].span());
            let scope = self.top().scope;
            self.tree.value(self.bytes, scope, &name, self.tokens[at + 2].content());
            return at + 3;
        }
        at + 1
    }

    /// Whether arguments follow a name without brackets, as Ruby and Groovy allow.
    fn is_command(&self, last: usize) -> bool {
        let Some(next) = self.tokens.get(last + 1).filter(|next| !next.newline) else { return false };
        match (self.language, next.kind) {
            (Language::Ruby | Language::Java, Kind::Text) => true,
            (Language::Ruby, Kind::Word) => !matches!(
                self.text_of(last + 1),
                b"do" | b"if" | b"unless" | b"while" | b"until" | b"and" | b"or" | b"rescue" | b"then" | b"in" | b"end"
            ),
            (Language::Java, Kind::Word) => self.sign_at(last + 2) == Some(b':'),
            _ => false,
        }
    }

    /// A call without brackets: to the end of the statement.
    fn command(&mut self, first: usize, last: usize) -> usize {
        let name = self.written(first, last);
        let class = self.top().class;
        let scope = self.open_call(first, last, &name, self.tokens[last].end as usize);
        if let Some(chain) = self.top().entry.chain.as_mut().filter(|_| class) {
            // What is said of a class in its body belongs together.
            chain.unit = false;
        }
        let mut frame = Frame::new(Role::Call, Ending::Statement, scope);
        frame.named = names::is_setter(&name);
        self.push(frame, last)
    }
}
