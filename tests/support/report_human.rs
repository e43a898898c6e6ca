//! What a person reads.

use std::path::Path;

use keyscan::model::*;
use keyscan::report::{Format, Links, Options, sanitize};

use super::{render, render_with, sample};

const WIDE: Options = Options { color: false, verbose: 0, quiet: false, width: Some(80), links: None, time: 0 };

/// The line that lets the first finding pass, when its places are as given.
fn allow_line(places: &[(&str, Exposure)]) -> Option<String> {
    let mut report = sample::report();
    let mut finding = report.findings.iter().find(|finding| finding.rule == RuleId::LeakedKey).unwrap().clone();
    let place = finding.occurrences[0].clone();
    finding.occurrences = places
        .iter()
        .map(|(path, exposure)| {
            let path = BlobPath { text: (*path).to_owned(), percent: false };
            Occurrence { path, exposure: *exposure, ..place.clone() }
        })
        .collect();
    report.findings = vec![finding];
    human(&report).lines().find(|line| line.trim_start().starts_with("allow ")).map(|line| line.trim().to_owned())
}

#[test]
fn nobody_writes_a_comment_where_none_can_be() {
    for nowhere in [
        ("a.py", Exposure::History),
        (".git/config", Exposure::GitMetadata),
        ("a.zip!conf/a.env", Exposure::Tracked),
        ("conf/A.JSON", Exposure::Tracked),
        ("-", Exposure::Stdin),
    ] {
        assert_eq!(allow_line(&[nowhere]), None, "{nowhere:?}");
    }
    for there in [Exposure::Tracked, Exposure::Staged, Exposure::Untracked, Exposure::Ignored, Exposure::OutsideGit] {
        assert!(allow_line(&[("a.py", there)]).unwrap().ends_with("<reason>  on that line"), "{there:?}");
    }
}

#[test]
fn who_tags_a_commit_need_not_have_made_it() {
    let mut report = sample::report();
    let finding = report.findings.iter_mut().find(|finding| finding.rule == RuleId::LeakedKey).unwrap();
    let place = finding.occurrences.iter_mut().find(|place| place.commit.is_some()).unwrap();
    place.exposure = Exposure::History;
    place.shown = "message of tag v1".to_owned();
    assert!(human(&report).contains("commit 0123456789, tagged by A. N. Other"));
}

#[test]
fn who_holds_a_shared_key_is_told_once() {
    let mut report = sample::report();
    let finding = report.findings.iter_mut().find(|finding| finding.rule == RuleId::LeakedKey).unwrap();
    let (shared, exposed) = (SignalId::SharedByServices, SignalId::ExposedKey);
    finding.signals = [Signal::new(exposed, "1 place"), Signal::new(shared, "2 services: a, b")].into();
    assert!(human(&report).contains("2 services: a, b"), "that it is shared another rule's sentence does not say");
    report.findings.iter_mut().find(|finding| finding.rule == RuleId::LeakedKey).unwrap().rule = RuleId::SharedKey;
    let text = human(&report);
    assert!(!text.contains("2 services: a, b"), "{text}");
    let finding = report.findings.iter_mut().find(|finding| finding.rule == RuleId::SharedKey).unwrap();
    assert!(!text.contains("keyscan:allow[shared-key"), "no comment reaches into the history: {text}");
    finding.occurrences.retain(|place| place.exposure != Exposure::History);
    let text = human(&report);
    assert!(text.contains("keyscan:allow[shared-key,exposed-key] <reason>"), "{text}");
}

fn human(report: &Report) -> String {
    render(report, Format::Human)
}

