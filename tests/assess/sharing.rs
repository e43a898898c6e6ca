//! Who holds the same key, what the history repeats, and what else meets in a key's finding.

use keyscan::model::{
    BlobPath, Environment, Home, Masked, Occurrence, Part, Provenance, Reach, RelatedRole, Repository, RuleId, Scope,
    ScopeKind, Scopes, Severity, SignalId, Subject,
};

use super::*;

pub(super) fn repository(name: &str, identity: &[&str]) -> Repository {
    Repository {
        name: name.to_owned(),
        identity: identity.iter().map(|&token| token.to_owned()).collect(),
        root_commit: None,
    }
}

/// A blob that holds the one key, at its first line.
fn holding(path: &str, change: impl FnOnce(&mut Origin)) -> BlobMatches {
    let mut blob = blob(path, Exposure::Tracked, vec![openai_key(1, Some("OPENAI_API_KEY"))], Vec::new());
    change(&mut blob.origin);
    blob
}

/// The same in a repository, at its root.
pub(super) fn in_repository(repository: usize, path: &str) -> BlobMatches {
    holding(path, |origin| {
        origin.root = repository;
        origin.repository = Some(repository);
        origin.work_tree = Some(String::new());
        origin.shown = format!("root{repository}/{path}");
    })
}

pub(super) fn outside(path: &str, service: Option<&str>) -> BlobMatches {
    holding(path, |origin| {
        origin.exposure = Exposure::OutsideGit;
        origin.service = service.map(str::to_owned);
    })
}

pub(super) fn package(mut blob: BlobMatches, service: &str) -> BlobMatches {
    blob.origin.service = Some(service.to_owned());
    blob
}

pub(super) fn of_service(mut blob: BlobMatches, name: &str) -> BlobMatches {
    let scope = |parent, kind, name: &str| Scope {
        parent,
        kind,
        name: name.to_owned(),
        unit: true,
        environment: None,
        start: Some(0),
    };
    blob.matches.scopes = Scopes {
        scopes: vec![scope(None, ScopeKind::File, ""), scope(Some(0), ScopeKind::Service, name)],
        uses: Vec::new(),
    };
    blob.matches.keys[0].place.home = Some(Home { scope: 1, index: None });
    blob
}

pub(super) fn exposed(mut blob: BlobMatches, exposure: Exposure) -> BlobMatches {
    blob.origin.exposure = exposure;
    blob
}

fn version(mut blob: BlobMatches, order: u64, author: &str, reach: Reach) -> BlobMatches {
    blob.origin.provenance = Some(Provenance {
        order,
        commit: Some(format!("{order}{}", "c".repeat(39))),
        author: Some(author.to_owned()),
        part: Part::File,
        reach,
    });
    blob
}

/// The finding of the one key.
pub(super) fn assessed(blobs: Vec<BlobMatches>, repositories: &[Repository]) -> Finding {
    let policy = Policy::default();
    let forward = assess(blobs.clone(), repositories, rules(), &policy, &Fingerprinter::plain()).findings;
    let backward = assess(blobs.into_iter().rev().collect(), repositories, rules(), &policy, &Fingerprinter::plain());
    assert_eq!(forward, backward.findings, "the order of the input shows");
    key_finding(&forward).clone()
}

pub(super) fn kinds(finding: &Finding) -> Vec<(SignalId, &str)> {
    let kinds = finding.signals.iter().filter(|signal| signal.id.as_str().starts_with("shared-by-"));
    kinds.map(|signal| (signal.id, signal.detail.as_str())).collect()
}

pub(super) fn shares(finding: &Finding) -> bool {
    finding.rule == RuleId::SharedKey || has(finding, SignalId::SharedKey) || !kinds(finding).is_empty()
}

fn severity_at<'f>(finding: &'f Finding, path: &str) -> &'f Occurrence {
    finding.occurrences.iter().find(|place| place.path.text == path).unwrap()
}

