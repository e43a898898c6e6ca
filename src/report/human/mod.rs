//! For a person at a terminal: worst first, one block per key with all its places and who receives it, what to do now,
//! and at the end what was read and what was not.
//!
//! Places are written `path:line:column`, relative to the working directory, so that editors and terminals follow them.

mod block;
mod fold;
mod footer;
mod link;
mod page;
mod suppressed;

use std::cmp::Reverse;
use std::io::{self, Write};

use crate::model::{Report, Severity};
use crate::rules::Rules;

use self::block::Blocks;
use self::fold::ListedFile;
use self::page::{Look, Page, Spot};
use super::{Options, words};

pub use self::link::Links;

/// How many files with lists of hosts are shown.
const MAX_FILES: usize = 10;
/// How many hosts of a list are named.
const MAX_HOSTS: usize = 3;

/// Writes the findings and, unless quiet, what was read.
pub(super) fn write(report: &Report, rules: &Rules, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, options);
    let verbose = options.verbose > 0;
    let shown = fold::shown(report);
    let mut first = true;
    let mut blocks = Blocks::new(rules, verbose);
    for severity in Severity::ALL.into_iter().rev() {
        for (finding, folded) in shown.blocks.iter().filter(|(finding, _)| finding.severity == severity) {
            separate(&mut page, &mut first)?;
            blocks.write(&mut page, finding, folded)?;
        }
        if let Some(files) = shown.listed.get(&severity) {
            separate(&mut page, &mut first)?;
            page.heading(severity, "hosts that are only listed or mentioned", "")?;
            page.under(Look::Plain, "Nothing here is set to use them.")?;
            let all = files.len();
            let limit = if verbose { all } else { MAX_FILES };
            for ((_, path), file) in files.iter().take(limit) {
                let spot = Spot { shown: path, percent: file.percent, position: &file.first, is_file: file.is_file };
                page.place(if file.listed { "listed" } else { "in text" }, spot, &hosts(file, verbose))?;
            }
            if all > limit {
                let left = words::count((all - limit) as u64, "file");
                page.row("", (Look::Faint, &format!("… and {left} more")), "(all in --format json)")?;
            }
        }
    }

    if suppressed::is_shown(report) {
        separate(&mut page, &mut first)?;
        suppressed::write(&mut page, report, verbose)?;
    }
    if options.quiet {
        return footer::incomplete(&mut page, report, false);
    }
    separate(&mut page, &mut first)?;
    footer::write(&mut page, report, &shown, verbose)?;
    footer::incomplete(&mut page, report, true)
}

/// An empty line between two parts.
fn separate(page: &mut Page<'_>, first: &mut bool) -> io::Result<()> {
    if std::mem::take(first) { Ok(()) } else { page.blank() }
}

/// `214 hosts: 180 relay, 34 gateway (a.example, b.example, …)`.
fn hosts(file: &ListedFile<'_>, verbose: bool) -> String {
    if let ([host], Some(kind)) = (file.hosts.as_slice(), file.kinds.keys().next()) {
        return format!("{host} ({})", kind.as_str());
    }
    let mut kinds: Vec<_> = file.kinds.iter().collect();
    kinds.sort_by_key(|&(kind, number)| (Reverse(number), kind));
    let kinds: Vec<String> =
        kinds.into_iter().map(|(kind, number)| format!("{} {}", words::grouped(*number), kind.as_str())).collect();
    let limit = if verbose { file.hosts.len() } else { MAX_HOSTS };
    let mut names = file.hosts.iter().take(limit).copied().collect::<Vec<_>>().join(", ");
    if file.hosts.len() > limit {
        names.push_str(", …");
    }
    format!("{}: {} ({names})", words::count(file.hosts.len() as u64, "host"), kinds.join(", "))
}
