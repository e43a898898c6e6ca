//! Messages of results: a template per kind of sentence, filled with what differs from place to place.
//!
//! GitHub reads the finished `text`; other consumers take the template that `id` names and fill in `arguments`. Both
//! have to come out the same. Texts are plain SARIF messages, in which braces are doubled and `[text](1)` is a link to
//! a related place; so the parts that come from the scanned tree are made harmless here.

use crate::model::{Confidence, Finding, Occurrence, Subject};
use crate::report::sanitize::sanitize;

use super::model::Message;

/// The message of one place, and the template it was made from.
pub(super) fn message(title: &str, finding: &Finding, place: &Occurrence, links: usize) -> (Message, String) {
    let path = argument(&place.path.text);
    let (kind, sentence, arguments) = match (&finding.subject, &place.receiver) {
        (Subject::Key(key), None) => ("key", "key '{0}' in '{1}'", vec![argument(key.redacted.as_str()), path]),
        (Subject::Key(key), Some(to)) => (
            "pair",
            "key '{0}' in '{1}' goes to the '{2}' endpoint '{3}'",
            vec![
                argument(key.redacted.as_str()),
                path,
                to.endpoint.kind.as_str().to_owned(),
                argument(&to.endpoint.host),
            ],
        ),
        (Subject::Endpoint(endpoint), _) => (
            "endpoint",
            "the '{0}' endpoint '{1}' in '{2}'",
            vec![endpoint.kind.as_str().to_owned(), argument(&endpoint.host), path],
        ),
        (Subject::Server(endpoint), _) => {
            ("server", "'{0}' stands behind a server in '{1}'", vec![argument(&endpoint.host), path])
        }
        (Subject::Account(project), _) => {
            ("project", "a key of project '{0}' in '{1}'", vec![argument(&project.name), path])
        }
        (Subject::Setting(name), _) => ("setting", "several keys in '{0}' in '{1}'", vec![argument(name), path]),
    };
    let possible = finding.confidence == Confidence::Low;
    let template =
        format!("{}{}: {sentence}.{}", if possible { "Possible: " } else { "" }, escape_braces(title), related(links));
    // What is said of this place alone has a template of its own beside that of the rule.
    let other = if place.rule == finding.rule { "" } else { place.rule.as_str() };
    let id = format!("{kind}{}{links}{other}", if possible { "Possible" } else { "" });
    let message = Message { text: fill(&template, &arguments), id: Some(id), arguments };
    (message, template)
}

/// Links to the related places.
fn related(links: usize) -> String {
    if links == 0 {
        return String::new();
    }
    let links: Vec<String> = (1..=links).map(|id| format!("[{id}]({id})")).collect();
    format!(" See also {}.", links.join(", "))
}

/// A text from the scanned tree as a message argument: nothing hidden in it, and nothing that reads as a link.
pub(super) fn argument(text: &str) -> String {
    if !text.contains("](") {
        return sanitize(text).into_owned();
    }
    let text = text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
    sanitize(&text).into_owned()
}

fn escape_braces(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// The finished text: each `{n}` replaced by its argument, doubled braces left as they are. What was filled in is not
/// looked at again.
fn fill(template: &str, arguments: &[String]) -> String {
    let mut text = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        text.push_str(before);
        if let Some(literal) = behind.strip_prefix('{') {
            text.push_str("{{");
            rest = literal;
        } else {
            let (index, after) = behind.split_once('}').expect("a template's placeholders are closed");
            let argument = index.parse::<usize>().ok().and_then(|index| arguments.get(index));
            text.push_str(&escape_braces(argument.expect("a template names its own arguments")));
            rest = after;
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::{argument, escape_braces, fill};

    #[test]
    fn arguments_are_harmless() {
        assert_eq!(argument("[slug]/page.tsx"), "[slug]/page.tsx");
        assert_eq!(argument("[a](1)"), "\\[a\\](1)");
        assert_eq!(argument("a\\[b](2)"), "a\\\\\\[b\\](2)");
        assert_eq!(argument("[a](1)\n"), "\\[a\\](1)\\u{a}");
        assert_eq!(argument("a\nb\u{202E}"), "a\\u{a}b\\u{202e}");
    }

    #[test]
    fn templates_are_filled_once() {
        let arguments = ["'{1}'".to_owned(), "it's".to_owned()];
        assert_eq!(fill("k '{0}' in '{1}'.", &arguments), "k ''{{1}}'' in 'it's'.");
        assert_eq!(fill(&format!("{} '{{0}}'", escape_braces("a {0} }{")), &arguments), "a {{0}} }}{{ ''{{1}}''");
    }
}
