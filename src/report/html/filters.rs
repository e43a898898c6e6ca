//! What one can filter by: only what occurs.

use std::collections::BTreeSet;
use std::io::{self, Write};

use crate::model::Severity;

use super::escape::Esc;
use super::view::View;

/// Writes the fields of the form.
pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"<fieldset><legend>Severity</legend>")?;
    for severity in Severity::ALL.into_iter().rev() {
        let number = view.findings.iter().filter(|finding| finding.severity == severity).count();
        if number > 0 {
            let word = severity.as_str();
            write!(out, "<label class=check><input type=checkbox name=severity value={word} checked>")?;
            write!(out, "<b class={word}>{word}</b></label>")?;
        }
    }
    out.write_all(b"</fieldset>\n")?;
    let mut rules: Vec<_> = view.findings.iter().map(|finding| finding.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    select("rule", "Rule", rules.iter().map(|rule| (rule.as_str(), rule.as_str())), out)?;

    let places = || view.findings.iter().flat_map(|finding| &finding.occurrences);
    let environments: BTreeSet<_> = places().map(|place| place.environment).collect();
    let environments = environments.iter().map(|environment| {
        let word = environment.map_or("none", |environment| environment.as_str());
        (word, if environment.is_some() { word } else { "not told" })
    });
    select("environment", "Environment", environments, out)?;
    let exposures: BTreeSet<_> = places().map(|place| place.exposure).collect();
    select("exposure", "Exposure", exposures.iter().map(|exposure| (exposure.as_str(), exposure.as_str())), out)?;
    let numbers: Vec<String> = (0..view.repositories.len()).map(|number| number.to_string()).collect();
    let repositories = numbers.iter().map(String::as_str).zip(view.repositories.iter().map(String::as_str));
    select("repository", "Repository", repositories, out)
}

/// A list to choose one from; none where there is nothing to choose.
fn select<'a>(
    name: &str,
    label: &str,
    options: impl ExactSizeIterator<Item = (&'a str, &'a str)>,
    out: &mut dyn Write,
) -> io::Result<()> {
    if options.len() < 2 {
        return Ok(());
    }
    write!(out, "<label>{label} <select name={name}><option value=\"\">all")?;
    for (value, text) in options {
        write!(out, "<option value={value}>{}", Esc(text))?;
    }
    out.write_all(b"</select></label>\n")
}
