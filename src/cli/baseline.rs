//! Which baseline is in force, and what is written to it.

use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use keyscan::assess::{self, Fingerprinter};
use keyscan::config::{BASELINE_NAME, Baseline, BaselineError, Change, Sight};
use keyscan::model::Report;
use keyscan::{scan, source};

use super::args::{ScanArgs, from_environment};
use super::error::{harmless, hinted, reasons};
use super::output::{Target, write_file};
use super::policy;
use super::trust::{self, Found};

/// How many entries that have expired are named.
const MOST_NAMED: usize = 10;

/// The baseline of a run.
#[derive(Debug, Default)]
pub(super) struct InForce {
    /// What may wait.
    pub(super) known: assess::Baseline,
    /// The file.
    pub(super) file: Option<Found>,
    /// The same, as it was named or found.
    pub(super) shown: Option<String>,
    /// The same for people, where they ask what is in force.
    pub(super) note: String,
    /// Entries that cover nothing any more, for people.
    pub(super) expired: Vec<String>,
    /// What to do behind the scan.
    pub(super) writing: Option<Writing>,
}

/// A baseline to write.
#[derive(Debug)]
pub(super) struct Writing {
    path: PathBuf,
    old: Baseline,
    /// How much a complete run sees.
    sight: Sight,
}

/// Reads the baseline that is named, or else the one that the scanned repository brings along.
/// `configured` is the one that the config names.
pub(super) fn resolve(
    args: &ScanArgs,
    input: &scan::Input,
    fingerprinter: &Fingerprinter,
    configured: Option<(Found, String)>,
) -> Result<InForce> {
    if args.no_baseline {
        return Ok(InForce { note: "baseline: none".to_owned(), ..InForce::default() });
    }
    let (configured, place) = configured.unzip();
    let named_at = place.as_deref().filter(|_| args.baseline.is_none());
    let roots = match input {
        scan::Input::Tree(tree) => super::resolve::roots(tree),
        scan::Input::Stdin { .. } if args.write_baseline => {
            let hint = "scan the files of a repository";
            return Err(hinted("--write-baseline needs a repository, not standard input (-)", hint));
        }
        scan::Input::Stdin { .. } => vec![PathBuf::from(".")],
    };
    let tops: BTreeSet<PathBuf> = roots.iter().filter_map(|root| source::top_of(root)).collect();
    let is_own = args.baseline.is_none() && configured.is_none() && input.trust().is_tree();
    let found = match &args.baseline {
        Some(file) => Some(trust::named(input, file)?),
        None if configured.is_some() => configured,
        None if input.trust().is_tree() => {
            tops.iter().find_map(|top| Baseline::find(top)).map(|found| Found::Disk(from_here(&found)))
        }
        None => trust::own(input, BASELINE_NAME)?,
    };
    // The same path in another repository is another place.
    if tops.len() > 1 && (found.is_some() || args.write_baseline) {
        let hint = "scan them one by one, or give --no-baseline";
        return Err(hinted("a baseline belongs to one repository, and the paths belong to several", hint));
    }
    let top = tops.into_iter().next();
    let own = || top.as_ref().map(|top| from_here(&top.join(BASELINE_NAME)));
    let place = found.as_ref().map(Found::name).or_else(|| own().filter(|_| args.write_baseline));
    let (scheme, check) = (fingerprinter.scheme(), fingerprinter.check());
    let new = || Baseline::new(scheme, check.as_deref());
    let old = match &found {
        Some(file) if args.write_baseline && file.is_missing() => None,
        Some(file) => Some(load(file, named_at)?),
        None => None,
    };
    if let (Some(old), Some(file)) = (&old, &found)
        && !old.is_of(scheme, check.as_deref())
    {
        let message = format!("{}: was written with another --fingerprint-key, or with none", file.name().display());
        return Err(hinted(message, "give the one it was written with; a new baseline needs a file of its own"));
    }
    let mut in_force = match (&old, &found) {
        (Some(old), Some(file)) => in_force(old, file.clone())?,
        _ => InForce { note: "baseline: none".to_owned(), ..InForce::default() },
    };
    // What a repository brings along has the same name on every machine.
    if is_own {
        in_force.shown = in_force.shown.map(|_| BASELINE_NAME.to_owned());
    }
    if let (true, Some(path)) = (args.write_baseline, place) {
        let real: Vec<PathBuf> = roots.iter().filter_map(|root| root.canonicalize().ok()).chain(top.clone()).collect();
        Target::File(path.clone()).check(&real)?;
        let sight = sight(args, input, &roots, top.as_deref(), &path);
        in_force.writing = Some(Writing { path, old: old.unwrap_or_else(new), sight });
    }
    Ok(in_force)
}

