//! Blocks and commands of POSIX shells and their relatives.

use std::ops::Range;

use crate::model::{Environment, ScopeId, ScopeKind, Used};
use crate::structure::format::Format;
use crate::structure::tree::Tree;

use super::command::{arguments, assigned, call_name, is_command};
use super::lex::{Here, Lexer, Token, Word, bare};
use super::script::{Written, embed, input_of, quoted, variables};

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
struct Block {
    closer: &'static str,
    /// What lies in it, and around it.
    scope: ScopeId,
    outer: ScopeId,
    /// Whether it is a `case` between two of its arms.
    between_arms: bool,
}

/// A command while its words are collected.
#[derive(Default)]
struct Command {
    words: Vec<Word>,
    here: Vec<Here>,
    file: Option<Range<usize>>,
    /// Whether the next word is the file of a redirection, and whether that is written.
    redirect: Option<bool>,
    /// The name of the function whose body comes next.
    function: Option<String>,
    case: bool,
}

struct Reader<'a, 't> {
    bytes: &'a [u8],
    tree: &'t mut Tree,
    lexer: Lexer<'a>,
    fish: bool,
    written: &'t mut Written,
    scope: ScopeId,
    open: Vec<Block>,
    command: Command,
    /// The call that the commands of a pipe share.
    pipeline: Option<ScopeId>,
    /// Commands inside words, for later.
    inner: Vec<(Range<usize>, ScopeId)>,
}

