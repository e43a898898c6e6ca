//! Sections of `name = value` lines: INI and `.cfg`, systemd units, supervisor, `.reg`, `.npmrc`, git config.
//!
//! The dialects differ in what a section is, less in how a line is read. A systemd unit is one service, whatever its
//! sections; of supervisor each program is one; what stands in `[DEFAULT]` is seen by all sections.

use std::collections::HashMap;
use std::ops::Range;

use crate::model::{Environment, ScopeId, ScopeKind, Used};

use super::lines::{
    assignment, closing, command, is_name, lines, references, separated, start, text, trimmed, unquoted,
};
use super::tree::Tree;

/// Names of sections whose values all others see.
const SHARED: [&str; 4] = ["DEFAULT", "global", "common", "supervisord"];

/// Kinds of sections that are programs: `[program:x]`.
const PROGRAMS: [&str; 7] = ["program", "fcgi-program", "eventlistener", "group", "job", "watcher", "service"];

/// Settings that hold variables of an environment.
const VARIABLES: [&str; 6] = ["environment", "env", "setenv", "set_env", "raw_env", "passenv"];

/// Settings that hold a command.
const COMMANDS: [&str; 4] = ["command", "cmd", "exec", "args"];

/// Most parts of the name of a section.
const MOST_PARTS: usize = 12;

/// Reads the sections of `bytes` into `scope`.
pub(super) fn read(bytes: &[u8], scope: ScopeId, tree: &mut Tree) {
    let systemd = is_unit(bytes);
    let mut reader = Reader {
        bytes,
        tree,
        file: scope,
        section: scope,
        sections: HashMap::new(),
        shared: None,
        pending: None,
        systemd,
    };
    if systemd {
        reader.section = reader.tree.open(scope, ScopeKind::Service, "", 0..bytes.len());
        reader.file = reader.section;
    }
    let mut rows = lines(bytes, start(bytes)..bytes.len());
    while let Some(row) = rows.next() {
        let mut row = row;
        while systemd && bytes[row.clone()].ends_with(b"\\") {
            let Some(next) = rows.next() else { break };
            row.end = next.end;
        }
        reader.line(row);
    }
    reader.flush();
    let section = reader.section;
    if let Some(shared) = reader.shared {
        let mut takers: Vec<ScopeId> = reader.sections.into_values().collect();
        takers.sort_unstable();
        // Maps are what names in parts lead through.
        takers.retain(|&taker| taker != shared && tree.scopes()[taker].kind != ScopeKind::Map);
        for taker in takers {
            tree.uses(taker, Used::Scope(shared));
        }
    }
    tree.close(section, bytes.len());
}

/// Whether this is a systemd unit or a part of one.
fn is_unit(bytes: &[u8]) -> bool {
    let marks: [&[u8]; 4] = [b"[Unit]", b"ExecStart", b"Environment=", b"EnvironmentFile="];
    let mut rows = lines(bytes, start(bytes)..bytes.len()).take(2000);
    rows.any(|row| marks.iter().any(|mark| bytes[row.clone()].starts_with(mark)))
}

/// A setting whose value may go on in the next line.
struct Pending {
    name: String,
    value: Range<usize>,
    indent: usize,
}

struct Reader<'b, 't> {
    bytes: &'b [u8],
    tree: &'t mut Tree,
    file: ScopeId,
    section: ScopeId,
    sections: HashMap<String, ScopeId>,
    /// What all sections see.
    shared: Option<ScopeId>,
    pending: Option<Pending>,
    systemd: bool,
}

impl Reader<'_, '_> {
    fn line(&mut self, row: Range<usize>) {
        let line = trimmed(self.bytes, row.clone());
        let indent = line.start - row.start;
        let content = &self.bytes[line.clone()];
        match content.first() {
            None => self.flush(),
            Some(b'#' | b';') => {}
            Some(b'[') if self.pending.as_ref().is_none_or(|pending| indent <= pending.indent) => {
                if let Some(end) = content.iter().rposition(|byte| *byte == b']') {
                    self.flush();
                    self.open_section(line.start + 1..line.start + end, row.start);
                }
            }
            Some(_) => self.setting(line, indent),
        }
    }

