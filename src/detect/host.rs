//! What stands behind a host name, as far as its name and the catalogue tell.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::model::{Confidence, EndpointKind, SignalId};
use crate::rules::schema::{CatalogueKind, Certainty, Endpoint};
use crate::rules::{HostMatch, Rules};

/// What is known of a host.
pub(super) struct HostFacts<'r> {
    /// What stands behind it.
    pub(super) kind: EndpointKind,
    /// Its entry in the catalogue.
    pub(super) entry: Option<&'r Endpoint>,
    /// How sure the kind is.
    pub(super) confidence: Confidence,
    /// Facts about the way it is written.
    pub(super) signals: Vec<SignalId>,
}

/// Suffixes and names that no public resolver answers for.
const PRIVATE_SUFFIXES: [&str; 15] = [
    ".local",
    ".internal",
    ".lan",
    ".svc",
    ".cluster.local",
    ".localhost",
    ".home.arpa",
    ".intranet",
    ".corp",
    ".home",
    ".private",
    ".localdomain",
    ".docker",
    ".consul",
    ".ts.net",
];

/// Names that are reserved for documentation (RFC 2606 and 6761), and words that say "put yours here".
const EXAMPLE_SUFFIXES: [&str; 3] = [".example", ".test", ".invalid"];
/// Second-level names that documentation uses for "the one you have".
const EXAMPLE_DOMAINS: [&str; 31] = [
    "example",
    "domain",
    "yourdomain",
    "mydomain",
    "company",
    "yourcompany",
    "mycompany",
    "contoso",
    "fabrikam",
    "placeholder",
    "foo",
    "bar",
    "foobar",
    "baz",
    "test",
    "acme",
    "hostname",
    "host",
    "yourhost",
    "myhost",
    "somehost",
    "yourserver",
    "myserver",
    "api-proxy",
    "openai-proxy",
    "myproxy",
    "your",
    "domainname",
    "site",
    "website",
    "xxx",
];

/// Whether a host stands for "the one you have": reserved names and template words. Only what no company would rent.
pub(super) fn is_placeholder(host: &str) -> bool {
    let reserved = EXAMPLE_SUFFIXES.iter().any(|suffix| host.ends_with(suffix));
    let domain = host.split('.').rev().nth(1).is_some_and(|label| EXAMPLE_DOMAINS.contains(&label));
    let yours = host.split('.').any(|label| {
        // "Your" in the languages in which people write manuals.
        const YOUR: [&str; 9] = ["your", "tu", "su", "votre", "ton", "ihr", "dein", "sua", "seu"];
        let rest = YOUR
            .iter()
            .find_map(|your| label.strip_prefix(your).filter(|rest| rest.starts_with(['-', '_'])))
            .unwrap_or("-");
        matches!(label, "your" | "url")
            || rest.starts_with(['-', '_']) && rest.len() > 1
            || matches!(label, "my-resource" | "my-endpoint" | "my-domain" | "my-host")
    });
    let documentation = host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_documentation() || ip.octets() == [1, 2, 3, 4]);
    reserved || domain || yours || documentation || host.contains("xxx")
}

/// Whether a host that no catalogue knows stands for "the one you have". Anybody can put such words in front of a domain of
/// their own, so only the domain itself tells.
pub(super) fn is_placeholder_domain(host: &str) -> bool {
    /// Names under which countries hand out domains.
    const SECOND: [&str; 10] = ["ac", "co", "com", "edu", "gov", "net", "or", "org", "ne", "go"];
    if host.parse::<Ipv4Addr>().is_ok() {
        return is_placeholder(host);
    }
    let labels: Vec<&str> = host.split('.').collect();
    let by_country =
        labels.len() > 2 && labels[labels.len() - 1].len() == 2 && SECOND.contains(&labels[labels.len() - 2]);
    let own = labels.len().saturating_sub(if by_country { 3 } else { 2 });
    is_placeholder(&labels[own..].join("."))
}

/// Domains that vendors keep for themselves: every host under one is that vendor's own, with or without an entry.
pub(super) struct VendorDomains<'r>(HashMap<&'r str, &'r Endpoint>);

