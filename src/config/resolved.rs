//! Fields with their values and where these come from, for people and for programs that ask what holds.

use super::fields::{self, Preset};
use super::values::{Given, Value};

/// A field and what holds for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The name in full: `endpoints.production.only`.
    pub name: String,
    /// What it says; none where nothing is said, and nothing is assumed.
    pub value: Option<Shown>,
    /// Where that comes from.
    pub source: Source,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// `true` or `false`.
    Flag(bool),
    /// A text.
    Text(String),
    /// A number.
    Number(u64),
    /// Several texts.
    List(Vec<String>),
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The config file, with the line.
    File(usize),
    /// A flag of the command line, by its name.
    Flag(&'static str),
    /// A variable of the environment, by its name.
    Variable(&'static str),
    /// Nobody said anything else.
    Default,
}

impl Resolved {
    /// A field that the file gives.
    pub(super) fn given(given: &Given, line: usize) -> Self {
        let texts = || given.entries().iter().map(|entry| entry.text.clone());
        let value = match &given.value {
            Value::Flag(flag) => Shown::Flag(*flag),
            Value::One(entry) => match entry.item {
                item if item.is_number() => entry.text.parse().map_or(Shown::Text(entry.text.clone()), Shown::Number),
                _ => Shown::Text(entry.text.clone()),
            },
            Value::List(_) => Shown::List(texts().collect()),
        };
        Self { name: given.name(), value: Some(value), source: Source::File(line) }
    }

    /// Every field with its default, in the order of the manual.
    #[must_use]
    pub fn defaults() -> Vec<Self> {
        let all = fields::all().into_iter();
        all.map(|(name, field)| Self { name, value: field.default.shown(), source: Source::Default }).collect()
    }
}

impl Preset {
    /// The value, where there is one.
    pub(super) fn shown(self) -> Option<Shown> {
        match self {
            Self::None => None,
            Self::Empty => Some(Shown::List(Vec::new())),
            Self::Flag(flag) => Some(Shown::Flag(flag)),
            Self::Number(number) => Some(Shown::Number(number)),
            Self::Text(text) => Some(Shown::Text(text.to_owned())),
            Self::List(texts) => Some(Shown::List(texts.iter().map(|&text| text.to_owned()).collect())),
        }
    }
}
