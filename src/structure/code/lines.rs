//! Where statements and blocks end that have no brackets: lines, indentation, `end`, `case`.

use crate::model::ScopeKind;

use super::super::format::Language;
use super::frame::{Announced, Ending, Frame, Header, Role};
use super::names;
use super::reader::Reader;
use super::token::{Kind, sign};

impl Reader<'_, '_> {
    /// Takes note that a line begins with token `at`.
    pub(super) fn new_line(&mut self, at: usize) {
        use Language::{Go, Java, JavaScript, Kotlin, Lua, Python, Ruby, Swift};
        match self.language {
            Python => {
                let column = self.column(at);
                while matches!(self.top().ending, Ending::Indent(around) if around >= column) {
                    self.pop(at);
                }
            }
            JavaScript | Go | Kotlin | Swift | Java | Ruby | Lua => {
                if self.continues(at) || (self.dialect == Language::Basic && self.text_of(at.wrapping_sub(1)) == b"_") {
                    return;
                }
                while self.top().ending == Ending::Statement {
                    self.pop(at);
                }
            }
            _ => return,
        }
        if self.top().is_body() {
            self.end_entry(at);
        }
    }

    /// The number of bytes in front of token `at` in its line.
    pub(super) fn column(&self, at: usize) -> usize {
        let start = self.tokens[at].start as usize;
        self.bytes[..start].iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
    }

    /// Whether the statement of the line before goes on.
    fn continues(&mut self, at: usize) -> bool {
        let here = match self.kind_at(at) {
            Some(Kind::Sign(b'{')) => self.top().entry.header.is_some(),
            Some(Kind::Sign(sign)) => {
                matches!(
                    sign,
                    b'.' | b'+'
                        | b'?'
                        | b':'
                        | b'='
                        | b')'
                        | b']'
                        | b','
                        | b'&'
                        | sign::SAFE
                        | sign::EITHER
                        | sign::FAT
                        | sign::COMPARE
                ) || (sign == b'|' && self.language != Language::Ruby)
            }
            Some(Kind::Word) => matches!(self.text_of(at), b"throws" | b"extends" | b"implements" | b"where"),
            _ => false,
        };
        here || at.checked_sub(1).and_then(|before| self.sign_at(before)).is_some_and(|sign| {
            matches!(
                sign,
                b'=' | b','
                    | b'+'
                    | b'<'
                    | b'.'
                    | b'?'
                    | b':'
                    | b'&'
                    | b'-'
                    | sign::EITHER
                    | sign::FAT
                    | sign::THIN
                    | sign::SAFE
            ) || (sign == b'|' && self.language != Language::Ruby)
        })
    }

    /// Opens the body of Python behind the colon at `at`.
    pub(super) fn open_indented(&mut self, at: usize) {
        let Some(header) = self.top().entry.header.take() else { return };
        let first = self.top().entry.start;
        let column = self.column(first);
        let scope = self.section(&header);
        if header.what == Announced::Function {
            self.mark_busy();
        }
        let mut frame = Frame::new(Role::Body, Ending::Indent(column), scope);
        frame.class = header.what == Announced::Class;
        self.push(frame, at);
    }

    /// The scope that a header announces.
    pub(super) fn section(&mut self, header: &Header) -> usize {
        if let Some(scope) = header.scope {
            return scope;
        }
        let name = header.name.clone().map_or(String::new(), |name| self.string(name));
        let parent = self.top().scope;
        self.tree.open(parent, ScopeKind::Section, &name, header.start..header.start)
    }

    /// Opens the arm of a choice behind the mark at `at`.
    pub(super) fn open_case(&mut self, at: usize) {
        let start = self.tokens[at].end as usize;
        self.end_entry(at + 1);
        let parent = self.top().scope;
        let scope = self.tree.open(parent, ScopeKind::Section, "", start..start);
        self.push(Frame::new(Role::Body, Ending::Case, scope), at);
    }