#[test]
fn worst_first_and_what_to_do() {
    insta::assert_snapshot!(human(&sample::report()), @r#"
    CRITICAL  key-to-third-party
      An OpenAI key is sent to api.relay.example, a relay, and to one endpoint more.
      key      sk-proj-aB3d…x9QA  sample-project, issued by OpenAI
      sent to  api.relay.example  relay, Relay Example, set in the same file
      sent to  localhost:4000  self-hosted, set elsewhere in the project
      set at   services/a/.env:4:17
               services/b/.env:4:17
      places   services/a/.env:3:16
                 OPENAI_API_KEY, tracked, production, to api.relay.example
               services/b/.env:3:16
                 OPENAI_API_KEY, git-ignored, to api.relay.example
               services/c/compose.yml:21:24
                 OPENAI_KEY, tracked, to localhost:4000, high here
               src/naïve.py:7:30  api_key, tracked, high here
               jobs/worker-0/settings.yaml:5:12  tracked, behind base64, high here
               jobs/worker-1/settings.yaml:5:12  tracked, behind base64, high here
               jobs/worker-2/settings.yaml:5:12  tracked, behind base64, high here
               jobs/worker-3/settings.yaml:5:12  tracked, behind base64, high here
               jobs/worker-4/settings.yaml:5:12  tracked, behind base64, high here
               jobs/worker-5/settings.yaml:5:12  tracked, behind base64, high here
               … and 3 more  (all in --format json)
      do now   Revoke the key at its issuer and create one in your own account, one
               per service.
      also     shared-key (4 services), exposed-key (tracked by git), relay-endpoint
               (api.relay.example)

    CRITICAL  leaked-key
      An OpenAI key stands in code that is served to browsers.
      key      sk-Zz1y…k0kO  sample-legacy, issued by OpenAI
      sent to  the issuer's own API  assumed: no other endpoint is set
      places   public/app.js:1:2041
                 apiKey, in history, commit 0123456789 by A. N. Other
               public/app.js:1:2045  apiKey, tracked
      do now   Revoke the key at its issuer and create one in your own account, one
               per service.

    HIGH  possible relay-endpoint  (low confidence)
      LLM requests go to free.pool.example:8443, a possible relay, named in one
      public list.
      host     free.pool.example:8443  relay, Free Pool
      place    tools/chat.py:12:20  base_url, tracked
               only named at 1 place more
      do now   Revoke the key at its issuer and create one in your own account, one
               per service.
      also     plain-http (http)
      allow    keyscan:allow[relay-endpoint] <reason>  on that line
      or       [endpoints]  in .keyscan.toml
               allow = ["free.pool.example:8443"]

    MEDIUM  relay-key  (medium confidence)
      A key of relay software is used.
      key      sk-…  sample-software, issuer not known
      place    bot/%FF.env:1:9  not tracked, not ignored
      do now   Revoke the key at its issuer and create one in your own account, one
               per service.
      also     possible-issuer (one-api, new-api)
      allow    keyscan:allow[relay-key] <reason>  on that line

    MEDIUM  unknown-endpoint  (medium confidence)
      An LLM setting names llm.unseen.example, which is in no catalogue.
      host     llm.unseen.example  in no catalogue
      place    sub dir/ünï 100%#?/it's {0} [a](1)\u{a}\u{1b}[31m\u{202e}\u{9b}\u{200b}.yaml:2:11
                 api_base, tracked
      do now   Revoke the key at its issuer and create one in your own account, one
               per service.
      allow    keyscan:allow[unknown-endpoint] <reason>  on that line
      or       [endpoints]  in .keyscan.toml
               allow = ["llm.unseen.example"]

    LOW  stored-key
      An OpenAI key is stored in a config file.
      key      sk-proj-q7Rt…Lm2P  sample-project, issued by OpenAI
      place    config.toml:1:8  outside git
      do now   Revoke the key at its issuer and create one in your own account, one
               per service.
      allow    keyscan:allow[stored-key] <reason>  on that line

    LOW  hosts that are only listed or mentioned
      Nothing here is set to use them.
      listed   src/presets.ts:10:5
                 25 hosts: 20 relay, 5 gateway (h00.list.example, h01.list.example,
                 h02.list.example, …)
      listed   web/csp.conf:1:30  h03.list.example (relay)

    32 findings: 2 critical, 2 high, 2 medium, 26 low. One of them is told in a
    key's block above. 25 of them are only listed or mentioned.
    Read 1,234 files (12.3 MiB).
    Left out: 2 places suppressed, 3 files excluded, 2 symlinks, 1 submodule.
    Not shown: 2 info facts (--min-severity info).

    INCOMPLETE: 2 files were not scanned to the end and may hold keys.
      secrets/prod.env  unreadable
      dump\u{1b}]0;x\u{7}.sql  too large
    "#);
}

