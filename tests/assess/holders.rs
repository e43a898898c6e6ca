//! Who counts as one holder of a key: services, stages, people.

use keyscan::model::{Environment, Home, Origin, RuleId, Scope, ScopeKind, Scopes, Severity, SignalId, Use, Used};

use super::sharing::{assessed, exposed, in_repository, kinds, of_service, outside, package, repository, shares};
use super::*;

fn part_of(mut blob: BlobMatches, service: &str, around: &str) -> BlobMatches {
    blob.origin.part_of = Some(around.to_owned());
    package(blob, service)
}

#[test]
fn what_deploys_a_package_is_the_package() {
    let one = [repository("shop", &["a"])];
    let at = |path: &str| package(in_repository(0, path), ".");
    let chart =
        |name: &str| part_of(in_repository(0, &format!("charts/{name}/x.json")), &format!("charts/{name}"), ".");
    assert!(!shares(&assessed(vec![at(".env"), chart("mail")], &one)));
    let two = assessed(vec![at(".env"), chart("mail"), chart("web")], &one);
    assert_eq!(kinds(&two), [(SignalId::SharedByServices, "2 services: charts/mail, charts/web")]);
    // What a compose file runs is what the chart deploys.
    let run = |name: &str| of_service(at("docker-compose.yml"), name);
    assert!(!shares(&assessed(vec![at(".env"), chart("mail"), run("app")], &one)));
    // A service with source code of its own is none of the package's parts.
    let other = package(in_repository(0, "mail/.env"), "mail");
    assert_eq!(kinds(&assessed(vec![at(".env"), other, chart("web")], &one)).len(), 1);
}

#[test]
fn releases_and_sides_are_one_service() {
    let at = |service: &str| outside(&format!("{service}/.env"), Some(service));
    for (one, other) in [
        ("app/releases/1", "app/releases/2"),
        ("app/releases/20260102", "app/current"),
        ("app-blue", "app-green"),
        ("app/blue", "app/green"),
        ("app_canary", "app"),
    ] {
        assert!(!shares(&assessed(vec![at(one), at(other)], &[])), "{one} {other}");
    }
    for (one, other) in [("app/1", "app/2"), ("app-red", "app-green"), ("app-blue", "web-green"), ("evergreen", "blue")]
    {
        assert!(shares(&assessed(vec![at(one), at(other)], &[])), "{one} {other}");
    }
}

#[test]
fn units_are_services_and_processes_of_one_app_are_none() {
    let units = |one: &str, other: &str| assessed(vec![outside(one, None), outside(other, None)], &[]);
    let found = units("system/a.service", "system/b.service");
    assert_eq!(kinds(&found), [(SignalId::SharedByServices, "2 services: a, b")]);
    assert!(shares(&units("a.container", "b.service.d/override.conf")));
    assert!(!shares(&units("system/a@1.service", "system/a@2.service")));
    assert!(!shares(&units("system/a.service", "system/a.service.d/override.conf")));
    assert!(!shares(&units("system/a.conf", "system/b.conf")));
    let process = |name: &str| of_service(outside(&format!("Procfile.{name}"), Some(".")), name);
    assert!(!shares(&assessed(vec![process("web"), process("worker")], &[])));
}

/// A file with a map at its top and services that take `taken` of its scopes.
fn compose(services: &[&str], taken: usize) -> BlobMatches {
    let mut blob = outside("docker-compose.yml", Some("."));
    let scope = |parent, kind, name: &str| Scope {
        parent,
        kind,
        name: name.to_owned(),
        unit: kind == ScopeKind::Service,
        environment: None,
        start: Some(0),
    };
    // The file, a template of services, its environment.
    let mut scopes = Scopes {
        scopes: vec![
            scope(None, ScopeKind::File, ""),
            scope(Some(0), ScopeKind::Map, "x-app"),
            scope(Some(1), ScopeKind::Map, "environment"),
        ],
        uses: Vec::new(),
    };
    for name in services {
        let service = scopes.scopes.len();
        scopes.scopes.push(scope(Some(0), ScopeKind::Service, name));
        scopes.uses.push(Use { scope: service, used: Used::Scope(taken) });
    }
    blob.matches.scopes = scopes;
    blob.matches.keys[0].place.home = Some(Home { scope: 2, index: None });
    blob
}

#[test]
fn a_map_that_several_services_take_is_held_by_each() {
    let found = assessed(vec![compose(&["web", "worker"], 2)], &[]);
    assert_eq!(kinds(&found), [(SignalId::SharedByServices, "2 services: web, worker")]);
    assert!(!shares(&assessed(vec![compose(&["web"], 2)], &[])));
    // A whole template, with its image and all, makes instances of one app.
    assert!(!shares(&assessed(vec![compose(&["web", "worker"], 1)], &[])));
}

#[test]
fn an_own_copy_of_a_stage_and_folders_of_code_are_no_other_stage() {
    let with = |path: &str| assessed(vec![outside(".env.production", None), outside(path, None)], &[]);
    for path in [
        ".env.production.local",
        "src/local/a.ts",
        "packages/dev-tools/a.ts",
        "src/dev/server.py",
        "dev-tools/config.json",
        "home/dev/app/.env",
        "src/local-storage.ts",
    ] {
        assert!(!shares(&with(path)), "{path}");
    }
    for path in [".env.local", "dev/.env", "app/settings/local.py", "k8s/dev/app.yaml", ".env.staging.local"] {
        assert_eq!(kinds(&with(path)).len(), 1, "{path}");
    }
    // What a file says itself counts in any file.
    let mut staged = of_service(outside("src/a.yaml", None), "");
    staged.matches.scopes.scopes[1].environment = Some(Environment::Staging);
    assert_eq!(kinds(&assessed(vec![outside(".env.production", None), staged], &[])).len(), 1);
}

