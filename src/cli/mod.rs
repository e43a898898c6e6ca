//! The command line: what was typed becomes [`scan::Options`], and the report becomes text in the places asked for and
//! an exit code. clap, the terminal and the environment are known here and nowhere below.

mod args;
mod bounded;
mod clock;
mod command;
mod error;
mod exit;
mod init;
mod manual;
mod output;
mod policy;
mod progress;
mod resolve;
mod shell;
mod step_summary;

use std::io::Write;
use std::panic;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use keyscan::model::{Report, SkipEffect};
use keyscan::report::Format;
use keyscan::rules::Rules;
use keyscan::source::Progress;
use keyscan::{report, scan};

use args::Args;
use command::Command;
use exit::Exit;
use output::Target;
use resolve::Plan;

/// Parses, runs, prints the error, and says how to exit.
pub(crate) fn main() -> ExitCode {
    panic::set_hook(Box::new(|panic| say(&error::panic_text(panic))));
    let args = match Args::try_parse() {
        Ok(args) => args,
        // Help and version are answers; they go to standard output as clap writes them.
        Err(answer) if !answer.use_stderr() => answer.exit(),
        Err(refusal) => {
            say(&error::usage_text(&refusal));
            return Exit::Failed.into();
        }
    };
    // A panic is a fault of keyscan and ends like every other run that did not happen as asked.
    match panic::catch_unwind(|| run(args)) {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(error)) => {
            say(&error::text(&error));
            Exit::Failed.into()
        }
        Err(_) => Exit::Failed.into(),
    }
}

fn run(args: Args) -> Result<Exit> {
    let rules = Rules::builtin();
    match args.command {
        Some(Command::Rules(args)) => manual::rules(&rules, args.0),
        Some(Command::Explain(args)) => manual::explain(&rules, args.0.id.as_ref().map(|id| id.0.as_str())),
        Some(Command::Init(args)) => init::run(&args.0),
        Some(Command::Completions(args)) => shell::completions(args.0.shell),
        Some(Command::Man) => shell::man(),
        None => scan(&resolve::plan(args.scan)?, &rules),
    }
}

fn scan(plan: &Plan, rules: &Rules) -> Result<Exit> {
    if plan.verbose {
        say(&plan.policy_note);
    }
    let counters = Progress::default();
    let report = progress::watch(plan.progress, &counters, || scan::run(&plan.scan, rules, &counters))?;
    for output in &plan.outputs {
        output.target.write(|out| report::write(&report, rules, output.format, &output.options, out))?;
    }
    let told = summarise(plan, &report, rules)?;
    let exit = plan.gate.judge(&report);
    if !told {
        say("warning: the step's summary is full, so the report is not in it");
    }
    if !plan.quiet {
        notes(plan, &report, exit).iter().for_each(|note| say(note));
    }
    Ok(exit)
}

/// Adds the report to the summary of the CI step, where there is one. False where it has no room left.
fn summarise(plan: &Plan, report: &Report, rules: &Rules) -> Result<bool> {
    let Some(Target::File(file)) = &plan.step_summary else { return Ok(true) };
    let brief = report::Options::default();
    step_summary::append(file, |out| report::write(report, rules, Format::Markdown, &brief, out))
}

/// What people have to know and the report on standard output does not tell them.
fn notes(plan: &Plan, report: &Report, exit: Exit) -> Vec<String> {
    let mut notes = Vec::new();
    let skipped = report.scan.skipped.iter();
    let missed = skipped.filter(|skipped| skipped.reason.effect() == SkipEffect::Incomplete).count();
    if missed > 0 && !plan.shows_human() {
        notes.push(format!("warning: {missed} files were not read; the report lists them"));
    }
    if exit == Exit::Incomplete {
        notes.push(
            "hint: the exit code is 3 because the scan is incomplete; --allow-incomplete accepts that".to_owned(),
        );
    }
    let counted = report.findings.iter().filter(|finding| plan.gate.counts(finding));
    let hidden = counted.filter(|finding| finding.severity < report.min_severity).count();
    if exit == Exit::Findings && hidden > 0 {
        notes.push(format!("warning: --min-severity hides {hidden} of the findings that made the exit code 1"));
    }
    notes
}

/// One message to standard error. Nobody is left to tell if that fails.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
