//! Texts with a format of their own inside a file of another: the files in a ConfigMap, the script of a step.

use std::ops::Range;

use crate::model::{ScopeId, ScopeKind};

use super::format::{Format, Shell};
use super::mapped::Mapped;
use super::read_as;
use super::tree::Tree;

/// Names of settings whose values are commands, in lower case.
const SCRIPTS: [&str; 15] = [
    "after_script",
    "bash",
    "before_script",
    "cmd",
    "command",
    "commands",
    "entrypoint",
    "inlinescript",
    "install_command",
    "run",
    "runcmd",
    "script",
    "shell",
    "start_command",
    "startcommand",
];

/// Reads the value of the setting `name` if it is a text with a format of its own. `span` is where the text lies. False
/// where it is a plain value.
pub(super) fn read(name: &str, text: &Mapped, span: Range<usize>, scope: ScopeId, tree: &mut Tree) -> bool {
    let Some(format) = format_of(name, &text.text) else { return false };
    // The commands of a step are part of it; a file is a thing in itself.
    let inner = match format {
        Format::Shell(_) => scope,
        _ => tree.open(scope, ScopeKind::Section, name, span),
    };
    tree.within(text, |tree| read_as(format, &text.text, inner, tree)).unwrap_or(false)
}

/// Reads a string of several lines that assigns something in each. False where it is any other.
pub(super) fn read_settings(name: &str, bytes: &[u8], span: Range<usize>, scope: ScopeId, tree: &mut Tree) -> bool {
    let text = &bytes[span.clone()];
    if memchr::memchr(b'\n', text.trim_ascii()).is_none() || of_lines("", text.trim_ascii()) != Some(Format::Dotenv) {
        return false;
    }
    let section = tree.open(scope, ScopeKind::Section, name, span.clone());
    let mut inner = Mapped::default();
    inner.push(text, span.start);
    tree.within(&inner, |tree| read_as(Format::Dotenv, &inner.text, section, tree)).unwrap_or(false)
}

fn format_of(name: &str, text: &[u8]) -> Option<Format> {
    match name.to_ascii_lowercase().as_str() {
        "pwsh" | "powershell" => return Some(Format::Shell(Shell::Power)),
        lower if SCRIPTS.contains(&lower) => return Some(Format::Shell(Shell::Posix)),
        _ => {}
    }
    // The tag of a template is no object.
    if text.starts_with(b"{{") {
        return None;
    }
    let lines = memchr::memchr(b'\n', text).is_some();
    let format = Format::of(name, text).or_else(|| lines.then(|| of_lines(name, text)).flatten());
    // A command in a name such as `main.c` says nothing; a name such as `env` may stand for a word.
    format.filter(|_| lines || name.contains('.') || matches!(text.trim_ascii_start().first(), Some(b'{' | b'[')))
}

/// The format of a text whose name does not tell: assignments, or settings where the name speaks of them.
fn of_lines(name: &str, text: &[u8]) -> Option<Format> {
    let lines = || {
        let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end).take(100);
        lines.filter(|line| !line.is_empty() && !line.starts_with(b"#"))
    };
    let assigns = |line: &[u8]| {
        let line = line.strip_prefix(b"export ").unwrap_or(line);
        let length = line.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        length > 1 && line.get(length) == Some(&b'=')
    };
    if lines().next().is_some() && lines().all(assigns) {
        return Some(Format::Dotenv);
    }
    let name = name.to_ascii_lowercase();
    let settings = ["conf", "env", "manifest", "patch", "settings", "values", "vars", "yaml", "yml"]
        .iter()
        .any(|word| name.contains(word));
    let maps = |line: &[u8]| {
        line.starts_with(b" ")
            || line.starts_with(b"-")
            || memchr::memchr(b':', line).is_some_and(|at| matches!(line.get(at + 1), None | Some(b' ')))
    };
    (settings && lines().next().is_some() && lines().all(maps)).then_some(Format::Yaml)
}
