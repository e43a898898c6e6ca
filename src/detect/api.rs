//! Hosts, paths and names by which the address of an API is told from that of a page.

use crate::rules::schema::Endpoint;

use super::host::HostFacts;
use super::url;

/// Paths on which model calls go, whoever answers them.
pub(super) const CALLS: [&str; 4] =
    ["/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/images/generations"];

/// Other paths of LLM APIs; services that have nothing to do with models may have them, too.
const OTHERS: [&str; 7] = [
    "/v1/messages",
    "/v1/responses",
    "/v1/realtime",
    "/v1/audio/",
    "/openai/",
    "/v1/moderations",
    "/backend-api/conversation",
];

/// Whether a path is one on which model calls go.
pub(super) fn has_call_path(path: &str) -> bool {
    let path = path.trim_end_matches('/').to_ascii_lowercase();
    // At its end: `/v1/chat/completions.md` is a page about it.
    CALLS.iter().any(|known| path.ends_with(known))
}

/// Whether a path is one of an LLM API.
pub(super) fn has_llm_path(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    CALLS.iter().chain(&OTHERS).any(|known| path.contains(known)) || path.ends_with("/openai")
}

/// Whether the path is the root of an API: `/v1`, `/api/v1`, `/openai/v1/`.
pub(super) fn is_api_root(path: &str) -> bool {
    let path = path.trim_end_matches('/').to_ascii_lowercase();
    path.rsplit('/').next().is_some_and(|last| {
        last.strip_prefix('v').is_some_and(|rest| rest.bytes().next().is_some_and(|digit| digit.is_ascii_digit()))
    })
}

pub(super) fn has_api_path(path: &str) -> bool {
    is_api_root(path) || has_llm_path(path)
}

/// Whether host or path are those of an API and not of a page.
pub(super) fn looks_like_api(host: &str, path: &str) -> bool {
    let api_host = host.split('.').any(|label| {
        matches!(label, "api" | "oai" | "openai" | "gateway" | "proxy" | "llm")
            || label.starts_with("api-")
            || label.ends_with("-api")
    });
    has_api_path(path) || (api_host && matches!(path, "" | "/"))
}

pub(super) fn is_api_of(entry: Option<&Endpoint>, path: &str) -> bool {
    entry.and_then(|entry| entry.path.as_deref()).is_some_and(|api| api.len() > 1 && path.starts_with(api))
}

/// Sub-domains on which a service talks to people: its shop, its manual. Not where the catalogue knows one as the API's.
pub(super) fn is_side_door(host: &str, facts: &HostFacts<'_>) -> bool {
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
                    | "platform"
            )
        )
}

/// Names of settings and directives that send traffic on to an address, or stand for the other end of a connection.
pub(super) fn forwards(name: Option<&str>) -> bool {
    const NAMES: [&str; 12] = [
        "target",
        "backend",
        "proxy",
        "host",
        "hostname",
        "server",
        "address",
        "sni",
        "hosts",
        "apihost",
        "httpsconnection",
        "https",
    ];
    passes_on(name) || NAMES.contains(&last_part(name).as_str())
}

/// Names of directives that do nothing but send traffic on.
pub(super) fn passes_on(name: Option<&str>) -> bool {
    let name = last_part(name);
    matches!(name.as_str(), "proxypass" | "reverseproxy" | "destination" | "upstream" | "externalname")
}

/// The last part of a dotted name, normalised: `http.client.HTTPSConnection`.
fn last_part(name: Option<&str>) -> String {
    let last = name.and_then(|name| name.rsplit(['.', ':', '>']).find(|part| !part.is_empty()));
    last.map(crate::rules::normalise).unwrap_or_default()
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
pub(super) fn is_host_name(host: &str) -> bool {
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
