//! What was typed, made into a plan. Whatever contradicts itself is refused here, before anything is read.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use keyscan::assess::Fingerprinter;
use keyscan::config::{Config, FailOn};
use keyscan::model::{Confidence, Limit, Limits, SetAsideKind, Severity};
use keyscan::report::{self, Format};
use keyscan::rules::Rules;
use keyscan::{scan, source};

use super::args::{FormatArg, ScanArgs, from_environment, parse_format};
use super::bounded::{self, Accept};
use super::error::hinted;
use super::exit::Gate;
use super::output::Target;
use super::policy::{self, InForce};
use super::{baseline, online, progress, step_summary, terminal, trust};

/// Largest list of files that is read, in bytes: some million paths.
const MAX_LIST: u64 = 256 * 1024 * 1024;
/// Largest fingerprint key that is read, in bytes.
const MAX_FINGERPRINT_KEY: u64 = 1024 * 1024;

/// All that a run needs.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) scan: scan::Options,
    /// The rules of the release and those of the team.
    pub(super) rules: Rules,
    pub(super) outputs: Vec<Output>,
    /// Where a Markdown report goes besides, for the summary of a step of GitHub Actions.
    pub(super) step_summary: Option<Target>,
    pub(super) gate: Gate,
    /// Which policy file is in force, for people.
    pub(super) policy_note: String,
    /// Which baseline is in force, for people.
    pub(super) baseline_note: String,
    /// Entries of the baseline that cover nothing any more, for people.
    pub(super) expired: Vec<String>,
    /// The baseline to write.
    pub(super) write_baseline: Option<baseline::Writing>,
    pub(super) progress: bool,
    pub(super) quiet: bool,
    pub(super) verbose: bool,
    /// Whether candidates that were dropped are told, with the reason.
    pub(super) notes: bool,
}

impl Plan {
    /// Whether a list names files.
    pub(super) fn listed(&self) -> bool {
        matches!(&self.scan.input, scan::Input::Tree(tree) if tree.files_from.is_some())
    }

    /// Whether people's text goes to standard output.
    pub(super) fn shows_human(&self) -> bool {
        self.outputs.iter().any(|output| output.format == Format::Human && output.target == Target::Stdout)
    }
}

/// One report to write.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) format: Format,
    pub(super) target: Target,
    pub(super) options: report::Options,
}

/// Makes a plan of what was typed.
pub(super) fn plan(args: ScanArgs) -> Result<Plan> {
    let fingerprinter = fingerprinter(args.fingerprint_key.as_deref())?;
    let (progress, quiet, verbose) = (progress::wanted(args.quiet, args.no_progress), args.quiet, args.verbose > 0);
    let online = online::options(&args)?;
    let mut input = input(&args)?;
    let InForce { mut policy, config, rules, facts: mut policy_facts, note: policy_note, mut files } =
        policy::resolve(&args, &input)?;
    let outputs = outputs(&args, &config)?;
    let step_summary = step_summary::target(&outputs);
    let gate = gate(&args, &config);
    let min_severity = min_severity(&args, &config, &gate);
    bound(&mut input, &args, &config);
    let baseline = baseline::resolve(&args, &input, &fingerprinter, policy::baseline(&config, &files))?;
    policy.baseline = baseline.known;
    policy_facts.baseline = baseline.shown;
    files.extend(baseline.file.map(|file| (file, SetAsideKind::Baseline)));
    if let scan::Input::Tree(tree) = &mut input {
        let roots: Vec<_> = roots(tree).iter().filter_map(|root| root.canonicalize().ok()).collect();
        for output in &outputs {
            output.target.check(&roots)?;
        }
        if let Some(summary) = &step_summary {
            step_summary::check(summary, &roots)?;
        }
        tree.policy_files = trust::watched(&files);
        // A report of an earlier run names relays: scanning it would find them all again.
        let targets = outputs.iter().map(|output| &output.target).chain(&step_summary);
        tree.except = targets.filter_map(Target::real_path).collect();
    }
    let show_suppressed = args.show_suppressed;
    let scan = scan::Options { input, policy, fingerprinter, policy_facts, min_severity, show_suppressed, online };
    let notes = args.verbose > 1;
    Ok(Plan {
        scan,
        rules,
        outputs,
        step_summary,
        gate,
        policy_note,
        baseline_note: baseline.note,
        expired: baseline.expired,
        write_baseline: baseline.writing,
        progress,
        quiet,
        verbose,
        notes,
    })
}

