//! Keys with a masked middle, as error texts and dashboards print them: `sk-abc…wxyz`.
//!
//! The ends tell whose form it is only where they belong to one key alone. A form of no key, or of several, says nothing.

use std::collections::{BTreeMap, HashMap};

use crate::model::{Exposure, Masked, Related, RelatedRole, Secret, Signal, SignalId};

use super::Site;

/// As much of a key's end is looked up; shorter ends are compared one by one.
const END: usize = 4;

/// How many forms of a key have their places reported.
const MOST_PLACES: usize = 64;

/// The masked forms of one key.
#[derive(Default)]
pub(super) struct Forms {
    /// Where they stand.
    pub places: Vec<Related>,
    /// How many there are.
    count: usize,
}

impl Forms {
    /// What there is to say of them.
    pub(super) fn signal(&self) -> Signal {
        let first =
            self.places.first().map_or_else(String::new, |place| format!("{}:{}", place.shown, place.position.line));
        let more = self.count.saturating_sub(1);
        let detail = if more == 0 { first } else { format!("{first} and {more} more") };
        Signal::new(SignalId::MaskedForm, detail)
    }
}

/// The masked forms of each of some keys, which come in the order of their values.
pub(super) fn forms<'a>(keys: Vec<&'a Secret>, sites: &[Site<'a>]) -> BTreeMap<&'a Secret, Forms> {
    let mut found: BTreeMap<&Secret, Forms> = BTreeMap::new();
    let mut known: HashMap<(&[u8], &[u8]), Option<&'a Secret>> = HashMap::new();
    let mut by_end: HashMap<&[u8], Vec<&'a Secret>> = HashMap::new();
    // What the history held is told by its own versions.
    let sites = sites.iter().filter(|site| site.origin.exposure != Exposure::History);
    for (site, masked) in sites.flat_map(|site| site.matches.masked.iter().map(move |masked| (site, masked))) {
        if by_end.is_empty() {
            for key in &keys {
                let value = key.expose();
                by_end.entry(&value[value.len().saturating_sub(END)..]).or_default().push(*key);
            }
        }
        let ends = (masked.head.expose(), masked.tail.expose());
        let key = *known.entry(ends).or_insert_with(|| match ends.1.len().checked_sub(END) {
            Some(behind) => only(by_end.get(&ends.1[behind..]).map_or(&[], Vec::as_slice), masked),
            None => {
                let first = keys.partition_point(|key| key.expose() < ends.0);
                let alike = keys[first..].partition_point(|key| key.expose().starts_with(ends.0));
                only(&keys[first..first + alike], masked)
            }
        });
        if let Some(key) = key {
            let forms = found.entry(key).or_default();
            forms.count += 1;
            if forms.places.len() < MOST_PLACES {
                forms.places.push(site.related(&masked.place, RelatedRole::SameKey));
            }
        }
    }
    found
}

/// The one key that has both ends.
fn only<'a>(keys: &[&'a Secret], masked: &Masked) -> Option<&'a Secret> {
    let (head, tail) = (masked.head.expose(), masked.tail.expose());
    let mut fitting = keys.iter().filter(|key| {
        let value = key.expose();
        value.len() > head.len() + tail.len() && value.starts_with(head) && value.ends_with(tail)
    });
    fitting.next().copied().filter(|_| fitting.next().is_none())
}
