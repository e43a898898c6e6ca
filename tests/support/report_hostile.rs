//! Reports that a scanned tree might wish for: names that are markup, commands, formulas, terminal sequences or very long,
//! about every kind of subject, and as many findings as somebody could plant.

use keyscan::model::*;

use super::sample::{clean, endpoint, key, place, server, setting, several_roots, with_findings};

/// Names of files, of settings, hosts and people.
pub(super) const NAMES: [&str; 24] = [
    "a\n::error file=x::pwned",
    "::stop-commands::token",
    "a\r\n\r\n::set-output name=x::y",
    "x##[add-mask]y ##vso[task.complete result=Failed;]",
    "%0A::error::x%",
    "]]><script>alert(1)</script><!-- -- -->",
    "&lt;\"'<a href='x'>&#65;&#x0;",
    "\u{1b}[31m\u{9b}2J\u{7f}\u{0}\u{8}",
    "exe\u{202e}gpj\u{2066}\u{200b}\u{feff}\u{fffe}\u{ffff}",
    "`code` ``two`` ```",
    "a|b\\|c\\\\|d\\",
    "@everyone @here o/r#12 !3 %4 &5 $6 ~7 GH-8",
    "[link](javascript:x) ![i](x) <https://x.example> www.x.example https://x.example",
    "**b** __c__ ~~d~~ # e\n- f\n> g\n\n| h | i |\n|---|---|",
    "=cmd|' /C calc'!A0",
    "+1;=1+1;\"@x\"",
    "-1\t=2",
    "@SUM(A1:A9)",
    "\t=1",
    "\r=1",
    "a,b;\"c\"\"d\",,",
    "naïve 日本 😀",
    "%FF%FE",
    " ",
];

/// A finding about each subject for each name, which stands wherever a name may stand.
pub(super) fn report() -> Report {
    let mut findings = Vec::new();
    for (index, name) in NAMES.iter().enumerate() {
        let at = |line: u64| {
            let spot = place(&format!("{name}/{index}/{name}"), line, 1);
            spot.setting(name).author(name).severity(Severity::ALL[line as usize % 5])
        };
        let message = format!("A sentence about {name}.");
        findings.push(
            key(Some(name), name, "sk-proj-aB3d…x9QA", Some('a'))
                .signal(SignalId::InUrl, name)
                .at(at(1))
                .at(at(3))
                .done(&message),
        );
        findings.push(endpoint(name, EndpointKind::Relay, name).at(at(2)).done(&message));
        findings.push(server(name, EndpointKind::SelfHosted).at(at(4)).done(&message));
        findings.push(setting(name).at(at(3)).done(&message));
    }
    let long = format!("{}/end.env", "long/".repeat(2000));
    findings.push(setting(&long).at(place(&long, 1, 1).setting(&long)).done(&format!("A sentence about {long}.")));
    for (index, finding) in findings.iter_mut().enumerate() {
        // A real id tells kinds of subjects apart, too.
        finding.id = format!("{index:016x}");
    }
    let mut report = with_findings(several_roots(), findings);
    for (index, root) in report.scan.roots.iter_mut().enumerate() {
        NAMES[index].clone_into(&mut root.name);
    }
    for skipped in &mut report.scan.skipped {
        skipped.path.text = format!("{}{long}", NAMES.concat());
    }
    report.min_severity = Severity::Info;
    report
}

/// So many findings, each at one place.
pub(super) fn many(number: usize) -> Report {
    let finding = |index: usize| {
        let severity = Severity::ALL[1 + index % 4];
        endpoint(&format!("h{index}.example"), EndpointKind::Relay, "")
            .rule(RuleId::RelayEndpoint, severity)
            .at(place(&format!("src/{index}.env"), 1, 17).setting("OPENAI_BASE_URL"))
            .done(&format!("LLM requests go to h{index}.example, a relay."))
    };
    let mut findings: Vec<Finding> = (0..number).map(finding).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    with_findings(clean(), findings)
}
