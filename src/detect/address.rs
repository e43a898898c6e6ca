//! Endpoints: addresses in a blob, what stands behind them, and the part they play where they stand.

use std::collections::HashSet;

use crate::model::{Confidence, DropReason, EndpointKind, Role, SignalId};
use crate::rules::Rules;
use crate::rules::schema::{Endpoint, SettingRole};

use super::api::{
    forwards, has_api_path, has_call_path, has_llm_path, is_api_root, is_host_name, is_side_door, looks_like_api,
    passes_on,
};
use super::assignment::name_before;
use super::called::Called;
use super::host::{HostFacts, VendorDomains, classify, is_placeholder_domain};
use super::layout::Layout;
use super::products::is_other_host;
use super::redact::redact_text;
use super::scope::{Evidence, NEAR};
use super::setting::{self, About, Vocabulary};
use super::text::Text;
use super::url::{self, Slashes, Url};
use super::wording::is_link;

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
    /// Whether a client here is configured with somebody who hands out keys of their own.
    pub(super) fn is_stranger(&self) -> bool {
        let kind = matches!(self.kind, EndpointKind::Relay | EndpointKind::Proxy | EndpointKind::Unknown);
        kind && self.role == Role::Configured
    }

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

/// Whether a name is that of a client's base URL as code writes it; `BASE_URL` in capitals is most often an application's own.
fn names_base(name: Option<&str>) -> bool {
    name.is_some_and(|name| {
        let normalised = crate::rules::normalise(name);
        let base = ["baseurl", "apibase", "basepath", "baseuri", "uribase", "apibaseurl"]
            .iter()
            .any(|end| normalised.ends_with(end));
        base && name.bytes().any(|byte| byte.is_ascii_lowercase())
    })
}

/// Whether a name is that of an application's own API as often as that of an LLM client's.
fn names_application(name: &str) -> bool {
    let last = name.rsplit(['.', ':']).next().unwrap_or(name);
    matches!(
        last,
        "apiUrl"
            | "apiURL"
            | "api_url"
            | "API_URL"
            | "baseUrl"
            | "apiBaseUrl"
            | "apiBaseURL"
            | "API_BASE_URL"
            | "BASE_URL"
            | "apiEndpoint"
            | "url"
            | "host"
    )
}

/// Whether a path is that of an LLM's API, or the root that most of them have.
fn speaks_v1(path: &str) -> bool {
    has_llm_path(path) || path.trim_end_matches('/').ends_with("/v1")
}

/// Whether the string ends in the middle of the host: `"https://api." + domain`, `"https://api.relay" ".tech"`.
fn is_cut_off(bytes: &[u8], url: &Url) -> bool {
    let Some((b'"' | b'\'' | b'`', rest)) = bytes[url.end.min(bytes.len())..].split_first() else { return false };
    let after = rest.trim_ascii_start();
    let glued = after.starts_with(b"+") || after.starts_with(b"..") || continues(rest).is_some();
    url.path.is_empty() && url.port.is_none() && glued && !is_host_name(&url.host)
}

/// The string that stands right behind the end of another, on a line of its own: its content and what follows.
fn continues(rest: &[u8]) -> Option<&[u8]> {
    let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let (quote, text) = rest[blank..].split_first()?;
    (rest[..blank].contains(&b'\n') && matches!(quote, b'"' | b'\'')).then_some(text)
}

/// How an address is used, as far as the text right around it tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Used {
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
    /// What the structure says.
    pub(super) layout: &'c Layout<'c>,
    pub(super) text: &'c Text<'c>,
    /// What the settings of keys that prove their issuer are called besides.
    pub(super) families: &'c HashSet<String>,
    /// Names whose values are called on an LLM's path.
    pub(super) called: &'c Called<'c>,
    /// Where LLM settings stand.
    pub(super) llm: &'c Evidence,
    /// Where LLM clients are built.
    pub(super) clients: &'c Evidence,
    /// Where keys for model calls stand.
    pub(super) keys: &'c Evidence,
    /// Those of them that no vendor's name marks: they belong to whatever address stands beside them.
    pub(super) own_keys: &'c Evidence,
    /// Those of them whose form proves what they are.
    pub(super) proven: &'c Evidence,
}

