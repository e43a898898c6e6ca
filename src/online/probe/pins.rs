//! The addresses that were judged, by host: a connection is made to one of them or to none. What a name stands for later is
//! not asked.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::Reach;

/// The judged addresses of each host, and how far they reach.
#[derive(Clone, Debug, Default)]
pub(in crate::online) struct Pins(Arc<Mutex<HashMap<String, Judged>>>);

type Judged = (Reach, Vec<SocketAddr>);

impl Pins {
    /// Lets a host be reached at these addresses, and at no other ones.
    pub(super) fn pin(&self, host: &str, reach: Reach, addresses: Vec<SocketAddr>) {
        let mut pins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pins.entry(host.to_owned()).or_insert((reach, addresses));
    }

    /// How far a host reaches that was judged already.
    pub(super) fn judged(&self, host: &str) -> Option<Reach> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(host).map(|(reach, _)| *reach)
    }
}

impl Resolve for Pins {
    fn resolve(&self, name: Name) -> Resolving {
        let pins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let host = name.as_str().trim_end_matches('.').to_ascii_lowercase();
        let known = pins.get(&host).map(|(_, addresses)| addresses.clone());
        Box::pin(async move {
            let addresses = known.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