#[test]
fn two_repositories_share_a_key_and_clones_do_not() {
    let three = [repository("billing", &["a"]), repository("reports", &["b"]), repository("copy", &["x", "a"])];
    let found = assessed(vec![in_repository(0, "a.py"), in_repository(1, "b.py"), in_repository(2, "a.py")], &three);
    assert_eq!((found.rule, found.severity, found.confidence), (RuleId::SharedKey, Severity::High, Confidence::High));
    assert_eq!(kinds(&found), [(SignalId::SharedByRepositories, "2 repositories: billing, reports")]);
    assert!(found.message.contains("is held by 2 repositories: billing, reports (3 places)"), "{}", found.message);
    assert!(has(&found, SignalId::ExposedKey));

    assert!(!shares(&assessed(vec![in_repository(0, "a.py"), in_repository(2, "a.py")], &three)));
    // Clones are known through a third one, too.
    let chain = [repository("a", &["1"]), repository("b", &["2"]), repository("c", &["2", "1"])];
    assert!(!shares(&assessed(vec![in_repository(0, "a.py"), in_repository(1, "b.py")], &chain)));
}

#[test]
fn repositories_of_one_name_are_told_apart_by_their_place() {
    let two = [repository("app", &["a"]), repository("app", &["b"])];
    let found = assessed(vec![in_repository(0, "a.py"), in_repository(1, "b.py")], &two);
    assert_eq!(kinds(&found), [(SignalId::SharedByRepositories, "2 repositories: root0, root1")]);
}

#[test]
fn many_holders_are_counted_and_eight_are_named() {
    let many: Vec<Repository> = (0..11).map(|at| repository(&format!("r{at:02}"), &[&format!("id{at}")])).collect();
    let found = assessed((0..11).map(|at| in_repository(at, "a.py")).collect(), &many);
    let detail = "11 repositories: r00, r01, r02, r03, r04, r05, r06, r07 and 3 more";
    assert_eq!(kinds(&found), [(SignalId::SharedByRepositories, detail)]);
}

#[test]
fn services_of_one_repository_share_with_medium_severity() {
    let one = [repository("shop", &["a"])];
    let found = assessed(
        vec![
            package(in_repository(0, "billing/config.py"), "billing"),
            package(in_repository(0, "reports/config.py"), "reports"),
        ],
        &one,
    );
    assert_eq!(kinds(&found), [(SignalId::SharedByServices, "2 services: billing, reports")]);
    // Committed weighs more than shared by services.
    assert_eq!((found.rule, found.severity), (RuleId::ExposedKey, Severity::High));
    assert!(has(&found, SignalId::SharedKey));

    let ignored = |path: &str, service: &str| exposed(package(in_repository(0, path), service), Exposure::Ignored);
    let found = assessed(vec![ignored("billing/.env", "billing"), ignored("reports/.env", "reports")], &one);
    assert_eq!((found.rule, found.severity), (RuleId::SharedKey, Severity::Low), "a step down where git ignores it");
    let found = assessed(vec![ignored("a/.env.production", "a"), ignored("b/.env.production", "b")], &one);
    assert_eq!((found.rule, found.severity), (RuleId::SharedKey, Severity::High), "a step up in production");

    let outside = assessed(vec![outside("a/.env", Some("a")), outside("b/.env", Some("b"))], &[]);
    assert_eq!((outside.rule, outside.severity), (RuleId::SharedKey, Severity::Medium));
    assert!(outside.message.contains("is held by 2 services: a, b"), "{}", outside.message);
}

#[test]
fn production_and_development_share_a_key() {
    let found = assessed(vec![outside("dev/.env", None), outside("prod/.env", None), outside("x.env", None)], &[]);
    assert_eq!(kinds(&found), [(SignalId::SharedByEnvironments, "2 environments: development, production")]);
    assert_eq!((found.rule, found.severity), (RuleId::SharedKey, Severity::Critical));
    assert_eq!(severity_at(&found, "prod/.env").environment, Some(Environment::Production));
    assert_eq!(severity_at(&found, "dev/.env").severity, Severity::High);
    for path in ["tests/.env", "examples/.env", "README.md", ".env"] {
        assert!(!shares(&assessed(vec![outside("prod/.env", None), outside(path, None)], &[])), "{path}");
    }
}