impl<'r> Context<'_, 'r> {
    /// The endpoint that a URL names, if it is one at all.
    pub(super) fn of_url(&self, url: &Url) -> Result<Address<'r>, DropReason> {
        let joined = self.joined(url);
        let url = joined.as_ref().unwrap_or(url);
        let known = self.rules.host(url.host.as_bytes()).is_some();
        let setting = if known || self.speaks_of_llms() {
            self.layout.name_at(self.vocabulary, url.start)
        } else {
            name_before(self.bytes, url.start)
        };
        self.read(url, setting)
    }

    /// A URL whose host goes on in the string on the next line; the place stays that of the first part.
    fn joined(&self, url: &Url) -> Option<Url> {
        let code = self.text.kind.code_strings && url.path.is_empty() && url.port.is_none();
        let (b'"' | b'\'', rest) = self.bytes.get(url.end..).filter(|_| code)?.split_first()? else { return None };
        let next = continues(rest).filter(|next| next.starts_with(b".") || !is_host_name(&url.host))?;
        let at = self.bytes.len() - next.len();
        let more = url::host_at(self.bytes, at);
        let host = format!("{}{}", url.host, String::from_utf8_lossy(more).to_ascii_lowercase());
        if !is_host_name(&host) {
            return None;
        }
        let (port, path_start) = url::port(self.bytes, at + more.len());
        let (path, _) = url::path(self.bytes, path_start, Slashes::Plain);
        Some(Url { host, port, path, ..url.clone() })
    }

    /// Whether anything in the blob speaks of LLMs. Where nothing does, hosts that no catalogue knows are no endpoints, and
    /// nobody asks what the blob is made of.
    fn speaks_of_llms(&self) -> bool {
        !self.llm.is_empty() || !self.keys.is_empty()
    }

    pub(super) fn read(&self, url: &Url, setting: Option<String>) -> Result<Address<'r>, DropReason> {
        let mut facts = classify(self.rules, self.vendors, &url.host, &url.path);
        if url.imitates && facts.kind != EndpointKind::Official && !facts.signals.contains(&SignalId::LookAlike) {
            facts.signals.push(SignalId::LookAlike);
        }
        if self.text.kind.binary {
            // What stands behind a host in a program is most often the next string.
            facts.signals.retain(|signal| *signal != SignalId::LookAlike);
        }
        let name = setting.as_deref().map(|name| self.vocabulary.classify(name));
        let spoken = facts.entry.is_some() || self.speaks_of_llms();
        // What the names around it say of a name that says nothing by itself.
        let around = match setting.as_deref().filter(|_| spoken) {
            Some(name) => self.layout.facts_at(self.vocabulary, url.start, name).about,
            None => About::Anything,
        };
        let address_name = name.as_ref().is_some_and(|name| {
            matches!(name.role, Some(SettingRole::BaseUrl | SettingRole::Host | SettingRole::Both | SettingRole::Proxy))
        });
        let about = name.as_ref().map_or(About::Anything, |name| name.about);
        let proxy_setting = name.as_ref().is_some_and(|name| name.role == Some(SettingRole::Proxy));
        let forward_proxy = (proxy_setting || name.as_ref().is_some_and(|name| name.normalised.ends_with("proxy")))
            && (setting::is_forward_proxy(url.port, &url.path) || !has_api_path(&url.path) && facts.entry.is_none());
        if forward_proxy {
            return Err(DropReason::NetworkProxy);
        }
        let llm_setting = address_name && about == About::Llm;
        // Nobody calls the pages of a service that no catalogue knows.
        let pages = !has_api_path(&url.path) || url.host.starts_with("docs.");
        if facts.entry.is_none() && !llm_setting && is_side_door(&url.host, &facts) && pages {
            return Err(DropReason::Page);
        }
        let api_address = address_name && name.as_ref().is_some_and(|name| name.api_address);
        let api_path = has_api_path(&url.path);
        let bare = matches!(url.path.as_str(), "" | "/");
        // `url` is a page's as often as an API's: something in the same map has to use it.
        let plain =
            bare && name.as_ref().is_some_and(|name| matches!(name.normalised.as_str(), "url" | "uri" | "link"));
        let beside_its_key = || {
            looks_like_api(&url.host, &url.path)
                || self.layout.refers_to_key(url.start)
                || self.layout.holds_with(self.keys, url.start)
        };
        // `openai: {host: …}`: a word that every address is called by says little of a page's address.
        let placed = address_name
            && about != About::Llm
            && around == About::Llm
            && (api_address || api_path || bare && !plain || plain && beside_its_key());
        let neutral = api_address && about == About::Anything && around != About::Other;
        let in_call = neutral && self.layout.in_llm_call(self.vocabulary, url.start);
        let beside_client = neutral
            && (is_api_root(&url.path) || (bare && names_base(setting.as_deref())))
            && self.clients.near(url.start, 300);
        let beside_llm = || self.layout.lends(self.llm, url.start, NEAR);
        let beside_key = || self.layout.lends(self.keys, url.start, 300);
        // An application's own address beside `openai: {apiKey: …}` is not where that key goes.
        let applications =
            setting.as_deref().is_some_and(names_application) && around != About::Llm && !speaks_v1(&url.path);
        let lent = neutral
            // What an LLM setting beside it lends: a longer path is that of another service's own call.
            && (api_path || (bare && names_base(setting.as_deref())))
            && (beside_key() || beside_client || (self.text.kind.config && beside_llm()))
            && !applications
            && !self.layout.in_other_call(self.vocabulary, url.start);
        // A plain word for an address, `url`, of something that holds a key itself: its record, its request.
        let holders = if applications { self.own_keys } else { self.keys };
        let with_key = address_name
            && about == About::Anything
            && around != About::Other
            && self.layout.holds_with(holders, url.start)
            && (!self.layout.in_other_call(self.vocabulary, url.start)
                || (api_path || api_address) && self.layout.shares(self.proven, url.start));
        // `New("K", "https://…/v1")`, a row of a table, and a variable that a call takes together with a key.
        let given = about != About::Other
            && (speaks_v1(&url.path) && self.layout.shares(self.proven, url.start)
                || (api_path || api_address || bare && looks_like_api(&url.host, &url.path))
                    && self.layout.is_taken_with(self.proven, url.start, setting.as_deref()));
        // `OCO_API_URL` where `OCO_API_KEY` holds a key of OpenAI's.
        let of_family = |name: &str| setting::family(name, true).is_some_and(|family| self.families.contains(&family));
        let kin = (bare || api_path || name.as_ref().is_some_and(|name| name.api_address))
            && setting.as_deref().is_some_and(of_family);
        let llm_path = has_llm_path(&url.path);
        let by_context = is_api_root(&url.path) && (beside_llm() || beside_key());
        // A request on an LLM's path, or one sent on with a key beside it: code that calls the host.
        let call_path = if facts.entry.is_some() { llm_path } else { has_call_path(&url.path) };
        // A log of one's own calls names one's own host.
        let in_log = facts.entry.is_none() && self.text.kind.log;
        let requested = call_path && !in_log && (self.is_request(url) || self.keys.near(url.start, 400))
            || passes_on(setting.as_deref()) && self.keys.near(url.start, 400) && !self.text.kind.prose;
        let called = || {
            let calls = setting.as_deref().and_then(|name| self.called.get(name));
            calls.is_some_and(|calls| calls.iter().any(|&call| self.layout.is_seen(url.start, call)))
        };
        let requested = (requested || spoken && !in_log && called())
            && !is_side_door(&url.host, &facts)
            && !(facts.entry.is_none() && is_link(self.bytes, url.start, setting.as_deref()));
        let side_door = is_side_door(&url.host, &facts) && !api_path;
        let held = in_call || !side_door && (placed || lent || with_key || kin || given);
        let llm = match facts.kind {
            EndpointKind::Unknown | EndpointKind::SelfHosted => llm_setting || held || requested,
            EndpointKind::Proxy => llm_setting || held || llm_path || by_context,
            _ => true,
        };
        if facts.entry.is_none() && (is_other_host(&url.host) || is_cut_off(self.bytes, url)) {
            return Err(DropReason::OtherHost);
        }
        let imitation = facts.signals.contains(&SignalId::LookAlike);
        if !(llm || imitation) {
            return Err(DropReason::NotForModels);
        }
        if facts.entry.is_none() && is_placeholder_domain(&url.host) {
            return Err(DropReason::PlaceholderHost);
        }
        if self.is_template(url, &facts) {
            return Err(DropReason::Template);
        }
        let used = if llm_setting {
            Used::ByClient
        } else if in_call || requested {
            Used::InCall
        } else if api_address || placed || with_key || kin || given || forwards(setting.as_deref()) {
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
            return Err(DropReason::NotForModels);
        }
        Ok(self.address(url, facts, role, held, llm, setting))
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
}
