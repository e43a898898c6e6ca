//! What was learnt by asking that belongs to no finding, in lines for people: of the own account, and of endpoints.

use crate::model::{Listing, ProbeCounts, Report, shortened_id};

use super::words::{count, grouped};

/// How many projects without a limit are named.
const MAX_PROJECTS: usize = 5;

/// The lines, each a sentence. Names are as the account has them.
pub(super) fn lines(report: &Report) -> Vec<String> {
    account(report).into_iter().chain(without_limit(report)).chain(probes(report)).collect()
}

/// What was listed of the own account.
fn account(report: &Report) -> Option<String> {
    let account = report.scan.account.as_ref()?;
    let why = account.listing.reason().map(|reason| format!(" ({})", reason.text())).unwrap_or_default();
    let listed = format!("{} and {}", count(account.projects, "project"), count(account.keys, "key"));
    let listed = match account.listing {
        Listing::Complete => format!("{listed} listed, and that is all"),
        Listing::Partial(_) => format!("{listed} listed, and not all{why}"),
        Listing::Failed(_) => format!("could not be listed{why}"),
    };
    Some(format!("Own account: {listed}."))
}

/// For which of its projects nothing limits spending.
fn without_limit(report: &Report) -> Option<String> {
    let account = report.scan.account.as_ref()?;
    let names = account.unlimited.iter().take(MAX_PROJECTS).map(|project| match project.name.as_str() {
        "" => shortened_id(&project.id),
        name => name.to_owned(),
    });
    let names: Vec<String> = names.collect();
    let more = match account.unlimited.len() - names.len() {
        0 => String::new(),
        more => format!(" and {}", count(more as u64, "other")),
    };
    (!names.is_empty()).then(|| format!("Without a spend limit or an alert: {}{more}.", names.join(", ")))
}

/// How many endpoints were asked what they run.
fn probes(report: &Report) -> Option<String> {
    let ProbeCounts { endpoints, told, left_out } = report.scan.probes?;
    let left = match left_out {
        0 => String::new(),
        left => format!(", {} left out", grouped(left)),
    };
    Some(match endpoints {
        0 => "Endpoints asked what they run: none.".to_owned(),
        _ => format!("Endpoints asked what they run: {}, {} told{left}.", grouped(endpoints), grouped(told)),
    })
}
