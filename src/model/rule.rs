//! The rules of keyscan, and the signals that stand beside a finding.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $word)] $variant,)* }

        impl $name {
            /// Every value, in the order of the table it comes from.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word used in rule files, on the command line and in reports.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The value that a word stands for.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == word)
            }
        }
    };
}

words! {
    /// What a finding says. Ids are stable; the order breaks ties between rules of equal severity.
    RuleId {
        /// An issuer's key is bound to an endpoint that is not the issuer's.
        KeyToThirdParty = "key-to-third-party",
        /// A key is out of its place: history, client code, URL, log.
        LeakedKey = "leaked-key",
        /// Online only: a live key that the own account does not hold.
        ForeignKey = "foreign-key",
        /// A key issued by a relay, a pool or relay software.
        RelayKey = "relay-key",
        /// The same key in several places that should not share one.
        SharedKey = "shared-key",
        /// A key in a file that is, or is about to be, committed.
        ExposedKey = "exposed-key",
        /// A key in a git-ignored file, an approved store or a config outside git.
        StoredKey = "stored-key",
        /// Several keys of one issuer in one setting.
        KeyPool = "key-pool",
        /// The policy forbids this endpoint here.
        DisallowedEndpoint = "disallowed-endpoint",
        /// Public IP literal, user info, plain http or a look-alike of an official host.
        InsecureEndpoint = "insecure-endpoint",
        /// A known relay.
        RelayEndpoint = "relay-endpoint",
        /// A deployment on a public platform.
        ProxyEndpoint = "proxy-endpoint",
        /// An LLM setting names a host that is in no catalogue.
        UnknownEndpoint = "unknown-endpoint",
        /// A third party forwards, and sees, the requests.
        GatewayEndpoint = "gateway-endpoint",
        /// This repository passes LLM traffic on.
        RelayServer = "relay-server",
        /// Online only: no limit or alert on a project of the own account.
        NoSpendLimit = "no-spend-limit",
    }
}

