//! What `detect` finds in one blob.

use super::{
    BlobPath, Confidence, Dropped, EndpointKind, Home, Limit, Origin, Position, Redacted, Role, RuleId, Scopes, Secret,
    Signal, Span,
};

/// How a key's issuer is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Proof {
    /// By the key's own structure: the marker, an unambiguous vendor prefix.
    Structure,
    /// By the structure that relay software gives its keys.
    RelaySoftware,
    /// By the prefix of a named relay or pool.
    NamedRelay,
    /// By the name of the setting that holds it.
    Setting,
    /// Not known.
    None,
}

/// Which findings an inline comment lets pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowScope {
    /// Every rule.
    All,
    /// The rules named.
    Rules(Vec<RuleId>),
    /// None, though it was probably meant to.
    Nothing(NoEffect),
}

/// Why an inline comment lets nothing pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoEffect {
    /// The words are not the first of a comment: inside a string, or behind other words.
    NotAComment,
    /// The brackets name a rule that does not exist.
    UnknownRule,
    /// The line is longer than any that a person reads.
    LongLine,
    /// The policy asks for a reason, and there is none.
    NoReason,
    /// It does not stand in the revision that is trusted.
    NotTrusted,
}

/// SHA-256 of the line on which an inline comment stands, without its line break; of one for the next line, of both lines
/// with `\n` between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineDigest(pub [u8; 32]);

/// An inline `keyscan:allow` that covers a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// What it covers.
    pub scope: AllowScope,
    /// The reason given behind it, with keys redacted; may be empty.
    pub reason: String,
    /// The lines that it stands on and covers. None where it covers a value that goes over several lines, of which the rest
    /// is not known to be the same.
    pub lines: Option<LineDigest>,
}

/// Where a match stands in its blob.
#[derive(Clone, Debug)]
pub struct Place {
    /// In bytes.
    pub span: Span,
    /// In lines and columns.
    pub position: Position,
    /// GitHub's hash of the line, where it can be told without hashing a weak secret.
    pub line_hash: Option<String>,
    /// The inline comment that covers the line.
    pub allow: Option<Box<Allow>>,
    /// Where in the structure of its file, where that is known.
    pub home: Option<Home>,
    /// Which part of its file people would look at: `cell 3, output 1` of a notebook.
    pub part: Option<String>,
}

/// A key in a blob.
#[derive(Clone, Debug)]
pub struct KeyMatch {
    /// Where.
    pub place: Place,
    /// The value.
    pub secret: Secret,
    /// What may be shown.
    pub redacted: Redacted,
    /// Id of the key format.
    pub format: String,
    /// Id of the issuer, where it is proven.
    pub issuer: Option<String>,
    /// How the issuer is known.
    pub proof: Proof,
    /// How sure it is that this is a key.
    pub confidence: Confidence,
    /// The setting it is assigned to, as written.
    pub setting: Option<String>,
    /// Whether the value is too short or not random enough to be hashed without a secret.
    pub weak: bool,
    /// Facts seen on the way.
    pub signals: Vec<Signal>,
    /// Encodings undone to see it, outermost first.
    pub encoding: Vec<String>,
}

/// An endpoint in a blob.
#[derive(Clone, Debug)]
pub struct EndpointMatch {
    /// Where.
    pub place: Place,
    /// Lower-case host, with the port if it is not the scheme's own.
    pub host: String,
    /// The URL without user info, query and fragment, keys in its path redacted.
    pub url: String,
    /// What stands behind it.
    pub kind: EndpointKind,
    /// Name of the service, where the catalogue has one.
    pub service: Option<String>,
    /// Id of the catalogue entry.
    pub entry: Option<String>,
    /// How sure the kind is.
    pub confidence: Confidence,
    /// What it does here.
    pub role: Role,
    /// Whether an LLM setting, call or path says that LLM requests go there.
    pub llm: bool,
    /// The setting it is assigned to, as written.
    pub setting: Option<String>,
    /// Facts seen on the way (user info, IP literal, look-alike, plain http …).
    pub signals: Vec<Signal>,
    /// Encodings undone to see it, outermost first.
    pub encoding: Vec<String>,
}

