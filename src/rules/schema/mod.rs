//! The shape of the rule files, shared by the build script (which embeds `rules/*.toml`) and the library (which reads
//! users' own files). Unknown fields are refused. `rules/README.md` documents every field for people.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub mod checks;
pub mod tells;

pub use checks::{Answer, Check};
pub use tells::Tell;

/// A text that is either embedded or read at run time.
pub type Text = Cow<'static, str>;
/// The same for a list.
pub type List<T> = Cow<'static, [T]>;

/// One rule file: any mix of the tables below.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RuleFile {
    /// Date of the endpoint catalogue, `YYYY-MM-DD`; in `endpoints.toml` only.
    pub catalogue: Option<Text>,
    /// Domain suffixes under which strangers own the next label (`com.cn`, `eu.org`): no relay owns one of them whole.
    pub shared_suffixes: List<Text>,
    /// Key formats.
    pub key: Vec<KeyFormat>,
    /// Who issues keys.
    pub issuer: Vec<Issuer>,
    /// Known endpoints.
    pub endpoint: Vec<Endpoint>,
    /// Names under which software takes a key or a base URL.
    pub setting: Vec<Setting>,
    /// Software that passes LLM traffic on.
    pub software: Vec<Software>,
    /// What a value looks like that is no key.
    pub placeholder: Option<Placeholders>,
    /// The text of each rule.
    pub rule: Vec<RuleText>,
    /// What each signal means that is no rule.
    pub signal: Vec<Note>,
    /// Paragraphs of the manual that several rules share.
    pub topic: Vec<Note>,
    /// Requests that tell whether a key works.
    pub check: Vec<Check>,
    /// What the answers to them mean.
    pub answer: Vec<Answer>,
    /// What software gives itself away by.
    pub tell: Vec<Tell>,
}

/// What a key format is found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anchor {
    /// The marker in the middle; `prefix` tells the family, `body` describes a name between prefix and left half.
    Marker,
    /// The literal `prefix`, followed by `body`. Two bytes are too common to search all files for: such keys are found
    /// in blobs that are read for another reason.
    Prefix,
    /// The literal `prefix` somewhere inside, at least four bytes; `body` describes the whole key.
    Infix,
    /// The name of the setting it is assigned to (`settings`); there is no literal to search for.
    Setting,
}

/// What finding a key of this format proves about its issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proves {
    /// `issuer` issued it: the structure is that issuer's alone.
    Issuer,
    /// It was made by relay software, whoever runs it; `issuer` names the software.
    Software,
    /// It was issued by the relay or pool `issuer`.
    Relay,
    /// Nothing: several vendors use the shape; `candidates` names them.
    Nothing,
}

/// How the randomness of a body is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judge {
    /// Each half around the marker for itself.
    Marker,
    /// As hexadecimal digits.
    Hex,
    /// As letters and digits of a random generator.
    Random,
    /// As the parts of a JWT or another structured token: the pattern is proof enough.
    Structure,
}

/// What has to stand near a candidate before it counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Needs {
    /// Nothing: shape and randomness suffice.
    #[default]
    Nothing,
    /// An LLM setting, call or endpoint in the same scope.
    Context,
    /// One of the format's own `settings`, or an endpoint of one of its issuers, in the same scope.
    Issuer,
}

/// How sure a match is (low, medium, high).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// One weak hint.
    Low,
    /// Shape and context agree.
    Medium,
    /// Proven.
    High,
}

