//! What the rules mean and what to do: each text once, however many findings it is for.

use std::collections::HashMap;
use std::io::{self, Write};

use crate::model::{Finding, RuleId, Subject};
use crate::report::words;

use super::escape::{Esc, Prose};
use super::findings::subject;
use super::view::View;

/// How many findings a list of steps names.
const MAX_NAMED: usize = 3;

/// The rules that occur and the lists of advice under each, in the order of their first finding.
pub(super) struct Guides<'a> {
    rules: Vec<(RuleId, Vec<usize>)>,
    lists: Vec<(&'a [String], Vec<usize>)>,
    /// For each finding its list.
    of_finding: Vec<usize>,
}

impl<'a> Guides<'a> {
    pub(super) fn new(findings: &[&'a Finding]) -> Self {
        let mut guides = Self { rules: Vec::new(), lists: Vec::new(), of_finding: Vec::with_capacity(findings.len()) };
        let mut known: HashMap<(RuleId, &'a [String]), usize> = HashMap::new();
        for (index, finding) in findings.iter().enumerate() {
            let next = guides.lists.len();
            let list = *known.entry((finding.rule, &finding.advice)).or_insert(next);
            if list == next {
                guides.lists.push((&finding.advice, Vec::new()));
                match guides.rules.iter_mut().find(|(rule, _)| *rule == finding.rule) {
                    Some((_, lists)) => lists.push(list),
                    None => guides.rules.push((finding.rule, vec![list])),
                }
            }
            guides.lists[list].1.push(index);
            guides.of_finding.push(list);
        }
        guides
    }

    /// The number under which a finding's advice stands.
    pub(super) fn of(&self, finding: usize) -> usize {
        self.of_finding[finding]
    }

    /// Every rule with its meaning, and the steps.
    pub(super) fn write(&self, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
        for (rule, lists) in &self.rules {
            let text = view.rules.text(*rule);
            let id = rule.as_str();
            writeln!(out, "<section class=guide id=r-{id}><h3>{} <code>{id}</code></h3>", Esc(&text.title))?;
            writeln!(out, "<p>{}</p><p class=faint>{}</p>", Prose(&text.summary), Prose(&text.why.replace('\n', " ")))?;
            write!(out, "<p>Risks: {}.</p>", text.risks.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(", "))?;
            for &list in lists {
                self.steps(list, view, out)?;
            }
            out.write_all(b"</section>\n")?;
        }
        Ok(())
    }

    fn steps(&self, list: usize, view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
        let (advice, findings) = &self.lists[list];
        write!(out, "<div class=steps id=g{list}><h4>What to do about ")?;
        for (at, &index) in findings.iter().take(MAX_NAMED).enumerate() {
            let before = if at == 0 { "" } else { ", " };
            let finding = view.findings[index];
            let name = Esc(subject(finding));
            match finding.subject {
                Subject::Key(_) | Subject::Setting(_) | Subject::Account(_) => {
                    write!(out, "{before}<a href=#f{index}><code>{name}</code></a>")?;
                }
                // A host is never a link.
                Subject::Endpoint(_) | Subject::Server(_) => write!(out, "{before}<code>{name}</code>")?,
            }
        }
        if findings.len() > MAX_NAMED {
            write!(out, " and {} more", words::grouped((findings.len() - MAX_NAMED) as u64))?;
        }
        out.write_all(b"</h4><ol>")?;
        for step in *advice {
            write!(out, "<li>{}", Prose(step))?;
        }
        out.write_all(b"</ol></div>\n")
    }
}
