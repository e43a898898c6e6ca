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
use crate::online::{Names, OnlineError, Options, Redact};
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
    redact: Redact,
    private: bool,
    connect: Duration,
    endpoint: Duration,
    at_once: Semaphore,
    deadline: Instant,
}

impl Prober {
    pub(super) fn new(options: &Options, rules: &Rules, redact: Redact) -> Result<Self, OnlineError> {
        let pins = Pins::default();
        Ok(Self {
            direct: Client::to_strangers(options, Some(pins.clone()))?,
            proxied: options.proxy.is_some().then(|| Client::to_strangers(options, None)).transpose()?,
            pins,
            names: options.names.clone(),
            tells: Tells::new(rules),
            redact,
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
            if seen.spoke {
                // What stands beside it on the host is another thing.
                break;
            }
        }
        Ok(None)
    }

    /// The answer at a path, wherever it is on the host; nothing if it leads elsewhere.
    async fn fetch(&self, target: &mut Target, path: &str) -> Result<Option<Answer>, ProbeReason> {
        let (mut host, mut path) = (target.clone(), path.to_owned());
        for _ in 0..=MOST_HOPS {
            let client = self.way_to(&host).await?;
            let answer = client.get(&Request::plain(host.url(&path), MOST_BODY)).await.map_err(reason)?;
            let location = answer.text("location").filter(|_| matches!(answer.status, 301 | 302 | 303 | 307 | 308));
            let Some(location) = location else { return Ok(Some(answer)) };
            let Some((next, leads)) = host.next(&path, location, &self.redact) else { return Ok(None) };
            if leads == path {
                // To the same under TLS: everything else will be there, too.
                target.move_to(&next);
            }
            (host, path) = (next, leads);
        }
        Ok(None)
    }

    /// How to reach a host, if it may be asked. Its name is looked up once, every address is judged, and no
    /// other one is connected to.
    async fn way_to(&self, target: &Target) -> Result<&Client, ProbeReason> {
        let by_name = self.allowed(target.reach())?;
        let proxied = self.proxied.as_ref().filter(|_| by_name == Reach::Public);
        if let Some(address) = target.literal() {
            let direct = Some(&self.direct).filter(|_| self.names.lets_reach(address));
            return proxied.or(direct).ok_or(ProbeReason::Connect);
        }
        if self.pins.holds(target.host()) {
            return Ok(&self.direct);
        }
        let addresses: Vec<IpAddr> = match self.names.told(target.host()) {
            Some(told) => told,
            None => timeout(self.connect, look_up(target.host(), target.port())).await.unwrap_or_default(),
        };
        let Some(worst) = addresses.iter().map(|address| address::of_address(*address)).max() else {
            // Behind a proxy names of the world may be unknown; it looks them up itself.
            return proxied.ok_or(ProbeReason::Dns);
        };
        let reach = self.allowed(worst)?;
        if let Some(proxied) = proxied.filter(|_| reach == Reach::Public) {
            return Ok(proxied);
        }
        self.pins.pin(target.host(), addresses.iter().map(|address| self.names.route(*address)).collect());
        Ok(&self.direct)
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
