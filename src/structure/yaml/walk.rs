//! From nodes to scopes, values and uses. With a stack of its own.

use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::ScalarStyle;

use crate::model::{ScopeId, ScopeKind, Used};

use super::super::embedded;
use super::super::tree::Tree;
use super::lists;
use super::nodes::{Content, NodeId, Nodes};
use super::scalars::text_of;
use super::shapes::{self, Part, Place, Shape};

/// A node that is to be read.
#[derive(Clone, Copy)]
pub(super) struct Task {
    pub(super) node: NodeId,
    /// The name it is assigned to.
    pub(super) key: Option<NodeId>,
    pub(super) parent: ScopeId,
    pub(super) place: Place,
    /// What is taken over from around: the last of [`Walk::chain`].
    pub(super) chain: Option<usize>,
    /// The document or the service around.
    pub(super) owner: ScopeId,
}

/// How many levels of settings are taken over from around.
const LONGEST_CHAIN: usize = 6;

/// Reads all documents into `scope`.
pub(super) fn walk(nodes: &Nodes<'_>, scope: ScopeId, tree: &mut Tree) {
    let mut walk = Walk {
        nodes,
        tree,
        shape: Shape::Plain,
        root: 0,
        extended: HashMap::new(),
        scopes: vec![None; nodes.len()],
        later: Vec::new(),
        chain: Vec::new(),
        tasks: Vec::new(),
    };
    let several = nodes.documents.len() > 1;
    for &document in &nodes.documents {
        walk.document(document, scope, several);
    }
    walk.profiles();
    for (taker, node) in std::mem::take(&mut walk.later) {
        if let Some(taken) = walk.scopes[node].filter(|&taken| taken != taker) {
            walk.tree.uses(taker, Used::Scope(taken));
        }
    }
}

pub(super) struct Walk<'w, 'b> {
    pub(super) nodes: &'w Nodes<'b>,
    pub(super) tree: &'w mut Tree,
    pub(super) shape: Shape,
    /// The document being read.
    pub(super) root: NodeId,
    /// What another part of the document may extend, by name.
    pub(super) extended: HashMap<&'b str, NodeId>,
    /// Of each node the scope it became.
    pub(super) scopes: Vec<Option<ScopeId>>,
    /// What takes over the settings of a node, which may not be read yet.
    pub(super) later: Vec<(ScopeId, NodeId)>,
    /// Settings that are taken over by what is inside, and those further out.
    pub(super) chain: Vec<(NodeId, Option<usize>)>,
    pub(super) tasks: Vec<Task>,
}

