//! Languages that are read in the words of another: where their blocks begin and end.

use super::super::format::Language;
use super::frame::{Announced, Ending, Frame, Header, Role};
use super::names;
use super::reader::Reader;
use super::token::Kind;

impl Reader<'_, '_> {
    /// Takes the words that begin and end blocks in Elixir, Julia and Basic; says which token is next if it was one.
    pub(super) fn block_word_of_dialect(&mut self, at: usize) -> Option<usize> {
        if matches!(self.sign_at(at + 1), Some(b':'))
            || matches!(self.sign_at(at.wrapping_sub(1)), Some(b'.'))
            || self.tokens[at].marked
        {
            return None;
        }
        match self.dialect {
            Language::Elixir => self.word_of_elixir(at),
            Language::Julia => self.word_of_julia(at),
            _ => self.word_of_basic(at),
        }
    }

    fn word_of_elixir(&mut self, at: usize) -> Option<usize> {
        match self.text_of(at) {
            b"end" => self.end_word(at),
            b"else" | b"rescue" | b"after" | b"catch" => self.next_branch(at),
            b"do" => return Some(self.open_do(at)),
            b"fn" => self.open_word(at, None, Announced::Control),
            b"def" | b"defp" | b"defmodule" | b"defmacro" | b"defmacrop" | b"if" | b"unless" | b"case" | b"with"
            | b"for" => {}
            _ => return None,
        }
        Some(at + 1)
    }

    fn word_of_julia(&mut self, at: usize) -> Option<usize> {
        let begins = self.top().entry.start == at || self.tokens[at].newline;
        let assigned = self.sign_at(at.wrapping_sub(1)) == Some(b'=');
        match self.text_of(at) {
            b"end" => self.end_word(at),
            b"else" | b"elseif" | b"catch" | b"finally" => self.next_branch(at),
            b"do" => return Some(self.open_do(at)),
            b"function" | b"macro" | b"module" | b"baremodule" | b"struct" => {
                let function = matches!(self.text_of(at), b"function" | b"macro");
                return Some(self.named_block(at, if function { Announced::Function } else { Announced::Class }));
            }
            b"if" | b"for" | b"while" | b"begin" | b"try" | b"let" | b"quote" if begins || assigned => {
                self.open_word(at, None, Announced::Control);
            }
            _ => return None,
        }
        Some(at + 1)
    }

    fn word_of_basic(&mut self, at: usize) -> Option<usize> {
        let word = self.text_of(at).to_ascii_lowercase();
        let before = self.text_of(at.wrapping_sub(1)).to_ascii_lowercase();
        match &word[..] {
            b"end" => {
                let next = self.tokens.get(at + 1).is_some_and(|next| !next.newline && next.kind == Kind::Word);
                if next {
                    self.end_word(at);
                    return Some(at + 2);
                }
            }
            b"next" | b"loop" | b"wend" if self.tokens[at].newline => self.end_word(at),
            b"else" | b"elseif" | b"catch" | b"finally" => self.next_branch(at),
            b"case" if before != b"select" => self.next_branch(at),
            b"sub" | b"function" | b"property" | b"class" | b"module" | b"namespace" | b"structure"
                if before != b"exit" && before != b"declare" =>
            {
                let class = matches!(&word[..], b"class" | b"module" | b"namespace" | b"structure");
                return Some(self.named_block(at, if class { Announced::Class } else { Announced::Function }));
            }
            b"with" | b"select" | b"try" | b"while" | b"for" | b"do" | b"using" if self.tokens[at].newline => {
                self.open_word(at, None, Announced::Control);
            }
            b"if" if self.tokens[at].newline && self.is_block_of_basic(at) => {
                self.open_word(at, None, Announced::Control);
            }
            b"as" => {
                let top = self.top();
                if top.is_body() && at > 0 && top.entry.declared.is_none() {
                    top.entry.declared = Some((at - 1, at - 1));
                }
            }
            b"dim" | b"private" | b"public" | b"set" | b"call" | b"shared" | b"new" | b"then" | b"of" => {}
            _ => return None,
        }
        Some(at + 1)
    }

    /// Whether nothing stands behind `Then` in its line.
    fn is_block_of_basic(&self, at: usize) -> bool {
        let line = self.tokens[at + 1..].iter().take_while(|token| !token.newline).take(LONGEST_LINE).count();
        self.text_of(at + line).eq_ignore_ascii_case(b"then")
    }

