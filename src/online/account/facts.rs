//! What an entry of a listing says. Names are somebody else's text: they are made harmless and short.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::model::{OwnKeyFacts, ProjectFacts};

use super::ends::{Owner, Shown};
use super::pages::is_id;
use super::{Own, Project};

/// The longest name that is shown, in characters.
const LONGEST_NAME: usize = 60;

/// A project. `None` of what is not one.
pub(super) fn project(entry: &Value, redact: &dyn Fn(&str) -> String) -> Option<Project> {
    let id = entry.get("id")?.as_str().filter(|id| is_id(id))?.to_owned();
    let name = text(entry.get("name"), redact).unwrap_or_default();
    let archived = entry.get("status").and_then(Value::as_str) == Some("archived")
        || entry.get("archived_at").is_some_and(|at| !at.is_null());
    Some(Project { facts: ProjectFacts { id, name }, archived })
}

/// A key. `None` of what is not one.
pub(super) fn key(entry: &Value, project: Option<&Project>, redact: &dyn Fn(&str) -> String) -> Option<Own> {
    let owner = entry.get("owner");
    let kind = owner.and_then(|owner| owner.get("type")).and_then(Value::as_str);
    let whose = match (project, kind) {
        (None, _) => Owner::Organization,
        (_, Some("user")) => Owner::Person,
        (_, Some("service_account")) => Owner::Service,
        _ => Owner::Unknown,
    };
    let shown = Shown::of(entry.get("redacted_value")?.as_str()?, whose)?;
    // Of a project's key the owner stands in a field named after its kind, of an organization's in the owner itself.
    let person = owner.and_then(|owner| kind.and_then(|kind| owner.get(kind)).or(Some(owner)));
    let inactive = entry.get("owner_project_access").and_then(Value::as_str) == Some("inactive");
    let facts = OwnKeyFacts {
        name: text(entry.get("name"), redact),
        project: project.map(|project| project.facts.clone()),
        owner: text(person.and_then(|person| person.get("name")), redact),
        last_used: entry.get("last_used_at").and_then(Value::as_i64).and_then(day),
        orphaned: inactive || project.is_some_and(|project| project.archived),
    };
    let id = entry.get("id").and_then(Value::as_str).map(str::to_owned);
    Some(Own { id, shown, facts })
}

fn day(seconds: i64) -> Option<String> {
    let at = Timestamp::from_second(seconds).ok().filter(|_| seconds > 0)?;
    Some(at.to_zoned(TimeZone::UTC).date().to_string())
}

/// A name: of one line, no longer than people read. Bidirectional and other invisible characters the reports escape.
fn text(value: Option<&Value>, redact: &dyn Fn(&str) -> String) -> Option<String> {
    let name: String = redact(value?.as_str()?).split_whitespace().collect::<Vec<_>>().join(" ");
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    let mut short: String = name.chars().take(LONGEST_NAME).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    Some(short).filter(|name| !name.is_empty())
}
