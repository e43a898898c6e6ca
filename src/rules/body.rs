//! The one way in which the body of a key format becomes a regular expression.

use regex::bytes::{Regex, RegexBuilder};

use super::load::{Fault, Problem};
use super::schema::{KeyFormat, RuleFile};

/// Compiles a format's body: on bytes, anchored where the search starts (behind the prefix).
///
/// # Errors
///
/// Where the body is no regular expression, or too large a one. The error quotes the body and is not to be shown.
pub fn compile(key: &KeyFormat) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&format!(r"\A(?:{})", key.body)).unicode(false).size_limit(1 << 20).build()
}

/// Checks that the bodies of a file compile.
pub(super) fn check(file: &RuleFile) -> Result<(), Fault> {
    let bad = file.key.iter().position(|key| compile(key).is_err());
    bad.map_or(Ok(()), |index| {
        let problem = Problem::Invalid { field: "body", must: "must be a regular expression without Unicode classes" };
        Err(Fault { table: "key", index, field: Some("body"), problem })
    })
}
