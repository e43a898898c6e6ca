//! The shape of one finding, field by field in the order in which they are written.

use serde::{Serialize, Serializer};

use crate::model::{self, Finding, Subject};

use super::record::{Context, Path};

#[derive(Serialize)]
pub(super) struct FindingBody<'a> {
    id: &'a str,
    rule: &'static str,
    severity: &'static str,
    confidence: &'static str,
    message: &'a str,
    advice: &'a [String],
    risks: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<Key<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<Project<'a>>,
    endpoint: Option<Endpoint<'a>>,
    signals: Vec<Signal<'a>>,
    occurrences: Occurrences<'a>,
    related: Vec<Related<'a>>,
}

impl<'a> FindingBody<'a> {
    pub(super) fn new(finding: &'a Finding, context: &'a Context) -> Self {
        let (key, endpoint) = match &finding.subject {
            Subject::Key(key) => (Some(Key::new(key)), finding.receiver.as_ref().map(|to| &to.endpoint)),
            Subject::Endpoint(endpoint) | Subject::Server(endpoint) => (None, Some(endpoint)),
            Subject::Setting(_) | Subject::Account(_) => (None, None),
        };
        let project = match &finding.subject {
            Subject::Account(project) => Some(Project::new(project)),
            _ => None,
        };
        Self {
            id: &finding.id,
            rule: finding.rule.as_str(),
            severity: finding.severity.as_str(),
            confidence: finding.confidence.as_str(),
            message: &finding.message,
            advice: &finding.advice,
            risks: finding.risks.iter().map(|risk| risk.as_str()).collect(),
            key,
            project,
            endpoint: endpoint.map(Endpoint::new),
            signals: finding.signals.iter().map(Signal::new).collect(),
            occurrences: Occurrences { places: &finding.occurrences, context },
            related: finding.related.iter().map(|place| Related::new(place, context)).collect(),
        }
    }
}

#[derive(Serialize)]
struct Key<'a> {
    issuer: Option<&'a str>,
    format: &'a str,
    fingerprint: Option<&'a str>,
    redacted: &'a str,
    length: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<Verification<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Held<'a>>,
}

/// What the key's issuer says; absent where it was not asked.
#[derive(Serialize)]
struct Verification<'a> {
    verdict: &'static str,
    reason: &'static str,
    organization: Option<&'a str>,
    project: Option<&'a str>,
}

/// Whether the own account holds the key; absent where that was not asked.
#[derive(Serialize)]
struct Held<'a> {
    holding: &'static str,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    own: Option<Own<'a>>,
}

/// The key as the own account lists it.
#[derive(Serialize)]
struct Own<'a> {
    name: Option<&'a str>,
    project: Option<Project<'a>>,
    owner: Option<&'a str>,
    last_used: Option<&'a str>,
    orphaned: bool,
}

#[derive(Serialize)]
pub(super) struct Project<'a> {
    id: String,
    name: &'a str,
}

impl<'a> Verification<'a> {
    fn new(verification: &'a model::Verification) -> Self {
        Self {
            verdict: verification.verdict.as_str(),
            reason: verification.reason.as_str(),
            organization: verification.organization.as_deref(),
            project: verification.project.as_deref(),
        }
    }
}

impl<'a> Held<'a> {
    fn new(holding: &'a model::Holding) -> Self {
        let own = match holding {
            model::Holding::Ours(own) => Some(Own {
                name: own.name.as_deref(),
                project: own.project.as_ref().map(Project::new),
                owner: own.owner.as_deref(),
                last_used: own.last_used.as_deref(),
                orphaned: own.orphaned,
            }),
            model::Holding::PossiblyOurs | model::Holding::NotInAccount => None,
        };
        Self { holding: holding.as_str(), own }
    }
}

impl<'a> Project<'a> {
    pub(super) fn new(project: &'a model::ProjectFacts) -> Self {
        Self { id: model::shortened_id(&project.id), name: &project.name }
    }
}

impl<'a> Key<'a> {
    fn new(key: &'a model::KeyFacts) -> Self {
        Self {
            issuer: key.issuer.as_deref(),
            format: &key.format,
            fingerprint: key.fingerprint.as_ref().map(model::Fingerprint::as_str),
            redacted: key.redacted.as_str(),
            length: key.length,
            verification: key.verification.as_deref().map(Verification::new),
            account: key.holding.as_ref().map(Held::new),
        }
    }
}