impl<'r> VendorDomains<'r> {
    pub(super) fn new(rules: &'r Rules) -> Self {
        /// Domains under which clouds give names to their customers.
        const RENTED: [&str; 13] = [
            "aliyuncs.com",
            "amazonaws.com",
            "azure.com",
            "googleapis.com",
            "baidubce.com",
            "tencent.com",
            "tencentcloudapi.com",
            "ovh.net",
            "azuredatabricks.net",
            "api.aws",
            "ctyun.cn",
            "do-ai.run",
            "gitee.com",
        ];
        let owned = rules.endpoints().filter(|entry| {
            matches!(entry.kind, CatalogueKind::Official | CatalogueKind::Provider)
                && entry.confidence == Certainty::High
        });
        let domains = owned.flat_map(|entry| entry.hosts.iter().map(move |host| (domain(host), entry)));
        Self(domains.filter(|(domain, _)| !RENTED.contains(domain)).collect())
    }

    fn owner(&self, host: &str) -> Option<&'r Endpoint> {
        self.0.get(domain(host)).copied()
    }
}

/// The last two labels of a host.
fn domain(host: &str) -> &str {
    let mut dots = host.rmatch_indices('.');
    dots.next();
    dots.next().map_or(host, |(at, _)| &host[at + 1..])
}

/// Looks a host up: lower case, without port and trailing dot; `path` begins with `/` or is empty.
pub(super) fn classify<'r>(rules: &'r Rules, vendors: &VendorDomains<'r>, host: &str, path: &str) -> HostFacts<'r> {
    let plain = |kind, signals| HostFacts { kind, entry: None, confidence: Confidence::High, signals };
    if let Some(ip) = ip_literal(host) {
        return if is_private(ip) {
            plain(EndpointKind::SelfHosted, vec![])
        } else {
            plain(EndpointKind::Unknown, vec![SignalId::IpLiteral])
        };
    }
    if !host.contains('.') || PRIVATE_SUFFIXES.iter().any(|suffix| host.ends_with(suffix)) {
        return plain(EndpointKind::SelfHosted, vec![]);
    }
    if let Some(hit) = rules.host(host.as_bytes()) {
        return of_entry(hit.entry, hit.how, path);
    }
    if let Some(relay) = rules.relay_domain(host.as_bytes()) {
        return HostFacts {
            kind: EndpointKind::Relay,
            entry: Some(relay),
            confidence: Confidence::Medium,
            signals: vec![SignalId::SubdomainOfRelay],
        };
    }
    if let Some(vendor) = vendors.owner(host) {
        let facts = of_entry(vendor, HostMatch::Exact, path);
        return HostFacts { confidence: Confidence::Medium, ..facts };
    }
    let signals = if is_look_alike(host) { vec![SignalId::LookAlike] } else { vec![] };
    // What a name in another script becomes depends on who reads it.
    let confidence = if host.is_ascii() { Confidence::High } else { Confidence::Medium };
    HostFacts { confidence, ..plain(EndpointKind::Unknown, signals) }
}

fn of_entry<'r>(entry: &'r Endpoint, how: HostMatch, path: &str) -> HostFacts<'r> {
    // A suffix that anyone can rent a name under says something about the vendor's API only below the API's own path.
    let needs_path =
        entry.confidence == Certainty::Low && how == HostMatch::Suffix && entry.kind == CatalogueKind::Official;
    let kind = match entry.kind {
        CatalogueKind::Official if needs_path && !path.starts_with("/openai") => EndpointKind::Unknown,
        CatalogueKind::Official => EndpointKind::Official,
        CatalogueKind::Provider => EndpointKind::Provider,
        CatalogueKind::Aggregator => EndpointKind::Aggregator,
        CatalogueKind::Gateway => EndpointKind::Gateway,
        CatalogueKind::Relay => EndpointKind::Relay,
        CatalogueKind::PlatformProxy => EndpointKind::Proxy,
        CatalogueKind::SelfHosted => EndpointKind::SelfHosted,
    };
    let signals = if entry.dead { vec![SignalId::DeadEndpoint] } else { vec![] };
    HostFacts { kind, entry: Some(entry), confidence: certainty(entry.confidence), signals }
}

/// The model's word for a rule's confidence.
pub(super) const fn certainty(certainty: Certainty) -> Confidence {
    match certainty {
        Certainty::Low => Confidence::Low,
        Certainty::Medium => Confidence::Medium,
        Certainty::High => Confidence::High,
    }
}

fn ip_literal(host: &str) -> Option<IpAddr> {
    host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host).parse().ok()
}

fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let shared = ip.octets()[0] == 100 && ip.octets()[1] & 0xc0 == 64;
            ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified() || shared
        }
        IpAddr::V6(ip) => {
            ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
                || ip.to_ipv4_mapped().is_some_and(|ip| is_private(IpAddr::V4(ip)))
                || ip == Ipv6Addr::LOCALHOST
        }
    }
}

/// Official domains that others imitate.
const IMITATED: [&str; 3] = ["openai.com", "openai.azure.com", "anthropic.com"];

/// Whether user info, in lower case, names an official host: what stands behind it is made to be overlooked.
pub(super) fn names_official(user: &str) -> bool {
    let labels =
        |official: &&str| user.strip_suffix(*official).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    IMITATED.iter().any(labels)
}

/// Whether a host is made to be taken for an official one: the official name inside it, or spelt with look-alike
/// characters. A name that merely mentions a vendor (`openai-proxy.net`) is not.
fn is_look_alike(host: &str) -> bool {
    let hyphened = ["openai-com", "anthropic-com", "openai-azure-com"].iter().any(|name| host.contains(name));
    let inside = hyphened
        || IMITATED.iter().any(|official| {
            host.find(official)
                .is_some_and(|at| at + official.len() < host.len() || !host[..at].ends_with('.') && at > 0)
        });
    let straightened: String = host
        .replace("rn", "m")
        .chars()
        .map(|c| match c {
            '0' => 'o',
            '1' | 'l' | 'і' | 'ı' | 'ι' => 'i',
            'о' | 'ο' => 'o',
            'а' | 'ɑ' | 'α' => 'a',
            'е' => 'e',
            'р' | 'ρ' => 'p',
            'с' => 'c',
            c => c,
        })
        .collect();
    let misspelt = |label: &str| label == "openai" || label == "anthropic";
    let spelt_alike =
        straightened.split('.').zip(host.split('.')).any(|(straight, label)| misspelt(straight) && !misspelt(label))
            && (host.ends_with(".com") || host.ends_with(".co"));
    inside || spelt_alike
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_are_told_from_names_that_mention_a_vendor() {
        for host in [
            "api.openai.com.evil.example",
            "api-openai.com",
            "api.openai.com-proxy.net",
            "api.0penai.com",
            "api.openal.com",
            "api.opena1.com",
            "api.openai-com.top",
        ] {
            assert!(is_look_alike(host), "{host}");
        }
        for host in [
            "openai-proxy.net",
            "myopenai.org",
            "openai.example.net",
            "api.openai.com",
            "help.openai.com",
            "openai.com",
        ] {
            assert!(!is_look_alike(host), "{host}");
        }
    }

    #[test]
    fn placeholders_are_told_from_hosts() {
        for host in
            ["your-proxy.com", "api.example.com", "relay.example", "api-proxy.com", "xxx.workers.dev", "203.0.113.9"]
        {
            assert!(is_placeholder(host), "{host}");
        }
        for host in [
            "yourapi.cn",
            "myapi.top",
            "api.hostinger.com",
            "8.8.4.4",
            "barista.ai",
            "latest.dev",
            "my-gpt.vercel.app",
            "company-llm.net",
            "llm.acme-intern.net",
        ] {
            assert!(!is_placeholder(host), "{host}");
        }
    }

    #[test]
    fn words_in_front_of_a_domain_make_no_placeholder() {
        for host in ["your-proxy.com", "api.your-company.co.uk", "relay.example", "xxx.com", "203.0.113.9", "your-host"]
        {
            assert!(is_placeholder_domain(host), "{host}");
        }
        for host in ["your-gateway.evilcorp.io", "url.evilcorp.co.uk", "xxx.evilcorp.io", "my-host.evilcorp.io"] {
            assert!(!is_placeholder_domain(host), "{host}");
        }
    }

    #[test]
    fn private_addresses_are_self_hosted() {
        for ip in
            ["127.0.0.1", "10.1.2.3", "192.168.0.4", "100.100.1.1", "169.254.1.1", "0.0.0.0", "[::1]", "[fd00::1]"]
        {
            assert!(ip_literal(ip).is_some_and(is_private), "{ip}");
        }
        for ip in ["8.8.8.8", "100.128.0.1", "[2606:4700::1]"] {
            assert!(ip_literal(ip).is_some_and(|ip| !is_private(ip)), "{ip}");
        }
    }
}
