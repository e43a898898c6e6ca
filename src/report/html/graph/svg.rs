//! The picture as SVG. Colours are the style sheet's.

use std::io::{self, Write};

use crate::model::Finding;
use crate::report::html::escape::{Esc, cut};
use crate::report::html::findings::subject;
use crate::report::html::view::View;
use crate::report::words;

use super::layout::{BOX, ENDPOINTS, KEYS, LINE, Layout, PLACES, WIDTH, heading};
use super::{Drawing, Row};

/// Columns of text that fit into a box of 270, and into a line of 400.
const BOX_TEXT: usize = 33;
const LINE_TEXT: usize = 49;

/// Writes the whole picture.
pub(super) fn write(view: &View<'_>, drawing: &Drawing<'_>, layout: &Layout, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<svg id=graph viewBox=\"0 0 {WIDTH} {}\" role=group \
         aria-label=\"Keys, the files that hold them, and the endpoints that receive them; the tables below say the same\">",
        layout.height
    )?;
    for ((x, _), title) in [(KEYS, "Keys"), (PLACES, "Files by service"), (ENDPOINTS, "Endpoints")] {
        writeln!(out, "<text class=title x={x} y=16>{title}</text>")?;
    }
    edges(view, drawing, layout, out)?;
    keys(view, drawing, layout, out)?;
    places(view, drawing, layout, out)?;
    endpoints(view, drawing, layout, out)?;
    out.write_all(b"</svg>\n")
}

fn edges(view: &View<'_>, drawing: &Drawing<'_>, layout: &Layout, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"<g class=edges>\n")?;
    for &(key, row, severity) in &drawing.holds {
        let curve = curve(KEYS.0 + KEYS.1, layout.keys[key] + BOX / 2, PLACES.0, layout.rows[row] + LINE / 2);
        let (finding, severity) = (drawing.keys[key], severity.as_str());
        writeln!(out, "<path class=\"e {severity}\" data-a=k{key} data-b=p{row} data-f={finding} d=\"{curve}\"/>")?;
    }
    for (row, endpoint, findings) in &drawing.sends {
        let (from, to) = (layout.rows[*row] + LINE / 2, layout.endpoints[*endpoint] + BOX / 2);
        let curve = curve(PLACES.0 + PLACES.1, from, ENDPOINTS.0, to);
        let (kind, findings) = (view.endpoints[drawing.endpoints[*endpoint]].facts.kind.as_str(), numbers(findings));
        write!(out, "<path class=\"e {kind}\" data-a=p{row} data-b=e{endpoint} data-f=\"{findings}\" ")?;
        writeln!(out, "d=\"{curve}\"/>")?;
    }
    out.write_all(b"</g>\n")
}

fn curve(from_x: i64, from_y: i64, to_x: i64, to_y: i64) -> String {
    let middle = i64::midpoint(from_x, to_x);
    format!("M{from_x} {from_y}C{middle} {from_y} {middle} {to_y} {to_x} {to_y}")
}

fn keys(view: &View<'_>, drawing: &Drawing<'_>, layout: &Layout, out: &mut dyn Write) -> io::Result<()> {
    for (at, &index) in drawing.keys.iter().enumerate() {
        let finding: &Finding = view.findings[index];
        let (y, severity, rule) = (layout.keys[at], finding.severity.as_str(), finding.rule.as_str());
        let name = subject(finding);
        writeln!(out, "<g class=\"n {severity}\" data-n=k{at} data-f={index}><a href=\"#f{index}\">")?;
        writeln!(out, "<title>{}: {severity}, {rule}</title>", Esc(name))?;
        writeln!(out, "<rect x={}.5 y={y}.5 width={} height={BOX} rx=6 />", KEYS.0, KEYS.1 - 1)?;
        writeln!(out, "<rect class=bar x={}.5 y={y}.5 width=5 height={BOX} rx=2 />", KEYS.0)?;
        writeln!(out, "<text class=name x={} y={}>{}</text>", KEYS.0 + 16, y + 19, Esc(&cut(name, BOX_TEXT)))?;
        writeln!(out, "<text class=small x={} y={}>{severity}, {rule}</text></a></g>", KEYS.0 + 16, y + 35)?;
    }
    Ok(())
}

