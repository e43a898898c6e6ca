//! HAProxy: sections that begin with a keyword at the beginning of a line.

use std::ops::Range;

use crate::model::{ScopeId, ScopeKind, Used};

use super::lines::{lines, start, text, trimmed, unquoted, words};
use super::tree::Tree;

/// Keywords of sections.
const SECTIONS: [&str; 14] = [
    "global",
    "defaults",
    "frontend",
    "backend",
    "listen",
    "resolvers",
    "userlist",
    "peers",
    "cache",
    "program",
    "http-errors",
    "ring",
    "mailers",
    "crt-store",
];

/// Reads the sections of `bytes` into `scope`.
pub(super) fn read(bytes: &[u8], scope: ScopeId, tree: &mut Tree) {
    let mut section = scope;
    for row in lines(bytes, start(bytes)..bytes.len()) {
        let line = trimmed(bytes, row.clone());
        if matches!(bytes[line.clone()].first(), None | Some(b'#')) {
            continue;
        }
        let words: Vec<Range<usize>> = words(bytes, line.clone()).into_iter().take(200).collect();
        let Some(first) = words.first() else { continue };
        let keyword = text(bytes, first.clone());
        if SECTIONS.contains(&keyword.as_ref()) && line.start == row.start {
            if section != scope {
                tree.close(section, row.start);
            }
            section = match keyword.as_ref() {
                "global" => scope,
                _ => {
                    let name = words.get(1).map_or(keyword, |name| text(bytes, name.clone()));
                    tree.open(scope, ScopeKind::Service, &name, row.start..row.end)
                }
            };
            continue;
        }
        setting(bytes, section, &keyword, &words[1..], tree);
    }
    tree.close(section, bytes.len());
}

fn setting(bytes: &[u8], scope: ScopeId, keyword: &str, arguments: &[Range<usize>], tree: &mut Tree) {
    let value = |word: &Range<usize>| unquoted(bytes, word.clone());
    let word = |word: &Range<usize>| text(bytes, unquoted(bytes, word.clone())).into_owned();
    match (keyword, arguments) {
        ("use_backend" | "default_backend" | "use-server", [backend, ..]) => {
            tree.uses(scope, Used::Name(word(backend)));
        }
        ("setenv" | "presetenv", [name, content, ..]) => tree.value(bytes, scope, &word(name), value(content)),
        ("http-request" | "http-response" | "http-send-name-header", [action, name, content, ..])
            if matches!(word(action).as_str(), "set-header" | "add-header" | "set-var") =>
        {
            tree.value(bytes, scope, &word(name), value(content));
        }
        ("server" | "server-template", [_, address, ..]) => tree.value(bytes, scope, "server", value(address)),
        _ => {
            for argument in arguments {
                tree.value(bytes, scope, keyword, value(argument));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn sections_begin_with_a_keyword() {
        let text = "global\n  setenv A_K v\ndefaults\n  mode http\nfrontend f\n  bind *:80\n  use_backend b if x\nbackend b\n  server s1 h.example:443 ssl\n  http-request set-header Authorization \"Bearer x\"\n";
        let wanted = "file\n  A_K = v\n  service defaults (unit)\n    mode = http\n  service f (unit) uses b\n    bind = *:80\n  service b (unit)\n    server = h.example:443\n    Authorization = Bearer x\n";
        let structure = crate::structure::read("haproxy.cfg", text.as_bytes()).unwrap().unwrap();
        assert_eq!(structure.outline(text.as_bytes()), wanted);
    }
}
