//! Which catalogue entry a host belongs to. The hot path: asked for every URL of every log line.

use std::collections::HashMap;

use super::builtin::{DOMAIN_ENTRIES, DOMAINS, HOST_ENTRIES, HOSTS, TAIL_ENTRIES, TAILS};
use super::names::{HostForm, Pattern, registrable};
use super::schema::{CatalogueKind, Certainty, Endpoint};
use super::table::{START, step};

/// What the catalogue has under one suffix.
#[derive(Debug)]
pub(super) struct Tail {
    /// The entry of `*.suffix`.
    pub(super) suffix: Option<u16>,
    /// Hosts with one open label in front of the suffix, and their entries.
    pub(super) patterns: &'static [(Pattern<'static>, u16)],
}

/// How a host was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostMatch {
    /// By its own name, or by one with an open label.
    Exact,
    /// As a sub-domain of `*.suffix`.
    Suffix,
}

/// A host found in the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct HostHit<'r> {
    /// The entry.
    pub entry: &'r Endpoint,
    /// How it was found.
    pub how: HostMatch,
}

/// How good a hit is: a name before an open label before a suffix, the longer before the shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Suffix(usize),
    Pattern(usize),
    Name,
}

/// A hit by the number of its entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    rank: Rank,
    /// Number of the entry in its own list.
    pub(super) entry: usize,
}

impl Found {
    /// How the host was found.
    pub(super) fn how(self) -> HostMatch {
        match self.rank {
            Rank::Suffix(_) => HostMatch::Suffix,
            Rank::Pattern(_) | Rank::Name => HostMatch::Exact,
        }
    }

    /// The better of two hits; the first of two equals.
    pub(super) fn better(first: Option<Self>, second: Option<Self>) -> Option<(Self, bool)> {
        match (first, second) {
            (Some(first), Some(second)) if second.rank > first.rank => Some((second, true)),
            (Some(first), _) => Some((first, false)),
            (None, second) => second.map(|second| (second, true)),
        }
    }
}

/// Looks a host up among the built-in ones: one pass from its end, one look-up for each dot and one for the whole.
pub(super) fn builtin(host: &[u8]) -> Option<Found> {
    let mut best: Option<Found> = None;
    let mut hash = START;
    for (at, &byte) in host.iter().enumerate().rev() {
        if byte == b'.'
            && let Some(tail) = TAILS.get_hashed(hash, &host[at + 1..])
            && let Some(found) = behind_dot(&TAIL_ENTRIES[tail], host, at)
            && best.is_none_or(|best| found.rank > best.rank)
        {
            best = Some(found);
        }
        hash = step(hash, byte);
    }
    match HOSTS.get_hashed(hash, host) {
        Some(name) => Some(Found { rank: Rank::Name, entry: usize::from(HOST_ENTRIES[name]) }),
        None => best,
    }
}

/// The hit in a tail whose dot stands at `dot`.
fn behind_dot(tail: &Tail, host: &[u8], dot: usize) -> Option<Found> {
    let length = host.len() - dot;
    let pattern = tail.patterns.iter().find(|(pattern, _)| pattern.matches(&host[..dot]));
    let (rank, entry) = match (pattern, tail.suffix) {
        (Some(&(_, entry)), _) => (Rank::Pattern(length), entry),
        (None, Some(entry)) if dot > 0 => (Rank::Suffix(length), entry),
        (None, _) => return None,
    };
    Some(Found { rank, entry: usize::from(entry) })
}

/// The built-in high-confidence relay that owns the host's registrable domain.
pub(super) fn builtin_relay(host: &[u8]) -> Option<usize> {
    let mut hash = START;
    for (at, &byte) in host.iter().enumerate().rev() {
        if byte == b'.'
            && let Some(domain) = DOMAINS.get_hashed(hash, &host[at + 1..])
        {
            return Some(usize::from(DOMAIN_ENTRIES[domain]));
        }
        hash = step(hash, byte);
    }
    DOMAINS.get_hashed(hash, host).map(|domain| usize::from(DOMAIN_ENTRIES[domain]))
}

/// The hosts of users' own rule files.
#[derive(Clone, Debug, Default)]
pub(super) struct Hosts {
    names: HashMap<String, usize>,
    suffixes: HashMap<String, usize>,
    /// By what stands behind the open label: what stands in front of the open part, the rest of the label, and the entry.
    patterns: HashMap<String, Vec<(String, String, usize)>>,
    /// Registrable domains, with the relay that owns each; nobody where an entry says that it is no relay's.
    domains: HashMap<String, Option<usize>>,
}

impl Hosts {
    /// Takes an entry's hosts.
    pub(super) fn add(&mut self, entry: usize, endpoint: &Endpoint, is_shared: impl Fn(&str) -> bool) {
        for host in endpoint.hosts.iter() {
            match HostForm::parse(host) {
                Some(HostForm::Exact(name)) => _ = self.names.insert(name.to_owned(), entry),
                Some(HostForm::Suffix(suffix)) => _ = self.suffixes.insert(suffix.to_owned(), entry),
                Some(HostForm::Pattern(Pattern { head, rest, tail })) => {
                    let pattern = (head.to_owned(), rest.to_owned(), entry);
                    self.patterns.entry(tail.to_owned()).or_default().push(pattern);
                }
                None => {}
            }
            let name = host.strip_prefix("*.").unwrap_or(host);
            let Some(domain) = registrable(name, &is_shared).filter(|_| !name.contains('*')) else { continue };
            let is_relay = endpoint.kind == CatalogueKind::Relay;
            if !is_relay {
                self.domains.insert(domain.to_owned(), None);
            } else if endpoint.confidence == Certainty::High {
                self.domains.entry(domain.to_owned()).or_insert(Some(entry));
            }
        }
    }

    /// Looks a host up.
    pub(super) fn find(&self, host: &str) -> Option<Found> {
        if let Some(&entry) = self.names.get(host) {
            return Some(Found { rank: Rank::Name, entry });
        }
        let dots = || host.match_indices('.').map(|(dot, _)| (&host[..dot], &host[dot + 1..]));
        let pattern = dots().find_map(|(front, tail)| {
            let mut patterns = self.patterns.get(tail)?.iter();
            let (_, _, entry) =
                patterns.find(|(head, rest, _)| Pattern { head, rest, tail }.matches(front.as_bytes()))?;
            Some(Found { rank: Rank::Pattern(tail.len() + 1), entry: *entry })
        });
        pattern.or_else(|| {
            dots().filter(|(front, _)| !front.is_empty()).find_map(|(_, suffix)| {
                let &entry = self.suffixes.get(suffix)?;
                Some(Found { rank: Rank::Suffix(suffix.len() + 1), entry })
            })
        })
    }

    /// Who owns the host's registrable domain, as far as these files say: a relay, or nobody that is one.
    pub(super) fn owner(&self, host: &str) -> Option<Option<usize>> {
        let behind_dots = host.match_indices('.').map(|(dot, _)| &host[dot + 1..]);
        std::iter::once(host).chain(behind_dots).find_map(|suffix| self.domains.get(suffix).copied())
    }
}
