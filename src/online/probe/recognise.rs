//! What an answer gives away.

use serde_json::Value;

use crate::model::{Running, SoftwareClass};
use crate::online::client::Answer;
use crate::rules::Rules;
use crate::rules::schema::{SoftwareKind, Tell};

/// The path at which every compatible API lists its models.
const MODELS: &str = "/v1/models";
/// The longest version that is repeated.
const LONGEST_VERSION: usize = 40;

/// What software gives itself away by.
pub(super) struct Tells {
    all: Vec<(Tell, Running)>,
    paths: Vec<String>,
}

/// What the answers of one endpoint have given away so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Whether it answered at all.
    pub(super) answered: bool,
    /// Whether it speaks the API.
    pub(super) compatible: bool,
    /// What stands on any of its answers.
    pub(super) aside: Option<Running>,
}

impl Tells {
    pub(super) fn new(rules: &Rules) -> Self {
        let all: Vec<_> = rules.tells().into_iter().filter_map(|tell| Some((running(&tell, rules)?, tell))).collect();
        let mut paths: Vec<String> = Vec::new();
        for path in all.iter().filter_map(|(_, tell)| tell.path.as_deref()).chain([MODELS]) {
            if paths.iter().all(|known| known != path) {
                paths.push(path.to_owned());
            }
        }
        Self { all: all.into_iter().map(|(running, tell)| (tell, running)).collect(), paths }
    }

    /// The paths to ask for, in their order.
    pub(super) fn paths(&self) -> &[String] {
        &self.paths
    }

    /// The software that gives itself away at this path, if one does. Takes note of what else an answer says.
    pub(super) fn read(&self, path: &str, answer: &Answer, seen: &mut Seen) -> Option<Running> {
        seen.answered = true;
        let json: Option<Value> = if answer.cut { None } else { serde_json::from_slice(&answer.body).ok() };
        let text = String::from_utf8_lossy(&answer.body);
        seen.compatible |= path == MODELS && json.as_ref().is_some_and(speaks);
        let find = |path: Option<&str>| {
            let (tell, running) = self
                .all
                .iter()
                .find(|(tell, _)| tell.path.as_deref() == path && fits(tell, answer, json.as_ref(), &text))?;
            Some(Running { version: version(tell, answer, json.as_ref()), ..running.clone() })
        };
        let found = find(Some(path));
        if found.is_none() && seen.aside.is_none() {
            seen.aside = find(None);
        }
        found
    }
}

/// The software that a tell is about.
fn running(tell: &Tell, rules: &Rules) -> Option<Running> {
    let running =
        |id: &str, name: &str, class| Running { id: id.to_owned(), name: name.to_owned(), version: None, class };
    if let Some(id) = &tell.software {
        let software = rules.software().find(|software| software.id == *id)?;
        let class = match software.kind {
            SoftwareKind::Relay | SoftwareKind::Pool | SoftwareKind::Bridge => SoftwareClass::RelaySoftware,
            SoftwareKind::Gateway => SoftwareClass::Gateway,
            SoftwareKind::FrontEnd => return None,
        };
        return Some(running(id, &software.name, class));
    }
    let id = tell.server.as_deref()?;
    let server = rules.endpoint(id)?;
    Some(running(id, &server.name, SoftwareClass::InferenceServer))
}

fn fits(tell: &Tell, answer: &Answer, json: Option<&Value>, text: &str) -> bool {
    let field = |path: &str| json.and_then(|json| at(json, path));
    tell.status.is_none_or(|status| status == answer.status)
        && tell.header.as_deref().is_none_or(|name| answer.text(name).is_some())
        && tell.fields.iter().all(|path| field(path).is_some())
        && tell.values.iter().all(|[path, value]| field(path).and_then(Value::as_str) == Some(&**value))
        && tell.body.as_deref().is_none_or(|body| text.trim() == body)
        && tell.texts.iter().all(|part| text.contains(&**part))
}

/// The value at a path of names and numbers.
fn at<'v>(json: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(json, |value, part| match value {
        Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        other => other.get(part),
    })
}

fn version(tell: &Tell, answer: &Answer, json: Option<&Value>) -> Option<String> {
    let field = tell.version.as_deref().and_then(|path| at(json?, path)?.as_str());
    let said = field.or_else(|| answer.text(tell.version_header.as_deref()?))?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+');
    let fits = !said.is_empty() && said.len() <= LONGEST_VERSION && said.bytes().all(plain);
    fits.then(|| said.to_owned())
}

/// Whether a body is a list of models, or an error, as the API writes them.
fn speaks(body: &Value) -> bool {
    let listed =
        body.get("object").and_then(Value::as_str) == Some("list") && body.get("data").is_some_and(Value::is_array);
    let error = body.get("error").and_then(|error| Some((error.get("message")?, error.get("type")?)));
    listed || error.is_some_and(|(message, _)| message.is_string())
}
