//! The choice among some endpoints: by the families of the settings, then by the nearest line.
//!
//! Keys and endpoints never meet one by one: endpoints stand in rows by what a key asks for, sorted by place, so that a
//! scope of some thousand pairs takes no longer than its parts.

use std::collections::{HashMap, HashSet};

use crate::model::{KeyMatch, Proof};

use super::nearest::{self, Distance, MOST_HOSTS, Row, Spot};
use super::setting::{Family, is_runtime};

/// What is chosen for a key among some endpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It goes to this one.
    Goes {
        /// Index of the endpoint.
        endpoint: usize,
        /// Whether the two stand in one line.
        same_line: bool,
        /// Whether the names of both settings say so.
        by_name: bool,
    },
    /// Perhaps to one of these hosts, named for people.
    Possible(String),
    /// To none of them.
    Nowhere,
}

/// How well the settings of a key and an endpoint agree, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kinship {
    /// Same family, same qualifier.
    Same,
    /// Same family; the endpoint has no qualifier and so serves every key of the family.
    Shared,
    /// The endpoint's is a vendor's plain name, and the key's names that vendor.
    Vendor,
    /// One of the two names says nothing about its family.
    Neutral,
    /// Different families of one vendor.
    Related,
    /// Different families, and not of two vendors.
    Strange,
}

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Class<'a> {
    /// This family.
    Name(&'a str),
    /// Families that go with every other.
    Open,
    /// Any family.
    Any,
    /// Another family of this vendor, or of none.
    Distant(Option<&'a str>),
    /// Another family, of no vendor that has a key in the scope.
    Foreign,
}

/// Whose address an endpoint may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Owner<'a> {
    /// This issuer's.
    Issuer(&'a str),
    /// Of nobody who has a key in the scope.
    Free,
    /// Anybody's.
    Any,
}

/// Family of the settings of relay software that clients have beside their own.
const RELAY_SOFTWARE: &str = "oneapi";

/// Stands in a row for every qualifier that a key without one may go with.
const ANY_STAGE: &str = "*";

/// An endpoint that can receive keys, with what the choice looks at.
pub(super) struct Candidate<'a> {
    pub(super) spot: Spot<'a>,
    pub(super) family: &'a Family<'a>,
    /// Id of the issuer whose own endpoint it is.
    pub(super) issuer: Option<&'a str>,
    /// Whether a key of that issuer stands in the same scope.
    pub(super) claimed: bool,
    /// Whether a key of the same family stands there.
    pub(super) named: bool,
    /// Whether a key of the vendor that it is named after stands there.
    pub(super) vendor_named: bool,
}

/// A scope's candidates by what keys ask for.
pub(super) struct Rows<'a> {
    rows: HashMap<(Class<'a>, &'a str, Owner<'a>), Row<'a>>,
    /// Candidates of which no key of their own is known, one for each host and vendor.
    unclear: Vec<Candidate<'a>>,
    /// What was said for keys that go with no candidate, by vendor, issuer and whether that is proven.
    refused: HashMap<(Option<&'a str>, Option<&'a str>, bool), Verdict>,
}

impl<'a> Rows<'a> {
    /// Sorts candidates, given in the order of their places.
    pub(super) fn new(candidates: impl Iterator<Item = Candidate<'a>>) -> Self {
        let mut rows = Self { rows: HashMap::new(), unclear: Vec::new(), refused: HashMap::new() };
        let mut seen = HashSet::new();
        for candidate in candidates {
            rows.add(&candidate);
            let vendor = candidate.family.vendor;
            if !candidate.named && seen.insert((candidate.spot.host, vendor, candidate.issuer)) {
                rows.unclear.push(candidate);
            }
        }
        rows.rows.values_mut().for_each(Row::finish);
        rows
    }

    fn add(&mut self, candidate: &Candidate<'a>) {
        let family = candidate.family;
        let mut classes: Vec<(Class<'a>, &'a str)> = Vec::new();
        if !family.name.is_empty() {
            classes.push((Class::Name(&family.name), &family.qualifier));
        }
        if !candidate.named {
            classes.push((Class::Any, &family.qualifier));
        }
        if family.open && !candidate.named {
            classes.push((Class::Open, &family.qualifier));
        }
        // Where a key has the very same name the endpoint is that key's.
        if !candidate.named && !family.is_for_one_use() {
            for qualifier in
                [Some(family.qualifier.as_str()), family.is_stage().then_some(ANY_STAGE)].into_iter().flatten()
            {
                classes.push((Class::Distant(family.vendor), qualifier));
                if !candidate.vendor_named {
                    classes.push((Class::Foreign, qualifier));
                }
            }
        }
        let owners =
            [Some(Owner::Any), (!candidate.claimed).then_some(Owner::Free), candidate.issuer.map(Owner::Issuer)];
        for (class, qualifier) in classes {
            for owner in owners.into_iter().flatten() {
                self.rows.entry((class, qualifier, owner)).or_default().push(candidate.spot);
            }
        }
    }

