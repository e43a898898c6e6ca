//! PowerShell: what is set, tables, and commands with their arguments.

use std::ops::Range;

use crate::model::{ScopeId, ScopeKind, Used};
use crate::structure::format::Format;
use crate::structure::tree::Tree;

use super::command::{arguments, call_name};
use super::power_lex::{Lexer, Token};
use super::script::embed;

/// A closing sign is looked for among so many open ones.
const FARTHEST: usize = 64;

/// Reads a script into `scope`.
pub(super) fn read(bytes: &[u8], scope: ScopeId, tree: &mut Tree) {
    let mut reader = Reader { bytes, tree, open: vec![Frame::new(Kind::Block, scope)] };
    let mut lexer = Lexer::new(bytes);
    while let Some(token) = lexer.next() {
        reader.token(token, lexer.at);
        lexer.in_table = reader.top().kind == Kind::Table;
    }
    while reader.open.len() > 1 {
        reader.close(bytes.len());
    }
    reader.statement(bytes.len());
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `{…}`, and the script itself.
    Block,
    /// `@{…}`.
    Table,
    /// `@(…)`.
    List,
    /// `(…)`.
    Parenthesis,
}

/// What is open, and the statement in it so far.
struct Frame {
    kind: Kind,
    scope: ScopeId,
    words: Vec<Range<usize>>,
    /// Those of the words, and of what is set, that stand in quotes.
    texts: Vec<Range<usize>>,
    /// What the statement sets, once its sign has been read.
    target: Option<String>,
    /// The call that the statement is, if it had to be known early.
    call: Option<ScopeId>,
    /// Elements so far.
    count: usize,
}

impl Frame {
    fn new(kind: Kind, scope: ScopeId) -> Self {
        Self { kind, scope, words: Vec::new(), texts: Vec::new(), target: None, call: None, count: 0 }
    }
}

struct Reader<'a, 't> {
    bytes: &'a [u8],
    tree: &'t mut Tree,
    /// The innermost last; the script itself is always there.
    open: Vec<Frame>,
}

impl Reader<'_, '_> {
    fn text(&self, span: &Range<usize>) -> &str {
        str::from_utf8(&self.bytes[span.clone()]).unwrap_or_default()
    }

    fn top(&mut self) -> &mut Frame {
        self.open.last_mut().expect("the script itself stays open")
    }

    fn token(&mut self, token: Token, at: usize) {
        match token {
            Token::Word(span) => self.word(span),
            Token::Text(span, expands) => self.literal(span, expands),
            Token::Lines(span, expands) => self.lines(span, expands),
            Token::End => self.statement(at),
            Token::Sign(b'=') => self.assign(),
            Token::Sign(b',') => self.comma(at),
            Token::Sign(b'@') => self.table(at),
            Token::Sign(b'#') => self.list(),
            Token::Sign(b'(') => self.parenthesis(at),
            Token::Sign(b'{') => self.block(at),
            Token::Sign(sign) => {
                let closes = |kind: Kind| match sign {
                    b')' => matches!(kind, Kind::List | Kind::Parenthesis),
                    _ => matches!(kind, Kind::Block | Kind::Table),
                };
                let near = self.open.len().saturating_sub(FARTHEST).max(1);
                let found = self.open.iter().skip(near).rposition(|frame| closes(frame.kind));
                if let Some(found) = found {
                    while self.open.len() > near + found {
                        self.close(at);
                    }
                }
            }
        }
    }

    fn close(&mut self, at: usize) {
        self.statement(at);
        let Some(frame) = self.open.pop() else { return };
        if frame.kind == Kind::Parenthesis {
            self.method(&frame);
        } else if frame.kind != Kind::List {
            self.tree.close(frame.scope, at);
        }
    }

    fn word(&mut self, span: Range<usize>) {
        self.top().words.push(span);
    }

    fn literal(&mut self, span: Range<usize>, expands: bool) {
        let scope = self.inside();
        let bytes = self.bytes;
        let frame = self.open.last_mut().expect("the script itself stays open");
        let (kind, first) = (frame.kind, frame.words.is_empty() && frame.texts.is_empty());
        frame.texts.push(span.clone());
        match (&frame.target, kind) {
            (Some(name), Kind::List) => {
                self.tree.element(bytes, scope, name, frame.count, span.clone());
                frame.count += 1;
            }
            (Some(name), _) if first => add(bytes, scope, name, span.clone(), self.tree),
            _ => return frame.words.push(span),
        }
        if expands {
            self.variables(span, scope);
        }
    }

