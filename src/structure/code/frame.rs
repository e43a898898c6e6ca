//! What the reader of code is in the middle of.

use std::ops::Range;

use crate::model::ScopeId;

/// What a stretch of code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Statements.
    Body,
    /// The arguments of a call.
    Call,
    /// The arguments of a call that only looks up a variable, such as `getenv`.
    Lookup,
    /// A map, or what looks like one.
    Map,
    /// A list.
    List,
    /// Brackets that mean nothing to the reader.
    Group,
}

/// What ends a stretch of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The bracket with this token index.
    Bracket(u32),
    /// A line that begins no further to the right than this column.
    Indent(usize),
    /// The word `end`; the column of the line where it began.
    Word(usize),
    /// The end of the statement, which is also one of an arm `pattern => value`.
    Statement,
    /// The next `case`, or the end of what is around it.
    Case,
    /// The end of the file.
    File,
}

/// Where something found belongs.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// To a scope.
    Scope(ScopeId),
    /// To what a variable of this body is made of.
    Variable(ScopeId, Range<usize>),
}

/// What the head of a statement announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Announced {
    Function,
    Class,
    Control,
    /// A choice whose arms have values of their own: `switch`, `match`.
    Choice,
}

/// The head of a function, a class, a loop, in front of its body.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) what: Announced,
    pub(super) name: Option<Range<usize>>,
    pub(super) start: usize,
    /// The scope, once there are parameters.
    pub(super) scope: Option<ScopeId>,
}

/// A chain of calls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain {
    pub(super) scope: ScopeId,
    /// Whether it stands for itself, unless it turns out to hold the body of a function.
    pub(super) unit: bool,
    /// Whether there are statements in it.
    pub(super) busy: bool,
    /// The variable whose method it is.
    pub(super) receiver: Option<ScopeId>,
}

/// A statement, an argument, an element.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    /// Index of its first token.
    pub(super) start: usize,
    /// What is assigned to.
    pub(super) name: Option<Range<usize>>,
    /// A name whose type stands behind it, before the assignment is seen.
    pub(super) declared: Option<(usize, usize)>,
    /// The first of several names assigned to at once.
    pub(super) first: Option<(usize, usize)>,
    pub(super) target: Option<Target>,
    /// Where strings go, if not where the frame says.
    pub(super) values: Option<ScopeId>,
    /// A scope that ends with the entry.
    pub(super) ends: Option<ScopeId>,
    pub(super) header: Option<Header>,
    pub(super) chain: Option<Chain>,
    /// Whether a colon in it may belong to a choice `a ? b : c` or a lambda.
    pub(super) choice: bool,
    /// Whether it is `case …:`.
    pub(super) case: bool,
    /// How much it has been found to use.
    pub(super) uses: usize,
}

/// A stretch of code, with the entry being read in it.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) role: Role,
    pub(super) ending: Ending,
    pub(super) scope: ScopeId,
    /// What is found in it goes here, unless the entry says otherwise.
    pub(super) target: Target,
    /// What values without a name are called.
    pub(super) name: Option<Range<usize>>,
    /// Whether uses in it are kept.
    pub(super) uses: bool,
    /// Whether a call lies between it and the body around it.
    pub(super) inside: bool,
    /// Whether statements have been found in it.
    pub(super) busy: bool,
    pub(super) class: bool,
    /// Whether it is a list of parameters.
    pub(super) params: bool,
    /// Whether a text that comes first names what comes second: `header("Authorization", …)`.
    pub(super) named: bool,
    /// Whether it holds the arms of a choice, or its first line is the head of a loop.
    pub(super) arms: bool,
    /// Number of entries in front of this one.
    pub(super) index: usize,
    /// Calls that stand as arguments in it: a hash of the name, the scope.
    pub(super) calls: Vec<(u64, ScopeId)>,
    pub(super) entry: Entry,
}

impl Frame {
    pub(super) fn new(role: Role, ending: Ending, scope: ScopeId) -> Self {
        Self {
            role,
            ending,
            scope,
            target: Target::Scope(scope),
            name: None,
            uses: matches!(role, Role::Call | Role::Map | Role::List | Role::Lookup),
            inside: role == Role::Call,
            busy: false,
            class: false,
            params: false,
            named: false,
            arms: false,
            index: 0,
            calls: Vec::new(),
            entry: Entry::default(),
        }
    }

    /// Whether statements stand in it.
    pub(super) fn is_body(&self) -> bool {
        self.role == Role::Body
    }
}
