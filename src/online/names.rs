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

    /// As a test says, and a port of this machine in place of every public address at its scheme's own port. No option, variable or file leads here.
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

    /// Where to connect for an address that may be asked. The port is the URL's own where it is none here.
    #[cfg_attr(not(feature = "online"), expect(dead_code, reason = "nobody is asked"))]
    pub(super) fn route(&self, address: IpAddr, public: bool) -> SocketAddr {
        match &self.told {
            Some((_, stand_in)) if public => *stand_in,
            _ => SocketAddr::new(address, 0),
        }
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.told.is_some() { "Names(told)" } else { "Names(system)" })
    }
}
