//! Users' own rule files: what they add, what goes before what, and how a mistake is named.

use std::path::Path;

use keyscan::assess::{Fingerprinter, Policy};
use keyscan::detect::Detector;
use keyscan::examples;
use keyscan::model::{EndpointKind, PolicyFacts, Report, Severity};
use keyscan::rules::{HostMatch, Problem, RuleError, Rules};
use keyscan::source::{self, Progress};
use keyscan::{report, scan};

use crate::git::run_git::Repo;
use crate::support::library::detect;
use crate::support::{Tree, expand};

/// A key format and its issuer.
const KEY: &str = r#"
[[issuer]]
id = "acme"
name = "Acme"
kind = "vendor"
words = ["acme"]
endpoints = ["acme-api"]
advice = ["Revoke the key at acme.test."]

[[endpoint]]
id = "acme-api"
name = "Acme"
kind = "provider"
confidence = "high"
hosts = ["api.acme.test"]
examples = ["ACME_URL=https://api.acme.test/v1"]
non-examples = ["ACME_URL=https://api.acme.test.evil.example/v1"]

[[key]]
id = "acme-live"
name = "Acme live key"
issuer = "acme"
anchor = "prefix"
proves = "issuer"
prefix = "acme_live_"
body = "[A-Za-z0-9]{20,40}"
judge = "random"
confidence = "high"
sample = "acme_live_{32}"
examples = ["TOKEN=<key>", "curl -H 'X-Acme: <key>'"]
non-examples = ["TOKEN=acme_live_xxxxxxxxxxxxxxxxxxxxxxxx", "TOKEN=acme_live_short1"]
source = "made up"
"#;

const ISSUER: &str = "[[issuer]]\nid = \"acme\"\nname = \"Acme\"\nkind = \"relay\"\nadvice = [\"Abandon it.\"]\n";
const ENDPOINT: &str = "[[endpoint]]\nid = \"acme\"\nname = \"Acme\"\nkind = \"relay\"\nconfidence = \"high\"\n\
    hosts = [\"api.acme-relay.test\"]\nexamples = [\"u=https://api.acme-relay.test\"]\nnon-examples = [\"u=x\"]\n";

fn all_refused(files: &[(&str, &str)]) -> Vec<RuleError> {
    Rules::with_extra(files).expect_err("a file is wrong")
}

fn refused(text: &str) -> RuleError {
    all_refused(&[("own.toml", text)]).swap_remove(0)
}

