//! What languages spell in their own way that are otherwise lexed as another.

use memchr::memchr2;

use super::super::format::Language;
use super::lexer::Lexer;
use super::strings::Literal;

impl Lexer<'_> {
    /// Signs that another language has for what is written alike in most: `<-`, pipes, `$` of R.
    pub(super) fn sign_of_dialect(&self) -> Option<(u8, usize)> {
        use Language::{Elixir, Julia, Ml, R};
        let rest = &self.bytes[self.at..];
        let starts = |text: &[u8]| rest.starts_with(text);
        match self.dialect {
            R if starts(b"<<-") => Some((b'=', 3)),
            R if starts(b"<-") => Some((b'=', 2)),
            R if starts(b"%>%") => Some((b'.', 3)),
            R if starts(b"$") => Some((b'.', 1)),
            R | Elixir | Julia | Ml if starts(b"|>") => Some((b'.', 2)),
            _ => None,
        }
    }

    /// A string of Basic, in which a backslash means nothing.
    pub(super) fn basic_text(&mut self) {
        let start = self.at + 1;
        let end = memchr2(b'"', b'\n', &self.bytes[start..]).map_or(self.bytes.len(), |end| start + end);
        let closed = usize::from(self.bytes.get(end) == Some(&b'"'));
        self.take(Literal { lead: 1, content_end: end, end: end + closed, marked: false });
    }
}
