//! The arguments of a command: flags give names to the values behind them.

use std::ops::Range;

use crate::model::{ScopeId, Used};
use crate::structure::tree::Tree;

use super::lex::bare;

/// Programs whose first argument says what they do.
const WITH_VERB: [&str; 28] = [
    "az",
    "aws",
    "cargo",
    "conda",
    "dokku",
    "docker",
    "docker-compose",
    "fly",
    "flyctl",
    "gcloud",
    "gh",
    "git",
    "heroku",
    "helm",
    "kubectl",
    "launchctl",
    "netlify",
    "npm",
    "npx",
    "oc",
    "pnpm",
    "podman",
    "railway",
    "terraform",
    "uv",
    "vercel",
    "wrangler",
    "yarn",
];

/// Programs that run the one that is named behind them.
const RUNNERS: [&str; 14] = [
    "command",
    "cross-env",
    "doas",
    "dotenv",
    "env",
    "exec",
    "nice",
    "nohup",
    "npx",
    "setsid",
    "sudo",
    "then",
    "time",
    "xargs",
];

/// Flags that take no value, so that what follows them is an argument of its own.
const SWITCHES: [&str; 40] = [
    "compressed",
    "debug",
    "detach",
    "detached",
    "dry-run",
    "fail",
    "fail-with-body",
    "follow",
    "force",
    "g",
    "get",
    "global",
    "globoff",
    "head",
    "help",
    "http1.1",
    "http2",
    "include",
    "init",
    "insecure",
    "interactive",
    "ipv4",
    "json",
    "location",
    "location-trusted",
    "no-buffer",
    "no-cache",
    "overwrite",
    "privileged",
    "quiet",
    "rm",
    "secret",
    "show-error",
    "silent",
    "system",
    "tty",
    "usedefaultcredentials",
    "verbose",
    "wait",
    "yes",
];

/// Programs that send requests: an argument of theirs without a flag is an address.
const CLIENTS: [&str; 8] = ["ab", "curl", "hey", "http", "https", "wget", "wrk", "xh"];

fn text<'a>(bytes: &'a [u8], span: &Range<usize>) -> &'a str {
    str::from_utf8(&bytes[span.clone()]).unwrap_or_default()
}

/// A program's name without its folder.
fn base(word: &str) -> &str {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// What a command is called by: its program, and what that is told to do. The number says where its arguments begin.
pub(in crate::structure) fn call_name(bytes: &[u8], words: &[Range<usize>]) -> (String, usize) {
    let word = |index: usize| words.get(index).map(|span| text(bytes, &bare(bytes, span.clone())));
    let mut at = 0;
    while let Some(name) = word(at).filter(|name| RUNNERS.contains(&base(name))) {
        // What stands between the runner and the program are its flags and settings.
        let next = (at + 1..words.len())
            .find(|&index| word(index).is_some_and(|word| !word.starts_with(['-', '<']) && assigned(word).is_none()));
        match next {
            Some(next) if next > at && name != "npx" => at = next,
            _ => break,
        }
    }
    let program = base(word(at).unwrap_or_default());
    let verb = word(at + 1).filter(|verb| {
        WITH_VERB.contains(&program) && verb.starts_with(|char: char| char.is_ascii_lowercase()) && verb.len() < 24
    });
    let name = verb.map_or_else(|| program.to_owned(), |verb| format!("{program} {verb}"));
    (name, at + 1)
}

/// The name in `NAME=value`, where a text is written so.
pub(super) fn assigned(word: &str) -> Option<&str> {
    let (name, value) = word.split_once('=')?;
    let name = name.strip_suffix('+').unwrap_or(name);
    let letter = |char: char| char.is_alphanumeric() || matches!(char, '_' | '.' | '-' | '[' | ']' | '"');
    let begins = name.starts_with(|char: char| char.is_alphabetic() || char == '_');
    (begins && name.len() <= 120 && name.chars().all(letter) && !value.starts_with('=')).then_some(name)
}

/// Adds the arguments of a command to its scope: values by their flags, addresses, settings.
pub(in crate::structure) fn arguments(
    bytes: &[u8],
    program: &str,
    words: &[Range<usize>],
    scope: ScopeId,
    tree: &mut Tree,
) {
    let mut reader = Arguments { bytes, program, scope, tree, setting: None, verb: false };
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let word = bare(bytes, word.clone());
        let Some(flag) = flag(bytes, &word, program) else {
            reader.plain(word);
            continue;
        };
        if let Some(value) = flag.value {
            reader.value(&flag.name, bare(bytes, value));
            continue;
        }
        let next = words.get(at).map(|next| bare(bytes, next.clone()));
        let takes = |value: &Range<usize>| {
            let value = text(bytes, value);
            !value.starts_with('-') || value.contains(' ')
        };
        if let Some(value) = next.filter(takes).filter(|_| !is_switch(program, &flag.name)) {
            at += 1;
            reader.value(&flag.name, value);
        }
    }
}