fn with(text: &str) -> Rules {
    Rules::with_extra(&[("own.toml", text)]).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// The key format of a made-up vendor, with what a test changes.
fn format(changes: &[(&str, &str)]) -> String {
    let mut text = KEY.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    text
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let error = refused(&format!("{ISSUER}prefics = \"sk-\"\nwords = []\n"));
    assert_eq!((error.line, error.column), (6, 1));
    let known = "`id`, `name`, `kind`, `words`, `endpoints`, `advice`";
    assert_eq!(error.to_string(), format!("own.toml:6:1: unknown field `prefics`; there are {known}"));
    let error = refused(&ENDPOINT.replace("hosts", "\nhost"));
    assert_eq!(error.to_string(), "own.toml:7:1: unknown field `host` (did you mean `hosts`?)");
    let error = refused(&ENDPOINT.replace("\"relay\"", "\"relai\""));
    assert!(error.to_string().starts_with("own.toml:4:8: unknown word (did you mean `relay`?); known are: official,"));
    let error = refused("a = \n");
    assert_eq!((error.line, error.problem), (1, Problem::Syntax));
    let error = refused("key = 1\n<<<<<<< ours\n");
    assert_eq!((error.line, error.problem), (2, Problem::Syntax));
    let error = refused("[[issuer]]\nid = \"acme\"\n");
    assert_eq!(error.to_string(), "own.toml:1:1: the field `name` is missing");
    let error = refused(&ISSUER.replace("\"Acme\"", "7"));
    assert_eq!((error.line, error.column, error.problem), (3, 8, Problem::WrongType));
    let error = refused(&format!("# ü\n{}", ENDPOINT.replace("api.acme", "API.acme")));
    assert_eq!((error.line, error.column), (7, 9));
    assert!(error.to_string().contains("`hosts` must be lower-case hosts"));
    let error = refused(&format!("{ISSUER}endpoints = [\"opena\"]\n"));
    assert_eq!(error.to_string(), "own.toml:6:13: no endpoint has this id `opena` (did you mean `openai`?)");
    let error = refused("catalogue = \"2030-01-01\"\n");
    assert!(error.to_string().contains("`catalogue` must"));
}

#[test]
fn errors_show_no_value() {
    let key = expand("sk-proj-{74:url}T3{}BlbkFJ{74:url}", 3);
    for text in [
        format!("{key} = 1\n"),
        format!("[[issuer]]\nid = {key}\n"),
        format!("{ISSUER}words = \"{key}\"\n"),
        format!("{ISSUER}\"{key}\" = 1\n"),
        ISSUER.replace("\"relay\"", &format!("\"{key}\"")),
        ISSUER.replace("\"acme\"", &format!("\"{key}\"")),
        format!("{ISSUER}endpoints = [\"{key}\"]\n"),
        format!("{ISSUER}{ISSUER}").replace("acme", &key),
        ENDPOINT.replace("api.acme-relay.test", &key),
        format(&[("[A-Za-z0-9]{20,40}", &format!("({key}"))]),
        format(&[("acme_live_\"", &format!("{key}\""))]),
        format(&[("<key>", &key)]),
    ] {
        let Err(errors) = Rules::with_extra(&[("own.toml", &text)]) else { continue };
        let shown = format!("{errors:?} {}", errors[0]);
        assert!(!shown.contains(&key[8..24]) && !shown.contains(&key[key.len() - 16..]), "an error shows a key");
    }
}

#[test]
fn ids_are_unique_and_the_error_names_both_places() {
    let error = refused(&format!("{ISSUER}{ISSUER}"));
    assert_eq!(error.to_string(), "own.toml:7:6: this issuer `acme` is there already, at own.toml:2:6");
    let error = refused(&ISSUER.replace("acme", "openai"));
    assert_eq!(error.to_string(), "own.toml:2:6: this issuer `openai` is there already, among the built-in rules");
    let errors = all_refused(&[("a.toml", ISSUER), ("b.toml", &format!("# more\n{ISSUER}"))]);
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].to_string(), "b.toml:3:6: this issuer `acme` is there already, at a.toml:2:6");
    let other = ENDPOINT.replacen("acme", "other", 1);
    let errors = all_refused(&[("a.toml", ENDPOINT), ("b.toml", &other)]);
    assert_eq!(errors[0].to_string(), "b.toml:6:9: this host `api.acme-relay.test` is there already, at a.toml:6:9");
}

#[test]
fn every_mistake_is_named_at_once() {
    let wrong = format!("{ISSUER}words = [\"A\"]\n{}", ENDPOINT.replace("https", "x").replace("api.acme", "API.acme"));
    let errors = all_refused(&[("a.toml", &wrong), ("b.toml", "[[keys]]\n")]);
    assert_eq!(errors.iter().map(|error| (error.file.as_str(), error.line)).collect::<Vec<_>>(), [("b.toml", 1)]);
    let errors = all_refused(&[("a.toml", &wrong)]);
    let places: Vec<_> = errors.iter().map(|error| (error.line, error.column)).collect();
    assert_eq!(places, [(6, 9), (12, 9)]);
    let errors = all_refused(&[("a.toml", "catalogue = \"2030-01-01\"\n"), ("b.toml", ISSUER)]);
    assert_eq!(errors.len(), 1, "{errors:?}");
}

