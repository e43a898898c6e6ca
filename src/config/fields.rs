//! The fields of a config file, as data. The reader, the hints at mistyped names, the JSON Schema and `keyscan config
//! check` all come from this table, so a field is added in one place.

use crate::model::{Confidence, Environment, RuleId, Severity};
use crate::report::Format;

/// A field, or several that differ by name alone.
pub(super) struct Field {
    /// What it is called.
    pub(super) names: Names,
    /// What it holds.
    pub(super) kind: Kind,
    /// What holds where it is not given.
    pub(super) default: Preset,
    /// What it says, for the schema.
    pub(super) doc: &'static str,
}

/// What a field is called.
#[derive(Clone, Copy)]
pub(super) enum Names {
    /// This.
    One(&'static str),
    /// Like each of the environments.
    Environments,
    /// Like each of the rules.
    Rules,
}

impl Names {
    /// All names.
    pub(super) fn all(self) -> Vec<&'static str> {
        match self {
            Self::One(name) => vec![name],
            Self::Environments => Environment::ALL.iter().map(|environment| environment.as_str()).collect(),
            Self::Rules => RuleId::ALL.iter().map(|rule| rule.as_str()).collect(),
        }
    }
}

/// What a field holds.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Fields of its own.
    Table(&'static [Field]),
    /// Several texts.
    List(Item),
    /// One text.
    One(Item),
    /// `true` or `false`.
    Flag,
}

/// What a text stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Host,
    Fingerprint,
    Organization,
    Project,
    /// A pattern of paths that must not mean everything.
    Place,
    /// A pattern of paths.
    Path,
    /// A file beside the config.
    File,
    Rule,
    Format,
    Severity,
    /// A severity, or `off`.
    SeverityOrOff,
    /// A severity, or `never`.
    FailOn,
    Confidence,
    /// Bytes, as a number or as a text with a unit.
    Size,
    /// A number of 1 or more.
    Count,
    /// A number of steps; 0 is none.
    Depth,
}

/// The word for a rule that is not looked at.
pub(super) const OFF: &str = "off";
/// The word for a gate that nothing reaches.
pub(super) const NEVER: &str = "never";

impl Item {
    /// The words that it can be, where there is a closed list of them.
    pub(super) fn words(self) -> Option<Vec<&'static str>> {
        let severities = || Severity::ALL.iter().rev().map(|severity| severity.as_str());
        Some(match self {
            Self::Rule => Names::Rules.all(),
            Self::Format => Format::ALL.iter().map(|format| format.as_str()).collect(),
            Self::Severity => severities().collect(),
            Self::SeverityOrOff => severities().chain([OFF]).collect(),
            Self::FailOn => severities().chain([NEVER]).collect(),
            Self::Confidence => [Confidence::High, Confidence::Medium, Confidence::Low].map(Confidence::as_str).into(),
            _ => return None,
        })
    }

    /// The form of its text as a regular expression, as far as one can say it.
    pub(super) const fn pattern(self) -> Option<&'static str> {
        match self {
            Self::Host => Some(r"^[^\s/\\?#@]+$"),
            Self::Fingerprint => Some("^[0-9A-Fa-f]{64}$"),
            Self::Organization => Some("^org-[A-Za-z0-9_-]{4,64}$"),
            Self::Project => Some("^proj_[A-Za-z0-9_-]{4,64}$"),
            Self::Place | Self::Path => Some(r"^(?!\s*$)(?![#!])(?!\./).+$"),
            Self::File => Some(r"^(?![/~])[^\\:]*[^\\:/]$"),
            Self::Size => Some("^[0-9]+([KkMmGgTt]([Ii]?[Bb])?|[Bb])?$"),
            _ => None,
        }
    }

    /// Whether it is a number and nothing else.
    pub(super) const fn is_number(self) -> bool {
        matches!(self, Self::Count | Self::Depth)
    }

    /// How many of them a list may hold: far more than anybody writes, and not so many that a run would take long.
    pub(super) const fn most(self) -> usize {
        match self {
            Self::Fingerprint | Self::Organization | Self::Project => 10_000,
            Self::File => 100,
            _ => 1000,
        }
    }
}

/// What holds where a field is not given.
#[derive(Clone, Copy)]
pub(super) enum Preset {
    /// Nothing.
    None,
    /// An empty list.
    Empty,
    Flag(bool),
    Text(&'static str),
    Number(u64),
    List(&'static [&'static str]),
}

const fn field(name: &'static str, kind: Kind, default: Preset, doc: &'static str) -> Field {
    Field { names: Names::One(name), kind, default, doc }
}

/// The tables of the file.
pub(super) static ROOT: &[Field] = &[
    field("endpoints", Kind::Table(ENDPOINTS), Preset::None, "Hosts, each a whole name or `*.` and a domain."),
    field("keys", Kind::Table(KEYS), Preset::None, "The team's own keys, and where keys may lie."),
    field("paths", Kind::Table(PATHS), Preset::None, "What paths are for, whatever their names say."),
    field("rules", Kind::Table(RULES), Preset::None, "Which rules are looked at."),
    field("severity", Kind::Table(SEVERITY), Preset::None, "Severities that take the place of the rules' own ones."),
    field("suppress", Kind::Table(SUPPRESS), Preset::None, "What lets findings pass."),
    field("gate", Kind::Table(GATE), Preset::None, "What makes the exit code 1 or 3."),
    field("output", Kind::Table(OUTPUT), Preset::None, "How reports look."),
    field("limits", Kind::Table(LIMITS), Preset::None, "How much work hostile input may ask for."),
];

