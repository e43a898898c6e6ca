//! A report with one of everything, made by hand: what the formats are tested on.
//!
//! Nothing in it is a key: shown forms are made up, fingerprints are repeated digits, and no rule file knows the formats,
//! so that new rules change no snapshot.

use keyscan::model::*;

/// A path with everything that URIs, messages and terminals stumble over.
pub(super) const NASTY_PATH: &str = "sub dir/ünï 100%#?/it's {0} [a](1)\n\u{1b}[31m\u{202e}\u{9b}\u{200b}.yaml";

/// One root, findings of every severity.
pub(super) fn report() -> Report {
    let mut findings = vec![
        sent_to_relay(),
        leaked(),
        endpoint("api.relay.example", EndpointKind::Relay, "Relay Example")
            .rule(RuleId::RelayEndpoint, Severity::High)
            .at(place("services/a/.env", 4, 17).role(Role::Configured).environment(Environment::Production))
            .at(place("services/b/.env", 4, 17).role(Role::Configured))
            .done("LLM requests of two services go to api.relay.example, a relay."),
        endpoint("free.pool.example:8443", EndpointKind::Relay, "Free Pool")
            .rule(RuleId::RelayEndpoint, Severity::High)
            .confidence(Confidence::Low)
            .signal(SignalId::PlainHttp, "http")
            .at(place("tools/chat.py", 12, 20).role(Role::Configured).setting("base_url"))
            .at(place("tools/notes.md", 3, 1).role(Role::Mentioned).severity(Severity::Info))
            .done("LLM requests go to free.pool.example:8443, a possible relay, named in one public list."),
        relay_key(),
        endpoint("llm.unseen.example", EndpointKind::Unknown, "")
            .rule(RuleId::UnknownEndpoint, Severity::Medium)
            .confidence(Confidence::Medium)
            .at(place(NASTY_PATH, 2, 11).role(Role::Configured).setting("api_base"))
            .done("An LLM setting names llm.unseen.example, which is in no catalogue."),
    ];
    for number in 0..25 {
        let kind = if number % 5 == 0 { EndpointKind::Gateway } else { EndpointKind::Relay };
        let builder = endpoint(&format!("h{number:02}.list.example"), kind, "")
            .rule(RuleId::RelayEndpoint, Severity::Low)
            .at(place("src/presets.ts", 10 + number, 5).role(Role::Listed).severity(Severity::Low));
        let builder = if number == 3 {
            builder.at(place("web/csp.conf", 1, 30).role(Role::Listed).severity(Severity::Low))
        } else {
            builder
        };
        findings.push(builder.done("A preset table names a relay."));
    }
    findings.push(stored(Severity::Low, "config.toml", Exposure::OutsideGit));
    findings.push(stored(Severity::Info, "local/.env", Exposure::Ignored));
    findings.push(
        endpoint("api.relay.example:444", EndpointKind::Relay, "Relay Example")
            .rule(RuleId::RelayEndpoint, Severity::Info)
            .at(place("README.md", 40, 3).role(Role::Mentioned).severity(Severity::Info))
            .done("A text mentions a relay."),
    );
    let skipped = [
        ("secrets/prod.env", SkipReason::Unreadable),
        ("dump\u{1b}]0;x\u{7}.sql", SkipReason::TooLarge),
        ("link", SkipReason::Symlink),
        ("link2", SkipReason::Symlink),
        ("vendor/lib", SkipReason::Submodule),
    ]
    .map(|(text, reason)| Skipped { root: 0, path: path(text), shown: text.to_owned(), reason });
    let mut report = clean();
    report.scan.files = 1234;
    report.scan.bytes = 12_897_485;
    report.scan.excluded = 3;
    report.scan.left_out = LeftOut { ignore_files: 2, globs: 1, ..LeftOut::default() };
    report.scan.suppressed = 2;
    report.scan.skipped = skipped.to_vec();
    with_findings(report, findings)
}