impl Writing {
    /// Writes what the report and the old baseline say, and tells how it went.
    pub(super) fn write(&self, report: &Report) -> Result<String> {
        let sight = if report.scan.complete() { self.sight } else { Sight::Part };
        let (baseline, change) = self.old.updated(report, sight);
        let text = baseline.text();
        let shown = self.path.display();
        write_file(&self.path, |out| out.write_all(text.as_bytes()))
            .with_context(|| format!("cannot write the baseline to {shown}"))?;
        Ok(harmless(&format!("baseline: {shown}: {}", told(change))))
    }
}

/// A path as people would type it: relative to the working directory where it lies below it.
pub(super) fn from_here(path: &Path) -> PathBuf {
    let here = env::current_dir().and_then(|here| here.canonicalize());
    here.ok().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path).to_path_buf()
}

fn told(change: Change) -> String {
    let Change { added, kept, unseen, pruned } = change;
    let mut text = format!("{added} added, {kept} kept, {pruned} pruned");
    if unseen > 0 {
        text.push_str(&format!(" ({unseen} kept because this run did not look everywhere they may be)"));
    }
    text
}

/// Reads a baseline; `named_at` is where a config names it.
pub(super) fn load(file: &Found, named_at: Option<&str>) -> Result<Baseline> {
    file.baseline().map_err(|error| match (error.downcast_ref(), named_at) {
        // What is wrong in it has a place of its own.
        (Some(BaselineError::Faulty { .. }), _) => error,
        (_, Some(place)) => policy::unusable(place, &error),
        (Some(BaselineError::Unreadable { .. }), None) if file.is_missing() => {
            hinted(reasons(&error), "--write-baseline writes a new one")
        }
        _ => error,
    })
}

fn in_force(baseline: &Baseline, file: Found) -> Result<InForce> {
    let shown = file.name().display().to_string();
    let today = if baseline.has_dates() { today()? } else { Date::MIN };
    let mut lines = baseline.expired(today).map(|(line, last)| {
        harmless(&format!("note: {shown}:{line}: this entry ended on {last} and lets nothing wait any more"))
    });
    let mut expired: Vec<String> = lines.by_ref().take(MOST_NAMED).collect();
    let more = lines.count();
    if more > 0 {
        expired.push(format!("note: so did {more} more entries"));
    }
    let note = harmless(&format!("baseline: {shown} (entries: {})", baseline.len()));
    Ok(InForce {
        known: baseline.on(today),
        file: Some(file),
        shown: Some(harmless(&shown)),
        note,
        expired,
        writing: None,
    })
}

/// The day by which entries end, in UTC. Reproducible runs set their own.
fn today() -> Result<Date> {
    let now = match from_environment("SOURCE_DATE_EPOCH") {
        Some(seconds) => {
            let seconds = seconds.to_str().and_then(|seconds| seconds.parse().ok());
            let time = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
            time.ok_or_else(|| anyhow!("SOURCE_DATE_EPOCH must be a number of seconds since 1970"))?
        }
        None => Timestamp::now(),
    };
    Ok(Offset::UTC.to_datetime(now).date())
}

/// How much of the repository a run sees if nothing goes wrong. What was left out by flags is not gone.
fn sight(args: &ScanArgs, input: &scan::Input, roots: &[PathBuf], top: Option<&Path>, file: &Path) -> Sight {
    let (scan::Input::Tree(tree), Some(top)) = (input, top) else { return Sight::Part };
    // Outside git each folder is a tree of its own; a baseline above it is that of a larger one.
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let above = folder.canonicalize().is_ok_and(|folder| top != folder && top.starts_with(folder));
    let narrowed = tree.files_from.is_some()
        || !tree.exclude.is_empty()
        || !tree.include.is_empty()
        || tree.max_file_size.is_some()
        || tree.limits.archive_depth.min(tree.limits.decode_depth) == 0
        || !args.only.is_empty()
        || !args.except.is_empty();
    let whole = roots.iter().any(|root| root.canonicalize().is_ok_and(|root| root == top));
    let whole = whole && (!above || top.join(".git").exists());
    match tree.mode {
        _ if narrowed || !whole => Sight::Part,
        source::Mode::Tree => Sight::Files,
        source::Mode::History => Sight::History,
        source::Mode::Staged | source::Mode::Range(_) | source::Mode::Since(_) => Sight::Part,
    }
}
