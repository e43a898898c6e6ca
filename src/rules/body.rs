//! The one way in which the body of a key format becomes a regular expression.

use regex::bytes::{Regex, RegexBuilder};

use super::schema::{Anchor, KeyFormat};

/// The longest body of a user's format, in bytes.
const LONGEST: usize = 1000;
/// The most memory that its compiled form, and the cache of its search, may take, in bytes.
const MOST_MEMORY: usize = 1 << 18;

/// Compiles a format's body: on bytes, anchored where the search starts (behind the prefix).
///
/// # Errors
///
/// Where the body is no regular expression, or too large a one. The error quotes the body and is not to be shown.
pub fn compile(key: &KeyFormat) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&format!(r"\A(?:{})", key.body)).unicode(false).size_limit(1 << 20).build()
}

/// Checks the body of a user's format: it compiles within bounds, by itself as well as anchored, and never matches nothing.
pub(super) fn check(key: &KeyFormat) -> Result<(), &'static str> {
    if key.body.len() > LONGEST {
        return Err("must be 1,000 bytes or less");
    }
    let bounded = |body: &str| {
        let mut builder = RegexBuilder::new(body);
        builder.unicode(false).size_limit(MOST_MEMORY).nest_limit(50).build()
    };
    // By itself: `a)|(?:b` would be well-formed only between our own parentheses, and free of the anchor.
    let regex = bounded(&key.body).and_then(|_| bounded(&format!(r"\A(?:{})", key.body)));
    match regex {
        Err(regex::Error::CompiledTooBig(_)) => Err("must be a smaller expression: shorter repetitions, fewer of them"),
        Err(_) => Err("must be a regular expression without Unicode classes, look-around and references"),
        Ok(regex) if key.anchor != Anchor::Marker && regex.is_match(b"") => Err("must not match an empty text"),
        Ok(_) => Ok(()),
    }
}
