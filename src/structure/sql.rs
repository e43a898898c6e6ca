//! Dumps and seeds of databases: a row is a record, its values are named by their columns.

use std::collections::HashMap;
use std::ops::Range;

use crate::model::{ScopeId, ScopeKind};

use super::Unread;
use super::tree::Tree;

/// Larger dumps are not taken on.
const LARGEST: usize = 16 << 20;

/// Shorter values are numbers and flags: too many to keep, and neither keys nor addresses.
const SHORTEST: usize = 4;

/// Reads the rows of a dump into `scope`.
pub(super) fn read(bytes: &[u8], scope: ScopeId, tree: &mut Tree) -> Result<(), Unread> {
    if bytes.len() > LARGEST {
        return Err(Unread::TooLarge);
    }
    // Only some databases take a backslash for an escape, and only they quote names so.
    let escapes = bytes.contains(&b'`') || memchr::memmem::find(bytes, b"\\'").is_some();
    let mut reader = Reader { bytes, at: 0, escapes, scope, tree, columns: HashMap::new() };
    while let Some(token) = reader.token() {
        match reader.keyword(&token).as_str() {
            "create" => reader.create(),
            "insert" | "replace" => reader.insert(),
            "update" => reader.update(),
            "copy" => reader.copy(),
            _ => {}
        }
    }
    Ok(())
}

/// A token: a word, a text in quotes, or a sign.
#[derive(Clone)]
struct Token {
    /// Without its quotes.
    span: Range<usize>,
    /// The first byte, quotes included.
    first: u8,
}

struct Reader<'a, 't> {
    bytes: &'a [u8],
    at: usize,
    escapes: bool,
    scope: ScopeId,
    tree: &'t mut Tree,
    /// The columns of the tables that are created in the file.
    columns: HashMap<String, Vec<String>>,
}

impl Reader<'_, '_> {
    fn token(&mut self) -> Option<Token> {
        loop {
            let rest = self.bytes.get(self.at..)?;
            let (&first, second) = (rest.first()?, rest.get(1).copied());
            let start = self.at;
            match (first, second) {
                (b'-', Some(b'-')) | (b'#', _) => {
                    self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                }
                (b'/', Some(b'*')) => {
                    self.at += memchr::memmem::find(rest, b"*/").map_or(rest.len(), |found| found + 2);
                }
                (b'\'' | b'"' | b'`', _) => {
                    let end = self.closing(start + 1, first);
                    self.at = (end + 1).min(self.bytes.len());
                    return Some(Token { span: start + 1..end, first });
                }
                _ if first.is_ascii_whitespace() => self.at += 1,
                _ if is_letter(first) => {
                    self.at += rest.iter().take_while(|byte| is_letter(**byte)).count();
                    return Some(Token { span: start..self.at, first });
                }
                _ => {
                    self.at += 1;
                    return Some(Token { span: start..self.at, first });
                }
            }
        }
    }

    /// Where a text in quotes ends; a doubled quote is part of it.
    fn closing(&self, start: usize, quote: u8) -> usize {
        let mut at = start;
        while at < self.bytes.len() {
            let found = memchr::memchr2(quote, b'\\', &self.bytes[at..]).map_or(self.bytes.len(), |found| at + found);
            match self.bytes.get(found) {
                Some(b'\\') => at = found + 1 + usize::from(self.escapes),
                Some(_) if self.bytes.get(found + 1) == Some(&quote) => at = found + 2,
                _ => return found,
            }
        }
        self.bytes.len()
    }

    fn text(&self, token: &Token) -> String {
        String::from_utf8_lossy(&self.bytes[token.span.start..token.span.end.min(token.span.start + 160)]).into_owned()
    }

    fn keyword(&self, token: &Token) -> String {
        if token.span.len() > 12 || !token.first.is_ascii_alphabetic() {
            return String::new();
        }
        self.text(token).to_ascii_lowercase()
    }

    /// A name in parts, of which the last counts, and the token behind it.
    fn name(&mut self) -> Option<(String, Option<Token>)> {
        let mut token = self.token()?;
        loop {
            let name = self.text(&token);
            match self.token() {
                Some(dot) if dot.first == b'.' => token = self.token()?,
                next => return Some((name, next)),
            }
        }
    }