#[test]
fn what_an_own_file_says_about_a_host_goes_first() {
    let rules = with(&ENDPOINT.replace("[\"api.acme-relay.test\"]", "[\"api.openai.com\", \"*.workers.dev\"]"));
    let id = |host: &str| rules.host(host.as_bytes()).map(|hit| hit.entry.id.to_string());
    assert_eq!(id("api.openai.com").as_deref(), Some("acme"));
    assert_eq!(id("some.workers.dev").as_deref(), Some("acme"));
    assert_eq!(id("us.api.openai.com").as_deref(), Some("openai-regional"), "other hosts of the entry keep theirs");
    assert_eq!(id("api.anthropic.com").as_deref(), Some("anthropic"));

    let domain = |rules: &Rules, host: &str| rules.relay_domain(host.as_bytes()).map(|entry| entry.id.to_string());
    assert_eq!(domain(&Rules::builtin(), "new.api2d.net").as_deref(), Some("api2d"));
    let own = with(&ENDPOINT.replace("\"relay\"", "\"gateway\"").replace("api.acme-relay.test", "gate.api2d.net"));
    assert_eq!(domain(&own, "new.api2d.net"), None, "who calls one host no relay's does not mean the whole domain");
    let own = with(ENDPOINT);
    assert_eq!(domain(&own, "new.acme-relay.test").as_deref(), Some("acme"));

    let setting = "[[setting]]\nname = \"base-url\"\nrole = \"base-url\"\nclass = \"specific\"\nproducts = [\"Acme\"]\n\
                   examples = [\"base-url=<value>\"]\nnon-examples = [\"x\"]\nsources = []\n";
    let own = with(setting);
    assert_eq!(own.setting("baseurl").map(|setting| setting.products[0].to_string()).as_deref(), Some("Acme"));
}

#[test]
fn the_order_of_files_changes_nothing() {
    let second = KEY.replace("acme", "zeta").replace("Acme", "Zeta");
    let third = KEY.replace("acme_live_", "acme_").replace("acme", "other").replace("other_", "acme_");
    let files = [("a.toml", KEY), ("b.toml", second.as_str()), ("c.toml", third.as_str())];
    let of = |order: [usize; 3]| Rules::with_extra(&order.map(|at| files[at])).unwrap();
    let (one, other) = (of([0, 1, 2]), of([2, 1, 0]));
    assert_eq!(one.digest(), other.digest());
    assert_ne!(one.digest(), Rules::builtin().digest());
    assert_ne!(one.digest(), Rules::with_extra(&files[..2]).unwrap().digest());
    let ids = |rules: &Rules| rules.keys().map(|key| key.id.to_string()).collect::<Vec<_>>();
    assert_eq!(ids(&one), ids(&other));
    assert_eq!(Rules::with_extra(&[]).unwrap().digest(), Rules::builtin().digest());
    let windows = KEY.replace('\n', "\r\n");
    assert_eq!(with(&windows).digest(), with(KEY).digest(), "a checkout with other line ends has the same rules");
}

