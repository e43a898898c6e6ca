//! Reads one rule file. What is wrong with it is said in our own words: the TOML library quotes the line, and a rule
//! file that somebody filled in wrongly may hold a key.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::check::Owner;
use super::schema::RuleFile;

/// Why a rule file was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {problem}")]
pub struct RuleError {
    /// The file's name as it was given.
    pub file: String,
    /// Line, 1-based.
    pub line: usize,
    /// Column in code points, 1-based.
    pub column: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with a rule file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The text is not TOML.
    #[error("this is not valid TOML: a mistake in the syntax, or a name that is given twice")]
    Syntax,
    /// A field that no table of this kind has.
    #[error("unknown field{}{}", quoted(name.as_deref()), hint_or(nearest.as_deref(), known))]
    UnknownField {
        /// The field, unless it could be a key that strayed here.
        name: Option<String>,
        /// The valid field that it resembles most.
        nearest: Option<String>,
        /// All that are valid.
        known: Vec<String>,
    },
    /// A word outside a closed list.
    #[error("unknown word{}; known are: {}", hint(nearest.as_deref()), known.join(", "))]
    UnknownWord {
        /// The word that it resembles most.
        nearest: Option<String>,
        /// All that are known.
        known: Vec<String>,
    },
    /// A field that has to be there.
    #[error("the field `{0}` is missing")]
    MissingField(String),
    /// A value of another type than the field takes.
    #[error("a value of the wrong type")]
    WrongType,
    /// An id, name or host that is there already, in this file or among the built-in rules.
    #[error("this {what}{} is there already, {}", quoted(id.as_deref()), place(first.as_ref()))]
    Repeated {
        /// What it is: `key`, `host` …
        what: &'static str,
        /// Which one, unless it could be a key.
        id: Option<String>,
        /// Where it is taken: file, line, column. Nothing for a built-in rule.
        first: Option<(String, usize, usize)>,
    },
    /// An id that nothing has.
    #[error("no {what} has this id{}{}", quoted(id.as_deref()), hint(nearest.as_deref()))]
    UnknownReference {
        /// What should have it.
        what: &'static str,
        /// The id, unless it could be a key.
        id: Option<String>,
        /// The id that it resembles most.
        nearest: Option<String>,
    },
    /// A field whose value breaks a rule of its own.
    #[error("`{field}` {must}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// What it must be.
        must: &'static str,
    },
}

fn quoted(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!(" `{name}`"))
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!(" (did you mean `{nearest}`?)"))
}

fn hint_or(nearest: Option<&str>, known: &[String]) -> String {
    if nearest.is_some() { hint(nearest) } else { format!("; there are `{}`", known.join("`, `")) }
}

fn place(first: Option<&(String, usize, usize)>) -> String {
    match first {
        Some((file, line, column)) => format!("at {file}:{line}:{column}"),
        None => "among the built-in rules".to_owned(),
    }
}

/// A problem with one entry, not yet tied to a place in its file.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    /// The table: `key`, `endpoint` …
    pub(super) table: &'static str,
    /// Which of them, from 0.
    pub(super) index: usize,
    /// The field, where one is to blame.
    pub(super) field: Option<&'static str>,
    /// Which item of the field's list, from 0.
    pub(super) item: Option<usize>,
    /// What is wrong.
    pub(super) problem: Problem,
    /// Who has taken what this entry repeats.
    pub(super) owner: Option<Owner>,
}

impl Fault {
    /// What is wrong with a table or field at the top of a file.
    pub(super) fn of_table(table: &'static str, problem: Problem) -> Self {
        Self { table, index: 0, field: None, item: None, problem, owner: None }
    }
}

/// Parses one rule file.
///
/// # Errors
///
/// The first thing that is wrong with its form; [`super::check`] looks at the rest.
pub(super) fn parse(name: &str, text: &str) -> Result<RuleFile, RuleError> {
    if let Err(error) = DeTable::parse(text) {
        return Err(at(name, text, error.span(), Problem::Syntax));
    }
    toml::from_str(text).map_err(|error| at(name, text, error.span(), translate(error.message())))
}

/// A rule file that is asked for the places of its entries: parsed once, however many are asked for.
#[derive(Debug)]
pub struct Places<'t> {
    name: &'t str,
    text: &'t str,
    document: Option<Spanned<DeTable<'t>>>,
    /// Offsets of the line breaks.
    breaks: Vec<usize>,
}

impl<'t> Places<'t> {
    /// The places of a file.
    #[must_use]
    pub fn new(name: &'t str, text: &'t str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
        Self { name, text, document: DeTable::parse(text).ok(), breaks }
    }

    /// Line and column, both 1-based, of an entry of a table (`key`, `endpoint` …), of a field of it, or of an item of
    /// the list in that field.
    #[must_use]
    pub fn position(&self, table: &str, index: usize, field: Option<&str>, item: Option<usize>) -> (usize, usize) {
        let offset = self.find(table, index, field, item).map_or(0, |span| span.start).min(self.text.len());
        let line = self.breaks.partition_point(|&at| at < offset);
        let start = line.checked_sub(1).map_or(0, |before| self.breaks[before] + 1);
        let column = self.text.get(start..offset).map_or(0, |before| before.chars().count());
        (line + 1, column + 1)
    }

