//! Texts inside scripts: here-documents, what `echo` writes into a file, scripts in quotes.

use std::collections::HashMap;
use std::ops::Range;

use crate::model::{ScopeId, ScopeKind, Used};
use crate::structure::format::{Format, Language, Shell};
use crate::structure::mapped::Mapped;
use crate::structure::tree::Tree;

/// The files that a script writes, each a section of its own: lines added one by one belong together.
#[derive(Default)]
pub(super) struct Written {
    sections: HashMap<(ScopeId, String), ScopeId>,
}

impl Written {
    /// Reads a text as the file it is written to, whose section is returned.
    pub(super) fn add(
        &mut self,
        bytes: &[u8],
        text: Range<usize>,
        file: &str,
        scope: ScopeId,
        tree: &mut Tree,
    ) -> ScopeId {
        let section = *self
            .sections
            .entry((scope, file.to_owned()))
            .or_insert_with(|| tree.open(scope, ScopeKind::Section, file, text.clone()));
        let format = Format::of(file, &bytes[text.clone()]);
        embed(bytes, text, format, section, tree);
        section
    }
}

/// Reads a part of a script as a text of its own.
pub(super) fn embed(bytes: &[u8], text: Range<usize>, format: Option<Format>, scope: ScopeId, tree: &mut Tree) {
    let Some(format) = format.filter(|_| !text.is_empty()) else { return };
    let mut inner = Mapped::default();
    inner.push(&bytes[text.clone()], text.start);
    // What cannot be read stays a text in its section.
    let _unread = tree.within(&inner, |tree| crate::structure::read_as(format, &inner.text, scope, tree));
}

/// Reads a script in quotes: `bash -c "…"`, its escapes taken off.
pub(super) fn quoted(bytes: &[u8], text: Range<usize>, scope: ScopeId, tree: &mut Tree) {
    let double = text.start.checked_sub(1).is_some_and(|before| bytes[before] == b'"');
    let mut inner = Mapped::default();
    let mut from = text.start;
    let mut at = text.start;
    while double && at + 1 < text.end {
        if bytes[at] == b'\\' && matches!(bytes[at + 1], b'"' | b'\\' | b'$' | b'`') {
            inner.push(&bytes[from..at], from);
            inner.push_for(&bytes[at + 1..at + 2], at..at + 2);
            at += 2;
            from = at;
        } else {
            at += 1;
        }
    }
    inner.push(&bytes[from..text.end], from);
    let format = Format::Shell(Shell::Posix);
    let _unread = tree.within(&inner, |tree| crate::structure::read_as(format, &inner.text, scope, tree));
}

/// What a program reads from its input.
pub(super) fn input_of(program: &str) -> Option<Format> {
    let name = program.split(' ').next().unwrap_or(program);
    Some(match name {
        "kubectl" | "oc" => Format::Yaml,
        "sh" | "bash" | "zsh" | "dash" | "ksh" | "ssh" | "crontab" | "su" => Format::Shell(Shell::Posix),
        "docker" | "podman" => Format::Dockerfile,
        "node" | "deno" | "bun" => Format::Code(Language::JavaScript),
        "ruby" => Format::Code(Language::Ruby),
        "php" => Format::Code(Language::Php),
        "pwsh" => Format::Shell(Shell::Power),
        _ if name.starts_with("python") => Format::Code(Language::Python),
        _ => return None,
    })
}

/// Says which variables a text takes: `$NAME`, `${NAME:-default}`, except in single quotes and in `without`.
pub(in crate::structure) fn variables(
    bytes: &[u8],
    text: Range<usize>,
    without: &[Range<usize>],
    scope: ScopeId,
    tree: &mut Tree,
) {
    let mut at = text.start;
    let (mut double, mut single) = (false, false);
    let mut left_out = without.iter().peekable();
    while at < text.end {
        if let Some(range) = left_out.peek().filter(|range| range.start <= at) {
            at = at.max(range.end);
            left_out.next();
            continue;
        }
        match bytes[at] {
            b'\\' if !single => at += 1,
            b'\'' if !double => single = !single,
            b'"' if !single => double = !double,
            b'$' if !single => {
                let start = at + 1 + usize::from(bytes.get(at + 1) == Some(&b'{'));
                let letters = bytes[start..text.end].iter().take(120);
                let length = letters.take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
                let name = str::from_utf8(&bytes[start..start + length]).unwrap_or_default();
                if !name.is_empty() && !name.starts_with(|char: char| char.is_ascii_digit()) {
                    tree.uses(scope, Used::Name(name.to_owned()));
                }
                at = start + length;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
}
