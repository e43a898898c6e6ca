//! The addresses that were judged, by host: a connection is made to one of them or to none. What a name stands for later is
//! not asked.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// The judged addresses of each host.
#[derive(Clone, Debug, Default)]
pub(in crate::online) struct Pins(Arc<Mutex<HashMap<String, Vec<SocketAddr>>>>);

impl Pins {
    /// Lets a host be reached at these addresses, and at no other ones.
    pub(super) fn pin(&self, host: &str, addresses: Vec<SocketAddr>) {
        let mut pins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pins.entry(host.to_owned()).or_insert(addresses);
    }

    /// Whether a host was judged already.
    pub(super) fn holds(&self, host: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(host)
    }
}

impl Resolve for Pins {
    fn resolve(&self, name: Name) -> Resolving {
        let pins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let host = name.as_str().trim_end_matches('.').to_ascii_lowercase();
        let known = pins.get(&host).cloned();
        Box::pin(async move {
            let addresses = known.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