impl<'b> Walk<'_, 'b> {
    fn document(&mut self, root: NodeId, scope: ScopeId, several: bool) {
        self.shape = Shape::of(self.nodes, root);
        self.root = root;
        let around = match self.shape {
            Shape::Compose => self.nodes.member(root, "services"),
            Shape::Gitlab => Some(root),
            _ => None,
        };
        let named = around.map_or(&[][..], |around| self.nodes.entries(around)).iter();
        self.extended = named.filter_map(|&(name, part)| Some((self.nodes.scalar(name)?, part))).collect();
        let mut scope = scope;
        if self.shape == Shape::Kubernetes {
            let task = Task { node: root, key: None, parent: scope, place: Place::Root, chain: None, owner: scope };
            self.object(task);
        } else {
            let span = self.nodes.get(root).span.clone();
            if several {
                scope = self.tree.open(scope, ScopeKind::Section, "", span);
                self.tree.set_unit(scope, true);
            }
            if let Some(environment) = shapes::environment_of_document(self.nodes, root) {
                self.tree.set_environment(scope, environment);
            }
            let task = Task { node: root, key: None, parent: scope, place: Place::Root, chain: None, owner: scope };
            match self.nodes.get(root).content {
                Content::Map(_) => self.entries(task, scope),
                _ => self.tasks.push(task),
            }
            self.scopes[root].get_or_insert(scope);
        }
        while let Some(task) = self.tasks.pop() {
            self.node(task);
        }
    }

    /// Documents for profiles take what the one without a profile sets.
    fn profiles(&mut self) {
        let nodes = self.nodes;
        let (special, plain): (Vec<NodeId>, Vec<NodeId>) =
            nodes.documents.iter().partition(|&&document| shapes::has_profile(nodes, document));
        let defaults = plain.first().copied().filter(|_| !special.is_empty());
        let takers = special.into_iter().filter_map(|document| self.scopes[document]);
        let takers: Vec<ScopeId> = takers.collect();
        self.later.extend(
            takers.into_iter().zip(std::iter::repeat(defaults)).filter_map(|(taker, node)| Some((taker, node?))),
        );
    }

    fn node(&mut self, task: Task) {
        let nodes = self.nodes;
        match &nodes.get(task.node).content {
            Content::Scalar(style) => self.scalar(task, *style),
            Content::Alias(target) => self.alias(task, *target),
            Content::Map(_) => self.map(task),
            Content::List(items) => self.list(task, items),
        }
    }

    pub(super) fn key(&self, task: Task) -> &'b str {
        task.key.and_then(|key| self.nodes.scalar(key)).unwrap_or_default()
    }

    fn scalar(&mut self, task: Task, style: ScalarStyle) {
        let name = self.key(task);
        let span = self.nodes.get(task.node).span.clone();
        let scope = self.around_anchor(task);
        if !name.is_empty() && self.embedded(name, style, span.clone(), scope) {
            return;
        }
        let (name, scope) = self.dotted(scope, name);
        self.tree.value(self.nodes.bytes, scope, name, span);
        self.tagged(scope, task.node);
    }

    /// Reads a scalar that is a text with a format of its own.
    fn embedded(&mut self, name: &str, style: ScalarStyle, span: Range<usize>, scope: ScopeId) -> bool {
        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let raw = &self.nodes.bytes[span.clone()];
        let long = block || raw.len() > 20 && raw.iter().any(|byte| matches!(byte, b' ' | b'\\' | b'{' | b'['));
        if !long {
            return false;
        }
        let text = text_of(self.nodes.bytes, style, span.clone());
        embedded::read(name, &text, span, scope, self.tree)
    }

    /// What a value refers to by its tag, `!Ref Name`, `!env NAME`, or by templates in it.
    pub(super) fn tagged(&mut self, scope: ScopeId, node: NodeId) {
        self.references(scope, node);
        let tag = self.nodes.get(node).tag.as_deref().unwrap_or_default().to_ascii_lowercase();
        if matches!(tag.as_str(), "ref" | "env" | "env_var" | "secret" | "getatt" | "sub" | "importvalue") {
            self.template_used(scope, node);
        }
    }

    /// The last part of a dotted name, and the scope that the others lead to.
    fn dotted<'n>(&mut self, scope: ScopeId, name: &'n str) -> (&'n str, ScopeId) {
        match parts(name).split_last() {
            Some((last, first)) => (last, self.tree.descend(scope, first.iter().copied())),
            None => (name, scope),
        }
    }

    fn alias(&mut self, task: Task, target: NodeId) {
        let mut scope = task.parent;
        if !matches!(self.nodes.get(target).content, Content::Scalar(_)) {
            let kind = if task.key.is_some() { ScopeKind::Map } else { ScopeKind::Item };
            let name = self.key(task);
            scope = self.tree.open(task.parent, kind, name, self.nodes.get(task.node).span.clone());
            self.mark(task, scope);
        }
        self.later.push((scope, target));
    }

    fn map(&mut self, task: Task) {
        let name = self.key(task);
        if task.place == Place::One(Part::Object) {
            self.object(task);
            return;
        }
        let value = task.key.and_then(|_| lists::described(self.nodes, task.node));
        if let Some(value) = value.filter(|_| !matches!(task.place, Place::One(_))) {
            self.tasks.push(Task { node: value, ..task });
            return;
        }
        if task.key.is_some()
            && self.nodes.entries(task.node).len() == 1
            && self.nodes.member(task.node, "valueFrom").is_some()
        {
            self.value_from(task.node, task.parent);
            return;
        }
        let (name, parent) = self.dotted(task.parent, name);
        let kind = if task.key.is_some() { ScopeKind::Map } else { ScopeKind::Item };
        let span = self.nodes.get(task.node).span.clone();
        let known = task.key.and_then(|_| self.tree.found_again(parent, name, &span));
        let scope = known.unwrap_or_else(|| self.tree.open(parent, kind, name, span));
        self.scopes[task.node] = Some(scope);
        if task.key.is_some() {
            self.tree.name_child(parent, scope);
        } else if let Some(name) = item_name(self.nodes, task.node) {
            self.tree.set_name(scope, name);
        }
        self.mark(task, scope);
        if matches!(task.place, Place::One(Part::Service | Part::Step)) {
            self.take_over(scope, task.chain);
        }
        if task.place == Place::One(Part::Generator) {
            self.take_generated(task.node, scope);
        }
        let owner = if matches!(task.place, Place::One(Part::Service)) { scope } else { task.owner };
        self.entries(Task { owner, ..task }, scope);
    }

    /// Says what a scope is by its place, and where it is used.
    fn mark(&mut self, task: Task, scope: ScopeId) {
        let service = task.place == Place::One(Part::Service);
        if let Some(environment) = shapes::environment_of_part(self.nodes, task.node, service) {
            self.tree.set_environment(scope, environment);
        }
        match task.place {
            Place::One(Part::Service) => {
                self.tree.set_kind(scope, ScopeKind::Service);
                self.tree.set_unit(scope, true);
            }
            Place::One(Part::Fragment) => self.tree.set_unit(scope, true),
            Place::One(Part::Environment(environment)) => {
                self.tree.set_unit(scope, true);
                self.tree.set_environment(scope, environment);
            }
            Place::One(Part::Piece) => {
                self.tree.set_kind(scope, ScopeKind::Map);
                self.tree.set_unit(scope, false);
            }
            _ => {}
        }
    }

    /// Takes over the settings of the maps around.
    fn take_over(&mut self, scope: ScopeId, chain: Option<usize>) {
        let outwards = std::iter::successors(chain, |&link| self.chain[link].1).take(LONGEST_CHAIN);
        self.later.extend(outwards.map(|link| (scope, self.chain[link].0)));
    }

    /// An object of Kubernetes: a service if it runs containers.
    fn object(&mut self, task: Task) {
        let name = self.nodes.lookup(task.node, &["metadata", "name"]).and_then(|name| self.nodes.scalar(name));
        let workload = shapes::is_workload(self.nodes, task.node);
        let kind = if workload { ScopeKind::Service } else { ScopeKind::Section };
        let span = self.nodes.get(task.node).span.clone();
        let scope = self.tree.open(task.parent, kind, name.unwrap_or_default(), span);
        self.tree.set_unit(scope, true);
        self.scopes[task.node] = Some(scope);
        if let Some(environment) = shapes::environment_of_document(self.nodes, task.node) {
            self.tree.set_environment(scope, environment);
        }
        self.entries(Task { place: Place::Root, owner: scope, ..task }, scope);
    }

    /// Schedules what is in a map whose scope is `scope`.
    fn entries(&mut self, task: Task, scope: ScopeId) {
        let nodes = self.nodes;
        let entries = nodes.entries(task.node);
        let mut chain = task.chain;
        if let Some(settings) = self.shape.inherited(nodes, task.place, task.node) {
            self.chain.push((nodes.meant(settings), chain));
            chain = Some(self.chain.len() - 1);
        }
        let maps = || entries.iter().filter(|&&(_, value)| nodes.is_map(value));
        let beside = maps().filter(|&&(key, _)| nodes.scalar(key).is_some_and(is_environment)).nth(1).is_some();
        // Dotted names go on in the maps of their parts, which are there once all others are read.
        let is_dotted = |key: NodeId| nodes.scalar(key).is_some_and(|key| parts(key).len() > 1);
        let (dotted, plain): (Vec<_>, Vec<_>) = entries.iter().partition(|&&(key, _)| is_dotted(key));
        let from = self.tasks.len();
        for (key, value) in plain.into_iter().chain(dotted) {
            let name = nodes.scalar(key).unwrap_or_default();
            if name == "<<" {
                self.merge(task, value, scope);
                continue;
            }
            self.refer(task, name, value, scope);
            let mut place = self.shape.inside(nodes, task.place, name, value);
            let environment = shapes::environment_of_key(name, beside);
            if let Some(environment) = environment.filter(|_| place == Place::Inside && nodes.is_map(value)) {
                place = Place::One(Part::Environment(environment));
            }
            self.tasks.push(Task { node: value, key: Some(key), parent: scope, place, chain, ..task });
        }
        self.tasks[from..].reverse();
    }

    /// A map that is merged into the one around: everything in it is taken over.
    fn merge(&mut self, task: Task, value: NodeId, scope: ScopeId) {
        match &self.nodes.get(value).content {
            Content::Alias(target) => self.later.push((scope, *target)),
            Content::List(items) => {
                let targets = items.iter().filter(|&&item| matches!(self.nodes.get(item).content, Content::Alias(_)));
                self.later.extend(targets.map(|&item| (scope, self.nodes.meant(item))));
            }
            _ => {
                self.tasks.push(Task { node: value, key: None, parent: scope, place: Place::One(Part::Piece), ..task })
            }
        }
    }
}

/// What an item is called, if it says so.
fn item_name<'b>(nodes: &Nodes<'b>, item: NodeId) -> Option<&'b str> {
    let words = ["name", "model_name", "id", "title", "job", "stage"];
    words.iter().find_map(|word| nodes.scalar(nodes.member(item, word)?)).filter(|name| !name.is_empty())
}

fn is_environment(name: &str) -> bool {
    shapes::environment_of_key(name, true).is_some()
}

/// The parts of a dotted name; none where it has but one: names of hosts, of files, of versions.
fn parts(name: &str) -> Vec<&str> {
    const NO_SETTINGS: [&str; 16] = [
        "com",
        "org",
        "net",
        "io",
        "dev",
        "cn",
        "app",
        "yaml",
        "yml",
        "json",
        "toml",
        "ini",
        "conf",
        "properties",
        "sh",
        "py",
    ];
    let parts: Vec<&str> = name.split('.').collect();
    let word = |part: &&str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic())
            && part.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-'))
    };
    let setting = parts.last().is_some_and(|last| !NO_SETTINGS.contains(last));
    if (2..=12).contains(&parts.len()) && setting && parts.iter().all(word) { parts } else { Vec::new() }
}
