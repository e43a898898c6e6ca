//! Blocks and commands of POSIX shells and their relatives.

use std::ops::Range;

use crate::model::{Environment, ScopeId, ScopeKind};
use crate::structure::tree::Tree;

use super::command::arguments;
use super::lex::{Here, Lexer, Token, Word, bare};
use super::script::{Written, variables};

/// Commands inside commands are read this deep.
const DEEPEST: usize = 12;

/// A closing word is looked for among so many open blocks.
const FARTHEST: usize = 64;

/// Reads a part of a text into `scope`.
pub(in crate::structure) fn read(bytes: &[u8], range: Range<usize>, scope: ScopeId, tree: &mut Tree) {
    let fish = is_fish(&bytes[range.clone()]);
    let mut work = vec![(range, scope, 0)];
    let mut written = Written::default();
    while let Some((range, scope, depth)) = work.pop() {
        let end = range.end;
        let mut reader = Reader {
            bytes,
            tree,
            lexer: Lexer::new(bytes, range),
            fish,
            written: &mut written,
            scope,
            open: Vec::new(),
            command: Command::default(),
            pipeline: None,
            inner: Vec::new(),
            piped: Vec::new(),
        };
        reader.run();
        while reader.open.pop().map(|block| reader.tree.close(block.scope, end)).is_some() {}
        if depth < DEEPEST {
            work.extend(reader.inner.into_iter().map(|(range, scope)| (range, scope, depth + 1)));
        }
    }
}

/// In fish every block ends with `end`.
fn is_fish(text: &[u8]) -> bool {
    let mut lines = text.split(|byte| matches!(byte, b'\n' | b';')).map(<[u8]>::trim_ascii);
    let first = lines.find(|line| matches!(*line, b"end" | b"fi" | b"done" | b"esac" | b"}" | b"endif"));
    first == Some(b"end")
}

/// A block that is not closed yet.
pub(super) struct Block {
    closer: &'static str,
    /// What lies in it, and around it.
    scope: ScopeId,
    outer: ScopeId,
    /// Whether it is a `case` between two of its arms.
    between_arms: bool,
}

/// A command while its words are collected.
#[derive(Default)]
pub(super) struct Command {
    pub(super) words: Vec<Word>,
    pub(super) here: Vec<Here>,
    pub(super) file: Option<Range<usize>>,
    /// Whether the next word is the file of a redirection, and whether that is written.
    pub(super) redirect: Option<bool>,
    /// The name of the function whose body comes next.
    pub(super) function: Option<String>,
    pub(super) case: bool,
}

pub(super) struct Reader<'a, 't> {
    pub(super) bytes: &'a [u8],
    pub(super) tree: &'t mut Tree,
    pub(super) lexer: Lexer<'a>,
    pub(super) fish: bool,
    pub(super) written: &'t mut Written,
    pub(super) scope: ScopeId,
    pub(super) open: Vec<Block>,
    pub(super) command: Command,
    /// The call that the commands of a pipe share.
    pub(super) pipeline: Option<ScopeId>,
    /// Here-documents that go through a pipe.
    pub(super) piped: Vec<Here>,
    /// Commands inside words, for later.
    pub(super) inner: Vec<(Range<usize>, ScopeId)>,
}

impl Reader<'_, '_> {
    pub(super) fn text(&self, span: &Range<usize>) -> &str {
        str::from_utf8(&self.bytes[span.clone()]).unwrap_or_default()
    }

    fn run(&mut self) {
        while let Some(token) = self.lexer.next() {
            if self.open.last().is_some_and(|block| block.between_arms) {
                self.arm(token);
                continue;
            }
            match token {
                Token::Word(word) => self.word(word),
                Token::Redirect { writes } => self.command.redirect = Some(writes),
                Token::Here(here) => self.command.here.push(here),
                Token::Pipe => self.end(true),
                Token::End => self.end(false),
                Token::Open => self.parenthesis(),
                Token::Close => {
                    self.end(false);
                    self.pop(")");
                }
                Token::ArmEnd => {
                    self.end(false);
                    if let Some(block) = self.open.last_mut().filter(|block| block.closer == "esac") {
                        block.between_arms = true;
                        self.tree.close(block.scope, self.lexer.at());
                        self.scope = block.outer;
                    }
                }
            }
        }
        self.end(false);
    }

    /// The pattern of an arm of a `case`: up to its parenthesis.
    fn arm(&mut self, token: Token) {
        match token {
            Token::Word(word) if self.text(&word.span) == "esac" => self.pop("esac"),
            Token::Word(word) => self.command.words.push(word),
            Token::Close => {
                let words = std::mem::take(&mut self.command.words);
                let name = words.first().map_or("", |word| self.text(&bare(self.bytes, word.span.clone()))).to_owned();
                let at = self.lexer.at();
                let Some(block) = self.open.last_mut() else { return };
                block.scope = self.tree.open(block.outer, ScopeKind::Section, &name, at..at);
                block.between_arms = false;
                self.scope = block.scope;
                if let Some(environment) = Environment::of_word(&name) {
                    self.tree.set_environment(self.scope, environment);
                }
            }
            _ => {}
        }
    }

