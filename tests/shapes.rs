//! Every key format in every shape of file: found, with the exact value and place, with the right issuer or none.

use std::collections::{BTreeMap, BTreeSet};

use keyscan::rules::schema::{KeyFormat, Needs, Proves};
use serde_json::Value;

use crate::support::catalogue::key_formats;
use crate::support::formats::{Format, Issuer, Make, independent};
use crate::support::layouts::LAYOUTS;
use crate::support::{Tree, findings, fingerprint, occurrences, place, report};

/// One key in one file.
struct Planted<'a> {
    format: &'a Format,
    layout: &'static str,
    path: String,
    fingerprint: String,
    place: (u64, u64, u64),
}

/// What went wrong, as a table: format, shape, what.
type Failures = BTreeSet<(String, String, String)>;

#[test]
fn every_format_of_the_independent_list_in_every_shape() {
    let formats = independent();
    assert!(formats.len() >= 45 && LAYOUTS.len() >= 40);
    check(&formats, 0x5eed_0001);
}

#[test]
fn every_format_of_the_rules_in_every_shape() {
    // Keys as short as a person's own have no fingerprint when they look it, and so cannot be told apart here.
    let formats: Vec<Format> = key_formats().iter().map(from_rule).filter(|format| format.key(0).len() >= 24).collect();
    assert!(formats.len() >= 40, "only {} formats", formats.len());
    check(&formats, 0x5eed_0002);
}