/// What fails the run: what was typed goes before what the config says.
pub(super) fn gate(args: &ScanArgs, config: &Config) -> Gate {
    let FailOn(severity) = args.fail_on.or(config.fail_on).unwrap_or(FailOn(Some(Severity::High)));
    Gate {
        severity,
        confidence: args.fail_on_confidence.or(config.fail_on_confidence).unwrap_or(Confidence::Medium),
        exit_zero: args.exit_zero,
        allow_incomplete: args.allow_incomplete.or(config.allow_incomplete).unwrap_or(false),
    }
}

/// What reports show. A gate below the default would otherwise fail the run for findings that nobody sees.
pub(super) fn min_severity(args: &ScanArgs, config: &Config, gate: &Gate) -> Severity {
    let default = || gate.severity.map_or(Severity::Low, |severity| severity.min(Severity::Low));
    args.min_severity.or(config.min_severity).unwrap_or_else(default)
}

/// Sets how much of the input is read: what was typed goes before what the config says.
fn bound(input: &mut scan::Input, args: &ScanArgs, config: &Config) {
    let (max_file_size, limits) = match input {
        scan::Input::Tree(tree) => (&mut tree.max_file_size, &mut tree.limits),
        scan::Input::Stdin { max_file_size, limits, .. } => (max_file_size, limits),
    };
    *max_file_size = args.limits.max_file_size.or(config.max_file_size);
    for limit in Limit::SETTABLE {
        if let Some(value) = args.limits.typed(limit).or_else(|| config.limits.get(&limit).copied()) {
            limits.set(limit, value);
        }
    }
}

/// What to read, and whose word counts there.
pub(super) fn input(args: &ScanArgs) -> Result<scan::Input> {
    let mut input = untold(args)?;
    let trusted = trust::resolve(args, &input)?;
    match &mut input {
        scan::Input::Tree(options) => options.trust = trusted,
        scan::Input::Stdin { trust, .. } => *trust = trusted,
    }
    Ok(input)
}

/// What to read, as if the scanned tree's word counted.
fn untold(args: &ScanArgs) -> Result<scan::Input> {
    let dash = Path::new("-");
    let stdin = args.paths.iter().any(|path| path == dash);
    if stdin && (args.paths.len() > 1 || args.files_from.is_some()) {
        let hint = "scan it in a run of its own; a file of that name is ./-";
        return Err(hinted("standard input (-) cannot be scanned together with files", hint));
    }
    let mode = mode(args);
    contradictions(args, &mode, stdin)?;
    if stdin {
        return Ok(scan::Input::Stdin {
            name: args.stdin_filename.clone(),
            max_file_size: None,
            limits: Limits::default(),
            trust: source::Trust::Tree,
        });
    }
    if args.stdin_filename.is_some() {
        let hint = "add - to scan standard input";
        return Err(hinted("--stdin-filename is given, but standard input is not scanned", hint));
    }
    let files_from = args.files_from.as_deref().map(|file| read_list(file, args.null)).transpose()?;
    Ok(scan::Input::Tree(Box::new(source::Options {
        mode,
        git: source::GitVariables {
            dir: from_environment("GIT_DIR").map(PathBuf::from),
            work_tree: from_environment("GIT_WORK_TREE").map(PathBuf::from),
            index: from_environment("GIT_INDEX_FILE").map(PathBuf::from),
            objects: from_environment("GIT_QUARANTINE_PATH")
                .or_else(|| from_environment("GIT_OBJECT_DIRECTORY"))
                .map(PathBuf::from),
        },
        follow_alternates: args.follow_alternates,
        paths: args.paths.clone(),
        files_from,
        exclude: args.exclude.clone(),
        include: args.include.clone(),
        except: Vec::new(),
        no_ignore: args.no_ignore,
        assume_committed: args.assume_committed,
        max_file_size: None,
        limits: Limits::default(),
        threads: args.threads.map_or(0, usize::from),
        trust: source::Trust::Tree,
        policy_files: Vec::new(),
    })))
}

