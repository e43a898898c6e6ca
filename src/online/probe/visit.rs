//! A visit to one endpoint: its paths one after the other, until one gives its software away.

use std::net::IpAddr;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout, timeout_at};

use super::address::{self, Reach};
use super::pins::Pins;
use super::recognise::{Seen, Tells};
use super::target::Target;
use crate::model::{OnlineReason, ProbeFacts, ProbeReason, Running};
use crate::online::client::{Answer, Client, Request, look_up};
use crate::online::{Names, OnlineError, Options};
use crate::rules::Rules;

/// The longest body that is read.
const MOST_BODY: usize = 64 * 1024;
/// How often an answer may lead elsewhere.
const MOST_HOPS: usize = 3;

/// Asks endpoints.
pub(super) struct Prober {
    direct: Client,
    proxied: Option<Client>,
    pins: Pins,
    names: Names,
    tells: Tells,
    rules: Rules,
    private: bool,
    connect: Duration,
    endpoint: Duration,
    at_once: Semaphore,
    deadline: Instant,
}

impl Prober {
    pub(super) fn new(options: &Options, rules: &Rules) -> Result<Self, OnlineError> {
        let pins = Pins::default();
        Ok(Self {
            direct: Client::to_strangers(options, Some(pins.clone()))?,
            proxied: options.proxy.is_some().then(|| Client::to_strangers(options, None)).transpose()?,
            pins,
            names: options.names.clone(),
            tells: Tells::new(rules),
            rules: rules.clone(),
            private: options.probe_private,
            connect: options.bounds.connect,
            endpoint: options.bounds.endpoint,
            at_once: Semaphore::new(options.bounds.endpoints_at_once.max(1)),
            deadline: Instant::now() + options.bounds.run,
        })
    }

    /// What an endpoint says of itself, when it is its turn; its time begins then.
    pub(super) async fn visit(&self, target: Target) -> ProbeFacts {
        let mut seen = Seen::default();
        let asking = async {
            let _turn = self.at_once.acquire().await.map_err(|_| ProbeReason::Limit)?;
            timeout(self.endpoint, self.ask(target, &mut seen)).await.unwrap_or(Err(ProbeReason::Timeout))
        };
        let found = timeout_at(self.deadline, asking).await.unwrap_or(Err(ProbeReason::Limit));
        let running = |software| ProbeFacts { software: Some(software), reason: ProbeReason::Recognised };
        match (found, seen) {
            (Ok(Some(software)), _) | (_, Seen { aside: Some(software), .. }) => running(software),
            (_, Seen { compatible: true, .. }) => ProbeFacts::without(ProbeReason::CompatibleApi),
            (_, Seen { answered: true, .. }) => ProbeFacts::without(ProbeReason::NotRecognised),
            (Err(reason), _) => ProbeFacts::without(reason),
            (Ok(None), _) => ProbeFacts::without(ProbeReason::Redirect),
        }
    }

    async fn ask(&self, mut target: Target, seen: &mut Seen) -> Result<Option<Running>, ProbeReason> {
        // Before anything else: a host that may not be asked is not asked under any path.
        self.way_to(&target).await?;
        let bases: Vec<String> = target.bases().map(str::to_owned).collect();
        for base in &bases {
            for path in self.tells.paths() {
                let Some(answer) = self.fetch(&mut target, &format!("{base}{path}")).await? else { continue };
                let found = self.tells.read(path, &answer, seen);
                if found.is_some() {
                    return Ok(found);
                }
            }
        }
        Ok(None)
    }

    /// The answer at a path, wherever it is on the host or on the public ones it leads to; nothing if it leads elsewhere.
    async fn fetch(&self, target: &mut Target, path: &str) -> Result<Option<Answer>, ProbeReason> {
        let (mut host, mut path) = (target.clone(), path.to_owned());
        for _ in 0..=MOST_HOPS {
            let (client, _) = self.way_to(&host).await?;
            let answer = client.get(&Request::plain(host.url(&path), MOST_BODY)).await.map_err(reason)?;
            let location = answer.text("location").filter(|_| matches!(answer.status, 301 | 302 | 303 | 307 | 308));
            let Some(location) = location else { return Ok(Some(answer)) };
            let Some((next, leads)) = host.next(&path, location) else { return Ok(None) };
            if !next.is_beside(&host) && !self.may_go_on_to(&next).await {
                return Ok(None);
            }
            if next.is_beside(target) && leads == path {
                // To the same under TLS: everything else will be there, too.
                target.move_to(&next);
            }
            (host, path) = (next, leads);
        }
        Ok(None)
    }

    /// Whether an answer may lead to another host: a public one, of which the catalogue does not say already what it is.
    async fn may_go_on_to(&self, target: &Target) -> bool {
        let host = target.host().as_bytes();
        let known = self.rules.host(host).is_some() || self.rules.relay_domain(host).is_some();
        !known && matches!(self.way_to(target).await, Ok((_, Reach::Public)))
    }

    /// How to reach a host, if it may be asked, and how far it reaches. Its name is looked up once, every address is judged, and no
    /// other one is connected to.
    async fn way_to(&self, target: &Target) -> Result<(&Client, Reach), ProbeReason> {
        let by_name = self.allowed(target.reach())?;
        let proxied = self.proxied.as_ref().filter(|_| by_name == Reach::Public);
        if target.literal().is_some() {
            return Ok((proxied.unwrap_or(&self.direct), by_name));
        }
        if let Some(reach) = self.pins.judged(target.host()) {
            return Ok((&self.direct, reach));
        }
        let addresses: Vec<IpAddr> = match self.names.told(target.host()) {
            Some(told) => told,
            None => timeout(self.connect, look_up(target.host(), target.port())).await.unwrap_or_default(),
        };
        let Some(worst) = addresses.iter().map(|address| address::of_address(*address)).max() else {
            // Behind a proxy names of the world may be unknown; it looks them up itself.
            return proxied.map(|proxied| (proxied, by_name)).ok_or(ProbeReason::Dns);
        };
        let reach = self.allowed(worst)?;
        if let Some(proxied) = proxied.filter(|_| reach == Reach::Public) {
            return Ok((proxied, reach));
        }
        let route = |address: &IpAddr| self.names.route(*address, reach == Reach::Public);
        self.pins.pin(target.host(), reach, addresses.iter().map(route).collect());
        Ok((&self.direct, reach))
    }

    fn allowed(&self, reach: Reach) -> Result<Reach, ProbeReason> {
        match reach {
            Reach::Never => Err(ProbeReason::Forbidden),
            Reach::Private if !self.private => Err(ProbeReason::Private),
            reach => Ok(reach),
        }
    }
}

const fn reason(reason: OnlineReason) -> ProbeReason {
    match reason {
        OnlineReason::Dns => ProbeReason::Dns,
        OnlineReason::Connect => ProbeReason::Connect,
        OnlineReason::Tls => ProbeReason::Tls,
        OnlineReason::Timeout => ProbeReason::Timeout,
        OnlineReason::Limit => ProbeReason::Limit,
        _ => ProbeReason::NotHttp,
    }
}
