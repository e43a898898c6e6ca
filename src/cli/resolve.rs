//! What was typed, made into a plan. Whatever contradicts itself is refused here, before anything is read.

use std::fs;
use std::io::{self, IsTerminal};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;

use anstream::{AutoStream, ColorChoice};
use anyhow::{Context, Result, anyhow};
use keyscan::assess::{Fingerprinter, Policy};
use keyscan::config;
use keyscan::model::Severity;
use keyscan::report::{self, Format};
use keyscan::{scan, source};
use terminal_size::terminal_size;

use super::args::{Color, FormatArg, ScanArgs, from_environment, parse_format};
use super::error::{harmless, hinted};
use super::exit::Gate;
use super::output::Target;
use super::progress;

/// All that a run needs.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) scan: scan::Options,
    pub(super) outputs: Vec<Output>,
    pub(super) gate: Gate,
    /// Which policy file is in force, for people.
    pub(super) policy_note: String,
    pub(super) progress: bool,
    pub(super) quiet: bool,
    pub(super) verbose: bool,
}

impl Plan {
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
    let outputs = outputs(&args)?;
    let gate = Gate {
        severity: args.fail_on.0,
        confidence: args.fail_on_confidence,
        exit_zero: args.exit_zero,
        allow_incomplete: args.allow_incomplete,
    };
    // A gate below the default would otherwise fail the run for findings that nobody sees.
    let min_severity =
        args.min_severity.unwrap_or_else(|| gate.severity.map_or(Severity::Low, |s| s.min(Severity::Low)));
    let fingerprinter = fingerprinter(args.fingerprint_key.as_deref())?;
    let (progress, quiet, verbose) = (progress::wanted(args.quiet, args.no_progress), args.quiet, args.verbose > 0);
    let (policy, policy_note) = policy(&args)?;
    let input = input(args)?;
    let roots = match &input {
        scan::Input::Tree(tree) => tree.paths.as_slice(),
        scan::Input::Stdin { .. } => &[],
    };
    for output in &outputs {
        output.target.check(roots)?;
    }
    let scan = scan::Options { input, policy, fingerprinter, min_severity };
    Ok(Plan { scan, outputs, gate, policy_note, progress, quiet, verbose })
}

/// What to read.
fn input(args: ScanArgs) -> Result<scan::Input> {
    let stdin = args.paths.iter().any(|path| path == Path::new("-"));
    if stdin && (args.paths.len() > 1 || args.files_from.is_some()) {
        let hint = "scan them in a run of their own, or name a file called '-' as ./-";
        return Err(hinted("standard input ('-') cannot be scanned together with files", hint));
    }
    if stdin {
        return Ok(scan::Input::Stdin { name: args.stdin_filename.unwrap_or_else(|| "stdin".to_owned()) });
    }
    if args.stdin_filename.is_some() {
        let hint = "add '-' to scan standard input";
        return Err(hinted("--stdin-filename names standard input, which is not being scanned", hint));
    }
    let mut paths = args.paths;
    if paths.is_empty() && args.files_from.is_none() {
        paths.push(PathBuf::from("."));
    }
    Ok(scan::Input::Tree(source::Options {
        paths,
        exclude: args.exclude,
        include: args.include,
        no_ignore: args.no_ignore,
        assume_committed: args.assume_committed,
        max_file_size: args.max_file_size,
        threads: args.threads.map_or_else(cores, usize::from),
    }))
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// Pairs each format with its place. Standard output and each file take one report.
fn outputs(args: &ScanArgs) -> Result<Vec<Output>> {
    let mut formats = args.format.clone();
    if formats.is_empty() {
        formats.push(match from_environment("KEYSCAN_FORMAT") {
            Some(text) => {
                parse_format(&text.to_string_lossy()).map_err(|problem| anyhow!("KEYSCAN_FORMAT: {problem}"))?
            }
            None => FormatArg { format: Format::Human, file: None },
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
        let options = text_options(args, &target);
        outputs.push(Output { format, target, options });
    }
    Ok(outputs)
}

/// How people's text looks in its place: colour and the terminal's width are for standard output alone.
fn text_options(args: &ScanArgs, target: &Target) -> report::Options {
    let stdout = io::stdout();
    let terminal = *target == Target::Stdout && stdout.is_terminal();
    let color = match args.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => *target == Target::Stdout && AutoStream::choice(&stdout) != ColorChoice::Never,
    };
    let width = if terminal { terminal_size().map(|(width, _)| usize::from(width.0)) } else { None };
    report::Options { color, verbose: args.verbose, quiet: args.quiet, width }
}

fn fingerprinter(file: Option<&Path>) -> Result<Fingerprinter> {
    let Some(file) = file else { return Ok(Fingerprinter::plain()) };
    let secret = fs::read(file).with_context(|| format!("cannot read the fingerprint key {}", file.display()))?;
    Fingerprinter::keyed(&secret).with_context(|| format!("cannot use {}", file.display()))
}

/// The policy in force, and a line that says which it is.
fn policy(args: &ScanArgs) -> Result<(Policy, String)> {
    let file = if args.no_config { None } else { args.config.clone().or_else(|| config::find(Path::new("."))) };
    let (mut policy, note) = match file {
        Some(file) => (config::load(&file)?.policy(), format!("policy: {}", harmless(&file.display().to_string()))),
        None => (Policy::default(), "no policy file".to_owned()),
    };
    policy.environment = args.environment.or(policy.environment);
    Ok((policy, note))
}
