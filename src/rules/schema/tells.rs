//! What software gives itself away by when it is asked over the network, without a key.

use serde::{Deserialize, Serialize};

use super::{List, Text};

/// One answer that gives a software away. All that it names has to fit. Only the release has any: whoever adds one says what is
/// asked of strangers' hosts.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tell {
    /// Stable id.
    pub id: Text,
    /// Id of the software that passes traffic on, from the table `software`; this or `server`.
    #[serde(default)]
    pub software: Option<Text>,
    /// Id of the software that runs models itself, a self-hosted one from the table `endpoint`; this or `software`.
    #[serde(default)]
    pub server: Option<Text>,
    /// What reports call it, where the answer does not tell it from others that were made from it.
    #[serde(default)]
    pub name: Option<Text>,
    /// The path that is asked, behind the endpoint's own base. Without one any answer will do, if no path's own tells more.
    #[serde(default)]
    pub path: Option<Text>,
    /// The status.
    #[serde(default)]
    pub status: Option<u16>,
    /// A header that has to be there, in lower case.
    #[serde(default)]
    pub header: Option<Text>,
    /// Fields that the JSON has to have: names and numbers with dots between them, `data.0.id`.
    #[serde(default)]
    pub fields: List<Text>,
    /// Fields, each with the text that stands there.
    #[serde(default)]
    pub values: List<[Text; 2]>,
    /// What the body is, but for white space around it.
    #[serde(default)]
    pub body: Option<Text>,
    /// What the body holds.
    #[serde(default)]
    pub texts: List<Text>,
    /// The field that holds the version.
    #[serde(default)]
    pub version: Option<Text>,
    /// The header that holds the version.
    #[serde(default)]
    pub version_header: Option<Text>,
    /// Where the facts come from.
    pub sources: List<Text>,
    /// An answer that fits.
    pub example: TellExample,
}

/// An answer, put together from what is known of the software.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TellExample {
    /// The status.
    #[serde(default = "ok")]
    pub status: u16,
    /// Headers, each a name and a value.
    #[serde(default)]
    pub headers: List<[Text; 2]>,
    /// The body.
    pub body: Text,
}

const fn ok() -> u16 {
    200
}
