//! The command line: what was typed becomes [`scan::Options`], and the report becomes text in the places asked for and
//! an exit code. clap, the terminal and the environment are known here and nowhere below.

mod args;
mod baseline;
mod bounded;
mod clock;
mod command;
mod config;
mod dropped;
mod error;
mod exit;
mod hints;
mod init;
mod interrupt;
mod manual;
mod online;
mod output;
mod policy;
mod probe;
mod progress;
mod refused;
mod resolve;
mod shell;
mod step_summary;
mod terminal;
mod trust;
mod verdict;

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
use command::{Command, ConfigCommand};
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
    match args.command {
        Some(Command::Rules(args)) => manual::rules(&Rules::builtin(), args.0),
        Some(Command::Explain(args)) => manual::explain(&Rules::builtin(), args.0.id.as_ref().map(|id| id.0.as_str())),
        Some(Command::Config(args)) => match args.0.command {
            ConfigCommand::Check(args) => config::check(&args),
            ConfigCommand::Schema => config::schema(),
        },
        Some(Command::Probe(args)) => probe::run(&args.0),
        Some(Command::Init(args)) => init::run(&args.0),
        Some(Command::Completions(args)) => shell::completions(args.0.shell),
        Some(Command::Man) => shell::man(),
        None => scan(&resolve::plan(args.scan)?),
    }
}

fn scan(plan: &Plan) -> Result<Exit> {
    let rules = &plan.rules;
    if plan.verbose {
        say(&plan.policy_note);
        say(&plan.baseline_note);
    }
    interrupt::watch();
    let counters = Progress::default();
    let scanned = progress::watch(plan.progress, &counters, || match plan.notes {
        true => scan::run_noting(&plan.scan, rules, &counters).map(|(report, dropped)| (report, Some(dropped))),
        false => scan::run(&plan.scan, rules, &counters).map(|report| (report, None)),
    });
    let (report, dropped) = scanned.map_err(|error| hints::of_scan(error, plan.listed()))?;
    if let Some(dropped) = dropped {
        say(&dropped::text(&dropped));
    }
    let refused = refused::sentence(&plan.scan.input);
    let verdict = match &refused {
        Some(sentence) => format!("Exit 2: {sentence}."),
        None => verdict::line(&plan.gate, &report),
    };
    for output in &plan.outputs {
        output.target.write(|out| {
            report::write(&report, rules, output.format, &output.options, out)?;
            // The report knows of no gate; its last line for people is ours. What goes into a baseline is not judged.
            let judged = output.format == Format::Human && !plan.quiet && plan.write_baseline.is_none();
            if judged { writeln!(out, "{verdict}") } else { Ok(()) }
        })?;
    }
    let told = summarise(plan, &report, rules)?;
    let mut exit = plan.gate.judge(&report);
    if !told {
        say("warning: the step's summary is full, so the report is not in it");
    }
    if let Some(writing) = &plan.write_baseline {
        let told = writing.write(&report)?;
        // What is found waits from now on, so that nothing is left to fail for but what was not read.
        exit = plan.gate.judge_reading(&report);
        if !plan.quiet {
            say(&told);
        }
    } else if !plan.quiet && plan.outputs.iter().all(|output| output.target != Target::Stdout) {
        say(&verdict);
    }
    if !plan.quiet {
        plan.expired.iter().for_each(|note| say(note));
        notes(plan, &report, exit).iter().for_each(|note| say(note));
    }
    match refused {
        Some(sentence) => Err(error::hinted(sentence, refused::HINT)),
        None => Ok(exit),
    }
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
        let files = if missed == 1 { "1 file was".to_owned() } else { format!("{missed} files were") };
        notes.push(format!("warning: {files} not scanned to the end; the report lists what"));
    }
    if exit == Exit::Incomplete && !plan.shows_human() {
        notes.push(
            "hint: give --allow-incomplete to accept that; the exit code is 3 because the scan is incomplete"
                .to_owned(),
        );
    }
    if report.scan.mode == "history" && report.scan.commits == 0 {
        notes.push("warning: --history met no commit: only files were read".to_owned());
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
