//! Dockerfiles: stages, what they set, what they run.
//!
//! What is set stays in the layers of an image, stage by stage. A stage stands for itself where there are several; what
//! is declared in front of the first one is there for all.

use std::ops::Range;

use crate::model::{ScopeId, ScopeKind};

use super::Unread;
use super::shell;
use super::tree::Tree;

/// Larger files are not taken on.
const LARGEST: usize = 4 << 20;

/// Here-documents that end nowhere are searched for only so often.
const MOST_UNENDED: usize = 16;

/// Reads a Dockerfile into `scope`.
pub(super) fn read(bytes: &[u8], scope: ScopeId, tree: &mut Tree) -> Result<(), Unread> {
    if bytes.len() > LARGEST {
        return Err(Unread::TooLarge);
    }
    let mut stages: Vec<ScopeId> = Vec::new();
    let mut unended = 0;
    let mut at = if bytes.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
    while at < bytes.len() {
        let end = instruction_end(bytes, at);
        let stage = stages.last().copied().unwrap_or(scope);
        let line = at + bytes[at..end].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let length = bytes[line..end].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let word = bytes[line..line + length].to_ascii_uppercase();
        let rest = line + length..end;
        let mut next = end;
        match word.as_slice() {
            b"FROM" => {
                if let Some(&stage) = stages.last() {
                    tree.close(stage, line);
                }
                let words = shell::words(bytes, rest.clone());
                let word = |index: usize| words.get(index).and_then(|span| str::from_utf8(&bytes[span.clone()]).ok());
                let named = (0..words.len()).find(|&at| word(at).is_some_and(|word| word.eq_ignore_ascii_case("as")));
                let name = named.and_then(|at| word(at + 1)).unwrap_or_default();
                stages.push(tree.open(scope, ScopeKind::Section, name, line..end));
            }
            b"ENV" | b"ARG" | b"LABEL" => settings(bytes, rest, stage, tree),
            b"RUN" | b"CMD" | b"ENTRYPOINT" | b"HEALTHCHECK" | b"SHELL" | b"ONBUILD" => {
                next = here_document_end(bytes, &rest, &mut unended);
                command(bytes, rest.start..next, stage, tree);
            }
            b"COPY" | b"ADD" => {
                next = here_document_end(bytes, &rest, &mut unended);
                copy(bytes, rest, next, stage, tree);
            }
            _ => {}
        }
        at = next.max(at + 1);
    }
    if let Some(&stage) = stages.last() {
        tree.close(stage, bytes.len());
    }
    if stages.len() > 1 {
        stages.into_iter().filter(|&stage| stage != scope).for_each(|stage| tree.set_unit(stage, true));
    }
    Ok(())
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |found| at + found + 1)
}

/// Behind the last line of an instruction: comments and empty lines may stand between its lines.
fn instruction_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    let mut goes_on = false;
    while at < bytes.len() {
        let end = line_end(bytes, at);
        let line = bytes[at..end].trim_ascii();
        let comment = line.is_empty() || line.starts_with(b"#");
        at = end;
        if !(comment && goes_on) {
            goes_on = !comment && line.ends_with(b"\\");
        }
        if !goes_on {
            break;
        }
    }
    at
}

/// Behind the here-documents of an instruction: `RUN <<EOF`.
fn here_document_end(bytes: &[u8], instruction: &Range<usize>, unended: &mut usize) -> usize {
    let text = &bytes[instruction.clone()];
    let Some(found) = memchr::memmem::find(text, b"<<") else { return instruction.end };
    let word = text[found + 2..].strip_prefix(b"-").unwrap_or(&text[found + 2..]);
    let word = word.trim_ascii_start().strip_prefix(b"\"").or(word.strip_prefix(b"'")).unwrap_or(word);
    let length = word.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let word = &word[..length];
    if word.is_empty() || *unended > MOST_UNENDED {
        return instruction.end;
    }
    let mut at = instruction.end;
    while at < bytes.len() {
        let end = line_end(bytes, at);
        if bytes[at..end].trim_ascii() == word {
            return end;
        }
        at = end;
    }
    *unended += 1;
    instruction.end
}

