//! `--own-account` against a made-up Admin API: what is listed, what is matched, and what is said where parts are missing.

use keyscan::model::{Holding, Listing, Online, OnlineReason, RuleId, Severity, SignalId};
use keyscan::online::{AdminKey, Options};
use keyscan::report::{self, Format};
use keyscan::rules::Rules;
use serde_json::{Value, json};

use super::server::{Asked, Reply, Server};
use super::{options, own_account, scan, valid};
use crate::support::{Tree, modern};

fn admin() -> String {
    modern("sk-admin-", 58, 77)
}

/// A key as the API lists it: masked, with the ends shown.
fn masked(key: &str) -> String {
    format!("{}...{}", &key[..12], &key[key.len() - 4..])
}

fn listed(id: &str, value: &str, owner: &str, access: &str) -> Value {
    json!({
        "object": "organization.project.api_key", "id": id, "name": format!("name of {id}"), "redacted_value": value,
        "created_at": 1_700_000_000, "last_used_at": 1_790_000_000, "owner_project_access": access,
        "owner": {"type": owner, owner: {"id": "x", "name": format!("owner of {id}"), "email": "secret@example.com"}},
    })
}

fn page(entries: &[Value], more: bool) -> Reply {
    let id = |entry: Option<&Value>| entry.map(|entry| entry["id"].clone());
    let body = json!({
        "object": "list", "data": entries, "has_more": more, "first_id": id(entries.first()), "last_id": id(entries.last()),
    });
    Reply::json(200, &body.to_string())
}

fn project(id: &str, status: &str) -> Value {
    json!({"id": id, "object": "organization.project", "name": format!("Project {id}"), "status": status})
}

/// An account with one project in use and one that is archived, without any limit.
fn account(keys: Vec<Value>, archived: Vec<Value>) -> impl Fn(&Asked) -> Reply + Send + Sync + 'static {
    move |asked| {
        assert!(asked.line.starts_with("GET "), "nothing is changed: {}", asked.line);
        let path = asked.path().split('?').next().unwrap();
        match path.strip_prefix("/v1/organization").unwrap() {
            "/projects" => page(&[project("proj_one", "active"), project("proj_old", "archived")], false),
            "/projects/proj_one/api_keys" => page(&keys, false),
            "/projects/proj_old/api_keys" => page(&archived, false),
            "/admin_api_keys" => page(&[], false),
            path if path.ends_with("/spend_alerts") => page(&[], false),
            path if path.ends_with("/spend_limit") => Reply::json(404, r#"{"error":{"message":"none"}}"#),
            _ => Reply::json(404, "{}"),
        }
    }
}

fn only(online: &Online) -> &Holding {
    assert_eq!(online.keys.len(), 1);
    online.keys.values().next().unwrap().holding.as_ref().unwrap()
}

fn holding(server: &Server, key: &str, format: &str) -> Holding {
    only(&own_account(options(server), &admin(), &[(key, format)])).clone()
}

#[test]
fn a_key_of_the_account_is_ours_with_all_that_is_listed_of_it() {
    let key = modern("sk-proj-", 74, 1);
    let server = Server::start(account(vec![listed("key_a", &masked(&key), "user", "active")], Vec::new()));
    let Holding::Ours(own) = holding(&server, &key, "openai-project") else { panic!("it is listed") };
    assert_eq!(own.name.as_deref(), Some("name of key_a"));
    assert_eq!(own.project.as_ref().map(|project| project.name.as_str()), Some("Project proj_one"));
    assert_eq!(own.owner.as_deref(), Some("owner of key_a"));
    assert_eq!(own.last_used.as_deref(), Some("2026-09-21"));
    assert!(!own.orphaned);
    for asked in server.asked() {
        assert_eq!(asked.header("authorization"), Some(format!("Bearer {}", admin()).as_str()));
        assert!(!String::from_utf8_lossy(&asked.raw).contains(&key[12..]), "no found key is sent");
        assert!(!asked.line.contains("sk-"), "{}", asked.line);
        assert_eq!(asked.header("host"), Some("api.openai.com"));
    }
    let lines: Vec<String> = server.asked().iter().map(|asked| asked.path().to_owned()).collect();
    assert!(lines.iter().any(|path| path.contains("/projects?include_archived=true&limit=100")), "{lines:?}");
    assert!(lines.iter().any(|path| path.contains("/proj_old/api_keys?owner_project_access=any")), "{lines:?}");
}

