//! The graph: keys on the left, the files that hold them in the middle, the endpoints that receive them on the right.
//!
//! It is laid out here and written as plain SVG, so that it is the same for everybody and needs no script. A picture of
//! thousands of lines says nothing: the worst findings are drawn until it is full, files stand under their service, and
//! what is left out is said.

mod layout;
mod svg;

use std::collections::HashMap;
use std::io::{self, Write};

use crate::model::{Severity, Subject};
use crate::report::places::{in_use, is_listed};
use crate::report::words;

use self::layout::Layout;
use super::view::{self, View};

/// How many keys are drawn.
const MAX_KEYS: usize = 30;
/// How many lines of the middle are drawn.
const MAX_ROWS: usize = 60;
/// How many endpoints are drawn.
const MAX_ENDPOINTS: usize = 30;
/// How many files of a service have a line of their own.
const MAX_FILES: usize = 6;
/// How many places of one finding are drawn.
const MAX_PLACES: usize = 12;

/// What is drawn.
#[derive(Default)]
struct Drawing<'a> {
    /// Findings about keys and about settings with several keys.
    keys: Vec<usize>,
    groups: Vec<Group<'a>>,
    rows: Vec<Row>,
    /// The line of each file that is drawn.
    row_of: HashMap<usize, usize>,
    /// Indices into the view's endpoints.
    endpoints: Vec<usize>,
    /// From keys to rows, each with the severity there.
    holds: Vec<(usize, usize, Severity)>,
    /// From rows to endpoints, each with the findings that say so.
    sends: Vec<(usize, usize, Vec<usize>)>,
}

/// A service with its files.
struct Group<'a> {
    root: usize,
    service: Option<&'a str>,
    rows: Vec<usize>,
}

/// A line of the middle.
struct Row {
    /// One file; or all files of the service that have no line of their own.
    files: Vec<usize>,
    rest: bool,
    findings: Vec<usize>,
}

/// How much there is to draw.
#[derive(Default)]
struct Whole {
    keys: usize,
    files: usize,
    endpoints: usize,
}

/// Writes the picture, and below it what it leaves out.
pub(super) fn write(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    if is_empty(view) {
        return Ok(());
    }
    let (drawing, whole) = choose(view);
    out.write_all(b"<div class=\"scroll picture\" tabindex=0 role=region aria-label=Graph>\n")?;
    svg::write(view, &drawing, &Layout::of(&drawing), out)?;
    out.write_all(b"</div>\n")?;
    let left = [
        (whole.keys - drawing.keys.len(), "key"),
        (whole.files - drawing.row_of.len(), "file"),
        (whole.endpoints - drawing.endpoints.len(), "endpoint"),
    ];
    let left = left.into_iter().filter(|(number, _)| *number > 0);
    let left: Vec<String> = left.map(|(number, noun)| words::count(number as u64, noun)).collect();
    if left.is_empty() {
        return Ok(());
    }
    writeln!(out, "<p class=faint>The worst is drawn. Left out: {}; the tables have them.</p>", left.join(", "))
}

/// Whether there is anything to draw.
pub(super) fn is_empty(view: &View<'_>) -> bool {
    view.findings.iter().all(|finding| finding.occurrences.iter().all(is_listed))
}

/// Takes findings, worst first, as long as there is room.
fn choose<'a>(view: &View<'a>) -> (Drawing<'a>, Whole) {
    let files: HashMap<(usize, &str), usize> =
        view.files.iter().enumerate().map(|(index, file)| ((file.root, file.path), index)).collect();
    let mut drawing = Drawing::default();
    let mut whole = Whole::default();
    let mut used_files = vec![false; view.files.len()];
    let mut used_endpoints = vec![false; view.endpoints.len()];
    for (index, &finding) in view.findings.iter().enumerate() {
        let places = in_use(finding);
        if places.is_empty() {
            continue;
        }
        let has_node = matches!(finding.subject, Subject::Key(_) | Subject::Setting(_));
        whole.keys += usize::from(has_node);
        let key = has_node.then(|| drawing.key(index)).flatten();
        for (at, place) in places.into_iter().enumerate() {
            let file = files[&(place.root, view::path(place))];
            used_files[file] = true;
            let endpoint = view::endpoint(finding, place).and_then(|facts| view.endpoint(&facts.host));
            if let Some(endpoint) = endpoint {
                used_endpoints[endpoint] = true;
            }
            if at >= MAX_PLACES || (has_node && key.is_none()) {
                continue;
            }
            let Some(row) = drawing.row(view, file) else { continue };
            drawing.join(index, row, key, place.severity, endpoint);
        }
    }
    whole.files = used_files.into_iter().filter(|used| *used).count();
    whole.endpoints = used_endpoints.into_iter().filter(|used| *used).count();
    (drawing, whole)
}