/// The same, with a second and a third root of one name, and places in them.
pub(super) fn several_roots() -> Report {
    let mut report = report();
    for path in ["../app", "../other/app"] {
        let root = RootInfo { path: path.to_owned(), commit: Some("c".repeat(40)), ..report.scan.roots[0].clone() };
        report.scan.roots.push(root);
    }
    let mut other = place("services/c/.env", 9, 1);
    other.0.root = 2;
    other.0.shown = "../other/app/services/c/.env".to_owned();
    report.findings[0].occurrences.push(other.0);
    report.findings[0].related.push(related("services/c/.env", 10, 17, RelatedRole::Endpoint, 2));
    report.scan.skipped[0].root = 1;
    report
}

/// One root, nothing found, everything read.
pub(super) fn clean() -> Report {
    let scan = ScanFacts {
        mode: "tree",
        roots: vec![RootInfo {
            path: ".".to_owned(),
            name: "app".to_owned(),
            commit: None,
            root_commit: None,
            shallow: false,
        }],
        files: 12,
        bytes: 3456,
        blobs: 1,
        commits: 0,
        excluded: 0,
        left_out: LeftOut::default(),
        suppressed: 0,
        skipped: Vec::new(),
        policy: PolicyFacts::default(),
        fingerprint_scheme: "sha256",
        fingerprint_check: None,
        account: None,
        probes: None,
    };
    let tool = ToolFacts {
        version: "0.1.0".to_owned(),
        catalogue: "2026-11-22".to_owned(),
        rules_digest: "0123456789abcdef".repeat(4),
    };
    Report {
        tool,
        scan,
        summary: Summary::default(),
        findings: Vec::new(),
        suppressed: Vec::new(),
        show_suppressed: false,
        min_severity: Severity::Low,
    }
}

/// The report with these findings and their counts.
pub(super) fn with_findings(mut report: Report, mut findings: Vec<Finding>) -> Report {
    for finding in &mut findings {
        finding.occurrences.iter_mut().for_each(|place| place.rule = finding.rule);
    }
    report.summary = Summary::of(&findings);
    report.findings = findings;
    report
}

/// An OpenAI key that four services share, sent to a relay from two of them.
fn sent_to_relay() -> Finding {
    let relay = || receiver("api.relay.example", EndpointKind::Relay, "Relay Example", Evidence::SameFile);
    let own = || receiver("localhost:4000", EndpointKind::SelfHosted, "", Evidence::SameProject);
    let mut builder = key(Some("openai"), "sample-project", "sk-proj-aB3d…x9QA", Some('a'))
        .rule(RuleId::KeyToThirdParty, Severity::Critical)
        .signal(SignalId::SharedKey, "4 services")
        .signal(SignalId::ExposedKey, "tracked by git")
        .at(place("services/a/.env", 3, 16).to(relay()).environment(Environment::Production).setting("OPENAI_API_KEY"))
        .at(place("services/b/.env", 3, 16).to(relay()).exposure(Exposure::Ignored).setting("OPENAI_API_KEY"))
        .at(place("services/c/compose.yml", 21, 24).to(own()).severity(Severity::High).setting("OPENAI_KEY"))
        // `name: "naïve 😀", key: "…"`: one column more in UTF-16 than in code points.
        .at(place("src/naïve.py", 7, 30).utf16(31, 195).severity(Severity::High).setting("api_key"));
    for number in 0..9 {
        builder = builder.at(place(&format!("jobs/worker-{number}/settings.yaml"), 5, 12)
            .severity(Severity::High)
            .encoding("base64"));
    }
    builder
        .related(related("services/a/.env", 4, 17, RelatedRole::Endpoint, 0))
        .related(related("services/b/.env", 4, 17, RelatedRole::Endpoint, 0))
        .related(related("services/d/.env", 3, 16, RelatedRole::SameKey, 0))
        .done("An OpenAI key is sent to api.relay.example, a relay, and to one endpoint more.")
}

/// A key in client code, and once in the history.
fn leaked() -> Finding {
    let mut old = place("public/app.js", 1, 2041).exposure(Exposure::History).setting("apiKey");
    old.0.commit = Some("0123456789abcdef0123456789abcdef01234567".to_owned());
    old.0.author = Some("A. N. Other".to_owned());
    key(Some("openai"), "sample-legacy", "sk-Zz1y…k0kO", Some('b'))
        .rule(RuleId::LeakedKey, Severity::Critical)
        .signal(SignalId::DefaultEndpoint, "")
        .at(old)
        .at(place("public/app.js", 1, 2045).setting("apiKey"))
        .done("An OpenAI key stands in code that is served to browsers.")
}