#[test]
fn a_key_without_anybody_behind_it_is_orphaned() {
    let key = modern("sk-proj-", 74, 1);
    let orphaned =
        |server: &Server| matches!(holding(server, &key, "openai-project"), Holding::Ours(own) if own.orphaned);
    let inactive = account(vec![listed("key_a", &masked(&key), "user", "inactive")], Vec::new());
    assert!(orphaned(&Server::start(inactive)));
    let archived = account(Vec::new(), vec![listed("key_a", &masked(&key), "user", "active")]);
    assert!(orphaned(&Server::start(archived)));
}

#[test]
fn every_shown_character_and_the_family_have_to_agree() {
    let key = modern("sk-proj-", 74, 1);
    let other = modern("sk-proj-", 74, 2);
    for (values, owner, ours) in [
        (vec![masked(&key)], "user", true),
        (vec![masked(&key), masked(&other)], "user", true),
        (vec![format!("sk-proj-{}{}", "*".repeat(152), &key[160..])], "user", true),
        (vec![masked(&other)], "user", false),
        (vec![format!("{}...{}", &key[..12], &other[160..])], "user", false),
        (vec![masked(&key)], "service_account", false),
    ] {
        let keys = values.iter().map(|value| listed(&format!("key_{}", value.len()), value, owner, "active")).collect();
        let server = Server::start(account(keys, Vec::new()));
        let said = holding(&server, &key, "openai-project");
        assert_eq!(matches!(said, Holding::Ours(_)), ours, "{values:?} {owner}: {said:?}");
        let ends = values.contains(&masked(&key));
        let other = if ends { Holding::PossiblyOurs } else { Holding::NotInAccount };
        assert!(ours || said == other, "{said:?}");
    }
}

#[test]
fn what_does_not_tell_one_key_from_another_is_possible_only() {
    let key = modern("sk-proj-", 74, 1);
    let twice =
        vec![listed("key_a", &masked(&key), "user", "active"), listed("key_b", &masked(&key), "user", "active")];
    assert_eq!(holding(&Server::start(account(twice, Vec::new())), &key, "openai-project"), Holding::PossiblyOurs);
    let little = vec![listed("key_a", &format!("sk-...{}", &key[162..]), "user", "active")];
    assert_eq!(holding(&Server::start(account(little, Vec::new())), &key, "openai-project"), Holding::PossiblyOurs);
    // Two found keys that end alike.
    let twin = format!("{}{}", &modern("sk-proj-", 74, 2)[..150], &key[150..]);
    let ends = vec![listed("key_a", &format!("sk-proj-...{}", &key[160..]), "user", "active")];
    let server = Server::start(account(ends, Vec::new()));
    let online = own_account(options(&server), &admin(), &[(&key, "openai-project"), (&twin, "openai-project")]);
    assert!(online.keys.values().all(|key| key.holding == Some(Holding::PossiblyOurs)));
}

#[test]
fn listings_are_read_page_by_page() {
    let key = modern("sk-svcacct-", 74, 1);
    let last = masked(&key);
    let server = Server::start(move |asked| {
        let path = asked.path();
        if path.contains("/api_keys") && path.contains("/projects/proj_one/") {
            return match path {
                path if path.contains("after=key_2") => {
                    page(&[listed("key_3", &last, "service_account", "active")], false)
                }
                path if path.contains("after=key_1") => {
                    page(&[listed("key_2", "sk-proj-zz...zzzz", "user", "active")], true)
                }
                _ => page(&[listed("key_1", "sk-proj-yy...yyyy", "user", "active")], true),
            };
        }
        account(Vec::new(), Vec::new())(asked)
    });
    let online = own_account(options(&server), &admin(), &[(&key, "openai-service-account")]);
    assert!(matches!(only(&online), Holding::Ours(own) if own.owner.as_deref() == Some("owner of key_3")));
    let account = online.account.unwrap();
    assert_eq!((account.listing, account.projects, account.keys), (Listing::Complete, 2, 3));
}

