//! What an answer gives away.

use serde_json::Value;

use crate::model::{Running, SoftwareClass};
use crate::online::client::Answer;
use crate::rules::Rules;
use crate::rules::schema::{SoftwareKind, Tell};

/// The path at which every compatible API lists its models.
const MODELS: &str = "/v1/models";
/// Nothing stands at a path.
const NOT_FOUND: u16 = 404;
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
    /// Whether there is something at the base that was asked: the API, or a software that names itself.
    pub(super) spoke: bool,
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
        let text = without_comments(&String::from_utf8_lossy(&answer.body));
        seen.compatible |= path == MODELS && json.as_ref().is_some_and(|body| speaks(answer.status, body));
        let find = |path: Option<&str>| {
            let (tell, running) = self
                .all
                .iter()
                .find(|(tell, _)| tell.path.as_deref() == path && fits(tell, answer, json.as_ref(), &text))?;
            Some(Running { version: version(tell, answer, json.as_ref()), ..running.clone() })
        };
        let (found, aside) = (find(Some(path)), find(None));
        seen.spoke |= seen.compatible || (aside.is_some() && answer.status != NOT_FOUND);
        if seen.aside.is_none() {
            seen.aside = aside;
        }
        let relays = |running: &Running| running.class == SoftwareClass::RelaySoftware;
        // A relay passes on what stands behind it, body and all; its own header is its own.
        match &seen.aside {
            Some(aside) if relays(aside) && found.as_ref().is_some_and(|found| !relays(found)) => Some(aside.clone()),
            _ => found,
        }
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
        return Some(running(id, tell.name.as_ref().unwrap_or(&software.name), class));
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

/// A page without its comments, which say nothing of what serves it.
fn without_comments(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("<!--") {
        shown.push_str(before);
        rest = comment.split_once("-->").map_or("", |(_, behind)| behind);
    }
    shown + rest
}

/// Whether an answer is a list of models, or the error that somebody without a key gets, as the API writes them. Other APIs have
/// errors of a message and a type, too, without the rest of it.
fn speaks(status: u16, body: &Value) -> bool {
    let is_model = |model: &Value| model.get("id").is_some_and(Value::is_string);
    let list = body.get("object").and_then(Value::as_str) == Some("list");
    let listed = list && body.get("data").and_then(Value::as_array).is_some_and(|data| data.iter().all(is_model));
    let error = body.get("error").is_some_and(|error| {
        let texts = ["message", "type"].iter().all(|field| error.get(field).is_some_and(Value::is_string));
        texts && error.get("param").is_some() && error.get("code").is_some()
    });
    match status {
        200 => listed,
        401 | 403 => error,
        _ => false,
    }
}
