//! HCL: Terraform and its variables, Nomad, Packer.
//!
//! A reader of our own over a lexer of our own: the libraries refuse a whole file for one template or one merge conflict
//! in it, and all that is wanted is which string is assigned to which name in which block. What is open is kept on a
//! stack, so that depth costs nothing.

mod lexer;

use std::borrow::Cow;
use std::ops::Range;

use crate::model::{ScopeId, ScopeKind, Used};

use super::lines::{assignment, text};
use super::mapped::Mapped;
use super::tree::Tree;
use lexer::{Kind, Lexer, Token};

/// Blocks that are services of their own.
const SERVICES: [&str; 13] = [
    "resource",
    "data",
    "module",
    "provider",
    "job",
    "group",
    "task",
    "source",
    "build",
    "container",
    "init_container",
    "provisioner",
    "container_definition",
];

/// Blocks that name the value of one setting: `env { name = "K" value = "V" }`.
const NAMED: [&str; 8] = [
    "env",
    "set",
    "set_sensitive",
    "environment_variable",
    "environment_variables",
    "secret_environment_variables",
    "variable",
    "header",
];

/// Blocks that take what an object of a cluster holds.
const OBJECTS: [&str; 4] = ["config_map_ref", "secret_ref", "config_map_key_ref", "secret_key_ref"];

/// Names of lists of `K=V`.
const VARIABLES: [&str; 4] = ["environment_vars", "environment", "env", "env_vars"];

/// Most blocks that are open at a time; what lies deeper belongs to the last one.
const DEEPEST: usize = 20_000;

/// Reads the blocks of `bytes` into `scope`.
pub(super) fn read(bytes: &[u8], scope: ScopeId, tree: &mut Tree) {
    let file = Frame { shape: Shape::Body, scope, ..Frame::default() };
    let mut reader = Reader { bytes, tree, frames: vec![file], header: Vec::new(), file: scope, word_end: 0 };
    for token in Lexer::new(bytes) {
        reader.token(&token);
    }
    while reader.frames.len() > 1 {
        reader.leave(bytes.len());
    }
}

/// What is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Shape {
    /// A block: attributes and blocks.
    #[default]
    Body,
    /// `{ name = value }` as a value.
    Object,
    /// `[ … ]`.
    List,
    /// `( … )`, and `[ … ]` right behind a name.
    Call,
}

#[derive(Debug, Default)]
struct Frame {
    shape: Shape,
    scope: ScopeId,
    /// What is being assigned to; none where a name is awaited.
    name: Option<String>,
    /// How many elements of a list are complete.
    index: usize,
    /// The word of the block.
    block: String,
    /// The label of a variable or an output: its default or value is called so, in the scope around.
    variable: Option<String>,
    /// What `name = "…"` says.
    called: Option<String>,
    /// The setting that `key = "…"` chooses of an object.
    chosen: Option<String>,
    /// Of a resource the name that its `metadata` says, and the map of its `data`.
    object: (Option<String>, Option<ScopeId>),
    /// What `value = "…"` says, held back until it is known whose value it is.
    held: Vec<Range<usize>>,
    /// The names of what its value refers to, held back like it.
    taken: Vec<String>,
}

struct Reader<'b, 't> {
    bytes: &'b [u8],
    tree: &'t mut Tree,
    frames: Vec<Frame>,
    /// Words of a line that is not known yet to be an attribute or a block.
    header: Vec<Token>,
    file: ScopeId,
    /// Where the last word or bracket ended, which an index follows at once: `x["k"]`.
    word_end: usize,
}

impl Reader<'_, '_> {
    fn top(&mut self) -> &mut Frame {
        self.frames.last_mut().expect("the frame of the file is never left")
    }

    fn token(&mut self, token: &Token) {
        let awaits = self.top().name.is_none() && matches!(self.top().shape, Shape::Body | Shape::Object);
        if awaits {
            self.name_token(token)
        } else {
            self.value_token(token)
        }
        if matches!(token.kind, Kind::Word | Kind::Sign(b']' | b')')) {
            self.word_end = token.span.end;
        }
    }

    /// A token where a name or a block begins.
    fn name_token(&mut self, token: &Token) {
        match token.kind {
            Kind::Word | Kind::Text if self.header.len() < 8 => self.header.push(token.clone()),
            Kind::Sign(b'=' | b':') => self.assign(),
            Kind::Sign(b'{') => self.block(token.span.start),
            Kind::Sign(b'}') => self.leave(token.span.end),
            Kind::Newline | Kind::Sign(b',') => self.header.clear(),
            _ => {}
        }
    }

    fn assign(&mut self) {
        let name = self.header.first().map(|token| text(self.bytes, token.span.clone()).into_owned());
        self.header.clear();
        self.top().name = Some(name.unwrap_or_default());
    }