/// A weak key of unknown issuer in a pool.
fn relay_key() -> Finding {
    key(None, "sample-software", "sk-…", None)
        .rule(RuleId::RelayKey, Severity::Medium)
        .confidence(Confidence::Medium)
        .signal(SignalId::PossibleIssuer, "one-api, new-api")
        .at(place("bot/%FF.env", 1, 9).percent().hash(None).exposure(Exposure::Untracked))
        .related(related("bot/%FF.env", 2, 9, RelatedRole::PoolMember, 0))
        .done("A key of relay software is used.")
}

fn stored(severity: Severity, path: &str, exposure: Exposure) -> Finding {
    key(Some("openai"), "sample-project", "sk-proj-q7Rt…Lm2P", Some('d'))
        .rule(RuleId::StoredKey, severity)
        .at(place(path, 1, 8).severity(severity).exposure(exposure))
        .done("An OpenAI key is stored in a config file.")
}

/// Builds a finding.
pub(super) struct Build(Finding);

/// A finding about a key.
pub(super) fn key(issuer: Option<&str>, format: &str, shown: &str, print: Option<char>) -> Build {
    build(Subject::Key(KeyFacts {
        issuer: issuer.map(str::to_owned),
        format: format.to_owned(),
        fingerprint: print.map(|digit| Fingerprint::from_hex(digit.to_string().repeat(64))),
        redacted: Redacted::from_redacted(shown.to_owned()),
        length: print.map(|_| 164),
        verification: None,
        holding: None,
    }))
}

/// A finding about an endpoint.
pub(super) fn endpoint(host: &str, kind: EndpointKind, service: &str) -> Build {
    build(Subject::Endpoint(facts(host, kind, service)))
}

/// A finding about what passes traffic on.
pub(super) fn server(host: &str, kind: EndpointKind) -> Build {
    build(Subject::Server(facts(host, kind, "")))
}

/// A finding about a setting.
pub(super) fn setting(name: &str) -> Build {
    build(Subject::Setting(name.to_owned()))
}

fn build(subject: Subject) -> Build {
    Build(Finding {
        id: String::new(),
        rule: RuleId::ExposedKey,
        severity: Severity::High,
        confidence: Confidence::High,
        reaches: [].into(),
        message: String::new(),
        advice: [
            "Revoke the key at its issuer and create one in your own account, one per service.".to_owned(),
            "Set a usage limit on the new one.".to_owned(),
            "Look at the usage of the last weeks for calls that are not yours.".to_owned(),
        ]
        .into(),
        risks: [Risk::Throttled, Risk::Abused, Risk::DataLeak].into(),
        subject,
        receiver: None,
        signals: [].into(),
        occurrences: Vec::new(),
        related: Vec::new(),
    })
}

fn facts(host: &str, kind: EndpointKind, service: &str) -> EndpointFacts {
    EndpointFacts {
        host: host.to_owned(),
        url: format!("https://{host}/v1"),
        kind,
        service: (!service.is_empty()).then(|| service.to_owned()),
        probe: None,
    }
}

pub(super) fn receiver(host: &str, kind: EndpointKind, service: &str, evidence: Evidence) -> Receiver {
    Receiver { endpoint: facts(host, kind, service), evidence }
}

impl Build {
    pub(super) fn rule(mut self, rule: RuleId, severity: Severity) -> Self {
        (self.0.rule, self.0.severity) = (rule, severity);
        self
    }

    pub(super) fn confidence(mut self, confidence: Confidence) -> Self {
        self.0.confidence = confidence;
        self
    }

    pub(super) fn signal(mut self, id: SignalId, detail: &str) -> Self {
        let more = [Signal::new(id, detail)];
        self.0.signals = self.0.signals.iter().cloned().chain(more).collect();
        self
    }