#[test]
fn nothing_found() {
    insta::assert_snapshot!(human(&sample::clean()), @"Nothing found: 12 files (3.3 KiB) read.");
    let mut report = sample::clean();
    (report.scan.files, report.scan.bytes, report.scan.commits) = (1, 1, 3);
    report.summary.info = 1;
    report.scan.suppressed = 1;
    insta::assert_snapshot!(human(&report), @r#"
    Nothing of severity low or above found: 1 file and 3 commits (1 byte) read.
    Left out: 1 place suppressed.
    Not shown: 1 info fact (--min-severity info).
    "#);
}

#[test]
fn verbose_tells_more() {
    let mut report = sample::report();
    report.findings.truncate(1);
    insta::assert_snapshot!(render_with(&report, Format::Human, Options { verbose: 1, ..WIDE }), @r#"
    CRITICAL  key-to-third-party
      An OpenAI key is sent to api.relay.example, a relay, and to one endpoint more.
      key      sk-proj-aB3d…x9QA  sample-project, issued by OpenAI
      sent to  api.relay.example  relay, Relay Example, set in the same file
      sent to  localhost:4000  self-hosted, set elsewhere in the project
      set at   services/a/.env:4:17
               services/b/.env:4:17
      places   services/a/.env:3:16
                 OPENAI_API_KEY, tracked, production, to api.relay.example
               services/b/.env:3:16
                 OPENAI_API_KEY, git-ignored, to api.relay.example
               services/c/compose.yml:21:24
                 OPENAI_KEY, tracked, to localhost:4000, high here
               src/naïve.py:7:30  api_key, tracked, high here
               jobs/worker-0/settings.yaml:5:12  tracked, behind base64, high here
               jobs/worker-1/settings.yaml:5:12  tracked, behind base64, high here
               jobs/worker-2/settings.yaml:5:12  tracked, behind base64, high here
               jobs/worker-3/settings.yaml:5:12  tracked, behind base64, high here
               jobs/worker-4/settings.yaml:5:12  tracked, behind base64, high here
               jobs/worker-5/settings.yaml:5:12  tracked, behind base64, high here
               jobs/worker-6/settings.yaml:5:12  tracked, behind base64, high here
               jobs/worker-7/settings.yaml:5:12  tracked, behind base64, high here
               jobs/worker-8/settings.yaml:5:12  tracked, behind base64, high here
      do now   Revoke the key at its issuer and create one in your own account, one
               per service.
      then     Set a usage limit on the new one.
      then     Look at the usage of the last weeks for calls that are not yours.
      also     shared-key (4 services), exposed-key (tracked by git)
      risks    throttled, abused, data-leak
      id       fa7ce66884f447c1
                 fingerprint
                 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa

    32 findings: 2 critical, 2 high, 2 medium, 26 low.
    Read 1,234 files (12.3 MiB).
    Policy: no policy file, no baseline.
    Left out: 2 places suppressed, 2 files by .keyscanignore, 1 file by --exclude, 2
    symlinks, 1 submodule.
    Not shown: 2 info facts (--min-severity info).
      link  symlink
      link2  symlink
      vendor/lib  submodule

    INCOMPLETE: 2 files were not scanned to the end and may hold keys.
      secrets/prod.env  unreadable
      dump\u{1b}]0;x\u{7}.sql  too large
    "#);
}

#[test]
fn quiet_means_findings_only() {
    let quiet = |report: &Report| render_with(report, Format::Human, Options { quiet: true, ..WIDE });
    assert_eq!(quiet(&sample::clean()), "");
    let text = quiet(&sample::report());
    assert!(text.starts_with("CRITICAL") && !text.contains("Read 1,234") && !text.contains("secrets/prod.env"));
    // Even then nobody may take an incomplete scan for a clean one.
    assert!(text.ends_with("\nINCOMPLETE: 2 files were not scanned to the end and may hold keys.\n"), "{text}");
}

#[test]
fn colour_is_decoration() {
    let report = sample::report();
    let coloured = render_with(&report, Format::Human, Options { color: true, ..WIDE });
    assert!(coloured.contains("\u{1b}[1m"));
    let mut plain = String::new();
    for (index, part) in coloured.split('\u{1b}').enumerate() {
        plain.push_str(if index == 0 { part } else { part.split_once('m').unwrap().1 });
    }
    assert_eq!(plain, human(&report));
}

#[test]
fn lines_fit_the_terminal_where_words_do() {
    for width in [60, 80, 100] {
        let text = render_with(&sample::report(), Format::Human, Options { width: Some(width), ..WIDE });
        for line in text.lines() {
            // A path, a host or a marker is never broken: it is there to be copied.
            let copied = [":", "keyscan:allow", "allow = "].iter().any(|part| line.contains(part));
            assert!(line.chars().count() <= width || copied, "{width}: {line}");
        }
    }
}

#[test]
fn an_endpoint_folds_into_the_key_only_where_all_its_places_are_paired() {
    let told = "relay-endpoint (api.relay.example)";
    let mut report = sample::report();
    assert!(human(&report).contains("relay-endpoint\n           (api.relay.example)"));
    assert_eq!(human(&report).matches("\nHIGH").count(), 1);
    // Where it is only listed it is in no pair, and needs none: the file's line tells it.
    let listed = sample::place("src/presets.ts", 60, 5).role(Role::Listed).severity(Severity::Low);
    report.findings[2].occurrences.push(listed.done());
    let text = human(&report);
    assert!(text.contains("26 hosts: 21 relay") && !text.contains("src/presets.ts:60"), "{text}");
    assert_eq!(text.matches("\nHIGH").count(), 1);
    // One place of use more, where no key is.
    let mut place = report.findings[2].occurrences[0].clone();
    place.position.line = 99;
    report.findings[2].occurrences.push(place);
    let text = human(&report);
    assert!(text.contains("services/a/.env:99:17") && !text.contains(told), "{text}");
    assert_eq!(text.matches("\nHIGH").count(), 2);
    // A key that is milder than the endpoint's finding stands too far down to tell of it.
    let mut report = sample::report();
    report.findings[0].severity = Severity::Low;
    report.findings.rotate_left(1);
    assert_eq!(human(&report).matches("\nHIGH").count(), 2);
}

#[test]
fn places_are_links_where_links_are_wanted() {
    let links = Some(Links::new("desk-3", Path::new("/home/me/my app")));
    let text = render_with(&sample::report(), Format::Human, Options { links, ..WIDE });
    let link = |path: &str, place: &str| {
        format!("\u{1b}]8;;file://desk-3/home/me/my%20app/{path}\u{1b}\\{place}\u{1b}]8;;\u{1b}\\")
    };
    for (path, place) in [
        ("services/a/.env", "services/a/.env:3:16"),
        ("services/a/.env", "services/a/.env:4:17"),
        ("src/na%C3%AFve.py", "src/naïve.py:7:30"),
        ("bot/%FF.env", "bot/%FF.env:1:9"),
        ("src/presets.ts", "src/presets.ts:10:5"),
    ] {
        assert!(text.contains(&link(path, place)), "{place}: {text}");
    }
    // A name may hold what ends a link; in a URL it is written in hexadecimal digits.
    assert!(text.contains("%0A%1B%5B31m"), "{text}");
    // What only the history holds is no file.
    assert!(text.contains("places   public/app.js:1:2041\n"), "{text}");
    // Without its links the text is the same, and nothing else has become one.
    let mut plain = String::new();
    for (index, part) in text.split("\u{1b}]8;;").enumerate() {
        plain.push_str(if index == 0 { part } else { part.split_once("\u{1b}\\").unwrap().1 });
    }
    assert_eq!(plain, human(&sample::report()));
}

#[test]
fn what_would_let_many_pass_is_written_once() {
    let keys = ["a/.env", "b/.env", "c/.json"].map(|path| {
        let key = sample::key(None, path, "sk-…", None).at(sample::place(path, 1, 1));
        key.done("A key.")
    });
    let text = human(&sample::with_findings(sample::clean(), keys.to_vec()));
    assert_eq!(text.matches("  do now").count(), 3, "{text}");
    assert_eq!(text.matches("keyscan:allow[").count(), 1, "{text}");
}

#[test]
fn a_relay_in_production_is_never_offered_to_be_allowed() {
    let relay = |environment: Option<Environment>, rule: RuleId| {
        let mut place = sample::place("a/.env", 1, 1).role(Role::Configured);
        if let Some(environment) = environment {
            place = place.environment(environment);
        }
        let build = sample::endpoint("api.relay.example", EndpointKind::Relay, "").rule(rule, Severity::High).at(place);
        human(&sample::with_findings(sample::clean(), vec![build.done("A relay.")]))
    };
    let text = relay(None, RuleId::RelayEndpoint);
    assert!(text.contains("keyscan:allow[relay-endpoint] <reason>"), "{text}");
    assert!(text.contains("[endpoints]") && text.contains("allow = [\"api.relay.example\"]"), "{text}");
    for rule in [RuleId::RelayEndpoint, RuleId::InsecureEndpoint] {
        assert!(!relay(Some(Environment::Production), rule).contains("allow"));
    }
    // The key of the sample goes to a relay from a production file.
    let text = human(&sample::report());
    assert!(!text.split("CRITICAL").nth(1).unwrap().contains("allow"), "{text}");
}

#[test]
fn a_terminal_without_width_gets_lines_all_the_same() {
    let options = Options { width: Some(0), ..WIDE };
    let text = render_with(&sample::report(), Format::Human, options);
    assert!(text.contains("\n  sent to  api.relay.example\n"), "{text}");
}

/// The lines that are offered are ones that TOML takes.
#[test]
fn the_offered_lines_are_toml() {
    let text = human(&sample::report());
    let (_, behind) = text.split_once("[endpoints]").unwrap();
    let allow = behind.lines().nth(1).unwrap().trim();
    let config: toml::Table = format!("[endpoints]\n{allow}\n").parse().unwrap();
    assert_eq!(config["endpoints"]["allow"][0].as_str(), Some("free.pool.example:8443"));
}

#[test]
fn a_host_with_a_key_taken_out_is_not_offered_to_be_allowed() {
    let show = |host: &str| {
        let place = sample::place("a/.env", 1, 1).role(Role::Configured);
        let build = sample::endpoint(host, EndpointKind::Unknown, "").rule(RuleId::UnknownEndpoint, Severity::Medium);
        human(&sample::with_findings(sample::clean(), vec![build.at(place).done("An endpoint.")]))
    };
    assert!(show("llm.team-x.io").contains("allow = ["));
    assert!(show("[::1]:8080").contains("allow = [\"[::1]:8080\"]"));
    let text = show("[key].dev");
    assert!(text.contains("[key].dev") && text.contains("keyscan:allow[unknown-endpoint]"), "{text}");
    assert!(!text.contains("[endpoints]") && !text.contains("allow ="), "{text}");
}

#[test]
fn long_lists_are_cut() {
    let mut report = sample::clean();
    report.scan.skipped = (0..25)
        .map(|number| Skipped {
            root: 0,
            path: BlobPath { text: format!("f{number}"), percent: false },
            shown: format!("f{number:02}"),
            reason: SkipReason::Unreadable,
        })
        .collect();
    let text = human(&report);
    assert!(text.contains("25 files were not scanned") && text.contains("f19  unreadable"), "{text}");
    assert!(text.contains("… and 5 more  (all in --format json)") && !text.contains("f20"), "{text}");
}

#[test]
fn nothing_is_passed_to_the_terminal() {
    let nasty = sample::NASTY_PATH;
    let mut finding = sample::key(None, nasty, "sk-…", None)
        .confidence(Confidence::Low)
        .signal(SignalId::PossibleIssuer, nasty)
        .at(sample::place(nasty, 1, 1).setting(nasty).encoding(nasty))
        .done(nasty);
    finding.advice = [nasty.to_owned()].into();
    finding.occurrences[0].commit = Some(nasty.to_owned());
    finding.occurrences[0].author = Some(nasty.to_owned());
    let endpoint = sample::endpoint(nasty, EndpointKind::Unknown, nasty)
        .at(sample::place(nasty, 2, 1).role(Role::Listed))
        .done(nasty);
    let mut report = sample::with_findings(sample::clean(), vec![finding, endpoint]);
    report.scan.skipped = vec![Skipped {
        root: 0,
        path: BlobPath { text: nasty.to_owned(), percent: false },
        shown: nasty.to_owned(),
        reason: SkipReason::Unreadable,
    }];
    for verbose in [0, 1] {
        let text = render_with(&report, Format::Human, Options { verbose, ..WIDE });
        text.lines().for_each(|line| assert_eq!(sanitize(line), line));
        assert!(text.contains("\\u{1b}[31m") && text.contains("HIGH  possible exposed-key"), "{text}");
    }
}