    /// A block begins: its word and its labels are known.
    fn block(&mut self, at: usize) {
        let bytes = self.bytes;
        let words: Vec<Cow<'_, str>> = self.header.drain(..).map(|token| text(bytes, token.span)).collect();
        let parent = self.top().scope;
        let Some((word, labels)) = words.split_first() else {
            return self.enter(Frame { scope: parent, ..Frame::default() });
        };
        let label = labels.join(".");
        let mut frame = Frame { block: word.to_string(), scope: parent, ..Frame::default() };
        if matches!(word.as_ref(), "variable" | "output") && labels.len() == 1 {
            frame.scope = self.tree.open(parent, ScopeKind::Section, &label, at..at);
            frame.variable = Some(label);
        } else if word != "locals" || parent != self.file {
            let kind = match word.as_ref() {
                word if SERVICES.contains(&word) => ScopeKind::Service,
                _ if labels.is_empty() => ScopeKind::Map,
                _ => ScopeKind::Section,
            };
            let name = if labels.is_empty() { word } else { label.as_str() };
            frame.scope = self.tree.open(parent, kind, name, at..at);
        }
        self.enter(frame);
    }

    fn enter(&mut self, frame: Frame) {
        if self.frames.len() < DEEPEST {
            self.frames.push(frame);
        }
    }

    /// A token of a value.
    fn value_token(&mut self, token: &Token) {
        let shape = self.top().shape;
        match token.kind {
            Kind::Newline if matches!(shape, Shape::Body | Shape::Object) => self.top().name = None,
            Kind::Sign(b',') => match shape {
                Shape::Object => self.top().name = None,
                Shape::List => self.top().index += 1,
                _ => {}
            },
            Kind::Sign(b'{') => self.object(token.span.start),
            Kind::Sign(b'[') => self.open_list(token.span.start),
            Kind::Sign(b'(') => self.nested(Shape::Call),
            Kind::Sign(b'}' | b']' | b')') => self.leave(token.span.end),
            Kind::Word => self.reference(&text(self.bytes, token.span.clone())),
            Kind::Text => self.string(token.span.clone()),
            Kind::Heredoc => self.heredoc(token.span.clone()),
            _ => {}
        }
    }

    /// The name that values here have.
    fn name(&mut self) -> String {
        self.top().name.clone().unwrap_or_default()
    }

    fn object(&mut self, at: usize) {
        let name = self.name();
        let Frame { shape, scope, ref variable, .. } = *self.top();
        let item = shape == Shape::List;
        let data = matches!(name.as_str(), "data" | "string_data" | "binary_data");
        let of_variable = variable.is_some() && !item;
        let parent = if of_variable { self.file } else { scope };
        let name = match (of_variable, self.top().variable.clone()) {
            (true, Some(variable)) => variable,
            _ => name,
        };
        let kind = if item { ScopeKind::Item } else { ScopeKind::Map };
        let scope = self.tree.open(parent, kind, if item { "" } else { &name }, at..at);
        if data && scope != parent {
            self.top().object.1 = Some(scope);
        }
        self.enter(Frame { shape: Shape::Object, scope, ..Frame::default() });
    }

    fn open_list(&mut self, at: usize) {
        if self.word_end == at {
            return self.nested(Shape::Call);
        }
        let name = self.name();
        let parent = self.top().scope;
        let scope = self.tree.open(parent, ScopeKind::List, &name, at..at);
        self.enter(Frame { shape: Shape::List, scope, name: Some(name), ..Frame::default() });
    }

    /// Something in which the name stays the same.
    fn nested(&mut self, shape: Shape) {
        let name = self.name();
        let Frame { scope, ref variable, .. } = *self.top();
        let variable = variable.clone();
        self.enter(Frame { shape, scope, name: Some(name), variable, ..Frame::default() });
    }

