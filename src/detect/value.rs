//! Which value does a name hold? The way back from a name: for values that nothing but their setting tells.

use super::name::is_name_byte;

/// The longest value that is still read.
const LONGEST_VALUE: usize = 4096;

/// The range of the value that the name ending at `end` holds, without quotes and lead-ins.
pub(super) fn value_after(bytes: &[u8], end: usize) -> Option<std::ops::Range<usize>> {
    let mut reader = Forwards { bytes, at: end };
    reader.skip(|byte| matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b']' | b')' | b'?' | b'!'));
    if reader.eat(b"</key>") || reader.eat(b"</name>") {
        reader.skip(|byte| byte.is_ascii_whitespace());
        return reader.element();
    }
    let blanks = reader.skip(|byte| matches!(byte, b' ' | b'\t'));
    match reader.peek()? {
        b'=' | b':' => {
            reader.skip(|byte| matches!(byte, b'=' | b':' | b'>' | b'~' | b'?' | b'-'));
            reader.past_type();
            reader.value()
        }
        b',' | b'\n' | b'\r' => {
            reader.skip(|byte| matches!(byte, b',' | b' ' | b'\t' | b'\n' | b'\r'));
            let behind = reader.at;
            reader.holder().or_else(|| {
                reader.at = behind;
                if bytes[end..behind].contains(&b',') { reader.value() } else { None }
            })
        }
        b'>' | b'(' | b'{' | b'|' => {
            reader.at += 1;
            reader.value()
        }
        b'v' if blanks > 0 => {
            let behind = reader.at;
            reader.holder().or_else(|| {
                reader.at = behind;
                reader.value()
            })
        }
        b'"' | b'\'' if blanks > 0 => reader.quoted(),
        _ if blanks > 0 && end > 0 => reader.value(),
        _ => None,
    }
}

struct Forwards<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Forwards<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip(&mut self, class: impl Fn(u8) -> bool) -> usize {
        let count = self.bytes[self.at..].iter().take(256).take_while(|&&byte| class(byte)).count();
        self.at += count;
        count
    }

    fn eat(&mut self, text: &[u8]) -> bool {
        let found = self.bytes[self.at..].starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// `name: Type = value`.
    fn past_type(&mut self) {
        let line = &self.bytes[self.at..self.bytes.len().min(self.at + 48)];
        let Some(equals) = memchr::memchr(b'=', line) else { return };
        let between = &line[..equals];
        let types = between
            .iter()
            .all(|&byte| byte.is_ascii_alphabetic() || matches!(byte, b' ' | b'&' | b'\'' | b'?' | b'[' | b']'));
        if types && between.iter().any(u8::is_ascii_alphabetic) {
            self.at += equals + 1;
        }
    }

    fn value(&mut self) -> Option<std::ops::Range<usize>> {
        self.skip(|byte| matches!(byte, b' ' | b'\t'));
        for keyword in [&b"new "[..], b"await ", b"Bearer ", b"bearer ", b"Basic ", b"Token "] {
            self.eat(keyword);
        }
        // An array, a call that only wraps the value, a prefix of a string.
        for _ in 0..4 {
            let word =
                self.bytes[self.at..].iter().take(40).take_while(|&&byte| is_name_byte(byte) || byte == b':').count();
            if self.bytes.get(self.at + word) == Some(&b'(') {
                self.at += word + 1;
            } else if word <= 2 && matches!(self.bytes.get(self.at + word), Some(b'"' | b'\'')) {
                self.at += word;
            }
            if self.skip(|byte| matches!(byte, b'[' | b'(' | b'{' | b' ' | b'\\' | b'@')) == 0 {
                break;
            }
        }
        if matches!(self.peek()?, b'"' | b'\'' | b'`' | b'\\') { self.quoted() } else { self.bare() }
    }

    /// A value in quotes of any kind and number: `"v"`, `\"v\"`, `"""v"""`.
    fn quoted(&mut self) -> Option<std::ops::Range<usize>> {
        self.skip(|byte| matches!(byte, b'"' | b'\'' | b'`' | b'\\'));
        let window = &self.bytes[self.at..self.bytes.len().min(self.at + LONGEST_VALUE)];
        let length = window.iter().position(|&byte| matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b'\n'))?;
        trimmed(self.at, &window[..length])
    }

    fn bare(&mut self) -> Option<std::ops::Range<usize>> {
        let window = &self.bytes[self.at..self.bytes.len().min(self.at + LONGEST_VALUE)];
        let length = window
            .iter()
            .take_while(|&&byte| {
                byte > b' '
                    && !matches!(
                        byte,
                        b'"' | b'\''
                            | b'`'
                            | b'<'
                            | b'>'
                            | b','
                            | b';'
                            | b')'
                            | b']'
                            | b'}'
                            | b'&'
                            | b'|'
                            | b'\\'
                            | b'#'
                    )
            })
            .count();
        trimmed(self.at, &window[..length])
    }

    /// `value: …` or `"value": …` beside a name.
    fn holder(&mut self) -> Option<std::ops::Range<usize>> {
        self.skip(|byte| matches!(byte, b'"' | b'\'' | b'\\'));
        if !self.bytes[self.at..].get(..5).is_some_and(|word| word.eq_ignore_ascii_case(b"value")) {
            return None;
        }
        self.at += 5;
        self.skip(|byte| matches!(byte, b'"' | b'\'' | b'\\' | b' '));
        if self.skip(|byte| matches!(byte, b':' | b'=')) == 0 {
            return None;
        }
        self.value()
    }

    /// `<string>value</string>`.
    fn element(&mut self) -> Option<std::ops::Range<usize>> {
        if !self.eat(b"<") {
            return None;
        }
        let close = memchr::memchr(b'>', &self.bytes[self.at..self.bytes.len().min(self.at + 64)])?;
        self.at += close + 1;
        self.bare()
    }
}

/// Without the lead-in of a header, which belongs to neither name nor value.
fn trimmed(start: usize, text: &[u8]) -> Option<std::ops::Range<usize>> {
    let mut lead = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    for scheme in [&b"Bearer "[..], b"bearer ", b"Basic ", b"Token "] {
        if text[lead..].starts_with(scheme) {
            lead += scheme.len();
        }
    }
    let end = text.len() - text.iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
    (lead < end).then_some(start + lead..start + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_in_every_syntax() {
        for text in [
            "NAME=v9",
            "NAME = \"v9\"",
            "\"NAME\": \"v9\"",
            "\\\"NAME\\\": \\\"v9\\\"",
            "'NAME' => 'v9'",
            "NAME := \"v9\"",
            "[\"NAME\"] = \"v9\"",
            "(\"NAME\", \"v9\")",
            "NAME: v9",
            "NAME v9",
            "NAME \"v9\"",
            "<NAME>v9</NAME>",
            "<key>NAME</key>\n <string>v9</string>",
            "name: NAME\n  value: v9",
            "\"NAME\", \"value\": \"v9\"",
            "NAME(\"v9\")",
            "NAME: str = \"v9\"",
            "NAME = new Uri(\"v9\")",
            "NAME: Bearer v9",
            "key=\"NAME\" value=\"v9\"",
            "NAME = [\"v9\"]",
            "NAME{\"v9\"}",
            "NAME = \"\"\"v9\"\"\"",
            "\"NAME\", \"\\\"v9\\\"\"",
            "| NAME | `v9` |",
            "NAME,v9,x",
        ] {
            let end = text.find("NAME").unwrap() + 4;
            let found = value_after(text.as_bytes(), end).map(|range| &text[range]);
            assert_eq!(found, Some("v9"), "{text}");
        }
    }
}