    /// Where an item or field, or at least its table, begins.
    fn find(&self, table: &str, index: usize, field: Option<&str>, item: Option<usize>) -> Option<Range<usize>> {
        let tables = self.document.as_ref()?.get_ref().get(table)?;
        let entry = match tables.get_ref() {
            DeValue::Array(entries) => entries.get(index)?,
            _ => tables,
        };
        let field = field.and_then(|field| entry.get_ref().as_table()?.get(field));
        let item = field.zip(item).and_then(|(field, item)| field.get_ref().as_array()?.get(item));
        Some(item.or(field).unwrap_or(entry).span())
    }
}

/// Ties a fault of file `number` to its place.
#[must_use]
pub(super) fn locate(files: &[Places<'_>], number: usize, fault: Fault) -> RuleError {
    let file = &files[number];
    let mut problem = fault.problem;
    if let (Problem::Repeated { first, .. }, Some(owner)) = (&mut problem, fault.owner)
        && let Some(other) = files.get(owner.file)
    {
        let (line, column) = other.position(owner.entry.0, owner.entry.1, Some(owner.field), None);
        *first = Some((other.name.to_owned(), line, column));
    }
    let (line, column) = file.position(fault.table, fault.index, fault.field, fault.item);
    RuleError { file: file.name.to_owned(), line, column, problem }
}

fn at(name: &str, text: &str, span: Option<Range<usize>>, problem: Problem) -> RuleError {
    let mut offset = span.map_or(0, |span| span.start).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    RuleError {
        file: name.to_owned(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        problem,
    }
}

/// Puts serde's message into our words, keeping nothing of the file but a harmless field name.
fn translate(message: &str) -> Problem {
    let named = |start: &str| {
        let behind = message.strip_prefix(start)?;
        let end = behind.rfind("`, expected ").or_else(|| behind.rfind("`, there are")).unwrap_or(behind.len());
        Some((&behind[..end], &behind[end..]))
    };
    if let Some((name, behind)) = named("unknown field `") {
        return Problem::UnknownField {
            name: harmless(name),
            nearest: nearest(name, backticked(behind)).map(str::to_owned),
            known: backticked(behind).map(str::to_owned).collect(),
        };
    }
    if let Some((name, behind)) = named("unknown variant `") {
        let known = backticked(behind).map(str::to_owned).collect();
        return Problem::UnknownWord { nearest: nearest(name, backticked(behind)).map(str::to_owned), known };
    }
    match message.strip_prefix("missing field `").and_then(|behind| behind.strip_suffix('`')) {
        Some(name) => Problem::MissingField(name.to_owned()),
        None => Problem::WrongType,
    }
}

/// A name out of a rule file, unless it could be a key: those have longer parts, or more digits in them.
pub(super) fn harmless(name: &str) -> Option<String> {
    let mut parts = name.split(['-', '_', '.', '*', '/']);
    let word = |part: &str| part.len() <= 16 && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let plain = name.len() <= 64 && digits <= 4 && parts.all(word) && !name.to_ascii_lowercase().contains("sk-");
    plain.then(|| name.to_owned())
}

/// The words between backticks behind the offending name: the library's list of what is valid.
fn backticked(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(2).step_by(2)
}

/// The candidate with the fewest edits, when less than half of the name has to change.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let ranked = candidates.map(|candidate| (edits(name, candidate), candidate));
    ranked.min_by_key(|&(edits, _)| edits).filter(|&(edits, _)| edits * 2 <= name.len()).map(|(_, best)| best)
}

/// Levenshtein distance in bytes; both texts are short, so a long one is not compared at all.
fn edits(left: &str, right: &str) -> usize {
    if left.len() > 64 || right.len() > 64 {
        return usize::MAX / 2;
    }
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in right.bytes().enumerate() {
            let cost = (diagonal + usize::from(a != b)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], cost);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_needs_half_of_its_letters_right() {
        let words = ["hosts", "path", "confidence"];
        assert_eq!(nearest("host", words.into_iter()), Some("hosts"));
        assert_eq!(nearest("confidense", words.into_iter()), Some("confidence"));
        assert_eq!(nearest("zzzz", words.into_iter()), None);
        assert_eq!(edits("kitten", "sitting"), 3);
    }

    #[test]
    fn only_names_that_are_no_keys_are_shown() {
        assert_eq!(harmless("base-url").as_deref(), Some("base-url"));
        assert_eq!(harmless("sk-abc"), None);
        assert_eq!(harmless("api.some-relay.example").as_deref(), Some("api.some-relay.example"));
        assert_eq!(harmless(&"a".repeat(17)), None);
        assert_eq!(harmless("0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"), None);
        assert_eq!(harmless("a b"), None);
    }
}
