//! Batch files of cmd.

use std::ops::Range;

use crate::model::{ScopeId, ScopeKind, Used};
use crate::structure::tree::Tree;

use super::command::{arguments, call_name};
use super::lex::bare;

/// Reads a batch file into `file`.
pub(super) fn read(bytes: &[u8], file: ScopeId, tree: &mut Tree) {
    let mut at = if bytes.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
    let mut end = at;
    // What a label begins, and the blocks that are open in it.
    let mut label = file;
    let mut blocks: Vec<ScopeId> = Vec::new();
    while at < bytes.len() {
        // A line goes on behind `^`, a command ends at `&`, `|` or a parenthesis outside quotes.
        let mut quoted = false;
        end = end.max(at);
        loop {
            match bytes.get(end) {
                None => break,
                Some(b'^') if bytes[end + 1..].starts_with(b"\r\n") => end += 2,
                Some(b'^') => end += 1,
                Some(b'\n') => break,
                Some(b'"') => quoted = !quoted,
                Some(b'&' | b'|' | b'(' | b')') if !quoted => break,
                Some(_) => {}
            }
            end += 1;
        }
        end = end.min(bytes.len());
        let text = bytes[at..end].trim_ascii();
        let scope = blocks.last().copied().unwrap_or(label);
        if let Some(name) = text.strip_prefix(b":").filter(|name| !name.starts_with(b":") && blocks.is_empty()) {
            tree.close(label, at);
            label = tree.open(file, ScopeKind::Section, &String::from_utf8_lossy(name), at..end);
        } else {
            command(bytes, at..end, scope, tree);
        }
        match bytes.get(end) {
            Some(b'(') if opens_block(text) => {
                blocks.push(tree.open(scope, ScopeKind::Section, "", end..end));
            }
            Some(b')') => {
                if let Some(block) = blocks.pop() {
                    tree.close(block, end);
                }
            }
            _ => {}
        }
        at = end + 1;
    }
    for open in blocks.into_iter().chain([label]) {
        tree.close(open, bytes.len());
    }
}

/// Whether the parenthesis behind a text begins a block: behind `if …`, `else`, `do`, or alone.
fn opens_block(text: &[u8]) -> bool {
    let starts = |word: &[u8]| text.get(..word.len()).is_some_and(|lead| lead.eq_ignore_ascii_case(word));
    let ends = text.len() >= 2 && text[text.len() - 2..].eq_ignore_ascii_case(b"do");
    text.is_empty() || text == b"@" || starts(b"if ") || starts(b"else") || ends
}

/// The words of a command, quotes included.
fn words(bytes: &[u8], range: &Range<usize>) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quoted = false;
    for at in range.clone() {
        let continued = bytes[at] == b'^' && matches!(bytes.get(at + 1), Some(b'\r' | b'\n'));
        let ends = (bytes[at].is_ascii_whitespace() && !quoted) || continued;
        quoted ^= bytes[at] == b'"';
        match (ends, start) {
            (true, Some(from)) => {
                words.push(from..at);
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    words.extend(start.map(|from| from..range.end));
    words
}

fn command(bytes: &[u8], range: Range<usize>, scope: ScopeId, tree: &mut Tree) {
    let mut words = words(bytes, &range);
    let text = |span: &Range<usize>| str::from_utf8(&bytes[span.clone()]).unwrap_or_default();
    // What may stand in front of a command.
    let leads = words.iter().take_while(|word| {
        let word = text(word).to_ascii_lowercase();
        matches!(word.as_str(), "@" | "call" | "start" | "do" | "else" | "@call")
    });
    words.drain(..leads.count());
    let Some(first) = words.first() else { return };
    let name = text(first).trim_start_matches('@').to_ascii_lowercase();
    match name.as_str() {
        "rem" | "echo" | "if" | "for" | "goto" => return,
        _ if name.starts_with(':') => return,
        "set" => {
            let rest = words.get(1).map_or(range.end..range.end, |word| word.start..range.end);
            let end = rest.start + bytes[rest.clone()].trim_ascii_end().len();
            variables(bytes, &(rest.start..end), scope, tree);
            // `set "NAME=value"`, flags in front.
            let mut start = rest.start;
            while bytes.get(start) == Some(&b'/') {
                start += bytes[start..end].iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
                start += bytes[start..end].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            }
            let setting = bare(bytes, start..end.max(start));
            let Some(equals) = memchr::memchr(b'=', &bytes[setting.clone()]) else { return };
            let name = text(&(setting.start..setting.start + equals)).trim().to_owned();
            tree.value(bytes, scope, &name, bare(bytes, setting.start + equals + 1..setting.end));
            return;
        }
        "setx" => {
            variables(bytes, &range, scope, tree);
            let plain: Vec<_> = words[1..].iter().filter(|word| !text(word).starts_with('/')).collect();
            if let [name, value, ..] = plain.as_slice() {
                let name = text(&bare(bytes, (*name).clone())).to_owned();
                tree.value(bytes, scope, &name, bare(bytes, (*value).clone()));
            }
            return;
        }
        _ => {}
    }
    if words.len() < 2 {
        return;
    }
    let (name, from) = call_name(bytes, &words);
    let call = tree.open(scope, ScopeKind::Call, name.trim_start_matches('@'), words[0].start..range.end);
    if call != scope {
        tree.set_unit(call, true);
    }
    variables(bytes, &range, call, tree);
    let program = name.split(' ').next().unwrap_or(&name).to_owned();
    arguments(bytes, &program, words.get(from..).unwrap_or_default(), call, tree);
}

/// `%NAME%`, `!NAME!`.
fn variables(bytes: &[u8], range: &Range<usize>, scope: ScopeId, tree: &mut Tree) {
    let mut at = range.start;
    while let Some(found) = memchr::memchr2(b'%', b'!', &bytes[at..range.end]) {
        let start = at + found + 1;
        let letters = bytes[start..range.end].iter().take(120);
        let length = letters.take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        at = start + length;
        if length > 0 && matches!(bytes.get(at), Some(b'%' | b'!' | b':')) {
            tree.uses(scope, Used::Name(String::from_utf8_lossy(&bytes[start..at]).into_owned()));
            at += 1;
        }
        at = at.min(range.end);
    }
}
