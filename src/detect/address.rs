//! Endpoints: addresses in a blob, what stands behind them, and the part they play where they stand.

use crate::model::{Confidence, EndpointKind, Role, SignalId};
use crate::rules::Rules;
use crate::rules::schema::{Endpoint, SettingRole};

use super::assignment::name_before;
use super::host::{HostFacts, VendorDomains, classify, is_placeholder};
use super::names::Named;
use super::redact::redact_text;
use super::scope::{Evidence, in_llm_call};
use super::setting::{self, About, Vocabulary};
use super::text::{FileKind, Text, is_link, on_host_list};
use super::url::{self, Url};

/// An endpoint before its role is settled.
pub(super) struct Address<'r> {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Lower-case host, with the port if it is not the scheme's own.
    pub(super) host: String,
    pub(super) url: String,
    pub(super) kind: EndpointKind,
    pub(super) entry: Option<&'r Endpoint>,
    pub(super) confidence: Confidence,
    pub(super) signals: Vec<SignalId>,
    pub(super) role: Role,
    pub(super) llm: bool,
    pub(super) setting: Option<String>,
    pub(super) held: Held,
}

impl Address<'_> {
    /// Whether a finding can come of it; other endpoints are only receivers of keys.
    pub(super) fn may_be_found(&self) -> bool {
        let fact = matches!(
            self.kind,
            EndpointKind::Official | EndpointKind::Provider | EndpointKind::Aggregator | EndpointKind::SelfHosted
        );
        !fact || !self.signals.is_empty()
    }
}

/// What holds an address, as far as that decides whether it is one of several alternatives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// A setting that names its client: alternatives only if the same name comes again and again.
    By(String),
    /// An argument of a client call, or the request itself: never an alternative.
    Call,
    /// A neutral name or none: an element of whatever it stands in.
    Element,
    /// Nothing that says what it is for: an element where others stand beside it, else no more than a mention.
    Loose,
}

/// How an address is used, as far as the text right around it tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Used {
    /// The setting names an LLM client.
    ByClient,
    /// A client is built with it, or a request is sent to it.
    InCall,
    /// The setting says that it is an API's address, or that traffic is sent on to it.
    AsApi,
    /// Nothing says.
    Somehow,
}

/// What the reader of addresses needs to know of the blob.
pub(super) struct Context<'c, 'r> {
    pub(super) rules: &'r Rules,
    pub(super) vocabulary: &'c Vocabulary<'r>,
    pub(super) vendors: &'c VendorDomains<'r>,
    pub(super) bytes: &'c [u8],
    pub(super) text: &'c Text<'c>,
    /// Where LLM settings stand.
    pub(super) llm: &'c Evidence,
    /// Where keys stand.
    pub(super) keys: &'c Evidence,
}

