//! Caddyfiles: addresses, directives in lines, blocks between a brace at the end of a line and one of its own.

use std::collections::HashMap;
use std::ops::Range;

use crate::model::{ScopeId, ScopeKind, Used};

use super::lines::{closing, end_of_line, start, text};
use super::tree::Tree;

/// Directives whose first argument is the name of what the second sets.
const SETTERS: [&str; 8] =
    ["header_up", "header_down", "header", "request_header", "env", "vars", "set", "copy_headers"];

/// Directives whose block is a place of its own, called by its path.
const PLACES: [&str; 5] = ["handle", "handle_path", "handle_errors", "route", "redir"];

/// Most words of a line.
const MOST_WORDS: usize = 1000;

/// A quote that does not close within as many bytes is a letter.
const LONGEST_QUOTE: usize = 100_000;

/// Most blocks that are open at a time.
const DEEPEST: usize = 20_000;

/// Reads the sites of `bytes` into `scope`.
pub(super) fn read(bytes: &[u8], scope: ScopeId, tree: &mut Tree) {
    let file = Block { scope, site: true };
    let mut reader = Reader { bytes, tree, blocks: vec![file], snippets: HashMap::new(), file: scope, only: None };
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut at = start(bytes);
    while at < bytes.len() {
        at = match bytes[at] {
            b'\n' => {
                // Addresses may stand in several lines, with commas between them.
                if !words.last().is_some_and(|last| bytes[last.clone()].ends_with(b",")) {
                    reader.line(std::mem::take(&mut words), None);
                }
                at + 1
            }
            blank if blank.is_ascii_whitespace() => at + 1,
            b'\\' if bytes[at + 1..].starts_with(b"\n") => at + 2,
            b'\\' if bytes[at + 1..].starts_with(b"\r\n") => at + 3,
            b'#' => end_of_line(bytes, at),
            // A brace of its own ends a line that begins a block, and a block.
            brace @ (b'{' | b'}') if bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace) => {
                if brace == b'}' {
                    reader.line(std::mem::take(&mut words), None);
                    reader.leave(at + 1);
                } else {
                    reader.line(std::mem::take(&mut words), Some(at));
                }
                at + 1
            }
            _ => {
                let (word, next) = word(bytes, at);
                if words.len() < MOST_WORDS {
                    words.push(word);
                }
                next
            }
        };
    }
    reader.line(words, None);
    let end = bytes.len();
    while reader.blocks.len() > 1 {
        reader.leave(end);
    }
    if let Some(only) = reader.only {
        reader.tree.close(only, end);
    }
}

#[derive(Clone, Copy)]
struct Block {
    scope: ScopeId,
    /// Whether sites stand in it: the file.
    site: bool,
}

struct Reader<'b, 't> {
    bytes: &'b [u8],
    tree: &'t mut Tree,
    blocks: Vec<Block>,
    /// Texts that are imported by their names: `(name) { … }`.
    snippets: HashMap<String, ScopeId>,
    file: ScopeId,
    /// The one site of a file that has no braces around it.
    only: Option<ScopeId>,
}

impl Reader<'_, '_> {
    fn text(&self, word: &Range<usize>) -> String {
        text(self.bytes, word.clone()).into_owned()
    }

    /// A line is complete; `brace` is where the block that it begins does.
    fn line(&mut self, words: Vec<Range<usize>>, brace: Option<usize>) {
        let Some(&Block { scope, site }) = self.blocks.last() else { return };
        match brace {
            _ if site => self.site(&words, brace),
            Some(brace) => self.block(scope, &words, brace),
            None => self.directive(scope, &words),
        }
    }

    /// A line outside of sites: what begins one, or a directive of the only one.
    fn site(&mut self, words: &[Range<usize>], brace: Option<usize>) {
        let Some(first) = words.first() else {
            if brace.is_some() {
                // Without an address: what holds for all sites.
                let all = self.file;
                self.enter(all);
            }
            return;
        };
        let address = self.text(first);
        let address = address.trim_end_matches(',');
        match brace {
            Some(_) if self.only.is_some() => {
                let scope = self.only.unwrap_or(self.file);
                self.block(scope, words, first.start);
            }
            Some(brace) => {
                let snippet = address.strip_prefix('(').and_then(|name| name.strip_suffix(')'));
                let kind = if snippet.is_some() { ScopeKind::Section } else { ScopeKind::Service };
                let scope = self.tree.open(self.file, kind, snippet.unwrap_or(address), first.start..brace + 1);
                if let Some(name) = snippet {
                    self.snippets.insert(name.to_owned(), scope);
                }
                self.enter(scope);
            }
            None if address == "import" => self.directive(self.file, words),
            None => match self.only {
                Some(only) => self.directive(only, words),
                None => {
                    self.only = Some(self.tree.open(self.file, ScopeKind::Service, address, first.clone()));
                }
            },
        }
    }