#[test]
fn what_a_user_adds_is_found() {
    // Each of these is found in no file of its own without the entry.
    let no_prefix =
        &[("\"prefix\"\nproves", "\"setting\"\nproves"), ("prefix = \"acme_live_\"\n", ""), ("acme_live_{32}", "{32}")];
    let own_setting = "settings = [\"brainaccess\"]\nneeds = \"issuer\"\njudge = \"random\"";
    let mut bare = format(no_prefix).replace("judge = \"random\"", own_setting).replace("words = [\"acme\"]\n", "");
    bare = bare
        .replace("\"TOKEN=<key>\"", "\"BRAIN_ACCESS=<key>\"")
        .replace("curl -H 'X-Acme: <key>'", "brain-access: <key>");
    bare = bare.replace("TOKEN=acme_live_x", "BRAIN_ACCESS=x");
    let short = format(&[("acme_live_\"", "a7\""), ("acme_live_{32}", "a7{32}"), ("TOKEN=<key>", "ACME_TOKEN=<key>")]);
    for (text, example, template) in [
        (KEY.to_owned(), "a <key> b", "acme_live_{32}"),
        (format(&[("acme_live_\"", "acme:\""), ("acme_live_{32}", "acme:{32}")]), "url = 'x?k=<key>'", "acme:{32}"),
        (format(&[("acme_live_\"", "ak-\""), ("acme_live_{32}", "ak-{32}")]), "<key>", "ak-{32}"),
        (format(&[("acme_live_\"", "sk-\""), ("acme_live_{32}", "sk-{32}")]), "<key>", "sk-{32}"),
        (
            format(&[
                ("\"prefix\"\nproves", "\"infix\"\nproves"),
                ("acme_live_\"", ".acme.\""),
                ("[A-Za-z0-9]{20,40}", "[a-z]{8}\\\\.acme\\\\.[A-Za-z0-9]{24}"),
                ("acme_live_{32}", "{8:lower}.acme.{24}"),
            ]),
            "x = \"<key>\"",
            "{8:lower}.acme.{24}",
        ),
        (bare, "brainAccess = \"<key>\"", "{32}"),
        (short, "acme-token: <key>", "a7{32}"),
    ] {
        let rules = with(&text);
        let detector = Detector::new(&rules);
        let key = expand(template, 7);
        let bytes = example.replace("<key>", &key);
        assert!(detector.passes(bytes.as_bytes()), "a scan passes by {example}");
        assert!(detector.may_hold(bytes.as_bytes()), "the history passes by {example}");
        let matches = detect(&detector, "notes.conf", &bytes.into_bytes());
        let found: Vec<_> = matches.keys.iter().map(|key| (key.format.as_str(), key.issuer.as_deref())).collect();
        assert_eq!(found, [("acme-live", Some("acme"))], "{example}");
        assert_eq!(matches.keys[0].secret.expose(), key.as_bytes());
    }
    let rules = with(KEY);
    let detector = Detector::new(&rules);
    assert!(!detector.passes(b"acme_live_ is the prefix, acme_live_x no key, https://crates.io"), "nothing behind it");
}

#[test]
fn a_setting_of_a_user_tells_an_address_in_any_spelling() {
    let text = "[[setting]]\nname = \"CORP_BRAIN_ADDR\"\nrole = \"base-url\"\nclass = \"specific\"\nproducts = [\"Brain\"]\n\
                examples = [\"CORP_BRAIN_ADDR=<value>\"]\nnon-examples = [\"CORP_ADDR=<value>\"]\nsources = []\n";
    let builtin = Rules::builtin();
    let rules = with(text);
    for line in [
        "CORP_BRAIN_ADDR=https://llm.unseen.dev/v1",
        "corp.brain.addr: https://llm.unseen.dev",
        "corpBrainAddr = 'llm.unseen.dev'",
    ] {
        assert!(!Detector::new(&builtin).passes(line.as_bytes()), "{line}");
        let detector = Detector::new(&rules);
        assert!(detector.passes(line.as_bytes()) && detector.may_hold(line.as_bytes()), "{line}");
        let matches = detect(&detector, "notes.conf", line.as_bytes());
        assert_eq!(matches.endpoints.len(), 1, "{line}");
        assert!(matches.endpoints[0].kind == EndpointKind::Unknown && matches.endpoints[0].llm, "{line}");
    }
    let source = rules.sources().next().unwrap();
    assert_eq!(examples::check(&rules, &source).failures, []);
}

fn scanned(tree: &Path, rules: &Rules, mode: source::Mode) -> Report {
    let input = source::Options { paths: vec![tree.to_owned()], mode, ..source::Options::default() };
    let options = scan::Options {
        input: scan::Input::Tree(Box::new(input)),
        policy: Policy::default(),
        fingerprinter: Fingerprinter::plain(),
        min_severity: Severity::Info,
        policy_facts: PolicyFacts::default(),
        show_suppressed: false,
        online: keyscan::online::Options::default(),
    };
    scan::run(&options, rules, &Progress::default()).unwrap()
}

