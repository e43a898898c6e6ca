//! Blocks of directives: nginx and what is written like it.
//!
//! A server is a service, a location a map in it, an upstream a map that `proxy_pass` uses by its name. Blocks of Lua
//! are passed over: what stands in them is code.

use std::ops::Range;

use crate::model::{ScopeId, ScopeKind, Used};

use super::lines::{end_of_line, is_name, start, text, unquoted};
use super::tree::Tree;

/// Directives whose first argument is the name of what the second sets.
const SETTERS: [&str; 16] = [
    "set",
    "proxy_set_header",
    "grpc_set_header",
    "add_header",
    "more_set_headers",
    "more_set_input_headers",
    "fastcgi_param",
    "uwsgi_param",
    "scgi_param",
    "proxy_cookie_path",
    "set_by_lua",
    "auth_request_set",
    "perl_set",
    "js_set",
    "js_var",
    "setenv",
];

/// Most blocks that are open at a time.
const DEEPEST: usize = 20_000;

/// Reads the directives of `bytes` into `scope`.
pub(super) fn read(bytes: &[u8], scope: ScopeId, tree: &mut Tree) {
    let mut reader = Reader { bytes, tree, open: vec![scope], words: Vec::new() };
    let mut at = start(bytes);
    while at < bytes.len() {
        at = reader.step(at);
    }
    reader.directive();
    while reader.open.len() > 1 {
        reader.leave(bytes.len());
    }
}

struct Reader<'b, 't> {
    bytes: &'b [u8],
    tree: &'t mut Tree,
    /// The scopes that are open.
    open: Vec<ScopeId>,
    /// The words of the directive so far.
    words: Vec<Range<usize>>,
}

impl Reader<'_, '_> {
    /// Reads what stands at `at`, and says where it ends.
    fn step(&mut self, at: usize) -> usize {
        let bytes = self.bytes;
        match bytes[at] {
            b';' => self.directive(),
            // What a template puts in.
            b'{' if matches!(bytes.get(at + 1), Some(b'{' | b'%')) => {
                let end = end_of_template(bytes, at);
                if bytes[at + 1] == b'{' {
                    self.word(at..end);
                }
                return end;
            }
            b'{' => return self.enter(at),
            b'}' => {
                self.directive();
                self.leave(at + 1);
            }
            b'#' => return end_of_line(bytes, at),
            quote @ (b'"' | b'\'') => {
                let end = end_of_quote(bytes, at + 1, quote);
                self.word(at..end);
                return end;
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => {
                let end = end_of_word(bytes, at);
                self.word(at..end);
                return end;
            }
        }
        at + 1
    }

    fn word(&mut self, word: Range<usize>) {
        // Behind this many words it is no directive; the words themselves are not lost, only their names.
        if self.words.len() < 1000 {
            self.words.push(word);
        }
    }

    fn scope(&self) -> ScopeId {
        self.open.last().copied().unwrap_or_default()
    }

    fn text(&self, word: &Range<usize>) -> String {
        text(self.bytes, unquoted(self.bytes, word.clone())).into_owned()
    }

    /// A block begins at `at`; where what is not passed over of it begins.
    fn enter(&mut self, at: usize) -> usize {
        let words = std::mem::take(&mut self.words);
        let keyword = words.first().map(|word| self.text(word)).unwrap_or_default();
        if keyword.ends_with("_by_lua_block") {
            return end_of_block(self.bytes, at + 1);
        }
        let argument = words.iter().skip(1).next_back().map(|word| self.text(word)).unwrap_or_default();
        let (kind, name) = match keyword.as_str() {
            "server" => (ScopeKind::Service, ""),
            "http" | "stream" | "mail" | "events" => (ScopeKind::Section, keyword.as_str()),
            "map" | "geo" | "split_clients" => (ScopeKind::Map, argument.trim_start_matches('$')),
            _ if argument.is_empty() => (ScopeKind::Map, keyword.as_str()),
            _ => (ScopeKind::Map, argument.as_str()),
        };
        let scope = self.tree.open(self.scope(), kind, name, at..at);
        if self.open.len() < DEEPEST {
            self.open.push(scope);
        }
        at + 1
    }

    fn leave(&mut self, end: usize) {
        if self.open.len() > 1
            && let Some(scope) = self.open.pop()
            && scope != self.scope()
        {
            self.tree.close(scope, end);
        }
    }

    /// A directive is complete.
    fn directive(&mut self) {
        let words = std::mem::take(&mut self.words);
        let Some((keyword, arguments)) = words.split_first() else { return };
        let bytes = self.bytes;
        let scope = self.scope();
        let keyword = self.text(keyword);
        let setter = SETTERS.contains(&keyword.as_str());
        for argument in arguments.iter().skip(usize::from(setter)) {
            variables(&bytes[argument.clone()], scope, self.tree);
        }
        match (keyword.as_str(), arguments) {
            ("include", [path, ..]) => {
                let path = self.text(path);
                self.tree.uses(scope, Used::File(path));
            }
            ("server_name", [name, ..]) => {
                let name = self.text(name);
                self.tree.set_name(scope, &name);
                self.tree.value(bytes, scope, &keyword, unquoted(bytes, arguments[0].clone()));
            }
            ("env", [pair]) => {
                if let Some((name, value)) = super::lines::assignment(bytes, pair.clone()) {
                    self.tree.value(bytes, scope, &name, value);
                }
            }
            (setter, [pair]) if setter.starts_with("more_set") => {
                let pair = unquoted(bytes, pair.clone());
                if let Some(colon) = memchr::memchr(b':', &bytes[pair.clone()]) {
                    let name = text(bytes, pair.start..pair.start + colon).into_owned();
                    self.tree.value(bytes, scope, &name, unquoted(bytes, pair.start + colon + 1..pair.end));
                }
            }
            (_, [name, value, ..]) if setter => {
                let name = self.text(name);
                self.tree.value(bytes, scope, name.trim_start_matches('$'), unquoted(bytes, value.clone()));
            }
            _ => {
                for argument in arguments {
                    let value = unquoted(bytes, argument.clone());
                    if keyword.ends_with("_pass") {
                        self.passes_to(value.clone());
                    }
                    self.tree.value(bytes, scope, &keyword, value);
                }
            }
        }
    }

    /// `http://name/path`: the upstream of this name is used.
    fn passes_to(&mut self, value: Range<usize>) {
        let target = text(self.bytes, value);
        let host = target.split_once("://").map_or(target.as_ref(), |(_, rest)| rest);
        let host = host.split(['/', ':', '?']).next().unwrap_or_default();
        let plain = |char: char| char.is_alphanumeric() || matches!(char, '.' | '-' | '_');
        if !host.is_empty() && host.chars().all(plain) {
            let scope = self.scope();
            self.tree.uses(scope, Used::Name(host.to_owned()));
        }
    }
}

/// The variables that a word uses: `$name`, `${name}`.
fn variables(word: &[u8], scope: ScopeId, tree: &mut Tree) {
    for at in memchr::memchr_iter(b'$', word).take(50) {
        let rest = word[at + 1..].strip_prefix(b"{").unwrap_or(&word[at + 1..]);
        let length = rest.iter().take(100).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        if is_name(&rest[..length]) {
            tree.uses(scope, Used::Name(String::from_utf8_lossy(&rest[..length]).into_owned()));
        }
    }
}

/// Where a word ends. `${name}` in it is part of it.
fn end_of_word(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    let mut braces = false;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'{' if at > from && matches!(bytes[at - 1], b'$' | b'{') => braces = true,
            b'}' if braces => braces = bytes.get(at + 1) == Some(&b'}'),
            b';' | b'{' | b'}' => break,
            byte if byte.is_ascii_whitespace() => break,
            _ => {}
        }
        at += 1;
    }
    at.clamp(from + 1, bytes.len().max(from + 1))
}