/// One key format.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct KeyFormat {
    /// Stable id, such as `openai-project`.
    pub id: Text,
    /// Name for people, such as "OpenAI project key".
    pub name: Text,
    /// Id of the issuer that the structure proves.
    #[serde(default)]
    pub issuer: Option<Text>,
    /// Ids of issuers that hand out keys of this shape, where the structure proves none.
    #[serde(default)]
    pub candidates: List<Text>,
    /// What it is found by.
    pub anchor: Anchor,
    /// What a match proves.
    pub proves: Proves,
    /// The literal in front of the body, such as `sk-proj-`.
    #[serde(default)]
    pub prefix: Text,
    /// Regular expression (bytes, no Unicode classes) of what follows the prefix. A group named `key` ends the
    /// canonical key early (a channel suffix stands behind it).
    #[serde(default)]
    pub body: Text,
    /// Lengths of the body (of each half, for the marker) that issuers are known to use; others lower confidence.
    #[serde(default)]
    pub typical: List<usize>,
    /// How randomness is judged.
    pub judge: Judge,
    /// What has to stand near it.
    #[serde(default)]
    pub needs: Needs,
    /// Words in a setting's name (normalised: lower case, letters and digits only) that tell this format.
    #[serde(default)]
    pub settings: List<Text>,
    /// Confidence of a match of typical length.
    pub confidence: Certainty,
    /// Whether the key manages an organisation or mints other credentials.
    #[serde(default)]
    pub admin: bool,
    /// Whether the key is made to be seen by browsers and never counts as leaked there.
    #[serde(default)]
    pub public: bool,
    /// Template of a key, so that no file holds a complete one; the module `sample` tells its language.
    pub sample: Text,
    /// Texts in which the key is found; `<key>` is the expanded sample.
    pub examples: List<Text>,
    /// Texts in which nothing of this format is found.
    pub non_examples: List<Text>,
    /// Where the facts come from.
    pub source: Text,
}

/// What an issuer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum IssuerKind {
    /// A vendor of models, or a cloud that sells them under its own contract.
    Vendor,
    /// A reseller of others' models.
    Relay,
    /// A pool of accounts or keys that many people use.
    Pool,
    /// Gateway software that anybody can run; its keys belong to whoever runs it.
    Software,
}

/// Who issues keys.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Issuer {
    /// Stable id, such as `openai`.
    pub id: Text,
    /// Name for people.
    pub name: Text,
    /// What it is.
    pub kind: IssuerKind,
    /// Words in a setting's name (normalised) that name this issuer. Empty where the name proves nothing: settings
    /// called after OpenAI hold keys of every compatible service.
    #[serde(default)]
    pub words: List<Text>,
    /// Ids of the catalogue entries that are this issuer's own endpoints.
    #[serde(default)]
    pub endpoints: List<Text>,
    /// How to get rid of a key of this issuer, in the order that helps.
    #[serde(default)]
    pub advice: List<Text>,
}

/// What stands behind a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CatalogueKind {
    /// OpenAI's own; Azure OpenAI.
    Official,
    /// Another vendor's own API.
    Provider,
    /// An open multi-vendor service under its own name.
    Aggregator,
    /// Forwards the caller's key and sees the requests.
    Gateway,
    /// Resold or pooled access.
    Relay,
    /// A platform where anyone can deploy a proxy.
    PlatformProxy,
    /// Software that anybody can run; has no hosts.
    SelfHosted,
}

/// One known endpoint.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Endpoint {
    /// Stable id.
    pub id: Text,
    /// Name of the service for people.
    pub name: Text,
    /// What stands behind it.
    pub kind: CatalogueKind,
    /// How sure the kind is.
    pub confidence: Certainty,
    /// Lower-case hosts without scheme, port and path. `*.suffix` is every sub-domain, any other `*` one label or a part of one.
    #[serde(default)]
    pub hosts: List<Text>,
    /// Path prefix of its API.
    #[serde(default)]
    pub path: Option<Text>,
    /// Whether the service is known to be switched off; old configs still hold keys.
    #[serde(default)]
    pub dead: bool,
    /// For software: default ports.
    #[serde(default)]
    pub ports: List<u16>,
    /// For software: container images, without registry and tag where that is enough.
    #[serde(default)]
    pub images: List<Text>,
    /// For software: whether it turns accounts or web sessions into an API.
    #[serde(default)]
    pub bridge: bool,
    /// Where the facts come from: `owner/repo: path`, a page, or `index: id`.
    #[serde(default)]
    pub sources: List<Text>,
    /// Texts in which the entry is found.
    pub examples: List<Text>,
    /// Texts in which it is not.
    pub non_examples: List<Text>,
}

