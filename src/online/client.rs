//! The only file that opens a socket. One GET, with one secret in a header or none; an answer within bounds, or the reason why not.
//!
//! *Roots of trust*: those of the web, built in. A company's or a tree's own root would let others read keys on their way, and
//! keyscan runs in images that have no roots at all. *Errors of libraries* are turned into a closed list of words: they
//! quote addresses.

use std::error::Error;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HOST, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{ClientBuilder, Proxy, Response};
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};

use crate::model::{OnlineReason, Secret};
use crate::rules::schema::checks::KeyHeader;

use super::probe::Pins;
use super::{Hosts, OnlineError, Options};

/// The most headers of an answer.
const MOST_HEADERS: usize = 100;
/// Before a connection is tried once more.
const PAUSE: Duration = Duration::from_millis(200);
/// How an answer asks to wait, where it does not say how long.
const SHORT_WAIT: Duration = Duration::from_secs(1);

/// Asks. Cloned for each request that is under way.
#[derive(Clone, Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    hosts: Hosts,
    at_once: Arc<Semaphore>,
    deadline: Instant,
    longest_wait: Duration,
}

/// What is asked.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// The address, as the rules have it.
    url: String,
    headers: HeaderMap,
    /// The longest body that is read; what comes behind is left.
    most: usize,
    /// Whether it is asked once more after a 429 or a fault of the server.
    patient: bool,
}

impl Request {
    /// A request with a secret. `None` if the secret has bytes that no header can hold.
    pub(super) fn new(url: String, header: KeyHeader, secret: &Secret, most: usize) -> Option<Self> {
        let mut headers = HeaderMap::new();
        let (name, mut value) = match header {
            KeyHeader::Bearer => {
                let value = zeroize::Zeroizing::new([b"Bearer ", secret.expose()].concat());
                (reqwest::header::AUTHORIZATION, HeaderValue::from_bytes(&value).ok()?)
            }
            KeyHeader::XApiKey => {
                (HeaderName::from_static("x-api-key"), HeaderValue::from_bytes(secret.expose()).ok()?)
            }
        };
        value.set_sensitive(true);
        headers.insert(name, value);
        Some(Self { url, headers, most, patient: false })
    }

    /// A request that says nothing at all.
    pub(super) fn plain(url: String, most: usize) -> Self {
        Self { url, headers: HeaderMap::new(), most, patient: false }
    }

    /// With a header that says nothing secret.
    pub(super) fn with(mut self, name: &str, value: &str) -> Option<Self> {
        self.headers.insert(HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?);
        Some(self)
    }

    /// Asks once more where the server asks to wait or has a fault.
    pub(super) const fn patient(mut self) -> Self {
        self.patient = true;
        self
    }
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    /// Whether there was more of it.
    pub(super) cut: bool,
    headers: HeaderMap,
}

impl Answer {
    /// A header that is text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A header that is a plain word.
    pub(super) fn word(&self, name: &str) -> Option<&str> {
        let word = self.headers.get(name)?.to_str().ok()?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (!word.is_empty() && word.len() <= 100 && word.bytes().all(plain)).then_some(word)
    }
}

impl Client {
    /// A client for a run that begins now: to the issuers, over TLS alone.
    pub(super) fn new(options: &Options) -> Result<Self, OnlineError> {
        let builder = builder(options)?.https_only(options.hosts.are_real()).timeout(options.bounds.request);
        Self::of(builder, options, options.hosts, options.proxy.as_deref(), options.bounds.at_once)
    }

    /// A client that asks strangers, without a key: directly at the addresses that were judged and nowhere else, or else through
    /// the proxy.
    pub(super) fn to_strangers(options: &Options, pins: Option<Pins>) -> Result<Self, OnlineError> {
        let builder = builder(options)?.timeout(options.bounds.probe);
        let at_once = options.bounds.endpoints_at_once;
        match pins {
            Some(pins) => Self::of(builder.dns_resolver(pins), options, Hosts::real(), None, at_once),
            None => Self::of(builder, options, Hosts::real(), options.proxy.as_deref(), at_once),
        }
    }