    /// A directive with a block.
    fn block(&mut self, scope: ScopeId, words: &[Range<usize>], at: usize) {
        let Some(first) = words.first() else { return self.enter(scope) };
        let keyword = self.text(first);
        let place = PLACES.contains(&keyword.as_str());
        let name = words.get(1).filter(|_| place).map_or_else(|| keyword.clone(), |word| self.text(word));
        let inner = self.tree.open(scope, ScopeKind::Map, &name, first.start..at + 1);
        self.directive(inner, words);
        self.enter(inner);
    }

    fn enter(&mut self, scope: ScopeId) {
        if self.blocks.len() < DEEPEST {
            self.blocks.push(Block { scope, site: false });
        }
    }

    fn leave(&mut self, end: usize) {
        if self.blocks.len() > 1
            && let Some(block) = self.blocks.pop()
            && self.blocks.last().is_some_and(|outer| outer.scope != block.scope)
        {
            self.tree.close(block.scope, end);
        }
    }

    fn directive(&mut self, scope: ScopeId, words: &[Range<usize>]) {
        let bytes = self.bytes;
        let Some((keyword, arguments)) = words.split_first() else { return };
        let keyword = self.text(keyword);
        let mut arguments = arguments;
        // What a directive is for: a path, a named condition, all.
        while let Some((first, rest)) = arguments.split_first()
            && matches!(bytes[first.clone()].first(), Some(b'@' | b'/' | b'*'))
        {
            arguments = rest;
        }
        if PLACES.contains(&keyword.as_str()) {
            return;
        }
        match (keyword.as_str(), arguments) {
            ("import", [name, ..]) => {
                let name = self.text(name);
                let used = match self.snippets.get(&name) {
                    Some(&snippet) => Used::Scope(snippet),
                    None => Used::File(name),
                };
                self.tree.uses(scope, used);
            }
            (setter, [name, value, ..]) if SETTERS.contains(&setter) => {
                let name = self.text(name);
                self.tree.value(bytes, scope, name.trim_start_matches(['+', '-', '?', '>']), value.clone());
            }
            _ => {
                for argument in arguments {
                    self.tree.value(bytes, scope, &keyword, argument.clone());
                }
            }
        }
    }
}

/// The word at `at`, without its quotes, and where it ends with them.
fn word(bytes: &[u8], at: usize) -> (Range<usize>, usize) {
    let quote = bytes[at];
    if matches!(quote, b'"' | b'`')
        && let Some(end) = closing(bytes, at + 1..bytes.len().min(at + LONGEST_QUOTE), quote)
    {
        return (at + 1..end, end + 1);
    }
    let length = bytes[at..].iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
    (at..at + length, at + length)
}

#[cfg(test)]
mod tests {
    fn outline(text: &str) -> String {
        crate::structure::read("Caddyfile", text.as_bytes()).unwrap().unwrap().outline(text.as_bytes())
    }

    #[test]
    fn sites_snippets_and_directives() {
        let text = "\u{feff}{\r\n\temail a@b.example\r\n}\r\n(auth) {\r\n\theader_up Authorization \"Bearer {$OPENAI_KEY:none}\"\r\n}\r\na.example,\r\nb.example {\r\n\thandle_path /v1/* {\r\n\t\treverse_proxy @m https://h.example { # note\r\n\t\t\timport auth\r\n\t\t\theader_up Host {upstream_hostport}\r\n\t\t}\r\n\t}\r\n\trespond \"x } y\" 200\r\n}\r\nimport sites/*\r\n";
        let wanted = "file reads sites/*
  email = a@b.example
  section auth uses OPENAI_KEY
    Authorization = Bearer {$OPENAI_KEY:none}
  service a.example (unit)
    respond = x } y
    respond = 200
    map /v1/*
      map reverse_proxy merges auth
        reverse_proxy = https://h.example
        Host = {upstream_hostport}
";
        assert_eq!(outline(text), wanted);
    }

    #[test]
    fn a_single_site_needs_no_braces() {
        let text = "localhost:80\n\nreverse_proxy /x h:1 h:2\nhandle {\n  header X-Key k\n}\n";
        let wanted = "file\n  service localhost:80 (unit)\n    reverse_proxy = h:1\n    reverse_proxy = h:2\n    map handle\n      X-Key = k\n";
        assert_eq!(outline(text), wanted);
    }

    #[test]
    fn broken_and_deep_text_is_read_as_far_as_it_goes() {
        for piece in ["a {\n", "}\n", "\"", "a `", "\\\n", "{\n", "a,\n"] {
            crate::structure::read("Caddyfile", piece.repeat(100_000).as_bytes()).ok();
        }
    }
}
