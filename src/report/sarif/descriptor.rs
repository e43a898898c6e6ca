//! Descriptors: what GitHub shows about a rule, and where it takes the severity from.
//!
//! Severity belongs to the descriptor there, not to the result. So a rule that occurs with several severities gets a
//! descriptor for each: under its own id at the severity of the rule table, else with the severity behind the id.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use crate::model::{RuleId, Severity};
use crate::rules::Rules;
use crate::rules::schema::RuleText;

use super::model::{
    ComponentRef, Configuration, Descriptor, DescriptorProperties, Relationship, RelationshipTarget, Taxon, Taxonomy,
    Text,
};

/// Longest description that GitHub takes, in characters.
const MAX_TEXT: usize = 1024;

/// The descriptors that occur, in the order of their first result.
pub(super) struct Descriptors<'a> {
    rules: &'a Rules,
    list: Vec<Descriptor>,
    index: HashMap<(RuleId, Severity), usize>,
    weaknesses: Vec<u32>,
}

impl<'a> Descriptors<'a> {
    pub(super) fn new(rules: &'a Rules) -> Self {
        Self { rules, list: Vec::new(), index: HashMap::new(), weaknesses: Vec::new() }
    }

    /// Id and index of the descriptor of a rule at a severity.
    pub(super) fn get(&mut self, rule: RuleId, severity: Severity) -> (String, usize) {
        let index = match self.index.get(&(rule, severity)) {
            Some(&index) => index,
            None => {
                let text = self.rules.text(rule);
                let weakness = self.weakness(text.cwe);
                self.list.push(descriptor(rule, severity, text, weakness));
                self.index.insert((rule, severity), self.list.len() - 1);
                self.list.len() - 1
            }
        };
        (self.list[index].id.clone(), index)
    }

    /// Title of a rule.
    pub(super) fn title(&self, rule: RuleId) -> &'a str {
        &self.rules.text(rule).title
    }

    /// Notes a message template that results of a descriptor use.
    pub(super) fn add_template(&mut self, index: usize, id: &str, template: String) {
        self.list[index].message_strings.entry(id.to_owned()).or_insert_with(|| Text::plain(template));
    }

    /// The descriptors, and the taxonomy that they refer to.
    pub(super) fn finish(self) -> (Vec<Descriptor>, Vec<Taxonomy>) {
        if self.weaknesses.is_empty() {
            return (self.list, Vec::new());
        }
        let taxa = self.weaknesses.iter().map(|number| Taxon {
            id: format!("CWE-{number}"),
            help_uri: format!("https://cwe.mitre.org/data/definitions/{number}.html"),
        });
        let taxonomy = Taxonomy {
            name: "CWE",
            organization: "MITRE",
            short_description: Text::plain("The MITRE Common Weakness Enumeration."),
            information_uri: "https://cwe.mitre.org/",
            is_comprehensive: false,
            taxa: taxa.collect(),
        };
        (self.list, vec![taxonomy])
    }

    /// Number of a weakness and its index in the taxonomy.
    fn weakness(&mut self, number: u32) -> (u32, usize) {
        let index = self.weaknesses.iter().position(|&known| known == number).unwrap_or_else(|| {
            self.weaknesses.push(number);
            self.weaknesses.len() - 1
        });
        (number, index)
    }
}

fn descriptor(rule: RuleId, severity: Severity, text: &RuleText, (cwe, index): (u32, usize)) -> Descriptor {
    let own = text.severity == severity.as_str();
    let suffix = if own { String::new() } else { format!("-{}", severity.as_str()) };
    let id = format!("{}{suffix}", rule.as_str());
    Descriptor {
        name: pascal_case(&id),
        id,
        short_description: Text::plain(cut(&sentence(&text.title))),
        full_description: Text::plain(cut(&format!("{} {}", sentence(&text.summary), sentence(&text.why)))),
        help: help(text),
        message_strings: BTreeMap::new(),
        default_configuration: Configuration { level: level(severity) },
        relationships: vec![Relationship {
            target: RelationshipTarget {
                id: format!("CWE-{cwe}"),
                index,
                tool_component: ComponentRef { name: "CWE", index: 0 },
            },
            kinds: ["superset"],
        }],
        properties: Some(DescriptorProperties {
            tags: vec!["security".to_owned(), format!("external/cwe/cwe-{cwe:03}")],
            precision: "high",
            problem_severity: match severity {
                Severity::Critical | Severity::High => "error",
                Severity::Medium => "warning",
                Severity::Low | Severity::Info => "recommendation",
            },
            security_severity: security_severity(severity),
        }),
    }
}

/// SARIF's own scale.
pub(super) const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// GitHub's scale: critical from 9.0, high from 7.0, medium from 4.0, low above 0.
const fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
        Severity::Info => "0.5",
    }
}

fn help(text: &RuleText) -> Text {
    let mut plain = "What to do:".to_owned();
    let mut markdown = format!("**{}**\n\n{}\n\nWhat to do:\n", sentence(&text.summary), sentence(&text.why));
    for (index, advice) in text.advice.iter().enumerate() {
        let (number, advice) = (index + 1, sentence(advice));
        write!(plain, " {number}. {advice}").expect("a String takes everything");
        write!(markdown, "\n{number}. {advice}").expect("a String takes everything");
    }
    Text { text: cut(&plain), markdown: Some(cut(&markdown)) }
}

/// The text on one line, with a full stop, if it has no end of its own.
fn sentence(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let ended = text.ends_with(['.', '!', '?']);
    format!("{text}{}", if ended { "" } else { "." })
}

/// The text, cut between two words where it is too long.
fn cut(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(MAX_TEXT) else { return text.to_owned() };
    // Two characters less leave room for the mark of the cut and the full stop that a message ends with.
    let end = text[..end].char_indices().rev().nth(1).map_or(0, |(at, _)| at);
    let kept = text[..end].rsplit_once(char::is_whitespace).map_or(&text[..end], |(kept, _)| kept);
    format!("{}….", kept.trim_end_matches(['.', ',', ' ', '\n']))
}

/// `key-pool` as `KeyPool`.
pub(super) fn pascal_case(id: &str) -> String {
    id.split('-')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{MAX_TEXT, cut, pascal_case, sentence};

    #[test]
    fn texts_are_cut_between_words() {
        assert_eq!(cut("short."), "short.");
        let exact = "é".repeat(MAX_TEXT);
        assert_eq!(cut(&exact), exact);
        for text in ["word ".repeat(400), "x".repeat(2000), "é ".repeat(600)] {
            let cut = cut(&text);
            assert!(cut.chars().count() <= MAX_TEXT && cut.ends_with("….") && cut.chars().count() > MAX_TEXT - 10);
        }
    }

    #[test]
    fn words_are_shaped() {
        assert_eq!(pascal_case("key-to-third-party-high"), "KeyToThirdPartyHigh");
        assert_eq!([sentence("a\n b"), sentence("a. "), sentence("a?")], ["a b.", "a.", "a?"]);
    }
}
