//! One command: what it sets, or what it calls with which arguments.

use std::ops::Range;

use crate::model::{ScopeId, ScopeKind, Used};
use crate::structure::format::Format;
use crate::structure::tree::Tree;

use super::command::{arguments, assigned, call_name, is_command};
use super::lex::{Word, bare};
use super::posix::{Command, Reader};
use super::script::{embed, input_of, quoted, variables};

impl Reader<'_, '_> {
    /// Reads a command whose words are complete.
    pub(super) fn simple(&mut self, command: &Command, pipe: bool) {
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
            let files = spans.get(from..).unwrap_or_default().iter().map(|span| bare(bytes, span.clone()));
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
        // What an alias stands for is a command, no argument.
        let given = spans.get(from..).filter(|_| name != "alias").unwrap_or_default();
        arguments(bytes, name.split(' ').next().unwrap_or(&name), given, scope, self.tree);
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
        // `alias name='command'`
        "alias" => return aliases(bytes, spans, scope, tree),
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

fn aliases(bytes: &[u8], spans: &[Range<usize>], scope: ScopeId, tree: &mut Tree) {
    for span in spans.iter().skip(1) {
        let Some(equals) = memchr::memchr(b'=', &bytes[span.clone()]) else { continue };
        let script = bare(bytes, span.start + equals + 1..span.end);
        if script.start > span.start + equals + 1 {
            quoted(bytes, script, scope, tree);
        }
    }
}

/// The flags of fish's `set`; those of the other shells' are followed by words that no setting has.
fn is_fish_set(flags: &str) -> bool {
    flags.starts_with("--") || flags[1..].chars().all(|flag| matches!(flag, 'x' | 'g' | 'U' | 'l' | 'u'))
}
