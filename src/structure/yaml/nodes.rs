//! The nodes of a YAML text, made of the parser's events: an arena, no recursion. An alias leads to the node it stands
//! for, which is never copied.

use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use super::super::Unread;
use super::text;

/// Index of a node.
pub(super) type NodeId = usize;

/// Most nodes of a file.
const MOST: usize = 500_000;

/// How deep nodes may lie. The parser takes time for each level at each of its steps.
const DEEPEST: usize = 1000;

/// What a node is.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Scalar(ScalarStyle),
    /// Names and values in order. A name may come twice.
    Map(Vec<(NodeId, NodeId)>),
    List(Vec<NodeId>),
    Alias(NodeId),
}

/// A node.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) content: Content,
    /// Where it lies; a scalar without its quotes.
    pub(super) span: Range<usize>,
    /// Whether an alias may lead here.
    pub(super) anchored: bool,
    /// The tag's own word: `Ref`, `vault`.
    pub(super) tag: Option<Box<str>>,
}

/// The nodes of a text.
pub(super) struct Nodes<'b> {
    pub(super) bytes: &'b [u8],
    nodes: Vec<Node>,
    /// The node of each document.
    pub(super) documents: Vec<NodeId>,
}

impl<'b> Nodes<'b> {
    /// Parses a text.
    pub(super) fn parse(bytes: &'b [u8]) -> Result<Self, Unread> {
        let (text, mark) = text::prepare(bytes);
        let nodes = Self { bytes, nodes: Vec::new(), documents: Vec::new() };
        let mut builder = Builder { nodes, mark, open: Vec::new(), anchors: HashMap::new() };
        for event in Parser::new_from_str(&text) {
            let (event, span) = event.map_err(|_| Unread::Broken)?;
            builder.take(event, span)?;
        }
        Ok(builder.nodes)
    }

    /// A node.
    pub(super) fn get(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The node itself, or the one that an alias leads to.
    pub(super) fn meant(&self, id: NodeId) -> NodeId {
        match self.nodes[id].content {
            Content::Alias(target) => target,
            _ => id,
        }
    }

    /// What a scalar says, as it is written; nothing for other nodes.
    pub(super) fn scalar(&self, id: NodeId) -> Option<&'b str> {
        let node = &self.nodes[self.meant(id)];
        match node.content {
            Content::Scalar(_) => str::from_utf8(&self.bytes[node.span.clone()]).ok(),
            _ => None,
        }
    }

