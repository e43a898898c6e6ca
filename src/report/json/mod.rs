//! JSON for programs: one document, or one record per line. `schema/report.schema.json` describes both.
//!
//! The shapes in [`record`] and [`finding`] are this format's own and not the model's, so that the model may change and version 1 of the
//! report stays what it is.

mod escape;
mod finding;
mod record;

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, PrettyFormatter, Serializer};

use crate::model::Report;

use self::escape::Escaping;
use self::record::{Context, Document, FindingRecord, SummaryRecord, TargetRecord};

/// Writes one pretty-printed document and a line end.
pub(super) fn write_document(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let context = Context::new(report);
    write_pretty(&Document::new(report, &context), out)
}

/// Writes one record per line: findings, then one `target_done` per root, then the `summary`.
pub(super) fn write_records(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let context = Context::new(report);
    for finding in context.shown(&report.findings) {
        write_line(&FindingRecord::new("finding", finding, &context), out)?;
    }
    for finding in context.shown(&report.suppressed).filter(|_| report.show_suppressed) {
        write_line(&FindingRecord::new("suppressed", finding, &context), out)?;
    }
    for root in 0..report.scan.roots.len() {
        write_line(&TargetRecord::new(report, root, &context), out)?;
    }
    write_line(&SummaryRecord::new(report, &context), out)
}

/// Writes any value over several lines, with a line end behind it.
pub(super) fn write_pretty(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Escaping(PrettyFormatter::new())))?;
    out.write_all(b"\n")
}

fn write_line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *out, Escaping(CompactFormatter)))?;
    out.write_all(b"\n")
}