/// `NAME=value NAME2="value"`, or `NAME value`.
fn settings(bytes: &[u8], rest: Range<usize>, scope: ScopeId, tree: &mut Tree) {
    let words = shell::words(bytes, rest.clone());
    let Some(first) = words.first() else { return };
    let text = |span: &Range<usize>| str::from_utf8(&bytes[span.clone()]).unwrap_or_default();
    shell::variables(bytes, rest.clone(), &[], scope, tree);
    if text(first).contains('=') {
        for word in &words {
            let Some((name, _)) = text(word).split_once('=') else { continue };
            let value = shell::bare(bytes, word.start + name.len() + 1..word.end);
            tree.value(bytes, scope, name.trim_matches(['"', '\'']), value);
        }
    } else if words.len() > 1 {
        // Everything behind the name, blanks included.
        let end = rest.start + bytes[rest.clone()].trim_ascii_end().len();
        tree.value(bytes, scope, text(first), shell::bare(bytes, words[1].start..end.max(words[1].end)));
    }
}

/// `RUN`, `CMD`: a command of a shell, or its words as JSON.
fn command(bytes: &[u8], rest: Range<usize>, scope: ScopeId, tree: &mut Tree) {
    let mut start = rest.start;
    // `--mount=…` and the like, `NONE`, `CMD` behind HEALTHCHECK.
    loop {
        start += bytes[start..rest.end].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let word = bytes[start..rest.end].iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
        let text = &bytes[start..start + word];
        if !(text.starts_with(b"--") || matches!(text, b"CMD" | b"RUN" | b"ENTRYPOINT")) {
            break;
        }
        start += word;
    }
    if bytes.get(start) == Some(&b'[') {
        let words = json_words(bytes, start + 1..rest.end);
        if words.len() > 1 {
            shell::call(bytes, &words, start..rest.end, scope, tree);
        }
        return;
    }
    shell::read_commands(bytes, start..rest.end, scope, tree);
}

/// `COPY <<EOF /app/.env`: the lines are the file.
fn copy(bytes: &[u8], rest: Range<usize>, end: usize, scope: ScopeId, tree: &mut Tree) {
    let file = shell::words(bytes, rest.start..rest.start + bytes[rest.clone()].trim_ascii_end().len()).pop();
    let Some(file) = file.filter(|_| end > rest.end) else { return };
    // The last line ends the document.
    let last = bytes[..end].trim_ascii_end();
    let last = memchr::memrchr(b'\n', last).map_or(rest.end, |found| found + 1).max(rest.end);
    let file = String::from_utf8_lossy(&bytes[shell::bare(bytes, file)]).into_owned();
    shell::write(bytes, rest.end..last, &file, scope, tree);
}

/// The strings of a list, without their quotes.
fn json_words(bytes: &[u8], range: Range<usize>) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut at = range.start;
    while at < range.end {
        match (bytes[at], start) {
            (b'\\', Some(_)) => at += 1,
            (b'"', Some(from)) => {
                words.push(from..at);
                start = None;
            }
            (b'"', None) => start = Some(at + 1),
            (b']', None) => break,
            _ => {}
        }
        at += 1;
    }
    words
}

#[cfg(test)]
mod tests {
    fn outline(text: &str) -> String {
        super::super::read("Dockerfile", text.as_bytes()).unwrap().unwrap().outline(text.as_bytes())
    }

    #[test]
    fn stages_stand_for_themselves() {
        let text = "ARG BASE=https://a.example\nFROM x AS build\nENV KEY=key-one \\\n  # between\n  URL=\"https://b.example\"\nFROM y\nENV KEY key two\nLABEL a=b\n";
        let wanted = "file\n  BASE = https://a.example\n  section build (unit)\n    KEY = key-one\n    URL = https://b.example\n  section (unit)\n    KEY = key two\n    a = b\n";
        assert_eq!(outline(text), wanted);
    }

    #[test]
    fn what_is_run_is_read_as_commands() {
        let text = "\u{feff}FROM x\r\nRUN --mount=type=cache,target=/c export KEY=key-one && \\\r\n  echo \"URL=https://a.example\" >> .env\r\nRUN <<EOF\r\ncurl -H 'A: b' https://c.example\r\nEOF\r\nCOPY <<EOF /app/.env\r\nA=b\r\nEOF\r\nCOPY . /app\r\nCMD [\"serve\", \"--base-url\", \"https://d.example\", \"--api-key=key-two\"]\r\n";
        let wanted = "file\n  section\n    KEY = key-one\n    section .env\n      URL = https://a.example\n    section\n      call curl (unit)\n        A = b\n        url = https://c.example\n    section /app/.env\n      A = b\n    call serve (unit)\n      base-url = https://d.example\n      api-key = key-two\n";
        assert_eq!(outline(text), wanted);
    }
}