    fn leave(&mut self, end: usize) {
        self.header.clear();
        if self.frames.len() == 1 {
            return;
        }
        let Some(frame) = self.frames.pop() else { return };
        let outer = self.top().scope;
        if frame.scope != outer {
            self.tree.close(frame.scope, end);
        }
        if frame.block == "metadata" {
            self.top().object.0.clone_from(&frame.called);
        }
        if let (Some(name), Some(data)) = &frame.object {
            // Objects of a cluster are known by their names.
            self.tree.set_name(*data, name);
        }
        let named = frame.shape == Shape::Object || NAMED.contains(&frame.block.as_str());
        match &frame.called {
            // A variable of an environment, written as a thing of its own.
            Some(called) if named && !(frame.held.is_empty() && frame.taken.is_empty()) => {
                self.tree.set_unit(frame.scope, false);
                for name in frame.taken {
                    self.tree.uses(outer, Used::Name(name));
                }
                let (above, last) = match called.rsplit_once('.').filter(|_| frame.block.starts_with("set")) {
                    Some((above, last)) => (Some(above), last),
                    None => (None, called.as_str()),
                };
                let scope = above.map_or(outer, |above| self.tree.descend(outer, above.split('.').take(20)));
                for span in frame.held {
                    self.tree.value(self.bytes, scope, last, span);
                }
            }
            called => {
                for span in frame.held {
                    self.tree.value(self.bytes, frame.scope, "value", span);
                }
                for name in frame.taken {
                    self.tree.uses(frame.scope, Used::Name(name));
                }
                if let Some(called) = called {
                    let object = OBJECTS.contains(&frame.block.as_str());
                    if object {
                        let object = called.clone();
                        let used = match frame.chosen {
                            Some(setting) => Used::Member { object, setting },
                            None => Used::Object(object),
                        };
                        // What a variable is set to is taken by what has the variable.
                        let holder = self
                            .frames
                            .iter()
                            .rev()
                            .find(|frame| frame.block != "value_from" && !NAMED.contains(&frame.block.as_str()));
                        let holder = holder.map_or(outer, |frame| frame.scope);
                        self.tree.uses(holder, used);
                    } else if frame.shape == Shape::Object || frame.block.ends_with("container") {
                        self.tree.set_name(frame.scope, called);
                    }
                }
            }
        }
    }

    /// A string: a value by the name that is assigned to.
    fn string(&mut self, span: Range<usize>) {
        let bytes = self.bytes;
        let content = &bytes[span.clone()];
        if memchr::memmem::find(content, b"${").is_some() {
            for part in content.split(|byte| !(byte.is_ascii_alphanumeric() || b"_.-".contains(byte))).take(200) {
                self.reference(&String::from_utf8_lossy(part));
            }
        }
        let name = self.name();
        let file = self.file;
        let top = self.top();
        let (scope, index) = (top.scope, top.index);
        match (top.shape, &top.variable) {
            (Shape::List, _) => {
                let pair = VARIABLES.contains(&name.as_str()).then(|| assignment(bytes, span.clone())).flatten();
                match pair {
                    Some((name, value)) => self.tree.value(bytes, scope, &name, value),
                    None => self.tree.element(bytes, scope, &name, index, span),
                }
            }
            (_, Some(variable)) if matches!(name.as_str(), "default" | "value") => {
                let variable = variable.clone();
                self.tree.value(bytes, file, &variable, span);
            }
            (Shape::Call, _) => self.tree.value(bytes, scope, &name, span),
            (Shape::Body | Shape::Object, _) => {
                if name == "value" {
                    top.held.push(span);
                    return;
                }
                let names = matches!(name.as_str(), "name" | "key") && span.len() <= 160;
                let of_object = OBJECTS.contains(&top.block.as_str());
                if names && of_object && name == "key" {
                    top.chosen = Some(text(bytes, span.clone()).into_owned());
                } else if names {
                    top.called = Some(text(bytes, span.clone()).into_owned());
                }
                // The name of a setting is given here, not taken.
                let named = names && (of_object || top.shape == Shape::Object || NAMED.contains(&top.block.as_str()));
                self.tree.value(if named { &[] } else { bytes }, scope, &name, span);
            }
        }
    }

    /// `var.x`, `local.x`, `module.x.y`, `aws_kind.x.y`.
    fn reference(&mut self, word: &str) {
        let mut parts = word.trim_start_matches("data.").split('.');
        let (Some(first), Some(second)) = (parts.next(), parts.next()) else { return };
        let name = match first {
            "var" | "local" | "module" => second.to_owned(),
            _ if parts.next().is_some() => format!("{first}.{second}"),
            _ => return,
        };
        if name.is_empty() || name.starts_with('.') {
            return;
        }
        let (of_value, of_name) = (self.name() == "value", self.name() == "name");
        let top = self.top();
        if of_name && OBJECTS.contains(&top.block.as_str()) {
            top.called = Some(name);
            return;
        }
        if of_value && top.shape == Shape::Object {
            top.taken.push(name);
        } else {
            let scope = top.scope;
            self.tree.uses(scope, Used::Name(name));
        }
    }

    /// A text over several lines: a value, and perhaps settings in itself.
    fn heredoc(&mut self, span: Range<usize>) {
        let bytes = self.bytes;
        self.string(span.clone());
        let name = self.name();
        let parent = self.top().scope;
        let mut inner = Mapped::default();
        inner.push(&bytes[span.clone()], span.start);
        if !super::embedded::read(&name, &inner, span.clone(), parent, self.tree) {
            // Assignments in a text of another kind.
            let scope = self.tree.open(parent, ScopeKind::Map, &name, span);
            self.tree.within(&inner, |tree| super::dotenv::read(&inner.text, scope, tree));
        }
    }
}

#[cfg(test)]
mod tests;