    fn lines(&mut self, span: Range<usize>, expands: bool) {
        let scope = self.inside();
        let name = self.open.last().and_then(|frame| frame.target.clone()).unwrap_or_default();
        let (scope, name) = place(scope, &name, self.tree);
        let section = self.tree.open(scope, ScopeKind::Section, &name, span.clone());
        if expands {
            self.variables(span.clone(), section);
        }
        embed(self.bytes, span.clone(), Format::of("", &self.bytes[span]), section, self.tree);
    }

    /// What was read is the name of what is set.
    fn assign(&mut self) {
        let frame = self.open.last_mut().expect("the script itself stays open");
        let Some(name) = frame.words.last().filter(|_| frame.target.is_none()).cloned() else { return };
        // In parentheses only parameters have defaults.
        if frame.kind == Kind::Parenthesis && !self.bytes[name.clone()].contains(&b'$') {
            return;
        }
        frame.words.clear();
        frame.texts.clear();
        let name = self.text(&name).trim_matches(['"', '\'']).to_owned();
        self.top().target = Some(name);
    }

    fn comma(&mut self, at: usize) {
        if self.top().kind == Kind::Parenthesis && self.top().target.is_some() {
            self.statement(at);
        }
    }

    /// The scope of what is nested in the statement: that of its call, if it is one.
    fn inside(&mut self) -> ScopeId {
        let frame = self.top();
        frame.call.unwrap_or(frame.scope)
    }

    /// Opens the call early, because something is nested in it.
    fn early_call(&mut self, at: usize) -> ScopeId {
        let frame = self.open.last().expect("the script itself stays open");
        if frame.call.is_none()
            && frame.kind != Kind::Table
            && frame.words.first().is_some_and(|word| self.is_program(word))
        {
            let call = self.open_call(at);
            self.top().call = call;
        }
        self.inside()
    }

    fn is_program(&self, word: &Range<usize>) -> bool {
        let text = self.text(word);
        let keywords = [
            "if", "elseif", "else", "foreach", "for", "while", "function", "return", "param", "switch", "try", "catch",
            "throw",
        ];
        text.starts_with(|char: char| char.is_alphabetic() || matches!(char, '.' | '/' | '\\'))
            && !keywords.contains(&text.to_ascii_lowercase().as_str())
    }

    fn open_call(&mut self, end: usize) -> Option<ScopeId> {
        let frame = self.open.last().expect("the script itself stays open");
        let (scope, words) = (frame.scope, &frame.words);
        let (name, _) = call_name(self.bytes, words);
        let start = words.first()?.start;
        let call = self.tree.open(scope, ScopeKind::Call, &name, start..end);
        // What is written into a file line by line belongs together.
        let writes = matches!(name.as_str(), "Add-Content" | "Set-Content" | "Out-File");
        if call != scope {
            self.tree.set_unit(call, !writes);
        }
        Some(call)
    }

    fn table(&mut self, at: usize) {
        let scope = self.early_call(at);
        let name = self.open.last().and_then(|frame| frame.target.clone()).unwrap_or_default();
        let (scope, name) = place(scope, &name, self.tree);
        let map = self.tree.open(scope, ScopeKind::Map, &name, at - 2..at);
        if map != scope {
            self.tree.name_child(scope, map);
        }
        self.open.push(Frame::new(Kind::Table, map));
    }

    fn list(&mut self) {
        let scope = self.inside();
        let target = self.open.last().and_then(|frame| frame.target.clone());
        let mut frame = Frame::new(Kind::List, scope);
        frame.target = target.map(|name| place(scope, &name, self.tree).1);
        self.open.push(frame);
    }

    fn parenthesis(&mut self, at: usize) {
        let scope = self.early_call(at);
        self.open.push(Frame::new(Kind::Parenthesis, scope));
    }

    fn block(&mut self, at: usize) {
        let frame = self.open.last().expect("the script itself stays open");
        let function = match frame.words.as_slice() {
            [first, name] if self.text(first).eq_ignore_ascii_case("function") => self.text(name).to_owned(),
            _ => String::new(),
        };
        let scope = self.inside();
        // A condition.
        std::mem::take(&mut self.top().words).into_iter().for_each(|word| self.variables(word, scope));
        let section = self.tree.open(scope, ScopeKind::Section, &function, at - 1..at);
        self.open.push(Frame::new(Kind::Block, section));
    }

