//! The page, opened in headless Chromium. Skipped where there is none.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::html::{hostile, html};
use super::many::many;
use super::sample;

/// A page as a browser holds it after its script has run.
struct Opened {
    dom: String,
    /// What the page logged, and what its policy refused.
    console: Vec<String>,
    /// Every address that the browser asked for.
    requests: String,
}

/// The browser, if one is installed.
fn browser() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|program| program.is_file());
    if found.is_none() {
        println!("skipped: no Chromium here");
    }
    found
}

/// Opens a page with what stands behind `#`, away from any network.
fn open(browser: &Path, page: &str, hash: &str) -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    std::fs::write(&file, page).unwrap();
    let log = folder.path().join("net.json");
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"])
        .args(["--disable-extensions", "--disable-dev-shm-usage", "--enable-logging=stderr"])
        // No name leads anywhere.
        .arg("--host-resolver-rules=MAP * ~NOTFOUND")
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("--log-net-log={}", log.display()))
        .args(["--virtual-time-budget=20000", "--timeout=60000", "--window-size=1400,1000", "--dump-dom"])
        .arg(format!("file://{}{hash}", file.display()))
        .env("HOME", folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{errors}");
    Opened {
        dom: String::from_utf8(output.stdout).unwrap(),
        console: errors.lines().filter(|line| line.contains(":CONSOLE")).map(str::to_owned).collect(),
        requests: std::fs::read_to_string(log).unwrap(),
    }
}

impl Opened {
    /// Panics where the page said something to the console or asked for anything.
    fn assert_quiet(&self, what: &str) {
        assert!(self.console.is_empty(), "{what}: {:?}", self.console);
        assert!(!self.requests.contains(".example"), "{what} asked for something");
        assert!(self.requests.contains("file://"), "{what}: the log has no request at all");
    }

    /// Rows of a table that can be seen: of `tbody id="f…"`, `tr id="p…"` and so on.
    fn seen(&self, row: &str) -> usize {
        let row = format!("<{row}");
        let tags = self.dom.split(&row).skip(1).map(|tag| tag.split('>').next().unwrap());
        tags.filter(|tag| !tag.contains(" hidden")).count()
    }

    /// What the form says about the number of findings.
    fn count(&self) -> &str {
        let (_, rest) = self.dom.split_once("<output").unwrap();
        rest.split_once('>').unwrap().1.split_once('<').unwrap().0
    }
}

const FINDING: &str = "tbody id=\"f";
const FILE: &str = "tr id=\"p";
const ENDPOINT: &str = "tr id=\"e";

/// If the browser did not tell of a refused script and of a request, the other tests could not fail.
#[test]
fn the_browser_tells_what_a_page_does() {
    let Some(browser) = browser() else { return };
    let page = "<!doctype html><img src='http://pwned.example/x'><script>console.error('said');\
                document.documentElement.setAttribute('data-pwned', 1)</script>";
    let opened = open(&browser, page, "");
    assert!(opened.requests.contains("pwned.example") && opened.dom.contains("data-pwned=\"1\""));
    assert!(opened.console.iter().any(|line| line.contains("said")), "{:?}", opened.console);
    let strict = format!("<meta http-equiv=Content-Security-Policy content=\"default-src 'none'\">{page}");
    let opened = open(&browser, &strict, "");
    assert!(!opened.requests.contains("pwned.example") && !opened.dom.contains("data-pwned=\"1\""));
    assert!(!opened.console.is_empty());
}

#[test]
fn pages_of_any_size_open_and_ask_for_nothing() {
    let Some(browser) = browser() else { return };
    for (number, seen) in [(0, 0), (1, 1), (5_000, 200)] {
        let opened = open(&browser, &html(&many(number)), "");
        opened.assert_quiet(&format!("{number} findings"));
        assert_eq!(opened.seen(FINDING), seen, "{number}");
        assert_eq!(opened.seen("svg id=\"graph\""), usize::from(number > 0), "{number}");
        match number {
            0 => assert!(opened.dom.contains("Nothing found: 12 files")),
            1 => assert!(opened.count() == "All 1 shown" && opened.seen(FILE) == 1 && opened.seen(ENDPOINT) == 1),
            _ => assert!(opened.count() == "All 5,000 shown" && opened.dom.contains("5,000, the first 200 shown")),
        }
    }
}

