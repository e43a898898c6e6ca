//! Where requests go: to the hosts of the rules, or in tests to a server on this machine in place of all of them.

use std::net::{Ipv4Addr, SocketAddr};

/// Where requests go.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hosts {
    stand_in: Option<SocketAddr>,
}

impl Hosts {
    /// The hosts that the rules name, over TLS.
    #[must_use]
    pub const fn real() -> Self {
        Self { stand_in: None }
    }

    /// A port of this machine, in place of every host and without TLS; the header `Host` still names the host that was meant.
    ///
    /// For tests: no option, variable or file leads here, so that a key cannot be turned away from its issuer.
    #[doc(hidden)]
    #[must_use]
    pub const fn for_tests(port: u16) -> Self {
        Self { stand_in: Some(SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), port)) }
    }

    /// The address to ask for a URL of the rules, and the `Host` to name where the address does not.
    #[cfg_attr(not(feature = "online"), expect(dead_code, reason = "nobody is asked"))]
    pub(super) fn address(self, url: &str) -> (String, Option<String>) {
        let Some(stand_in) = self.stand_in else { return (url.to_owned(), None) };
        let (host, path) = url.strip_prefix("https://").and_then(|rest| rest.split_once('/')).unwrap_or_default();
        (format!("http://{stand_in}/{path}"), Some(host.to_owned()))
    }

    /// Whether only TLS will do.
    #[cfg_attr(not(feature = "online"), expect(dead_code, reason = "nobody is asked"))]
    pub(super) const fn are_real(self) -> bool {
        self.stand_in.is_none()
    }
}

/// The host of a URL of the rules.
#[cfg_attr(not(feature = "online"), expect(dead_code, reason = "nobody is asked"))]
pub(super) fn host_of(url: &str) -> &str {
    let rest = url.strip_prefix("https://").unwrap_or(url);
    rest.split(['/', '?']).next().unwrap_or_default()
}
