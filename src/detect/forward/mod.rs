//! Servers: places where this repository passes LLM traffic on.
//!
//! Anchored on the *upstream*, the host of an LLM API that the catalogue knows, and read outwards: which directive
//! (`directives`) or which code (`scripts`) sends incoming requests there, and what stands in the same block (`block`):
//! a key that is added, a check of the caller. Software that does nothing else is known by its container images
//! (`images`).

mod block;
mod directives;
mod images;
mod scripts;

use std::collections::HashSet;

use crate::model::{Confidence, EndpointKind, SignalId};
use crate::rules::Rules;
use crate::rules::schema::{CatalogueKind, Endpoint};

use super::assignment::name_before;
use super::bytes::{line_start, run_after, run_before};
use super::redact::redact_text;
use super::text::Text;
use super::url::Url;

pub(super) use images::led_image;

/// How many upstreams of a blob are looked at: a table of hosts is longer, a server's config is not.
const MOST_UPSTREAMS: usize = 200;

/// The longest label of a host, and the longest host.
const LONGEST_LABEL: usize = 64;
const LONGEST_HOST: usize = 253;

/// A server before its place is settled.
pub(super) struct Server<'r> {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Lower-case host, or image.
    pub(super) upstream: String,
    pub(super) url: String,
    pub(super) kind: EndpointKind,
    pub(super) service: Option<&'r str>,
    pub(super) confidence: Confidence,
    /// The directive, call or field.
    pub(super) form: &'static str,
    pub(super) signals: Vec<(SignalId, &'static str)>,
    pub(super) guarded: bool,
}

/// The address of an LLM API in a blob.
struct Upstream<'r> {
    start: usize,
    end: usize,
    host: String,
    url: String,
    entry: &'r Endpoint,
}

/// What sends traffic to an upstream.
struct Form {
    /// As reports name it.
    name: &'static str,
    /// Where the directive stands whose block says more; the upstream itself, or where its name is used.
    at: usize,
    /// Whether code does it, whose checks may stand anywhere in the file.
    script: bool,
}

/// How the hosts of LLM APIs end: for each first letter the lengths of their last labels. Most dots of code are none
/// of a host, and this says so without reading the words around them.
pub(super) struct LastLabels([u64; 32]);

impl LastLabels {
    pub(super) fn new(rules: &Rules) -> Self {
        let mut lengths = [0; 32];
        for host in rules.endpoints().filter(|entry| answers_for_others(entry)).flat_map(|entry| entry.hosts.iter()) {
            match host.rsplit('.').next().map(str::as_bytes) {
                Some(label) if label.contains(&b'*') => return Self([u64::MAX; 32]),
                Some(label @ [first, ..]) => lengths[usize::from(first & 31)] |= 1 << label.len().min(63),
                _ => {}
            }
        }
        Self(lengths)
    }

    fn may_be(&self, label: &[u8]) -> bool {
        label.first().is_some_and(|first| self.0[usize::from(first & 31)] >> label.len().min(63) & 1 == 1)
    }
}

/// A blob in which servers are looked for.
pub(super) struct Search<'a, 'r> {
    pub(super) rules: &'r Rules,
    pub(super) last_labels: &'a LastLabels,
    pub(super) bytes: &'a [u8],
    pub(super) text: &'a Text<'a>,
    pub(super) path: &'a str,
}