#[test]
fn authors_of_different_files_share_with_medium_confidence() {
    let one = [repository("shop", &["a"])];
    let now = |path: &str| in_repository(0, path);
    let then = |path: &str, order, author: &str| {
        version(exposed(in_repository(0, path), Exposure::History), order, author, Reach::Reference)
    };
    let blobs = vec![now("a.py"), now("b.py"), then("a.py", 3, "Ann"), then("b.py", 5, "Ben"), then("b.py", 9, "Ann")];
    let found = assessed(blobs, &one);
    assert_eq!(kinds(&found), [(SignalId::SharedByPeople, "2 people, as its commits tell: Ann, Ben")]);
    let shared = found.signals.iter().any(|signal| signal.id == SignalId::ExposedKey);
    assert_eq!((found.rule, found.confidence, shared), (RuleId::SharedKey, Confidence::Medium, true));
    // Programs, and one person's own names.
    for other in ["renovate[bot]", "github-actions", "root", "ann", "Ann Lee"] {
        let blobs = vec![now("a.py"), now("b.py"), then("a.py", 3, "Ann"), then("b.py", 5, other)];
        assert!(!shares(&assessed(blobs, &one)), "{other}");
    }
    // One file with two authors, and files that are gone, name nobody.
    let blobs = vec![now("a.py"), then("a.py", 3, "Ann"), then("a.py", 5, "Ben"), then("gone.py", 4, "Cid")];
    assert!(!shares(&assessed(blobs, &one)));
}

#[test]
fn what_might_be_anybodys_is_never_shared() {
    let two = [repository("x", &["a"]), repository("y", &["b"])];
    let change = |change: fn(&mut KeyMatch)| {
        let mut blobs = vec![in_repository(0, "a.py"), in_repository(1, "b.py")];
        blobs.iter_mut().for_each(|blob| change(&mut blob.matches.keys[0]));
        assessed(blobs, &two)
    };
    assert!(shares(&change(|_| {})));
    assert!(!shares(&change(|key| key.weak = true)));
    assert!(!shares(&change(|key| key.format = "openai-fragment".to_owned())));
    assert!(!shares(&change(|key| key.confidence = Confidence::Low)));
    assert!(!shares(&change(|key| key.signals = vec![signal(SignalId::PublishedExample)])));
}

#[test]
fn a_suppressed_place_counts() {
    let two = [repository("x", &["a"]), repository("y", &["b"])];
    let mut quiet = in_repository(1, "b.py");
    quiet.matches.keys[0].place.allow = Some(Box::new(keyscan::model::Allow {
        scope: keyscan::model::AllowScope::All,
        reason: String::new(),
        lines: None,
    }));
    let found = assessed(vec![in_repository(0, "a.py"), quiet], &two);
    assert_eq!((found.rule, found.occurrences.len()), (RuleId::SharedKey, 1));
    assert_eq!(kinds(&found), [(SignalId::SharedByRepositories, "2 repositories: x, y")]);
}

#[test]
fn history_counts_for_repositories_alone() {
    let two = [repository("x", &["a"]), repository("y", &["b"])];
    let gone = |repository, path: &str| {
        version(exposed(in_repository(repository, path), Exposure::History), 1, "Ann", Reach::Reference)
    };
    let found = assessed(vec![in_repository(0, "a.py"), gone(1, "b.py")], &two);
    assert_eq!(kinds(&found), [(SignalId::SharedByRepositories, "2 repositories: x, y")]);
    let blobs = vec![in_repository(0, "prod/a.py"), gone(0, "dev/b.py"), package(gone(0, "svc/c.py"), "svc")];
    assert!(!shares(&assessed(blobs, &two)));
}