impl<'r> Context<'_, 'r> {
    /// The endpoint that a URL names, if it is one at all.
    pub(super) fn of_url(&self, url: &Url) -> Option<Address<'r>> {
        let setting = name_before(self.bytes, url.start);
        self.read(url, setting)
    }

    /// The endpoint that a setting's value names without a scheme: `api.host.dev`, `api.host.dev:8443/v1`.
    pub(super) fn of_bare_host(&self, named: &Named) -> Option<Address<'r>> {
        let range = named.value.clone()?;
        let value = str::from_utf8(&self.bytes[range.clone()]).ok()?;
        let address = matches!(named.facts.role, Some(SettingRole::BaseUrl | SettingRole::Host));
        // Without quotes a dotted word in code is an expression: `host: this.host`, `base_url = settings.url`.
        let quoted = range.start.checked_sub(1).is_some_and(|index| matches!(self.bytes[index], b'"' | b'\'' | b'`'));
        if !(address && (quoted || self.text.kind.config || self.text.kind.shell))
            || value.contains("://")
            || value.contains(r":\/\/")
            || value.len() > 300
        {
            return None;
        }
        let (authority, path) = value.split_at(value.find('/').unwrap_or(value.len()));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (authority, None),
        };
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        if !is_host_name(&host) || (named.facts.about != About::Llm && self.rules.host(host.as_bytes()).is_none()) {
            return None;
        }
        let url = Url {
            start: range.start,
            end: range.end,
            scheme: "https".into(),
            host,
            port,
            user_info: false,
            path: path.to_owned(),
        };
        self.read(&url, Some(named.text.clone()))
    }

    /// The host that stands without a scheme at `start`, behind a word that only hosts follow.
    pub(super) fn of_led_host(&self, start: usize, host: &str) -> Option<Address<'r>> {
        let end = start + host.len();
        let url = Url {
            start,
            end,
            scheme: "https".into(),
            host: host.to_owned(),
            port: None,
            user_info: false,
            path: String::new(),
        };
        self.read(&url, Some("host".to_owned()).filter(|_| !on_host_list(self.bytes, start)))
    }

    fn read(&self, url: &Url, setting: Option<String>) -> Option<Address<'r>> {
        let facts = classify(self.rules, self.vendors, &url.host, &url.path);
        let name = setting.as_deref().map(|name| self.vocabulary.classify(name));
        let address_name = name.as_ref().is_some_and(|name| {
            matches!(name.role, Some(SettingRole::BaseUrl | SettingRole::Host | SettingRole::Both | SettingRole::Proxy))
        });
        let about = name.as_ref().map_or(About::Anything, |name| name.about);
        let proxy_setting = name.as_ref().is_some_and(|name| name.role == Some(SettingRole::Proxy));
        let forward_proxy = (proxy_setting || name.as_ref().is_some_and(|name| name.normalised.ends_with("proxy")))
            && (setting::is_forward_proxy(url.port, &url.path) || !has_api_path(&url.path) && facts.entry.is_none());
        if forward_proxy {
            return None;
        }
        let llm_setting = address_name && about == About::Llm;
        let api_address = address_name && name.as_ref().is_some_and(|name| name.api_address);
        let in_call = api_address && about == About::Anything && in_llm_call(self.vocabulary, self.bytes, url.start);
        let lent = api_address
            && about == About::Anything
            // What an LLM setting beside it lends: a longer path is that of another service's own call.
            && (self.keys.near(url.start, 300) || (self.text.kind.config && self.llm.beside(url.start)))
            && (matches!(url.path.as_str(), "" | "/") || has_api_path(&url.path));
        let llm_path = has_llm_path(&url.path);
        let by_context = is_api_root(&url.path) && (self.llm.beside(url.start) || self.keys.near(url.start, 300));
        let llm = match facts.kind {
            EndpointKind::Unknown | EndpointKind::SelfHosted => llm_setting || in_call || lent,
            EndpointKind::Proxy => llm_setting || in_call || lent || llm_path || by_context,
            _ => true,
        };
        let imitation = facts.signals.contains(&SignalId::LookAlike);
        if !(llm || imitation) || (facts.entry.is_none() && is_placeholder(&url.host)) || self.is_template(url, &facts)
        {
            return None;
        }
        let used = if llm_setting {
            Used::ByClient
        } else if in_call || (llm_path && self.is_request(url)) {
            Used::InCall
        } else if api_address || forwards(setting.as_deref()) {
            Used::AsApi
        } else {
            Used::Somehow
        };
        let (role, held) = self.role(url, &facts, setting.as_deref(), used);
        // A host in no catalogue counts only where a client is configured with it.
        if matches!(facts.kind, EndpointKind::Unknown | EndpointKind::Proxy)
            && !imitation
            && role == Role::Mentioned
            && !llm_path
        {
            return None;
        }
        Some(self.address(url, facts, role, held, llm, setting))
    }

    fn address(
        &self,
        url: &Url,
        facts: HostFacts<'r>,
        role: Role,
        held: Held,
        llm: bool,
        setting: Option<String>,
    ) -> Address<'r> {
        let own_port = matches!(
            (url.scheme.as_str(), url.port),
            (_, None) | ("http" | "ws", Some(80)) | ("https" | "wss", Some(443))
        );
        let host = match url.port {
            Some(port) if !own_port => format!("{}:{port}", url.host),
            _ => url.host.clone(),
        };
        let mut signals = facts.signals;
        if url.user_info {
            signals.push(SignalId::UserInfo);
        }
        if matches!(url.scheme.as_str(), "http" | "ws") && facts.kind != EndpointKind::SelfHosted {
            signals.push(SignalId::PlainHttp);
        }
        let shown = format!("{}://{host}{}", url.scheme, url.path);
        Address {
            start: url.start,
            end: url.end,
            url: redact_text(&shown),
            host: redact_text(&host),
            kind: facts.kind,
            entry: facts.entry,
            confidence: facts.confidence,
            signals,
            role,
            llm,
            setting: setting.map(|name| redact_text(&name)),
            held,
        }
    }

    fn role(&self, url: &Url, facts: &HostFacts<'_>, setting: Option<&str>, used: Used) -> (Role, Held) {
        let at = url.start;
        let api_path = has_api_path(&url.path);
        let side_door = is_side_door(&url.host, facts) && used == Used::Somehow && !api_path;
        if on_host_list(self.bytes, at) || side_door {
            return (Role::Listed, Held::Element);
        }
        let link = used != Used::ByClient && !has_llm_path(&url.path) && is_link(self.bytes, at, setting);
        if self.text.kind.binary || link || self.text.in_comment(at) {
            return (Role::Mentioned, Held::Element);
        }
        let api = api_path || looks_like_api(&url.host, &url.path) || is_api_of(facts.entry, &url.path);
        match used {
            Used::ByClient => (Role::Configured, Held::By(setting.map(crate::rules::normalise).unwrap_or_default())),
            Used::InCall => (Role::Configured, Held::Call),
            _ if self.text.in_prose(at) => (Role::Mentioned, Held::Element),
            _ if self.keys.near(at, 160) => (Role::Configured, Held::Call),
            Used::AsApi => (Role::Configured, Held::Element),
            Used::Somehow if api || self.keys.near(at, 300) => (Role::Configured, Held::Element),
            Used::Somehow => (Role::Mentioned, Held::Loose),
        }
    }

    /// Whether the line sends a request to the address: `curl`, `fetch`, `requests.post`, `proxy_pass` …
    fn is_request(&self, url: &Url) -> bool {
        const VERBS: [&[u8]; 13] = [
            b"curl",
            b"fetch",
            b"request",
            b"axios",
            b"post(",
            b"wget",
            b"http",
            b"invoke-restmethod",
            b"proxy_pass",
            b"reverse_proxy",
            b"client",
            b"urlopen",
            b"open(",
        ];
        let before = &self.bytes[url.start.saturating_sub(120)..url.start];
        VERBS.iter().any(|verb| super::bytes::contains_ignore_case(before, verb))
    }

    /// Whether the value goes on as a template where the host ends, or the host is one of a template's: `YOUR-NAME.openai.azure.com`.
    fn is_template(&self, url: &Url, facts: &HostFacts<'_>) -> bool {
        let before = url.start.checked_sub(1).map(|index| self.bytes[index]);
        before == Some(b'}') || (facts.kind == EndpointKind::Proxy && is_placeholder(&url.host))
    }
}