    /// `CREATE TABLE name (column type, …)`
    fn create(&mut self) {
        let mut seen = 0;
        while let Some(token) = self.token() {
            seen += 1;
            if self.keyword(&token) == "table" {
                break;
            }
            if token.first == b';' || seen > 4 {
                return;
            }
        }
        let before = self.at;
        for word in ["if", "not", "exists"] {
            let at = self.at;
            if self.token().is_none_or(|token| self.keyword(&token) != word) {
                self.at = if word == "if" { before } else { at };
                break;
            }
        }
        let Some((name, next)) = self.name() else { return };
        if next.is_none_or(|token| token.first != b'(') {
            return;
        }
        let mut columns = Vec::new();
        let (mut depth, mut begins) = (1, true);
        while let Some(token) = self.token() {
            match token.first {
                b'(' => depth += 1,
                b')' => depth -= 1,
                b',' if depth == 1 => begins = true,
                b';' => break,
                _ if begins => {
                    begins = false;
                    let word = self.keyword(&token);
                    let other = ["primary", "key", "unique", "constraint", "foreign", "index", "check", "fulltext"];
                    if !other.contains(&word.as_str()) {
                        columns.push(self.text(&token));
                    }
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        self.columns.insert(name, columns);
    }

    /// The names in parentheses, the first of which is open.
    fn names(&mut self) -> Vec<String> {
        let mut names = Vec::new();
        while let Some(token) = self.token() {
            match token.first {
                b')' | b';' => break,
                b',' => {}
                _ => names.push(self.text(&token)),
            }
        }
        names
    }

    /// `INSERT INTO name (column, …) VALUES (value, …), …`
    fn insert(&mut self) {
        let start = self.at;
        for seen in 0.. {
            match self.token() {
                Some(token) if self.keyword(&token) == "into" => break,
                Some(token) if token.first != b';' && seen < 4 => {}
                _ => return,
            }
        }
        let Some((name, next)) = self.name() else { return };
        let mut columns = self.columns.get(&name).cloned().unwrap_or_default();
        let mut next = next;
        if next.as_ref().is_some_and(|token| token.first == b'(') {
            columns = self.names();
            next = self.token();
        }
        // `OVERRIDING SYSTEM VALUE` and the like stand in front.
        for _ in 0..4 {
            match &next {
                Some(token) if matches!(self.keyword(token).as_str(), "values" | "value") => break,
                Some(token) if token.first != b';' => next = self.token(),
                _ => return,
            }
        }
        let table = self.tree.open(self.scope, ScopeKind::List, &name, start..self.at);
        loop {
            let before = self.at;
            match self.token() {
                Some(token) if token.first == b'(' => self.row(token.span.start, table, &columns),
                Some(token) if token.first == b',' => {}
                Some(_) => {
                    self.at = before;
                    break;
                }
                None => break,
            }
        }
        self.tree.close(table, self.at);
    }

    /// The values of a row, whose parenthesis is open.
    fn row(&mut self, start: usize, table: ScopeId, columns: &[String]) {
        let item = self.tree.open(table, ScopeKind::Item, "", start..self.at);
        let (mut depth, mut column) = (1, 0);
        while let Some(token) = self.token() {
            match token.first {
                b'(' => depth += 1,
                b')' => depth -= 1,
                b',' if depth == 1 => column += 1,
                b'\'' | b'"' if token.span.len() >= SHORTEST => {
                    let name = columns.get(column).map_or("", String::as_str);
                    self.tree.value(self.bytes, item, name, token.span);
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        self.tree.close(item, self.at);
    }

    /// `UPDATE name SET column = value, … WHERE …`
    fn update(&mut self) {
        let start = self.at;
        let Some((name, next)) = self.name() else { return };
        if next.is_none_or(|token| self.keyword(&token) != "set") {
            return;
        }
        let item = self.tree.open(self.scope, ScopeKind::Item, &name, start..self.at);
        let mut column = None;
        let mut last: Option<Token> = None;
        while let Some(token) = self.token() {
            match token.first {
                b';' => break,
                b'=' => column = last.take(),
                b'\'' | b'"' if token.span.len() >= SHORTEST && column.is_some() => {
                    let name = column.take().map(|column| self.text(&column)).unwrap_or_default();
                    self.tree.value(self.bytes, item, &name, token.span);
                }
                _ => last = Some(token),
            }
        }
        self.tree.close(item, self.at);
    }

    /// `COPY name (column, …) FROM stdin;` and the rows behind it.
    fn copy(&mut self) {
        let start = self.at;
        let Some((name, next)) = self.name() else { return };
        let columns = match next {
            Some(token) if token.first == b'(' => self.names(),
            _ => self.columns.get(&name).cloned().unwrap_or_default(),
        };
        let mut input = false;
        for _ in 0..30 {
            match self.token() {
                Some(token) if token.first == b';' => break,
                Some(token) => input |= self.keyword(&token) == "stdin",
                None => return,
            }
        }
        if !input {
            return;
        }
        let table = self.tree.open(self.scope, ScopeKind::List, &name, start..self.at);
        let mut at = self.at;
        while at < self.bytes.len() {
            let end = memchr::memchr(b'\n', &self.bytes[at..]).map_or(self.bytes.len(), |found| at + found);
            let line = &self.bytes[at..end];
            let row = at;
            at = end + 1;
            if line.trim_ascii() == b"\\." {
                break;
            }
            if line.trim_ascii().is_empty() {
                continue;
            }
            let item = self.tree.open(table, ScopeKind::Item, "", row..end);
            let mut from = row;
            for (column, field) in line.split(|byte| *byte == b'\t').enumerate() {
                let length = field.trim_ascii_end().len();
                if length >= SHORTEST {
                    let name = columns.get(column).map_or("", String::as_str);
                    self.tree.value(self.bytes, item, name, from..from + length);
                }
                from += field.len() + 1;
            }
        }
        self.at = at.min(self.bytes.len());
        self.tree.close(table, self.at);
    }
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    fn outline(text: &str) -> String {
        super::super::read("dump.sql", text.as_bytes()).unwrap().unwrap().outline(text.as_bytes())
    }

    #[test]
    fn rows_are_records() {
        let text = "-- it's\nCREATE TABLE IF NOT EXISTS `a`.`channels` (`id` int(11), `key` text, PRIMARY KEY (`id`), `base_url` varchar(9));\nINSERT INTO `channels` VALUES (1,'key\\'one',  'https://a.example'),(2,'key;two','https://b.example');\ninsert into x (k, u) values ('it''s ü', now()), ('k two', 'https://c.example')";
        let wanted = "file\n  list channels\n    item (unit)\n      key = key\\'one\n      base_url = https://a.example\n    item (unit)\n      key = key;two\n      base_url = https://b.example\n  list x\n    item (unit)\n      k = it''s ü\n    item (unit)\n      k = k two\n      u = https://c.example\n";
        assert_eq!(outline(text), wanted);
    }

    #[test]
    fn copied_rows_and_updates_are_records_too() {
        let text = "COPY public.t (id, k, u) FROM stdin;\r\n1\tkey-one\thttps://a.example\r\n\\.\r\nUPDATE t SET k = 'key-two', u='https://b.example' WHERE id = 1;";
        let wanted = "file\n  item t (unit)\n    k = key-two\n    u = https://b.example\n  list t\n    item (unit)\n      k = key-one\n      u = https://a.example\n";
        let mut lines: Vec<String> = outline(text).lines().map(str::to_owned).collect();
        let mut expected: Vec<String> = wanted.lines().map(str::to_owned).collect();
        lines.sort();
        expected.sort();
        assert_eq!(lines, expected);
    }

    #[test]
    fn what_does_not_end_is_read_to_the_end() {
        for text in [
            "INSERT INTO t VALUES ('abc",
            "COPY t FROM stdin;\n1\t2",
            "UPDATE",
            "CREATE TABLE",
            "insert into t (",
            "/*",
        ] {
            outline(text);
        }
    }
}