fn is_switch(program: &str, name: &str) -> bool {
    let letters = match program {
        "curl" => "afgGiIjJklLMnNOqRsSv",
        "wget" => "cNqrSv",
        "docker" | "podman" => "dit",
        _ => "",
    };
    SWITCHES.contains(&name) || name.starts_with("no-") || (name.len() == 1 && letters.contains(name))
}

/// A flag as it is written.
struct Flag {
    name: String,
    /// Its value, where that stands in the same word.
    value: Option<Range<usize>>,
}

fn flag(bytes: &[u8], word: &Range<usize>, program: &str) -> Option<Flag> {
    let written = text(bytes, word);
    let name = written.trim_start_matches('-');
    let dashes = written.len() - name.len();
    if !(1..=2).contains(&dashes) || !name.starts_with(|char: char| char.is_ascii_alphabetic()) {
        return None;
    }
    let start = word.start + dashes;
    if dashes == 1 {
        // `-Dname=value`, `-H"Name: value"`, `-eNAME=value`.
        let attached = name.split_at_checked(1).filter(|(_, rest)| {
            let rest = rest.trim_start_matches(['"', '\'']);
            assigned(rest).is_some() && matches!(&name[..1], "D" | "e" | "P")
                || matches!(&name[..1], "H") && rest.contains(':')
        });
        if let Some((letter, _)) = attached {
            return Some(Flag { name: letter.to_owned(), value: Some(start + 1..word.end) });
        }
    }
    let letter = |char: char| char.is_alphanumeric() || matches!(char, '-' | '_' | '.' | ':');
    let length = name.find(|char| !letter(char)).unwrap_or(name.len());
    let (head, rest) = name.split_at(length);
    if rest.starts_with('=') {
        return Some(Flag { name: head.to_owned(), value: Some(start + length + 1..word.end) });
    }
    if !rest.is_empty() {
        return None;
    }
    // PowerShell writes `-Uri:value` too; of several letters behind one dash the last may take a value.
    let titled = head.len() > 2
        && head[1..].bytes().all(|byte| byte.is_ascii_lowercase())
        && head.as_bytes()[0].is_ascii_uppercase();
    let letters = (2..=4).contains(&head.len()) && head.bytes().all(|byte| byte.is_ascii_alphabetic());
    let cluster = dashes == 1 && letters && (!titled || CLIENTS.contains(&program));
    let known = ["uri", "key", "env", "url", "set", "body"].contains(&head.to_ascii_lowercase().as_str());
    let name = if cluster && !known { &head[head.len() - 1..] } else { head };
    Some(Flag { name: name.to_owned(), value: None })
}

struct Arguments<'a, 't> {
    bytes: &'a [u8],
    program: &'a str,
    scope: ScopeId,
    tree: &'t mut Tree,
    /// The setting that a command such as `gh secret set NAME` sets.
    setting: Option<String>,
    /// Whether the word before says that a setting follows.
    verb: bool,
}

