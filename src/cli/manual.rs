//! What keyscan knows, for people: `keyscan rules` and `keyscan explain RULE`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anyhow::Result;
use keyscan::model::RuleId;
use keyscan::rules::Rules;
use keyscan::rules::schema::CatalogueKind;

use super::exit::Exit;
use super::output::Target;

/// Lines of `explain` are wrapped here.
const WIDTH: usize = 90;

/// Lists the rules, key formats and issuers, and counts the rest.
pub(super) fn list(rules: &Rules) -> Result<Exit> {
    Target::Stdout.write(|out| {
        writeln!(out, "Rules (keyscan explain RULE tells more)")?;
        for rule in RuleId::ALL {
            let text = rules.text(*rule);
            writeln!(out, "  {:22} {:9} {}", rule.as_str(), text.severity, text.title)?;
        }
        writeln!(out, "\nKey formats")?;
        for key in rules.keys() {
            let issuer = key.issuer.as_deref().unwrap_or("-");
            writeln!(out, "  {:34} {:22} {}", key.id, issuer, key.name)?;
        }
        writeln!(out, "\nIssuers")?;
        for issuer in rules.issuers() {
            writeln!(out, "  {:22} {}", issuer.id, issuer.name)?;
        }
        writeln!(out, "\nEndpoints, catalogue of {}", rules.catalogue())?;
        for (kind, count) in endpoint_counts(rules) {
            writeln!(out, "  {count:5} {kind}")?;
        }
        writeln!(out, "\n{} settings of LLM clients\nDigest of all rules: {}", rules.settings().count(), rules.digest())
    })?;
    Ok(Exit::Clean)
}

/// Prints the manual page of one rule.
pub(super) fn explain(rules: &Rules, rule: RuleId) -> Result<Exit> {
    let text = rules.text(rule);
    Target::Stdout.write(|out| {
        writeln!(out, "{}: {}\n", text.id, text.title)?;
        paragraph(out, "", &text.summary)?;
        writeln!(out, "\nSeverity: {} where nothing raises or lowers it. CWE-{}.", text.severity, text.cwe)?;
        writeln!(out, "Risks: {}.", text.risks.join(", "))?;
        writeln!(out, "\nWhy")?;
        paragraph(out, "  ", &text.why)?;
        writeln!(out, "\nWhat to do")?;
        for (n, step) in text.advice.iter().enumerate() {
            paragraph(out, &format!("  {}. ", n + 1), step)?;
        }
        examples(out, "Found", &text.examples)?;
        examples(out, "Not found", &text.non_examples)
    })?;
    Ok(Exit::Clean)
}

fn endpoint_counts(rules: &Rules) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for endpoint in rules.endpoints() {
        let kind = match endpoint.kind {
            CatalogueKind::Official => "official",
            CatalogueKind::Provider => "provider",
            CatalogueKind::Aggregator => "aggregator",
            CatalogueKind::Gateway => "gateway",
            CatalogueKind::Relay => "relay",
            CatalogueKind::PlatformProxy => "proxy",
            CatalogueKind::SelfHosted => "self-hosted",
        };
        *counts.entry(kind).or_default() += 1;
    }
    counts
}

fn examples(out: &mut dyn Write, title: &str, texts: &[impl AsRef<str>]) -> io::Result<()> {
    if texts.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}")?;
    texts.iter().flat_map(|text| text.as_ref().lines()).try_for_each(|line| writeln!(out, "  {line}"))
}

/// Writes a text with `start` in front of its first line and as many spaces in front of the others.
fn paragraph(out: &mut dyn Write, start: &str, text: &str) -> io::Result<()> {
    let indent = " ".repeat(start.chars().count());
    let mut line = start.to_owned();
    let mut empty = true;
    for word in text.split_whitespace() {
        if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            writeln!(out, "{line}")?;
            line.clone_from(&indent);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    writeln!(out, "{line}")
}