words! {
    /// The id of one observed fact. A rule that holds beside the finding's own is a signal of the same word.
    SignalId {
        /// See [`RuleId::KeyToThirdParty`].
        KeyToThirdParty = "key-to-third-party",
        /// See [`RuleId::LeakedKey`].
        LeakedKey = "leaked-key",
        /// See [`RuleId::ForeignKey`].
        ForeignKey = "foreign-key",
        /// See [`RuleId::RelayKey`].
        RelayKey = "relay-key",
        /// See [`RuleId::SharedKey`].
        SharedKey = "shared-key",
        /// See [`RuleId::ExposedKey`].
        ExposedKey = "exposed-key",
        /// See [`RuleId::StoredKey`].
        StoredKey = "stored-key",
        /// See [`RuleId::KeyPool`].
        KeyPool = "key-pool",
        /// See [`RuleId::DisallowedEndpoint`].
        DisallowedEndpoint = "disallowed-endpoint",
        /// See [`RuleId::InsecureEndpoint`].
        InsecureEndpoint = "insecure-endpoint",
        /// See [`RuleId::RelayEndpoint`].
        RelayEndpoint = "relay-endpoint",
        /// See [`RuleId::ProxyEndpoint`].
        ProxyEndpoint = "proxy-endpoint",
        /// See [`RuleId::UnknownEndpoint`].
        UnknownEndpoint = "unknown-endpoint",
        /// See [`RuleId::GatewayEndpoint`].
        GatewayEndpoint = "gateway-endpoint",
        /// See [`RuleId::RelayServer`].
        RelayServer = "relay-server",
        /// See [`RuleId::NoSpendLimit`].
        NoSpendLimit = "no-spend-limit",
        /// No endpoint is set near the key: its issuer's default is assumed.
        DefaultEndpoint = "default-endpoint",
        /// One or more endpoints could receive the key, none for certain; the detail names their hosts.
        PossibleEndpoint = "possible-endpoint",
        /// The key of a relay software goes to a gateway that the team runs itself.
        OwnGateway = "own-gateway",
        /// The issuer is not proven; the detail names who hands out keys of this shape.
        PossibleIssuer = "possible-issuer",
        /// Who issued the key was read from the endpoint that receives it.
        IssuerFromEndpoint = "issuer-from-endpoint",
        /// Who issued the key was read from the name of its setting.
        IssuerFromSetting = "issuer-from-setting",
        /// The value stands in a public test suite.
        PublishedExample = "published-example",
        /// The two halves around the marker differ: cut, glued or edited.
        Damaged = "damaged",
        /// The key manages an organisation, not only model calls.
        AdminKey = "admin-key",
        /// The endpoint's host is known to be switched off.
        DeadEndpoint = "dead-endpoint",
        /// The host was matched by its registrable domain, not by its own entry.
        SubdomainOfRelay = "subdomain-of-relay",
        /// A public address is written as an IP number.
        IpLiteral = "ip-literal",
        /// The URL carries a user name or password.
        UserInfo = "user-info",
        /// The host imitates an official one.
        LookAlike = "look-alike",
        /// Requests travel unencrypted to a public host.
        PlainHttp = "plain-http",
        /// A server passes requests on as they come, with the caller's own key.
        PassThrough = "pass-through",
        /// A server adds a key of its own to the requests it passes on.
        KeyInjecting = "key-injecting",
        /// A server shares several keys or accounts among its callers.
        Pooling = "pooling",
        /// A server turns web sessions or subscriptions into an API.
        AccountBridge = "account-bridge",
        /// The key is in the history of the repository, and no file that git tracks holds it any more.
        GoneFromTree = "gone-from-tree",
        /// The key is in the message of a commit.
        CommitMessage = "commit-message",
        /// The key is in the message of a tag.
        TagMessage = "tag-message",
        /// The key is in a note on a commit.
        GitNote = "git-note",
        /// The key is in git's own settings: the address of a remote, a header.
        GitConfig = "git-config",
        /// The key is in a log of where git's references pointed to.
        Reflog = "reflog",
        /// No branch, tag or other reference leads there; git keeps the object all the same.
        Unreachable = "unreachable",
        /// Browsers and apps receive the file or the value.
        ClientSide = "client-side",
        /// The key is in a log.
        InLog = "in-log",
        /// The key is part of a URL.
        InUrl = "in-url",
        /// The key is in what a notebook's code printed.
        NotebookOutput = "notebook-output",
        /// The key is in the record of a conversation with an assistant or an editor.
        Transcript = "transcript",
        /// The key is in the history of a shell.
        ShellHistory = "shell-history",
        /// Everybody on the machine can read the file.
        WorldReadable = "world-readable",
        /// A comment that was to let a place pass has no effect; the detail says where, and why.
        IneffectiveAllow = "ineffective-allow",
        /// Elsewhere the key stands with its middle masked.
        MaskedForm = "masked-form",
        /// The same key is held by several repositories.
        SharedByRepositories = "shared-by-repositories",
        /// The same key is held by several services.
        SharedByServices = "shared-by-services",
        /// The same key is held by several environments.
        SharedByEnvironments = "shared-by-environments",
        /// The same key is held by several people.
        SharedByPeople = "shared-by-people",
        /// The policy lists the key as one of the team's own.
        OwnKey = "own-key",
        /// The policy lists the team's own keys, and not this one.
        NotListedKey = "not-listed-key",
        /// A setting beside the key names an organization or project of the team.
        OwnOrganization = "own-organization",
        /// A setting beside the key names an organization or project that is not the team's.
        OtherOrganization = "other-organization",
        /// Online only: the issuer accepts the key.
        Live = "live",
        /// Online only: the issuer knows the key, and some requests or addresses are closed to it.
        LiveRestricted = "live-restricted",
        /// Online only: the issuer knows the key, and its account has nothing to spend.
        LiveNoFunds = "live-no-funds",
        /// Online only: the issuer does not accept the key any more.
        Dead = "dead",
        /// Online only: the issuer does not serve the place that was asked from.
        BlockedHere = "blocked-here",
        /// Online only: nobody could tell whether the key works.
        NotVerified = "not-verified",
        /// Online only: the own account holds the key.
        InOwnAccount = "in-own-account",
        /// Online only: the own account holds a key that may be this one.
        PossiblyInOwnAccount = "possibly-in-own-account",
        /// Online only: what was listed of the own account does not hold the key.
        NotInAccount = "not-in-account",
        /// Online only: the key is the own account's, and nobody with access to its project owns it any more.
        Orphaned = "orphaned",
        /// Online only: the endpoint says which software it runs.
        RunsSoftware = "runs-software",
        /// Online only: the endpoint was asked, or would have been, and nothing is known of what stands behind it.
        SoftwareUnknown = "software-unknown",
    }
}

impl RuleId {
    /// Whether it says who receives a key: what somebody let pass of the key itself says nothing of that.
    #[must_use]
    pub const fn is_about_receiver(self) -> bool {
        matches!(self, Self::KeyToThirdParty | Self::RelayKey)
    }
}

impl From<RuleId> for SignalId {
    fn from(rule: RuleId) -> Self {
        Self::from_word(rule.as_str()).expect("every rule id is a signal id, as a test asserts")
    }
}

/// One observed fact beside a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signal {
    /// Which fact.
    pub id: SignalId,
    /// What was seen, for people; holds no key.
    pub detail: String,
}

impl Signal {
    /// A signal with its detail.
    #[must_use]
    pub fn new(id: SignalId, detail: impl Into<String>) -> Self {
        Self { id, detail: detail.into() }
    }
}