#[test]
fn of_each_path_the_earliest_version_is_told() {
    let one = [repository("x", &["a"])];
    let then = |path: &str, order, author: &str| {
        version(exposed(in_repository(0, path), Exposure::History), order, author, Reach::Reference)
    };
    let head = |path: &str, order| version(in_repository(0, path), order, "Hed", Reach::Reference);
    let blobs = vec![
        in_repository(0, "kept.py"),
        then("kept.py", 2, "Ann"),
        then("kept.py", 4, "Ben"),
        head("kept.py", 7),
        then("gone.py", 5, "Ben"),
        then("gone.py", 3, "Ann"),
        head("only-in-head.py", 6),
        then("only-in-head.py", 1, "Cid"),
        exposed(in_repository(0, ".env"), Exposure::Ignored),
        then(".env", 8, "Dan"),
    ];
    let found = assessed(blobs, &one);
    let places: Vec<(&str, Exposure, Option<&str>, u64)> = found
        .occurrences
        .iter()
        .map(|place| {
            let order = place.commit.as_deref().map_or(0, |commit| commit.trim_end_matches('c').parse().unwrap());
            (place.path.text.as_str(), place.exposure, place.author.as_deref(), order)
        })
        .collect();
    assert_eq!(
        places,
        [
            (".env", Exposure::Ignored, None, 0),
            (".env", Exposure::History, Some("Dan"), 8),
            ("gone.py", Exposure::History, Some("Ann"), 3),
            ("kept.py", Exposure::Tracked, Some("Ann"), 2),
            ("only-in-head.py", Exposure::Tracked, Some("Cid"), 1),
        ]
    );
    assert!(!has(&found, SignalId::GoneFromTree) && !has(&found, SignalId::LeakedKey));
}

#[test]
fn a_key_that_only_the_history_holds_is_leaked() {
    let two = [repository("x", &["a"]), repository("y", &["a"])];
    let then =
        |path: &str, order, reach| version(exposed(in_repository(0, path), Exposure::History), order, "Ann", reach);
    let found = assessed(vec![then("a.py", 7, Reach::Reference), then("b.py", 4, Reach::Nowhere)], &two);
    assert_eq!((found.rule, found.severity), (RuleId::LeakedKey, Severity::Critical));
    assert_eq!(signal_detail(&found, SignalId::GoneFromTree), Some("first in commit 4ccccccccc"));
    assert!(!has(&found, SignalId::Unreachable) && !has(&found, SignalId::ExposedKey));

    let found = assessed(vec![then("a.py", 7, Reach::Local)], &two);
    let detail = "first in commit 7ccccccccc, only in the stash or a reflog";
    assert_eq!(signal_detail(&found, SignalId::GoneFromTree), Some(detail));
    let found = assessed(vec![then("a.py", 7, Reach::Nowhere)], &two);
    assert!(has(&found, SignalId::Unreachable));

    // An ignored file is not the tree; another repository is not this one.
    let mut ignored = exposed(in_repository(0, ".env"), Exposure::Ignored);
    ignored.origin.root = 0;
    let found = assessed(vec![then("a.py", 7, Reach::Reference), ignored, in_repository(1, "c.py")], &two);
    assert_eq!((found.rule, found.occurrences.len()), (RuleId::LeakedKey, 3));
    assert!(has(&found, SignalId::StoredKey) && has(&found, SignalId::ExposedKey));
    // Anywhere in the tree of the same repository.
    let found = assessed(vec![then("a.py", 7, Reach::Reference), in_repository(0, "b.py")], &two);
    assert_eq!(found.rule, RuleId::ExposedKey);
}

#[test]
fn endpoints_of_the_history_are_at_most_low() {
    let relay = |order: Option<u64>| {
        let one = endpoint(EndpointKind::Relay, "relay.example", 1, None);
        let mut blob = blob("prod/app.py", Exposure::Tracked, Vec::new(), vec![one]);
        if let Some(order) = order {
            blob = version(exposed(blob, Exposure::History), order, "Ann", Reach::Reference);
        }
        blob
    };
    let of = |blobs| run(blobs).findings.remove(0);
    assert_eq!(of(vec![relay(Some(1)), relay(Some(2))]).severity, Severity::Low);
    assert_eq!(of(vec![relay(Some(1)), relay(Some(2))]).occurrences.len(), 1);
    let now = of(vec![relay(None), relay(Some(2))]);
    assert_eq!((now.severity, now.occurrences.len()), (Severity::Critical, 1));
    assert_eq!(now.occurrences[0].author.as_deref(), Some("Ann"));
}