impl EndpointMatch {
    /// Whether it is a fact of pairs and no finding by itself: an official, a vendor's or an own endpoint, soundly written.
    #[must_use]
    pub fn is_fact(&self) -> bool {
        let kind = matches!(
            self.kind,
            EndpointKind::Official | EndpointKind::Provider | EndpointKind::Aggregator | EndpointKind::SelfHosted
        );
        kind && self.signals.is_empty()
    }
}

/// A place that passes LLM traffic on, or software that does.
#[derive(Clone, Debug)]
pub struct ServerMatch {
    /// Where: the upstream's address, or the image.
    pub place: Place,
    /// Lower-case host of the upstream, with the port if it is not the scheme's own; of software its image.
    pub upstream: String,
    /// The upstream's URL without user info, query and fragment; of software its image.
    pub url: String,
    /// What the upstream is; `SelfHosted` for software.
    pub kind: EndpointKind,
    /// Name of the upstream's service, or of the software.
    pub service: Option<String>,
    /// How sure it is that traffic is passed on here.
    pub confidence: Confidence,
    /// The directive, call or field that passes it on.
    pub setting: Option<String>,
    /// How it is passed on: `pass-through`, `key-injecting`, `pooling`, `account-bridge`.
    pub signals: Vec<Signal>,
    /// Whether the caller is checked in the same block.
    pub guarded: bool,
}

/// A key whose middle is masked, as error texts and dashboards show it. By itself it says nothing.
#[derive(Clone, Debug)]
pub struct Masked {
    /// Where.
    pub place: Place,
    /// What stands in front of the mask, with the prefix: a part of a key, and no more to be shown than a whole one.
    pub head: Secret,
    /// What stands behind it.
    pub tail: Secret,
}

/// What a script says of where it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Script {
    /// Nothing, or the blob is no script.
    #[default]
    Anywhere,
    /// It is a module as it was written or compiled, which no bundler has made ready for browsers.
    Module,
    /// It asks for what only servers have.
    Server,
}

/// What an [`Account`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountKind {
    /// An organization, `org-…`.
    Organization,
    /// A project, `proj_…`.
    Project,
}

/// The id of an OpenAI organization or project, in a setting that takes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its bytes in the blob.
    pub span: Span,
    /// Where in the structure of its file, where that is known.
    pub home: Option<Home>,
    /// What it is.
    pub kind: AccountKind,
    /// The id. No secret, but nobody else's business: reports show a part of it.
    pub id: String,
}

/// Everything found in one blob, in the order of the bytes.
#[derive(Clone, Debug, Default)]
pub struct Matches {
    /// Keys.
    pub keys: Vec<KeyMatch>,
    /// Endpoints.
    pub endpoints: Vec<EndpointMatch>,
    /// Keys with a masked middle.
    pub masked: Vec<Masked>,
    /// Candidates that are none of these, where the detector was asked to note them.
    pub dropped: Vec<Dropped>,
    /// Accounts that settings name. By themselves they say nothing.
    pub accounts: Vec<Account>,
    /// The scopes around them.
    pub scopes: Scopes,
    /// Places that pass LLM traffic on.
    pub servers: Vec<ServerMatch>,
    /// Values and lists that hold several keys, from the first to the last of them.
    pub lists: Vec<Span>,
    /// Whether the blob is the config of a self-hosted gateway, whose own keys it holds.
    pub gateway: bool,
    /// What the blob says of where it runs. Looked at beside keys only.
    pub script: Script,
    /// Whether matches were left out because the blob has more than the limit.
    pub limited: bool,
    /// The limit that something encoded lies behind: it was not decoded.
    pub undecoded: Option<Limit>,
    /// Whether the blob could not be read as its name says, so that only its text was looked at.
    pub unparsed: bool,
}

impl Matches {
    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.endpoints.is_empty() && self.servers.is_empty() && self.masked.is_empty()
    }
}

/// The matches of one blob with where it comes from: what `assess` works on.
#[derive(Clone, Debug)]
pub struct BlobMatches {
    /// Where the blob comes from.
    pub origin: Origin,
    /// What it holds.
    pub matches: Matches,
}

impl BlobMatches {
    /// The blob's path for reports.
    #[must_use]
    pub fn path(&self) -> &BlobPath {
        &self.origin.path
    }
}
