//! What stands behind an endpoint, as it says itself when it is asked without a key.

/// What a software does, seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SoftwareClass {
    /// It resells, pools, or turns accounts into an API.
    RelaySoftware,
    /// It keeps the keys of those who run it and passes requests on.
    Gateway,
    /// It runs models itself.
    InferenceServer,
}

impl SoftwareClass {
    /// The word used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RelaySoftware => "relay-software",
            Self::Gateway => "gateway",
            Self::InferenceServer => "inference-server",
        }
    }

    /// The same for people.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::RelaySoftware => "relay software",
            Self::Gateway => "gateway software",
            Self::InferenceServer => "software that runs models",
        }
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $text:literal;)*) => {
        /// What is known of what stands behind an endpoint, or why nothing is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ProbeReason { $($(#[$doc])* $variant,)* }

        impl ProbeReason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word used in reports.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The same for people.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

reasons! {
    /// Its answers are those of a known software.
    Recognised = "recognised", "its answers are those of a known software";
    /// It speaks the API, and does not say by which software.
    CompatibleApi = "compatible-api", "it answers as OpenAI's API does, and does not say by which software";
    /// It answers, and not like anything that is known.
    NotRecognised = "not-recognised", "its answers are those of no software that is known";
    /// It is not public, and such are asked only where that is wanted.
    Private = "private", "its address is not public, and such are asked with --probe-private only";
    /// Its address belongs to nobody, or hands out credentials.
    Forbidden = "forbidden", "its address is one that is never asked";
    /// It cannot be asked over the web.
    BadUrl = "bad-url", "it is no http or https address that can be asked";
    /// The name of the host could not be resolved.
    Dns = "dns", "the host could not be resolved";
    /// The host could not be reached.
    Connect = "connect", "the host could not be reached";
    /// Whoever answered could not prove to be that host.
    Tls = "tls", "there was no safe connection to the host";
    /// No answer in time.
    Timeout = "timeout", "there was no answer in time";
    /// It leads where nobody follows.
    Redirect = "redirect", "it led to other addresses, which were not followed";
    /// What came is no answer that a web server gives.
    NotHttp = "not-http", "the answer is not one of a web server";
    /// There are more endpoints than a run asks, or the run took too long.
    Limit = "limit", "there was no time left to ask";
}

/// A software that gave itself away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Running {
    /// Its id in the rules.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its version, as it says.
    pub version: Option<String>,
    /// What it does.
    pub class: SoftwareClass,
}

impl Running {
    /// The name, with the version where it says one.
    #[must_use]
    pub fn named(&self) -> String {
        self.version.as_ref().map_or_else(|| self.name.clone(), |version| format!("{} {version}", self.name))
    }
}

/// What is known of what stands behind an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProbeFacts {
    /// The software; none unless it was recognised.
    pub software: Option<Running>,
    /// How that is known, or why it is not.
    pub reason: ProbeReason,
}

impl ProbeFacts {
    /// Nothing but a reason.
    #[must_use]
    pub const fn without(reason: ProbeReason) -> Self {
        Self { software: None, reason }
    }

    /// Whether anything was learnt.
    #[must_use]
    pub const fn tells(&self) -> bool {
        matches!(self.reason, ProbeReason::Recognised | ProbeReason::CompatibleApi)
    }

    /// The same in a few words for people: the software with its version, or the reason.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.software {
            Some(software) => format!("{}, {}", software.named(), software.class.text()),
            None => self.reason.text().to_owned(),
        }
    }
}

/// What a run asked of endpoints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProbeCounts {
    /// Endpoints that could be asked.
    pub endpoints: u64,
    /// Those of which something was learnt.
    pub told: u64,
    /// Those that were not asked, because there are too many.
    pub left_out: u64,
}