#[test]
fn what_everybody_can_read_is_at_least_medium() {
    let open = |path: &str| {
        let mut blob = outside(path, None);
        blob.origin.world_readable = true;
        blob
    };
    let found = assessed(vec![open("app.env")], &[]);
    assert_eq!((found.rule, found.severity), (RuleId::StoredKey, Severity::Medium));
    assert!(has(&found, SignalId::WorldReadable));
    assert_eq!(assessed(vec![open("prod/app.env")], &[]).severity, Severity::High);
    assert_eq!(assessed(vec![open("notes.py")], &[]).severity, Severity::High);
    assert_eq!(assessed(vec![outside("app.env", None)], &[]).severity, Severity::Low);
    let mut piece = open("app.env");
    piece.matches.keys[0].format = "openai-fragment".to_owned();
    assert_eq!(assessed(vec![piece], &[]).severity, Severity::Low);
}

fn masked(line: u64, head: &str, tail: &str) -> BlobMatches {
    let mut shown = blob("app.log", Exposure::OutsideGit, Vec::new(), Vec::new());
    let (head, tail) = (Secret::new(head.as_bytes()), Secret::new(tail.as_bytes()));
    shown.matches.masked.push(Masked { place: place(line, 5, 12), head, tail });
    shown
}

#[test]
fn a_masked_form_meets_the_one_key_that_it_can_be() {
    let alone = || run(vec![masked(3, "openai", "alue")]).findings;
    assert!(alone().is_empty());
    let found = |head: &str, tail: &str| assessed(vec![outside("a.env", None), masked(3, head, tail)], &[]);
    for (head, tail) in [("openai", "alue"), ("openai-v", ""), ("", "alue"), ("op", "e")] {
        let found = found(head, tail);
        assert_eq!(signal_detail(&found, SignalId::MaskedForm), Some("app.log:3"), "{head} {tail}");
        let related: Vec<_> = found.related.iter().map(|place| (place.path.text.as_str(), place.role)).collect();
        assert_eq!(related, [("app.log", RelatedRole::SameKey)]);
        assert_eq!(found.occurrences.len(), 1);
        assert!(!shares(&found));
    }
    for (head, tail) in [("openai", "xlue"), ("xopen", "alue"), ("openai-va", "value"), ("openai-val", "x")] {
        assert!(!has(&found(head, tail), SignalId::MaskedForm), "{head} {tail}");
    }
    // Of two keys it can be either: nothing is said.
    let mut other = outside("b.env", None);
    other.matches.keys[0].secret = Secret::new(b"openai-other-value");
    let all = run(vec![outside("a.env", None), other, masked(3, "openai", "alue")]).findings;
    assert_eq!(all.len(), 2);
    assert!(all.iter().all(|finding| !has(finding, SignalId::MaskedForm)));
}

#[test]
fn a_member_of_a_pool_names_the_others() {
    let keys: Vec<KeyMatch> = (0..3)
        .map(|at| KeyMatch {
            secret: Secret::new(format!("openai-value-{at}").as_bytes()),
            place: place(1, 20 + at * 40, 30),
            ..openai_key(1, Some("OPENAI_API_KEYS"))
        })
        .collect();
    let mut pool = blob("a.env", Exposure::OutsideGit, keys, Vec::new());
    pool.matches.lists = vec![Span { start: 0, end: 1000 }];
    let all = run(vec![pool]).findings;
    let members: Vec<&Finding> = all.iter().filter(|finding| matches!(finding.subject, Subject::Key(_))).collect();
    assert_eq!(members.len(), 3);
    for member in members {
        assert_eq!(signal_detail(member, SignalId::KeyPool), Some("one of 3 keys in OPENAI_API_KEYS"));
        let own = member.occurrences[0].position.column;
        let columns: Vec<u64> = member.related.iter().map(|place| place.position.column).collect();
        assert_eq!(columns.len(), 2);
        assert!(!columns.contains(&own));
        assert!(member.related.iter().all(|place| place.role == RelatedRole::PoolMember));
    }
}

#[test]
fn paths_of_one_name_in_two_roots_are_two_places() {
    let two = [repository("x", &["a"]), repository("y", &["b"])];
    let then =
        |repository| version(exposed(in_repository(repository, "a.py"), Exposure::History), 1, "Ann", Reach::Local);
    let found = assessed(vec![in_repository(0, "a.py"), then(1)], &two);
    assert_eq!(found.occurrences.len(), 2);
    let path = BlobPath { text: "a.py".to_owned(), percent: false };
    assert!(found.occurrences.iter().all(|place| place.path == path));
    assert_eq!(found.rule, RuleId::LeakedKey);
}