    fn open_section(&mut self, name: Range<usize>, at: usize) {
        let label = text(self.bytes, trimmed(self.bytes, name)).into_owned();
        if self.section != self.file {
            self.tree.close(self.section, at);
        }
        self.section = self.file;
        if self.systemd || label.is_empty() {
            return;
        }
        if SHARED.contains(&label.as_str()) {
            let file = self.file;
            self.section = *self.shared.get_or_insert_with(|| {
                // It has no name, because its settings are called as those of the file.
                let shared = self.tree.open(file, ScopeKind::Section, "", at..at);
                self.tree.set_unit(shared, false);
                shared
            });
            return;
        }
        let parts = parts(&label);
        let Some((last, above)) = parts.split_last() else { return };
        let mut path = String::new();
        let mut parent = self.file;
        for part in above {
            path.push('\0');
            path.push_str(part);
            parent = *self.sections.entry(path.clone()).or_insert_with(|| self.tree.child(parent, part));
        }
        path.push('\0');
        path.push_str(last);
        let program = above.len() == 1 && PROGRAMS.contains(&above[0]);
        let kind = if program { ScopeKind::Service } else { ScopeKind::Section };
        let known = self.sections.get(&path).copied();
        let section = known.unwrap_or_else(|| self.tree.open(parent, kind, last, at..at));
        self.tree.set_kind(section, kind);
        self.sections.insert(path, section);
        if let Some(environment) = Environment::of_word(&last.to_lowercase()) {
            self.tree.set_environment(section, environment);
        }
        self.section = section;
    }

    fn setting(&mut self, line: Range<usize>, indent: usize) {
        let setting = name_and_value(self.bytes, line.clone());
        let deeper = self.pending.as_ref().is_some_and(|pending| indent > pending.indent);
        let Some((name, value)) = setting.filter(|(name, _)| !deeper || is_name(name.as_bytes())) else {
            // A value goes on in lines that stand further in.
            if let Some(pending) = self.pending.as_mut().filter(|_| deeper) {
                if pending.value.is_empty() {
                    pending.value.start = line.start;
                }
                pending.value.end = line.end;
            }
            return;
        };
        if let Some(pending) = self.pending.as_mut().filter(|pending| deeper && holds_variables(&pending.name)) {
            // Variables below `environment =`, one in each line.
            if pending.value.is_empty() {
                pending.value.start = line.start;
            }
            pending.value.end = line.end;
            return;
        }
        let indent = self.pending.as_ref().filter(|_| deeper).map_or(indent, |pending| pending.indent);
        self.flush();
        self.pending = Some(Pending { name, value, indent });
    }

    /// Adds the setting that is complete now.
    fn flush(&mut self) {
        let Some(Pending { name, value, .. }) = self.pending.take() else { return };
        let (bytes, section) = (self.bytes, self.section);
        let lower = name.to_lowercase();
        if lower == "environmentfile" {
            let path = unquoted(bytes, value);
            let path = text(bytes, path);
            self.tree.uses(section, Used::File(path.trim_start_matches('-').trim_matches(['"', '\'']).to_owned()));
            return;
        }
        if lower == "passenvironment" {
            for word in text(bytes, value).split_ascii_whitespace() {
                self.tree.uses(section, Used::Name(word.to_owned()));
            }
            return;
        }
        if holds_variables(&lower) && self.variables(value.clone()) {
            return;
        }
        if COMMANDS.contains(&lower.as_str()) || (self.systemd && lower.starts_with("exec")) {
            let end = value.end;
            let call = self.tree.open(section, ScopeKind::Call, &name, value.clone());
            self.tree.value(bytes, call, &name, value.clone());
            command(bytes, value, call, self.tree);
            self.tree.close(call, end);
            return;
        }
        // `env[NAME] = value` of PHP's process manager, `name[] = value` of lists.
        let name = match name.split_once('[') {
            Some(("env", rest)) => rest.trim_end_matches(']'),
            Some((name, rest)) if rest.ends_with(']') => name,
            _ => &name,
        };
        let value = content(bytes, value);
        for (open, close) in [(&b"%("[..], b')'), (b"${", b'}')] {
            for name in references(&bytes[value.clone()], open, close).take(50) {
                self.tree.uses(section, Used::Name(name.to_owned()));
            }
        }
        self.tree.value(bytes, section, name, value);
    }