    pub(super) fn at(mut self, Spot(mut place): Spot) -> Self {
        // A place is as bad as its finding unless it says something else; `place` starts at critical.
        place.severity = place.severity.min(self.0.severity);
        self.0.receiver = self.0.receiver.or_else(|| place.receiver.clone());
        self.0.occurrences.push(place);
        self
    }

    pub(super) fn related(mut self, related: Related) -> Self {
        self.0.related.push(related);
        self
    }

    pub(super) fn done(mut self, message: &str) -> Finding {
        let what = match &self.0.subject {
            Subject::Key(key) => key.redacted.to_string() + &key.format,
            Subject::Endpoint(endpoint) | Subject::Server(endpoint) => endpoint.host.clone(),
            Subject::Setting(name) => name.clone(),
            Subject::Account(project) => project.id.clone(),
        };
        // An id that differs per subject, which is all that the formats need of it.
        let sum = what.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(1_099_511_628_211) ^ u64::from(byte));
        self.0.id = format!("{sum:016x}");
        self.0.message = message.to_owned();
        self.0
    }
}

/// Builds an occurrence.
pub(super) struct Spot(Occurrence);

/// A tracked place of 164 columns.
pub(super) fn place(text: &str, line: u64, column: u64) -> Spot {
    Spot(Occurrence {
        root: 0,
        path: path(text),
        shown: text.to_owned(),
        position: position(line, column),
        line_hash: Some("39fa2ee980eb94b1:1".to_owned()),
        severity: Severity::Critical,
        rule: RuleId::KeyToThirdParty,
        says: None,
        setting: None,
        role: None,
        service: text.rsplit_once('/').map(|(folder, _)| folder.to_owned()),
        environment: None,
        exposure: Exposure::Tracked,
        receiver: None,
        commit: None,
        author: None,
        encoding: Vec::new(),
        part: None,
        suppression: None,
    })
}

impl Spot {
    pub(super) fn author(mut self, author: &str) -> Self {
        (self.0.author, self.0.commit) = (Some(author.to_owned()), Some("5".repeat(40)));
        self
    }

    pub(super) fn done(self) -> Occurrence {
        self.0
    }

    pub(super) fn to(mut self, receiver: Receiver) -> Self {
        self.0.receiver = Some(receiver.into());
        self
    }

    pub(super) fn service(mut self, service: &str) -> Self {
        self.0.service = Some(service.to_owned());
        self
    }

    pub(super) fn role(mut self, role: Role) -> Self {
        self.0.role = Some(role);
        self
    }

    pub(super) fn setting(mut self, setting: &str) -> Self {
        self.0.setting = Some(setting.to_owned());
        self
    }

    pub(super) fn environment(mut self, environment: Environment) -> Self {
        self.0.environment = Some(environment);
        self
    }

    pub(super) fn exposure(mut self, exposure: Exposure) -> Self {
        self.0.exposure = exposure;
        self
    }

    pub(super) fn severity(mut self, severity: Severity) -> Self {
        self.0.severity = severity;
        self
    }

    pub(super) fn encoding(mut self, encoding: &str) -> Self {
        self.0.encoding.push(encoding.to_owned());
        self
    }

    pub(super) fn utf16(mut self, column: u64, end_column: u64) -> Self {
        (self.0.position.column_utf16, self.0.position.end_column_utf16) = (column, end_column);
        self
    }

    pub(super) fn hash(mut self, hash: Option<&str>) -> Self {
        self.0.line_hash = hash.map(str::to_owned);
        self
    }

    pub(super) fn percent(mut self) -> Self {
        self.0.path.percent = true;
        self
    }
}

pub(super) fn related(text: &str, line: u64, column: u64, role: RelatedRole, root: usize) -> Related {
    Related { root, path: path(text), shown: text.to_owned(), position: position(line, column), role }
}

fn path(text: &str) -> BlobPath {
    BlobPath { text: text.to_owned(), percent: false }
}

fn position(line: u64, column: u64) -> Position {
    let end_column = column + 164;
    Position { line, column, end_line: line, end_column, column_utf16: column, end_column_utf16: end_column }
}
