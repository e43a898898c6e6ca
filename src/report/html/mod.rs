//! A page for the browser: one file that needs nothing else and asks for nothing, with the findings as a graph and as
//! tables.
//!
//! Paths, names and messages come from strangers and may hold markup. Three things keep it text: everything goes through
//! [`escape`]; the policy in the page's head lets nothing run but the scripts whose digests it names, and nothing be
//! fetched; and no host is a link, for nobody should get to a relay by a click. The tables and the graph are written
//! here, so that the page says all it has to say without its script, which only filters, sorts and points things out.

mod escape;
mod filters;
mod findings;
mod graph;
mod guides;
mod scan;
mod sides;
mod view;

use std::io::{self, Write};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use crate::model::Report;
use crate::rules::Rules;

use self::escape::Esc;
use self::guides::Guides;
use self::view::View;

/// The page, with a name in double braces where something is filled in.
const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
/// The part of the script that has to run before the tables arrive.
const EARLY: &str = include_str!("early.js");
const SCRIPT: &str = include_str!("script.js");

/// Writes the page.
pub(super) fn write(report: &Report, rules: &Rules, out: &mut dyn Write) -> io::Result<()> {
    let view = View::new(report, rules);
    let guides = Guides::new(&view.findings);
    // Only the template is looked at for slots; what is filled in is written as it is.
    let mut parts = PAGE.split("{{");
    out.write_all(parts.next().unwrap_or_default().as_bytes())?;
    for part in parts {
        let (slot, text) = part.split_once("}}").expect("a slot of the template is closed");
        fill(slot, &view, &guides, out)?;
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}

fn fill(slot: &str, view: &View<'_>, guides: &Guides<'_>, out: &mut dyn Write) -> io::Result<()> {
    match slot {
        "style-digest" => out.write_all(digest(STYLE).as_bytes()),
        "early-digest" => out.write_all(digest(EARLY).as_bytes()),
        "early" => out.write_all(EARLY.as_bytes()),
        "script-digest" => out.write_all(digest(SCRIPT).as_bytes()),
        "style" => out.write_all(STYLE.as_bytes()),
        "script" => out.write_all(SCRIPT.as_bytes()),
        "version" => write!(out, "{}", Esc(&view.report.tool.version)),
        "scope" => scan::scope(view, out),
        "verdict" => scan::verdict(view, out),
        "read" => scan::read(view, out),
        "suppressed" if scan::hides_suppressed(view) => Ok(()),
        "suppressed" => scan::suppressed(view, out),
        "filters" => filters::write(view, out),
        "graph" => graph::write(view, out),
        "findings" => findings::write(view, guides, out),
        "files" => sides::files(view, out),
        "endpoints" => sides::endpoints(view, out),
        "guides" => guides.write(view, out),
        // What is left out where there is nothing to show.
        "findings-hidden" => hidden(view.findings.is_empty(), out),
        "suppressed-hidden" => hidden(scan::hides_suppressed(view), out),
        "graph-hidden" => hidden(graph::is_empty(view), out),
        "endpoints-hidden" => hidden(view.endpoints.is_empty(), out),
        other => unreachable!("the template has no slot {other}"),
    }
}

fn hidden(empty: bool, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(if empty { b" hidden" } else { b"" })
}

/// What the page's policy knows an inline text by: its digest as a browser sees it, which reads every line end as `\n`.
fn digest(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text.replace("\r\n", "\n"))))
}