impl Reader<'_, '_> {
    fn text(&self, span: &Range<usize>) -> &str {
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

    fn push(&mut self, closer: &'static str, name: &str) {
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

    fn simple(&mut self, command: &Command, pipe: bool) {
        let bytes = self.bytes;
        let text = |word: &Word| str::from_utf8(&bytes[word.span.clone()]).unwrap_or_default();
        let settings = command.words.iter().take_while(|word| assigned(text(word)).is_some()).count();
        let (before, words) = command.words.split_at(settings);
        let Some(first) = words.first() else {
            before.iter().for_each(|word| self.setting(word, self.scope));
            // `RUN <<EOF` of a Dockerfile: the lines are the script.
            for here in &command.here {
                let section = self.tree.open(self.scope, ScopeKind::Section, "", here.body.clone());
                embed(bytes, here.body.clone(), input_of("sh"), section, self.tree);
            }
            return;
        };
        match (text(first), words.get(1).map(text)) {
            ("export" | "declare" | "typeset" | "readonly" | "local" | "env" | "set" | "-", None) => return,
            ("export" | "declare" | "typeset" | "readonly" | "local", _) => return self.declaration(&words[1..]),
            ("setenv" | "setx", _) => return self.named(&words[1..]),
            ("set", Some(flags)) if flags.starts_with('-') && words.len() > 3 && is_fish_set(flags) => {
                let skipped = words.iter().skip(1).take_while(|word| text(word).starts_with('-')).count();
                return self.named(&words[1 + skipped..]);
            }
            ("set", Some(_)) if !self.fish => return,
            ("launchctl", Some("setenv")) => return self.named(&words[2..]),
            ("source" | ".", Some(_)) => {
                let file = self.text(&bare(bytes, words[1].span.clone())).to_owned();
                self.tree.uses(self.scope, Used::File(file));
                return;
            }
            ("for" | "select", Some(name)) if words.len() > 3 && text(&words[2]) == "in" => {
                for (index, word) in words[3..].iter().enumerate() {
                    self.tree.element(bytes, self.scope, name, index, bare(bytes, word.span.clone()));
                    self.take(word, self.scope);
                }
                if self.fish {
                    self.push("end", "");
                }
                return;
            }
            ("for" | "switch", _) if self.fish => return self.push("end", ""),
            ("function", Some(name)) if self.fish => return self.push("end", name),
            ("function", Some(name)) => {
                let name = name.to_owned();
                let opens = words.last().is_some_and(|word| text(word) == "{");
                if opens {
                    self.push("}", &name)
                } else {
                    self.command.function = Some(name)
                }
                return;
            }
            _ => {}
        }
        self.call(command, before, words, pipe);
    }

    fn call(&mut self, command: &Command, before: &[Word], words: &[Word], pipe: bool) {
        let bytes = self.bytes;
        let spans: Vec<Range<usize>> = words.iter().map(|word| word.span.clone()).collect();
        let (name, from) = call_name(bytes, &spans);
        let mut file = command.file.clone();
        if name == "tee" {
            let files = spans[1..].iter().map(|span| bare(bytes, span.clone()));
            file = files.clone().find(|span| bytes.get(span.start) != Some(&b'-')).or(file);
        }
        let file =
            file.map(|span| self.text(&span).to_owned()).filter(|file| !file.starts_with(['&', '/']) || file.len() > 9);
        let writes = matches!(name.as_str(), "echo" | "printf");
        if let Some(file) = file.as_ref().filter(|_| writes && !pipe) {
            for word in &words[1..] {
                self.written.add(bytes, bare(bytes, word.span.clone()), file, self.scope, self.tree);
                self.take(word, self.scope);
            }
            return;
        }
        let (start, end) = (command.words[0].span.start, words[words.len() - 1].span.end);
        let bare_call = words.len() == 1 && before.is_empty() && command.here.is_empty() && self.pipeline.is_none();
        let scope = match self.pipeline {
            Some(scope) => {
                self.tree.close(scope, end);
                scope
            }
            None if bare_call && !pipe => self.scope,
            None => {
                let scope = self.tree.open(self.scope, ScopeKind::Call, &name, start..end);
                if scope != self.scope {
                    self.tree.set_unit(scope, true);
                }
                scope
            }
        };
        // `env NAME=value program`: what stands between the runner and its program.
        let between = words[..from.min(words.len())].iter();
        let between = between.filter(|word| assigned(self.text(&word.span)).is_some());
        let all: Vec<&Word> = before.iter().chain(between).collect();
        all.into_iter().for_each(|word| self.setting(word, scope));
        words.iter().for_each(|word| self.take(word, scope));
        arguments(
            bytes,
            name.split(' ').next().unwrap_or(&name),
            spans.get(from..).unwrap_or_default(),
            scope,
            self.tree,
        );
        script_in(bytes, &name, &spans, scope, self.tree);
        for here in &command.here {
            let section = match &file {
                Some(file) => self.written.add(bytes, here.body.clone(), file, self.scope, self.tree),
                None => {
                    let section = self.tree.open(scope, ScopeKind::Section, "", here.body.clone());
                    embed(bytes, here.body.clone(), input_of(&name), section, self.tree);
                    section
                }
            };
            if here.expands {
                variables(bytes, here.body.clone(), &[], section, self.tree);
            }
        }
        self.pipeline = pipe.then_some(scope).filter(|&scope| scope != self.scope);
    }

    /// The variables and commands in a word belong to `scope`.
    fn take(&mut self, word: &Word, scope: ScopeId) {
        variables(self.bytes, word.span.clone(), &word.commands, scope, self.tree);
        self.inner.extend(word.commands.iter().map(|range| (range.clone(), scope)));
    }

    /// `NAME=value`.
    fn setting(&mut self, word: &Word, scope: ScopeId) {
        let span = bare(self.bytes, word.span.clone());
        let text = str::from_utf8(&self.bytes[span.clone()]).unwrap_or_default();
        let Some(name) = assigned(text) else { return self.take(word, scope) };
        let start = span.start + text.find('=').unwrap_or(0) + 1;
        let value = bare(self.bytes, start..span.end);
        if !is_command(self.text(&value)) {
            self.tree.value(self.bytes, scope, name.trim_matches('"'), value);
        }
        self.take(word, scope);
    }

    /// `export A=1 B=2`, `declare -A MAP=(…)`.
    fn declaration(&mut self, words: &[Word]) {
        for word in words {
            self.setting(word, self.scope);
            for range in &word.commands {
                // `export $(grep -v '^#' .env)` sets what the file says.
                let parts = self.bytes[range.clone()].split(u8::is_ascii_whitespace).take(40);
                let files = parts.filter_map(|part| str::from_utf8(part).ok());
                for file in files.filter(|file| Format::of(file, b"") == Some(Format::Dotenv)) {
                    self.tree.uses(self.scope, Used::File(file.to_owned()));
                }
            }
        }
    }

    /// `NAME value`.
    fn named(&mut self, words: &[Word]) {
        if let [name, values @ ..] = words {
            let name = self.text(&bare(self.bytes, name.span.clone())).to_owned();
            for word in values {
                self.take(word, self.scope);
            }
            if let Some(value) = values.first() {
                self.tree.value(self.bytes, self.scope, &name, bare(self.bytes, value.span.clone()));
            }
        }
    }
}

/// `sh -c "script"`, `eval "script"`.
pub(super) fn script_in(bytes: &[u8], name: &str, spans: &[Range<usize>], scope: ScopeId, tree: &mut Tree) {
    let shell = matches!(name, "sh" | "bash" | "zsh" | "dash" | "ash" | "ksh");
    let flags: [&[u8]; 6] = [b"-c", b"-lc", b"-ec", b"-xc", b"-exc", b"-lic"];
    let flag = spans.iter().position(|span| flags.contains(&&bytes[span.clone()]));
    let script = match name {
        "eval" | "ssh" | "su" | "watch" => spans.last(),
        _ if shell => flag.and_then(|flag| spans.get(flag + 1)),
        _ => None,
    };
    let Some(script) = script.map(|script| bare(bytes, script.clone())) else { return };
    // Without quotes around it, a script would be one word.
    let before = script.start.checked_sub(1).and_then(|before| bytes.get(before));
    if matches!(before, Some(b'"' | b'\'')) {
        quoted(bytes, script, scope, tree);
    }
}

/// The flags of fish's `set`; those of the other shells' are followed by words that no setting has.
fn is_fish_set(flags: &str) -> bool {
    flags.starts_with("--") || flags[1..].chars().all(|flag| matches!(flag, 'x' | 'g' | 'U' | 'l' | 'u'))
}