    /// `Method("NAME", "value")`: the parenthesis has been read.
    fn method(&mut self, frame: &Frame) {
        let [name, value] = frame.texts.get(..2).unwrap_or_default() else { return };
        let name = self.text(name);
        let letter = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.');
        if name.is_empty() || !name.chars().all(letter) {
            return;
        }
        let method = self.open.last().and_then(|frame| frame.words.last()).map(|word| self.text(word));
        let table = method.and_then(|method| method.strip_suffix(".Add")).filter(|table| table.starts_with('$'));
        let path = table.map_or_else(|| name.to_owned(), |table| format!("{table}.{name}"));
        add(self.bytes, frame.scope, &path, value.clone(), self.tree);
    }

    /// A statement is complete.
    fn statement(&mut self, at: usize) {
        let frame = self.open.last().expect("the script itself stays open");
        let program =
            frame.words.first().is_some_and(|word| self.is_program(word)) && frame.texts.first() != frame.words.first();
        match (&frame.target, frame.kind) {
            _ if frame.words.is_empty() => {}
            (None, _) if self.text(&frame.words[0]) == "setx" => {
                if let [_, name, value, ..] = frame.words.as_slice() {
                    let name = self.text(name).to_owned();
                    self.tree.value(self.bytes, frame.scope, &name, value.clone());
                }
            }
            (Some(name), Kind::Table) if frame.texts.is_empty() => {
                add(self.bytes, frame.scope, name, frame.words[0].clone(), self.tree);
                let (scope, word) = (frame.scope, frame.words[0].clone());
                self.variables(word, scope);
            }
            (_, Kind::Block | Kind::Parenthesis) if program && (frame.words.len() > 1 || frame.call.is_some()) => {
                let call = frame.call.or_else(|| self.open_call(at));
                let frame = self.open.last().expect("the script itself stays open");
                if let Some(call) = call {
                    self.tree.close(call, at);
                    let (name, from) = call_name(self.bytes, &frame.words);
                    let program = name.split(' ').next().unwrap_or(&name);
                    let words = frame.words.get(from..).unwrap_or_default().to_vec();
                    arguments(self.bytes, program, &words, call, self.tree);
                    words.into_iter().for_each(|word| self.variables(word, call));
                }
            }
            _ => {
                let scope = self.inside();
                std::mem::take(&mut self.top().words).into_iter().for_each(|word| self.variables(word, scope));
            }
        }
        let frame = self.top();
        frame.words.clear();
        frame.call = None;
        if frame.kind != Kind::Parenthesis {
            frame.texts.clear();
        }
        if frame.kind != Kind::List {
            frame.target = None;
        }
    }

    /// `$name`, `$env:NAME`, `@arguments`.
    fn variables(&mut self, span: Range<usize>, scope: ScopeId) {
        let mut at = span.start;
        while let Some(found) = memchr::memchr2(b'$', b'@', &self.bytes[at..span.end]) {
            let lead = at + found;
            let start = lead + 1 + usize::from(self.bytes.get(lead + 1) == Some(&b'{'));
            let start = start.min(span.end);
            let letters = self.bytes[start..span.end].iter().take(120);
            let length = letters.take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':')).count();
            let name = self.text(&(start..start + length)).trim_end_matches(':').to_owned();
            let name = name.rsplit(':').next().unwrap_or_default();
            if name.len() > 1 && (self.bytes[lead] == b'$' || lead == span.start) {
                self.tree.uses(scope, Used::Name(name.to_owned()));
            }
            at = start + length;
        }
    }
}

/// Adds a value by the name as it is written.
fn add(bytes: &[u8], scope: ScopeId, name: &str, span: Range<usize>, tree: &mut Tree) {
    let (scope, name) = place(scope, name, tree);
    tree.value(bytes, scope, &name, span);
}

/// Where `$env:NAME`, `$table.name`, `$table["name"]` lie, and the last part of the name.
fn place(scope: ScopeId, name: &str, tree: &mut Tree) -> (ScopeId, String) {
    // `[string]$name`
    let Some(at) = name.find('$').filter(|&at| at == 0 || name.starts_with('[')) else {
        return (scope, name.to_owned());
    };
    let name = &name[at..];
    let name = name.trim_start_matches(['$', '{']).trim_end_matches('}');
    let name = name.rsplit_once(':').map_or(name, |(_, name)| name);
    let parts = name.split(['.', '[', ']', '"', '\'']).filter(|part| !part.is_empty());
    let mut parts: Vec<&str> = parts.take(8).collect();
    let last = parts.pop().unwrap_or_default();
    (tree.descend(scope, parts), last.to_owned())
}
