//! `keyscan explain`: the manual page of a rule, and what a signal means.

use std::io;

use anyhow::Result;
use keyscan::model::{RuleId, SignalId};
use keyscan::rules::Rules;
use keyscan::rules::schema::{Note, RuleFile, RuleText};

use super::super::exit::Exit;
use super::super::output::Target;
use super::page::Page;
use super::unknown;

/// What the placeholders in examples stand for.
const PLACEHOLDERS: [(&str, &str); 4] = [
    ("<key>", "a key"),
    ("<relay>", "a relay's host"),
    ("<gateway>", "a gateway's host"),
    ("<platform>", "a platform's domain"),
];

/// Prints the page of a rule or signal; without one a list of them.
pub(super) fn explain(rules: &Rules, id: Option<&str>) -> Result<Exit> {
    let files: Vec<RuleFile> = rules.sources().map(|source| source.rules).collect();
    let manual = Manual { files: &files };
    let Some(id) = id else {
        Target::Stdout.write(|out| manual.contents(&mut Page::new(out), rules))?;
        return Ok(Exit::Clean);
    };
    let lower = id.to_ascii_lowercase();
    if let Some(text) = manual.rule(&lower) {
        Target::Stdout.write(|out| manual.page(&mut Page::new(out), text))?;
    } else if let Some(note) = manual.signal(&lower) {
        Target::Stdout.write(|out| {
            let mut page = Page::new(out);
            page.line(&format!("{}: a signal, one observed fact beside a finding", note.id))?;
            page.heading("What it means")?;
            page.paragraph("  ", &note.text)
        })?;
    } else {
        return Err(unknown("rule or signal", id, SignalId::ALL.iter().map(|id| id.as_str()), "keyscan explain"));
    }
    Ok(Exit::Clean)
}

/// The texts.
struct Manual<'f> {
    files: &'f [RuleFile],
}

impl Manual<'_> {
    fn rule(&self, id: &str) -> Option<&RuleText> {
        self.files.iter().flat_map(|file| &file.rule).find(|text| text.id == id)
    }

    fn signal(&self, id: &str) -> Option<&Note> {
        self.files.iter().flat_map(|file| &file.signal).find(|note| note.id == id)
    }

    fn topic(&self, id: &str) -> &str {
        let note = self.files.iter().flat_map(|file| &file.topic).find(|note| note.id == id);
        note.map_or("", |note| &note.text)
    }

    fn contents(&self, page: &mut Page<'_>, rules: &Rules) -> io::Result<()> {
        page.line("Rules: what a finding says")?;
        for rule in RuleId::ALL {
            page.paragraph(&format!("  {:24}", rule.as_str()), &rules.text(*rule).summary)?;
        }
        page.heading("Signals: what was seen beside it (a rule that holds beside the finding's own is one, too)")?;
        let signals: Vec<&str> = self.files.iter().flat_map(|file| &file.signal).map(|note| note.id.as_ref()).collect();
        page.paragraph("  ", &signals.join("  "))
    }

    fn page(&self, page: &mut Page<'_>, text: &RuleText) -> io::Result<()> {
        page.line(&format!("{}: {}", text.id, text.title))?;
        page.heading("What it means")?;
        page.paragraph("  ", &text.summary)?;
        page.heading("Why it is a risk")?;
        page.paragraph("  ", &text.why)?;
        for risk in text.risks.iter() {
            page.paragraph(&format!("  {risk:10} "), self.topic(risk))?;
        }
        page.heading("How bad it is")?;
        for row in text.severities.iter() {
            let (severity, when) = row.split_once(": ").unwrap_or(("", row));
            page.paragraph(&format!("  {severity:10} "), when)?;
        }
        if !text.moves.is_empty() {
            page.paragraph("  ", "What moves it, one step up and one down at most:")?;
            text.moves.iter().try_for_each(|one| page.paragraph("  - ", one))?;
        }
        page.paragraph("  ", &format!("{} CWE-{}.", self.topic("confidence"), text.cwe))?;
        examples(page, "Found", &text.examples)?;
        examples(page, "Not found", &text.non_examples)?;
        self.placeholders(page, text)?;
        page.heading("What to do")?;
        for (n, step) in text.advice.iter().enumerate() {
            page.paragraph(&format!("  {}. ", n + 1), step)?;
        }
        page.heading("How to allow it")?;
        page.paragraph("  inline     ", &self.topic("inline").replace("{rule}", &text.id))?;
        if !text.allow.is_empty() {
            page.paragraph("  policy     ", &text.allow)?;
        }
        page.paragraph("  baseline   ", self.topic("baseline"))
    }

    fn placeholders(&self, page: &mut Page<'_>, text: &RuleText) -> io::Result<()> {
        let all = || text.examples.iter().chain(text.non_examples.iter());
        let used = PLACEHOLDERS.iter().filter(|(placeholder, _)| all().any(|example| example.contains(placeholder)));
        let meaning: Vec<String> = used.map(|(placeholder, what)| format!("{placeholder} is {what}")).collect();
        if meaning.is_empty() { Ok(()) } else { page.paragraph("  ", &format!("({}.)", meaning.join(", "))) }
    }
}

fn examples(page: &mut Page<'_>, title: &str, texts: &[impl AsRef<str>]) -> io::Result<()> {
    if texts.is_empty() {
        return Ok(());
    }
    page.heading(title)?;
    texts.iter().try_for_each(|text| page.verbatim(text.as_ref()))
}
