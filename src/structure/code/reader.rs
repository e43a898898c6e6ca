//! Puts scopes together from tokens: a stack of what is open, and one pass.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::model::{ScopeId, Used};

use super::super::format::Language;
use super::super::tree::{FILE, Tree};
use super::brackets::NONE;
use super::frame::{Announced, Ending, Entry, Frame, Role, Target};
use super::token::{Kind, Token, sign};

/// How many brackets are open at most; what lies deeper is passed over.
const DEEPEST: usize = 2000;

/// How many uses of one thing are kept.
const MOST_USES: usize = 40;

pub(super) struct Reader<'a, 't> {
    pub(super) language: Language,
    /// The language itself, where it is read as another.
    pub(super) dialect: Language,
    pub(super) bytes: &'a [u8],
    pub(super) tokens: &'a [Token],
    /// Of each bracket its partner.
    pub(super) pairs: &'a [u32],
    /// Of each token how many words that begin statements stand in front of it, where closures are told by that.
    pub(super) statements: &'a [u32],
    pub(super) tree: &'t mut Tree,
    pub(super) frames: Vec<Frame>,
    /// Variables by body and name, with the call that they were made by.
    pub(super) variables: HashMap<(ScopeId, &'a [u8]), Option<ScopeId>>,
    /// The names of classes and the like.
    pub(super) classes: HashSet<&'a [u8]>,
    /// The last name in parts: its first and its last token.
    pub(super) path: (usize, usize),
}

impl<'a> Reader<'a, '_> {
    /// Reads all tokens.
    pub(super) fn run(&mut self) {
        let mut at = 0;
        while at < self.tokens.len() {
            at = self.step(at).max(at + 1);
        }
        while self.frames.len() > 1 {
            self.pop(at);
        }
        self.end_entry(at);
    }

    /// Takes the token at `at`, with what belongs to it, and says which is next.
    fn step(&mut self, at: usize) -> usize {
        let token = self.tokens[at];
        if token.newline {
            self.new_line(at);
        }
        if self.top().entry.chain.is_some() && !self.goes_on(at) {
            self.finish_chain(at);
        }
        match token.kind {
            Kind::Word => self.word(at),
            Kind::Text => self.text(at),
            Kind::Number => at + 1,
            Kind::Sign(sign) => self.sign(at, sign),
        }
    }

    fn sign(&mut self, at: usize, sign: u8) -> usize {
        match sign {
            b'(' => return self.parenthesis(at),
            b'[' => return self.bracket(at),
            b'{' => return self.brace(at),
            b')' | b']' | b'}' => self.close(at),
            b',' => self.comma(at),
            b';' => self.semicolon(at),
            b':' => self.colon(at),
            b'=' => self.equals(at),
            b'?' => self.top().entry.choice |= !matches!(self.sign_at(at + 1), Some(b':' | b'.' | b')' | b',')),
            sign::FAT | sign::THIN => self.arrow(at),
            _ => {}
        }
        at + 1
    }

    /// The innermost stretch of code.
    pub(super) fn top(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the file stays open to the end")
    }