    /// Adds the variables of `"K=V" "K2=V2"` and `K="V",K2="V2"`; false where the value is nothing of that kind.
    fn variables(&mut self, value: Range<usize>) -> bool {
        let mut found = false;
        let commas = !self.systemd;
        let whole = if commas { unquoted_list(self.bytes, value) } else { value };
        let words = separated(self.bytes, whole, |byte| {
            if commas { matches!(byte, b',' | b'\n') } else { byte.is_ascii_whitespace() }
        });
        for word in words {
            if let Some((name, value)) = assignment(self.bytes, word) {
                self.tree.value(self.bytes, self.section, &name, value);
                found = true;
            }
        }
        found
    }
}

fn holds_variables(name: &str) -> bool {
    VARIABLES.contains(&name.to_lowercase().as_str())
}

/// A list of assignments without the quotes around all of it.
fn unquoted_list(bytes: &[u8], value: Range<usize>) -> Range<usize> {
    let inner = unquoted(bytes, value.clone());
    let quote = bytes[inner.clone()].contains(&b'"');
    if quote { value } else { inner }
}

/// A value without its quotes or the comment behind it.
fn content(bytes: &[u8], value: Range<usize>) -> Range<usize> {
    let whole = &bytes[value.clone()];
    if let Some(&quote @ (b'"' | b'\'')) = whole.first()
        && let Some(close) = closing(bytes, value.start + 1..value.end, quote)
    {
        let rest = bytes[close + 1..value.end].trim_ascii();
        if rest.is_empty() || matches!(rest[0], b'#' | b';') {
            return value.start + 1..close;
        }
    }
    let first = memchr::memchr(b'\n', whole).unwrap_or(whole.len());
    let comment = whole[..first].windows(2).position(|pair| matches!(pair, [b' ' | b'\t', b'#' | b';']));
    match comment.filter(|_| first == whole.len()) {
        Some(at) => trimmed(bytes, value.start..value.start + at),
        None => value,
    }
}

/// The name and the value of a line.
fn name_and_value(bytes: &[u8], line: Range<usize>) -> Option<(String, Range<usize>)> {
    let content = &bytes[line.clone()];
    if let Some(&quote @ (b'"' | b'\'')) = content.first() {
        let close = closing(bytes, line.start + 1..line.end, quote)?;
        let rest = trimmed(bytes, close + 1..line.end);
        let assigns = matches!(bytes[rest.clone()].first(), Some(b'=' | b':'));
        return assigns.then(|| {
            let name = text(bytes, line.start + 1..close).into_owned();
            (name, trimmed(bytes, rest.start + 1..rest.end))
        });
    }
    let at = content.iter().position(|byte| matches!(byte, b'=' | b':'))?;
    let plain = |name: &[u8]| {
        name.trim_ascii().iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b' '))
    };
    let at = match content[at] {
        b'=' => at,
        _ if plain(&content[..at]) => at,
        _ => memchr::memchr(b'=', content)?,
    };
    let name = trimmed(bytes, line.start..line.start + at);
    // A name is short, and no sentence.
    let words = bytes[name.clone()].split(|byte| *byte == b' ').take(5).count();
    let fits = !name.is_empty() && name.len() <= 160 && words < 5;
    fits.then(|| (text(bytes, name).into_owned(), trimmed(bytes, line.start + at + 1..line.end)))
}

