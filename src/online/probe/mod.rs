//! What stands behind an endpoint that no catalogue knows, or that somebody runs himself: asked with a few plain GETs, without a
//! key, a cookie or anything else of the scanned tree but the host and the base of its API.
//!
//! *Which paths*: those of `rules/tells.toml`, and no others. *Which hosts*: `address` tells public addresses from those of one's
//! own network, which are asked only where that is wanted, and from those that are never asked. A name is looked up once;
//! `pins` keeps what was judged, and no connection goes anywhere else, whatever the name stands for a moment later. `target` says
//! what of a URL is sent and which redirects are followed, `visit` asks, `recognise` reads.

mod address;
mod pins;
mod recognise;
mod target;
mod visit;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::task::JoinSet;

use self::address::Reach;
use self::target::Target;
use self::visit::Prober;
use super::{OnlineError, Options, Redact};
use crate::model::{ProbeCounts, ProbeFacts, ProbeReason};
use crate::rules::Rules;

pub(super) use self::pins::Pins;

/// The most endpoints that a run asks.
const MOST_ENDPOINTS: usize = 100;
/// The most hosts that are named before they are asked.
const MOST_NAMED: usize = 10;

/// What each URL comes to, and how many endpoints that was.
pub(super) type Told = (BTreeMap<String, ProbeFacts>, ProbeCounts);

/// What is asked, and what is not.
pub(super) struct Plan {
    /// The URLs of each endpoint.
    asked: BTreeMap<Target, BTreeSet<String>>,
    /// The URLs that are not asked.
    refused: BTreeMap<String, ProbeFacts>,
    left_out: usize,
}

impl Plan {
    /// Each endpoint once, whatever else its URLs say.
    pub(super) fn new(urls: &BTreeSet<String>, private: bool, redact: &dyn Fn(&str) -> String) -> Self {
        let mut plan = Self { asked: BTreeMap::new(), refused: BTreeMap::new(), left_out: 0 };
        for url in urls {
            let fit = Target::of(url, redact).and_then(|target| match target.reach() {
                Reach::Never => Err(ProbeReason::Forbidden),
                Reach::Private if !private => Err(ProbeReason::Private),
                _ => Ok(target),
            });
            match fit {
                Ok(target) => {
                    plan.asked.entry(target).or_default().insert(url.clone());
                }
                Err(reason) => {
                    plan.refused.insert(url.clone(), ProbeFacts::without(reason));
                }
            }
        }
        if let Some(last) = plan.asked.keys().nth(MOST_ENDPOINTS).cloned() {
            let beyond = plan.asked.split_off(&last);
            plan.left_out = beyond.len();
            let limit = ProbeFacts::without(ProbeReason::Limit);
            plan.refused.extend(beyond.into_values().flatten().map(|url| (url, limit.clone())));
        }
        plan
    }

    /// What will be asked, in a sentence; nothing if nobody is.
    pub(super) fn announcement(&self) -> Option<String> {
        let hosts: BTreeSet<&str> = self.asked.keys().map(Target::host).collect();
        if hosts.is_empty() {
            return None;
        }
        let named: Vec<&str> = hosts.iter().copied().take(MOST_NAMED).collect();
        let more = match hosts.len() - named.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let left = match self.left_out {
            0 => String::new(),
            left => format!("; {left} more endpoints are left out"),
        };
        let (hosts, run) = match hosts.len() {
            1 => ("1 host".to_owned(), "it runs"),
            hosts => (format!("{hosts} hosts"), "they run"),
        };
        Some(format!("{hosts} will be asked, without a key, which software {run}: {}{more}{left}", named.join(", ")))
    }

    fn counts(&self) -> ProbeCounts {
        ProbeCounts { endpoints: self.asked.len() as u64, told: 0, left_out: self.left_out as u64 }
    }
}

/// Asks every endpoint of the plan.
pub(super) async fn ask(options: &Options, plan: Plan, rules: &Rules, redact: Redact) -> Result<Told, OnlineError> {
    let mut counts = plan.counts();
    let mut told = plan.refused;
    if plan.asked.is_empty() {
        return Ok((told, counts));
    }
    let prober = Arc::new(Prober::new(options, rules, redact)?);
    let mut asking = JoinSet::new();
    for (target, urls) in plan.asked {
        let prober = Arc::clone(&prober);
        asking.spawn(async move { (urls, prober.visit(target).await) });
    }
    while let Some(done) = asking.join_next().await {
        let Ok((urls, mut facts)) = done else { continue };
        if let Some(software) = &mut facts.software {
            // It is a stranger's text.
            software.version = software.version.take().filter(|version| redact(version) == *version);
        }
        counts.told += u64::from(facts.tells());
        told.extend(urls.into_iter().map(|url| (url, facts.clone())));
    }
    Ok((told, counts))
}
