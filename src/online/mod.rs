//! The one part of keyscan that talks to anybody, and only when an option asks for it: whether keys work (`verify`),
//! whether the own account holds them (`account`), and what endpoints run (`probe`).
//!
//! It stands between `detect` and `assess`: it is handed the distinct keys and the endpoints that may be asked about, and gives plain
//! data back.
//! *What keeps a key where it belongs*: the hosts stand in the release's own rules, which no file of users and nothing in the
//! scanned tree can add to; TLS believes the roots that are built in; no redirect is followed, no variable of the environment
//! is read, and a key travels in a header alone. Endpoints are asked without any. `client` is the only file that opens a socket.
//!
//! Without the feature `online` this part is data without a way out, and [`ask`] refuses.

#[cfg(feature = "online")]
mod account;
#[cfg(feature = "online")]
mod client;
mod hosts;
#[cfg(feature = "online")]
mod interpret;
mod names;
mod options;
#[cfg(feature = "online")]
mod probe;
#[cfg(feature = "online")]
mod run;
#[cfg(feature = "online")]
mod verify;

use std::collections::BTreeSet;

use crate::model::{Fingerprint, Online, Secret};
use crate::rules::Rules;

pub use hosts::Hosts;
pub use names::Names;
pub use options::{AdminKey, AdminKeyError, Bounds, Options};

/// Takes out of a text what looks like a key.
pub type Redact = fn(&str) -> String;

/// A key that may be asked about: proven by its structure, whole, and no published example.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    /// What it is called in reports.
    pub fingerprint: Fingerprint,
    /// The value.
    pub secret: &'a Secret,
    /// Id of the key format.
    pub format: &'a str,
    /// Id of the issuer.
    pub issuer: &'a str,
}

/// Why nobody was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OnlineError {
    /// The program was built without the feature `online`.
    #[error("this keyscan was built without its online checks")]
    NotBuiltIn,
    /// The address of the proxy is not one.
    #[error("the proxy is no http:// or https:// address")]
    Proxy,
    /// The machine gives no means to ask.
    #[error("no connection can be made on this machine")]
    NoClient,
}

/// Whether this program can ask anybody.
#[must_use]
pub const fn is_built_in() -> bool {
    cfg!(feature = "online")
}

/// Whether requests can be sent through a proxy at this address.
#[must_use]
pub fn is_proxy(address: &str) -> bool {
    #[cfg(feature = "online")]
    return client::proxy_at(address).is_some();
    #[cfg(not(feature = "online"))]
    address.starts_with("http")
}

/// Asks what the options say, of each key once, and each endpoint behind the URLs. What could not be found out is said in the answer; what takes too long is
/// left, so that a run without a network ends soon and tells all that it knows offline.
///
/// `redact` makes a name from elsewhere harmless.
///
/// # Errors
/// If nobody could be asked at all: the program cannot, or the proxy is not an address.
#[cfg_attr(not(feature = "online"), expect(unused_variables, reason = "nobody is asked"))]
pub fn ask(
    options: &Options,
    candidates: &[Candidate<'_>],
    endpoints: &BTreeSet<String>,
    rules: &Rules,
    redact: Redact,
) -> Result<Online, OnlineError> {
    if !options.asks() {
        return Ok(Online::default());
    }
    #[cfg(feature = "online")]
    return run::ask(options, candidates, endpoints, rules, redact);
    #[cfg(not(feature = "online"))]
    Err(OnlineError::NotBuiltIn)
}