/// What a setting holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SettingRole {
    /// A key.
    Key,
    /// The URL of an API, with or without its path.
    BaseUrl,
    /// A host without a scheme, or a part of one.
    Host,
    /// A forward proxy, which does not see the key.
    Proxy,
    /// Headers or a map that may hold both.
    Both,
    /// The id of an OpenAI organization.
    Organization,
    /// The id of an OpenAI project.
    Project,
}

/// How much a setting's name says by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SettingClass {
    /// Needs the product's own evidence in the same file (`KEY`, `BASE_URL`).
    Generic,
    /// Needs a key, a model name or an LLM client beside it (`api_base`, `baseURL`).
    Neutral,
    /// Says by itself that it is about an LLM (`OPENAI_BASE_URL`).
    Specific,
}

/// One name under which software takes a key or an endpoint.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Setting {
    /// The name as written: `OPENAI_BASE_URL`, `spring.ai.openai.base-url`. Compared without case and punctuation.
    pub name: Text,
    /// What it holds.
    pub role: SettingRole,
    /// How much the name says by itself.
    pub class: SettingClass,
    /// Software that reads it.
    pub products: List<Text>,
    /// Texts in which the setting is found; `<value>` is a URL or a key, as the role says.
    pub examples: List<Text>,
    /// Texts in which it is not.
    pub non_examples: List<Text>,
    /// Where the facts come from.
    pub sources: List<Text>,
}

/// What a software does with LLM traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SoftwareKind {
    /// Passes requests on, with the caller's key or one of its own.
    Relay,
    /// Shares many keys or accounts among its callers.
    Pool,
    /// Turns web sessions or subscriptions into an API.
    Bridge,
    /// Keeps the vendors' keys and gives its callers keys of its own.
    Gateway,
    /// Only consumes an API; no server.
    FrontEnd,
}

/// One software, known by its container images.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Software {
    /// Stable id.
    pub id: Text,
    /// Name for people.
    pub name: Text,
    /// What it does.
    pub kind: SoftwareKind,
    /// Lower-case image paths without registry and tag.
    pub images: List<Text>,
    /// Default ports.
    #[serde(default)]
    pub ports: List<u16>,
    /// Where the facts come from.
    pub sources: List<Text>,
    /// Texts in which an image is found.
    pub examples: List<Text>,
    /// Texts in which none is.
    pub non_examples: List<Text>,
}

/// What a value looks like that is no key.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Placeholders {
    /// Whole values, compared without case.
    pub values: List<Text>,
    /// Words of five or more letters (four: as a whole segment) that no random body holds; lower case.
    pub words: List<Text>,
    /// SHA-256 of whole keys that stand in public test suites, lower-case hex.
    pub published: List<Text>,
}

/// The manual text of one rule.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleText {
    /// Rule id.
    pub id: Text,
    /// A title of a few words.
    pub title: Text,
    /// What it means, one sentence.
    pub summary: Text,
    /// Why it is a risk, a short paragraph.
    pub why: Text,
    /// Which of `throttled`, `abused`, `data-leak` it carries.
    pub risks: List<Text>,
    /// What to do, in the order that helps.
    pub advice: List<Text>,
    /// The rule's severity in the table, for the role `configured`.
    pub severity: Text,
    /// When it has which severity: `high: a key is sent there`.
    #[serde(default)]
    pub severities: List<Text>,
    /// What moves the severity by a step, or ends it.
    #[serde(default)]
    pub moves: List<Text>,
    /// What of the policy lets it pass; empty where only comments and the baseline do.
    #[serde(default)]
    pub allow: Text,
    /// CWE number, such as 798.
    pub cwe: u32,
    /// A text in which it is found, with `<key>` and hosts under reserved names.
    pub examples: List<Text>,
    /// A text in which it is not.
    pub non_examples: List<Text>,
}

/// A paragraph under an id.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Note {
    /// Id of a signal, or of a topic.
    pub id: Text,
    /// The paragraph.
    pub text: Text,
}