/// Refuses what makes no sense together with a mode that reads repositories.
fn contradictions(args: &ScanArgs, mode: &source::Mode, stdin: bool) -> Result<()> {
    let flag = match mode {
        source::Mode::Tree => return Ok(()),
        source::Mode::Staged => "--staged",
        source::Mode::History => "--history",
        source::Mode::Range(_) => "--range",
        source::Mode::Since(_) => "--since",
    };
    if stdin {
        return Err(hinted(format!("{flag} reads a repository, not standard input (-)"), "leave one of them out"));
    }
    // The history is read besides the files, so everything that is said of files still holds.
    if *mode == source::Mode::History {
        return Ok(());
    }
    let others = [
        (args.files_from.is_some(), "--files-from", "name the files as arguments"),
        (args.no_ignore, "--no-ignore", "leave it out: what git holds is read whatever it ignores"),
        (args.assume_committed, "--assume-committed", "leave it out: what git holds is committed or about to be"),
    ];
    match others.into_iter().find(|(given, _, _)| *given) {
        Some((_, other, hint)) => Err(hinted(format!("{flag} and {other} contradict each other"), hint)),
        None => Ok(()),
    }
}

/// The paths of `--files-from`. Empty entries are none.
fn read_list(file: &Path, null: bool) -> Result<Vec<PathBuf>> {
    let bytes = if file == Path::new("-") {
        bounded::stream(io::stdin().lock(), MAX_LIST).context("cannot use the list on standard input")?
    } else {
        bounded::file(file, Accept::RegularOrPipe, MAX_LIST)
            .with_context(|| format!("cannot use the list {}", file.display()))?
    };
    let (separator, end): (u8, &[u8]) = if null { (0, b"") } else { (b'\n', b"\r") };
    let entries = bytes.split(|&byte| byte == separator).map(|entry| entry.strip_suffix(end).unwrap_or(entry));
    entries.filter(|entry| !entry.is_empty()).map(path_of).collect()
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> Result<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Ok(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> Result<PathBuf> {
    let text = std::str::from_utf8(bytes).context("a path in the list is not UTF-8")?;
    Ok(PathBuf::from(text))
}

/// The folders and files named on the command line; the working directory where none is, or where a list names them.
pub(super) fn roots(tree: &source::Options) -> Vec<PathBuf> {
    if tree.paths.is_empty() { vec![PathBuf::from(".")] } else { tree.paths.clone() }
}

/// Pairs each format with its place. Standard output and each file take one report.
fn outputs(args: &ScanArgs, config: &Config) -> Result<Vec<Output>> {
    let mut formats = args.format.clone();
    if formats.is_empty() {
        formats.push(match from_environment("KEYSCAN_FORMAT") {
            Some(text) => parse_format(&text.to_string_lossy())
                .map_err(|problem| hinted(format!("KEYSCAN_FORMAT: {problem}"), "correct the variable, or unset it"))?,
            None => FormatArg { format: config.format.unwrap_or(Format::Human), file: None },
        });
    }
    if args.output.is_some() && formats.iter().all(|format| format.file.is_some()) {
        return Err(hinted(
            "--output has nothing to write: every --format names its own file",
            "leave one of them out",
        ));
    }
    let mut outputs: Vec<Output> = Vec::new();
    for FormatArg { format, file } in formats {
        let target = match file.or_else(|| args.output.clone()) {
            Some(file) if file != Path::new("-") => Target::File(file),
            _ => Target::Stdout,
        };
        if let Some(other) = outputs.iter().find(|other| other.target == target) {
            let message = match &target {
                Target::Stdout => {
                    format!("both {} and {} go to standard output", other.format.as_str(), format.as_str())
                }
                Target::File(file) => format!("two reports go to {}", file.display()),
            };
            return Err(hinted(message, format!("give one a file of its own: --format {}=FILE", format.as_str())));
        }
        let options = terminal::text_options(args, &target);
        outputs.push(Output { format, target, options });
    }
    Ok(outputs)
}

fn fingerprinter(file: Option<&Path>) -> Result<Fingerprinter> {
    let Some(file) = file else { return Ok(Fingerprinter::plain()) };
    let unusable = || format!("cannot use the fingerprint key {}", file.display());
    let secret = bounded::file(file, Accept::Regular, MAX_FINGERPRINT_KEY).with_context(unusable)?;
    Fingerprinter::keyed(&secret).map_err(|error| {
        let hint = "make a new one: head -c 32 /dev/urandom > NEW_FILE";
        hinted(format!("{}: {error}", unusable()), hint)
    })
}

/// Which versions of the files are asked for; clap lets only one of them through.
fn mode(args: &ScanArgs) -> source::Mode {
    match (&args.range, &args.since) {
        (Some(range), _) => source::Mode::Range(range.clone()),
        (_, Some(since)) => source::Mode::Since(since.clone()),
        _ if args.staged => source::Mode::Staged,
        _ if args.history => source::Mode::History,
        _ => source::Mode::Tree,
    }
}