/// Where a quoted word ends, with its quote. A quote that does not close within some lines is a letter.
fn end_of_quote(bytes: &[u8], from: usize, quote: u8) -> usize {
    let limit = bytes.len().min(from + 100_000);
    super::lines::closing(bytes, from..limit, quote).map_or(from, |end| end + 1)
}

/// Where `{{ name }}` or `{% if … %}` ends: in its line.
fn end_of_template(bytes: &[u8], from: usize) -> usize {
    let end = end_of_line(bytes, from);
    let mark: &[u8] = if bytes[from + 1] == b'{' { b"}}" } else { b"%}" };
    memchr::memmem::find(&bytes[from..end], mark).map_or(end, |found| from + found + 2)
}

/// Where a block of Lua ends, braces in its strings left aside.
fn end_of_block(bytes: &[u8], from: usize) -> usize {
    let mut depth = 1;
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'{' => depth += 1,
            b'\\' => at += 1,
            b'}' if depth == 1 => return at + 1,
            b'}' => depth -= 1,
            b'"' | b'\'' => {
                let end = end_of_line(bytes, at);
                at = super::lines::closing(bytes, at + 1..end, byte).unwrap_or(at);
            }
            b'-' if bytes.get(at + 1) == Some(&b'-') => at = end_of_line(bytes, at),
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    fn outline(text: &str) -> String {
        crate::structure::read("nginx.conf", text.as_bytes()).unwrap().unwrap().outline(text.as_bytes())
    }

    #[test]
    fn servers_locations_and_upstreams() {
        let text = "\u{feff}env A_K=v;\r\nhttp {\r\n  upstream api { server h.example:443 weight=1; }\r\n  map $uri $the_key { default \"K1\"; }\r\n  server {\r\n    server_name s.example t; # note }\r\n    set $k 'x y';\r\n    location ~ ^/v1/(.*)$ {\r\n      proxy_pass https://api/$1;\r\n      proxy_set_header Authorization \"Bearer $the_key\";\r\n      content_by_lua_block {\r\n        local a = { b = \"}\" } -- }\r\n      }\r\n      include /etc/x.conf;\r\n    }\r\n  }\r\n}\r\n";
        let wanted = "file
  A_K = v
  section http
    map api
      server = h.example:443
      server = weight=1
    map the_key
      default = K1
    service s.example (unit)
      server_name = s.example
      k = x y
      map ^/v1/(.*)$ uses api uses the_key reads /etc/x.conf
        proxy_pass = https://api/$1
        Authorization = Bearer $the_key
";
        assert_eq!(outline(text), wanted);
    }

    #[test]
    fn templates_and_broken_text() {
        let text = "server {\n listen ${PORT_NO};\n proxy_pass {{ url }};\n a \"open;\n b c;\n}";
        let wanted = "file\n  service (unit) uses PORT_NO\n    listen = ${PORT_NO}\n    proxy_pass = {{ url }}\n";
        assert!(outline(text).starts_with(wanted), "{}", outline(text));
        for piece in ["a {\n", "}", "\"", "a '", "x_by_lua_block {", "${", "$"] {
            crate::structure::read("nginx.conf", piece.repeat(100_000).as_bytes()).ok();
        }
    }
}
