//! Which name is a value assigned to? Read backwards from the value, in the syntax of whatever file it stands in.
//!
//! This is the light, line-tolerant reading that serves every format: `NAME=value`, `name: "value"`, `"name" => value`,
//! `.name("value")`, `f("NAME", "value")`, `<name>value</name>`, `ENV NAME value`, `name: NAME` above `value: …`. It
//! follows at most a few hundred bytes and gives up rather than guess.

use super::bytes::{contains_ignore_case, run_before};
use super::name::{LONGEST_NAME, is_constant, is_holder, is_name_byte, is_setting_like, last_part, looks_like_key};

/// How far back the name may stand.
const REACH: usize = 600;

/// How many values of a list are passed over on the way to its name.
const MOST_STEPS: usize = 48;

/// The name that the value at `start` is assigned to, as written.
pub(super) fn name_before(bytes: &[u8], start: usize) -> Option<String> {
    let floor = start.saturating_sub(REACH);
    let mut reader = Backwards { bytes, floor, at: start };
    let name = reader.find()?;
    let text = str::from_utf8(name).ok()?.trim_matches(['-', '.', '$', ':', '_']).trim_end_matches('>');
    let text = if name.starts_with(b"__") || name.starts_with(b"_") { text } else { text.trim() };
    (!text.is_empty() && text.len() <= LONGEST_NAME && text.bytes().any(|byte| byte.is_ascii_alphabetic()))
        .then(|| text.to_owned())
}

struct Backwards<'a> {
    bytes: &'a [u8],
    /// Nothing in front of this is looked at.
    floor: usize,
    /// What stands in front of this has not been read yet.
    at: usize,
}

/// Functions and constructors that only wrap a value.
const WRAPPERS: [&str; 30] = [
    "url",
    "uri",
    "some",
    "string",
    "str",
    "from",
    "of",
    "new",
    "tostring",
    "tostr",
    "into",
    "text",
    "secretstr",
    "just",
    "parse",
    "create",
    "bytes",
    "encode",
    "trim",
    "quote",
    "concat",
    "format",
    "apikeycredential",
    "azurekeycredential",
    "uricreate",
    "list",
    "aslist",
    "arrayof",
    "listof",
    "optional",
];

/// Words in front of a value that belong to neither name nor value.
const LEAD_INS: [&str; 6] = ["bearer", "basic", "token", "new", "await", "return"];

impl<'a> Backwards<'a> {
    fn last(&self) -> Option<u8> {
        (self.at > self.floor).then(|| self.bytes[self.at - 1])
    }

