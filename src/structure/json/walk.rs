//! From values to scopes: objects are maps, the objects in a list its items, and what is known to be more than that.

use std::ops::Range;

use crate::model::{Environment, ScopeId, ScopeKind};

use super::super::arguments::{Argument, argument};
use super::super::names;
use super::super::quoted::{self, Escapes};
use super::super::tree::Tree;
use super::parse::{Kind, Node};
use super::records::{Nodes, Setting};

/// Reads the values of a text into the tree.
pub(super) struct Walk<'t> {
    pub(super) bytes: &'t [u8],
    pub(super) nodes: &'t [Node],
    pub(super) tree: &'t mut Tree,
}

/// What is being read.
struct Frame {
    /// Index of the first value behind it.
    end: usize,
    scope: ScopeId,
    within: Within,
}

enum Within {
    Object {
        /// Of a setting in an object: its value, the scope it is in, and its name.
        boxed: Option<(usize, ScopeId, String)>,
        /// Whether texts are commands.
        scripts: bool,
    },
    Array {
        name: String,
        /// The scope around it, which settings in a list belong to.
        outer: ScopeId,
        flag: Option<String>,
        /// Whether it has one element alone.
        single: bool,
    },
}

impl Walk<'_> {
    /// Reads all values into `scope`.
    pub(super) fn run(&mut self, scope: ScopeId) {
        let end = self.nodes.len();
        // One value is the file itself; several are a list.
        let several = self.nodes.first().is_some_and(|first| (first.next as usize) < end);
        let within = if several {
            Within::Array { name: String::new(), outer: scope, flag: None, single: false }
        } else {
            Within::Object { boxed: None, scripts: false }
        };
        let mut frames = vec![Frame { end, scope, within }];
        let mut id = 0;
        while id < end {
            while frames.last().is_some_and(|frame| frame.end <= id) {
                frames.pop();
            }
            let Some(frame) = frames.last_mut() else { break };
            let kind = self.nodes[id].kind;
            let (inner, next) = match kind {
                Kind::Text | Kind::Word => {
                    self.scalar(id, frame);
                    (None, id + 1)
                }
                Kind::Object if self.is_setting(id, frame) => (None, self.nodes[id].next as usize),
                Kind::Object => (Some(self.object(id, frame)), id + 1),
                Kind::Array => (Some(self.array(id, frame)), id + 1),
            };
            frames.extend(inner);
            id = next;
        }
    }

    fn look(&self) -> Nodes<'_> {
        Nodes { bytes: self.bytes, nodes: self.nodes }
    }

    /// Where a value lies with its name.
    fn whole(&self, id: usize) -> Range<usize> {
        let node = &self.nodes[id];
        let name = node.name();
        let start = if name.is_empty() { node.span().start } else { name.start.saturating_sub(1) };
        start..node.span().end
    }

    fn scalar(&mut self, id: usize, frame: &mut Frame) {
        let span = self.nodes[id].span();
        let index = self.nodes[id].index as usize;
        match &mut frame.within {
            Within::Object { boxed: Some((value, scope, name)), .. } if *value == id => {
                let (scope, name) = (*scope, name.clone());
                self.setting(scope, &name, id);
            }
            Within::Object { scripts, .. } => {
                let name = self.look().name(id).into_owned();
                if *scripts && self.nodes[id].kind == Kind::Text {
                    quoted::command(self.bytes, frame.scope, &name, span, Escapes::Backslash, self.tree);
                } else {
                    self.setting(frame.scope, &name, id);
                }
            }
            Within::Array { name, outer, flag, .. } => match argument(self.bytes, span.clone(), flag.take().as_deref())
            {
                Argument::Named(name, span) => {
                    quoted::setting(self.bytes, *outer, &name, span, Escapes::Backslash, self.tree);
                }
                Argument::Flag(waiting) => {
                    self.tree.element(self.bytes, frame.scope, name, index, span);
                    *flag = Some(waiting);
                }
                Argument::Command(span) => {
                    quoted::command(self.bytes, *outer, name, span, Escapes::Backslash, self.tree)
                }
                Argument::Plain => {
                    let read =
                        quoted::settings(self.bytes, frame.scope, name, span.clone(), Escapes::Backslash, self.tree);
                    self.tree.element(if read { &[] } else { self.bytes }, frame.scope, name, index, span);
                }
            },
        }
    }

    /// Adds the value at `id` to a scope as `name`, which may come in parts.
    fn setting(&mut self, scope: ScopeId, name: &str, id: usize) {
        let span = self.nodes[id].span();
        if name.contains("://") {
            // The address is the name: what it is assigned belongs to it alone.
            let whole = self.whole(id);
            let record = self.tree.open(scope, ScopeKind::Item, "", whole);
            self.tree.value(self.bytes, record, "name", self.nodes[id].name());
            self.tree.value(self.bytes, record, "value", span);
            return;
        }
        let mut parts = names::parts(name);
        let last = parts.pop().unwrap_or_default();
        let scope = self.tree.descend(scope, parts);
        if self.nodes[id].kind == Kind::Word {
            self.tree.value(self.bytes, scope, last, span);
        } else {
            quoted::setting(self.bytes, scope, last, span, Escapes::Backslash, self.tree);
        }
    }

    /// Takes an object that stands for a setting or for the settings of another object.
    fn is_setting(&mut self, id: usize, frame: &Frame) -> bool {
        if let Some(used) = self.look().reference(id) {
            self.tree.uses(frame.scope, used);
            return true;
        }
        let Within::Array { outer, .. } = &frame.within else { return false };
        match self.look().setting(id) {
            Some((name, Setting::Value(value))) => self.setting(*outer, &name, value),
            Some((_, Setting::Of(used))) => self.tree.uses(*outer, used),
            None => return false,
        }
        true
    }

    /// Whether one of the nearest scopes around is called `name`.
    fn is_inside(&self, scope: ScopeId, name: &str) -> bool {
        let scopes = self.tree.scopes();
        let mut around = std::iter::successors(Some(scope), |&id| scopes[id].parent).take(8);
        around.any(|id| scopes[id].name == name)
    }

    fn object(&mut self, id: usize, frame: &Frame) -> Frame {
        let end = self.nodes[id].next as usize;
        let mut inner = Frame { end, scope: frame.scope, within: Within::Object { boxed: None, scripts: false } };
        let manifest = self.look().manifest(id).map(|(kind, name, space)| (kind, name.to_owned(), space.map(of_space)));
        match &frame.within {
            Within::Array { name, .. } if name == "envFrom" => {}
            Within::Array { name, single, .. } => {
                // A container is a part of what runs it, the only block of its name a part of what it stands in.
                let piece = matches!(&**name, "containers" | "initContainers" | "containerDefinitions");
                let block = *single && self.is_inside(frame.scope, "attributes");
                let (kind, name) = match &manifest {
                    Some((ScopeKind::Service, name, _)) => (ScopeKind::Service, name.clone()),
                    Some((_, name, _)) => (ScopeKind::Item, name.clone()),
                    None if piece || block => (ScopeKind::Map, self.look().label(id)),
                    None => (ScopeKind::Item, self.look().label(id)),
                };
                inner.scope = self.tree.open(frame.scope, kind, &name, self.whole(id));
                if kind == ScopeKind::Map && inner.scope != frame.scope {
                    self.tree.set_unit(inner.scope, false);
                }
            }
            Within::Object { .. } if self.nodes[id].name().is_empty() => {
                // The file itself, unless it is one of the objects of a cluster, which are known by their names.
                if let Some((kind, name, _)) = &manifest {
                    inner.scope = self.tree.open(frame.scope, *kind, name, self.whole(id));
                    if inner.scope != frame.scope {
                        self.tree.set_unit(inner.scope, true);
                    }
                }
            }
            Within::Object { .. } => {
                let name = self.look().name(id).into_owned();
                let boxed = self.look().boxed(id).map(|value| (value, frame.scope, name.clone()));
                inner.scope = self.named(id, &name, frame.scope);
                inner.within = Within::Object { boxed, scripts: name == "scripts" };
            }
        }
        if let Some((_, _, Some(Some(environment)))) = manifest
            && inner.scope != frame.scope
        {
            self.tree.set_environment(inner.scope, environment);
        }
        inner
    }

    /// Opens the scope of an object that has a name.
    fn named(&mut self, id: usize, name: &str, scope: ScopeId) -> ScopeId {
        let around = self.tree.scopes()[scope].name.clone();
        let kind = self.look().kind(id, name, &around);
        let mut parts = names::parts(name);
        let last = parts.pop().unwrap_or_default();
        let parent = self.tree.descend(scope, parts);
        let inner = self.tree.open(parent, kind, last, self.whole(id));
        if inner != parent {
            self.tree.name_child(parent, inner);
            if let Some(environment) = names::environment(&around, name) {
                self.tree.set_environment(inner, environment);
            }
        }
        inner
    }

    fn array(&mut self, id: usize, frame: &Frame) -> Frame {
        let name = self.look().name(id).into_owned();
        let outer = frame.scope;
        let end = self.nodes[id].next as usize;
        if let Within::Object { scripts: true, .. } = frame.within {
            // The lines of one script.
            let scope = self.tree.open(outer, ScopeKind::Map, &name, self.whole(id));
            return Frame { end, scope, within: Within::Object { boxed: None, scripts: true } };
        }
        let parts = names::parts(&name);
        let (last, parts) = parts.split_last().map_or(("", &[][..]), |(last, parts)| (*last, parts));
        let flat = last == "envFrom" || self.look().lists_settings(id);
        let scope = if flat {
            outer
        } else {
            let parent = self.tree.descend(outer, parts.iter().copied());
            self.tree.open(parent, ScopeKind::List, last, self.whole(id))
        };
        let single = self.look().children(id).nth(1).is_none();
        let within = Within::Array { name: last.to_owned(), outer, flag: None, single };
        Frame { end, scope, within }
    }
}

fn of_space(space: &str) -> Option<Environment> {
    space.split(['-', '_']).find_map(Environment::of_word)
}
