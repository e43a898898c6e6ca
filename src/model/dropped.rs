//! Candidates that `detect` looked at and did not report. Only who asks for them gets them.

use super::Position;

/// Why something that looked like a key or an endpoint is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DropReason {
    /// A value that stands for the one you have.
    Placeholder,
    /// A part of it is blotted out.
    Masked,
    /// It names a value that is kept elsewhere: a variable, a template, a secret store.
    Reference,
    /// A person made it up, or it spells words.
    NotRandom,
    /// Its format counts only beside an LLM setting, call or endpoint.
    NeedsContext,
    /// What stands right before or behind it belongs to it.
    PartOfWord,
    /// It has not the form of any known key.
    Shape,
    /// The setting is about a key and does not hold one.
    AboutKey,
    /// The marker stands in base64 of a text, or of nothing that could be a key.
    NoKeyAround,
    /// A host that stands for the one you have.
    PlaceholderHost,
    /// Its parts are put in when the program runs.
    Template,
    /// A proxy of the network, which no API stands behind.
    NetworkProxy,
    /// A page of a service, not its API.
    Page,
    /// A host of another product, or not all of a host.
    OtherHost,
    /// Nothing says that LLM requests go there.
    NotForModels,
    /// The value is no host name.
    NoHost,
}

impl DropReason {
    /// The reason in words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Placeholder => "a placeholder",
            Self::Masked => "partly blotted out",
            Self::Reference => "names a value that is kept elsewhere",
            Self::NotRandom => "not random enough: made up, or words",
            Self::NeedsContext => "needs an LLM setting, call or endpoint beside it",
            Self::PartOfWord => "part of a longer word",
            Self::Shape => "not the form of any known key",
            Self::AboutKey => "the setting is about a key and holds none",
            Self::NoKeyAround => "the marker of OpenAI's keys, and no key around it",
            Self::PlaceholderHost => "a placeholder for a host",
            Self::Template => "a template, filled in elsewhere",
            Self::NetworkProxy => "a proxy of the network, not of an API",
            Self::Page => "a page, not an API",
            Self::OtherHost => "a host of another product, or a part of one",
            Self::NotForModels => "nothing says that LLM requests go there",
            Self::NoHost => "no host name",
        }
    }
}

/// A candidate that was not reported.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dropped {
    /// Where.
    pub position: Position,
    /// What may be shown of it: the prefix of a key, the host and path of an endpoint.
    pub shown: String,
    /// Why.
    pub reason: DropReason,
}

/// A candidate that was not reported, with the file that holds it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DroppedAt {
    /// Index into the scan's roots.
    pub root: usize,
    /// Path for human text.
    pub shown: String,
    /// The candidate.
    pub dropped: Dropped,
}