    fn of(
        mut builder: ClientBuilder,
        options: &Options,
        hosts: Hosts,
        proxy: Option<&str>,
        at_once: usize,
    ) -> Result<Self, OnlineError> {
        let bounds = &options.bounds;
        if let Some(proxy) = proxy {
            builder = builder.proxy(proxy_at(proxy).ok_or(OnlineError::Proxy)?);
        }
        Ok(Self {
            http: builder.build().map_err(|_| OnlineError::NoClient)?,
            hosts,
            at_once: Arc::new(Semaphore::new(at_once.max(1))),
            deadline: Instant::now() + bounds.run,
            longest_wait: bounds.wait,
        })
    }

    /// Asks, when it is its turn. A connection that could not be made is tried once more; what was sent once is not sent again.
    pub(super) async fn get(&self, request: &Request) -> Result<Answer, OnlineReason> {
        let asking = async {
            let _turn = self.at_once.acquire().await.map_err(|_| OnlineReason::Limit)?;
            let first = self.once(request).await;
            let pause = match &first {
                Err(OnlineReason::Connect) => PAUSE,
                Ok(answer) if request.patient && (answer.status == 429 || answer.status >= 500) => {
                    wait(answer).min(self.longest_wait)
                }
                _ => return first,
            };
            sleep(pause).await;
            self.once(request).await
        };
        timeout_at(self.deadline, asking).await.unwrap_or(Err(OnlineReason::Limit))
    }

    async fn once(&self, request: &Request) -> Result<Answer, OnlineReason> {
        let (address, host) = self.hosts.address(&request.url);
        let mut asked = self.http.get(address).headers(request.headers.clone());
        if let Some(host) = host.and_then(|host| HeaderValue::from_str(&host).ok()) {
            asked = asked.header(HOST, host);
        }
        let response = asked.send().await.map_err(|error| reason(&error))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let (body, cut) = body(response, request.most).await?;
        Ok(Answer { status, body, cut, headers })
    }
}

/// The proxy at an address. `None` of what is no address of one.
pub(super) fn proxy_at(address: &str) -> Option<Proxy> {
    let url = reqwest::Url::parse(address).ok()?;
    let known = matches!(url.scheme(), "http" | "https") && url.has_host() && address.contains("://");
    Proxy::all(address).ok().filter(|_| known)
}

/// What all clients have in common: the roots of the web, no redirects, no variables, no cookies, nothing unpacked.
fn builder(options: &Options) -> Result<ClientBuilder, OnlineError> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| OnlineError::NoClient)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("keyscan/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .no_proxy()
        .http1_only()
        .http1_max_headers(MOST_HEADERS)
        .connect_timeout(options.bounds.connect))
}

/// The addresses of a host, as the system has them; none where it has none.
pub(super) async fn look_up(host: &str, port: u16) -> Vec<IpAddr> {
    let found = tokio::net::lookup_host((host, port)).await;
    found.map(|addresses| addresses.map(|address| address.ip()).collect()).unwrap_or_default()
}

/// At most so many bytes of a body, and whether there are more.
async fn body(mut response: Response, most: usize) -> Result<(Vec<u8>, bool), OnlineReason> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| reason(&error))? {
        let room = most - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() > room {
            return Ok((body, true));
        }
    }
    Ok((body, false))
}

/// How long a server asks to wait.
fn wait(answer: &Answer) -> Duration {
    let seconds = answer.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    seconds.map_or(SHORT_WAIT, Duration::from_secs)
}

/// Why there is no answer, in a word of ours.
fn reason(error: &reqwest::Error) -> OnlineReason {
    if error.is_timeout() {
        return OnlineReason::Timeout;
    }
    if error.is_dns() {
        return OnlineReason::Dns;
    }
    let mut next = error.source();
    while let Some(cause) = next {
        next = cause.source();
        let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if cause.is::<rustls::Error>() || inner.is_some_and(|inner| inner.is::<rustls::Error>()) {
            return OnlineReason::Tls;
        }
    }
    // Nothing was sent where there is no connection. A proxy that refuses to make one has answered, though.
    match error.is_connect() && failed_to_connect(error) {
        true => OnlineReason::Connect,
        false => OnlineReason::NotTheApi,
    }
}

/// Whether the system could not make a connection.
fn failed_to_connect(error: &reqwest::Error) -> bool {
    let mut next = error.source();
    while let Some(cause) = next {
        if cause.is::<io::Error>() {
            return true;
        }
        next = cause.source();
    }
    false
}
