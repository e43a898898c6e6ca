//! What brackets hold: the body of a function, a map, a list, what sets up an object.

use crate::model::ScopeKind;

use super::super::format::Language;
use super::frame::{Announced, Chain, Ending, Frame, Header, Role, Target};
use super::names;
use super::reader::Reader;
use super::token::{Kind, sign};

impl Reader<'_, '_> {
    /// `(` that calls nothing: parameters, or brackets around something.
    pub(super) fn parenthesis(&mut self, at: usize) -> usize {
        let Some(close) = self.partner(at) else { return at + 1 };
        if let Some(header) = self.top().entry.header.clone()
            && (header.what == Announced::Function || self.has_constructor(&header))
            && header.scope.is_none()
        {
            let scope = self.section(&header);
            self.tree.close(scope, self.tokens[close].end as usize);
            if let Some(header) = &mut self.top().entry.header {
                header.scope = Some(scope);
            }
            let mut frame = Frame::new(Role::Group, Ending::Bracket(close as u32), scope);
            frame.params = true;
            return self.push(frame, at);
        }
        if let Some(chain) = self.top().entry.chain {
            // What a call gives is called itself.
            let span = self.tokens[at].start as usize..self.tokens[close].end as usize;
            let scope = self.tree.open(chain.scope, ScopeKind::Call, "", span);
            return self.push(Frame::new(Role::Call, Ending::Bracket(close as u32), scope), at);
        }
        let perl = self.dialect == Language::Perl && matches!(self.sign_at(at.wrapping_sub(1)), Some(b'='));
        let top = self.top();
        if perl || top.role == Role::List && top.entry.start == at {
            return self.open_literal(at, close, Role::List);
        }
        let arrow = self.sign_at(close + 1) == Some(sign::FAT);
        if arrow && self.sign_at(close + 2) == Some(b'{') && self.top().entry.header.is_none() {
            let start = self.tokens[at].start as usize;
            let top = self.top();
            let name = top.entry.name.clone().filter(|_| top.entry.target.is_some() || !top.is_body());
            top.entry.header = Some(Header { what: Announced::Function, name, start, scope: None });
            return self.parenthesis(at);
        }
        let next = self.push_plain(Role::Group, at, close);
        if arrow && next == at + 1 {
            let top = self.top();
            top.params = true;
            top.name = None;
        }
        next
    }

    /// Whether the brackets behind the name of a class declare its fields.
    fn has_constructor(&self, header: &Header) -> bool {
        use Language::{CSharp, Java, Kotlin};
        header.what == Announced::Class && matches!(self.language, Kotlin | Java | CSharp)
    }

    /// `[`: an index, or a list.
    pub(super) fn bracket(&mut self, at: usize) -> usize {
        use Language::{C, CSharp, JavaScript, Lua, Php, Rust};
        let Some(close) = self.partner(at) else { return at + 1 };
        if close == at + 1 {
            return close + 1;
        }
        let before = at.checked_sub(1).filter(|_| !self.tokens[at].newline);
        let index = before.is_some_and(|before| match self.kind_at(before) {
            Some(Kind::Word) => !names::is_keyword(self.text_of(before)),
            Some(Kind::Text | Kind::Sign(b')' | b']')) => true,
            Some(Kind::Sign(b'#')) => matches!(self.language, Rust | Php),
            _ => false,
        });
        let first = self.top().entry.start == at;
        if self.language == Lua && first && self.top().role == Role::Map {
            if self.kind_at(at + 1) == Some(Kind::Text) && close == at + 2 {
                self.top().entry.name = Some(self.tokens[at + 1].content());
            }
            return close + 1;
        }
        let computed = self.language == JavaScript && first && self.top().role == Role::Map;
        let attribute = self.language == CSharp && first && self.top().is_body();
        if index || computed || attribute || self.top().params {
            return self.push_plain(Role::Group, at, close);
        }
        if self.language == C {
            let span = self.tokens[at].end as usize;
            let name =
                if self.kind_at(at + 1) == Some(Kind::Word) { self.written(at + 1, at + 1) } else { String::new() };
            let scope = self.open_call(at, at, &name, span);
            self.tree.close(scope, self.tokens[close].end as usize);
            // A message with nothing but a string wraps it: `[NSURL URLWithString:@"…"]`.
            let wraps = close == at + 5 && self.kind_at(at + 4) == Some(Kind::Text);
            let assigned = self.top().entry.name.is_some();
            if let Some(chain) = self.top().entry.chain.as_mut().filter(|_| wraps && assigned) {
                chain.unit = false;
            }
            return self.push(Frame::new(Role::Call, Ending::Bracket(close as u32), scope), at);
        }
        self.open_literal(at, close, Role::List)
    }

