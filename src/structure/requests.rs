//! Requests in text files: `.http` and `.rest`, and those of Bruno.

use std::ops::Range;

use crate::model::{ScopeId, ScopeKind, Used};

use super::lines::{lines, references, start, text, trimmed, unquoted};
use super::tree::Tree;

/// Reads the requests of an `.http` file, which `###` divides, and its variables.
pub(super) fn read(bytes: &[u8], scope: ScopeId, tree: &mut Tree) {
    let mut request = Request { scope: None, name: String::new(), begun: 0, part: Part::Head };
    for row in lines(bytes, start(bytes)..bytes.len()) {
        let line = trimmed(bytes, row.clone());
        let content = &bytes[line.clone()];
        if content.starts_with(b"###") {
            request.end(row.start, tree);
            let name = text(bytes, trimmed(bytes, line.start + 3..line.end)).into_owned();
            request = Request { scope: None, name, begun: row.start, part: Part::Head };
        } else if content.starts_with(b"@") && request.part != Part::Body {
            variable(bytes, line, scope, tree);
        } else if content.starts_with(b"#") || content.starts_with(b"//") {
            let comment = text(bytes, line);
            if let Some((_, name)) = comment.split_once("@name ").filter(|_| request.scope.is_none()) {
                name.trim().clone_into(&mut request.name);
            }
        } else {
            request.line(bytes, line, row.start, scope, tree);
        }
    }
    request.end(bytes.len(), tree);
}

/// Which part of a request is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// Nothing of it yet.
    Head,
    /// What its address goes on with, and its headers.
    Headers,
    /// What is sent.
    Body,
}

struct Request {
    scope: Option<ScopeId>,
    name: String,
    begun: usize,
    part: Part,
}

impl Request {
    fn end(&self, at: usize, tree: &mut Tree) {
        if let Some(scope) = self.scope {
            tree.close(scope, at);
        }
    }

    fn line(&mut self, bytes: &[u8], line: Range<usize>, row: usize, file: ScopeId, tree: &mut Tree) {
        let content = &bytes[line.clone()];
        match (self.part, self.scope) {
            (Part::Head, _) if content.is_empty() || content.starts_with(b"<") => {}
            (Part::Headers, _) if content.is_empty() => self.part = Part::Body,
            (Part::Head, _) => {
                let begun = if self.begun == 0 { row } else { self.begun };
                let scope = tree.open(file, ScopeKind::Call, &self.name, begun..line.end);
                self.scope = Some(scope);
                self.part = Part::Headers;
                add(bytes, scope, "url", address(bytes, line), tree);
            }
            (Part::Headers, Some(scope)) => {
                let separator = match content.first() {
                    Some(b'?' | b'&') => memchr::memchr(b'=', content).map(|at| (1, at)),
                    _ => memchr::memchr(b':', content).map(|at| (0, at)),
                };
                let Some((from, at)) = separator.filter(|(from, at)| from < at) else { return };
                let name = text(bytes, trimmed(bytes, line.start + from..line.start + at)).into_owned();
                add(bytes, scope, &name, trimmed(bytes, line.start + at + 1..line.end), tree);
            }
            (_, Some(scope)) => takes(content, scope, tree),
            (_, None) => {}
        }
    }
}

/// The address in `POST https://… HTTP/1.1`.
fn address(bytes: &[u8], line: Range<usize>) -> Range<usize> {
    let content = &bytes[line.clone()];
    let method = content.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let from = if content.get(method) == Some(&b' ') { line.start + method } else { line.start };
    let line = trimmed(bytes, from..line.end);
    let version = memchr::memmem::rfind(&bytes[line.clone()], b" HTTP/");
    trimmed(bytes, line.start..version.map_or(line.end, |at| line.start + at))
}

/// `@name = value`.
fn variable(bytes: &[u8], line: Range<usize>, scope: ScopeId, tree: &mut Tree) {
    let Some(equals) = memchr::memchr(b'=', &bytes[line.clone()]) else { return };
    let name = text(bytes, trimmed(bytes, line.start + 1..line.start + equals)).into_owned();
    add(bytes, scope, &name, unquoted(bytes, line.start + equals + 1..line.end), tree);
}

/// Adds a value and what it uses.
fn add(bytes: &[u8], scope: ScopeId, name: &str, value: Range<usize>, tree: &mut Tree) {
    takes(&bytes[value.clone()], scope, tree);
    tree.value(bytes, scope, name, value);
}