    pub(super) fn push(&mut self, closer: &'static str, name: &str) {
        let at = self.lexer.at();
        let scope = self.tree.open(self.scope, ScopeKind::Section, name, at..at);
        self.open.push(Block { closer, scope, outer: self.scope, between_arms: false });
        self.scope = scope;
    }

    fn pop(&mut self, closer: &str) {
        let near = self.open.len().saturating_sub(FARTHEST);
        let Some(found) = self.open[near..].iter().rposition(|block| block.closer == closer) else { return };
        for block in self.open.drain(near + found..).rev() {
            self.tree.close(block.scope, self.lexer.at());
            self.scope = block.outer;
        }
    }

    fn parenthesis(&mut self) {
        // `name()` begins a function.
        if let [name] = self.command.words.as_slice() {
            self.command = Command { function: Some(self.text(&name.span).to_owned()), ..Command::default() };
            self.lexer.next();
        } else if self.command.words.is_empty() {
            let name = self.command.function.take().unwrap_or_default();
            self.push(")", &name);
        }
    }

    fn word(&mut self, word: Word) {
        if let Some(writes) = self.command.redirect.take() {
            self.inner.extend(word.commands.iter().map(|range| (range.clone(), self.scope)));
            if writes {
                self.command.file = Some(bare(self.bytes, word.span));
            } else if !self.command.words.is_empty() {
                self.tree_uses(&word);
            }
            return;
        }
        if word.array {
            self.array(&word);
            return;
        }
        if self.command.case {
            self.case(&word);
            return;
        }
        if self.command.words.is_empty() && self.keyword(&word.span) {
            return;
        }
        self.command.words.push(word);
    }

    fn tree_uses(&mut self, word: &Word) {
        variables(self.bytes, word.span.clone(), &word.commands, self.scope, self.tree);
    }

    fn case(&mut self, word: &Word) {
        if self.text(&word.span) == "in" {
            self.command.case = false;
            self.open.push(Block { closer: "esac", scope: self.scope, outer: self.scope, between_arms: true });
        } else {
            self.tree_uses(word);
        }
    }

    /// Whether a word at the start of a command opens or closes a block.
    fn keyword(&mut self, span: &Range<usize>) -> bool {
        if span.len() > 8 {
            return false;
        }
        let function = self.command.function.take();
        match str::from_utf8(&self.bytes[span.clone()]).unwrap_or_default() {
            "if" | "while" | "until" | "begin" if self.fish => self.push("end", ""),
            "else" if self.fish => {}
            "end" if self.fish => self.pop("end"),
            "if" | "while" | "until" | "!" | "time" | "coproc" => {}
            "then" => self.push("fi", ""),
            "elif" => self.pop("fi"),
            "else" => {
                self.pop("fi");
                self.push("fi", "");
            }
            "fi" | "endif" => self.pop("fi"),
            "do" => self.push("done", ""),
            "done" => self.pop("done"),
            "{" => self.push("}", &function.unwrap_or_default()),
            "}" => self.pop("}"),
            "case" => self.command.case = true,
            "esac" => self.pop("esac"),
            _ => return false,
        }
        true
    }

    /// `NAME=(one two)`: a list, or the arguments of a command to come.
    fn array(&mut self, word: &Word) {
        let name = self.text(&word.span).trim_end_matches(['=', '+']).to_owned();
        let mut words = Vec::new();
        while let Some(token) = self.lexer.next() {
            match token {
                Token::Close => break,
                Token::Word(word) => words.push(word),
                _ => {}
            }
        }
        let span = word.span.start..self.lexer.at();
        let named = words.iter().any(|word| self.text(&word.span).starts_with(['-', '[']));
        let scope = if named { self.tree.open(self.scope, ScopeKind::Map, &name, span) } else { self.scope };
        for word in &words {
            variables(self.bytes, word.span.clone(), &word.commands, scope, self.tree);
            self.inner.extend(word.commands.iter().map(|range| (range.clone(), scope)));
        }
        if !named {
            for (index, word) in words.into_iter().enumerate() {
                self.tree.element(self.bytes, scope, &name, index, bare(self.bytes, word.span));
            }
            return;
        }
        let mut spans: Vec<Range<usize>> = words.into_iter().map(|word| word.span).collect();
        for span in spans.extract_if(.., |span| self.bytes[span.start] == b'[') {
            let text = str::from_utf8(&self.bytes[span.clone()]).unwrap_or_default();
            let Some(at) = text.find("]=") else { continue };
            let value = bare(self.bytes, span.start + at + 2..span.end);
            self.tree.value(self.bytes, scope, text[1..at].trim_matches(['"', '\'']), value);
        }
        arguments(self.bytes, "", &spans, scope, self.tree);
    }

    /// A command is complete.
    fn end(&mut self, pipe: bool) {
        let function = self.command.function.take();
        let mut command = std::mem::take(&mut self.command);
        command.here.append(&mut self.piped);
        if pipe && !command.words.is_empty() {
            // `cat <<EOF | tee file`: the next command gets the lines.
            self.piped = std::mem::take(&mut command.here);
        }
        command.function = function;
        if command.words.is_empty() && command.here.is_empty() {
            // The body of a function may begin on the next line, `in` of a case as well.
            self.command.function = command.function;
            self.command.case = command.case;
            return;
        }
        self.simple(&command, pipe);
        if !pipe {
            self.pipeline = None;
        }
    }
}