    /// Opens the scope of a map or a list.
    pub(super) fn open_literal(&mut self, at: usize, close: usize, role: Role) -> usize {
        let span = self.tokens[at].start as usize..self.tokens[close].end as usize;
        let assigned = matches!(self.sign_at(at.wrapping_sub(1)), Some(b'='));
        let go = self.language == Language::Go && self.top().entry.chain.is_none();
        let top = self.top();
        let (inside, element, scope) = (top.inside, top.role == Role::List, top.scope);
        let name = top.entry.name.clone().or_else(|| top.name.clone().filter(|_| !top.is_body() && !element));
        let variable = match &top.entry.target {
            Some(Target::Variable(body, _)) if assigned || go => Some(*body),
            _ => None,
        };
        let kind = match role {
            _ if element => ScopeKind::Item,
            Role::List => ScopeKind::List,
            _ => ScopeKind::Map,
        };
        let parent = if element { scope } else { variable.unwrap_or_else(|| self.target()) };
        let name = name
            .filter(|_| !element && (variable.is_some() || !self.top().is_body() || self.top().entry.ends.is_none()));
        let text = name.map_or(String::new(), |name| self.string(name));
        let opened = self.tree.open(parent, kind, &text, span);
        if variable.is_some() && opened != parent {
            self.tree.name_child(parent, opened);
        }
        // `env_production: {…}` of a process manager.
        let lower = text.to_ascii_lowercase();
        if opened != parent
            && lower.starts_with("env_")
            && let Some(environment) = super::super::names::environment("", &lower)
        {
            self.tree.set_environment(opened, environment);
        }
        let mut frame = Frame::new(role, Ending::Bracket(close as u32), opened);
        frame.inside = inside && !element;
        self.push(frame, at)
    }

    /// `{`: decided by what stands in front.
    pub(super) fn brace(&mut self, at: usize) -> usize {
        use Language::{C, CSharp, Dart, Go, Java, JavaScript, Kotlin, Lua, Php, Python, Ruby, Swift};
        let Some(close) = self.partner(at) else { return at + 1 };
        if self.top().params && matches!(self.sign_at(at.wrapping_sub(1)), Some(b'(' | b',')) {
            let next = self.push_plain(Role::Group, at, close);
            self.top().params = true;
            return next;
        }
        let before = at.checked_sub(1).and_then(|before| self.kind_at(before));
        let typed = before == Some(Kind::Sign(b':')) && self.language == JavaScript;
        if self.top().entry.header.is_some() && !typed {
            return self.open_body(at, close);
        }
        if let Some(chain) = self.top().entry.chain {
            match self.language {
                Kotlin | Swift | Ruby => return self.closure(at, close, chain),
                Java if !self.is_constructed() => return self.closure(at, close, chain),
                CSharp => return self.initialiser(at, close, chain.scope),
                Java => return self.open_body(at, close),
                _ => self.finish_chain(at),
            }
        }
        let types = matches!(before, Some(Kind::Sign(b'>' | b']')));
        let named = before == Some(Kind::Word) && self.path.1 + 1 == at
            || (before == Some(Kind::Sign(b'>')) && self.path.1 + 40 > at && self.path.1 > 0);
        if named && let Some(next) = self.named_brace(at, close) {
            return next;
        }
        if self.language == Go && types {
            return self.open_literal(at, close, Role::Map);
        }
        let value = match before {
            Some(Kind::Sign(sign::FAT)) => matches!(self.language, Ruby | Php),
            Some(Kind::Sign(b')' | b'}' | b';' | sign::THIN)) | None => false,
            Some(Kind::Sign(b'{')) => !self.top().is_body(),
            Some(Kind::Sign(b']')) => matches!(self.language, Java | CSharp | C),
            Some(Kind::Sign(b':')) => !(self.top().is_body() && self.top().entry.start == at),
            Some(Kind::Sign(_)) => true,
            Some(Kind::Word) => matches!(
                self.text_of(at - 1),
                b"return" | b"yield" | b"default" | b"await" | b"const" | b"new" | b"in" | b"not" | b"and" | b"or"
            ),
            Some(_) => false,
        };
        let maps = matches!(self.language, Python | JavaScript | Go | Lua | Ruby | C | CSharp | Java | Dart | Php);
        let maps = maps && self.dialect != Language::R;
        let keyed = self.kind_at(at + 1) == Some(Kind::Text) && self.sign_at(at + 2) == Some(b':');
        if keyed || self.language == Python || self.language == Lua || (value && maps) {
            return self.open_literal(at, close, Role::Map);
        }
        self.open_body(at, close)
    }

