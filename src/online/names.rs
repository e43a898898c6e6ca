//! How names of hosts become addresses: by the system. In tests as the test says.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

type LookUp = Arc<dyn Fn(&str) -> Vec<IpAddr> + Send + Sync>;

/// How names of endpoints become addresses.
#[derive(Clone, Default)]
pub struct Names {
    told: Option<(LookUp, SocketAddr)>,
}

impl Names {
    /// As the system has them.
    #[must_use]
    pub fn of_system() -> Self {
        Self::default()
    }

    /// As a test says, and a port of this machine in place of every address of another one. No option, variable or file leads here.
    #[doc(hidden)]
    #[must_use]
    pub fn for_tests(look_up: impl Fn(&str) -> Vec<IpAddr> + Send + Sync + 'static, port: u16) -> Self {
        Self { told: Some((Arc::new(look_up), SocketAddr::from(([127, 0, 0, 1], port)))) }
    }

    /// The addresses that a test gives a name.
    #[cfg_attr(not(feature = "online"), expect(dead_code, reason = "nobody is asked"))]
    pub(super) fn told(&self, host: &str) -> Option<Vec<IpAddr>> {
        self.told.as_ref().map(|(look_up, _)| look_up(host))
    }

    /// Where to connect for an address that may be asked. The port is the URL's own where it is none here. A test reaches nothing
    /// but this machine, whatever addresses it gives a name.
    #[cfg_attr(not(feature = "online"), expect(dead_code, reason = "nobody is asked"))]
    pub(super) fn route(&self, address: IpAddr) -> SocketAddr {
        match &self.told {
            Some((_, stand_in)) if !is_of_machine(address) => *stand_in,
            _ => SocketAddr::new(address, 0),
        }
    }

    /// Whether an address that stands in a URL may be connected to: in a test those of this machine alone.
    #[cfg_attr(not(feature = "online"), expect(dead_code, reason = "nobody is asked"))]
    pub(super) fn lets_reach(&self, address: IpAddr) -> bool {
        self.told.is_none() || is_of_machine(address)
    }
}

/// Whether an address can only be one of this machine.
fn is_of_machine(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

impl fmt::Debug for Names {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.told.is_some() { "Names(told)" } else { "Names(system)" })
    }
}