impl Arguments<'_, '_> {
    /// The value of a flag.
    fn value(&mut self, flag: &str, span: Range<usize>) {
        let value = text(self.bytes, &span);
        if is_command(value) {
            return;
        }
        let name = flag.to_ascii_lowercase();
        match name.as_str() {
            "env-file" | "from-env-file" | "env-from-file" | "envfile" => {
                self.tree.uses(self.scope, Used::File(value.to_owned()));
            }
            "f" | "e" if self.program.starts_with("dotenv") => {
                self.tree.uses(self.scope, Used::File(value.to_owned()));
            }
            "h" | "header" | "headers" if value.contains(':') => self.header(span),
            "set" | "set-string" | "set-env-vars" | "update-env-vars" | "env-vars" | "set-build-env-vars" => {
                self.settings(span);
            }
            "environment" if value.starts_with("Variables=") || value.starts_with('{') => {
                let lead = value.find('{').map_or(0, |at| at + 1);
                let end = span.end - usize::from(value.ends_with('}'));
                self.settings(span.start + lead..end.max(span.start + lead));
            }
            // What is sent stays as it is: the text around names what is in it.
            _ if name == "d" && flag == "d" || name.starts_with("data") || name == "body" && value.starts_with('{') => {
            }
            "body" | "b" | "value" | "v" if self.setting.is_some() => {
                let name = self.setting.take().unwrap_or_default();
                self.tree.value(self.bytes, self.scope, &name, span);
            }
            // A script, which is read as one.
            "c" | "lc" | "ec" if value.contains(' ') => {}
            _ if assigned(value).is_some() => self.setting_in(span),
            _ if value.contains("://") && (flag.len() == 1 || is_switch(self.program, flag) || name == "uri") => {
                self.tree.value(self.bytes, self.scope, "url", span);
            }
            _ => self.tree.value(self.bytes, self.scope, flag, span),
        }
    }

    /// An argument without a flag.
    fn plain(&mut self, span: Range<usize>) {
        let value = text(self.bytes, &span);
        let verb = std::mem::replace(&mut self.verb, matches!(value, "set" | "add" | "put" | "setenv" | "config"));
        let client = CLIENTS.contains(&self.program);
        if assigned(value).is_some() {
            self.setting_in(span);
        } else if value.contains("://") && !value.starts_with('{') && !value.contains([' ', '\n']) {
            let name = self.setting.take().unwrap_or_else(|| "url".to_owned());
            self.tree.value(self.bytes, self.scope, &name, span);
        } else if client && header_name(value).is_some() {
            self.header(span);
        } else if client && value.contains(['.', '/', '$']) {
            self.tree.value(self.bytes, self.scope, "url", span);
        } else if let Some(name) = self.setting.take().filter(|_| !self.verb) {
            self.tree.value(self.bytes, self.scope, &name, span);
        } else if verb
            && !self.verb
            && WITH_VERB.contains(&self.program)
            && value.len() > 2
            && value.chars().all(is_setting_letter)
        {
            self.setting = Some(value.to_owned());
        }
    }

    /// `Name: value`.
    fn header(&mut self, span: Range<usize>) {
        let value = text(self.bytes, &span);
        let Some((name, rest)) = value.split_once(':') else { return };
        let blanks = rest.len() - rest.trim_start().len();
        let start = span.start + name.len() + 1 + blanks;
        self.tree.value(self.bytes, self.scope, name.trim(), bare(self.bytes, start..span.end.max(start)));
    }

    /// `a=b,c.d=e`.
    fn settings(&mut self, span: Range<usize>) {
        let value = &self.bytes[span.clone()];
        let mut from = 0;
        let mut depth = 0_usize;
        for at in 0..=value.len() {
            match value.get(at) {
                Some(b'{') => depth += 1,
                Some(b'}') => depth = depth.saturating_sub(1),
                Some(b',') | None if depth == 0 || at == value.len() => {
                    self.setting_in(bare(self.bytes, span.start + from..span.start + at));
                    from = at + 1;
                }
                _ => {}
            }
        }
    }

    /// `name=value`, whose name may come in parts.
    fn setting_in(&mut self, span: Range<usize>) {
        let value = text(self.bytes, &span);
        let Some(name) = assigned(value) else { return };
        let equals = value.find('=').unwrap_or(0);
        let inner = bare(self.bytes, span.start + equals + 1..span.end);
        let (path, last) = name.rsplit_once('.').unwrap_or(("", name));
        let parts = path.split('.').filter(|part| !part.is_empty());
        let scope = self.tree.descend(self.scope, parts);
        self.tree.value(self.bytes, scope, last, inner);
    }
}

/// Whether a value is nothing but what a command puts out: then that command holds what there is.
pub(super) fn is_command(value: &str) -> bool {
    value.starts_with("$(") && value.ends_with(')') || value.starts_with('`') && value.ends_with('`')
}

fn is_setting_letter(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '_' | '.' | '-')
}

/// The name in `Name:value`, as some clients take headers.
fn header_name(value: &str) -> Option<&str> {
    let (name, rest) = value.split_once(':')?;
    let letters = name.len() > 2 && name.chars().all(|char| char.is_ascii_alphabetic() || char == '-');
    (letters && !rest.starts_with("//") && !rest.starts_with(|char: char| char.is_ascii_digit())).then_some(name)
}
