//! Where comments end.

use memchr::memchr2;

use super::super::format::Language;
use super::strings;

/// The end of the comment that begins at `at`; none where none begins. `first` says that `at` is the first in its line.
pub(super) fn end(language: Language, bytes: &[u8], at: usize, first: bool) -> Option<usize> {
    use Language::{Basic, Elixir, Julia, Kotlin, Lisp, Lua, Ml, Nim, Perl, Php, Python, R, Ruby, Rust, Swift};
    let next = bytes.get(at + 1).copied();
    let slashes = !matches!(language, Python | Ruby | Lua | Lisp | Perl | R | Julia | Elixir | Nim | Basic);
    let line = match bytes[at] {
        b'#' => match language {
            Julia if next == Some(b'=') => return Some(strings::find(bytes, at + 2, b"=#") + 2),
            Nim if next == Some(b'[') => return Some(strings::find(bytes, at + 2, b"]#") + 2),
            // `$#list` is a number.
            Perl => at == 0 || bytes[at - 1] != b'$',
            Python | Ruby | R | Julia | Elixir | Nim => true,
            Php => next != Some(b'['),
            Lisp if next == Some(b'|') => return Some(strings::find(bytes, at + 2, b"|#") + 2),
            _ => at == 0 && next == Some(b'!'),
        },
        b'/' if next == Some(b'/') => slashes,
        b'/' if next == Some(b'*') && slashes => {
            return Some(match language {
                Rust | Swift | Kotlin => nested(bytes, at + 2),
                _ => strings::find(bytes, at + 2, b"*/") + 2,
            });
        }
        // Commands of a notebook: `%env NAME=value`, `!pip install x`; they are no Python.
        b'%' | b'!' if language == Python && first && (at == 0 || bytes[at - 1] == b'\n') => {
            next.is_some_and(|next| next.is_ascii_alphabetic() || next == b'%')
        }
        b'-' if next == Some(b'-') && language == Lua => {
            if let Some(literal) = strings::long_bracket(bytes, at + 2) {
                return Some(literal.end);
            }
            true
        }
        b'\'' => language == Basic,
        b'R' | b'r' if language == Basic && first => {
            bytes.get(at..at + 4).is_some_and(|word| word.eq_ignore_ascii_case(b"rem "))
        }
        b'-' if next == Some(b'-') && language == Ml => true,
        b'(' if next == Some(b'*') && language == Ml => return Some(strings::find(bytes, at + 2, b"*)") + 2),
        b'{' if next == Some(b'-') && language == Ml => return Some(strings::find(bytes, at + 2, b"-}") + 2),
        // Documentation of Perl.
        b'=' if language == Perl && first && next.is_some_and(|next| next.is_ascii_alphabetic()) => {
            return Some(strings::find(bytes, at, b"\n=cut") + 5);
        }
        b';' => language == Lisp,
        b'=' if language == Ruby && first && bytes[at..].starts_with(b"=begin") => {
            return Some(strings::find(bytes, at, b"\n=end") + 5);
        }
        _ => false,
    };
    // A lone CR ends a line, too, and what stands behind it is code again.
    line.then(|| memchr2(b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |end| at + end))
}

/// The end of a comment in which there may be comments.
fn nested(bytes: &[u8], start: usize) -> usize {
    let (mut depth, mut at) = (1_usize, start);
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'*', b'/', rest)).map(|found| at + found) {
        at = found + 1;
        match (bytes[found], bytes.get(found + 1)) {
            (b'*', Some(b'/')) => {
                depth -= 1;
                at += 1;
            }
            (b'/', Some(b'*')) => {
                depth += 1;
                at += 1;
            }
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}