#[test]
fn one_person_has_several_homes() {
    let of = |person: &str| {
        let change = |origin: &mut Origin| origin.person = Some(person.to_owned());
        let mut blob = outside(&format!("{person}/.zshrc"), None);
        change(&mut blob.origin);
        blob
    };
    for other in ["Alice", "alice.old", "alice-backup", "alice.CORP", "ALICE@corp.example"] {
        assert!(!shares(&assessed(vec![of("alice"), of(other)], &[])), "{other}");
    }
    for (one, other) in [("alice", "alicia"), ("alice.smith", "alice.jones"), ("bob", "alice.old")] {
        assert!(shares(&assessed(vec![of(one), of(other)], &[])), "{one} {other}");
    }
}

#[test]
fn holders_of_one_name_are_counted() {
    let one = [repository("web", &["a"])];
    let at = |path: &str, service: &str| exposed(package(in_repository(0, path), service), Exposure::Ignored);
    let found = assessed(vec![at(".env", "."), at("web/.env", "web")], &one);
    assert_eq!(kinds(&found), [(SignalId::SharedByServices, "2 services: web, web (top)")]);
}

#[test]
fn what_belongs_to_one_service_is_one_holder() {
    let one = [repository("shop", &["a"]), repository("copy", &["a"])];
    let at = |path: &str, service: &str| exposed(package(in_repository(0, path), service), Exposure::Ignored);
    // Twins and templates of a file.
    assert!(!shares(&assessed(vec![at("a/.env", "a"), at("a/.env.bak", "a"), at("b/.env.example", "b")], &one)));
    // Tests and documentation.
    assert!(!shares(&assessed(vec![at("a/.env", "a"), at("tests/x.py", "."), at("docs/x.py", ".")], &one)));
    // The settings of a package feed the services that it runs.
    let web = of_service(at("docker-compose.yml", "."), "web");
    assert!(!shares(&assessed(vec![at(".env", "."), web.clone()], &one)));
    // Two services of one compose file.
    let worker = of_service(at("docker-compose.worker.yml", "."), "worker");
    let found = assessed(vec![at(".env", "."), web, worker], &one);
    assert_eq!(kinds(&found), [(SignalId::SharedByServices, "2 services: web, worker")]);
    // The same package in two clones, one of them below the root.
    let mut clone = at("copies/copy/a/.env", "copies/copy/a");
    clone.origin.repository = Some(1);
    clone.origin.work_tree = Some("copies/copy".to_owned());
    assert!(!shares(&assessed(vec![at("a/.env", "a"), clone], &one)));
    // The jobs of a pipeline.
    let job = |path: &str, name: &str| of_service(package(in_repository(0, path), "."), name);
    assert!(!shares(&assessed(vec![job(".github/workflows/a.yml", "a"), job(".gitlab-ci.yml", "b")], &one)));
    // Of two repositories it is their kind, not this one too.
    let two = [repository("x", &["a"]), repository("y", &["b"])];
    let found = assessed(vec![package(in_repository(0, "a.py"), "."), package(in_repository(1, "a.py"), ".")], &two);
    assert_eq!(kinds(&found).len(), 1);
}

#[test]
fn the_top_of_a_repository_is_called_after_it() {
    let one = [repository("shop", &["a"])];
    let found = assessed(vec![in_repository(0, "a.py"), package(in_repository(0, "api/a.py"), "api")], &one);
    assert_eq!(kinds(&found), [(SignalId::SharedByServices, "2 services: api, shop")]);
}

#[test]
fn services_outside_git_are_named_with_their_root() {
    let mut one = outside("a/.env", Some("a"));
    one.origin.shown = "/srv/configs/a/.env".to_owned();
    let mut other = outside("a/.env", Some("a"));
    other.origin.root = 1;
    other.origin.shown = "etc/a/.env".to_owned();
    let found = assessed(vec![one, other], &[]);
    assert_eq!(kinds(&found), [(SignalId::SharedByServices, "2 services: /srv/configs/a, etc/a")]);
}

#[test]
fn people_share_a_key() {
    let of = |path: &str, person: &str| {
        let mut blob = outside(path, None);
        blob.origin.person = Some(person.to_owned());
        blob
    };
    let found =
        assessed(vec![of("alice/.zshrc", "alice"), of("bob/.zshrc", "bob"), of("old/alice/.zshrc", "alice")], &[]);
    assert_eq!(kinds(&found), [(SignalId::SharedByPeople, "2 people: alice, bob")]);
    assert_eq!((found.rule, found.severity, found.confidence), (RuleId::SharedKey, Severity::High, Confidence::High));
    assert!(!shares(&assessed(vec![of("a/.zshrc", "alice"), of("b/.zshrc", "alice"), outside("c.env", None)], &[])));
    // Their homes are no services, whatever roots or packages they are.
    let home = |root, person| {
        let mut blob = of(".zshrc", person);
        blob.origin.root = root;
        blob
    };
    assert_eq!(kinds(&assessed(vec![home(0, "alice"), home(1, "bob")], &[])).len(), 1);
}