    /// `Name {`: a literal of a structure, what sets up an object, or the body of something.
    fn named_brace(&mut self, at: usize, close: usize) -> Option<usize> {
        use Language::{C, CSharp, Go, Java, Kotlin, Lua, Ruby, Rust, Swift};
        let (first, last) = self.path;
        let word = self.text_of(last);
        let end = self.tokens[close].end as usize;
        let top = self.top();
        let called = top.entry.start == first || !top.is_body() || top.entry.name.is_some();
        let capital = word.first().is_some_and(u8::is_ascii_uppercase);
        match self.language {
            Go => {
                let brackets = self.sign_at(first.wrapping_sub(1)) == Some(b']');
                if brackets {
                    let open = self.partner(first - 1)?;
                    let map = open > 0 && self.text_of(open - 1) == b"map";
                    return Some(self.open_literal(at, close, if map { Role::Map } else { Role::List }));
                }
            }
            CSharp if matches!(self.text_of(at + 1), b"get" | b"set" | b"init") => {
                self.top().entry.declared = Some((last, last));
                return Some(close + 1);
            }
            C if self.sign_at(first.wrapping_sub(1)) == Some(b')') => return None,
            _ if self.dialect == Language::Elixir => {}
            Lua | C => {}
            Rust if capital => {}
            CSharp if self.is_constructed() => {}
            Swift | Kotlin | Ruby | Java if called => {
                if names::is_keyword(word) {
                    return None;
                }
                let name = self.written(first, last);
                self.open_call(first, last, &name, end);
                let chain = self.top().entry.chain?;
                return Some(self.closure(at, close, chain));
            }
            _ => return None,
        }
        let name = self.written(first, last);
        let scope = self.open_call(first, last, &name, end);
        Some(self.initialiser(at, close, scope))
    }

    /// Whether `new` stands in front of the last name.
    fn is_constructed(&self) -> bool {
        self.path.0 > 0 && self.text_of(self.path.0 - 1) == b"new"
    }

    /// The fields of an object that is being made: they belong to its call.
    fn initialiser(&mut self, at: usize, close: usize, scope: usize) -> usize {
        let end = self.tokens[close].end as usize;
        self.tree.close(scope, end);
        let mut frame = Frame::new(Role::Map, Ending::Bracket(close as u32), scope);
        frame.inside = true;
        self.push(frame, at)
    }

    /// A closure behind a call: what sets up the object belongs to the call, anything else is a body.
    fn closure(&mut self, at: usize, close: usize, chain: Chain) -> usize {
        let simple = match self.language {
            Language::Ruby => self.configures(at) || self.sign_at(at + 1) != Some(b'|'),
            _ => self.statements.get(close) == self.statements.get(at),
        };
        if !simple {
            return self.open_body(at, close);
        }
        self.tree.close(chain.scope, self.tokens[close].end as usize);
        let mut frame = Frame::new(Role::Body, Ending::Bracket(close as u32), chain.scope);
        frame.inside = true;
        frame.name = self.top().entry.name.clone();
        self.push(frame, at)
    }

    /// The body of a function, a class, a branch.
    fn open_body(&mut self, at: usize, close: usize) -> usize {
        let start = self.tokens[at].start as usize;
        let header = self.top().entry.header.clone();
        let arrow = matches!(self.sign_at(at.wrapping_sub(1)), Some(sign::FAT)) && !self.top().is_body();
        let header = header.unwrap_or_else(|| {
            let name = self.top().entry.name.clone().filter(|_| self.top().entry.target.is_some() || arrow);
            Header { what: Announced::Control, name, start, scope: None }
        });
        let scope = self.section(&header);
        self.tree.close(scope, self.tokens[close].end as usize);
        if header.what != Announced::Control || self.top().inside || self.top().entry.chain.is_some() {
            self.mark_busy();
            if let Some(chain) = &mut self.top().entry.chain {
                chain.busy = true;
            }
        }
        let mut frame = Frame::new(Role::Body, Ending::Bracket(close as u32), scope);
        frame.class = header.what == Announced::Class;
        frame.arms = self.has_arms(header.what);
        self.push(frame, at)
    }
}