/// Paths of LLM APIs that nothing else has.
pub(super) fn has_llm_path(path: &str) -> bool {
    const PATHS: [&str; 11] = [
        "/chat/completions",
        "/v1/completions",
        "/v1/embeddings",
        "/v1/messages",
        "/v1/responses",
        "/v1/images/generations",
        "/v1/audio/",
        "/openai/",
        "/v1/realtime",
        "/v1/moderations",
        "/backend-api/conversation",
    ];
    let path = path.to_ascii_lowercase();
    PATHS.iter().any(|known| path.contains(known)) || path.ends_with("/openai")
}

/// Whether the path is the root of an API: `/v1`, `/api/v1`, `/openai/v1/`.
fn is_api_root(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    path.rsplit('/').next().is_some_and(|last| {
        last.strip_prefix('v').is_some_and(|rest| rest.bytes().next().is_some_and(|digit| digit.is_ascii_digit()))
    })
}

fn has_api_path(path: &str) -> bool {
    is_api_root(path) || has_llm_path(path)
}

/// Whether host or path are those of an API and not of a page.
fn looks_like_api(host: &str, path: &str) -> bool {
    let api_host = host.split('.').any(|label| {
        matches!(label, "api" | "oai" | "openai" | "gateway" | "proxy" | "llm")
            || label.starts_with("api-")
            || label.ends_with("-api")
    });
    has_api_path(path) || (api_host && matches!(path, "" | "/"))
}

