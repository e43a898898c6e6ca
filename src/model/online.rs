//! What was learnt by asking: whether a key works, whether the own account holds it, and what stands behind an endpoint.
//!
//! Plain data without times of its own, so that equal answers give equal reports.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Fingerprint, ProbeCounts, ProbeFacts};

/// What its issuer says of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyVerdict {
    /// It works.
    Live,
    /// It is known, and some requests or addresses are closed to it.
    LiveRestricted,
    /// It is known, and its account has nothing to spend.
    LiveNoFunds,
    /// It works no more.
    Dead,
    /// The issuer does not serve the place that was asked from.
    BlockedHere,
    /// Nobody could tell.
    Unknown,
}

impl KeyVerdict {
    /// The word used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::LiveRestricted => "live-restricted",
            Self::LiveNoFunds => "live-no-funds",
            Self::Dead => "dead",
            Self::BlockedHere => "blocked-here",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the issuer knows the key as one that is in force.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Live | Self::LiveRestricted | Self::LiveNoFunds)
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $text:literal;)*) => {
        /// What a verdict was read from, or why there is none.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum OnlineReason { $($(#[$doc])* $variant,)* }

        impl OnlineReason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word used in rule files and in reports.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The same for people.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The reason that a word stands for.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|reason| reason.as_str() == word)
            }
        }
    };
}

reasons! {
    /// The request went through.
    Accepted = "accepted", "the issuer accepts it";
    /// Too many requests, which only a known key can make.
    RateLimited = "rate-limited", "the issuer knows it and limits its rate";
    /// Its owner left out some permissions.
    MissingScopes = "missing-scopes", "it lacks the permission for the request that was made";
    /// Its owner listed addresses, and not this one.
    IpNotAllowed = "ip-not-allowed", "its account takes requests from other addresses only";
    /// Its owner belongs to no organization.
    NoOrganization = "no-organization", "its owner is a member of no organization";
    /// The account has spent what it had.
    NoQuota = "no-quota", "its account has no credit left";
    /// The account does not pay.
    BillingInactive = "billing-inactive", "billing of its account is not active";
    /// Wrong, deleted or revoked.
    InvalidKey = "invalid-key", "the issuer does not accept it";
    /// The account was closed.
    AccountDeactivated = "account-deactivated", "its account was closed";
    /// The issuer does not serve this country.
    Country = "country", "the issuer does not serve the place that keyscan runs in";
    /// The name of the host could not be resolved.
    Dns = "dns", "the issuer's host could not be resolved";
    /// The host could not be reached.
    Connect = "connect", "the issuer's host could not be reached";
    /// Whoever answered could not prove to be that host.
    Tls = "tls", "there was no safe connection to the issuer's host";
    /// No answer in time.
    Timeout = "timeout", "there was no answer in time";
    /// The answer led elsewhere, and was not followed.
    Redirect = "redirect", "the answer led to another address, which was not followed";
    /// The answer is none that the API gives: a portal, a proxy.
    NotTheApi = "not-the-api", "the answer is not one of the issuer's API";
    /// The issuer has a fault.
    ServerError = "server-error", "the issuer answered with a fault of its own";
    /// The issuer refuses the request.
    Refused = "refused", "the issuer refused the request";
    /// The answer is one that nobody has described.
    Unexpected = "unexpected-answer", "the answer says nothing that is known";
    /// There are more keys than a run asks for, or the run took too long.
    Limit = "limit", "there was no time left to ask";
}

/// What its issuer says of a key, with what it was read from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Verification {
    /// What it says.
    pub verdict: KeyVerdict,
    /// Why.
    pub reason: OnlineReason,
    /// The organization that the answer names, shortened.
    pub organization: Option<String>,
    /// The project that the answer names, shortened.
    pub project: Option<String>,
}

impl Verification {
    /// A verdict without names.
    #[must_use]
    pub const fn new(verdict: KeyVerdict, reason: OnlineReason) -> Self {
        Self { verdict, reason, organization: None, project: None }
    }

    /// Nobody could tell.
    #[must_use]
    pub const fn unknown(reason: OnlineReason) -> Self {
        Self::new(KeyVerdict::Unknown, reason)
    }
}

/// Whether the own account holds a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holding {
    /// Exactly one listed key has its ends.
    Ours(Box<OwnKeyFacts>),
    /// Several listed keys have its ends, or too little of them is shown.
    PossiblyOurs,
    /// No listed key has its ends.
    NotInAccount,
}

impl Holding {
    /// The word used in reports.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Ours(_) => "ours",
            Self::PossiblyOurs => "possibly-ours",
            Self::NotInAccount => "not-in-account",
        }
    }
}

/// A key as the own account lists it. Names are made harmless and short.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnKeyFacts {
    /// Name of the key.
    pub name: Option<String>,
    /// Its project; none for a key of the organization.
    pub project: Option<ProjectFacts>,
    /// Name of the person or the service account that it belongs to.
    pub owner: Option<String>,
    /// The day it was used last, `YYYY-MM-DD`, as the account has it.
    pub last_used: Option<String>,
    /// Whether its owner has no access to the project any more, or the project is archived.
    pub orphaned: bool,
}

/// A project of the own account.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProjectFacts {
    /// Its id. Reports show a part of it.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Whether everything that the own account holds was listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Listing {
    /// Everything.
    Complete,
    /// A part of it; the first reason why.
    Partial(OnlineReason),
    /// Nothing.
    Failed(OnlineReason),
}

impl Listing {
    /// The word used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial(_) => "partial",
            Self::Failed(_) => "failed",
        }
    }

    /// What is missing, and why.
    #[must_use]
    pub const fn reason(self) -> Option<OnlineReason> {
        match self {
            Self::Complete => None,
            Self::Partial(reason) | Self::Failed(reason) => Some(reason),
        }
    }
}

/// The own account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountFacts {
    /// Whether everything was listed.
    pub listing: Listing,
    /// Projects listed, archived ones included.
    pub projects: u64,
    /// Keys listed.
    pub keys: u64,
    /// Projects in use that have neither a spend limit nor an alert, and no limit of the organization above them; sorted.
    pub unlimited: Vec<ProjectFacts>,
}

/// What was learnt of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnlineKey {
    /// What its issuer says.
    pub verification: Option<Verification>,
    /// Whether the own account holds it.
    pub holding: Option<Holding>,
}

/// What was learnt by asking. Empty where nobody asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Online {
    /// Of keys.
    pub keys: BTreeMap<Fingerprint, OnlineKey>,
    /// Of the own account.
    pub account: Option<AccountFacts>,
    /// Of endpoints, by their URLs as they were found.
    pub endpoints: BTreeMap<String, ProbeFacts>,
    /// How many endpoints were asked, where that was wanted.
    pub probes: Option<ProbeCounts>,
}

/// An account's id as reports show it: `org-ab…yz`.
#[must_use]
pub fn shortened_id(id: &str) -> String {
    let body = id.find(['-', '_']).map_or(0, |mark| mark + 1);
    let (head, tail) = (body + 2, id.len().saturating_sub(2));
    match (id.get(..head), id.get(tail..)) {
        (Some(head_text), Some(tail_text)) if head < tail => format!("{head_text}…{tail_text}"),
        _ => "…".to_owned(),
    }
}
