//! Where requests go: kinds of endpoints, and the part an endpoint plays where it stands.

use serde::{Deserialize, Serialize};

/// What stands behind a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndpointKind {
    /// OpenAI's own API; Azure OpenAI for an Azure key.
    Official,
    /// Another vendor's own API.
    Provider,
    /// An open multi-vendor service under its own name.
    Aggregator,
    /// Forwards the caller's key and sees the requests.
    Gateway,
    /// Resold or pooled access, free pools, bare public reverse proxies.
    Relay,
    /// A deployment on a platform where anyone can deploy one.
    #[serde(rename = "proxy", alias = "platform-proxy")]
    Proxy,
    /// Loopback, private, cluster-internal, or a service of the same project.
    SelfHosted,
    /// In no catalogue.
    Unknown,
}

impl EndpointKind {
    /// The word used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::Provider => "provider",
            Self::Aggregator => "aggregator",
            Self::Gateway => "gateway",
            Self::Relay => "relay",
            Self::Proxy => "proxy",
            Self::SelfHosted => "self-hosted",
            Self::Unknown => "unknown",
        }
    }
}

/// What an endpoint is doing at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// In prose, a comment or a link text.
    Mentioned,
    /// One of several alternatives: a preset table, a list of allowed hosts, a relay's shop page.
    Listed,
    /// The address that a client, a command or code really uses.
    Configured,
}

impl Role {
    /// The word used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mentioned => "mentioned",
            Self::Listed => "listed",
            Self::Configured => "configured",
        }
    }
}

/// Why a key and an endpoint are taken to belong together, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// Arguments of one call, options of one command.
    SameCall,
    /// One item of a list.
    SameItem,
    /// One map or object.
    SameMap,
    /// One compose service, container or workload.
    SameService,
    /// One section or table.
    SameSection,
    /// One file.
    SameFile,
    /// One project, joined across files.
    SameProject,
    /// No endpoint is set: the issuer's default.
    Default,
}

impl Evidence {
    /// The word used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SameCall => "same-call",
            Self::SameItem => "same-item",
            Self::SameMap => "same-map",
            Self::SameService => "same-service",
            Self::SameSection => "same-section",
            Self::SameFile => "same-file",
            Self::SameProject => "same-project",
            Self::Default => "default",
        }
    }
}
