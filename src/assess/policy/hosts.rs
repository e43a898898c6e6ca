//! Patterns of hosts.
//!
//! *Why they are strict*: an allowed host silences the worst finding there is, so a pattern that would allow more
//! than its author can mean (`*`, `*.com`, a whole URL whose path would be ignored) is refused and never repaired.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A host, or all hosts below a name, on any port or on one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostPattern {
    /// Lower case, without the `*.` of a suffix.
    name: String,
    /// Whether it stands for the sub-domains of `name`, and not for `name`.
    suffix: bool,
    /// The only port, or every port.
    port: Option<u16>,
}

/// Why a host pattern is refused. The texts never repeat the pattern: it may hold user info or a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostPatternError {
    /// Nothing is left of it.
    #[error("a host pattern must not be empty")]
    Empty,
    /// It has a scheme, a path, a query or user info.
    #[error("write the host alone: no scheme, user, path or query")]
    NotHostAlone,
    /// `*`, `*.com`, `*.co.uk`: it would allow strangers' hosts.
    #[error("a suffix that anybody can register under would allow strangers' hosts; name at least your own domain")]
    TooWide,
    /// A star somewhere else than in a leading `*.`.
    #[error("`*` may only stand for all sub-domains, as a leading `*.`")]
    Star,
    /// A port that is no number from 1 to 65535.
    #[error("the port must be a number from 1 to 65535")]
    Port,
    /// A character or label that no host name has.
    #[error("this is no host name; write international names in their `xn--` form and IPv6 addresses in brackets")]
    Name,
}

impl HostPattern {
    /// Reads `host`, `host:port`, `*.suffix` or `*.suffix:port`.
    ///
    /// # Errors
    /// If it is none of these, or would allow more than one organisation's hosts.
    pub fn parse(text: &str) -> Result<Self, HostPatternError> {
        if text.is_empty() {
            return Err(HostPatternError::Empty);
        }
        if text.contains(['/', '\\', '?', '#', '@']) {
            return Err(HostPatternError::NotHostAlone);
        }
        // An IPv6 address without its brackets; a colon in it is no port's.
        if text.matches(':').count() > 1 && !(text.starts_with('[') && text.contains(']')) {
            return Err(HostPatternError::Name);
        }
        let (name, port) = split_port(text).map_err(|()| HostPatternError::Port)?;
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        if name == "*" {
            return Err(HostPatternError::TooWide);
        }
        let (name, suffix) = match name.strip_prefix("*.") {
            Some(rest) => (rest.to_owned(), true),
            None => (name, false),
        };
        if name.contains('*') {
            return Err(HostPatternError::Star);
        }
        if suffix && is_public_suffix(&name) {
            return Err(HostPatternError::TooWide);
        }
        let address = is_address(&name);
        if (suffix && address) || !(address || is_host_name(&name)) {
            return Err(HostPatternError::Name);
        }
        Ok(Self { name, suffix, port })
    }

    /// Whether an endpoint is meant. A pattern without a port means every port of its hosts.
    #[must_use]
    pub fn matches(&self, host: &str, url: &str) -> bool {
        let Ok((name, port)) = split_port(host) else { return false };
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        let named = if self.suffix {
            name.strip_suffix(self.name.as_str()).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
        } else {
            name == self.name
        };
        named && self.port.is_none_or(|wanted| wanted == port.unwrap_or_else(|| default_port(url)))
    }

    /// Whether every endpoint that another pattern means is meant by this one too.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let below = || other.name.strip_suffix(self.name.as_str()).is_some_and(|rest| rest.ends_with('.'));
        let named = match (self.suffix, other.suffix) {
            (true, true) => self.name == other.name || below(),
            (true, false) => below(),
            (false, suffix) => !suffix && self.name == other.name,
        };
        named && self.port.is_none_or(|port| other.port == Some(port))
    }

    /// The name without `*.` and port.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it stands for all sub-domains of its name.
    #[must_use]
    pub const fn is_suffix(&self) -> bool {
        self.suffix
    }
}

/// Splits off a port; a colon inside brackets belongs to an IPv6 address.
fn split_port(text: &str) -> Result<(&str, Option<u16>), ()> {
    let after = text.rfind(']').map_or(0, |bracket| bracket + 1);
    match text[after..].find(':') {
        None => Ok((text, None)),
        Some(colon) => {
            let (name, port) = (&text[..after + colon], &text[after + colon + 1..]);
            let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
            match port.parse() {
                Ok(port) if digits && port != 0 => Ok((name, Some(port))),
                _ => Err(()),
            }
        }
    }
}

/// The port that a URL's scheme stands for; an endpoint without a scheme is reached by https.
fn default_port(url: &str) -> u16 {
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("ws") { 80 } else { 443 }
}

fn is_address(name: &str) -> bool {
    let six = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    name.parse::<Ipv4Addr>().is_ok() || six.is_some_and(|six| six.parse::<Ipv6Addr>().is_ok())
}

/// A host name as DNS and container networks take it: labels of letters, digits, `-` and `_`.
fn is_host_name(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // A name whose last label is a number would be read as an IPv4 address by URL parsers.
    let numeric = name.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    name.len() <= 253 && !numeric && name.split('.').all(label)
}

/// Whether strangers can register names directly below: a top-level domain, or a country's `co.uk` form. Platforms where
/// anybody can deploy are known by the catalogue, not here.
fn is_public_suffix(name: &str) -> bool {
    match name.split_once('.') {
        None => true,
        Some((first, country)) => {
            country.len() == 2 && ["ac", "co", "com", "edu", "gov", "net", "or", "org", "ne", "go"].contains(&first)
        }
    }
}