/// What a setting or an endpoint proves is said, and nothing beyond it.
#[test]
fn an_issuer_is_told_by_setting_or_endpoint() {
    let cases = [
        ("sk-{32:hex}", "DEEPSEEK_API_KEY=«KEY»\n", Some("deepseek")),
        ("sk-{32:hex}", "DASHSCOPE_API_KEY=«KEY»\n", Some("dashscope")),
        ("sk-{48}", "MOONSHOT_API_KEY=«KEY»\n", Some("moonshot")),
        ("sk-{48:lower}", "SILICONFLOW_API_KEY=«KEY»\n", Some("siliconflow")),
        ("{32:hex}.{16}", "ZHIPUAI_API_KEY=«KEY»\n", Some("zhipu")),
        ("{32:hex}", "AZURE_OPENAI_API_KEY=«KEY»\n", Some("azure-openai")),
        ("sk-{32:hex}", "OPENAI_API_KEY=«KEY»\n", None),
        ("sk-{48}", "OPENAI_API_KEY=«KEY»\n", None),
        ("sk-{32:hex}", "OPENAI_API_KEY=«KEY»\nOPENAI_BASE_URL=https://api.deepseek.com/v1\n", Some("deepseek")),
        ("sk-{48}", "OPENAI_API_KEY=«KEY»\nOPENAI_BASE_URL=https://api.moonshot.cn/v1\n", Some("moonshot")),
        ("sk-{48}", "OPENAI_API_KEY=«KEY»\nOPENAI_BASE_URL=https://llm.acme-intern.net/v1\n", None),
    ];
    let tree = Tree::new();
    let mut expected = BTreeMap::new();
    for (index, (template, text, issuer)) in cases.into_iter().enumerate() {
        let key = crate::support::expand(template, 0x15_5e0 + index as u64);
        tree.write(&format!("app{index}/.env"), text.replace("«KEY»", &key));
        expected.insert(fingerprint(&key), (text, issuer));
    }
    let report = report(tree.path());
    let said: BTreeMap<&str, Option<&str>> = findings(&report)
        .iter()
        .filter_map(|finding| Some((finding["key"]["fingerprint"].as_str()?, finding["key"]["issuer"].as_str())))
        .collect();
    let wrong: Vec<String> = expected
        .iter()
        .filter(|(print, (_, issuer))| said.get(print.as_str()) != Some(issuer))
        .map(|(print, (text, issuer))| format!("{text:?}: expected {issuer:?}, got {:?}", said.get(print.as_str())))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A rule's sample in the setting of its first example.
fn from_rule(rule: &KeyFormat) -> Format {
    let env = rule
        .examples
        .iter()
        .filter_map(|example| example.lines().find_map(|line| line.split_once("=<key>")))
        .map(|(name, _)| name.trim_start_matches("export ").trim())
        .find(|name| {
            name.contains('_')
                && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        })
        .unwrap_or("OPENAI_API_KEY");
    // Keys that only their issuer's name tells need it in the setting.
    let env = match rule.settings.first() {
        Some(word) if rule.needs == Needs::Issuer => format!("{}_API_KEY", word.to_uppercase()),
        _ => env.to_owned(),
    };
    let issuer = rule.issuer.as_deref().map(str::to_owned);
    let issuer = match (rule.proves, issuer) {
        // Told apart from keys of other issuers by their endpoint alone, which is not there in every shape.
        (_, issuer) if rule.proves == Proves::Nothing || rule.needs == Needs::Issuer => {
            Issuer::Told(issuer.into_iter().chain(rule.candidates.iter().map(|id| id.to_string())).collect())
        }
        (_, issuer) => Issuer::Proven(issuer.unwrap_or_else(|| panic!("{} proves an issuer and names none", rule.id))),
    };
    Format {
        name: rule.id.to_string(),
        make: Make::Template(rule.sample.to_string()),
        suffix: "",
        env,
        issuer,
        host: None,
        api_key_header: false,
    }
}

/// Writes every format in every shape, two dozen formats to a tree, and compares.
fn check(formats: &[Format], seed: u64) {
    let mut failures = Failures::new();
    let mut count = 0;
    for (part, chunk) in formats.chunks(24).enumerate() {
        let tree = Tree::new();
        let mut planted = Vec::new();
        for (format_index, format) in chunk.iter().enumerate() {
            for (layout_index, layout) in LAYOUTS.iter().enumerate() {
                let key = format.key(seed + (part * 24 + format_index) as u64 * 1000 + layout_index as u64);
                let Some(content) = layout.fill(format, &key) else { continue };
                let path = format!("{}/{}", format.name, layout.file);
                let place = place(&content, &key);
                tree.write(&path, &content);
                planted.push(Planted { format, layout: layout.name, path, fingerprint: fingerprint(&key), place });
            }
        }
        count += planted.len();
        compare(&planted, &report(tree.path()), &mut failures);
    }
    let table: Vec<String> =
        failures.iter().map(|(format, layout, what)| format!("{format:24} {layout:22} {what}")).collect();
    assert!(table.is_empty(), "{} of {count} wrong\n{}", table.len(), summary(&table));
}

/// The first three hundred lines: enough to see the pattern.
fn summary(table: &[String]) -> String {
    table.iter().take(300).cloned().collect::<Vec<_>>().join("\n")
}

fn compare(planted: &[Planted], report: &Value, failures: &mut Failures) {
    let mut by_print: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    let wanted: BTreeSet<&str> = planted.iter().map(|one| one.fingerprint.as_str()).collect();
    for finding in findings(report) {
        match finding["key"]["fingerprint"].as_str() {
            Some(print) if wanted.contains(print) => by_print.entry(print).or_default().push(finding),
            _ => invented(finding, planted, failures),
        }
    }
    for one in planted {
        let found = by_print.get(one.fingerprint.as_str()).map_or(&[][..], Vec::as_slice);
        for what in faults(one, found) {
            failures.insert((one.format.name.clone(), one.layout.to_owned(), what));
        }
    }
}

fn faults(one: &Planted, found: &[&Value]) -> Vec<String> {
    let [finding] = found else { return vec![format!("{} findings instead of one", found.len())] };
    let mut faults = Vec::new();
    let issuer = finding["key"]["issuer"].as_str();
    if !one.format.issuer.allows(issuer) {
        faults.push(format!("issuer {issuer:?}, expected {:?}", one.format.issuer));
    }
    let [at] = occurrences(finding) else {
        faults.push(format!("{} occurrences instead of one", occurrences(finding).len()));
        return faults;
    };
    let number = |name: &str| at[name].as_u64().unwrap_or(0);
    let got = (number("line"), number("column"), number("end_column"));
    let with_suffix = (one.place.0, one.place.1, one.place.2 + one.format.suffix.len() as u64);
    if at["path"] != one.path.as_str() || number("end_line") != got.0 || (got != one.place && got != with_suffix) {
        faults.push(format!("at {} {got:?}, expected {} {:?}", at["path"], one.path, one.place));
    }
    faults
}

/// A finding that is none of the planted keys: only the issuer's own host, where the shape writes one, may be said.
fn invented(finding: &Value, planted: &[Planted], failures: &mut Failures) {
    for at in occurrences(finding) {
        let path = at["path"].as_str().unwrap_or_default();
        let Some(one) = planted.iter().find(|one| one.path == path) else {
            failures.insert(("?".into(), path.into(), format!("invented {}", finding["rule"])));
            continue;
        };
        let host = finding["endpoint"]["host"].as_str();
        let own = host.is_some() && host == one.format.host.as_deref() && finding["key"].is_null();
        if !own {
            let what =
                format!("invented {} {} {}", finding["rule"], finding["key"]["redacted"], finding["endpoint"]["host"]);
            failures.insert((one.format.name.clone(), one.layout.to_owned(), what));
        }
    }
}
