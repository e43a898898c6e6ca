//! The page for the browser, read as text. `report_browser.rs` opens it.

use keyscan::model::*;
use keyscan::report::Format;
use sha2::{Digest, Sha256};

use super::many::many;
use super::{render, sample};

/// A text that is markup, a template's slot, and what a reader cannot see.
pub(super) const HOSTILE: &str = concat!(
    "</script></style></title>--></svg></table><img src=https://pwned.example/x onerror=",
    "document.documentElement.setAttribute('data-pwned',1)><script>document.documentElement.setAttribute('data-pwned',2)",
    "</script>{{script}}{{findings}}\" onmouseover=\"x' autofocus onfocus='y &lt;b&gt; `z`\n\r\u{2028}\u{202e}\u{0}\u{1b}[31m"
);

/// A report in which every text that can come from a stranger is hostile.
pub(super) fn hostile() -> Report {
    let mut spot = sample::place(HOSTILE, 1, 1).setting(HOSTILE).encoding(HOSTILE).service(HOSTILE).done();
    spot.commit = Some(HOSTILE.to_owned());
    spot.author = Some(HOSTILE.to_owned());
    let message =
        Occurrence { exposure: Exposure::History, shown: format!("message of tag {HOSTILE}"), ..spot.clone() };
    let build = |build: sample::Build| {
        let mut finding =
            build.signal(SignalId::PossibleIssuer, HOSTILE).at(sample::place(HOSTILE, 2, 1)).done(HOSTILE);
        finding.occurrences.extend([spot.clone(), message.clone()]);
        finding.advice = [HOSTILE.to_owned(), format!("`{HOSTILE}`")].into();
        finding.id = HOSTILE.to_owned();
        finding
    };
    let to = |kind| sample::receiver(HOSTILE, kind, HOSTILE, Evidence::SameFile);
    let mut key =
        build(sample::key(Some(HOSTILE), HOSTILE, HOSTILE, Some('a')).rule(RuleId::KeyToThirdParty, Severity::High));
    key.occurrences[0].receiver = Some(to(EndpointKind::Relay).into());
    key.related = vec![sample::related(HOSTILE, 1, 1, RelatedRole::Endpoint, 0)];
    let endpoint = build(sample::endpoint(HOSTILE, EndpointKind::Unknown, HOSTILE));
    let setting = Finding { subject: Subject::Setting(HOSTILE.to_owned()), ..endpoint.clone() };
    let server = Finding { subject: Subject::Server(to(EndpointKind::Proxy).endpoint), ..endpoint.clone() };
    let mut report = sample::with_findings(sample::several_roots(), vec![key, endpoint, setting, server]);
    report.scan.roots.iter_mut().for_each(|root| {
        root.name = HOSTILE.to_owned();
        root.commit = Some(HOSTILE.to_owned());
    });
    report.scan.skipped.iter_mut().for_each(|skip| skip.path.text = HOSTILE.to_owned());
    (report.tool.version, report.tool.catalogue, report.tool.rules_digest) =
        (HOSTILE.to_owned(), HOSTILE.to_owned(), HOSTILE.to_owned());
    let hostile = || Some(HOSTILE.to_owned());
    let path = BlobPath { text: HOSTILE.to_owned(), percent: false };
    let aside = SetAside { root: 0, path, shown: HOSTILE.to_owned(), kind: SetAsideKind::Config, count: 1 };
    report.scan.policy =
        PolicyFacts { config: hostile(), baseline: hostile(), trusted: hostile(), set_aside: vec![aside] };
    let mut passed = report.findings[0].clone();
    passed.occurrences.iter_mut().for_each(|place| {
        place.suppression = Some(Suppression { kind: SuppressionKind::Inline, reason: HOSTILE.to_owned() }.into());
    });
    (report.suppressed, report.show_suppressed) = (vec![passed], true);
    report.scan.fingerprint_check = Some(HOSTILE.to_owned());
    report
}

pub(super) fn html(report: &Report) -> String {
    render(report, Format::Html)
}

/// What stands between two texts.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no {from}"));
    rest.split_once(to).unwrap_or_else(|| panic!("no {to} behind {from}")).0
}

/// A section of the page by its id.
fn section<'a>(page: &'a str, id: &str) -> &'a str {
    between(page, &format!("<section id={id}"), "</section>")
}

/// The page without its style and its script.
fn markup(page: &str) -> String {
    let page = page.replacen(between(page, "<style>", "</style>"), "", 1);
    page.replacen(page.rsplit_once("<script>").unwrap().1, "", 1)
}