    fn rest(&self) -> &'a [u8] {
        &self.bytes[self.floor..self.at]
    }

    fn skip(&mut self, class: impl Fn(u8) -> bool) -> usize {
        let count = run_before(self.bytes, self.at, self.at - self.floor, class);
        self.at -= count;
        count
    }

    fn word(&self, class: impl Fn(u8) -> bool) -> &'a [u8] {
        let length = run_before(self.bytes, self.at, (self.at - self.floor).min(LONGEST_NAME + 1), class);
        let start = self.at - length;
        // The letter of an escape in front is no part of the word: `\nOPENAI_API_KEY=` inside a string.
        let escaped = start > 0
            && length > 1
            && self.bytes[start - 1] == b'\\'
            && matches!(self.bytes[start], b'n' | b't' | b'r');
        &self.bytes[start + usize::from(escaped)..self.at]
    }

    fn find(&mut self) -> Option<&'a [u8]> {
        for _ in 0..MOST_STEPS {
            let spaces = self.skip(|byte| matches!(byte, b' ' | b'\t'));
            let last = self.last()?;
            match last {
                b'"' | b'\'' | b'`' => {
                    self.at -= 1;
                    self.skip(|byte| byte == b'\\' || byte == last);
                    self.string_prefix();
                }
                b'\n' | b'\r' => {
                    self.skip(|byte| matches!(byte, b'\n' | b'\r' | b' ' | b'\t' | b'\\' | b'|' | b'>'));
                    // `name: >-`, `name: |+`.
                    if let [.., b'>' | b'|', b'-' | b'+'] = self.rest() {
                        self.at -= 2;
                        self.skip(|byte| byte == b' ');
                    }
                    // Only an open bracket or a separator lets a value stand on a line of its own, and a YAML list.
                    match self.last()? {
                        b'(' | b'[' | b'{' | b'=' | b':' | b',' | b'+' => {}
                        _ => return None,
                    }
                }
                b'{' if self.bytes[self.floor..self.at - 1].last().is_some_and(u8::is_ascii_alphanumeric) => {
                    // `name{"value"}`; a block or an object has a blank in front of its bracket.
                    self.at -= 1;
                    let word = self.word(is_name_byte);
                    let type_of_slice = self.bytes[self.floor..self.at - word.len()].ends_with(b"]");
                    if !type_of_slice {
                        return Some(word);
                    }
                    // Go's `name = []string{"value"}`.
                    self.at -= word.len();
                    self.skip(|byte| matches!(byte, b'[' | b']' | b'.') || byte.is_ascii_digit());
                }
                b'[' | b'{' | b'+' | b'&' | b'*' | b'\\' => {
                    self.at -= 1;
                    // `ENV.fetch("NAME") { "value" }`
                    if last == b'{'
                        && let Some(name) = self.looked_up()
                    {
                        return Some(name);
                    }
                }
                b'(' => {
                    self.at -= 1;
                    if let Some(name) = self.callee() {
                        return Some(name);
                    }
                }
                b'-' if self.rest().ends_with(b":-") => return self.default_of(2),
                b'-' if spaces > 0 => {
                    // An item of a YAML list: go on with the line above.
                    self.at -= 1;
                    self.skip(|byte| matches!(byte, b' ' | b'\t'));
                    if !matches!(self.last(), Some(b'\n')) {
                        return None;
                    }
                }
                b'=' | b':' => {
                    self.at -= 1;
                    self.skip(|byte| matches!(byte, b'=' | b':' | b'?' | b'!' | b'~' | b'+'));
                    return self.assigned();
                }
                b'>' => return self.tag_or_arrow(),
                b'?' | b'|' if self.rest().ends_with(&[last, last]) && !self.rest().ends_with(b"(||") => {
                    // The value stands in for another: `process.env.NAME ?? "value"`.
                    self.at -= 2;
                    self.skip(|byte| matches!(byte, b' ' | b'\t' | b'\n'));
                    if let Some(name) = self.looked_up() {
                        return Some(name);
                    }
                    let word = self.word(is_name_byte);
                    if is_setting_like(word) {
                        return Some(word);
                    }
                    self.at -= word.len();
                }
                b'|' if self.rest().ends_with(b"(|_|") || self.rest().ends_with(b"(||") => {
                    self.at -= self.rest().iter().rev().take_while(|byte| matches!(byte, b'|' | b'_')).count();
                }
                b',' | b';' | b'|' => {
                    self.at -= 1;
                    if let Some(name) = self.argument_before() {
                        return Some(name);
                    }
                }
                _ if spaces > 0 => {
                    let word = self.word(is_name_byte);
                    if LEAD_INS.iter().any(|lead| word.eq_ignore_ascii_case(lead.as_bytes())) {
                        self.at -= word.len();
                        continue;
                    }
                    if !looks_like_key(word) {
                        return self.bare(word);
                    }
                    self.at -= word.len();
                }
                _ => return None,
            }
        }
        None
    }

    /// The letters that some languages put in front of a string: `f"…"`, `b'…'`, `@"…"`.
    fn string_prefix(&mut self) {
        let letters = run_before(self.bytes, self.at, self.at - self.floor, |byte| {
            matches!(byte.to_ascii_lowercase(), b'r' | b'b' | b'u' | b'f' | b'l' | b'@' | b'$')
        });
        let in_front = (self.at - letters).checked_sub(1).map(|index| self.bytes[index]);
        if letters <= 2 && !in_front.is_some_and(is_name_byte) {
            self.at -= letters;
        }
    }

    /// Behind `(`: the name of the call, unless it only wraps the value.
    fn callee(&mut self) -> Option<&'a [u8]> {
        self.skip(|byte| matches!(byte, b' ' | b'\t'));
        let word = self.word(|byte| is_name_byte(byte) || matches!(byte, b':' | b'>' | b'$' | b'<'));
        let short: Vec<u8> =
            last_part(word).iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
        self.at -= word.len();
        let default = ["unwrapor", "unwraporelse", "orelse", "orelseget", "getorelse", "or"];
        if default.iter().any(|name| name.as_bytes() == short)
            && let Some(name) = self.default_in(word)
        {
            return Some(name);
        }
        if short.is_empty() || WRAPPERS.iter().any(|wrapper| wrapper.as_bytes() == short) {
            return None;
        }
        Some(word)
    }

    /// In front of a method that gives a default: the name that was looked up, `env::var("NAME").unwrap_or(`.
    fn default_in(&self, word: &[u8]) -> Option<&'a [u8]> {
        let dots = word.iter().take_while(|byte| **byte == b'.').count();
        let mut before = Backwards { bytes: self.bytes, floor: self.floor, at: self.at };
        (dots > 0).then(|| before.looked_up()).flatten()
    }

    /// In front of a default: the name in `getenv("NAME")`, `env["NAME"]`.
    fn looked_up(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest().trim_ascii_end();
        let open = match rest.last()? {
            b')' => b'(',
            b']' => b'[',
            _ => return None,
        };
        let inner = &rest[memchr::memrchr(open, rest)? + 1..rest.len() - 1];
        let name = inner.trim_ascii();
        let quote = *name.first()?;
        let name = name.strip_prefix(&[quote])?.strip_suffix(&[quote])?;
        (matches!(quote, b'"' | b'\'' | b'`') && (is_setting_like(name) || is_constant(name))).then_some(name)
    }

    /// Behind `,`: the name in `f("NAME", "value")`; other arguments and members of a list are passed over.
    fn argument_before(&mut self) -> Option<&'a [u8]> {
        self.skip(|byte| byte.is_ascii_whitespace());
        let quote = self.last()?;
        if matches!(quote, b'"' | b'\'' | b'`') {
            self.at -= 1;
            let inner = self.word(|byte| byte != quote && byte != b'\n');
            self.at -= inner.len();
            let called = self.at >= self.floor + 2 && {
                let mut before = Backwards { bytes: self.bytes, floor: self.floor, at: self.at - 1 };
                before.skip(|byte| matches!(byte, b' ' | b'\t' | b'\n'));
                before.last() == Some(b'(')
            };
            return (called && is_setting_like(inner) || is_constant(inner)).then_some(inner);
        }
        let inner = self.word(|byte| is_name_byte(byte) || matches!(byte, b'@' | b'/'));
        self.at -= inner.len();
        // `setdefault(NAME, value)`, `-DNAME, value`: a bare word that is written like a setting.
        (self.last() == Some(b'(') && is_setting_like(inner) || is_constant(inner)).then_some(inner)
    }

    /// Behind `=` or `:`.
    fn assigned(&mut self) -> Option<&'a [u8]> {
        self.skip(|byte| matches!(byte, b' ' | b'\t' | b'?' | b'!'));
        if self.rest().ends_with(b"[]") {
            self.at -= 2;
        }
        self.skip(|byte| matches!(byte, b'"' | b'\'' | b'`' | b']' | b')' | b'}' | b'\\' | b' '));
        let word = self.word(is_name_byte);
        if word.is_empty() {
            return None;
        }
        if let Some(name) = self.behind_type(word) {
            return Some(name);
        }
        if is_holder(word) {
            return self.beside(word.len()).or(Some(word));
        }
        Some(word)
    }

    /// In `name: Type = value` and `name type = value` the word next to the `=` is a type.
    fn behind_type(&self, word: &'a [u8]) -> Option<&'a [u8]> {
        const TYPES: [&[u8]; 16] = [
            b"str",
            b"string",
            b"String",
            b"Text",
            b"any",
            b"char",
            b"auto",
            b"static",
            b"Str",
            b"SecretStr",
            b"Url",
            b"URL",
            b"Uri",
            b"NSString",
            b"String?",
            b"CharSequence",
        ];
        if !TYPES.contains(&word) {
            return None;
        }
        let mut before = Backwards { bytes: self.bytes, floor: self.floor, at: self.at - word.len() };
        before.skip(|byte| matches!(byte, b' ' | b'\t' | b'&' | b'\'' | b'*' | b'['));
        if before.rest().ends_with(b"static") {
            before.at -= 6;
            before.skip(|byte| matches!(byte, b' ' | b'&' | b'\''));
        }
        let colon = before.skip(|byte| byte == b':') > 0;
        before.skip(|byte| byte == b' ');
        let name = before.word(is_name_byte);
        (!name.is_empty() && (colon || !matches!(name, b"const" | b"let" | b"var" | b"final"))).then_some(name)
    }

    /// `${NAME:-value}` and the like.
    fn default_of(&mut self, separator: usize) -> Option<&'a [u8]> {
        self.at -= separator;
        let word = self.word(is_name_byte);
        (!word.is_empty()).then_some(word)
    }

    /// Behind `>`: `name => value`, `name -> value`, or the opening tag of an element.
    fn tag_or_arrow(&mut self) -> Option<&'a [u8]> {
        self.at -= 1;
        if matches!(self.last(), Some(b'=' | b'-')) {
            self.at -= 1;
            return self.assigned();
        }
        let open = memchr::memrchr(b'<', self.rest())? + self.floor;
        let tag = &self.bytes[open + 1..self.at];
        let name = &tag[..tag.iter().take_while(|&&byte| is_name_byte(byte)).count()];
        self.at = open;
        if !is_holder(name) && !name.is_empty() {
            return Some(name);
        }
        attribute(tag).or_else(|| self.sibling()).or(Some(name)).filter(|name| !name.is_empty())
    }

    /// In front of an element: the text of the sibling that names it, `<key>NAME</key>`.
    fn sibling(&mut self) -> Option<&'a [u8]> {
        self.skip(|byte| byte.is_ascii_whitespace());
        let rest = self.rest();
        let closed = [&b"</key>"[..], b"</name>", b"</Key>", b"</Name>", b"</id>"]
            .into_iter()
            .find(|close| rest.ends_with(close))?;
        let text = &rest[..rest.len() - closed.len()];
        let start = memchr::memrchr(b'>', text)? + 1;
        Some(&text[start..])
    }

    /// Beside a holder: `name: NAME` on the line above, `"name": "NAME",` in front, `key="NAME"` in the same tag.
    fn beside(&self, holder: usize) -> Option<&'a [u8]> {
        let end = self.at - holder;
        let window = &self.bytes[self.floor.max(end.saturating_sub(240))..end];
        let names: [&[u8]; 5] = [b"name", b"key", b"Name", b"Key", b"variable"];
        let at = names
            .iter()
            .filter_map(|name| {
                memchr::memmem::rfind_iter(window, name)
                    .find(|&at| at == 0 || !is_name_byte(window[at - 1]))
                    .map(|at| at + name.len())
            })
            .max()?;
        let rest = &window[at..];
        let lead =
            rest.iter().take_while(|&&byte| matches!(byte, b'"' | b'\'' | b' ' | b':' | b'=' | b'\\' | b'>')).count();
        let rest = &rest[lead..];
        let name = &rest[..rest.iter().take_while(|&&byte| is_name_byte(byte)).count()];
        (lead > 0 && is_setting_like(name)).then_some(name)
    }

    /// A value behind a blank: `ENV NAME value`, `--name value`, `proxy_pass value`.
    fn bare(&self, word: &'a [u8]) -> Option<&'a [u8]> {
        const DIRECTIVES: [&[u8]; 5] = [b"proxy_pass", b"reverse_proxy", b"@connect", b"server", b"upstream"];
        let flag = word.starts_with(b"--") && word.len() > 3;
        let variable = word.strip_prefix(b"$").is_some_and(is_setting_like);
        let upper = variable || is_constant(word);
        let property = word.contains(&b'.') && is_setting_like(word) && contains_ignore_case(word, b"api");
        (flag || upper || property || DIRECTIVES.contains(&word)).then_some(word)
    }
}

/// The `name` or `key` attribute of a tag.
fn attribute(tag: &[u8]) -> Option<&[u8]> {
    [&b"name="[..], b"key=", b"Key=", b"Name="].iter().find_map(|lead| {
        let at = memchr::memmem::find(tag, lead)? + lead.len();
        let quote = *tag.get(at)?;
        let rest = &tag[at + 1..];
        Some(&rest[..memchr::memchr(quote, rest)?])
    })
}

#[cfg(test)]
mod tests;
