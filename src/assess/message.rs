//! The one sentence of a finding.
//!
//! It says what was seen and nothing more: what is not sure is called possible, an issuer that is not proven is called
//! unknown. Values come in redacted; hosts, settings and names are put in as they are.

use crate::model::{
    Confidence, EndpointFacts, EndpointKind, EndpointMatch, Environment, Exposure, KeyFacts, KeyVerdict, Proof, Role,
    RuleId, ServerMatch, Signal, SignalId,
};
use crate::rules::Rules;
use crate::rules::schema::IssuerKind;

use super::endpoint::has;
use super::policy::Verdict;
use super::sharing;

/// What the sentence about a key is made of: the place that decided, and how many there are.
pub(super) struct KeyScene<'a> {
    /// The key.
    pub key: &'a KeyFacts,
    /// How its issuer is known.
    pub proof: Proof,
    /// The rule that names the finding.
    pub rule: RuleId,
    /// How sure the finding is.
    pub confidence: Confidence,
    /// Who receives it, and how sure that host's kind is.
    pub receiver: Option<(&'a EndpointFacts, Confidence)>,
    /// How far the file has got out.
    pub exposure: Exposure,
    /// How it has got out there.
    pub leak: Option<&'static str>,
    /// Number of places.
    pub places: usize,
    /// At how many of them it goes where it goes at the place that decided.
    pub alike: usize,
    /// Whether git tracks a file that holds it at one of them.
    pub tracked: bool,
    /// What was seen at the place.
    pub signals: &'a [Signal],
}

/// The sentence about a key.
pub(super) fn key(scene: &KeyScene<'_>, rules: &Rules) -> String {
    let subject = key_name(scene, rules);
    let sent = scene.receiver.map(|(facts, sure)| format!("is sent to {}", receiver(facts, sure)));
    let fact = match scene.rule {
        RuleId::RelayKey => relay_key(scene, sent, rules),
        RuleId::KeyToThirdParty => sent.unwrap_or_else(|| "is sent to a third party".to_owned()),
        RuleId::LeakedKey => scene.leak.unwrap_or_else(|| gone(scene)).to_owned(),
        RuleId::StoredKey => stored(scene.exposure).to_owned(),
        RuleId::SharedKey => shared(scene.signals),
        RuleId::ForeignKey => "works, and your own account does not hold it".to_owned(),
        _ => exposed(scene.exposure).to_owned(),
    };
    let of_one_place = matches!(scene.rule, RuleId::LeakedKey | RuleId::ExposedKey | RuleId::StoredKey);
    let sends = matches!(scene.rule, RuleId::KeyToThirdParty | RuleId::RelayKey) && scene.receiver.is_some();
    let more = match scene.places {
        // What is said of one place need not hold for the others.
        places if of_one_place => elsewhere(" (and in", places - 1, ")"),
        places if sends => more(scene.alike) + &elsewhere(", and is in", places - scene.alike, ""),
        places => more(places),
    };
    format!("{subject} {fact}{more}{}{}.", whose(scene.signals), life(scene))
}

/// What the policy says of whose key it is, where it is not the team's.
fn whose(signals: &[Signal]) -> &'static str {
    let seen = |id: SignalId| signals.iter().any(|signal| signal.id == id);
    if seen(SignalId::NotListedKey) {
        "; the policy does not list it among the team's own keys"
    } else if seen(SignalId::OtherOrganization) {
        "; a setting beside it names an account that is not the team's"
    } else {
        ""
    }
}