/// The values of an attribute.
fn values<'a>(markup: &'a str, attribute: &'a str) -> impl Iterator<Item = &'a str> {
    let tags = markup.split('<').skip(1).map(|tag| tag.split('>').next().unwrap());
    tags.filter_map(move |tag| tag.split_once(attribute)).map(|(_, value)| {
        value
            .strip_prefix('"')
            .map_or_else(|| value.split(' ').next().unwrap(), |quoted| quoted.split('"').next().unwrap())
    })
}

#[test]
fn a_small_report() {
    let mut report = sample::report();
    report.findings.truncate(4);
    report.findings[0].occurrences.truncate(3);
    let page = html(&report);
    let sections = ["map", "list", "places", "receivers", "read"].map(|id| section(&page, id).to_owned());
    insta::assert_snapshot!("html_small", sections.join("\n"));
}

#[test]
fn nothing_in_the_page_is_run_or_loaded_from_elsewhere() {
    for (name, report) in [("rich", sample::report()), ("hostile", hostile()), ("clean", sample::clean())] {
        let page = html(&report);
        let digest = |text: &str| {
            let digest = crate::support::formats::base64(&Sha256::digest(text), keyscan::rules::sample::B64);
            format!("'sha256-{}", digest.trim_end_matches('='))
        };
        let policy = between(&page, "Content-Security-Policy content=\"", "\"");
        let style = between(&page, "<style>", "</style>");
        let scripts: Vec<&str> =
            page.split("<script>").skip(1).map(|rest| rest.split("</script>").next().unwrap()).collect();
        assert_eq!(scripts.len(), 2, "{name}");
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{name}: {policy}");
        for text in scripts.iter().chain([&style]) {
            assert!(policy.contains(&digest(text)), "{name}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{name}: {policy}");
        for text in scripts.into_iter().chain([style]) {
            assert!(!text.contains("url(") && !text.contains("@import") && !text.contains("//pwned"), "{name}");
            assert!(!text.contains("http") && !text.contains("innerHTML") && !text.contains("eval("), "{name}");
        }
        let markup = markup(&page);
        assert_eq!(markup.matches("<script").count() + markup.matches("<style").count(), 3, "{name}");
        for tag in ["<img", "<iframe", "<link", "<object", "<base", "<use", "<image", " style=", "http://www"] {
            assert!(!markup.contains(tag), "{name}: {tag}");
        }
        assert!(values(&markup, " href=").all(|value| value.starts_with('#')), "{name}");
        assert_eq!(values(&markup, " src=").count() + values(&markup, " on").count(), 0, "{name}");
    }
}

#[test]
fn no_host_is_a_link() {
    let page = html(&sample::report());
    let linked = page.split("<a ").skip(1).map(|link| link.split("</a>").next().unwrap()).collect::<Vec<_>>();
    assert!(linked.len() > 50);
    for host in ["api.relay.example", "localhost:4000", "free.pool.example", "llm.unseen.example", "h03.list.example"] {
        assert!(page.contains(host), "{host}");
        assert!(linked.iter().all(|link| !link.contains(host)), "{host}");
    }
}

#[test]
fn every_link_leads_somewhere_and_no_id_is_there_twice() {
    for report in [sample::report(), sample::several_roots(), many(300), hostile()] {
        let page = html(&report);
        let markup = markup(&page);
        let mut ids: Vec<&str> = values(&markup, " id=").collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all);
        for link in values(&markup, " href=") {
            assert!(ids.binary_search(&&link[1..]).is_ok(), "{link}");
        }
    }
}

#[test]
fn what_is_shown_is_there_without_a_script() {
    let report = sample::report();
    let page = html(&report);
    let shown = report.findings.iter().filter(|finding| finding.severity >= report.min_severity).count();
    assert_eq!(page.matches("<tbody id=f").count(), shown);
    assert!(!section(&page, "list").contains("hidden") && between(&page, "<form", ">").contains("hidden"));
    for text in [
        // Places, with all that is known of them.
        "services/a/.env:3:16<td>OPENAI_API_KEY, tracked, production<td><code>api.relay.example</code>, set in the same file",
        "public/app.js:1:2041<td>apiKey, in history, commit 0123456789 by A. N. Other",
        // What to do, and how to allow it.
        "<li>Set a usage limit on the new one.",
        "<code>keyscan:allow[relay-endpoint] &lt;reason&gt;</code> on that line",
        "<code>allow = [&quot;free.pool.example:8443&quot;]</code>",
        // What was read and what was not.
        "1,234 files (12.3 MiB)",
        "<dt>Suppressed<dd>2 places",
        "<dt>Excluded<dd>3 files",
        "<dt>Not shown<dd>2 info",
        "secrets/prod.env<td>unreadable<td><b>the scan is incomplete</b>",
        "<b>Incomplete:</b> 2 files were not scanned to the end",
    ] {
        assert!(page.contains(text), "{text}");
    }
    // A key that goes to a relay from production is not offered to be allowed.
    let first = between(&page, "<tbody id=f0", "</tbody>");
    assert!(first.contains("key-to-third-party") && !first.contains("keyscan:allow"), "{first}");
}