fn places(view: &View<'_>, drawing: &Drawing<'_>, layout: &Layout, out: &mut dyn Write) -> io::Result<()> {
    let (x, width) = PLACES;
    for (group, &(y, height)) in drawing.groups.iter().zip(&layout.groups) {
        writeln!(out, "<rect class=group x={x}.5 y={y}.5 width={} height={height} rx=6 />", width - 1)?;
        let Some(service) = group.service.filter(|_| heading(group) > 0) else { continue };
        let name = if service == "." { "(top folder)" } else { service };
        let name = view.repository(group.root).map_or(name.to_owned(), |root| format!("{root}: {name}"));
        let y = y + heading(group) - 4;
        writeln!(out, "<text class=service x={} y={y}>{}</text>", x + 12, Esc(&cut(&name, LINE_TEXT)))?;
    }
    for (at, row) in drawing.rows.iter().enumerate() {
        let y = layout.rows[at];
        let (file, link) = (&view.files[row.files[0]], row.files[0]);
        let findings = numbers(&row.findings);
        writeln!(out, "<g class=\"n file\" data-n=p{at} data-f=\"{findings}\"><a href=\"#p{link}\">")?;
        let (whole, shown) = if row.rest && row.files.len() > 1 {
            let text = format!("… {} more files", words::grouped(row.files.len() as u64));
            (text.clone(), text)
        } else {
            let service = file.services.first().copied().filter(|_| drawing.is_grouped(at));
            let path = below(file.path, service);
            let path = match view.repository(file.root).filter(|_| service.is_none()) {
                Some(root) => format!("{root}: {path}"),
                None => path.to_owned(),
            };
            (file.path.to_owned(), cut(&path, LINE_TEXT))
        };
        writeln!(out, "<title>{}{}</title>", Esc(&whole), severity(view, row))?;
        writeln!(out, "<rect x={} y={y} width={} height={LINE} rx=3 />", x + 4, width - 8)?;
        writeln!(out, "<text class=name x={} y={}>{}</text></a></g>", x + 12, y + 15, Esc(&shown))?;
    }
    Ok(())
}

/// The worst of a line's files.
fn severity(view: &View<'_>, row: &Row) -> String {
    let worst = row.files.iter().map(|&file| view.files[file].severity).max();
    worst.map_or_else(String::new, |worst| format!(": {}", worst.as_str()))
}

/// A path without the folder of the service that it stands under.
fn below<'a>(path: &'a str, service: Option<&str>) -> &'a str {
    let rest = service.and_then(|service| path.strip_prefix(service)).and_then(|rest| rest.strip_prefix('/'));
    rest.filter(|rest| !rest.is_empty()).unwrap_or(path)
}

fn endpoints(view: &View<'_>, drawing: &Drawing<'_>, layout: &Layout, out: &mut dyn Write) -> io::Result<()> {
    for (at, &index) in drawing.endpoints.iter().enumerate() {
        let endpoint = &view.endpoints[index];
        let (x, y, host) = (ENDPOINTS.0, layout.endpoints[at], &endpoint.facts.host);
        let (kind, about) = (endpoint.facts.kind.as_str(), words::endpoint(endpoint.facts));
        let findings = numbers(&drawing.findings_of(at));
        writeln!(out, "<g class=\"n {kind}\" data-n=e{at} data-f=\"{findings}\">")?;
        writeln!(out, "<title>{}: {}</title>", Esc(host), Esc(&about))?;
        writeln!(out, "<rect x={x}.5 y={y}.5 width={} height={BOX} rx=6 />", ENDPOINTS.1 - 1)?;
        writeln!(out, "<rect class=bar x={x}.5 y={y}.5 width=5 height={BOX} rx=2 />")?;
        writeln!(out, "<text class=name x={} y={}>{}</text>", x + 16, y + 19, Esc(&cut(host, BOX_TEXT)))?;
        // What is known of it leads to its row; the host itself is never a link.
        writeln!(out, "<a href=\"#e{index}\"><text class=small x={} y={}>", x + 16, y + 35)?;
        writeln!(out, "{}</text></a></g>", Esc(&cut(&about, BOX_TEXT)))?;
    }
    Ok(())
}

fn numbers(findings: &[usize]) -> String {
    findings.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
}