    /// The bytes of a token.
    pub(super) fn text_of(&self, at: usize) -> &'a [u8] {
        self.tokens.get(at).map_or(b"", |token| &self.bytes[token.span()])
    }

    pub(super) fn string(&self, span: Range<usize>) -> String {
        String::from_utf8_lossy(&self.bytes[span]).into_owned()
    }

    /// The mark at `at`, if it is one.
    pub(super) fn sign_at(&self, at: usize) -> Option<u8> {
        match self.tokens.get(at)?.kind {
            Kind::Sign(sign) => Some(sign),
            _ => None,
        }
    }

    pub(super) fn kind_at(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    /// The partner of the bracket at `at`.
    pub(super) fn partner(&self, at: usize) -> Option<usize> {
        self.pairs.get(at).filter(|pair| **pair != NONE).map(|pair| *pair as usize)
    }

    /// Where the token in front of `at` ends.
    pub(super) fn end_before(&self, at: usize) -> usize {
        at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |token| token.end as usize)
    }

    /// Opens a stretch up to the bracket `close`, and says which token is next: the one behind where it is too deep.
    pub(super) fn push(&mut self, mut frame: Frame, open: usize) -> usize {
        let close = match frame.ending {
            Ending::Bracket(close) => close as usize,
            _ => open,
        };
        if self.frames.len() >= DEEPEST {
            return close + 1;
        }
        frame.entry.start = open + 1;
        self.frames.push(frame);
        open + 1
    }

    /// Brackets without a scope: what is found in them belongs to what is around.
    pub(super) fn push_plain(&mut self, role: Role, open: usize, close: usize) -> usize {
        let top = self.top();
        let mut frame = Frame::new(role, Ending::Bracket(close as u32), top.entry.values.unwrap_or(top.scope));
        frame.target = top.entry.target.clone().unwrap_or_else(|| top.target.clone());
        frame.name = top.entry.name.clone().or_else(|| top.name.clone());
        frame.uses = top.uses || top.entry.target.is_some();
        frame.inside = top.inside;
        self.push(frame, open)
    }

    /// Ends the stretch of the bracket that closes at `at`.
    fn close(&mut self, at: usize) {
        if self.partner(at).is_none() {
            return;
        }
        while !matches!(self.top().ending, Ending::Bracket(_) | Ending::File) {
            self.pop(at);
        }
        if self.top().ending != Ending::Bracket(at as u32) {
            return;
        }
        let frame = self.pop(at);
        if frame.is_body() && !frame.inside {
            let start = self.top().entry.start;
            let arm = self.top().ending == Ending::Statement && self.top().is_body();
            if arm && self.partner(at) == Some(start) {
                self.pop(at + 1);
            } else if self.top().entry.header.take().is_some() && self.top().is_body() {
                self.end_entry(at + 1);
            }
        }
    }

    /// Ends the innermost stretch in front of token `at`.
    pub(super) fn pop(&mut self, at: usize) -> Frame {
        self.end_entry(at);
        let end = self.end_before(at);
        let frame = self.frames.pop().expect("callers never end the file");
        if !matches!(frame.ending, Ending::Bracket(_)) {
            self.tree.close(frame.scope, end);
        }
        let top = self.top();
        if frame.busy
            && let Some(chain) = &mut top.entry.chain
        {
            chain.busy = true;
        }
        if matches!(frame.ending, Ending::Indent(_)) {
            self.end_entry(at);
        }
        frame
    }

    /// Ends a statement, an argument, an element in front of token `at`.
    pub(super) fn end_entry(&mut self, at: usize) {
        self.finish_chain(at);
        let end = self.end_before(at);
        let entry = std::mem::take(&mut self.top().entry);
        self.top().entry.start = at;
        let Entry { ends, header, .. } = entry;
        for scope in [ends, header.and_then(|header| header.scope)].into_iter().flatten() {
            self.tree.close(scope, end);
        }
    }

    /// Ends the chain of calls in front of token `at`.
    pub(super) fn finish_chain(&mut self, at: usize) {
        if let Some(chain) = self.top().entry.chain.take() {
            let end = self.end_before(at);
            self.tree.close(chain.scope, end);
            self.tree.set_unit(chain.scope, chain.unit && !chain.busy);
            if let Some(variable) = chain.receiver.filter(|_| !chain.busy) {
                self.tree.set_unit(variable, true);
            }
        }
    }

    /// Whether the chain of calls goes on with this token.
    fn goes_on(&self, at: usize) -> bool {
        let token = self.tokens[at];
        let behind_dot =
            matches!(self.sign_at(at.wrapping_sub(1)), Some(b'.' | sign::SAFE | sign::THIN | sign::PATH | sign::DOTS));
        match token.kind {
            Kind::Word => behind_dot || (self.text_of(at) == b"do" && self.language == Language::Ruby),
            Kind::Sign(b'(' | b'[') => !token.newline || behind_dot,
            Kind::Sign(b'{') => true,
            Kind::Sign(sign::DOTS) => self.language == Language::Dart,
            Kind::Sign(b'.' | sign::SAFE | sign::PATH) => true,
            Kind::Sign(sign::THIN) => matches!(self.language, Language::Php | Language::C),
            Kind::Sign(b'!' | b'?') => {
                !token.newline && matches!(self.sign_at(at + 1), Some(b'.' | b'!' | b'?' | b';' | b'(' | b')'))
            }
            _ => false,
        }
    }

    /// Where what is found now belongs.
    pub(super) fn target(&mut self) -> ScopeId {
        let top = self.top();
        match top.entry.target.clone().unwrap_or_else(|| top.target.clone()) {
            Target::Scope(scope) => scope,
            Target::Variable(body, name) => {
                let name = self.string(name);
                self.tree.child(body, &name)
            }
        }
    }

    /// Notes that a name is used here.
    pub(super) fn use_name(&mut self, name: &str) {
        let top = self.top();
        if !(top.uses || top.entry.target.is_some()) || top.entry.uses >= MOST_USES || !(2..=80).contains(&name.len()) {
            return;
        }
        top.entry.uses += 1;
        let scope = self.target();
        if scope != FILE {
            self.tree.uses(scope, Used::Name(name.to_owned()));
        }
    }

    /// Says of the calls around that there are statements in them.
    pub(super) fn mark_busy(&mut self) {
        for frame in self.frames.iter_mut().rev() {
            if (frame.is_body() && !frame.inside) || frame.busy {
                break;
            }
            frame.busy = true;
        }
    }

    fn comma(&mut self, at: usize) {
        let top = self.top();
        if top.ending == Ending::Statement && top.is_body() {
            self.pop(at);
        } else if !self.top().is_body() {
            self.end_entry(at + 1);
            self.top().index += 1;
        } else if self.top().arms {
            self.end_entry(at + 1);
        }
    }

    fn semicolon(&mut self, at: usize) {
        while self.top().ending == Ending::Statement {
            self.pop(at);
        }
        if self.top().role != Role::Call {
            self.end_entry(at + 1);
        }
    }

    fn colon(&mut self, at: usize) {
        let python = self.language == Language::Python;
        let top = self.top();
        if !top.is_body() || top.entry.choice {
            return;
        }
        if python && top.entry.header.is_some() {
            return self.open_indented(at);
        }
        if top.entry.case {
            self.open_case(at);
        }
    }

    fn arrow(&mut self, at: usize) {
        let top = self.top();
        if top.is_body() && top.entry.case {
            self.open_case(at);
        } else if top.is_body() && top.arms && top.entry.header.is_none() {
            let parent = top.scope;
            let start = self.tokens[at].end as usize;
            let scope = self.tree.open(parent, crate::model::ScopeKind::Section, "", start..start);
            self.push(Frame::new(Role::Body, Ending::Statement, scope), at);
        }
    }

    /// Whether what is announced at `at` has arms with values.
    pub(super) fn has_arms(&self, what: Announced) -> bool {
        use Language::{CSharp, Dart, Java, Kotlin, Php, Rust};
        what == Announced::Choice && matches!(self.language, Rust | Kotlin | Php | CSharp | Dart | Java)
    }
}