    /// The choice for a key with a setting of this family.
    pub(super) fn choose(&mut self, key: &'a KeyMatch, family: &'a Family<'a>) -> Verdict {
        use Kinship::{Neutral, Related, Same, Shared, Strange, Vendor};
        let qualifier = family.qualifier.as_str();
        // A numbered key may use the one unnumbered URL; a numbered URL never serves another number's key.
        let own: &[&str] = if qualifier.is_empty() { &[""] } else { &[qualifier, ""] };
        let wide: &[&str] = if qualifier.is_empty() { &["", ANY_STAGE] } else { own };
        let name = Class::Name(&family.name);
        let other_vendor = family.vendor.filter(|vendor| *vendor != family.name);
        let asked = [
            (!family.name.is_empty()).then_some((Same, name, &own[..1])),
            (!family.name.is_empty()).then_some((Shared, name, &own[1..])),
            other_vendor.map(|vendor| (Vendor, Class::Name(vendor), own)),
            family.use_of_models().map(|purpose| (Vendor, Class::Name(purpose), own)),
            // A client that is given an address of relay software takes that one (labring/FastGPT: ONEAPI_URL).
            family.open.then_some((Neutral, Class::Name(RELAY_SOFTWARE), own)),
            // A name that says nothing leaves the word to the key.
            key.issuer.as_deref().filter(|_| family.open).map(|issuer| (Neutral, Class::Name(issuer), own)),
            Some((Neutral, if family.open { Class::Any } else { Class::Open }, own)),
            family.vendor.map(|vendor| (Related, Class::Distant(Some(vendor)), wide)),
            Some((Strange, family.vendor.map_or(Class::Foreign, |_| Class::Distant(None)), wide)),
        ];
        let found = asked.into_iter().flatten().find_map(|(kinship, class, qualifiers)| {
            self.of_kinship(key, kinship, |owner| {
                qualifiers.iter().filter_map(|qualifier| self.rows.get(&(class, *qualifier, owner))).collect()
            })
        });
        found.unwrap_or_else(|| self.refused(key, family))
    }

    /// The choice among the rows of one kinship.
    fn of_kinship<'s>(
        &self,
        key: &'a KeyMatch,
        kinship: Kinship,
        rows: impl Fn(Owner<'a>) -> Vec<&'s Row<'a>>,
    ) -> Option<Verdict>
    where
        'a: 's,
    {
        // Another vendor's address with that vendor's key in the same scope is that key's, unless a name says otherwise.
        let rest = if key.proof != Proof::None && kinship >= Kinship::Neutral { Owner::Free } else { Owner::Any };
        let own = key.issuer.as_deref().map(|issuer| rows(Owner::Issuer(issuer))).filter(|rows| !rows.is_empty());
        let rows = own.unwrap_or_else(|| rows(rest));
        let (distance, spot) = nearest_of(&rows, key, None)?;
        if kinship >= Kinship::Related {
            let other = nearest_of(&rows, key, Some(spot.host));
            if other.is_some_and(|(other, _)| !nearest::is_clearly_nearer(distance, other)) {
                return Some(possible(rows.iter().flat_map(|row| row.hosts().iter().copied()).collect()));
            }
        }
        Some(Verdict::Goes { endpoint: spot.index, same_line: distance.0 == 0, by_name: kinship < Kinship::Neutral })
    }

    /// What is said of a key that goes with none of the candidates: that one may be meant all the same, unless each
    /// clearly belongs to another key or is the other vendor's own.
    fn refused(&mut self, key: &'a KeyMatch, family: &Family<'a>) -> Verdict {
        let (issuer, vendor, known) = (key.issuer.as_deref(), family.vendor, key.proof != Proof::None);
        let unclear = &self.unclear;
        let choice = self.refused.entry((vendor, issuer, known)).or_insert_with(|| {
            let spots = unclear.iter().filter(|candidate| {
                let runtime = candidate.family.vendor.is_some_and(is_runtime) && vendor.is_some();
                let others = (candidate.vendor_named || runtime) && candidate.family.vendor != vendor;
                let own_address = candidate.issuer.is_some()
                    && (candidate.issuer == candidate.family.vendor || candidate.issuer == issuer);
                !(others || own_address || candidate.claimed && known)
            });
            possible(spots.map(|candidate| candidate.spot).collect())
        });
        choice.clone()
    }
}

fn nearest_of<'a>(rows: &[&Row<'a>], key: &KeyMatch, not: Option<&str>) -> Option<(Distance, Spot<'a>)> {
    let nearest = rows.iter().filter_map(|row| row.nearest(key, not));
    nearest.min_by_key(|(distance, spot)| (*distance, spot.index))
}

/// Names the hosts of some spots in the order of the file; the last of too many only by the word.
fn possible(mut spots: Vec<Spot<'_>>) -> Verdict {
    spots.sort_by_key(|spot| spot.index);
    let mut hosts: Vec<&str> = Vec::new();
    for spot in spots {
        if hosts.len() < MOST_HOSTS && !hosts.contains(&spot.host) {
            hosts.push(spot.host);
        }
    }
    match hosts.as_slice() {
        [] => Verdict::Nowhere,
        [named @ .., _] if hosts.len() == MOST_HOSTS => Verdict::Possible(format!("{} and others", named.join(", "))),
        named => Verdict::Possible(named.join(", ")),
    }
}