    /// A block with a name behind its word.
    fn named_block(&mut self, at: usize, what: Announced) -> usize {
        let named = self.kind_at(at + 1) == Some(Kind::Word) && !self.tokens[at + 1].newline;
        let last = if named { self.path_end(at + 1) } else { at };
        self.open_word(at, named.then(|| self.tokens[last].span()), what);
        // The parameters are no call.
        match self.partner(last + 1).filter(|_| self.sign_at(last + 1) == Some(b'(')) {
            Some(close) => {
                let scope = self.top().scope;
                let mut frame = Frame::new(Role::Group, Ending::Bracket(close as u32), scope);
                frame.params = true;
                self.push(frame, last + 1)
            }
            None => last + 1,
        }
    }

    /// Takes words of languages whose blocks are told by indentation alone.
    pub(super) fn offside_word(&mut self, at: usize) -> Option<usize> {
        let word = self.text_of(at);
        let begins = self.top().is_body() && self.top().entry.start == at;
        if self.dialect == Language::Nim {
            let function = matches!(word, b"proc" | b"func" | b"method" | b"template" | b"iterator");
            if function && begins && self.kind_at(at + 1) == Some(Kind::Word) {
                let (name, start) = (Some(self.tokens[at + 1].span()), self.tokens[at].start as usize);
                self.top().entry.header = Some(Header { what: Announced::Function, name, start, scope: None });
                return Some(at + 2);
            }
            return None;
        }
        if matches!(word, b"let" | b"and" | b"rec" | b"mutable" | b"use" | b"new" | b"in" | b"do" | b"where") {
            return Some(at + 1);
        }
        let next = self.tokens.get(at + 1)?;
        // `name argument …` calls; `name argument … =` defines.
        if !self.top().is_body() && !matches!(next.kind, Kind::Text) {
            return None;
        }
        let last = self.path_end(at);
        let next = self.tokens.get(last + 1).filter(|next| !next.newline)?;
        let applied = match next.kind {
            Kind::Text | Kind::Word | Kind::Number => !names::is_keyword(self.text_of(last + 1)),
            Kind::Sign(b'(' | b'{' | b'[') => true,
            _ => false,
        };
        if !applied || names::is_keyword(word) {
            return None;
        }
        let line = self.tokens[last + 1..].iter().take_while(|token| !token.newline).take(LONGEST_LINE);
        let defined = line.clone().position(|token| token.kind == Kind::Sign(b'='));
        let assigned = self.top().entry.name.is_some();
        if let Some(equals) = defined.map(|equals| last + 1 + equals)
            && !assigned
            && self.top().is_body()
            && self.tokens[last + 1..equals].iter().all(|token| !matches!(token.kind, Kind::Sign(b'{' | b'[')))
        {
            let first = self.top().entry.start;
            let (name, start) = (Some(self.tokens[last].span()), self.tokens[first].start as usize);
            let header = Header { what: Announced::Function, name, start, scope: None };
            let column = self.column_of(first);
            let scope = self.section(&header);
            self.mark_busy();
            self.push(Frame::new(Role::Body, Ending::Indent(column), scope), equals);
            return Some(equals + 1);
        }
        let name = self.written(at, last);
        let column = self.column_of(at);
        let scope = self.open_call(at, last, &name, self.tokens[last].end as usize);
        let frame = Frame::new(Role::Call, Ending::Indent(column), scope);
        Some(self.push(frame, last))
    }

    /// The column of the line in which token `at` stands.
    fn column_of(&self, at: usize) -> usize {
        let first = (at.saturating_sub(LONGEST_LINE)..=at).rev().find(|&index| self.tokens[index].newline);
        first.map_or(0, |first| self.column(first))
    }

    /// Whether the mark of an assignment at `at` begins a body of its own: `proc name() =` of Nim.
    pub(super) fn opens_offside(&mut self, at: usize) -> bool {
        let next = self.tokens.get(at + 1).is_none_or(|next| next.newline);
        self.dialect == Language::Nim
            && next
            && self.top().entry.header.is_some()
            && self.kind_at(at) == Some(Kind::Sign(b'='))
    }
}

/// So many tokens of a line are looked at.
const LONGEST_LINE: usize = 60;