/// The variables in `{{name}}`.
fn takes(content: &[u8], scope: ScopeId, tree: &mut Tree) {
    for name in references(content, b"{{", b'}').take(100) {
        tree.uses(scope, Used::Name(name.to_owned()));
    }
}

/// Reads a file of Bruno: blocks of `name: value`, all of one request; those of an environment are the file's.
pub(super) fn read_bruno(bytes: &[u8], scope: ScopeId, tree: &mut Tree) {
    const METHODS: [&str; 9] = ["get", "post", "put", "delete", "patch", "head", "options", "connect", "trace"];
    let is_request = |row: Range<usize>| {
        let line = text(bytes, row);
        line.trim_end().strip_suffix('{').is_some_and(|word| METHODS.contains(&word.trim()))
    };
    let mut around = scope;
    if lines(bytes, start(bytes)..bytes.len()).filter(|row| row.len() < 100).any(is_request) {
        around = tree.open(scope, ScopeKind::Call, "", 0..bytes.len());
    }
    // The block that is open and whether it is a text.
    let mut block: Option<(ScopeId, bool)> = None;
    for row in lines(bytes, start(bytes)..bytes.len()) {
        let line = trimmed(bytes, row.clone());
        let content = &bytes[line.clone()];
        match block {
            None => {
                let Some(word) = content.strip_suffix(b"{").or_else(|| content.strip_suffix(b"[")) else { continue };
                let word = String::from_utf8_lossy(word.trim_ascii()).into_owned();
                let kind = word.split(':').next().unwrap_or_default();
                let own = kind == "vars" || METHODS.contains(&kind);
                let is_text = matches!(kind, "script" | "tests" | "docs") || word.starts_with("body:");
                let inner = if own { around } else { tree.open(around, ScopeKind::Map, &word, row.clone()) };
                block = Some((inner, is_text && !word.ends_with("urlencoded") && !word.ends_with("form")));
            }
            Some((inner, _)) if matches!(bytes[row.clone()].first(), Some(b'}' | b']')) => {
                if inner != around {
                    tree.close(inner, row.end);
                }
                block = None;
            }
            Some((inner, true)) => takes(content, inner, tree),
            // What is switched off is no setting.
            Some(_) if content.starts_with(b"~") => {}
            Some((inner, false)) => {
                let Some(colon) = memchr::memchr(b':', content) else { continue };
                let name = text(bytes, unquoted(bytes, line.start..line.start + colon)).into_owned();
                let value = trimmed(bytes, line.start + colon + 1..line.end);
                if name == "name" && inner != around && around != scope {
                    tree.set_name(around, &text(bytes, value.clone()));
                }
                add(bytes, inner, &name, value, tree);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    fn outline(path: &str, text: &str) -> String {
        crate::structure::read(path, text.as_bytes()).unwrap().unwrap().outline(text.as_bytes())
    }

    #[test]
    fn requests_and_variables() {
        let text = "\u{feff}@host = https://h.example\r\n@key=K1\r\n# @name first\r\nPOST {{host}}/v1/chat HTTP/1.1\r\nAuthorization: Bearer {{key}}\r\n\r\n{ \"m\": \"{{model}}\" }\r\n\r\n### second\r\n// note\r\nhttps://x.example/a\r\n  ?k=v\r\n  &l={{ m }}\r\nX-Key: k\r\n";
        let wanted = "file
  host = https://h.example
  key = K1
  call first uses host uses key uses model
    url = {{host}}/v1/chat
    Authorization = Bearer {{key}}
  call second uses m
    url = https://x.example/a
    k = v
    l = {{ m }}
    X-Key = k
";
        assert_eq!(outline("a.http", text), wanted);
    }

    #[test]
    fn bruno() {
        let text = "meta {\n  name: chat\n  type: http\n}\n\npost {\n  url: {{base}}/v1\n  body: json\n}\n\nauth:bearer {\n  token: {{key}}\n}\n\nbody:json {\n  {\n    \"a\": \"{{b}}\"\n  }\n}\nvars:pre-request {\n  ~off: x\n  base: https://h\n}\n";
        let wanted = "file
  call chat uses base
    url = {{base}}/v1
    body = json
    base = https://h
    map meta
      name = chat
      type = http
    map auth:bearer uses key
      token = {{key}}
    map body:json uses b
";
        assert_eq!(outline("chat.bru", text), wanted);
        assert_eq!(outline("local.bru", "vars {\n  a: b\n}\nvars:secret [\n  c,\n]\n"), "file\n  a = b\n");
    }
}