/// What its issuer says of a key.
fn life(scene: &KeyScene<'_>) -> &'static str {
    match scene.key.verification.as_ref().map(|verification| verification.verdict) {
        // The rule says it already.
        _ if scene.rule == RuleId::ForeignKey => "",
        Some(KeyVerdict::Live | KeyVerdict::LiveRestricted) => "; it is live",
        Some(KeyVerdict::LiveNoFunds) => "; it is live, without funds",
        Some(KeyVerdict::Dead) => "; it does not work any more",
        Some(KeyVerdict::BlockedHere | KeyVerdict::Unknown) | None => "",
    }
}

/// Who holds a key, as the signals of its place have it.
fn shared(signals: &[Signal]) -> String {
    let holders: Vec<&str> = signals
        .iter()
        .filter(|signal| sharing::KINDS.contains(&signal.id))
        .map(|signal| signal.detail.as_str())
        .collect();
    format!("is held by {}", holders.join("; by "))
}

fn key_name(scene: &KeyScene<'_>, rules: &Rules) -> String {
    let (key, possible) = (scene.key, scene.confidence == Confidence::Low);
    let structural = matches!(scene.proof, Proof::Structure | Proof::RelaySoftware | Proof::NamedRelay);
    let by_structure = rules.key(&key.format).filter(|_| structural).map(|format| format.name.to_string());
    let name = by_structure.or_else(|| {
        let id = key.issuer.as_deref()?;
        Some(format!("{} key", rules.issuer(id).map_or(id, |issuer| &issuer.name)))
    });
    match (name, possible) {
        (Some(name), false) => format!("The {name} {}", key.redacted),
        (Some(name), true) => format!("A possible {name}, {},", key.redacted),
        (None, false) => format!("A key of unknown issuer, {},", key.redacted),
        (None, true) => format!("A possible key of unknown issuer, {},", key.redacted),
    }
}

fn relay_key(scene: &KeyScene<'_>, sent: Option<String>, rules: &Rules) -> String {
    let issuer = scene.key.issuer.as_deref().and_then(|id| rules.issuer(id));
    let name = issuer.map_or("a relay", |issuer| &issuer.name);
    match scene.proof {
        Proof::NamedRelay => match issuer.map(|issuer| issuer.kind) {
            Some(IssuerKind::Pool) => format!("was issued by {name}, a pool that many people share"),
            Some(_) => format!("was issued by {name}, a relay"),
            None => "was issued by a relay".to_owned(),
        },
        Proof::RelaySoftware => {
            let software =
                issuer.map_or("relay software".to_owned(), |issuer| format!("relay software ({})", issuer.name));
            let sent = sent.map(|sent| format!(" and {sent}")).unwrap_or_default();
            format!("has the structure of keys that {software} makes{sent}")
        }
        _ => sent.unwrap_or_else(|| "belongs to a relay".to_owned()),
    }
}

const fn exposed(exposure: Exposure) -> &'static str {
    match exposure {
        Exposure::Tracked => "is in a file that git tracks",
        Exposure::Untracked => "is in a file that git does not ignore, so the next `git add` takes it",
        Exposure::Staged => "is staged for the next commit",
        Exposure::History => "is in the history of the repository",
        Exposure::GitMetadata => "is in git's own files",
        Exposure::Ignored => "is in a git-ignored file",
        Exposure::OutsideGit => "is in plain text in a file outside git",
        Exposure::Stdin => "is in the text read from standard input",
    }
}

/// What there is to say of a leaked key whose place alone tells nothing: it was seen where it is no more.
fn gone(scene: &KeyScene<'_>) -> &'static str {
    match scene.exposure {
        Exposure::History if scene.signals.iter().any(|signal| signal.id == SignalId::Unreachable) => {
            "is in an object that git still keeps, though no branch, tag or log leads there any more"
        }
        Exposure::History if scene.tracked => {
            "is in the history of a repository of which no tracked file that was read holds it any more"
        }
        Exposure::History => "is in the history of the repository; no tracked file that was read holds it any more",
        other => exposed(other),
    }
}

const fn stored(exposure: Exposure) -> &'static str {
    match exposure {
        Exposure::Ignored => "is stored in a git-ignored file",
        Exposure::Stdin => "is stored in a config file, read from standard input",
        Exposure::OutsideGit => "is stored in a config file outside git",
        // Anywhere else only the policy makes it so.
        _ => "is in a store that the policy approves",
    }
}

/// What the sentence about an endpoint is made of: the place that decided, and how many there are.
pub(super) struct EndpointScene<'a> {
    /// What stands there.
    pub lead: &'a EndpointMatch,
    /// What it does there.
    pub role: Role,
    /// What the policy says of it there.
    pub verdict: Verdict,
    /// What the place is for.
    pub environment: Option<Environment>,
    /// The rule that names the finding.
    pub rule: RuleId,
    /// How sure the finding is.
    pub confidence: Confidence,
    /// Number of places.
    pub places: usize,
    /// At how many of them the rule holds.
    pub alike: usize,
}

/// The sentence about an endpoint.
pub(super) fn endpoint(scene: &EndpointScene<'_>) -> String {
    let &EndpointScene { lead, role, rule, places, alike, .. } = scene;
    let (kind, service) = (lead.kind, lead.service.as_deref());
    // How sure the policy is says nothing of what stands behind the host.
    let confidence = if rule == RuleId::DisallowedEndpoint { lead.confidence } else { scene.confidence };
    let host = named(&lead.host, kind, service, has(lead, SignalId::RunsSoftware), confidence);
    let fact = match (rule, role) {
        (RuleId::InsecureEndpoint, _) => insecure(lead, &host),
        (_, Role::Listed) => format!("An address of {host}, is listed among others"),
        (_, Role::Mentioned) => format!("An address of {host}, is mentioned"),
        (_, Role::Configured) if lead.llm => format!("LLM requests go to {host}"),
        (_, Role::Configured) => format!("Requests go to {host}"),
    };
    let forbidden = match scene.verdict {
        Verdict::Denied => "; the policy denies it".to_owned(),
        Verdict::NotListed => match scene.environment {
            Some(environment) => format!("; the policy does not name it among those for {}", environment.as_str()),
            None => "; the policy does not name it among those that may be used".to_owned(),
        },
        Verdict::Allowed | Verdict::Silent => String::new(),
    };
    let forbidden = if rule == RuleId::DisallowedEndpoint { forbidden } else { String::new() };
    let rest = elsewhere("; the host is in", places - alike, "");
    format!("{fact}{}{forbidden}{rest}.", more(alike))
}