#[test]
fn hostile_texts_run_nothing_and_are_shown_as_they_are() {
    let Some(browser) = browser() else { return };
    let opened = open(&browser, &html(&hostile()), "");
    opened.assert_quiet("hostile texts");
    assert!(!opened.dom.contains("data-pwned=\""), "a script of a stranger ran");
    assert!(!opened.dom.contains("<img") && opened.dom.matches("<script").count() == 2);
    assert!(opened.dom.contains("&lt;/script&gt;") && opened.dom.contains("{{script}}"));
    assert_eq!((opened.seen(FINDING), opened.seen("svg id=\"graph\"")), (4, 1), "the page has kept its shape");
}

#[test]
fn the_address_filters_and_sorts() {
    let Some(browser) = browser() else { return };
    let report = sample::several_roots();
    let page = html(&report);
    let shown: Vec<_> = report.findings.iter().filter(|finding| finding.severity >= report.min_severity).collect();
    let count = |fits: &dyn Fn(&keyscan::model::Finding) -> bool| shown.iter().filter(|finding| fits(finding)).count();
    let place = |fits: fn(&keyscan::model::Occurrence) -> bool| {
        move |finding: &keyscan::model::Finding| finding.occurrences.iter().any(fits)
    };
    let cases = [
        ("#severity=critical", count(&|finding| finding.severity.as_str() == "critical")),
        (
            "#severity=critical,high",
            count(&|finding| finding.severity.as_str() != "medium" && finding.severity.as_str() != "low"),
        ),
        ("#rule=relay-endpoint", count(&|finding| finding.rule.as_str() == "relay-endpoint")),
        ("#environment=production", count(&place(|place| place.environment.is_some()))),
        ("#exposure=history", count(&place(|place| place.exposure.as_str() == "history"))),
        ("#repository=app%233", count(&place(|place| place.root == 2))),
        ("#text=LEGACY%20app.js", 1),
        // One place has to fit in both ways, and none does.
        ("#environment=production&exposure=history", 0),
        ("#rule=no-such-rule&unknown=1", shown.len()),
    ];
    for (hash, expected) in cases {
        let opened = open(&browser, &page, hash);
        opened.assert_quiet(hash);
        assert_eq!(opened.seen(FINDING), expected, "{hash}");
        let all = shown.len();
        let says = if expected == all { format!("All {all} shown") } else { format!("{expected} of {all}") };
        assert_eq!(opened.count(), says, "{hash}");
        assert_eq!(opened.seen(FILE) == 0, expected == 0, "{hash}: files follow");
    }
    let opened = open(&browser, &page, "#sort=-places&severity=critical");
    assert!(opened.dom.contains("aria-sort=\"descending\""));
    let opened = open(&browser, &page, "#sort=subject");
    let order: Vec<&str> =
        opened.dom.split("<tbody id=\"f").skip(1).map(|row| row.split('"').next().unwrap()).collect();
    assert_eq!(order.len(), shown.len());
    assert!(order[0] != "0" && opened.dom.contains("aria-sort=\"ascending\""), "{order:?}");
}

#[test]
fn a_link_to_a_finding_unfolds_it_with_its_steps() {
    let Some(browser) = browser() else { return };
    let opened = open(&browser, &html(&many(5_000)), "#f4000");
    opened.assert_quiet("a link");
    let (_, row) = opened.dom.split_once("<tbody id=\"f4000\"").unwrap();
    let row = row.split_once("<tbody id=").unwrap().0;
    assert!(!row.split('>').next().unwrap().contains("hidden"), "beyond the rows that are shown at first");
    assert!(row.contains("<details open") && row.contains("<li>Set a usage limit on the new one."), "{row}");
}

#[test]
fn a_script_that_is_not_the_pages_own_is_refused_and_the_page_is_whole_without_one() {
    let Some(browser) = browser() else { return };
    let page = html(&many(300));
    let opened = open(&browser, &page.replace("'use strict';", "'use strict' ;"), "#severity=critical");
    assert!(opened.console.iter().any(|line| line.contains("Content Security Policy")), "{:?}", opened.console);
    assert_eq!(
        (opened.seen(FINDING), opened.seen("form id=\"filters\""), opened.seen("svg id=\"graph\"")),
        (300, 0, 1)
    );
}
