//! What keyscan knows, for people: `keyscan rules` and `keyscan explain`.
//!
//! These read the rule files themselves, which hold examples, sources and the texts of the manual that no scan needs.

mod check;
mod explain;
mod list;
mod page;
mod show;

use anyhow::{Error, Result};
use keyscan::rules::{Rules, nearest};

use super::command::{RulesArgs, RulesCommand};
use super::error::hinted;
use super::exit::Exit;

/// `keyscan rules`.
pub(super) fn rules(rules: &Rules, args: RulesArgs) -> Result<Exit> {
    match args.command {
        None => list::everything(rules),
        Some(RulesCommand::List { what, format }) => list::list(rules, what, format),
        Some(RulesCommand::Show { id }) => show::show(rules, &id),
        Some(RulesCommand::Check { files }) => check::check(&files),
    }
}

/// `keyscan explain`.
pub(super) fn explain(rules: &Rules, id: Option<&str>) -> Result<Exit> {
    explain::explain(rules, id)
}

/// There is nothing of this id: says what may be meant.
fn unknown<'a>(what: &str, id: &str, known: impl Iterator<Item = &'a str>, list: &str) -> Error {
    let hint = match nearest(&id.to_ascii_lowercase(), known) {
        Some(near) => format!("did you mean `{near}`? `{list}` lists all"),
        None => format!("`{list}` lists all"),
    };
    hinted(format!("no {what} `{id}`"), hint)
}