#[test]
fn nothing_found_is_said_and_no_table_is_shown() {
    let page = html(&sample::clean());
    assert!(page.contains("Nothing found: 12 files (3.3 KiB) read.") && !page.contains("<svg"));
    for id in ["map", "list", "places", "receivers", "guide"] {
        assert!(page.contains(&format!("<section id={id} hidden>")), "{id}");
    }
    let mut report = sample::clean();
    report.summary.info = 1;
    assert!(html(&report).contains("Nothing of severity low or above found: 12 files"));
    // An incomplete scan is not a clean one.
    report.scan.skipped = sample::report().scan.skipped;
    let page = html(&report);
    assert!(page.contains("<p class=nothing>") || page.contains("<p class=\"nothing\">"), "{page}");
    assert!(page.contains("<b>Incomplete:</b> 2 files"));
}

#[test]
fn what_passes_is_listed_only_where_asked_for() {
    let mut report = sample::report();
    let mut passed = report.findings[1].clone();
    passed.occurrences.truncate(1);
    passed.occurrences[0].suppression =
        Some(Suppression { kind: SuppressionKind::Baseline, reason: "known since May".to_owned() }.into());
    report.suppressed = vec![passed];
    assert!(section(&html(&report), "passed").starts_with(" hidden>") && !html(&report).contains("known since May"));
    report.show_suppressed = true;
    let page = html(&report);
    assert!(section(&page, "passed").contains("public/app.js:1:2041<td>baseline<td>known since May"), "{page}");

    report.scan.policy.config = Some(".keyscan.toml".to_owned());
    let path = BlobPath { text: "sub/.keyscanignore".to_owned(), percent: false };
    let aside = SetAside { root: 0, shown: path.text.clone(), path, kind: SetAsideKind::IgnoreFile, count: 1 };
    report.scan.policy.set_aside = vec![aside];
    let page = html(&report);
    assert!(page.contains("<dt>Policy<dd><code>.keyscan.toml</code>"));
    assert!(page.contains("sub/.keyscanignore<td>ignore-file<td>1"));
}

#[test]
fn every_table_is_told_to_those_who_do_not_see_it() {
    let page = html(&sample::several_roots());
    assert!(page.starts_with("<!doctype html>\n<html lang=en>"));
    assert_eq!(page.matches("<h1").count(), 1);
    assert_eq!(page.matches("<caption>").count(), 4);
    assert_eq!(
        page.matches("<th scope=row").count(),
        page.matches("<tbody id=f").count() + page.matches("<tr id=p").count() + page.matches("<tr id=e").count() + 5
    );
    assert!(page.contains("<main id=main>") && page.contains("href=\"#main\">Skip"));
}

#[test]
fn roots_are_told_apart() {
    let page = html(&sample::several_roots());
    assert!(page.contains("<option value=2>app#3") && page.contains("<b>app#3</b> services/c/.env:9:1"));
    assert!(page.contains("data-p=\"development.") || page.contains(".tracked.2"));
}

#[test]
fn thousands_of_findings_stay_readable() {
    let report = many(5_000);
    let page = html(&report);
    assert_eq!(page.matches("<tbody id=f").count(), 5_000);
    assert!(page.len() < 7_000_000, "{} bytes", page.len());
    let graph = section(&page, "map");
    let nodes = |column: &str| graph.matches(&format!("data-n={column}")).count();
    assert!(nodes("k") == 30 && nodes("p") <= 60 && nodes("e") <= 30, "{} {} {}", nodes("k"), nodes("p"), nodes("e"));
    assert!(graph.contains("The worst is drawn. Left out: ") && graph.contains(" keys, "), "{graph}");
    assert!(graph.len() < 100_000, "{} bytes", graph.len());
    // The worst come first: no key that is drawn is milder than critical while critical ones are left out.
    assert!(!graph.contains("class=\"n high\""));
}

#[test]
fn a_finding_in_ten_thousand_files_does_not_fill_the_page() {
    let mut report = many(1);
    let place = report.findings[0].occurrences[0].clone();
    report.findings[0].occurrences = (0..10_000)
        .map(|number| {
            let path = BlobPath { text: format!("services/s{}/f{number:05}.env", number % 7), percent: false };
            Occurrence { path, ..place.clone() }
        })
        .collect();
    let page = html(&report);
    assert!(page.contains("… and 9,900 more (all in --format json)"));
    assert!(section(&page, "map").contains("9,988 files"));
    assert!(page.contains("services/s3/f09999.env"), "the table of files has them all");
}
