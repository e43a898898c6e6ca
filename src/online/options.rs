//! What is asked, and within which bounds.

use std::fmt;
use std::time::Duration;

use crate::model::Secret;

use super::{Hosts, Names};

/// The longest admin key that is taken, in bytes.
const LONGEST_ADMIN_KEY: usize = 1024;

/// What is asked. By default nothing.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether issuers are asked if their keys work.
    pub verify: bool,
    /// The key by which the own account is listed, if it is.
    pub own_account: Option<AdminKey>,
    /// Whether endpoints that no catalogue knows are asked what they run.
    pub probe: bool,
    /// Whether those of the own machine and network are, too.
    pub probe_private: bool,
    /// The proxy that requests go through, `http://host:port`. It sees hosts, not keys.
    pub proxy: Option<String>,
    /// Told before the first request what will be sent where.
    pub announce: fn(&str),
    /// Where requests with keys go.
    pub hosts: Hosts,
    /// Which addresses the names of endpoints have.
    pub names: Names,
    /// How long all of it may take.
    pub bounds: Bounds,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            verify: false,
            own_account: None,
            probe: false,
            probe_private: false,
            proxy: None,
            announce: |_| {},
            hosts: Hosts::real(),
            names: Names::of_system(),
            bounds: Bounds::default(),
        }
    }
}

impl Options {
    /// Whether anybody is asked anything.
    #[must_use]
    pub const fn asks(&self) -> bool {
        self.verify || self.own_account.is_some() || self.probe
    }
}

/// How long requests may take, and how many are under way at once.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// To connect.
    pub connect: Duration,
    /// One request, from the first byte to the last.
    pub request: Duration,
    /// The same, of an endpoint that is asked what it runs.
    pub probe: Duration,
    /// All requests to one such endpoint.
    pub endpoint: Duration,
    /// All requests that ask whether keys work; all that list the own account; all that ask endpoints.
    pub run: Duration,
    /// The longest wait that a server can ask for.
    pub wait: Duration,
    /// Requests under way at once.
    pub at_once: usize,
    /// Endpoints that are asked at once, each one request at a time.
    pub endpoints_at_once: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            request: Duration::from_secs(10),
            probe: Duration::from_secs(5),
            endpoint: Duration::from_secs(20),
            run: Duration::from_secs(90),
            wait: Duration::from_secs(10),
            at_once: 4,
            endpoints_at_once: 16,
        }
    }
}

/// The admin key of the own account. It is sent to the account's vendor and nowhere else, and never shown.
#[derive(Clone)]
pub struct AdminKey(Secret);

/// A value that is no admin key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an admin key is one line of visible characters, beginning with `sk-admin-`")]
pub struct AdminKeyError;

impl AdminKey {
    /// Takes over a key; white space around it is none of it.
    ///
    /// # Errors
    /// If it does not begin like an admin key, or has characters that no key has.
    pub fn new(value: &[u8]) -> Result<Self, AdminKeyError> {
        let value = value.trim_ascii();
        let form = value.starts_with(b"sk-admin-") && value.iter().all(u8::is_ascii_graphic);
        if form && value.len() <= LONGEST_ADMIN_KEY { Ok(Self(Secret::new(value))) } else { Err(AdminKeyError) }
    }

    #[cfg_attr(not(feature = "online"), expect(dead_code, reason = "nobody is asked"))]
    pub(super) const fn secret(&self) -> &Secret {
        &self.0
    }
}

impl fmt::Debug for AdminKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AdminKey(***)")
    }
}