fn is_api_of(entry: Option<&Endpoint>, path: &str) -> bool {
    entry.and_then(|entry| entry.path.as_deref()).is_some_and(|api| api.len() > 1 && path.starts_with(api))
}

/// Sub-domains on which a service talks to people: its shop, its manual. Not where the catalogue knows one as the API's.
fn is_side_door(host: &str, facts: &HostFacts<'_>) -> bool {
    let known = facts.entry.is_some_and(|entry| entry.hosts.iter().any(|known| known == host));
    !known
        && matches!(
            host.split('.').next(),
            Some(
                "docs"
                    | "doc"
                    | "www"
                    | "blog"
                    | "status"
                    | "help"
                    | "wiki"
                    | "shop"
                    | "store"
                    | "console"
                    | "dashboard"
            )
        )
}

/// Names of settings and directives that send traffic on to an address.
fn forwards(name: Option<&str>) -> bool {
    let name = name.map(crate::rules::normalise).unwrap_or_default();
    matches!(
        name.as_str(),
        "destination" | "target" | "proxypass" | "reverseproxy" | "upstream" | "backend" | "proxy" | "host"
    )
}

/// Top-level domains that are no words of code; every country's two letters count besides.
const TOP_LEVEL: [&str; 44] = [
    "com",
    "net",
    "org",
    "ai",
    "app",
    "dev",
    "cloud",
    "top",
    "xyz",
    "pro",
    "tech",
    "one",
    "site",
    "online",
    "shop",
    "store",
    "info",
    "biz",
    "chat",
    "club",
    "fun",
    "vip",
    "world",
    "space",
    "link",
    "live",
    "life",
    "ltd",
    "work",
    "works",
    "run",
    "page",
    "pages",
    "icu",
    "host",
    "network",
    "systems",
    "services",
    "solutions",
    "plus",
    "cyou",
    "moe",
    "art",
    "cool",
];

/// Whether a text without scheme is a host: labels with a top-level domain, or an IP number.
fn is_host_name(host: &str) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    let sound = labels.iter().all(|label| !label.is_empty() && label.len() <= 63 && !label.starts_with('-'));
    let top = labels.last().copied().unwrap_or_default();
    let country = top.len() == 2
        && top.bytes().all(|byte| byte.is_ascii_alphabetic())
        && !["py", "js", "ts", "rs", "sh", "md", "go"].contains(&top);
    let named = labels.len() >= 2 && (country || TOP_LEVEL.contains(&top));
    sound
        && (named || host.parse::<std::net::Ipv4Addr>().is_ok())
        && url::host_at(host.as_bytes(), 0).len() == host.len()
}

/// How many services named side by side are a list of alternatives.
const LIST: usize = 3;

/// How far apart, in bytes, the members of one list may stand.
const LIST_GAP: usize = 2500;

/// Turns `configured` into `listed` where an address is one of several alternatives.
pub(super) fn settle_lists(addresses: &mut [Address<'_>], kind: FileKind, active_list: bool) {
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
        if cluster.last().is_some_and(|&last| addresses[index].start - addresses[last].end > LIST_GAP) {
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