const ALLOW: Field = field(
    "allow",
    Kind::List(Item::Host),
    Preset::Empty,
    "Hosts that may receive keys and requests; with a port, on that port alone.",
);
const DENY: Field =
    field("deny", Kind::List(Item::Host), Preset::Empty, "Hosts that may not, whatever else allows them.");
const ONLY: Field = field(
    "only",
    Kind::List(Item::Host),
    Preset::None,
    "If given: the hosts that may receive keys and requests. No others may.",
);

static ENDPOINTS: &[Field] = &[
    ALLOW,
    DENY,
    ONLY,
    Field {
        names: Names::Environments,
        kind: Kind::Table(&[ALLOW, DENY, ONLY]),
        default: Preset::None,
        doc: "What holds in this environment; it outweighs what holds everywhere.",
    },
];

static KEYS: &[Field] = &[
    field(
        "own",
        Kind::List(Item::Fingerprint),
        Preset::Empty,
        "Fingerprints of the team's own keys, as reports show them. If any are given, other OpenAI keys are marked.",
    ),
    field("organizations", Kind::List(Item::Organization), Preset::Empty, "The team's own OpenAI organizations."),
    field("projects", Kind::List(Item::Project), Preset::Empty, "The team's own OpenAI projects."),
    field(
        "stores",
        Kind::List(Item::Place),
        Preset::Empty,
        "Where keys may lie: patterns of paths, as in .gitignore, from the top of the repository.",
    ),
];

static PATHS: &[Field] = &[Field {
    names: Names::Environments,
    kind: Kind::List(Item::Path),
    default: Preset::Empty,
    doc: "Patterns of paths, as in .gitignore, from the top of the repository. Of several lines that match the first \
          one counts.",
}];

static RULES: &[Field] = &[
    field(
        "files",
        Kind::List(Item::File),
        Preset::Empty,
        "Files with rules of your own, relative to this file and never outside its folder.",
    ),
    field("only", Kind::List(Item::Rule), Preset::None, "If given: the rules that are looked at. No others are."),
    field("except", Kind::List(Item::Rule), Preset::Empty, "Rules that are not looked at."),
];

static SEVERITY: &[Field] = &[Field {
    names: Names::Rules,
    kind: Kind::One(Item::SeverityOrOff),
    default: Preset::None,
    doc: "Severity of this rule before environments and exposure move it; off: not looked at.",
}];

static SUPPRESS: &[Field] = &[
    field(
        "require-reason",
        Kind::Flag,
        Preset::Flag(false),
        "Whether a keyscan:allow comment without a reason lets nothing pass.",
    ),
    field(
        "baseline",
        Kind::One(Item::File),
        Preset::Text(".keyscan-baseline.json"),
        "The findings that may wait, relative to this file and never outside its folder.",
    ),
];

static GATE: &[Field] = &[
    field(
        "fail-on",
        Kind::One(Item::FailOn),
        Preset::Text("high"),
        "Lowest severity that makes the exit code 1, or never.",
    ),
    field(
        "fail-on-confidence",
        Kind::One(Item::Confidence),
        Preset::Text("medium"),
        "Lowest confidence that makes the exit code 1.",
    ),
    field("allow-incomplete", Kind::Flag, Preset::Flag(false), "Whether the exit code of an incomplete scan is 0."),
];

static OUTPUT: &[Field] = &[
    field(
        "format",
        Kind::List(Item::Format),
        Preset::List(&["human"]),
        "Format of the report on standard output. A config writes no files.",
    ),
    field("min-severity", Kind::One(Item::Severity), Preset::Text("low"), "Findings below this are not shown."),
];

/// Their names are those of [`crate::model::Limit`], their defaults those of [`crate::model::Limits`].
static LIMITS: &[Field] = &[
    field("max-file-size", Kind::One(Item::Size), Preset::None, "Larger files are not read, and listed."),
    field(
        "max-archive-size",
        Kind::One(Item::Size),
        Preset::Text("16G"),
        "Bytes of all members of an archive together, unpacked, with those of the archives nested in it.",
    ),
    field(
        "max-archive-ratio",
        Kind::One(Item::Count),
        Preset::Number(200),
        "How many times larger than its packed form a member may be, where it is larger than 1 MiB.",
    ),
    field(
        "max-archive-members",
        Kind::One(Item::Count),
        Preset::Number(1_000_000),
        "Members of an archive, with those of the archives nested in it.",
    ),
    field(
        "max-archive-depth",
        Kind::One(Item::Depth),
        Preset::Number(5),
        "How deep archives are opened in each other; 0 opens none.",
    ),
    field(
        "max-member-size",
        Kind::One(Item::Size),
        Preset::Text("64M"),
        "Bytes of one member of an archive, unpacked.",
    ),
    field(
        "max-decoded-size",
        Kind::One(Item::Size),
        Preset::Text("64M"),
        "Bytes that one file may have in its decoded forms together.",
    ),
    field(
        "max-decode-depth",
        Kind::One(Item::Depth),
        Preset::Number(3),
        "How many encodings are undone behind each other; 0 undoes none.",
    ),
];

/// Every field with its name in full, such as `endpoints.production.only`, in the order of the table.
pub(super) fn all() -> Vec<(String, &'static Field)> {
    fn collect(fields: &'static [Field], front: &str, all: &mut Vec<(String, &'static Field)>) {
        for field in fields {
            for name in field.names.all() {
                let name = format!("{front}{name}");
                match field.kind {
                    Kind::Table(inner) => collect(inner, &format!("{name}."), all),
                    _ => all.push((name, field)),
                }
            }
        }
    }
    let mut found = Vec::new();
    collect(ROOT, "", &mut found);
    found
}