/// The parts of a section's name: `a.b`, `a "b"`, `env:prod`, `profile x`, `HKEY_CURRENT_USER\Environment`.
fn parts(label: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = label.trim();
    while !rest.is_empty() && parts.len() + 1 < MOST_PARTS {
        if let Some(inner) = rest.strip_prefix(['"', '\'']) {
            let end = inner.find(['"', '\'']).unwrap_or(inner.len());
            parts.push(&inner[..end]);
            rest = inner[end..].trim_start_matches(['"', '\'', '.', ' ']);
            continue;
        }
        let Some(end) = rest.find(['.', ':', '\\', ' ', '"']) else { break };
        let (part, behind) = rest.split_at(end);
        parts.push(part);
        rest = behind.trim_start_matches(['.', ':', '\\', ' ']);
    }
    parts.push(rest);
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    fn outline(path: &str, text: &str) -> String {
        super::super::read(path, text.as_bytes()).unwrap().unwrap().outline(text.as_bytes())
    }

    #[test]
    fn sections_hold_their_settings() {
        let text = "\u{feff}top=1\r\n[DEFAULT]\r\nshared = x ; note\r\n[openai]\r\napi_key: \"K1\"\r\nbase = https://h:1/?a=b\r\n[a \"b\"]\r\n\turl = u\r\n[env:prod]\r\nk=%(top)s\r\n";
        let wanted = "file\n  top = 1\n  section\n    shared = x\n  section openai merges \n    api_key = K1\n    base = https://h:1/?a=b\n  map a\n    section b merges \n      url = u\n  map env\n    section prod (unit) @production uses top merges \n      k = %(top)s\n";
        assert_eq!(outline("a.ini", text), wanted);
    }

    #[test]
    fn a_systemd_unit_is_one_service() {
        let text = "[Unit]\nDescription=x\n[Service]\nEnvironment=\"A_K=a b\" \"B=c\" \\\n  'C=d'\nEnvironment=D=e\nEnvironmentFile=-/etc/app.env\nExecStart=/bin/app --api-key K1 --base-url=U \\\n  -H \"X-Key: k\"\n";
        let wanted = "file\n  service (unit) reads /etc/app.env\n    Description = x\n    A_K = a b\n    B = c\n    C = d\n    D = e\n    call ExecStart\n      ExecStart = /bin/app --api-key K1 --base-url=U \\\n  -H \"X-Key: k\"\n      api-key = K1\n      base-url = U\n      X-Key = k\n";
        assert_eq!(outline("app.service", text), wanted);
    }

    #[test]
    fn programs_of_a_supervisor_are_services() {
        let text = "[supervisord]\nenvironment=S=\"0\"\n[program:a]\ncommand=env K=v run --key x\nenvironment=A=\"1,2\",B='2',\n  C=3\n[program:b]\nenvironment =\n  A=\"x\",\n  B=y\n";
        let wanted = "file\n  section\n    S = 0\n  map program\n    service a (unit) merges \n      A = 1,2\n      B = 2\n      C = 3\n      call command\n        command = env K=v run --key x\n        K = v\n        key = x\n    service b (unit) merges \n      A = x\n      B = y\n";
        assert_eq!(outline("supervisord.conf", text), wanted);
    }

    #[test]
    fn registry_files_and_npmrc() {
        let text = "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Environment]\r\n\"A_KEY\"=\"C:\\\\x\"\r\n@=\"d\"\r\n";
        let wanted = "file\n  map HKEY_CURRENT_USER\n    section Environment\n      A_KEY = C:\\\\x\n      @ = d\n";
        assert_eq!(outline("a.reg", text), wanted);
        let text = "//r.org/:_authToken=t\n@s:registry=https://r.org/\nenv[A] = b\nlist[] = c\n";
        let wanted = "file\n  //r.org/:_authToken = t\n  @s:registry = https://r.org/\n  A = b\n  list = c\n";
        assert_eq!(outline(".npmrc", text), wanted);
    }

    #[test]
    fn values_go_on_in_lines_further_in() {
        let text = "[a]\nkeys =\n    one\n    two\n  # note\nnext = x\n    more\n\nlast=1\n  k2 = 2\n  k3 = 3\n";
        let wanted = "file\n  section a\n    keys = one\n    two\n    next = x\n    more\n    last = 1\n    k2 = 2\n    k3 = 3\n";
        assert_eq!(outline("a.cfg", text), wanted);
    }
}
