//! Objects that say with their parts what they are: a setting as a record, a request, a workload.

use crate::model::{ScopeKind, Used};

use super::parse::{Kind, Node};

/// The values of a text, to look ahead in.
#[derive(Clone, Copy)]
pub(super) struct Nodes<'t> {
    pub(super) bytes: &'t [u8],
    pub(super) nodes: &'t [Node],
}

/// What an object that stands for a setting holds.
pub(super) enum Setting {
    /// The value with this index.
    Value(usize),
    /// The value of an object elsewhere.
    Of(Used),
}

impl<'t> Nodes<'t> {
    /// The name of a value, `""` for elements.
    pub(super) fn name(self, id: usize) -> std::borrow::Cow<'t, str> {
        String::from_utf8_lossy(&self.bytes[self.nodes[id].name()])
    }

    /// What stands right in an object or array.
    pub(super) fn children(self, id: usize) -> impl Iterator<Item = usize> {
        let end = self.nodes[id].next as usize;
        let inside = move |child: &usize| *child < end;
        std::iter::successors(Some(id + 1).filter(inside), move |&child| {
            Some(self.nodes[child].next as usize).filter(inside)
        })
    }

    /// What is called by one of these names. Objects that are known by their parts have few of them.
    pub(super) fn child(self, id: usize, names: &[&str]) -> Option<usize> {
        names
            .iter()
            .find_map(|name| self.children(id).take(200).find(|&child| self.name(child).eq_ignore_ascii_case(name)))
    }

    /// The text that is called by one of these names.
    pub(super) fn text(self, id: usize, names: &[&str]) -> Option<&'t str> {
        let child = self.child(id, names).filter(|&child| self.nodes[child].kind == Kind::Text)?;
        str::from_utf8(&self.bytes[self.nodes[child].span()]).ok()
    }

    fn is_object(self, id: usize) -> bool {
        self.nodes[id].kind == Kind::Object
    }

    /// Whether an object is a setting: `{"name": "X", "value": "v"}`, and what its name is.
    pub(super) fn setting(self, id: usize) -> Option<(String, Setting)> {
        if !self.is_object(id) {
            return None;
        }
        let label = self.child(id, &["name", "key", "variable", "ParameterKey"])?;
        let value = self.child(id, &["value", "valueFrom", "ParameterValue"])?;
        let name = str::from_utf8(&self.bytes[self.nodes[label].span()]).ok()?;
        let plain = name.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.' | '/' | ':'));
        if self.nodes[label].kind != Kind::Text || name.is_empty() || name.len() > 80 || !plain {
            return None;
        }
        // What says more than that is a record of its own.
        let more = self.children(id).filter(|&child| child != label && child != value).any(|child| {
            let known = matches!(&*self.name(child), "description" | "comment" | "id" | "type" | "uuid" | "metadata");
            let long = self.nodes[child].kind == Kind::Text && self.nodes[child].span().len() > 16;
            !known && (long || self.is_object(child))
        });
        if more {
            return None;
        }
        let setting = match self.nodes[value].kind {
            Kind::Text | Kind::Word => Setting::Value(value),
            Kind::Object => Setting::Of(self.children(value).find_map(|source| self.reference(source))?),
            Kind::Array => return None,
        };
        Some((name.to_owned(), setting))
    }

    /// The object that is meant, or the one setting of it: `"secretKeyRef": {"name": "X", "key": "y"}`.
    pub(super) fn reference(self, id: usize) -> Option<Used> {
        let refers = matches!(&*self.name(id), "secretKeyRef" | "configMapKeyRef" | "secretRef" | "configMapRef");
        let object = if refers && self.is_object(id) { self.text(id, &["name"])?.to_owned() } else { return None };
        Some(match self.text(id, &["key"]) {
            Some(setting) => Used::Member { object, setting: setting.to_owned() },
            None => Used::Object(object),
        })
    }

    /// The value of an object that is nothing but a value and what is known of it: `{"value": "v", "type": "string"}`.
    pub(super) fn boxed(self, id: usize) -> Option<usize> {
        let value = self.child(id, &["value", "default", "defaultValue"])?;
        let known = self.children(id).filter(|&child| child != value).all(|child| {
            matches!(
                &*self.name(child),
                "type"
                    | "sensitive"
                    | "metadata"
                    | "description"
                    | "secure"
                    | "isSecret"
                    | "enabled"
                    | "required"
                    | "title"
                    | "generator"
                    | "default"
                    | "defaultValue"
                    | "enum"
                    | "example"
                    | "format"
                    | "sync"
            )
        });
        // A field of a form says more of itself, but always its type.
        let field = self.name(value) == "value" && self.child(id, &["type"]).is_some();
        (self.nodes[value].kind == Kind::Text && (known || field)).then_some(value)
    }

    /// Whether all elements of an array are settings.
    pub(super) fn lists_settings(self, id: usize) -> bool {
        let mut elements = self.children(id).peekable();
        elements.peek().is_some() && elements.all(|element| self.setting(element).is_some())
    }

    /// What an object is called that has no name to be assigned to.
    pub(super) fn label(self, id: usize) -> String {
        let plain = |text: &&str| text.len() <= 80 && !text.contains(['\\', '\n']);
        let name = self.text(id, &["name", "id", "title"]).filter(plain);
        // Resources of Terraform are called by their type as well.
        let kind = self.text(id, &["type"]).filter(plain).filter(|_| self.child(id, &["instances"]).is_some());
        match (kind, name) {
            (Some(kind), Some(name)) => format!("{kind}.{name}"),
            (_, name) => name.unwrap_or_default().to_owned(),
        }
    }

    /// The kind and the name of an object that a cluster is told of, and the namespace it is in.
    pub(super) fn manifest(self, id: usize) -> Option<(ScopeKind, &'t str, Option<&'t str>)> {
        let kind = self.text(id, &["kind"])?;
        let version = self.text(id, &["apiVersion"])?;
        let metadata = self.child(id, &["metadata"]).filter(|&child| self.is_object(child))?;
        let name = self.text(metadata, &["name", "generateName"])?;
        let runs = match kind {
            "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Pod" | "Job" | "CronJob" | "Rollout"
            | "Workflow" | "CronWorkflow" | "WorkflowTemplate" => true,
            "Service" => version.starts_with("serving.knative.dev"),
            _ => false,
        };
        Some((if runs { ScopeKind::Service } else { ScopeKind::Section }, name, self.text(metadata, &["namespace"])))
    }

    /// What kind of scope an object is that is assigned to `name` in a scope called `around`.
    pub(super) fn kind(self, id: usize, name: &str, around: &str) -> ScopeKind {
        let has = |names: &[&str]| self.child(id, names).is_some();
        if has(&["url", "uri"]) && (name == "request" || has(&["method", "httpMethod"])) {
            return ScopeKind::Call;
        }
        let service = around == "services" && has(&["image", "build", "environment", "env_file"]);
        if service || has(&["containerDefinitions"]) { ScopeKind::Service } else { ScopeKind::Map }
    }
}