    /// The entries of a map, none for other nodes.
    pub(super) fn entries(&self, id: NodeId) -> &[(NodeId, NodeId)] {
        match &self.nodes[self.meant(id)].content {
            Content::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list, none for other nodes.
    pub(super) fn items(&self, id: NodeId) -> &[NodeId] {
        match &self.nodes[self.meant(id)].content {
            Content::List(items) => items,
            _ => &[],
        }
    }

    /// Whether a node is a map.
    pub(super) fn is_map(&self, id: NodeId) -> bool {
        matches!(self.nodes[self.meant(id)].content, Content::Map(_))
    }

    /// What a map has under a name.
    pub(super) fn member(&self, map: NodeId, name: &str) -> Option<NodeId> {
        self.entries(map).iter().find(|&&(key, _)| self.scalar(key) == Some(name)).map(|&(_, value)| value)
    }

    /// What stands at the end of a row of names, each of which may also be written with those behind it, between dots.
    pub(super) fn lookup(&self, map: NodeId, names: &[&str]) -> Option<NodeId> {
        let (first, rest) = names.split_first()?;
        if let Some(value) = self.member(map, first) {
            let found = if rest.is_empty() { Some(value) } else { self.lookup(value, rest) };
            if found.is_some() {
                return found;
            }
        }
        (2..=names.len()).find_map(|length| {
            let value = self.member(map, &names[..length].join("."))?;
            if length == names.len() { Some(value) } else { self.lookup(value, &names[length..]) }
        })
    }
}

/// A map or list that is not closed yet.
struct Open {
    node: NodeId,
    /// The name whose value comes next.
    name: Option<NodeId>,
}

struct Builder<'b> {
    nodes: Nodes<'b>,
    /// How long the byte order mark is.
    mark: usize,
    open: Vec<Open>,
    anchors: HashMap<usize, NodeId>,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Unread> {
        let span = span.start.index() + self.mark..span.end.index() + self.mark;
        match event {
            Event::Scalar(_, style, anchor, tag) => {
                let properties = anchor != 0 || tag.is_some();
                let span = self.content_of(style, span, properties);
                self.add(Content::Scalar(style), span, anchor, tag.as_deref())?;
            }
            Event::Alias(anchor) => {
                let target = self.anchors.get(&anchor).copied();
                // What stands for something around itself adds nothing.
                let target = target.filter(|&target| self.open.iter().all(|open| open.node != target));
                let content = target.map_or(Content::Scalar(ScalarStyle::Plain), Content::Alias);
                let span = if target.is_some() { span } else { span.start..span.start };
                self.add(content, span, 0, None)?;
            }
            Event::MappingStart(anchor, tag) => self.begin(Content::Map(Vec::new()), span, anchor, tag.as_deref())?,
            Event::SequenceStart(anchor, tag) => self.begin(Content::List(Vec::new()), span, anchor, tag.as_deref())?,
            Event::MappingEnd | Event::SequenceEnd => {
                if let Some(open) = self.open.pop() {
                    self.nodes.nodes[open.node].span.end = span.end.min(self.nodes.bytes.len());
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, content: Content, span: Range<usize>, anchor: usize, tag: Option<&Tag>) -> Result<(), Unread> {
        let node = self.add(content, span, anchor, tag)?;
        if self.open.len() >= DEEPEST {
            return Err(Unread::TooLarge);
        }
        self.open.push(Open { node, name: None });
        Ok(())
    }

    fn add(
        &mut self,
        content: Content,
        span: Range<usize>,
        anchor: usize,
        tag: Option<&Tag>,
    ) -> Result<NodeId, Unread> {
        let id = self.nodes.nodes.len();
        if id >= MOST {
            return Err(Unread::TooLarge);
        }
        let tag = tag.map(|tag| tag.suffix.as_str().into());
        self.nodes.nodes.push(Node { content, span, anchored: anchor != 0, tag });
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        match self.open.last_mut() {
            None => self.nodes.documents.push(id),
            Some(open) => match &mut self.nodes.nodes[open.node].content {
                Content::Map(entries) => match open.name.take() {
                    Some(name) => entries.push((name, id)),
                    None => open.name = Some(id),
                },
                Content::List(items) => items.push(id),
                Content::Scalar(_) | Content::Alias(_) => {}
            },
        }
        Ok(id)
    }

    /// Where the content of a scalar lies: behind its anchor and tag, without quotes.
    fn content_of(&self, style: ScalarStyle, span: Range<usize>, properties: bool) -> Range<usize> {
        let bytes = self.nodes.bytes;
        let end = span.end.min(bytes.len());
        let mut start = span.start.min(end);
        let blanks = |at: usize| bytes[at..end].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        while properties && matches!(bytes[start..end].first(), Some(b'&' | b'!')) {
            start += bytes[start..end].iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
            start += blanks(start);
        }
        match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted if end >= start + 2 => start + 1..end - 1,
            ScalarStyle::Literal | ScalarStyle::Folded => {
                if properties && matches!(bytes[start..end].first(), Some(b'|' | b'>')) {
                    start = memchr::memchr(b'\n', &bytes[start..end]).map_or(end, |at| start + at + 1);
                }
                start += blanks(start);
                start..start + bytes[start..end].trim_ascii_end().len()
            }
            _ => start..start + bytes[start..end].trim_ascii_end().len(),
        }
    }
}