    /// Takes the words that begin and end blocks in Ruby and Lua; says which token is next if it was one.
    pub(super) fn block_word(&mut self, at: usize) -> Option<usize> {
        let word = self.text_of(at);
        let lua = self.language == Language::Lua;
        if matches!(self.sign_at(at + 1), Some(b':' | b'.'))
            || matches!(self.sign_at(at.wrapping_sub(1)), Some(b'.'))
            || self.tokens[at].marked
        {
            return None;
        }
        match word {
            b"end" => self.end_word(at),
            b"until" if lua => self.end_word(at),
            b"else" | b"elsif" | b"elseif" | b"when" | b"rescue" | b"ensure" => {
                if word == b"rescue" && self.top().entry.start != at {
                    return None;
                }
                self.next_branch(at);
            }
            b"do" => return Some(self.open_do(at)),
            b"function" if lua => {
                let mut next = at + 1;
                let mut name = None;
                if self.kind_at(next) == Some(Kind::Word) {
                    let last = self.path_end(next);
                    name = Some(self.tokens[last].span());
                    next = last + 1;
                    if self.sign_at(next) == Some(b':') {
                        name = Some(self.tokens[next + 1].span());
                        next += 2;
                    }
                }
                let name = name.or_else(|| self.top().entry.name.clone());
                self.open_word(at, name, Announced::Function);
                return Some(next);
            }
            b"def" | b"class" | b"module" if !lua => {
                let mut next = at + 1;
                if self.kind_at(next) != Some(Kind::Word) {
                    self.open_word(at, None, Announced::Class);
                    return Some(next);
                }
                next = self.path_end(next);
                let name = self.tokens[next].span();
                let behind = self.partner(next + 1).filter(|_| self.sign_at(next + 1) == Some(b'('));
                let endless = word == b"def" && self.sign_at(behind.unwrap_or(next) + 1) == Some(b'=');
                if !endless {
                    let what = if word == b"def" { Announced::Function } else { Announced::Class };
                    self.open_word(at, Some(name), what);
                }
                return Some(next + 1);
            }
            b"if" | b"unless" | b"case" | b"begin" | b"while" | b"until" | b"for" | b"repeat" => {
                if word == b"repeat" && !lua {
                    return None;
                }
                let before = at.checked_sub(1).and_then(|before| self.sign_at(before));
                let first = self.top().entry.start == at || self.tokens[at].newline;
                if lua || first || before.is_some_and(|sign| !matches!(sign, b')' | b']' | b'}')) {
                    self.open_word(at, None, Announced::Control);
                    self.top().arms = matches!(word, b"while" | b"until" | b"for");
                }
            }
            _ => return None,
        }
        Some(at + 1)
    }

    pub(super) fn open_word(&mut self, at: usize, name: Option<std::ops::Range<usize>>, what: Announced) {
        if what == Announced::Function {
            self.mark_busy();
        }
        let header = Header { what, name, start: self.tokens[at].start as usize, scope: None };
        let scope = self.section(&header);
        let column = self.line_column(at);
        let mut frame = Frame::new(Role::Body, Ending::Word(column), scope);
        frame.class = what == Announced::Class;
        self.push(frame, at);
    }

    /// The column of the line of token `at`, as far as it begins a line; else further right than any `end`.
    fn line_column(&self, at: usize) -> usize {
        if self.tokens[at].newline { self.column(at) } else { 0 }
    }

    pub(super) fn end_word(&mut self, at: usize) {
        while self.top().ending == Ending::Statement {
            self.pop(at);
        }
        if self.tokens[at].newline {
            // Blocks further to the right were closed in a way that was not understood.
            let column = self.column(at);
            while matches!(self.top().ending, Ending::Word(around) if around > column) {
                self.pop(at);
            }
        }
        if matches!(self.top().ending, Ending::Word(_)) {
            self.pop(at + 1);
        }
    }

    pub(super) fn next_branch(&mut self, at: usize) {
        if !matches!(self.top().ending, Ending::Word(_)) || self.top().inside || self.frames.len() < 2 {
            return;
        }
        self.end_entry(at);
        let end = self.end_before(at);
        let old = self.top().scope;
        self.tree.close(old, end);
        let parent = self.frames[self.frames.len() - 2].scope;
        let start = self.tokens[at].start as usize;
        let scope = self.tree.open(parent, ScopeKind::Section, "", start..start);
        let top = self.top();
        top.scope = scope;
        top.target = super::frame::Target::Scope(scope);
        top.entry.start = at + 1;
    }

    /// A block behind `do`, which may be the one of a loop or belong to a call.
    pub(super) fn open_do(&mut self, at: usize) -> usize {
        if self.top().arms {
            self.top().arms = false;
            self.end_entry(at + 1);
            return at + 1;
        }
        // A call without brackets is over with its block.
        let top = self.top();
        let call = if top.ending == Ending::Statement && top.role == Role::Call {
            Some(top.scope)
        } else {
            top.entry.chain.map(|chain| chain.scope)
        };
        let column = self.column_of_line(at);
        match call {
            Some(call) if self.configures(at) => {
                let mut frame = Frame::new(Role::Body, Ending::Word(column), call);
                frame.inside = true;
                self.push(frame, at)
            }
            _ => {
                self.mark_busy();
                if call.is_some() && self.top().role == Role::Call {
                    self.top().busy = true;
                }
                let start = self.tokens[at].start as usize;
                let parent = call.unwrap_or(self.top().scope);
                let scope = self.tree.open(parent, ScopeKind::Section, "", start..start);
                let mut frame = Frame::new(Role::Body, Ending::Word(column), scope);
                frame.busy = call.is_some();
                self.push(frame, at)
            }
        }
    }

    fn column_of_line(&self, at: usize) -> usize {
        let first = (at.saturating_sub(40)..=at).rev().find(|&index| self.tokens[index].newline);
        first.map_or(0, |first| self.column(first))
    }

    /// Whether a block of Ruby is given something to set up: `configure do |config|`.
    pub(super) fn configures(&self, open: usize) -> bool {
        self.sign_at(open + 1) == Some(b'|') && names::is_configured(self.text_of(open + 2))
    }
}