#[test]
fn a_scan_with_own_rules_reports_their_keys() {
    let key = expand("acme_live_{32}", 3);
    let tree = Tree::one("src/app.py", format!("client = Acme('{key}')\n"));
    let rules = with(KEY);
    assert!(scanned(tree.path(), &Rules::builtin(), source::Mode::Tree).findings.is_empty());
    let report = scanned(tree.path(), &rules, source::Mode::Tree);
    assert_eq!(report.findings.len(), 1);
    assert_eq!(report.tool.rules_digest, rules.digest());
    let mut json = Vec::new();
    report::write(&report, &rules, report::Format::Json, &report::Options::default(), &mut json).unwrap();
    let json = String::from_utf8(json).unwrap();
    assert!(
        json.contains("\"acme-live\"") && json.contains("Revoke the key at acme.test.") && !json.contains(&key[12..])
    );
}

#[test]
fn own_keys_are_taken_out_of_paths_and_addresses() {
    let key = expand("acme_live_{32}", 5);
    let tree = Tree::one(
        &format!("src/{key}.py"),
        format!("base_url = 'https://api.acme.test/{key}/v1'; client = Acme('{key}')\n"),
    );
    let rules = with(KEY);
    let report = scanned(tree.path(), &rules, source::Mode::Tree);
    assert!(!report.findings.is_empty());
    for format in report::Format::ALL {
        let mut bytes = Vec::new();
        report::write(
            &report,
            &rules,
            *format,
            &report::Options { verbose: 2, ..report::Options::default() },
            &mut bytes,
        )
        .unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains(&key[16..]), "{format:?}: {text}");
    }
}

#[test]
fn history_and_index_are_searched_for_own_keys() {
    let Some(repo) = Repo::new() else { return };
    let key = expand("acme_live_{32}", 4);
    repo.write("src/app.py", format!("client = Acme('{key}')\n"));
    repo.git(&["add", "."]);
    let rules = with(KEY);
    let rule = |report: &Report| report.findings.iter().map(|finding| finding.rule.as_str()).collect::<Vec<_>>();
    assert_eq!(rule(&scanned(&repo.top, &rules, source::Mode::Staged)), ["exposed-key"]);
    repo.commit("add");
    repo.write("src/app.py", "client = Acme(read())\n");
    repo.git(&["add", "."]);
    repo.commit("remove");
    assert_eq!(rule(&scanned(&repo.top, &rules, source::Mode::History)), ["leaked-key"]);
    assert!(scanned(&repo.top, &Rules::builtin(), source::Mode::History).findings.is_empty());
}

#[test]
fn examples_are_held_against_the_detector_and_failures_have_their_place() {
    let rules = with(KEY);
    let source = rules.sources().next().unwrap();
    let outcome = examples::check(&rules, &source);
    assert_eq!((outcome.examples, outcome.failures.len()), (6, 0), "{:?}", outcome.failures);

    let wrong = format(&[
        ("\"TOKEN=<key>\"", "\"TOKEN=<key>\",\n  \"TOKEN=none\""),
        ("acme_live_xx", "<key>\", \"acme_live_xx"),
    ]);
    let rules = with(&wrong);
    let source = rules.sources().next().unwrap();
    let shown: Vec<String> = examples::check(&rules, &source).failures.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "own.toml:31:3: key `acme-live`: the key is not found in this example",
            "own.toml:32:17: key `acme-live`: a key of this format is found in this counter-example",
        ]
    );
}