impl<'r> Search<'_, 'r> {
    /// Every server of the blob, in the order of the bytes, one for each place. `images` are the places of what stands in
    /// front of images.
    pub(super) fn servers(&self, urls: &[Url], images: &[usize]) -> Vec<Server<'r>> {
        let kind = self.text.kind;
        if kind.log || kind.sql || kind.binary {
            return Vec::new();
        }
        let mut servers = self.images(images);
        let script = scripts::Facts::new(self.bytes);
        for upstream in self.upstreams(urls) {
            let at = upstream.start;
            if self.text.in_comment(at) || self.text.in_prose(at) {
                continue;
            }
            let name = name_before(self.bytes, at);
            let form =
                self.directive(&upstream, name.as_deref()).or_else(|| self.script(&upstream, name.as_deref(), &script));
            if let Some(form) = form.filter(|form| !self.text.in_comment(form.at)) {
                servers.push(self.server(upstream, &form));
            }
        }
        servers.sort_by_key(|server| (server.start, server.end));
        servers.dedup_by_key(|server| server.start);
        servers
    }

    fn server(&self, upstream: Upstream<'r>, form: &Form) -> Server<'r> {
        let facts = self.block(form);
        let mut signals = vec![match facts.injects {
            true => (SignalId::KeyInjecting, "a key is added in the same block"),
            false => (SignalId::PassThrough, "requests go on as they come"),
        }];
        if facts.pools {
            signals.push((SignalId::Pooling, "one of several keys is picked"));
        }
        Server {
            start: upstream.start,
            end: upstream.end,
            upstream: redact_text(&upstream.host),
            url: redact_text(&upstream.url),
            kind: kind_of(upstream.entry.kind),
            service: Some(&upstream.entry.name),
            confidence: if form.script { Confidence::Medium } else { Confidence::High },
            form: form.name,
            signals,
            guarded: facts.guarded,
        }
    }

    /// The addresses of LLM APIs, with and without a scheme.
    fn upstreams(&self, urls: &[Url]) -> Vec<Upstream<'r>> {
        let of_url = |url: &Url| {
            let entry = self.api(&url.host)?;
            let url_text = format!("{}://{}{}", url.scheme, url.host, url.path);
            Some(Upstream { start: url.start, end: url.end, host: url.host.clone(), url: url_text, entry })
        };
        let mut found: Vec<Upstream<'r>> = urls.iter().filter_map(of_url).take(MOST_UPSTREAMS).collect();
        let read: HashSet<usize> = found.iter().map(|upstream| upstream.start).collect();
        for dot in memchr::memchr_iter(b'.', self.bytes) {
            let in_label = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            let end = dot + 1 + run_after(self.bytes, dot + 1, LONGEST_LABEL, in_label);
            if !self.last_labels.may_be(&self.bytes[dot + 1..end]) || found.len() >= 2 * MOST_UPSTREAMS {
                continue;
            }
            let behind = end + run_after(self.bytes, end, LONGEST_LABEL, |byte| byte == b'.');
            if self.bytes.get(behind).copied().is_some_and(in_label) {
                continue;
            }
            let start = dot - run_before(self.bytes, dot, LONGEST_HOST, |byte| in_label(byte) || byte == b'.');
            // What stands behind a slash is a URL's host, which has been read unless it is the beginning of a template, or
            // a part of its path.
            let lead = &self.bytes[..start];
            let scheme = if lead.ends_with(b"https://") { 8 } else { 0 };
            if scheme == 0 && lead.last().is_some_and(|byte| matches!(byte, b'/' | b'@' | b'_' | b'$')) {
                continue;
            }
            let start = start - scheme;
            if read.contains(&start) {
                continue;
            }
            let host = String::from_utf8_lossy(&self.bytes[start + scheme..end]).to_ascii_lowercase();
            if let Some(entry) = self.api(&host) {
                let url = format!("https://{host}");
                found.push(Upstream { start, end: start + scheme + host.len(), host, url, entry });
            }
        }
        found.sort_by_key(|upstream| (upstream.start, upstream.end));
        found
    }

    /// The catalogue entry of a host that answers model calls for others.
    fn api(&self, host: &str) -> Option<&'r Endpoint> {
        let entry = self.rules.host(host.as_bytes())?.entry;
        answers_for_others(entry).then_some(entry)
    }

    /// The text of the line in front of `at`.
    fn line_before(&self, at: usize) -> &str {
        let start = line_start(self.bytes, at).max(at.saturating_sub(400));
        lossless(&self.bytes[start..at])
    }

    /// Up to `length` bytes behind `at`.
    fn behind(&self, at: usize, length: usize) -> &str {
        lossless(&self.bytes[at.min(self.bytes.len())..self.bytes.len().min(at + length)])
    }

    /// Up to `length` bytes in front of `at`.
    fn before(&self, at: usize, length: usize) -> &str {
        lossless(&self.bytes[at.saturating_sub(length)..at])
    }

    /// Both, in lower case.
    fn around(&self, at: usize, before: usize, behind: usize) -> String {
        let range = at.saturating_sub(before)..self.bytes.len().min(at + behind);
        String::from_utf8_lossy(&self.bytes[range]).to_ascii_lowercase()
    }
}

/// The longest stretch of text that ends, or begins, where the bytes do: a window may cut a character in two.
fn lossless(bytes: &[u8]) -> &str {
    let skipped = bytes.iter().take(3).take_while(|&&byte| byte & 0xc0 == 0x80).count();
    let bytes = &bytes[skipped..];
    match str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    }
}

/// Whether an endpoint is that of a service, not of software or a platform.
const fn answers_for_others(entry: &Endpoint) -> bool {
    !matches!(entry.kind, CatalogueKind::PlatformProxy | CatalogueKind::SelfHosted)
}

const fn kind_of(kind: CatalogueKind) -> EndpointKind {
    match kind {
        CatalogueKind::Official => EndpointKind::Official,
        CatalogueKind::Provider => EndpointKind::Provider,
        CatalogueKind::Aggregator => EndpointKind::Aggregator,
        CatalogueKind::Gateway => EndpointKind::Gateway,
        CatalogueKind::Relay => EndpointKind::Relay,
        CatalogueKind::PlatformProxy => EndpointKind::Proxy,
        CatalogueKind::SelfHosted => EndpointKind::SelfHosted,
    }
}
