//! Requests that tell whether a key works, and what the answers to them mean.

use serde::{Deserialize, Serialize};

use super::{List, Text};

/// How a request carries the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyHeader {
    /// `Authorization: Bearer <key>`.
    Bearer,
    /// `x-api-key: <key>`.
    XApiKey,
}

/// A free request that tells whether a key works. Only the release has any: whoever adds one says where keys are sent.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Check {
    /// Stable id.
    pub id: Text,
    /// Whose keys these are.
    pub issuer: Text,
    /// The formats of keys that it is for.
    pub formats: List<Text>,
    /// The address that is asked, by GET.
    pub url: Text,
    /// How the key is sent.
    pub header: KeyHeader,
    /// Other headers, each a name and a value.
    #[serde(default)]
    pub headers: List<[Text; 2]>,
    /// The name of the answers' table.
    pub answers: Text,
    /// Where the facts come from.
    pub sources: List<Text>,
}

/// What an answer says of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It works.
    Live,
    /// It is known, and some requests or addresses are closed to it.
    LiveRestricted,
    /// It is known, and its account has nothing to spend.
    LiveNoFunds,
    /// It works no more.
    Dead,
    /// The issuer does not serve the place that was asked from.
    BlockedHere,
}

/// One row of a table of answers. All that it names has to fit; of several rows the first one counts. An answer that no
/// row fits says nothing.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Answer {
    /// The table it belongs to.
    pub of: Text,
    /// The status.
    pub status: u16,
    /// The error's `code` or `type`, one of these.
    #[serde(default)]
    pub codes: List<Text>,
    /// What the error's message holds, in lower case, one of these.
    #[serde(default)]
    pub texts: List<Text>,
    /// What it says of the key.
    pub verdict: Standing,
    /// Why, a word of the report.
    pub reason: Text,
    /// A body that the row fits.
    pub example: Text,
}