/// The sentence about a place that passes traffic on.
pub(super) fn server(lead: &ServerMatch, places: usize) -> String {
    let seen = |id: SignalId| lead.signals.iter().any(|signal| signal.id == id);
    let name = lead.service.as_deref().unwrap_or(&lead.upstream);
    let software = lead.kind == EndpointKind::SelfHosted;
    let fact = if seen(SignalId::AccountBridge) {
        format!("This runs {name}, which turns accounts or web sessions into an API")
    } else if software && seen(SignalId::Pooling) {
        format!("This runs {name}, which shares keys or accounts among its callers")
    } else if software && seen(SignalId::KeyInjecting) {
        format!("This runs {name}, which passes LLM requests on with keys of its own")
    } else if software {
        format!("This runs {name}, which passes LLM requests on")
    } else {
        let how = match (seen(SignalId::Pooling), seen(SignalId::KeyInjecting), lead.guarded) {
            (true, ..) => " with one of several keys",
            (_, true, true) => " with a key that it adds",
            (_, true, false) => " with a key that it adds, and no check of the caller stands in the same block",
            (_, false, _) => " as they come",
        };
        format!("This passes requests on to {}{how}", lead.upstream)
    };
    format!("{fact}{}.", more(places))
}

/// The sentence about a setting with several keys.
pub(super) fn pool(setting: &str, keys: usize, issuer: Option<&str>) -> String {
    let subject = if setting.is_empty() { "A list".to_owned() } else { format!("The setting {setting}") };
    match issuer {
        Some(issuer) => format!("{subject} holds {keys} keys of {issuer}."),
        None => format!("{subject} holds {keys} keys of one format, issuer unknown."),
    }
}

fn insecure(lead: &EndpointMatch, host: &str) -> String {
    if has(lead, SignalId::LookAlike) {
        format!("The host {} imitates an official one", lead.host)
    } else if has(lead, SignalId::UserInfo) {
        format!("The URL of {} carries a user name or password", lead.host)
    } else if has(lead, SignalId::IpLiteral) {
        format!(
            "LLM requests go to {}, a public address written as a number, so nobody can tell whose it is",
            lead.host
        )
    } else {
        format!("Requests travel unencrypted to {host}")
    }
}

/// A host with what stands behind it.
fn receiver(facts: &EndpointFacts, confidence: Confidence) -> String {
    let told = facts.probe.as_ref().is_some_and(|probe| probe.software.is_some());
    named(&facts.host, facts.kind, facts.service.as_deref(), told, confidence)
}

/// The same; `told` says that it has named the service itself.
fn named(host: &str, kind: EndpointKind, service: Option<&str>, told: bool, confidence: Confidence) -> String {
    let kind = match (kind, confidence) {
        (EndpointKind::Relay, _) if told => "a host in no catalogue that says it runs relay software",
        (EndpointKind::Relay, Confidence::Low) => "a possible relay, named in one public list",
        (EndpointKind::Relay, _) => "a relay",
        (EndpointKind::Gateway, _) => "a gateway that sees every request",
        (EndpointKind::Provider, _) => "another vendor's API",
        (EndpointKind::Aggregator, _) => "an aggregator of several vendors",
        (EndpointKind::Official, _) => "an official API",
        (EndpointKind::Proxy, _) => "a deployment on a platform where anyone can deploy one",
        (EndpointKind::SelfHosted, _) => "a self-hosted endpoint",
        (EndpointKind::Unknown, _) => "a host in no catalogue",
    };
    let service = service.map(|service| format!(" ({service})")).unwrap_or_default();
    format!("{host}, {kind}{service}")
}

fn elsewhere(lead: &str, places: usize, end: &str) -> String {
    match places {
        0 => String::new(),
        1 => format!("{lead} 1 other place{end}"),
        places => format!("{lead} {places} other places{end}"),
    }
}

fn more(places: usize) -> String {
    if places > 1 { format!(" ({places} places)") } else { String::new() }
}
