//! `keyscan init`: the policy file, the git hook and the pipeline of a repository.
//!
//! Everything is looked at before anything is written, and what is there already is only replaced where somebody said so.
//! A hook that somebody else wrote is never touched: it may be the only copy, and git keeps none.

mod hook;
mod texts;
mod write;

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use keyscan::{config, source};

use super::command::{Ci, InitArgs};
use super::error::{harmless, hinted};
use super::exit::Exit;
use super::output::Target;
use super::{bounded, say};
use hook::Hook;
use write::{Place, State};

/// Where GitHub looks for workflows.
const WORKFLOW: &str = ".github/workflows/keyscan.yml";
/// Where GitLab looks for its pipeline.
const PIPELINE: &str = ".gitlab-ci.yml";
/// Largest file that is looked into for what it says, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// A file to write.
struct Step {
    place: Place,
    content: String,
    /// What it does, for people.
    purpose: &'static str,
    is_program: bool,
    state: State,
}

/// What is to be done, and what somebody else has to do.
#[derive(Default)]
struct Plan {
    steps: Vec<Step>,
    /// Lines to put into a file that keyscan leaves alone, each text with the file's name above it.
    shown: Vec<String>,
    /// What was asked for and cannot be done here.
    refused: bool,
}

/// Looks, asks, writes, and says what was written.
pub(super) fn run(args: &InitArgs) -> Result<Exit> {
    let folder = args.dir.as_deref().unwrap_or(Path::new("."));
    let Some(real) = folder.canonicalize().ok().filter(|real| real.is_dir()) else {
        return Err(hinted(format!("no such folder: {}", folder.display()), "name a folder that is there"));
    };
    let checkout = source::checkout(&real, &hook::settings_above());
    let top = checkout.as_ref().map_or(real.as_path(), |checkout| &checkout.top);
    let plain = !args.config && !args.hook && args.ci.is_none();
    let mut plan = Plan::default();
    if args.config || plain {
        plan.write(Place::below(top, config::FILE_NAME), texts::CONFIG.to_owned(), "what the team allows", false)?;
    }
    if args.hook || plain {
        match hook::find(top, checkout.as_ref()) {
            Hook::File(place) => plan.hook(place, !plain)?,
            Hook::Lines(text) => plan.shown.push(text),
            Hook::Elsewhere(text) => {
                plan.shown.push(text);
                plan.refused |= !plain;
            }
            Hook::None if plain => {}
            Hook::None => {
                return Err(hinted(format!("{} is in no git work tree", folder.display()), "run `git init` first"));
            }
        }
    }
    let found = || if plain { pipeline(top, checkout.as_ref()) } else { None };
    match args.ci.or_else(found) {
        Some(Ci::Github) => plan.write(Place::below(top, WORKFLOW), texts::github(), "runs on GitHub", false)?,
        Some(Ci::Gitlab) => plan.shown.push(gitlab(top)),
        None => {}
    }
    plan.carry_out(args, plain)
}

impl Plan {
    fn write(&mut self, place: Place, content: String, purpose: &'static str, is_program: bool) -> Result<()> {
        let state = place.state(&content, is_program)?;
        self.steps.push(Step { place, content, purpose, is_program, state });
        Ok(())
    }

    /// A hook of our own may be replaced like any file; for one of somebody else there is a line to add.
    fn hook(&mut self, place: Place, asked_for: bool) -> Result<()> {
        let text = text_of(&place.path());
        if place.state(texts::HOOK, true)? == State::Other && !text.as_deref().is_some_and(hook::is_ours) {
            let runs = text.is_some_and(|text| text.contains("keyscan"));
            self.shown.push(texts::foreign_hook(&place.shown(), runs));
            self.refused |= asked_for && !runs;
            return Ok(());
        }
        self.write(place, texts::HOOK.to_owned(), "looks at what is staged, before each commit", true)
    }

    fn carry_out(mut self, args: &InitArgs, plain: bool) -> Result<Exit> {
        let terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
        if let Some(step) = self.steps.iter().find(|step| step.state == State::Other)
            && !(args.force || args.yes || terminal || plain)
        {
            let message = format!("{} is there already and says something else", step.place.shown());
            return Err(hinted(message, "--force replaces it; nothing was written"));
        }
        let new = self.steps.iter().filter(|step| step.state == State::Absent);
        if terminal && plain && !args.yes && !args.force && new.clone().next().is_some() {
            let names: Vec<_> = new.map(|step| step.place.shown()).collect();
            if !ask(&format!("Write {}?", names.join(", ")), true) {
                self.steps.retain(|step| step.state != State::Absent);
            }
        }
        let mut written = false;
        for step in &self.steps {
            let name = step.place.shown();
            let replace = step.state == State::Other
                && (args.force
                    || terminal && !args.yes && ask(&format!("{name} is there already. Replace it?"), false));
            // Each is told at once: should the next one fail, this one is there all the same.
            if step.state == State::Absent || replace {
                step.place.write(&step.content, step.is_program, replace)?;
                written = true;
                tell(&format!("wrote {name}: {}", step.purpose))?;
            } else if step.state == State::Same {
                tell(&format!("{name} is as it should be already"))?;
            } else {
                tell(&format!("{name} is there already and was left as it is; --force replaces it"))?;
            }
        }
        if written {
            tell(texts::NEXT)?;
        }
        self.shown.iter().try_for_each(|text| tell(text))?;
        Ok(if self.refused { Exit::Failed } else { Exit::Clean })
    }
}

fn tell(text: &str) -> Result<()> {
    Target::Stdout.write(|out| writeln!(out, "{text}"))
}

/// The pipeline that a repository seems to have.
fn pipeline(top: &Path, checkout: Option<&source::Checkout>) -> Option<Ci> {
    if top.join(PIPELINE).symlink_metadata().is_ok() {
        return Some(Ci::Gitlab);
    }
    let on_github = checkout.is_some_and(|checkout| checkout.hosts.iter().any(|host| host == "github.com"));
    (on_github || top.join(".github").symlink_metadata().is_ok()).then_some(Ci::Github)
}

fn gitlab(top: &Path) -> String {
    let runs = text_of(&top.join(PIPELINE)).is_some_and(|text| text.contains("keyscan"));
    if runs { format!("{PIPELINE} names keyscan already") } else { texts::add_to(PIPELINE, "", &texts::gitlab()) }
}

/// What a small regular file says. Links are not followed: what lies behind them is not the repository's.
fn text_of(path: &Path) -> Option<String> {
    path.symlink_metadata().ok().filter(std::fs::Metadata::is_file)?;
    let bytes = bounded::file(path, bounded::Accept::Regular, LARGEST).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// A path as the user would write it from here.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let near = here.ok().and_then(|here| path.strip_prefix(here).ok().map(PathBuf::from));
    harmless(&near.unwrap_or_else(|| path.to_path_buf()).display().to_string())
}

/// Asks a question on the terminal. Just Enter is `usual`; whatever cannot be read is a no.
fn ask(question: &str, usual: bool) -> bool {
    let mut error = io::stderr().lock();
    let _ = write!(error, "{question} {} ", if usual { "[Y/n]" } else { "[y/N]" });
    let _ = error.flush();
    let mut answer = String::new();
    match io::stdin().lock().read_line(&mut answer) {
        Ok(0) | Err(_) => {
            say("");
            false
        }
        Ok(_) => match answer.trim() {
            "" => usual,
            answer => matches!(answer, "y" | "Y" | "yes" | "Yes"),
        },
    }
}
