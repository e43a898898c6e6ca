//! What a reader has to know about the run itself: what was not read, and what was left out of this file.

use std::collections::BTreeMap;

use crate::model::{ScanFacts, SetAsideKind, SkipEffect, SkipReason};
use crate::report::words::explain;

use super::descriptor::pascal_case;
use super::location::location;
use super::message::argument;
use super::model::{Configuration, Descriptor, DescriptorRef, Message, Notification, Text};

/// How many unread files are named one by one; a last notification counts the others.
const MAX_NAMED: usize = 1000;

/// Notifications with the descriptors that they use.
#[derive(Default)]
pub(super) struct Notifications {
    pub(super) descriptors: Vec<Descriptor>,
    /// About the run.
    pub(super) list: Vec<Notification>,
    /// About what the run was told, and did not obey.
    pub(super) configuration: Vec<Notification>,
}

impl Notifications {
    /// One per file that makes the scan incomplete, one per reason for what could not have been read at all.
    pub(super) fn of_skipped(scan: &ScanFacts) -> Self {
        let mut notifications = Self::default();
        let mut incomplete = 0;
        let mut notes: BTreeMap<SkipReason, usize> = BTreeMap::new();
        for skipped in &scan.skipped {
            if skipped.reason.effect() == SkipEffect::Note {
                *notes.entry(skipped.reason).or_default() += 1;
                continue;
            }
            incomplete += 1;
            if incomplete > MAX_NAMED {
                continue;
            }
            let path = argument(&skipped.path.text);
            let says = format!("'{{0}}' was not scanned: {}.", explain(skipped.reason));
            notifications.push(&format!("skipped-{}", skipped.reason.as_str()), "error", &says, path);
            let named = (!skipped.path.text.is_empty()).then(|| location(scan, skipped.root, &skipped.path, None));
            notifications.list.last_mut().expect("one was pushed").locations.extend(named);
        }
        if incomplete > MAX_NAMED {
            let others = (incomplete - MAX_NAMED).to_string();
            notifications.push("skipped-others", "error", "'{0}' more files were not scanned.", others);
        }
        for (reason, count) in notes {
            let says = format!("Not scanned '{{0}}' times: {}.", explain(reason));
            notifications.push(&format!("skipped-{}", reason.as_str()), "note", &says, count.to_string());
        }
        notifications
    }

    /// One for each file of the scanned tree that was not obeyed.
    pub(super) fn push_set_aside(&mut self, scan: &ScanFacts) {
        let all = &scan.policy.set_aside;
        for aside in all.iter().take(MAX_NAMED) {
            let says = format!("'{{0}}' was not obeyed: {}.", not_obeyed(aside.kind));
            let id = format!("set-aside-{}", aside.kind.as_str());
            let mut notification = self.notification(&id, "note", &says, argument(&aside.path.text));
            notification.locations.push(location(scan, aside.root, &aside.path, None));
            self.configuration.push(notification);
        }
        if all.len() > MAX_NAMED {
            let others = (all.len() - MAX_NAMED).to_string();
            let says = "'{0}' more files were not obeyed.";
            let notification = self.notification("set-aside-others", "note", says, others);
            self.configuration.push(notification);
        }
    }

    /// Says how many results were left out.
    pub(super) fn push_cut(&mut self, count: usize) {
        let says = "'{0}' results were left out behind the worst ones, because code scanning takes no more.";
        self.push("results-cut", "warning", says, count.to_string());
    }

    fn push(&mut self, id: &str, level: &'static str, template: &str, argument: String) {
        let notification = self.notification(id, level, template, argument);
        self.list.push(notification);
    }

    fn notification(&mut self, id: &str, level: &'static str, template: &str, argument: String) -> Notification {
        let index = self.descriptors.iter().position(|known| known.id == id).unwrap_or_else(|| {
            self.descriptors.push(descriptor(id, level, template));
            self.descriptors.len() - 1
        });
        let shown = argument.replace('{', "{{").replace('}', "}}");
        let text = template.replace("{0}", &shown);
        Notification {
            descriptor: DescriptorRef { id: id.to_owned(), index },
            level,
            message: Message { text, id: Some("default".to_owned()), arguments: vec![argument] },
            locations: Vec::new(),
        }
    }
}

fn descriptor(id: &str, level: &'static str, template: &str) -> Descriptor {
    let (short, full, help) = match (id, level) {
        ("results-cut", _) => (
            "Results were left out.",
            "There are more results than code scanning takes, so only the worst are in this file.",
            "Read the JSON report, which has all of them, and mend the worst first.",
        ),
        (id, _) if id.starts_with("set-aside-") => (
            "A file of the scanned tree was not obeyed.",
            "The scanned tree is a stranger's: what lets findings pass was not taken from it.",
            "Nothing. What the team agrees with counts as soon as the trusted commit holds it.",
        ),
        (_, "error") => (
            "A file was not scanned.",
            "A file that should have been scanned was not, so the results are incomplete: it may hold keys.",
            "Make the file readable, or raise the limit that left it out, and scan again.",
        ),
        _ => (
            "There was nothing to scan.",
            "An entry of the tree has no content of its own here, so nothing was scanned in its place.",
            "Nothing, unless you expected content: fetch large files and submodules before the scan.",
        ),
    };
    Descriptor {
        id: id.to_owned(),
        name: pascal_case(id),
        short_description: Text::plain(short),
        full_description: Text::plain(full),
        help: Text::plain(help),
        message_strings: BTreeMap::from([("default".to_owned(), Text::plain(template))]),
        default_configuration: Configuration { level },
        relationships: Vec::new(),
        properties: None,
    }
}

const fn not_obeyed(kind: SetAsideKind) -> &'static str {
    match kind {
        SetAsideKind::Config => "the policy comes from elsewhere",
        SetAsideKind::Baseline => "the baseline comes from elsewhere",
        SetAsideKind::Rules => "files of rules come from elsewhere",
        SetAsideKind::IgnoreFile => "ignore files come from elsewhere",
        SetAsideKind::InlineAllow => "its inline comments stand in nothing that is trusted",
        SetAsideKind::ReportHead => "anybody can begin a file like a report of keyscan",
    }
}