#[derive(Serialize)]
struct Endpoint<'a> {
    host: &'a str,
    url: &'a str,
    kind: &'static str,
    service: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probe: Option<Probe<'a>>,
}

/// What the host says of itself; absent where it was not asked.
#[derive(Serialize)]
struct Probe<'a> {
    software: Option<&'a str>,
    version: Option<&'a str>,
    kind: Option<&'static str>,
    reason: &'static str,
}

impl<'a> Probe<'a> {
    fn new(probe: &'a model::ProbeFacts) -> Self {
        let software = probe.software.as_ref();
        Self {
            software: software.map(|software| software.id.as_str()),
            version: software.and_then(|software| software.version.as_deref()),
            kind: software.map(|software| software.class.as_str()),
            reason: probe.reason.as_str(),
        }
    }
}

impl<'a> Endpoint<'a> {
    fn new(endpoint: &'a model::EndpointFacts) -> Self {
        Self {
            host: &endpoint.host,
            url: &endpoint.url,
            kind: endpoint.kind.as_str(),
            service: endpoint.service.as_deref(),
            probe: endpoint.probe.as_deref().map(Probe::new),
        }
    }
}

#[derive(Serialize)]
struct Signal<'a> {
    id: &'static str,
    detail: &'a str,
}

impl<'a> Signal<'a> {
    fn new(signal: &'a model::Signal) -> Self {
        Self { id: signal.id.as_str(), detail: &signal.detail }
    }
}

/// The places, shaped one by one while they are written: a key may stand at very many.
struct Occurrences<'a> {
    places: &'a [model::Occurrence],
    context: &'a Context,
}

impl Serialize for Occurrences<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.places.iter().map(|place| Occurrence::new(place, self.context)))
    }
}

#[derive(Serialize)]
struct Occurrence<'a> {
    repository: Option<&'a str>,
    #[serde(flatten)]
    path: Path<'a>,
    line: u64,
    column: u64,
    end_line: u64,
    end_column: u64,
    severity: &'static str,
    setting: Option<&'a str>,
    role: Option<&'static str>,
    service: Option<&'a str>,
    environment: Option<&'static str>,
    exposure: &'static str,
    endpoint: Option<Receiver<'a>>,
    commit: Option<&'a str>,
    author: Option<&'a str>,
    encoding: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppression: Option<Suppression<'a>>,
}

/// What lets an occurrence pass; absent from all that count.
#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    reason: &'a str,
}

impl<'a> Suppression<'a> {
    fn new(suppression: &'a model::Suppression) -> Self {
        Self { kind: suppression.kind.as_str(), reason: &suppression.reason }
    }
}

impl<'a> Occurrence<'a> {
    fn new(place: &'a model::Occurrence, context: &'a Context) -> Self {
        Self {
            repository: context.repository(place.root),
            path: Path::new(&place.path),
            line: place.position.line,
            column: place.position.column,
            end_line: place.position.end_line,
            end_column: place.position.end_column,
            severity: place.severity.as_str(),
            setting: place.setting.as_deref(),
            role: place.role.map(model::Role::as_str),
            service: place.service.as_deref(),
            environment: place.environment.map(model::Environment::as_str),
            exposure: place.exposure.as_str(),
            endpoint: place.receiver.as_deref().map(Receiver::new),
            commit: place.commit.as_deref(),
            author: place.author.as_deref(),
            encoding: &place.encoding,
            part: place.part.as_deref(),
            suppression: place.suppression.as_deref().map(Suppression::new),
        }
    }
}

#[derive(Serialize)]
struct Receiver<'a> {
    host: &'a str,
    kind: &'static str,
    evidence: &'static str,
}

impl<'a> Receiver<'a> {
    fn new(receiver: &'a model::Receiver) -> Self {
        Self {
            host: &receiver.endpoint.host,
            kind: receiver.endpoint.kind.as_str(),
            evidence: receiver.evidence.as_str(),
        }
    }
}

#[derive(Serialize)]
struct Related<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<&'a str>,
    #[serde(flatten)]
    path: Path<'a>,
    line: u64,
    column: u64,
    role: &'static str,
}

impl<'a> Related<'a> {
    fn new(place: &'a model::Related, context: &'a Context) -> Self {
        Self {
            repository: context.repository(place.root),
            path: Path::new(&place.path),
            line: place.position.line,
            column: place.position.column,
            role: place.role.as_str(),
        }
    }
}
