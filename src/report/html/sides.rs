//! The tables of files and of endpoints: the same findings, seen from the other two sides.

use std::io::{self, Write};

use crate::model::{Severity, Subject};
use crate::report::words;

use super::escape::Esc;
use super::findings::subject;
use super::view::{Endpoint, File, View};

/// How many findings, files or endpoints one cell names.
const MAX_NAMED: usize = 5;

/// Writes a row for each file.
pub(super) fn files(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (index, file) in view.files.iter().enumerate() {
        write!(out, "<tr id=p{index} data-f=\"{}\">", numbers(&file.findings))?;
        severity(Some(file.severity), out)?;
        out.write_all(b"<th scope=row>")?;
        if let Some(name) = view.repository(file.root) {
            write!(out, "<b>{}</b> ", Esc(name))?;
        }
        write!(out, "{}<td>{}", Esc(file.path), Esc(&services(file)))?;
        write!(out, "<td>{}<td>", facts(file))?;
        named(view, &file.findings, out)?;
        out.write_all(b"<td>")?;
        for (at, &to) in file.endpoints.iter().take(MAX_NAMED).enumerate() {
            let endpoint = &view.endpoints[to];
            let kind = endpoint.facts.kind.as_str();
            let host = Esc(&endpoint.facts.host);
            write!(out, "{}{host} <a class={kind} href=#e{to}>{kind}</a>", line(at))?;
        }
        more(file.endpoints.len(), out)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Writes a row for each endpoint.
pub(super) fn endpoints(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (index, endpoint) in view.endpoints.iter().enumerate() {
        let kind = endpoint.facts.kind.as_str();
        write!(out, "<tr id=e{index} data-f=\"{}\">", numbers(&endpoint.findings))?;
        severity(endpoint.severity, out)?;
        write!(out, "<th scope=row>{}", Esc(&endpoint.facts.host))?;
        write!(out, "<td><i class={kind}>{kind}</i><small>{}</small>", Esc(&remark(endpoint)))?;
        write!(out, "<td>{}<td>", words::grouped(endpoint.keys as u64))?;
        named(view, &endpoint.findings, out)?;
        out.write_all(b"<td>")?;
        for (at, &index) in endpoint.files.iter().take(MAX_NAMED).enumerate() {
            let file = &view.files[index];
            out.write_all(line(at).as_bytes())?;
            if let Some(name) = view.repository(file.root) {
                write!(out, "<b>{}</b> ", Esc(name))?;
            }
            write!(out, "<a href=#p{index}>{}</a>", Esc(file.path))?;
        }
        more(endpoint.files.len(), out)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// What is known of an endpoint besides its kind.
fn remark(endpoint: &Endpoint<'_>) -> String {
    let service = endpoint.facts.service.as_deref().unwrap_or_default();
    match (endpoint.in_use, service.is_empty()) {
        (true, _) => service.to_owned(),
        (false, true) => "only named".to_owned(),
        (false, false) => format!("{service}, only named"),
    }
}

/// The services of a file; the root itself is one too.
fn services(file: &File<'_>) -> String {
    let names = file.services.iter().map(|service| if *service == "." { "(top folder)" } else { service });
    names.collect::<Vec<_>>().join(", ")
}

fn facts(file: &File<'_>) -> String {
    let environment = file.environment.map(|environment| environment.as_str());
    let exposures = file.exposures.iter().copied().map(words::exposure);
    environment.into_iter().chain(exposures).collect::<Vec<_>>().join(", ")
}

fn severity(severity: Option<Severity>, out: &mut dyn Write) -> io::Result<()> {
    match severity.map(Severity::as_str) {
        Some(word) => write!(out, "<td><b class={word}>{word}</b>"),
        None => out.write_all("<td><span class=faint>–</span>".as_bytes()),
    }
}

/// The findings that a row belongs to. Where one is about an endpoint its rule is the link, for the host must be none.
fn named(view: &View<'_>, findings: &[usize], out: &mut dyn Write) -> io::Result<()> {
    for (at, &index) in findings.iter().take(MAX_NAMED).enumerate() {
        let finding = view.findings[index];
        write!(out, "{}<a href=#f{index}>", line(at))?;
        match &finding.subject {
            Subject::Key(_) | Subject::Setting(_) | Subject::Account(_) => {
                write!(out, "{}</a>", Esc(subject(finding)))?
            }
            Subject::Endpoint(_) | Subject::Server(_) => write!(out, "{}</a>", finding.rule.as_str())?,
        }
    }
    more(findings.len(), out)
}

/// What stands in front of an item.
const fn line(at: usize) -> &'static str {
    if at == 0 { "" } else { "<br>" }
}

fn more(all: usize, out: &mut dyn Write) -> io::Result<()> {
    if all <= MAX_NAMED {
        return Ok(());
    }
    write!(out, "<small>and {} more</small>", words::grouped((all - MAX_NAMED) as u64))
}

fn numbers(findings: &[usize]) -> String {
    findings.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
}
