//! Which endpoints are alternatives: members of a table, a list or a switch that names several services, of which a
//! client uses one or none. The last step of an endpoint's role, because it takes all endpoints of a blob together.

use crate::model::{EndpointKind, Role};

use super::address::{Address, Held};
use super::text::FileKind;

/// How many services named side by side are a list of alternatives.
const LIST: usize = 3;

/// How far apart, in bytes, the members of one list may stand.
const LIST_GAP: usize = 2500;

/// Turns `configured` into `listed` where an address is one of several alternatives.
pub(super) fn settle(addresses: &mut [Address<'_>], kind: FileKind, active_list: bool) {
    let service =
        |address: &Address<'_>| address.entry.map_or_else(|| address.host.clone(), |entry| entry.id.to_string());
    let counts = |address: &Address<'_>| {
        address.kind != EndpointKind::SelfHosted && (address.role != Role::Mentioned || address.held == Held::Loose)
    };
    if kind.sql {
        for address in
            addresses.iter_mut().filter(|address| address.held == Held::Element && address.role == Role::Configured)
        {
            address.role = Role::Listed;
        }
    }
    // Neighbours without a telling name.
    let elements: Vec<usize> = (0..addresses.len())
        .filter(|&index| matches!(addresses[index].held, Held::Element | Held::Loose) && counts(&addresses[index]))
        .collect();
    let mut cluster: Vec<usize> = Vec::new();
    let mut clusters: Vec<Vec<usize>> = Vec::new();
    for &index in &elements {
        if cluster.last().is_some_and(|&last| addresses[index].start.saturating_sub(addresses[last].end) > LIST_GAP) {
            clusters.push(std::mem::take(&mut cluster));
        }
        cluster.push(index);
    }
    clusters.push(cluster);
    // The same neutral name again and again, however far apart: the rows of one table.
    let neutral = |index: &usize| addresses[*index].setting.as_deref().map(crate::rules::normalise);
    let mut names: Vec<String> = elements.iter().filter_map(neutral).collect();
    names.sort_unstable();
    names.dedup();
    clusters.extend(names.iter().map(|name| {
        elements.iter().copied().filter(|index| neutral(index).as_ref() == Some(name)).collect::<Vec<_>>()
    }));
    // The same telling name again and again: a table of ready-made settings.
    if !kind.compose {
        let mut names: Vec<&str> = addresses
            .iter()
            .filter_map(|address| match &address.held {
                Held::By(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        names.sort_unstable();
        names.dedup();
        let named = names.into_iter().map(|name| {
            (0..addresses.len())
                .filter(|&index| addresses[index].held == Held::By(name.to_owned()) && counts(&addresses[index]))
                .collect()
        });
        clusters.extend(named.collect::<Vec<_>>());
    }
    for cluster in clusters {
        let mut services: Vec<String> = cluster.iter().map(|&index| service(&addresses[index])).collect();
        services.sort_unstable();
        services.dedup();
        if services.len() >= LIST && !active_list {
            for index in cluster {
                let address = &mut addresses[index];
                if address.role == Role::Configured || address.held == Held::Loose {
                    address.role = Role::Listed;
                }
            }
        }
    }
}
