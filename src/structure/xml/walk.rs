//! From elements to scopes, and the ways to write a setting: as an element, as a pair of attributes, as a name in front of
//! its value.

use std::collections::HashMap;
use std::ops::Range;

use crate::model::{ScopeId, ScopeKind};

use super::super::arguments::{Argument, argument};
use super::super::names;
use super::super::quoted::{self, Escapes};
use super::super::tree::Tree;
use super::parse::{Element, attributes};

/// Reads the elements of a text into the tree.
pub(super) struct Walk<'t> {
    pub(super) text: &'t str,
    pub(super) elements: &'t [Element],
    pub(super) tree: &'t mut Tree,
}

/// What is being read.
struct Frame<'t> {
    /// Index of the first element behind it.
    end: usize,
    scope: ScopeId,
    within: Within<'t>,
}

enum Within<'t> {
    /// An element, and how many of its parts there are of each name: in all, and so far.
    Element(HashMap<&'t str, (usize, usize)>),
    /// A dictionary of a property list, and the name that was read last.
    Dictionary(Option<&'t str>),
    /// A list of it.
    Array { name: &'t str, outer: ScopeId, count: usize, flag: Option<String> },
}

impl<'t> Walk<'t> {
    /// Reads all elements into `scope`.
    pub(super) fn run(&mut self, scope: ScopeId) {
        let end = self.elements.len();
        let mut frames = vec![Frame { end, scope, within: Within::Element(HashMap::new()) }];
        let mut id = 0;
        while id < end {
            while frames.last().is_some_and(|frame| frame.end <= id) {
                frames.pop();
            }
            let Some(frame) = frames.last_mut() else { break };
            let inner = match &mut frame.within {
                Within::Element(_) => self.element(id, frame),
                Within::Dictionary(_) => self.entry(id, frame),
                Within::Array { .. } => self.member(id, frame),
            };
            // What was not opened was read as a whole.
            id = if inner.is_some() { id + 1 } else { self.elements[id].next };
            frames.extend(inner);
        }
    }

    fn tag(&self, id: usize) -> &'t str {
        &self.text[self.elements[id].tag.clone()]
    }

    fn children(&self, id: usize) -> impl Iterator<Item = usize> + use<'t> {
        let elements = self.elements;
        let inside = move |child: &usize| *child < elements[id].next;
        std::iter::successors(Some(id + 1).filter(inside), move |&child| Some(elements[child].next).filter(inside))
    }

    /// What to read inside an element whose scope is `scope`.
    fn inside(&self, id: usize, scope: ScopeId) -> Frame<'t> {
        let within = match self.tag(id) {
            "dict" if self.children(id).next().is_none_or(|first| self.tag(first) == "key") => Within::Dictionary(None),
            _ => {
                let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
                for child in self.children(id) {
                    counts.entry(self.tag(child)).or_default().0 += 1;
                }
                Within::Element(counts)
            }
        };
        Frame { end: self.elements[id].next, scope, within }
    }

    fn setting(&mut self, scope: ScopeId, name: &str, span: Range<usize>) {
        let mut parts = names::parts(name);
        let last = parts.pop().unwrap_or_default();
        let scope = self.tree.descend(scope, parts);
        quoted::setting(self.text.as_bytes(), scope, last, span, Escapes::None, self.tree);
    }

    fn element(&mut self, id: usize, frame: &mut Frame<'t>) -> Option<Frame<'t>> {
        let (tag, text) = (self.tag(id), self.text);
        if tag == "plist" || tag == "dict" {
            return Some(self.inside(id, frame.scope));
        }
        let element = &self.elements[id];
        let mut attributes = attributes(text, element.opening.clone());
        attributes.retain(|(_, span)| !text[span.clone()].starts_with("http://www.w3.org/"));
        if let Some((name, value)) = self.pair(id, &attributes) {
            self.setting(frame.scope, name, value);
            return None;
        }
        let Within::Element(counts) = &mut frame.within else { return None };
        let (all, index) = counts.get_mut(tag).map_or((1, 0), |(all, so_far)| {
            *so_far += 1;
            (*all, *so_far - 1)
        });
        let leaf = element.next == id + 1;
        if leaf && attributes.is_empty() {
            if element.text.is_empty() {
                return None;
            }
            if all > 1 {
                self.tree.element(text.as_bytes(), frame.scope, tag, index, element.text.clone());
            } else {
                self.setting(frame.scope, tag, element.text.clone());
            }
            return None;
        }
        let (kind, name) = if all > 1 {
            let label = attributes.iter().find(|(name, _)| matches!(*name, "name" | "id" | "key"));
            (ScopeKind::Item, label.map_or(tag, |(_, span)| &text[span.clone()]))
        } else {
            (ScopeKind::Map, tag)
        };
        let mut parts = if kind == ScopeKind::Map { names::parts(name) } else { vec![name] };
        let last = parts.pop().unwrap_or_default();
        let parent = self.tree.descend(frame.scope, parts);
        let scope = self.tree.open(parent, kind, last, element.span.clone());
        for (name, span) in attributes {
            self.setting(scope, name, span);
        }
        if leaf && !element.text.is_empty() {
            self.setting(scope, tag, element.text.clone());
        }
        Some(self.inside(id, scope))
    }

    /// The name and the value of an element that stands for a setting.
    fn pair(&self, id: usize, attributes: &[(&'t str, Range<usize>)]) -> Option<(&'t str, Range<usize>)> {
        let attribute = |names: &[&str]| {
            let found =
                attributes.iter().find(|(name, _)| names.iter().any(|wanted| name.eq_ignore_ascii_case(wanted)));
            found.map(|(_, span)| span.clone())
        };
        let children: Vec<usize> = self.children(id).take(4).collect();
        let part = |tag: &str| {
            let found =
                children.iter().find(|&&child| self.tag(child) == tag && self.elements[child].next == child + 1);
            found.map(|&child| self.elements[child].text.clone())
        };
        let name = attribute(&["key", "name", "variable"]).or_else(|| part("name")).or_else(|| part("key"))?;
        let text = Some(self.elements[id].text.clone()).filter(|text| !text.is_empty() && children.is_empty());
        let value = attribute(&["value"]).or(text).or_else(|| part("value"))?;
        (children.len() <= 3 && !name.is_empty()).then(|| (&self.text[name], value))
    }

    /// Reads an element of a dictionary.
    fn entry(&mut self, id: usize, frame: &mut Frame<'t>) -> Option<Frame<'t>> {
        let Within::Dictionary(name) = &mut frame.within else { return None };
        let element = &self.elements[id];
        let tag = self.tag(id);
        if tag == "key" {
            *name = Some(&self.text[element.text.clone()]);
            return None;
        }
        let name = name.take().unwrap_or_default();
        match tag {
            "dict" => {
                let scope = self.tree.open(frame.scope, ScopeKind::Map, name, element.span.clone());
                Some(Frame { end: element.next, scope, within: Within::Dictionary(None) })
            }
            "array" => {
                let scope = self.tree.open(frame.scope, ScopeKind::List, name, element.span.clone());
                let within = Within::Array { name, outer: frame.scope, count: 0, flag: None };
                Some(Frame { end: element.next, scope, within })
            }
            _ => {
                if !element.text.is_empty() {
                    self.setting(frame.scope, name, element.text.clone());
                }
                None
            }
        }
    }

    /// Reads an element of a list.
    fn member(&mut self, id: usize, frame: &mut Frame<'t>) -> Option<Frame<'t>> {
        let Within::Array { name, outer, count, flag } = &mut frame.within else { return None };
        let element = &self.elements[id];
        let index = *count;
        *count += 1;
        let (bytes, span) = (self.text.as_bytes(), element.text.clone());
        match self.tag(id) {
            "dict" => {
                let scope = self.tree.open(frame.scope, ScopeKind::Item, "", element.span.clone());
                return Some(Frame { end: element.next, scope, within: Within::Dictionary(None) });
            }
            "array" => {
                let scope = self.tree.open(frame.scope, ScopeKind::List, "", element.span.clone());
                let within = Within::Array { name, outer: frame.scope, count: 0, flag: None };
                return Some(Frame { end: element.next, scope, within });
            }
            _ => match argument(bytes, span.clone(), flag.take().as_deref()) {
                Argument::Named(name, span) => {
                    quoted::setting(bytes, *outer, &name, span, Escapes::None, self.tree);
                }
                Argument::Command(span) => quoted::command(bytes, *outer, name, span, Escapes::None, self.tree),
                Argument::Flag(waiting) => {
                    *flag = Some(waiting);
                    self.tree.element(bytes, frame.scope, name, index, span);
                }
                Argument::Plain => self.tree.element(bytes, frame.scope, name, index, span),
            },
        }
        None
    }
}