/// An account whose listing of one project's keys goes wrong.
fn broken(reply: impl Fn(usize) -> Reply + Send + Sync + 'static) -> (Online, usize) {
    let key = modern("sk-proj-", 74, 1);
    let times = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |asked| {
        if asked.path().contains("/proj_one/api_keys") {
            return reply(times.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
        }
        account(Vec::new(), Vec::new())(asked)
    });
    let online = own_account(options(&server), &admin(), &[(&key, "openai-project")]);
    let asked = server.asked().iter().filter(|asked| asked.path().contains("/proj_one/api_keys")).count();
    (online, asked)
}

#[test]
fn what_could_not_be_listed_makes_the_listing_partial() {
    let endless = |_| page(&[listed("key_1", "sk-proj-yy...yyyy", "user", "active")], true);
    let silent = |_| Reply::json(200, r#"{"data":[{"id":"key_1","redacted_value":"sk-...abcd"}]}"#);
    let lost = |_| Reply::json(200, r#"{"data":[{"id":"../../x","redacted_value":"sk-...abcd"}],"has_more":true}"#);
    for (online, reason, times) in [
        (broken(|_| Reply::json(403, "{}")), OnlineReason::Refused, 1),
        (broken(|_| Reply::json(500, "{}")), OnlineReason::ServerError, 2),
        (
            broken(|_| Reply::Http(429, vec![("retry-after", "0".to_owned())], "{}".into())),
            OnlineReason::RateLimited,
            2,
        ),
        (broken(|_| Reply::json(200, "<html>")), OnlineReason::NotTheApi, 1),
        (broken(|_| Reply::json(200, r#"{"data":[{}],"has_more":false}"#)), OnlineReason::NotTheApi, 1),
        (broken(|_| Reply::json(302, "")), OnlineReason::Redirect, 1),
        (broken(endless), OnlineReason::NotTheApi, 2),
        (broken(lost), OnlineReason::NotTheApi, 1),
        (broken(silent), OnlineReason::NotTheApi, 1),
    ]
    .map(|((online, asked), reason, times)| {
        assert_eq!(asked, times, "{reason:?}");
        (online, reason, times)
    }) {
        assert_eq!(online.account.as_ref().unwrap().listing, Listing::Partial(reason), "{times}");
        assert_eq!(*only(&online), Holding::NotInAccount);
    }
}

#[test]
fn an_account_without_a_project_is_not_listed_whole() {
    let server = Server::start(|asked| match asked.path() {
        path if path.contains("/projects?") => page(&[], false),
        _ => account(Vec::new(), Vec::new())(asked),
    });
    let online = own_account(options(&server), &admin(), &[(&modern("sk-proj-", 74, 1), "openai-project")]);
    assert_eq!(online.account.as_ref().unwrap().listing, Listing::Partial(OnlineReason::Unexpected));
    assert_eq!(*only(&online), Holding::NotInAccount);
}

#[test]
fn a_key_that_is_listed_twice_is_one_key() {
    let key = modern("sk-proj-", 74, 1);
    let entry = || vec![listed("key_a", &masked(&key), "user", "active")];
    let server = Server::start(account(entry(), entry()));
    let online = own_account(options(&server), &admin(), &[(&key, "openai-project")]);
    assert!(matches!(only(&online), Holding::Ours(_)), "{:?}", only(&online));
    assert_eq!(online.account.unwrap().keys, 1);
}

#[test]
fn a_few_characters_of_a_partial_list_prove_nothing() {
    let key = modern("sk-proj-", 74, 1);
    let said = |value: String| {
        let keys = vec![listed("key_a", &value, "user", "active")];
        let server = Server::start(move |asked| match asked.path() {
            path if path.contains("/proj_old/") => Reply::json(403, "{}"),
            _ => account(keys.clone(), Vec::new())(asked),
        });
        holding(&server, &key, "openai-project")
    };
    assert_eq!(said(format!("sk-...{}", &key[161..])), Holding::PossiblyOurs);
    assert!(matches!(said(masked(&key)), Holding::Ours(_)));
}

#[test]
fn a_server_that_asks_to_wait_is_asked_again() {
    let wait = |time| match time {
        0 => Reply::Http(429, vec![("retry-after", "0".to_owned())], "{}".into()),
        _ => page(&[], false),
    };
    let (online, asked) = broken(wait);
    assert_eq!((online.account.unwrap().listing, asked), (Listing::Complete, 2));
}

#[test]
fn an_account_that_cannot_be_listed_says_nothing_of_keys() {
    for (status, reason) in
        [(401, OnlineReason::Refused), (403, OnlineReason::Refused), (500, OnlineReason::ServerError)]
    {
        let server = Server::start(move |_| Reply::json(status, "{}"));
        let key = modern("sk-proj-", 74, 1);
        let online = own_account(options(&server), &admin(), &[(&key, "openai-project")]);
        assert_eq!(online.account.unwrap().listing, Listing::Failed(reason));
        assert!(online.keys.is_empty());
    }
}

#[test]
fn spending_is_limited_by_a_limit_or_an_alert_of_the_project_or_the_organization() {
    let unlimited = |limited: &'static str| {
        let server = Server::start(move |asked| {
            let path = asked.path().strip_prefix("/v1/organization").unwrap();
            if !limited.is_empty() && path.split('?').next() == Some(limited) {
                return match limited.ends_with("spend_limit") {
                    true => Reply::json(200, r#"{"object":"project.spend_limit","threshold_amount":10000}"#),
                    false => page(&[json!({"id": "alert_1"})], false),
                };
            }
            account(Vec::new(), Vec::new())(asked)
        });
        let online = own_account(options(&server), &admin(), &[]);
        online.account.unwrap().unlimited.into_iter().map(|project| project.id).collect::<Vec<_>>()
    };
    assert_eq!(unlimited(""), ["proj_one"], "archived projects spend nothing");
    for limited in
        ["/projects/proj_one/spend_limit", "/projects/proj_one/spend_alerts", "/spend_limit", "/spend_alerts"]
    {
        assert!(unlimited(limited).is_empty(), "{limited}");
    }
}

/// A key that works and that the account does not hold, and those of which that cannot be said.
#[test]
fn a_foreign_key_is_one_that_works_and_that_a_complete_list_does_not_hold() {
    let key = modern("sk-proj-", 74, 1);
    let legacy = crate::support::expand("sk-{20}T3{}BlbkFJ{20}", 2);
    let foreign = |key: &str, live: bool, complete: bool, verify: bool| {
        let server = Server::start(move |asked| match asked.path() {
            "/v1/models" if live => Reply::list(),
            "/v1/models" => Reply::json(401, r#"{"error":{"code":"invalid_api_key"}}"#),
            path if !complete && path.contains("/proj_one/") => Reply::json(403, "{}"),
            _ => account(Vec::new(), Vec::new())(asked),
        });
        let tree = Tree::one("main.py", format!("key = '{key}'\n"));
        let own_account = Some(AdminKey::new(admin().as_bytes()).unwrap());
        let report = scan(tree.path(), Options { verify, own_account, ..options(&server) });
        let finding = &report.findings[0];
        let has = |id: SignalId| finding.signals.iter().any(|signal| signal.id == id);
        assert!(has(SignalId::NotInAccount));
        finding.rule == RuleId::ForeignKey || has(SignalId::ForeignKey)
    };
    assert!(foreign(&key, true, true, true));
    assert!(!foreign(&key, false, true, true), "dead");
    assert!(!foreign(&key, true, true, false), "nobody asked whether it works");
    assert!(!foreign(&key, true, false, true), "not all was listed");
    assert!(!foreign(&legacy, true, true, true), "older keys are listed nowhere");
}

#[test]
fn a_foreign_key_where_keys_belong_is_named_after_it() {
    let key = modern("sk-proj-", 74, 1);
    let server = Server::start(|asked| match asked.path() {
        "/v1/models" => Reply::list(),
        _ => account(Vec::new(), Vec::new())(asked),
    });
    let tree = Tree::one(".env", format!("OPENAI_API_KEY={key}\n"));
    tree.write(".gitignore", ".env\n");
    tree.write(".keyscan.toml", "[keys]\nstores = ['.env']\n");
    let own_account = Some(AdminKey::new(admin().as_bytes()).unwrap());
    let report = scan(tree.path(), Options { verify: true, own_account, ..options(&server) });
    let live = report.findings[0].signals.iter().any(|signal| signal.id == SignalId::Live);
    assert!(live && report.findings[0].signals.iter().all(|signal| !signal.detail.contains("secret@example.com")));
}

#[test]
fn names_of_others_come_out_short_and_harmless() {
    let key = modern("sk-proj-", 74, 1);
    let inner = modern("sk-proj-", 74, 9);
    let mut entry = listed("key_a", &masked(&key), "user", "active");
    entry["owner"]["user"]["name"] = json!(format!("Eve\u{1b}[31m\n{} {inner}", "x".repeat(200)));
    entry["name"] = json!(inner);
    let server = Server::start(account(vec![entry], Vec::new()));
    let tree = Tree::one("main.py", format!("key = '{key}'\n"));
    let own_account = Some(AdminKey::new(admin().as_bytes()).unwrap());
    let report = scan(tree.path(), Options { own_account, ..options(&server) });
    let signal = report.findings[0].signals.iter().find(|signal| signal.id == SignalId::InOwnAccount).unwrap();
    assert!(signal.detail.contains("owner Eve[31m xxx"), "{}", signal.detail);
    assert!(signal.detail.chars().count() < 200 && !signal.detail.contains(&inner[20..]));
}

#[test]
fn an_admin_key_is_taken_only_if_it_looks_like_one() {
    assert!(AdminKey::new(format!(" {}\n", admin()).as_bytes()).is_ok());
    for wrong in ["", "sk-proj-abc", "sk-admin-a b", "sk-admin-a\nsk-admin-b", "sk-admin-\u{e4}"] {
        assert!(AdminKey::new(wrong.as_bytes()).is_err(), "{wrong}");
    }
    let shown = format!("{:?}", AdminKey::new(admin().as_bytes()).unwrap());
    assert_eq!(shown, "AdminKey(***)");
}

#[test]
fn a_project_without_a_limit_is_told_where_its_keys_are() {
    let key = modern("sk-proj-", 74, 1);
    let server = Server::start(account(vec![listed("key_a", &masked(&key), "user", "active")], Vec::new()));
    let tree = Tree::one("main.py", format!("key = '{key}'\n"));
    let own_account = || Some(AdminKey::new(admin().as_bytes()).unwrap());
    let report = scan(tree.path(), Options { own_account: own_account(), ..options(&server) });
    let limit = report.findings.iter().find(|finding| finding.rule == RuleId::NoSpendLimit).expect("it has no limit");
    assert_eq!(limit.severity, Severity::Low);
    assert_eq!(limit.occurrences[0].path.text, "main.py");
    assert!(limit.message.starts_with("The project Project proj_one (…) of your own account"), "{}", limit.message);
    for &format in Format::ALL {
        let mut out = Vec::new();
        report::write(&report, &Rules::builtin(), format, &report::Options::default(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("no-spend-limit"), "{format:?}: {text}");
        assert!(!text.contains(&key[20..]) && !text.contains(&admin()[20..]), "{format:?}");
        if format == Format::Human {
            assert!(text.contains("Own account: 2 projects and 1 key listed, and that is all."), "{text}");
            assert!(text.contains("Without a spend limit or an alert: Project proj_one."), "{text}");
        }
        if format == Format::Json {
            let json: Value = serde_json::from_str(&text).unwrap();
            let account = &json["scan"]["account"];
            assert_eq!((&account["listing"], &account["keys"]), (&json!("complete"), &json!(1)));
            valid(&json);
        }
    }
    // Elsewhere nothing tells of the project but what was listed.
    let tree = Tree::one("main.py", format!("key = '{}'\n", modern("sk-proj-", 74, 2)));
    let report = scan(tree.path(), Options { own_account: own_account(), ..options(&server) });
    assert!(report.findings.iter().all(|finding| finding.rule != RuleId::NoSpendLimit));
    assert_eq!(report.scan.account.unwrap().unlimited.len(), 1);
}