impl<'a> Drawing<'a> {
    /// The place of a key in its column, while there is room.
    fn key(&mut self, finding: usize) -> Option<usize> {
        if self.keys.len() >= MAX_KEYS || self.rows.len() >= MAX_ROWS {
            return None;
        }
        self.keys.push(finding);
        Some(self.keys.len() - 1)
    }

    /// The line of a file.
    fn row(&mut self, view: &View<'a>, index: usize) -> Option<usize> {
        if let Some(&row) = self.row_of.get(&index) {
            return Some(row);
        }
        let file = &view.files[index];
        let service = file.services.first().copied();
        let known = self.groups.iter().position(|group| (group.root, group.service) == (file.root, service));
        if let Some(group) = known
            && self.groups[group].rows.len() > MAX_FILES
        {
            let rest = self.groups[group].rows[MAX_FILES];
            self.rows[rest].files.push(index);
            self.row_of.insert(index, rest);
            return Some(rest);
        }
        if self.rows.len() >= MAX_ROWS {
            return None;
        }
        let group = known.unwrap_or_else(|| {
            self.groups.push(Group { root: file.root, service, rows: Vec::new() });
            self.groups.len() - 1
        });
        let rest = self.groups[group].rows.len() == MAX_FILES;
        self.groups[group].rows.push(self.rows.len());
        self.rows.push(Row { files: vec![index], rest, findings: Vec::new() });
        self.row_of.insert(index, self.rows.len() - 1);
        Some(self.rows.len() - 1)
    }

    /// Whether a line stands among others of its service.
    fn is_grouped(&self, row: usize) -> bool {
        self.groups.iter().any(|group| group.rows.len() > 1 && group.rows.contains(&row))
    }

    /// The findings of which something is drawn at an endpoint.
    fn findings_of(&self, endpoint: usize) -> Vec<usize> {
        let here = self.sends.iter().filter(|(_, to, _)| *to == endpoint);
        let mut findings: Vec<usize> = here.flat_map(|(_, _, findings)| findings.iter().copied()).collect();
        findings.sort_unstable();
        findings.dedup();
        findings
    }

    /// Draws the lines of one place.
    fn join(&mut self, finding: usize, row: usize, key: Option<usize>, severity: Severity, endpoint: Option<usize>) {
        if self.rows[row].findings.last() != Some(&finding) {
            self.rows[row].findings.push(finding);
        }
        if let Some(key) = key {
            match self.holds.iter_mut().find(|edge| (edge.0, edge.1) == (key, row)) {
                Some(edge) => edge.2 = edge.2.max(severity),
                None => self.holds.push((key, row, severity)),
            }
        }
        let Some(endpoint) = endpoint.and_then(|endpoint| self.endpoint(endpoint)) else { return };
        match self.sends.iter_mut().find(|edge| (edge.0, edge.1) == (row, endpoint)) {
            Some((_, _, findings)) if findings.last() == Some(&finding) => {}
            Some((_, _, findings)) => findings.push(finding),
            None => self.sends.push((row, endpoint, vec![finding])),
        }
    }

    /// The place of an endpoint in its column, while there is room.
    fn endpoint(&mut self, index: usize) -> Option<usize> {
        if let Some(known) = self.endpoints.iter().position(|&endpoint| endpoint == index) {
            return Some(known);
        }
        if self.endpoints.len() >= MAX_ENDPOINTS {
            return None;
        }
        self.endpoints.push(index);
        Some(self.endpoints.len() - 1)
    }
}