#[test]
fn bodies_and_samples_are_bounded() {
    for (body, why) in [
        ("(", "regular expression"),
        ("[a-z]+)|(?:b", "regular expression"),
        ("(?P<a>x)(?=y)", "regular expression"),
        ("(a+)\\\\1", "regular expression"),
        ("[a-z]*", "empty"),
        ("((((a{99}){99}){99}){99}){99}", "smaller"),
        ("[a-z]{100000}", "smaller"),
        (&"(".repeat(900), "regular expression"),
        (&"a".repeat(1001), "1,000 bytes"),
    ] {
        let error = refused(&format(&[("[A-Za-z0-9]{20,40}", body)]));
        assert!(
            error.to_string().starts_with("own.toml:26:8: `body` must") && error.to_string().contains(why),
            "{error}"
        );
    }
    for sample in ["acme_live_{99999}", "acme_live_{x}", "acme_live_{", "acme_live_no_template"] {
        let error = refused(&format(&[("acme_live_{32}", sample)]));
        assert!(error.to_string().starts_with("own.toml:29:10: `sample` must"), "{error}");
    }
    let many: String = (0..201)
        .map(|n| {
            let key = &KEY[KEY.find("[[key]]").unwrap()..];
            key.replace("acme-live", &format!("acme-{n}"))
        })
        .collect();
    let error = refused(&format!("{}{many}", &KEY[..KEY.find("[[key]]").unwrap()]));
    assert!(error.to_string().contains("200 at most"), "{error}");
    // What is odd but within bounds neither panics nor finds anything absurd.
    for body in ["(?P<key>)[a-z0-9]{8}", "(?s).{1,400}", "(?P<key>[a-z])?[a-z0-9]{20,}", "(?-u:\\\\xff){2}x"] {
        let rules = with(&format(&[("[A-Za-z0-9]{20,40}", body)]));
        let detector = Detector::new(&rules);
        for text in [
            &b"acme_live_"[..],
            b"acme_live_q8ztvb2lwx0mrk5jdyh7",
            b"acme_live_\xff\xffx acme_live_\0\0\0",
            b"acme_live_\n\nx",
        ] {
            let _ = (detector.passes(text), detect(&detector, "a.conf", text));
        }
    }
}

#[test]
fn wide_hosts_and_domains_of_own_relays_count() {
    let rules = with(&format!("{ENDPOINT}{ISSUER}endpoints = [\"acme\"]\n"));
    assert_eq!(rules.issuer_of_endpoint("acme").map(|issuer| issuer.id.to_string()).as_deref(), Some("acme"));
    let wide = ENDPOINT.replace("acme", "wide").replace("api.wide-relay.test", "*.wide.test");
    let rules = with(&wide);
    assert_eq!(rules.host(b"a.b.wide.test").map(|hit| hit.how), Some(HostMatch::Suffix));
    assert!(rules.host(b"wide.test").is_none());
    let open = ENDPOINT.replace("api.acme-relay.test", "eu-*.acme.test");
    let rules = with(&open);
    for (host, found) in
        [("eu-1.acme.test", true), ("eu-.acme.test", false), ("eu-1.x.acme.test", false), ("us-1.acme.test", false)]
    {
        assert_eq!(rules.host(host.as_bytes()).is_some(), found, "{host}");
    }
}

#[test]
fn a_thousand_names_are_searched_for() {
    let one = |n: usize| {
        format!(
            "[[setting]]\nname = \"CORP_BRAIN_{n}_ADDR\"\nrole = \"base-url\"\nclass = \"specific\"\nproducts = [\"a\"]\n\
             examples = [\"CORP_BRAIN_{n}_ADDR=<value>\"]\nnon-examples = [\"x\"]\nsources = []\n"
        )
    };
    let text: String = (0..1000).map(one).collect();
    let rules = with(&text);
    let detector = Detector::new(&rules);
    assert!(detector.passes(b"corp.brain.999-addr = https://llm.unseen.dev"));
    assert!(!detector.passes(b"corp.brain.addr = https://llm.unseen.dev, corp--brain-1-addr"));
    let error = refused(&format!("{text}{}", one(1000)));
    assert!(error.to_string().contains("1,000 at most"), "{error}");
    let error = refused(&one(0).replace("BRAIN", &"B".repeat(100)));
    assert_eq!(error.to_string(), "own.toml:2:8: `name` must be 100 bytes or less");
}
