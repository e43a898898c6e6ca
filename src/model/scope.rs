//! The units of a file in which keys and endpoints belong together.

use super::Environment;

/// Index of a scope in [`Scopes::scopes`].
pub type ScopeId = usize;

/// What a scope is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScopeKind {
    /// The whole file.
    File,
    /// A section, a table, a document of several, the body of a function.
    Section,
    /// A map, an object, an element with children.
    Map,
    /// A sequence.
    List,
    /// An element of a sequence that is made of parts itself.
    Item,
    /// A compose service, a container, a job, a program, the block of a server.
    Service,
    /// A call with its arguments, a chain of calls, a command, a request.
    Call,
}

impl ScopeKind {
    /// The word used in outlines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Section => "section",
            Self::Map => "map",
            Self::List => "list",
            Self::Item => "item",
            Self::Service => "service",
            Self::Call => "call",
        }
    }
}

/// A unit of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The scope around it; none for the file. Always a lower index.
    pub parent: Option<ScopeId>,
    /// What it is.
    pub kind: ScopeKind,
    /// What it is called: the name it is assigned to, the function that is called; empty where it has none.
    pub name: String,
    /// Whether it stands for itself: what is inside belongs to no neighbour, and nothing of a neighbour belongs to it.
    pub unit: bool,
    /// Where it is used, where the file says so.
    pub environment: Option<Environment>,
    /// Offset of its first byte in the file; none where it is known by its name alone.
    pub start: Option<u64>,
}

/// What a scope takes from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Used {
    /// The value of a variable, a constant, a setting or an environment variable, by its name.
    Name(String),
    /// The value of a setting, in whatever file, by the name that another setting gives: `api_key_name: work`.
    Setting(String),
    /// A key that is not written here: what a call or a look-up returns.
    Key,
    /// Everything in another scope of the file: an alias, a merged map.
    Scope(ScopeId),
    /// The settings of a file, by its path as written.
    File(String),
    /// The settings of an object of the same name, in whatever file: a ConfigMap, a Secret.
    Object(String),
    /// One setting of an object.
    Member {
        /// What the object is called.
        object: String,
        /// What the setting is called in it.
        setting: String,
    },
}

/// That a scope takes something from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Use {
    /// The scope that takes it.
    pub scope: ScopeId,
    /// What it takes.
    pub used: Used,
}

/// The scopes around the matches of a blob, and what they take from elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes {
    /// The file first, then each behind the scope around it; empty where nothing is known of the file's structure.
    pub scopes: Vec<Scope>,
    /// What they take from elsewhere, in order.
    pub uses: Vec<Use>,
}

/// Where in its file's structure a match stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Home {
    /// The innermost scope.
    pub scope: ScopeId,
    /// The position among the values of a list, from 0.
    pub index: Option<usize>,
}

/// The name by which other scopes know a setting: `api_key` of `self.api_key`, `KEY` of `os.environ["KEY"]`.
#[must_use]
pub fn scope_name(setting: &str) -> &str {
    let last = setting.rsplit(['.', ':', '>', '[', '/']).next().unwrap_or(setting);
    last.trim_matches(|char| matches!(char, ']' | '"' | '\'' | '$'))
}
