//! Lists: of settings, of options, of the lines of a script, of values, of records.

use saphyr_parser::ScalarStyle;

use crate::model::{ScopeId, ScopeKind};

use super::super::embedded;
use super::super::mapped::Mapped;
use super::lists;
use super::nodes::{Content, NodeId};
use super::scalars::{append, text_of};
use super::shapes::{Part, Place};
use super::walk::{Task, Walk};

/// Scripts whose lines may come as a list; the others are one command and its arguments.
const LINES: [&str; 6] = ["after_script", "bash", "before_script", "commands", "run", "script"];

impl<'b> Walk<'_, 'b> {
    pub(super) fn list(&mut self, task: Task, items: &[NodeId]) {
        let nodes = self.nodes;
        let name = self.key(task);
        let span = nodes.get(task.node).span.clone();
        if nodes.get(task.node).tag.as_deref() == Some("reference") {
            return self.referenced(task, items);
        }
        let script = LINES.contains(&name) && self.lines(task, name, items);
        // Settings in a list stand where the list does, unless something takes the list over.
        let taken = task.chain.is_some_and(|chain| self.chain[chain].0 == task.node);
        let mut holder = task.parent;
        if nodes.get(task.node).anchored || taken {
            holder = self.tree.open(task.parent, ScopeKind::Map, name, span.clone());
            self.scopes[task.node] = Some(holder);
        }
        let plain = matches!(task.place, Place::Inside | Place::Root | Place::Members(Part::Step));
        let mut records = None;
        let mut option = None;
        let from = self.tasks.len();
        for (index, &item) in items.iter().enumerate() {
            let inner = Task { node: item, parent: holder, place: Place::Inside, ..task };
            match nodes.get(item).content {
                Content::Scalar(_) if script => {}
                Content::Scalar(style) => option = self.item(inner, style, index, option),
                Content::Map(_) if plain && self.setting(inner) => {}
                _ => {
                    let list = || self.tree.open(holder, ScopeKind::List, name, span.clone());
                    let parent = *records.get_or_insert_with(list);
                    let place = match task.place {
                        Place::Members(part) => Place::One(part),
                        _ => Place::Inside,
                    };
                    self.tasks.push(Task { node: item, key: None, parent, place, ..task });
                }
            }
        }
        self.tasks[from..].reverse();
    }

    /// An item that is a scalar, behind `option`. Says which option the next one is the value of.
    fn item(&mut self, task: Task, style: ScalarStyle, index: usize, option: Option<&str>) -> Option<&'b str> {
        let bytes = self.nodes.bytes;
        let span = self.nodes.get(task.node).span.clone();
        let text = self.nodes.scalar(task.node).unwrap_or_default();
        let name = self.key(task);
        let scope = self.around_anchor(task);
        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        // `sh -c …`
        let script = option.is_some_and(|option| option.len() <= 3 && option.ends_with('c'));
        if block || script {
            let content = text_of(bytes, style, span.clone());
            if embedded::read("script", &content, span.clone(), scope, self.tree) {
                return None;
            }
        }
        if let Some(words) = lists::assignments(text) {
            for (start, word) in words {
                if let Some((name, at)) = lists::assignment(word) {
                    let start = span.start + start;
                    self.tree.value(bytes, scope, name, start + at..start + word.len());
                }
            }
            return None;
        }
        if let Some((name, at)) = lists::assignment(text) {
            let value = text[at..].trim();
            let quoted = |quote: char| value.len() >= 2 && value.starts_with(quote) && value.ends_with(quote);
            let quotes = usize::from(quoted('"') || quoted('\''));
            let start = span.start + at + (text[at..].len() - text[at..].trim_start().len()) + quotes;
            self.tree.value(bytes, scope, name, start..start + value.len() - 2 * quotes);
            return None;
        }
        match (option.filter(|_| !script), lists::option(text)) {
            (_, Some(option)) => return Some(option),
            (Some(option), None) => self.tree.value(bytes, scope, option, span),
            (None, None) => self.tree.element(bytes, scope, name, index, span),
        }
        self.tagged(scope, task.node);
        None
    }

    /// An item that is one setting: `{name: A, value: b}`, or a group of them: `{fromGroup: shared}`.
    fn setting(&mut self, task: Task) -> bool {
        if let [(key, group)] = *self.nodes.entries(task.node)
            && self.nodes.scalar(key) == Some("fromGroup")
        {
            self.object_used(task.parent, group);
            return true;
        }
        let Some((name, value)) = lists::setting(self.nodes, task.node) else { return false };
        if let Some(value) = value {
            self.tasks.push(Task { node: value, key: Some(name), ..task });
        }
        self.value_from(task.node, task.parent);
        true
    }

    /// The lines of a script, one item each. False where they cannot be read as one.
    fn lines(&mut self, task: Task, name: &str, items: &[NodeId]) -> bool {
        let mut text = Mapped::default();
        for &item in items {
            let node = self.nodes.get(item);
            let Content::Scalar(style) = node.content else { continue };
            append(self.nodes.bytes, style, node.span.clone(), &mut text);
            text.push_for(b"\n", node.span.end..node.span.end);
        }
        let span = self.nodes.get(task.node).span.clone();
        !text.text.is_empty() && embedded::read(name, &text, span, task.parent, self.tree)
    }

    /// The scope of a value: one of its own where aliases may lead to it, so that they lead to nothing else.
    pub(super) fn around_anchor(&mut self, task: Task) -> ScopeId {
        let node = self.nodes.get(task.node);
        if !node.anchored {
            return task.parent;
        }
        let scope = self.tree.open(task.parent, ScopeKind::Map, "", node.span.clone());
        self.scopes[task.node] = Some(scope);
        scope
    }
}
